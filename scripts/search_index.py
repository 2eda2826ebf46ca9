"""Shorten the search index that MkDocs wrote into a built site: python scripts/search_index.py SITE.

MkDocs indexes every page, also one whose head says `search: {exclude: true}` or that is in no menu, and all text
twice: whole, and again below its headings. Zensical does neither, so its index, search.json, stays as it is.
"""

import json
import sys
from pathlib import Path

import guide
from mkdocs.utils import meta


def is_searched(source: Path) -> bool:
    """Return whether the head of the page `source` leaves it in the search."""
    _, head = meta.get_data(source.read_text(encoding="utf-8"))
    return not (head.get("search") or {}).get("exclude", False)


def main(site: Path) -> None:
    """Rewrite search/search_index.json in the folder `site`, if it is there."""
    path = site / "search" / "search_index.json"
    if not path.exists():
        return
    root = Path(__file__).parent.parent
    pages = {guide.url_of(e.source) for e in guide.load(root).nav if is_searched(root / "docs" / e.source)}
    entries = []
    for entry in json.loads(path.read_bytes())["docs"]:
        page, _, anchor = entry["location"].partition("#")
        if page in pages:
            entries.append(entry if anchor else entry | {"text": ""})
    path.write_text(json.dumps({"docs": entries}, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
