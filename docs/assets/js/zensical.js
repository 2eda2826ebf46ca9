// What Zensical's search needs under this guide's policy, and with a script that comes late. MkDocs' pages do not load it.

// It writes its style into the page, which the policy forbids. A sheet that a script adopts is allowed.
// Its grays are too pale to read and its buttons small, and it has to stay below the bar.
const changes = `
  dialog { --alpha-light: 1 !important; --alpha-lighter: 0.8 !important; inset: var(--bar) 0 0 !important; height: auto !important }
  dialog menu { color: inherit !important }
  dialog button { min-width: 44px; min-height: 44px }
`;
ShadowRoot.prototype.appendChild = function (node) {
  if (node.localName !== "style") return Node.prototype.appendChild.call(this, node);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(node.textContent + changes);
  this.adoptedStyleSheets.push(sheet);
  return node;
};

// It would be the one thing in reach while it is open. Help and the way out stay in reach on this site, always.
HTMLDialogElement.prototype.showModal = function () {
  this.removeAttribute("aria-modal");
  this.show();
  addEventListener("pagehide", () => { this.querySelector("input").value = ""; }); // Back shows nothing that was typed
  const mend = () => {
    // A result is called what can be read of it, and what is longer than the screen can be scrolled by keys.
    for (const result of this.querySelectorAll("[role=option][aria-labelledby]")) result.removeAttribute("aria-labelledby");
    for (const list of this.querySelectorAll("div[tabindex='-1']")) Object.assign(list, { tabIndex: 0, role: "region", ariaLabel: "Results" });
  };
  this.mending ??= new MutationObserver(mend).observe(this, { childList: true, subtree: true }) ?? true;
  mend();
  this.onkeydown = event => {
    if (event.key === "Escape") this.querySelector("button").click(); // it closes the search, as Escape did
  };
};

// Its button does nothing before its script is there: what was asked for meanwhile is asked again.
let asked = false;
const ask = event => { asked = asked || Boolean(event.target.closest?.(".md-search__button, [for=__search]")); };
addEventListener("click", ask, true);
document.addEventListener("load", event => {
  if (!event.target.src?.includes("/bundle.")) return;
  removeEventListener("click", ask, true);
  if (asked) document.querySelector(".md-search__button").click();
}, true);
