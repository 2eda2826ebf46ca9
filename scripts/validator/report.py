"""What both halves of the validator share: problems, the list of rules, patterns and hints."""

import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple


class Problem(NamedTuple):
    """A fault in a file."""

    path: str  # from the folder that the command runs in
    line: int  # from 1, as is the column
    column: int
    code: str  # of the rule
    message: str  # what must be true, then what is seen instead

    def __str__(self) -> str:
        return "{}:{}:{}: {} {}".format(*self)


def problem(path: str, lines: list[str], code: str, line: int, message: str, seen: str = "", hint: str = "") -> Problem:
    """Return a problem: what must be true in a line, and where it has them, what is seen there instead and a hint."""
    column = "".join(lines[line - 1 : line]).find(seen) + 1 or 1
    return Problem(path, line, column, code, message + (f": {seen[:60]!r}" if seen else "") + hint)


def rules(module: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """Return the rules in a module's `globals()` by code. A rule is a function named by its code, such as
    `b201_nav`; its docstring says what must be true. A code is never used again for another rule."""
    return {name[:4].upper(): rule for name, rule in module.items() if re.match(r"[bl]\d{3}_", name)}


def matches(patterns: dict[str, re.Pattern[str]], text: str, line: int = 1) -> Iterator[tuple[int, str, str]]:
    """Yield line, message and what is seen for each match in a text that begins in a line; it is what a group holds, if
    the pattern has one. What a group named `known` holds is right, and so is the same after it."""
    for message, pattern in patterns.items():
        known: set[str] = set()
        for match in pattern.finditer(text):
            seen = match[match.lastindex or 0]
            if match.lastgroup == "known":
                known.add(seen)
            elif seen not in known:
                at = line + text.count("\n", 0, match.start(match.lastindex or 0))
                yield at, message, " ".join(seen.split()) or seen


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """Return `; did you mean …?` when a known name is close to the value, else nothing."""
    # The comparison is slow: only names of about the same length, and not too many.
    alike = {name.casefold(): name for name in [one for one in known if abs(len(one) - len(value)) < 4][:500]}
    close = difflib.get_close_matches(value.casefold(), alike, 1, 0.7)
    return f"; did you mean {alike[close[0]]!r}?" if close and alike[close[0]] != value else ""
