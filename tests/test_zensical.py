"""The guide as Zensical builds it, Material's successor: the same pages, and a search of its own."""

import os
import shutil
import subprocess
import sys

import pytest
import turbohtml
from conftest import DESKTOP, FIELD, NAV, PHONE, RESULT, ROOT, built
from test_exit import assert_in_reach
from test_search import QUERIES, URGENT, kept, rank

by_zensical = pytest.mark.engine(
    "zensical", "MkDocs built site/; what Zensical's search needs is tested on its own site"
)

# It takes no weights, as mkdocs.yml gives them to Material's search, and wants every word of a query on one page.
SHARE = 0.8
MISSED = {"he wont leave me alone"}

BUTTON = "button.md-search__button"
TYPE = """
async queries => {
    const root = [...document.querySelectorAll("body > div")].find(node => node.shadowRoot).shadowRoot;
    const field = root.querySelector("[role=combobox]");
    const type = words => new Promise(done => {
        let still = setTimeout(done, 1000);
        new MutationObserver((_, seen) => {
            clearTimeout(still);
            still = setTimeout(() => { seen.disconnect(); done(); }, 100);
        }).observe(root, {childList: true, subtree: true, characterData: true});
        field.value = words;
        field.dispatchEvent(new InputEvent("input", {bubbles: true}));
    });
    const found = {};
    for (const query of queries) {
        await type(query);
        // Each result is a section, under the name of its page.
        found[query] = [...root.querySelectorAll("[role=listbox] a")].slice(0, 3)
            .map(link => [link.href.split("#")[0], link.href]);
    }
    return found;
}
"""


# --- Whatever built site/: the two engines make the same of the same sources ---


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """Every page as each of the two engines builds it, parsed."""
    if sys.version_info < (3, 11):
        pytest.skip("Zensical needs Python 3.11 or newer")
    sites = {}
    for engine, words in (("mkdocs", ["build", "--strict"]), ("zensical", ["build", "--strict", "--clean"])):
        folder = tmp_path_factory.mktemp(engine)
        shutil.copy2(ROOT / "mkdocs.yml", folder)
        for name in ("docs", "overrides"):
            shutil.copytree(ROOT / name, folder / name)
        environment = os.environ | {
            "SITE_URL": "https://example.org/guide/",
            "SITE_DIR": "site",
            "NO_MKDOCS_2_WARNING": "1",
        }
        command = [sys.executable, "-m", engine, *words]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        site = folder / "site"
        sites[engine] = {p.relative_to(site).as_posix(): turbohtml.parse(p.read_bytes()) for p in site.rglob("*.html")}
    return sites


def test_both_engines_build_the_same_pages(twins):
    assert sorted(twins["zensical"]) == sorted(twins["mkdocs"]) == sorted([*map(built, NAV), "404.html"])


def seen(page):
    """Return what a reader, a link and a search engine see of `page`, and nothing of how the theme is built."""
    article = page.select_one("article")
    for anchor in page.select("#__skip"):
        anchor.decompose()
    return {
        "title": page.select_one("title").text,
        "text": " ".join(article.text.split()),
        "elements": [node.tag for node in article.iter_elements()],
        "anchors": [node.attrs["id"] for node in article.select("[id]")],
        "links": [node.attrs["href"].removeprefix("./") for node in article.select("[href]")],
        "meta": [node.attrs for node in page.select("meta:not([name=generator])")],
        "scripts": [n.attrs.get("src", "").removeprefix("./") for n in page.select("head script[src*='assets/js/']")],
        "announce": " ".join(page.select_one("[data-md-component=announce]").text.split()),
    }


def test_both_engines_build_each_page_alike(twins):
    for path, page in twins["mkdocs"].items():
        ours, theirs = seen(page), seen(twins["zensical"][path])
        theirs["scripts"] = [src for src in theirs["scripts"] if not src.endswith("assets/js/zensical.js")]
        if path == "404.html":  # the home page is /guide/ to one of them and /guide/. to the other
            ours["links"] = [link.removesuffix(".") for link in ours["links"]]
        assert theirs == ours, path


# --- On a site that Zensical built: its search, under the same policy and as discreet ---


def search_box(page):
    """Open the search of `page` and return its field, ready to answer."""
    page.locator(BUTTON).click()
    field = page.locator(FIELD)
    field.wait_for()
    return field


@pytest.fixture(scope="module")
def found(browser, address):
    """What the first three results of each query show: for each result, addresses relative to the site."""
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(address)
    search_box(page)
    found = page.evaluate(TYPE, [*(QUERIES | URGENT)])
    context.close()
    return {q: [[a.removeprefix(address) for a in links] for links in results] for q, results in found.items()}


@by_zensical
def test_most_of_what_people_type_is_among_the_first_three(found):
    misses = {q: [links[-1] for links in found[q]] for q, places in QUERIES.items() if not rank(found[q], places)}
    share = 1 - len(misses) / len(QUERIES)
    assert share >= SHARE, f"{share:.1%} of {len(QUERIES)}; instead of the right page: {misses}"


@by_zensical
def test_who_asks_for_help_finds_it(found):
    assert {query for query in URGENT if not rank(found[query], URGENT[query])} == MISSED


@by_zensical
def test_a_search_leaves_no_trace(open_page, address):
    page = open_page("you/")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    before = kept(page)
    search_box(page)
    page.keyboard.type("blocked me")
    page.locator(RESULT).first.wait_for()
    assert kept(page) == before
    page.keyboard.press("Enter")  # leads to the best result
    page.wait_for_url(lambda url: not url.startswith(address + "you/"))
    assert kept(page)[2:] == before[2:]
    assert [url for url in [page.url, *requests] if "blocked%20" in url or "blocked+" in url or "?" in url] == []
    assert page.foreign == []


@by_zensical
@pytest.mark.parametrize("opened_by", ["mouse", "touch"])
def test_the_first_click_opens_the_search_and_breaks_no_rule(open_page, opened_by):
    if opened_by == "mouse":
        page = open_page("you/")
        page.locator(BUTTON).dispatch_event("click")  # before anything else has called for the theme's script
        page.mouse.move(9, 9)
    else:
        page = open_page("you/", viewport=PHONE, has_touch=True)
        page.locator(".md-header__button[for=__search]").tap()
    page.locator(FIELD).wait_for()
    assert (
        page.locator("dialog").first.evaluate("node => getComputedStyle(node).position") == "fixed"
    )  # it has its style
    assert [message for message in page.messages if "Content Security Policy" in message] == []


@by_zensical
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_help_and_exit_are_in_reach_while_the_search_is_open(open_page, viewport):
    page = open_page("you/", viewport=viewport)
    page.locator(".md-header__button[for=__search]" if viewport is PHONE else BUTTON).click()
    page.locator(FIELD).wait_for()
    page.locator(FIELD).fill("friends")
    page.locator(RESULT).first.wait_for()
    assert_in_reach(page, "search open")
    for _ in range(3):
        page.keyboard.press("Shift")
    assert page.locator(".exit__said").text_content() == "", "Shift is ignored while writing"
    page.keyboard.press("Escape")
    page.locator(FIELD).wait_for(state="hidden")
    page.locator(BUTTON).dispatch_event("click")
    page.locator(FIELD).wait_for()
