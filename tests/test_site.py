"""The built site, as a reader's browser gets it."""

import mimetypes
import posixpath
import re
from collections import Counter
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from conftest import DESKTOP, ENGINE, FIELD, NAV, PHONE, RESULT, ROOT, SITE, built, by_mkdocs

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
    assert box["height"] / box["width"] == pytest.approx(724 / 352, rel=0.01)


# --- In a browser -----------------------------------------------------------------------------------------------------

ADDRESSES = [built(source).removesuffix("index.html") for source in NAV]
LOST = "404.html"  # stands for an address that is not there
# One of each kind, for what does not differ from page to page.
KINDS = ["", "friends/", "together/space/", "worksheets/readiness/", "worksheets/unsent/", "safety/help/", LOST]
NARROW = {"width": 320, "height": 640}

# What the policy stopped is kept as `stopped`.
WITNESS = """addEventListener("securitypolicyviolation", event => {
    (globalThis.stopped ??= []).push(event.effectiveDirective + " " + event.blockedURI);
});"""

# Every rule of axe, best practice and AAA too, but two: it cannot know that a page is named the same wherever it is linked,
# and what has the contrast of AAA has that of AA.
AXE_ALL = """async () => (await axe.run({
    runOnly: axe.getRules().map(rule => rule.ruleId).filter(id => !["identical-links-same-purpose", "color-contrast"].includes(id)),
    resultTypes: ["violations"], preload: false,
})).violations"""
AXE_COLORS = """async () => (await axe.run({
    runOnly: ["color-contrast-enhanced", "link-in-text-block"], resultTypes: ["violations"], preload: false,
})).violations"""


def faults(page, script=AXE_ALL):
    """Return what axe finds on `page`, a line each."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE_SCRIPT)
    return [
        f"{rule['id']}: {node['target']} {node['html'][:150]} {node['failureSummary']}"
        for rule in page.evaluate(script)
        for node in rule["nodes"]
    ]


def wake(page):
    """Bring the theme's script, as a hand on the mouse does, and wait for it."""
    page.mouse.move(3, 3)
    page.mouse.move(5, 5)
    page.wait_for_selector("html.js")  # waiting for a function would need eval, which the policy forbids


def show(page, width, scheme):
    page.set_viewport_size(width)
    page.emulate_media(color_scheme=scheme)


def lose(page, address="nowhere/at/all/"):
    """Open an address that is not there, on a host that serves the site where it was built for."""
    root = urlsplit(re.search(r'rel="canonical" href="([^"]+)"', (SITE / "index.html").read_text("utf-8"))[1]).path

    def answer(route):
        path = unquote(urlsplit(route.request.url).path)
        file = SITE / path.removeprefix(root)
        if path.startswith(root) and (file.is_file() or (file / "index.html").is_file()):
            file = file if file.is_file() else file / "index.html"
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file)[0])
        else:
            route.fulfill(status=404, body=(SITE / LOST).read_bytes(), content_type="text/html; charset=utf-8")

    page.route("http://127.0.0.1:1/**", answer)
    page.goto(f"http://127.0.0.1:1{root}{address}")


@pytest.fixture(scope="module")
def still(browser):
    """One context for many pages, in which nothing moves and the policy's work is seen."""
    context = browser.new_context(viewport=PHONE, reduced_motion="reduce")
    context.add_init_script(WITNESS)
    yield context
    context.close()


@pytest.fixture(scope="module", params=[*ADDRESSES, LOST], ids=lambda path: path or "home")
def opened(still, address, request):
    """Every page in turn, opened once for all that is asked of every page."""
    page = still.new_page()
    page.foreign, page.messages = [], []
    page.on(
        "request", lambda r: r.url.startswith((address, "data:", "http://127.0.0.1:1/")) or page.foreign.append(r.url)
    )
    page.on("console", lambda message: page.messages.append(message.text))
    page.on("pageerror", lambda error: page.messages.append(str(error)))
    if request.param == LOST:
        lose(page)
        page.messages = [text for text in page.messages if "404" not in text]  # Chromium tells of the answer itself
    else:
        page.goto(address + request.param)
    yield page
    page.close()


def test_every_page_passes_axe_by_day_and_by_night(opened):
    show(opened, PHONE, "light")
    assert faults(opened) == []
    show(opened, PHONE, "dark")
    assert faults(opened, AXE_COLORS) == []
    show(opened, DESKTOP, "dark")
    assert faults(opened) == []
    show(opened, DESKTOP, "light")
    assert faults(opened, AXE_COLORS) == []


FORGOTTEN = """async () => [
    document.cookie, localStorage.length, sessionStorage.length,
    (await indexedDB.databases()).length, (await caches.keys()).length,
    (await navigator.serviceWorker.getRegistrations()).length,
]"""


def test_every_page_is_silent(opened):
    policy = opened.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert opened.locator("meta[name=referrer]").get_attribute("content") == "no-referrer"
    for script in ("as it comes", "with the theme's"):
        if script == "with the theme's":
            with opened.expect_response(re.compile(r"/search(_index)?\.json$")) as index:
                wake(opened)
            index.value.finished()
        assert opened.foreign == []
        assert opened.messages == []
        assert opened.evaluate("globalThis.stopped ?? []") == []
        assert opened.evaluate(FORGOTTEN) == ["", 0, 0, 0, 0, 0]
        assert opened.context.cookies() == []


# Words that stand in a box which cuts them off.
CUT = """() => [...document.querySelectorAll("body *")].filter(node => {
    const style = getComputedStyle(node), has = [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
    return has && node.checkVisibility({ visibilityProperty: true }) && node.clientWidth > 1 && !node.closest(".md-search, [aria-hidden=true]")
        && (style.overflowX !== "visible" && node.scrollWidth > node.clientWidth + 1
         || style.overflowY !== "visible" && node.scrollHeight > node.clientHeight + 2);
}).map(node => node.outerHTML.slice(0, 150))"""
# WCAG 1.4.12
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
        p { margin-bottom: 2em !important; }`);
    document.adoptedStyleSheets = [sheet];
}"""


def test_every_page_fits_a_narrow_window_also_in_large_letters(opened):
    opened.set_viewport_size(NARROW)
    session = opened.context.new_cdp_session(opened)
    for size in (16, 32):
        session.send("Page.setFontSizes", {"fontSizes": {"standard": size}})
        for script in ("() => document.adoptedStyleSheets = []", SPACED):
            opened.evaluate(script)
            assert opened.evaluate("document.documentElement.scrollWidth") <= 320, f"{size} px letters, {script}"
            assert opened.evaluate(CUT) == []
            opened.evaluate("document.getElementById('__drawer').click()")
            assert opened.evaluate(CUT) == []
            opened.evaluate("document.getElementById('__drawer').click()")
    assert opened.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") > 32
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 16}})
    opened.evaluate("document.adoptedStyleSheets = []")
    session.detach()


@pytest.mark.parametrize("path", KINDS)
def test_page_passes_axe_with_menu_and_search_open(still, address, path):
    page = still.new_page()
    try:
        lose(page) if path == LOST else page.goto(address + path)
        for width in (PHONE, DESKTOP):
            show(page, width, "light")
            if width == PHONE:
                page.locator("header [for=__drawer]").click()
                assert faults(page) == []  # before the theme's script has come, or while it comes
                wake(page)
                page.eval_on_selector_all(
                    ".md-sidebar--primary button[aria-expanded=false]", "all => all.forEach(b => b.click())"
                )
                assert faults(page) == []
                page.keyboard.press("Escape")
                page.locator(".md-header__button[for=__search]").click()
            elif ENGINE == "zensical":
                page.locator(".md-search__button").click()
            field = page.locator(FIELD)
            field.fill("friend")
            field.press("End")
            page.locator(RESULT).first.wait_for()
            assert faults(page) == []
            show(page, width, "dark")
            assert faults(page, AXE_COLORS) == []
            page.keyboard.press("Escape")
            page.locator(RESULT).first.wait_for(state="hidden")
        assert faults(page) == []
    finally:
        page.close()


def test_policy_stops_what_is_not_ours(open_page):
    page = open_page()
    page.evaluate(WITNESS)
    page.evaluate("""async () => {
        document.body.append(Object.assign(document.createElement("script"), { textContent: "globalThis.ran = true" }));
        document.body.insertAdjacentHTML("beforeend", "<img src='https://example.org/x.png'><p style='color: red' id='red'>");
        await fetch("https://example.org/").catch(() => {});
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("globalThis.ran") is None
    kinds = {line.split()[0] for line in page.evaluate("stopped")}
    assert kinds == {"script-src-elem", "img-src", "style-src-attr", "connect-src"}


ACTIVE = "() => document.activeElement"


def test_skip_link_comes_first_and_leads_into_the_text(open_page):
    page = open_page("together/space/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText").strip() == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.matches('h1, article > #__skip')")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")


def test_menu_of_a_phone_by_keyboard(open_page):
    page = open_page("together/space/", viewport=PHONE, reduced_motion="reduce")
    menu, opener = page.get_by_role("navigation", name="All pages"), page.get_by_role("button", name="Menu", exact=True)
    assert not menu.is_visible()
    opener.focus()
    page.keyboard.press("Enter")
    assert opener.get_attribute("aria-expanded") == "true"
    assert page.evaluate("document.activeElement.closest('.md-sidebar--primary') !== null")
    seen = set()
    for _ in range(60):  # all the way round
        page.keyboard.press("Tab")
        seen.add(
            page.evaluate(
                "document.activeElement.closest('header, article, footer, .md-sidebar--primary, body').className"
            )
        )
    assert not {name for name in seen if re.search("md-header|md-content|md-footer", name)}, (
        "the page behind was reached"
    )
    part = menu.get_by_role("button", name="Contents of When your ex wants to be friends")
    chapter = menu.get_by_role("link", name="The pros and cons of staying friends")
    assert not chapter.is_visible()
    part.focus()
    page.keyboard.press("Space")
    assert part.get_attribute("aria-expanded") == "true"
    assert chapter.is_visible()
    page.keyboard.press("Space")
    assert not chapter.is_visible()
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    assert opener.evaluate("node => node === document.activeElement")
    page.keyboard.press("Enter")
    part.press("Enter")
    chapter.press("Enter")
    page.wait_for_url("**/friends/pros-and-cons/")
    assert not menu.is_visible()


def test_menu_leads_to_a_section_of_the_page(open_page):
    page = open_page("together/space/", viewport=PHONE, reduced_motion="reduce")
    page.get_by_role("button", name="Menu", exact=True).press("Enter")
    page.get_by_role("button", name="Contents of Give it space first").press("Enter")
    page.get_by_role("navigation", name="On this page").get_by_role("link", name="How to ask for it").press("Enter")
    page.wait_for_timeout(300)  # the theme closes it once more, later
    assert not page.get_by_role("navigation", name="All pages").is_visible()
    assert 0 <= page.locator("#how-to-ask-for-it").bounding_box()["y"] < 200
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")


@by_mkdocs
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_search_by_keyboard(open_page, size):
    page = open_page(viewport=size, reduced_motion="reduce")
    field, results = (
        page.get_by_role("search").get_by_role("textbox", name="Search"),
        page.locator(".md-search__output"),
    )
    opener = page.get_by_role("button", name="Search", exact=True) if size == PHONE else field
    opener.focus()
    if size == PHONE:
        assert not field.is_visible()
        page.keyboard.press("Enter")
    page.keyboard.type("blocked")
    link = results.get_by_role("link", name=re.compile(r"\w")).first
    link.wait_for()
    assert page.get_by_role("status").filter(has_text=re.compile(r"\d")).is_visible()
    for _ in range(4):
        page.keyboard.press("Tab")
        if link.evaluate("node => node === document.activeElement"):
            break
    else:
        pytest.fail("Tab does not reach the results")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert link.evaluate("node => node === document.activeElement"), "Shift+Tab leads elsewhere than one back"
    page.keyboard.press("Escape")
    assert field.evaluate("node => node === document.activeElement")
    page.keyboard.press("Escape")
    assert not results.is_visible()
    assert opener.evaluate("node => node === document.activeElement")
    if size == PHONE:
        page.keyboard.press("Enter")
    else:
        page.keyboard.type(" me")  # opens it again
        page.wait_for_timeout(500)  # each letter brings the results anew
    page.keyboard.press("ArrowDown")
    target = page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    page.wait_for_url(target)


@by_mkdocs
def test_search_closes_behind_who_goes_on(open_page):
    page = open_page("together/space/", reduced_motion="reduce")
    page.get_by_role("textbox", name="Search").press_sequentially("blocked")
    page.wait_for_selector(".md-search-result__link")
    for _ in range(40):
        page.keyboard.press("Tab")
        if not page.evaluate("document.activeElement.closest('.md-search')"):
            break
    assert page.evaluate("document.activeElement !== document.body")
    assert not page.locator(".md-search__output").is_visible()


def test_from_the_home_page_to_a_helpline_by_keyboard(open_page):
    page = open_page(reduced_motion="reduce")
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.innerText") == "Get help now":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/safety/help/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the skip link
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.href").startswith("tel:"):
            return
    pytest.fail("no number to call within twelve stops")


# The focused element: its ring, the contrast of the ring to what is behind it, and whether it can be seen.
FOCUS = """() => {
    const node = document.activeElement, style = getComputedStyle(node);
    if (node === document.body) return null;
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d", { willReadFrequently: true });
    const light = color => {
        canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
        const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
    };
    let behind = parseFloat(style.outlineOffset) < 0 ? node : node.parentElement; // a ring is drawn inside or outside
    while (behind.parentElement && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
    const [a, b] = [light(style.outlineColor), light(getComputedStyle(behind).backgroundColor)].sort((x, y) => y - x);
    const box = node.getClientRects()[0], hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {
        what: node.outerHTML.slice(0, 120), ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
        contrast: a / b, seen: box.top >= 0 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth,
        free: hit !== null && (node.contains(hit) || hit.contains(node) && hit.closest("label, li") !== null),
    };
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_focus_is_seen_at_every_stop(open_page, size, scheme):
    page = open_page("safety/help/", viewport=size, color_scheme=scheme, reduced_motion="reduce")
    stops = []
    while len(stops) < 200:
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            break
        stops.append(stop)
    assert 30 < len(stops) < 200
    assert [
        stop for stop in stops if not (stop["ring"] and stop["contrast"] >= 3 and stop["seen"] and stop["free"])
    ] == []


def test_main_controls_are_as_large_as_a_thumb(open_page):
    page = open_page(viewport=PHONE, reduced_motion="reduce")

    def small(selector):
        boxes = [node.bounding_box() for node in page.locator(selector).all() if node.is_visible()]
        assert boxes, selector
        return [box for box in boxes if box["width"] < 44 or box["height"] < 44]

    assert small(".md-header button") == []
    assert small("#where-are-you + ul > li") == []
    assert small(".md-footer__link") == []
    assert small("[data-md-component=announce] a") == []
    page.locator(".md-header__button[for=__search]").click()
    page.locator(FIELD).fill("x")
    assert small(".md-search button" if ENGINE == "mkdocs" else "dialog button") == []
    page.keyboard.press("Escape")
    page.locator("header [for=__drawer]").click()
    assert small(".md-sidebar--primary :is(a, button)") == []


@pytest.mark.parametrize("path", KINDS)
def test_forced_colors_lose_nothing(open_page, path):
    page = open_page(viewport=PHONE, forced_colors="active", reduced_motion="reduce")
    lose(page) if path == LOST else page.goto(urljoin(page.url, path))
    page.locator("header [for=__drawer]").click()
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    assert faults(page, AXE_COLORS) == []
    bare = """() => {
        const ink = getComputedStyle(document.body).color;
        const edges = [...document.querySelectorAll(".admonition, textarea, #where-are-you + ul > li")]
            .filter(node => parseFloat(getComputedStyle(node).borderTopWidth) < 1);
        const marks = [...document.querySelectorAll("button .md-nav__icon")]
            .filter(node => node.checkVisibility() && getComputedStyle(node, "::after").backgroundColor !== ink);
        return [...edges, ...marks].map(node => node.outerHTML.slice(0, 120));
    }"""
    assert page.evaluate(bare) == []


def test_nothing_moves_for_who_asked_for_less_movement(open_page):
    page = open_page("together/space/", viewport=PHONE, reduced_motion="reduce")
    wake(page)
    page.locator("header [for=__drawer]").click()
    slow = """() => [...document.querySelectorAll("*")].flatMap(node => [null, "::before", "::after"].map(part => {
        const style = getComputedStyle(node, part);
        const longest = Math.max(...`${style.transitionDuration}, ${style.animationDuration}`.split(",").map(parseFloat).filter(Number.isFinite));
        return longest > 0.01 || style.scrollBehavior === "smooth" ? node.outerHTML.slice(0, 100) : "";
    })).filter(Boolean)"""
    assert page.evaluate(slow) == []
    assert page.evaluate("document.getAnimations().length") == 0


def test_one_letter_alone_does_nothing(open_page):
    page = open_page("together/space/")
    wake(page)
    before = page.url
    for key in "fs/pn,.":
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    assert page.url == before
    assert not page.locator(RESULT).first.is_visible()
    if ENGINE == "zensical":
        page.locator(".md-search__button").click()
    page.locator(FIELD).press_sequentially("sp/nf.")
    assert page.locator(FIELD).input_value() == "sp/nf."


@by_mkdocs
def test_search_and_menu_work_before_the_theme_has_come(open_page):
    page = open_page(viewport=PHONE, reduced_motion="reduce", has_touch=True)
    held = []
    page.route("**/bundle.*.js", lambda route: held.append(route))
    page.locator("header [for=__drawer]").tap()
    assert page.get_by_role("navigation", name="All pages").is_visible()
    page.get_by_role("button", name="Close menu").tap()
    assert not page.get_by_role("navigation", name="All pages").is_visible()
    page.locator(".md-header__button[for=__search]").tap()
    assert page.locator(".md-search__input").evaluate("node => node === document.activeElement")
    page.keyboard.type("blocked")
    assert held, "the theme's script was not asked for"
    assert not page.evaluate("document.documentElement.classList.contains('js')")
    for route in held:
        route.continue_()
    page.wait_for_selector(".md-search-result__link")
    assert page.locator(".md-search__input").input_value() == "blocked"


@pytest.mark.parametrize("where", ["nowhere", "safety/nowhere/", "a/b/c/d.html"])
def test_lost_reader_is_helped_at_any_depth(open_page, where):
    page = open_page()
    answers = []
    page.on("response", lambda response: answers.append((response.status, response.url)))
    lose(page, where)
    wake(page)
    assert [url for status, url in answers if status != 200] == [page.url]
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--measure')")
    links = page.eval_on_selector_all(
        "main a[href], [data-md-component=announce] a", "links => links.map(link => link.href)"
    )
    assert len(links) > 40
    for link in set(links):
        if urlsplit(link).netloc == urlsplit(page.url).netloc:
            assert page.evaluate("async link => (await fetch(link)).status", link) == 200


def test_menu_opens_without_a_script(open_page):
    page = open_page("together/space/", viewport=PHONE, java_script_enabled=False, reduced_motion="reduce")
    menu = page.get_by_role("navigation", name="All pages")
    assert not menu.is_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        if menu.is_visible():
            break
    assert menu.get_by_role("link", name="The pros and cons of staying friends").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_boxes_are_black_on_white_on_paper(open_page, scheme):
    page = open_page("together/space/", color_scheme=scheme)
    page.emulate_media(media="print", color_scheme=scheme)
    for box in page.locator(".admonition").all():
        assert box.evaluate("node => getComputedStyle(node).color") == "rgb(0, 0, 0)"
        ground = box.evaluate("node => getComputedStyle(node).backgroundColor")
        assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"), ground


def test_the_late_script_finds_its_files_after_the_address_has_changed(open_page):
    page = open_page("together/space/")
    # As exit.js does.
    page.evaluate("document.querySelector('link[rel~=icon]').remove(); history.replaceState(null, '', '/')")
    with page.expect_request(re.compile(r"/search(_index)?\.json$")):
        wake(page)
    assert page.foreign == []
