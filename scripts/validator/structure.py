"""The rules of the whole book and of the heads of pages: each is a function named by its code, and its docstring is
the rule."""

import datetime
import posixpath
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from . import book as reading
from . import pages
from .book import Book
from .report import Problem, problem, rules
from .style import style

Found = Iterator[tuple[Any, ...]]  # path, line, message, and where it has them what is seen and a hint
ENTRY = re.compile(r"\*\[[^\[\]]+\]: \S.*[.!?]|\s*")
CONFIG = "mkdocs.yml"


def b201_nav(book: Book) -> Found:
    """nav lists every page once, by its path alone (its H1 is its title), and none that forwards."""
    listed: dict[str, int] = {}
    for entry in book.guide.nav:
        first = listed.setdefault(entry.source, entry.line)
        if entry.source not in book.paths:
            yield CONFIG, entry.line, "nav must list pages that are there", entry.source, book.hint(entry.source)
        elif first != entry.line:
            yield CONFIG, entry.line, f"nav must list a page once, it is in line {first} too", entry.source
        elif entry.source in book.forwarding:
            yield CONFIG, entry.line, "a page that forwards belongs under not_in_nav", entry.source
        elif entry.title:
            yield CONFIG, entry.line, "nav must give the path alone, the H1 is the title", entry.title
    for path in sorted({*book.paths} - {*listed} - book.forwarding):
        yield f"docs/{path}", 1, f"nav in {CONFIG} must list this page"


def b202_sections(book: Book) -> Found:
    """A section of nav holds the pages of one folder, which its index.md opens."""
    known = [entry for entry in book.guide.nav if entry.source in book.paths]
    for section, group in groupby(known, lambda entry: entry.section):
        first, *others = group
        home = posixpath.dirname(first.source)
        if posixpath.basename(first.source) != "index.md":
            yield CONFIG, first.line, f"the section {section!r} must begin with its index.md", first.source
        for entry in others:
            if posixpath.dirname(entry.source) != home:
                yield CONFIG, entry.line, f"the section {section!r} must hold pages of docs/{home}", entry.source


def b205_unique(book: Book) -> Found:
    """No two pages have the same title or the same description, but for those that forward."""
    seen: dict[str, str] = {}
    for page in (page for page in book.pages.values() if page.kind.listed):
        for line, text in ((page.title.line, page.title.text), page.field("description")):
            if text and (first := seen.setdefault(text.casefold(), page.path)) != page.path:
                yield f"docs/{page.path}", line, f"a title or description must be unique, docs/{first} has it too", text


def b305_overviews(book: Book) -> Found:
    """An overview links to every page of its folder, but for those that forward."""
    for folder, group in groupby(sorted(book.pages), posixpath.dirname):
        paths, index = {*group}, book.pages.get(posixpath.join(folder, "index.md"))
        if index and index.kind is style.kinds["overview"]:
            linked = {link.target.partition("#")[0] for link in index.links}
            for path in sorted(paths - linked - book.forwarding - {index.path}):
                yield f"docs/{index.path}", index.start, "the overview must link to every page of its folder", path


def b207_weight(book: Book) -> Found:
    """A picture or other file weighs at most 500 KB: some readers have slow or costly lines."""
    for name, path in book.files.items():
        if name not in book.paths and (size := path.stat().st_size) > style.file_size:
            fault = f"a file must weigh at most {style.file_size // 1000} KB, weighs {size // 1000} KB; make it smaller"
            yield f"docs/{name}", 1, fault


def b505_cited(book: Book) -> Found:
    """Each entry of the page of sources is cited by a page."""
    cited = {link.target for page in book.pages.values() for link in page.links}
    lines = book.pages[style.sources].lines if style.sources in book.pages and not book.faults else []
    for number, line in enumerate(lines, 1):
        if (match := re.search(r"^#.*\{#(.+)\}", line)) and f"{style.sources}#{match[1]}" not in cited:
            yield f"docs/{style.sources}", number, "a page must cite this entry, or it can go", match[1]


def b511_glossary(book: Book) -> Found:
    """Each line of the glossary is `*[term]: meaning.`"""
    path = book.files.get(style.glossary)
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines() if path else (), 1):
        if not ENTRY.fullmatch(line):
            yield f"docs/{style.glossary}", number, "an entry must be `*[term]: meaning.`", line


BOOK_RULES, PAGE_RULES = rules(globals()), pages.RULES.items()
RULES = dict(sorted({**rules(vars(reading)), **pages.RULES, **BOOK_RULES}.items()))


def structure(root: Path, today: datetime.date | None = None) -> tuple[list[Problem], int]:
    """Return the problems of a book, and how many pages it has. Raises CannotRunError and GuideError."""
    book = Book(root, today or datetime.date.today())
    found = [*book.faults]
    for page in book.pages.values():
        for code, rule in PAGE_RULES:
            found += [problem(f"docs/{page.path}", page.lines, code, *fault) for fault in rule(page, book)]
    for code, rule in BOOK_RULES.items():
        found += [problem(path, [], code, *fault) for path, *fault in rule(book)]
    return sorted({one._replace(path=(root / one.path).as_posix()) for one in found}), len(book.paths)
