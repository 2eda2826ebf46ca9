"""The search, as a reader uses it: what people type leads to the page a kind friend would hand them, with either engine."""

import gzip
import json
import re

import pytest
from conftest import DESKTOP, ENGINE, NAV, PHONE, ROOT, SITE
from playwright.sync_api import expect
from test_site import AXE_ALL, AXE_COLORS, HELP, assert_in_reach, faults

INDEX = {"mkdocs": "search/search_index.json", "zensical": "search.json"}[ENGINE]
FIELD, LINKS, STATUS, BUTTON = ".finder input", ".finder li a", ".finder [role=status]", "[data-search]"
START = next(path for path in NAV if "/" in path)  # any page: each may be removed one day

# Answers every query in one page, through the module that the page itself uses. As text, which drivers hand over quickly.
ANSWER = """async queries => {
    const {load} = await import(new URL(document.querySelector("[data-search]").dataset.search, location));
    const find = await load();
    return JSON.stringify(Object.fromEntries(queries.map(query => {
        const {results} = find(query), pages = [...new Set(results.map(({section}) => section.page))];
        const shown = results.slice(0, 8).map(({section, isUrgent}) => [section.location, section.page, Boolean(isUrgent)]);
        return [query, {shown, pages}];
    })));
}"""


def read(name):
    """Return the queries in each part of a file in tests/, each with the places that answer it."""
    parts = re.split(r"^## .*\n", (ROOT / "tests" / name).read_text(encoding="utf-8"), flags=re.M)
    found = [[line.partition("|") for line in part.splitlines() if line and line[0] != "#"] for part in parts]
    return [{query.strip(): places.split() for query, _, places in part} for part in found if part]


GENERAL, URGENT, ALIKE = read("search_queries.txt")
UNSEEN, UNSEEN_URGENT, UNSEEN_HARMLESS = read("search_heldout.txt")  # floors, for what nobody tunes for
(HARMLESS,) = read("search_harmless.txt")


@pytest.fixture(scope="module")
def answers(browser, address):
    """What the finder answers to every query of this file: {query: {shown: [location, page, is urgent], pages}}."""
    sets = (GENERAL, URGENT, ALIKE, UNSEEN, UNSEEN_URGENT, UNSEEN_HARMLESS, HARMLESS, ["zzxxqq", "!!"])
    with browser.new_page() as page:
        page.goto(address)
        return json.loads(page.evaluate(ANSWER, [query for queries in sets for query in queries]))


def rank(answer, places):
    """Return the rank of the first result that shows one of `places`, or 99. A page is shown by any section of it."""
    return next((i for i, (location, page, _) in enumerate(answer["shown"], 1) if {location, page} & set(places)), 99)


@pytest.mark.parametrize(
    ("queries", "least"), [(GENERAL, 0.97), (URGENT | ALIKE, 1), (UNSEEN, 0.9), (UNSEEN_URGENT, 0.95)]
)
def test_what_people_type_is_among_the_first_three(answers, queries, least):
    misses = {q: answers[q]["shown"][:3] for q, places in queries.items() if rank(answers[q], places) > 3}
    share = 1 - len(misses) / len(queries)
    assert share >= least, f"{share:.1%} of {len(queries)}; instead of the right page: {misses}"


@pytest.mark.parametrize(("queries", "most"), [(HARMLESS, 2), (UNSEEN_HARMLESS, 5)])
def test_ordinary_words_are_not_taken_for_a_cry_for_help(answers, queries, most):
    wrong = [query for query in queries if any(is_urgent for *_, is_urgent in answers[query]["shown"])]
    assert len(wrong) <= most < len(queries) / 40, wrong


def test_only_pages_of_the_menu_are_found_each_once(open_page, answers):
    for query, answer in answers.items():
        assert set(answer["pages"]) <= set(NAV), query
        assert len({place for place, *_ in answer["shown"]}) == len(answer["shown"]), query
    assert answers["zzxxqq"]["shown"] == answers["!!"]["shown"] == []
    page = open_page(START)
    index = json.loads((SITE / INDEX).read_bytes())
    for location in ("planted/", "planted/#part", f"{START}#planted"):  # only the last is of the menu
        index["docs" if "docs" in index else "items"] += [{"location": location, "title": "Zzxxqq", "text": "Zzxxqq."}]
    page.route(f"**/{INDEX}", lambda route: route.fulfill(json=index))
    found = json.loads(page.evaluate(ANSWER, ["zzxxqq"]))["zzxxqq"]
    assert [location for location, _, _ in found["shown"]] == [f"{START}#planted"]


def kept(page):
    """Return what the browser keeps that a search could have left."""
    return page.evaluate("""async () => [location.href, history.length, document.cookie, {...localStorage},
        {...sessionStorage}, (await caches.keys()).length, (await indexedDB.databases()).length, history.state]""")


def search(page, typed):
    page.locator(BUTTON).click()
    expect(page.locator(FIELD)).to_be_focused()
    page.keyboard.type(typed)
    page.locator(LINKS).first.wait_for()


def test_by_keyboard(open_page, address):
    page = open_page("about/questions/")
    links, field, status = page.locator(LINKS), page.locator(FIELD), page.locator(STATUS)
    page.locator(BUTTON).focus()
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    page.keyboard.type("blocked me")
    expect(status).to_have_text("8 results")
    for key, where in (("Down", links.nth(0)), ("Down", links.nth(1)), ("Up", links.nth(0)), ("Up", field)):
        page.keyboard.press(f"Arrow{key}")
        expect(where).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_be_hidden()
    expect(page.locator(BUTTON)).to_be_focused()
    page.keyboard.press("Enter")
    expect(field).to_have_value("")
    expect(links).to_have_count(0)
    page.keyboard.type("we slept together again")
    links.first.wait_for()
    page.keyboard.press("Enter")  # opens the best result
    page.wait_for_url(f"{address}about/questions/#we-slept-together-again")
    expect(field).to_be_hidden()  # on the same page too
    assert page.messages == page.foreign == []


def test_a_search_is_light_and_leaves_no_trace(open_page, address):
    page, requests = open_page(START), []
    page.on("request", lambda request: requests.append((request.method, request.url)))
    page.wait_for_load_state("networkidle")
    assert [url for _, url in requests if "search" in url] == []  # nothing before it is touched
    before = kept(page)
    search(page, "he hits me")
    files = ["assets/css/search.css", "assets/js/search.js", "assets/search.txt", INDEX]
    assert sorted({url.removeprefix(address) for _, url in requests} - {"assets/img/icon.svg"}) == sorted(files)
    assert sum(len(gzip.compress((SITE / file).read_bytes(), 9)) for file in files) <= 95 * 1024
    assert page.locator(".finder__urgent").count() == 2
    assert kept(page) == before
    page.locator(LINKS).first.click()
    page.wait_for_url(address + HELP)
    assert kept(page)[2:] == before[2:]
    assert {method for method, _ in requests} == {"GET"}
    assert [url for _, url in requests if "hit" in url or "?" in url or not url.startswith(address)] == []


def test_nothing_found_leads_on_and_enter_goes_nowhere_and_without_its_files_it_says_so(open_page, address):
    page = open_page(START)
    search(page, "zzxxqq")
    expect(page.locator(STATUS)).to_contain_text("Nothing found")
    leads = page.locator(LINKS).evaluate_all("links => links.map(link => link.href)")
    assert leads == [address + path for path in (HELP, "about/questions/", "") if path in NAV]
    before = kept(page)
    page.locator(FIELD).press("Enter")
    page.wait_for_timeout(200)
    assert kept(page) == before
    page.locator(FIELD).fill("jelous")  # pasted or dictated: comes as one input, without a key
    expect(page.locator(STATUS)).to_contain_text("“jealous”")
    page.locator(FIELD).fill("")
    expect(page.locator(LINKS)).to_have_count(0)
    page = open_page(START)
    page.route(f"**/{INDEX}", lambda route: route.abort())
    page.locator(BUTTON).click()
    page.locator(FIELD).fill("friends")
    expect(page.locator(STATUS)).to_contain_text("could not be loaded")
    page.unroute(f"**/{INDEX}")
    page.locator(FIELD).fill("friend")
    page.locator(LINKS).first.wait_for()


@pytest.mark.parametrize("size", [DESKTOP, PHONE, {"width": 390, "height": 400}], ids=["desktop", "phone", "keyboard"])
def test_what_is_seen_of_it(open_page, size):
    page = open_page(START, size)
    search(page, "he hit me because i texted him on his birthday")
    assert faults(page, AXE_ALL if size is PHONE else AXE_COLORS, within=".finder") == []
    results = page.get_by_role("search").get_by_role("list").get_by_role("listitem")
    assert results.count() == page.locator(LINKS).count() <= 8
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    height = page.locator(LINKS).evaluate_all("""links => Math.max(...links.map(link =>
        link.getBoundingClientRect().height / parseFloat(getComputedStyle(link).lineHeight)))""")
    assert height < 3.4  # lines
    shown = page.locator(LINKS).first.bounding_box()
    assert shown["y"] + shown["height"] <= size["height"]  # also above the keyboard of a phone
    assert_in_reach(page, "results")
    page.emulate_media(color_scheme="dark")
    assert faults(page, AXE_COLORS, within=".finder") == []
    page.emulate_media(color_scheme="dark", forced_colors="active")
    color = "node => getComputedStyle(node).color"
    assert page.locator("mark").first.evaluate(color) == page.locator("body").evaluate(color)
