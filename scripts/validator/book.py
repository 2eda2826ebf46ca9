"""Read the sources: each page becomes lists of blocks, boxes and links that know their lines.

Python-Markdown, which builds the site, knows no lines, so another parser reads the pages; a test compares the two.
"""

import datetime
import difflib
import posixpath
import re
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import guide
import turbohtml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin

from .addresses import FOLLOW, NOTE, addresses, scheme_of
from .report import Problem, did_you_mean, matches, problem
from .style import style

MARKDOWN = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")  # what MkDocs takes for a page
CODE = re.compile(r"^(`{3,}|~{3,})(?![`~])[ \w#.+-]*\n(?:.*\n)*?\1[ \t]*$", re.M)
BOX = re.compile(r'^!!! (\w+) ".*"[ \t]*((?:\n(?: {4}.*|[ \t]*)$)*)', re.M)
ATTRIBUTES = re.compile(r"\{:[^{}\n]*\}|\{#[^{}\n]*\}(?=[ \t]*$)", re.M)
# Other than CommonMark, Python-Markdown knows addresses with spaces, and titles with quotes in them.
LINK = re.compile(r"\]\( *([^()<>\"'\n]*?) *(?: [\"'][^()\n]*)?\)")
TAG = re.compile(r"</?(?!(?i:area|br|col|embed|hr|img|input|link|meta|source|track|wbr)\b)([\w-]+)(?!.*/>)", re.S)
OTHER = "\\"  # in place of what is no plain text: code, raw HTML, a mark that is escaped
# A tag of raw HTML is read where it is, in the text; a block of it would hide the Markdown in it. What is escaped stays
# apart from the text around it.
READER = MarkdownIt("commonmark").enable("table").use(deflist_plugin).disable(["html_block", "text_join"])
READER.validateLink = lambda url: True  # type: ignore[method-assign]  # what is wrong with an address is for the rules
READER.normalizeLink = lambda url: url  # type: ignore[method-assign]


class PageError(Exception):
    """The one problem of a page that hides all others: code, line, message, and what is seen and a hint."""


class Part(NamedTuple):
    """A heading, a paragraph, a cell, a term, or what has an address."""

    tag: str
    line: int
    text: str
    plain: str = ""  # its text, with OTHER in place of what is not plain
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
        raise PageError("B101", data.count(b"\n", 0, error.start) + 1, "a page must be UTF-8; save it so") from None
    text = CODE.sub(lambda match: "\n" * match[0].count("\n"), text)
    for line, message, seen in matches(style.broken, text):
        raise PageError("B101", line, message, seen, did_you_mean(seen, style.box_lines))
    return text


def b102_head(text: str) -> tuple[dict[str, tuple[int, str]], str]:
    """A page begins with its head: YAML fields between two lines of three hyphens, each once."""
    match = re.match(r"---[ \t]*\n(.*?)^---[ \t]*$", text, re.M | re.S)
    if not match:
        raise PageError("B102", 1, "a page must begin with its head between two lines ---", text.partition("\n")[0])
    try:  # a line of --- before the fields keeps the numbers of lines
        return guide.fields(f"---\n{match[1]}"), "\n" * match[0].count("\n") + text[match.end() :]
    except guide.FAULTS as error:
        line, why = guide.reason(error)
        raise PageError("B102", line or 2, f"the head must be YAML: {why}") from None


class Page:
    """A page of the sources, from its path below docs/ and its bytes. Raises PageError."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path, self.text = path, b101_text(data)  # without what is in blocks of code
        self.lines = self.text.split("\n")
        self.head, self.body = b102_head(self.text)  # the line and the text of each field; the page without them
        self.kind = style.pages.get(path) or style.kinds.get(self.field("kind")[1], style.any)
        self.boxes: list[tuple[str, range]] = []  # the kind and the lines of each
        self.blocks: list[Part] = []
        self.links: list[Part] = []
        self.tags: list[tuple[int, str, str]] = []  # those of raw HTML that open or close something, with their names
        for before, token in pairwise(READER.parse(LINK.sub(r"](<\1>)", BOX.sub(self._read_box, self.body)))):
            line = token.map[0] + 1 if token.map else 1
            if token.type == "code_block":
                raise PageError("B101", line, "indented text must be in a box or a list", token.content[:40])
            if token.type == "inline":
                self._read_block(before.tag, line, token.children or [])
        self.calls = [link for link in self.links if scheme_of(link.address) in ("tel", "sms")]
        self.headings = [block for block in self.blocks if block.tag[0] == "h"]
        self.title = next((block for block in self.headings if block.tag == "h1"), Part("h1", 1, ""))

    def _read_box(self, match: re.Match[str]) -> str:
        """Note a box; return its body as text at the margin."""
        line, body = match.string.count("\n", 0, match.start()) + 1, match[2].rstrip()
        self.boxes.append((match[1], range(line, line + body.count("\n") + 1)))
        return re.sub("^ {4}", "", match[2], flags=re.M)

    def _read_block(self, tag: str, line: int, tokens: list[Token]) -> None:
        """Note a block, its text, and what it links to or shows. Attributes are no text."""
        first, text, plain, opened = line, "", "", []
        for token in tokens:
            if token.type == "text":
                token.content = ATTRIBUTES.sub("", token.content)
            if token.type in ("text", "text_special", "code_inline"):
                text += token.content
            if token.type.endswith("break"):
                line, text, plain = line + 1, text + "\n", plain + "\n"
            elif not token.nesting:
                plain += token.content if token.type == "text" or token.info == "entity" else OTHER
            if token.type == "link_open":
                opened.append((str(token.attrs["href"]), line, len(text)))
            elif token.type == "link_close":
                address, at, start = opened.pop()
                self._link("a", at, text[start:], address)
            elif token.type == "image":
                self._link("img", line, token.content, str(token.attrs["src"]), loads=True)
            elif token.type == "html_inline":
                if pair := TAG.match(token.content):
                    self.tags.append((line, token.content, pair[1].lower()))
                for use, address, element in addresses(turbohtml.parse(token.content)):
                    self._link(element.tag, line, "", address, use not in (FOLLOW, NOTE))
        self.blocks.append(Part(tag, first, text.rstrip(), plain))

    def _link(self, tag: str, line: int, text: str, address: str, loads: bool = False) -> None:
        path, mark, fragment = unquote(address).partition("#")
        path = posixpath.join(posixpath.dirname(self.path), path.partition("?")[0]) if path else self.path
        relative = not scheme_of(address) and address[:1] != "/" and "\\" not in address
        target = posixpath.normpath(path) + (fragment and mark + fragment) if relative else ""
        self.links.append(Part(tag, line, text.strip(), "", address, target, loads))

    def field(self, name: str) -> tuple[int, str]:
        """Return the line, from 1, and the text of a field of the head; line 1 and no text when it is not there."""
        return self.head.get(name, (1, ""))


class Book:
    """The pages and other files of docs/, and what mkdocs.yml says; `root` holds both. Raises GuideError."""

    def __init__(self, root: Path, today: datetime.date) -> None:
        self.today, docs = today, root / "docs"
        found = {path.relative_to(docs).as_posix(): path for path in sorted(docs.rglob("*"))}
        found = {name: path for name, path in found.items() if not re.search(r"(?:^|/)\.", name)}  # as MkDocs does
        self.symlinks = [name for name, path in found.items() if path.is_symlink()]
        self.files = {name: path for name, path in found.items() if path.is_file()}
        self.paths = {name: path for name, path in self.files.items() if name.lower().endswith(MARKDOWN)}  # pages
        if not self.paths:
            raise guide.GuideError(f"no pages below {docs.as_posix()}")
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
        """Return `; did you mean …?` for a path below docs/ that is not there, as seen from a folder, or nothing."""
        name, meant = posixpath.basename(path), (f"{path}/index.md", f"{path}.md")
        same = [file for file in self.files if file in meant or posixpath.basename(file) == name]
        near = same if len(same) == 1 else difflib.get_close_matches(path, self.files, 1, 0.85)
        return f"; did you mean {posixpath.relpath(near[0], folder or '.')!r}?" if near and near[0] != path else ""
