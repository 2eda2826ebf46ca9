"""The rules of what a page says: words, marks, numbers, links. Each is a function named by its code, its docstring the
rule.

A rule yields line and message, and the column where it knows one.
"""

from __future__ import annotations

import posixpath
import re
from itertools import pairwise

from . import style
from .addresses import SCHEMES, dialing_error, scheme_of, syntax_error
from .book import Book
from .page import ESCAPED, Page, line_of, words_in
from .pages import WORD, Found, day, sentences
from .report import MANY, range_error, rules

NEVER = re.compile(  # one \b for all of them: six times as fast as the obvious way
    rf"(?:\b|(?=[—\xa0]|---))(?:{'|'.join(f'(?P<n{n}>{words})' for n, words in enumerate(style.NEVER.values()))})(?!\w)"
    .replace(" ", r"\s+")
)  # fmt: skip
TAG = re.compile(
    r"<(/?)(?!(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)([a-z][\w-]*)[^<>]*(?<!/)>"
)
UNCLOSED = re.compile(
    rf"(?<!{ESCAPED})(?:\*\*|`)|(?<![\w{ESCAPED}])\*\w|<!--|\[[^\]]*\Z|\A[^{ESCAPED}]*\]\(|\]\([^)]*\Z"
)


def syllables(word: str) -> int:
    """Count groups of vowels, without a silent e at the end. A page's grade is within 0.4 of a dictionary's."""
    spoken = re.sub(r"(?:(?<=[^aeiouyl])e|(?<=[^aeiouytd])ed|(?<=[^aeiouysxzcg])es)$", "", word.lower())
    return len(re.findall("[aeiouy]+", spoken)) or 1


def b306_length(page: Page, book: Book) -> Found:
    """A page is as long as its kind allows, in words."""
    count = sum(len(WORD.findall(text)) for text in map(words_in, page.blocks) if not text.startswith("Next: "))
    if fault := range_error(count, style.PAGE_WORDS.get(page.path, page.kind.words), "words"):
        yield page.start, f"the page {fault}"


def b307_grade(page: Page, book: Book) -> Found:
    """A page reads at Flesch-Kincaid grade 7 or lower."""
    parts = [part for block in page.blocks if block.tag[0] in "pd" for part in sentences(words_in(block))]
    words = [word for part in parts for word in WORD.findall(part)]
    if page.kind.grade < MANY and len(words) >= 100:  # fewer say nothing
        grade = 0.39 * len(words) / len(parts) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
        if grade > page.kind.grade:
            yield page.start, f"the reading grade must be {page.kind.grade} or lower, is {grade:.1f}; shorten sentences"


def b501_lines(page: Page, book: Book) -> Found:
    """A line has no mark that goes wrong on the built page, or that this guide does not use: items to tick, lines of
    attributes, footnotes, marks of a conflict, characters that nobody can see."""
    for pattern, remedy in style.LINES.items():
        for number, line in enumerate(page.lines, 1):
            if match := re.search(pattern, line):
                yield number, f"{remedy}: {line.strip()[:40] or match[0]!r}", match.start() + 1


def b503_matched(page: Page, book: Book) -> Found:
    """On the page of helplines, each section with numbers first says when they were matched, not in the future."""
    calls = [link.line for link in page.links if scheme_of(link.address) in ("tel", "sms")]
    pattern = re.escape(style.MATCHED).replace("YYYY\\-MM\\-DD", r"(\S+)")
    starts = [line_of(block) for block in page.headings if block.tag == "h2"] if page.path == style.HELPLINES else []
    for start, end in pairwise([*starts, MANY]):
        first = min((line for line in calls if start < line < end), default=0)
        dates = [match[1] for line in page.lines[start:first] if (match := re.fullmatch(pattern, line.rstrip()))]
        date = day(dates[0]) if dates else None
        if first and not date:
            yield start, f"the numbers below must come after a line {style.MATCHED!r}, with a date that exists"
        elif date and date > book.today:
            yield start, f"the day on which numbers were matched must not be in the future: {dates[0]!r}"


def b508_unclosed(page: Page, book: Book) -> Found:
    """A mark that opens bold, a link or code is closed, and so is a tag of raw HTML."""
    for block in page.blocks:
        for match in UNCLOSED.finditer(block.text):
            line = line_of(block) + block.text.count("\n", 0, match.start())
            yield line, f"this must be closed, or a \\ must come before it: {match[0][:20]!r}"
    opened: list[tuple[str, int]] = []
    for line, text in sorted(page.html.items()):
        for end, name in TAG.findall(text.lower()):
            if not end:
                opened.append((name, line))
            elif opened[-1:] and opened[-1][0] == name:
                opened.pop()
            else:
                yield line, f"a tag must be opened before it is closed: </{name}>"
    yield from ((line, f"a tag must be closed: <{name}>") for name, line in opened)


def b509_digits(page: Page, book: Book) -> Found:
    """A link to a number shows the digits that it dials."""
    for line, column, address, _, element in page.links:
        if scheme_of(address) in ("tel", "sms") and not syntax_error(address):
            fault = dialing_error(element.text, address)
            if fault or not re.search(r"\d\d", element.text):
                yield line, fault or f"a link to a number must show its digits: {element.text!r}", column


def b601_never(page: Page, book: Book) -> Found:
    """No page uses the words that the guide never uses; each has its reason."""
    texts = [(line_of(block), words_in(block)) for block in page.blocks]
    if field := page.field("description"):
        texts.append((field.line, field.value))
    for number, text in texts:
        for match in NEVER.finditer(text.lower()):
            line, seen = number + text.count("\n", 0, match.start()), text[match.start() : match.end()]
            column = page.lines[line - 1].find(seen.split("\n")[0]) + 1 or 1
            why = list(style.NEVER)[int(str(match.lastgroup)[1:])]
            yield line, f"never use {' '.join(seen.split()) or seen!r}: {why}", column


def b701_target(page: Page, book: Book) -> Found:
    """A link, an image or raw HTML on a page names a file that is there, a page by its .md file."""
    for (line, column, address, _, element), target, _ in page.targets:
        if re.match(r"[a-zA-Z][\w+.-]*:|[/#?]|$", address) or "\\" in address or element.text.startswith("^"):
            continue
        if target.startswith("../"):
            yield line, f"a link must stay inside docs/: {address!r}", column
        elif target not in book.files:
            hint = book.missing(target, posixpath.dirname(page.path))
            yield line, f"a link must name a file that is there: {address!r}{hint}", column


def b702_address(page: Page, book: Book) -> Found:
    """A link has words, and is relative, or https:, mailto:, tel: or sms: in full and well formed."""
    own = book.guide.site_url.rstrip("/")
    for line, column, address, loads, element in page.links:
        fault = "" if " " in address and not scheme_of(address) else syntax_error(address)
        if not address or not (loads or element.text.strip() or element.select("[alt]")):
            fault = f"a link must have {'words' if address else 'an address'}"
        elif own and address.startswith(own) and not re.search(r"//(?:localhost|127\.)", own):
            fault = "a link to our own page must be relative, to its .md file"
        elif re.match(r"/(?!/)", address):
            fault = "a link must be relative, so that it works under any address"
        elif (address.startswith("//") and not loads) or scheme_of(address) not in ("", *SCHEMES):
            fault = fault or "a link must be relative, or begin with https:, mailto:, tel: or sms: and no other"
        elif scheme_of(address) == "http" and not fault:
            fault = "an address must begin with https:, what comes by http: can be read and changed on its way"
        if fault:
            yield line, f"{fault}: {address!r}", column


def b703_own(page: Page, book: Book) -> Found:
    """A page shows and runs only what the guide itself holds: readers' visits are nobody else's business."""
    for line, column, address, loads, _ in page.links:
        if loads and re.match(r"(?i)(?:https?:)?//", address):
            yield line, f"nothing may be loaded from another host; keep a copy in docs/: {address!r}", column


RULES = rules(globals())
