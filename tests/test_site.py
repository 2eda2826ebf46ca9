"""The built site, as a reader's browser gets it."""

import posixpath
import re
from collections import Counter
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from conftest import NAV, ROOT, SITE, built

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


# --- Figures: drawings in docs/assets/img, each in a page by one line of Markdown ---

SHOWN = re.compile(r"!\[[^]]+]\(\S*assets/img/([\w-]+\.svg)\){: \.figure ")
FIGURES = sorted({name for source in NAV for name in SHOWN.findall((ROOT / "docs" / source).read_text("utf-8"))})
SVG = "{http://www.w3.org/2000/svg}"


def drawing(name):
    """Parse the figure `name` as it was built; return its root and its text."""
    text = (SITE / "assets/img" / name).read_text("utf-8")
    return ElementTree.fromstring(text), text


def test_every_picture_says_what_it_shows_and_how_large_it_is(pages):
    assert len(FIGURES) >= 5
    for source in NAV:
        for image in pages[built(source)].select("article img"):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(built(source)), image.attrs["src"]))
            assert (SITE / path).is_file()
            assert 20 <= len(image.attrs["alt"]) <= 160, f"{source}: {image.attrs['alt']}"
            if path.endswith(".svg"):
                root = drawing(posixpath.basename(path))[0]
                # The page keeps exactly the room that the drawing takes, so that nothing jumps.
                size = [image.attrs["width"], image.attrs["height"]]
                assert size == [root.get("width"), root.get("height")] == root.get("viewBox").split()[2:]
                assert "figure" in image.attrs["class"]


@pytest.mark.parametrize("name", FIGURES)
def test_figure_names_itself_and_needs_nothing_else(name):
    root, text = drawing(name)
    assert root.get("role") == "img"
    said = {node.tag: node for node in root}
    for tag in ("title", "desc"):
        assert said[SVG + tag].text.strip()
        assert said[SVG + tag].get("id") in root.get("aria-labelledby").split()
    allowed = "svg title desc style defs g use path rect circle ellipse line text tspan".split()
    assert {node.tag for node in root.iter()} <= {SVG + tag for tag in allowed}  # no script, no picture, no font
    for node in root.iter():
        assert not [key for key in node.attrib if key.startswith("on")]
        assert (node.get("href") or "#").startswith("#")
    assert not re.search(r"url\(|@import|@font-face|https?:(?!//www\.w3\.org/2000/svg\")|//(?!www\.w3\.org)", text)
    assert "@media (prefers-color-scheme: dark)" in said[SVG + "style"].text
    assert len(text.encode()) < 8_000


@pytest.mark.parametrize("name", FIGURES)
def test_words_of_a_figure_are_large_enough_on_a_phone(name):
    root, text = drawing(name)
    scale = min(360, float(root.get("width"))) / float(root.get("viewBox").split()[2])
    sizes = re.findall(r"font-size(?::\s*|=\")([\d.]+)", text)
    assert sizes
    assert min(map(float, sizes)) * scale >= 14


# Each piece of text, with its color, the color of what it stands on at both its ends, and whether that is in the frame.
STANDS_ON = """() => [...document.querySelectorAll("text")].flatMap(text => {
  const frame = document.documentElement.getBoundingClientRect();
  return [...(text.children.length ? [text.firstChild, ...text.children] : [text.firstChild])].map(part => {
    const range = document.createRange();
    range.selectNodeContents(part);
    const box = range.getBoundingClientRect();
    const below = x => document.elementsFromPoint(x, box.top + box.height / 2)
      .filter(node => !["text", "tspan", "svg"].includes(node.tagName))
      .map(node => getComputedStyle(node).fill).find(fill => fill !== "none");
    return [part.textContent, getComputedStyle(text).fill, below(box.left + 1), below(box.right - 1),
            box.left >= frame.left && box.right <= frame.right];
  });
})"""


def contrast(one, two):
    """Return the contrast of two colors as browsers write them: rgb(1, 2, 3)."""
    lights = []
    for color in (one, two):
        parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        lights.append(0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] + 0.05)
    return max(lights) / min(lights)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", FIGURES)
def test_words_of_a_figure_stand_on_a_shape_of_their_own(name, scheme, open_page):
    """So they can be read on any ground: an EPUB's page may be white where the device is dark, or sepia, or black."""
    page = open_page(f"assets/img/{name}", color_scheme=scheme, viewport={"width": 400, "height": 1000})
    found = page.evaluate(STANDS_ON)
    assert found
    for words, ink, left, right, is_inside in found:
        assert is_inside, f"{words}: runs out of the figure"
        assert left, f"{words}: begins outside its shape"
        assert right, f"{words}: ends outside its shape"
        assert min(contrast(ink, left), contrast(ink, right)) >= 7, words


@pytest.mark.parametrize("name", FIGURES)
def test_lines_of_a_figure_can_be_seen_on_any_ground(name):
    for color in re.findall(r"\.path\b[^{]*{[^}]*stroke: #(\w{6})", drawing(name)[1]):
        ink = "rgb({}, {}, {})".format(*bytes.fromhex(color))
        assert min(contrast(ink, "rgb(255, 255, 255)"), contrast(ink, "rgb(26, 24, 32)")) >= 3


def test_the_path_drawn_is_the_path_written(pages):
    """May I write to them today? Each question has the same ends in the figure as in the list below it."""
    article, root = pages["together/may-i-write/index.html"].select_one("article"), drawing("may-i-write.svg")[0]
    ends = {"stop": "do-not-contact", "wait": "wait", "note": "write"}
    drawn = {}
    for mark in root.iter(f"{SVG}use"):
        end = ends.get(mark.get("class"))
        drawn.setdefault(mark.get("y"), set()).update({end} - {None})
    numbers = {node.text: node for node in root.iter(f"{SVG}text") if (node.text or "").isdigit()}
    rows = {str(int(node.get("y")) - 5): f"question-{number}" for number, node in numbers.items()}
    first = min((node.get("y") for node in root.iter(f"{SVG}use") if node.get("class") == "stop"), key=int)
    rows[first] = "stop-here-first"
    assert int(first) < min(int(y) for y in rows if y != first)  # the hard stop comes before every question
    for y, heading in rows.items():
        links = article.select(f"#{heading} ~ ul")[0].select("a")
        written = {link.attrs["href"].removeprefix("#") for link in links} & set(ends.values())
        assert drawn[y] == written, heading
    assert len(rows) == 1 + len(article.select("h2[id^=question-]"))


SCHEME = "node => getComputedStyle(node).colorScheme"  # a drawing in a page follows this, not the device alone


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figures_follow_the_screen_and_are_dark_on_white_on_paper(scheme, open_page):
    page = open_page("you/endings/", color_scheme=scheme, viewport={"width": 390, "height": 844})
    assert scheme in page.locator(".figure").evaluate(SCHEME)
    page.emulate_media(media="print", color_scheme=scheme)
    page.wait_for_function(f"({SCHEME})(document.querySelector('.figure')) === 'light'")


@pytest.mark.parametrize("width", [320, 390])
def test_figures_fit_a_phone(width, open_page):
    page = open_page("together/may-i-write/", viewport={"width": width, "height": 700})
    box = page.locator(".figure").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert box["height"] / box["width"] == pytest.approx(846 / 352, rel=0.01)
