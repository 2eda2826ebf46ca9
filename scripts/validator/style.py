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


def pattern(phrases: list[str] | str, whom: str = "") -> str:
    """Return one pattern for some phrases. Raises ValueError for one that can never match, or is no pattern."""
    phrases = [phrases] if isinstance(phrases, str) else phrases
    for phrase in phrases:
        if whom and re.search(r"(?<!\\)[A-Z]", phrase.replace("WHOM", "")):
            raise ValueError(f"must be in lower case: {phrase!r}")
        try:
            re.compile(phrase)
        except re.error as error:
            raise ValueError(f"is no pattern, {error}: {phrase!r}") from None
    return "|".join(phrases).replace("WHOM", f"(?:{whom})")


def load() -> Style:
    """Read style.yml. Raises CannotRunError."""
    try:
        style = Style(**yaml.safe_load(Path(__file__).with_suffix(".yml").read_text("utf-8")))
        style.kinds = {name: Kind(**parts) for name, parts in style.kinds.items()}
        style.fields["kind"] = ["|".join(style.kinds), f"one of {', '.join(style.kinds)}"]
        style.verbs = set(style.verbs.split())
        style.never = {why: pattern(phrases, style.whom) for why, phrases in style.never.items()}
        style.lines = {remedy: pattern(line) for remedy, line in style.lines.items()}
    except (yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        raise CannotRunError(f"{PATH}: {' '.join(str(error).split())}") from None
    return style


style = load()
