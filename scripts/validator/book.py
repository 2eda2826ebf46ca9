"""Read docs/ and mkdocs.yml: the pages, the other files, and which of them is meant by a path that is not there."""

from __future__ import annotations

import datetime
import difflib
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

import guide

from .page import Page
from .report import CannotRunError

MARKDOWN = (".md", ".markdown", ".mdown", ".mkdn", ".mkd")  # what MkDocs takes for a page


class Book:
    """All pages, the other files of docs/, and what mkdocs.yml says. Raises CannotRunError."""

    def __init__(self, root: Path, today: datetime.date) -> None:
        self.root, self.today, docs = root, today, root / "docs"
        found = {path.relative_to(docs).as_posix(): path for path in sorted(docs.rglob("*")) if path.is_file()}
        self.files = {name: path for name, path in found.items() if not re.search(r"(?:^|/)\.", name)}  # as MkDocs does
        self.paths = [name for name in self.files if name.lower().endswith(MARKDOWN)]
        if not self.paths:
            raise CannotRunError(f"no pages below {docs.as_posix()}")
        try:
            self.guide = guide.load(root)
        except guide.GuideError as error:
            raise CannotRunError(f"{error}") from None
        self.all: list[Page] = []
        self.pages: list[Page] = []  # those that can be read
        heads = {name: self.files[name].read_bytes()[:2000] for name in self.paths}
        self.forwarding = {
            name for name, head in heads.items() if re.search(rb"^kind: forward\s*$", head, re.MULTILINE)
        }
        self.siblings: dict[str, list[str]] = {}  # folder -> what is in it
        for name in self.files:
            self.siblings.setdefault(posixpath.dirname(name), []).append(name)

    def read(self) -> Iterator[Page]:
        """Read the pages one by one, and yield those that can be read."""
        for path in self.paths:
            self.all.append(page := Page(path, self.files[path].read_bytes()))
            if not page.fault:
                self.pages.append(page)
                yield page

    def missing(self, path: str, folder: str = "") -> str:
        """A hint for a path below docs/ that is not there, written as from a folder: the same name in other case, or
        near by, or elsewhere."""
        names = [name for name in self.files if name.casefold() == path.casefold()]
        why = "it is written" if names else "did you mean"
        names = names or [name for name in (f"{path}/index.md", f"{path}.md") if name in self.files]
        near = {posixpath.basename(name): name for name in self.siblings.get(posixpath.dirname(path), [])[:500]}
        close = difflib.get_close_matches(posixpath.basename(path), near, 1, 0.7)
        names = names or [near[name] for name in close]
        elsewhere = [name for name in self.files if posixpath.basename(name) == posixpath.basename(path)]
        names = names or elsewhere * (len(elsewhere) == 1)
        return f"; {why} {posixpath.relpath(names[0], folder or '.')!r}" + "?" * (why[0] == "d") if names else ""
