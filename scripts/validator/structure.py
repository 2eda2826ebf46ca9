"""The rules of the whole book: each is a function named by its code, and its docstring is the rule.

A rule yields path, line and message, and the column where it knows one.
"""

import datetime
import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from . import book as book_rules
from . import pages, style
from .book import Book
from .report import MANY, Problem, did_you_mean, is_past, range_error, rules

Found = Iterator[tuple[str, int, str] | tuple[str, int, str, int]]
# MkDocs leaves out docs/templates/ and names with a leading dot without a word.
PAGE_NAME = re.compile(r"(?!templates/)(?:[a-z]+(?:-[a-z]+)*/)*[a-z]+(?:-[a-z]+)*\.md")
# No editor's backup, and no mark that a tool or a host could trip over.
FILE_NAME = re.compile(r"(?!(?:.*/)?#|.*(?:~|\.(?:bak|orig|rej|sw[op]|tmp))$)[\w.()&+,=@'!-][\w.()&+,=@'!/-]*")
CALL = re.compile(r"(?i)\b(?:call|dial|phone|ring|text)(?: \w+ to)? (\+?\d[\d -]+\d)\b")
CONFIG = "mkdocs.yml"


def b103_fields(book: Book) -> Found:
    """The head has exactly the agreed fields, each once, each with a text; a forwarding page also has `forward`."""
    for page in book.pages:
        needed = [*style.FIELDS, *["forward"] * (not page.kind.listed)]
        unknown = page.head.keys() - {*needed, "search"}
        for name, (*others, (line, column, value)) in page.head.items():
            if name in unknown:
                hint = did_you_mean(name, needed)
                yield page.name, line, f"the head has only {', '.join(needed)}: {name!r}{hint}", column
            elif others or not value:
                yield page.name, line, f"{name} must be in the head once, with a text", column
        for name in needed:
            if name not in page.head and not unknown:  # else one of them may be misspelt
                yield page.name, 1, f"the head must have {name}"


def b104_description(book: Book) -> Found:
    """The description is a sentence of 60 to 150 characters, and no other page has it; one that forwards is free."""
    seen: dict[str, str] = {}
    for path, line, column, text in book.fields("description"):
        if path.removeprefix("docs/") in book.forwarding:
            continue
        fault = range_error(len(text), style.DESCRIPTION, "characters")
        if not fault and text[-1] not in ".?!":
            fault = f"must be a sentence, with its full stop: {text[-30:]!r}"
        elif not fault and (first := seen.setdefault(text.casefold(), path)) != path:
            fault = f"must be unique; {first} has it too"
        if fault:
            yield path, line, f"description {fault}", column


def b105_kind(book: Book) -> Found:
    """The kind of a page is one of the agreed kinds."""
    for path, line, column, value in book.fields("kind"):
        if value not in style.KINDS:
            hint = did_you_mean(value, style.KINDS)
            yield path, line, f"kind must be one of {', '.join(style.KINDS)}: {value!r}{hint}", column


def b106_reviewed(book: Book) -> Found:
    """The field reviewed is a date that exists, written YYYY-MM-DD, and not in the future."""
    for path, line, column, value in book.fields("reviewed"):
        if not is_past(value, book.today):
            yield path, line, f"reviewed must be a date, YYYY-MM-DD, and not in the future: {value!r}", column


def b107_search(book: Book) -> Found:
    """The field search, which few pages need, is one boost from 0.1 to 1.9, or excludes the page."""
    for path, line, column, value in book.fields("search"):
        if not re.fullmatch(style.SEARCH, value):
            yield path, line, f"search must be {{boost: N}}, N from 0.1 to 1.9, or {{exclude: true}}: {value!r}", column


def b108_forward(book: Book) -> Found:
    """A forwarding page names a page that is there, by its path below docs/, and links to it."""
    for page in (page for page in book.pages if not page.kind.listed):
        for line, column, value in page.field("forward"):
            if value not in book.paths:
                yield page.name, line, f"forward must name a page that is there: {value!r}{book.hint(value)}", column
            elif not page.leads_to(value, 1, MANY):
                yield page.name, page.start, f"a forwarding page must link to the page it forwards to: {value!r}"


def b201_nav(book: Book) -> Found:
    """nav lists every page once, by its path alone (its H1 is its title), and none that forwards."""
    listed: dict[str, tuple[int, int]] = {}
    for line in book.guide.odd:
        yield CONFIG, line, "nav must hold pages, and titles with a list of pages"
    for _, path, line, column, title, _ in book.guide.nav:
        first = listed.setdefault(path, (line, column))
        if path not in book.paths:
            yield CONFIG, line, f"nav must list pages that are there: {path!r}{book.hint(path)}", column
        elif first != (line, column):
            yield CONFIG, line, f"nav must list a page once: {path!r} is in line {first[0]} too", column
        elif path in book.forwarding:
            yield CONFIG, line, f"nav must not list a page that forwards; list it under not_in_nav: {path!r}", column
        elif title:
            yield CONFIG, line, f"nav must give the path alone, the H1 is the title: {title!r}", column
    if "nav" not in book.guide.lines:
        yield CONFIG, 1, "must have nav, a list of the pages in their order"
        return
    for path in sorted({*book.paths} - {*listed} - book.forwarding):
        if PAGE_NAME.fullmatch(path):
            yield f"docs/{path}", 1, "nav in mkdocs.yml must list this page"


def b202_sections(book: Book) -> Found:
    """A section of nav holds the pages of one folder, opened by its index.md; a folder is one section."""
    homes: dict[str, str] = {}
    known = [entry for entry in book.guide.nav if entry.source in book.paths]
    for section in dict.fromkeys(entry.section for entry in known):
        entries = [entry for entry in known if entry.section == section]
        home = Counter(posixpath.dirname(entry.source) for entry in entries).most_common(1)[0][0]
        where = f"the section {section.title!r}" if section.title else "the top of nav"
        index, first, *others = posixpath.join(home, "index.md"), *entries
        if index not in book.files or index in [entry.source for entry in others]:
            yield CONFIG, first.line, f"{where} must begin with {index!r}: {first.source!r}", first.column
        for entry in entries:
            if posixpath.dirname(entry.source) != home:
                fault = f"{where} must hold pages of docs/{home} only: {entry.source!r}"
                yield CONFIG, entry.line, fault, entry.column
        if homes.setdefault(home, where) != where:
            yield CONFIG, section.line, f"docs/{home} must be one section: {homes[home]}, {where}"


def b203_names(book: Book) -> Found:
    """Pages and folders are lower-case words joined by hyphens; other files have no odd mark, and are no backups."""
    for path in book.files:
        if path in book.paths and not PAGE_NAME.fullmatch(path):
            yield (
                f"docs/{path}",
                1,
                "rename the page; its folders and it must be lower-case words joined by hyphens, .md",
            )
        elif not FILE_NAME.fullmatch(path):
            yield (
                f"docs/{path}",
                1,
                "rename or delete the file; a name must have letters, digits, hyphens and dots only",
            )


def b205_titles(book: Book) -> Found:
    """No two pages have the same title, but for those that forward."""
    titles: dict[str, str] = {}
    for page in (page for page in book.pages if page.kind.listed and page.title):
        if (first := titles.setdefault(page.title.casefold(), page.name)) != page.name:
            yield page.name, page.title_line, f"the title must be unique: {first} is {page.title!r} too"


def b207_weight(book: Book) -> Found:
    """A picture or other file weighs at most 500 KB: some readers have slow or costly lines."""
    for name in sorted({*book.files} - {*book.paths}):
        if (size := book.files[name].stat().st_size) > style.FILE_SIZE:
            fault = f"a file must weigh at most {style.FILE_SIZE // 1000} KB, weighs {size // 1000} KB; make it smaller"
            yield f"docs/{name}", 1, fault


def b304_next(book: Book) -> Found:
    """The last line of a chapter and of a worksheet is `**Next:** [Title](page.md)`, with the title of that page."""
    title_of = {page.path: page.title for page in book.pages if page.title}
    for page in (page for page in book.pages if page.kind.onward):
        number = max((n for n, line in enumerate(page.lines, 1) if line.strip()), default=page.start)
        match = re.fullmatch(r"\*\*Next:\*\* \[([^\]]+)\]\(([^)]+\.md)(?:#[^)]*)?\)\s*", page.lines[number - 1])
        title, path = (match[1], page.target(match[2])) if match else ("", "")
        if not match or path == page.path:
            yield page.name, number, "the last line must lead to another page: `**Next:** [Title](page.md)`"
        elif title_of.get(path, title) != title:
            yield page.name, number, f"Next must give the title of {path}, {title_of[path]!r}: {title!r}", 11


def b505_cited(book: Book) -> Found:
    """Each entry of the page of sources is cited by a page."""
    cited = {link.fragment for page in book.pages for link in page.links if link.target == style.SOURCES}
    for page in (page for page in book.pages if page.path == style.SOURCES and not book.faults):
        for entry, number in page.anchors.items():  # a page that cannot be read may cite it
            if entry not in cited:
                yield page.name, number, f"a page must cite {entry!r}, or the entry can go"


def b510_known_numbers(book: Book) -> Found:
    """A number that a page tells readers to call or text is on the page of helplines too."""
    calls = [
        (page, link.line, re.sub(r"[;?].*|\D", "", unquote(link.address)))
        for page in book.pages
        for link in page.links
        if re.match(r"(?:tel|sms):.*\d", link.address)
    ]
    named = [
        (page, block.line, re.sub(r"\D", "", match[1]))
        for page in book.pages
        for block in page.blocks
        for match in CALL.finditer(block.text)
    ]
    known = {number for page, _, number in calls if page.path == style.HELPLINES}
    for page, line, number in calls + named if style.HELPLINES in book.files else ():
        if number not in known:
            fault = f"{style.HELPLINES} must have a link to every number that the guide names: {number}"
            yield page.name, line, fault


def b511_glossary(book: Book) -> Found:
    """Each line of the glossary is `*[term]: meaning.`, each term once."""
    path, terms = book.files.get(style.GLOSSARY), {""}
    for number, line in enumerate(path.read_text("utf-8", "replace").splitlines() if path else (), 1):
        match = re.fullmatch(r"\*\[([^\[\]]+)\]: \S.*[.!?]", line)
        term = match[1].casefold() if match else ""
        if line.strip() and term in terms:
            fault = f"an entry must be `*[term]: meaning.`, each term once: {line[:40]!r}"
            yield f"docs/{style.GLOSSARY}", number, fault
        terms.add(term)


BOOK_RULES, PAGE_RULES = rules(globals()), pages.RULES.items()
RULES = dict(sorted({**rules(vars(book_rules)), **pages.RULES, **BOOK_RULES}.items()))


def structure(root: Path, today: datetime.date | None = None) -> tuple[list[Problem], int]:
    """Return the problems of a book, and how many pages it has. Raises CannotRunError and GuideError."""
    book = Book(root, today or datetime.date.today())
    found = [(code, page.name, *one) for page in book.pages for code, rule in PAGE_RULES for one in rule(page, book)]
    found += [(code, *one) for code, rule in BOOK_RULES.items() for one in rule(book)]
    problems = {Problem(path, line, (*column, 1)[0], code, message) for code, path, line, message, *column in found}
    named = (problem._replace(path=(root / problem.path).as_posix()) for problem in {*problems, *book.faults})
    return sorted(named), len(book.paths)
