"""The two engines make the same of the same sources: every page, its head and its address.

What search finds is tested in test_search.py with the engine that built site/.
"""

import re
import sys
from collections import Counter
from urllib.parse import urljoin

import pytest
import turbohtml
from conftest import copy_sources, run

ADDRESS = "https://example.org/guide/"
# The index of the search has a form of its own in each engine, and scripts/build.sh leaves out what the theme ships.
LEFT_OUT = re.compile(r".*search[^/]*$|assets/(stylesheets|javascripts|images)/|sitemap.xml.gz")


def build(engine, folder):
    """Build the sources in `folder`; return what is in each file, of a page every element with its attributes, and its words."""
    command = [sys.executable, "-m", engine, "build", "--strict", "--clean"]
    status, output = run(folder, *command, SITE_URL=ADDRESS, SITE_DIR=engine)
    assert status == 0, output
    files = {path.relative_to(folder / engine).as_posix(): path for path in (folder / engine).rglob("*.*")}
    return {name: seen(name, path.read_bytes()) for name, path in files.items() if not LEFT_OUT.match(name)}


def seen(name, content):
    if name == "sitemap.xml":  # one of them goes by the menu, the other by the alphabet
        return Counter(content.splitlines())
    if not name.endswith(".html"):
        return content
    page = turbohtml.parse(content)
    page.select_one("meta[name=generator]").decompose()
    elements = []
    for node in page.iter_elements():
        attributes = {key: value for key, value in node.attrs.items() if key != "data-index"}
        for key in {"href", "src", "data-search"} & set(attributes):  # "", "." and "./" are one
            base = (ADDRESS + name).removesuffix("index.html")
            attributes[key] = urljoin(base, attributes[key] or ".").rstrip("/")
        elements.append((node.tag, attributes))
    return elements, " ".join(page.text.split())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Zensical needs Python 3.11 or newer")
def test_both_engines_build_the_same_pages(tmp_path):
    copy_sources(tmp_path, "mkdocs.yml", "docs", "overrides")
    ours, theirs = build("mkdocs", tmp_path), build("zensical", tmp_path)
    assert sorted(ours) == sorted(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []
