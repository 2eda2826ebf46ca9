// A browser keeps a page it has left, with what was typed, and shows it again on Back. Not this one.
addEventListener("pagehide", () => { document.getElementById("unsent-message").value = ""; });
