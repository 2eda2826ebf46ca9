"""Read a page of the sources: it becomes a tree of HTML whose elements know their lines.

A Markdown parser reads the pages; where Python-Markdown, which builds the site, takes something otherwise, it is put
right here. A test compares the trees with what is built.
"""

from __future__ import annotations

import difflib
import posixpath
import re
from html import escape
from typing import Any, NamedTuple
from urllib.parse import unquote

import turbohtml
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.deflist import deflist_plugin
from turbohtml import Document, Element

from .addresses import FOLLOW, NOTE, addresses
from .report import Problem
from .style import BOXES, KINDS, PAGE_SIZE, SOURCES, Kind

MARK = re.compile(
    rf"\s*(?:!{{2,}}|\?{{3,}}|:{{3,}}|/{{3,}}|!\s*(?=(?:{'|'.join(BOXES)})\b)|>\s*\[!(?=\w))\W*(\w[\w-]*)?\W*(.*?)\W*$"
)
DIV = re.compile(r"<div\b[^>]*\bmarkdown\b[^>]*>|</div>")  # on a line of its own: what is inside is Markdown
ATTRIBUTES = re.compile(r"(?:^|(?<= ))\{:? *([^{}]*)\}\s*$")
LOOSE_LINK = re.compile(r"(!?)\[([^\[\]]*)\]\(\s*([^()]*?)(?:\s+[\"'][^()]*)?\)")  # with spaces or quotes in it
CALL = re.compile(r"(?i)\b(?:call|dial|phone|ring|text)(?: \w+ to)? (\+?\d[\d -]+\d)\b")
BLOCKS = "h1, h2, h3, h4, h5, h6, p, th, td, dt"
# In the text of a tree: before a character that was escaped, and for code or an address that is shown.
ESCAPED, CODE = "\ue000", "\ue001"

READER = MarkdownIt("commonmark").enable("table").use(admon_plugin).use(deflist_plugin).disable("text_join")
READER.validateLink = lambda url: True  # type: ignore[method-assign]  # what is wrong with an address is for the rules
READER.normalizeLink = lambda url: url  # type: ignore[method-assign]


class Field(NamedTuple):
    """A field of the head; its value is empty when it is not a text."""

    line: int
    column: int
    value: str


class Link(NamedTuple):
    line: int
    column: int
    address: str
    loads: bool  # shown or run on the page
    element: Element


def line_of(element: Element) -> int:
    near = element.closest("[data-line]")
    return int(str(near.attr("data-line"))) if near else 1


def words_in(element: Element | Document) -> str:
    """What readers read in an element, with its line ends; code is left out."""
    return re.sub(f"[{ESCAPED}{CODE}]", "", element.text)


class Page:
    """A page of the sources. `fault` is the one problem that hides all others."""

    def __init__(self, path: str, data: bytes) -> None:
        self.path, self.name, self.lines = path, f"docs/{path}", [""]
        self.head: dict[str, list[Field]] = {}
        self.fault = self._read_text(data) or self._read_head()
        if self.fault:
            return
        self.html: dict[int, str] = {}  # raw HTML by its line
        self.kinds: dict[int, str] = {}  # of boxes by their lines
        self.attributes: dict[int, str] = {}  # what is between {: and }, by the line it ends
        env: dict[str, Any] = {}
        tokens = READER.parse(self._with_boxes(), env)
        self.references = {str(entry["href"]): entry["map"][0] + 1 for entry in env.get("references", {}).values()}
        self.fault = next(filter(None, map(self._read_token, tokens)), None)
        html = READER.renderer.render(tokens, READER.options, env)
        self.tree = turbohtml.parse(f"<body>{html}")
        self.blocks = self.tree.select(BLOCKS)
        self.headings = [block for block in self.blocks if block.tag[0] == "h"]
        self.boxes = self.tree.select(".admonition")
        self.title = next((words_in(block) for block in self.headings if block.tag == "h1"), "")
        named = [*addresses(self.tree, html.lower())]
        named += [(FOLLOW, "", element) for element in self.tree.select('a[href=""]')]
        self.links = [self._link(use not in (FOLLOW, NOTE), address, element) for use, address, element in named]
        self.targets = [
            (link, self.target(link.address), unquote(link.address.partition("#")[2])) for link in self.links
        ]
        ids = ((re.search(r"#(\S+)", self.attributes.get(line_of(block), "")), block) for block in self.headings)
        self.anchors = {match[1]: line_of(block) for match, block in ids if match}  # that headings name

    def drop_text(self) -> None:
        """Keep only what the rules for the whole book read, so that a large book fits in memory."""
        self.next = self.last_line()
        calls = [link for link in self.links if re.match(r"(?:tel|sms):.*\d", link.address)]
        self.dialed = [(link.line, re.sub(r"[;?].*|\D", "", unquote(link.address))) for link in calls]
        texts = [(line_of(block), words_in(block)) for block in self.blocks]
        self.named = [(line, re.sub(r"\D", "", match[1])) for line, text in texts for match in CALL.finditer(text)]
        self.title_line = next((line_of(block) for block in self.headings if block.tag == "h1"), 1)
        self.cited = {fragment for _, target, fragment in self.targets if target == SOURCES}
        del self.tree, self.blocks, self.headings, self.boxes, self.links, self.targets, self.lines
        del self.html, self.kinds, self.attributes, self.references

    def problem(self, line: int, code: str, message: str, column: int = 1) -> Problem:
        return Problem(self.name, line, column, code, message)

    def _read_text(self, data: bytes) -> Problem | None:
        if len(data) > PAGE_SIZE:
            size = f"{PAGE_SIZE // 1000} KB, has {len(data) // 1000} KB; split it"
            return self.problem(1, "B101", f"a page must have at most {size}")
        try:
            text = data.decode("utf-8-sig")
            wrong = text.find("\0")
            conflict = re.search(r"^(?:<{7}|>{7}) ", text, re.MULTILINE)
        except UnicodeDecodeError as error:
            text, wrong = data.decode("latin-1"), error.start
        self.lines = re.split(r"\r\n|\r|\n", text)
        if wrong < 0 and conflict:
            fault = "two versions are in conflict here; keep one and delete the marks"
            return self.problem(text.count("\n", 0, conflict.start()) + 1, "B101", fault)
        if wrong < 0:
            return None
        seen = f"a page must be UTF-8 text, here is the byte {ord(text[wrong]):#04x}; save it as UTF-8"
        return self.problem(text.count("\n", 0, wrong) + 1, "B101", seen)

    def _read_head(self) -> Problem | None:
        end = next((n for n, text in enumerate(self.lines) if n and text.rstrip() == "---"), 0)
        self.start = end + 2  # the first line after the head
        if self.lines[0].rstrip() != "---" or not end:
            seen = repr(self.lines[0][:40])
            return self.problem(1, "B102", f"a page must begin with its head between two lines ---: {seen}")
        try:
            tree = yaml.compose("\n".join(self.lines[1:end]), yaml.SafeLoader)
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            mark, why = getattr(error, "problem_mark", None), getattr(error, "problem", "it cannot be read")
            message = f"the head must be YAML: {why}; a value with ': ' needs quotes"
            return self.problem(mark.line + 2 if mark else 1, "B102", message, mark.column + 1 if mark else 1)
        if not isinstance(tree, yaml.MappingNode):
            return self.problem(2, "B102", "the head must be fields, one `name: value` a line")
        for key, node in tree.value:
            name, value = (part.value.strip() if part.id == "scalar" else "" for part in (key, node))
            if node.id == "mapping":
                value = ", ".join(f"{option.value}: {setting.value}" for option, setting in node.value)
            self.head.setdefault(name or "?", []).append(
                Field(key.start_mark.line + 2, key.start_mark.column + 1, value)
            )
        return None

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
                kind, titled = (match[1] or "").lower(), [kind for kind, title in BOXES.items() if match[2] == title]
                close = difflib.get_close_matches(kind, BOXES, 1)
                self.kinds[index + 1] = kind if kind in BOXES else (titled or close or [""])[0]
                lines[index], inside = '!!! box ""', True
        return "\n".join(lines)

    def _read_token(self, token: Token) -> Problem | None:
        """Give an element its line, and take code and comments away. Returns what is wrong with code."""
        line, end = ((token.map or [0, 0])[0] + 1, (token.map or [0, 0])[1])
        token.attrSet("data-line", str(line))
        if token.type == "inline":
            self._read_inline(line, token)
        elif token.type == "paragraph_open":
            token.hidden = False  # in a tight list too
        elif token.type == "admonition_open":
            end = max(n for n in range(line, end + 1) if n == line or self.lines[n - 1].strip())
            token.attrs |= {"data-kind": self.kinds.get(line, ""), "data-end": str(end)}
        elif token.type in ("fence", "code_block", "html_block"):
            return self._read_code(line, end, token)
        return None

    def _read_code(self, line: int, end: int, token: Token) -> Problem | None:
        """Python-Markdown knows no code but between two fences at the margin."""
        lines, comment = (
            "\n".join(self.lines[line - 1 : end]).rstrip().split("\n"),
            token.content.lstrip()[:4] == "<!--",
        )
        if token.type == "html_block" and not comment:
            self.html |= {line + n: text for n, text in enumerate(token.content.split("\n"))}
            token.content = re.sub(r"<([a-zA-Z][\w-]*)", rf'<\1 data-line="{line}"', token.content)
            return None
        token.type, content, token.content = "html_block", token.content, ""
        self.lines[line - 1 : end] = [""] * (end - line + 1)
        if not token.markup and not comment:
            return self.problem(line, "B101", f"indented text must be in a box or a list: {lines[0][:40]!r}")
        if token.markup and lines[0][:1] == " ":
            return self.problem(line, "B101", f"a code block must begin at the margin: {lines[0][:40]!r}")
        if "-->" not in content if comment else len(lines) < 2 or lines[-1].rstrip() != token.markup:
            return self.problem(line, "B101", f"what {token.markup or '<!--'} opens must be closed")
        return None

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
        line = line_of(element)
        near = range(line, min(line + 3, len(self.lines) + 1))
        line = next((n for n in near if address in self.lines[n - 1]), self.references.get(address, line))
        return Link(line, self.lines[line - 1].find(address) + 1 or 1, address, loads, element)

    def field(self, name: str) -> Field | None:
        """A field that is there once and is text; otherwise B103 reports it."""
        values = self.head.get(name, [])
        return values[0] if len(values) == 1 and values[0].value else None

    @property
    def kind(self) -> Kind:
        named = self.field("kind")
        return KINDS.get(named.value, Kind()) if named else Kind()

    def last_line(self) -> tuple[int, str, str]:
        """The page's last line as `**Next:** [Title](page.md)`: its number, the title, and the page it leads to."""
        number = max((n for n, line in enumerate(self.lines, 1) if line.strip()), default=self.start)
        line = self.lines[number - 1].rstrip()
        match = re.fullmatch(r"\*\*Next:\*\* \[([^\]]+)\]\(([^)]+\.md)(?:#[^)]*)?\)", line)
        return (number, match[1], self.target(match[2])) if match else (number, "", line)

    def target(self, address: str) -> str:
        """The path below docs/ that a relative address names; it begins with ../ when it leaves docs/."""
        path = unquote(re.split(r"[?#]", address, maxsplit=1)[0])
        return posixpath.normpath(posixpath.join(posixpath.dirname(self.path), path)) if path else self.path

    def leads_to(self, element: Element | Document, start: str) -> bool:
        """Whether a link in an element leads to a path below docs/ that begins so; its fragment counts too."""
        found = [str(link.attr("href")).partition("#") for link in element.select("a[href]")]
        return any(f"{self.target(path)}{mark}{fragment}".startswith(start) for path, mark, fragment in found)


def loose_link(match: re.Match[str]) -> str:
    tag, name = ("img", "src") if match[1] else ("a", "href")
    return f'<{tag} {name}="{escape(match[3])}">{match[2]}' + "</a>" * (tag == "a")
