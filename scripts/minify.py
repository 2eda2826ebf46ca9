"""Remove comments and indents from the style sheets, scripts and lists of a built site: python scripts/minify.py SITE

That is a fifth of a first view. Names stay as they are, so that anyone can read what the scripts do.
"""

import pathlib
import re
import sys

from turbohtml.clean import JSMinify, minify_css, minify_js

# The minifier does not know modules, so it sees the search as a plain script.
EXPORT, META = re.compile(r"^export (?=(?:async )?function (\w+))", re.M), ("import.meta", "importMeta")
# In the list of the search: what a place answers, in any order.
PHRASES = re.compile(r"^([^!~@ -]\S*: )(.*)$", re.M)


def minified(file: pathlib.Path) -> str:
    """Return the text of a style sheet or script, shorter; exit with one line if it cannot be read."""
    text = file.read_text("utf-8")
    if file.suffix == ".txt":
        text = re.sub(r"^(?:#.*)?\n", "", text, flags=re.M)
        # What begins alike compresses better side by side.
        text = PHRASES.sub(lambda found: found[1] + ", ".join(sorted(set(found[2].split(", ")))), text)
        return text.replace(", ", ",")
    names = ",".join(EXPORT.findall(text))
    text = EXPORT.sub("", text).replace(*META)
    try:
        if file.suffix == ".css":
            return minify_css(text)
        text = minify_js(text, JSMinify(mangle=False, fold=False)).replace(*META[::-1])
        return text + (f";export{{{names}}}" if names else "")
    except ValueError as problem:
        at = re.search(r" at offset (\d+)", str(problem))
        line = text.encode().count(b"\n", 0, int(at[1])) + 1 if at else 1
        sys.exit(f"docs/assets/{file.parent.name}/{file.name}:{line}: the script has a mistake here: {problem}")


def main() -> None:
    assets = pathlib.Path(sys.argv[1], "assets")
    for file in [*sorted(assets.glob("*/*.*s")), assets / "search.txt"]:
        file.write_text(minified(file), "utf-8", newline="\n")


if __name__ == "__main__":
    main()
