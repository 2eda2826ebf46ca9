"""Reading: the built pages of the guide in the order of nav, without what only a screen needs."""

from __future__ import annotations

import datetime
import itertools
import os
import pathlib
import posixpath
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import guide
import turbohtml
import yaml
from turbohtml import Element, Text

# What a page has for the screen only: a link from a heading to itself or a box to type in means nothing on paper.
# The summary needs no label in print.
SCREEN_ONLY = (
    "[data-screen], .eyebrow, .headerlink, .improve, .task-list-control, .abstract > .admonition-title, textarea, "
    "p:has(+ textarea), input, button, form, script, style, svg, template, noscript, img[src$='#only-dark']"
)
# What may come after the article. Words anywhere else mean that it ended too early.
AROUND = f"header, footer, nav, aside, dialog, {SCREEN_ONLY}"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
BLOCKS = {*HEADINGS, *"blockquote dd details div dl dt figcaption figure hr li ol p pre section summary table".split()}
BLOCKS |= {"tbody", "td", "th", "thead", "tr", "ul"}
INLINE = {*"a abbr b br code del em i img input kbd label span strong sub sup time".split()}
# What Typst can set and every EPUB reader has to show. Not from `mimetypes`, which differs between machines.
PICTURES = {f".{name}": f"image/{name}" for name in ("gif", "jpeg", "png", "webp")}
PICTURES |= {".jpg": "image/jpeg", ".svg": "image/svg+xml"}


class CannotBindError(Exception):
    """Something in the book cannot be bound; the message names the page and the element."""


@dataclass
class Page:
    """A page of the guide."""

    source: str
    part: str  # the part that it belongs to, or ""
    folder: str  # where it is published in the site: friends/why.md is in friends/why/
    slug: str  # its name inside the book, which no other page has: friends/why.md is friends-why
    title: str
    depth: int  # how many levels its title is below a part's: 0 in no part, or for the overview that opens one
    is_sheet: bool  # whether it has lines to write on: a worksheet
    said: list[str]  # every piece of text that the site shows, in order, to compare the books with
    body: Element
    leading: float = 1  # the factor on the distance of its lines in print


@dataclass
class Book:
    """What all six files are made from."""

    site: pathlib.Path
    templates: pathlib.Path
    facts: dict[str, Any]  # what the book says of itself, as in book.yml and mkdocs.yml
    date: datetime.datetime
    pages: list[Page]
    images: dict[str, bytes]  # by their paths in the site

    def page(self, role: str) -> Page:
        """Return the page that has a `role` in book.yml, such as help. Raises CannotBindError when none has."""
        for page in self.pages:
            if page.source == self.facts[role]:
                return page
        raise CannotBindError(f"{self.facts[role]}: is the page for {role} in book.yml, and is not in nav")

    def parts(self) -> Iterator[tuple[str, list[Page]]]:
        """Yield the title of each part ("" for pages in none) and its pages, in order."""
        for part, pages in itertools.groupby(self.pages, key=lambda page: page.part):
            yield part, list(pages)


def shown(text: str) -> str:
    """Return `text` on one line, cut to 60 characters, for a message."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:60].rstrip()}…"


def git(root: pathlib.Path, *words: str) -> str:
    """Return what `git` says about `root`, or "" where there is no git or no repository."""
    try:
        return subprocess.run(["git", "-C", root, *words], capture_output=True, text=True).stdout.strip()
    except FileNotFoundError:
        return ""


def stamped(root: pathlib.Path, archive: str) -> tuple[datetime.datetime, str]:
    """Return the date and the id of the last commit, so that the same text gives the same bytes.

    SOURCE_DATE_EPOCH and COMMIT take precedence, then the `archive` line of book.yml, then git. The id may be unknown
    (""), and says so when files have been changed since. Raises OSError without a date.
    """
    is_archive = archive[:1].isdigit()
    stamp, commit = [*(archive if is_archive else git(root, "log", "-1", "--format=%ct %H")).split(), "", ""][:2]
    is_changed = (
        not is_archive and os.environ.get("COMMIT") in (None, "", commit) and git(root, "status", "--porcelain")
    )
    stamp, commit = os.environ.get("SOURCE_DATE_EPOCH") or stamp, os.environ.get("COMMIT") or commit
    if not stamp.isdigit():
        raise OSError("the book has no date: build in a git clone, or set SOURCE_DATE_EPOCH to seconds")
    date = datetime.datetime.fromtimestamp(int(stamp), datetime.timezone.utc)
    return date, commit[:7] + ", with changes" * bool(commit and is_changed)


def address(site: pathlib.Path, folder: str = "") -> str:
    """Return the public address of the page in `folder`, or "" for a site that has none yet."""
    page = turbohtml.parse((site / folder / "index.html").read_text("utf-8"))
    link = page.select_one("link[rel=canonical]")
    url = (link.attr("href") if link else None) or ""
    return url * (urlsplit(url).hostname not in (None, "127.0.0.1", "localhost"))


def printed(url: str) -> str:
    """Return an address as print shows it."""
    return re.sub(r"^https?://(www\.)?|/$", "", url)


def read(site: pathlib.Path, root: pathlib.Path) -> Book:
    """Read every page in nav from the folder `site`, clean; `root` holds mkdocs.yml.

    Raises CannotBindError for what no book can hold, guide.GuideError and OSError when the settings cannot be read.
    """
    known = guide.load(root)
    version = re.findall(r'^version = "(.+)"', (root / "pyproject.toml").read_text("utf-8"), re.M)[0]
    facts = yaml.safe_load((root / "scripts/book/book.yml").read_text("utf-8"))
    date, commit = stamped(root, facts.pop("archive"))
    edition, home = f"Edition {version}, {date:%B} {date.day}, {date.year}", address(site)
    facts |= {name: known.settings[f"site_{name}"] for name in ("author", "description")}
    facts |= {"title": known.settings["site_name"], "lang": known.settings["theme"]["language"]}
    facts |= {"edition": edition, "colophon": edition + f" ({commit})" * bool(commit)}
    facts |= {"home": home, "newest": f"The newest edition: {printed(home)}" * bool(home)}
    book = Book(site, root / "scripts/book", facts, date, [], {})
    for entry in known.nav:
        if not urlsplit(entry.source).netloc:  # a link to another site is no page
            book.pages.append(read_page(book, entry.source, entry.part))
    facts["help_address"] = printed(address(site, book.page("help").folder))
    take_links(book)
    take_images(book)
    return book


def article(site: pathlib.Path, source: str) -> Element:
    """Return the article of the page built from `source`. Raises CannotBindError when it is missing or ends early."""
    built = site / guide.file_of(source)
    if not built.is_file():
        raise CannotBindError(f"{source}: is in nav and was not built")
    try:
        document = turbohtml.parse(built.read_text("utf-8"), positions=False)
    except UnicodeDecodeError:
        raise CannotBindError(f"{source}: its built page is not UTF-8 text; save the page as UTF-8") from None
    body = document.select_one("article") or document.select_one("main")
    if body is None or body.select_one("h1") is None:
        raise CannotBindError(f"{source}: has no <article> with an <h1>")
    after = (node for node in body.following if isinstance(node, Text) and node.closest(AROUND) is None)
    left = "".join(node.data for node in after)
    if left.strip():
        remedy = "remove the stray closing tag above these words, such as </div>"
        raise CannotBindError(f'{source}: "{shown(left)}": comes after the end of the <article>; {remedy}')
    return body


def read_page(book: Book, source: str, part: str) -> Page:
    """Read the page that was built from `source`, in `part`, and clean it. Raises CannotBindError as `check` does."""
    body, folder = article(book.site, source), guide.url_of(source)
    check(body, source)
    name, taken = re.sub(r"[^a-z0-9]+", "-", folder.lower()).strip("-") or "start", {page.slug for page in book.pages}
    slug = next(n for n in itertools.chain([name], (f"{name}-{i}" for i in itertools.count(2))) if n not in taken)
    said = clean(body, book.facts["colophon"])
    name_parts(body, slug)
    heading = body.select("h1")[0]
    heading.attrs["id"], title = slug, heading.text.strip()
    if title == part:  # the overview that its part is named after: one heading serves both
        heading.attrs["data-part"] = part
    is_sheet = body.select_one("[class^=write-]") is not None
    return Page(source, part, folder, slug, title, int(part not in ("", title)), is_sheet, said, body)


def check(body: Element, source: str) -> None:
    """Raise CannotBindError for what no rule could write: an unknown element, or headings and tables out of order."""
    level, problem = 0, ""
    for node in body.iter_elements():
        if node.tag in HEADINGS:
            if not node.text.strip():
                problem = "has no words; a heading needs some"
            elif int(node.tag[1]) > level + 1:
                problem = f"skips a level; make it <h{level + 1}>"
            level = int(node.tag[1])
        elif node.tag == "table":
            lengths = {len(row.select("td, th")) for row in node.select("tr")}
            if len(lengths) > 1 or node.select_one("[colspan], [rowspan]") is not None:
                problem = "give every row the same number of cells, none of them joined"
        elif node.tag not in INLINE | BLOCKS and not node.matches(f":is({SCREEN_ONLY}), :is({SCREEN_ONLY}) *"):
            problem = "scripts/binder/ has no rule for this element"
        if problem:
            words = f' "{shown(node.text)}"' * bool(node.text.strip())
            raise CannotBindError(f"{source}: <{node.tag}>{words}: {problem}")


def clean(body: Element, edition: str) -> list[str]:
    """Leave of `body` what belongs in a book; `edition` fills what the site leaves open.

    Return every piece of text that it shows, taken before anything but SCREEN_ONLY goes, so that a loss is noticed.
    """
    for node in body.select("[data-download], [data-edition]"):  # filled on the site by bind.announced
        node.replace_with(Text(node.attr("data-download") or edition))
    for text in body.descendants:
        if isinstance(text, Text):  # what copied text may carry, and no XML may hold
            text.data = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]", " ", text.data)
    said = list(body.remove(SCREEN_ONLY).stripped_strings)
    for node in body.strip_tags("abbr, time").select("p:not(:has(img))"):
        if not node.text.strip():
            node.decompose()
    for node in body.select("li.task-list-item"):  # a box and its words are one label, which may hold no block
        first = node.select_one(":scope > p:first-child")
        start = node if first is None else first
        words = list(itertools.takewhile(lambda child: getattr(child, "tag", "") not in BLOCKS, start))
        holder = words[0].wrap_siblings(Element("label"), until=words[-1]) if words else start
        holder.insert(0, Element("input", {"type": "checkbox"}))
    return said


def name_parts(body: Element, slug: str) -> None:
    """Give the parts of `body` their roles, and ids that begin with `slug` so that they hold in one file."""
    for selector, name, value in ((".admonition, details", "role", "note"), ("th", "scope", "col")):
        for node in body.select(selector):
            node.attrs[name] = value
    for node in body.select(":is(p, li, dt, dd, span, sup)[id]"):
        node.insert(0, Element("a", {"id": node.attrs.pop("id")}))
    for number, node in enumerate(body.iter_elements(HEADINGS)):
        node.attrs.setdefault("id", f"heading-{number}")
    for node in body.select("[id]"):
        node.attrs["id"] = f"{slug}--{node.attr('id')}"


def take_links(book: Book) -> None:
    """Turn each link to a page in nav into one inside the book, `#slug` or `#slug--heading`.

    Raises CannotBindError for a link that leads nowhere in the book and to no file of the site, or that runs a script.
    """
    slugs = {page.folder: page.slug for page in book.pages}
    targets = {node.attr("id") for page in book.pages for node in page.body.iter_elements(("a", *HEADINGS))}
    for page in book.pages:
        for link in page.body.select("a[href]"):
            href = link.attr("href") or ""
            if re.match(r"https?://\w|(tel|sms|mailto):", href):
                continue  # another site, or a number to call
            target = urlsplit(urljoin(f"http://site/{page.folder}", href))
            path, anchor = unquote(target.path).lstrip("/").removesuffix("index.html"), unquote(target.fragment)
            name = slugs.get(path, "") + f"--{anchor}" * bool(anchor)
            if (target.scheme, target.netloc) != ("http", "site"):
                problem = "is no link that a book may hold; use https:, tel:, sms: or mailto:"
            elif path not in slugs and (book.site / path).is_file():
                link.unwrap()
                continue
            elif name in targets:
                link.attrs["href"] = f"#{name}"
                # A title with a question mark may end its sentence: the page's number then asks for a full stop.
                after = link.next_sibling
                is_last = after is None or (isinstance(after, Text) and after.data.startswith("\n"))
                if is_last and link.previous_sibling is not None and link.text.endswith("?"):
                    link.attrs["data-end"] = "."
                continue
            else:
                problem = "nothing on that page has this id" if path in slugs else "leads to no page in nav"
            raise CannotBindError(f'{page.source}: <a href="{shown(href)}">: {problem}')


def take_images(book: Book) -> None:
    """Take each image into the book. Raises CannotBindError for one that is no picture of the site, or says nothing."""
    for page in book.pages:
        for image in page.body.select("img"):
            src, problem = image.attr("src") or "", ""
            named = unquote(urlsplit(src).path)  # without the #only-light or ?v=2 that a site may add
            path = posixpath.normpath(posixpath.join(page.folder, named))
            if not image.attr("alt"):
                problem = "has no alternative text"
            elif src.startswith("data:") or not (book.site / path).is_file():
                problem = "is not a file of the site"
            elif pathlib.Path(path).suffix.lower() not in PICTURES:
                problem = f"save it as one of {' '.join(PICTURES)}"
            if problem:
                raise CannotBindError(f'{page.source}: <img src="{shown(src)}">: {problem}')
            image.attrs["src"] = path
            book.images[path] = (book.site / path).read_bytes()
