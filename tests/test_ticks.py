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


ITEMS = "Choose an ordinary day to think it over", "Live one day as a yes and one as a no"


# --- What is stored, and for how long ---------------------------------------------------------------------------------


# --- Whose tick it is -------------------------------------------------------------------------------------------------


# --- What is never kept -----------------------------------------------------------------------------------------------


# --- When the browser or the reader does something of their own -------------------------------------------------------


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
