"""Paper: clean pages → Typst → PDF. scripts/book/book.typ reads their XHTML and says how each element looks."""

import io
import json
import re
from typing import Any, Literal

import pikepdf
import typst
from turbohtml import Element

from binder.read import Book, CannotBindError, Page, shown


def typeset(what: str, book: Book, form: Literal["pdf", "png"] = "pdf", paper: str = "a4", **more: Any) -> bytes:
    """Set `what`, a call of the template, with `more` known to it; return a PDF, or with `form` png a picture.

    Raises typst.TypstError when it cannot be set.
    """
    known: dict[str, Any] = {role: page.slug for role, page in book.roles.items()}
    known |= {"facts": book.facts, "paper": paper, "alone": False, "pages": [vars(page) for page in book.pages]} | more
    return typst.compile(  # type: ignore[type-var]  # its types want text and root to be of one kind
        ((book.templates / "book.typ").read_text("utf-8") + f"\n#show: house\n#{what}\n").encode(),
        root=book.site, format=form, ppi=130, ignore_system_fonts=True, timestamp=book.date,
        sys_inputs={"book": json.dumps(known, default=lambda body: body.inner_xml)}, pdf_standards=["ua-1"],
    )  # fmt: skip


def reason(error: typst.TypstError) -> str:
    """Return what `error` says, in words for an author."""
    if unknown := re.search(r'the text `"(.+?)"` could not be displayed', error.message):
        return f'no font of the book has "{unknown[1]}"; write it in words'
    return re.sub(r'^(panicked with: |assertion failed: |PDF/UA-1 error: )"?|"$| \(.*\)$', "", error.message)


def fault(book: Book, page: Page, node: Element) -> str:
    """Return why `node`, the body of `page` or a part of it, cannot be set alone, or "" when it can."""
    # A heading has to come below a title.
    text = node.inner_xml if node is page.body else f"<h1>-</h1>{node.canonicalize().decode()}"
    try:
        typeset("chapter(given.one)", book, one=vars(page) | {"body": text})
    except typst.TypstError as error:
        return reason(error)
    return ""


def named(error: typst.TypstError, book: Book) -> CannotBindError:
    """Return `error` with the page and the element that cause it, found by setting each alone."""
    for page in book.pages:
        if why := fault(book, page, page.body):
            place, parts = "", page.body
            while same := [node for node in parts if isinstance(node, Element) and fault(book, page, node) == why]:
                place, parts = f'<{same[0].tag}> "{shown(same[0].attr("src") or same[0].text)}": ', same[0]
            return CannotBindError(f"{page.source}: {place}{why}")
    return CannotBindError(reason(error))


def pdf(what: str, book: Book, **more: Any) -> bytes:
    """Typeset `what`, with `more` as in `typeset`, and pack the PDF to half its size; its content is unchanged.
    Raises CannotBindError, which names the page and the element, when it cannot be set."""
    try:
        data = typeset(what, book, **more)
    except typst.TypstError as error:
        raise named(error, book) from None
    packed = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as made:
        made.save(packed, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return packed.getvalue()
