// Type-ahead: a list below a field, moved with the arrow keys, spoken by screen readers. Without it the field is typed in.
// `choose` is called with what the server knows of the chosen one.

let lists = 0;

export function find(input, address, words, choose) {
  const list = document.createElement("ul");
  list.id = `found-${++lists}`;
  list.className = "found-list";
  list.setAttribute("role", "listbox");
  list.hidden = true;
  input.after(list);
  for (const [name, value] of Object.entries({ role: "combobox", "aria-expanded": "false", "aria-controls": list.id, "aria-autocomplete": "list" })) {
    input.setAttribute(name, value);
  }
  input.autocomplete = "off";
  let hits = [], at = -1, timer = 0, asked = 0, chosen = input.value;

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(next) {
    at = next;
    [...list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === at)));
    const row = list.children[at];
    if (row) {
      input.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    }
  }

  function take(index) {
    chosen = hits[index].name;
    choose(hits[index]);
    close();
  }

  function show(found) {
    hits = found;
    list.replaceChildren(...hits.map((hit, index) => {
      const row = document.createElement("li");
      row.id = `${list.id}-${index}`;
      row.setAttribute("role", "option");
      const [name, rest] = words(hit);
      row.append(name);
      if (rest) {
        const small = document.createElement("small");
        small.textContent = ` ${rest}`;
        row.append(small);
      }
      row.addEventListener("mousedown", (event) => { event.preventDefault(); take(index); });
      return row;
    }));
    list.hidden = hits.length === 0;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    if (hits.length > 0) mark(0);
  }

  async function ask() {
    const q = input.value.trim();
    const number = ++asked;
    if (q.length < 2 || q === chosen) return close();
    try {
      const answer = await fetch(`${address}?q=${encodeURIComponent(q)}`);
      if (answer.ok && number === asked && document.activeElement === input) show(await answer.json());
    } catch {
      close(); // no network: the field can still be typed in
    }
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 120); });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const last = hits.length - 1;
    if (event.key === "ArrowDown") mark(at >= last ? 0 : at + 1);
    else if (event.key === "ArrowUp") mark(at <= 0 ? last : at - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.ctrlKey || event.key === "Tab") {
      if (at >= 0) take(at);
      if (event.key === "Tab") return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

// An office: its name, with what it belongs to where that tells two apart.
export function findOffices(root, then) {
  for (const input of root.querySelectorAll("[data-find=offices]")) {
    if (input.hasAttribute("aria-controls")) continue;
    find(input, "/lookup/offices", (hit) => [hit.name, hit.parent], (hit) => {
      input.value = hit.parent ? `${hit.name}, ${hit.parent}` : hit.name;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      if (then) then();
    });
  }
}

// Fields that hang on another's answer are shown when it is given. The server has the same rule and the last word.
export function hang(form) {
  function answers(name) {
    const all = [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)];
    return all.filter((field) => !["radio", "checkbox"].includes(field.type) || field.checked).map((field) => field.value);
  }
  function look() {
    for (const asked of form.querySelectorAll("[data-hangs-on]")) {
      const on = form.querySelector(`[name="${CSS.escape(asked.dataset.hangsOn)}"]`);
      const wanted = asked.dataset.answers.split("|");
      const open = !on?.closest(".asked")?.hidden && answers(asked.dataset.hangsOn).some((answer) => wanted.includes(answer));
      asked.hidden = !open;
      asked.classList.add("live");
    }
  }
  form.addEventListener("change", look);
  look();
  return look;
}
