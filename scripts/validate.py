"""Validate the guide: the structure of its sources and the links of the built site.

    validate.py structure [ROOT]   the sources below ROOT: docs/ and mkdocs.yml (default: the working folder)
    validate.py links [SITE]       any built static site, read as GitHub Pages serves it (default: site)
    validate.py                    both

Prints `path:line:column: CODE message`. Exit 0: clean. 1: problems found. 2: could not run.
"""

from __future__ import annotations

import argparse
import importlib
import io
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from guide import GuideError
from validator.report import CannotRunError, Problem

COMMANDS = {"structure": ".", "links": "site"}  # the default path of each
TABLE = "# What the codes mean\n\n`make rules` writes this from `scripts/validator/`.\n\n| Code | Rule |\n|---|---|"


def half(command: str) -> Any:
    """Import the module of a command only when it is asked for: it has its own packages."""
    return importlib.import_module(f"validator.{command}")


def list_rules(markdown: bool) -> Iterator[str]:
    """Yield every code with its rule; in Markdown as .github/RULES.md has them."""
    yield from [TABLE] * markdown
    for code, rule in (item for command in COMMANDS for item in half(command).RULES.items()):
        text = " ".join(str(rule.__doc__).split())
        yield f"| {code} | {text} |" if markdown else f"{code}  {text}"


def show(problems: list[Problem], form: str, summary: dict[str, Any]) -> Iterator[str]:
    """Yield the lines to print."""
    if form == "json":
        yield json.dumps({**summary, "problems": [problem._asdict() for problem in problems]}, indent=1)
        return
    for path, line, column, code, message in problems:
        if form == "github":  # https://docs.github.com/actions/reference/workflow-commands-for-github-actions
            path, message = (re.sub("[%\r\n]", lambda match: f"%{ord(match[0]):02X}", text) for text in (path, message))
            path = path.replace(":", "%3A").replace(",", "%2C")
            yield f"::error file={path},line={line},col={column},title={code}::{message}"
        else:
            yield f"{path}:{line}:{column}: {code} {message}"
    count = f"{len(problems) or 'no'} problem{'s' * (len(problems) != 1)} in {summary['pages']} pages"
    yield f"{' and '.join(summary['commands'])}: {count} ({summary['seconds']} s)"


def main(arguments: list[str] | None = None) -> int:
    """Run the command. Returns the exit status: 0 clean, 1 problems found, 2 could not run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=COMMANDS, help="default: both")
    parser.add_argument("path", nargs="?", type=Path, help="the sources, or the site")
    parser.add_argument("--base", default="", help="the site's public address or path, such as /repository/")
    parser.add_argument("--format", choices=("text", "github", "json", "markdown"), default="text")
    parser.add_argument("--list-rules", action="store_true", help="print every code with its rule, and stop")
    options = parser.parse_intermixed_args(arguments)  # `--base X` may come before the path too
    if isinstance(sys.stdout, io.TextIOWrapper):  # a path or a page may hold what the terminal cannot show
        sys.stdout.reconfigure(errors="backslashreplace")
    problems: list[Problem] = []
    start, pages, failure = time.perf_counter(), 0, ""
    commands = [options.command] if options.command else list(COMMANDS)
    try:
        if options.list_rules:
            print(*list_rules(options.format == "markdown"), sep="\n")
            return 0
        for command in commands:
            path = options.path or Path(COMMANDS[command])
            more = [options.base] if command == "links" else []
            found, count = getattr(half(command), command)(path, *more)
            problems, pages = problems + found, pages + count
    except (CannotRunError, GuideError, OSError, KeyboardInterrupt) as error:
        failure = f"validate.py: cannot run: {str(error) or 'it was interrupted'}"
    summary = {"commands": commands, "pages": pages, "seconds": round(time.perf_counter() - start, 2)}
    if problems or not failure:
        print(*show(problems, options.format, summary), sep="\n")
    if failure:
        print(failure, file=sys.stderr)
    return 2 if failure else int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
