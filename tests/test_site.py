"""The built site, as a reader's browser gets it. Pages are chosen by what they are, never by name."""

import gzip
import posixpath
import re
from functools import partial
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import turbohtml
from axe_playwright_python.base import AXE_SCRIPT
from conftest import ALL, BASE, DESKTOP, FORWARDS, KINDS, LOST, NAV, ONE, PAGES, PHONE, ROOT, SAFE, SITE
from playwright.sync_api import expect

WIDE, LOW, NARROW = {"width": 1440, "height": 900}, {"width": 1280, "height": 720}, {"width": 320, "height": 640}
HELP = "safety/help/"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'"
UNASKED = "next prefetch preload preconnect dns-prefetch".split()
one_of_each = pytest.mark.parametrize("path", sorted({*vars(ONE).values(), LOST}))


def place(path, href):
    """Return the address in the site that `href` on the page `path` leads to, or None for another host."""
    target = urlsplit(urljoin(f"http://site{BASE}{path}", href or "."))
    return unquote(target.path).removeprefix(BASE) if target.netloc == "site" else None


def places(path, selector):
    """Return where in the site the links on the page `path` lead that match `selector`."""
    return [place(path, link.attrs["href"]) for link in PAGES[path].select(selector)]


@pytest.mark.parametrize("path", ALL)
def test_page_is_named_private_light_and_leads_to_help_out_and_on(path):
    page = PAGES[path]
    assert page.select_one("html").attrs["lang"] == "en"
    assert len(page.select("h1")) == len(page.select("title")) == len(page.select(".bar [role=status]")) == 1
    assert places(path, ".bar__help a") == [HELP]
    (out,) = page.select(".bar a.exit")
    assert (out.attrs["href"], " ".join(out.text.split())) == (SAFE, "Emergency: Leave this page")
    assert "noreferrer" in out.attrs["rel"]
    assert page.select("a[href$='#what-leaving-cannot-do']")
    links = page.select("body a[href]:not(.bar__limits > a)")
    assert [a.attrs.get("class") or a.text for a in links][:3] == [["skip"], "Get help now", ["exit"]]
    # Nothing is asked of other hosts, and they do not learn where a reader comes from. Nothing tells a browser to fetch
    # another page or site unasked (Firefox would, and the policy would stop it), nor to keep or send what is typed.
    assert page.select_one("meta[http-equiv=Content-Security-Policy]").attrs["content"] == POLICY
    assert page.select_one("meta[name=referrer]").attrs["content"] == "no-referrer"
    assert page.select(", ".join(f"link[rel~={name}]" for name in UNASKED)) == []
    typed = "[autocomplete=off][autocorrect=off][spellcheck=false]"
    assert page.select("textarea, input:not([type=checkbox])") == page.select(f"textarea{typed}, input{typed}") != []
    # The exit works before the page is shown; nothing that has to run in place comes before a style sheet or a script.
    head = page.select("head > *")
    first = next(i for i, node in enumerate(head) if node.tag == "script" and not {"async", "defer"} & set(node.attrs))
    assert head[first].attrs["src"].endswith("js/exit.js")
    assert not [node for node in head[first + 1 :] if node.tag == "script" or node.attrs.get("rel") == ["stylesheet"]]
    nodes = page.select("[src], link[rel~=stylesheet], link[rel~=icon]")
    files = {place(path, node.attrs.get("src") or node.attrs["href"]) for node in nodes}
    files.add(path if path == LOST else path + "index.html")
    weight = {file: len(gzip.compress((SITE / file).read_bytes())) for file in files}
    assert sum(weight.values()) <= 30 * 1024, weight
    assert sum(size for file, size in weight.items() if file.endswith(".js")) <= 6 * 1024, "Furo has 6.4"
    if path == LOST:
        return
    assert page.select("main time[datetime]"), "no date of review is shown"
    assert places(path, "#menu a") == NAV
    assert places(path, "#menu [aria-current=page]") == [path]
    assert len(page.select("article .next")) == (path not in (NAV[0], NAV[-1]))
    if part := page.select_one("#menu details[open]"):
        pages = [place(path, link.attrs["href"]) for link in part.select("a")]
        form = r"Part \d · page (\d+) of (\d+) · (one sheet|\d+ minutes?)"
        where = re.fullmatch(form, page.select_one(".eyebrow").text.strip())
        assert (int(where[1]), int(where[2])) == (pages.index(path) + 1, len(pages))


def test_an_old_address_forwards_without_a_script_and_is_in_no_list():
    assert sorted(ALL) == sorted([*NAV, LOST])
    for path in FORWARDS:
        refresh, canonical, robots = (PAGES[path].select_one(f"head {name}").attrs for name in
                                      ("[http-equiv=refresh]", "[rel=canonical]", "[name=robots]"))  # fmt: skip
        target = place(path, refresh["content"].partition("url=")[2])
        assert target in set(NAV) & set(places(path, "article a"))
        assert urlsplit(canonical["href"]).path == BASE + target
        assert robots["content"] == "noindex"
        assert f"/{path}<" not in (SITE / "sitemap.xml").read_text("utf-8")


def test_no_file_is_published_that_nothing_asks_for():
    sources = [p for p in SITE.rglob("*") if p.suffix in (".html", ".css", ".js") and "downloads" not in p.parts]
    text = "".join(path.read_text("utf-8") for path in sources)
    assert [p.name for p in (SITE / "assets").rglob("*") if p.is_file() and p.name not in text] == []


def test_overviews_say_how_long_each_page_takes():
    rows = [(path, row) for path in KINDS["overview"] for row in PAGES[path].select("article > ul > li:has(.minutes)")]
    for path, row in rows:
        target = place(path, row.select_one("a").attrs["href"])
        minutes = row.select_one(".minutes").text.removesuffix(" min")
        assert f" {minutes} minute" in PAGES[target].select_one(".eyebrow").text, target
    assert len(rows) > 20


# Every rule of axe, best practice and AAA too, but one: it cannot know that a page is named the same wherever it is linked.
AXE_ALL = "axe.getRules().map(rule => rule.ruleId).filter(id => id !== 'identical-links-same-purpose')"
AXE_COLORS = "['color-contrast', 'color-contrast-enhanced', 'link-in-text-block']"  # below 4.5:1, the second is silent
AXE = """async () => (await axe.run("%s", { runOnly: %s, resultTypes: ["violations"], preload: false })).violations
    .flatMap(rule => rule.nodes.map(node => [rule.id, node.target, node.html.slice(0, 150), node.failureSummary]))"""


def faults(page, rules=AXE_ALL, within="html"):
    """Return what axe finds on `page`, in the element that the selector `within` matches."""
    if not page.evaluate("'axe' in globalThis"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(AXE % (within, rules))


# What makes the window scroll sideways, and words in a box that cuts them off.
CUT = """width => document.documentElement.scrollWidth > width ? ["wider than the window"] : [...document.querySelectorAll("body *")].filter(node => {
    const style = getComputedStyle(node), has = [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim());
    return has && node.checkVisibility({ visibilityProperty: true }) && node.clientWidth > 1 && !node.closest("[aria-hidden=true]")
        && (style.overflowX !== "visible" && node.scrollWidth > node.clientWidth + 1
         || style.overflowY !== "visible" && node.scrollHeight > node.clientHeight + 2);
}).map(node => node.outerHTML.slice(0, 150))"""


def cut(page):
    return page.evaluate(CUT, page.viewport_size["width"])


def assert_in_reach(page, state):
    """Help and exit lie within the window, 44 pixels high, on top of everything, with all their words."""
    found = page.evaluate("""() => [...document.querySelectorAll(".bar__help a, a.exit")].map((link) => {
        const { left, top, right, bottom, width, height } = link.getBoundingClientRect();
        const on = (x, y) => link.contains(document.elementFromPoint(x, y));
        const text = link.querySelector(".exit__name") ?? link;
        return [left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight, height >= 44 && width >= 44,
            on(left + 3, top + 3) && on(right - 3, bottom - 3) && on((left + right) / 2, (top + bottom) / 2),
            text.scrollWidth <= text.clientWidth + 1 || getComputedStyle(text).overflow === "visible"];
    })""")
    assert found == [[True] * 4] * 2, state


# WCAG 1.4.12
SPACED = """() => { const sheet = new CSSStyleSheet(); document.adoptedStyleSheets = [sheet]; sheet.replaceSync(
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }"); }"""
NO_EDGE = """nodes => nodes.filter(node => !["Top", "Left", "Bottom"].some(side => parseFloat(getComputedStyle(node)[`border${side}Width`]))).length"""
INKS = "nodes => [...new Set(nodes.map(node => getComputedStyle(node)).flatMap(style => [style.color, style.backgroundColor]))]"
TOP, BOTTOM = (f"node => node.getBoundingClientRect().{side}" for side in ("top", "bottom"))
MENU = "button.header__menu"


@pytest.mark.parametrize("path", ALL)
def test_page_shows_its_place_passes_axe_and_fits_a_narrow_window(window, path):
    page = window(path, LOW)
    for shown in (page, window(path, LOW, java_script_enabled=False)) if path not in (LOST, NAV[0]) else ():
        box = shown.locator("#menu [aria-current]").bounding_box()
        assert 90 <= box["y"] <= LOW["height"] - box["height"]
        assert shown.locator("#menu details[open]").count() <= 1
    page.set_viewport_size(PHONE)
    assert faults(page, within="html" if path in (ONE.home, ONE.chapter, LOST) else "main") == []  # the rest is alike
    if path in KINDS["chapter"]:  # it begins with its own words on the first screen
        assert page.locator("article > p:not(.eyebrow, .safety)").first.evaluate(TOP) < 800
    page.set_viewport_size(NARROW)  # 400% of 1280 pixels
    assert cut(page) == []


@one_of_each
def test_each_kind_fits_with_spaced_and_with_large_letters_and_from_right_to_left(window, path):
    page = window(path, NARROW)
    session = page.context.new_cdp_session(page)
    page.evaluate(SPACED)
    for size in (32, 16):
        session.send("Page.setFontSizes", {"fontSizes": {"standard": size}})
        page.locator(MENU).click()
        assert cut(page) == [], f"{size} px letters"
        page.locator(".menu__close").click()
    session.detach()
    page.evaluate("document.adoptedStyleSheets = []; document.documentElement.dir = 'rtl'")
    page.locator(MENU).click()
    assert cut(page) == []
    box = page.locator("#menu").bounding_box()
    assert round(box["x"] + box["width"]) == 320, "the drawer opens from the side where lines begin"


@one_of_each  # with the page for a lost reader, whose style sheets are asked for from anywhere
def test_each_kind_passes_axe_in_every_color_keeps_its_edges_in_forced_colors_and_its_ink_on_paper(window, path):
    page = window(path, DESKTOP)
    assert faults(page) == []
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark", forced_colors="active")
    edges = ".admonition:not(.abstract), .safety, textarea, .doors li, .next, .matched + ul > li"
    assert page.locator(edges).evaluate_all(NO_EDGE) == 0
    page.emulate_media(color_scheme="dark", forced_colors="none", media="print")
    screen = ".bar, .header, .menu, .beside, .footer, .limits, .contents, .eyebrow, .rings, button, textarea"
    assert page.locator(screen).locator("visible=true").count() == 0
    inks = page.locator("article, article :is(p, h1, h2, h3, li, a, .admonition):visible").evaluate_all(INKS)
    assert set(inks) <= {"rgb(0, 0, 0)", "rgb(68, 68, 68)", "rgba(0, 0, 0, 0)", "rgb(255, 255, 255)"}
    page.emulate_media(color_scheme="dark", media="screen")
    for opener in page.locator(".contents summary:visible").all():
        opener.click()
    for word in page.locator("article abbr").all()[:1]:
        word.hover()
    assert faults(page, AXE_COLORS) == []
    page.locator(MENU).click()
    page.eval_on_selector_all("#menu details", "parts => parts.forEach(part => { part.open = true; })")
    assert faults(page, AXE_COLORS if path != ONE.chapter else AXE_ALL) == []


def test_home_says_what_it_is_and_the_first_answers_are_on_the_first_screen_and_rows_can_be_tapped(window):
    page = window(ONE.home, PHONE)
    assert page.locator(".doors li").count() == 4
    assert page.locator(".doors li").last.evaluate(BOTTOM) <= PHONE["height"]
    page.set_viewport_size(WIDE)
    assert not page.locator("#menu").is_visible()
    assert page.locator(".warm").evaluate(BOTTOM) <= WIDE["height"]
    page = window(ONE.path, PHONE)
    rows = page.locator("article > ul:has([href^='#question-']) > li")
    assert rows.first.evaluate(TOP) < 700
    corner = """node => { node.scrollIntoView({ block: "center" }); const box = node.getBoundingClientRect();
        return box.height >= 44 && document.elementFromPoint(box.right - 8, box.top + 8).href === node.querySelector("a:last-child").href; }"""
    assert all(row.evaluate(corner) for row in rows.all())
    shape = """node => { const s = getComputedStyle(node, "::before"); return [s.borderRadius, s.clipPath.slice(0, 7), s.rotate]; }"""
    ends = ["wait", "write", "do-not-contact"]
    shapes = {end: page.locator(f"li > a[href='#{end}']").first.evaluate(shape) for end in [*ends, "question-2"]}
    assert len({*map(tuple, shapes.values())}) == 4, "where an answer leads is told by more than a color"
    assert {end: page.locator(f"h2#{end}").evaluate(shape) for end in ends} == {end: shapes[end] for end in ends}
    total = page.locator("h2[id^=question-]").count()
    numbers = [text.split("\n")[0] for text in page.locator("h2[id^=question-]").all_inner_texts()]
    assert numbers == [f"Question {number} of {total}" for number in range(1, total + 1)]


SMALL = """nodes => nodes.filter(node => node.checkVisibility()).map(node => {
    const box = (node.closest(".emergency li") ?? node).getBoundingClientRect();
    return [node.textContent, box.width, box.height]; }).filter(([text, width, height]) => Math.min(width, height) < 43.5)"""
BACKWARD = """nodes => nodes.filter(node => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT), range = document.createRange();
    while (!/\\d/.test(walker.nextNode().data)) ;
    const text = walker.currentNode, digits = [...text.data.matchAll(/\\d/g)].map(found => found.index);
    const [first, last] = [digits.at(0), digits.at(-1)].map(at => {
        range.setStart(text, at); range.setEnd(text, at + 1); return range.getBoundingClientRect(); });
    return last.left < first.left && last.top === first.top; }).map(node => node.textContent)"""
TAPPED = {
    "help": "article :is([href^='tel:'], [href^='sms:']), .countries a", "home": ".doors li, .warm li",
    "chapter": ".header :is(button, .brand), .bar > a, .bar__help a, .next, .contents summary, #menu :is(a, summary, button)",
    "sheet": ".task-list-item label, .keeping :is(button, label), .field textarea",
}  # fmt: skip


@pytest.mark.parametrize("kind", TAPPED)
def test_what_has_to_be_tapped_is_as_large_as_a_thumb(window, kind):
    page = window(getattr(ONE, kind), PHONE)
    page.locator(MENU).click()
    assert page.locator(TAPPED[kind]).count() > 3
    assert page.locator(TAPPED[kind]).evaluate_all(SMALL) == []


def test_a_number_is_named_with_its_place_and_keeps_its_order_from_right_to_left(window):
    page = window(ONE.help, PHONE)
    names = page.locator(".emergency a").all_inner_texts()
    assert len(names) > 5
    assert [name for name in names if not name.strip("0123456789 \n")] == []
    # Each line of a country says to call its number; a number for a text telephone is not called by voice.
    before = "nodes => nodes.map(node => getComputedStyle(node, '::before').content + node.textContent)"
    labels = page.locator(".matched + ul [href^='tel:']").evaluate_all(before)
    assert [text for text in labels if not re.match(r'("Call " / "")\(?\+?\d|noneTTY ', text)] == []
    assert "noneTTY 800-787-3224" in labels
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.locator("article [href^='tel:']").evaluate_all(BACKWARD) == []


def test_a_word_shows_its_meaning_to_mouse_key_and_thumb(window):
    for path in KINDS["words"][:4]:
        page = window(path, PHONE, has_touch=True)
        word, gloss = page.locator("article abbr").first, page.get_by_role("tooltip")
        escape, away = partial(page.keyboard.press, "Escape"), partial(page.mouse.move, 2, 300)
        keys = [(word.focus, escape), (word.focus, word.blur)]
        ways = [*keys, (word.tap, partial(page.touchscreen.tap, 5, 130)), (word.hover, away), (word.hover, escape)]
        for show, hide in ways if path == ONE.words else keys[:1]:
            show()
            assert len(gloss.inner_text()) > 20
            box = gloss.bounding_box()
            assert 0 <= box["x"] <= PHONE["width"] - box["width"], path
            hide()
            gloss.wait_for(state="detached")
            page.evaluate("document.activeElement.blur()")
            away()
        assert page.locator("article abbr[title]").count() == 0, "the browser would show it a second time"


def test_on_this_page_marks_the_section_and_nothing_moves(window):
    page = window(ONE.chapter, WIDE)
    links = page.locator(".beside > ul > li > a")
    assert page.locator(".beside").evaluate("node => node.scrollWidth <= node.clientWidth")  # no dead scroll bar
    for at in (1, 0):
        links.nth(at).click()
        page.wait_for_selector(f".beside > ul > li:nth-child({at + 1}) > a[aria-current]")
        assert page.locator(".beside [aria-current]").count() == 1
    moving = """() => [...document.querySelectorAll("*")].map(node => getComputedStyle(node)).filter(style =>
        parseFloat(style.transitionDuration) || parseFloat(style.animationDuration) || style.scrollBehavior === "smooth").length"""
    assert page.evaluate(moving) == 0


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_the_menu_by_keyboard(window, script):
    page = window(ONE.chapter, PHONE, java_script_enabled=script)
    menu, opener = page.get_by_role("navigation", name="All pages"), page.get_by_role("button", name="Menu", exact=True)
    assert not menu.is_visible()
    opener.press("Enter")
    page.keyboard.press("Tab")
    assert menu.locator(":focus").count() == menu.locator("[aria-current=page]:visible").count() == 1
    page.keyboard.press("Escape")
    assert not menu.is_visible()
    expect(opener).to_be_focused()
    if not script:
        page.locator(".contents summary").press("Enter")
        assert page.locator(".contents a").first.is_visible()
        assert page.locator("[data-search], .finder").locator("visible=true").count() == 0  # nothing that does nothing
        return
    opener.press("Enter")
    menu.locator("a:visible").last.focus()
    for _ in range(9):
        page.keyboard.press("Tab")
    assert not menu.is_visible(), "it covers what has the focus"
    opener.press("Enter")
    page.set_viewport_size(DESKTOP)
    expect(page.locator("#menu:popover-open"), "it covers the page of a device that was turned").to_have_count(0)


# Where the bar, and the header where it is sticky, end.
EDGE = """Math.max(...[...document.querySelectorAll(".bar, .header")].map(node =>
    node.matches(".header") && getComputedStyle(node).position !== "sticky" ? 0 : node.getBoundingClientRect().bottom))"""
# What has the focus: whether its ring has the color of words, which axe measures, and whether all of it is seen.
FOCUS = """() => {
    const node = document.activeElement, style = getComputedStyle(node), box = node.getClientRects()[0];
    if (node === document.body) return null;
    const plum = getComputedStyle(document.querySelector("#plum")).color, bar = node.closest(".bar") ? 0 : document.querySelector(".bar").offsetHeight;
    const edge = node.closest("main") ? EDGE : bar;
    const hit = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
    return {
        what: node.outerHTML.slice(0, 120), inMain: node.closest("main") !== null,
        ring: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && [plum, style.color].includes(style.outlineColor),
        seen: box.top >= edge - 1 && box.bottom <= innerHeight && box.left >= 0 && box.right <= innerWidth,
        free: hit !== null && (node.contains(hit) || hit.contains(node) && hit.closest("label, li") !== null),
    };
}""".replace("EDGE", EDGE)


@pytest.mark.parametrize("kind", ["help", "home", "sheet"])
def test_focus_reaches_all_and_is_seen_at_every_stop_both_ways(window, kind):
    size, scheme = (DESKTOP, "dark") if kind == "sheet" else (PHONE, "light")
    page, stops = window(getattr(ONE, kind), size, scheme), []
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<i id=plum></i>'); plum.style.color = 'var(--plum)'")
    for key, most in (("Tab", 250), ("Shift+Tab", 30)):  # the second is not Shift alone, which would leave the page
        for _ in range(most):
            page.keyboard.press(key)
            if not (stop := page.evaluate(FOCUS)):
                break
            stops.append(stop)
        if key == "Tab":
            reached = [stop["what"] for stop in stops if stop["inMain"]]
    controls = page.locator("main :is(a[href], button, input, textarea, summary, abbr)").locator("visible=true")
    assert len(reached) == controls.count() > 8
    assert [stop for stop in stops if not (stop["ring"] and stop["seen"] and stop["free"])] == []
    assert kind != "help" or any("tel:" in what for what in reached[:4]), "a number is near"


# Figures: drawings in docs/assets/img, each in a page by one line of Markdown.
IMAGES = [(path, image) for path, page in PAGES.items() for image in page.select("article img")]
FIGURES = sorted({posixpath.basename(image.attrs["src"]) for _, image in IMAGES if ".svg" in image.attrs["src"]})
CONTRAST = """colors => axe.commons.color.getContrast(...colors.map(text => {
  const color = new axe.commons.color.Color(); color.parseString(text); return color; }))"""
# Each piece of text, with its color, the color of what it is on at both its ends, and whether that is in the frame.
IS_ON = """() => [...document.querySelectorAll("text")].flatMap(text => {
  const frame = document.documentElement.getBoundingClientRect();
  return [text.firstChild, ...text.children].map(part => {
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
    """Parse the figure `name` as it was built."""
    return turbohtml.parse((SITE / "assets/img" / name).read_bytes()).select_one("svg")


def test_every_picture_says_what_it_shows_and_keeps_its_place():
    assert len(FIGURES) >= 3
    for path, image in IMAGES:
        assert 20 <= len(image.attrs["alt"]) <= 160, f"{path}: {image.attrs['alt']}"
        if image.attrs["src"].endswith(".svg"):
            root = drawing(posixpath.basename(image.attrs["src"]))
            size = [image.attrs["width"], image.attrs["height"]]
            assert size == [root.attrs["width"], root.attrs["height"]] == root.attrs["viewBox"].split()[2:], path
            assert "figure" in image.attrs["class"]


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_names_itself_and_can_be_read_on_any_ground(name, window):
    """An EPUB's page may be white where the device is dark, or sepia, or black: words are on a shape of their own."""
    root, text = drawing(name), (SITE / "assets/img" / name).read_text("utf-8")
    for tag in ("title", "desc"):
        assert root.select_one(tag).text.strip()
        assert root.select_one(tag).attrs["id"] in root.attrs["aria-labelledby"].split()
    assert root.attrs["role"] == "img"
    assert not re.search(r"<script|\son\w+=", text)
    assert "@media (prefers-color-scheme: dark)" in root.select_one("style").text
    assert len(text.encode()) < 8_000
    sizes = [float(size) for size in re.findall(r"font-size(?::\s*|=\")([\d.]+)", text)]
    assert (
        min(sizes) * min(360, float(root.attrs["width"])) / float(root.attrs["viewBox"].split()[2]) >= 14
    )  # on a phone
    for scheme in ("light", "dark"):
        page = window(f"assets/img/{name}", {"width": 400, "height": 1000}, scheme)
        found = page.evaluate(IS_ON)
        assert found
        page.evaluate(AXE_SCRIPT)
        for ink in re.findall(r"\.path\b[^{]*{[^}]*stroke: (#\w{6})", text):
            assert min(page.evaluate(CONTRAST, [ink, ground]) for ground in ("#ffffff", "#1a1820")) >= 3
        for words, ink, left, right, is_inside in found:
            assert is_inside, f"{words}: runs out of the figure"
            assert None not in (left, right), f"{words}: begins or ends outside its shape"
            assert min(page.evaluate(CONTRAST, [ink, ground]) for ground in (left, right)) >= 7, words


def test_the_path_drawn_is_the_path_written():
    """May I write to them today? Each question has the same ends in the figure as in the list below it."""
    article, root = PAGES[ONE.path].select_one("article"), drawing("may-i-write.svg")
    ends = {"stop": "do-not-contact", "wait": "wait", "note": "write"}
    drawn = {}  # at each height, the ends
    for mark in root.select("use"):
        drawn.setdefault(int(mark.attrs["y"]), set()).update({ends.get(" ".join(mark.attrs["class"]))} - {None})
    rows = {int(text.attrs["y"]) - 5: text.text for text in root.select("text") if text.text.isdigit()}
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
