"""A folder of built pages as GitHub Pages serves it: its files, what they say, and where their addresses lead. Only
facts: what is right or wrong is for links.py."""

import contextlib
import html
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, unquote, urljoin, urlsplit

import turbohtml
from guide import GuideError

from .addresses import BASE, CSS, LOAD, NOTE, TYPED, addresses, find

UNKNOWN = "https://site.invalid/"  # in place of the public address of a site that does not say it
SEARCH_LIST = "assets/search.txt"  # what people type, and the places that answer it
USUAL = re.compile(r"((?:\.\./)*)((?:[\w-]+/)*[\w-]+[\w.-]*/?)(?:#.*)?", re.ASCII)  # most links
LOC = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]*?)\s*(?:\]\]>)?\s*</loc>|<xhtml:link\b[^>]*?\bhref=\"([^\"]*)\"")
ICON = re.compile(r'"(?:src|start_url)"\s*:\s*"([^"]+)"')
READERS = {  # files that name addresses; the pattern of an address, and its use
    r"robots\.txt": (re.compile(r"(?im)^sitemap:[ \t]*(\S+)"), NOTE),
    r"(?:.*/)?sitemap[^/]*\.xml": (LOC, NOTE),
    r".*\.css": (CSS, LOAD),
    r".*\.webmanifest": (ICON, LOAD),
    SEARCH_LIST: (re.compile(r"(?m)^#.*|(?:^|(?<= ))([\w/-]+/(?:#[\w-]+)?)(?=(?: \S+)*: )"), TYPED),
}


class Address(NamedTuple):
    """An address as files have it, and where it leads."""

    text: str
    use: str
    url: str  # without the part after #
    path: str | None  # below the site's root; None when it leads out of the site
    file: str  # what is served there, if anything, by its path without symbolic links


def note(found: dict, key: object, place: tuple[int, int] | None, *files: str) -> None:
    """Add files to those that have something; the place, a line from 1 and a column from 0, is that in the first."""
    found.setdefault(key, (place or (1, 0), []))[1].extend(files)


def walk(root: str) -> Iterator[tuple[str, str]]:
    """Yield the path of each file below a folder, and the path that it has without symbolic links, if it is there.
    Links to folders are followed, as the upload to GitHub Pages does, but not in a circle."""
    top = os.path.realpath(root)
    for folder, folders, names in os.walk(root, followlinks=True):
        real = os.path.realpath(folder) + "/"
        folders[:] = [name for name in folders if not real.startswith(os.path.realpath(f"{folder}/{name}") + "/")]
        for name in names:
            target = os.path.relpath(os.path.realpath(f"{folder}/{name}"), top)
            path = os.path.relpath(f"{folder}/{name}", root)
            yield path, (path if target.startswith("..") else target) * os.path.exists(f"{folder}/{name}")


class Site:
    """The files of a built site, in the folder `root`, and what they say once add_page and add_file have read them. Its
    public address or path is `base`, if that says one. Raises GuideError for no pages, or a `base` that is neither."""

    def __init__(self, root: Path, base: str = "") -> None:
        self.root, self.files = root, dict(sorted(walk(root.as_posix())))
        self.own = [path for path, real in self.files.items() if path == real]
        self.pages = [path for path in self.own if path.lower().endswith((".html", ".htm"))]
        if not self.pages:
            raise GuideError(f"no pages below {root.as_posix()}; build the site first")
        try:
            self.base = urljoin(UNKNOWN, base.rstrip("/") + "/") if base else self._stated_base()
            self.host, self.prefix = urlsplit(self.base).netloc.lower(), urlsplit(self.base).path
        except ValueError as error:
            raise GuideError(f"--base must be an address or a path: {error}") from None
        self.addresses: dict[Address, tuple[tuple[int, int], list[str]]] = {}  # as `note` adds them
        self.anchors: dict[str, tuple[str, ...]] = {}  # of each page and picture
        self.unlisted: set[str] = set()  # pages that forward, or ask not to be found

    def _stated_base(self) -> str:
        """Return the public address that a canonical link, of the home page first, or the sitemap states."""
        for name in [name for name in ("index.html", *self.pages[:9], "sitemap.xml") if name in self.files]:
            for element in turbohtml.parse((self.root / name).read_bytes()).select("link[rel=canonical], loc")[:100]:
                address = str(element.attr("href") or element.text).strip()
                # The shortest beginning after which the rest is a page of the site.
                for slash in re.finditer(r"(?<=[^:/])(?:/|$)", address):
                    if self.served(unquote(address[slash.end() :])) and re.match("https?://", address):
                        return address[: slash.end()].rstrip("/") + "/"
        return UNKNOWN

    def served(self, path: str) -> str:
        """Return the file that GitHub Pages answers with: as named, with .html, or the index of the folder."""
        index = (f"{path}index.html",) if path[-1:] in ("", "/") else (f"{path}.html", f"{path}/index.html")
        return next(filter(None, map(self.files.get, (path, *index))), "")

    def resolve(self, start: str, text: str, use: str) -> Address:
        """Return where an address leads from the public address `start`; `use` is one of those in addresses.py."""
        url = ""
        if usual := USUAL.fullmatch(text):  # many times faster than urljoin
            url = start.rsplit("/", 1 + len(usual[1]) // 3)[0] + "/" + usual[2]
            if url.startswith(self.base):
                return Address(text, use, url, path := unquote(url[len(self.base) :]), self.served(path))
        with contextlib.suppress(ValueError):  # of an address such as https://[x/, which L101 reports
            url = urljoin(start, text.partition("#")[0].strip("\t\n\f\r "))
        match = re.match(r"https?://([^/?#]*)([^?#]*)", url, re.IGNORECASE)
        if not match or match[1].lower() != self.host or not f"{match[2]}/".startswith(self.prefix):
            return Address(text, use, url, None, "")
        return Address(text, use, url, path := unquote(match[2][len(self.prefix) :]), self.served(path))

    def add_page(self, path: str) -> turbohtml.Document:
        """Add the addresses and anchors of a page or an SVG picture. Returns it, parsed, for the rules of a page."""
        document = turbohtml.parse((self.root / path).read_bytes(), allow_declarative_shadow_roots=False)
        for template in document.select("template:not([shadowrootmode])"):
            template.extract()  # a browser shows nothing of it
        named = (("id", "[id]"), ("name", "a[name], map[name]"))
        anchors = {str(element.attr(name)) for name, selector in named for element in document.select(selector)}
        frames = (turbohtml.parse(str(frame.attr("srcdoc"))) for frame in document.select("iframe[srcdoc]"))
        own = here = self.base + quote(os.fsencode(path))
        start = f"{self.base}at/every/depth" if path == "404.html" else own
        for element in document.select("base[href]")[:1]:
            base = self.resolve(start, str(element.attr("href")), BASE)
            note(self.addresses, base, element.position, path)
            outside = base.path is None and f"//{self.host}/" in base.url
            own = start = self.base if outside else base.url or own  # L103 reports one that is outside
        for use, text, element in [found for root in (document, *frames) for found in addresses(root)]:
            if own != here or text[:1] != "#" or text[1:] not in anchors:  # others are right
                address = self.resolve(own if text[:1] in ("", "#") else start, text, use)
                note(self.addresses, address, element.position, path)
        self.anchors[path] = tuple(anchors)
        if document.select("meta[http-equiv=refresh i], meta[name=robots i][content*=noindex i]"):
            self.unlisted.add(path)
        return document

    def add_file(self, path: str, manifest: bool) -> None:
        """Add the addresses in a file that is no page: one of READERS, or what a page names as its manifest."""
        readers = [reader for name, reader in READERS.items() if re.fullmatch(name, path)] or [(ICON, LOAD)] * manifest
        for pattern, use in readers:
            text, start = (self.root / path).read_text("utf-8", "replace"), "" if use == TYPED else path
            for index, address in find(pattern, text):
                place = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index) - 1
                address = html.unescape(address).replace(r"\/", "/")
                note(self.addresses, self.resolve(self.base + quote(os.fsencode(start)), address, use), place, path)

    def led_to(self, *uses: str) -> set[str]:
        """The files that another file leads to, for these uses."""
        found = ((address, files) for address, (_, files) in self.addresses.items() if address.use in uses)
        return {address.file for address, files in found if {*files} != {address.file}}
