"""Draw the share card and the picture of the README again, from the built site. Needs Chromium.

python tests/pictures.py      writes docs/assets/img/card.png and .github/preview.png; look at both before a commit
"""

import base64
import functools
import http.server
import threading

from browsers import chromium_path
from conftest import PREFIX, ROOT, SITE, Pages
from playwright.sync_api import sync_playwright

# Each takes the place of a page of the site, so colors, letters and rings are the site's own.
CARD = """([rings, title]) => {
    document.body.className = "card";
    document.body.innerHTML = `${rings}<h1>${title}</h1><p>A free, private guide</p>`;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`.card { display: grid; height: 630px; padding: 0 90px; grid-template: 1fr auto auto 1fr / 1fr 420px; column-gap: 40px; }
        .card h1 { grid-row: 2; margin: 0; font-size: 68px; line-height: 1.1 } .card p { grid-row: 3; margin: 26px 0 0; font-size: 30px; color: var(--muted) }
        .card svg { width: 420px; height: auto; grid-area: 2 / 2 / 4; align-self: center }`);
    document.adoptedStyleSheets = [sheet];
}"""
PREVIEW = """pictures => {
    document.body.className = "preview";
    document.body.replaceChildren(...pictures.map(src => Object.assign(new Image(), { src: `data:image/png;base64,${src}` })));
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`.preview { display: flex; gap: 40px; padding: 40px; background: var(--plum-tint); align-items: center }
        .preview img { height: 720px; border-radius: 12px; border: 1px solid var(--line) }`);
    document.adoptedStyleSheets = [sheet];
}"""


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    home = f"http://127.0.0.1:{server.server_port}{PREFIX}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1200, "height": 630})
        page.goto(home)
        rings, title = page.locator(".rings").evaluate("node => node.outerHTML"), page.locator("h1").inner_text()
        page.evaluate(CARD, [rings, title])
        page.screenshot(path=ROOT / "docs/assets/img/card.png")
        shots = []
        for path, width, height in (("", 1280, 860), ("friends/why/", 390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            page.goto(home + path)
            shots.append(base64.b64encode(page.screenshot()).decode())
        page.set_viewport_size({"width": 1526, "height": 800})
        page.evaluate(PREVIEW, shots)
        page.wait_for_timeout(300)
        page.screenshot(path=ROOT / ".github/preview.png")
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
