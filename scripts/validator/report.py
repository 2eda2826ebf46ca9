"""What both halves of the validator share: problems, the list of rules, hints and ranges."""

import datetime
import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

MANY = 10**9


class Problem(NamedTuple):
    path: str
    line: int
    column: int
    code: str
    message: str


def problem(path: str, lines: list[str], code: str, line: int, message: str, seen: str = "", hint: str = "") -> Problem:
    """Return a problem: what must be true in a line, and where it has them, what is seen there instead and a hint."""
    column = "".join(lines[line - 1 : line]).find(seen) + 1 or 1
    return Problem(path, line, column, code, message + (f": {seen[:60]!r}" if seen else "") + hint)


class CannotRunError(Exception):
    """There is nothing to validate, or it cannot be read."""


def rules(module: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """Return the rules in a module's `globals()` by code. A rule is a function named by its code, such as
    `b202_sections`; its docstring says what must be true. A code is never used again for another rule."""
    return {name[:4].upper(): rule for name, rule in module.items() if re.match(r"[bl]\d{3}_", name)}


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` when a known name is close to the value, else nothing."""
    # The comparison is slow: only names of about the same length, and not too many.
    alike = [name for name in known if abs(len(name) - len(value)) < 4][:500]
    return "".join(f"; did you mean {match!r}?" for match in difflib.get_close_matches(value, alike, 1, 0.7))


def range_error(count: int, limits: tuple[int, int], things: str) -> str:
    """Return what is wrong with a count that is outside its limits, (least, most), else nothing."""
    least, most = limits
    bounds = f"at least {least}" if most == MANY else f"at most {most}" if not least else f"{least} to {most}"
    return "" if least <= count <= most else f"must have {bounds} {things}, has {count}"


def is_past(text: str, today: datetime.date) -> bool:
    """Whether a text is a date that exists, written YYYY-MM-DD, and not in the future."""
    try:
        return bool(re.fullmatch(r"[\d-]{10}", text, re.ASCII)) and datetime.date.fromisoformat(text) <= today
    except ValueError:
        return False
