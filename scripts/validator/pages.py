"""The rules of a page: each is a function named by its code, and its docstring is the rule.

A rule yields a line, what must be true there, and where it has them what is seen instead and a hint.
"""

import datetime
import posixpath
import re
from collections.abc import Iterator
from typing import Any

from .addresses import FOREIGN, dialed, dialing_error, host_error, scheme_of, syntax_error
from .book import Book, Page, Part
from .report import did_you_mean, matches, rules
from .style import PATH, style

OPENING, DANGER, RESEARCH = "abstract", "danger", "info"  # boxes that have rules of their own
Found = Iterator[tuple[Any, ...]]
SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)*_]*\s+")  # between two
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}  # never closed
CALL = re.compile(r"(?i)\b(?:call|dial|phone|ring|text)(?: \w+ to)? (\+?\d[\d -]+\d)\b")


def syllables(word: str) -> int:
    """Count groups of vowels, without a silent e at the end. A page's grade is within 0.4 of a dictionary's."""
    spoken = re.sub(r"(?:(?<=[^aeiouyl])e|(?<=[^aeiouytd])ed|(?<=[^aeiouysxzcg])es)$", "", word.lower())
    return len(re.findall("[aeiouy]+", spoken)) or 1


def calls(page: Page) -> list[Part]:
    """The links to numbers on a page."""
    return [link for link in page.links if scheme_of(link.address) in ("tel", "sms")]


def b103_head(page: Page, book: Book) -> Found:
    """The head has exactly the agreed fields, each as style.yml says."""
    agreed = style.fields | style.search | ({} if page.kind["listed"] else style.forward)
    unknown = [name for name in page.head if name not in agreed]
    for name in unknown:
        yield page.field(name)[0], f"the head has only {', '.join(agreed)}", name, did_you_mean(name, agreed)
    for name, (pattern, what) in agreed.items():
        line, value = page.field(name)
        if name not in page.head and (unknown or name in style.search):
            continue  # an unknown one may be this, misspelt
        if not re.fullmatch(pattern, value):
            yield line, f"the head must have {name}, {what}", value, did_you_mean(value, style.kinds)


def b108_forward(page: Page, book: Book) -> Found:
    """A page that forwards names and links to a page that is there and does not forward."""
    line, target = page.field("forward")
    if page.kind["listed"] or not target:
        return
    if target not in book.paths or target in book.forwarding:
        yield line, "forward must name another page, which does not forward", target, book.hint(target)
    elif not page.leads_to(target, page.start, len(page.lines)):
        yield page.start, "the page must link to the page that it forwards to", target


def b302_form(page: Page, book: Book) -> Found:
    """A page has the form of its kind: `forms` in style.yml, which says too which pages are excepted."""
    names = ("any", page.kind["name"], page.path)
    tables = [table for kinds, table in style.forms.items() if any(name in kinds.split(", ") for name in names)]
    excepted = {message for table in tables for message in table if page.path in style.excepted.get(message, ())}
    found = [fault for table in tables for fault in matches(table, "\n".join(page.lines))]
    yield from (fault for fault in found if fault[1] not in excepted)
    for message in excepted - {message for _, message, _ in found}:
        yield page.start, f"the page needs no exception; take it out of {PATH}", message


def b304_next(page: Page, book: Book) -> Found:
    """The last line of a chapter and of a worksheet leads to another page, by its title."""
    for link in page.links[-1:]:
        file, last = link.target.partition("#")[0], page.lines[link.line - 1]
        title = book.pages[file].title.text if file in book.pages else link.text
        if last.startswith("**Next:**") and (file == page.path or title != link.text):
            yield link.line, f"the last line must lead to another page, by its title {title!r}", link.text


def b306_size(page: Page, book: Book) -> Found:
    """A page has as many words, sections and boxes as its kind allows, and at most 45 words "In short"."""
    words = [(block.line, len(WORD.findall(block.text))) for block in page.blocks if block.text[:6] != "Next: "]
    short = [range(box.line, box.end + 1) for box in page.boxes if box.kind == OPENING][:1]
    counts = {
        "words": sum(count for _, count in words),
        "sections": sum(block.tag == "h2" and block.text != style.checklist for block in page.headings),
        "boxes": sum(box.kind != OPENING for box in page.boxes),
        "opening_words": sum(count for line, count in words if short and line in short[0]),
    }
    for things, count in counts.items():
        least, most = (page.kind | style.pages.get(page.path, {}))[things]
        if not least <= count <= most:
            yield page.title.line, f"the page must have {least} to {most} {things.replace('_', ' ')}, has {count}"


def b307_grade(page: Page, book: Book) -> Found:
    """A page reads at the Flesch-Kincaid grade of its kind or lower."""
    texts = [part for block in page.blocks if block.tag in ("p", "dt") for part in SENTENCE.split(block.text)]
    parts = [part for part in texts if WORD.search(part)]
    words = [word for part in parts for word in WORD.findall(part)]
    if len(words) >= 100:  # fewer say nothing
        grade = 0.39 * len(words) / len(parts) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
        if grade > page.kind["grade"]:
            fault = f"the reading grade must be {page.kind['grade']} or lower, is {grade:.1f}; shorten sentences"
            yield page.start, fault


def b405_box_links(page: Page, book: Book) -> Found:
    """A danger box links into safety/, and a research box to an entry of the page of sources."""
    starts = {DANGER: style.safety, RESEARCH: f"{style.sources}#"}
    for box in page.boxes:
        if box.kind in starts and not page.leads_to(starts[box.kind], box.line, box.end):
            yield box.line, f"the box {style.boxes[box.kind]!r} must link to {starts[box.kind]}…"


def b501_lines(page: Page, book: Book) -> Found:
    """A line has no mark that goes wrong when built: a wrong tick box, attributes, a footnote, a hidden character."""
    for number, line in enumerate(page.lines, 1):
        yield from matches(style.lines, line, number)


def b503_dates(page: Page, book: Book) -> Found:
    """The date on which a page was reviewed, or its numbers were matched, exists and is not in the future."""
    for number, message, seen in matches(style.dated, "\n".join(page.lines)):
        try:
            past = datetime.date.fromisoformat(seen) <= book.today
        except ValueError:
            past = False
        if not past:
            yield number, message, seen


def b508_unclosed(page: Page, book: Book) -> Found:
    """A mark that opens bold, a link or code is closed, and so is a tag of raw HTML."""
    for line, text in page.plain:
        yield from matches(style.unclosed, text, line)
    opened: list[tuple[int, str, str]] = []
    for line, text in page.tags:
        name = "".join(re.findall(r"^</?([\w-]+)(?!.*/>)", text.lower(), re.S))
        if name and name not in VOID and text[1] != "/":
            opened.append((line, text, name))
        elif name and name not in VOID and (not opened or opened.pop()[2] != name):
            yield line, "a tag must be opened before it is closed, and closed", text
    yield from ((line, "a tag must be closed", text) for line, text, _ in opened)


def b509_numbers(page: Page, book: Book) -> Found:
    """A link to a number shows the digits that it dials. A number that a page tells readers to call or text is on the
    page of helplines too, below its first section."""
    helplines = book.pages.get(style.helplines, page)
    first = next((block.line for block in helplines.headings if block.tag == "h2"), 0)
    known = {dialed(link.address) for link in calls(helplines) if link.line > first}
    unknown = f"{style.helplines} doesn't have this number under a country; has it changed there?"
    for link in calls(page):
        fault = "" if re.search(r"\d\d", link.text) else f"a link to a number must show its digits: {link.text!r}"
        fault = fault or dialing_error(link.text, link.address) or unknown * (dialed(link.address) not in known)
        if fault and not syntax_error(link.address):
            yield link.line, fault, link.address
    known |= {re.sub(r"\D", "", link.text) for link in calls(page)}
    for block in page.blocks:
        for match in CALL.finditer(block.text):
            if re.sub(r"\D", "", match[1]) not in known:
                yield block.line, unknown, match[1]


def b601_never(page: Page, book: Book) -> Found:
    """No page uses the words that the guide never uses; each has its reason."""
    for line, text in [page.field("description"), *((block.line, block.text) for block in page.blocks)]:
        for number, why, seen in matches(style.never, text, line):
            yield number, f"never use this: {why}", seen


def b701_target(page: Page, book: Book) -> Found:
    """A link, an image or raw HTML on a page names a file that is there, a page by its .md file where it is now."""
    folder = posixpath.dirname(page.path) or "."
    for link in page.links:
        file = link.target.partition("#")[0]
        if file and file not in book.files:
            yield link.line, "a link must name a file that is there", link.address, book.hint(file, folder)
        elif file in book.forwarding and page.kind["listed"] and (now := book.pages[file].field("forward")[1]):
            yield link.line, f"this page has moved; link to {posixpath.relpath(now, folder)!r}", link.address


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


RULES = rules(globals())
