// Checklists, and fields on worksheets. What is ticked or written lasts for the tab, or on this device if the reader asks
// for that. Nothing is stored before. exit.js erases it and clears the page; then it dispatches "guide:forgotten".
(() => {
  const base = new URL("../..", document.currentScript.src).pathname;
  const KEY = "guide:" + base; // the same as in exit.js
  const TAB = "sessionStorage", DEVICE = "localStorage";
  const article = document.querySelector("article");
  const unsent = document.getElementById("unsent-message"); // its page stores nothing, not even ticks
  const isSheet = !unsent && article.querySelector("[class^=write-]");

  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const name in attributes) node.setAttribute(name, attributes[name]);
    node.append(...children);
    return node;
  };
  const words = (node) => (node ? node.textContent.replace(/[¶\s]+/g, " ").trim() : "");

  // Whoever looks into the storage should not read there what was ticked. This obscures words; it does not encrypt them.
  const hash = (text) => {
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (const letter of text.normalize("NFKC").toLowerCase()) {
      a = Math.imul(a ^ letter.codePointAt(), 2654435761);
      b = Math.imul(b ^ letter.codePointAt(), 1597334677);
    }
    return ((a ^ (b >>> 15)) >>> 0).toString(36) + ((b ^ (a >>> 13)) >>> 0).toString(36);
  };
  const PAGE = hash(location.pathname.slice(base.length).replace(/index\.html$/, ""));

  // --- The storage, { page: { item: 1 or text } }, which may be blocked, full or damaged ---

  const attempt = (action) => {
    try {
      action();
      return true;
    } catch {
      return false;
    }
  };
  const read = (store) => {
    let all;
    attempt(() => (all = JSON.parse(window[store].getItem(KEY))));
    return { ...all };
  };
  const write = (store, items) => attempt(() => {
    const all = read(store);
    delete all[PAGE];
    if (Object.keys(items).length) all[PAGE] = items;
    if (!Object.keys(all).length) return window[store].removeItem(KEY);
    if (store === TAB) window.name = "1"; // see exit.js
    window[store].setItem(KEY, JSON.stringify(all));
  });

  // --- The boxes and fields, identified by their own words: editing or reordering a list must not tick another item ---

  const controls = new Map();
  const lists = new Map();
  let section;

  const keep = (control, label) => {
    const name = hash([control.type, section, label].join("\n"));
    let key = name;
    for (let i = 2; controls.has(key); i++) key = `${name}.${i}`;
    controls.set(key, control);
    control.autocomplete = "off"; // or the browser restores by itself what we do not store
    if (control !== unsent) control.id = "answer-" + Math.random(); // Firefox restores by it in a tab that is opened again
    control.addEventListener(control.type === "checkbox" ? "change" : "input", () => changed(control));
  };
  const field = (host, label, attributes) => {
    const area = make("textarea", { spellcheck: "false", ...attributes });
    keep(area, label);
    host.append(make("span", { class: "field" }, area));
    return area.id;
  };

  for (const node of article.querySelectorAll("h1, h2, h3, .task-list-item [type=checkbox], [class^=write-], td")) {
    if (node.matches("h1, h2, h3")) section = words(node);
    else if (node.type === "checkbox") {
      const list = node.closest("ul"), item = node.parentElement;
      if (!lists.has(list)) list.after(lists.set(list, make("p", { class: "ticked" })).get(list));
      keep(node, words(item));
      item.append(make("label", {}, ...item.childNodes)); // a name for the box, and more to tap
    } else if (isSheet && node.matches("td")) {
      if (words(node)) continue;
      const table = node.closest("table"), head = words(table.tHead.rows[0].cells[node.cellIndex]);
      const name = `${words(node.parentElement.cells[0]) || section}: ${head}`;
      table.className = "fields";
      node.dataset.head = head;
      field(node, name, { rows: 1, "aria-label": name });
    } else if (isSheet) {
      const prompt = words(node);
      const again = article.textContent.split(node.textContent).length > 2; // then the heading is part of the name
      const name = again ? { "aria-label": `${section}: ${prompt}` } : {};
      const label = make("label", {}, ...node.childNodes);
      node.append(label);
      label.htmlFor = field(node, prompt, { rows: node.className.slice(6), ...name });
      node.classList.add("answered");
    }
  }

  // --- From the page to the storage, and back ---

  const said = make("p", { class: "said", role: "status" });
  const hint = make("span", { id: "remember-hint" }, "Anyone who uses this browser can see it.");
  const remember = make("input", { type: "checkbox", autocomplete: "off", "aria-describedby": hint.id });
  let unsaved = {}; // what could not be stored lasts until the page closes
  let waiting;

  const say = (text, quietly) => {
    clearTimeout(waiting);
    said.classList.toggle("spoken", Boolean(quietly));
    said.textContent = text;
  };
  const cannot = () => {
    remember.checked = false;
    remember.disabled = true;
    hint.textContent = "This browser cannot remember it here.";
  };
  const valueOf = (control) => (control.type === "checkbox" ? Number(control.checked) : control.value.trim() && control.value);
  const ticked = (list) => {
    const boxes = [...list.querySelectorAll("input")];
    return `${boxes.filter((box) => box.checked).length} of ${boxes.length}`;
  };
  const refresh = () => {
    for (const [list, line] of lists) line.textContent = ticked(list);
    // A field is as high as its text, and on paper the text takes its place.
    for (const control of controls.values()) if (control.rows) control.parentElement.dataset.text = control.value;
  };
  const save = () => {
    if (unsent) return;
    const items = {};
    for (const [key, control] of controls) if (valueOf(control)) items[key] = valueOf(control);
    if (remember.checked && !write(DEVICE, items)) cannot();
    const done = remember.checked || write(TAB, items);
    if (done) write(remember.checked ? TAB : DEVICE, {});
    else cannot();
    unsaved = done ? {} : items;
  };
  const show = () => {
    const remembered = read(DEVICE)[PAGE];
    const items = unsent ? {} : remembered ?? read(TAB)[PAGE] ?? unsaved;
    remember.checked = Boolean(remembered);
    for (const [key, control] of controls) {
      if (control.rows) control.value = typeof items[key] === "string" ? items[key] : "";
      else control.checked = items[key] === 1;
    }
    refresh();
  };
  const changed = (control) => {
    refresh();
    save();
    if (control.rows) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => say(ticked(control.closest("ul")) + " ticked", true), 500); // announces quick ticks once
  };
  const forgotten = () => {
    unsaved = {};
    show();
  };

  addEventListener("guide:forgotten", forgotten);
  addEventListener("pagehide", () => { unsaved = {}; });
  // The browser may have kept the page, which exit.js cleared. Just after this event, WebKit restores fields by itself.
  addEventListener("pageshow", () => setTimeout(show));
  addEventListener("storage", ({ key }) => { if (key === KEY || key === null) show(); });

  // --- The reader's choices ---

  const button = (text, action) => {
    const node = make("button", { type: "button" }, text);
    node.addEventListener("click", action);
    return node;
  };
  const forget = () => {
    dispatchEvent(new Event("guide:forget"));
    say("All ticks and answers are erased, on every page of this guide.");
  };
  const printed = (how) => () => {
    document.documentElement.dataset.print = how;
    print();
  };
  // A phone prints after print() has returned, so the choice lasts until the reader does something else.
  for (const name of ["pointerdown", "keydown"]) {
    addEventListener(name, () => delete document.documentElement.dataset.print, true);
  }

  if (controls.size && !unsent) {
    remember.addEventListener("change", () => {
      save();
      if (remember.disabled) say(hint.textContent);
      else say(remember.checked ? "This page is now remembered on this device." : "It now lasts until you close this tab.");
    });
    const row = make("div", { class: "keeping", role: "group", "aria-label": "Your ticks and answers" },
      make("p", {}, make("label", {}, remember, "Remember on this device"), hint),
      make("p", {}, button("Forget everything", forget),
        button(`Print with my ${isSheet ? "answers" : "ticks"}`, printed("filled")),
        button("Print empty", printed("empty"))),
      said);
    const end = article.querySelector(":scope > .next"); // the line that leads to the next page
    if (end) end.before(row);
    else article.append(row);
    if (!attempt(() => window[DEVICE].length + window[TAB].length)) cannot();
  } else if (controls.size) article.append(said);
  show();
})();
