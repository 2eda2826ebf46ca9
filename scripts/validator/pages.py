"""The rules of a page: each is a function named by its code, and its docstring is the rule.

A rule yields a line, what must be true there, and where it has them what is seen instead and a hint.
"""

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from .addresses import ABSOLUTE, FOREIGN, dialed, dialing_error, host_error, scheme_of, syntax_error
from .book import CODE, Book, Link, Page
from .report import MANY, did_you_mean, is_past, range_error, rules
from .style import PATH, style

OPENING, EXAMPLE, DANGER, RESEARCH = "abstract", "example", "danger", "info"  # boxes that have rules of their own
Found = Iterator[tuple[Any, ...]]
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
NEVER = re.compile(  # one \b for all of them: six times as fast as the obvious way
    rf"(?:\b|(?=[—\xa0]|---))(?:{'|'.join(f'(?P<n{n}>{words})' for n, words in enumerate(style.never.values()))})(?!\w)"
    .replace(" ", r"\s+")
)  # fmt: skip
VOID = "area|br|col|embed|hr|img|input|link|meta|source|track|wbr"
TAG = re.compile(rf"(?<!\]\()<(/?)(?!(?:{VOID})\b)([a-z][\w-]*)(?![\w.:@-])[^<>]*(?<!/)>")
UNCLOSED = re.compile(rf"\*\*|`|(?<!\w)\*\w|\[[^\]]*\Z|\A[^{CODE}]*\]\(|\]\([^)]*\Z")
CALL = re.compile(r"(?i)\b(?:call|dial|phone|ring|text)(?: \w+ to)? (\+?\d[\d -]+\d)\b")


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])[\"'”’)*_]*\s+", text) if WORD.search(part)]


def syllables(word: str) -> int:
    """Count groups of vowels, without a silent e at the end. A page's grade is within 0.4 of a dictionary's."""
    spoken = re.sub(r"(?:(?<=[^aeiouyl])e|(?<=[^aeiouytd])ed|(?<=[^aeiouysxzcg])es)$", "", word.lower())
    return len(re.findall("[aeiouy]+", spoken)) or 1


def calls(page: Page) -> list[Link]:
    """The links to numbers on a page."""
    return [link for link in page.links if scheme_of(link.address) in ("tel", "sms")]


def b103_head(page: Page, book: Book) -> Found:
    """The head has exactly the agreed fields, each once, and each as style.yml says."""
    agreed = style.fields | style.search | ({} if page.kind.listed else style.forward)
    unknown = [name for name in page.head if name not in agreed]
    for name in unknown:
        yield page.field(name)[0], f"the head has only {', '.join(agreed)}", name, did_you_mean(name, agreed)
    for name, (pattern, what) in agreed.items():
        line, value = page.field(name)
        if name not in page.head:
            if name not in style.search and not unknown:  # else it may be the one that is misspelt
                yield 1, f"the head must have {name}, {what}"
        elif not re.fullmatch(pattern, value) or (name == "reviewed" and not is_past(value, book.today)):
            hint = did_you_mean(value, style.kinds) if name == "kind" else ""
            yield line, f"{name} must be there once, and be {what}", value, hint


def b108_forward(page: Page, book: Book) -> Found:
    """A page that forwards names and links to a page that is there and does not forward."""
    line, target = page.field("forward")
    if target and not page.kind.listed and (target not in book.paths or target in book.forwarding):
        hint = "" if target in book.paths else book.hint(target)
        yield line, "forward must name another page that is there, and that does not forward", target, hint
    elif target and not page.kind.listed and not page.leads_to(target, page.start, MANY):
        yield page.start, "the page must link to the page that it forwards to", target


def b302_opening(page: Page, book: Book) -> Found:
    """A chapter opens with its "In short" box, which is on a page once."""
    short, name = [box.line for box in page.boxes if box.kind == OPENING], f"the box {style.boxes[OPENING]!r}"
    second = next((n for n, line in enumerate(page.lines, 1) if n > page.title.line and line.strip()), 0)
    if second and page.title.raw and page.kind.opening and short[:1] != [second]:
        yield second, f"{name} must follow the title"
    yield from ((line, f"{name} must be on a page once") for line in short[1:])


def b304_next(page: Page, book: Book) -> Found:
    """The last line of a chapter and of a worksheet is `**Next:** [Title](page.md)`, with the title of that page."""
    if page.kind.onward:
        line, text = max((n, text) for n, text in enumerate(page.lines, 1) if text.strip())
        match = re.fullmatch(r"\*\*Next:\*\* \[([^\]]+)\]\(([^)]+\.md)(?:#[^)]*)?\)\s*", text)
        path = page.target(match[2]) if match else page.path
        title = book.pages[path].title.text if path in book.pages else ""
        if not match or path == page.path:
            yield line, "the last line must lead to another page: `**Next:** [Title](page.md)`"
        elif title and title != match[1]:
            yield line, f"Next must give the title of {path}, {title!r}", match[1]


def b306_size(page: Page, book: Book) -> Found:
    """A page has as many words, sections and boxes as its kind allows, and at most 45 words "In short"."""
    words = [(block.line, len(WORD.findall(block.text))) for block in page.blocks if block.text[:6] != "Next: "]
    sections = [block for block in page.headings if block.tag == "h2" and block.text != style.checklist]
    boxes = [box for box in page.boxes if box.kind != OPENING]
    counts = [
        (page.start, sum(count for _, count in words), style.page_words.get(page.path, page.kind.words), "words"),
        (page.title.line, len(sections), page.kind.sections if page.title.raw else (0, MANY), "sections"),
        (boxes[-1].line if boxes else page.start, len(boxes), page.kind.boxes, "boxes"),
    ]
    for box in [box for box in page.boxes if box.kind == OPENING][:1]:
        inside = sum(count for line, count in words if box.line < line <= box.end)
        counts.append((box.line, inside, style.opening_words, f"words {style.boxes[OPENING]!r}"))
    for line, count, limits, things in counts:
        if fault := range_error(count, limits, things):
            yield line, f"the page {fault}"


def b307_grade(page: Page, book: Book) -> Found:
    """A page reads at Flesch-Kincaid grade 7 or lower."""
    parts = [part for block in page.blocks if block.tag in ("p", "dt") for part in sentences(block.text)]
    words = [word for part in parts for word in WORD.findall(part)]
    if page.kind.grade < MANY and len(words) >= 100:  # fewer say nothing
        grade = 0.39 * len(words) / len(parts) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
        if grade > page.kind.grade:
            yield page.start, f"the reading grade must be {page.kind.grade} or lower, is {grade:.1f}; shorten sentences"


def b309_safety_line(page: Page, book: Book) -> Found:
    """The safety line follows the opening of each chapter outside safety/, links into safety/, and is marked so."""
    chapter = page.kind.opening and not page.path.startswith(style.safety)
    for box in [box for box in page.boxes if box.kind == OPENING and box.whole and chapter][:1]:
        after = next((block for block in page.blocks if block.line > box.end), page.title)
        if after.text.strip() != style.safety_line or page.lines[after.line : after.line + 1] != ["{: .safety }"]:
            yield after.line, f"the opening must be followed by {style.safety_line!r} and {{: .safety }}", after.text
        elif not page.leads_to(style.safety, after.line, after.line):
            yield after.line, f"the safety line must link to a page in {style.safety}"


def b401_boxes(page: Page, book: Book) -> Found:
    """A box begins at the margin with `!!! kind "Title"`, as style.yml has them; its body is indented by four spaces;
    words are between two boxes, unless style.yml lists the pair as neighbors."""
    for box in page.boxes:
        right, seen = f'!!! {box.kind} "{style.boxes.get(box.kind)}"', page.lines[box.line - 1].rstrip()
        if seen != right:
            form = right if box.kind else f"!!! and one of {', '.join(style.boxes)}"
            yield box.line, f"a box must begin {form}", seen
        if not box.whole:
            line = box.line if box.line == box.end else box.end + 1
            yield line, "a box must have a body, each line indented by four spaces"
    for last, box in pairwise(page.boxes):
        between = "".join(page.lines[last.end : box.line - 1]).strip()
        if not between and [last.kind, box.kind] not in style.neighbors:
            yield box.line, f"words must be between two boxes; the box in line {last.line} ends here"


def b405_box_links(page: Page, book: Book) -> Found:
    """A danger box links into safety/, and a research box to an entry of the page of sources."""
    starts = {DANGER: style.safety, RESEARCH: f"{style.sources}#"}
    for box in page.boxes:
        if box.whole and box.kind in starts and not page.leads_to(starts[box.kind], box.line, box.end):
            yield box.line, f"the box {style.boxes[box.kind]!r} must link to {starts[box.kind]}…"


def b407_words_to_send(page: Page, book: Book) -> Found:
    """A page with words to send has its danger box before them, or a reason in style.yml why it need not."""
    first = next((box for box in page.boxes if box.kind in (EXAMPLE, DANGER)), None)
    excused = page.path in style.words_without_danger
    if first and first.kind == EXAMPLE and not excused:
        yield first.line, f"{style.boxes[DANGER]!r} must come before words to send; or say in {PATH} why not"
    elif excused and not (first and first.kind == EXAMPLE):
        yield page.start, f"the page needs no exception; take it out of {PATH}"


def b501_lines(page: Page, book: Book) -> Found:
    """A line has no mark that goes wrong when built: a wrong tick box, attributes, a footnote, a hidden character."""
    for remedy, pattern in style.lines.items():
        for number, line in enumerate(page.lines, 1):
            if match := re.search(pattern, line):
                yield number, remedy, match[0].strip() or match[0]


def b502_checklist(page: Page, book: Book) -> Found:
    """A chapter ends with its checklist: three to seven items to tick, each starts with a verb and has no full stop."""
    sections = [block for block in page.headings if block.tag == "h2"] or page.headings
    if page.title.raw and page.kind.checklist and sections[-1].text != style.checklist:
        yield sections[-1].line, f"the last section must be `## {style.checklist}`", sections[-1].text
    for start in (block.line for block in sections if block.text == style.checklist):
        end = next((block.line for block in page.headings if block.line > start), MANY)
        items = [item for item in page.items if start < item.line < end]
        if fault := range_error(len(items), style.checklist_items, "items"):
            yield start, f"the checklist {fault}"
        for item in items:
            match = re.match(r"\s*\[.?\]\W*([\w'’-]*)", item.text)
            if not match:
                yield item.line, "an item of a checklist must begin `- [ ] `", item.text.strip()
            elif match[1].lower() not in style.verbs:
                yield item.line, f"an item must start with a verb; if it does, add it in {PATH}", match[1]
            elif item.text.rstrip().endswith("."):
                yield item.line, "an item of a checklist has no full stop", item.text.strip()[-30:]


def b503_matched(page: Page, book: Book) -> Found:
    """On the page of helplines, each section with numbers first says when they were matched, not in the future."""
    starts = [block.line for block in page.headings if block.tag == "h2"] if page.path == style.helplines else []
    for start, end in pairwise([*starts, MANY]):
        first = min((link.line for link in calls(page) if start < link.line < end), default=start)
        dates = [line[len(style.matched) :] for line in page.lines[start:first] if line.startswith(style.matched)]
        if first > start and not any(is_past(date.rstrip(". "), book.today) for date in dates):
            yield start, f"numbers must follow a line `{style.matched}YYYY-MM-DD.`, whose date is not in the future"


def b508_unclosed(page: Page, book: Book) -> Found:
    """A mark that opens bold, a link or code is closed, and so is a tag of raw HTML."""
    for block in page.blocks:
        for match in UNCLOSED.finditer(block.raw):
            line = block.line + block.raw.count("\n", 0, match.start())
            yield line, "this must be closed, or a \\ must come before it", match[0][:20]
    opened: list[tuple[str, int]] = []
    for match in TAG.finditer(page.text.lower()):
        name, line = match[2], page.text.count("\n", 0, match.start()) + 1
        if not match[1]:
            opened.append((name, line))
        elif not opened or opened.pop()[0] != name:
            yield line, "a tag must be opened before it is closed, and closed", match[0]
    yield from ((line, "a tag must be closed", f"<{name}") for name, line in opened)


def b509_digits(page: Page, book: Book) -> Found:
    """A link to a number shows the digits that it dials."""
    for link in calls(page):
        shown = "" if re.search(r"\d\d", link.text) else f"a link to a number must show its digits: {link.text!r}"
        if not syntax_error(link.address) and (fault := shown or dialing_error(link.text, link.address)):
            yield link.line, fault, link.address


def b510_known_numbers(page: Page, book: Book) -> Found:
    """A number that a page tells readers to call or text is on the page of helplines too, below its first section."""
    wrong = {line for line, *_ in b509_digits(page, book)}
    linked = [(link.line, dialed(link.address)) for link in calls(page)]
    named = [(block.line, match[1]) for block in page.blocks for match in CALL.finditer(block.text)]
    if helplines := book.pages.get(style.helplines):
        first = min((block.line for block in helplines.headings if block.tag == "h2"), default=1)
        known = {dialed(link.address) for link in calls(helplines) if link.line > first}
        for line, number in linked + named:
            if line not in wrong and number and re.sub(r"\D", "", number) not in known:
                yield line, f"{style.helplines} doesn't have this number under a country; has it changed there?", number


def b601_never(page: Page, book: Book) -> Found:
    """No page uses the words that the guide never uses; each has its reason."""
    for number, text in [page.field("description"), *((block.line, block.text) for block in page.blocks)]:
        for match in NEVER.finditer(text.lower()):
            line, seen = number + text.count("\n", 0, match.start()), text[match.start() : match.end()]
            why = list(style.never)[int(str(match.lastgroup)[1:])]
            yield line, f"never use this: {why}", " ".join(seen.split()) or seen


def b701_target(page: Page, book: Book) -> Found:
    """A link, an image or raw HTML on a page names a file that is there, a page by its .md file where it is now."""
    folder = posixpath.dirname(page.path)
    for link in page.links:
        elsewhere = ABSOLUTE.match(link.address) or link.address[:1] in ("", "/", "#", "?") or "\\" in link.address
        if not elsewhere and link.file not in book.files and not link.text.startswith("^"):  # not a footnote
            yield link.line, "a link must name a file that is there", link.address, book.hint(link.file, folder)
        elif link.file in book.forwarding and page.kind.listed and (now := book.pages[link.file].field("forward")[1]):
            yield link.line, f"this page has moved; link to {posixpath.relpath(now, folder or '.')!r}", link.address


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
