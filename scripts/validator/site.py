"""A folder of built pages as GitHub Pages serves it: its files, its pages, and where their addresses lead. Only facts:
what is right or wrong is for links.py."""

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
PLAIN = re.compile(r"(?:[\w-]+[./])*[\w-]*", re.ASCII)  # nothing in it to be resolved
LOC = re.compile(
    r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]*?)\s*(?:\]\]>)?\s*</loc>|<xhtml:link\b[^>]*?\bhref=\"([^\"]*)\""
    r"|(?im:^sitemap:[ \t]*(\S+))"
)
ICON = re.compile(r'"(?:src|start_url)"\s*:\s*"([^"]+)"')
OTHER = (  # files that name addresses, the pattern of an address, and its use
    (re.compile(r"robots\.txt|(?:.*/)?sitemap[^/]*\.xml"), LOC, NOTE),
    (re.compile(r".*\.css"), CSS, LOAD),
    (re.compile(r".*\.webmanifest"), ICON, LOAD),
)


class Address(NamedTuple):
    """An address as a page of a folder has it, without its fragment, and where it leads."""

    folder: str
    text: str
    use: str
    url: str
    path: str | None  # below the site's root; None when it leads to another host
    file: str  # what is served there, if anything


def fold(path: str) -> str:
    """Return the path without upper case and forms of accents."""
    return unicodedata.normalize("NFC", path).casefold()


def walk(root: str, folder: str = "", above: tuple[str, ...] = ()) -> Iterator[tuple[str, str, bool]]:
    """Yield each file below a root: its path, the one it really has, and whether it is there. Links are followed, as
    the upload to GitHub Pages does, but not in a circle."""
    real = os.path.realpath(root + folder)
    below = os.path.relpath(real, above[0]) + "/" if above and real.startswith(above[0] + os.sep) else folder
    for entry in os.scandir(root + folder) if real not in above else ():
        if entry.is_dir():
            yield from walk(root, f"{folder}{entry.name}/", (*above, real))
        else:
            yield folder + entry.name, below + entry.name, entry.is_file()


class Site:
    """Raises CannotRunError when there are no pages, or `base` is no address."""

    def __init__(self, root: Path, base: str = "") -> None:
        self.root, self.start = root, f"{root.as_posix()}/"
        found = sorted(walk(self.start)) if root.is_dir() else []
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
        with open(self.start + path, "rb") as file:
            return file.read()

    def _stated_base(self) -> str:
        """The public address that the home page's canonical link or the sitemap states."""
        for name, selector in (("index.html", "link[rel=canonical]"), ("sitemap.xml", "loc")):
            for element in turbohtml.parse(self.read(name)).select(selector)[:100] if name in self.files else ():
                address = str(element.attr("href") or element.text).strip()
                address += "/" if name == "index.html" and not re.search(r"/$|\.html?$", address) else ""
                origin = re.match(r"https?://[^/?#\s]+(?=/)", address)
                # The shortest beginning after which the rest is a page of the site.
                for slash in re.compile("/").finditer(address, origin.end()) if origin else ():
                    if self.served(unquote(address[slash.end() :])):
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
        plain = text.removeprefix(self.base)
        if text and PLAIN.fullmatch(plain) and (file := self.served(path := folder * (plain == text) + plain)):
            return Address(folder, text, use, "", path, file)
        try:
            url = urljoin(self.base + folder.replace("%", "%25"), text.strip("\t\n\f\r "))
        except ValueError:  # such as https://[x/, which L101 reports
            url = ""
        match = re.match(r"https?://([^/?#]*)([^?#]*)", url, re.IGNORECASE)
        if not match or match[1].lower() != self.host or not f"{match[2]}/".startswith(self.prefix):
            return Address(folder, text, use, url, None, "")
        path = unquote(match[2][len(self.prefix) :])
        return Address(folder, text, use, url, path, self.served(path))


class SitePage:
    """A page of the site: its anchors, and its addresses by their use."""

    def __init__(self, site: Site, path: str) -> None:
        self.path, self.folder = path, path[: path.rfind("/") + 1]
        data = site.read(path)
        self.document = turbohtml.parse(data, allow_declarative_shadow_roots=False)
        text = data.decode("utf-8", "replace").lower()
        roots: list[tuple[turbohtml.Node, str]] = [(self.document, text)]
        for template in self.document.select("template") if "<template" in text else ():
            if template.attr("shadowrootmode"):  # shown, but no part of the page's own tree
                roots.append((template, text))
            template.extract()  # of any other a browser shows nothing
        for frame in self.document.select("iframe[srcdoc]") if "srcdoc" in text else ():
            source = str(frame.attr("srcdoc"))
            roots.append((turbohtml.parse(source), source.lower()))
        self.addresses = [found for root, source in roots for found in addresses(root, source)]
        self.base = next(iter(self.document.select("base[href]")), None)
        hidden = ("meta[http-equiv=refresh i]", "meta[name=robots i][content*=noindex i]")
        self.unlisted = any(map(self.document.select, hidden))  # it forwards, or asks not to be found
        self.ids = [intern(str(element.attr("id"))) for element in self.document.select("[id]")]
        named = self.document.select("a[name], map[name]")
        self.anchors = {*self.ids, *(intern(str(element.attr("name"))) for element in named)}
        self.links = self.document.select("a[href]")


def other_files(site: Site, manifests: set[str]) -> Iterator[tuple[str, str, int, str, str]]:
    """Yield the addresses in sitemaps, style sheets, pictures and manifests: path, text, place, use, address."""
    for path in site.own:
        reader = next(((pattern, use) for name, pattern, use in OTHER if name.fullmatch(path)), None)
        reader = reader or ((ICON, LOAD) if path in manifests else None)
        text = site.read(path).decode("utf-8", "replace") if reader or path.endswith(".svg") else ""
        if reader:
            for start, address in find(reader[0], text):
                yield path, text, start, reader[1], html.unescape(address).replace(r"\/", "/")
        elif text:
            for use, address, _ in addresses(turbohtml.parse(text), text.lower()):
                if address[:1] != "#":  # its own parts
                    yield path, text, max(text.find(address), 0), use, address
