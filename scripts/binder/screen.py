"""Screen: clean pages → XHTML → the EPUB and the single HTML file. Their look is in scripts/book/book.css."""

import base64
import copy
import html
import io
import string
import uuid
import zipfile
from collections.abc import Callable

from turbohtml import Element

from binder.paper import typeset
from binder.read import Book

Address = Callable[[str], str]  # what an address becomes in a kind of file: "" when it has no place there


def kind(name: str) -> str:
    """Return the media type of a page or a picture. Not from `mimetypes`, which differs between machines."""
    ending = name.rpartition(".")[2].lower()
    known = {"jpg": "image/jpeg", "svg": "image/svg+xml", "xhtml": "application/xhtml+xml"}
    return known.get(ending, f"image/{ending}")


def fitted(body: Element, href: Address, src: Address, shift: int = 0) -> Element:
    """Return a copy of `body` for one kind of file, with headings `shift` levels lower.

    `href` and `src` give the addresses of links and pictures there.
    """
    body = copy.deepcopy(body)
    for node in body.select("h1, h2, h3, h4, h5, h6"):
        node.tag = f"h{min(int(node.tag[1]) + shift, 6)}"
    for node in body.select(".admonition"):
        node.attrs["role"] = "note"
    for node in body.select("img"):
        node.attrs["src"] = src(node.attr("src") or "")
    for node in body.select("a[href]"):
        node.attrs["href"] = href(node.attr("href") or "")
        if not node.attr("href"):
            node.unwrap()
    return body


def html_nav(book: Book, href: Address) -> str:
    """Write the contents: a list of the parts, and in each a list of its pages."""
    items = ""
    for part, pages in book.parts():
        links = [f'<a href="{href("#" + page.slug)}">{html.escape(page.title)}</a>' for page in pages]
        opener = f"<span>{html.escape(part)}</span>" if pages[0].depth else links.pop(0) if part else ""
        inner = "".join(f"<li>{link}</li>\n" for link in links)
        items += f"<li>{opener}\n<ol>\n{inner}</ol></li>\n" if part else inner
    return f"<ol>\n{items}</ol>"


def filled(template: str, book: Book, href: Address, **more: str) -> str:
    """Fill a file of scripts/book/ with the book's facts, its contents, the way to help and `more`."""
    known = {name: html.escape(value) for name, value in book.facts.items() if isinstance(value, str)}
    known |= {role: href(f"#{page.slug}") for role, page in book.roles.items()}
    known |= {"nav": html_nav(book, href), "date": f"{book.date:%Y-%m-%dT%H:%M:%SZ}"}
    notices = fitted(book.roles["help"].body, href, str).select(".urgent, .emergency")
    known["urgent"] = "\n".join(node.canonicalize().decode() for node in notices)
    return string.Template((book.templates / template).read_text("utf-8")).substitute(known | more)


def single_file(book: Book) -> str:
    """Return the guide as one HTML file that needs nothing else."""

    def src(name: str) -> str:
        return f"data:{kind(name)};base64,{base64.b64encode((book.site / name).read_bytes()).decode()}"

    text = ""
    for part, pages in book.parts():
        text += f"<h2>{html.escape(part)}</h2>\n" if pages[0].depth else ""
        for page in pages:
            text += f"<section>\n{fitted(page.body, str, src, page.depth + 1).inner_html}\n</section>\n"
    return filled("guide.html", book, str, style=(book.templates / "book.css").read_text("utf-8"), text=text)


def epub_name(slug: str) -> str:
    """Return the name of a page's file in the EPUB. With `page-` before it, it is never that of the book's own file."""
    return f"page-{slug}.xhtml"


def epub_href(href: str) -> str:
    """Return where a link leads in the EPUB: a page is a file of its own, and a number to text is no address there."""
    page, _, anchor = href.removeprefix("#").partition("--")
    if href.startswith("#"):
        return epub_name(page) + f"#{page}--{anchor}" * bool(anchor)
    return "" if href.startswith("sms:") else href


def epub(book: Book) -> bytes:
    """Return the guide as EPUB 3: the cover, the way to help, the contents, then a file a page."""
    images = dict.fromkeys(node.attr("src") or "" for page in book.pages for node in page.body.select("img"))
    pictures = {name: f"picture-{number}.{name.rpartition('.')[2]}" for number, name in enumerate(images)}
    pages = [epub_name(page.slug) for page in book.pages]
    package = {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, book.facts["site_name"])),
        "keywords": "".join(f"<dc:subject>{html.escape(word)}</dc:subject>\n" for word in book.facts["keywords"]),
        "items": "".join(
            f'<item id="{name}" href="{name}" media-type="{kind(name)}"/>\n' for name in [*pictures.values(), *pages]
        ),
        "spine": "".join(f'<itemref idref="{name}"/>\n' for name in pages),
    }
    files = {"mimetype": b"application/epub+zip"}  # first, and not packed: a reader knows the file by its first bytes
    files["META-INF/container.xml"] = (book.templates / "container.xml").read_bytes()
    files["EPUB/package.opf"] = filled("package.opf", book, epub_href, **package).encode()
    files["EPUB/book.css"] = (book.templates / "book.css").read_bytes()
    for name in ("cover.xhtml", "inside.xhtml", "nav.xhtml"):
        files[f"EPUB/{name}"] = filled(name, book, epub_href, first=pages[0]).encode()
    files["EPUB/cover.png"] = typeset("cover()", book, "png")
    files |= {f"EPUB/{picture}": (book.site / name).read_bytes() for name, picture in pictures.items()}
    for page, name in zip(book.pages, pages, strict=True):
        text = fitted(page.body, epub_href, pictures.__getitem__).inner_xml
        files[f"EPUB/{name}"] = filled("page.xhtml", book, epub_href, page=html.escape(page.title), text=text).encode()
    packed, date = io.BytesIO(), max(book.date.timetuple()[:6], (1980, 1, 1, 0, 0, 0))  # the oldest that ZIP knows
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            how = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, date), data, how)
    return packed.getvalue()
