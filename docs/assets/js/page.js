// What reads well without a script and is better with one: the menu, "On this page", the search, the glossary.
(() => {
  const find = (selector) => document.querySelector(selector);
  const menu = find("#menu");

  // Readers who space their letters make the bar higher: what is below it begins lower.
  const bar = find(".bar");
  new ResizeObserver(() => document.documentElement.style.setProperty("--top", `${bar.offsetHeight}px`)).observe(bar);

  // The menu shows where the reader is, also when its list is longer than the window. Nothing else moves.
  const show = () => {
    const current = menu.querySelector("[aria-current]");
    if (!current) return;
    const [box, line] = [menu.getBoundingClientRect(), current.getBoundingClientRect()];
    if (line.bottom > box.bottom || line.top < box.top) menu.scrollTop += line.top - box.top - box.height / 2;
  };
  show();
  menu.addEventListener("toggle", show);
  // The drawer does not stay over a page on which the focus, or the reader, is somewhere else.
  const close = () => menu.matches(":popover-open") && menu.hidePopover();
  menu.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !menu.contains(relatedTarget)) close();
  });
  matchMedia("(min-width: 64em)").addEventListener("change", close);

  // The search is loaded when its button is about to be used, and opened when it is.
  const opener = find("[data-search]");
  const load = () => import(new URL(opener.dataset.search, location));
  for (const sign of ["pointerdown", "focus"]) opener?.addEventListener(sign, () => load().catch(() => {}), { once: true });
  opener?.addEventListener("click", () => load().then((search) => search.open(), () => alert("The search could not be loaded. Are you online?")));

  // "On this page" marks the section that the reader is in: the last one that begins above the middle of the window.
  const links = new Map([...document.querySelectorAll(".beside a")].map((link) => [document.getElementById(decodeURIComponent(link.hash.slice(1))), link]));
  const mark = () => {
    let here;
    for (const [heading, link] of links) {
      if (heading?.getBoundingClientRect().top < innerHeight / 3) here = link;
      link.removeAttribute("aria-current");
    }
    here?.setAttribute("aria-current", "true");
  };
  if (links.size) {
    addEventListener("scroll", mark, { passive: true });
    mark();
  }

  // A jump within the page adds no step to the history: Back, after leaving, would return to the step before the jump.
  addEventListener("click", (event) => {
    const link = event.target.closest("a[href*='#']");
    const isHere = link?.href.split("#")[0] === location.href.split("#")[0];
    if (!isHere || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    location.replace(link.href);
  });

  // A word of the glossary shows its meaning when it is pointed at, reached by key or tapped; Escape puts it away.
  const gloss = Object.assign(document.createElement("span"), { className: "gloss", id: "gloss", role: "tooltip" });
  let word;
  const hide = () => {
    if (!word) return;
    word.removeAttribute("aria-describedby");
    gloss.remove();
    word = undefined;
  };
  const explain = ({ currentTarget }) => {
    if (currentTarget === word) return;
    hide();
    word = currentTarget;
    gloss.textContent = word.dataset.meaning;
    word.setAttribute("aria-describedby", gloss.id);
    word.after(gloss);
  };
  const isOn = (node) => node && (word === node || gloss.contains(node));
  for (const node of document.querySelectorAll("article abbr[title]")) {
    node.dataset.meaning = node.title.replaceAll("'", "’");
    node.removeAttribute("title"); // the browser would show it a second time, and only to a mouse
    node.tabIndex = 0;
    for (const sign of ["pointerenter", "focus", "click"]) node.addEventListener(sign, explain);
    node.addEventListener("blur", hide);
  }
  addEventListener("pointerover", ({ target }) => {
    if (word && !isOn(target) && document.activeElement !== word) hide();
  });
  addEventListener("pointerdown", ({ target }) => { if (word && !isOn(target)) hide(); });
  addEventListener("keydown", ({ key }) => { if (key === "Escape") hide(); });
})();
