// Leave quickly, and erase everything. The exit in the bar is a plain link; with this script it also hides the page,
// erases what the guide stored in this browser, and takes the page's place in the history.
// Loaded in the head, before anything is shown, because a reader may have to leave in the first second.
(() => {
  // Everything the guide stores is under this one key. Sites can share an origin and its storage, so it has our path.
  const KEY = "guide:" + new URL("../..", document.currentScript.src).pathname;
  let left = false;

  // --- Erasing ---

  // Reaches the guide's other tabs, and the pages that the browser keeps for Back. Firefox gives such a page a copy of
  // the session storage in which nothing can be erased; a message makes it (and Chromium) load the page again instead.
  let channel;
  try {
    channel = new BroadcastChannel(KEY);
  } catch {} // An old browser has none, and one that blocks storage may refuse it.

  const erase = () => {
    for (const kind of ["localStorage", "sessionStorage"]) {
      try {
        window[kind].removeItem(KEY);
      } catch {} // Storage is blocked, so nothing is stored.
    }
  };
  const clear = () => {
    for (const field of document.querySelectorAll("input, textarea")) {
      field.checked = false;
      field.value = "";
    }
  };
  const forgetHere = () => {
    erase();
    window.name = "";
    clear();
    dispatchEvent(new Event("guide:forgotten")); // ticks.js
  };
  const forget = () => {
    forgetHere();
    channel?.postMessage("forget");
  };
  if (channel) channel.onmessage = forgetHere;
  addEventListener("guide:forget", forget);
  // A browser that opens a closed tab again restores its storage; Firefox even what was erased less than 15 seconds
  // before. It does not restore the window's name, so without the name that ticks.js gives, what was stored is erased.
  // Firefox also drops the name when the reader comes back from another site to a page that it has not kept.
  try {
    if (window.name !== "1") sessionStorage.removeItem(KEY);
  } catch {} // Storage is blocked.
  // A browser may keep the page, with what was typed into it, and show it again on Back. ticks.js restores its fields.
  addEventListener("pagehide", clear);

  // The button on the page about privacy. Worksheets and checklists get theirs from ticks.js.
  addEventListener("DOMContentLoaded", () => {
    const box = document.createElement("div");
    box.className = "keeping";
    box.innerHTML = '<button type="button">Forget everything</button><p class="said" role="status"></p>';
    box.firstChild.onclick = () => {
      forget();
      box.lastChild.textContent = "All ticks and answers are erased.";
    };
    document.getElementById("forget")?.after(box);
  });

  // --- Leaving ---

  const leave = () => {
    const link = document.querySelector("a.exit");
    if (!link) return;
    left = true;
    // First what can be seen and heard. The next site may be slow, and white would flash in a dark room.
    document.documentElement.style.cssText = "background: Canvas !important";
    document.body.style.setProperty("display", "none", "important");
    document.title = "Loading"; // an empty one would make the tab show the address
    document.querySelector("link[rel~=icon]")?.remove(); // ours, and not found once the address below has changed
    forget();
    // Another script may store something as the page closes. These listeners are added last, so they run last.
    addEventListener("pagehide", erase);
    addEventListener("visibilitychange", erase);
    window.stop(); // unfinished requests would be sent again, relative to the new address
    try {
      history.replaceState(null, "", "/"); // shown while the next site loads
    } catch {} // A page opened from a file may not do that.
    location.replace(link.href); // takes this page's place in the history, so that Back does not return to it
  };

  // In a hurry, any click on the exit means out: also with Ctrl or the middle button, which would leave this tab open.
  const click = (event) => {
    if (event.button > 1 || !event.target.closest?.("a.exit")) return;
    event.preventDefault();
    leave();
  };
  addEventListener("click", click, true);
  addEventListener("auxclick", click, true);

  // Shift three times, each within five seconds of the last, and alone: with another key or the mouse it means that.
  let alone = false;
  let count = 0;
  let timer;
  const show = (words) => {
    document.querySelector(".exit__said").textContent = words;
    document.querySelector(".exit__count").textContent = count ? "●".repeat(count) + "○".repeat(3 - count) : "";
  };
  const reset = (words) => {
    clearTimeout(timer);
    if (!count) return;
    count = 0;
    show(words);
  };
  const isWriting = (node) =>
    node.isContentEditable || node.matches?.("textarea, select, input:not([type=checkbox], [type=radio])");
  addEventListener("keydown", (event) => {
    alone = event.key === "Shift" && !event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key !== "Shift") reset("");
  }, true);
  addEventListener("pointerdown", () => { alone = false; }, true);
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone || isWriting(event.composedPath()[0]) || !document.querySelector(".exit__said")) return;
    count += 1;
    if (count === 3) return leave();
    show(count === 1 ? "Shift: press 2 more times to leave this page" : "Shift: press 1 more time to leave this page");
    clearTimeout(timer);
    timer = setTimeout(reset, 5000, "Still on this page");
  }, true);

  // Back can reach an earlier place on a page that was left. A kept copy would be blank, so it is loaded again.
  addEventListener("pageshow", (event) => { if (event.persisted && left) location.reload(); });
})();
