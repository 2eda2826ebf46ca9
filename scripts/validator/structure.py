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
from .report import Problem, did_you_mean, matches, problem, rules
from .style import style

Found = Iterator[tuple[Any, ...]]  # path, line, message, and where it has them what is seen and a hint
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
    for page in (page for page in book.pages.values() if page.kind["listed"]):
        for line, text in ((page.title.line, page.title.text), page.field("description")):
            if text and (first := seen.setdefault(text.casefold(), page.path)) != page.path:
                yield f"docs/{page.path}", line, f"a title or description must be unique, docs/{first} has it too", text


def b305_overviews(book: Book) -> Found:
    """An overview links to every page of its folder, but for those that forward."""
    for folder, group in groupby(sorted(book.pages), posixpath.dirname):
        paths, index = {*group}, book.pages.get(posixpath.join(folder, "index.md"))
        if index and index.kind["name"] == "overview":
            linked = {link.target.partition("#")[0] for link in index.links}
            for path in sorted(paths - linked - book.forwarding - {index.path}):
                yield f"docs/{index.path}", index.start, "the overview must link to every page of its folder", path


def b207_files(book: Book) -> Found:
    """A file weighs at most 500 KB, as some readers have slow or costly lines, and is no symbolic link: what that leads
    to, private or endless, would be published."""
    for name in book.symlinks:
        yield f"docs/{name}", 1, "a symbolic link would publish what it leads to; put a copy here, or delete it"
    for name, path in book.files.items():
        if name not in book.paths and (size := path.stat().st_size) > style.file_size:
            fault = f"a file must weigh at most {style.file_size // 1000} KB, weighs {size // 1000} KB; make it smaller"
            yield f"docs/{name}", 1, fault


def b505_cited(book: Book) -> Found:
    """A citation names an entry of the page of sources, and a page cites each entry."""
    lines, start = book.pages[style.sources].lines if style.sources in book.pages else [], f"{style.sources}#"
    entries = {match[1]: n for n, line in enumerate(lines, 1) if (match := re.search(r"^#.*\{#(.+)\}", line))}
    links = [(page.path, link) for page in book.pages.values() for link in page.links if link.target.startswith(start)]
    unknown = [(path, link) for path, link in links if lines and link.target.removeprefix(start) not in entries]
    for path, link in unknown:
        key = link.target.removeprefix(start)
        yield f"docs/{path}", link.line, f"{style.sources} must have this entry", key, did_you_mean(key, entries)
    for key in {*entries} - {link.target.removeprefix(start) for _, link in links} if not unknown + book.faults else ():
        yield f"docs/{style.sources}", entries[key], "a page must cite this entry, or it can go", key


def b511_forms(book: Book) -> Found:
    """Each line of the glossary and of what people type has its form in style.yml; neither is empty. A meaning has no
    words that the guide never uses."""
    for name, forms in style.files.items():
        text = book.files[name].read_text("utf-8", "replace") if name in book.files else ""
        terms = re.compile(r"^\*\[[^\]\n]+\]|^(?!\*\[).*", re.M)  # all but the meanings
        for fault in [*matches(forms, text), *matches(style.never, terms.sub("", text))] if name in book.files else ():
            yield f"docs/{name}", *fault


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
