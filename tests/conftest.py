"""What the tests share: the pages of the built site, a server as GitHub Pages is one, and a browser."""

import contextlib
import http.server
import pathlib
import threading
import types

import browsers
import guide
import pytest
import turbohtml
from playwright.sync_api import sync_playwright

ROOT = pathlib.Path(__file__).parent.parent
SITE = ROOT / "site"
NAV = [guide.file_of(entry.source) for entry in guide.load(ROOT).nav]
# Every page of the built site, parsed, by its path in the site. The bound books in downloads/ are not pages.
PAGES = {
    path.relative_to(SITE).as_posix(): turbohtml.parse(path.read_bytes())
    for path in sorted(SITE.rglob("*.html"))
    if path.parent.name != "downloads"
}
LOST = "404.html"  # stands for an address that is not there
SAFE = "https://www.wikipedia.org/"  # where the exit leads
FORWARDS = [path for path, page in PAGES.items() if page.select("meta[http-equiv=refresh]")]
ALL = [path for path in PAGES if path not in FORWARDS]
# Which engine built site/, as its pages say.
ENGINE = "zensical" if PAGES and PAGES["index.html"].select("meta[content^=zensical-]") else "mkdocs"

# What templates, style sheets and scripts know apart, as a selector that only pages of the kind match.
BOX, LINES, CELLS, UNSENT = "li.task-list-item", "p[class^=write-]", "article td:nth-child(2)", "#unsent-message"
KINDS = {
    kind: sorted(
        (path for path in ALL if PAGES[path].select(selector)), key=lambda path: -len(PAGES[path].select(f"{BOX}, {LINES}"))
    )
    for kind, selector in {
        "home": "body.home", "overview": "body.overview:not(.home)", "chapter": "body.chapter", "words": "article abbr",
        "long": "body.reference .contents", "help": ".countries", "path": "body.path", "steps": "article > ol",
        "privacy": "#forget", "unsent": UNSENT, "table": f"body:has({LINES}):has({CELLS})",
        "checklist": f"body:has({BOX}):not(:has({LINES}))",
        "sheet": f"body:has({BOX}):has({LINES}):not(:has({UNSENT})):not(:has({CELLS}))",
        "plain": f"body.reference:not(:has({BOX})):not(:has({LINES}))",
    }.items()
}  # fmt: skip
ONE = {kind: paths[0] for kind, paths in KINDS.items() if paths}


def pytest_collection_modifyitems(items):
    """Put the slowest files first, so that no core waits for one at the end; stop when the site or a browser is missing."""
    slowest = ["test_traces", "test_make", "test_site", "test_bind", "test_sheets", "test_search"]
    items.sort(key=lambda item: slowest.index(item.path.stem) if item.path.stem in slowest else len(slowest))
    if items and not PAGES:
        pytest.exit("there is no site/ to test; run: make site", 1)
    if any({"browser", "driver"} & set(item.fixturenames) for item in items) and not browsers.are_here():
        pytest.exit("the browsers that the tests drive are not all here; run: tests/browsers.sh", 1)


@pytest.fixture(scope="session")
def kinds():
    """The address of a page of each kind, the one with the most to tick and to fill in."""
    addresses = {kind: path.removesuffix("index.html") for kind, path in ONE.items()}
    return types.SimpleNamespace(**addresses, other=KINDS["plain"][1].removesuffix("index.html"))


# GitHub Pages serves a project below its name, so the tests do too.
PREFIX = "/some-repo/"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


class Pages(http.server.SimpleHTTPRequestHandler):
    """Serves the built site as GitHub Pages does: below a prefix, 404.html for what is not there, no cookies."""

    protocol_version, prefix = "HTTP/1.1", PREFIX

    def __init__(self, *args, directory=SITE):
        super().__init__(*args, directory=directory)

    def translate_path(self, path):
        return super().translate_path(path[len(self.prefix) - 1 :] if path.startswith(self.prefix) else "/nowhere")

    def send_error(self, code, message=None, explain=None):
        self.answer((SITE / LOST).read_bytes(), code)

    def answer(self, body, status=200, kind="text/html; charset=utf-8"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(handler=Pages):
    """Serve the built site on a port of this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.handle_error = lambda *_: None  # a browser that closes in the middle of an answer is no error
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def address():
    """The address of the built site, served below a prefix."""
    with serving() as server:
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"


@pytest.fixture(scope="session")
def browser():
    """A real browser without a window. A machine without one fails; it does not skip."""
    path = browsers.chromium_path()
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=path, args=browsers.QUIET) as browser,
    ):
        yield browser


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
