// Fields for passwords: a button to look at what is typed, and for a new one how strong it is, as the desk says.
for (const field of document.querySelectorAll("input[data-show]")) {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: field.dataset.show });
  button.setAttribute("aria-controls", field.id);
  const look = (seen) => {
    field.type = seen ? "text" : "password";
    button.textContent = seen ? field.dataset.hide : field.dataset.show;
  };
  button.addEventListener("click", () => look(field.type === "password"));
  // What is sent is a password again, so that browsers offer to keep it and nobody reads it on the way.
  field.form.addEventListener("submit", () => look(false));
  const row = Object.assign(document.createElement("div"), { className: "secret" });
  field.replaceWith(row);
  row.append(field, button);

  if (!field.dataset.strength) continue;
  const bar = Object.assign(document.createElement("meter"), { min: 0, max: 4, low: 3, high: 3, optimum: 4, hidden: true });
  bar.setAttribute("aria-hidden", "true");
  const words = Object.assign(document.createElement("p"), { className: "hint" });
  words.setAttribute("role", "status");
  row.after(bar, words);
  let waiting;
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const typed = field.value;
      const asked = new URLSearchParams({ password: typed, username: field.form.elements.username?.value ?? "" });
      const answer = typed && await fetch(field.dataset.strength, { method: "POST", body: asked }).catch(() => null);
      if (field.value !== typed) return;
      const told = answer && answer.ok ? await answer.json() : null;
      bar.hidden = !told;
      bar.value = told?.score ?? 0;
      words.textContent = told?.words ?? "";
    }, 300);
  });
}
