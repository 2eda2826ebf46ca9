"""The rules of the whole book: each is a function named by its code, and its docstring is the rule."""

from __future__ import annotations

import datetime
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from . import pages, style, text
from .addresses import scheme_of, syntax_error
from .book import Book
from .page import Page
from .report import Problem, range_error, rules

# MkDocs leaves out docs/templates/ and names with a leading dot without a word.
PAGE_NAME = re.compile(r"(?!templates/)(?:[a-z]+(?:-[a-z]+)*/)*[a-z]+(?:-[a-z]+)*\.md")
FILE_NAME = re.compile(r"[\w.()&+,=@'!-][\w.()&+,=@'!/-]*")
BACKUP = re.compile(r"(?:.*/)?(?:#[^/]*#|[^/]*(?:~|\.(?:bak|orig|rej|sw[op]|tmp)))")
CONFIG = "mkdocs.yml"


def b101_text(book: Book) -> Iterator[Problem]:
    """A page is UTF-8 text of a sensible size; its comments and code blocks are closed, and code is at the margin."""
    yield from (page.fault for page in book.all if page.fault and page.fault.code == "B101")


def b102_head(book: Book) -> Iterator[Problem]:
    """A page begins with its head: YAML fields between two lines of three hyphens."""
    yield from (page.fault for page in book.all if page.fault and page.fault.code == "B102")


def b104_description(book: Book) -> Iterator[Problem]:
    """The description is a sentence of 60 to 150 characters, and no other page has it; one that forwards is free."""
    seen: dict[str, str] = {}
    for page in (page for page in book.pages if page.kind.listed):
        if field := page.field("description"):
            first = seen.setdefault(str(field.value).casefold(), page.name)
            fault = range_error(len(str(field.value)), style.DESCRIPTION, "characters")
            if not fault and str(field.value)[-1] not in ".?!":
                fault = f"must be a sentence, with its full stop: {str(field.value)[-30:]!r}"
            elif not fault and first != page.name:
                fault = f"must be this page's own; {first} has it too"
            if fault:
                yield page.problem(field.line, "B104", f"description {fault}", field.column)


def b201_nav(book: Book) -> Iterator[Problem]:
    """nav lists every page once, by its path alone (its H1 is its title), and none that forwards."""
    listed: dict[str, int] = {}
    for line in book.guide.odd:
        yield Problem(CONFIG, line, 1, "B201", "nav must hold pages, and titles with a list of pages")
    for entry in book.guide.nav:
        path, fault = entry.source, ""
        if path not in book.paths:
            fault = f"nav must list pages that are there: {path!r}{book.missing(path)}"
        elif path in listed:
            fault = f"nav must list a page once: {path!r} is in line {listed[path]} too"
        elif path in book.forwarding:
            fault = f"nav must not list a page that forwards; list it under not_in_nav: {path!r}"
        elif entry.title:
            fault = f"nav must give the path alone, the H1 is the title: {entry.title!r}"
        listed.setdefault(path, entry.line)
        if fault:
            yield Problem(CONFIG, entry.line, entry.column, "B201", fault)
    if "nav" not in book.guide.lines:
        yield Problem(CONFIG, 1, 1, "B201", "must have nav, a list of the pages in their order")
        return
    for path in sorted({*book.paths} - {*listed} - book.forwarding):
        if PAGE_NAME.fullmatch(path):
            yield Problem(f"docs/{path}", 1, 1, "B201", "nav in mkdocs.yml must list this page")


def b202_sections(book: Book) -> Iterator[Problem]:
    """A section of nav holds the pages of one folder, opened by its index; a folder is one section."""
    homes: dict[str, str] = {}
    known = [entry for entry in book.guide.nav if entry.source in book.paths]
    for section in dict.fromkeys(entry.section for entry in known):
        entries = [entry for entry in known if entry.section == section]
        home = Counter(posixpath.dirname(entry.source) for entry in entries).most_common(1)[0][0]
        where = f"the section {section.title!r}" if section.title else "the top of nav"
        index, first = posixpath.join(home, "index.md"), entries[0]
        for entry in entries:
            if posixpath.dirname(entry.source) != home:
                fault = f"{where} must hold pages of docs/{home} only: {entry.source!r}"
                yield Problem(CONFIG, entry.line, entry.column, "B202", fault)
        if index in [entry.source for entry in entries[1:]]:
            fault = f"{where} must begin with {index!r}: {first.source!r}"
            yield Problem(CONFIG, first.line, first.column, "B202", fault)
        if homes.setdefault(home, where) != where:
            yield Problem(CONFIG, section.line, 1, "B202", f"docs/{home} must be one section: {homes[home]}, {where}")


def b203_names(book: Book) -> Iterator[Problem]:
    """Folders and pages are named in lower-case words joined by hyphens, without numbers, and end in .md; other files
    have no space, colon or other mark in their names that a tool or a host could trip over, and are no backups."""
    for path in book.files:
        fault = ""
        if path in book.paths and not PAGE_NAME.fullmatch(path):
            fault = "rename the file; a page must be lower-case words joined by hyphens, and .md"
            fault += "; MkDocs leaves this folder out" * path.startswith("templates/")
        elif BACKUP.fullmatch(path):
            fault = "delete the file, or move it out of docs/; an editor's backup would be published"
        elif not FILE_NAME.fullmatch(path):
            fault = "rename the file; a name must have letters, digits, hyphens and dots only"
        if fault:
            yield Problem(f"docs/{path}", 1, 1, "B203", f"{fault}: {path!r}")


def b204_index(book: Book) -> Iterator[Problem]:
    """Every folder with pages has an index.md that opens it."""
    for folder in {posixpath.dirname(path) for path in book.paths}:
        if posixpath.join(folder, "index.md") not in book.files:
            yield Problem(f"docs/{folder}".rstrip("/"), 1, 1, "B204", "the folder must have an index.md that opens it")


def b205_titles(book: Book) -> Iterator[Problem]:
    """No two pages have the same title, but for those that forward."""
    titles: dict[str, Page] = {}
    for page in book.pages:
        first = titles.setdefault(page.title.casefold(), page) if page.kind.listed else page
        if page.title and first is not page:
            fault = f"the title must be this page's own: {first.name} is {page.title!r} too"
            yield page.problem(page.title_line, "B205", fault)


def b206_address(book: Book) -> Iterator[Problem]:
    """site_url, which SITE_URL sets, is an https: address or one on this machine, without ? and #."""
    own = book.guide.site_url
    local = re.match(r"http://(?:localhost|127\.0\.0\.1)(?::\d+)?(?:/|$)", own)
    fault = "" if local else syntax_error(own)
    if own and (fault or (not local and scheme_of(own) not in ("http", "https")) or re.search(r"[\s?#]", own)):
        fault = "site_url, or SITE_URL where it is set, must be an address such as https://example.org/guide/"
        yield Problem(CONFIG, book.guide.lines["site_url"], 1, "B206", f"{fault}: {own!r}")


def b207_weight(book: Book) -> Iterator[Problem]:
    """A picture or other file weighs at most 500 KB: some readers have slow or costly lines."""
    for name in sorted({*book.files} - {*book.paths}):
        if (size := book.files[name].stat().st_size) > style.FILE_SIZE:
            fault = f"a file must weigh at most {style.FILE_SIZE // 1000} KB, weighs {size // 1000} KB; make it smaller"
            yield Problem(f"docs/{name}", 1, 1, "B207", fault)


def b304_next(book: Book) -> Iterator[Problem]:
    """The last line of a chapter and of a worksheet is `**Next:** [Title](page.md)`, with the title of that page."""
    title_of = {page.path: page.title for page in book.pages if page.title}
    for page in (page for page in book.pages if page.kind.onward):
        number, title, path = page.next
        if not title:
            yield page.problem(number, "B304", f"the last line must be `**Next:** [Title](page.md)`: {path[:60]!r}")
        elif path == page.path:
            yield page.problem(number, "B304", "Next must lead to another page", 11)
        elif title_of.get(path, title) != title:
            fault = f"Next must give the title of {path}, {title_of[path]!r}: {title!r}"
            yield page.problem(number, "B304", fault, 11)


def b505_cited(book: Book) -> Iterator[Problem]:
    """Each entry of the page of sources is cited by a page."""
    cited = {entry for page in book.pages for entry in page.cited}
    for page in (page for page in book.pages if page.path == style.SOURCES and book.pages == book.all):
        for entry, number in page.anchors.items():  # a page that cannot be read may cite it
            if entry not in cited:
                yield page.problem(number, "B505", f"a page must cite {entry!r}, or the entry can go")


def b510_known_numbers(book: Book) -> Iterator[Problem]:
    """A number that a page tells readers to call or text is on the page of helplines too."""
    known = {number for page in book.pages if page.path == style.HELPLINES for _, number in page.dialed}
    for page in book.pages if style.HELPLINES in book.files else ():
        for line, number in page.dialed + page.named:
            if number not in known:
                fault = f"{style.HELPLINES} must have a link to every number that the guide names: {number}"
                yield page.problem(line, "B510", fault)


def b511_glossary(book: Book) -> Iterator[Problem]:
    """Each line of the glossary is `*[term]: meaning.`, each term once."""
    path = book.files.get(style.GLOSSARY)
    terms: set[str] = set()
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines() if path else (), 1):
        match = re.fullmatch(r"\*\[([^\[\]]+)\]: (\S.*[.!?])", line)
        if line.strip() and (not match or match[1].casefold() in terms):
            fault = "an entry must be `*[term]: meaning.`, each term once"
            yield Problem(f"docs/{style.GLOSSARY}", number, 1, "B511", f"{fault}: {line[:40]!r}")
        terms |= {match[1].casefold()} if match else set()


BOOK_RULES = rules(globals())
PAGE_RULES = {**pages.RULES, **text.RULES}
RULES = dict(sorted({**BOOK_RULES, **PAGE_RULES}.items()))


def structure(root: Path, today: datetime.date | None = None) -> tuple[list[Problem], int]:
    """Return the problems of a book, and how many pages it has. Raises CannotRunError."""
    book = Book(root, today or datetime.date.today())
    found: list[Problem] = []
    for page in book.read():
        for code, rule in PAGE_RULES.items():
            found += [page.problem(line, code, message, *column) for line, message, *column in rule(page, book)]
        page.drop_text()
    found += [problem for rule in BOOK_RULES.values() for problem in rule(book)]
    return sorted(problem._replace(path=(root / problem.path).as_posix()) for problem in set(found)), len(book.all)
