"""Read mkdocs.yml: its settings with their lines, the pages in reading order, and where each page is published.

Nothing here needs MkDocs or Zensical, so every tool reads the file the same way whichever engine builds the site.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
import yaml_env_tag  # type: ignore[import-untyped]


class GuideError(Exception):
    """What a tool needs, such as mkdocs.yml, style.yml or pages, is missing or cannot be read. The message names the
    file, the line or the key where there is one, and why."""


class Entry(NamedTuple):
    """A page in nav."""

    part: str  # the title of the outermost section it is in; empty at the top level
    source: str  # the path below docs/
    line: int  # from 1
    title: str  # where nav gives one beside the path
    section: str  # the title of the innermost section it is in


class Guide(NamedTuple):
    """What mkdocs.yml says."""

    settings: dict[str, Any]  # as plain values; an unknown tag is None
    nav: list[Entry]  # the pages in reading order


def entries(items: yaml.Node, part: str = "", section: str = "") -> Iterator[Entry]:
    """Yield the pages of a list in nav; what is neither a page nor a title with a list is for the engine to report."""
    for item in items.value if isinstance(items, yaml.SequenceNode) else ():
        line, title, value = item.start_mark.line + 1, "", item
        if isinstance(item, yaml.MappingNode) and item.value:
            title, value = str(item.value[0][0].value), item.value[0][1]
        if isinstance(value, yaml.ScalarNode) and value.value:
            yield Entry(part, value.value, line, title, section)
        elif title:
            yield from entries(value, part or title, title)


def pairs(node: yaml.MappingNode) -> list[tuple[yaml.Node, yaml.Node]]:
    """Return the names of a mapping with their values. Raises ConstructorError, one of `FAULTS`, for a name that is
    there twice: only one would count."""
    names: list[Any] = []
    for name, _ in node.value:
        if name.value in names:
            raise yaml.constructor.ConstructorError(None, None, f"{name.value!r} is there twice", name.start_mark)
        names.append(name.value)
    return node.value


class Settings(yaml.SafeLoader):
    """Reads YAML that holds tags which only an engine understands."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        pairs(node)
        return super().construct_mapping(node, deep)


yaml_env_tag.add_env_tag(Settings)
Settings.add_multi_constructor("", lambda loader, suffix, node: None)
FAULTS = (OSError, yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, RecursionError)


def reason(error: Exception) -> tuple[int, str]:
    """Return the line, from 1, that one of `FAULTS` names in a text, or 0, and what is wrong there."""
    mark = getattr(error, "problem_mark", None)
    why = getattr(error, "strerror", None) or getattr(error, "problem", None) or " ".join(str(error).split())
    if isinstance(error, yaml.scanner.ScannerError | yaml.parser.ParserError):
        why += "; indent a line as those beside it, without tabs, and put a value with ': ' in quotes"
    return mark.line + 1 if mark else 0, why


def load(root: Path | str, name: str = "mkdocs.yml") -> Guide:
    """Read mkdocs.yml in the folder `root`, or another file of settings. Raises GuideError when it is missing or cannot
    be read."""
    path = Path(root) / name
    try:
        loader = Settings(path.read_text("utf-8-sig"))
        tree = loader.get_single_node()
        if not isinstance(tree, yaml.MappingNode) or not tree.value:
            raise ValueError("it must hold settings, one `name: value` a line")
        nav = next((value for key, value in tree.value if key.value == "nav"), tree)
        return Guide(loader.construct_document(tree), list(entries(nav)))
    except FAULTS as error:
        line, why = reason(error)
        raise GuideError(f"{path.as_posix()}{f':{line}' * bool(line)}: {why}") from error


def fields(text: str) -> dict[str, tuple[int, str]]:
    """Read the head of a page: the line, from 1, and the text of each field. Raises one of `FAULTS`."""
    tree = Settings(text).get_single_node()
    if not isinstance(tree, yaml.MappingNode):
        raise ValueError("it must be fields, one `name: value` a line")
    found = {}
    for name, value in pairs(tree):
        raw = value.value if isinstance(value.value, str) else text[value.start_mark.index : value.end_mark.index]
        found[str(name.value)] = name.start_mark.line + 1, raw.strip()
    return found


def url_of(source: str) -> str:
    """Return where the page made from `source`, a path below docs/, is published, relative to the site's address."""
    stem = source.removesuffix(".md")
    return stem.removesuffix("index") if stem == "index" or stem.endswith("/index") else f"{stem}/"


def file_of(source: str) -> str:
    """Return the file that is built from `source`, relative to the site's folder."""
    return f"{url_of(source)}index.html"
