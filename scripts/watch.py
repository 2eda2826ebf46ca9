"""List the pages and helplines whose review is due, in Markdown; nothing when none is. Run by scripts/watch.sh."""

import datetime
import pathlib
import re
import sys
from collections.abc import Iterator

import guide

ROOT = pathlib.Path(__file__).parent.parent
# The form of a line with a date, the setting in mkdocs.yml that says how many months it holds, and what is due then.
DATED = {
    r"reviewed: (\d{4}-\d\d-\d\d)$": ("review_months", "Read and review `{name}`, last reviewed {day}."),
    r"Matched .* on (\d{4}-\d\d-\d\d)\.$": (
        "helpline_months",
        "Match the numbers for **{heading}** to published pages; `{name}:{number}` is of {day}.",
    ),
}


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
            for form, (months, item) in DATED.items():
                if (dated := re.match(form, line)) and months_since(dated[1], today) >= extra[months]:
                    yield item.format(name=name, number=number, heading=heading, day=dated[1])


if __name__ == "__main__":
    try:
        items = [f"- [ ] {item}\n" for item in overdue(ROOT, datetime.date.today())]
    except KeyError as error:
        sys.exit(f"watch: mkdocs.yml: {error} is missing")
    except (OSError, ValueError, guide.GuideError) as error:
        sys.exit(f"watch: {error}")
    sys.stdout.write("## Dates\n\n" * bool(items) + "".join(items))
