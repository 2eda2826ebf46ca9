"""The built site, as a reader's browser gets it."""

import posixpath
import re
from collections import Counter
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from conftest import NAV, SITE, built

# What a browser fetches by itself when it opens a page; an <a href> waits for the reader.
FETCHED = (
    ("script", "src"), ("img", "src"), ("img", "srcset"), ("source", "src"), ("source", "srcset"), ("iframe", "src"),
    ("object", "data"), ("embed", "src"), ("video", "src"), ("video", "poster"), ("audio", "src"), ("track", "src"),
    ("input", "src"), ("use", "href"), ("image", "href"), ("body", "background"),
)  # fmt: skip
# A <link> of one of these kinds only names an address.
NAMED_ONLY = {"canonical", "next", "prev", "license", "alternate"}
CSS_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""")


def fetched(page):
    """Yield each address that opening `page` (a parsed document) fetches."""
    for tag, attribute in FETCHED:
        for node in page.select(f"{tag}[{attribute}]"):
            yield node.attrs[attribute]
    for node in page.select("link[href]"):
        if not NAMED_ONLY & set(node.attrs.get("rel") or ()):
            yield node.attrs["href"]
    for node in page.select("style"):
        yield from CSS_ADDRESS.findall(node.text)
    for node in page.select("[style]"):
        yield from CSS_ADDRESS.findall(node.attrs["style"] or "")


def is_elsewhere(address):
    """Say whether `address` names a host of its own."""
    return bool(urlsplit(address.strip()).netloc)


def test_every_page_of_the_nav_is_built_and_nothing_else(pages):
    assert sorted(pages) == sorted([built(source) for source in NAV] + ["404.html"])


def test_every_page_can_be_reached_from_the_home_page(pages):
    seen, waiting = set(), ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in seen or path not in pages:
            continue
        seen.add(path)
        for link in pages[path].select("a[href]"):
            target = urlsplit(urljoin(f"http://site/{path}", link.attrs["href"]))
            if target.netloc == "site":
                file = unquote(target.path).lstrip("/")
                waiting.append(posixpath.join(file, "index.html") if not file or file.endswith("/") else file)
    assert seen == set(pages) - {"404.html"}


@pytest.mark.parametrize("source", NAV)
def test_page_says_what_it_is(pages, source):
    page = pages[built(source)]
    assert page.select_one("html").attrs["lang"] == "en"
    assert len(page.select("h1")) == 1
    assert page.select_one("title").text.strip()
    assert 50 <= len(page.select_one("meta[name=description]").attrs["content"]) <= 160
    assert page.select_one("main time[datetime]"), "no date of review is shown"


def test_titles_and_descriptions_differ(pages):
    for selector, text in (
        ("title", lambda node: node.text),
        ("meta[name=description]", lambda node: node.attrs["content"]),
    ):
        counts = Counter(text(pages[built(source)].select_one(selector)) for source in NAV)
        assert [value for value, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("source", NAV)
def test_help_is_one_tap_away(pages, source):
    path = built(source)
    targets = {urljoin(f"/{path}", a.attrs["href"]) for a in pages[path].select("[data-md-component=announce] a")}
    assert "/safety/help/" in targets


def test_pages_fetch_nothing_from_another_host(pages):
    found = {path: [address for address in fetched(page) if is_elsewhere(address)] for path, page in pages.items()}
    # The 404 page is served at any depth, so its addresses carry the site's own host or start at its root.
    own = pages["index.html"].select_one("link[rel=canonical]").attrs["href"]
    found["404.html"] = [address for address in found["404.html"] if not address.startswith(own)]
    assert {path: addresses for path, addresses in found.items() if addresses} == {}


def test_style_sheets_fetch_nothing_from_another_host():
    sheets = list(SITE.rglob("*.css"))
    assert sheets
    comments = re.compile(r"/\*.*?\*/", re.S)
    found = [a for s in sheets for a in CSS_ADDRESS.findall(comments.sub("", s.read_text("utf-8"))) if is_elsewhere(a)]
    assert found == []


def test_glossary_words_have_their_meaning_as_tooltip(pages):
    assert any(page.select("article abbr[title]") for page in pages.values())
