"""What a reader leaves behind, in Chromium, Firefox and WebKit: leaving, forgetting, ticks, answers and what was typed.

The mouse and the keys are the browsers' own. Selenium's `click()` is not: with it, Firefox keeps no page for Back.
"""

import json
import pathlib
import re
import time

import browsers
import pytest
from conftest import BOX, FIELD, KINDS, ONE, PREFIX, SAFE, UNSENT, Pages, serving
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.support.wait import WebDriverWait
from test_search import ANSWER, GENERAL, URGENT

# The drivers of Firefox and WebKit can lose an event on a busy machine, and only that is tried again: a trace that is
# found is a fault at once.
pytestmark = pytest.mark.flaky(reruns=2, only_rerun=["WebDriverException", "never true"])

KEY = f"guide:{PREFIX}"
OTHER = KINDS["plain"][1]
REMEMBER, FORGET, SAID = "[aria-describedby=remember-hint]", ".keeping button", ".keeping .said"
SEARCH, RESULT = ".finder input", ".finder ol a"
LEFT, RIGHT = "\ue008", "\ue050"  # the two Shift keys
NOTHING = [{}, {}, ""]
# For what no engine does in a way of its own.
in_one_engine = pytest.mark.parametrize("driver", ["chromium"], indirect=True)
# Scripts that run in each page before its own. The first is in all of them: what pages log, and what did not load.
LOGGED = """window.logged = [];
  for (const name of ["error", "unhandledrejection", "securitypolicyviolation"])
    addEventListener(name, event => logged.push([name, event.message ?? event.blockedURI ?? String(event.reason ?? event.target)]), true);
  for (const name of ["log", "info", "warn", "error"]) console[name] = (...words) => logged.push([name, ...words.map(String)]);
"""
STORING = """window.written = []; const setItem = Storage.prototype.setItem;
  Storage.prototype.setItem = function (...args) { %s; return setItem.apply(this, args); };"""
WATCH = STORING % "written.push(args)"
FULL_TOO = STORING % "throw new DOMException('no', 'QuotaExceededError')"
FULL = FULL_TOO.replace("throw", "if (this !== sessionStorage) throw")
BLOCKED = """delete window.BroadcastChannel; for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError"); } });"""


class Watched(Pages):
    """Serves the guide, with a stand-in for the site that a reader leaves to."""

    def do_GET(self):  # noqa: N802 - the name is the library's
        server, path = self.server, self.path.partition("?")[0]
        server.asked.append((path, dict(self.headers)))
        page = pathlib.Path(self.translate_path(path), "index.html")
        if path == "/late.css":
            time.sleep(20)  # longer than a test waits
        if path == "/elsewhere":
            self.answer(b"<title>Elsewhere</title><p>Elsewhere")
        elif path == "/spy.js":
            self.answer((LOGGED + server.script).encode(), kind="text/javascript")
        elif path.endswith("/") and page.is_file():
            html = page.read_bytes().replace(SAFE.encode(), server.elsewhere.encode())
            self.answer(html.replace(b"<head>", b'<head><script src="/spy.js"></script>', 1))
        else:
            super().do_GET()


@pytest.fixture(scope="session")
def server():
    with serving(Watched) as server:
        server.elsewhere = f"http://localhost:{server.server_port}/elsewhere"  # another site than 127.0.0.1
        yield server


@pytest.fixture(scope="session", params=browsers.ENGINES)
def driver(request):
    """A browser of each engine, shared by the tests. A machine without one fails; it does not skip."""
    with browsers.ENGINES[request.param]() as driver:
        yield driver


@pytest.fixture
def reader(driver, server):
    """A reader with a new tab, whose browser has stored nothing."""
    server.asked, server.script = [], ""
    reader, old = Reader(driver, server), driver.window_handles
    new = reader.new_tab()
    for handle in old:
        driver.switch_to.window(handle)
        driver.close()
    driver.switch_to.window(new)
    reader.open("assets/css/print.css")
    reader.js("localStorage.clear()")
    return reader


def value(script):
    """Return a property: what `script`, an expression, gives in the page that the reader is on."""
    return property(lambda reader: reader.js(script))


class Reader:
    stored = value("[{...localStorage}, {...sessionStorage}, window.name]")
    # What the page shows of what was ticked, typed or searched for; and the numbers of the boxes that are ticked.
    held = value("""[...document.querySelectorAll("article input, textarea, .finder input, .finder a")]
      .map((field) => field.type === "checkbox" ? field.checked : field.value ?? field.textContent).filter(Boolean)""")
    ticks = value(f"[...document.querySelectorAll('{BOX}')].flatMap((box, i) => (box.checked ? [i] : []))")
    count = value("document.querySelector('.exit__count').textContent")
    said = value("document.querySelector('.exit__said').textContent")
    is_shown = value("document.querySelector('h1').checkVisibility() && document.title !== 'Loading'")

    def __init__(self, driver, server):
        self.driver, self.server, self.elsewhere = driver, server, server.elsewhere
        self.origin = f"http://127.0.0.1:{server.server_port}"
        self.guide = self.origin + PREFIX

    def js(self, script, *args):
        """Run `script` in the page, or return the value of an expression."""
        return self.driver.execute_script(script if "return" in script else f"return {script}", *args)

    def until(self, condition, *args):
        """Wait until the expression `condition` is true in the page, which may be being replaced."""
        wait = WebDriverWait(self.driver, 10, 0.03, [WebDriverException])
        wait.until(lambda _: self.js(condition, *args), f"never true: {condition}")

    def at(self, address):
        """Wait until the page at `address` (or below the guide) is there."""
        address = address if "://" in address else self.guide + address
        self.until("document.readyState === 'complete' && location.href === arguments[0]", address)

    def settle(self):
        """Wait until the page has done what follows its loading: its scripts' next tasks, and two frames."""
        frames = "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))"
        self.js(f"return new Promise((done) => {frames})")

    def open(self, path):
        self.driver.get(self.guide + path)
        self.at(path)

    def back(self, path):
        self.driver.back()
        self.at(path)

    def reload(self):
        self.driver.refresh()
        self.until("document.readyState === 'complete'")

    def new_tab(self, path=None):
        self.driver.switch_to.new_window(getattr(self.driver, "tab", "tab"))
        if path is not None:
            self.open(path)
        return self.driver.current_window_handle

    def has(self, selector):
        return self.js("document.querySelector(arguments[0]) !== null", selector)

    def click(self, selector, index=0, hold=None, button=0):
        """Click with the mouse, with the key `hold` held."""
        middle = """const node = document.querySelectorAll(arguments[0])[arguments[1]];
          node.scrollIntoView({ block: "center", behavior: "instant" });
          const { x, y, width, height } = node.getBoundingClientRect();
          return [Math.round(x + width / 2), Math.round(y + height / 2)];"""
        where = None
        while where != (where := self.js(middle, selector, index)):
            self.settle()  # the page may still be scrolling, and the mouse reaches what is drawn
        if hold:
            ActionChains(self.driver, duration=0).key_down(hold).perform()
        actions = ActionBuilder(self.driver, duration=0)
        actions.pointer_action.move_to_location(*where).pointer_down(button).pointer_up(button)
        actions.perform()
        if hold:
            ActionChains(self.driver, duration=0).key_up(hold).perform()

    def press(self, *keys):
        """Press and release each of `keys`; in one of several characters, each is held until the last is pressed."""
        actions = ActionChains(self.driver, duration=0)
        for chord in keys:
            for key in chord:
                actions.key_down(key)
            for key in reversed(chord):
                actions.key_up(key)
        actions.perform()

    def write(self, selector, text, index=0):
        self.click(selector, index)
        self.press(*text)

    def fill_in(self, path, text, field=FIELD):
        """Open the sheet at `path`, tick its first box and write into its first field."""
        self.open(path)
        self.click(BOX)
        self.write(field, text)

    def search(self, text):
        self.click("[data-search]")
        self.until("document.querySelector(arguments[0]).checkVisibility()", SEARCH)
        self.write(SEARCH, text)
        self.until("document.querySelector(arguments[0]) !== null", RESULT)

    def leave(self, way="click"):
        """Leave by `way`, or stay and press the button that forgets."""
        if way == "forget":
            self.click(FORGET)
            return self.until("document.querySelector(arguments[0]).textContent.includes('erased')", SAID)
        if way == "keys":
            self.press(LEFT, RIGHT, LEFT)
        elif way == "enter":
            self.js("document.querySelector('a.exit').focus()")
            self.press(Keys.ENTER)
        else:
            self.click("a.exit", button=int(way == "middle"), hold=Keys.CONTROL if way == "control" else None)
        return self.at(self.elsewhere)


# First, because WebKit's driver can lose a click with Shift held later in its session.
def test_shift_counts_only_when_it_is_pressed_alone(reader):
    reader.open(ONE.unsent)
    reader.click("h1")
    held = (Keys.CONTROL + LEFT, Keys.ALT + LEFT, Keys.META + LEFT)
    for chord in (LEFT + "A", LEFT + Keys.TAB, LEFT + Keys.CONTROL, LEFT + Keys.DOWN, *held):
        reader.press(chord, chord, chord)
        assert reader.count == "", ascii(chord)
    reader.js("window.clicked = false; addEventListener('pointerup', () => { window.clicked = true; }); return 0")
    reader.click("h1", hold=LEFT)  # selecting with the mouse
    reader.until("clicked")
    assert reader.count == ""
    more = "<input id=one><select id=two><option>x</select><div id=three contenteditable><b id=four>x</b></div>"
    reader.js("document.querySelector('article').insertAdjacentHTML('beforeend', arguments[0])", more)
    for field, keys, count in ((UNSENT, 3, ""), ("#one", 3, ""), ("#two", 3, ""), ("#three", 3, ""), (BOX, 1, "●○○")):
        reader.js("document.querySelector(arguments[0]).focus()", field)
        reader.press(*LEFT * keys)
        assert reader.count == count, field
    reader.press("a")
    assert (reader.count, reader.is_shown) == ("", True)


def test_shift_three_times_leaves_with_a_spoken_and_a_seen_count_that_ends_after_five_seconds(reader):
    reader.server.script = """const real = setTimeout, delays = [];
      setTimeout = (action, ms, ...more) => { delays.push(ms); return real(action, ms / 10, ...more); };"""
    reader.open(ONE.plain)
    assert (reader.count, reader.said) == ("", "")
    reader.press(LEFT, LEFT)
    assert (reader.count, reader.said) == ("●●○", "Shift: press 1 more time to leave this page")
    assert 5000 in reader.js("delays")
    reader.until("document.querySelector('.exit__said').textContent === 'Still on this page'")
    assert reader.count == ""
    reader.press(RIGHT)
    assert (reader.count, reader.said) == ("●○○", "Shift: press 2 more times to leave this page")
    reader.press(RIGHT, RIGHT)
    reader.at(reader.elsewhere)


def test_it_leaves_in_this_tab_and_back_does_not_return(reader):
    # Another script may store something as the page closes.
    reader.server.script = f"""for (const name of ["pagehide", "visibilitychange"]) addEventListener(name, () => {{
      if (document.title === "Loading") localStorage["{KEY}"] = sessionStorage["{KEY}"] = name; }});"""
    reader.open("")
    for way in ("click", "enter", "control", "middle", "keys"):
        reader.open(ONE.sheet)
        reader.server.asked.clear()
        reader.leave(way)
        (asked,) = ((path, headers) for path, headers in reader.server.asked if path != "/favicon.ico")
        assert (asked[0], asked[1].get("Referer")) == ("/elsewhere", None), way
        assert len(reader.driver.window_handles) == 1, way
        reader.back("")
        assert (reader.is_shown, reader.stored) == (True, NOTHING), way


def test_a_place_on_the_page_is_no_way_back_to_it(reader):
    reader.open("")
    reader.open(ONE.help)
    reader.click(".countries a", 1)
    reader.until("location.hash && scrollY > 0")
    reader.leave()
    reader.back("")  # a jump has added no step to the history
    reader.open(ONE.sheet)
    reader.click(BOX)
    reader.js("void (location.hash = document.querySelector('h2').id)")  # this has
    reader.leave()
    reader.back(ONE.sheet)
    reader.until("document.querySelector('h1').checkVisibility() && document.title !== 'Loading'")
    assert reader.held == []


def test_it_leaves_a_page_that_is_still_loading(reader):
    reader.server.script = """const late = { rel: "stylesheet", media: "print", href: "/late.css" };
      document.head.append(Object.assign(document.createElement("link"), late));
      setTimeout(() => document.readyState === "complete" || document.querySelector("a.exit").click(), 500);"""
    # From within the page, because drivers wait for it to load.
    reader.js("void setTimeout(() => { location.href = arguments[0]; })", reader.guide + ONE.checklist)
    reader.at(reader.elsewhere)
    assert [path for path, _ in reader.server.asked].count("/late.css") == 1


OTHERS = ["guide:/", f"{KEY}other/", "guide:/some-repo-2/", "guide:/another/", "guidebook", "/another-site/.x"]
THEIRS = dict.fromkeys(OTHERS, "theirs")
PUT = "for (const key of arguments[0]) localStorage[key] = sessionStorage[key] = 'theirs'; return 0"


def assert_nothing(reader, stored, *trail):
    """Nothing is held or stored on this page, or else on those that Back leads to, nor after a reload."""
    for path in trail or [None]:
        if path:
            reader.back(path)
        before = reader.held, reader.stored[: len(stored)]
        reader.reload()
        after = reader.held, reader.stored[: len(stored)]
        assert (before, after) == (([], stored), ([], stored)), reader.driver.current_url


@pytest.mark.parametrize("way", ["click", "forget"])
def test_nothing_comes_back_in_any_tab(reader, way):
    """Firefox kept ticks and answers: on pages that Back shows again, in their storage, and after a reload."""
    first = reader.driver.current_window_handle
    second = reader.new_tab(ONE.plain)
    reader.fill_in(ONE.sheet, "dog")
    third = reader.new_tab(ONE.unsent)
    reader.write(UNSENT, "I miss you")
    reader.search("blocked")
    reader.driver.switch_to.window(first)
    reader.open(ONE.plain)
    reader.js(PUT, OTHERS)
    reader.fill_in(ONE.sheet, "cat")
    reader.open(ONE.checklist)
    reader.click(BOX)
    reader.click(BOX, 1)
    reader.click(REMEMBER)
    reader.open(ONE.privacy if way == "forget" else OTHER)
    assert "cat" in str(reader.stored)
    reader.leave(way)
    assert_nothing(reader, [THEIRS, THEIRS, ""], ONE.checklist, ONE.sheet, ONE.plain)
    reader.open(ONE.sheet)
    assert_nothing(reader, [THEIRS, THEIRS, ""])
    for tab, *trail in ((second, ONE.plain), (third,)):
        reader.driver.switch_to.window(tab)
        reader.until("!Object.keys(sessionStorage).length")
        assert_nothing(reader, [THEIRS, {}, ""])
        assert_nothing(reader, [THEIRS, {}, ""], *trail)


# What a reader does with a tab, in Firefox: some seconds pass; the tab is closed and opened again.
SAVE = """const { TabStateFlusher } = ChromeUtils.importESModule("resource:///modules/sessionstore/TabStateFlusher.sys.mjs");
  await TabStateFlusher.flush(gBrowser.selectedBrowser);"""
REOPEN = """const tab = gBrowser.selectedTab, closed = () => SessionStore.getClosedTabCountForWindow(window);
  while (closed()) SessionStore.forgetClosedTab(window, 0);
  const restored = new Promise(done => addEventListener("SSTabRestored", done, { once: true }));
  gBrowser.addTrustedTab("about:blank");
  gBrowser.removeTab(tab);
  while (!closed()) await new Promise(done => setTimeout(done, 50));
  gBrowser.selectedTab = SessionStore.undoCloseTab(window, 0);
  await restored;
  gBrowser.removeAllTabsBut(gBrowser.selectedTab, { animate: false });"""


def test_a_closed_tab_that_is_opened_again_is_empty(reader):
    """Firefox restores a tab's storage, even what was erased less than 15 seconds before, and its fields by their ids.

    It does not restore the tab's name. With the other drivers no tab can be opened again, so that alone is tested.
    """
    in_firefox = getattr(reader.driver, "run_in_firefox", None)
    for way in ("close", "click", "forget") if in_firefox else ["close"]:
        reader.open(ONE.checklist)
        reader.click(BOX)
        reader.fill_in(ONE.sheet, "cat")
        if in_firefox:
            in_firefox(SAVE)
        if way != "close":
            reader.leave(way)
        if in_firefox:
            in_firefox(REOPEN)
            reader.driver.switch_to.window(*reader.driver.window_handles)
            reader.until("location.protocol === 'http:' && document.readyState === 'complete'")
        else:
            reader.js("void (window.name = '')")
            reader.reload()
        assert_nothing(reader, NOTHING)
        assert_nothing(reader, NOTHING[:2], ONE.checklist)


def test_what_was_searched_does_not_come_back(reader):
    reader.open(ONE.plain)
    reader.search("blocked")
    results = reader.js("[...document.querySelectorAll(arguments[0])].map((link) => link.href)", RESULT)
    away = next(link for link in results if not link.startswith(reader.guide + ONE.plain))
    reader.click(RESULT, results.index(away))
    reader.at(away)
    assert_nothing(reader, NOTHING, ONE.plain)


@pytest.mark.parametrize("driver", ["firefox", "webkit"], indirect=True)
def test_a_search_is_answered_as_in_chromium(reader, browser, address):
    """Letters, patterns and sorting are each engine's own. What Chromium answers is tested in test_search.py."""
    some = [*GENERAL, *URGENT][::8]
    with browser.new_page() as page:
        page.goto(address)
        expected = page.evaluate(ANSWER, some)
    reader.open("")
    assert json.loads(reader.js(f"return ({ANSWER})(arguments[0])", some)) == json.loads(expected)


def test_opening_a_page_stores_sends_and_logs_nothing(reader):
    reader.server.script = WATCH
    kept = "return Promise.all([window.logged ?? [], window.written ?? [], document.cookie, indexedDB.databases(), caches.keys()])"
    for path in ("", ONE.checklist, ONE.privacy, ONE.sheet, ONE.unsent, ONE.plain, "downloads/guide.html"):
        reader.open(path)
        reader.press(Keys.TAB)
        reader.settle()
        assert (reader.js(kept), reader.stored) == ([[], [], "", [], []], NOTHING), path
        requests = reader.js("performance.getEntriesByType('resource').map((entry) => entry.name)")
        ours = (reader.guide, reader.origin + "/spy.js", reader.origin + "/favicon.ico", "data:")
        assert [name for name in requests if not name.startswith(ours)] == []


def test_a_tick_lasts_for_the_tab(reader):
    reader.open(ONE.checklist)
    reader.click(BOX, 2)
    reader.reload()
    assert reader.ticks == [2]
    reader.open(ONE.plain)
    reader.back(ONE.checklist)
    reader.settle()
    assert reader.ticks == [2]
    assert reader.stored[0] == {}
    assert re.fullmatch(r'{"[0-9a-z]{9,14}":{"[0-9a-z]{9,14}":1}}', reader.stored[1][KEY]), "it shows words of the page"
    if reader.driver.name != "firefox":  # after another site it may give the tab no name, and the tick is gone
        reader.driver.get(reader.elsewhere)
        reader.back(ONE.checklist)
        reader.until(f"document.querySelectorAll('{BOX}')[2].checked")
    reader.new_tab(ONE.checklist)
    assert reader.ticks == []


def test_what_is_remembered_lasts_longer_than_the_tab_and_tabs_keep_in_step(reader):
    reader.open(ONE.sheet)
    reader.click(BOX)
    reader.write(FIELD, f"two lines,{Keys.ENTER}of mine", 1)
    reader.click(REMEMBER)
    reader.until("document.querySelector(arguments[0]).textContent.includes('remembered')", SAID)
    reader.click(BOX, 3)
    assert [list(store) for store in reader.stored[:2]] == [[KEY], []]
    first = reader.driver.current_window_handle
    second = reader.new_tab(ONE.checklist)
    assert not reader.has(f"{REMEMBER}:checked")  # it is the choice of one page
    reader.open(ONE.sheet)
    assert reader.has(f"{REMEMBER}:checked")
    assert reader.ticks == [0, 3]
    assert "two lines,\nof mine" in reader.held
    reader.driver.switch_to.window(first)
    reader.write(FIELD, "word")
    reader.click(BOX)
    reader.driver.switch_to.window(second)
    reader.until(f"!document.querySelector('{BOX}').checked && document.querySelector('{FIELD}').value === 'word'")
    reader.click(REMEMBER)
    assert reader.stored[0] == {}
    reader.reload()
    assert "two lines,\nof mine" in reader.held


@in_one_engine
def test_unticking_and_emptying_leaves_nothing_behind(reader):
    reader.open(ONE.sheet)
    for _ in range(2):
        reader.click(REMEMBER)
        reader.click(BOX, 1)
        reader.write(FIELD, "a")
        assert KEY in str(reader.stored)
        reader.click(BOX, 1)
        reader.until("!document.querySelectorAll(arguments[0])[1].checked", BOX)
        reader.write(FIELD, [Keys.END, Keys.BACKSPACE, " "])
        assert reader.stored[:2] == [{}, {}]
        reader.write(FIELD, [Keys.END, Keys.BACKSPACE])


def test_nothing_of_the_message_that_is_not_sent_is_kept(reader):
    reader.server.script = WATCH
    for again in (reader.reload, lambda: (reader.open(ONE.plain), reader.back(ONE.unsent))):
        reader.fill_in(ONE.unsent, "I miss", UNSENT)
        assert not reader.has(f"{FIELD}, {REMEMBER}")
        assert (reader.js("written"), reader.stored) == ([], NOTHING)
        again()
        assert reader.held == []


@pytest.mark.parametrize("script", [BLOCKED, FULL_TOO, FULL], ids=["blocked", "full", "full device"])
def test_without_storage_ticks_last_as_long_as_they_can(reader, script):
    reader.server.script = script
    reader.open(ONE.sheet)
    assert reader.has(f"{REMEMBER}:disabled") == (script == BLOCKED)  # a full one shows only when it is written to
    reader.fill_in(ONE.sheet, "word")
    if script == FULL:
        reader.click(REMEMBER)
    reader.until("document.querySelector('#remember-hint').textContent.includes('cannot remember')")
    assert reader.has(f"{REMEMBER}:disabled:not(:checked)")
    reader.open(ONE.plain)
    reader.back(ONE.sheet)
    reader.settle()
    assert sorted(map(str, reader.held)) == (["True", "word"] if script == FULL else [])
    reader.click(BOX)
    reader.click(FORGET)
    assert reader.held == []
    reader.leave()


@in_one_engine
def test_damage_in_the_storage_does_no_harm(reader):
    reader.open(ONE.checklist)
    for damage in ("null", "forget", "[]", '{"a":1}'):
        reader.js("localStorage[arguments[0]] = sessionStorage[arguments[0]] = arguments[1]", KEY, damage)
        reader.reload()
        assert reader.ticks == []
        reader.click(BOX)
        reader.reload()
        assert reader.ticks == [0], damage
        reader.click(BOX)
    assert reader.js("logged") == []


@in_one_engine
def test_an_edited_or_moved_item_ticks_no_other_and_answers_stay_with_their_prompts(reader):
    def edited(script):
        """Run `script` in each page before the page's own scripts see its elements; return what is ticked."""
        reader.server.script = f"""document.addEventListener("readystatechange", () => {{
          const items = document.querySelectorAll(".task-list-item"), [one, two] = document.querySelectorAll("[class^=write-]");
          {script} }}, {{ once: true }});"""
        reader.reload()
        return reader.ticks

    reader.open(ONE.checklist)
    reader.click(BOX)
    reader.click(BOX, 1)
    assert edited("items[0].append(', or not');") == [1]
    assert edited("items[0].before(items[1]);") == [0, 1]
    assert edited("items[0].before(items[0].cloneNode(true));") == [0, 2]
    reader.click(BOX)
    reader.click(BOX, 1)
    reader.reload()
    assert reader.ticks == [1, 2]
    reader.server.script = ""
    reader.open(ONE.sheet)
    reader.write(FIELD, "tea")
    reader.write(FIELD, "wait", 1)
    edited("two.append(' today'); one.before(Object.assign(one.cloneNode(), { textContent: 'A new prompt:' }));")
    assert reader.held == ["tea"]
    assert reader.js(f"[...document.querySelectorAll('{FIELD}')].findIndex((field) => field.value)") == 1
