// What public pages can do better with a script. Everything works without it.
import { findOffices, hang } from "./find.js";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
document.querySelector(".sum[tabindex]")?.focus();

const store = (() => {
  try { localStorage.setItem("t", "t"); localStorage.removeItem("t"); return localStorage; } catch { return null; }
})();
const sent = document.querySelector("[data-sent]");
if (sent) store?.removeItem(`draft:${sent.dataset.sent}`);

const form = document.querySelector("form[data-draft]");
if (form) {
  findOffices(form);
  const look = hang(form);
  if (store) keepDraft(look);
  warnOfLargeFiles();
  sendSafely();
}

function keepDraft(look) {
  const name = `draft:${form.dataset.draft}`;
  const keeps = form.querySelector(".keeps");
  const skip = new Set(["key", "version", "kept"]);
  const fields = () => [...form.elements].filter((field) => field.name && field.type !== "file" && field.type !== "hidden" && !skip.has(field.name));
  const isBack = document.querySelector(".sum");
  const kept = store.getItem(name);
  if (kept && !isBack) {
    const values = JSON.parse(kept);
    for (const field of fields()) {
      const of = values[field.name];
      if (!of) continue;
      if (["radio", "checkbox"].includes(field.type)) field.checked = of.includes(field.value);
      else if (of[0]) field.value = of[0];
    }
    look();
    const throwAway = document.createElement("button");
    throwAway.type = "button";
    throwAway.className = "as-link";
    throwAway.textContent = keeps.dataset.throw;
    throwAway.addEventListener("click", () => { store.removeItem(name); location.reload(); });
    keeps.replaceChildren(`${keeps.dataset.said} `, throwAway);
  }
  keeps.hidden = false;
  form.addEventListener("input", () => {
    const values = {};
    for (const field of fields()) {
      if (["radio", "checkbox"].includes(field.type) && !field.checked) continue;
      if (field.value) (values[field.name] ??= []).push(field.value);
    }
    store.setItem(name, JSON.stringify(values));
  });
}

function warnOfLargeFiles() {
  const limit = Number(form.querySelector("[data-limit]")?.dataset.limit);
  form.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file") return;
    const large = [...input.files].filter((file) => file.size > limit).map((file) => file.name);
    input.parentElement.querySelector(".why.live")?.remove();
    if (large.length === 0) return;
    const why = document.createElement("p");
    why.className = "why live";
    why.setAttribute("role", "alert");
    why.textContent = `${large.join(", ")} ${form.querySelector("[data-large]").dataset.large}`;
    input.before(why);
    input.value = "";
  });
}

// The form is sent once, and only while there is a network: what was typed is on the device meanwhile.
function sendSafely() {
  const said = form.querySelector("[data-offline]");
  const button = form.querySelector("button.main");
  const words = button.textContent;
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      said.textContent = said.dataset.offline;
      return;
    }
    if (button.disabled) return event.preventDefault();
    button.disabled = true;
    button.textContent = said.dataset.sending;
  });
  addEventListener("online", () => { said.textContent = ""; });
  addEventListener("pageshow", () => { button.disabled = false; button.textContent = words; });
}
