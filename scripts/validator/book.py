"""Read the sources: each page becomes lists of blocks, boxes and links that know their lines.

A page is first cleaned of what Python-Markdown, which builds the site, reads otherwise than CommonMark; then a plain
parser reads it. A test compares the lists with what is built.
"""

import datetime
import difflib
import posixpath
import re
import string
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import guide
import turbohtml
import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin
from turbohtml import Element

from .addresses import FOLLOW, NOTE, addresses
from .report import CannotRunError, Problem, problem
from .style import Kind, style

MARKDOWN = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")  # what MkDocs takes for a page
# A line that begins a box, or was meant to, and its body.
MARK = rf"[ \t]*(?:!{{2,}}|\?{{3,}}|:{{3,}}|/{{3,}}|![ \t]*(?=(?:{'|'.join(style.boxes)})\b)|>[ \t]*\[!(?=\w))"
BOX = re.compile(rf"^{MARK}[^\w\n]*(\w[\w-]*)?.*((?:\n(?: {{4}}.*|[ \t]*)$)*)", re.M)
DIV = re.compile(r"^(?:<div\b[^<>]*\bmarkdown\b[^<>]*>|</div>)[ \t]*$", re.M)  # what is inside is Markdown
UNREAD = re.compile(r"^(`{3,}|~{3,})(?![`~])[ \w#.+-]*\n(?:.*\n)*?\1[ \t]*$", re.M)
STRAY = {
    "two versions are in conflict here; keep one and delete the marks": re.compile(r"^(?:[<>|]{7} .*|={7}$)", re.M),
    "a block of code must begin at the margin, and be closed": re.compile(r"^[ \t]*(?:```|~~~).*", re.M),
    "a comment is published with the page; delete it": re.compile(r"^[^`\n]*<!--.*", re.M),
}
CODE = "\ue000"  # in place of code in a line, and of a mark that is escaped
CLEAN: list[tuple[re.Pattern[str], Any]] = [
    (re.compile(rf"\\[{re.escape(string.punctuation)}]"), CODE),
    (
        re.compile(r"(?<!`)(`+)(?!`)(?:.|\n(?!\s*[-*+#>|\n]))+?(?<!`)\1(?!`)"),
        lambda match: CODE + "\n" * match[0].count("\n"),
    ),
    (re.compile(r"\{:[^{}\n]*\}|\{#[^{}\n]*\}(?=[ \t]*$)|^\*\[[^\]\n]+\]:.*", re.M), ""),  # attributes, abbreviations
    # An address may hold spaces, and a title quotes.
    (re.compile(r"\]\( *([^()<>\"'\n]*?) *(?: [\"'][^()\n]*)?\)"), r"](<\1>)"),
]
READER = MarkdownIt("commonmark").enable("table").use(deflist_plugin)
READER.validateLink = lambda url: True  # type: ignore[method-assign]  # what is wrong with an address is for the rules
READER.normalizeLink = lambda url: url  # type: ignore[method-assign]


class PageError(Exception):
    """The one problem of a page that hides all others: code and fault."""


class Block(NamedTuple):
    tag: str  # of a heading, a paragraph, a cell, a term or an item
    line: int
    raw: str  # with CODE in it

    @property
    def text(self) -> str:
        return self.raw.replace(CODE, "")


class Box(NamedTuple):
    line: int
    end: int
    kind: str
    whole: bool  # it has a body, and what follows does not look like more of it


class Link(NamedTuple):
    line: int
    address: str
    target: str  # where it leads, as in Page.target
    tag: str
    text: str  # or the words in place of its image
    loads: bool  # shown or run on the page

    @property
    def file(self) -> str:
        return self.target.partition("#")[0]


def b101_text(data: bytes) -> str:
    """A page is UTF-8 text of a sensible size, not in conflict, without comments; code is closed, at the margin."""
    if len(data) > style.page_size:
        raise PageError("B101", 1, f"a page must have at most {style.page_size // 1000} KB; split it")
    try:
        text = re.sub(r"\r\n?", "\n", data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        fault = f"a page must be UTF-8 text, here is the byte {data[error.start]:#04x}; save it as UTF-8"
        raise PageError("B101", data.count(b"\n", 0, error.start) + 1, fault) from None
    text = UNREAD.sub(lambda match: "\n" * match[0].count("\n"), text)
    for fault, pattern in STRAY.items():
        if match := pattern.search(text):
            raise PageError("B101", text.count("\n", 0, match.start()) + 1, fault, match[0])
    return text


def b102_head(lines: list[str]) -> tuple[int, dict[str, Any]]:
    """A page begins with its head: YAML fields between two lines of three hyphens."""
    end = next((n for n, line in enumerate(lines) if n and line.rstrip() == "---"), 0)
    if lines[0].rstrip() != "---" or not end:
        raise PageError("B102", 1, f"a page must begin with its head between two lines ---: {lines[0][:40]!r}")
    try:
        head = yaml.load("\n".join(lines[:end]), yaml.BaseLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark, why = getattr(error, "problem_mark", None), getattr(error, "problem", "it cannot be read")
        fault = f"the head must be YAML: {why}; a value with ': ' needs quotes"
        raise PageError("B102", mark.line + 1 if mark else 1, fault) from None
    if not isinstance(head, dict):
        raise PageError("B102", 2, "the head must be fields, one `name: value` a line")
    return end + 2, head


def render(text: str) -> str:
    """HTML in which each element of the text has its line. Raises PageError."""
    tokens = READER.parse(text)
    for token in tokens:
        line, token.hidden = (token.map or [0])[0] + 1, False  # hidden: a paragraph in a tight list
        if token.type == "code_block":
            raise PageError("B101", line, "indented text must be in a box or a list", token.content[:40])
        for part in (token, *(token.children or ())):
            if part.type.startswith("html_"):
                part.content = re.sub(r"<([a-zA-Z][\w-]*)", rf'<\1 data-line="{line}"', part.content)
            part.attrSet("data-line", str(line))
            line += part.type.endswith("break")
    return str(READER.renderer.render(tokens, READER.options, {}))


def line_of(element: Element) -> int:
    near = element.closest("[data-line]")
    return int(str(near.attr("data-line"))) if near else 1


class Page:
    """A page of the sources. Raises PageError."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path = path
        self.lines = b101_text(data).split("\n")
        self.start, self.head = b102_head(self.lines)  # the first line after the head
        self.kind = style.kinds.get(self.field("kind")[1], Kind())
        self.text = "\n" * (self.start - 1) + "\n".join(self.lines[self.start - 1 :])
        for pattern, replacement in CLEAN:
            self.text = pattern.sub(replacement, self.text)
        self.boxes: list[Box] = []
        html = render(DIV.sub("", BOX.sub(self._read_box, self.text)))
        tree = turbohtml.parse(f"<body>{html}")
        found = tree.select("h1, h2, h3, h4, h5, h6, p, th, td, dt, li")
        blocks = [Block(element.tag, line_of(element), element.text) for element in found]
        self.blocks, self.items = ([block for block in blocks if (block.tag == "li") == item] for item in (False, True))
        self.headings = [block for block in self.blocks if block.tag[0] == "h"]
        self.title = next((block for block in self.headings if block.tag == "h1"), Block("h1", 1, ""))
        named = [*addresses(tree), *((FOLLOW, "", empty) for empty in tree.select('a[href=""]'))]
        self.links = [self._link(use not in (FOLLOW, NOTE), address, element) for use, address, element in named]

    def _read_box(self, match: re.Match[str]) -> str:
        """Note a box; return its body as text at the margin."""
        line, body = match.string.count("\n", 0, match.start()) + 1, match[2].rstrip()
        end = line + body.count("\n")
        after = "".join(self.lines[end : end + 1])
        kind = "".join(difflib.get_close_matches((match[1] or "").lower(), style.boxes, 1))
        self.boxes.append(Box(line, end, kind, bool(body) and (not after.strip() or bool(re.match(MARK, after)))))
        return re.sub("^ {4}", "", match[2], flags=re.M)

    def _link(self, loads: bool, address: str, element: Element) -> Link:
        text = element.text.strip() or "".join(str(image.attr("alt")) for image in element.select("[alt]"))
        return Link(line_of(element), address, self.target(address), element.tag, text, loads)

    def field(self, name: str) -> tuple[int, str]:
        """The line and the text of a field of the head; no text when it is not there once, or is a list."""
        lines = [n for n, line in enumerate(self.lines[: self.start - 1], 1) if line.startswith(f"{name}:")]
        value = self.head.get(name) if len(lines) == 1 else ""
        if isinstance(value, dict):
            value = "; ".join(f"{key}: {setting}" for key, setting in value.items())
        return (lines or [1])[-1], value.strip() if isinstance(value, str) else ""

    def target(self, address: str) -> str:
        """Where a relative address leads: a path below docs/, which begins with ../ outside it, and the fragment."""
        path, mark, fragment = unquote(address).partition("#")
        path = posixpath.join(posixpath.dirname(self.path), path.partition("?")[0]) if path else self.path
        return posixpath.normpath(path) + (mark and fragment and mark + fragment)

    def leads_to(self, start: str, first: int, last: int) -> bool:
        """Whether a link in these lines leads to what begins so."""
        return any(
            link.tag == "a" and first <= link.line <= last and link.target.startswith(start) for link in self.links
        )


class Book:
    """All pages, the other files of docs/, and what mkdocs.yml says. Raises CannotRunError and GuideError."""

    def __init__(self, root: Path, today: datetime.date) -> None:
        self.today, docs = today, root / "docs"
        found = {path.relative_to(docs).as_posix(): path for path in sorted(docs.rglob("*"))}
        found = {name: path for name, path in found.items() if not re.search(r"(?:^|/)\.", name)}  # as MkDocs does
        self.symlinks = [name for name, path in found.items() if path.is_symlink()]
        self.files = {name: path for name, path in found.items() if path.is_file()}
        self.paths = {name: path for name, path in self.files.items() if name.lower().endswith(MARKDOWN)}  # pages
        if not self.paths:
            raise CannotRunError(f"no pages below {docs.as_posix()}")
        self.guide = guide.load(root)
        self.pages: dict[str, Page] = {}  # those that can be read
        self.faults: list[Problem] = []
        for name, path in self.paths.items():
            try:
                self.pages[name] = Page(name, path.read_bytes())
            except PageError as error:
                self.faults.append(problem(f"docs/{name}", [], *error.args))
        self.forwarding = {page.path for page in self.pages.values() if not page.kind.listed}

    def hint(self, path: str, folder: str = "") -> str:
        """What may be meant by a path below docs/ that is not there, written as from a folder: a file near by, or of
        the same name elsewhere."""
        home, base = posixpath.split(path)
        near = {posixpath.basename(name): name for name in self.files if posixpath.dirname(name) == home}
        same = [name for name in self.files if posixpath.basename(name) == base]
        names = [name for name in (f"{path}/index.md", f"{path}.md") if name in self.files]
        names += [near[name] for name in difflib.get_close_matches(base.lower(), near, 1, 0.7)] + same[: len(same) == 1]
        return f"; did you mean {posixpath.relpath(names[0], folder or '.')!r}?" if names else ""
