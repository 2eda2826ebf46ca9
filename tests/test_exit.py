"""The bar on every page, in Chromium: help and the way out are in reach. Leaving itself is tested in test_traces.py."""

import io

import pytest
from conftest import DESKTOP, PHONE
from pypdf import PdfReader

SAFE = "https://www.wikipedia.org/"
SMALL, TABLET = {"width": 320, "height": 568}, {"width": 768, "height": 1024}
# Where the bar, and the header where it is sticky, end.
EDGE = """() => Math.max(...[...document.querySelectorAll(".bar, .header")].map((node) =>
    node.matches(".header") && getComputedStyle(node).position !== "sticky" ? 0 : node.getBoundingClientRect().bottom))"""


@pytest.fixture
def guide(open_page):
    """Opens a page with a stand-in for the site that a reader leaves to; `page.asked` has the headers it was sent.

    With `stay` it answers that there is nothing to show, so that the page that was left can be looked at.
    """

    def guide(path, stay=False, **options):
        page = open_page(path, **options)
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


def test_every_page_has_one_exit_and_says_what_it_cannot_do(pages):
    for path, page in pages.items():
        (link,) = page.select(".bar a.exit")
        assert link.attrs["href"] == SAFE
        assert {"noreferrer", "nofollow"} <= set(link.attrs["rel"]), path
        assert " ".join(link.text.split()) == "Emergency: Leave this page", path
        assert len(page.select(".bar [role=status]")) == 1, path
        assert page.select("a[href$='#what-leaving-cannot-do']"), path
        assert not page.select("link[rel=prefetch], link[rel=preconnect], link[rel=dns-prefetch], link[rel=next]"), path
        (script,) = [node for node in page.select("head script[src]") if node.attrs["src"].endswith("js/exit.js")]
        assert not {"async", "defer"} & set(script.attrs), "it runs before the page is shown"
        links = [a for a in page.select("body a[href]") if "bar__limits" not in (a.parent.attrs.get("class") or [])]
        names = [a.attrs.get("class") or a.text for a in links]
        assert names[:3] == [["skip"], "Get help now", ["exit"]], path
    assert pages["safety/privacy/index.html"].select_one("#what-leaving-cannot-do")


def test_it_is_a_plain_link_without_script(guide, kinds):
    page = guide(kinds.sheet, java_script_enabled=False)
    page.locator("a.exit").click()
    assert page.url == SAFE
    assert "referer" not in page.asked[0]
    assert len(page.context.pages) == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_hides_the_page_at_once_in_the_colors_of_the_system(guide, kinds, scheme):
    page = guide(kinds.sheet, stay=True, color_scheme=scheme, viewport=PHONE)
    blank = page.context.new_page()
    blank.set_content("<meta name=color-scheme content='light dark'>")
    page.bring_to_front()
    page.evaluate("scrollTo(0, 500)")
    page.locator("a.exit").click(no_wait_after=True)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    assert [node["name"]["value"] for node in tree if not node["ignored"]] == ["Loading"]  # the title alone
    assert page.screenshot() == blank.screenshot()


def test_both_shift_keys_count_when_they_overlap(guide, kinds):
    page = guide(kinds.plain)
    for step, key in (("down", "Left"), ("down", "Right"), ("up", "Left"), ("up", "Right"), ("down", "Left")):
        getattr(page.keyboard, step)(f"Shift{key}")
    assert page.locator(".exit__count").text_content() == "●●○"
    page.keyboard.up("ShiftLeft")
    page.wait_for_url(SAFE)


@pytest.fixture
def steady(guide, pages):
    """Opens the page with the most links, without motion."""
    longest = max(pages, key=lambda path: len(pages[path].select("article a[href]")))

    def steady(viewport):
        return guide(longest.removesuffix("index.html"), viewport=viewport, reduced_motion="reduce")

    return steady


def assert_in_reach(page, state):
    """Help and exit lie within the window, 44 pixels high, on top of everything."""
    found = page.evaluate(
        """() => [...document.querySelectorAll(".bar__help a, a.exit")].map((link) => {
        const { left, top, right, bottom, width, height } = link.getBoundingClientRect();
        const on = (x, y) => link.contains(document.elementFromPoint(x, y));
        const text = link.querySelector(".exit__name") ?? link;
        return {
            inside: left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight,
            large: height >= 44 && width >= 44,
            on: on(left + 3, top + 3) && on(right - 3, bottom - 3) && on((left + right) / 2, (top + bottom) / 2),
            cut: text.scrollWidth > text.clientWidth + 1 && getComputedStyle(text).overflow !== "visible",
        };
    })"""
    )
    assert found == [{"inside": True, "large": True, "on": True, "cut": False}] * 2, state
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state


@pytest.mark.parametrize("size", [16, 32])  # letters of the usual size, and twice that
def test_help_and_exit_are_in_reach_on_every_screen(steady, size):
    page = steady(DESKTOP)
    sizes = {"fontSizes": {"standard": size, "fixed": size}}
    page.context.new_cdp_session(page).send("Page.setFontSizes", sizes)
    bar = page.locator(".bar")
    for viewport in (SMALL, PHONE, TABLET, {"width": 1024, "height": 768}, DESKTOP):
        page.set_viewport_size(viewport)
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(100)
        state = f"{viewport['width']} wide, letters of {size}, "
        assert_in_reach(page, state + "at the top")
        limits = page.get_by_role("link", name="What it can’t do").locator("visible=true")
        assert limits.count() == 1, state
        assert "does not clear your history" in limits.locator("..").inner_text()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert_in_reach(page, state + "at the end")
        for name, opener, layer, close in (
            ("menu", "button.header__menu", "#menu", ".menu__close"),
            ("search", "[data-search]", ".finder", ".finder button"),
        ):
            page.evaluate("scrollTo(0, 0)")
            if page.locator(opener).is_visible():
                page.locator(opener).click()
                page.locator(layer).wait_for()
                assert_in_reach(page, f"{state}{name} open")
                box, edge = page.locator(layer).bounding_box(), bar.bounding_box()
                assert box["y"] >= edge["height"] - 1, f"{state}the {name} is under the bar"
                assert box["y"] + box["height"] <= viewport["height"] + 1, f"{state}the {name} is cut off"
                page.locator(close).click()
    assert page.messages == []


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_that_has_the_focus_is_under_the_bar(steady, viewport):
    page = steady(viewport)
    state = f"""() => {{
        const node = document.activeElement, box = node.getBoundingClientRect();
        if (node === document.body) return null;
        const own = Boolean(node.closest(".bar, .header"));
        return [node.outerHTML.slice(0, 80), own || box.top >= ({EDGE})() - 0.5 && box.bottom > 0, own];
    }}"""
    links = page.locator("article a[href]:not(.headerlink)")
    count = links.count()
    assert count > 30
    for keys, first in (("Tab", 0), ("Shift+Tab", count - 1)):
        links.nth(first).focus()
        walked = 0
        for _ in range(25):
            page.keyboard.press(keys)
            now = page.evaluate(state)
            assert now, "the focus was lost"
            assert now[1], f"{keys}: under the bar: {now[0]}"
            walked += not now[2]
        assert walked > 20
    assert page.locator(".exit__count").text_content() == "", "Shift+Tab is not Shift alone"
    assert page.evaluate("scrollY") > 0
    page.locator(".skip").focus()
    skip, bar = page.locator(".skip").bounding_box(), page.locator(".bar").bounding_box()
    assert skip["y"] >= bar["height"] - 1, "the skip link covers the bar"


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_jump_lands_below_the_bar(steady, viewport):
    page = steady(viewport)
    ids = page.evaluate("[...document.querySelectorAll('article :is(h2, h3)[id]')].map((node) => node.id)")
    for anchor in ids[1:9]:
        page.evaluate("(id) => { location.hash = id; }", anchor)
        gap = page.evaluate(f"(id) => document.getElementById(id).getBoundingClientRect().top - ({EDGE})()", anchor)
        assert 0 <= gap < 40, anchor


def test_it_is_not_printed(guide, kinds):
    page = guide(kinds.checklist)
    text = " ".join(" ".join(sheet.extract_text() for sheet in PdfReader(io.BytesIO(page.pdf())).pages).split())
    assert page.locator("h1").inner_text() in text
    for words in ("Leave this page", "Emergency", "Not safe, or can’t go on?", "clear your history"):
        assert words not in text, words
    narrow = guide(kinds.checklist, viewport=PHONE)
    narrow.emulate_media(media="print")
    assert not narrow.locator(".limits, .exit").locator("visible=true").count()
