// Leave quickly. The exit in the bar is a plain link; with this it covers, forgets and replaces the page as well.
// Loaded in the head, before anything is shown, because a reader may have to leave in the first second.
(() => {
  // What other scripts of this site store begins with this; it names the site's own path, as hosts share one storage.
  const ours = "guide:" + new URL("../..", document.currentScript.src).pathname;
  let left = false;

  const forget = () => {
    for (const kind of ["localStorage", "sessionStorage"]) {
      try {
        const store = window[kind];
        Object.keys(store).filter((key) => key.startsWith(ours)).forEach((key) => store.removeItem(key));
      } catch {} // A browser may forbid storage; then there is nothing to erase.
    }
  };

  const leave = () => {
    const link = document.querySelector("a.exit");
    if (!link) return;
    left = true;
    // First what can be seen and heard. The next site may be slow, and white would flash in a dark room.
    document.documentElement.style.cssText = "background: Canvas !important";
    document.body.style.setProperty("display", "none", "important");
    document.title = "Loading"; // an empty one would make the tab show the address
    document.querySelector("link[rel~=icon]")?.remove(); // ours, and lost once the address below has changed
    // The words and ticks in a page that is left can be kept with it.
    for (const field of document.querySelectorAll("input, textarea")) {
      field.value = "";
      field.checked = false;
    }
    dispatchEvent(new Event("guide:forget")); // ticks.js, in this tab and in others
    forget();
    // Other scripts may store once more when the page goes. These are added last, so they run last.
    addEventListener("pagehide", forget);
    addEventListener("visibilitychange", forget);
    window.stop(); // what is still on its way would be asked for by the new address
    try {
      history.replaceState(null, "", "/"); // seen while the next site loads
    } catch {} // A page opened from a file may not do that.
    location.replace(link.href); // takes this page's place, so that Back does not return to it
  };

  // In a hurry, any click on the exit means out: also one with Ctrl or the middle button, which would leave this tab open.
  const click = (event) => {
    if (event.button > 1 || !event.target.closest?.("a.exit")) return;
    event.preventDefault();
    leave();
  };
  addEventListener("click", click, true);
  addEventListener("auxclick", click, true);

  // Shift three times, each within five seconds of the last. Pressed alone: with another key or the mouse, it means that.
  let alone = false;
  let count = 0;
  let timer;
  const tell = (words) => {
    document.querySelector(".exit__said").textContent = words;
    document.querySelector(".exit__count").textContent = count ? "●".repeat(count) + "○".repeat(3 - count) : "";
  };
  const end = (words) => {
    clearTimeout(timer);
    if (count) tell(words, count = 0);
  };
  const isWriting = (node) =>
    node.isContentEditable || node.matches?.("textarea, select, input:not([type=checkbox], [type=radio])");
  addEventListener("keydown", (event) => {
    alone = event.key === "Shift" && !event.repeat && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key !== "Shift") end("");
  }, true);
  addEventListener("pointerdown", () => { alone = false; }, true);
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone || isWriting(event.composedPath()[0]) || !document.querySelector(".exit__said")) return;
    count += 1;
    if (count === 3) return leave();
    tell(count === 1 ? "Shift: press 2 more times to leave this page" : "Shift: press 1 more time to leave this page");
    clearTimeout(timer);
    timer = setTimeout(end, 5000, "Still on this page");
  }, true);

  // Back can reach an earlier place on a page that was left. A kept copy would be blank, so it is loaded anew.
  addEventListener("pageshow", (event) => { if (event.persisted && left) location.reload(); });
})();
