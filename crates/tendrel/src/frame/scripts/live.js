// Lists and cases that change by themselves. The stream says which request; the page asks for itself again and takes
// the parts that changed. A tab that nobody looks at holds no stream.

const bar = () => document.querySelector("[data-live]");
let source = null;
let last = bar().dataset.since;
let waiting = null;
const fresh = new Set();

async function again() {
  const response = await fetch(location.href, { headers: { accept: "text/html" } });
  if (!response.ok || response.redirected) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

const row = (page, number) => page.querySelector(`tr[data-number="${CSS.escape(number)}"]`);

function tell() {
  const count = bar().querySelector("b");
  if (count) count.textContent = fresh.size || "";
  bar().hidden = fresh.size === 0;
}

function swap(page, selector) {
  const [now, next] = [document.querySelector(selector), page.querySelector(selector)];
  if (now && next) now.replaceWith(next);
}

// Rows that stand on the page are renewed at once; others are only counted, so that nothing jumps away.
async function renewRows() {
  const known = [...fresh].filter((number) => row(document, number));
  if (known.length > 0) {
    const page = await again();
    for (const number of known) {
      const next = page && row(page, number);
      if (!next) continue;
      const now = row(document, number);
      if (now.contains(document.activeElement)) continue;
      now.replaceWith(next);
      fresh.delete(number);
    }
  }
  tell();
}

const typing = () => {
  if (document.activeElement?.closest("form")) return true;
  return [...document.querySelectorAll("main textarea, main input:not([type=hidden])")].some((it) => it.value !== it.defaultValue);
};

async function renewCase() {
  if (typing()) return tell();
  const page = await again();
  if (!page || typing()) return tell();
  for (const part of ["main .head", "main .line", "main aside"]) swap(page, part);
  fresh.clear();
  tell();
}

function hear(number) {
  const only = bar().dataset.number;
  if (only && number !== only) return;
  fresh.add(number);
  clearTimeout(waiting);
  waiting = setTimeout(only ? renewCase : renewRows, 300);
}

function open() {
  if (source || document.hidden) return;
  source = new EventSource(`/live?since=${last}`);
  source.addEventListener("request", (event) => {
    last = event.lastEventId || last;
    hear(JSON.parse(event.data).number);
  });
  source.addEventListener("many", () => hear(bar().dataset.number ?? "…"));
  source.addEventListener("end", close);
}

function close() {
  source?.close();
  source = null;
}

document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
open();
