"""List the pages and helplines whose review is due, in Markdown; nothing when none is. Run by scripts/watch.sh."""

import datetime
import pathlib
import re
import sys
from collections.abc import Iterator

import guide

ROOT = pathlib.Path(__file__).parent.parent


def months_since(day: str, today: datetime.date) -> int:
    """Return how many whole months have passed between `day`, such as 2026-11-23, and `today`."""
    then = datetime.date.fromisoformat(day)
    return (today.year - then.year) * 12 + today.month - then.month - (today.day < then.day)


def overdue(root: pathlib.Path, today: datetime.date) -> Iterator[str]:
    """Yield an item for each page and each country's helplines in `root` whose review is due `today`, or was before."""
    extra = guide.load(root).settings["extra"]
    for path in sorted((root / "docs").rglob("*.md")):
        name, heading, lines = path.relative_to(root).as_posix(), "", path.read_text("utf-8").splitlines()
        for number, line in enumerate(lines if "kind: forward" not in lines[:9] else (), 1):
            if title := re.match(r"## (.+?)(?: \{.*\})?$", line):
                heading = title[1]
            reviewed = re.match(r"reviewed:\s*[\"']?(\d{4}-\d\d-\d\d)\b", line)
            if reviewed and months_since(reviewed[1], today) >= extra["review_months"]:
                yield f"Read and review `{name}`, last reviewed {reviewed[1]}."
            matched = re.match(r"Matched .* on (\d{4}-\d\d-\d\d)\.$", line)
            if matched and months_since(matched[1], today) >= extra["helpline_months"]:
                yield f"Match the numbers for **{heading}** to published pages; `{name}:{number}` is of {matched[1]}."


if __name__ == "__main__":
    try:
        items = [f"- [ ] {item}\n" for item in overdue(ROOT, datetime.date.today())]
    except (OSError, guide.GuideError) as error:
        sys.exit(f"watch: {error}")
    except (KeyError, TypeError, ValueError) as error:
        sys.exit(f"watch: a date, or the months under extra in mkdocs.yml, cannot be read; run make check: {error}")
    sys.stdout.write("## Dates\n\n" * bool(items) + "".join(items))
