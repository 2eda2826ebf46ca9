"""Validate the guide: the structure of its sources and the links of the built site.

    validate.py structure [ROOT]   the sources below ROOT: docs/ and mkdocs.yml (default: the working folder)
    validate.py links [SITE]       any built static site, read as GitHub Pages serves it (default: site)
    validate.py                    both

Prints `path:line:column: CODE message`. Exit 0: clean. 1: problems found. 2: could not run.
"""

import argparse
import json
import re
import signal
import sys
from pathlib import Path

from guide import GuideError
from validator.report import Problem

COMMANDS = {"structure": ".", "links": "site"}  # the default path of each
TABLE = "# What the codes mean\n\n`make rules` writes this from `scripts/validator/`.\n\n| Code | Rule |\n|---|---|"


def as_github(problem: Problem) -> str:
    """Return a problem as https://docs.github.com/actions/reference/workflow-commands-for-github-actions says."""
    path, line, column, code, message = (re.sub("[%\r\n]", lambda c: f"%{ord(c[0]):02X}", str(x)) for x in problem)
    path = path.replace(":", "%3A").replace(",", "%2C")
    return f"::error file={path},line={line},col={column},title={code}::{message}"


def main(arguments: list[str] | None = None) -> int:
    """Run the command. Returns the exit status: 0 clean, 1 problems found, 2 could not run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=COMMANDS, help="default: both")
    parser.add_argument("path", nargs="?", type=Path, help="the sources, or the site")
    parser.add_argument("--base", default="", help="the site's public address or path, such as /repository/")
    parser.add_argument("--format", choices=("text", "github", "json"), default="text")
    parser.add_argument("--list-rules", action="store_true", help="print every code with its rule, in Markdown")
    options = parser.parse_intermixed_args(arguments)  # `--base X` may come before the path too
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # for what a terminal cannot show
    problems, pages = list[Problem](), 0
    commands = [options.command] if options.command else [*COMMANDS]
    try:
        from validator import links, structure  # here, as they read style.yml, which may have a mistake

        if options.list_rules:
            rules = (structure.RULES | links.RULES).items()
            print(TABLE, *(f"| {code} | {' '.join(str(rule.__doc__).split())} |" for code, rule in rules), sep="\n")
            return 0
        for command in commands:
            path = options.path or Path(COMMANDS[command])
            found, count = structure.structure(path) if command == "structure" else links.links(path, options.base)
            problems, pages = problems + found, pages + count
            for problem in found if options.format != "json" else ():
                print(as_github(problem) if options.format == "github" else problem)
    except (GuideError, OSError, KeyboardInterrupt) as error:
        print(f"validate.py: cannot run: {str(error) or 'it was interrupted'}", file=sys.stderr)
        return 2
    if options.format == "json":
        summary = {"commands": commands, "pages": pages, "problems": [problem._asdict() for problem in problems]}
        print(json.dumps(summary, indent=1))
    else:
        print(f"{' and '.join(commands)}: {len(problems) or 'no'} problem{'s' * (len(problems) != 1)} in {pages} pages")
    return int(bool(problems))


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `| head` ends it without a word
    sys.exit(main())
