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


@pytest.mark.parametrize("way", ["click", "enter", "control", "middle", "keys"])
def test_it_leaves_in_this_tab_and_back_does_not_return(guide, address, way):
    page = guide("")
    page.goto(address + "together/space/")
    assert page.foreign == [], "something was asked of another host before the reader left"
    leave(page, way)
    page.wait_for_url(SAFE)
    assert "referer" not in page.asked[0]
    assert len(page.context.pages) == 1
    page.go_back()
    assert page.url == address  # the page before, and in working order
    assert page.locator("h1").is_visible()
    assert set(page.foreign) == {SAFE}, "the page asked for more after it was left"


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


def test_it_covers_a_page_that_is_still_loading(guide, address):
    page = guide("")
    held = []
    page.route("**/theme.js", lambda route: held.append(route))  # never answered
    page.goto(address + "together/space/", wait_until="commit")
    page.locator("a.exit").wait_for()
    assert page.evaluate("document.readyState") != "complete"
    leave(page, "keys")
    page.wait_for_url(SAFE)
    assert held


def test_what_the_site_stored_is_gone_and_nothing_else(guide, address):
    page = guide("together/space/")
    page.evaluate(
        """() => {
        for (const store of [localStorage, sessionStorage]) {
            store.setItem("guide:/some-repo/", "ticks");
            store.setItem("guide:/some-repo/more", "more");
            store.setItem("guide:/another-repo/", "not ours");
        }
        const write = () => {  // another script that stores to the last
            localStorage.setItem("guide:/some-repo/", "again");
            sessionStorage["guide:/some-repo/"] = "again";
        };
        addEventListener("pagehide", write);
        addEventListener("pagehide", write, true);
        addEventListener("visibilitychange", write);
        document.addEventListener("visibilitychange", write);
    }"""
    )
    page.locator("article [type=checkbox]").first.check()
    leave(page)
    page.wait_for_url(SAFE)
    page.goto(address + "404.html")  # the same tab, so the same session
    assert page.evaluate("[localStorage, sessionStorage].map(Object.keys)") == [["guide:/another-repo/"]] * 2


def test_another_tab_forgets_its_ticks_too(guide, address):
    page = guide()
    other = page.context.new_page()
    other.goto(address + "together/space/")
    other.locator("article [type=checkbox]").first.check()
    assert other.evaluate("sessionStorage.length") == 1
    page.bring_to_front()
    leave(page)
    page.wait_for_url(SAFE)
    until(other, "!sessionStorage.length && !localStorage.length")
    assert not other.locator("article [type=checkbox]").first.is_checked()


def test_storage_is_emptied_at_once_and_whenever_the_page_goes(guide):
    page = guide(stay=True)
    fill, left = "localStorage.setItem('guide:/some-repo/', 'ticks')", "Object.keys(localStorage)"
    page.evaluate(fill)
    leave(page)
    assert page.evaluate(left) == []
    for event in ("pagehide", "visibilitychange"):  # browsers differ in which of them they send
        page.evaluate(fill)
        page.evaluate(f"dispatchEvent(new Event('{event}'))")
        assert page.evaluate(left) == [], event


def test_it_leaves_where_storage_is_forbidden(guide):
    page = guide()
    page.evaluate("Object.defineProperty(window, 'localStorage', { get() { throw new Error('forbidden'); } })")
    leave(page)
    page.wait_for_url(SAFE)


def test_words_typed_into_the_page_are_gone(guide):
    page = guide("worksheets/unsent/", stay=True)
    page.locator("#unsent-message").fill("I miss you")
    page.locator("article [type=checkbox]").first.check()
    leave(page)
    state = page.evaluate(
        "[...document.querySelectorAll('textarea, input')].map((field) => [field.value, field.checked])"
    )
    assert not any(value or checked for value, checked in state)


def test_a_page_that_the_browser_kept_is_shown_in_working_order(browser, address):
    kept = browser.browser_type.launch(
        executable_path=chromium(types.SimpleNamespace(chromium=browser.browser_type)),
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"],
    )
    page = kept.new_page()
    page.route(SAFE, lambda route: route.fulfill(body="<p>Elsewhere", content_type="text/html"))
    for _ in range(3):  # a browser short of time or memory may keep no page: it is asked again
        page.goto(address)
        page.evaluate("addEventListener('pageshow', (event) => { window.kept = event.persisted; })")
        page.goto(address + "together/space/")
        leave(page)
        page.wait_for_url(SAFE)
        page.evaluate("void setTimeout(() => history.back())")
        page.wait_for_url(address, wait_until="commit")  # a kept page is not loaded again
        page.wait_for_timeout(300)
        if page.evaluate("window.kept"):
            break
    assert page.evaluate("window.kept"), "this browser keeps no pages, so nothing was tested"
    assert page.locator("h1").is_visible()
    # Back to an earlier place on the very page that was left.
    page.goto(address + "together/space/")
    page.evaluate("location.hash = 'checklist'")
    leave(page)
    page.wait_for_url(SAFE)
    page.evaluate("void setTimeout(() => history.back())")
    page.wait_for_url(address + "together/space/", wait_until="commit")
    page.locator("h1").wait_for()
    assert page.title().startswith("Give it space")
    kept.close()


def test_a_kept_copy_of_a_page_that_was_left_is_loaded_anew(guide, address):
    page = guide(stay=True)
    leave(page)
    page.route(address.split("/some-repo")[0] + "/", lambda route: route.fulfill(body="anew"))
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    page.get_by_text("anew").wait_for()


@pytest.mark.parametrize("keys", ["LLL", "RRR", "LRL", "both held"])
def test_shift_three_times_leaves_with_a_spoken_and_a_seen_count(guide, keys):
    page = guide()
    assert (said(page), seen(page)) == ("", "")
    if keys == "both held":  # the second goes down before the first is up
        for step, key in (("down", "L"), ("down", "R"), ("up", "L"), ("up", "R"), ("down", "L")):
            getattr(page.keyboard, step)("ShiftLeft" if key == "L" else "ShiftRight")
        assert (said(page), seen(page)) == ("Shift: press 1 more time to leave this page", "●●○")
        page.keyboard.up("ShiftLeft")
    else:
        page.keyboard.press("ShiftLeft" if keys[0] == "L" else "ShiftRight")
        assert (said(page), seen(page)) == ("Shift: press 2 more times to leave this page", "●○○")
        page.keyboard.press("ShiftLeft" if keys[1] == "L" else "ShiftRight")
        assert (said(page), seen(page)) == ("Shift: press 1 more time to leave this page", "●●○")
        page.keyboard.press("ShiftLeft" if keys[2] == "L" else "ShiftRight")
    page.wait_for_url(SAFE)


def test_the_count_ends_five_seconds_after_the_last_press(guide):
    page = guide(stay=True)
    page.clock.install(time=datetime.datetime(2026, 1, 1))
    page.clock.pause_at(datetime.datetime(2026, 1, 2))
    page.keyboard.press("Shift")
    page.clock.run_for(4900)
    page.keyboard.press("Shift")
    page.clock.run_for(4900)
    assert seen(page) == "●●○"
    page.clock.run_for(200)
    assert (said(page), seen(page)) == ("Still on this page", "")
    page.keyboard.press("Shift")
    assert seen(page) == "●○○"
    assert page.locator("h1").is_visible()


def test_shift_counts_only_when_it_is_pressed_alone(guide):
    page = guide("worksheets/unsent/", stay=True)
    for keys in ("Shift+A", "Shift+Tab", "Control+Shift", "Alt+Shift", "Shift+Control", "Shift+ArrowDown"):
        for _ in range(3):
            page.keyboard.press(keys)
        assert (said(page), seen(page)) == ("", ""), keys
    page.keyboard.down("Shift")
    page.keyboard.down("Shift")  # held: the system repeats it
    page.keyboard.up("Shift")
    assert seen(page) == ""
    page.keyboard.down("Shift")
    page.mouse.click(700, 300)  # selecting with the mouse
    page.keyboard.up("Shift")
    assert seen(page) == ""
    page.keyboard.press("Shift")
    page.keyboard.press("a")
    assert (said(page), seen(page)) == ("", "")
    page.locator("article [type=checkbox]").first.focus()
    page.keyboard.press("Shift")
    assert seen(page) == "●○○"


def test_shift_is_ignored_while_writing(guide):
    page = guide("worksheets/unsent/", stay=True)
    page.evaluate(
        """() => document.querySelector("article").insertAdjacentHTML("beforeend",
            "<input id=one><select id=two><option>x</select><div id=three contenteditable><b id=four>x</b></div>")"""
    )
    for field in ("#unsent-message", "#one", "#two", "#three", *SEARCH):
        page.locator(field).focus()
        for _ in range(3):
            page.keyboard.press("Shift")
        assert (said(page), seen(page)) == ("", ""), field
    assert page.locator("h1").is_visible()


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
