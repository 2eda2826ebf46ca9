"""Screen: clean pages → the EPUB and the single HTML file. Their form and look are the files of scripts/book/."""

import base64
import copy
import io
import uuid
import zipfile
from collections.abc import Callable
from typing import Any

import guide
import jinja2
from turbohtml import Element

from binder.paper import typeset
from binder.read import Book

Address = Callable[[str], str]  # what the address of a link or a picture becomes in a kind of file; "" is no link


def media_type(name: str) -> str:
    """Return the media type of a picture. Not from `mimetypes`, which differs between machines."""
    ending = name.rpartition(".")[2].lower()
    return "image/" + {"jpg": "jpeg", "svg": "svg+xml"}.get(ending, ending)


def fitted(body: Element, address: Address, shift: int = 0) -> Element:
    """Return a copy of `body` with its addresses for one kind of file, and headings `shift` levels lower."""
    body = copy.deepcopy(body)
    for node in body.select("h1, h2, h3, h4, h5, h6"):
        node.tag = f"h{min(int(node.tag[1]) + shift, 6)}"
    for node in body.select(".admonition"):
        node.attrs["role"] = "note"
    body.rewrite_links(address)
    for node in body.select('a[href=""]'):
        node.unwrap()
    return body


def filled(template: str, book: Book, address: Address, **more: Any) -> str:
    """Fill a file of scripts/book/, a Jinja template, with the book, its facts and `more`. Raises GuideError."""
    engine = jinja2.Environment(
        loader=jinja2.FileSystemLoader(book.templates), undefined=jinja2.StrictUndefined, autoescape=True,
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    engine.globals |= {"book": book, "address": address, "fitted": fitted, "media_type": media_type}
    try:
        return engine.get_template(template).render(book.facts | more)
    except jinja2.TemplateError as error:
        line = f":{error.lineno}" if isinstance(error, jinja2.TemplateSyntaxError) else ""
        raise guide.GuideError(f"scripts/book/{template}{line}: {error}") from None


def single_file(book: Book) -> str:
    """Return the guide as one HTML file that needs nothing else."""
    data = {name: base64.b64encode((book.site / name).read_bytes()).decode() for name in book.pictures()}
    data = {name: f"data:{media_type(name)};base64,{text}" for name, text in data.items()}
    return filled("guide.html", book, lambda name: data.get(name, name))


def epub_name(slug: str) -> str:
    """Return the name of a page's file in the EPUB. With `page-` before it, it is never that of the book's own file."""
    return f"page-{slug}.xhtml"


def epub(book: Book) -> bytes:
    """Return the guide as EPUB 3: the cover, the way to help, the contents, then a file a page."""
    pictures = {name: f"picture-{number}.{name.rpartition('.')[2]}" for number, name in enumerate(book.pictures())}
    pages = {epub_name(page.slug): page for page in book.pages}

    def address(href: str) -> str:  # a page is a file of its own, and a number to text is no address in a reader
        page, _, anchor = href.removeprefix("#").partition("--")
        if href.startswith("#"):
            return epub_name(page) + f"#{page}--{anchor}" * bool(anchor)
        return "" if href.startswith("sms:") else pictures.get(href, href)

    package = {"id": uuid.uuid5(uuid.NAMESPACE_URL, book.facts["site_name"]), "pictures": pictures, "pages": pages}
    # First, and not packed: a reader knows the file by its first bytes.
    files: dict[str, str | bytes] = {"mimetype": "application/epub+zip"}
    files["META-INF/container.xml"] = (book.templates / "container.xml").read_bytes()
    for name in ("package.opf", "book.css", "cover.xhtml", "inside.xhtml", "nav.xhtml"):
        files[f"EPUB/{name}"] = filled(name, book, address, **package)
    files["EPUB/cover.png"] = typeset("cover()", book, "png")
    files |= {f"EPUB/{picture}": (book.site / name).read_bytes() for name, picture in pictures.items()}
    files |= {f"EPUB/{name}": filled("page.xhtml", book, address, page=page) for name, page in pages.items()}
    packed, date = io.BytesIO(), max(book.date.timetuple()[:6], (1980, 1, 1, 0, 0, 0))  # the oldest that ZIP knows
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, date), data, how)
    return packed.getvalue()
