// What the theme does that this guide may not: keep things, send words, catch keys; and what it leaves unnamed.

// Its inline script, which the policy forbids, defined these. Nothing is ever read from storage or written to it.
const config = JSON.parse(document.getElementById("__config").textContent);
globalThis.__md_scope = new URL(config.base, location);
globalThis.__md_hash = text => [...text].reduce((hash, letter) => (hash << 5) - hash + letter.charCodeAt(0), 0);
globalThis.__md_get = () => null;
globalThis.__md_set = () => {};

// The theme's script serves searching and menus. It comes at the first sign that somebody wants more than to read.
const signs = ["pointerdown", "pointermove", "keydown", "wheel", "scroll", "focusin"];
function load() {
  for (const sign of signs) removeEventListener(sign, load, true);
  for (const later of document.querySelectorAll("script[data-later]")) {
    const script = document.createElement("script");
    script.src = later.src;
    document.body.append(script);
  }
}
for (const sign of signs) addEventListener(sign, load, { capture: true, passive: true });

// A form that is sent would put the words into the address.
addEventListener("submit", event => event.preventDefault(), true);

// One letter alone is no command: who speaks to a computer says letters all the time (WCAG 2.1.4).
addEventListener("keydown", event => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key.length === 1 && !typing && !event.ctrlKey && !event.metaKey) event.stopImmediatePropagation();
}, true);
