"""The rules of the sources: each is a function named by its code, and its docstring is the rule.

A rule that takes `page` is called for each page, and yields a line, what must be true there, and where it has them what
is seen instead and a hint. A rule that takes the book alone is called once, and yields a path before that.
"""

import contextlib
import datetime
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from . import book as reading
from .addresses import FOREIGN, dialed, dialing_error, host_error, scheme_of, syntax_error
from .book import Book, Page
from .report import Problem, did_you_mean, matches, problem, rules
from .style import style

Found = Iterator[tuple[Any, ...]]
CONFIG = "mkdocs.yml"
SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)*_]*\s+")  # between two
SILENT = re.compile(r"(?:(?<=[^aeiouyl])e|(?<=[^aeiouytd])ed|(?<=[^aeiouysxzcg])es)$")  # an ending of a word, unspoken
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
TERM = re.compile(r"^\*\[[^\]\n]+\]|^(?!\*\[).*", re.M)  # all of the glossary but its meanings
CALL = re.compile(r"(?i)\b(?:call|dial|phone|ring|text)(?: \w+ to)? (\+?\d[\d -]+\d)\b")


def reading_grade(page: Page) -> float:
    """Return the Flesch-Kincaid grade of a page, https://en.wikipedia.org/wiki/Flesch-Kincaid_readability_tests, or 0
    for one with fewer than 100 words. Groups of vowels stand for syllables: within 0.4 of a dictionary's grade."""
    parts = [part for block in page.blocks if block.tag in ("p", "dt") for part in SENTENCE.split(block.text)]
    words = [found for part in parts if (found := WORD.findall(part))]
    spoken = [SILENT.sub("", word.lower()) for part in words for word in part]
    count, syllables = len(spoken), sum(len(re.findall("[aeiouy]+", word)) or 1 for word in spoken)
    return max(0, round(0.39 * count / len(words) + 11.8 * syllables / count - 15.59, 1)) if count >= 100 else 0


def b103_head(page: Page, book: Book) -> Found:
    """The head has exactly the agreed fields, each as style.yml says."""
    agreed = style.fields | ({} if page.kind["listed"] else style.forward)
    unknown = [name for name in page.head if name not in agreed]
    for name in unknown:
        yield page.field(name)[0], f"the head has only {', '.join(agreed)}", name, did_you_mean(name, agreed)
    for name, field in agreed.items():
        line, value = page.field(name)
        misspelt = unknown and name not in page.head  # an unknown one may be this
        if not misspelt and not field["pattern"].fullmatch(value):
            yield line, f"the head must have {name}, {field['meaning']}", value, did_you_mean(value, style.kinds)


def b108_forward(page: Page, book: Book) -> Found:
    """A page that forwards names and links to a page that is there and does not forward."""
    line, target = page.field("forward")
    linked = any(link.tag == "a" and link.target.startswith(target) for link in page.links)
    if target and not page.kind["listed"] and (target not in book.paths or target in book.forwarding or not linked):
        fault = "forward must name another page, which does not forward, and this page must link to it"
        yield line, fault, target, book.hint(target)


def b201_nav(book: Book) -> Found:
    """nav lists every page once, by path alone, not_in_nav what forwards; a section has one folder, index.md first."""
    listed: dict[str, int] = {}
    home, section = "", ""
    for _, source, line, title, within in book.guide.nav:
        first, (folder, name) = listed.setdefault(source, line), posixpath.split(source)
        opens, section = within != section, within
        home = folder if opens else home
        if source not in book.paths:
            hint = "; indent each page as the one above it" if " - " in source else book.hint(source)
            yield CONFIG, line, "nav must list pages that are there", source, hint
        elif first != line:
            yield CONFIG, line, f"nav must list a page once, it is in line {first} too", source
        elif source in book.forwarding:
            yield CONFIG, line, "a page that forwards belongs under not_in_nav", source
        elif title:
            yield CONFIG, line, "nav must give the path alone, the H1 is the title", title
        elif opens and within and name != "index.md":
            yield CONFIG, line, f"the section {section!r} must begin with its index.md", source
        elif folder != home:
            yield CONFIG, line, f"the section {section!r} must hold pages of docs/{home}", source
    for path in sorted({*book.paths} - {*listed}):
        key, item = ("not_in_nav", f"/{path}") if path in book.forwarding else ("nav", path)
        if key == "nav" or item not in str(book.guide.settings.get(key)).split():
            yield f"docs/{path}", 1, f"{key} in {CONFIG} must list this page", item


def b205_unique(book: Book) -> Found:
    """No two pages have the same address, title or description; one that forwards may have a title of another."""
    seen = {"/404": "overrides/404.html"}
    for page in book.pages.values():
        own, address = f"docs/{page.path}", f"/{page.path.removesuffix('.md').removesuffix('/index')}"
        texts = ((1, address), (page.title.line, page.title.text), page.field("description"))
        for line, text in texts if page.kind["listed"] else texts[:1]:
            if text and (first := seen.setdefault(text.casefold(), own)) != own:
                yield own, line, f"an address, title or description must be unique, {first} has it too", text


def b207_files(book: Book) -> Found:
    """A file weighs at most 500 KB, for readers on slow or costly lines, and is no symbolic link."""
    for name in book.symlinks:
        yield f"docs/{name}", 1, "a symbolic link would publish what it leads to; put a copy here, or delete it"
    for name, path in book.files.items():
        if name not in book.paths and (size := path.stat().st_size) > style.file_size:
            yield f"docs/{name}", 1, f"a file must weigh at most {style.file_size // 1000} KB, not {size // 1000} KB"


def b302_form(page: Page, book: Book) -> Found:
    """A page has the form of its kind: `forms` in style.yml, which says too which pages are excepted."""
    names = ("any", page.field("kind")[1], page.path)
    tables = [table for kinds, table in style.forms.items() if any(name in kinds.split(", ") for name in names)]
    for fault in (fault for table in tables for fault in matches(table, page.body)):
        if page.path not in style.excepted.get(fault[1], ()):
            yield fault


def b305_overviews(page: Page, book: Book) -> Found:
    """An overview links to every page of its folder, but for those that forward."""
    linked = {link.target.partition("#")[0] for link in page.links} | book.forwarding | {page.path}
    for path in sorted({*book.pages} - linked) if page.field("kind")[1] == "overview" else ():
        if posixpath.dirname(path) == posixpath.dirname(page.path):
            yield page.title.line, "the overview must link to every page of its folder", path


def b306_size(page: Page, book: Book) -> Found:
    """A page has the words, sections, boxes and reading grade that its kind allows in style.yml."""
    counts = {
        "words": sum(len(WORD.findall(block.text)) for block in page.blocks if block.text[:6] != "Next: "),
        "sections": sum(block.tag == "h2" and block.text != style.checklist for block in page.headings),
        "boxes": sum(kind != "abstract" for kind, _ in page.boxes),
        "reading grade": reading_grade(page),
    }
    for things, count in counts.items():
        least, most = page.kind[things]
        if not least <= count <= most:
            yield page.title.line, f"the {things} of this page must be {least} to {most}, not {count}"


def b503_dates(page: Page, book: Book) -> Found:
    """The date on which a page was reviewed, or its numbers were matched, exists and is not in the future."""
    for number, message, seen in matches(style.dated, page.text):
        with contextlib.suppress(ValueError):
            if datetime.date.fromisoformat(seen) <= book.today:
                continue
        yield number, message, seen


def b505_cited(book: Book) -> Found:
    """A page cites each entry of the page of sources."""
    cited = {link.target for page in book.pages.values() for link in page.links}
    lines = book.pages[style.sources].lines if style.sources in book.pages and not book.faults else []
    for number, line in enumerate(lines, 1):
        entry = re.search(r"^#.*\{#(.+)\}", line)
        if entry and f"{style.sources}#{entry[1]}" not in cited:
            yield f"docs/{style.sources}", number, "a page must cite this entry, by this name, or it can go", entry[1]


def b508_unclosed(page: Page, book: Book) -> Found:
    """Bold, a link, code or a tag is closed; no tick box, attributes or hidden character goes wrong when built."""
    yield from matches(style.lines, page.text)
    for block in page.blocks:
        yield from matches(style.unclosed, block.plain, block.line)
    opened: list[tuple[int, str, str]] = []
    for line, text, name in page.tags:
        if text[1] != "/":
            opened.append((line, text, name))
        elif not opened or opened.pop()[2] != name:
            yield line, "a tag must be opened before it is closed, and closed", text
    yield from ((line, "a tag must be closed", text) for line, text, _ in opened)


def b509_numbers(page: Page, book: Book) -> Found:
    """A link shows the number that it dials; a number to call or text is on the page of helplines, under a country."""
    helplines = book.pages.get(style.helplines, page)
    first = next((block.line for block in helplines.headings if block.tag == "h2"), 0)
    known = {dialed(link.address) for link in helplines.calls if link.line > first and style.helplines in book.paths}
    unknown = f"{style.helplines} must link to this number, under a country; add it there, or correct it here"
    for link in page.calls:
        fault = dialing_error(link.text, link.address) or unknown * (dialed(link.address) not in known)
        if fault and not syntax_error(link.address):
            yield link.line, fault, link.address
    known |= {re.sub(r"\D", "", link.text) for link in page.calls}
    for block in page.blocks:
        for match in CALL.finditer(block.plain):
            if re.sub(r"\D", "", match[1]) not in known:
                yield block.line, unknown, match[1]


def b511_forms(book: Book) -> Found:
    """Other files have the forms of style.yml, and are there if they are named; no meaning has words never used."""
    scripts = [path.read_text("utf-8", "replace") for name, path in book.files.items() if name.endswith(".js")]
    for wanted, forms in style.files.items():
        files = {name: path for name, path in book.files.items() if path.match(wanted)}
        if not files and wanted in str([book.guide.settings, *scripts]):
            yield f"docs/{wanted}", 1, "this file must be there, mkdocs.yml or a script reads it"
        for name, text in ((name, path.read_text("utf-8", "replace")) for name, path in files.items()):
            for fault in (*matches(forms, text), *matches(style.never, TERM.sub("", text))):
                yield f"docs/{name}", *fault


def b601_never(page: Page, book: Book) -> Found:
    """No page uses the words that the guide never uses; each has its reason."""
    for line, text in [page.field("description"), *((block.line, block.plain) for block in page.blocks)]:
        for number, why, seen in matches(style.never, text, line):
            yield number, f"never use this: {why}", seen


def b701_target(page: Page, book: Book) -> Found:
    """A link or an image names a file that is there, a page by its .md file where it is now, Next by its title too."""
    folder = posixpath.dirname(page.path) or "."
    for link in page.links:
        file = link.target.partition("#")[0]
        title = book.pages[file].title.text if file in book.pages else link.text
        if file and file not in book.files:
            yield link.line, "a link must name a file that is there", link.address, book.hint(file, folder)
        elif file in book.forwarding and page.kind["listed"] and (now := book.pages[file].field("forward")[1]):
            yield link.line, f"this page has moved; link to {posixpath.relpath(now, folder)!r}", link.address
        elif page.lines[link.line - 1].startswith("**Next:**") and (file == page.path or title != link.text):
            yield link.line, f"Next must lead to another page, by its title {title!r}", link.text


def b702_address(page: Page, book: Book) -> Found:
    """A link is relative, or https:, mailto:, tel: or sms: and well formed; a host or mailbox that it shows is the one
    that it leads to, in ASCII; nothing is loaded from another host."""
    for link in page.links:
        scheme, fault = scheme_of(link.address), ""
        if link.loads and FOREIGN.match(link.address):
            fault = "nothing may be loaded from another host; keep a copy in docs/"
        elif scheme not in ("", "https", "mailto", "tel", "sms") or not link.address or link.address[0] == "/":
            fault = "a link must be relative, or begin with https:, mailto:, tel: or sms: and no other"
        elif scheme or " " not in link.address:  # B701 reports a name with a space
            fault = syntax_error(link.address) or host_error(link.text, link.address)
        if fault:
            yield link.line, fault, link.address


RULES = rules(vars(reading) | globals())


def structure(root: Path, today: datetime.date | None = None) -> tuple[list[Problem], int]:
    """Return the problems of a book, and how many pages it has. Raises GuideError."""
    book = Book(root, today or datetime.date.today())
    found = [*book.faults]
    for code, rule in rules(globals()).items():
        if "page" in rule.__annotations__:
            for page in book.pages.values():
                found += [problem(f"docs/{page.path}", page.lines, code, *fault) for fault in rule(page, book)]
        else:
            found += [problem(path, [], code, *fault) for path, *fault in rule(book)]
    return sorted({one._replace(path=(root / one.path).as_posix()) for one in found}), len(book.paths)
