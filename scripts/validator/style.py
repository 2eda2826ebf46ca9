"""Reads style.yml, which says what this guide has agreed on."""

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import guide
import yaml

from .report import CannotRunError

PATH = "scripts/validator/style.yml"  # as messages name it
ANY = (0, 10**9)


class Kind(NamedTuple):
    """The parts of one kind of page, as style.yml explains them."""

    words: tuple[int, int] = ANY
    grade: float = 0
    boxes: tuple[int, int] = (0, 6)
    sections: tuple[int, int] = ANY
    opening: bool = False
    checklist: bool = False
    onward: bool = False
    listed: bool = True


class Style(SimpleNamespace):
    def __getattr__(self, name: str) -> Any:
        raise CannotRunError(f"{PATH}: {name} is missing")

    def patterns(self, table: dict[str, str | list[str]], form: str = "(?m){}") -> dict[str, re.Pattern[str]]:
        """Compile a table of patterns by what to do instead, with the names in them."""
        names = self.names | {"BOX": "|".join(map(re.escape, self.box_lines)), "KIND": "|".join(self.boxes)}
        compiled = {}
        for message, phrases in table.items():
            parts = [phrases] if isinstance(phrases, str) else phrases
            text = "|".join(re.compile(part).pattern for part in parts)  # an error names the part
            text = re.sub("|".join(names), lambda name: f"(?:{names[name[0]]})", text)
            compiled[message] = re.compile(form.format(text))
        return compiled


def load() -> Style:
    """Read style.yml. Raises CannotRunError."""
    try:
        style = Style(**yaml.load(Path(__file__).with_suffix(".yml").read_text("utf-8"), guide.Settings))
        style.box_lines = [f'!!! {kind} "{title}"' for kind, title in style.boxes.items()]
        style.kinds = {name: Kind(**parts) for name, parts in style.kinds.items()}
        style.fields["kind"] = ["|".join(style.kinds), f"one of {', '.join(style.kinds)}"]
        style.verbs = set(style.verbs.split())
        style.never = style.patterns(style.never, r"(?i)(?:\b|(?=\W))(?:{})(?!\w)")
        for table in ("broken", "unclosed", "lines"):
            setattr(style, table, style.patterns(getattr(style, table)))
        style.forms = {name: style.patterns(forms) for name, forms in style.forms.items()}
    except (yaml.YAMLError, re.error, TypeError, AttributeError) as error:
        why = " ".join(str(error).split()) + (f": {error.pattern!r}" if isinstance(error, re.error) else "")
        raise CannotRunError(f"{PATH}: {why}") from None
    return style


style = load()
