"""The bar on every page: help, and the way out that hides, forgets and replaces the page."""

import datetime
import io
import types

import pytest
from conftest import DESKTOP, ENGINE, PHONE, chromium
from pypdf import PdfReader

SAFE = "https://www.wikipedia.org/"
SMALL, TABLET = {"width": 320, "height": 568}, {"width": 768, "height": 1024}
LONG = "about/questions/"
# The field of the search and the box it opens in. Zensical has others: test_zensical.py asks the same of them.
SEARCH, SEARCH_BOX = ([".md-search__input"], [".md-search__inner"]) if ENGINE == "mkdocs" else ([], [])
# Where the bar, and the header where it stays, end.
EDGE = """() => Math.max(...[...document.querySelectorAll("[data-md-component=announce], .md-header")].map((node) =>
    node.matches(".md-header") && getComputedStyle(node).position !== "sticky" ? 0 : node.getBoundingClientRect().bottom))"""


@pytest.fixture
def guide(open_page):
    """Opens a page of the guide with a stand-in for the site that a reader leaves to; `page.asked` is what it was sent.

    With `stay` it answers that there is nothing to show, so that the page that was left can be looked at.
    """

    def guide(path="together/space/", stay=False, context=None, **options):
        page = open_page(path, context=context, **options)
        page.asked = []

        def answer(route):
            page.asked.append(route.request.all_headers())
            if stay:
                route.fulfill(status=204)
            else:
                route.fulfill(body="<title>Elsewhere</title><p>Elsewhere", content_type="text/html")

        page.context.route(SAFE + "**", answer)
        return page

    return guide


def leave(page, way="click"):
    if way == "keys":
        for key in ("ShiftLeft", "ShiftRight", "ShiftLeft"):
            page.keyboard.press(key)
    elif way == "enter":
        page.locator("a.exit").focus()
        page.keyboard.press("Enter")
    elif way == "middle":
        page.locator("a.exit").click(button="middle", no_wait_after=True)
    else:
        page.locator("a.exit").click(modifiers=["ControlOrMeta"] if way == "control" else [], no_wait_after=True)


def until(page, condition, arg=None):
    """Wait until `condition` is true in the page. The page's policy forbids what Playwright's own waiting does."""
    for _ in range(100):
        if page.evaluate(condition, arg):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"never true: {condition}")


def said(page):
    return page.locator("[role=status].exit__said").text_content()


def seen(page):
    return page.locator(".exit__count").text_content()


def test_every_page_has_one_exit_and_says_what_it_cannot_do(pages):
    for path, page in pages.items():
        (link,) = page.select("[data-md-component=announce] a.exit")
        assert link.attrs["href"] == SAFE
        assert {"noreferrer", "nofollow"} <= set(link.attrs["rel"]), path
        assert " ".join(link.text.split()) == "Emergency: Leave this page", path
        assert len(page.select("[data-md-component=announce] [role=status]")) == 1, path
        assert page.select("a[href$='#what-leaving-cannot-do']"), path
        assert not page.select("link[rel=prefetch], link[rel=preconnect], link[rel=dns-prefetch]"), path
    (source,) = [n.attrs["src"] for n in pages["index.html"].select("head script[src]") if "exit" in n.attrs["src"]]
    assert source.removeprefix("./") == "assets/js/exit.js"
    assert not {"async", "defer"} & set(pages["index.html"].select_one("script[src$='exit.js']").attrs), "it comes late"
    assert pages["safety/privacy/index.html"].select_one("#what-leaving-cannot-do")


def test_help_and_exit_come_first_after_the_skip_link(pages):
    for path, page in pages.items():
        links = [
            a.attrs.get("class") or a.text
            for a in page.select("body a[href]")
            if a.parent.attrs.get("class") != ["bar__limits"]
        ]
        first = links[1:3] if "md-skip" in links[0] else links[:2]
        assert first == ["Get help now", ["exit"]], path


def test_it_is_a_plain_link_without_script(guide):
    page = guide(java_script_enabled=False)
    page.locator("a.exit").click()
    assert page.url == SAFE
    assert "referer" not in page.asked[0]
    assert len(page.context.pages) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_it_covers_the_page_at_once_in_the_colors_of_the_system(guide, scheme, viewport):
    page = guide(stay=True, color_scheme=scheme, viewport=viewport)
    blank = page.context.new_page()
    blank.set_content("<meta name=color-scheme content='light dark'>")
    page.bring_to_front()
    page.evaluate("scrollTo(0, 500)")
    leave(page)
    cdp = page.context.new_cdp_session(page)
    spoken = [n for n in cdp.send("Accessibility.getFullAXTree")["nodes"] if not n["ignored"]]
    assert [n["name"]["value"] for n in spoken] == ["Loading"]  # the title alone
    assert page.title() == "Loading"
    origin = page.evaluate("location.origin")
    assert page.url == origin + "/"
    assert len(page.asked) == 1
    assert page.screenshot() == blank.screenshot()


@pytest.fixture
def steady(guide):
    """Opens a long page without motion."""

    def steady(viewport):
        page = guide(LONG, viewport=viewport, reduced_motion="reduce")
        page.evaluate("document.styleSheets[0].insertRule('* { transition: none !important }')")
        return page

    return steady


def assert_in_reach(page, state):
    """Help and exit lie within the window, 44 pixels high, on top of everything; nothing sticks out of the bar."""
    found = page.evaluate(
        """() => [...document.querySelectorAll(".bar__help a, a.exit")].map((link) => {
        const box = link.getBoundingClientRect();
        const top = (x, y) => link.contains(document.elementFromPoint(x, y));
        const text = link.querySelector(".exit__name") ?? link;
        return {
            inside: box.left >= 0 && box.top >= 0 && box.right <= innerWidth && box.bottom <= innerHeight,
            high: box.height >= 44 && box.width >= 44,
            top: top(box.left + 3, box.top + 3) && top(box.right - 3, box.bottom - 3) && top((box.left + box.right) / 2, (box.top + box.bottom) / 2),
            cut: text.scrollWidth > text.clientWidth + 1 && getComputedStyle(text).overflow !== "visible",
        };
    })"""
    )
    assert found == [{"inside": True, "high": True, "top": True, "cut": False}] * 2, state
    bar, promised = page.evaluate(
        """() => {
        const probe = document.createElement("i");
        probe.style.cssText = "position: absolute; height: var(--bar)";
        document.body.append(probe);
        const heights = [document.querySelector("[data-md-component=announce]"), probe].map((e) => e.getBoundingClientRect().height);
        probe.remove();
        return heights;
    }"""
    )
    assert abs(bar - promised) < 1, f"{state}: the bar is {bar} high, but --bar is {promised}"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth") or "search" in state, state


@pytest.mark.parametrize("size", [16, 32])  # letters of the usual size, and twice that
def test_help_and_exit_are_in_reach_on_every_screen(steady, size):
    page = steady(DESKTOP)
    sizes = {"fontSizes": {"standard": size, "fixed": size}}
    page.context.new_cdp_session(page).send("Page.setFontSizes", sizes)
    for viewport in (SMALL, PHONE, TABLET, {"width": 1024, "height": 768}, DESKTOP):
        page.set_viewport_size(viewport)
        page.evaluate("scrollTo(0, 0)")
        until(page, f"matchMedia('(width: {viewport['width'] / size}em)').matches")
        state = f"{viewport['width']} wide, "
        assert_in_reach(page, state + "at the top")
        limits = page.get_by_role("link", name="What it can’t do").locator("visible=true")
        assert limits.count() == 1, state
        assert "does not clear your history" in limits.locator("..").inner_text()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert_in_reach(page, state + "at the end")
        page.evaluate("scrollTo(0, 20)")
        for name, layer in (("drawer", ".md-sidebar--primary"), *(("search", box) for box in SEARCH_BOX)):
            toggle = page.locator(f"label.md-header__button[for=__{name}]")
            if toggle.is_visible():
                toggle.click()
                if name == "search":
                    page.locator("[data-md-scrolllock]").wait_for()  # the theme locks the page after a while
                assert_in_reach(page, f"{state}{name} open")
                box = page.locator(layer).bounding_box()
                assert box["y"] == page.evaluate(EDGE.replace(", .md-header", "")), (
                    f"{state}the {name} is under the bar"
                )
                assert box["y"] + box["height"] <= viewport["height"], f"{state}the {name} is cut off"
                page.evaluate(f"document.querySelector('#__{name}').click()")
                until(page, "!document.querySelector('[data-md-scrolllock]')")
    assert page.messages == []


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_that_has_the_focus_is_under_the_bar(steady, viewport):
    page = steady(viewport)
    state = f"""() => {{
        const node = document.activeElement, box = node.getBoundingClientRect();
        if (node === document.body) return null;
        const own = node.closest("[data-md-component=announce], .md-header");
        return [node.outerHTML.slice(0, 80), Boolean(own) || box.top >= ({EDGE})() - 0.5 && box.bottom > 0, Boolean(own)];
    }}"""
    links = page.locator("article a[href]:not(.headerlink)")
    count = links.count()
    assert count > 30
    for keys, first in (("Tab", 0), ("Shift+Tab", count - 1)):
        links.nth(first).focus()
        walked = 0
        for _ in range(40):
            page.keyboard.press(keys)
            now = page.evaluate(state)
            assert now, "the focus was lost"
            assert now[1], f"{keys}: under the bar: {now[0]}"
            walked += not now[2]
        assert walked > 30
    assert seen(page) == "", "Shift+Tab is not Shift alone"
    assert page.evaluate("scrollY") > 0
    page.evaluate("document.querySelector('.md-skip').focus()")
    skip, edge = page.locator(".md-skip").bounding_box(), page.evaluate(EDGE.replace(", .md-header", ""))
    assert skip["y"] >= edge - 1, "the skip link covers the bar"


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_jump_lands_below_the_bar(steady, viewport):
    page = steady(viewport)
    ids = page.evaluate("[...document.querySelectorAll('article :is(h2, h3)[id]')].map((node) => node.id)")
    for anchor in ids[1:9]:
        page.evaluate("(id) => { location.hash = id; }", anchor)
        gap = page.evaluate(f"(id) => document.getElementById(id).getBoundingClientRect().top - ({EDGE})()", anchor)
        assert 0 <= gap < 40, anchor
    if viewport == DESKTOP:  # what stays beside the text begins below the bar and the header, and fits
        for sidebar in page.locator(".md-sidebar").all():
            assert sidebar.bounding_box()["y"] >= page.evaluate(EDGE) - 1
            inner = sidebar.locator(".md-sidebar__scrollwrap").bounding_box()
            assert inner["y"] + inner["height"] <= viewport["height"] + 1


def test_it_is_not_printed(guide):
    page = guide()
    text = " ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf())).pages)
    assert "Give it space" in text
    for words in ("Leave this page", "Emergency", "Get help now", "clear your history"):
        assert words not in text.replace("\n", " "), words
    narrow = guide(viewport=PHONE)
    narrow.emulate_media(media="print")
    assert not narrow.locator(".limits, .exit").locator("visible=true").count()
