// What Zensical's search needs under this guide's policy, and with a script that comes late. MkDocs' pages do not load it.

// It writes its style into the page, which the policy forbids. A sheet that a script adopts is allowed. Its grays are
// too pale to read.
ShadowRoot.prototype.appendChild = function (node) {
  if (node.localName !== "style") return Node.prototype.appendChild.call(this, node);
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${node.textContent} dialog { --alpha-lighter: 0.8 !important }`);
  this.adoptedStyleSheets.push(sheet);
  return node;
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
