// The keys of the officers' pages. Everything they do can be done without them: they press what stands on the page.

const on = () => document.body.dataset.keys === "on";
const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
const rows = () => [...document.querySelectorAll("[data-row]")];

function move(step) {
  const all = rows();
  if (all.length === 0) return;
  const now = all.findIndex((row) => row.classList.contains("on"));
  const next = now < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(Math.max(now + step, 0), all.length - 1);
  all.forEach((row, place) => row.classList.toggle("on", place === next));
  const link = all[next].querySelector("a");
  link.focus({ preventScroll: true });
  all[next].scrollIntoView({ block: "nearest" });
}

// The words of the box are sent by the button that was asked for last: reply or note.
function choose(button) {
  for (const other of button.form.querySelectorAll("button")) other.classList.remove("chosen");
  button.classList.add("chosen");
}

function open(id) {
  const details = document.getElementById(id);
  if (!details) return false;
  details.open = true;
  const first = details.querySelector("select, textarea, input:not([type=hidden])");
  first?.focus();
  details.scrollIntoView({ block: "nearest" });
  return true;
}

function press(key) {
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  if (target.dataset.open && open(target.dataset.open)) return true;
  if (target.dataset.focus) {
    choose(target);
    document.getElementById(target.dataset.focus)?.focus();
  } else if (target.matches("input, textarea")) {
    const main = target.form.querySelector("button.main");
    if (target.matches("textarea") && main) choose(main);
    target.focus();
  } else {
    target.click();
  }
  return true;
}

// When "g" was pressed; a page is young enough at first that zero would count as just now.
let goes = -Infinity;

document.addEventListener("keydown", (event) => {
  const { target, key } = event;
  if ((event.ctrlKey || event.metaKey) && key === "Enter" && target.form) {
    event.preventDefault();
    target.form.requestSubmit(target.form.querySelector("button.chosen") ?? target.form.querySelector("button.main") ?? undefined);
    return;
  }
  if (key === "Escape" && typing(target)) target.blur();
  if (!on() || typing(target) || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const letter = key.length === 1 ? key.toLowerCase() : key;
  if (goes > event.timeStamp - 1500) {
    goes = -Infinity;
    document.querySelector(`[data-go="${CSS.escape(letter)}"]`)?.click();
    event.preventDefault();
    return;
  }
  let done = true;
  if (letter === "g") goes = event.timeStamp;
  else if (letter === "j") move(1);
  else if (letter === "k") move(-1);
  else if (letter === "?") document.getElementById("keys")?.showModal();
  else if (letter === "/" && !document.querySelector('[data-key="/"]')) location.assign("/search");
  else done = letter.length === 1 && press(letter);
  if (done) event.preventDefault();
});

// A whole row is its link, but marking words in it is not a click.
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-row]");
  if (row && !event.target.closest("a, button, input, select, label") && getSelection().isCollapsed) {
    row.querySelector("a").click();
    return;
  }
  const opener = event.target.closest("a[data-open]");
  if (opener && open(opener.dataset.open)) event.preventDefault();
});

// Filters show their list as soon as they are chosen.
document.querySelector("form.filters")?.addEventListener("change", (event) => {
  if (event.target.matches("select, [type=checkbox]")) event.currentTarget.requestSubmit();
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "1";
});
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
