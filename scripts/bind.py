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
import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import pikepdf
import turbohtml
import typst
import yaml
from turbohtml import Element, Text

ROOT = pathlib.Path(__file__).parent.parent
BOOK = ROOT / "scripts/book"
# What a page has for the screen only: a heading's link to itself, a place to skip to, or a box to type in, means
# nothing on paper.
SCREEN_ONLY = (
    "[data-screen], .eyebrow, #__skip, .headerlink, .improve, .task-list-control, script, style, template, button, form, textarea"
)
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


class CannotBindError(Exception):
    """Something in the book cannot be bound; the message names the page and the element."""


@dataclass
class Page:
    """A page of the guide."""

    source: str
    part: str  # the part it stands in, or ""
    folder: str  # where it is built in the site: friends/why.md is in friends/why/
    slug: str  # its name inside the book: friends/why.md is friends-why, friends/index.md is friends
    title: str
    depth: int  # how many levels its title stands below a part's: 0 in no part, or for the overview that is its opening
    is_sheet: bool  # whether it has lines to write on: a worksheet
    body: Element


@dataclass
class Book:
    """What all six files are made from."""

    site: pathlib.Path
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


# --- Reading: built pages in, clean pages out -----------------------------------------------------------------------


class Settings(yaml.SafeLoader):
    """Reads mkdocs.yml without what only an engine understands, such as !ENV."""


Settings.add_multi_constructor("", lambda loader, suffix, node: None)


def nav_pages(nav: list, part: str = "") -> Iterator[tuple[str, str]]:
    """Yield (part, source path) of each page in `nav`; a section inside a part belongs to that part."""
    for entry in nav:
        name, target = ("", entry) if isinstance(entry, str) else next(iter(entry.items()))
        if isinstance(target, list):
            yield from nav_pages(target, part or name)
        elif not urlsplit(target).netloc:
            yield part, target


def stamped(archive: str) -> tuple[datetime.datetime, str]:
    """Return the last commit's date and id, so that the same text gives the same bytes; the id may be unknown ("").

    SOURCE_DATE_EPOCH and COMMIT go first, then the `archive` line of book.yml, then git. Raises OSError without a date.
    """
    if not archive[:1].isdigit():
        last = ["git", "-C", str(ROOT), "log", "-1", "--format=%ct %H"]
        archive = subprocess.run(last, capture_output=True, text=True).stdout
    stamp, commit = [*archive.split(), "", ""][:2]
    stamp, commit = os.environ.get("SOURCE_DATE_EPOCH") or stamp, os.environ.get("COMMIT") or commit
    if not stamp.isdigit():
        raise OSError("the book has no date: build in a git clone, or set SOURCE_DATE_EPOCH to seconds")
    return datetime.datetime.fromtimestamp(int(stamp), datetime.timezone.utc), commit


def newest(site: pathlib.Path) -> str:
    """Return the sentence that says where the newest edition is, or "" for a site that is only tried at home."""
    home = turbohtml.parse((site / "index.html").read_text("utf-8")).select_one("link[rel=canonical]")
    address = urlsplit(home.attr("href") if home else "")
    is_public = address.hostname not in (None, "127.0.0.1", "localhost")
    return f"The newest edition: {address.netloc}{address.path.rstrip('/')}" * is_public


def read(site: pathlib.Path) -> Book:
    """Read every page in nav from the folder `site`, clean. Raises CannotBindError for what no book can hold."""
    settings = yaml.load((ROOT / "mkdocs.yml").read_text("utf-8"), Settings)
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)[1]
    facts = yaml.safe_load((BOOK / "book.yml").read_text("utf-8"))
    date, commit = stamped(facts.pop("archive"))
    facts |= {
        "title": settings["site_name"],
        "author": settings["site_author"],
        "description": settings["site_description"],
        "lang": settings["theme"]["language"],
        "edition": f"Edition {version}, {date:%B} {date.day}, {date.year}" + f" ({commit[:7]})" * bool(commit),
    }
    pages = [read_page(site, source, part, facts["edition"]) for part, source in nav_pages(settings["nav"])]
    book = Book(site, facts | {"newest": newest(site)}, date, pages, {})
    take_links(book)
    take_images(book)
    return book


def read_page(site: pathlib.Path, source: str, part: str, edition: str) -> Page:
    """Read the page that was built from `source`, in `part`, and clean it; `edition` fills what the site leaves open.

    Raises CannotBindError when it was not built, has no title, or has an element that bind.py has no rule for.
    """
    folder = re.sub(r"(^|/)index/$", r"\1", source.removesuffix(".md") + "/")
    slug = folder.strip("/").replace("/", "-") or "start"
    built = site / folder / "index.html"
    if not built.is_file():
        raise CannotBindError(f"{source}: is in nav and was not built")
    document = turbohtml.parse(built.read_text("utf-8"), positions=False)
    body = document.select_one("article") or document.select_one("main")
    title = body and body.select_one("h1")
    if title is None:
        raise CannotBindError(f"{source}: has no <article> with an <h1>")
    clean(body, slug, edition)
    for node in body.iter_elements():
        if node.tag not in TYPST:
            raise CannotBindError(f"{source}: <{node.tag}>: scripts/bind.py has no rule for this element")
    title.attrs["id"], name = slug, title.text.strip()
    if name == part:  # the overview that its part is named after: one heading serves both
        title.attrs["data-part"] = part
    is_sheet = body.select_one("[class^=write-]") is not None
    return Page(source, part, folder, slug, name, int(part not in ("", name)), is_sheet, body)


def clean(body: Element, slug: str, edition: str) -> None:
    """Leave of `body` what belongs in a book: no part of the website, everything opened, ids that hold in one file."""
    for node in body.select("[data-download], [data-edition]"):  # filled on the site by `announced`
        node.replace_with(Text(node.attr("data-download") or edition))
    for tabs in body.select(".tabbed-set"):  # content tabs are opened out, each under its label
        for label, block in zip(tabs.select(".tabbed-labels label"), tabs.select(".tabbed-block"), strict=True):
            block.insert_adjacent_html("afterbegin", f"<p><strong>{label.inner_html}</strong></p>")
    body.remove(f"{SCREEN_ONLY}, .tabbed-labels, label[for], input").strip_tags("abbr, time")
    for node in body.select("p:not(:has(img))"):
        if not node.text.strip():
            node.decompose()
    for node in body.select("li.task-list-item"):
        node.wrap_children(Element("label")).insert(0, Element("input", {"type": "checkbox"}))
    for node in body.select(".admonition, details"):
        node.attrs["role"] = "note"
    for node in body.select("th"):
        node.attrs["scope"] = "col"
    for node in body.select(":is(p, li, dt, dd, span, sup)[id]"):
        node.insert(0, Element("a", {"id": node.attrs.pop("id")}))
    for number, node in enumerate(body.iter_elements(HEADINGS)):
        node.attrs.setdefault("id", f"heading-{number}")
    for node in body.select("[id]"):
        node.attrs["id"] = f"{slug}--{node.attr('id')}"


def take_links(book: Book) -> None:
    """Turn each link to a page in nav into one inside the book, `#slug` or `#slug--heading`.

    Raises CannotBindError for a link that leads nowhere in the book and to no file of the site.
    """
    slugs = {page.folder: page.slug for page in book.pages}
    targets = {node.attr("id") for page in book.pages for node in page.body.iter_elements(("a", *HEADINGS))}
    for page in book.pages:
        for link in page.body.select("a[href]"):
            href = link.attr("href")
            target = urlsplit(urljoin(f"http://site/{page.folder}", href))
            if target.netloc != "site":
                continue  # another site, or a number to call
            path, anchor = unquote(target.path).lstrip("/").removesuffix("index.html"), unquote(target.fragment)
            if path in slugs:
                name = f"{slugs[path]}--{anchor}" if anchor else slugs[path]
                if name not in targets:
                    raise CannotBindError(f'{page.source}: <a href="#{name}">: nothing in the book has that id')
                link.attrs["href"] = f"#{name}"
            elif (book.site / path).is_file():
                link.unwrap()
            else:
                raise CannotBindError(f'{page.source}: <a href="{href}">: leads to no page in nav')


def take_images(book: Book) -> None:
    """Take each image into the book. Raises CannotBindError for one that is no file, or says nothing."""
    for page in book.pages:
        for image in page.body.select("img"):
            src = image.attr("src") or ""
            path = posixpath.normpath(posixpath.join(page.folder, unquote(src)))
            if not image.attr("alt"):
                raise CannotBindError(f'{page.source}: <img src="{src}">: has no alternative text')
            if not (book.site / path).is_file():
                raise CannotBindError(f'{page.source}: <img src="{src}">: is not a file of the site')
            image.attrs["src"] = path
            image.attrs.pop("loading", None)  # a book has everything at once
            book.images[path] = (book.site / path).read_bytes()


# --- Writing: a page is walked once for each kind of file, by a table with a rule for every element -----------------

Rule = Callable[[Element, str], str]
INLINE = {"a", "b", "br", "code", "del", "em", "i", "img", "input", "kbd", "label", "span", "strong", "sub", "sup"}


def walk(node: Element, rules: dict[str, Rule], text: Callable[[str], str]) -> str:
    """Return what is inside `node`: elements as `rules` write them by their tags, and the rest as `text` does."""
    written = ""
    for child in node:
        if isinstance(child, Text):
            written += text(re.sub(r"\s+", " ", child.data))
        elif isinstance(child, Element):
            inner = rules[child.tag](child, walk(child, rules, text))
            written += inner if child.tag in INLINE else f"\n\n{inner}\n\n"
    return written


def quoted(text: str) -> str:
    """Return `text` as a Typst string."""
    return json.dumps(text, ensure_ascii=False)


def escaped(text: str) -> str:
    """Return `text` as Typst markup in which no character means anything but itself."""
    return re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text)


def typst_p(node: Element, inner: str) -> str:
    """Write a paragraph: lines to write on, a notice in a frame, the date of review, or text."""
    for name in node.attrs.get("class", []):
        if name.startswith("write-"):
            return f"#write(pitch, {name[6:]})[{inner}]"
        if name in ("urgent", "reviewed"):
            return f"#{name}[{inner}]"
    return "" if node.has_class("admonition-title") else inner


def typst_div(node: Element, inner: str) -> str:
    """Write a box: an admonition, or a folded block opened out. Its kind is its other class."""
    if node.tag == "div" and not node.has_class("admonition"):
        return inner
    label = node.select_one(".admonition-title, summary")
    kind = next((name for name in node.attrs.get("class", []) if name != "admonition"), "note")
    return f"#note({quoted(kind)}, {quoted(label.text.strip() if label else '')})[{inner}]"


def typst_heading(node: Element, inner: str) -> str:
    """Write a heading by its role in the book, which its level alone cannot say."""
    if node.tag == "h1":
        inner = re.sub(r" (\S+)$", r"~\1", inner.strip())  # a title leaves no word alone on its last line
    role = "part" if "data-part" in node.attrs else {"h1": "page", "h2": "section"}.get(node.tag, "entry")
    return f"#head({quoted(role)}, {node.tag[1]}, {quoted(node.attr('id'))})[{inner}]"


def typst_a(node: Element, inner: str) -> str:
    """Write a place to link to, or a link: paper names the page where it leads, or its address."""
    href = node.attr("href")
    if not href:
        return f"#anchor({quoted(node.attr('id'))})"
    if href.startswith("#"):
        # A title with a question mark may end its sentence, and then the page's number after it asks for a full stop.
        before, after = node.previous_sibling, node.next_sibling
        is_end = before is not None and (after is None or (isinstance(after, Text) and after.data.startswith("\n")))
        return f"#xref({quoted(href[1:])}{', end: [.]' * (is_end and inner.endswith('?'))})[{inner}]"
    address = re.sub(r"^https?://(www\.)?|/$", "", href)
    if href.startswith(("tel:", "sms:")):
        return f"#box(link({quoted(href)})[{inner}])"  # a number is read in one piece
    if not href.startswith("http") or node.text.strip() == address:
        return f"#link({quoted(href)})[{inner}]"
    return f"#web({quoted(href)}, {quoted(address)})[{inner}]"


def typst_img(node: Element, inner: str) -> str:
    """Write a picture: as large as on the site where it says its size there, else as large as it is."""
    size = [node.attr(name) or "" for name in ("width", "height")]
    given = f", size: ({', '.join(size)})" if all(number.isdigit() for number in size) else ""
    return f"#picture({quoted('/' + node.attr('src'))}, {quoted(node.attr('alt'))}{given})"


def typst_table(node: Element, inner: str) -> str:
    """Write a table. Columns that are empty, to write in, share what the columns with words leave."""
    rows = [[bool(cell.text.strip()) for cell in row.select("td")] for row in node.select("tbody tr")]
    worded = [any(column) for column in zip(*rows, strict=True)]
    widths = ["auto" if all(worded) else "33%" if words else "1fr" for words in worded]
    return f"#table(columns: ({', '.join(widths)},), {inner})"


def around(before: str, after: str = "]") -> Rule:
    """Return the rule that writes an element as what is inside it, between `before` and `after`."""
    return lambda node, inner: before + inner.strip() + after


TYPST: dict[str, Rule] = {
    **dict.fromkeys(HEADINGS, typst_heading),
    **dict.fromkeys(("div", "details"), typst_div),
    **dict.fromkeys(("section", "figure", "span", "label", "tr", "tbody"), lambda node, inner: inner),
    **dict.fromkeys(("b", "strong", "kbd"), around("#strong[")),
    **dict.fromkeys(("i", "em", "figcaption"), around("#emph[")),
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
    "code": lambda node, inner: f"#raw({quoted(node.text)})",
    "pre": lambda node, inner: f"#raw(block: true, {quoted(node.text)})",
    "blockquote": around("#quote(block: true)["),
    "img": typst_img,
    "ul": lambda node, inner: f"#{'tasks' if node.has_class('task-list') else 'list'}({inner})",
    "ol": lambda node, inner: f"#enum(start: {node.attr('start') or 1}, {inner})",
    "li": around("[", "],"),
    # A term ends the item before it and opens its own; it may have several meanings.
    "dl": lambda node, inner: f"#terms({inner.strip().removeprefix('[]),')}[]))",
    "dt": lambda node, inner: f"[]), terms.item([{inner}], ",
    "dd": lambda node, inner: f"[{inner.strip()}] + parbreak() + ",
}


def typst_page(page: Page) -> str:
    """Write one page, and a worksheet on a sheet of its own."""
    text = walk(page.body, TYPST, escaped)
    return f"#sheet({quoted(page.source)}, pitch => [{text}])\n" if page.is_sheet else text


def typst_helplines(page: Page) -> str:
    """Write the help `page` in short: its urgent note, and each country's lines without hours and dates.

    Raises CannotBindError when it has no such note or lines.
    """
    spare = re.compile(r"\s*(24 hours, every day|(?:Checked|Seen) \d{4}-\d\d-\d\d)\.")
    notice, countries = page.body.select_one(".urgent"), ""
    for name, lines in zip(page.body.select("h2:has(+ ul)"), page.body.select("h2 + ul"), strict=True):
        brief = walk(lines, TYPST, lambda text: escaped(spare.sub("", text)))
        countries += f"({quoted(name.text.strip())}, ({brief})),"
    if notice is None or not countries:
        raise CannotBindError(f'{page.source}: has no <p class="urgent"> or no list of lines under an <h2>')
    return f"#inside([{walk(notice, TYPST, escaped)}], ({countries}))\n"


def typst_guide(book: Book) -> str:
    """Write the whole guide. The depth of headings mirrors nav: part, page, section."""
    text = "#cover()\n" + typst_helplines(book.page("help")) + "#contents()\n"
    for part, pages in book.parts():
        if pages[0].depth:  # no overview opens the part
            text += f'#head("part", 1, {quoted(part)})[{escaped(part)}]\n'
        for page in pages:
            more = "#addresses()" * (page is book.page("sources"))
            text += f"#[#set heading(offset: {page.depth})\n{typst_page(page)}{more}]\n"
    return text


def typeset(text: str, book: Book, form: str = "pdf", **more: str) -> bytes:
    """Run the template over `text`, with `more` facts; return a PDF, or with `form` png a picture of its one page.

    Raises CannotBindError, in the template's words where it has some, when the text cannot be set.
    """
    roles = {role: book.page(role).slug for role in ("help", "privacy", "sources")}
    source = (BOOK / "book.typ").read_text("utf-8") + "\n#show: house\n" + text
    try:
        return typst.compile(
            source.encode(), root=book.site, format=form, ppi=130, ignore_system_fonts=True, timestamp=book.date,
            sys_inputs={"facts": json.dumps(book.facts | roles | more)},
            pdf_standards=["ua-1"] if form == "pdf" else [],
        )  # fmt: skip
    except typst.TypstError as error:
        said = re.search(r"panicked with: (.+)", error.message)
        raise CannotBindError(said[1] if said else f"the book cannot be set: {error.message}") from None


def pdf(text: str, book: Book, paper: str, **more: str) -> bytes:
    """Typeset on `paper` (a4 or letter), and pack the result to half its size without touching what it says."""
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(typeset(text, book, paper=paper, **more))) as made:
        made.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return packed.getvalue()


# --- HTML, for the single file and the pages of the EPUB ------------------------------------------------------------

Href = Callable[[str], str]  # where a link leads in a kind of file: "" for nowhere


def html_text(node: Element, shift: int = 0, href: Href = str) -> str:
    """Write `node` as XHTML, which is HTML too, with headings `shift` levels lower and links as `href` says."""

    def element(node: Element, inner: str) -> str:
        kept = {name: node.attr(name) or "" for name in node.attrs if not name.startswith("data-")}
        tag = {"details": "div", "summary": "p"}.get(node.tag, node.tag)
        if tag in HEADINGS:
            tag = f"h{min(int(tag[1]) + shift, 6)}"
        if tag == "pre":
            inner = html.escape(node.text).replace("\n", "&#10;")
        if "href" in kept:
            kept["href"] = href(kept["href"])
            if not kept["href"]:
                return inner
        attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in kept.items())
        return f"<{tag}{attributes}/>" if tag in ("br", "hr", "img", "input") else f"<{tag}{attributes}>{inner}</{tag}>"

    text = walk(node, dict.fromkeys(TYPST, element), lambda text: html.escape(text, quote=False))
    return re.sub(r"\s*\n\s*", "\n", text).strip()


def html_nav(book: Book, href: Href) -> str:
    """Write the contents: a list of the parts, and in each a list of its pages."""
    items = ""
    for part, pages in book.parts():
        links = [f'<a href="{href("#" + page.slug)}">{html.escape(page.title)}</a>' for page in pages]
        opener = f"<span>{html.escape(part)}</span>" if pages[0].depth else links.pop(0) if part else ""
        inner = "".join(f"<li>{link}</li>\n" for link in links)
        items += f"<li>{opener}\n<ol>\n{inner}</ol></li>\n" if part else inner
    return f"<ol>\n{items}</ol>"


def filled(template: str, book: Book, href: Href = str, **more: str) -> str:
    """Fill a file of scripts/book/ with the book's facts, its contents, the way to help and `more`."""
    facts = {name: html.escape(value) for name, value in book.facts.items() if isinstance(value, str)}
    links = {role: href("#" + book.page(role).slug) for role in ("help", "privacy")}
    notice = html_text(book.page("help").body.select_one(".urgent"), 0, href)
    known = facts | links | {"urgent": notice, "nav": html_nav(book, href), "date": f"{book.date:%Y-%m-%dT%H:%M:%SZ}"}
    return string.Template((BOOK / template).read_text("utf-8")).substitute(known | more)


def single_file(book: Book) -> str:
    """Return the guide as one HTML file that needs nothing else."""
    text = ""
    for part, pages in book.parts():
        text += f"<h2>{html.escape(part)}</h2>\n" if pages[0].depth else ""
        for page in pages:
            text += f"<section>\n{html_text(page.body, page.depth + 1)}\n</section>\n"
    for name, data in book.images.items():
        inside = f"data:{mimetypes.guess_type(name)[0]};base64,{base64.b64encode(data).decode()}"
        text = text.replace(f'src="{name}"', f'src="{inside}"')
    return filled("guide.html", book, style=(BOOK / "book.css").read_text("utf-8"), text=text)


def epub_href(href: str) -> str:
    """Return where a link leads in the EPUB: a page is a file of its own, and a number to text is no address there."""
    page, _, anchor = href.removeprefix("#").partition("--")
    if href.startswith("#"):
        return f"{page}.xhtml" + f"#{page}--{anchor}" * bool(anchor)
    return "" if href.startswith("sms:") else href


def epub(book: Book) -> bytes:
    """Return the guide as EPUB 3: the cover, the way to help, the contents, then a file a page."""
    first = f"{book.pages[0].slug}.xhtml"
    files = {name: filled(name, book, epub_href, first=first) for name in ("cover.xhtml", "inside.xhtml", "nav.xhtml")}
    for page in book.pages:
        text = html_text(page.body, 0, epub_href)
        files[f"{page.slug}.xhtml"] = filled("page.xhtml", book, page=html.escape(page.title), text=text)
    spine = "".join(f'<itemref idref="i{number}"/>\n' for number in range(len(files)))
    files |= {"cover.png": typeset("#cover()", book, "png", paper="a4"), "book.css": (BOOK / "book.css").read_bytes()}
    files |= book.images
    items, special = "", {"nav.xhtml": ' properties="nav"', "cover.png": ' properties="cover-image"'}
    for number, name in enumerate(files):
        kind = "application/xhtml+xml" if name.endswith(".xhtml") else mimetypes.guess_type(name)[0]
        items += f'<item id="i{number}" href="{name}" media-type="{kind}"{special.get(name, "")}/>\n'
    package = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, book.facts["title"])),
        "keywords": "".join(f"<dc:subject>{html.escape(word)}</dc:subject>\n" for word in book.facts["keywords"]),
        "items": items,
        "spine": spine,
    }
    whole = {
        "mimetype": "application/epub+zip",  # first, and not packed, so that a reader tells the file by its first bytes
        "META-INF/container.xml": (BOOK / "container.xml").read_bytes(),
        "EPUB/package.opf": filled("package.opf", book, **package),
    }
    packed, date = io.BytesIO(), max(book.date.timetuple()[:6], (1980, 1, 1, 0, 0, 0))  # the oldest that ZIP knows
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in (whole | {f"EPUB/{name}": data for name, data in files.items()}).items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, date), data, how)
    return packed.getvalue()


# --- All six --------------------------------------------------------------------------------------------------------


def bind(book: Book) -> dict[str, bytes]:
    """Make every file in memory, by name, so that when one cannot be made (CannotBindError), none is written."""
    guide = typst_guide(book)
    sheets = "".join(typst_page(page) for page in book.pages if page.is_sheet)
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
    """Say what a file is: "PDF, 120 pages, 0.7 MB" (10^6 bytes)."""
    kind = name.rpartition(".")[2].upper()
    pages = f" {len(pikepdf.open(io.BytesIO(data)).pages)} pages," if kind == "PDF" else ""
    return f"{kind},{pages} {max(len(data) / 1e6, 0.1):.1f} MB"


def announced(book: Book, made: dict[str, bytes]) -> dict[pathlib.Path, bytes]:
    """Return the built pages that leave something open, filled: <span data-download="..."> and <span data-edition>.

    Raises CannotBindError for a download that is not among the files `made`.
    """
    pages = {}
    sources = {book.site / page.folder / "index.html": page.source for page in book.pages}
    for path in [*sources, *book.site.glob("404.html")]:
        before = text = path.read_text("utf-8")
        for span, name in re.findall(r'(<span data-download="([^"]+)">)', text):
            if name not in made:
                raise CannotBindError(f"{sources[path]}: {span}: there is no such file")
            href = "../" * (len(path.relative_to(book.site).parts) - 1) + f"downloads/{name}"
            link = f'{span}<a href="{href}" download>{described(name, made[name])}</a></span>'
            text = re.sub(re.escape(span) + ".*?</span>", link, text)
        text = re.sub(r"(<span data-edition[^>]*>).*?</span>", rf"\g<1>{book.facts['edition']}</span>", text)
        if text != before:
            pages[path] = text.encode()
    return pages


def main(argv: list[str] | None = None) -> int:
    """Bind the site that `argv` names. Returns the exit status: 0 bound, 1 cannot be bound, 2 cannot run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", nargs="?", default=ROOT / "site", type=pathlib.Path, help="the built site")
    site = parser.parse_args(argv).site
    try:
        if not (site / "index.html").is_file():
            raise FileNotFoundError(f"there is no built site in {site}; run: make site")
        book = read(site)
        made = bind(book)
        files = {site / "downloads" / name: data for name, data in made.items()} | announced(book, made)
        (site / "downloads").mkdir(exist_ok=True)
        for path, data in files.items():  # whole or not at all
            aside = path.with_name(f".{path.name}.part")
            aside.write_bytes(data)
            aside.replace(path)
    except (CannotBindError, OSError) as error:
        print(f"bind: {error}", file=sys.stderr)
        return 1 if isinstance(error, CannotBindError) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
