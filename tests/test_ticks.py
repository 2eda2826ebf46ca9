"""Checklists and worksheets, in Chromium: names, keys, phones and paper. What is stored is tested in test_traces.py."""

import io
import re

import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import PHONE
from playwright.sync_api import expect

SMALL = {"width": 320, "height": 640}
FORGET, REMEMBER = "Forget everything", "Remember on this device"


@pytest.fixture(scope="session")
def sheets(pages):
    """The worksheets: the pages with lines to write on, by their paths."""
    return [path.removesuffix("index.html") for path, page in pages.items() if page.select("p[class^=write-]")]


def open_with(open_page, address, script, path):
    """Open the page at `path` in a context whose pages all run `script` before their own."""
    page = open_page("assets/css/print.css")
    page.context.add_init_script(script)
    page.goto(address + path)
    return page


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


def test_without_script_a_sheet_is_boxes_and_ruled_lines(open_page, kinds):
    page = open_page(kinds.sheet, java_script_enabled=False)
    boxes(page).nth(0).check()
    assert page.locator("article :is(button, textarea, .ticked, .keeping, [role=status])").count() == 0
    height = "p => getComputedStyle(p, '::after').height"
    assert float(page.locator("p[class^=write-]").first.evaluate(height).removesuffix("px")) > 30


def test_boxes_and_fields_are_named_by_their_words_and_keep_their_own_answers(open_page, address, pages, sheets, kinds):
    page = open_page()
    for path in (kinds.checklist, *sheets):
        page.goto(address + path)
        source = pages[path + "index.html"]
        for written in source.select("li.task-list-item"):
            name = " ".join(written.text.split())
            assert page.get_by_role("checkbox", name=name, exact=True).count() == 1
        names = fields(page).evaluate_all("fields => fields.map(f => f.ariaLabel ?? f.labels[0].textContent.trim())")
        assert all(names)
        assert len(names) == len(set(names)), "two fields have the same name"
        blank = [*source.select("[class^=write-]"), *(cell for cell in source.select("td") if not cell.text.strip())]
        assert len(names) == (0 if path == kinds.unsent else len(blank))
        for attribute, value in {"autocomplete": "off", "spellcheck": "false"}.items():
            assert fields(page).and_(page.locator(f"[{attribute}={value}]")).count() == len(names)
        number = "fields => fields.forEach((field, i) => { field.value = i; field.dispatchEvent(new Event('input')); })"
        fields(page).evaluate_all(number)
        page.reload()
        assert answers(page) == [str(i) for i in range(len(names))], path


def test_a_cell_is_named_by_its_row_and_column(open_page, kinds):
    page = open_page(kinds.table)
    row, column, name = page.locator("td textarea").first.evaluate(
        """field => {
          const cell = field.closest("td"), row = cell.parentElement;
          return [row, row.closest("table").tHead.rows[0]].map((cells, i) => cells.cells[i && cell.cellIndex].textContent.trim())
            .concat(field.ariaLabel);
        }"""
    )
    assert name == f"{row}: {column}"


def test_tapping_the_words_ticks_but_a_link_leads_on(open_page, pages):
    path = next(
        p for p, page in pages.items() if page.select("li.task-list-item a") and page.select("li.task-list-item")
    )
    page = open_page(path.removesuffix("index.html"))
    link = page.locator(".task-list-item a").first
    target = link.evaluate("link => link.href")
    page.locator(".task-list-item", has_not=page.locator("a")).first.locator("label").click()
    assert sum(ticks(page)) == 1
    link.click()
    page.wait_for_url(target)
    page.go_back()
    assert sum(ticks(page)) == 1


def test_progress_is_shown_and_announced_once_after_a_few_quick_ticks(open_page, address, kinds):
    page = open_with(
        open_page,
        address,
        """addEventListener("DOMContentLoaded", () => {
      window.said = [];
      const status = document.querySelector("article [role=status]");
      new MutationObserver(() => said.push(status.textContent)).observe(status, { childList: true, subtree: true });
    })""",
        kinds.checklist,
    )
    count = boxes(page).count()
    assert page.locator(".ticked").all_text_contents() == [f"0 of {count}"]
    boxes(page).evaluate_all("boxes => boxes.slice(0, 3).forEach(box => box.click())")
    assert page.locator(".ticked").all_text_contents() == [f"3 of {count}"]
    expect(status(page)).to_have_text(f"3 of {count} ticked")
    page.wait_for_timeout(600)
    assert page.evaluate("said") == [f"3 of {count} ticked"]


def test_everything_can_be_done_by_keyboard(open_page, kinds):
    page = open_page(kinds.sheet)

    def tab_to(target):
        for _ in range(9):  # past links
            page.keyboard.press("Tab")
            if target.evaluate("node => node === document.activeElement"):
                break
        assert target.evaluate("node => node.matches(':focus') && getComputedStyle(node).outlineStyle") == "solid"

    boxes(page).nth(0).focus()
    tab_to(boxes(page).nth(1))
    page.keyboard.press("Space")
    assert ticks(page)[1]
    fields(page).nth(0).focus()
    tab_to(fields(page).nth(1))
    page.keyboard.type("two")
    remember(page).focus()
    page.keyboard.press("Space")
    assert remember(page).is_checked()
    assert answers(page) == ["two"]
    for name in (FORGET, "Print with my answers", "Print empty"):
        tab_to(button(page, name))
    button(page, FORGET).press("Enter")
    assert answers(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["sheet", "table"])
def test_axe_finds_nothing_in_what_we_add(open_page, kinds, kind, scheme):
    page = open_page(getattr(kinds, kind), viewport=PHONE, color_scheme=scheme)
    button(page, FORGET).click()
    ours = [s for s in (".task-list", ".ticked", ".field", ".fields", ".keeping") if page.locator(s).count()]
    found = Axe().run(page, context={"include": [[selector] for selector in ours]})
    assert found.response["violations"] == []
    assert found.response["passes"]


def test_a_sheet_can_be_filled_in_on_a_small_phone(open_page, address, sheets):
    page = open_page(viewport=SMALL, is_mobile=True, has_touch=True)
    for path in sheets:
        page.goto(address + path)
        check_on_phone(page)


def check_on_phone(page):
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


def test_a_sheet_is_one_page_with_and_without_answers(open_page, address, sheets, kinds):
    page, plain = open_page(), open_page(java_script_enabled=False)
    for path in sheets:
        page.goto(address + path)
        plain.goto(address + path)
        empty = {paper: printed(page, paper) for paper in ("A4", "Letter")}
        assert printed(plain, "Letter") == empty["Letter"], path
        fill_in(page, "Six or so, I think", LINE)
        for paper, (count, text) in empty.items():
            assert count == 1, path
            count, filled = printed(page, paper)
            assert count == 1, path
            assert (filled == text) == (path == kinds.unsent), path
            assert REMEMBER.replace(" ", "") not in filled, path


def test_the_reader_chooses_what_is_printed(open_page, address, kinds):
    page = open_with(open_page, address, "window.print = () => {}", kinds.sheet)
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
    page.goto(address + kinds.checklist)
    assert button(page, "Print with my ticks").is_visible()
