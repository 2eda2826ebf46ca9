"""Read the sources: each page becomes lists of blocks, boxes and links that know their lines.

Python-Markdown, which builds the site, does not know the lines of what it reads, so another parser reads the pages
here. A test compares what it finds with what is built.
"""

import datetime
import difflib
import posixpath
import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import guide
import turbohtml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from turbohtml import Element

from .addresses import ABSOLUTE, FOLLOW, NOTE, addresses
from .report import CannotRunError, Problem, did_you_mean, matches, problem
from .style import style

MARKDOWN = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")  # what MkDocs takes for a page
CODE = re.compile(r"^(`{3,}|~{3,})(?![`~])[ \w#.+-]*\n(?:.*\n)*?\1[ \t]*$", re.M)
BOX = re.compile(r'^!!! (\w+) ".*"[ \t]*((?:\n(?: {4}.*|[ \t]*)$)*)', re.M)
ATTRIBUTES = re.compile(r"\{:[^{}\n]*\}|\{#[^{}\n]*\}(?=[ \t]*$)", re.M)
# Other than CommonMark, Python-Markdown knows addresses with spaces, and titles with quotes in them.
LINK = re.compile(r"\]\( *([^()<>\"'\n]*?) *(?: [\"'][^()\n]*)?\)")
OTHER = "\\"  # in place of what is no plain text: code, raw HTML, a mark that is escaped
# A tag of raw HTML is read where it is, in the text; a block of it would hide the Markdown in it. What is escaped stays
# apart from the text around it.
READER = MarkdownIt("commonmark").enable("table").use(deflist_plugin).disable(["html_block", "text_join"])
READER.validateLink = lambda url: True  # type: ignore[method-assign]  # what is wrong with an address is for the rules
READER.normalizeLink = lambda url: url  # type: ignore[method-assign]


class PageError(Exception):
    """The one problem of a page that hides all others: code, line, message, and what is seen and a hint."""


class Box(NamedTuple):
    line: int
    end: int
    kind: str


class Part(NamedTuple):
    """A heading, a paragraph, a cell, a term, an item, or what has an address."""

    tag: str
    line: int
    text: str  # or the words in place of its image
    address: str = ""
    target: str = ""  # where a relative address leads: a path below docs/, ../ in front if outside it, and #fragment
    loads: bool = False  # shown or run on the page


def b101_text(data: bytes) -> str:
    """A page is UTF-8 text of a sensible size, and has nothing that hides the rest: `broken` in style.yml."""
    if len(data) > style.page_size:
        raise PageError("B101", 1, f"a page must have at most {style.page_size // 1000} KB; split it")
    try:
        text = re.sub(r"\r\n?", "\n", data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        fault = f"a page must be UTF-8 text, here is the byte {data[error.start]:#04x}; save it as UTF-8"
        raise PageError("B101", data.count(b"\n", 0, error.start) + 1, fault) from None
    text = CODE.sub(lambda match: "\n" * match[0].count("\n"), text)
    for line, message, seen in matches(style.broken, text):
        raise PageError("B101", line, message, seen, did_you_mean(seen, style.box_lines))
    return text


def b102_head(text: str) -> tuple[int, dict[str, tuple[int, str]]]:
    """A page begins with its head: YAML fields between two lines of three hyphens, each once."""
    match = re.match(r"---[ \t]*\n(.*?)^---[ \t]*$", text, re.M | re.S)
    if not match:
        raise PageError("B102", 1, "a page must begin with its head between two lines ---", text.partition("\n")[0])
    try:  # a line of --- before the fields keeps the numbers of lines
        return match[0].count("\n") + 2, guide.fields(f"---\n{match[1]}")
    except guide.FAULTS as error:
        line, why = guide.reason(error)
        raise PageError("B102", line or 2, f"the head must be YAML: {why}") from None


def line_of(element: Element) -> int:
    near = element.closest("[data-line]")
    return int(str(near.attr("data-line"))) if near else 1


class Page:
    """A page of the sources. Raises PageError."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path, text = path, b101_text(data)
        self.lines = text.split("\n")
        self.start, self.head = b102_head(text)  # the first line after the head
        self.kind = style.kinds.get(self.field("kind")[1], style.any)
        self.boxes: list[Box] = []
        self.plain: list[tuple[int, str]] = []  # the text of each block with its line, without what is not plain
        self.tags: list[tuple[int, str]] = []  # those of raw HTML
        text = "\n" * (self.start - 1) + "\n".join(self.lines[self.start - 1 :])
        tokens = READER.parse(LINK.sub(r"](<\1>)", BOX.sub(self._read_box, text)))
        line = 1
        for token in tokens:
            line = token.map[0] + 1 if token.map else line
            self._read_token(token, line)
        tree = turbohtml.parse(READER.renderer.render(tokens, READER.options, {}))
        found = tree.select("h1, h2, h3, h4, h5, h6, p, th, td, dt, li")
        blocks = [Part(element.tag, line_of(element), element.text) for element in found]
        self.blocks, self.items = ([block for block in blocks if (block.tag == "li") == item] for item in (False, True))
        self.headings = [block for block in self.blocks if block.tag[0] == "h"]
        self.title = next((block for block in self.headings if block.tag == "h1"), Part("h1", 1, ""))
        named = [*addresses(tree), *((FOLLOW, "", empty) for empty in tree.select('a[href=""]'))]
        self.links = [self._link(use not in (FOLLOW, NOTE), address, element) for use, address, element in named]

    def _read_box(self, match: re.Match[str]) -> str:
        """Note a box; return its body as text at the margin."""
        line, body = match.string.count("\n", 0, match.start()) + 1, match[2].rstrip()
        self.boxes.append(Box(line, line + body.count("\n"), match[1]))
        return re.sub("^ {4}", "", match[2], flags=re.M)

    def _read_token(self, token: Token, line: int) -> None:
        """Note the plain text and the tags of a block, and write its line into it; attributes are no text."""
        if token.type == "code_block":
            raise PageError("B101", line, "indented text must be in a box or a list", token.content[:40])
        token.attrSet("data-line", str(line))
        token.hidden, plain, first = False, "", line  # hidden: a paragraph in a tight list
        for part in token.children or ():
            part.attrSet("data-line", str(line))
            if part.type == "text":
                part.content = ATTRIBUTES.sub("", part.content)
                plain += part.content
            elif part.type in ("softbreak", "hardbreak"):
                line, plain = line + 1, plain + "\n"
            elif not part.nesting:
                plain += OTHER
            if part.type == "html_inline":
                self.tags.append((line, part.content))
                part.content = re.sub(r"<([a-zA-Z][\w-]*)", rf'<\1 data-line="{line}"', part.content)
                part.content = re.sub(r"(?i)</?div\b[^<>]*>", "", part.content)  # it would end the paragraph
            elif part.type == "code_inline":
                part.content = ""
            elif part.type == "text_special":
                part.type = "text"
        self.plain.append((first, plain))

    def _link(self, loads: bool, address: str, element: Element) -> Part:
        text = element.text.strip() or "".join(str(image.attr("alt")) for image in element.select("[alt]"))
        target = "" if ABSOLUTE.match(address) or address[:1] == "/" or "\\" in address else self.target(address)
        return Part(element.tag, line_of(element), text, address, target, loads)

    def field(self, name: str) -> tuple[int, str]:
        """The line and the text of a field of the head; the first line and no text when it is not there."""
        return self.head.get(name, (1, ""))

    def target(self, address: str) -> str:
        """Where a relative address leads, as in Link."""
        path, mark, fragment = unquote(address).partition("#")
        path = posixpath.join(posixpath.dirname(self.path), path.partition("?")[0]) if path else self.path
        return posixpath.normpath(path) + (mark and fragment and mark + fragment)

    def leads_to(self, start: str, first: int, last: int) -> bool:
        """Whether a link in these lines leads to what begins so."""
        links = (link for link in self.links if link.tag == "a" and first <= link.line <= last)
        return any(link.target.startswith(start) for link in links)


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
        self.forwarding = {page.path for page in self.pages.values() if not page.kind["listed"]}

    def hint(self, path: str, folder: str = "") -> str:
        """What may be meant by a path below docs/ that is not there, written as from a folder: a file near by, or of
        the same name elsewhere."""
        also, name = (f"{path}/index.md", f"{path}.md"), posixpath.basename(path)
        same = [file for file in self.files if file in also or posixpath.basename(file) == name]
        near = same if len(same) == 1 else difflib.get_close_matches(path, self.files, 1, 0.85)
        return f"; did you mean {posixpath.relpath(near[0], folder or '.')!r}?" if near else ""
