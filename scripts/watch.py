"""List what the guide needs from a person by now, in Markdown; nothing when there is nothing.

    watch.py           pages and helplines past their review; mkdocs.yml says how many months one holds
    watch.py FOLDER    also links to other hosts, and packages with known faults, with lychee and pip-audit from FOLDER

Exit 0: listed. 2: could not run.
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

import yaml

ROOT = pathlib.Path(__file__).parent.parent
LOCKS = ("requirements.txt", "requirements-watch.txt")
PAGE = re.compile(r"^reviewed: (\d{4}-\d\d-\d\d)$")
HELPLINE = re.compile(r"^- \*\*(.+?)[,:]?\*\*.* (?:Checked|Seen) (\d{4}-\d\d-\d\d)\.$")


class Settings(yaml.SafeLoader):
    """Reads mkdocs.yml without what only an engine understands, such as !ENV."""


Settings.add_multi_constructor("", lambda loader, suffix, node: None)


def later(day: str, months: int) -> datetime.date:
    """Return the date `months` after `day`, or the last day of that month where it has no such day."""
    start = datetime.date.fromisoformat(day)
    years, month = divmod(start.month - 1 + months, 12)
    year = start.year + years
    return datetime.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def overdue(root: pathlib.Path, today: datetime.date) -> Iterator[str]:
    """Yield an item for each page and helpline of the guide in `root` whose review is due `today` or was before."""
    extra = yaml.load((root / "mkdocs.yml").read_text("utf-8"), Settings)["extra"]
    for path in sorted((root / "docs").rglob("*.md")):
        name = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if (found := PAGE.match(line)) and later(found[1], extra["review_months"]) <= today:
                yield f"Read and review `{name}`, last reviewed {found[1]}."
            if (found := HELPLINE.match(line)) and later(found[2], extra["helpline_months"]) <= today:
                yield f"Check **{found[1]}** on its own page; `{name}:{number}` is of {found[2]}."


def said(*command: str | pathlib.Path) -> dict:
    """Run `command`, which prints JSON, and return that. Raises ValueError or OSError when it does not."""
    return json.loads(subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout)


def gone(tools: pathlib.Path) -> Iterator[str]:
    """Yield an item for each link to another host that lychee did not reach."""
    found = said(tools / "lychee", "--config", ".github/lychee.toml", "--format", "json", "docs", *ROOT.glob("*.md"))
    places: dict[tuple[str, str], list[str]] = {}
    for kind in ("error_map", "timeout_map"):
        for name, links in found[kind].items():
            for link in links:
                why = str(link["status"].get("code") or link["status"].get("details") or link["status"]["text"])
                places.setdefault((link["url"], "" if "cached" in why else why), []).append(f"`{name}`")
    for (url, why), names in sorted(places.items()):
        yield f"Mend the link to `{url}` in {', '.join(sorted(set(names)))}" + f" ({why})" * bool(why) + "."


def faulty(tools: pathlib.Path) -> Iterator[str]:
    """Yield an item for each locked package with a known fault, and one for those that could not be looked up."""
    for lock in LOCKS:
        options = "--require-hashes --disable-pip --progress-spinner off --format json --requirement".split()
        packages = said(tools / "pip-audit", *options, lock)["dependencies"]
        for package in packages:
            for fault in package.get("vulns", ()):
                mended = ", ".join(fault["fix_versions"]) or "no version yet"
                yield f"Update {package['name']} {package['version']} in `{lock}`: {fault['id']}, mended in {mended}."
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
            chapters |= {"Links": list(gone(tools.resolve())), "Packages": list(faulty(tools.resolve()))}
    except (OSError, ValueError) as error:
        print(f"watch: {error}", file=sys.stderr)
        return 2
    for title, items in chapters.items():
        if items:
            print(f"## {title}\n", *(f"- [ ] {item}" for item in items), "", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
