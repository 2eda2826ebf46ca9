"""The rules of a page: each is a function named by its code, and its docstring is the rule.

A rule yields line and message, and the column where it knows one.
"""

import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from . import style
from .addresses import FOREIGN, INSECURE, SCHEMES, dialing_error, scheme_of, syntax_error
from .book import ESCAPED, MARKDOWN, Book, Page
from .report import MANY, is_past, range_error, rules
from .style import BOXES, DANGER, EXAMPLE, OPENING, RESEARCH

Found = Iterator[tuple[int, str] | tuple[int, str, int]]
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
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
LINKS = {  # the first that matches the beginning of a link's address says what is wrong with it
    r"$": "a link must have an address",
    r"/(?!/)": "a link must be relative, so that it works under any address",
    r"(?i)http:": INSECURE,
    rf"(?i)//|(?!(?:{'|'.join(SCHEMES)}):)[a-z][\w+.-]*:": (
        "a link must be relative, or begin with https:, mailto:, tel: or sms: and no other"
    ),
}


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])[\"'”’)*_]*\s+", text) if WORD.search(part)]


def syllables(word: str) -> int:
    """Count groups of vowels, without a silent e at the end. A page's grade is within 0.4 of a dictionary's."""
    spoken = re.sub(r"(?:(?<=[^aeiouyl])e|(?<=[^aeiouytd])ed|(?<=[^aeiouysxzcg])es)$", "", word.lower())
    return len(re.findall("[aeiouy]+", spoken)) or 1


def b302_opening(page: Page, book: Book) -> Found:
    """A chapter opens with its "In short" box, which is on a page once, and has one to three sentences, 45 words."""
    short, name = [box for box in page.boxes if box.kind == OPENING], f"the box {BOXES[OPENING]!r}"
    second = next((n for n, line in enumerate(page.lines, 1) if n > page.title_line and line.strip()), 0)
    if second and page.title and page.kind.opening and [box.line for box in short[:1]] != [second]:
        yield second, f"{name} must follow the title"
    yield from ((box.line, f"{name} must be on a page once") for box in short[1:])
    for line, end, _, whole in short[:1]:
        text = "\n".join(block.text for block in page.blocks if line < block.line <= end)
        fault = range_error(len(sentences(text)), style.OPENING_SENTENCES, "sentences")
        if whole and (fault := fault or range_error(len(WORD.findall(text)), style.OPENING_WORDS, "words")):
            yield line, f"{name} {fault}"


def b303_sections(page: Page, book: Book) -> Found:
    """A page has as many sections as its kind allows; a chapter's last section is its checklist."""
    sections = [block for block in page.headings if block.tag == "h2"]
    lists = [block for block in sections if block.text == style.CHECKLIST]
    if page.title and (fault := range_error(len(sections) - len(lists), page.kind.sections, "sections")):
        yield page.title_line, f"the page {fault}"
    if page.title and page.kind.checklist and (last := (sections or page.headings)[-1]) not in lists:
        yield last.line, f"the last section must be `## {style.CHECKLIST}`: {last.text!r}"


def b305_overview(page: Page, book: Book) -> Found:
    """An overview links to every page of its folder, but for those that forward."""
    if page.kind.lists_folder and posixpath.basename(page.path) == "index.md":
        linked = {page.path, *(link.target for link in page.links), *book.forwarding}
        for other in sorted({*book.siblings[posixpath.dirname(page.path)]} - linked):
            if other.endswith(MARKDOWN):
                yield page.start, f"the overview must link to every page of its folder: {other!r}"


def b306_length(page: Page, book: Book) -> Found:
    """A page is as long as its kind allows, in words."""
    count = sum(len(WORD.findall(block.text)) for block in page.blocks if not block.text.startswith("Next: "))
    if fault := range_error(count, style.PAGE_WORDS.get(page.path, page.kind.words), "words"):
        yield page.start, f"the page {fault}"


def b307_grade(page: Page, book: Book) -> Found:
    """A page reads at Flesch-Kincaid grade 7 or lower."""
    parts = [part for block in page.blocks if block.tag in ("p", "dt") for part in sentences(block.text)]
    words = [word for part in parts for word in WORD.findall(part)]
    if page.kind.grade < MANY and len(words) >= 100:  # fewer say nothing
        grade = 0.39 * len(words) / len(parts) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
        if grade > page.kind.grade:
            yield page.start, f"the reading grade must be {page.kind.grade} or lower, is {grade:.1f}; shorten sentences"


def b308_headings(page: Page, book: Book) -> Found:
    """A heading has words and no link, and below the title no / & : or dash unless it names its own anchor."""
    for tag, line, text, raw in page.headings:
        mark = re.search(r"[/&:—–]", text)
        if not raw.strip():
            yield line, "a heading must have words"
        elif any(link.line == line for link in page.links):
            yield line, f"a heading must have no link; put it below: {text!r}"
        elif mark and tag != "h1" and line not in page.anchors.values():
            yield line, f"a heading must have no {mark[0]!r}: {text!r}", page.lines[line - 1].find(mark[0]) + 1


def b309_safety_line(page: Page, book: Book) -> Found:
    """The safety line follows the opening of each chapter outside safety/, links into safety/, and is marked so."""
    chapter = page.kind.opening and not page.path.startswith(style.SAFETY)
    for box in [box for box in page.boxes if box.kind == OPENING and box.whole and chapter][:1]:
        after = (block for block in page.blocks if block.line > box.end)
        line, text = next(((block.line, block.text) for block in after), (page.start, ""))
        if text.strip() != style.SAFETY_LINE or page.attributes.get(line + 1) != ".safety ":
            yield line, f"after the opening must come {style.SAFETY_LINE!r}, and below it {{: .safety }}: {text[:40]!r}"
        elif not page.leads_to(style.SAFETY, line, line):
            yield line, f"the safety line must link to a page in {style.SAFETY}"


def b401_box(page: Page, book: Book) -> Found:
    """A box begins at the margin with `!!! kind "Title"`, where the kind is one of seven and the title is its own."""
    for box in page.boxes:
        right, seen = f'!!! {box.kind} "{BOXES.get(box.kind)}"', page.lines[box.line - 1].rstrip()
        if seen != right:
            right = f"begin {right}" if box.kind else f"be one of {', '.join(BOXES)}"
            yield box.line, f"a box must {right}: {seen[:60]!r}"


def b403_body(page: Page, book: Book) -> Found:
    """A box has a body, and every line of it is indented by four spaces."""
    for line, end, _, whole in page.boxes:
        if not whole:
            yield line if line == end else end + 1, "a box must have a body, each line indented by four spaces"


def b404_boxes(page: Page, book: Book) -> Found:
    """A page has as many boxes as its kind allows, with words between them unless NEIGHBORS lists the pair."""
    boxes = [box for box in page.boxes if box.kind != OPENING]
    if fault := range_error(len(boxes), page.kind.boxes, "boxes"):
        yield boxes[-1].line if boxes else page.start, f"the page {fault}"
    for last, box in pairwise(page.boxes):
        between = "".join(page.lines[last.end : box.line - 1]).strip()
        if not between and (last.kind, box.kind) not in style.NEIGHBORS:
            yield box.line, f"words must be between two boxes; the box in line {last.line} ends here"


def b405_box_links(page: Page, book: Book) -> Found:
    """A danger box links into safety/, and a research box to an entry of the page of sources."""
    starts = {DANGER: style.SAFETY, RESEARCH: f"{style.SOURCES}#"}
    for line, end, kind, whole in page.boxes:
        if whole and kind in starts and not page.leads_to(starts[kind], line, end):
            yield line, f"the box {BOXES[kind]!r} must link to {starts[kind]}…"


def b407_words_to_send(page: Page, book: Book) -> Found:
    """A page with words to send has its danger box before them, or a reason in WORDS_WITHOUT_DANGER why it need not."""
    first = [box for box in page.boxes if box.kind in (EXAMPLE, DANGER)][:1]
    bare, excused = [box.line for box in first if box.kind == EXAMPLE], page.path in style.WORDS_WITHOUT_DANGER
    if bare and not excused:
        fault = f"the box {BOXES[DANGER]!r} must come before words to send; or say why not in WORDS_WITHOUT_DANGER"
        yield bare[0], fault
    elif excused and not bare:
        yield page.start, "the page needs no exception; take it out of WORDS_WITHOUT_DANGER"


def b501_lines(page: Page, book: Book) -> Found:
    """A line has no mark that goes wrong when built: a wrong tick box, attributes, a footnote, a hidden character."""
    for pattern, remedy in style.LINES.items():
        for number, line in enumerate(page.lines, 1):
            if match := re.search(pattern, line):
                yield number, f"{remedy}: {line.strip()[:40] or match[0]!r}", match.start() + 1


def b502_checklist(page: Page, book: Book) -> Found:
    """A checklist has three to seven items to tick; each starts with a verb and has no full stop."""
    for start in (block.line for block in page.headings if (block.tag, block.text) == ("h2", style.CHECKLIST)):
        end = next((block.line for block in page.headings if block.line > start), MANY)
        items = [item for item in page.items if start < item.line < end]
        if fault := range_error(len(items), style.CHECKLIST_ITEMS, "items"):
            yield start, f"the checklist {fault}"
        for line, text in ((item.line, item.text.strip()) for item in items):
            box = re.match(r"\[.?\]", text)
            verb = next(iter(WORD.findall(text, box.end() if box else 0)), "")
            if not box:
                yield line, f"an item of a checklist must begin `- [ ] `: {text[:40]!r}"
            elif verb.lower() not in style.VERBS:
                yield line, f"an item must start with a verb: {verb!r}; if it is one, add it to VERBS", 7
            elif text.endswith("."):
                yield line, f"an item of a checklist has no full stop: {text[-30:]!r}", len(page.lines[line - 1])


def b503_matched(page: Page, book: Book) -> Found:
    """On the page of helplines, each section with numbers first says when they were matched, not in the future."""
    calls = [link.line for link in page.links if scheme_of(link.address) in ("tel", "sms")]
    starts = [block.line for block in page.headings if block.tag == "h2"] if page.path == style.HELPLINES else []
    for start, end in pairwise([*starts, MANY]):
        first = min((line for line in calls if start < line < end), default=start)
        lines = [line for line in page.lines[start:first] if line.startswith(style.MATCHED)]
        if first > start and not any(is_past(line[len(style.MATCHED) :].rstrip(". "), book.today) for line in lines):
            fault = f"numbers must follow a line `{style.MATCHED}YYYY-MM-DD.`, with a date that is not in the future"
            yield start, fault


def b508_unclosed(page: Page, book: Book) -> Found:
    """A mark that opens bold, a link or code is closed, and so is a tag of raw HTML."""
    for block in page.blocks:
        for match in UNCLOSED.finditer(block.raw):
            line = block.line + block.raw.count("\n", 0, match.start())
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
    for link in page.links:
        if scheme_of(link.address) in ("tel", "sms") and not syntax_error(link.address):
            shown = "" if re.search(r"\d\d", link.text) else f"a link to a number must show its digits: {link.text!r}"
            if fault := shown or dialing_error(link.text, link.address):
                yield link.line, fault, link.column


def b601_never(page: Page, book: Book) -> Found:
    """No page uses the words that the guide never uses; each has its reason."""
    texts = [(block.line, block.text) for block in page.blocks]
    for number, text in texts + [(line, value) for line, _, value in page.field("description")]:
        for match in NEVER.finditer(text.lower()):
            line, seen = number + text.count("\n", 0, match.start()), text[match.start() : match.end()]
            column = page.lines[line - 1].find(seen.split("\n")[0]) + 1 or 1
            why = list(style.NEVER)[int(str(match.lastgroup)[1:])]
            yield line, f"never use {' '.join(seen.split()) or seen!r}: {why}", column


def b701_target(page: Page, book: Book) -> Found:
    """A link, an image or raw HTML on a page names a file that is there, a page by its .md file."""
    for link in page.links:
        elsewhere = re.match(r"[a-zA-Z][\w+.-]*:|[/#?]|$", link.address) or "\\" in link.address
        if not elsewhere and link.target not in book.files and not link.text.startswith("^"):  # not a footnote
            hint = book.hint(link.target, posixpath.dirname(page.path))
            yield link.line, f"a link must name a file that is there: {link.address!r}{hint}", link.column


def b702_address(page: Page, book: Book) -> Found:
    """A link has words, and is relative, or https:, mailto:, tel: or sms: in full and well formed."""
    own = book.guide.site_url.rstrip("/")
    for link in page.links:
        known = "" if " " in link.address and not scheme_of(link.address) else syntax_error(link.address)
        fault = known or next((message for start, message in LINKS.items() if re.match(start, link.address)), "")
        if own and link.address.startswith(own) and not re.search(r"//(?:localhost|127\.)", own):
            fault = "a link to our own page must be relative, to its .md file"
        elif link.address and not link.loads and not link.text:
            fault = "a link must have words"
        if fault and not (link.loads and FOREIGN.match(link.address)):  # that is for B703
            yield link.line, f"{fault}: {link.address!r}", link.column


def b703_own(page: Page, book: Book) -> Found:
    """A page shows and runs only what the guide itself holds: readers' visits are nobody else's business."""
    for link in page.links:
        if link.loads and FOREIGN.match(link.address):
            fault = f"nothing may be loaded from another host; keep a copy in docs/: {link.address!r}"
            yield link.line, fault, link.column


RULES = rules(globals())
