"""The rules of the parts of a page: head, sections, boxes. Each is a function named by its code; its docstring is it.

A rule yields line and message, and the column where it knows one.
"""

from __future__ import annotations

import datetime
import posixpath
import re
from collections.abc import Iterator
from itertools import pairwise

from turbohtml import Element

from . import style
from .book import MARKDOWN, Book
from .page import Page, line_of, words_in
from .report import MANY, did_you_mean, range_error, rules
from .style import BOXES, DANGER, EXAMPLE, OPENING, RESEARCH

Found = Iterator[tuple[int, str] | tuple[int, str, int]]
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        return None


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])[\"'”’)*_]*\s+", text) if WORD.search(part)]


def opening(page: Page) -> list[Element]:
    return [box for box in page.boxes if box.attr("data-kind") == OPENING]


def b103_fields(page: Page, book: Book) -> Found:
    """The head has exactly the agreed fields, each once, each with a text; a forwarding page also has `forward`."""
    needed = [*style.FIELDS, *["forward"] * (not page.kind.listed)]
    missing = [name for name in needed if name not in page.head]
    for name, values in page.head.items():
        line, column, value = values[-1]
        if name not in (*needed, "search"):
            hint = did_you_mean(name, missing)
            missing = [field for field in missing if repr(field) not in hint]
            why = "; the H1 is the title" if name == "title" else hint
            yield line, f"the head has only {', '.join(needed)}: {name!r}{why}", column
        elif len(values) > 1:
            yield line, f"{name} must be in the head once, is there {len(values)} times", column
        elif not value:
            yield line, f"{name} must have a text", column
    yield from ((1, f"the head must have {name}") for name in missing)


def b105_kind(page: Page, book: Book) -> Found:
    """The kind of a page is one of the agreed kinds."""
    if (field := page.field("kind")) and field.value not in style.KINDS:
        hint = did_you_mean(field.value, style.KINDS)
        yield field.line, f"kind must be one of {', '.join(style.KINDS)}: {field.value!r}{hint}", field.column


def b106_reviewed(page: Page, book: Book) -> Found:
    """The field reviewed is a date that exists, written YYYY-MM-DD, and not in the future."""
    if field := page.field("reviewed"):
        date = day(field.value)
        if not date or date > book.today:
            fault = "must not be in the future" if date else "must be a date, YYYY-MM-DD"
            yield field.line, f"reviewed {fault}: {field.value!r}", field.column


def b107_search(page: Page, book: Book) -> Found:
    """The field search, which few pages need, is one boost from 0.1 to 1.9, or excludes the page."""
    if (field := page.field("search")) and not re.fullmatch(style.SEARCH, field.value):
        fault = f"search must be {{boost: N}}, N from 0.1 to 1.9, or {{exclude: true}}: {field.value!r}"
        yield field.line, fault, field.column


def b108_forward(page: Page, book: Book) -> Found:
    """A forwarding page names a page that is there, by its path below docs/, and links to it."""
    field = page.field("forward")
    if field and not page.kind.listed and field.value not in book.paths:
        hint = book.missing(field.value)
        yield field.line, f"forward must name a page that is there: {field.value!r}{hint}", field.column
    elif field and not page.kind.listed and not page.leads_to(page.tree, field.value):
        yield page.start, f"a forwarding page must link to the page that it forwards to: {field.value!r}"


def b301_title(page: Page, book: Book) -> Found:
    """The first line after the head is the title, the one H1 of the page."""
    titles = [line_of(block) for block in page.headings if block.tag == "h1"]
    first = next((n for n, line in enumerate(page.lines, 1) if n >= page.start and line.strip()), page.start - 1)
    if titles[:1] != [first]:
        yield first, f"the page must begin with its title, `# Title`: {page.lines[first - 1][:40]!r}"
    yield from ((line, f"the page must have one H1; the first is in line {titles[0]}") for line in titles[1:])


def b302_opening(page: Page, book: Book) -> Found:
    """A chapter opens with its "In short" box, which is on a page once, and has one to three sentences, 45 words."""
    short, name = opening(page), f"the box {BOXES[OPENING]!r}"
    second = next((n for n, line in enumerate(page.lines, 1) if n > page.start + 1 and line.strip()), 0)
    if page.kind.opening and page.title and second and [line_of(box) for box in short[:1]] != [second]:
        yield (
            second,
            f"{name} must follow the title: " + (f"it is in line {line_of(short[0])}" if short else "there is none"),
        )
    yield from ((line_of(box), f"{name} must be on a page once") for box in short[1:])
    for text in (words_in(box) for box in short[:1] if box.text.strip()):
        fault = range_error(len(sentences(text)), style.OPENING_SENTENCES, "sentences")
        if fault := fault or range_error(len(WORD.findall(text)), style.OPENING_WORDS, "words"):
            yield line_of(short[0]), f"{name} {fault}"


def b303_sections(page: Page, book: Book) -> Found:
    """A page has as many sections as its kind allows; a chapter's last section is its checklist."""
    sections = [block for block in page.headings if block.tag == "h2"]
    lists = [block for block in sections if words_in(block) == style.CHECKLIST]
    last = (sections or page.headings)[-1:] if page.title else []
    for heading in last:
        if fault := range_error(len(sections) - len(lists), page.kind.sections, "sections"):
            yield line_of(page.headings[0]), f"the page {fault}"
        if page.kind.checklist and heading not in lists:
            yield line_of(heading), f"the last section must be `## {style.CHECKLIST}`: {words_in(heading)!r}"
    yield from ((line_of(block), f"the page must have one `## {style.CHECKLIST}`") for block in lists[:-1])


def b305_overview(page: Page, book: Book) -> Found:
    """An overview links to every page of its folder, but for those that forward."""
    if page.kind.lists_folder and posixpath.basename(page.path) == "index.md":
        linked = {page.path, *(target for _, target, _ in page.targets), *book.forwarding}
        for other in sorted({*book.siblings[posixpath.dirname(page.path)]} - linked):
            if other.endswith(MARKDOWN):
                yield page.start, f"the overview must link to every page of its folder: {other!r}"


def b308_headings(page: Page, book: Book) -> Found:
    """A heading has words and no link; below the title it has no / & : or dash (hosts slug them apart), or its own
    anchor."""
    for block, text in ((block, words_in(block)) for block in page.headings):
        line, match = line_of(block), re.search(r"[/&:—–]", text)
        if not block.text.strip():
            yield line, "a heading must have words"
        elif block.select("a"):
            yield line, f"a heading must have no link; put it below: {text!r}"
        elif match and block.tag != "h1" and line not in page.anchors.values():
            yield line, f"a heading must have no {match[0]!r}: {text!r}", page.lines[line - 1].find(match[0]) + 1


def b309_safety_line(page: Page, book: Book) -> Found:
    """The safety line follows the opening of each chapter outside safety/, links into safety/, and is marked so."""
    if not page.kind.opening or page.path.startswith(style.SAFETY):
        return
    broken = {line for line, *_ in b403_body(page, book)}
    for box in opening(page)[:1] if not broken else ():
        after = next((block for block in page.blocks if line_of(block) > int(str(box.attr("data-end")))), page.tree)
        line, text = line_of(after) if isinstance(after, Element) else page.start, words_in(after).strip()
        if text != style.SAFETY_LINE or page.attributes.get(line + 1) != ".safety ":
            yield line, f"after the opening must come {style.SAFETY_LINE!r}, and below it {{: .safety }}: {text[:40]!r}"
        elif not page.leads_to(after, style.SAFETY):
            yield line, f"the safety line must link to a page in {style.SAFETY}"


def b401_box(page: Page, book: Book) -> Found:
    """A box begins at the margin with `!!! kind "Title"`, where the kind is one of seven and the title is its own."""
    for box in page.boxes:
        kind, seen = str(box.attr("data-kind")), page.lines[line_of(box) - 1].rstrip()
        if kind not in BOXES:
            yield line_of(box), f"a box must be one of {', '.join(BOXES)}: {seen[:60]!r}"
        elif seen != (right := f'!!! {kind} "{BOXES[kind]}"'):
            yield line_of(box), f"a box must begin {right}: {seen[:60]!r}"


def b403_body(page: Page, book: Book) -> Found:
    """A box has a body, and every line of it is indented by four spaces."""
    for box in page.boxes:
        line, end = line_of(box), int(str(box.attr("data-end")))
        if end == line:
            yield line, "a box must have a body, indented by four spaces"
        elif (after := "".join(page.lines[end : end + 1]).rstrip()) and end + 1 not in page.kinds:
            yield end + 1, f"the body of a box must be indented by four spaces: {after[:40]!r}"


def b404_boxes(page: Page, book: Book) -> Found:
    """A page has as many boxes as its kind allows, with words between them; but a danger box may follow the opening,
    and words to send a danger box."""
    if fault := range_error(len(page.boxes) - len(opening(page)), page.kind.boxes, "boxes"):
        yield line_of(page.boxes[-1]) if page.boxes else page.start, f"the page {fault}"
    for last, box in pairwise(page.boxes):
        between = page.lines[int(str(last.attr("data-end"))) : line_of(box) - 1]
        if not "".join(between).strip() and (last.attr("data-kind"), box.attr("data-kind")) not in style.NEIGHBORS:
            yield line_of(box), f"words must be between two boxes; the box in line {line_of(last)} ends here"


def b405_box_links(page: Page, book: Book) -> Found:
    """A danger box links into safety/, and a research box to an entry of the page of sources."""
    broken = {line for line, *_ in b403_body(page, book)}
    for kind, start in {DANGER: style.SAFETY, RESEARCH: f"{style.SOURCES}#"}.items():
        for box in page.boxes:
            whole = not broken & {line_of(box), int(str(box.attr("data-end"))) + 1}
            if box.attr("data-kind") == kind and whole and not page.leads_to(box, start):
                yield line_of(box), f"the box {BOXES[kind]!r} must link to {start}…"


def b407_words_to_send(page: Page, book: Book) -> Found:
    """A page with words to send has its danger box before them, or a reason in WORDS_WITHOUT_DANGER why it need not."""
    kinds = [str(box.attr("data-kind")) for box in page.boxes if box.attr("data-kind") in (EXAMPLE, DANGER)]
    first = next((line_of(box) for box in page.boxes if box.attr("data-kind") == EXAMPLE), page.start)
    excused, bare = page.path in style.WORDS_WITHOUT_DANGER, EXAMPLE in kinds and kinds[0] == EXAMPLE
    if bare and not excused:
        yield first, f"the box {BOXES[DANGER]!r} must come before words to send; or say why not in WORDS_WITHOUT_DANGER"
    elif excused and not bare:
        yield first, "the page needs no exception; take it out of WORDS_WITHOUT_DANGER"


def b502_checklist(page: Page, book: Book) -> Found:
    """A checklist has three to seven items to tick; each starts with a verb and has no full stop."""
    for heading in (block for block in page.headings if block.tag == "h2" and words_in(block) == style.CHECKLIST):
        start = line_of(heading)
        end = next((line_of(block) for block in page.headings if line_of(block) > start), MANY)
        items = [item for item in page.tree.select("li") if start < line_of(item) < end]
        if fault := range_error(len(items), style.CHECKLIST_ITEMS, "items"):
            yield start, f"the checklist {fault}"
        for item in items:
            line, text = line_of(item), words_in(item).strip()
            first = (WORD.findall(re.sub(r"^\[.?\]", "", text)) or [""])[0]
            if not re.match(r"\[.?\]", text):
                yield line, f"an item of a checklist must begin `- [ ] `: {text[:40]!r}"
            elif first.lower() not in style.VERBS:
                yield line, f"an item must start with a verb: {first!r}; if it is one, add it to VERBS", 7
            elif text.endswith("."):
                yield line, f"an item of a checklist has no full stop: {text[-30:]!r}", len(page.lines[line - 1])


RULES = rules(globals())
