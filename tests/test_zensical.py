"""The guide as Zensical builds it: the same pages. test_search.py tests the search of either."""

import os
import shutil
import subprocess
import sys

import pytest
import turbohtml
from conftest import NAV, ROOT, built


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
