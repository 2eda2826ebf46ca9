"""The rules of links: each is a function named by its code, and its docstring is the rule.

The rules of an address (L1) return what is wrong with it; the first that does so is reported. Those of a page (L2)
yield an element and a message; those of the site (L3) yield causes.
"""

import functools
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import turbohtml

from .addresses import ABSOLUTE, FOLLOW, FOREIGN, FRAME, LOAD, MANIFEST, NOTE, syntax_error
from .report import Problem, did_you_mean, rules
from .site import Address, Page, Site, fold, other_addresses

Place = tuple[int, int] | None  # the line, from 1, and the column, from 0
Found = tuple[str, str, Place]  # use, address and place
SEARCH_LIST = "assets/search.txt"  # what people type, and the places that answer it
PLACES = re.compile(r"(?:! |(?=\S*:))([^:]*): ")
# A search engine knows the owner of a site by such a file.
UNLINKED = re.compile(
    r"index\.html|(?:.*/)?(?:404|google[0-9a-f]{16}|yandex_[0-9a-f]{16}|pinterest-\w+|naver\w{32})\.html"
)
NO_ANCHOR = re.compile(r"$|:~:|svgView\(|xywh=|t=|(?i:top)$")  # a text, or a part of a picture or a film


def l101_form(site: Site, address: Address) -> str:
    """An address is well formed: no spaces or backslashes, a scheme and a host that can be, digits after tel:."""
    if not address.text.strip():  # an empty link leads to its own page; Sphinx writes it in its navigation
        return "" if address.use in (FOLLOW, FRAME) else "an address must not be empty"
    return syntax_error(address.text.removeprefix(site.base) or ".")  # our own may be a local one while we write


def l102_secure(site: Site, address: Address) -> str:
    """An address that is followed or loaded begins with https:, not http:."""
    insecure = address.text[:7].lower() == "http://" and not address.text.startswith(site.base)
    fault = "an address must begin with https:, what comes by http: can be read and changed on its way"
    return fault if insecure and address.use != NOTE else ""


def l103_below(site: Site, address: Address) -> str:
    """An address that begins with / or ../ stays below the folder that the site is served from."""
    outside = address.path is None and not ABSOLUTE.match(address.text)
    return f"an address must stay below {site.prefix}, the site's own" if outside else ""


def l104_case(site: Site, address: Address) -> str:
    """An address is written as its file is named: upper and lower case, and the form of accents, matter."""
    path = address.path if not address.file else ""
    for name in (path, f"{path}.html", f"{path.rstrip('/')}/index.html") if path else ():
        if (actual := site.folded.get(fold(name), name)) != name:
            return f"an address must be written as the file is named, {actual!r}"
    return ""


def l105_there(site: Site, address: Address) -> str:
    """An address within the site leads to a page or a file that is there, as GitHub Pages serves it."""
    if address.path is None or address.file:
        return ""
    folder = address.path[: address.path.rstrip("/").rfind("/") + 1]
    beside = (name.removesuffix("index.html") for name in site.files if name.startswith(folder))
    hint = did_you_mean(address.path, (name for name in beside if "/" not in name[len(folder) : -1]))
    what = "a file" if address.use == LOAD else "a page or file"
    return f"an address must lead to {what} of the site, there is no {address.path or './'!r}{hint}"


def l106_own(site: Site, address: Address) -> str:
    """Nothing is loaded from another host, sent there or asked there: readers' visits are nobody else's business."""
    foreign = address.path is None and FOREIGN.match(address.text) and address.use not in (FOLLOW, NOTE)
    return "nothing may be loaded from another host; keep a copy in the site" if foreign else ""


def l201_ids(page: Page) -> Iterator[tuple[turbohtml.Element, str]]:
    """No two elements of a page have the same id: a link reaches only the first."""
    seen = {""}
    for name, element in page.ids:
        if name and name in seen:
            yield element, f"an id must be on a page once: {name!r}"
        seen.add(name)


def l202_text(page: Page) -> Iterator[tuple[turbohtml.Element, str]]:
    """A link has text, or an image with alternative text, or a label."""
    for element in page.document.select("a[href]:not([aria-hidden=true])"):
        if not element.text.strip() and (address := element.attr("href")) != f"#{element.attr('id')}":  # an anchor
            inside = [element, *element.select("*")]
            labels = (part.attr(name) for part in inside for name in ("aria-label", "aria-labelledby", "title", "alt"))
            if not any(label and str(label).strip() for label in labels):
                yield element, f"a link must have text: the link to {address!r}"


def l203_404(page: Page) -> Iterator[tuple[turbohtml.Element, str]]:
    """The addresses on 404.html begin with /, because it answers at every depth."""
    for _, address, element in page.addresses if page.path == "404.html" and page.base is None else ():
        if not re.match(rf"\s*[/#]|$|{ABSOLUTE.pattern}", address):
            yield element, f"an address on the 404 page must begin with /: {address!r}"


class Cause(NamedTuple):
    """One cause, such as a fault in the navigation, is one problem, however many pages show it."""

    line: int
    column: int
    message: str
    pages: list[str]


def note(causes: dict, key: object, place: Place, message: str, path: str) -> None:
    """Add a page to a cause."""
    line, column = place or (1, 0)
    if (pages := causes.setdefault(key, Cause(line, column + 1, message, [path])).pages)[-1] != path:
        pages.append(path)


class LinkIndex:
    """What the files of a site add up to."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.causes: dict[tuple[str, object], Cause] = {}  # by code and what tells causes apart
        self.wanted: dict[tuple[str, str], Cause] = {}  # anchors of other pages; the message is the address
        self.anchors: dict[str, tuple[str, ...]] = {}
        self.linked: set[str] = set()  # pages that another page leads to
        self.unlisted: set[str] = set()  # pages that forward, or ask not to be found
        self.manifests: set[str] = set()
        self._judge = functools.cache(self._judge_once)

    def _judge_once(self, folder: str, text: str, use: str) -> tuple[str, str, str, object]:
        """The file an address leads to, or the code and message of the rule it breaks; and what the cause is."""
        address = self.site.resolve(folder, text, use)
        for code, rule in RULES.items():
            if code < "L2" and (fault := rule(self.site, address)):
                return "", code, f"{fault}: {text!r}", address.url or text
        return address.file, "", "", None

    def add(self, path: str, found: Iterable[Found], anchors: Collection[str] = (), folder: str | None = None) -> None:
        """Add the addresses of a file, which start from a folder: its own, or that of its <base>."""
        own = path[: path.rfind("/") + 1]
        for use, address, place in found:
            text, _, fragment = address.partition("#")
            above, file, code = own if folder is None else folder, path, ""
            if above != own or not address or text[:1] not in ("", "?"):
                while above and text.startswith("../"):  # so that the navigation's addresses are equal on all pages
                    above, text = above[: above.rfind("/", 0, -1) + 1], text[3:] or "."
                file, code, message, key = self._judge(above, text, use)
            if code:
                note(self.causes, (code, key), place, message, path)
            elif use == MANIFEST:
                self.manifests.add(file)
            elif use in (FOLLOW, FRAME):
                if file != path:
                    self.linked.add(self.site.files.get(file, ""))
                if file and fragment and not (file == path and fragment in anchors):
                    note(self.wanted, (self.site.files[file], fragment), place, address, path)

    def add_page(self, page: Page) -> None:
        """Add a page, or a picture that has parts."""
        self.anchors[page.path], folder, found = tuple(page.anchors), None, page.addresses
        self.unlisted |= {page.path} if page.unlisted else set()
        for code, rule in RULES.items():
            for element, message in rule(page) if code[:2] == "L2" and page.path[-4:] != ".svg" else ():
                note(self.causes, (code, message), element.position, message, page.path)
        if page.base is not None:
            base = self.site.resolve(page.path, text := str(page.base.attr("href")), FOLLOW)
            folder = (base.path or "")[: (base.path or "").rfind("/") + 1]
            if base.path is None and FOREIGN.sub("", base.url).lower().startswith(f"{self.site.host}/"):
                message = f"an address must stay below {self.site.prefix}, the site's own: {text!r}"
                note(self.causes, ("L103", text), page.base.position, message, page.path)
            elif base.path is None:  # what is relative leads to another host
                found = [one for one in found if ABSOLUTE.match(one[1])]
        self.add(page.path, ((use, text, element.position) for use, text, element in found), page.anchors, folder)


def l301_anchors(site: Site, index: LinkIndex) -> Iterator[Cause]:
    """The part of an address after # names an anchor of the page that it leads to."""
    for (file, fragment), cause in index.wanted.items():
        anchors, name = index.anchors.get(file), unquote(fragment.partition(":~:")[0])
        if anchors is not None and not NO_ANCHOR.match(name) and name not in anchors and fragment not in anchors:
            fault = f"an address must lead to an anchor, {file} has no {name!r}: {cause.message!r}"
            yield cause._replace(message=fault + did_you_mean(name, anchors))


def l302_linked(site: Site, index: LinkIndex) -> Iterator[Cause]:
    """Another page links to each page, unless it is the home page or 404.html, forwards or asks not to be found."""
    for path in sorted({*site.pages} - index.linked - index.unlisted):
        if not UNLINKED.fullmatch(path):
            yield Cause(1, 1, "another page must link to this page; nothing does", [path])


def l303_files(site: Site, index: LinkIndex) -> Iterator[Cause]:
    """A symbolic link in the site leads to a file."""
    if site.dangling:
        yield Cause(1, 1, "a symbolic link must lead to a file; it leads to nothing", site.dangling)


def l304_search(site: Site, index: LinkIndex) -> Iterator[Cause]:
    """The list of what people type names only pages and sections that are there, and names every page."""
    named: set[str] = set()
    lines = site.read(SEARCH_LIST).decode("utf-8", "replace").splitlines() if SEARCH_LIST in site.files else []
    for number, match in enumerate(map(PLACES.match, lines), 1):
        for name in match[1].split(" ") if match else ():
            page, _, fragment = name.partition("#")
            anchors = index.anchors.get(f"{page}index.html")
            if anchors is None or (fragment and fragment not in anchors):
                known = anchors or [path.removesuffix("index.html") for path in index.anchors]
                fault = f"docs/{SEARCH_LIST} must name a page, or a section of it, that is there: {name!r}"
                yield Cause(number, 1, fault + did_you_mean(fragment if anchors else page, known), [SEARCH_LIST])
            named.add(f"{page}index.html")
    for path in sorted({*index.anchors} - named - index.unlisted) if lines else ():
        if path.endswith("index.html"):
            yield Cause(1, 1, f"docs/{SEARCH_LIST} must have a line for this page, with what people type", [path])


RULES = rules(globals())


def links(root: Path, base: str = "") -> tuple[list[Problem], int]:
    """Return the problems of a site, and how many pages it has. Raises CannotRunError."""
    site = Site(root, base)
    index = LinkIndex(site)
    for path in [*site.pages, *(path for path in site.own if path.endswith(".svg"))]:
        index.add_page(Page(path, site.read(path)))
    for path in site.own:
        index.add(path, other_addresses(site, path, path in index.manifests))
    found = [(code, cause) for (code, _), cause in index.causes.items()]
    found += [(code, cause) for code, rule in RULES.items() if code > "L3" for cause in rule(site, index)]
    problems = []
    for code, (line, column, message, (path, *more)) in found:
        also = f"; also on {len(more)} more: {', '.join(more[:3])}{', …' * (len(more) > 3)}" if more else ""
        problems.append(Problem((root / path).as_posix(), line, column, code, message + also))
    return sorted(problems), len(site.pages)
