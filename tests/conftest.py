"""What the tests share: the folder of the project and the pages of the built site."""

import functools
import http.server
import pathlib
import threading
import types

import browsers
import pytest
import turbohtml
from mkdocs.config import load_config
from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).parent.parent
SITE = ROOT / "site"


def nav_pages(nav):
    """Yield the source path of each page in `nav` (a list as mkdocs.yml has it), in reading order."""
    for entry in nav:
        target = entry if isinstance(entry, str) else next(iter(entry.values()))
        if isinstance(target, str):
            yield target
        else:
            yield from nav_pages(target)


def built(source):
    """Return where MkDocs puts the page made from `source`, relative to the site."""
    return (
        source.removesuffix("index.md") + "index.html" if source.endswith("index.md") else source[:-3] + "/index.html"
    )


NAV = list(nav_pages(load_config(str(ROOT / "mkdocs.yml"))["nav"]))


# Which engine built site/, as its pages say.
HOME = SITE / "index.html"
ENGINE = "zensical" if HOME.exists() and b'content="zensical-' in HOME.read_bytes() else "mkdocs"


def pytest_collection_modifyitems(items):
    """Stop with one line when a test that is to run needs a browser and this machine has not all of them."""
    if any({"browser", "driver"} & set(item.fixturenames) for item in items) and not browsers.are_here():
        pytest.exit("the browsers that the tests drive are not all here; run: tests/browsers.sh", 1)


@pytest.fixture(scope="session")
def pages():
    """Every page of the built site, parsed, by its path in the site. The bound books in downloads/ are not pages."""
    if not (SITE / "index.html").exists():
        pytest.fail("there is no site/ to test; run: make site")
    return {
        path.relative_to(SITE).as_posix(): turbohtml.parse(path.read_bytes())
        for path in sorted(SITE.rglob("*.html"))
        if path.parent.name != "downloads"
    }


@pytest.fixture(scope="session")
def kinds(pages):
    """Pages of each kind, found by what they hold; of several, the one that holds the most."""
    boxes, lines, cells = "li.task-list-item", "p[class^=write-]", "article td:nth-child(2)"
    kept = {
        path.removesuffix("index.html"): page
        for path, page in pages.items()
        if path.endswith("/index.html") and not page.select("meta[http-equiv=refresh]")
    }

    def find(*selectors, without="nothing"):
        counts = {
            path: min(len(page.select(selector)) for selector in selectors)
            for path, page in kept.items()
            if not page.select(without)
        }
        assert max(counts.values()), f"no page has {selectors}"
        return max(counts, key=counts.get)

    plain = [path for path, page in kept.items() if not page.select(f"{boxes}, {lines}") and path.count("/") == 2]
    return types.SimpleNamespace(
        sheet=find(boxes, lines, without=f"#unsent-message, {cells}"),
        checklist=find(boxes, without=lines),
        table=find(lines, cells),
        unsent=find("#unsent-message"),
        privacy=find("#forget"),
        plain=plain[0],
        other=plain[1],
    )


# GitHub Pages serves a project below its name, so the tests do too.
PREFIX = "/some-repo/"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


class Pages(http.server.SimpleHTTPRequestHandler):
    """Serves the built site as GitHub Pages does: below PREFIX, 404.html for what is not there, no cookies."""

    protocol_version = "HTTP/1.1"

    def translate_path(self, path):
        return super().translate_path(path.removeprefix(PREFIX[:-1])) if path.startswith(PREFIX) else "/nowhere"

    def send_error(self, code, message=None, explain=None):
        body = (SITE / "404.html").read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def address(pages):
    """The address of the built site, served below a prefix on a port of this machine."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, directory=SITE))
    server.handle_error = lambda *_: None  # a browser that closes in the middle of an answer is no error
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{PREFIX}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    """A real browser without a window. A machine without one fails; it does not skip."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browsers.chromium_path(),
            # Root has no sandbox to run in; and the browser itself is to call nobody.
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser, address):
    """A function that opens a page of the guide, e.g. `open_page("safety/help/")`, in a context of its own.

    Keyword arguments go to the browser's context: viewport, color_scheme, java_script_enabled, and so on.
    What the page asks of other hosts and what it writes to the console are kept as `page.foreign` and `page.messages`.
    """
    contexts = []

    def open_page(path="", context=None, **options):
        if context is None:
            contexts.append(context := browser.new_context(**{"viewport": DESKTOP} | options))
        page = context.new_page()
        page.foreign, page.messages = [], []
        page.on("request", lambda r: r.url.startswith((address, "data:", "blob:")) or page.foreign.append(r.url))
        page.on("console", lambda message: page.messages.append(message.text))
        page.on("pageerror", lambda error: page.messages.append(str(error)))
        page.goto(address + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
