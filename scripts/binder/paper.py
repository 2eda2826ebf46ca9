"""Paper: clean pages → Typst → PDF. scripts/book/book.typ reads their XHTML and says how each element looks."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from typing import Any, Literal

import pikepdf
import pypdfium2  # type: ignore[import-untyped]
import typst
from turbohtml import Element

from binder.read import Book, CannotBindError, Page, shown

FEWEST_LINES = 5  # on a page; a chapter that ends with fewer is set a little tighter or looser
# The factors to try on the leading of a chapter, from the least visible on.
LEADING = (0.98, 1.03, 0.96, 1.06, 0.94, 1.09, 0.92, 1.12, 0.9, 1.15)


def typeset(what: str, book: Book, form: Literal["pdf", "png"] = "pdf", paper: str = "a4", **more: Any) -> bytes:
    """Set `what`, a call of the template, with `more` known to it; return a PDF, or with `form` png a picture.

    Raises typst.TypstError when it cannot be set.
    """
    known: dict[str, Any] = {role: book.page(role).slug for role in ("help", "privacy", "sources")}
    known |= {"facts": book.facts, "paper": paper, "alone": False, "pages": [as_data(page) for page in book.pages]}
    return typst.compile(  # type: ignore[type-var]  # its types want text and root to be of one kind
        ((book.templates / "book.typ").read_text("utf-8") + f"\n#show: house\n#{what}\n").encode(),
        root=book.site, format=form, ppi=130, ignore_system_fonts=True, timestamp=book.date,
        sys_inputs={"book": json.dumps(known | more)}, pdf_standards=["ua-1"] if form == "pdf" else [],
    )  # fmt: skip


def as_data(page: Page) -> dict[str, Any]:
    """Return `page` as plain data, its text as XHTML."""
    fields = ("source", "part", "folder", "slug", "depth", "is_sheet", "leading")
    return {name: getattr(page, name) for name in fields} | {"text": page.body.inner_xml}


def fault(book: Book, page: Page, text: str) -> str:
    """Return why `text`, XHTML from `page`, cannot be set alone, or "" when it can."""
    try:
        typeset("chapter(given.one)", book, one=as_data(page) | {"text": text})
    except typst.TypstError as error:
        if unknown := re.search(r'the text `"(.+?)"` could not be displayed', error.message):
            return f'no font of the book has "{unknown[1]}"; write it in words'
        said = re.search(r'panicked with: "?(.+?)"?$', error.message)
        return said[1] if said else error.message.removeprefix("PDF/UA-1 error: ")
    return ""


def named(error: typst.TypstError, book: Book) -> CannotBindError:
    """Return `error` with the page and the element that cause it, found by setting each alone."""
    for page in book.pages:
        reason, node = fault(book, page, page.body.inner_xml), page.body
        inner: Element | None = node
        while reason and inner is not None:
            node, parts = inner, [child for child in inner if isinstance(child, Element)]
            texts = {part: part.inner_xml or part.html[:-1] + "/>" for part in parts}
            inner = next((part for part in parts if fault(book, page, texts[part]) == reason), None)
        if reason:
            place = "" if node is page.body else f'<{node.tag}> "{shown(node.attr("src") or node.text)}": '
            return CannotBindError(f"{page.source}: {place}{reason}")
    said = re.search(r'panicked with: "?(.+?)"?$', error.message)
    return CannotBindError(said[1] if said else f"the book cannot be set: {error.message}")


def pdf(what: str, book: Book, **more: Any) -> bytes:
    """Typeset, and pack the result to half its size without touching what it says."""
    try:
        data = typeset(what, book, **more)
    except typst.TypstError as error:
        raise named(error, book) from None
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as made:
        made.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return packed.getvalue()


def texts_of(document: pypdfium2.PdfDocument) -> list[str]:
    """Return the text of each page of a PDF."""
    return [page.get_textpage().get_text_bounded() for page in document]


def printed_pages(data: bytes, book: Book) -> list[list[str]]:
    """Return the text of the printed pages that each page of `book` fills in a PDF."""
    document = pypdfium2.PdfDocument(data)
    texts = texts_of(document)
    marks = [(mark.level, mark.get_title().split(), mark.get_dest().get_index()) for mark in document.get_toc()]
    starts, left = [], iter(marks)
    for page in book.pages:
        starts.append(next(at for level, title, at in left if level == page.depth and title == page.title.split()))
    ends = sorted({*starts, *(at for level, _, at in marks if level == 0), len(texts) - 1})  # the last is the colophon
    return [texts[start : next(end for end in ends if end > start)] for start in starts]


def is_short(texts: list[str], fewest: int = FEWEST_LINES) -> bool:
    """Whether a chapter, printed on pages with these `texts`, has one with few lines. Two are running head and foot."""
    return any(len(text.split("\n")) < fewest + 2 for text in texts[1:])


def leadings(page: Page, book: Book, paper: str) -> Iterator[float]:
    """Yield the factors with which `page`, set alone, has no short page, with lines to spare; then none at all."""
    for leading in LEADING:
        alone = typeset("chapter(given.one)", book, paper=paper, one=as_data(page) | {"leading": leading})
        if not is_short(texts_of(pypdfium2.PdfDocument(alone)), FEWEST_LINES + 2):
            yield leading
    yield 1


def guide_pdf(book: Book, paper: str) -> bytes:
    """Return the whole guide as a PDF on `paper`.

    A chapter that has a page of few lines is set a little tighter or looser, until it has not.
    """
    for page in book.pages:
        page.leading = 1
    left = {page.slug: leadings(page, book, paper) for page in book.pages if not page.is_sheet}
    while True:
        data, is_done = pdf("guide()", book, paper=paper), True
        for page, texts in zip(book.pages, printed_pages(data, book), strict=True):
            leading = next(left.get(page.slug, iter([])), None) if is_short(texts) else None
            if leading is not None:
                page.leading, is_done = leading, False
        if is_done:
            return data
