"""Comparing: whatever a page says on the site has to be in every book, in the same order."""

import io
import re
import unicodedata
import zipfile

import pypdfium2  # type: ignore[import-untyped]
import turbohtml

from binder.read import Book, CannotBindError, shown
from binder.screen import epub_name


def letters(text: str) -> str:
    """Reduce `text` to its letters and digits: what a reader must not lose, however it is set."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def printed_pages(data: bytes, book: Book) -> dict[str, list[str]]:
    """Return the text of the printed pages that each page of `book` fills in a PDF, by slug, without running head and
    foot."""
    document, foot = pypdfium2.PdfDocument(data), re.escape(book.facts["foot"])
    find, index = pypdfium2.raw.FPDF_GetNamedDestByName, pypdfium2.raw.FPDFDest_GetDestPageIndex
    names = [name for page in book.pages for name in (page.part, page.slug)]  # as book.typ labels their headings
    starts = {name: index(document, find(document, name.encode())) for name in names}
    texts = [page.get_textpage().get_text_bounded() for page in document]
    texts = [re.sub(rf"(\s\d+\s+{foot}|\s{foot}\s+\d+)\s*$", "", text) for text in texts]
    # All but the first page of a chapter have a running head.
    texts = [text if at in starts.values() else text.partition("\n")[2] for at, text in enumerate(texts)]
    ends = sorted({*starts.values(), len(texts) - 1})  # the last page is the colophon, or says whom to call
    return {name: texts[at : next(end for end in ends if end > at)] for name, at in starts.items() if at >= 0}


def letters_of(name: str, data: bytes, book: Book) -> dict[str, str]:
    """Return the letters of each page of `book` that is in the file `name`, which is `data`, by slug."""
    if name.endswith(".pdf"):  # "(page 12)" is of the book alone
        printed = printed_pages(data, book).items()
        return {slug: letters(re.sub(r"\(page\s\d+\)", "", "".join(texts))) for slug, texts in printed}
    if name.endswith(".epub"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            files = {page.slug: archive.read(f"EPUB/{epub_name(page.slug)}") for page in book.pages}
        return {slug: letters(turbohtml.parse(file).text) for slug, file in files.items()}
    sections = turbohtml.parse(data).select("main > section")
    return {page.slug: letters(section.text) for page, section in zip(book.pages, sections, strict=True)}


def compare(book: Book, made: dict[str, bytes]) -> None:
    """Compare the words of each page with each file `made`, by name. Raises CannotBindError for the first missing."""
    for name, data in made.items():
        texts = letters_of(name, data, book)
        for page in (page for page in book.pages if page.is_sheet or not name.startswith("worksheets")):
            text, at = texts.get(page.slug, ""), 0
            for piece, wanted in ((piece, letters(piece)) for piece in page.words):
                found = text.find(wanted, at)
                if found < 0:
                    why = f"is on the site and not in {name}; is a tag above it not closed, or a table too wide?"
                    raise CannotBindError(f'{page.source}: "{shown(piece)}": {why}')
                at = found + len(wanted)
