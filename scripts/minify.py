"""Remove comments and indents from the style sheets, scripts and lists of a built site: python scripts/minify.py SITE

That is a fifth of a first view. Names stay as they are, so that anyone can read what the scripts do.
"""

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


if __name__ == "__main__":
    assets = pathlib.Path(sys.argv[1], "assets")
    for file in [*sorted(assets.glob("*/*.*s")), *assets.glob("search.txt")]:
        file.write_text(minified(file), "utf-8", newline="\n")
