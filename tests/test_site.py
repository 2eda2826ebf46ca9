"""The built site, as a reader's browser gets it. Pages are chosen by what they are, never by name."""

import gzip
import mimetypes
import re
from collections import Counter
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import turbohtml
from axe_playwright_python.base import AXE_SCRIPT
from conftest import DESKTOP, NAV, PHONE, SITE, built

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 320, "height": 640}
LOW = {"width": 1280, "height": 720}
LOST = "404.html"  # stands for an address that is not there
PAGES = {
    path.relative_to(SITE).as_posix(): turbohtml.parse(path.read_bytes())
    for path in sorted(SITE.rglob("*.html"))
    if path.parent.name != "downloads"
}
FORWARDS = [path for path, page in PAGES.items() if page.select("meta[http-equiv=refresh]")]
ALL = [path for path in PAGES if path not in FORWARDS]
# What the templates and style sheets know apart, each with what a page of it has.
HAS = {
    "home": "body.home", "overview": "body.overview:not(.home)", "chapter": "body.chapter", "reference": "body.reference .contents",
    "help": ".countries", "path": "body.path", "worksheet": "body.worksheet [class^=write-]", "unsent": "#unsent-message",
    "table": "body.worksheet td", "words": "article abbr", "steps": "article > ol",
}  # fmt: skip
KINDS = {kind: [path for path in ALL if PAGES[path].select(selector)] for kind, selector in HAS.items()} | {
    "lost": [LOST]
}
ONE = {kind: paths[0] for kind, paths in KINDS.items() if paths}
one_of_each = pytest.mark.parametrize("path", ONE.values(), ids=ONE)

CSS_ADDRESS = re.compile(r"""(?:url\(\s*|@import\s+)["']?([^"')\s]+)""")


def fetched(page):
    """Return the addresses that opening `page` (a parsed document) fetches; an <a href> waits for the reader."""
    nodes = page.select("[src], link[rel~=stylesheet], link[rel~=icon]")
    return [node.attrs.get("src") or node.attrs["href"] for node in nodes]


def place(path, href):
    """Return the file of the site that `href` on the page `path` leads to, or "" for another host."""
    target = urlsplit(urljoin(f"http://site/{path}", href))
    file = unquote(target.path).lstrip("/")
    return "" if target.netloc != "site" else file + "index.html" if not file or file.endswith("/") else file


def test_every_page_of_the_nav_is_built_and_nothing_else():
    assert sorted(ALL) == sorted([*map(built, NAV), LOST])


def test_every_page_can_be_reached_from_the_home_page():
    seen, waiting = set(), ["index.html"]
    while waiting:
        path = waiting.pop()
        if path in ALL and path not in seen:
            seen.add(path)
            waiting += [place(path, link.attrs["href"]) for link in PAGES[path].select("a[href]")]
    assert seen == set(ALL) - {LOST}


@pytest.mark.parametrize("path", ALL)
def test_page_says_what_it_is_and_where_help_is(path):
    page = PAGES[path]
    assert page.select_one("html").attrs["lang"] == "en"
    assert len(page.select("h1")) == 1
    assert page.select_one("title").text.strip()
    assert 50 <= len(page.select_one("meta[name=description]").attrs["content"]) <= 160
    assert path == LOST or page.select_one("main time[datetime]"), "no date of review is shown"
    assert "safety/help/index.html" in {place(path, a.attrs["href"] or "./") for a in page.select(".bar a")}
    # Firefox fetches the next page unasked, and its own policy stops it: nothing names one.
    assert page.select("link[rel~=next], link[rel~=prefetch], link[rel~=preload]") == []


def test_titles_and_descriptions_differ():
    for selector in ("title", "meta[name=description]"):
        nodes = [PAGES[path].select_one(selector) for path in ALL if path != LOST]
        counts = Counter(node.attrs.get("content") or node.text for node in nodes)
        assert [value for value, count in counts.items() if count > 1] == []


def test_a_forwarding_page_leads_on_without_a_script_and_is_in_no_list():
    sitemap = (SITE / "sitemap.xml").read_text("utf-8")
    listed = {place(path, a.attrs["href"]) for path in ALL for a in PAGES[path].select("#menu a")}
    for path in FORWARDS:
        page = PAGES[path]
        target = place(path, page.select_one("meta[http-equiv=refresh]").attrs["content"].partition("url=")[2])
        assert target in ALL
        assert target in {place(path, link.attrs["href"]) for link in page.select("article a")}
        canonical = page.select_one("link[rel=canonical]").attrs["href"]
        assert place("", urlsplit(canonical).path.lstrip("/")).endswith(target)
        assert page.select_one("meta[name=robots]").attrs["content"] == "noindex"
        assert path.removesuffix("index.html") not in {
            urlsplit(loc).path for loc in re.findall("<loc>(.*)</loc>", sitemap)
        }
        assert path not in listed


def test_nothing_is_fetched_from_another_host():
    own = (
        PAGES["index.html"].select_one("link[rel=canonical]").attrs["href"]
    )  # 404.html may name it: it is served at any depth
    found = [
        (path, a)
        for path, page in PAGES.items()
        for a in fetched(page)
        if urlsplit(a.strip()).netloc and not a.startswith(own)
    ]
    sheets = {sheet: re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.S) for sheet in SITE.rglob("*.css")}
    assert sheets
    found += [(sheet, a) for sheet, text in sheets.items() for a in CSS_ADDRESS.findall(text) if urlsplit(a).netloc]
    assert found == []
    assert not [sheet for sheet, text in sheets.items() if "@font-face" in text]


def test_first_view_is_light_and_nothing_waits_for_nothing():
    for path in ALL:
        head = PAGES[path].select("head > *")
        first = next(i for i, node in enumerate(head) if node.tag == "script" and "defer" not in node.attrs)
        assert not [node for node in head[first:] if node.attrs.get("rel") == ["stylesheet"] or node.tag == "script"][
            1:
        ], path
        files = {path, *(place(path, address) for address in fetched(PAGES[path]))} - {""}
        weights = {file: len(gzip.compress((SITE / file).read_bytes())) for file in files if (SITE / file).is_file()}
        assert sum(weights.values()) <= 30 * 1024 or sum(weights.values()) - weights[path] <= 14 * 1024, (
            f"{path}: {weights}"
        )


def test_no_file_is_published_that_nothing_asks_for():
    text = "".join(
        p.read_text("utf-8")
        for p in SITE.rglob("*")
        if p.suffix in (".html", ".css", ".js") and "downloads" not in p.parts
    )
    files = [p.name for p in (SITE / "assets").rglob("*") if p.is_file()]
    assert files
    assert [name for name in files if name not in text] == []


@pytest.mark.parametrize("path", sorted(set(ALL) - {LOST, "index.html"}))
def test_there_is_one_way_on_and_a_place_in_the_guide(path):
    page = PAGES[path]
    assert len(page.select("article .next a")) <= 1
    assert len(page.select("article .next a")) == (1 if path != built(NAV[-1]) else len(page.select("article .next")))
    part = page.select_one("#menu details[open]")
    if part:
        links = [place(path, a.attrs["href"] or "./") for a in part.select("a")]
        where = re.match(
            r"Part \d · page (\d+) of (\d+) · (one sheet|\d+ minutes?)$", page.select_one(".eyebrow").text.strip()
        )
        assert (int(where[1]), int(where[2])) == (links.index(path) + 1, len(links))
    assert [place(path, a.attrs["href"] or "./") for a in page.select("#menu [aria-current=page]")] == [path]


# --- In a browser -----------------------------------------------------------------------------------------------------

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


def lose(page, address="nowhere/at/all/"):
    """Open an address that is not there, on a host that serves the site where it was built for."""
    root = urlsplit(PAGES["index.html"].select_one("link[rel=canonical]").attrs["href"]).path

    def answer(route):
        path = unquote(urlsplit(route.request.url).path)
        file = SITE / path.removeprefix(root)
        file = file if file.is_file() else file / "index.html"
        if path.startswith(root) and file.is_file():
            route.fulfill(body=file.read_bytes(), content_type=mimetypes.guess_type(file)[0])
        else:
            route.fulfill(status=404, body=(SITE / LOST).read_bytes(), content_type="text/html; charset=utf-8")

    page.route("http://127.0.0.1:1/**", answer)
    page.goto(f"http://127.0.0.1:1{root}{address}")


def visit(page, address, path):
    lose(page) if path == LOST else page.goto(address + path.removesuffix("index.html"))
    return page


@pytest.fixture(scope="module")
def still(browser, address):
    """A function that opens a page of the site in one window for them all, for what needs no fresh one."""
    context = browser.new_context(viewport=PHONE)
    context.set_default_timeout(4000)
    page = context.new_page()

    def open_still(path, size=PHONE, scheme="light"):
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=scheme)
        return visit(page, address, path)

    yield open_still
    context.close()


# Words in a box that cuts them off.
CUT = """() => [...document.querySelectorAll("body *")].filter(node => {
    const style = getComputedStyle(node), has = [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
    return has && node.checkVisibility({ visibilityProperty: true }) && node.clientWidth > 1 && !node.closest("[aria-hidden=true]")
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
TOP = "node => node.getBoundingClientRect().top"


@pytest.mark.parametrize("path", ALL)
def test_every_page_passes_axe_and_fits_a_narrow_window(still, path):
    page = still(path)
    assert faults(page) == []
    page.set_viewport_size(NARROW)  # 400% of 1280 pixels
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("path", KINDS["chapter"])
def test_a_chapter_begins_with_its_own_words_on_the_first_screen(still, path):
    page = still(path)
    own = page.locator("article > p:not(.eyebrow, .safety)").first
    assert own.evaluate(TOP) < 800
    assert page.locator("h1 ~ .abstract").count() == 1


@pytest.mark.parametrize("size", [LOW, WIDE], ids=["1280", "1440"])
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_menu_shows_where_the_reader_is(browser, address, size, script):
    page = browser.new_context(viewport=size, java_script_enabled=script).new_page()
    for path in set(ALL) - {LOST, "index.html"}:
        visit(page, address, path)
        box = page.locator("#menu [aria-current]").bounding_box()
        assert 90 <= box["y"] <= size["height"] - box["height"], path
        assert page.locator("#menu details[open]").count() <= 1, path
    page.context.close()


def test_home_says_what_it_is_on_the_first_screen(still):
    page = still(ONE["home"])
    assert page.locator("h1").evaluate("node => getComputedStyle(node).fontSize") == "26px"
    doors = [node.bounding_box() for node in page.locator(".doors li").all()]
    assert len(doors) == 4
    assert max(box["y"] + box["height"] for box in doors) <= PHONE["height"]
    page.set_viewport_size(WIDE)
    assert page.locator("h1").evaluate("node => getComputedStyle(node).fontSize") == "46px"
    assert not page.locator("#menu").is_visible()
    assert page.locator(".warm").evaluate("node => node.getBoundingClientRect().bottom") <= WIDE["height"]


def test_the_first_answers_are_on_the_first_screen_and_rows_can_be_tapped(still):
    page = still(ONE["path"])
    rows = page.locator("article > ul:has([href^='#question-']) > li")
    assert rows.first.evaluate(TOP) < 700
    for row in rows.all():
        box = row.bounding_box()
        assert box["height"] >= 44
        row.scroll_into_view_if_needed()
        hit = "node => { const b = node.getBoundingClientRect(); return document.elementFromPoint(b.right - 8, b.top + 8).href === node.querySelector('a:last-child').href; }"
        assert row.evaluate(hit)
    shape = """node => { const s = getComputedStyle(node, "::before"); return [s.borderRadius, s.clipPath.slice(0, 7), s.rotate]; }"""
    ends = ["wait", "write", "do-not-contact"]
    shapes = {end: page.locator(f"li > a[href='#{end}']").first.evaluate(shape) for end in [*ends, "question-2"]}
    assert len({*map(tuple, shapes.values())}) == 4, "where an answer leads is told by more than a color"
    assert {end: page.locator(f"h2#{end}").evaluate(shape) for end in ends} == {end: shapes[end] for end in ends}
    total = page.locator("h2[id^=question-]").count()
    assert [n.inner_text().split("\n")[0] for n in page.locator("h2[id^=question-]").all()] == [
        f"Question {number} of {total}" for number in range(1, total + 1)
    ]


def test_what_has_to_be_tapped_is_as_large_as_a_thumb(still):
    for path, selector in (
        (ONE["help"], "article :is([href^='tel:'], [href^='sms:']), .countries a"), (ONE["home"], ".doors li, .warm li"),
        (ONE["chapter"], ".header :is(button, .brand), .bar > a, .bar__help a, .next, .contents summary"),
    ):  # fmt: skip
        page = still(path)
        areas = page.locator(selector).evaluate_all("""nodes => nodes.filter(node => node.checkVisibility()).map(node => {
            const box = (node.closest(".emergency li") ?? node).getBoundingClientRect();
            return [node.textContent, Math.round(box.width), Math.round(box.height)]; })""")
        assert areas
        assert [area for area in areas if min(area[1:]) < 44] == []
    page.locator(".header__menu").first.click()
    assert [
        b
        for b in (n.bounding_box() for n in page.locator("#menu :is(a, summary, button):visible").all())
        if b["height"] < 44
    ] == []


@one_of_each
def test_each_kind_passes_axe_in_every_state(still, path):
    for size in (PHONE, DESKTOP):
        for scheme, script in (("light", AXE_ALL), ("dark", AXE_COLORS)):
            page = still(path, size, scheme)
            assert faults(page, script) == []
            if page.locator("button.header__menu").is_visible():
                page.locator("button.header__menu").click()
                page.eval_on_selector_all("#menu details", "parts => parts.forEach(part => { part.open = true; })")
                assert faults(page, script) == []
                page.keyboard.press("Escape")
            for summary in page.locator(".contents summary:visible").all():
                summary.click()
            if page.locator("article abbr").count():
                page.locator("article abbr").first.hover()
            assert faults(page, script) == []
            page.locator(".header__search").click()
            page.locator(".finder input").fill("friend")
            page.locator(".finder li").first.wait_for()
            assert faults(page, script) == []


@one_of_each
def test_each_kind_fits_with_spaced_and_with_large_letters(still, path):
    page = still(path, NARROW)
    session = page.context.new_cdp_session(page)
    for size in (16, 32):
        session.send("Page.setFontSizes", {"fontSizes": {"standard": size}})
        page.evaluate(SPACED)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, f"{size} px letters"
        assert page.evaluate(CUT) == []
        page.locator("button.header__menu").click()
        close = page.locator(".menu__close").bounding_box()
        assert page.evaluate(CUT) == []
        assert close["y"] >= page.locator(".bar").bounding_box()["height"] - 1  # R7: the bar does not grow over it
        page.locator(".menu__close").click()
    session.send("Page.setFontSizes", {"fontSizes": {"standard": 16}})
    session.detach()


@one_of_each
def test_each_kind_runs_from_right_to_left(still, path):
    page = still(path)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("button.header__menu").click()
    box = page.locator("#menu").bounding_box()
    assert round(box["x"] + box["width"]) == PHONE["width"]
    page.keyboard.press("Escape")
    if path == ONE["home"]:
        assert page.locator(".doors li").first.evaluate("n => getComputedStyle(n, '::before').right") != "auto"
        assert (
            page.locator(".doors a").first.evaluate(
                "n => { const r = document.createRange(); r.selectNodeContents(n.firstChild); return innerWidth - r.getBoundingClientRect().right; }"
            )
            > 70
        )


@one_of_each
def test_each_kind_keeps_its_edges_in_forced_colors_and_its_ink_on_paper(browser, address, path):
    page = visit(
        browser.new_context(viewport=PHONE, forced_colors="active", color_scheme="dark").new_page(), address, path
    )
    edges = ".admonition:not(.abstract), .safety, textarea, .doors li, .next, .matched + ul > li"
    assert faults(page, AXE_COLORS) == []
    assert (
        page.locator(edges).evaluate_all(
            "nodes => nodes.filter(node => !['Top', 'Left', 'Bottom'].some(side => parseFloat(getComputedStyle(node)[`border${side}Width`]))).length"
        )
        == 0
    )
    page.emulate_media(forced_colors="none", media="print", color_scheme="dark")
    for selector in (
        ".bar",
        ".header",
        ".menu",
        ".beside",
        ".footer",
        ".limits",
        ".contents",
        ".eyebrow",
        ".rings",
        "button",
        "textarea",
    ):
        assert not page.locator(f"{selector}:visible").count(), selector
    inks = "nodes => [...new Set(nodes.map(node => getComputedStyle(node)).flatMap(style => [style.color, style.backgroundColor]))]"
    black, clear = {"rgb(0, 0, 0)", "rgb(68, 68, 68)"}, {"rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}
    assert (
        set(page.locator("article, article :is(p, h1, h2, h3, li, a, .admonition):visible").evaluate_all(inks))
        <= black | clear
    )
    page.context.close()


def test_a_word_shows_its_meaning_to_mouse_key_and_thumb(browser, address):
    for path in KINDS["words"]:
        page = visit(browser.new_context(viewport=PHONE, has_touch=True).new_page(), address, path)
        word, gloss = page.locator("article abbr").first, page.get_by_role("tooltip")
        for action, end in ((word.focus, "Escape"), (word.tap, ""), (word.hover, "Escape")):
            action()
            assert len(gloss.inner_text()) > 20
            box = gloss.bounding_box()
            assert 0 <= box["x"] <= PHONE["width"] - box["width"], path
            page.keyboard.press(end) if end else page.touchscreen.tap(5, 130)
            page.evaluate("document.activeElement.blur()")
            page.mouse.move(2, 300)
            gloss.wait_for(state="detached")
        page.context.close()


def test_on_this_page_marks_the_section(still):
    page = still(ONE["chapter"], WIDE)
    links = page.locator(".beside > ul > li > a")
    assert page.locator(".beside").evaluate("node => node.scrollWidth <= node.clientWidth")  # R6: no dead scroll bar
    for at in (1, 0):
        links.nth(at).click()
        page.wait_for_selector(f".beside > ul > li:nth-child({at + 1}) > a[aria-current]")
        assert page.locator(".beside [aria-current]").count() == 1


def test_the_menu_by_keyboard_and_help_and_exit_beside_it(still):
    page = still(ONE["chapter"])
    menu, opener = page.get_by_role("navigation", name="All pages"), page.get_by_role("button", name="Menu", exact=True)
    assert not menu.is_visible()
    opener.press("Enter")
    assert menu.is_visible()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#menu') !== null")
    hit = "node => { const b = node.getBoundingClientRect(), at = document.elementFromPoint(b.x + b.width / 2, b.y + b.height / 2); return node.contains(at); }"
    assert all(link.evaluate(hit) for link in page.locator(".bar__help a, .bar > a").all())
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    assert opener.evaluate("node => node === document.activeElement")
    opener.press("Enter")
    menu.locator("a:visible").last.focus()
    for _ in range(9):
        page.keyboard.press("Tab")
    assert not menu.is_visible(), "it covers what has the focus"
    opener.press("Enter")
    part = menu.locator("details").last
    assert not part.locator("a").first.is_visible()
    part.locator("summary").press("Enter")
    with page.expect_navigation():
        part.locator("a").first.press("Enter")
    assert not menu.is_visible()


def test_reading_the_menu_and_the_contents_need_no_script(open_page):
    page = open_page(ONE["chapter"].removesuffix("index.html"), viewport=PHONE, java_script_enabled=False)
    page.get_by_role("button", name="Menu", exact=True).press("Enter")
    assert page.locator("#menu [aria-current=page]").is_visible()
    page.keyboard.press("Escape")
    page.locator(".contents summary").press("Enter")
    assert page.locator(".contents a").first.is_visible()


def test_skip_link_comes_first_and_help_is_near(still):
    page = still(ONE["home"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText").strip() == "Skip to content"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText").strip() == "Get help now"
    page.keyboard.press("Enter")
    page.wait_for_url("**/safety/help/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Tab")
        if (page.evaluate("document.activeElement.href") or "").startswith("tel:"):
            return
    pytest.fail("no number to call within four stops")


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


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["help", "home", "chapter"])
def test_focus_is_seen_at_every_stop(still, size, scheme, kind):
    page, stops = still(ONE[kind], size, scheme), []
    while len(stops) < 250 and (page.keyboard.press("Tab"), stop := page.evaluate(FOCUS))[1]:
        stops.append(stop)
    assert 12 < len(stops) < 250
    assert [s for s in stops if not (s["ring"] and s["contrast"] >= 3 and s["seen"] and s["free"])] == []


def test_nothing_moves(still):
    page = still(ONE["chapter"])
    page.locator("button.header__menu").click()
    assert page.evaluate("document.getAnimations().length") == 0
    moving = """() => [...document.querySelectorAll("*")].map(node => getComputedStyle(node)).filter(style =>
        parseFloat(style.transitionDuration) || parseFloat(style.animationDuration) || style.scrollBehavior === "smooth").length"""
    assert page.evaluate(moving) == 0


def test_policy_stops_what_is_not_ours(still):
    page = still(ONE["home"])
    page.evaluate("""async () => {
        addEventListener("securitypolicyviolation", event => { (globalThis.stopped ??= []).push(event.effectiveDirective); });
        document.body.append(Object.assign(document.createElement("script"), { textContent: "globalThis.ran = true" }));
        document.body.insertAdjacentHTML("beforeend", "<img src='https://example.org/x.png'><p style='color: red' id='red'>");
        await fetch("https://example.org/").catch(() => {});
    }""")
    page.wait_for_timeout(300)
    assert page.evaluate("globalThis.ran") is None
    assert set(page.evaluate("stopped")) == {"script-src-elem", "img-src", "style-src-attr", "connect-src"}


@pytest.mark.parametrize("where", ["nowhere", "safety/nowhere/", "a/b/c/d.html"])
def test_lost_reader_is_helped_at_any_depth(open_page, where):
    page = open_page()
    answers = []
    page.on("response", lambda response: answers.append((response.status, response.url)))
    lose(page, where)
    assert [url for status, url in answers if status != 200] == [page.url]
    assert page.evaluate("getComputedStyle(document.body).getPropertyValue('--measure')")
    links = page.eval_on_selector_all("main a[href], .bar a, #menu a", "links => links.map(link => link.href)")
    assert len(links) > 40
    for link in set(links):
        if urlsplit(link).netloc == urlsplit(page.url).netloc:
            assert page.evaluate("async link => (await fetch(link)).status", link) == 200
