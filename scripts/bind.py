"""Bind the built site into books: SITE/downloads/ gets PDFs on two papers, an EPUB and one HTML file.

Pages are read as they were built, in the order of nav in mkdocs.yml, so this depends on no engine.
Exit 0: bound. 1: something cannot be bound; the line names the page and the element. 2: cannot run.
"""

import argparse
import base64
import datetime
import html
import io
import itertools
import json
import mimetypes
import os
import pathlib
import posixpath
import re
import string
import subprocess
import sys
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pikepdf
import typst
import yaml
from selectolax.lexbor import LexborHTMLParser, LexborNode

ROOT = pathlib.Path(__file__).parent.parent
BOOK = ROOT / "scripts/book"
# What a page has for the screen only: a heading's link to itself, or a box to type in, means nothing on paper.
SCREEN_ONLY = ".headerlink, script, style, template, button, form, textarea, label[for], input"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class CannotBindError(Exception):
    """Something in the book cannot be bound; the message names the page and the element."""


class CannotRunError(Exception):
    """Nothing can be bound here; the message says what is missing."""


@dataclass
class Page:
    """A page of the guide: its source path, the part it stands in ("" for none) and its text."""

    source: str
    part: str
    body: LexborNode

    @property
    def slug(self) -> str:
        """The page's name inside the book: friends/why.md is friends-why, friends/index.md is friends."""
        return self.folder.strip("/").replace("/", "-") or "start"

    @property
    def folder(self) -> str:
        """Where the page is built in the site: friends/why.md is in friends/why/."""
        return re.sub(r"(^|/)index/$", r"\1", self.source.removesuffix(".md") + "/")

    @property
    def title(self) -> str:
        return self.body.css_first("h1").text().strip()

    @property
    def opens_part(self) -> bool:
        """Whether this is the overview that its part is named after, so that one heading serves both."""
        return self.title == self.part

    @property
    def is_sheet(self) -> bool:
        """A page with lines to write on is a worksheet."""
        return bool(self.body.css_first("[class^=write-]"))


@dataclass
class Book:
    """What all six files are made from. `facts` holds what the book says of itself, as in book.yml and mkdocs.yml."""

    facts: dict[str, Any]
    date: datetime.datetime
    pages: list[Page]
    images: dict[str, bytes]

    def page(self, role: str) -> Page:
        """Return the page that has a `role` in book.yml, such as help."""
        found = [page for page in self.pages if page.source == self.facts[role]]
        if not found:
            raise CannotBindError(f"{self.facts[role]}: is the page for {role} in book.yml, and is not in nav")
        return found[0]

    def parts(self) -> Iterator[tuple[str, list[Page]]]:
        for part, pages in itertools.groupby(self.pages, key=lambda page: page.part):
            yield part, list(pages)


# --- Reading: built pages in, clean pages out -----------------------------------------------------------------------


class Settings(yaml.SafeLoader):
    """Reads mkdocs.yml without what only an engine understands, such as !ENV."""


Settings.add_multi_constructor("", lambda loader, suffix, node: None)


def nav_pages(nav: list, part: str = "") -> Iterator[tuple[str, str]]:
    """Yield (part, source path) of each page in nav; a section inside a part belongs to that part."""
    for entry in nav:
        name, target = ("", entry) if isinstance(entry, str) else next(iter(entry.items()))
        if isinstance(target, list):
            yield from nav_pages(target, part or name)
        elif not urlsplit(target).netloc:
            yield part, target


def dated() -> datetime.datetime:
    """The book's date: SOURCE_DATE_EPOCH, else the last commit's, so that the same text gives the same bytes."""
    stamp = os.environ.get("SOURCE_DATE_EPOCH")
    if not stamp:
        command = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct"]
        stamp = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    if not stamp.isdigit():
        raise CannotRunError("the book has no date: build in a git clone, or set SOURCE_DATE_EPOCH to seconds")
    return datetime.datetime.fromtimestamp(int(stamp), datetime.timezone.utc)


def read(site: pathlib.Path) -> Book:
    """Read every page in nav from `site`, and clean it."""
    settings = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Settings)
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)[1]
    date = dated()
    facts = yaml.safe_load((BOOK / "book.yml").read_text("utf-8")) | {
        "title": settings["site_name"],
        "author": settings["site_author"],
        "description": settings["site_description"],
        "lang": settings["theme"]["language"],
        "edition": f"Edition {version}, {date:%B} {date.day}, {date.year}",
    }
    book = Book(facts, date, [], {})
    for part, source in nav_pages(settings["nav"]):
        page = Page(source, part, None)
        built = site / page.folder / "index.html"
        if not built.is_file():
            raise CannotBindError(f"{source}: is in nav and was not built")
        document = LexborHTMLParser(built.read_text("utf-8"))
        page.body = document.css_first("article") or document.css_first("main")
        if page.body is None or page.body.css_first("h1") is None:
            raise CannotBindError(f"{source}: has no <article> with an <h1>")
        book.pages.append(page)
    for page in book.pages:
        clean(page, book)
        take_links(page, book, site)
        take_images(page, book, site)
    targets = {node.id for page in book.pages for node in page.body.css("a[id], " + ", ".join(HEADINGS))}
    for page in book.pages:
        for link in page.body.css('a[href^="#"]'):
            if (target := link.attributes["href"][1:]) not in targets:
                raise CannotBindError(f'{page.source}: <a href="#{target}">: nothing in the book has that id')
    return book


def clean(page: Page, book: Book) -> None:
    """Leave of `page` what belongs in a book: no part of the website, everything opened, ids that hold in one file."""
    for node in page.body.css("[data-download], [data-edition]"):  # filled on the site by `announce`
        node.replace_with(node.attributes.get("data-download") or book.facts["edition"])
    for tabs in page.body.css(".tabbed-set"):  # content tabs are opened out, each under its label
        for label, block in zip(tabs.css(".tabbed-labels label"), tabs.css(".tabbed-block"), strict=True):
            block.inner_html = f"<p><strong>{label.inner_html}</strong></p>{block.inner_html}"
        tabs.css_first(".tabbed-labels").decompose()
    for node in page.body.css(f"{SCREEN_ONLY}, .task-list-control"):
        node.decompose()
    for node in page.body.css("p"):
        if not node.text().strip() and not node.css_first("img"):
            node.decompose()
    for node in page.body.css("li.task-list-item"):
        node.inner_html = f'<label><input type="checkbox"> {node.inner_html.strip()}</label>'
    for node in page.body.css(".admonition, details"):
        node.attrs["role"] = "note"
    for node in page.body.css("th"):
        node.attrs["scope"] = "col"
    page.body.unwrap_tags(["abbr", "time"])
    for node in page.body.css("p[id], li[id], dt[id], dd[id], span[id], sup[id]"):
        node.inner_html = f'<a id="{node.id}"></a>{node.inner_html}'
        del node.attrs["id"]
    for number, node in enumerate(page.body.css(", ".join(HEADINGS))):
        node.attrs["id"] = node.id or f"heading-{number}"
    for node in page.body.css("[id]"):
        node.attrs["id"] = f"{page.slug}--{node.id}"
    page.body.css_first("h1").attrs["id"] = page.slug
    if page.opens_part:
        page.body.css_first("h1").attrs["data-part"] = page.part


def take_links(page: Page, book: Book, site: pathlib.Path) -> None:
    """Turn each link to a page in nav into one inside the book, `#slug` or `#slug--heading`."""
    slugs = {other.folder: other.slug for other in book.pages}
    for link in page.body.css("a[href]"):
        target = urlsplit(urljoin(f"http://site/{page.folder}", link.attributes["href"]))
        if target.netloc != "site":
            continue  # another site, or a number to call
        path, anchor = unquote(target.path).lstrip("/").removesuffix("index.html"), unquote(target.fragment)
        if path in slugs:
            link.attrs["href"] = f"#{slugs[path]}" + f"--{anchor}" * bool(anchor)
        elif (site / path).is_file():
            link.unwrap()
        else:
            raise CannotBindError(f'{page.source}: <a href="{link.attributes["href"]}">: leads to no page in nav')


def take_images(page: Page, book: Book, site: pathlib.Path) -> None:
    """Take each image into the book."""
    for image in page.body.css("img"):
        src = image.attributes.get("src") or ""
        path = posixpath.normpath(posixpath.join(page.folder, unquote(src)))
        if not image.attributes.get("alt"):
            raise CannotBindError(f'{page.source}: <img src="{src}">: has no alternative text')
        if not (site / path).is_file():
            raise CannotBindError(f'{page.source}: <img src="{src}">: is not a file of the site')
        image.attrs["src"] = path.replace("/", "-")
        book.images[path.replace("/", "-")] = (site / path).read_bytes()


# --- Writing: a page is walked once for each kind of file, by a table with a rule for every element -----------------

Rule = Callable[[LexborNode, str], str]
INLINE = {"a", "b", "br", "code", "del", "em", "i", "img", "input", "kbd", "label", "span", "strong", "sub", "sup"}


def walk(node: LexborNode, rules: dict[str, Rule], text: Callable[[str], str], page: Page) -> str:
    """Return what is inside `node`, written by `rules`. An element without a rule is an error: nothing gets lost."""
    written = ""
    for child in node.iter(include_text=True):
        if child.is_text_node:
            written += text(re.sub(r"\s+", " ", child.text_content))
        elif child.tag in rules:
            inner = rules[child.tag](child, walk(child, rules, text, page))
            written += inner if child.tag in INLINE else f"\n\n{inner}\n\n"
        elif child.is_element_node:
            raise CannotBindError(f"{page.source}: <{child.tag}>: scripts/bind.py has no rule for this element")
    return written


def names(node: LexborNode) -> list[str]:
    return (node.attributes.get("class") or "").split()


def quoted(text: str) -> str:
    """Return `text` as a Typst string."""
    return json.dumps(text, ensure_ascii=False)


def escaped(text: str) -> str:
    """Return `text` as Typst markup in which no character means anything but itself."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def typst_p(node: LexborNode, inner: str) -> str:
    for name in names(node):
        if name.startswith("write-"):
            return f"#write(pitch, {name[6:]})[{inner}]"
        if name in ("urgent", "reviewed"):
            return f"#{name}[{inner}]"
    return "" if "admonition-title" in names(node) else inner


def typst_div(node: LexborNode, inner: str) -> str:
    """A box is an admonition, or a folded block opened out; its kind is its other class."""
    if node.tag == "div" and "admonition" not in names(node):
        return inner
    label = node.css_first(".admonition-title, summary")
    kind = next((name for name in names(node) if name != "admonition"), "note")
    return f"#note({quoted(kind)}, {quoted(label.text().strip() if label else '')})[{inner}]"


def typst_part(title: str, name: str) -> str:
    """Open a part: its title, and on the same page the list of its pages."""
    return f'#head("part", 1, {quoted(name)})[{title}]\n#part-pages()\n'


def typst_heading(node: LexborNode, inner: str) -> str:
    if node.tag == "h1":
        inner = re.sub(r" (\S+)$", r"~\1", inner.strip())  # a title leaves no word alone on its last line
    if "data-part" in node.attributes:
        return typst_part(inner, node.id)
    role = {"h1": "page", "h2": "section"}.get(node.tag, "entry")
    return f"#head({quoted(role)}, {node.tag[1]}, {quoted(node.id)})[{inner}]"


def typst_a(node: LexborNode, inner: str) -> str:
    href = node.attributes.get("href") or ""
    if not href:
        return f"#anchor({quoted(node.id)})"
    if href.startswith("#"):
        return f"#xref({quoted(href[1:])})[{inner}]"
    address = re.sub(r"^https?://(www\.)?|/$", "", href)
    if href.startswith(("tel:", "sms:")):
        return f"#box(link({quoted(href)})[{inner}])"  # a number is read in one piece
    if not href.startswith("http") or node.text().strip() == address:
        return f"#link({quoted(href)})[{inner}]"
    return f"#web({quoted(href)}, {quoted(address)})[{inner}]"


def typst_table(node: LexborNode, inner: str) -> str:
    """Columns that are empty, to write in, share what the columns with words leave."""
    rows = [[bool(cell.text().strip()) for cell in row.css("td")] for row in node.css("tbody tr")]
    worded = [any(column) for column in zip(*rows, strict=True)]
    widths = ["auto" if all(worded) else "33%" if words else "1fr" for words in worded]
    return f"#table(columns: ({', '.join(widths)},), {inner})"


def around(before: str, after: str = "]") -> Rule:
    return lambda node, inner: before + inner.strip() + after


def bare(node: LexborNode, inner: str) -> str:
    return inner


TYPST: dict[str, Rule] = {
    **dict.fromkeys(HEADINGS, typst_heading),
    **dict.fromkeys(("div", "details"), typst_div),
    **dict.fromkeys(("section", "figure", "span", "label", "tr", "tbody"), bare),
    **dict.fromkeys(("b", "strong", "kbd"), around("#strong[")),
    **dict.fromkeys(("i", "em"), around("#emph[")),
    **dict.fromkeys(("td", "th"), lambda node, inner: f"[{inner.strip() or '#room(pitch)'}],"),
    **dict.fromkeys(("input", "summary"), lambda node, inner: ""),
    "p": typst_p,
    "a": typst_a,
    "table": typst_table,
    "thead": around("table.header(", "),"),
    "br": around("#linebreak()", ""),
    "hr": around("#rule", ""),
    "sub": around("#sub["),
    "sup": around("#super["),
    "del": around("#strike["),
    "code": lambda node, inner: f"#raw({quoted(node.text())})",
    "pre": lambda node, inner: f"#raw(block: true, {quoted(node.text())})",
    "blockquote": around("#quote(block: true)["),
    "figcaption": around("#emph["),
    "img": lambda node, inner: f"#image({quoted(node.attributes['src'])}, alt: {quoted(node.attributes['alt'])})",
    "ul": lambda node, inner: f"#{'tasks' if 'task-list' in names(node) else 'list'}({inner})",
    "ol": lambda node, inner: f"#enum(start: {node.attributes.get('start') or 1}, {inner})",
    "li": around("[", "],"),
    # A term ends the item before it and opens its own; it may have several meanings.
    "dl": lambda node, inner: f"#terms({inner.strip().removeprefix('[]),')}[]))",
    "dt": lambda node, inner: f"[]), terms.item([{inner}], ",
    "dd": lambda node, inner: f"[{inner.strip()}] + parbreak() + ",
}


def typst_text(page: Page) -> str:
    """Write one page, and a worksheet on a sheet of its own."""
    text = walk(page.body, TYPST, escaped, page)
    return f"#sheet({quoted(page.source)}, pitch => [{text}])\n" if page.is_sheet else text


def typst_helplines(page: Page) -> str:
    """Write the help page in short: its urgent note, and each country's lines without hours and dates."""
    brief = re.compile(r"\s*(24 hours, every day|(?:Checked|Seen) \d{4}-\d\d-\d\d)\.")
    countries, country = "", ""
    for node in page.body.css("h2, h2 ~ ul, h2 ~ p"):
        if node.tag == "ul" and country:
            lines = walk(node, TYPST, lambda text: escaped(brief.sub("", text)), page)
            countries += f"({quoted(country)}, ({lines})),"
        country = node.text().strip() if node.tag == "h2" else ""
    notice = page.body.css_first(".urgent")
    if notice is None or not countries:
        raise CannotBindError(f'{page.source}: has no <p class="urgent"> or no list of lines under an <h2>')
    return f"#inside([{walk(notice, TYPST, escaped, page)}], ({countries}))\n"


def typst_guide(book: Book) -> str:
    """Write the whole guide. The depth of headings mirrors nav: part, page, section."""
    text = "#cover()\n" + typst_helplines(book.page("help")) + "#contents()\n"
    for part, pages in book.parts():
        if part and not pages[0].opens_part:
            text += typst_part(escaped(part), part)
        for page in pages:
            offset = 1 if part and not page.opens_part else 0
            more = "#addresses()" * (page is book.page("sources"))
            text += f"#[#set heading(offset: {offset})\n{typst_text(page)}{more}]\n"
    return text


def typeset(text: str, book: Book, form: str = "pdf", **more: str) -> bytes:
    """Run the template over `text` and return a PDF, or with `form` png a picture of the first page."""
    roles = {role: book.page(role).slug for role in ("help", "privacy", "sources")}
    facts = json.dumps(book.facts | roles | more)
    with tempfile.TemporaryDirectory() as folder:
        for name, data in book.images.items() | {("book.typ", (BOOK / "book.typ").read_bytes())}:
            pathlib.Path(folder, name).write_bytes(data)
        main = pathlib.Path(folder, "main.typ")
        main.write_text(f'#import "book.typ": *\n#show: house\n{text}', "utf-8")
        try:
            made = typst.compile(
                main, format=form, ppi=130, ignore_system_fonts=True, sys_inputs={"facts": facts},
                timestamp=book.date, pdf_standards=["ua-1"] if form == "pdf" else [],
            )  # fmt: skip
        except typst.TypstError as error:
            said = re.search(r"panicked with: (.+)", error.message)
            raise CannotBindError(said[1] if said else f"the book cannot be set: {error.message}") from None
    return made[0] if isinstance(made, list) else made


def pdf(text: str, book: Book, paper: str, **more: str) -> bytes:
    """Typeset on `paper`, and pack the result to half its size without touching what it says."""
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(typeset(text, book, paper=paper, **more))) as made:
        made.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return packed.getvalue()


# --- HTML, for the single file and the pages of the EPUB ------------------------------------------------------------


def html_text(node: LexborNode, page: Page, shift: int = 0, href: Callable[[str], str] = str) -> str:
    """Write `node` as XHTML, which is HTML too, with headings `shift` levels lower and links as `href` says."""

    def element(node: LexborNode, inner: str) -> str:
        kept = {name: value or "" for name, value in node.attributes.items() if not name.startswith("data-")}
        tag = {"details": "div", "summary": "p"}.get(node.tag, node.tag)
        if tag in HEADINGS:
            tag = f"h{min(int(tag[1]) + shift, 6)}"
        if tag == "pre":
            inner = html.escape(node.text()).replace("\n", "&#10;")
        if "href" in kept:
            kept["href"] = href(kept["href"])
            if not kept["href"]:
                return inner
        attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in kept.items())
        return f"<{tag}{attributes}/>" if tag in ("br", "hr", "img", "input") else f"<{tag}{attributes}>{inner}</{tag}>"

    text = walk(node, dict.fromkeys(TYPST, element), lambda text: html.escape(text, quote=False), page)
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def html_nav(book: Book, href: Callable[[str], str] = str) -> str:
    """Write the contents: a list of the parts, and in each a list of its pages."""
    items = ""
    for part, pages in book.parts():
        links = [f'<a href="{href("#" + page.slug)}">{html.escape(page.title)}</a>' for page in pages]
        opener = links.pop(0) if pages[0].opens_part else f"<span>{html.escape(part)}</span>"
        inner = "".join(f"<li>{link}</li>\n" for link in links)
        items += f"<li>{opener}\n<ol>\n{inner}</ol></li>\n" if part else inner
    return f"<ol>\n{items}</ol>"


def filled(template: str, book: Book, href: Callable[[str], str] = str, **more: str) -> str:
    """Fill a file of scripts/book/ with the book's facts, its contents and the way to help."""
    facts = {name: html.escape(value) for name, value in book.facts.items() if isinstance(value, str)}
    links = {role: href("#" + book.page(role).slug) for role in ("help", "privacy")}
    notice = html_text(book.page("help").body.css_first(".urgent"), book.page("help"), 0, href)
    known = facts | links | {"urgent": notice, "nav": html_nav(book, href), "date": f"{book.date:%Y-%m-%dT%H:%M:%SZ}"}
    return string.Template((BOOK / template).read_text("utf-8")).substitute(known | more)


def single_file(book: Book) -> str:
    """Return the guide as one HTML file that needs nothing else."""
    text = ""
    for part, pages in book.parts():
        text += f"<h2>{html.escape(part)}</h2>\n" if part and not pages[0].opens_part else ""
        for page in pages:
            shift = 2 if part and not page.opens_part else 1
            text += f"<section>\n{html_text(page.body, page, shift)}\n</section>\n"
    for name, data in book.images.items():
        inside = f"data:{mimetypes.guess_type(name)[0]};base64,{base64.b64encode(data).decode()}"
        text = text.replace(f'src="{name}"', f'src="{inside}"')
    return filled("guide.html", book, style=(BOOK / "book.css").read_text("utf-8"), text=text)


def epub_href(href: str) -> str:
    """Where a link leads in the EPUB: every page is a file of its own, and a number to text is no address there."""
    page, _, anchor = href.removeprefix("#").partition("--")
    if href.startswith("#"):
        return f"{page}.xhtml" + f"#{page}--{anchor}" * bool(anchor)
    return "" if href.startswith("sms:") else href


def epub(book: Book) -> bytes:
    """Return the guide as EPUB 3: the cover, the way to help, the contents, then a file a page."""
    files: dict[str, str | bytes] = {
        name: filled(f"{name}.xhtml", book, epub_href, first=f"{book.pages[0].slug}.xhtml")
        for name in ("cover", "inside", "nav")
    }
    for page in book.pages:
        text = html_text(page.body, page, 0, epub_href)
        files[page.slug] = filled("page.xhtml", book, page=html.escape(page.title), text=text)
    files = {f"{name}.xhtml": text for name, text in files.items()}
    spine = "".join(f'<itemref idref="i{number}"/>\n' for number, _ in enumerate(files))
    cover = typeset("#cover()", book, "png", paper="a4")
    files |= {"cover.png": cover, "book.css": (BOOK / "book.css").read_text("utf-8"), **book.images}
    items, special = "", {"nav.xhtml": ' properties="nav"', "cover.png": ' properties="cover-image"'}
    for number, name in enumerate(files):
        kind = "application/xhtml+xml" if name.endswith(".xhtml") else mimetypes.guess_type(name)[0]
        items += f'<item id="i{number}" href="{name}" media-type="{kind}"{special.get(name, "")}/>\n'
    same = {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, book.facts["title"])), "items": items, "spine": spine}
    lists = {
        "keywords": "".join(f"<dc:subject>{html.escape(word)}</dc:subject>\n" for word in book.facts["keywords"]),
        "access": "".join(
            f'<meta property="schema:{name}">{html.escape(value)}</meta>\n'
            for name, values in book.facts["access"].items()
            for value in values
        ),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        whole = {"mimetype": "application/epub+zip", "META-INF/container.xml": filled("container.xml", book)}
        whole["EPUB/package.opf"] = filled("package.opf", book, **same, **lists)
        for name, data in (whole | {f"EPUB/{name}": data for name, data in files.items()}).items():
            entry = zipfile.ZipInfo(
                name, max(book.date.timetuple()[:6], (1980, 1, 1, 0, 0, 0))
            )  # the oldest date it knows
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return packed.getvalue()


# --- All six --------------------------------------------------------------------------------------------------------


def bind(book: Book) -> dict[str, bytes]:
    """Make every file in memory, so that when one cannot be made, none is written."""
    guide = typst_guide(book)
    sheets = "".join(typst_text(page) for page in book.pages if page.is_sheet)
    title = book.facts["title"]
    alone = {"title": f"Worksheets: {title}", "foot": f"{title} · {book.facts['edition']}"}
    return {
        "guide.pdf": pdf(guide, book, "a4"),
        "guide-letter.pdf": pdf(guide, book, "letter"),
        "worksheets.pdf": pdf(sheets, book, "a4", **alone),
        "worksheets-letter.pdf": pdf(sheets, book, "letter", **alone),
        "guide.epub": epub(book),
        "guide.html": single_file(book).encode(),
    }


def described(name: str, data: bytes) -> str:
    """Say what a file is: "PDF, 120 pages, 0.7 MB"."""
    kind = name.rpartition(".")[2].upper()
    pages = f" {len(pikepdf.open(io.BytesIO(data)).pages)} pages," if kind == "PDF" else ""
    return f"{kind},{pages} {max(len(data) / 1e6, 0.1):.1f} MB"


def announced(site: pathlib.Path, book: Book, made: dict[str, bytes]) -> dict[pathlib.Path, bytes]:
    """Return the built pages that leave something open, filled: <span data-download="..."> and <span data-edition>."""
    pages = {}
    for page in book.pages:
        path = site / page.folder / "index.html"
        before = text = path.read_text("utf-8")
        for span, name in re.findall(r'(<span data-download="([^"]+)">)', text):
            if name not in made:
                raise CannotBindError(f"{page.source}: {span}: there is no such file")
            href = "../" * page.folder.count("/") + f"downloads/{name}"
            link = f'{span}<a href="{href}" download>{described(name, made[name])}</a></span>'
            text = re.sub(re.escape(span) + ".*?</span>", link, text)
        text = re.sub(r"(<span data-edition[^>]*>).*?</span>", rf"\g<1>{book.facts['edition']}</span>", text)
        if text != before:
            pages[path] = text.encode()
    return pages


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", nargs="?", default=ROOT / "site", type=pathlib.Path, help="the built site")
    site = parser.parse_args(argv).site
    try:
        if not (site / "index.html").is_file():
            raise CannotRunError(f"there is no built site in {site}; run: make site")
        book = read(site)
        made = bind(book)
        files = {site / "downloads" / name: data for name, data in made.items()} | announced(site, book, made)
        (site / "downloads").mkdir(exist_ok=True)
        for path, data in files.items():  # whole or not at all
            aside = path.with_name(f".{path.name}.part")
            aside.write_bytes(data)
            aside.replace(path)
    except (CannotBindError, CannotRunError, OSError) as error:
        print(f"bind: {error}", file=sys.stderr)
        return 1 if isinstance(error, CannotBindError) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
