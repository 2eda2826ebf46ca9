// What the theme does that this guide may not: keep things, send words, catch keys; and what it leaves unnamed.

// Its inline script, which the policy forbids, defined these. Nothing is ever read from storage or written to it.
const settings = document.getElementById("__config"), config = JSON.parse(settings.textContent);
globalThis.__md_scope = new URL(config.base, location);
globalThis.__md_hash = text => [...text].reduce((hash, letter) => (hash << 5) - hash + letter.charCodeAt(0), 0);
globalThis.__md_get = () => null;
globalThis.__md_set = () => {};

// The theme's script comes late, and exit.js may have changed the address by then: whole addresses still hold.
for (const name of ["base", "search"]) if (config[name]) config[name] = new URL(config[name], location).href;
settings.textContent = JSON.stringify(config);

// The theme's script serves searching and menus. It comes at the first sign that somebody wants more than to read.
const signs = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "focusin"];
const scripts = [...document.querySelectorAll("script[data-later]")].map(later => later.src);
function load() {
  for (const sign of signs) removeEventListener(sign, load, true);
  for (const src of scripts) document.body.append(Object.assign(document.createElement("script"), { src }));
}
for (const sign of signs) addEventListener(sign, load, { capture: true, passive: true });

// A form that is sent would put the words into the address.
addEventListener("submit", event => event.preventDefault(), true);

// The theme opens its menu, its search and the parts of the menu by labels, which no key reaches. They become buttons.
for (const label of document.querySelectorAll("label.md-icon, .md-nav__container > label, label[for=__toc].md-nav__link")) {
  const button = document.createElement("button"), toggle = label.control;
  const link = label.parentElement.querySelector(":scope > a.md-nav__link"); // what the label stands beside
  button.type = "button";
  for (const name of ["class", "for"]) button.setAttribute(name, label.getAttribute(name)); // the theme's styles ask for them
  if (link) button.setAttribute("aria-label", `Contents of ${link.textContent.trim()}`);
  button.append(...(link ? [label.querySelector(".md-icon")] : label.childNodes));
  label.replaceWith(button);
  link?.after(button);
  const tell = () => button.setAttribute("aria-expanded", toggle.checked);
  if (!button.textContent.startsWith("Close")) {
    toggle.addEventListener("change", tell);
    tell();
  }
  button.addEventListener("click", () => toggle.click());
}

// The menu, where it is a drawer: the focus goes in, stays off the page behind, and comes back.
const find = selector => document.querySelector(selector);
const drawer = find("#__drawer"), menu = find(".md-sidebar--primary");
drawer.addEventListener("change", () => {
  const isLost = document.activeElement === document.body || menu.contains(document.activeElement);
  for (const region of document.querySelectorAll(".md-header, .md-sidebar--secondary, .md-content, .md-footer")) {
    region.inert = drawer.checked;
  }
  if (drawer.checked) menu.querySelector("button").focus();
  else if (isLost) find("header [for=__drawer]").focus({ preventScroll: true });
});
menu.addEventListener("click", event => {
  if (drawer.checked && event.target.closest("a[href^='#']")) drawer.click();
});
matchMedia("(min-width: 76.25em)").addEventListener("change", () => drawer.checked && drawer.click());

// Material's search: ready before its script is, left by Escape or by going on, its results in the order of the keys.
// Zensical's is another, and zensical.js is for it.
const search = find("#__search"), finder = find(".md-search"), query = find(".md-search__input");
if (query) {
  search.addEventListener("change", () => {
    if (search.checked) query.focus();
    else if (finder.contains(document.activeElement)) find("header [for=__search]").focus({ preventScroll: true });
  });
  query.addEventListener("input", () => search.checked || search.click());
  finder.addEventListener("focusout", event => {
    if (search.checked && event.relatedTarget && !finder.contains(event.relatedTarget)) search.click();
  });
  const results = find(".md-search-result__list");
  new MutationObserver(() => {
    for (const node of results.querySelectorAll("[tabindex]")) node.removeAttribute("tabindex");
    // A link is named by its words, but not by those of an article in it; and these are no titles of this page.
    for (const node of results.querySelectorAll("article, h1, h2")) node.setAttribute("role", "presentation");
  }).observe(results, { childList: true, subtree: true });
}

// One letter alone is no command: who speaks to a computer says letters all the time (WCAG 2.1.4).
// And in the search the theme gets only the keys that it handles well: Tab would close it.
addEventListener("keydown", event => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  const isLetter = event.key.length === 1 && !typing && !event.ctrlKey && !event.metaKey;
  const isKept = query && search.checked && !["Enter", "ArrowDown", "ArrowUp"].includes(event.key);
  if (isLetter || isKept) event.stopImmediatePropagation();
  if (event.key !== "Escape") return;
  if (drawer.checked) drawer.click();
  else if (event.target.closest?.(".md-search__output")) query.focus();
  else if (query && search.checked) search.click();
}, true);
