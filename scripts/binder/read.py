"""Reading: the built pages of the guide in the order of nav, without what only a screen needs."""

import datetime
import os
import pathlib
import posixpath
import re
import textwrap
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import guide
import turbohtml
from turbohtml import Element, Text

# What a page has for the screen only: a link from a heading to itself or a box to type in means nothing on paper.
# The summary needs no label in print.
SCREEN_ONLY = (
    "[data-screen], .eyebrow, .headerlink, .improve, .task-list-control, .abstract > .admonition-title, textarea, "
    "p:has(+ textarea), input, button, form, script, style, svg, template, noscript, img[src$='#only-dark']"
)
# The elements that book.typ and book.css have a look for. An unknown one stops the build: its words may get lost.
KNOWN = {*"a b blockquote br code dd del div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img kbd li ol".split()}
KNOWN |= {*"p pre section span strong sub sup table tbody td th thead tr ul".split()}
# Attributes that a book needs. Whatever else a page has, such as what runs a script, is dropped.
KEPT = {*"alt class height href id lang role src start title width".split()}
# What mkdocs.yml, book.yml and pyproject.toml have to say of the book.
ROLES = "help privacy sources".split()
NEEDED = "version site_name site_author site_description subtitle license subject keywords foot cover".split() + ROLES


class CannotBindError(Exception):
    """Something in the book cannot be bound; the message names the page and the element."""


@dataclass
class Page:
    """A page of the guide."""

    source: str
    slug: str  # its name inside the book: friends/why.md is friends_why
    folder: str  # where it is published in the site: friends/why/
    part: str  # the part that it belongs to, or ""
    title: str
    minutes: str  # how long it takes, as the page says above its title, or ""
    depth: int  # how many levels its title is below a part's: 0 in no part, or for the overview that opens one
    is_sheet: bool  # whether it has lines to write on: a worksheet
    words: list[str]  # every piece of text that the site shows, in order, to compare the books with
    body: Element


@dataclass
class Book:
    """What all six files are made from."""

    site: pathlib.Path
    templates: pathlib.Path
    facts: dict[str, Any]  # what the books say of themselves
    date: datetime.datetime
    pages: list[Page]
    roles: dict[str, Page]  # the pages that book.yml names: help, privacy and sources

    def pictures(self) -> list[str]:
        """Return the path of each picture in the site, once, in order."""
        return [*dict.fromkeys(node.attr("src") or "" for page in self.pages for node in page.body.select("img"))]


def shown(text: str) -> str:
    """Return `text` on one line, cut to 60 characters, for a message."""
    return textwrap.shorten(text, 60, placeholder="…")


def read(site: pathlib.Path, root: pathlib.Path) -> Book:
    """Read every page in nav from the folder `site`, clean; `root` holds mkdocs.yml.

    The edition comes from the environment, as scripts/build.sh sets it, so that the same text gives the same bytes:
    SOURCE_DATE_EPOCH in seconds, COMMIT, and CHANGED when files differ from that commit.
    Raises CannotBindError for what no book can hold, and guide.GuideError when the date or the settings cannot be read.
    """
    stamp, commit = os.environ.get("SOURCE_DATE_EPOCH", ""), os.environ.get("COMMIT", "")[:7]
    if not re.fullmatch(r"[0-3]?[0-9]{1,9}", stamp):  # up to 2096, as a ZIP file knows no later date than 2107
        raise guide.GuideError("the book has no date; run make site, or set SOURCE_DATE_EPOCH to seconds")
    date = datetime.datetime.fromtimestamp(int(stamp), datetime.timezone.utc)
    settings, nav = guide.load(root)
    said = settings | guide.load(root, "scripts/book/book.yml").settings
    said["version"] = "".join(re.findall(r'^version = "(.+)"', (root / "pyproject.toml").read_text("utf-8"), re.M))
    if wrong := [name for name in NEEDED if not isinstance(said.get(name) or 0, list if name == "keywords" else str)]:
        raise CannotBindError(f"{wrong[0]}: has to be text in mkdocs.yml, scripts/book/book.yml or pyproject.toml")
    edition = f"Edition {said['version']}, {date:%B} {date.day}, {date.year}"
    changed = ", with changes" * bool(os.environ.get("CHANGED"))
    site_url = str(settings.get("site_url") or "").rstrip("/") + "/"
    home = site_url * (urlsplit(site_url).hostname not in (None, "127.0.0.1", "localhost"))
    printed = re.sub(r"^https?://(www\.)?|/$", "", home)
    facts = {name: said[name] for name in NEEDED} | {
        "edition": edition,
        "colophon": edition + f" ({commit}{changed})" * bool(commit),
        "home": home,
        "newest": f"The newest edition: {printed}" * bool(home),
        "help_address": f"{printed}/{guide.url_of(said['help'])[:-1]}" * bool(home),
    }
    book = Book(site, root / "scripts/book", facts, date, [], {})
    # A link to another site is no page.
    book.pages += [read_page(book, item.source, item.part) for item in nav if not urlsplit(item.source).netloc]
    book.roles = {role: page for role in ROLES for page in book.pages if page.source == said[role]}
    if lost := [role for role in ROLES if role not in book.roles]:
        raise CannotBindError(f"{said[lost[0]]}: is the page for {lost[0]} in book.yml, and is not in nav")
    html = book.pages[0].body.closest("html[lang]")
    facts["lang"] = html.attr("lang") if html else "en"
    take_links(book)
    return book


def article(site: pathlib.Path, source: str) -> Element:
    """Return the article of the page built from `source`. Raises CannotBindError when it is missing."""
    built = site / guide.file_of(source)
    if not built.is_file():
        raise CannotBindError(f"{source}: is in nav, and is not in {site}; run: make site")
    body = turbohtml.parse(built.read_text("utf-8", errors="replace")).select_one("article")
    if body is None or body.select_one("h1") is None:
        raise CannotBindError(f"{source}: has no <article> with an <h1>")
    return body


def read_page(book: Book, source: str, part: str) -> Page:
    """Read the page that was built from `source`, in `part`, and leave of it what belongs in a book.

    Its words are taken before anything but SCREEN_ONLY goes, so that a loss is noticed. Raises CannotBindError for an
    unknown element.
    """
    body, slug, folder = article(book.site, source), source.removesuffix(".md").replace("/", "_"), guide.url_of(source)
    for node in body.select("[data-download], [data-edition]"):  # filled on the site by bind.complete_pages
        node.replace_with(Text(node.attr("data-download") or book.facts["colophon"]))
    minutes = re.findall(r"(\d+) minutes?$", " ".join(node.text for node in body.select(".eyebrow")))
    words = list(body.remove(SCREEN_ONLY).stripped_strings)
    heading = body.strip_tags("abbr, input, label, time").select("h1")[0]
    for node in body.iter_elements():
        if node.tag not in KNOWN:
            text = f' "{shown(node.text)}"' * bool(node.text.strip())
            raise CannotBindError(f"{source}: <{node.tag}>{text}: scripts/binder/ has no rule for this element")
        for name in {*node.attrs} - KEPT:
            del node.attrs[name]
        if node.tag == "img":  # its path in the site, without the #only-light or ?v=2 that a site may add
            path = unquote(urlsplit(node.attr("src") or "").path)
            node.attrs["src"] = posixpath.normpath(posixpath.join(folder, path))
        if "id" in node.attrs:  # so that it is the only one in a file with all pages
            node.attrs["id"] = f"{slug}--{node.attr('id')}"
    heading.attrs["id"], title = slug, heading.text.strip()
    is_sheet = body.select_one("[class^=write-]") is not None
    depth = int(part not in ("", title))
    return Page(source, slug, folder, part, title, "".join(minutes), depth, is_sheet, words, body)


def take_links(book: Book) -> None:
    """Turn each link to a page in nav into one inside the book, `#slug` or `#slug--heading`.

    What leads nowhere in the book, or could not be opened from a file, keeps its words; the validator reports it.
    """
    slugs = {page.folder: page.slug for page in book.pages}
    targets = {node.attr("id") for page in book.pages for node in page.body.select("[id]")}
    for page in book.pages:
        for link in page.body.select("a[href]"):
            target = urlsplit(urljoin(f"http://site/{page.folder}", link.attr("href") or ""))
            path, anchor = unquote(target.path)[1:].removesuffix("index.html"), unquote(target.fragment)
            name = slugs.get(path, "") + f"--{anchor}" * bool(anchor)
            if target.netloc == "site" and name in targets:
                link.attrs["href"] = f"#{name}"
            elif target.netloc == "site" or not re.match(r"https?://\w|(tel|sms|mailto):", link.attr("href") or ""):
                link.unwrap()
