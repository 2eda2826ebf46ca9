"""Remove comments and indents from the style sheets, scripts and lists of a built site: python scripts/minify.py SITE

That is a fifth of a first view. Names stay as they are, so that anyone can read what the scripts do. The search index
loses its tags, its checklists, which the search skips too, and what it repeats: 5 KB less before the first result.
"""

import html
import json
import pathlib
import re
import sys

from turbohtml.clean import JSMinify, minify_css, minify_js


def minified(file: pathlib.Path) -> str:
    """Return the text of a style sheet, script or list, shorter; exit with one line if it cannot be read."""
    try:
        text = file.read_text("utf-8")
        if file.suffix == ".txt":
            return re.sub(r"^(?:#.*)?\n", "", text, flags=re.M).replace(", ", ",")
        # The minifier knows no modules, so what makes the search one is kept from it.
        text, *export = text.replace("import.meta", "importMeta").partition("\nexport {")
        text = minify_css(text) if file.suffix == ".css" else minify_js(text, JSMinify(mangle=False, fold=False))
    except ValueError as problem:
        at = re.search(r" at offset (\d+)", str(problem))
        line = text.encode().count(b"\n", 0, int(at[1])) + 1 if at else 1
        sys.exit(f"docs/assets/{file.parent.name}/{file.name}:{line}: there is a mistake here: {problem}")
    return text.replace("importMeta", "import.meta") + "".join(export)


def compact(index: str) -> str:
    """Return the text of a search index, of either engine, without what no search needs."""
    kind, entries = next((kind, entries) for kind, entries in json.loads(index).items() if kind in ("docs", "items"))
    kept = [
        {name: " ".join(re.sub(r"<[^>]*>", " ", entry[name]).split()) for name in ("location", "title", "text")}
        for entry in entries
        if entry["title"] != "Checklist"
    ]
    before = None
    for entry in kept:  # what the search knows from the entry before, and from the title
        page, mark, section = entry["location"].partition("#")
        title = html.unescape(entry["title"]).lower()
        if section == "-".join(re.findall(r"[a-z0-9]+", re.sub("[’']", "", title))):
            section = ""
        entry["location"] = ("" if mark and page == before else page) + mark + section
        before = page
    return json.dumps({kind: kept}, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    site = pathlib.Path(sys.argv[1])
    assets = site / "assets"
    for index in [*site.glob("search/search_index.json"), *site.glob("search.json")]:
        index.write_text(compact(index.read_text("utf-8")), "utf-8", newline="\n")
    for file in [*sorted(assets.glob("*/*.*s")), *assets.glob("search.txt")]:
        file.write_text(minified(file), "utf-8", newline="\n")
