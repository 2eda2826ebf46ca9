"""Measure the search of site/: python tests/bench_search.py.

The weight before the first result; times on this processor and on one four times slower; and how often the right page is
the first, or among the first three, on queries that the list is tuned with and on those that nobody tunes for.
"""

import functools
import gzip
import http.server
import json
import statistics
import threading

from browsers import chromium_path
from conftest import ENGINE, PREFIX, SITE, Pages
from playwright.sync_api import sync_playwright
from test_search import ANSWER, GENERAL, HARMLESS, INDEX, UNSEEN, UNSEEN_HARMLESS, UNSEEN_URGENT, URGENT, rank

FILES = ("assets/css/search.css", "assets/js/search.js", "assets/search.txt", INDEX)
SETS = {"tuned": GENERAL, "tuned, urgent": URGENT, "unseen": UNSEEN, "unseen, urgent": UNSEEN_URGENT}
# The best of three rounds, so that what else the machine does counts less. The first round fetches the files.
TIMES = """async queries => {
    const {load} = await import(new URL(document.querySelector("[data-search]").dataset.search, location));
    const timed = async work => {
        const begin = performance.now();
        const done = await work();
        return [performance.now() - begin, done];
    };
    let best = Infinity, find, times = queries.map(() => Infinity);
    for (let round = 0; round < 4; round++) {
        const [index, made] = await timed(load);
        best = Math.min(best, index);
        find = made;
    }
    for (let round = 0; round < 3; round++) {
        for (const [i, query] of queries.entries()) times[i] = Math.min(times[i], (await timed(() => find(query)))[0]);
    }
    return [best, times];
}"""


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, directory=SITE))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    weights = {file: len(gzip.compress((SITE / file).read_bytes(), 9)) for file in FILES}
    print(f"{ENGINE}: {sum(weights.values()) / 1024:.1f} KiB gzipped in {len(weights)} requests: {weights}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}{PREFIX}")
        queries = [query for queries in (HARMLESS, UNSEEN_HARMLESS, *SETS.values()) for query in queries]
        answers = json.loads(page.evaluate(ANSWER, queries))
        for name, queries in SETS.items():
            ranks = [rank(answers[query], places) for query, places in queries.items()]
            first, three = (100 * sum(r <= most for r in ranks) / len(ranks) for most in (1, 3))
            print(f"{name}: {len(ranks)} queries, {three:.1f}% among the first three, {first:.1f}% first")
        for name, queries in {"harmless": HARMLESS, "unseen, harmless": UNSEEN_HARMLESS}.items():
            wrong = [query for query in queries if any(is_urgent for *_, is_urgent in answers[query]["shown"])]
            print(f"{name}: {len(queries)} queries, help first in {len(wrong)}: {wrong}")
        session = page.context.new_cdp_session(page)
        for rate in (1, 4):
            session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
            index, times = page.evaluate(TIMES, [*GENERAL, *URGENT])
            print(
                f"1/{rate} of the processor: index {index:.0f} ms; query {statistics.median(times):.1f} ms, worst {max(times):.1f} ms"
            )
        browser.close()


if __name__ == "__main__":
    main()
