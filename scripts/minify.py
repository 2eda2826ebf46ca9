"""Remove comments and indents from the style sheets and scripts of a built site: python scripts/minify.py SITE

That is a fifth of a first view. Names stay as they are, so that anyone can read what the scripts do.
"""

import pathlib
import re
import sys

from turbohtml.clean import JSMinify, minify_css, minify_js

LATER = "search.js"  # loads when someone searches, and as a module, which the minifier does not know


def minified(file: pathlib.Path) -> str:
    """Return the text of a style sheet or script, shorter; exit with one line if it cannot be read."""
    text = file.read_text("utf-8")
    try:
        return minify_css(text) if file.suffix == ".css" else minify_js(text, JSMinify(mangle=False, fold=False))
    except ValueError as problem:
        at = re.search(r" at offset (\d+)", str(problem))
        line = text.encode().count(b"\n", 0, int(at[1])) + 1 if at else 1
        sys.exit(f"docs/assets/{file.parent.name}/{file.name}:{line}: the script has a mistake here: {problem}")


def main() -> None:
    for file in sorted(pathlib.Path(sys.argv[1], "assets").glob("*/*.*s")):
        if file.name != LATER:
            file.write_text(minified(file), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
