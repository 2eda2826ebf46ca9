"""Remove comments and indents from the style sheets, scripts and lists of a built site: python scripts/minify.py SITE

That is a fifth of a first view. Names stay as they are, so that anyone can read what the scripts do. The search index
loses what search.js can do without: 5 KB less before the first result.
"""

import html
import json
import pathlib
import re
import sys

from turbohtml.clean import JSMinify, minify_css, minify_js


def compact(index: str) -> str:
    """Return a search index, of either engine, without what search.js knows: tags, checklists, the page of a section,
    which is that of the entry before, and the address of a heading that its words give."""
    found, items = json.loads(index), []
    for entry in found.get("docs") or found["items"]:
        title, text = (" ".join(re.sub(r"<[^>]*>", " ", entry[name]).split()) for name in ("title", "text"))
        page, mark, section = entry["location"].partition("#")
        given = "-".join(re.findall(r"[a-z0-9]+", re.sub("[’']", "", html.unescape(title).lower())))
        if title != "Checklist":
            place = f"#{section if section != given else ''}" if mark else page
            items.append({"location": place, "title": title, "text": text})
    return json.dumps({"items": items}, ensure_ascii=False, separators=(",", ":"))


def minified(site: pathlib.Path, file: pathlib.Path) -> str:
    """Return the text of a style sheet, script or list, shorter; exit with one line if it cannot be read."""
    try:
        text = file.read_text("utf-8")
        if file.suffix == ".txt":
            return re.sub(r"^(?:#.*)?\n", "", text, flags=re.M).replace(", ", ",")
        if file.suffix == ".json":
            return compact(text)
        # The minifier knows no modules, so what makes the search one is kept from it.
        text, *export = text.replace("import.meta", "importMeta").partition("\nexport {")
        text = minify_css(text) if file.suffix == ".css" else minify_js(text, JSMinify(mangle=False, fold=False))
    except ValueError as problem:
        at = re.search(r" at offset (\d+)", str(problem))
        line = text.encode().count(b"\n", 0, int(at[1])) + 1 if at else 1
        sys.exit(f"docs/{file.relative_to(site).as_posix()}:{line}: there is a mistake here: {problem}")
    return text.replace("importMeta", "import.meta") + "".join(export)


if __name__ == "__main__":
    site = pathlib.Path(sys.argv[1])
    for pattern in ("assets/*/*.*s", "assets/search.txt", "search/search_index.json", "search.json"):
        for file in site.glob(pattern):
            file.write_text(minified(site, file), "utf-8", newline="\n")
