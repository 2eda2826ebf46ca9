"""Comparing: whatever a page says on the site has to be in every book, in the same order."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile

import turbohtml

from binder.paper import printed_pages
from binder.read import Book, CannotBindError, shown
from binder.screen import epub_name

REACH = 2000  # how many letters may come between two pieces of text, such as a running head or the words of a figure


def letters(text: str) -> str:
    """Reduce `text` to its letters and digits: what a reader must not lose, however it is set."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def printed_letters(text: str) -> str:
    """Return the letters of a printed page, a form feed, and those of its foot; "(page 12)" is of the book alone."""
    body, _, foot = re.sub(r"\(page\s\d+\)", "", text).rpartition("\n")
    return f"{letters(body)}\f{letters(foot)}"


def find(word: str, text: str, at: int) -> int:
    """Return where `word` ends in `text` after `at`, or -1. It may be broken at the end of a printed page."""
    found = text.find(word, at, at + REACH + len(word))
    if found >= 0:
        return found + len(word)
    stop = text.find("\f", at, at + REACH)
    for length in range(len(word) - 1, 0, -1):
        rest = text.find(word[length:], stop, stop + REACH)
        if stop >= 0 and text.endswith(word[:length], at, stop) and rest >= 0:
            return rest + len(word) - length
    return -1


def missing(said: list[str], text: str) -> str:
    """Return the first piece of what was `said` that `text` (letters) does not hold where it is due, or ""."""
    at = 0
    for piece in said:
        after = find(letters(piece), text, at)
        if after < 0:  # as it is when something else comes between its words, such as the foot of a page
            after = at
            for word in piece.split():
                after = find(letters(word), text, after)
                if after < 0:
                    return piece
        at = after
    return ""


def held(name: str, data: bytes, book: Book) -> list[str]:
    """Return the letters of each page of `book` in the file `name`, which is `data`."""
    if name.endswith(".pdf"):
        return ["".join(map(printed_letters, texts)) for texts in printed_pages(data, book)]
    if name.endswith(".epub"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            pages = [archive.read(f"EPUB/{epub_name(page.slug)}") for page in book.pages]
        return [letters(turbohtml.parse(page).text) for page in pages]
    return [letters(section.text) for section in turbohtml.parse(data).select("main > section")]


def compare(book: Book, made: dict[str, bytes]) -> None:
    """Compare the words of each page with those of each file `made`. Raises CannotBindError for the first missing."""
    for name, data in made.items():
        for page, text in zip(book.pages, held(name, data, book), strict=True):
            if piece := missing(page.said, text):
                remedy = "look for a tag above it that is not closed, or closed twice"
                raise CannotBindError(f'{page.source}: "{shown(piece)}": is on the site and not in {name}; {remedy}')
