"""Reads style.yml, which says what this guide has agreed on."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import yaml

from .report import MANY, CannotRunError

PATH = "scripts/validator/style.yml"  # as messages name it


class Kind(NamedTuple):
    """The parts of one kind of page, as style.yml explains them."""

    words: tuple[int, int] = (0, MANY)
    grade: float = MANY
    boxes: tuple[int, int] = (0, 6)
    sections: tuple[int, int] = (0, MANY)
    opening: bool = False
    checklist: bool = False
    onward: bool = False
    listed: bool = True


class Style(SimpleNamespace):
    def __getattr__(self, name: str) -> Any:
        raise CannotRunError(f"{PATH}: {name} is missing")


def load() -> Style:
    """Read style.yml. Raises CannotRunError."""
    try:
        style = Style(**yaml.safe_load(Path(__file__).with_suffix(".yml").read_text("utf-8")))
        style.kinds = {name: Kind(**parts) for name, parts in style.kinds.items()}
        for phrase in [phrase for phrases in style.never.values() for phrase in phrases] + [*style.lines.values()]:
            re.compile(phrase)
    except (yaml.YAMLError, re.error, ValueError, TypeError, AttributeError) as error:
        pattern = getattr(error, "pattern", "")
        raise CannotRunError(f"{PATH}: {' '.join(str(error).split())}{pattern and f': {pattern!r}'}") from None
    style.fields["kind"] = ["|".join(style.kinds), f"one of {', '.join(style.kinds)}"]
    style.verbs = set(style.verbs.split())
    whom = f"(?:{style.whom})"
    style.never = {why: "|".join(phrases).replace("WHOM", whom) for why, phrases in style.never.items()}
    return style


style = load()
