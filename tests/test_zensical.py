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

ADDRESS = "https://example.org/guide/"
# The index of the search has a form of its own in each engine, and scripts/build.sh leaves out what the theme ships.
LEFT_OUT = re.compile(r".*search[^/]*$|assets/(stylesheets|javascripts|images)/|sitemap.xml.gz")


@pytest.fixture(scope="module")
def twins(tmp_path_factory):
    """The site as each of the two engines builds it."""
    if sys.version_info < (3, 11):
        pytest.skip("Zensical needs Python 3.11 or newer")
    folder = tmp_path_factory.mktemp("twins")
    shutil.copy2(ROOT / "mkdocs.yml", folder)
    for name in ("docs", "overrides"):
        shutil.copytree(ROOT / name, folder / name)
    for engine in ("mkdocs", "zensical"):
        settings = os.environ | {"SITE_URL": ADDRESS, "SITE_DIR": engine}
        command = [sys.executable, "-m", engine, "build", "--strict", "--clean"]
        done = subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return folder / "mkdocs", folder / "zensical"


def seen(site, name):
    """Return what a file holds; of a page, every element with its attributes, and its words."""
    if name == "sitemap.xml":  # one of them goes by the menu, the other by the alphabet
        return Counter((site / name).read_text("utf-8").splitlines())
    if not name.endswith(".html"):
        return (site / name).read_bytes()
    page = turbohtml.parse((site / name).read_bytes())
    page.select_one("meta[name=generator]").decompose()
    elements = []
    for node in page.iter_elements():
        attributes = {key: value for key, value in node.attrs.items() if key != "data-index"}
        for key in {"href", "src", "data-search", "data-base"} & set(attributes):  # "", "." and "./" are one
            base = (ADDRESS + name).removesuffix("index.html")
            attributes[key] = urljoin(base, attributes[key] or ".").rstrip("/")
        elements.append((node.tag, attributes))
    return elements, " ".join(page.text.split())


def test_both_engines_build_the_same_pages(twins):
    names, others = (
        sorted(name for path in site.rglob("*.*") if not LEFT_OUT.match(name := path.relative_to(site).as_posix()))
        for site in twins
    )
    assert names == others
    assert [name for name in names if seen(twins[0], name) != seen(twins[1], name)] == []


def test_both_engines_index_the_same_sections(twins):
    docs = json.loads((twins[0] / "search/search_index.json").read_text("utf-8"))["docs"]
    items = json.loads((twins[1] / "search.json").read_text("utf-8"))["items"]
    ours, theirs = ({entry["location"].removesuffix("#") for entry in index} for index in (docs, items))
    assert {place for place in theirs - ours if "#" in place} == set()
    assert len(theirs) > 200
