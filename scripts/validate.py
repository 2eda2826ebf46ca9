"""Validate the guide: the structure of its sources and the links of the built site.

    validate.py structure [ROOT]   the sources below ROOT: docs/ and mkdocs.yml (default: the working folder)
    validate.py links [SITE]       any built static site, read as GitHub Pages serves it (default: site)
    validate.py                    both

Prints `path:line:column: CODE message`. Exit 0: clean. 1: problems found. 2: could not run.
"""

from __future__ import annotations

import argparse
import bisect
import datetime
import difflib
import functools
import gc
import json
import os
import posixpath
import re
import sys
import time
import unicodedata
from collections import Counter, namedtuple
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import turbohtml

# --- What this guide has agreed on. Another guide changes these tables; the rules below only read them ----------------

FIELDS = ("description", "kind", "reviewed")  # no title: the one H1 is the title
OPTIONAL = ("search",)  # how much the page counts in the search, where that is not 1
DESCRIPTION = (60, 150)  # characters; search results cut longer ones
MANY = 10**9


class Kind(NamedTuple):
    """The anatomy of one kind of page. A range is (least, most)."""

    words: tuple[int, int] = (0, MANY)
    grade: float = MANY  # Flesch-Kincaid
    boxes: tuple[int, int] = (0, 6)
    sections: tuple[int, int] = (0, MANY)  # second-level headings, without the checklist
    opening: bool = False  # the "In short" box follows the title
    checklist: bool = False  # the last section
    onward: bool = False  # the last line is **Next:** [Title](page.md)
    lists_folder: bool = False  # links to every page of its folder


KINDS = {
    "chapter": Kind((500, 1100), 7, (2, 6), (3, 6), opening=True, checklist=True, onward=True),
    "overview": Kind((150, 350), 7, (0, 2), lists_folder=True),
    "worksheet": Kind((80, 250), 7, (0, 1), onward=True),  # fits one printed page
    "reference": Kind(),
}
PAGE_WORDS = {"safety/tonight.md": (50, 150)}  # read at three in the morning

BOXES = {
    "abstract": "In short",
    "tip": "Try this",
    "example": "Words you can use",
    "question": "Ask yourself",
    "warning": "Take care",
    "danger": "Not safe?",
    "info": "What research says",
}
OPENING, DANGER, RESEARCH = "abstract", "danger", "info"
OPENING_SENTENCES = (2, 4)

CHECKLIST, CHECKLIST_ITEMS = "Checklist", (3, 9)
# A checklist says what to do, so each item starts with one of these. A verb that is missing here is added here.
VERBS = set(
    """accept add admit agree allow answer apologize arrange ask avoid be begin block book borrow breathe bring build
    buy call cancel carry change charge check choose circle clean clear close collect come compare congratulate
    consider contact cook copy count cover create cross cut decide decline delete describe do draw drink drop
    eat empty end enjoy expect explain fill find finish fold follow forgive get give go greet hand have hear
    help hide hold imagine invite join keep know learn leave let lie list listen live log look love make mark
    measure meet mend mention move mute name note notice offer open pack pause pay phone pick picture plan play
    point practice prepare press print promise protect put read rehearse remember remind remove repeat replace
    reply report reread rest return review rewrite save say schedule see sell send separate set settle share
    show sign sit sketch skip sleep slow speak spend stand start stay stop store suggest switch take talk tear
    tell test text thank think throw tidy touch treat try turn unfollow uninstall update use visit wait walk
    wash watch wear weigh welcome wish work write""".split()
)

DATED = ("Checked", "Seen")  # with the service; in print, but not yet confirmed with the service
SAFETY, SOURCES, HELPLINES = "safety/", "about/sources.md", "safety/help.md"

# Why some words are never used, and which. Matched in lower-case prose; a space stands for any white space.
NEVER = {
    "a person is not a prize": r"w[io]n(?:ning)? (?:them|him|her|your ex|someone|an ex) (?:back|over)",
    "the guide has no method for making someone act": r"get(?:ting)? (?:your ex|them|him|her) (?:back|to)",
    "the guide has no method for making someone feel": r"(?:make|makes|making) (?:your ex|them|him|her) (?:\w+ )?"
    r"(?:come|feel|jealous|love|miss|notice|realize|regret|see|think|want)",
    "jealousy is not a tactic": r"(?:make|makes|making) \w+(?: \w+)? jealous",
    "it has a clinical meaning; say what happens": r"trigger(?:s|ed|ing)?",
    "space is a choice, not a rule": r"no[- ]contact rules?|rules? of no[- ]contact",
    "nobody can promise an outcome": r"guarantee[sd]?",
    "no study supports a number of days": r"(?:\d+|twenty-one|thirty|sixty)[- ]days? (?:of )?(?:no[- ]contact|rule)",
    "say 'often', or 'for many people'": r"(?:they|people|exes|men|women|your ex)(?:'ll| will)? always"
    r"|(?:exes|people|men|women) never",
    "describe what someone does, do not diagnose people who are not here": r"narcissis(?:t|ts|tic|m)|avoidant|toxic"
    r"|psychopath\w*|sociopath\w*|gaslight\w*",
    "understanding an ending does not depend on the other person": r"closure from (?:them|him|her|your ex)",
    "many people can be right for someone": r"(?:is|was|are|still|really|found|met|lost) the one(?=[.,;:!?\"')]|$)",
    "say 'they'": r"he or she|she or he|him or her|his or her|his/her|s/he|he/she",
    "no study is proof; say what was found, and on whom": r"scientifically proven|is proof that"
    r"|(?:study|studies|research|science) (?:has |have )?prove[sdn]?",
    "a stock phrase; say the plain thing": r"hold(?:ing)? space|give yourself permission|at the end of the day"
    r"|here's the thing|healing journey",
    "two sentences, or a comma, read more easily than a dash": r"—\w*",
    "a space that does not break is not found by a search; type a plain one": r"\xa0\w*",
}
NEVER_SAID = re.compile(  # one \b for all of them: six times as fast as the obvious way
    rf"(?:\b|(?=[—\xa0]))(?:{'|'.join(f'(?P<n{n}>{words})' for n, words in enumerate(NEVER.values()))})(?!\w)".replace(
        " ", r"\s+"
    )
)

# (path, code): why the rule does not hold there. One that is no longer needed is a problem itself (B001).
EXCEPTIONS = {
    ("docs/about", "B204"): "its pages are reached from the footer and from where they help, and need no opening",
}

# Hosts that answer over http: alone, each with the date it was looked at.
HTTP_ONLY: dict[str, str] = {}

# --- Checks: each is a generator that never prints. Its docstring states the rules that it keeps ----------------------


class Problem(NamedTuple):
    path: str
    line: int
    column: int
    code: str
    message: str

    def __str__(self) -> str:
        return "{}:{}:{}: {} {}".format(*self)


Found = Iterator[tuple[int, int, str, str]]  # line, column, code, message
FoundIn = Iterator[tuple[str, int, int, str, str]]  # the same, after the path
RULES: dict[str, str] = {}  # code -> what must be true, in the order written
CHECKS: dict[str, list[Callable]] = {}  # what a check reads -> the checks of it


def check(function: Callable) -> Callable:
    """Register a check: each rule of its docstring stands after a code, which is never used for another. The name of
    its first parameter says what it reads.
    """
    for code, rule in re.findall(r"([BL]\d{3}) (.+?)\s*(?=[BL]\d{3} |\Z)", function.__doc__, re.DOTALL):
        assert code not in RULES, f"{code} is taken"
        RULES[code] = " ".join(rule.split())
    CHECKS.setdefault(function.__code__.co_varnames[0], []).append(function)
    return function


class CannotRun(Exception):  # noqa: N818
    """There is nothing to validate, or it cannot be read."""


def near(value: str, known: Iterable[str]) -> str:
    """`; did you mean …?` when a known name is close to the value, else nothing."""
    # The comparison is slow: only names of about the same length, and not too many.
    alike = [name for name in known if abs(len(name) - len(value)) < 4][:500]
    match = difflib.get_close_matches(value, alike, 1, 0.7)
    return f"; did you mean {match[0]!r}?" if match else ""


def outside(count: int, limits: tuple[int, int], things: str) -> str:
    """What to say when a count is outside its limits, else nothing."""
    least, most = limits
    bounds = f"at least {least}" if most == MANY else f"at most {most}" if not least else f"{least} to {most}"
    return "" if least <= count <= most else f"must have {bounds} {things}, has {count}"


# --- The book: docs/ and mkdocs.yml -----------------------------------------------------------------------------------

MARKDOWN = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")  # what MkDocs takes for a page
BLANKED = re.compile(  # code blocks, comments, code in a line
    r"^ *(?P<fence>`{3,}|~{3,})[^\n]*(?:\n(?! *(?P=fence)[`~]*[ \t]*$)[^\n]*)*(?P<end>\n[^\n]*)?"
    r"|(?P<comment><!--)(?s:.*?)(?P<stop>-->|\Z)"
    r"|(?<![`\\])(?P<tick>`+)(?!`)[^\n`]+(?:(?!(?P=tick)(?!`))`+[^\n`]+)*(?P=tick)(?!`)",
    re.MULTILINE,
)
HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*(?:\{[:#][^}]*\})?[ \t]*#*$")
ANCHOR = re.compile(r"\{:?[^}]*#([^\s}]+)")
MARK = re.compile(r'!!! ([\w-]+)(?: "(.*)")?$')
LOOSE_MARK = re.compile(
    rf"\s*(?:!{{2,}}|\?{{3,}}|:{{3,}}|/{{3,}}|!\s*(?=(?:{'|'.join(BOXES)})\b)|>\s*\[!(?=\w))\W*(\w*)"
)
LINK = re.compile(
    r"(!?)\[((?:[^\[\]]|\[[^\[\]]{0,300}\]){0,500})\]"
    r"(?:\(\s*(<[^<>\n]*>|[^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)|:[ \t]+(\S+))"
    r"|<(https?:[^<>\s]*)>"
)
TICK = re.compile(r"\s*(?:[-*+]|\d+[.)])\s*\[[^\]]?\](?![(\[:])")
ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
NEW_BLOCK = re.compile(r"\s*(?:[-*+]\s|\d+[.)]\s|#|\||:\s)")
SILENT = re.compile(r"!!!|\{|\*\*Next:\*\*")  # lines that are no prose
MARKUP = re.compile(
    r"!?\[([^\[\]]*)\](?:\([^()]*\)|\[[^\]]*\])|\{[:#][^}]*\}|<[^<>]*>"
    r"|\[[^\[\]]*\]:\s+\S+|https?://\S+|\[[ xX]\]|[*_|#`]"
)
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


def compose(text: str) -> Any:
    """The tree of a YAML text: composed, not constructed, so that each part knows its line and no tag surprises."""
    import yaml  # here, because `links` has no need of it

    try:
        return yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ValueError(error) from error


Field = namedtuple("Field", "line column value")  # of the head; its value is None when it is not a text
Entry = namedtuple("Entry", "line column title path")  # of nav
Link = namedtuple("Link", "line column address loads text", defaults=["…"])  # loads: shown or run on the page


class Box(NamedTuple):
    line: int
    kind: str  # as it was meant: one cause, one message
    mark: re.Match | None  # the kind and the title as written, when it is well formed
    body: list[int]  # the lines inside that are not blank
    stray: int  # a line that should be inside, but is not indented


class Page:
    """A page. In `lines`, head, code and comments are blanked but keep their place, so that a rule is a scan."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path, self.name = path, f"docs/{path}"
        self.fault: tuple = ()  # line, column, code, message: the one problem that hides all others
        self.head: dict[str, list[Field]] = {}
        try:
            self.source = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
        except UnicodeDecodeError as error:
            line, seen = data.count(b"\n", 0, error.start) + 1, data[error.start]
            self.fault = line, 1, "B101", f"a page must be UTF-8 text, here is the byte {seen:#04x}; save it as UTF-8"
            return
        end = next((n for n, text in enumerate(self.source) if n and text.rstrip() == "---"), 0)
        if self.source[0].rstrip() != "---" or not end:
            self.fault = 1, 1, "B102", f"a page must begin with its head between two lines ---: {self.source[0][:40]!r}"
            return
        self.start = end + 2  # the first line after the head
        self.read_head("\n".join(self.source[1:end]))
        self.text = BLANKED.sub(self.blank, "\n" * (end + 1) + "\n".join(self.source[end + 1 :]))
        self.lines = self.text.split("\n")
        # The lines that are not blank, with their numbers.
        self.numbered = [(number, line.rstrip()) for number, line in enumerate(self.lines, 1) if line.strip()]
        self.headings = [  # from the source, because a heading may hold code
            (number, len(match[1]), HEADING.match(self.source[number - 1])[2])
            for number, line in self.numbered
            if (match := HEADING.match(line))
        ]
        self.title = next((words for _, level, words in self.headings if level == 1), "")
        anchors = ((number, ANCHOR.search(self.lines[number - 1])) for number, _, _ in self.headings)
        self.anchors = {match[1]: number for number, match in anchors if match}  # that headings name

    def keep_facts(self) -> None:
        """Keep only what the rules for the whole book read, so that a large book fits."""
        _ = self.links, self.onward
        for name in ("source", "text", "lines", "numbered", "boxes", "prose"):
            self.__dict__.pop(name, None)

    def blank(self, match: re.Match) -> str:
        if (match["fence"] and match["end"] is None) or (match["comment"] and not match["stop"]):
            line, opened = match.string.count("\n", 0, match.start()) + 1, match["fence"] or match["comment"]
            self.fault = self.fault or (line, 1, "B101", f"what {opened} opens must be closed")
        return re.sub(r"[^\n]", " ", match[0])

    def read_head(self, text: str) -> None:
        try:
            head = compose(text)
        except (ValueError, RecursionError) as error:
            mark = getattr(error.__cause__, "problem_mark", None)
            reason = getattr(error.__cause__, "problem", None) or "it cannot be read"
            place = (mark.line + 2, mark.column + 1) if mark else (1, 1)
            self.fault = *place, "B102", f"the head must be YAML: {reason}; a value with ': ' needs quotes"
            return
        if not head or head.id != "mapping":
            self.fault = 2, 1, "B102", "the head must be fields, one `name: value` a line"
            return
        for key, node in head.value:
            name, value = (part.value if part.id == "scalar" else None for part in (key, node))
            if node.id == "mapping":
                value = ", ".join(f"{option.value}: {setting.value}" for option, setting in node.value)
            place = key.start_mark.line + 2, key.start_mark.column + 1
            self.head.setdefault(name or "?", []).append(Field(*place, value))

    def field(self, name: str) -> Field | None:
        """A field that stands once and is text; otherwise B103 has said so."""
        values = self.head.get(name, [])
        return values[0] if len(values) == 1 and values[0].value else None

    @property
    def kind(self) -> Kind:
        field = self.field("kind")
        return KINDS.get(field.value, Kind()) if field else Kind()

    @functools.cached_property
    def boxes(self) -> list[Box]:
        boxes, kinds = [], {title: kind for kind, title in BOXES.items()}
        for place, (number, line) in enumerate(self.numbered):
            if loose := LOOSE_MARK.match(line):
                mark = MARK.match(line)
                kind = (mark or loose)[1].lower()
                if kind not in BOXES:  # told by its title, or by a name like it
                    close = difflib.get_close_matches(kind, BOXES, 1)
                    kind = kinds.get(mark[2] if mark else None) or (close[0] if close else "")
                body = []
                for below, text in self.numbered[place + 1 :]:
                    if not text.startswith("    ") or LOOSE_MARK.match(text):
                        break
                    body.append(below)
                after = (body or [number])[-1] + 1
                text = self.lines[after - 1] if body and after <= len(self.lines) else ""
                boxes.append(Box(number, kind, mark, body, after if text.strip() and not LOOSE_MARK.match(text) else 0))
        return boxes

    @functools.cached_property
    def links(self) -> list[Link]:
        """Every address on the page, in Markdown and in raw HTML."""
        starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        found = []
        for match in LINK.finditer(self.text):
            line = bisect.bisect(starts, match.start())
            spot = line, match.start() - starts[line - 1] + 1
            address = (match[3] or match[4] or match[5] or "").strip("<>")
            found.append(Link(*spot, address, bool(match[1]), "…" if match[2] is None else match[2].strip()))
            for image in re.finditer(r"!\[[^\]]*\]\(([^()\s]*)", match[2] or ""):  # an image inside a link
                found.append(Link(*spot, image[1], True))
        if re.search(r"<[a-zA-Z]", self.text):
            document = turbohtml.parse(self.text)
            for element in (*document.select("a[href]"), *naming(document)):
                found += [Link(*place(element), text, use not in (READ, NOTE)) for use, text in addresses(element)]
        return found

    @functools.cached_property
    def prose(self) -> list[tuple[int, bool, str]]:
        """What readers read, in blocks: the first line, whether it counts as sentences, the text with its line ends."""
        blocks: list[tuple[int, bool, list[str]]] = []
        last = -1
        for number, line in self.numbered:
            if SILENT.match(line):
                continue
            if NEW_BLOCK.match(line) or number != last + 1:
                blocks.append((number, not line.lstrip().startswith(("#", "|")), []))
            blocks[-1][2].append(MARKUP.sub(r"\1", ITEM.sub("", line)).strip())
            last = number
        return [(number, counts, "\n".join(lines)) for number, counts, lines in blocks]

    @functools.cached_property
    def onward(self) -> tuple[int, str, str]:
        """The page's last line as `**Next:** [Title](page.md)`: its number, the title, and the page it leads to."""
        number, line = self.numbered[-1] if self.numbered else (self.start, "")
        match = re.fullmatch(r"\*\*Next:\*\* \[([^\]]+)\]\(([^)]+\.md)(?:#[^)]*)?\)", line)
        return (number, match[1], self.target(match[2])) if match else (number, "", line)

    def target(self, address: str) -> str:
        """The path below docs/ that a relative address names; it begins with ../ when it leaves docs/."""
        path = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.path), path)) if path else self.path

    def citations(self) -> Iterator[tuple[Link, str]]:
        """The links to entries of the page of sources."""
        for link in self.links:
            if "#" in link.address and self.target(link.address) == SOURCES:
                yield link, unquote(link.address.partition("#")[2])


class Book:
    def __init__(self, root: Path) -> None:
        docs = root / "docs"
        self.files = {path.relative_to(docs).as_posix(): path for path in sorted(docs.rglob("*")) if path.is_file()}
        self.paths = [name for name in self.files if name.lower().endswith(MARKDOWN)]
        if not self.paths:
            raise CannotRun(f"no pages below {docs.as_posix()}")
        self.siblings: dict[str, list[str]] = {}  # folder -> what is in it
        for name in self.files:
            self.siblings.setdefault(posixpath.dirname(name), []).append(name)
        self.read_config(root / "mkdocs.yml")
        self.all: list[Page] = []
        self.pages: list[Page] = []  # those that can be read
        self.sources: Page | None = None  # the page of sources

    def read_config(self, config: Path) -> None:
        try:
            tree = compose(config.read_text("utf-8-sig"))
        except (OSError, ValueError, RecursionError) as error:
            raise CannotRun(f"cannot read {config.as_posix()}: {' '.join(str(error).split())}") from None
        if not tree or tree.id != "mapping":
            raise CannotRun(f"{config.as_posix()} must be settings, one `name: value` a line")
        settings = {key.value: value for key, value in tree.value if key.id == "scalar"}
        nav, address = settings.get("nav"), settings.get("site_url")
        if address and address.id == "sequence" and address.value:
            address = address.value[-1]  # !ENV [NAME, default]
        self.site_url = address.value.rstrip("/") if address and address.id == "scalar" else ""
        self.sections: list[tuple[str, int, list[Entry]]] = []  # title, line, pages; the top level comes first
        self.odd: list[int] = []  # lines of nav that are neither a page nor a list with a title
        if nav and nav.id == "sequence":
            self.read_section("", nav, set())

    def read_section(self, title: str, node: Any, seen: set[int]) -> None:
        pages: list[Entry] = []
        self.sections.append((title, node.start_mark.line + 1, pages))
        seen.add(id(node))  # an alias could lead round in a circle
        for item in node.value:
            pair = item.value[0] if item.id == "mapping" and len(item.value) == 1 else (None, item)
            name, value = str(pair[0].value) if pair[0] else "", pair[1]
            if value.id == "scalar" and value.value:
                pages.append(Entry(item.start_mark.line + 1, item.start_mark.column + 1, name, value.value))
            elif value.id == "sequence" and name and id(value) not in seen:
                self.read_section(name, value, seen)
            else:
                self.odd.append(item.start_mark.line + 1)

    def missing(self, path: str) -> str:
        """A hint for a path that is not there: the same name in other case, or near by, or elsewhere."""
        folded = [name for name in self.files if name.casefold() == path.casefold()]
        if folded:
            return f"; it is {folded[0]!r}, upper and lower case matter"
        if f"{path}/index.md" in self.files or f"{path}.md" in self.files:
            return f"; name the page, {path}{'/index' if f'{path}/index.md' in self.files else ''}.md"
        elsewhere = [name for name in self.files if posixpath.basename(name) == posixpath.basename(path)]
        hint = near(path, self.siblings.get(posixpath.dirname(path), []))
        return hint or (f"; did you mean {elsewhere[0]!r}?" if len(elsewhere) == 1 else "")


# --- Checks of a page -------------------------------------------------------------------------------------------------


@check
def head(page: Page, book: Book) -> Found:
    """B103 The head has exactly the agreed fields, each once, each with a text.
    B105 The kind is chapter, overview, worksheet or reference.
    B106 The field reviewed is a date that exists, written YYYY-MM-DD.
    B107 The field search, which few pages need, is one boost from 0.1 to 1.9.
    """
    missing = [field for field in FIELDS if field not in page.head]
    for name, values in page.head.items():
        line, column, value = values[-1]
        if name not in FIELDS + OPTIONAL:
            hint = near(name, missing)
            missing = [field for field in missing if repr(field) not in hint]
            why = "; the H1 is the title" if name == "title" else hint
            yield line, column, "B103", f"the head has only {', '.join(FIELDS)}: {name!r}{why}"
        elif len(values) > 1:
            yield line, column, "B103", f"{name} must stand once in the head, stands {len(values)} times"
        elif not value:
            yield line, column, "B103", f"{name} must have a text"
        elif name == "kind" and value not in KINDS:
            yield line, column, "B105", f"kind must be one of {', '.join(KINDS)}: {value!r}{near(value, KINDS)}"
        elif name == "reviewed" and not is_date(value):
            yield line, column, "B106", f"reviewed must be a date, YYYY-MM-DD: {value!r}"
        elif name == "search" and not re.fullmatch(r"boost: [01]\.[1-9]", value):
            yield line, column, "B107", f"search must be {{boost: N}}, N from 0.1 to 1.9: {value!r}"
    yield from ((1, 1, "B103", f"the head must have {field}") for field in missing)


def is_date(text: str) -> bool:
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) and datetime.date.fromisoformat(text))
    except ValueError:
        return False


@check
def headings(page: Page, book: Book) -> Found:
    """B301 The first line after the head is the title, the one H1 of the page.
    B303 A page has as many sections as its kind allows; a chapter's last section is its checklist.
    B308 A heading has words; below the title it has no / & : or dash (hosts slug them apart), or its own anchor.
    """
    titles = [number for number, level, _ in page.headings if level == 1]
    number, line = page.numbered[0] if page.numbered else (page.start - 1, "")
    if titles[:1] != [number]:
        yield number, 1, "B301", f"the page must begin with its title, `# Title`: {line[:40]!r}"
    for again in titles[1:]:
        yield again, 1, "B301", f"the page must have one H1; the first is in line {titles[0]}"
    sections = [(number, words) for number, level, words in page.headings if level == 2]
    lists = [number for number, words in sections if words == CHECKLIST]
    if page.title:
        first = page.headings[0][0]
        if fault := outside(len(sections) - len(lists), page.kind.sections, "sections"):
            yield first, 1, "B303", f"the page {fault}"
        number, words = sections[-1] if sections else (first, "")
        if page.kind.checklist and words != CHECKLIST:
            yield number, 1, "B303", f"the last section must be `## {CHECKLIST}`: {words!r}"
        yield from ((number, 1, "B303", f"the page must have one `## {CHECKLIST}`") for number in lists[:-1])
    for number, line in page.numbered:
        if not line.strip("#"):
            yield number, 1, "B308", "a heading must have words"
    for number, level, words in page.headings:
        match = re.search(r"[/&:—–]", words)
        if level > 1 and match and number not in page.anchors.values():
            yield number, level + 2 + match.start(), "B308", f"a heading must have no {match[0]!r}: {words!r}"


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?])[\"'”’)*_]*\s+", text) if WORD.search(part)]


@functools.cache
def syllables(word: str) -> int:
    import textstat  # here, because loading its dictionary takes longer than all else for a small site

    return textstat.syllable_count(word)


@check
def prose(page: Page, book: Book) -> Found:
    """B306 A page is as long as its kind allows, in words.
    B307 A page reads at Flesch-Kincaid grade 7 or lower.
    B601 No page uses the words that the guide never uses; each has its reason.
    """
    limits, limit, field = PAGE_WORDS.get(page.path) or page.kind.words, page.kind.grade, page.field("description")
    if fault := outside(sum(len(WORD.findall(text)) for _, _, text in page.prose), limits, "words"):
        yield page.start, 1, "B306", f"the page {fault}"
    parts = [part for _, counts, text in page.prose if counts for part in sentences(text)]
    words = [word for part in parts for word in WORD.findall(part)]
    if limit < MANY and len(words) >= 100:  # fewer tell nothing
        grade = 0.39 * len(words) / len(parts) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
        if grade > limit:
            yield (
                page.start,
                1,
                "B307",
                f"the reading grade must be {limit} or lower, is {grade:.1f}; shorten sentences",
            )
    for number, text in [*((number, text) for number, _, text in page.prose), *([field[::2]] if field else [])]:
        for match in NEVER_SAID.finditer(text.lower()):
            line, seen = number + text.count("\n", 0, match.start()), text[match.start() : match.end()]
            column = page.source[line - 1].find(seen.split("\n")[0]) + 1
            why, seen = list(NEVER)[int(match.lastgroup[1:])], re.sub(r"\s+", " ", seen)
            yield line, column or 1, "B601", f"never use {seen!r}: {why}"


@check
def boxes(page: Page, book: Book) -> Found:
    """B302 A chapter opens with its "In short" box, which stands once on a page and has two to four sentences.
    B401 A box begins at the margin with `!!! kind "Title"`.
    B402 A box is of one of the seven kinds, with the title of its kind.
    B403 A box has a body, and every line of it is indented by four spaces.
    B404 A page has as many boxes as its kind allows, words between them; only a danger box may follow the opening.
    B405 A danger box links into safety/.
    B406 A research box cites a source: it links to an entry of the page of sources.
    """
    short = [box.line for box in page.boxes if box.kind == OPENING]
    if page.kind.opening and page.title and page.numbered[1:] and short[:1] != [page.numbered[1][0]]:
        seen = f"it stands in line {short[0]}" if short else "there is none"
        yield page.numbered[1][0], 1, "B302", f"the box {BOXES[OPENING]!r} must follow the title: {seen}"
    yield from ((line, 1, "B302", f"the box {BOXES[OPENING]!r} must stand once") for line in short[1:])
    if fault := outside(len(page.boxes), page.kind.boxes, "boxes"):
        yield page.boxes[-1].line if page.boxes else page.start, 1, "B404", f"the page {fault}"
    last = None
    for box in page.boxes:
        line, title = box.line, BOXES.get(box.kind, "Title")
        if not box.mark:
            seen = page.lines[line - 1].strip()[:60]
            yield line, 1, "B401", f'a box must begin `!!! {box.kind or "kind"} "{title}"`: {seen!r}'
        elif box.mark[1] not in BOXES:
            hint = near(box.mark[1].lower(), BOXES)
            yield line, 5, "B402", f"a box must be one of {', '.join(BOXES)}: {box.mark[1]!r}{hint}"
        elif box.mark[2] != title:
            column = 6 + len(box.kind)
            yield line, column, "B402", f"the box {box.kind} must be titled {title!r}: {box.mark[2] or ''!r}"
        if not box.body:
            yield line, 1, "B403", "a box must have a body, indented by four spaces"
        elif box.stray:
            seen = page.lines[box.stray - 1][:40]
            yield box.stray, 1, "B403", f"the body of a box must be indented by four spaces: {seen!r}"
        else:
            links = [link for link in page.links if link.line in box.body]
            text = " ".join(page.lines[number - 1].strip() for number in box.body)
            fault = outside(len(sentences(text)), OPENING_SENTENCES, "sentences")
            if fault and [line] == short[:1]:
                yield line, 1, "B302", f"the box {title!r} {fault}"
            if box.kind == DANGER and not any(page.target(link.address).startswith(SAFETY) for link in links):
                yield line, 1, "B405", f"the box {title!r} must link to a page in {SAFETY}"
            if box.kind == RESEARCH and not any(link in links for link, _ in page.citations()):
                yield line, 1, "B406", f"the box {title!r} must link to its source, {SOURCES}#entry"
        if last and (last.kind, box.kind) != (OPENING, DANGER):
            between = page.lines[(last.body or [last.line])[-1] : line - 1]
            if not "".join(between).strip():
                yield line, 1, "B404", f"words must stand between two boxes; the box in line {last.line} ends here"
        last = box


@check
def lines(page: Page, book: Book) -> Found:
    """B501 An item to tick is written `- [ ] `, and comes unticked.
    B503 Each line of a helpline ends with the day it was checked, or seen: `Checked YYYY-MM-DD.`
    B506 A line of attributes is closed, as in `{: .write-3 }`, and room to write is one to eight lines.
    """
    calls = {link.line for link in page.links if link.address.startswith(("tel:", "sms:"))}
    for number, line in page.numbered:
        if TICK.match(line) and not re.match(r" *- \[ \] \S", line):
            yield number, 1, "B501", f"an item to tick must be written `- [ ] Words`: {line.strip()[:40]!r}"
        if ITEM.match(line) and (number in calls or page.path == HELPLINES):
            date = re.search(rf"\b(?:{'|'.join(DATED)}) (\d{{4}}-\d\d-\d\d)\.$", line)
            if not date or not is_date(date[1]):
                yield number, 1, "B503", f"a helpline must end `Checked YYYY-MM-DD.`: {line[-30:]!r}"
        if line.startswith("{") and not re.fullmatch(r"\{: *[.#][\w-][^{}]*\}", line):
            yield number, 1, "B506", f"a line of attributes must be written `{{: .name }}`: {line[:40]!r}"
        elif line.startswith("{") and "write" in line and not re.fullmatch(r"\{: \.write-[1-8] \}", line):
            yield number, 1, "B506", f"room to write must be `{{: .write-1 }}` to `{{: .write-8 }}`: {line[:40]!r}"


@check
def checklist(page: Page, book: Book) -> Found:
    """B502 A checklist has three to nine items to tick; each starts with a verb and has no full stop."""
    for start in (number for number, level, words in page.headings if level == 2 and words == CHECKLIST):
        end = next((number for number, _, _ in page.headings if number > start), MANY)
        numbered = [(number, line) for number, line in page.numbered if start < number < end]
        items = [(number, line) for number, line in numbered if re.match(r"\s*[-*+](?:\s|\[)|\s*\d+[.)]\s", line)]
        if fault := outside(len(items), CHECKLIST_ITEMS, "items"):
            yield start, 1, "B502", f"the checklist {fault}"
        for number, line in items:
            text = MARKUP.sub(r"\1", re.sub(r"^\s*[-*+]?\s*(?:\[.?\])?\s*", "", line)).strip()
            first = (WORD.findall(text) or [""])[0]
            if not re.match(r"\s*[-*+]\s*\[", line):
                yield number, 1, "B502", f"an item of a checklist must begin `- [ ] `: {line.strip()[:40]!r}"
            elif first.lower() not in VERBS:
                yield number, 7, "B502", f"an item must start with a verb: {first!r}; if it is one, add it to VERBS"
            elif text.endswith("."):
                yield number, len(line), "B502", f"an item of a checklist has no full stop: {text[-30:]!r}"


@check
def links_of_page(page: Page, book: Book) -> Found:
    """B305 An overview links to every page of its folder.
    B701 A link, an image or raw HTML on a page names a file that is there, a page by its .md file.
    B702 A link has words, and is relative, or https:, mailto:, tel: or sms: in full and well formed.
    B703 A page shows and runs only what the guide itself holds: readers' visits are nobody else's business.
    """
    own = book.site_url if not re.search(r"//(?:localhost|127\.)", book.site_url) else ""
    linked = {page.path}
    for line, column, address, loads, text in page.links:
        target, fault = page.target(address), fault_of(address)
        linked.add(target)
        if not re.match(r"[a-zA-Z][\w+.-]*:|[/\\#?]|$", address) and not fault:
            if target.startswith("../"):
                yield line, column, "B701", f"a link must stay inside docs/: {address!r}"
            elif target not in book.files:
                yield line, column, "B701", f"a link must name a file that is there: {address!r}{book.missing(target)}"
        if not address or not (text or loads):
            lacks = "words" if address else "an address"
            yield line, column, "B702", f"a link must have {lacks}: [{text}]({address})"
        elif own and address.startswith(own):
            yield line, column, "B702", f"a link to our own page must be relative, to its .md file: {address!r}"
        elif re.match(r"/(?!/)", address):
            yield line, column, "B702", f"a link must be relative, so that it works under any address: {address!r}"
        elif fault := fault or insecure(address):
            yield line, column, "B702", f"{fault}: {address!r}"
        if loads and re.match(r"(?i)(?:https?:)?//", address):
            yield line, column, "B703", f"nothing may be loaded from another host; keep a copy in docs/: {address!r}"
    if page.kind.lists_folder and posixpath.basename(page.path) == "index.md":
        for other in book.siblings[posixpath.dirname(page.path)]:
            if other.endswith(MARKDOWN) and other not in linked:
                yield page.start, 1, "B305", f"the overview must link to every page of its folder: {other!r}"


# --- Checks of the whole book -----------------------------------------------------------------------------------------

# MkDocs leaves out docs/templates/ and names with a leading dot without a word.
PAGE_NAME = re.compile(r"(?!templates/)(?:[a-z]+(?:-[a-z]+)*/)*[a-z]+(?:-[a-z]+)*\.md")


@check
def files(book: Book) -> FoundIn:
    """B101 A page is UTF-8 text, and its code blocks and comments are closed.
    B102 A page begins with its head: YAML fields between two lines of three hyphens.
    B203 Folders and pages are named in lower-case words joined by hyphens, without numbers, and end in .md.
    B204 Every folder with pages has an index.md that opens it.
    """
    yield from ((page.name, *page.fault) for page in book.all if page.fault)
    for path in book.paths:
        if not PAGE_NAME.fullmatch(path):
            why = "; MkDocs leaves this folder out" if path.startswith("templates/") else ""
            fault = f"a name must be lower-case words joined by hyphens, and .md: {path!r}{why}"
            yield f"docs/{path}", 1, 1, "B203", fault
    for folder in {posixpath.dirname(path) for path in book.paths}:
        if posixpath.join(folder, "index.md") not in book.files:
            yield f"docs/{folder}".rstrip("/"), 1, 1, "B204", "the folder must have an index.md that opens it"


@check
def nav(book: Book) -> FoundIn:
    """B201 nav lists every page, once, by its path alone: the page's H1 is its title.
    B202 A section of nav holds the pages of one folder, opened by its index; a folder is one section.
    """
    listed: dict[str, int] = {}
    homes: dict[str, str] = {}
    known = set(book.paths)

    def fault(code: str, line: int, column: int, message: str) -> tuple:
        return "mkdocs.yml", line, column, code, message

    for line in book.odd:
        yield fault("B201", line, 1, "nav must hold pages, and titles with a list of pages")
    for section, start, entries in book.sections:
        pages = [entry for entry in entries if entry.path in known]
        for line, column, title, path in entries:
            if path not in known:
                yield fault("B201", line, column, f"nav must list pages that exist: {path!r}{book.missing(path)}")
            elif path in listed:
                yield fault("B201", line, column, f"nav must list a page once: {path!r} is in line {listed[path]} too")
            elif title:
                yield fault("B201", line, column, f"nav must give the path alone, the H1 is the title: {title!r}")
            listed.setdefault(path, line)
        if not pages:
            continue
        home = Counter(posixpath.dirname(entry.path) for entry in pages).most_common(1)[0][0]
        where, index = f"the section {section!r}" if section else "the top of nav", posixpath.join(home, "index.md")
        for line, column, _, path in pages:
            if posixpath.dirname(path) != home:
                yield fault("B202", line, column, f"{where} must hold pages of docs/{home} only: {path!r}")
        if any(entry.path == index for entry in pages[1:]):
            yield fault("B202", *pages[0][:2], f"{where} must begin with {index!r}: {pages[0].path!r}")
        if home in homes:
            yield fault("B202", start, 1, f"docs/{home} must be one section: {homes[home]}, {where}")
        homes.setdefault(home, where)
    if not book.sections:
        yield fault("B201", 1, 1, "must have nav, a list of the pages in their order")
    for path in book.paths if book.sections else ():
        if path not in listed and PAGE_NAME.fullmatch(path):
            yield f"docs/{path}", 1, 1, "B201", "nav in mkdocs.yml must list this page"


@check
def pages_differ(book: Book) -> FoundIn:
    """B104 The description is a sentence of 60 to 150 characters, and no other page has it.
    B205 No two pages have the same title.
    B304 The last line of a chapter and of a worksheet is `**Next:** [Title](page.md)`, with the title of that page.
    """
    descriptions: dict[str, str] = {}
    titles: dict[str, str] = {}
    title_of = {page.path: page.title for page in book.pages if page.title}
    for page in book.pages:
        if field := page.field("description"):
            line, column, text = field
            first = descriptions.setdefault(text.casefold(), page.name)
            fault = outside(len(text), DESCRIPTION, "characters")
            if not fault and text[-1] not in ".?!":
                fault = f"must be a sentence, with its full stop: {text[-30:]!r}"
            if not fault and first != page.name:
                fault = f"must be this page's own; {first} has it too"
            if fault:
                yield page.name, line, column, "B104", f"description {fault}"
        first = titles.setdefault(page.title.casefold(), page.name)
        if page.title and first != page.name:
            fault = f"the title must be this page's own: {first} is {page.title!r} too"
            yield page.name, page.headings[0][0], 1, "B205", fault
        number, title, path = page.onward
        if page.kind.onward and not title:
            fault = f"the last line must be `**Next:** [Title](page.md)`: {path[:60]!r}"
            yield page.name, number, 1, "B304", fault
        elif page.kind.onward and path == page.path:
            yield page.name, number, 11, "B304", "Next must lead to another page"
        elif page.kind.onward and title_of.get(path, title) != title:
            yield page.name, number, 11, "B304", f"Next must give the title of {path}, {title_of[path]!r}: {title!r}"


@check
def sources(book: Book) -> FoundIn:
    """B504 A citation names an entry that the page of sources has.
    B505 Each entry of the page of sources is cited by a page.
    """
    entries = book.sources.anchors if book.sources else {}
    cited = set()
    for page in book.pages if book.sources else ():
        for link, entry in page.citations() if page is not book.sources else ():
            cited.add(entry)
            if entry not in entries:
                fault = f"{SOURCES} must have the entry {entry!r}{near(entry, entries)}"
                yield page.name, link.line, link.column, "B504", fault
    for entry, number in entries.items() if book.pages == book.all else ():  # a page that cannot be read may cite it
        if entry not in cited:
            yield book.sources.name, number, 1, "B505", f"a page must cite {entry!r}, or the entry can go"


@check
def exceptions(found: list[Problem], root: Path) -> FoundIn:
    """B001 Each exception in the table EXCEPTIONS is needed."""
    used = {(problem.path, problem.code) for problem in found}
    for path, code in EXCEPTIONS:
        if (path, code) not in used and (root / path).exists():
            yield path, 1, 1, "B001", f"needs no exception from {code}; take it out of EXCEPTIONS"


# --- Addresses: what a page names, in HTML and CSS, and whether the address is one ------------------------------------

# Followed; shown or run; an element of a file; told to machines. And a style sheet, which holds addresses to load.
READ, LOAD, PART, NOTE, STYLE, SEVERAL = "read", "load", "part", "note", "style", "several"
USES = {  # what names an address: element.attribute, link:relation, meta:property, or an attribute of any element
    name: use
    for use, names in {
        READ: "a.href a.xlink:href area.href iframe.src form.action button.formaction input.formaction",
        LOAD: """image.href image.xlink:href script.href script.xlink:href script.src audio.src embed.src img.src
            input.src source.src track.src video.src video.poster object.data body.background table.background
            td.background html.manifest link:stylesheet link:icon link:apple-touch-icon link:mask-icon link:manifest
            link:preload link:modulepreload link:prefetch meta:og:image meta:og:image:url meta:og:image:secure_url
            meta:og:video meta:og:audio meta:twitter:image meta:twitter:image:src meta:msapplication-tileimage
            meta:msapplication-config""",
        PART: "use.href use.xlink:href usemap",
        NOTE: """blockquote.cite q.cite ins.cite del.cite img.longdesc link:canonical link:alternate link:next link:prev
            link:author link:license link:help link:search meta:og:url""",
        STYLE: "style",
        SEVERAL: "srcset imagesrcset",
    }.items()
    for name in names.split()
}
NAMING = {re.split("[.:]", name)[0] for name in USES if re.search("[.:]", name)} - {"a", "button", "input"} | {"style"}
CANDIDATE = re.compile(r"([^\s,]\S*[^\s,]|[^\s,])\s*(?:\s[^,]*)?(?:,|$)")  # one of srcset; an address may hold commas
CSS = re.compile(r"/\*.*?(?:\*/|\Z)|@namespace[^;]*|@import\s+(?:\"([^\"]*)\"|'([^']*)')"
                 r"|\burl\(\s*(?:\"([^\"]*)\"|'([^']*)'|([^\"'\s)]*))\s*\)|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'",
                 re.DOTALL | re.IGNORECASE)  # fmt: skip
REFRESH = re.compile(r"\s*[\d.]*\s*[;,]\s*(?:url\s*=\s*)?[\"']?([^\"']*)", re.IGNORECASE)


def addresses(element: turbohtml.Element) -> list[tuple[str, str]]:
    """The addresses that an element names, each after the use it makes of it."""
    tag, get, found = element.tag, element.attr, []
    for name, value in element.attrs.items():
        use = USES.get(f"{tag}.{name}") or USES.get(name)
        if tag == "link" and name == "href":
            relations = (get("rel") or "").lower().split()
            use = next((USES[f"link:{relation}"] for relation in relations if f"link:{relation}" in USES), "")
        elif tag == "meta" and name == "content":
            use = USES.get(f"meta:{get('property') or get('name') or ''}".lower())
            if (get("http-equiv") or "").lower() == "refresh":
                match = REFRESH.match(value)
                use, value = READ, (match and match[1]) or None
        if use == STYLE:
            found += [(LOAD, address) for _, address in in_css(value)]
        elif use == SEVERAL:
            found += [(LOAD, match[1]) for match in CANDIDATE.finditer(value)]
        elif use and value is not None and (value or name not in ("action", "formaction")):  # empty: to its own page
            found.append((use, value))
    if tag == "style":
        found += [(LOAD, address) for _, address in in_css(element.text)]
    return found


def naming(document: turbohtml.Document) -> Iterator[turbohtml.Element]:
    """The elements of a page that may name an address, but for <a href>."""
    yield from document.iter_elements(NAMING)  # several times as fast as a selector
    for selector in ("[style]", "button[formaction]", "input[formaction], input[src]", r"a[xlink\:href]"):
        yield from document.select(selector)  # and one by one faster than a list


def in_css(text: str) -> Iterator[tuple[int, str]]:
    """The addresses in a style sheet, with their places; comments, strings and name spaces are none."""
    for match in CSS.finditer(text):
        address = next((group for group in match.groups() if group), "")
        if address and not address.startswith("#"):
            yield match.start(), address


SCHEMES = ("https", "http", "mailto", "tel", "sms")
PHONE = re.compile(r"\+?[\d().\- ]{2,}(?:[;?].*)?", re.ASCII)
MAILBOX = re.compile(r"[^@\s,?]+@[^@\s,?.]+(?:\.[^@\s,?.]+)+")
HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+\.?|\d+(?:\.\d+){3}|[0-9a-f:.]*:[0-9a-f:.]*")
LOCAL = re.compile(r"localhost|.*\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|::1")


@functools.lru_cache(100_000)
def fault_of(address: str) -> str:
    """What is wrong with the form of an address, wherever it leads; nothing when it is well formed."""
    bare = address.strip("\t\n\f\r ")
    scheme = (re.match(r"([a-zA-Z][\w+.-]*):", bare) or [""])[0].rstrip(":").lower()
    if scheme in ("data", "javascript", "blob", "about"):
        return ""
    if scheme in ("tel", "sms"):
        good = PHONE.fullmatch(unquote(bare[4:])) or (scheme == "sms" and bare[4:].startswith("?"))
        return "" if good else f"{scheme}: must be followed by a number, digits only"
    if scheme == "mailto":
        boxes = [box.strip() for box in unquote(bare[7:].partition("?")[0]).split(",")]
        good = (boxes == [""] and "?" in bare) or all(map(MAILBOX.fullmatch, boxes))
        return "" if good else "mailto: must be followed by name@host"
    if scheme == "file" or re.fullmatch(r"[a-z]", scheme):
        return "a link must not lead to a file on somebody's own device"
    if scheme not in ("", "http", "https"):
        hint = near(scheme, SCHEMES)
        return f"an address must begin with a scheme that exists{hint}" if hint else ""
    if re.search(r"[\s\x00-\x1f]", bare):
        return "an address must have no spaces; write %20, or rename the file"
    if "\\" in re.split(r"[?#]", bare)[0]:
        return "an address must have / in place of \\"
    if scheme or bare.startswith("//"):
        try:
            parts = urlsplit(bare)
            host, _ = parts.hostname or "", parts.port
        except ValueError as error:
            return f"an address must be well formed ({error})"
        if LOCAL.fullmatch(host):
            return "a link must not lead to the machine it was written on"
        if not HOST.fullmatch(host):
            return "an address must name a host, as in https://example.org/"
    return ""


def insecure(address: str) -> str:
    scheme, _, rest = address.partition("://")
    if scheme.lower() == "http" and re.split(r"[/:?#]", rest)[0] not in HTTP_ONLY:
        return "an address must begin with https:, what comes by http: can be read and changed on its way"
    return ""


# --- The site: any folder of built pages, served as GitHub Pages serves it --------------------------------------------

PAGES = (".html", ".htm")
UNKNOWN = "https://site.invalid/"  # stands for the public address of a site that does not tell it
ABSOLUTE = re.compile(r"\s*(?:[a-zA-Z][\w+.-]*:|//)")
SHARED = re.compile(rf"\.\./|/|{ABSOLUTE.pattern}")  # leads to the same place from every page next door
PLAIN = re.compile(r"(?:[\w-]+[./])*[\w-]*", re.ASCII)  # nothing in it to be resolved
# Where an address leads: a file of the site; or nowhere, with the rule that it breaks; or elsewhere, when all is empty.
Target = namedtuple("Target", "file code message cause", defaults=["", "", "", ""])


class Site:
    def __init__(self, root: Path, base: str = "") -> None:
        self.root, self.start, self.files = root, f"{root.as_posix()}/", set()
        folders = [""] if root.is_dir() else []
        for folder in folders:  # which grows meanwhile; os.walk takes twice as long
            with os.scandir(self.start + folder) as entries:
                for entry in entries:
                    if not entry.is_dir():
                        self.files.add(folder + entry.name)
                    elif not entry.is_symlink():  # it could lead round in a circle
                        folders.append(f"{folder}{entry.name}/")
        self.pages = sorted(name for name in self.files if name.endswith(PAGES))
        if not self.pages:
            raise CannotRun(f"no pages below {root.as_posix()}; build the site first")
        try:
            base = urljoin(UNKNOWN, base.rstrip("/") + "/") if base else self.told_base() or UNKNOWN
        except ValueError as error:
            raise CannotRun(f"--base must be an address or a path: {error}") from None
        self.base, self.host, self.prefix = base, "//" + urlsplit(base).netloc.lower(), urlsplit(base).path
        self.known: dict[tuple[str, str, str], Target] = {}

    def read(self, path: str) -> bytes:
        with open(self.start + path, "rb") as file:
            return file.read()

    def told_base(self) -> str:
        """The public address that the home page's canonical link or the sitemap tells, or nothing."""
        for name, selector in (("index.html", "link[rel=canonical]"), ("sitemap.xml", "loc")):
            if name in self.files:
                for element in turbohtml.parse(self.read(name)).select(selector)[:100]:
                    address = (element.attr("href") or element.text).strip()
                    origin = re.match(r"https?://[^/?#\s]+/", address)
                    # The shortest beginning after which the rest is a page of the site.
                    for slash in re.finditer("/", address) if origin else ():
                        if slash.end() >= origin.end() and self.served(unquote(address[slash.end() :])):
                            return address[: slash.end()]
        return ""

    @functools.cached_property
    def folded(self) -> dict[str, str]:
        """The files by their names without case and forms of accents."""
        return {fold(name): name for name in sorted(self.files, reverse=True)}

    @functools.cached_property
    def siblings(self) -> dict[str, list[str]]:
        """What a reader would call a page, its folder or its file, by the folder it is in."""
        siblings: dict[str, list[str]] = {}
        for name in self.files:
            name = name.removesuffix("index.html")
            siblings.setdefault(posixpath.dirname(name.rstrip("/")), []).append(name)
        return siblings

    def served(self, path: str) -> str:
        """The file that GitHub Pages answers with: as named, then with .html, then the index of the folder."""
        if path in self.files:
            return path
        if path.endswith("/") or not path:
            return f"{path}index.html" if f"{path}index.html" in self.files else ""
        return next((file for file in (f"{path}.html", f"{path}/index.html") if file in self.files), "")

    def url(self, folder: str, address: str) -> str:
        try:
            return urljoin(self.base + folder.replace("%", "%25"), address.strip("\t\n\f\r "))
        except ValueError:  # such as https://[x/, which L101 reports
            return ""

    def path(self, url: str) -> str | None:
        """The path below the site's root, None when the address is foreign."""
        match = re.match(r"https?:(//[^/?#]*)([^?#]*)", url, re.IGNORECASE)
        if not match or match[1].lower() != self.host or not f"{match[2]}/".startswith(self.prefix):
            return None
        return unquote(match[2][len(self.prefix) :])

    def resolve(self, folder: str, address: str, use: str) -> Target:
        """Where an address leads from the pages of a folder. Climbing first makes the navigation's addresses equal
        wherever they stand, so that each is looked up once."""
        while folder and address.startswith("../"):
            folder, address = folder[: folder.rfind("/", 0, -1) + 1], address[3:] or "."
        key = folder, address, use
        if key not in self.known:
            self.known[key] = self.look_up(*key)
        return self.known[key]

    def look_up(self, folder: str, text: str, use: str) -> Target:
        plain = text.removeprefix(self.base)
        if text and PLAIN.fullmatch(plain):  # nearly all, and nothing can be wrong with one that is there
            file = self.served(plain if plain != text else folder + plain)
            if file:
                return Target(file)
        url = self.url(folder, text)
        path = self.path(url)
        file = "" if path is None else self.served(path)
        code, message = wrong_with(self, folder, text, use, path, file) or ("", "")
        return Target("" if code else file, code, f"{message}: {text!r}", url or text)


def fold(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()


@check
def wrong_with(site: Site, folder: str, text: str, use: str, path: str | None, file: str) -> tuple[str, str] | None:
    """L101 An address is well formed: no spaces or backslashes, a scheme and a host that can be, digits after tel:.
    L102 An address that is followed or loaded begins with https:, not http:.
    L103 An address that begins with / or ../ stays below the folder that the site is served from.
    L104 An address is written as its file is named: upper and lower case, and the form of accents, matter.
    L105 An address within the site leads to a page or a file that is there, as GitHub Pages serves it.
    """
    if not text.strip():  # an empty link leads to its own page; Sphinx writes it in its navigation
        return None if use == READ else ("L101", "an address must not be empty")
    if fault := fault_of(text.removeprefix(site.base) or "."):  # our own may be a local one while we write
        return "L101", fault
    if use != NOTE and not text.startswith(site.base) and (fault := insecure(text)):
        return "L102", fault
    if not ABSOLUTE.match(text):
        climbs = posixpath.normpath(folder + unquote(text.partition("?")[0])).startswith("..")
        if path is None or (climbs and not text.startswith("/")):
            return "L103", f"an address must stay below {site.prefix}, the site's own"
    if path is None or file:
        return None
    bare = path.rstrip("/")
    for name in (path, f"{path}.html", f"{bare}/index.html") if path else ():
        if (actual := site.folded.get(fold(name), name)) != name:
            return "L104", f"an address must be written as the file is named, {actual!r}"
    if path != bare and f"{bare}.html" in site.files:
        hint = f"; leave out the last /, the file is {bare + '.html'!r}"
    elif re.match(r"(?:www\.[\w-]+\.|[\w-]+\.(?:com|org|net)(?:/|$))", text):
        hint = f"; did you mean 'https://{text}'?"
    else:
        hint = near(path, site.siblings.get(posixpath.dirname(bare), []))
    what = "a file" if use in (LOAD, PART) else "a page or file"
    return "L105", f"an address must lead to {what} of the site, there is no {path or './'!r}{hint}"


class Leaf:
    """A page of the site: its anchors, and its addresses by their use. What only a fault needs is found when asked."""

    def __init__(self, site: Site, path: str) -> None:
        self.path, self.folder = path, path[: path.rfind("/") + 1]
        self.document = turbohtml.parse(site.read(path))
        for element in self.document.select("template"):
            element.decompose()  # a browser shows nothing of it
        self.base = next((element.attr("href") for element in self.document.select("base[href]")), "")
        hidden = ("meta[http-equiv=refresh i]", "meta[name=robots i][content*=noindex i]")
        self.unlisted = any(map(self.document.select, hidden))  # it forwards, or asks not to be found
        self.ids = [element.attr("id") for element in self.document.select("[id]")]
        named = (*self.document.select("a[name]"), *self.document.select("map[name]"))
        self.anchors = {*self.ids, *(element.attr("name") for element in named)}
        self.links = self.document.select("a[href]")
        self.named = {READ: [element.attr("href") for element in self.links]}
        for element in naming(self.document):
            for use, address in addresses(element):
                self.named.setdefault(use, []).append(address)

    @functools.cached_property
    def first(self) -> dict[tuple[str, str], turbohtml.Element]:
        """The first element that makes a use of an address."""
        first = {(READ, element.attr("href")): element for element in reversed(self.links)}
        for element in naming(self.document):
            for key in addresses(element):
                first.setdefault(key, element)
        return first


def place(element: turbohtml.Element) -> tuple[int, int]:
    line, column = element.position or (1, 0)
    return line, column + 1


@check
def leaf_is_sound(leaf: Leaf) -> Found:
    """L201 No two elements of a page have the same id: a link reaches only the first.
    L202 A link has text, or an image with alternative text, or a label.
    L203 The addresses on 404.html begin with /, because it answers at every depth.
    """
    if len(leaf.ids) > len(set(leaf.ids)):  # rarely
        seen = set()
        for element in leaf.document.select("[id]"):
            if (anchor := element.attr("id")) in seen and anchor:
                yield *place(element), "L201", f"an id must stand once on a page: {anchor!r}"
            seen.add(anchor)
    for element in leaf.links:
        if not element.text.strip():
            address, inside = element.attr("href"), [element, *element.select("*")]
            labels = (part.attr(name) for part in inside for name in ("aria-label", "aria-labelledby", "title", "alt"))
            hidden = element.attr("aria-hidden") == "true" or address == f"#{element.attr('id')}"  # an anchor, no link
            if not hidden and not any(label and label.strip() for label in labels):
                yield *place(element), "L202", f"a link must have text: the link to {address!r}"
    if leaf.path == "404.html" and not leaf.base:
        for (_, address), element in leaf.first.items():
            if not re.match(rf"\s*[/#]|$|{ABSOLUTE.pattern}", address):
                yield *place(element), "L203", f"an address on the 404 page must begin with /: {address!r}"


class Cause(NamedTuple):
    """One cause, such as a fault in the navigation, is one problem, however many pages show it."""

    line: int
    column: int
    message: str
    pages: list[str]

    def told(self, code: str) -> tuple[str, int, int, str, str]:
        path, *more = self.pages
        also = f"; also on {len(more)} more: {', '.join(more[:3])}" if more else ""
        return path, self.line, self.column, code, self.message + also + ", …" * (len(more) > 3)


class Harvest:
    """What some pages of a site add up to."""

    def __init__(self, site: Site, paths: list[str]) -> None:
        # By code and what tells causes apart. Those of L301, by file and fragment, are anchors still to be looked for
        # on other pages; their message is the address, and their place is not known yet.
        self.causes: dict[tuple, Cause] = {}
        self.linked: set[str] = set()  # pages that another page leads to, or that are not meant to be found
        anchors: dict[str, set[str]] = {}
        fine: dict[tuple, set[str]] = {}
        for path in paths:
            self.gather(site, Leaf(site, path), anchors, fine)
        # What was found here need not be looked for again, nor travel from one process to the other.
        for code, cause in [*self.causes]:
            if code == "L301" and cause[0] in anchors and has_anchor(anchors[cause[0]], cause[1]):
                del self.causes[code, cause]

    def note(self, code: str, key: object, cause: Cause) -> None:
        if (pages := self.causes.setdefault((code, key), cause).pages)[-1] != cause.pages[0]:  # not twice on a page
            pages += cause.pages

    def merge(self, other: Harvest) -> None:
        for key, cause in other.causes.items():
            self.note(*key, cause)
        self.linked |= other.linked

    def gather(self, site: Site, leaf: Leaf, anchors: dict[str, set[str]], fine: dict[tuple, set[str]]) -> None:
        """Add a page: what its own rules find, and where its addresses lead."""
        path, folder, anchors[leaf.path] = leaf.path, leaf.folder, leaf.anchors
        for *spot, code, message in leaf_is_sound(leaf):
            self.note(code, message, Cause(*spot, message, [path]))
        if leaf.unlisted:
            self.linked.add(path)
        if leaf.base:  # every address starts from there, even #fragments
            below = site.path(site.url(folder, leaf.base))
            folder = None if below is None else below[: below.rfind("/") + 1]
        # The same navigation stands on every page: what led somewhere from the page next door does so from here. Pages
        # that are indexes are next door by the folder above, and share what climbs.
        index = path.endswith("/index.html")
        next_door = leaf.folder[: leaf.folder.rfind("/", 0, -1) + 1] if index else leaf.folder
        for use, named in leaf.named.items():
            known = set() if leaf.base else fine.setdefault((use, index, next_door), set())
            for address in named:
                if address in known or (address[:1] == "#" and address[1:] in leaf.anchors and not leaf.base):
                    continue
                bare, _, fragment = address.partition("#")
                if bare[:1] in ("", "?") and address and not leaf.base:
                    file = path
                elif folder is None and not ABSOLUTE.match(address):
                    continue  # <base> leads to another host, and this address with it
                else:
                    file, code, message, cause = site.resolve(folder or "", bare, use)
                    if code:
                        self.note(code, cause, Cause(*place(leaf.first[use, address]), message, [path]))
                    elif not fragment and file != path and (not index or SHARED.match(address)):
                        known.add(address)
                if file != path and use == READ:
                    self.linked.add(file)
                anchored = fragment if use in (READ, PART) else ""
                if file and anchored and not (file in anchors and has_anchor(anchors[file], fragment)):
                    self.note("L301", (file, fragment), Cause(0, 0, address, [path]))


def has_anchor(anchors: set[str], fragment: str) -> bool:
    fragment = fragment.partition(":~:")[0]  # a text fragment names no anchor
    return not fragment or fragment.lower() == "top" or fragment in anchors or unquote(fragment) in anchors


@check
def harvest_is_whole(harvest: Harvest, site: Site) -> FoundIn:
    """L301 The part of an address after # names an anchor of the page that it leads to.
    L302 Another page links to each page, but the home page, 404.html, and those that forward or ask not to be found.
    """
    anchors: dict[str, set[str]] = {}
    leaf = functools.lru_cache(1)(functools.partial(Leaf, site))  # what is wanted comes page by page
    for code, key in harvest.causes:
        cause = harvest.causes[code, key]
        if code != "L301":
            yield cause.told(code)
            continue
        file, fragment = key
        if file not in anchors and file.endswith((*PAGES, ".svg")):
            anchors[file] = leaf(file).anchors
        if file in anchors and not has_anchor(anchors[file], fragment):
            address, name, first = cause.message, unquote(fragment), leaf(cause.pages[0]).first
            fault = f"an address must lead to an anchor, {file} has no {name!r}: {address!r}{near(name, anchors[file])}"
            yield Cause(*place(first.get((READ, address)) or first[PART, address]), fault, cause.pages).told(code)
    for path in {*site.pages} - harvest.linked - {"index.html", "404.html"}:
        yield path, 1, 1, "L302", "another page must link to this page; nothing does"


def other_files(site: Site) -> Iterator[tuple[str, str, int, str, str]]:
    """The addresses in the sitemap, the style sheets and the manifest: path, text, place, use, address."""
    for path in sorted(site.files):
        name = posixpath.basename(path)
        if name.endswith((".css", ".webmanifest")) or name == "manifest.json" or path == "sitemap.xml":
            text = (site.root / path).read_text("utf-8", "replace")
            if name.endswith(".css"):
                yield from ((path, text, start, LOAD, address) for start, address in in_css(text))
            elif name.endswith(".xml"):
                for match in re.finditer(r"<loc>\s*([^<]*?)\s*</loc>", text):
                    yield path, text, match.start(1), NOTE, turbohtml.unescape(match[1])
            else:
                for match in re.finditer(r'"(src|start_url)"\s*:\s*"([^"]+)"', text):
                    yield path, text, match.start(2), LOAD if match[1] == "src" else NOTE, match[2].replace(r"\/", "/")


def harvest_site(site: Site) -> Harvest:
    processes = min(4, os.cpu_count() or 1)
    size = -(-len(site.pages) // processes) if len(site.pages) > 300 else len(site.pages)  # a process has its cost
    parts = [site.pages[start : start + size] for start in range(0, len(site.pages), size)]
    if len(parts) == 1:
        return Harvest(site, site.pages)
    import multiprocessing  # here, because most sites are small

    # Forked processes begin at once, with all that is in memory; Windows has none. Each is given the site as it begins:
    # were it sent with the pages, a thread would read it while this one writes down in it what it has resolved.
    context = multiprocessing.get_context("fork" if hasattr(os, "fork") else None)
    with context.Pool(len(parts) - 1, initializer=begin, initargs=[site]) as pool:
        others = pool.imap(harvest_part, parts[1:])
        harvest = Harvest(site, parts[0])
        for other in others:
            harvest.merge(other)
    return harvest


given: list[Site] = []  # to a process of the pool


def begin(site: Site) -> None:
    given.append(site)


def harvest_part(pages: list[str]) -> Harvest:
    return Harvest(given[0], pages)


# --- The commands, and the one place that prints ----------------------------------------------------------------------


def structure(root: Path, _: str = "") -> tuple[list[Problem], int]:
    """The problems of a book, and how many pages it has."""
    book, found = Book(root), []
    for path in book.paths:
        page = Page(path, book.files[path].read_bytes())
        book.all.append(page)
        if not page.fault:
            book.pages.append(page)
            book.sources = page if path == SOURCES else book.sources
            found += [Problem(page.name, *each) for keeps in CHECKS["page"] for each in keeps(page, book)]
            page.keep_facts()
    found += [Problem(*each) for keeps in CHECKS["book"] for each in keeps(book)]
    found += [Problem(*each) for each in exceptions(found, root)]
    kept = {problem for problem in found if (problem.path, problem.code) not in EXCEPTIONS}
    return sorted(problem._replace(path=(root / problem.path).as_posix()) for problem in kept), len(book.all)


def links(root: Path, base: str = "") -> tuple[list[Problem], int]:
    """The problems of a site, and how many pages it has."""
    site = Site(root, base)
    harvest = harvest_site(site)
    for path, text, start, use, address in other_files(site):
        target = site.resolve(path[: path.rfind("/") + 1], address.partition("#")[0], use)
        if target.code:
            line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
            harvest.note(target.code, target.cause, Cause(line, column, target.message, [path]))
    told = harvest_is_whole(harvest, site)
    problems = (Problem((root / path).as_posix(), *rest) for path, *rest in told)
    return sorted(problems), len(site.pages)


COMMANDS = {"structure": (structure, "."), "links": (links, "site")}


def show(problems: list[Problem], form: str, summary: dict) -> Iterator[str]:
    """The lines to print."""
    if form == "json":
        yield json.dumps({**summary, "problems": [problem._asdict() for problem in problems]}, indent=1)
        return
    for problem in problems:
        path, line, column, code, message = problem
        if form == "github":  # https://docs.github.com/actions/reference/workflow-commands-for-github-actions
            path, message = (re.sub("[%\r\n]", lambda match: f"%{ord(match[0]):02X}", text) for text in (path, message))
            path = path.replace(":", "%3A").replace(",", "%2C")
            yield f"::error file={path},line={line},col={column},title={code}::{message}"
        else:
            yield str(problem)
    count = f"{len(problems) or 'no'} problem{'s' * (len(problems) != 1)}"
    yield f"{' and '.join(summary['commands'])}: {count} in {summary['pages']} pages ({summary['seconds']} s)"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=COMMANDS, help="default: both")
    parser.add_argument("path", nargs="?", type=Path, help="the sources, or the site")
    parser.add_argument("--base", default="", help="the site's public address or path, such as /repository/")
    parser.add_argument("--format", choices=("text", "github", "json"), default="text")
    parser.add_argument("--list-rules", action="store_true", help="print every code with its rule, and stop")
    options = parser.parse_args(arguments)
    sys.stdout.reconfigure(errors="backslashreplace")  # a path or a page may hold what the terminal cannot show
    if options.list_rules:
        print(*(f"{code}  {rule}" for code, rule in RULES.items()), sep="\n")
        return 0
    start, problems, pages, failure = time.perf_counter(), [], 0, ""
    commands = [options.command] if options.command else list(COMMANDS)
    try:
        for command in commands:
            validate, path = COMMANDS[command]
            found, count = validate(options.path or Path(path), options.base)
            problems, pages = problems + found, pages + count
    except (CannotRun, OSError) as error:
        failure = f"validate.py: cannot run: {error}"
    summary = {"commands": commands, "pages": pages, "seconds": round(time.perf_counter() - start, 2)}
    print(*show(problems, options.format, summary), sep="\n")
    if failure:
        print(failure, file=sys.stderr)
    return 2 if failure else int(bool(problems))


if __name__ == "__main__":
    gc.disable()  # much is made, and none of it in circles; a look for them took a quarter of the time
    sys.exit(main())
