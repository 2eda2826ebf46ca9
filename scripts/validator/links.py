"""The rules of links: each is a function named by its code, and its docstring is the rule.

The rules of an address (L1) return what is wrong with it; the first that does so is reported. Those of a page (L2)
yield an element and a message; those of the site (L3) yield causes.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import turbohtml

from .addresses import FOLLOW, FRAME, LOAD, NOTE, PART, dialing_error, place, syntax_error
from .report import Problem, did_you_mean, rules
from .site import ABSOLUTE, Address, Site, SitePage, fold, other_files
from .style import HTTP_ONLY

Found = Iterator[tuple[turbohtml.Element, str]]
SEARCH_LIST = "assets/search.txt"  # what people type, and the places that answer it
PLACES = re.compile(r"(?:! ([^:]*)|([\w/#-]*)): ")
UNLINKED = re.compile(r"(?:.*/)?(?:404|google[0-9a-f]{16}|yandex_[0-9a-f]{16}|pinterest-\w+|naver\w{32})\.html")


def l101_form(site: Site, address: Address) -> str:
    """An address is well formed: no spaces or backslashes, a scheme and a host that can be, digits after tel:."""
    if not address.text.strip():  # an empty link leads to its own page; Sphinx writes it in its navigation
        return "" if address.use in (FOLLOW, FRAME) else "an address must not be empty"
    return syntax_error(address.text.removeprefix(site.base) or ".")  # our own may be a local one while we write


def l102_secure(site: Site, address: Address) -> str:
    """An address that is followed or loaded begins with https:, not http:."""
    host = re.match(r"(?i)http://([^/:?#]*)", address.text)
    if not host or address.use == NOTE or host[1] in HTTP_ONLY or address.text.startswith(site.base):
        return ""
    return "an address must begin with https:, what comes by http: can be read and changed on its way"


def l103_below(site: Site, address: Address) -> str:
    """An address that begins with / or ../ stays below the folder that the site is served from."""
    climbs = posixpath.normpath(address.folder + unquote(address.text.partition("?")[0])).startswith("..")
    if not ABSOLUTE.match(address.text) and (address.path is None or (climbs and address.text[:1] != "/")):
        return f"an address must stay below {site.prefix}, the site's own"
    return ""


def l104_case(site: Site, address: Address) -> str:
    """An address is written as its file is named: upper and lower case, and the form of accents, matter."""
    path = address.path if not address.file else ""
    for name in (path, f"{path}.html", f"{path.rstrip('/')}/index.html") if path else ():
        if (actual := site.folded.get(fold(name), name)) != name:
            return f"an address must be written as the file is named, {actual!r}"
    return ""


def l105_there(site: Site, address: Address) -> str:
    """An address within the site leads to a page or a file that is there, as GitHub Pages serves it."""
    path = address.path
    if path is None or address.file:
        return ""
    bare = path.rstrip("/")
    if path != bare and f"{bare}.html" in site.files:
        hint = f"; leave out the last /, the file is {bare + '.html'!r}"
    elif re.match(r"(?:www\.[\w-]+\.|[\w-]+\.(?:com|org|net)(?:/|$))", address.text):
        hint = f"; did you mean 'https://{address.text}'?"
    else:
        hint = did_you_mean(path, site.siblings.get(posixpath.dirname(bare), []))
    what = "a file" if address.use in (LOAD, PART) else "a page or file"
    return f"an address must lead to {what} of the site, there is no {path or './'!r}{hint}"


def l106_own(site: Site, address: Address) -> str:
    """Nothing is loaded from another host, sent there or asked there: readers' visits are nobody else's business."""
    if address.path is None and address.use not in (FOLLOW, NOTE) and re.match(r"(?i)(?:https?:)?//", address.text):
        return "nothing may be loaded from another host; keep a copy in the site"
    return ""


def l201_ids(page: SitePage) -> Found:
    """No two elements of a page have the same id: a link reaches only the first."""
    seen = {""}
    for element in page.document.select("[id]") if len(page.ids) > len({*page.ids}) else ():
        if (anchor := str(element.attr("id"))) in seen and anchor:
            yield element, f"an id must be on a page once: {anchor!r}"
        seen.add(anchor)


def l202_text(page: SitePage) -> Found:
    """A link has text, or an image with alternative text, or a label."""
    for element in page.links:
        if not element.text.strip():
            address, inside = element.attr("href"), [element, *element.select("*")]
            labels = (part.attr(name) for part in inside for name in ("aria-label", "aria-labelledby", "title", "alt"))
            hidden = element.attr("aria-hidden") == "true" or address == f"#{element.attr('id')}"  # an anchor, no link
            if not hidden and not any(label and str(label).strip() for label in labels):
                yield element, f"a link must have text: the link to {address!r}"


def l203_404(page: SitePage) -> Found:
    """The addresses on 404.html begin with /, because it answers at every depth."""
    for _, address, element in page.addresses if page.path == "404.html" and page.base is None else ():
        if not re.match(rf"\s*[/#]|$|{ABSOLUTE.pattern}", address):
            yield element, f"an address on the 404 page must begin with /: {address!r}"


def l204_digits(page: SitePage) -> Found:
    """A tel: or sms: link that shows a number dials that number."""
    for _, address, element in page.addresses:
        if address[:4].lower() in ("tel:", "sms:") and (fault := dialing_error(element.text, address)):
            yield element, f"{fault}: {address!r}"


def has_anchor(anchors: set[str] | tuple[str, ...], fragment: str) -> bool:
    fragment = fragment.partition(":~:")[0]  # a text fragment names no anchor
    view = re.match(r"(?:svgView\(|xywh=|t=)", fragment)  # nor does a part of a picture or a film
    return not fragment or bool(view) or fragment.lower() == "top" or bool({fragment, unquote(fragment)} & {*anchors})


class Cause(NamedTuple):
    """One cause, such as a fault in the navigation, is one problem, however many pages show it."""

    line: int
    column: int
    message: str
    pages: list[str]


class LinkIndex:
    """What the pages of a site add up to."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.causes: dict[tuple[str, object], Cause] = {}  # by code and what tells causes apart
        self.wanted: dict[tuple[str, str], Cause] = {}  # anchors of other pages; the message is the address
        self.anchors: dict[str, tuple[str, ...]] = {}
        self.linked: set[str] = set()  # pages that another page leads to, or that are not meant to be found
        self.unlisted: set[str] = set()  # pages that forward, or that ask not to be found
        self.manifests: set[str] = set()
        self.known: dict[tuple[str, str, str], tuple[str, str, str, object]] = {}
        self.address_rules = [(code, rule) for code, rule in RULES.items() if code < "L2"]
        self.page_rules = [(code, rule) for code, rule in RULES.items() if "L2" < code < "L3"]

    def note(self, causes: dict, key: object, spot: tuple[int, int], message: str, path: str) -> None:
        if (pages := causes.setdefault(key, Cause(*spot, message, [path])).pages)[-1] != path:  # not twice on a page
            pages.append(path)

    def judge(self, folder: str, text: str, use: str) -> tuple[str, str, str, object]:
        """The file an address leads to, or the code and message of the rule it breaks; and what the cause is."""
        while folder and text.startswith("../"):  # so that the navigation's addresses are equal on all pages
            folder, text = folder[: folder.rfind("/", 0, -1) + 1], text[3:] or "."
        if (key := (folder, text, use)) not in self.known:
            address = self.site.resolve(folder, text, use)
            if address.file and not address.url:  # nearly all, and nothing can be wrong with one that is there
                self.known[key] = address.file, "", "", None
            else:
                faults = ((code, rule(self.site, address)) for code, rule in self.address_rules)
                code, fault = next(((code, fault) for code, fault in faults if fault), ("", ""))
                self.known[key] = "" if code else address.file, code, f"{fault}: {text!r}", address.url or text
        return self.known[key]

    def add(self, page: SitePage) -> None:
        """Add a page: what its own rules find, and where its addresses lead."""
        path, folder = page.path, self.folder(page)
        self.anchors[path] = tuple(page.anchors)
        for code, rule in self.page_rules:
            for element, message in rule(page):
                self.note(self.causes, (code, message), place(element), message, path)
        if page.unlisted:
            self.linked.add(path)
            self.unlisted.add(path)
        for use, address, element in page.addresses:
            bare, _, fragment = address.partition("#")
            if bare[:1] in ("", "?") and address and page.base is None:
                file = path
            elif folder is None and not ABSOLUTE.match(address):
                continue  # <base> leads to another host, and this address with it
            else:
                file, code, message, key = self.judge(folder or "", bare, use)
                if code:
                    self.note(self.causes, (code, key), place(element), message, path)
                if element.tag == "link" and "manifest" in str(element.attr("rel")).lower().split():
                    self.manifests.add(file)
            if use in (FOLLOW, FRAME) and file != path:
                self.linked.add(self.site.files.get(file, ""))
            if file and fragment and use in (FOLLOW, FRAME, PART) and not (file == path and fragment in page.anchors):
                self.note(self.wanted, (self.site.files[file], fragment), place(element), address, path)

    def folder(self, page: SitePage) -> str | None:
        """Where the addresses of a page start from; None when that is on another host."""
        if page.base is None:
            return page.folder
        text = str(page.base.attr("href"))
        below = self.site.path(url := self.site.url(page.folder, text))
        if below is None and url.lower().startswith(("https:" + self.site.host + "/", "http:" + self.site.host + "/")):
            message = f"an address must stay below {self.site.prefix}, the site's own: {text!r}"
            self.note(self.causes, ("L103", text), place(page.base), message, page.path)
            below = ""  # what it was meant to be
        return None if below is None else below[: below.rfind("/") + 1]


def l301_anchors(site: Site, index: LinkIndex) -> Iterator[Cause]:
    """The part of an address after # names an anchor of the page that it leads to."""
    for (file, fragment), cause in index.wanted.items():
        anchors = index.anchors.get(file)
        if anchors is None and file.endswith(".svg"):
            elements = turbohtml.parse(site.read(file)).select("[id]")
            anchors = index.anchors[file] = tuple(str(element.attr("id")) for element in elements)
        if anchors is not None and not has_anchor(anchors, fragment):
            name = unquote(fragment)
            fault = f"an address must lead to an anchor, {file} has no {name!r}: {cause.message!r}"
            yield cause._replace(message=fault + did_you_mean(name, anchors))


def l302_linked(site: Site, index: LinkIndex) -> Iterator[Cause]:
    """Another page links to each page, but the home page, 404.html, and those that forward, ask not to be found, or
    show a search engine who owns the site."""
    for path in sorted({*site.pages} - index.linked - {"index.html"}):
        if not UNLINKED.fullmatch(path):
            yield Cause(1, 1, "another page must link to this page; nothing does", [path])


def l303_files(site: Site, index: LinkIndex) -> Iterator[Cause]:
    """A symbolic link in the site leads to a file."""
    if site.dangling:
        yield Cause(1, 1, "a symbolic link must lead to a file; it leads to nothing", site.dangling)


def l304_search(site: Site, index: LinkIndex) -> Iterator[Cause]:
    """The list of what people type names only pages and sections that are there, and names every page."""
    named = set()
    lines = site.read(SEARCH_LIST).decode("utf-8", "replace").splitlines() if SEARCH_LIST in site.files else []
    for number, line in enumerate(lines, 1):
        match = PLACES.match(line)
        for place_name in (match[1] or match[2] or "").split(" ") if match else ():
            page, _, fragment = place_name.partition("#")
            file = f"{page}index.html"
            anchors = index.anchors.get(file, ())
            if file not in index.anchors or not has_anchor(anchors, fragment):
                fault = f"a place must be a page, or a section of it, that is there: {place_name!r}"
                yield Cause(number, 1, fault + did_you_mean(fragment, anchors), [SEARCH_LIST])
            named.add(file)
    for path in sorted({*index.anchors} - named - index.unlisted) if lines else ():
        if path.endswith("index.html"):
            yield Cause(1, 1, f"{SEARCH_LIST} must have a line for this page, with what people type", [path])


RULES = rules(globals())


def links(root: Path, base: str = "") -> tuple[list[Problem], int]:
    """Return the problems of a site, and how many pages it has. Raises CannotRunError."""
    site = Site(root, base)
    index = LinkIndex(site)
    for path in site.pages:
        index.add(SitePage(site, path))
    for path, text, start, use, address in other_files(site, index.manifests):
        _, code, message, key = index.judge(path[: path.rfind("/") + 1], address.partition("#")[0], use)
        if code:
            spot = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
            index.note(index.causes, (code, key), spot, message, path)
    found = [(code, cause) for (code, _), cause in index.causes.items()]
    found += [(code, cause) for code, rule in RULES.items() if code > "L3" for cause in rule(site, index)]
    return sorted(as_problem(root, code, cause) for code, cause in found), len(site.pages)


def as_problem(root: Path, code: str, cause: Cause) -> Problem:
    path, *more = cause.pages
    also = f"; also on {len(more)} more: {', '.join(more[:3])}" if more else ""
    message = cause.message + also + ", …" * (len(more) > 3)
    return Problem((root / path).as_posix(), cause.line, cause.column, code, message)
