"""The figures: drawings in docs/assets/img, each in a page by one line of Markdown."""

import posixpath
import re
from xml.etree import ElementTree

import pytest
from conftest import ONE, PAGES, ROOT, SITE

SVG = "{http://www.w3.org/2000/svg}"
IMAGES = [(path, image) for path, page in PAGES.items() for image in page.select("article img")]
FIGURES = sorted({posixpath.basename(image.attrs["src"]) for _, image in IMAGES if ".svg" in image.attrs["src"]})
# Each piece of text, with its color, the color of what it is on at both its ends, and whether that is in the frame.
IS_ON = """() => [...document.querySelectorAll("text")].flatMap(text => {
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


def drawing(name):
    """Parse the figure `name` as it was built; return its root and its text."""
    text = (SITE / "assets/img" / name).read_text("utf-8")
    return ElementTree.fromstring(text), text


def contrast(*colors):
    """Return the contrast of two colors as browsers write them: rgb(1, 2, 3). The formula is WCAG's."""
    lights = []
    for color in colors:
        parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        lights.append(0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)
    return max(lights) / min(lights)


def test_every_picture_says_what_it_shows_and_keeps_its_place():
    assert len(FIGURES) >= 3
    for path, image in IMAGES:
        assert 20 <= len(image.attrs["alt"]) <= 160, f"{path}: {image.attrs['alt']}"
        if image.attrs["src"].endswith(".svg"):
            root = drawing(posixpath.basename(image.attrs["src"]))[0]
            size = [image.attrs["width"], image.attrs["height"]]
            assert size == [root.get("width"), root.get("height")] == root.get("viewBox").split()[2:], path
            assert "figure" in image.attrs["class"]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_names_itself_and_can_be_read_on_any_ground(name, window):
    """An EPUB's page may be white where the device is dark, or sepia, or black: words are on a shape of their own."""
    root, text = drawing(name)
    said = {node.tag: node for node in root}
    for tag in ("title", "desc"):
        assert said[SVG + tag].text.strip()
        assert said[SVG + tag].get("id") in root.get("aria-labelledby").split()
    assert root.get("role") == "img"
    assert not re.search(r"<script|\son\w+=", text)
    assert "@media (prefers-color-scheme: dark)" in said[SVG + "style"].text
    assert len(text.encode()) < 8_000
    sizes = [float(size) for size in re.findall(r"font-size(?::\s*|=\")([\d.]+)", text)]
    assert min(sizes) * min(360, float(root.get("width"))) / float(root.get("viewBox").split()[2]) >= 14  # on a phone
    for color in re.findall(r"\.path\b[^{]*{[^}]*stroke: #(\w{6})", text):
        ink = "rgb({}, {}, {})".format(*bytes.fromhex(color))
        assert min(contrast(ink, ground) for ground in ("rgb(255, 255, 255)", "rgb(26, 24, 32)")) >= 3
    for scheme in ("light", "dark"):
        found = window(f"assets/img/{name}", {"width": 400, "height": 1000}, scheme).evaluate(IS_ON)
        assert found
        for words, ink, left, right, is_inside in found:
            assert is_inside, f"{words}: runs out of the figure"
            assert None not in (left, right), f"{words}: begins or ends outside its shape"
            assert min(contrast(ink, left), contrast(ink, right)) >= 7, words


def test_the_path_drawn_is_the_path_written():
    """May I write to them today? Each question has the same ends in the figure as in the list below it."""
    article, root = PAGES[ONE.path].select_one("article"), drawing("may-i-write.svg")[0]
    ends = {"stop": "do-not-contact", "wait": "wait", "note": "write"}
    drawn = {}  # at each height, the ends
    for mark in root.iter(f"{SVG}use"):
        drawn.setdefault(int(mark.get("y")), set()).update({ends.get(mark.get("class"))} - {None})
    rows = {int(text.get("y")) - 5: text.text for text in root.iter(f"{SVG}text") if (text.text or "").isdigit()}
    # The hard stop comes before every question.
    assert min(y for y in drawn if "do-not-contact" in drawn[y]) < min(rows)
    for y, number in rows.items():
        links = article.select(f"#question-{number} ~ ul")[0].select("a")
        assert drawn[y] == {link.attrs["href"].removeprefix("#") for link in links} & set(ends.values()), number
    assert len(rows) == len(article.select("h2[id^=question-]"))


def test_the_sheet_to_fill_in_has_the_stops_and_the_questions_of_the_page_word_for_word():
    page = (ROOT / "docs/together/may-i-write.md").read_text("utf-8")
    stops = re.findall(r"^- (.+): \[Don't contact them]", page.partition("## Question 1")[0], re.M)
    questions = re.findall(r"^## Question \d\. (.+\?) {#", page, re.M)
    boxes = re.findall(r"^- \[ ] (.+)", (ROOT / "docs/worksheets/readiness.md").read_text("utf-8"), re.M)
    assert (len(stops), len(questions)) == (4, 6)
    assert [*boxes[:4], *(re.match(r".+?\?", box)[0] for box in boxes[4:])] == stops + questions
