"""What the tests share: the folder of the project and the pages of the built site."""

import pathlib

import pytest
import turbohtml
from mkdocs.config import load_config

ROOT = pathlib.Path(__file__).parent.parent
SITE = ROOT / "site"


def nav_pages(nav):
    """Yield the source path of each page in `nav` (a list as mkdocs.yml has it), in reading order."""
    for entry in nav:
        target = entry if isinstance(entry, str) else next(iter(entry.values()))
        if isinstance(target, str):
            yield target
        else:
            yield from nav_pages(target)


def built(source):
    """Return where MkDocs puts the page made from `source`, relative to the site."""
    return (
        source.removesuffix("index.md") + "index.html" if source.endswith("index.md") else source[:-3] + "/index.html"
    )


NAV = list(nav_pages(load_config(str(ROOT / "mkdocs.yml"))["nav"]))


@pytest.fixture(scope="session")
def pages():
    """Every page of the built site, parsed, by its path in the site. The bound books in downloads/ are not pages."""
    if not (SITE / "index.html").exists():
        pytest.fail("there is no site/ to test; run: make site")
    return {
        path.relative_to(SITE).as_posix(): turbohtml.parse(path.read_bytes())
        for path in sorted(SITE.rglob("*.html"))
        if path.parent.name != "downloads"
    }
