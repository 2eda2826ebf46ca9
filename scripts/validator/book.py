"""Read the sources: each page becomes simple lists of blocks, boxes, items and links that know their lines.

A Markdown parser reads the pages; where Python-Markdown, which builds the site, takes something otherwise, it is put
right here. A test compares the lists with what is built.
"""

import datetime
import difflib
import posixpath
import re
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import guide
import turbohtml
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.deflist import deflist_plugin
from turbohtml import Element

from .addresses import FOLLOW, NOTE, addresses
from .report import CannotRunError, Problem
from .style import BOXES, KINDS, PAGE_SIZE, Kind

MARKDOWN = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")  # what MkDocs takes for a page
MARK = re.compile(
    rf"\s*(?:!{{2,}}|\?{{3,}}|:{{3,}}|/{{3,}}|!\s*(?=(?:{'|'.join(BOXES)})\b)|>\s*\[!(?=\w))\W*(\w[\w-]*)?.*$"
)
DIV = re.compile(r"<div\b[^>]*\bmarkdown\b[^>]*>|</div>")  # on a line of its own: what is inside is Markdown
ATTRIBUTES = re.compile(r"(?:^|(?<= ))\{:? *([^{}]*)\}\s*$")
LOOSE_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(\s*([^()]*?)(?:\s+[\"'][^()]*)?\)")  # with spaces or quotes in it
# In the raw text of a block: before a character that was escaped, and for code or an address that is shown.
ESCAPED, CODE = "\ue000", "\ue001"
Field = tuple[int, int, str]  # of the head: line, column, and value, which is empty when it is not a text

READER = MarkdownIt("commonmark").enable("table").use(admon_plugin).use(deflist_plugin).disable("text_join")
READER.validateLink = lambda url: True  # type: ignore[method-assign]  # what is wrong with an address is for the rules
READER.normalizeLink = lambda url: url  # type: ignore[method-assign]


class PageError(Exception):
    """The one problem of a page that hides all others: line, column, code, message."""


class Block(NamedTuple):
    tag: str  # of a heading, a paragraph, a cell, a term or an item
    line: int
    text: str  # what readers read, without code
    raw: str


class Box(NamedTuple):
    line: int
    end: int
    kind: str
    whole: bool  # it has a body, and what follows does not look like more of it


class Link(NamedTuple):
    line: int
    column: int
    address: str
    target: str  # the path below docs/, as in Page.target
    fragment: str
    tag: str
    text: str  # or the words in place of its image
    loads: bool  # shown or run on the page


def line_of(element: Element) -> int:
    near = element.closest("[data-line]")
    return int(str(near.attr("data-line"))) if near else 1


def words_in(text: str) -> str:
    return re.sub(f"[{ESCAPED}{CODE}]", "", text)


def b101_text(data: bytes) -> list[str]:
    """A page is UTF-8 text of a sensible size, not in conflict; comments and code blocks are closed, at the margin."""
    if len(data) > PAGE_SIZE:
        raise PageError(1, 1, "B101", f"a page must have at most {PAGE_SIZE // 1000} KB; split it")
    try:
        lines = re.split(r"\r\n|\r|\n", data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        fault = f"a page must be UTF-8 text, here is the byte {data[error.start]:#04x}; save it as UTF-8"
        raise PageError(data.count(b"\n", 0, error.start) + 1, 1, "B101", fault) from None
    if conflict := next((n for n, line in enumerate(lines, 1) if re.match("<{7} |>{7} ", line)), 0):
        raise PageError(conflict, 1, "B101", "two versions are in conflict here; keep one and delete the marks")
    return lines


def b102_head(lines: list[str]) -> tuple[int, dict[str, list[Field]]]:
    """A page begins with its head: YAML fields between two lines of three hyphens."""
    end = next((n for n, text in enumerate(lines) if n and text.rstrip() == "---"), 0)
    if lines[0].rstrip() != "---" or not end:
        raise PageError(1, 1, "B102", f"a page must begin with its head between two lines ---: {lines[0][:40]!r}")
    try:
        tree = yaml.compose("\n".join(lines[1:end]), yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark, why = getattr(error, "problem_mark", None), getattr(error, "problem", "it cannot be read")
        fault = f"the head must be YAML: {why}; a value with ': ' needs quotes"
        raise PageError(mark.line + 2 if mark else 1, mark.column + 1 if mark else 1, "B102", fault) from None
    if not isinstance(tree, yaml.MappingNode):
        raise PageError(2, 1, "B102", "the head must be fields, one `name: value` a line")
    head: dict[str, list[Field]] = {}
    for key, node in tree.value:
        name, value = (part.value.strip() if part.id == "scalar" else "" for part in (key, node))
        if node.id == "mapping":
            value = ", ".join(f"{option.value}: {setting.value}" for option, setting in node.value)
        head.setdefault(name or "?", []).append((key.start_mark.line + 2, key.start_mark.column + 1, value))
    return end + 2, head


class Page:
    """A page of the sources. Raises PageError."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path, self.name = path, f"docs/{path}"
        self.lines = b101_text(data)
        self.start, self.head = b102_head(self.lines)  # the first line after the head
        self.kind = next((KINDS.get(value, Kind()) for *_, value in self.field("kind")), Kind())
        self.html: dict[int, str] = {}  # raw HTML by its line
        self.kinds: dict[int, str] = {}  # of boxes by their lines
        self.attributes: dict[int, str] = {}  # what is between {: and }, by the line it ends
        self.boxes: list[Box] = []
        tokens = READER.parse(self._with_boxes())
        for token in tokens:
            self._read_token(token)
        html = READER.renderer.render(tokens, READER.options, {})
        tree = turbohtml.parse(f"<body>{html}")
        found = tree.select("h1, h2, h3, h4, h5, h6, p, th, td, dt, li")
        blocks = [Block(block.tag, line_of(block), words_in(block.text), block.text) for block in found]
        self.blocks, self.items = ([block for block in blocks if (block.tag == "li") == item] for item in (False, True))
        self.headings = [block for block in self.blocks if block.tag[0] == "h"]
        self.title_line, self.title = next(((h.line, h.text) for h in self.headings if h.tag == "h1"), (1, ""))
        named = [*addresses(tree, html.lower()), *((FOLLOW, "", empty) for empty in tree.select('a[href=""]'))]
        self.links = [self._link(use not in (FOLLOW, NOTE), address, element) for use, address, element in named]
        ids = ((re.search(r"#(\S+)", self.attributes.get(block.line, "")), block.line) for block in self.headings)
        self.anchors = {match[1]: line for match, line in ids if match}  # that headings name

    def _with_boxes(self) -> str:
        """The text for the parser, with each box as it was meant, so that one cause is one problem."""
        lines, fence, inside = [""] * (self.start - 1) + self.lines[self.start - 1 :], "", False
        for index, line in enumerate(map(str.rstrip, lines)):
            inside = inside and (not line or line.startswith("    "))
            if inside and not line:
                lines[index] = "    "  # two blank lines would end the box
            elif fence:
                fence = "" if line == fence else fence
            elif match := re.match(r"`{3,}|~{3,}", line):
                fence = match[0]
            elif DIV.fullmatch(line):
                self.html[index + 1], lines[index] = line, ""
            elif match := MARK.match(line):
                close = difflib.get_close_matches((match[1] or "").lower(), BOXES, 1)
                self.kinds[index + 1] = (close or [""])[0]
                lines[index], inside = '!!! box ""', True
        return "\n".join(lines)

    def _read_token(self, token: Token) -> None:
        """Give an element its line, note boxes and raw HTML, and take code and comments away. Raises PageError."""
        line, end = ((token.map or [0, 0])[0] + 1, (token.map or [0, 0])[1])
        token.attrSet("data-line", str(line))
        if token.type == "inline":
            self._read_inline(line, token)
        elif token.type == "paragraph_open":
            token.hidden = False  # in a tight list too
        elif token.type == "admonition_open":
            end = max(n for n in range(line, end + 1) if n == line or self.lines[n - 1].strip())
            after = "".join(self.lines[end : end + 1]).strip() and end + 1 not in self.kinds
            self.boxes.append(Box(line, end, self.kinds.get(line, ""), end > line and not after))
        elif token.type == "html_block" and token.content.lstrip()[:4] != "<!--":
            self.html |= {line + n: text for n, text in enumerate(token.content.split("\n"))}
            token.content = re.sub(r"<([a-zA-Z][\w-]*)", rf'<\1 data-line="{line}"', token.content)
        elif token.type in ("fence", "code_block", "html_block"):
            self._read_code(line, end, token)

    def _read_code(self, line: int, end: int, token: Token) -> None:
        """Python-Markdown knows no code but between two fences at the margin."""
        lines, mark, fault = "\n".join(self.lines[line - 1 : end]).rstrip().split("\n"), token.markup, ""
        if token.type == "code_block":
            fault = f"indented text must be in a box or a list: {lines[0][:40]!r}"
        elif mark and lines[0][:1] == " ":
            fault = f"a code block must begin at the margin: {lines[0][:40]!r}"
        elif (len(lines) < 2 or lines[-1].rstrip() != mark) if mark else "-->" not in token.content:
            fault = f"what {mark or '<!--'} opens must be closed"
        if fault:
            raise PageError(line, 1, "B101", fault)
        token.type, token.content = "html_block", ""
        self.lines[line - 1 : end] = [""] * (end - line + 1)

    def _read_inline(self, line: int, token: Token) -> None:
        shown = ""
        for child in token.children or []:
            if child.type == "text":
                text = re.sub(r"^\{:[^{}]*\}(?=.)|^\*\[[^\]]+\]:.*", "", child.content)  # attributes, an abbreviation
                child.content, links = shown or text, LOOSE_LINK.findall(text)
                if links:
                    child.type, child.content = "html_inline", LOOSE_LINK.sub(loose_link, escape(text, quote=False))
            elif child.type == "text_special":
                child.type, child.content = "text", ESCAPED + child.content
            elif child.type == "code_inline":
                child.type, child.content = "text", CODE
            elif child.type == "html_inline":
                self.html[line] = self.html.get(line, "") + child.content
            elif child.type in ("link_open", "link_close", "image"):
                child.attrSet("data-line", str(line))
                shown = CODE if child.info == "auto" and child.nesting == 1 else ""
            line += child.type.endswith("break")
        last = (token.children or [token])[-1]
        if last.type == "text" and (match := ATTRIBUTES.search(last.content)):
            last.content = f"{last.content[: match.start()]}"
            self.attributes[line] = match[1]

    def _link(self, loads: bool, address: str, element: Element) -> Link:
        line, fragment = line_of(element), unquote(address.partition("#")[2])
        column = self.lines[line - 1].find(address) + 1 or 1
        text = element.text.strip() or "".join(str(image.attr("alt")) for image in element.select("[alt]"))
        return Link(line, column, address, self.target(address), fragment, element.tag, text, loads)

    def field(self, name: str) -> list[Field]:
        """A field that is there once and is text; B103 reports any other."""
        return [field for field in self.head.get(name, []) if field[2] and len(self.head[name]) == 1]

    def target(self, address: str) -> str:
        """The path below docs/ that a relative address names; it begins with ../ when it leaves docs/."""
        path = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.path), path)) if path else self.path

    def leads_to(self, start: str, first: int, last: int) -> bool:
        """Whether a link in these lines leads to a path below docs/, with its fragment, that begins so."""
        links = [link for link in self.links if link.tag == "a" and first <= link.line <= last]
        return any(f"{link.target}{'#' * bool(link.fragment)}{link.fragment}".startswith(start) for link in links)


def loose_link(match: re.Match[str]) -> str:
    tag, name = ("img", "src") if match[1] else ("a", "href")
    return f'<{tag} {name}="{escape(match[3])}">{match[2]}' + "</a>" * (tag == "a")


class Book:
    """All pages, the other files of docs/, and what mkdocs.yml says. Raises CannotRunError and GuideError."""

    def __init__(self, root: Path, today: datetime.date) -> None:
        self.root, self.today, docs = root, today, root / "docs"
        found = {path.relative_to(docs).as_posix(): path for path in sorted(docs.rglob("*")) if path.is_file()}
        self.files = {name: path for name, path in found.items() if not re.search(r"(?:^|/)\.", name)}  # as MkDocs does
        self.paths = [name for name in self.files if name.lower().endswith(MARKDOWN)]
        self.siblings: dict[str, list[str]] = {}  # folder -> what is in it
        for name in self.files:
            self.siblings.setdefault(posixpath.dirname(name), []).append(name)
        if not self.paths:
            raise CannotRunError(f"no pages below {docs.as_posix()}")
        self.guide = guide.load(root)
        self.pages: list[Page] = []  # those that can be read
        self.faults: list[Problem] = []
        for path in self.paths:
            try:
                self.pages.append(Page(path, self.files[path].read_bytes()))
            except PageError as error:
                self.faults.append(Problem(f"docs/{path}", *error.args))
        self.forwarding = {page.path for page in self.pages if not page.kind.listed}

    def fields(self, name: str) -> Iterator[tuple[str, int, int, str]]:
        """The page, line, column and value of a field of all pages."""
        return ((page.name, *field) for page in self.pages for field in page.field(name))

    def hint(self, path: str, folder: str = "") -> str:
        """What may be meant by a path below docs/ that is not there, written as from a folder: a file near by, or of
        the same name elsewhere."""
        base = posixpath.basename(path)
        near = {posixpath.basename(name): name for name in self.siblings.get(posixpath.dirname(path), [])[:500]}
        elsewhere = [name for name in self.files if posixpath.basename(name) == base]
        names = [name for name in (f"{path}/index.md", f"{path}.md") if name in self.files]
        names += [near[name] for name in difflib.get_close_matches(base.lower(), near, 1, 0.7)]
        names += elsewhere if len(elsewhere) == 1 else []
        return f"; did you mean {posixpath.relpath(names[0], folder or '.')!r}?" if names else ""
