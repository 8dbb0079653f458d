// The call form: people and offices as one types, the service's questions as soon as it is chosen, Ctrl+Enter sends.
import { find, findOffices, hang } from "./find.js";

const form = document.querySelector("[data-call]");
const field = (name) => form.elements.namedItem(name);
form.classList.add("live");
for (const button of form.querySelectorAll("[data-plain]")) button.hidden = true;

const person = form.querySelector("input[type=hidden][name=person]");
find(field("name"), "/lookup/people", (hit) => [hit.name, [hit.post, hit.office_name, hit.phone].filter(Boolean).join(" · ")], (hit) => {
  field("name").value = hit.name;
  if (person) person.value = hit.id;
  field("office").value = hit.office_name;
  field("phone").value = hit.phone;
  field("email").value = hit.email;
  part();
  field("service").focus();
});
findOffices(form, part);

const box = form.querySelector("[data-part]");
const look = hang(form);
let shown = "";
async function part() {
  const query = new URLSearchParams({ service: field("service").value, office: field("office").value });
  if (!field("service").value || shown === String(query)) return;
  shown = String(query);
  try {
    const answer = await fetch(`/requests/new/fragment?${query}`);
    if (!answer.ok || shown !== String(query)) return;
    const typed = new Map([...box.querySelectorAll("[name]")].filter((it) => it.type !== "file" && (!["radio", "checkbox"].includes(it.type) || it.checked)).map((it) => [it.name, it.value]));
    box.innerHTML = await answer.text();
    for (const it of box.querySelectorAll("[name^='f-']")) {
      if (!typed.has(it.name) || it.type === "file") continue;
      if (["radio", "checkbox"].includes(it.type)) it.checked = typed.get(it.name) === it.value;
      else it.value = typed.get(it.name);
    }
    findOffices(box);
    look();
  } catch {
    shown = ""; // the button "Show its questions" comes back with the next page
  }
}
field("service").addEventListener("change", part);
field("office").addEventListener("change", part);

for (const tick of form.querySelectorAll("[data-opens]")) {
  const opened = document.getElementById(tick.dataset.opens);
  const set = () => { opened.hidden = !tick.checked; };
  tick.addEventListener("change", set);
  set();
}

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("button.main"));
  } else if (event.key === "Enter" && event.target.matches("input:not([type=checkbox]):not([type=radio]):not([type=file])")) {
    event.preventDefault(); // Enter alone goes nowhere by accident: the number is given by Ctrl and Enter, or by the button
  }
});
document.querySelector(".sum[tabindex]")?.focus();
