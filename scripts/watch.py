"""List what the guide needs from a person by now, in Markdown; nothing when there is nothing.

    watch.py           pages and helplines past their review; mkdocs.yml says how many months one holds
    watch.py FOLDER    also links to other hosts, and packages with known faults, with lychee and pip-audit from FOLDER

Exit 0: listed. 2: could not run, for example without a network; then there is no list.
"""

import argparse
import collections
import datetime
import json
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import guide

ROOT = pathlib.Path(__file__).parent.parent
LOCKS = ("requirements.txt", "requirements-watch.txt")


def months_since(day: str, today: datetime.date) -> int:
    """Return how many whole months have passed between `day`, such as 2026-11-23, and `today`."""
    then = datetime.date.fromisoformat(day)
    return (today.year - then.year) * 12 + today.month - then.month - (today.day < then.day)


def overdue(root: pathlib.Path, today: datetime.date) -> Iterator[str]:
    """Yield an item for each page and each country's helplines in `root` whose review is due `today`, or was before."""
    extra = guide.load(root).settings["extra"]
    for path in sorted((root / "docs").rglob("*.md")):
        name, heading = path.relative_to(root).as_posix(), ""
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            heading = found[1] if (found := re.match(r"## (.+?)(?: \{.*\})?$", line)) else heading
            found = re.match(r"(reviewed:|Matched .* on) (\d{4}-\d\d-\d\d)\.?$", line)
            if found and found[1] == "reviewed:" and months_since(found[2], today) >= extra["review_months"]:
                yield f"Read and review `{name}`, last reviewed {found[2]}."
            if found and found[1] != "reviewed:" and months_since(found[2], today) >= extra["helpline_months"]:
                yield f"Match the numbers for **{heading}** to published pages; `{name}:{number}` is of {found[2]}."


def run_json(*command: str | pathlib.Path) -> dict[str, Any]:
    """Run `command`, which prints JSON, and return that. Raises ValueError or OSError when it does not."""
    return dict(json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout))


def dead_links(tools: pathlib.Path) -> Iterator[str]:
    """Yield an item for each link to another host that lychee did not reach. Raises OSError when the network, rather
    than the hosts, is the likely reason."""
    options = "--config .github/lychee.toml --format json docs".split()
    found = run_json(tools / "lychee", *options, *ROOT.glob("*.md"))
    places: dict[str, set[str]] = collections.defaultdict(set)
    answers: dict[str, set[int | str]] = collections.defaultdict(set)
    for name, links in [*found["error_map"].items(), *found["timeout_map"].items()]:
        for link in links:
            places[link["url"]].add(f"`{name}`")
            answers[link["url"]] |= {link["status"].get("code", "no answer")}
    silent = sum(answer == {"no answer"} for answer in answers.values())
    if silent > found["successful"] + len(answers) - silent:
        raise OSError(f"{silent} links had no answer, more than had one; is there a network?")
    for url, names in sorted(places.items()):
        why = ", ".join(map(str, answers[url] - {"no answer"})) or "no answer"
        yield f"Fix the link to `{url}` in {', '.join(sorted(names))} ({why})."


def vulnerable_packages(tools: pathlib.Path) -> Iterator[str]:
    """Yield an item for each locked package with a known fault, and one for those that could not be looked up."""
    for lock in LOCKS:
        options = "--require-hashes --disable-pip --progress-spinner off --format json --requirement".split()
        packages = run_json(tools / "pip-audit", *options, lock)["dependencies"]
        for package in packages:
            for fault in package.get("vulns", ()):
                fixed = ", ".join(fault["fix_versions"]) or "no version yet"
                yield f"Update {package['name']} {package['version']} in `{lock}`: {fault['id']}, fixed in {fixed}."
        if skipped := [package["name"] for package in packages if "skip_reason" in package]:
            yield f"Look at the log: {len(skipped)} packages of `{lock}` could not be looked up, such as {skipped[0]}."


def main(argv: list[str] | None = None) -> int:
    """Print the list. Returns the exit status: 0 listed, 2 could not run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tools", nargs="?", type=pathlib.Path, help="where lychee and pip-audit are")
    tools = parser.parse_args(argv).tools
    try:
        chapters = {"Dates": list(overdue(ROOT, datetime.date.today()))}
        if tools:
            chapters["Links"] = list(dead_links(tools.resolve()))
            chapters["Packages"] = list(vulnerable_packages(tools.resolve()))
    except (OSError, ValueError, guide.GuideError) as error:
        print(f"watch: {error}", file=sys.stderr)
        return 2
    for title, items in chapters.items():
        if items:
            print(f"## {title}\n", *(f"- [ ] {item}" for item in items), "", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
