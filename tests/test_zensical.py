"""The two engines make the same of the same sources: every page, its head, its address and what search finds."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from urllib.parse import urljoin

import pytest
import turbohtml
from conftest import ROOT

# The index of the search has a form of its own in each engine, and scripts/build.sh leaves out what the theme ships.
LEFT_OUT = re.compile(r".*search[^/]*$|assets/(stylesheets|javascripts|images)/")


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """The site as each of the two engines builds it."""
    if sys.version_info < (3, 11):
        pytest.skip("Zensical needs Python 3.11 or newer")
    sites = {}
    for engine, words in (("mkdocs", ["build", "--strict"]), ("zensical", ["build", "--strict", "--clean"])):
        folder = tmp_path_factory.mktemp(engine)
        shutil.copy2(ROOT / "mkdocs.yml", folder)
        for name in ("docs", "overrides"):
            shutil.copytree(ROOT / name, folder / name)
        environment = os.environ | {"SITE_URL": "https://example.org/guide/", "SITE_DIR": "site"}
        done = subprocess.run(
            [sys.executable, "-m", engine, *words], cwd=folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        sites[engine] = folder / "site"
    return sites


def seen(site, name):
    """Return every element of a page with its attributes, and its words; which engine made it does not count."""
    page = turbohtml.parse((site / name).read_bytes())
    for node in page.select("meta[name=generator]"):
        node.decompose()
    elements = []
    for node in page.iter_elements():
        attributes = {key: value for key, value in node.attrs.items() if key != "data-index"}
        for key in {"href", "src", "data-search", "data-base"} & set(attributes):
            base = f"https://example.org/guide/{name}".removesuffix("index.html")
            address = urljoin(base, attributes[key] or ".")  # "", "." and "./" are one
            attributes[key] = address.rstrip("/")
        elements.append((node.tag, attributes))
    return elements, " ".join(page.text.split())


def test_both_engines_build_the_same_pages(twins):
    files = {
        engine: sorted(
            name for path in site.rglob("*.*") if not LEFT_OUT.match(name := path.relative_to(site).as_posix())
        )
        for engine, site in twins.items()
    }
    files["mkdocs"].remove("sitemap.xml.gz")
    assert files["mkdocs"] == files["zensical"]
    for name in files["mkdocs"]:
        if name.endswith(".html"):
            assert seen(twins["mkdocs"], name) == seen(twins["zensical"], name), name
        elif name == "sitemap.xml":  # one of them goes by the menu, the other by the alphabet
            ours, theirs = (Counter((site / name).read_text().splitlines()) for site in twins.values())
            assert ours == theirs
        else:
            assert (twins["mkdocs"] / name).read_bytes() == (twins["zensical"] / name).read_bytes(), name


def test_both_engines_index_the_same_sections(twins):
    docs = json.loads((twins["mkdocs"] / "search/search_index.json").read_text("utf-8"))["docs"]
    items = json.loads((twins["zensical"] / "search.json").read_text("utf-8"))["items"]
    ours, theirs = ({entry["location"].removesuffix("#") for entry in index} for index in (docs, items))
    assert {place for place in theirs if "#" in place} == {place for place in ours if "#" in place and place in theirs}
    assert len(theirs) > 200
