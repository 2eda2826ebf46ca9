"""List what the guide needs from a person by now, in Markdown; nothing when there is nothing.

    watch.py           pages and helplines past their review; mkdocs.yml says how many months one holds
    watch.py FOLDER    also links to other hosts, and packages with known faults, with lychee and pip-audit from FOLDER

Exit 0: listed. 2: could not run, for example without a network; then there is no list.
"""

import argparse
import calendar
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
REVIEWED = re.compile(r"^reviewed: (\d{4}-\d\d-\d\d)$")
MATCHED = re.compile(r"^Matched to published pages on (\d{4}-\d\d-\d\d)\.$")
HEADING = re.compile(r"^## (.+?)(?: \{.*\})?$")


def add_months(day: str, months: int) -> datetime.date:
    """Return the date `months` after `day`, or the last day of that month where it has no such day."""
    start = datetime.date.fromisoformat(day)
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return datetime.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def overdue(root: pathlib.Path, today: datetime.date) -> Iterator[str]:
    """Yield an item for each page and each country's helplines in `root` whose review is due `today`, or was before."""
    extra = guide.load(root).settings["extra"]
    for path in sorted((root / "docs").rglob("*.md")):
        name, heading = path.relative_to(root).as_posix(), ""
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            heading = match[1] if (match := HEADING.match(line)) else heading
            if (match := REVIEWED.match(line)) and add_months(match[1], extra["review_months"]) <= today:
                yield f"Read and review `{name}`, last reviewed {match[1]}."
            if (match := MATCHED.match(line)) and add_months(match[1], extra["helpline_months"]) <= today:
                yield f"Match the numbers for **{heading}** to published pages; `{name}:{number}` is of {match[1]}."


def run_json(*command: str | pathlib.Path) -> dict[str, Any]:
    """Run `command`, which prints JSON, and return that. Raises ValueError or OSError when it does not."""
    return dict(json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout))


def dead_links(tools: pathlib.Path) -> Iterator[str]:
    """Yield an item for each link to another host that lychee did not reach. Raises OSError when the network, rather
    than the hosts, is the likely reason."""
    pages: list[str | pathlib.Path] = ["docs", *ROOT.glob("*.md")]
    found = run_json(tools / "lychee", "--config", ".github/lychee.toml", "--format", "json", *pages)
    places: dict[tuple[str, str], list[str]] = {}
    answers, silent = found["successful"], 0
    for name, links in ((name, links) for kind in ("error_map", "timeout_map") for name, links in found[kind].items()):
        for link in links:
            status = link["status"]
            why = str(status.get("code") or status.get("details") or status["text"])
            places.setdefault((link["url"], "" if "cached" in why else why), []).append(f"`{name}`")
            answers, silent = answers + bool(status.get("code")), silent + (not status.get("code"))
    if silent > answers:
        raise OSError(f"{silent} of {silent + answers} links had no answer; is there a network?")
    for (url, why), names in sorted(places.items()):
        yield f"Fix the link to `{url}` in {', '.join(sorted(set(names)))}" + f" ({why})" * bool(why) + "."


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
