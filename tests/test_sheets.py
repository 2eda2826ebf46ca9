"""The bar with the exit, checklists and worksheets, in Chromium: reach, names, keys, phones and paper.

What leaving and ticking leave behind is tested in test_traces.py, in three engines.
"""

from urllib.parse import urljoin

import pytest
from conftest import ALL, BOX, DESKTOP, FIELD, LINES, ONE, PAGES, PHONE, SAFE, UNSENT, printed
from playwright.sync_api import expect
from test_site import EDGE, MENU, assert_in_reach, cut

SHEETS = [path for path in ALL if PAGES[path].select(LINES)]
LONGEST = max(ALL, key=lambda path: len(PAGES[path].select("article a[href]")))
FORGET, REMEMBER = "Forget everything", "Remember on this device"


def fill_in(page, cell, line):
    """Write `cell` into each cell of a table, and `line` into the other fields, once for each of their lines."""
    for field in page.locator(FIELD).all():
        field.fill(line * int(field.get_attribute("rows")))
    for field in page.locator(f"td {FIELD}").all():
        field.fill(cell)


def on_paper(page, paper="A4"):
    """Return (number of pages, text without spaces, what marks the ticked boxes) of `page` as the browser prints it."""
    texts = printed(page.pdf(format=paper))
    page.emulate_media(media="print")
    drawn = "boxes => boxes.map(box => getComputedStyle(box, '::before')).map(mark => mark.display !== 'none' && mark.content !== 'none')"
    marks = page.locator(f"{BOX}:checked").evaluate_all(drawn)
    page.emulate_media(media="null")
    return len(texts), "".join("".join(texts).split()), marks


def test_without_script_the_exit_is_a_plain_link_and_sheets_are_boxes_and_ruled_lines(open_page):
    page = open_page(ONE.sheet, java_script_enabled=False)
    page.route(SAFE + "**", lambda route: route.fulfill(body="Elsewhere"))
    page.locator(BOX).first.check()
    assert page.locator("article :is(button, textarea, .ticked, .keeping, [role=status])").count() == 0
    assert page.locator(LINES).first.evaluate("p => parseFloat(getComputedStyle(p, '::after').height)") > 30
    with page.expect_request(SAFE) as asked:
        page.locator("a.exit").click()
    assert "referer" not in asked.value.all_headers()
    assert (page.url, len(page.context.pages)) == (SAFE, 1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_hides_and_empties_the_page_at_once_in_the_colors_of_the_system(open_page, address, scheme):
    page = open_page(ONE.unsent, PHONE, scheme)
    page.route(SAFE + "**", lambda route: route.fulfill(status=204))  # the browser stays on the page
    blank = page.context.new_page()
    blank.set_viewport_size(PHONE)
    blank.emulate_media(color_scheme=scheme)
    blank.set_content("<meta name=color-scheme content='light dark'>")
    page.bring_to_front()
    page.locator(BOX).first.check()
    page.locator(UNSENT).fill("I miss you")
    page.locator("a.exit").click(button="right")
    expect(page.locator("h1")).to_be_visible()  # it opens a menu
    page.locator("a.exit").click(no_wait_after=True)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    assert [node["name"]["value"] for node in tree if not node["ignored"]] == ["Loading"]  # the title alone
    assert page.screenshot() == blank.screenshot()
    assert (page.locator(UNSENT).input_value(), page.locator(f"{BOX}:checked").count()) == ("", 0)
    assert page.url == urljoin(address, "/")
    assert page.locator("link[rel~=icon]").count() == 0, "the tab shows whose page it is"


def test_both_shift_keys_count_when_they_overlap_and_not_one_that_is_held(window):
    page = window(ONE.plain)
    for keys, shown in (("down Left, down Left, up Left", ""), ("down Left, down Right, up Left, up Right", "●●○")):
        for step in keys.split(", "):
            getattr(page.keyboard, step.split()[0])(f"Shift{step.split()[1]}")
        assert page.locator(".exit__count").text_content() == shown


@pytest.mark.parametrize("size", [16, 32])  # letters of the usual size, and twice that
def test_help_and_exit_are_in_reach_on_every_screen(open_page, size):
    page = open_page(LONGEST)
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": size, "fixed": size}})
    for width, height in ((320, 568), (390, 844), (768, 1024), (1024, 768), (1280, 900)):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        state = f"{width} wide, letters of {size}, "
        assert_in_reach(page, state + "at the top")
        assert cut(page) == [], state
        limits = page.get_by_role("link", name="What it can’t do").locator("visible=true")
        assert limits.count() == 1, state
        assert "clear your history" in limits.locator("..").inner_text()
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert_in_reach(page, state + "at the end")
        page.evaluate("scrollTo(0, 0)")
        for opener, layer, close in (MENU, "#menu", ".menu__close"), ("[data-search]", ".finder", ".finder button"):
            if page.locator(opener).is_visible():
                page.locator(opener).click()
                page.locator(layer).wait_for()
                assert_in_reach(page, f"{state}{layer} open")
                box, bar = page.locator(layer).bounding_box(), page.locator(".bar").bounding_box()
                assert box["y"] >= bar["height"] - 1, f"{state}{layer} is under the bar"
                assert box["y"] + box["height"] <= height + 1, f"{state}{layer} is cut off"
                page.locator(close).click()
    assert page.messages == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_jump_ends_just_below_the_bar(window, size):
    page = window(LONGEST, size)
    ids = page.locator("article :is(h2, h3)[id]").evaluate_all("nodes => nodes.map(node => node.id)")
    for anchor in ids[1:9]:
        page.evaluate("id => { location.hash = id; }", anchor)
        gap = page.locator(f"#{anchor}").evaluate(f"node => node.getBoundingClientRect().top - {EDGE}")
        assert 0 <= gap < 40, anchor


def test_boxes_and_fields_are_named_by_their_words_keep_their_own_answers_and_fit_a_small_phone(open_page):
    for path in (ONE.checklist, *SHEETS):
        page, source = open_page(path, {"width": 320, "height": 568}, is_mobile=True, has_touch=True), PAGES[path]
        for written in source.select("li.task-list-item"):
            assert page.get_by_role("checkbox", name=" ".join(written.text.split()), exact=True).count() == 1
        name_of = "fields => fields.map(field => field.ariaLabel ?? field.labels[0].textContent.trim())"
        names = page.locator(FIELD).evaluate_all(name_of)
        assert all(names)
        assert len(names) == len(set(names)), "two fields have the same name"
        cells = [cell for cell in source.select("article td") if not cell.text.strip()]
        assert len(names) == (0 if path == ONE.unsent else len(source.select(LINES) + cells))
        for cell in cells:
            row, head = cell.parent.select("td"), cell.parent.parent.parent.select("th")
            name = f"{row[0].text.strip()}: {head[row.index(cell)].text.strip()}"
            assert row[0] is cell or name in names, name
        assert page.locator(f"{FIELD}[autocomplete=off][spellcheck=false]").count() == len(names)
        for i, field in enumerate(page.locator(FIELD).all()):
            field.fill(str(i))
        page.reload()
        values = [field.input_value() for field in page.locator(FIELD).all()]
        assert values == [str(i) for i in range(len(names))], path
        fill_in(page, "word " * 12 + "w" * 60, "word " * 12 + "w" * 60)
        assert cut(page) == [], path
        narrow = """nodes => nodes.filter(node => node.getBoundingClientRect().width < 70
            || node.rows && parseFloat(getComputedStyle(node).fontSize) < 16).map(node => node.outerHTML)"""
        assert page.locator(f"{FIELD}, .task-list-item label, .keeping :is(button, label)").evaluate_all(narrow) == []


def test_tapping_the_words_ticks_but_a_link_leads_on(open_page):
    page = open_page(next(path for path in ALL if PAGES[path].select("li.task-list-item a")))
    link, ticked = page.locator(".task-list-item a").first, page.locator(f"{BOX}:checked")
    target = link.evaluate("link => link.href")
    page.locator(".task-list-item:not(:has(a)) label").first.click()
    expect(ticked).to_have_count(1)
    link.click()
    page.wait_for_url(target)
    page.go_back()
    expect(ticked).to_have_count(1)


def test_progress_is_shown_and_announced_once_after_a_few_quick_ticks(open_page):
    page = open_page(ONE.checklist)
    status, done = page.get_by_role("article").get_by_role("status"), page.locator(".ticked")
    count = page.locator(BOX).count()
    assert done.all_text_contents() == [f"0 of {count}"]
    quick = "async boxes => { for (const box of boxes.slice(0, 3)) await new Promise(done => setTimeout(done, 100, box.click())); }"
    page.locator(BOX).evaluate_all(quick)
    assert (done.all_text_contents(), status.text_content()) == ([f"3 of {count}"], "")
    expect(status).to_have_text(f"3 of {count} ticked")


@pytest.mark.parametrize("path", SHEETS)
def test_a_sheet_is_one_page_with_and_without_answers_and_without_the_bar(window, path):
    page = window(path)
    empty = on_paper(page, "Letter")
    fill_in(page, "Six or so, I think", "I put the phone away at nine and read a book until I fell asleep. ")
    for paper in ("A4", "Letter"):
        count, text, _ = on_paper(page, paper)
        assert count == empty[0] == 1
        for words in (REMEMBER, "Leave this page", "Emergency:", "Not safe, or can’t go on?", "clear your history"):
            assert "".join(words.split()) not in text, words
    assert (text == empty[1]) == (path == ONE.unsent), path
    assert path != ONE.table or on_paper(window(path, java_script_enabled=False), "Letter") == empty
    page.set_viewport_size(PHONE)
    page.emulate_media(media="print")
    assert not page.locator(".limits, .exit").locator("visible=true").count()


def test_the_reader_chooses_what_is_printed(open_page):
    page = open_page(ONE.sheet)
    page.evaluate("window.print = () => {}")
    empty = on_paper(page)
    page.locator(FIELD).first.fill("Because of the cat")
    page.locator(BOX).first.check()
    for choose in ("", "Print empty", "elsewhere", "Print empty", "Print with my answers"):
        if choose == "elsewhere":
            page.mouse.click(5, 300)
        elif choose:  # at first, the browser's own menu prints what is shown
            page.get_by_role("button", name=choose, exact=True).click()
        shown = choose != "Print empty"
        count, text, marks = on_paper(page)
        assert ("Becauseofthecat" in text, marks) == (shown, [shown])
        assert shown or (count, text) == empty[:2]
    assert open_page(ONE.checklist).get_by_role("button", name="Print with my ticks", exact=True).is_visible()
