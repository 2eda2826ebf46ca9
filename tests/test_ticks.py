"""Ticks and answers, in a real browser: how long they last, what is stored, and what is printed."""

import io
import re

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import NAV, PHONE, PREFIX
from playwright.sync_api import expect

KEY = f"guide:{PREFIX}"
CHAPTER, OTHER, PRIVACY = "friends/decide/", "friends/why/", "safety/privacy/"
READY, PLAN, CHECK_IN, UNSENT = (
    f"worksheets/{name}/" for name in ("readiness", "connection-plan", "check-in", "unsent")
)
SHEETS = [source[:-3] + "/" for source in NAV if re.match(r"worksheets/(?!index)", source)]
FORGET, REMEMBER = "Forget everything", "Remember on this device"
SMALL = {"width": 320, "height": 640}

# What a page writes is noted even if it is taken away again.
WATCH = """
  window.written = [];
  const setItem = Storage.prototype.setItem;
  Storage.prototype.setItem = function (...args) { written.push(args); return setItem.apply(this, args); };
"""
BLOCKED = """
  for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });
"""
FULL = 'Storage.prototype.setItem = () => { throw new DOMException("no", "QuotaExceededError"); };'
FULL_DEVICE = """
  const setItem = Storage.prototype.setItem;
  Storage.prototype.setItem = function (...args) {
    if (this === localStorage) throw new DOMException("no", "QuotaExceededError");
    setItem.apply(this, args);
  };
"""


def open_with(open_page, address, script, path):
    """Open the page at `path` in a context whose pages all run `script` before their own."""
    page = open_page("assets/css/print.css")
    page.context.add_init_script(script)
    page.goto(address + path)
    return page


def stored(page):
    """Return what the browser holds for the site: (on the device, in the tab)."""
    return tuple(page.evaluate("[{...localStorage}, {...sessionStorage}]"))


def boxes(page):
    return page.locator(".task-list-item [type=checkbox]")


def ticks(page):
    """Return for each box of the page whether it is ticked."""
    return boxes(page).evaluate_all("boxes => boxes.map(box => box.checked)")


def fields(page):
    return page.locator(".field textarea")


def answers(page):
    """Return what stands in the fields of the page that are not empty."""
    return [text for text in fields(page).evaluate_all("fields => fields.map(field => field.value)") if text]


def fill_in(page, cell, line):
    """Write `cell` into each cell of a table, and `line` into the other fields, once for each of their lines."""
    write = """(fields, [cell, line]) => {
      for (const field of fields) {
        field.value = field.closest("td") ? cell : line.repeat(field.rows);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    }"""
    fields(page).evaluate_all(write, [cell, line])


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def remember(page):
    return page.get_by_role("checkbox", name=REMEMBER)


def status(page):
    return page.get_by_role("article").get_by_role("status")


def serve_changed(target, path, *changes):
    """Let `target` (a page or a context) get the page at `path` with the `changes`, each (old, new), in its HTML."""

    def change(route):
        response = route.fetch()
        html = response.text()
        for old, new in changes:
            assert old in html
            html = html.replace(old, new, 1)
        route.fulfill(response=response, body=html)

    target.route(f"**/{path}", change)


def item(words):
    return f'<li class="task-list-item"><input type="checkbox"/> {words}</li>\n'


ITEMS = "Choose an ordinary day to think it over", "Live one day as a yes and one as a no"


# --- What is stored, and for how long ---------------------------------------------------------------------------------


def test_loading_a_page_stores_nothing(open_page, address):
    page = open_with(open_page, address, WATCH, "")
    for path in ("", CHAPTER, "friends/", PRIVACY, "worksheets/", *SHEETS, "about/formats/"):
        page.goto(address + path)
        assert page.evaluate("written") == [], path
        assert stored(page) == ({}, {}), path
    assert page.foreign == []


def test_a_tick_lasts_for_the_tab(open_page, address):
    page = open_page(CHAPTER)
    boxes(page).nth(2).check()
    page.reload()
    assert [i for i, ticked in enumerate(ticks(page)) if ticked] == [2]
    page.goto(address + OTHER)
    page.go_back()
    assert ticks(page)[2]
    assert stored(page)[0] == {}
    assert not any(ticks(open_page(CHAPTER, page.context)))  # another tab
    assert not any(ticks(open_page(CHAPTER)))  # another reader


def test_what_is_remembered_lasts_longer_than_the_tab(open_page):
    page = open_page(READY)
    boxes(page).nth(0).check()
    fields(page).nth(1).fill("Two lines,\nof mine")
    remember(page).check()
    boxes(page).nth(3).check()
    assert "remembered" in status(page).text_content()
    assert list(stored(page)[0]) == [KEY]
    assert stored(page)[1] == {}
    again = open_page(READY, page.context)
    assert [i for i, ticked in enumerate(ticks(again)) if ticked] == [0, 3]
    assert answers(again) == ["Two lines,\nof mine"]
    assert remember(again).is_checked()
    assert not remember(open_page(CHAPTER, page.context)).is_checked()  # it is the choice of one page
    again.close()
    remember(page).uncheck()
    assert stored(page)[0] == {}
    page.reload()
    assert answers(page) == ["Two lines,\nof mine"]


def test_the_storage_shows_no_words_of_the_checklist_or_the_page(open_page):
    page = open_page("safety/is-it-wanted/")
    boxes(page).nth(0).check()
    assert re.fullmatch(r'{"[0-9a-z]{9,14}":{"[0-9a-z]{9,14}":1}}', stored(page)[1][KEY])


def test_unticking_and_emptying_leaves_nothing_behind(open_page):
    page = open_page(READY)
    for choose in (remember(page).check, remember(page).uncheck):
        choose()
        boxes(page).nth(1).check()
        fields(page).nth(0).fill("word")
        assert stored(page) != ({}, {})
        boxes(page).nth(1).uncheck()
        fields(page).nth(0).fill(" \n")
        assert stored(page) == ({}, {})


@pytest.mark.parametrize("where", [READY, PRIVACY])
def test_forgetting_erases_all_of_ours_and_no_more(open_page, address, where):
    page = open_page(READY)
    page.evaluate("localStorage.setItem('/another-site/.x', '1')")
    boxes(page).nth(0).check()
    remember(page).check()
    fields(page).nth(0).fill("word")
    page.goto(address + CHAPTER)
    boxes(page).nth(1).check()
    elsewhere = open_page(PLAN, page.context)
    boxes(elsewhere).nth(0).check()
    page.goto(address + where)
    button(page, FORGET).press("Enter")
    assert "forgotten" in status(page).text_content()
    assert not any(ticks(page))
    assert answers(page) == []
    assert stored(page) == ({"/another-site/.x": "1"}, {})
    expect(boxes(elsewhere).nth(0)).not_to_be_checked()
    assert stored(elsewhere)[1] == {}
    for path in (READY, CHAPTER):
        page.goto(address + path)
        assert not any(ticks(page))
        assert answers(page) == []


def test_another_script_can_have_everything_erased(open_page, address):
    page = open_page(READY)
    boxes(page).nth(0).check()
    remember(page).check()
    page.goto(address)
    page.evaluate("dispatchEvent(new Event('guide:forget'))")
    assert stored(page) == ({}, {})


# --- Whose tick it is -------------------------------------------------------------------------------------------------


def test_an_edited_item_loses_its_tick_and_others_keep_theirs(open_page):
    page = open_page(CHAPTER)
    for name in ITEMS:
        page.get_by_role("checkbox", name=name).check()
    serve_changed(page, CHAPTER, (f"{ITEMS[0]}</li>", f"{ITEMS[0]}, or not</li>"))
    page.reload()
    assert not page.get_by_role("checkbox", name=ITEMS[0]).is_checked()
    assert page.get_by_role("checkbox", name=ITEMS[1]).is_checked()
    assert sum(ticks(page)) == 1


def test_a_new_order_moves_no_tick(open_page):
    page = open_page(CHAPTER)
    page.get_by_role("checkbox", name=ITEMS[0]).check()
    serve_changed(
        page, CHAPTER, (item(ITEMS[0]), item("Something new") * 2), (item(ITEMS[1]), item(ITEMS[1]) + item(ITEMS[0]))
    )
    page.reload()
    assert page.get_by_role("checkbox", name=ITEMS[0]).is_checked()
    assert sum(ticks(page)) == 1


def test_the_same_words_do_not_tick_each_other(open_page, address):
    page = open_page()
    twice = item(ITEMS[0]) + item(ITEMS[0])
    serve_changed(page, CHAPTER, (item(ITEMS[0]), twice))
    serve_changed(page, OTHER, ('<ul class="task-list">', f'<ul class="task-list">{twice}'))
    page.goto(address + CHAPTER)
    for one, other in ((0, 1), (1, 0)):
        boxes(page).nth(other).uncheck()
        boxes(page).nth(one).check()
        page.reload()
        assert [i for i, ticked in enumerate(ticks(page)) if ticked] == [one]
    page.goto(address + OTHER)
    assert not any(ticks(page))


def test_answers_stay_with_their_prompts(open_page):
    page = open_page(READY)
    page.get_by_label("If they say no").fill("Tea")
    page.get_by_label("My most honest friend").fill("Wait")
    serve_changed(
        page,
        READY,
        ('<p class="write-2">I want', '<p class="write-1">A new prompt:</p><p class="write-2">I want'),
        ("My most honest friend would", "My oldest friend would"),
    )
    page.reload()
    assert page.get_by_label("If they say no").input_value() == "Tea"
    assert answers(page) == ["Tea"]


def test_the_same_prompt_in_four_weeks_has_four_answers(open_page):
    page = open_page(PLAN)
    for week in "1234":
        page.get_by_role("textbox", name=f"Week {week}: Stop: do they still want this?").fill(week)
    serve_changed(page, PLAN, ('<p class="write-1"><strong>Stop:</strong> do they still', "<p>Do they still"))
    page.reload()
    assert answers(page) == ["2", "3", "4"]
    assert page.get_by_role("textbox", name="Week 3: Stop").input_value() == "3"


# --- What is never kept -----------------------------------------------------------------------------------------------


def test_nothing_of_the_message_that_is_not_sent_is_kept(open_page, address):
    page = open_with(open_page, address, WATCH, UNSENT)
    page.locator("#unsent-message").fill("I never told you")
    for box in boxes(page).all():
        box.check()
    assert page.get_by_text("4 of 4", exact=True).is_visible()
    assert fields(page).count() == 0
    assert remember(page).count() == 0
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    assert page.evaluate("written") == []
    assert stored(page) == ({}, {})
    page.goto(address + CHAPTER)
    page.go_back()
    assert page.locator("#unsent-message").input_value() == ""
    assert not any(ticks(page))


# --- When the browser or the reader does something of their own -------------------------------------------------------


@pytest.mark.parametrize("script", [BLOCKED, FULL])
def test_without_storage_ticks_work_for_the_page(open_page, address, script):
    page = open_with(open_page, address, script, READY)
    assert remember(page).is_disabled() == (script == BLOCKED)  # whether there is room shows only when we write
    boxes(page).nth(0).check()
    fields(page).nth(0).fill("word")
    page.evaluate("dispatchEvent(new Event('pageshow'))")
    assert ticks(page)[0]
    assert answers(page) == ["word"]
    assert page.get_by_text("cannot remember").is_visible()
    assert remember(page).is_disabled()
    expect(status(page)).to_have_text("1 of 5 ticked")
    button(page, FORGET).click()
    assert not any(ticks(page))


def test_a_device_that_is_full_keeps_the_tick_for_the_tab(open_page, address):
    page = open_with(open_page, address, FULL_DEVICE, READY)
    boxes(page).nth(0).check()
    remember(page).click()
    assert not remember(page).is_checked()
    assert "cannot remember" in status(page).text_content()
    page.reload()
    assert ticks(page)[0]


def test_damage_in_the_storage_does_no_harm(open_page):
    page = open_page(CHAPTER)
    for damage in ("null", "forget", "[]", '{"a":1}'):
        page.evaluate("([key, text]) => { localStorage[key] = text; sessionStorage[key] = text; }", [KEY, damage])
        page.reload()
        assert not any(ticks(page))
        boxes(page).nth(0).check()
        page.reload()
        assert sum(ticks(page)) == 1, damage
    assert page.messages == []


def test_a_page_that_comes_back_shows_what_is_stored(open_page):
    page = open_page(CHAPTER)
    boxes(page).nth(0).check()
    page.evaluate("sessionStorage.clear(); dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    assert not any(ticks(page))
    assert boxes(page).evaluate_all("boxes => boxes.every(box => box.autocomplete === 'off')")


def test_two_tabs_keep_in_step(open_page):
    one = open_page(READY)
    remember(one).check()
    two = open_page(READY, one.context)
    fields(one).nth(0).fill("word")
    boxes(one).nth(0).check()
    expect(boxes(two).nth(0)).to_be_checked()
    assert answers(two) == ["word"]
    assert remember(two).is_checked()
    boxes(two).nth(1).check()
    expect(boxes(one).nth(1)).to_be_checked()
    assert sum(ticks(one)) == 2


def test_without_script_a_sheet_is_boxes_and_ruled_lines(open_page):
    page = open_page(PLAN, java_script_enabled=False)
    boxes(page).nth(0).check()
    assert page.locator("article :is(button, textarea, .ticked, .keeping, [role=status])").count() == 0
    assert page.locator("article [type=checkbox]").count() == boxes(page).count() == 4
    lines = "p => getComputedStyle(p, '::after').height"
    assert float(page.locator("p.write-1").first.evaluate(lines).removesuffix("px")) > 30


# --- Names, words and hands -------------------------------------------------------------------------------------------


def test_boxes_and_fields_are_named_by_their_words(open_page, address, pages):
    page = open_page()
    for path in (CHAPTER, *SHEETS):
        page.goto(address + path)
        source = pages[path + "index.html"]
        for written in source.select("li.task-list-item"):
            name = " ".join(written.text.split())
            assert page.get_by_role("checkbox", name=name, exact=True).count() == 1
        names = fields(page).evaluate_all("fields => fields.map(f => f.ariaLabel ?? f.labels[0].textContent.trim())")
        assert all(names)
        assert len(names) == len(set(names))
        blank = [*source.select("[class^=write-]"), *(cell for cell in source.select("td") if not cell.text.strip())]
        assert len(names) == (0 if path == UNSENT else len(blank))
        for attribute, value in {"autocomplete": "off", "spellcheck": "false"}.items():
            assert fields(page).and_(page.locator(f"[{attribute}={value}]")).count() == len(names)


def test_a_cell_is_named_by_its_row_and_column(open_page):
    page = open_page(CHECK_IN)
    page.get_by_role("textbox", name="Times they wrote to me first: Week 2", exact=True).fill("3")
    page.reload()
    assert page.locator("tbody tr:nth-child(4) td:nth-child(3) textarea").input_value() == "3"


def test_tapping_the_words_ticks_but_a_link_leads_on(open_page):
    page = open_page(PLAN)
    page.get_by_text("They told me so").click()
    assert ticks(page) == [True, False, False, False]
    kept = stored(page)
    page.locator(".task-list-item a").click()
    page.wait_for_url("**/safety/")
    assert stored(page) == kept


def test_progress_is_shown_and_told_once_after_a_few_quick_ticks(open_page, address):
    page = open_with(
        open_page,
        address,
        """addEventListener("DOMContentLoaded", () => {
      window.told = [];
      const status = document.querySelector("article [role=status]");
      new MutationObserver(() => told.push(status.textContent)).observe(status, { childList: true, subtree: true });
    })""",
        READY,
    )
    assert page.locator(".ticked").all_text_contents() == ["0 of 5", "0 of 6"]
    for i in (5, 6, 7):
        boxes(page).nth(i).check()
    assert page.locator(".ticked").all_text_contents() == ["0 of 5", "3 of 6"]
    expect(status(page)).to_have_text("3 of 6 ticked")
    page.wait_for_timeout(600)
    assert page.evaluate("told") == ["3 of 6 ticked"]


def test_everything_can_be_done_by_keyboard(open_page):
    page = open_page(READY)

    def tab_to(target):
        for _ in range(3):  # past the link of a heading
            page.keyboard.press("Tab")
            if target.evaluate("node => node === document.activeElement"):
                break
        assert target.evaluate("node => node.matches(':focus') && getComputedStyle(node).outlineStyle") == "solid"

    boxes(page).nth(9).focus()
    tab_to(boxes(page).nth(10))
    page.keyboard.press("Space")
    assert ticks(page)[10]
    for i, text in enumerate(("one", "two", "three")):
        tab_to(fields(page).nth(i))
        page.keyboard.type(text)
    tab_to(remember(page))
    page.keyboard.press("Space")
    assert remember(page).is_checked()
    assert answers(page) == ["one", "two", "three"]
    for name in (FORGET, "Print with my answers", "Print empty"):
        tab_to(button(page, name))
    button(page, FORGET).press("Enter")
    assert answers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", [READY, CHECK_IN])
def test_axe_finds_nothing_in_what_we_add(open_page, path, scheme):
    page = open_page(path, viewport=PHONE, color_scheme=scheme)
    button(page, FORGET).click()
    ours = [s for s in (".task-list", ".ticked", ".field", ".fields", ".keeping") if page.locator(s).count()]
    found = Axe().run(page, context={"include": [[selector] for selector in ours]})
    assert found.response["violations"] == []
    assert found.response["passes"]


@pytest.mark.parametrize("path", [READY, "worksheets/boundaries/", PLAN, CHECK_IN])
def test_a_sheet_can_be_filled_in_on_a_small_phone(open_page, path):
    page = open_page(path, viewport=SMALL, is_mobile=True, has_touch=True)
    fill_in(page, "word " * 12 + "w" * 60, "word " * 12 + "w" * 60)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    inside = """nodes => nodes.map(node => {
      const { left, right, width, height } = node.getBoundingClientRect();
      return [left >= 0 && right <= 320 && width >= 70 && height >= 43, parseFloat(getComputedStyle(node).fontSize) >= 16,
        node.scrollHeight <= node.clientHeight];
    })"""
    for row in fields(page).evaluate_all(inside):
        assert row == [True, True, True]
    for row in page.locator(".task-list-item label, .keeping :is(button, label)").evaluate_all(inside):
        assert row[0]


# --- On paper ---------------------------------------------------------------------------------------------------------


def printed(page, paper="A4"):
    """Return (number of pages, text without spaces, boxes that are ticked) of `page` as the browser prints it."""
    document = pypdf.PdfReader(io.BytesIO(page.pdf(format=paper)))
    return len(document.pages), re.sub(r"\s+", "", "".join(sheet.extract_text() for sheet in document.pages))


def ticks_drawn(page):
    """Say for each ticked box whether paper shows it so."""
    page.emulate_media(media="print")
    drawn = boxes(page).evaluate_all("""boxes => boxes.filter(box => box.checked).map(box => {
      const { display, content } = getComputedStyle(box, "::before");
      return display !== "none" && content !== "none";
    })""")
    page.emulate_media(media="null")
    return drawn


LINE = "I put the phone away at nine and read a book until I fell asleep. "


@pytest.mark.parametrize("path", SHEETS)
def test_a_sheet_is_one_page_with_and_without_answers(open_page, path):
    page = open_page(path)
    empty = {paper: printed(page, paper) for paper in ("A4", "Letter")}
    assert printed(open_page(path, java_script_enabled=False), "Letter") == empty["Letter"]
    fill_in(page, "Six or so, I think", LINE)
    for paper, (count, text) in empty.items():
        assert count == 1
        count, filled = printed(page, paper)
        assert count == 1
        assert (filled == text) == (path == UNSENT)
        assert REMEMBER.replace(" ", "") not in filled


def test_the_reader_chooses_what_is_printed(open_page, address):
    page = open_with(open_page, address, "window.print = () => {}", READY)
    empty = printed(page)
    fields(page).nth(0).fill("Because of the cat")
    boxes(page).nth(0).check()
    assert "Becauseofthecat" in printed(page)[1]  # the browser's own menu prints what is shown
    assert ticks_drawn(page) == [True]
    button(page, "Print empty").click()
    assert printed(page) == empty
    assert ticks_drawn(page) == [False]
    page.mouse.click(5, 300)
    assert "Becauseofthecat" in printed(page)[1]
    button(page, "Print empty").click()
    button(page, "Print with my answers").click()
    assert "Becauseofthecat" in printed(page)[1]
    assert ticks_drawn(page) == [True]
    page.goto(address + CHAPTER)
    assert button(page, "Print with my ticks").is_visible()
