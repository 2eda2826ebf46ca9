"""The rules of links: each is a function named by its code, and its docstring is the rule.

The rules of an address (L1) return what is wrong; the first that does is reported. Those of a page (L2) yield a message
and an element; those of the site (L3) a message, a place and files. The same message is one problem on all its pages.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import turbohtml

from .addresses import BASE, FOLLOW, FOREIGN, FRAME, MANIFEST, NOTE, TYPED, scheme_of, syntax_error
from .report import Problem, did_you_mean, rules
from .site import SEARCH_LIST, Address, Site, note

OnSite = Iterator[tuple[str, tuple[int, int] | None, list[str]]]
# A search engine knows the owner of a site by such a file.
UNLINKED = re.compile(r"index\.html|(?:.*/)?(?:404|google\w{16}|yandex_\w{16}|pinterest-\w+|naver\w{32})\.html")
NO_ANCHOR = re.compile(r"$|:~:|svgView\(|xywh=|t=|(?i:top)$")  # a text, or a part of a picture or a film
LABEL = ", ".join(f"[{name}]:not([{name}=''])" for name in ("aria-label", "aria-labelledby", "title", "alt"))


def l101_form(site: Site, address: Address) -> str:
    """An address is well formed, with a scheme and a host that can be; one followed or loaded is https:, not http:."""
    if not address.text.strip():  # an empty link leads to its own page; Sphinx writes it in its navigation
        return "" if address.use in (FOLLOW, FRAME) else "an address must not be empty"
    text = address.text.removeprefix(site.base).partition("#")[0]  # our own may be a local one while we write
    http = "an address must begin with https:, not http:" * (text[:7].lower() == "http://" and address.use != NOTE)
    return f"{fault}: {address.text!r}" if (fault := syntax_error(text) or http) else ""


def l103_below(site: Site, address: Address) -> str:
    """An address that begins with / or ../ stays below the folder that the site is served from."""
    relative = not scheme_of(address.text) and address.text.strip()[:2] != "//"
    outside = relative and address.path is None and f"//{site.host}/" in address.url
    return f"an address must stay below {site.prefix}, the site's own: {address.text!r}" if outside else ""


def l105_there(site: Site, address: Address) -> str:
    """An address within the site leads to a page or a file that is there, as GitHub Pages serves it: upper and lower
    case, and the form of accents, matter. Those on 404.html do so at every depth, where it answers."""
    if address.path is None or address.file or address.use == BASE:
        return ""
    hint = did_you_mean(address.path, (name.removesuffix("index.html") for name in site.files))
    return f"an address must lead to a page or file of the site, there is no {address.path or './'!r}{hint}"


def l106_own(site: Site, address: Address) -> str:
    """Nothing is loaded from another host, sent there or asked there: readers' visits are nobody else's business."""
    foreign = address.path is None and FOREIGN.match(address.url) and address.use not in (FOLLOW, NOTE, BASE)
    return f"nothing may be loaded from another host; keep a copy in the site: {address.url!r}" if foreign else ""


def l201_ids(document: turbohtml.Document) -> Iterator[tuple[str, turbohtml.Element]]:
    """No two elements of a page have the same id: a link reaches only the first."""
    seen = {""}
    for element in document.select("[id]"):
        if (name := str(element.attr("id"))) and name in seen:
            yield f"an id must be on a page once: {name!r}", element
        seen.add(name)


def l202_text(document: turbohtml.Document) -> Iterator[tuple[str, turbohtml.Element]]:
    """A link has text, or an image with alternative text, or a label."""
    for element in document.select(f"a[href]:not([aria-hidden=true], {LABEL}, :has({LABEL}))"):
        near, address = element.closest("[id]"), element.attr("href")  # an anchor may lead to itself, or what it is in
        if not element.text.strip() and address != f"#{near.attr('id') if near else ''}":
            yield f"a link must have text: the link to {address!r}", element


def l301_anchors(site: Site) -> OnSite:
    """The part of an address after # names an anchor of the page that it leads to."""
    for address, (place, files) in site.addresses.items():
        fragment, anchors = address.text.partition("#")[2], site.anchors.get(address.file, ())
        name, used = unquote(fragment.partition(":~:")[0]), address.use in (FOLLOW, FRAME, TYPED)
        if used and address.file in site.anchors and not NO_ANCHOR.match(name) and not {name, fragment} & {*anchors}:
            hint = did_you_mean(name, anchors)
            yield f"an address must lead to an anchor, {address.file} has no {name!r}{hint}", place, files


def l302_linked(site: Site) -> OnSite:
    """Another page links to each page, unless it is the home page or 404.html, forwards or asks not to be found; the
    list of what people type, where there is one, names it too."""
    linked, typed = site.led_to(FOLLOW, FRAME), site.led_to(TYPED)
    for path in sorted({*site.pages} - site.unlisted):
        place = path.removesuffix("index.html")  # as authors write it
        if path not in linked and not UNLINKED.fullmatch(path):
            yield f"another page must link to {place}; nothing does", None, [path]
        elif typed and path not in typed and place[-1:] == "/":
            yield f"docs/{SEARCH_LIST} must have a line `{place}: words`, with what people type", None, [path]


def l303_files(site: Site) -> OnSite:
    """A symbolic link in the site leads to a file."""
    if dangling := [path for path, real in site.files.items() if not real]:
        yield "a symbolic link must lead to a file; it leads to nothing", None, dangling


RULES = rules(globals())


def links(root: Path, base: str = "") -> tuple[list[Problem], int]:
    """Return the problems of a site, and how many pages it has. Raises GuideError."""
    site = Site(root, base)
    on_address, on_page, on_site = ([item for item in RULES.items() if item[0][1] == level] for level in "123")
    found: dict[tuple[str, str], tuple[tuple[int, int], list[str]]] = {}  # by code and message
    for path in [*site.pages, *(path for path in site.own if path.endswith(".svg"))]:
        document = site.add_page(path)
        for code, rule in on_page if not path.endswith(".svg") else ():
            for message, element in rule(document):
                note(found, (code, message), element.position, path)
    manifests = site.led_to(MANIFEST)
    for path in site.own:
        site.add_file(path, path in manifests)
    for address, (place, files) in site.addresses.items():
        faults = ((code, rule(site, address)) for code, rule in on_address)
        for fault in [fault for fault in faults if fault[1]][:1]:
            note(found, fault, place, *files)
    for code, rule in on_site:
        for message, place, files in rule(site):
            note(found, (code, message), place, *files)
    problems = []
    for (code, message), ((line, column), files) in found.items():
        path, *more = dict.fromkeys(files)
        also = f"; also on {len(more)} more: {', '.join(more[:3])}{', …' * (len(more) > 3)}" if more else ""
        problems.append(Problem((root / path).as_posix(), line, column + 1, code, message + also))
    return sorted(problems), len(site.pages)
