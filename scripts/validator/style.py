"""Reads style.yml, which says what this guide has agreed on."""

import os
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import guide

from .report import CannotRunError

PATH = "scripts/validator/style.yml"  # as messages name it


class Style(SimpleNamespace):
    def __getattr__(self, name: str) -> Any:
        raise CannotRunError(f"{PATH}: {name} is missing")

    def compile(self, table: dict[str, str | list[str]], form: str = "(?m){}") -> dict[str, re.Pattern[str]]:
        """Compile a table of patterns by what to do instead, with the names in them. Raises re.error."""
        compiled = {}
        for message, said in table.items():
            parts = [re.compile(part).pattern for part in ([said] if isinstance(said, str) else said)]
            text = re.sub("|".join(self.names), lambda name: f"(?:{self.names[name[0]]})", "|".join(parts))
            compiled[message] = re.compile(form.format(text))
        return compiled


def load() -> Style:
    """Read style.yml. Raises CannotRunError and GuideError."""
    style = Style(**guide.load(os.path.relpath(Path(__file__).parent), "style.yml").settings)
    try:
        style.box_lines = [f'!!! {kind} "{title}"' for kind, title in style.boxes.items()]
        style.names |= {"BOX": "|".join(map(re.escape, style.box_lines)), "KIND": "|".join(style.boxes)}
        style.names["VERB"] = "|".join(style.verbs.split())
        style.any, kinds = style.kinds.pop("any"), style.kinds
        for kind in kinds:
            if unknown := {*kinds[kind]} - {*style.any}:
                raise TypeError(f"a page of the kind {kind} has no {unknown.pop()!r}")
            kinds[kind] = style.any | kinds[kind] | {"name": kind}
        style.fields["kind"] = ["|".join(kinds), f"one of {', '.join(kinds)}"]
        style.never = {why: [text.replace(" ", r"\s+") for text in words] for why, words in style.never.items()}
        for name in ("broken", "unclosed", "lines", "dated", "never", "addresses"):
            setattr(style, name, style.compile(getattr(style, name), style.around.get(name, "(?m){}")))
        for tables in (style.forms, style.files):
            tables |= {name: style.compile(table) for name, table in tables.items()}
    except (re.error, TypeError, AttributeError, LookupError, ValueError) as error:
        why = " ".join(str(error).split()) + (f": {error.pattern!r}" if isinstance(error, re.error) else "")
        raise CannotRunError(f"{PATH}: {why}") from None
    return style


style = load()
