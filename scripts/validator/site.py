"""A folder of built pages as GitHub Pages serves it: its files, what they say, and where their addresses lead. Only
facts: what is right or wrong is for links.py."""

import functools
import html
import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from sys import intern
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import turbohtml

from .addresses import CSS, LOAD, NOTE, addresses, find
from .report import CannotRunError

UNKNOWN = "https://site.invalid/"  # in place of the public address of a site that does not say it
LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]*?)\s*(?:\]\]>)?\s*</loc>|<xhtml:link\b[^>]*?\bhref=\"([^\"]*)\"")
ICON = re.compile(r'"(?:src|start_url)"\s*:\s*"([^"]+)"')
READERS = {  # files that name addresses; the pattern of an address, and its use
    r"robots\.txt": (re.compile(r"(?im)^sitemap:[ \t]*(\S+)"), NOTE),
    r"(?:.*/)?sitemap[^/]*\.xml": (LOC, NOTE),
    r".*\.css": (CSS, LOAD),
    r".*\.webmanifest": (ICON, LOAD),
}


class Address(NamedTuple):
    """An address as a page of a folder has it, without its fragment, and where it leads."""

    text: str
    use: str
    url: str
    path: str | None  # below the site's root; None when it leads to another host
    file: str  # what is served there, if anything


def fold(path: str) -> str:
    """Return the path without upper case and forms of accents."""
    return unicodedata.normalize("NFC", path).casefold()


def walk(root: str, folder: str = "", real: str = "", above: tuple = (".",)) -> Iterator[tuple[str, str, bool]]:
    """Yield each file below a root: its path, the one it has without symbolic links, and whether it is there. Links to
    folders are followed, as the upload to GitHub Pages does, but not in a circle."""
    for entry in os.scandir(root + folder):
        path, below = folder + entry.name, real + entry.name
        if not entry.is_dir():
            yield path, below, entry.is_file()
            continue
        if entry.is_symlink():
            target = os.path.relpath(os.path.realpath(entry.path), os.path.realpath(root))
            below = path if target.startswith("..") else target
        if below not in above:
            yield from walk(root, f"{path}/", f"{below}/", (*above, below))


class Site:
    """Raises CannotRunError when there are no pages, or `base` is no address."""

    def __init__(self, root: Path, base: str = "") -> None:
        self.root, found = root, sorted(walk(f"{root.as_posix()}/")) if root.is_dir() else []
        self.files = {path: real for path, real, _ in found}
        self.dangling = [path for path, _, there in found if not there]  # symbolic links to nothing
        self.own = [path for path, real, there in found if there and path == real]
        self.pages = [path for path in self.own if path.lower().endswith((".html", ".htm"))]
        if not self.pages:
            raise CannotRunError(f"no pages below {root.as_posix()}; build the site first")
        try:
            self.base = urljoin(UNKNOWN, base.rstrip("/") + "/") if base else self._stated_base()
            self.host, self.prefix = urlsplit(self.base).netloc.lower(), urlsplit(self.base).path
        except ValueError as error:
            raise CannotRunError(f"--base must be an address or a path: {error}") from None

    def read(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def _stated_base(self) -> str:
        """The public address that the home page's canonical link or the sitemap states."""
        for name, selector in (("index.html", "link[rel=canonical]"), ("sitemap.xml", "loc")):
            for element in turbohtml.parse(self.read(name)).select(selector)[:100] if name in self.files else ():
                address = str(element.attr("href") or element.text).strip()
                address += "/" if name == "index.html" and not re.search(r"/$|\.html?$", address) else ""
                # The shortest beginning after which the rest is a page of the site.
                for slash in re.finditer(r"(?<=[^:/])/", address):
                    if self.served(unquote(address[slash.end() :])) and re.match("https?://", address):
                        return address[: slash.end()]
        return UNKNOWN

    @functools.cached_property
    def folded(self) -> dict[str, str]:
        """The files by their names without case and forms of accents."""
        return {fold(name): name for name in sorted(self.files, reverse=True)}

    def served(self, path: str) -> str:
        """The file that GitHub Pages answers with: as named, then with .html, then the index of the folder."""
        index = [f"{path}index.html"] if path.endswith("/") or not path else [f"{path}.html", f"{path}/index.html"]
        return next((file for file in (path, *index) if file in self.files), "")

    def resolve(self, folder: str, text: str, use: str) -> Address:
        try:
            url = urljoin(self.base + folder.replace("%", "%25"), text.strip("\t\n\f\r "))
        except ValueError:  # such as https://[x/, which L101 reports
            url = ""
        match = re.match(r"https?://([^/?#]*)([^?#]*)", url, re.IGNORECASE)
        if not match or match[1].lower() != self.host or not f"{match[2]}/".startswith(self.prefix):
            return Address(text, use, url, None, "")
        path = unquote(match[2][len(self.prefix) :])
        return Address(text, use, url, path, self.served(path))


class Page:
    """What a page or a picture of a site says: its anchors, and its addresses with their use and element."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.document = turbohtml.parse(data, allow_declarative_shadow_roots=False)
        for template in self.document.select("template:not([shadowrootmode])"):
            template.extract()  # a browser shows nothing of it
        frames = (turbohtml.parse(str(frame.attr("srcdoc"))) for frame in self.document.select("iframe[srcdoc]"))
        self.addresses = [found for root in (self.document, *frames) for found in addresses(root)]
        self.base = self.document.select_one("base[href]")
        hidden = ("meta[http-equiv=refresh i]", "meta[name=robots i][content*=noindex i]")
        self.unlisted = any(map(self.document.select, hidden))  # it forwards, or asks not to be found
        self.ids = [(intern(str(element.attr("id"))), element) for element in self.document.select("[id]")]
        named = (intern(str(element.attr("name"))) for element in self.document.select("a[name], map[name]"))
        self.anchors = {*(name for name, _ in self.ids), *named}


def other_addresses(site: Site, path: str, manifest: bool) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Yield use, address and place of the addresses in a sitemap, a style sheet or a manifest."""
    readers = [reader for name, reader in READERS.items() if re.fullmatch(name, path)] or [(ICON, LOAD)] * manifest
    for pattern, use in readers:
        text = site.read(path).decode("utf-8", "replace")
        for start, address in find(pattern, text):
            place = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start) - 1
            yield use, html.unescape(address).replace(r"\/", "/"), place
