"""The search, as a reader uses it: what people type leads to the page a kind friend would hand them."""

import pytest
from playwright.sync_api import expect

# Zensical's has another form: test_zensical.py asks it the same.
pytestmark = pytest.mark.engine("mkdocs", "Zensical built site/; test_zensical.py asks its search the same")

# What people type, and the one or two places that answer it: a page, or a section of it that the results show.
# The places were chosen from what the pages say, before the first search. Mend the guide or its search, not the table.
QUERIES = {
    # Messages
    "blocked me": ("safety/is-it-wanted/", "about/questions/#they-blocked-me"),
    "he blocked me on whatsapp": ("safety/is-it-wanted/", "about/questions/#they-blocked-me"),
    "should i text my ex": ("together/may-i-write/", "about/questions/#should-i-text-my-ex"),
    "should i text my ex on his birthday": ("about/questions/#can-i-send-a-birthday-message", "together/may-i-write/"),
    "what to write to my ex": ("together/may-i-write/",),
    "left on read": ("about/questions/#they-left-me-on-read", "together/their-answer/"),
    "she wont reply to my messages": ("together/their-answer/", "about/questions/#they-left-me-on-read"),
    "drunk text": ("about/questions/#i-got-drunk-and-texted", "you/phone/"),
    "she keeps texting me": ("about/questions/#my-ex-keeps-texting-me", "safety/"),
    "i cant stop texting her": ("safety/is-it-wanted/", "you/phone/"),
    "how to say sorry": ("together/talk-and-listen/",),
    "apologise to my ex": ("together/talk-and-listen/",),
    "how to talk to my ex again": ("together/talk-and-listen/",),
    "going for coffee with my ex": ("together/shared-time/",),
    "am i ready": ("worksheets/readiness/",),
    "letter i wont send": ("worksheets/unsent/",),
    # Waiting, and answers
    "how long should i wait": ("together/space/", "together/may-i-write/"),
    "does no contact work": ("together/space/", "about/questions/#does-no-contact-work"),
    "no contact rule": ("together/space/", "about/questions/#does-no-contact-work"),
    "he asked for space": ("together/space/",),
    "she said maybe": ("together/their-answer/", "about/questions/#my-ex-said-maybe-later"),
    "they said maybe": ("together/their-answer/", "about/questions/#my-ex-said-maybe-later"),
    "he said no": ("together/their-answer/", "safety/is-it-wanted/"),
    "what do i say when he says no": ("together/their-answer/",),
    "not sure what she wants": ("together/their-answer/", "friends/why/"),
    "does he miss me": ("friends/why/", "together/means/"),
    "should i give up": ("about/questions/#isnt-love-about-not-giving-up", "you/moving-on/"),
    # Friends, or more
    "wants to be friends": ("friends/", "friends/what-to-do/"),
    "why does he want to be friends": ("friends/why/",),
    "can we stay friends": ("friends/pros-and-cons/", "friends/decide/"),
    "staying friends hurts too much": ("friends/decide/", "friends/pros-and-cons/"),
    "friends with benefits": ("friends/boundaries/", "about/questions/#they-say-friends-but-act-like-we-are-together"),
    "mixed signals": ("about/questions/#they-say-friends-but-act-like-we-are-together", "friends/why/"),
    "slept with my ex": ("about/questions/#we-slept-together-again",),
    "friend zone": ("together/friend-zone/",),
    "friendzoned": ("together/friend-zone/",),
    "still love her": ("together/friend-zone/", "you/moving-on/"),
    "how do i tell him i still love him": ("together/friend-zone/",),
    "boundaries": ("friends/boundaries/", "worksheets/boundaries/"),
    "pros and cons": ("friends/pros-and-cons/",),
    "get back together": ("together/", "together/start-again/"),
    "how to get my ex back": ("together/means/", "about/questions/#what-are-my-chances-of-getting-back-together"),
    "we keep breaking up": (
        "together/start-again/",
        "about/questions/#we-keep-breaking-up-and-getting-back-together",
    ),
    "on and off again": ("together/start-again/", "about/questions/#we-keep-breaking-up-and-getting-back-together"),
    "moving back in": ("together/start-again/",),
    "trust him again": ("together/start-again/",),
    "36 questions": ("about/questions/#will-the-36-questions-make-us-fall-in-love-again",),
    # Safety and help
    "im scared of him": ("safety/", "safety/help/"),
    "he hits me": ("safety/", "safety/help/"),
    "abuse": ("safety/", "safety/help/"),
    "stalking": ("safety/", "safety/help/"),
    "he is stalking me": ("safety/", "safety/help/"),
    "he keeps showing up at my house": ("safety/", "safety/help/"),
    "he threatened to hurt himself if i leave": ("safety/", "safety/help/"),
    "court order": ("safety/", "safety/is-it-wanted/"),
    "restraining order": ("safety/", "safety/is-it-wanted/"),
    "i want to die": ("safety/help/", "safety/tonight/"),
    "kill myself": ("safety/help/", "safety/tonight/"),
    "suicide": ("safety/help/", "safety/tonight/"),
    "hotline uk": ("safety/help/",),
    "helpline": ("safety/help/",),
    "988": ("safety/help/",),
    "am i stalking her": ("safety/is-it-wanted/",),
    "am i harassing": ("safety/is-it-wanted/", "about/questions/#am-i-harassing-my-ex"),
    "gps tracker": ("safety/", "safety/privacy/"),
    "spyware on my phone": ("safety/privacy/",),
    "delete history": ("safety/privacy/",),
    "incognito": ("safety/privacy/",),
    "hide this from my husband": ("safety/privacy/",),
    "can he see what i read here": ("safety/privacy/",),
    # Getting through it
    "cant sleep": ("you/first-weeks/", "safety/tonight/"),
    "cant eat": ("you/first-weeks/",),
    "crying at work": ("you/first-weeks/",),
    "lonely at night": ("safety/tonight/", "you/first-weeks/"),
    "journaling": ("you/first-weeks/", "worksheets/check-in/"),
    "how long does it take to get over someone": (
        "you/first-weeks/",
        "about/questions/#how-long-does-it-take-to-get-over-an-ex",
    ),
    "when will it stop hurting": ("you/first-weeks/", "about/questions/#will-it-always-hurt-this-much"),
    "checking her instagram": ("you/phone/", "about/questions/#i-keep-checking-their-profile"),
    "mute or block": ("you/phone/",),
    "old photos": ("you/phone/",),
    "he has a new girlfriend": ("about/questions/#they-are-seeing-someone-new", "you/phone/"),
    "jealous": ("about/questions/#they-are-seeing-someone-new", "you/phone/"),
    "jelous": ("about/questions/#they-are-seeing-someone-new", "you/phone/"),
    "move on": ("you/moving-on/",),
    "closure": ("you/moving-on/", "about/words/"),
    "why did she leave me": ("you/moving-on/", "about/questions/#they-never-told-me-why"),
    "too soon to date": ("you/moving-on/", "about/questions/#is-it-too-soon-to-date-again"),
    "rebound": ("you/moving-on/", "about/questions/#is-it-too-soon-to-date-again"),
    "anniversary": ("you/moving-on/",),
    # Shared lives
    "kids": ("you/shared-lives/", "about/questions/#are-we-allowed-to-stay-friends-with-kids"),
    "we have a kid together": ("you/shared-lives/", "about/questions/#are-we-allowed-to-stay-friends-with-kids"),
    "custody": ("you/shared-lives/", "safety/"),
    "live together": ("you/shared-lives/", "about/questions/#we-still-live-together"),
    "same work": ("you/shared-lives/", "about/questions/#we-work-together"),
    "rent and bills": ("you/shared-lives/",),
    "dog": ("you/shared-lives/",),
    "he wont give my stuff back": ("about/questions/#they-want-their-stuff-back", "you/shared-lives/"),
    "mutual friends": ("you/shared-lives/",),
    "his mom": ("about/questions/#can-i-ask-their-mom-how-they-are", "you/shared-lives/"),
    "mosque": ("you/shared-lives/",),
    # What people ask most and the guide answered last
    "my ex unblocked me": ("about/questions/#they-blocked-me",),
    "he texted me out of the blue": (
        "about/questions/#my-ex-texted-me-and-says-they-miss-me",
        "together/their-answer/",
    ),
    "she says she misses me": ("about/questions/#my-ex-texted-me-and-says-they-miss-me",),
    "does my ex still love me": ("about/questions/#does-my-ex-still-love-me-or-miss-me",),
    "my ex wants me back": ("about/questions/#my-ex-wants-me-back", "together/start-again/"),
    "ran into my ex": ("about/questions/#what-if-i-run-into-my-ex",),
    "he owes me money": ("about/questions/#i-want-my-things-or-my-money-back", "you/shared-lives/"),
    "divorce": ("you/shared-lives/", "you/moving-on/"),
    "still love my husband": ("you/moving-on/", "about/questions/#why-am-i-not-over-them-after-three-years"),
    "co parenting": ("you/shared-lives/",),
    "we are on a break": ("about/questions/#are-we-on-a-break-or-is-it-over",),
    "cant stop thinking about him": ("about/questions/#i-cant-stop-thinking-about-my-ex", "you/first-weeks/"),
    "my ex hates me": ("about/questions/#my-ex-hates-me-and-talks-badly-about-me",),
    "first love": ("about/questions/#can-i-contact-an-ex-from-years-ago",),
    # The guide itself
    "print": ("about/formats/", "worksheets/"),
    "epub": ("about/formats/",),
    "pdf download": ("about/formats/",),
    "who wrote this": ("about/this-guide/",),
    "report a mistake": ("about/this-guide/",),
    "studies": ("about/sources/",),
    "my ex sent me this": ("about/for-your-ex/",),
    "17": ("about/questions/#i-am-17",),
}

# These must be among the first three, each one of them. The second half is not counted in the share.
HELP = ("safety/", "safety/help/", "safety/tonight/")
URGENT = {
    query: QUERIES[query]
    for query in (
        "im scared of him", "he hits me", "abuse", "stalking", "he is stalking me", "court order", "restraining order",
        "i want to die", "kill myself", "suicide", "hotline uk", "helpline", "988",
    )
} | dict.fromkeys(("hurt myself", "self harm", "afraid to say no", "he wont leave me alone", "emergency"), HELP)  # fmt: skip

SHARE = 0.95
META = ".md-search-result__meta"  # the line above the results

# Types each query into the field, waits for the results, and returns the addresses that the first three show.
# What is folded away under "1 more on this page" is not shown. Between two queries the field is emptied, and the line
# above the results says so: a line that has changed is then the next query's own, even when its words are the same.
TYPE = """
async queries => {
    const field = document.querySelector(".md-search__input");
    const meta = document.querySelector(".md-search-result__meta");
    const changed = () => new Promise((done, failed) => {
        const seen = new MutationObserver(() => { seen.disconnect(); clearTimeout(late); setTimeout(done) });
        const late = setTimeout(() => failed(new Error("no results for: " + field.value)), 10000);
        seen.observe(meta, {childList: true, characterData: true, subtree: true});
    });
    const type = words => {
        const results = changed();
        field.value = words;
        field.dispatchEvent(new KeyboardEvent("keyup", {bubbles: true}));
        return results;
    };
    const found = {};
    for (const query of queries) {
        await type(query);
        found[query] = [...document.querySelectorAll(".md-search-result__item")].slice(0, 3).map(item =>
            [...item.querySelectorAll("a")].filter(a => !a.closest("details")).map(a => a.href));
        await type("");
    }
    return found;
}
"""


def search_box(page):
    """Open the search of `page` and return its field, ready to answer."""
    field = page.locator(".md-search__input")
    if not field.is_visible():
        page.locator("header label[for=__search]").click()
    field.focus()
    expect(page.locator(META)).not_to_contain_text("Initializing", timeout=20000)
    return field


@pytest.fixture(scope="module")
def found(browser, address):
    """What the first three results of each query show: for each result, addresses relative to the site."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    search_box(page)
    found = page.evaluate(TYPE, [*(QUERIES | URGENT)])
    context.close()
    return {q: [[a.removeprefix(address) for a in links] for links in results] for q, results in found.items()}


def rank(results, places):
    """Return which of the first three results shows one of `places`, or None."""
    shown = (i for i, links in enumerate(results, 1) if set(places) & set(links))
    return next(shown, None)


def test_what_people_type_is_among_the_first_three(found):
    misses = {q: [links[-1] for links in found[q]] for q, places in QUERIES.items() if not rank(found[q], places)}
    share = 1 - len(misses) / len(QUERIES)
    assert share >= SHARE, f"{share:.1%} of {len(QUERIES)}; instead of the right page: {misses}"


@pytest.mark.parametrize("query", URGENT)
def test_who_asks_for_help_finds_it(found, query):
    assert rank(found[query], URGENT[query]), [links[-1] for links in found[query]]


def test_no_result_carries_the_search_word(found):
    links = {link for results in found.values() for links in results for link in links}
    assert links
    assert {link for link in links if "?" in link} == set()


def kept(page):
    """Return what the browser keeps that a search could have left."""
    return page.evaluate("""async () => [location.href, history.length, document.cookie, {...localStorage},
        {...sessionStorage}, (await caches.keys()).length, (await indexedDB.databases()).length, history.state]""")


def test_a_search_leaves_no_trace(open_page, address):
    page = open_page("you/")
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    before = kept(page)
    field = search_box(page)
    page.keyboard.type("blocked me")
    page.locator(".md-search-result__item").first.wait_for()
    assert kept(page) == before
    field.press("Enter")  # leads to the best result
    page.wait_for_url(lambda url: url != address + "you/")
    assert page.url.removeprefix(address) in QUERIES["blocked me"]
    assert kept(page)[2:] == before[2:]
    assert [url for url in requests if "blocked%20" in url or "blocked+" in url or "?" in url] == []
    page.go_back()
    assert page.locator(".md-search__input").input_value() == ""


def test_a_result_is_opened_by_its_plain_address(open_page, address):
    page = open_page("you/")
    search_box(page)
    page.keyboard.type("court order")
    page.locator(".md-search-result__link").first.click()
    page.wait_for_url(lambda url: url != address + "you/")
    assert "?" not in page.url
    assert page.url.startswith(address)


def test_enter_without_a_result_goes_nowhere(open_page):
    page = open_page("you/")
    field = search_box(page)
    page.keyboard.type("zzzz")
    expect(page.locator(META)).to_contain_text("No matching")
    before = kept(page)
    field.press("Enter")
    page.wait_for_timeout(200)
    assert kept(page) == before


@pytest.mark.parametrize("blocked", ["**/bundle.*.js", "**/*.js"])
def test_enter_sends_nothing_before_the_scripts_are_there(browser, address, blocked):
    context = browser.new_context()
    page = context.new_page()
    page.route(blocked, lambda route: route.abort())
    page.goto(address + "you/")
    before = kept(page)
    page.evaluate("""() => {
        const form = document.forms.search;
        form.elements.query.value = "blocked me";
        form.requestSubmit();
    }""")
    page.wait_for_timeout(200)
    assert kept(page) == before
    context.close()
