"""What the tests share: the pages of the built site by kind, a server as GitHub Pages is one, and a browser."""

import contextlib
import functools
import http.server
import os
import pathlib
import shutil
import subprocess
import threading
import types
from urllib.parse import urlsplit

import browsers
import guide
import pypdfium2
import pytest
import turbohtml
from playwright.sync_api import sync_playwright

OUTSIDE = {name: value for name, value in os.environ.items() if "MAKE" not in name}  # `make test` runs these tests
ROOT = pathlib.Path(__file__).parent.parent
SITE = ROOT / "site"
NAV = [guide.url_of(entry.source) for entry in guide.load(ROOT).nav]
# Every page of the built site, parsed, by its address in the site. The bound books in downloads/ are not pages.
PAGES = {
    path.relative_to(SITE).as_posix().removesuffix("index.html"): turbohtml.parse(path.read_bytes())
    for path in sorted(SITE.rglob("*.html"))
    if path.parent.name != "downloads"
}
LOST = "404.html"  # stands for an address that is not there
SAFE = "https://www.wikipedia.org/"  # where the exit leads
FORWARDS = [path for path, page in PAGES.items() if page.select("meta[http-equiv=refresh]")]
ALL = [path for path in PAGES if path not in FORWARDS]
# Which engine built site/, and for which address: what its pages say.
ENGINE = "zensical" if PAGES and PAGES[""].select("meta[content^=zensical-]") else "mkdocs"
BASE = urlsplit(PAGES[""].select_one("link[rel=canonical]").attrs["href"]).path if PAGES else "/"

# What templates, style sheets and scripts know apart, as a selector that only pages of the kind match; of each kind the page
# with the most to tick and to fill in comes first.
TASK, LINES, CELLS, UNSENT = "li.task-list-item", "p[class^=write-]", "article td:nth-child(2)", "#unsent-message"
SELECTORS = {
    "home": "body.home", "overview": "body.overview:not(.home)", "chapter": "body.chapter", "words": "article abbr",
    "long": "body.reference .contents", "help": ".countries", "path": "body.path", "steps": "article > ol",
    "privacy": "#forget", "unsent": UNSENT, "table": f"body:has({LINES}):has({CELLS})",
    "checklist": f"body:has({TASK}):not(:has({LINES}))", "plain": f"body.reference:not(:has({TASK}, {LINES}))",
    "sheet": f"body:has({TASK}):has({LINES}):not(:has({UNSENT}, {CELLS}))",
}  # fmt: skip
FULLEST = sorted(ALL, key=lambda path: -len(PAGES[path].select(f"{TASK}, {LINES}")))
KINDS = {kind: [path for path in FULLEST if PAGES[path].select(SELECTORS[kind])] for kind in SELECTORS}
ONE = types.SimpleNamespace(**{kind: paths[0] for kind, paths in KINDS.items() if paths})
BOX, FIELD = ".task-list-item [type=checkbox]", ".field textarea"  # as ticks.js makes them


def printed(pdf):
    """Return the text of each page of a PDF, a path or bytes, as a reader would copy it."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded().replace("\xa0", " ") for page in document]


def program(path, words):
    """Write a program of one or more lines of shell, to stand in for another."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{words}\n")
    path.chmod(0o755)


def run(folder, *command, **environment):
    """Run `command` in `folder`; return its exit status and its two outputs as one text, which holds no traceback."""
    known = {"cwd": folder, "env": OUTSIDE | environment, "timeout": 300}
    # In a session of its own, so that a test can kill everything that it started.
    done = subprocess.run(command, **known, start_new_session=True, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


def copy_sources(folder, *names):
    """Copy files and folders of the project, by their names or patterns, into `folder`; return it."""
    for path in (path for name in names for path in ROOT.glob(name)):
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if path.is_dir() else shutil.copy2)(path, target)
    return folder


def pytest_collection_modifyitems(items):
    """Put the slowest files first, so that no core waits for one at the end; stop when the site or a browser is missing."""
    slowest = ["test_traces", "test_site", "test_bind", "test_make", "test_validate", "test_sheets", "test_search"]
    items.sort(key=lambda item: slowest.index(item.path.stem) if item.path.stem in slowest else len(slowest))
    if items and not PAGES:
        pytest.exit("there is no site/ to test; run: make site", 1)
    if any({"browser", "driver"} & set(item.fixturenames) for item in items) and not browsers.are_here():
        pytest.exit("the browsers that the tests drive are not all here; run: tests/browsers.sh", 1)


# GitHub Pages serves a project below its name, so the tests do too.
PREFIX = "/some-repo/"
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


class Pages(http.server.SimpleHTTPRequestHandler):
    """Serves the built site as GitHub Pages does: below a prefix, 404.html for what is not there, no cookies."""

    protocol_version = "HTTP/1.1"

    def translate_path(self, path):
        return super().translate_path(path[len(PREFIX) - 1 :] if path.startswith(PREFIX) else "/nowhere")

    def send_error(self, code, message=None, explain=None):
        # The one page whose addresses begin at the root: as it is when it is built for this prefix.
        self.answer((SITE / LOST).read_bytes().replace(f'="{BASE}'.encode(), f'="{PREFIX}'.encode()), code)

    def answer(self, body, status=200, kind="text/html; charset=utf-8"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(handler=Pages):
    """Serve the built site on a port of this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(handler, directory=SITE)) as server:
        server.handle_error = lambda *_: None  # a browser that closes in the middle of an answer is no error
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="session")
def address():
    with serving() as server:
        yield f"http://127.0.0.1:{server.server_port}{PREFIX}"


@pytest.fixture(scope="session")
def browser():
    """A real browser without a window. A machine without one fails; it does not skip."""
    path = browsers.chromium_path()
    with sync_playwright() as client, client.chromium.launch(executable_path=path, args=browsers.QUIET) as browser:
        yield browser


def opener(browser, address):
    """A function that opens a page of the guide, e.g. `open_page("safety/help/", PHONE)`.

    Other keyword arguments go to the browser's context: has_touch, java_script_enabled, and so on; calls that agree in
    them use the same window. What its pages ask of other hosts and write to the console is kept as `page.foreign` and
    `page.messages`.
    """
    windows = {}

    def open_page(path="", viewport=DESKTOP, color_scheme="light", **options):
        key = str(options)
        if key not in windows:
            windows[key] = page = browser.new_context(**options).new_page()
            page.foreign, page.messages = [], []
            page.on("request", lambda r: r.url.startswith((address, "data:", "blob:")) or page.foreign.append(r.url))
            page.on("console", lambda message: page.messages.append(message.text))
            page.on("pageerror", lambda error: page.messages.append(str(error)))
        page = windows[key]
        page.set_viewport_size(viewport)
        page.emulate_media(media="null", color_scheme=color_scheme, forced_colors=options.get("forced_colors", "none"))
        page.goto(address + ("nowhere/at/all.html" if path == LOST else path))
        return page

    yield open_page
    for page in windows.values():
        page.context.close()


open_page = pytest.fixture(opener)  # in a browser that has stored nothing
window = pytest.fixture(opener, scope="module")  # faster, for tests that leave nothing behind
