"""validate.py: one valid book and one valid site; a case is what differs, and exactly which problems it must raise."""

import copy
import datetime
import functools
import json
import re
import sys
import time
from pathlib import Path

import pytest
import validate
from conftest import PAGES, ROOT, copy_sources, run
from guide import url_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from validator import book, links, structure
from validator.style import style

of_book = functools.partial(structure.structure, today=datetime.date(2026, 11, 25))
AGREED, CONTRIBUTING = ((ROOT / path).read_text("utf-8") for path in ("scripts/validator/style.yml", "CONTRIBUTING.md"))

WORDS = "You can walk by the river with a friend and talk about the day you had.\n"


def head(kind, name):
    description = f"A plain sentence about the page {name}, long enough to be of use to those who search."
    return f"---\ndescription: {description}\nkind: {kind}\nreviewed: 2026-11-23\n---\n\n"


CHAPTER = f"""{head("chapter", "space")}# Give it space

!!! abstract "In short"

    Space helps you both.
    Ask for it once.

Afraid of them, or asked to stop? [Start here](../safety/index.md).
{{: .safety }}

!!! danger "Not safe?"

    Read [Get help now](../safety/help.md).

## What space is for

{WORDS * 12}
!!! info "What research says"

    In [a study of 58 students](../about/sources.md#one-2005), most felt calmer.

## How to ask

{WORDS * 12}
## How to keep it

{WORDS * 12}
`<img src=https://example.org/x.png>` and [911](tel:911) are fine in words.

```
- [x] {{: #code }} !!! nothing [here](nowhere.md) is read
```

## Checklist

- [ ] Write one line
- [ ] Read it aloud
- [ ] Wait a day

**Next:** [My plan](../sheets/plan.md)
"""
BOOK = {
    "mkdocs.yml": """site_url: !ENV [SITE_URL, "https://example.org/guide/"]
nav:
  - index.md
  - Part:
      - part/index.md
      - part/space.md
  - Sheets:
      - sheets/index.md
      - sheets/plan.md
  - Safety:
      - safety/index.md
      - safety/help.md
  - About:
      - about/index.md
      - about/sources.md
not_in_nav: |
  /about/old.md
  /about/older.md
""",
    "docs/index.md": head("overview", "home") + "# Start\n\n" + WORDS * 12,
    "docs/part/index.md": head("overview", "part") + "# A part\n\n" + WORDS * 12 + "\n- [Give it space](space.md)\n",
    "docs/part/space.md": CHAPTER,
    "docs/sheets/index.md": head("overview", "sheets") + "# Sheets\n\n" + WORDS * 12 + "\n- [My plan](plan.md)\n",
    "docs/sheets/plan.md": head("worksheet", "plan")
    + f"# My plan\n\n{WORDS * 6}\n- [ ] I have eaten\n\nMore room\n{{: .write-3 }}\n\n**Next:** [Start](../index.md)\n",
    "docs/safety/index.md": head("reference", "safety") + "# Safe\n\n## Signs: what to see {#signs}\n\nWords.\n",
    "docs/safety/help.md": head("reference", "help")
    + "# Help\n\n## Here\n\nMatched to published pages on 2026-11-23.\n{: .matched }\n\n- Call [911](tel:911).\n\n## Abroad\n\nWords.\n",
    "docs/about/index.md": head("reference", "about") + "# About\n\n![A river](../assets/river.png)\n",
    "docs/about/sources.md": head("reference", "sources") + "# Sources\n\n### One, 2005 {#one-2005}\n\nA paper.\n",
    "docs/assets/river.png": "png",
}

PAGE = """<!doctype html><html lang="en"><head><title>T</title>
<link rel="canonical" href="https://u.github.io/repo/{address}">
<link rel="stylesheet" href="{up}assets/a.css"><link rel="icon" href="{up}assets/i.png"></head><body>
<nav><a href="{up}.">Home</a> <a href="{up}one/">One</a> <a href="{up}two/#deep">Two</a></nav>
<main id="main">{body}</main></body></html>
"""


def page(address, body=""):
    return PAGE.format(address=address, up="../" * address.count("/"), body=body)


SITE = {
    "index.html": page("", "<p>Hello</p>"),
    "one/index.html": page("one/", '<p id="a b">One</p><img src="../assets/i.png" alt="">'),
    "two/index.html": page("two/", '<h2 id="deep">Deep</h2><a href="https://example.org/x?y#z">out</a>'),
    "old.html": '<meta http-equiv="refresh" content="0; url=one/">',
    "404.html": '<a href="/repo/">Home</a><link rel="stylesheet" href="/repo/assets/a.css">',
    "sitemap.xml": "<urlset><url><loc>https://u.github.io/repo/one/</loc></url></urlset>",
    "assets/a.css": "/* url(gone.png) */ body { background: url('i.png') } @import \"b.css\";",
    "assets/b.css": "p::before { content: 'url(no.png)' }",
    "assets/i.png": "png",
    "assets/set.svg": '<svg><symbol id="tick"></symbol><use href="#tick"/></svg>',
    "site.webmanifest": '{"start_url": "./", "icons": [{"src": "assets/i.png"}]}',
    "downloads/guide.pdf": "pdf",
}


read_once = functools.cache(book.Page)  # a case changes a page or two of its book


@pytest.fixture(autouse=True)
def of_no_guide(monkeypatch):
    """No page is excepted, and `make test` sets the address of our own guide, which the books here do not have."""
    monkeypatch.setattr(style, "excepted", {})
    monkeypatch.delenv("SITE_URL", raising=False)
    monkeypatch.setattr(book, "Page", read_once)


def lay_out(folder, files, changes):
    """Write the files with their changes: None takes one away, a pair replaces within it, and a Path is a symbolic link."""
    files = dict(files)
    for path, change in changes.items():
        if isinstance(change, tuple):
            assert change[0] in files[path], f"{change[0]!r} is not in {path}"
            change = files[path].replace(*change, 1)
        files[path] = change
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Path):
            (folder / path).symlink_to(content)
        elif content is not None:
            data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
            (folder / path).write_bytes(data)
    return folder


def found(command, folder):
    return [problem._replace(path=Path(problem.path).relative_to(folder).as_posix()) for problem in command(folder)[0]]


# --- Cases: (codes found, changes). No codes: the change is allowed. A code may carry its line: "B103:2".

C, X, N, H, S = "docs/part/space.md", "docs/part/index.md", "mkdocs.yml", "docs/safety/help.md", "docs/about/sources.md"
HELP = "    Read [Get help now](../safety/help.md).\n"
P, G, OLD = "docs/sheets/plan.md", "docs/assets/glossary.txt", "docs/about/old.md"
FIRST, LIST = "You can walk by", "assets/search.txt"
LINE = "Afraid of them, or asked to stop? [Start here](../safety/index.md).\n{: .safety }\n"
EXAMPLE = '!!! example "Words you can use"\n\n    **Ask:** "Can we talk?"\n'
DANGER = f'!!! danger "Not safe?"\n\n{HELP}'
FORWARD = {OLD: head("forward", "old").replace("rev", "forward: part/space.md\nrev") + "# Give it space\n\nNow at [Give it space](../part/space.md).\n"}  # fmt: skip


def says(*texts):
    """The page's first sentence says a text, in turn."""
    return C, FIRST, *(f"{text} {FIRST}" for text in texts)


def cases(expected, path, old, *new):
    """A case for each text in place of `old`."""
    return [(expected, {path: (old, text)}) for text in new]


TIP, ASK = '!!! tip "Try this"\n\n    Walk.\n', '!!! question "Ask yourself"\n\n    Why?\n'
HOW, HEAD, ROOM, ITEM = "## How to ask", "---\n\n#", "{: .write-3 }", "- [ ] I have"
NEW = {"docs/part/two-or-more.md": head("reference", "two") + "# Two\n", X: ("(space.md)", "(space.md)\n- [Two](two-or-more.md)")}  # fmt: skip
STRUCTURE = [
    ("", {}),
    # B101: what no reader of the page could make sense of; code and comments are no text
    ("B101:2", {C: b"---\nkind: caf\xe9\n---\n"}), ("B101:1", {C: b"\xff\xfe" + CHAPTER.encode("utf-16-le")}), ("B101:1", {C: b"\x89PNG\r\n\x1a\n\0\0"}), ("B101:1", {C: head("chapter", "space") + "# T\n\n" + "word " * 50_000}),
    *cases("B101:24", C, FIRST, f"Words.\n<<<<<<< HEAD\nWait.\n=======\nRest.\n>>>>>>> theirs\n\n{FIRST}"),
    *cases("B101:25", C, "## What space is for\n\n", "## What space is for\n\n- One\n\n    ```text\n    [x](gone.md)\n    # no title\n    ```\n\n", "## What space is for\n\nWords.\n\n    code\n\n"),
    *cases("B101:23", C, FIRST, f"A\ttab. {FIRST}"), *cases("B101:72", C, "```\n\n## Check", "\n\n## Check"), *cases("B101", C, "    Read [Get", "    Read.\n\n    ```\n    code\n    ```\n\n    Read [Get"),
    *cases("B101", C, "\n```\n- [x]", "\n ```\n- [x]"), *cases("B101", C, HOW, *(f"{text}\n\n{HOW}" for text in ("<!-- a comment", "<!-- a comment -->", "Words. <!--\n\n# not a title -->", "Words.\n=======", "||||||| base"))),
    *cases("", C, HOW, f"`<!-- code -->` or ======= or |||||||\n\n{HOW}", "### How to keep it\n\n## One\n\n## Two", "## How, when to ask? {#ask}"), *cases("", C, "```\n-", "~~~~ text\n```\n~~~\n~~~~\n\n```\n-"),
    ("", {C: "\ufeff" + CHAPTER}), ("", {C: CHAPTER.replace("\n", "\r\n")}),
    # B102, B103: the head
    *cases("B102:1", C, "---\ndesc", "desc"), *cases("B102:1", C, HEAD, "\n#"), *cases("B102", C, "kind: chapter", "kind: [chapter"),
    *cases("B102", C, "description: A", "- A"), *cases("B102", C, "A plain sentence", "Plain: a sentence"), ("B102", {C: "---\n---\n# T\n"}), ("B102", {C: ""}), *cases("B103:1", C, "reviewed: 2026-11-23\n", ""),
    *cases("B103:4", C, "reviewed:", "title: Space\nreviewed:", "reveiwed:", "forward: index.md\nreviewed:", *(f"search: {value}\nreviewed:" for value in ("{boost: 2.0}", "{boost: much}", "{exclude: false}", "0.5", "{boost: 0.5, exclude: true}"))),
    *cases("", C, "reviewed:", *(f"search: {value}\nreviewed:" for value in ("{boost: 0.5}", "\n  boost: 1.2", "{exclude: true}"))), *cases("B102:5", C, HEAD, f"kind: chapter\n{HEAD}"),
    *cases("B103:3", C, "kind: chapter", "kind:", "kind: [chapter]", "kind: {chapter: 1}", "kind: chaptr", "kind: Chapter"), *cases("B103", C, "kind:", "Kind:"),
    *cases("B103:4", C, "2026-11-23", "23.11.2026", "20261123", "soon", "2026-11-23 10:00:00"), *cases("B503:4", C, "2026-11-23", "2026-02-30", "2026-11-26", "'2026-11-26'", " 2026-11-26", "!!str 2026-11-26"), *cases("", C, "2026-11-23", "'2026-11-25'"),
    *cases("B103:2", X, "those who search.", "those who search" + " and search" * 8 + ".", "those who search"), *cases("B103:2", X, ", long enough to be of use to those who search", ""),
    *cases("", C, "kind: chapter", "# a note\nkind: chapter"), *cases("", X, "who search.", "who search?"), *cases("", X, "description: A plain", "description: >-\n  A plain", "description: |\n  A plain"), ("", FORWARD), ("B103:1", {**FORWARD, OLD: FORWARD[OLD].replace("forward: part/space.md\n", "")}),
    # B108: where a page forwards to; B701: what leads to it
    *[("B108:4", FORWARD | {OLD: FORWARD[OLD].replace("forward: part/space.md", f"forward: {to}")}) for to in ("part/spcae.md", "about/old.md", "../index.md")],
    ("B108:4", FORWARD | {OLD: FORWARD[OLD].replace("(../part/", "(../sheets/").replace("space.md).", "plan.md).")}),
    ("B108:4 B108:4", FORWARD | {OLD: FORWARD[OLD].replace("part/space.md\nrev", "about/older.md\nrev").replace("../part/space.md", "older.md"), "docs/about/older.md": FORWARD[OLD].replace("page old", "page older").replace("part/space.md\nrev", "about/old.md\nrev")}),
    ("B103:1", FORWARD | {OLD: FORWARD[OLD].replace("forward: part/space.md\n", ""), C: (FIRST, f"See [it](../about/old.md). {FIRST}")}), ("B701", FORWARD | {C: (FIRST, f"See [it](../about/old.md#part). {FIRST}")}),
    # B201, B202: nav
    *cases("B201:1", N, "      - part/space.md\n", ""), *cases("B201:7", N, "part/space.md", "part/space.md\n      - part/space.md"),
    *cases("B201:6 B201:1", N, "part/space.md", "part/spcae.md", "part/Space.md"), *cases("B201:6", N, "- part/space.md", "- Space: part/space.md"), ("B201", NEW), ("B201 B305", {"docs/part/a:b.md": head("reference", "b") + "# B\n"}),
    ("B201", {**FORWARD, N: ("about/sources.md\n", "about/sources.md\n      - about/old.md\n")}), ("B201:1", {**FORWARD, N: ("  /about/old.md\n", "")}), *cases("B201:9 B201:12", N, "      - sheets/plan.md\n  - Safety:\n      - safety/index.md", "      - safety/index.md\n      - sheets/plan.md\n  - Safety:"),
    *cases("B201:5", N, "      - part/index.md\n      - part/space.md", "      - part/space.md\n      - part/index.md"), *cases("B201", N, "      - part/space.md\n", "  - Again:\n      - part/space.md\n"),
    *cases("", N, "  - Part:", "  - Another title:"), ("", {N: ("  - About:", "  - last.md\n  - About:"), "docs/last.md": head("reference", "last") + "# Last\n", "docs/index.md": ("# Start\n", "# Start\n\n[Last](last.md)\n")}), ("B201:11 B701", {"docs/safety/index.md": None}),
    # B205, B305, B505: what the pages say of each other
    *cases("B205:7", X, "# A part", "# START"), *cases("B205:2", X, "the page part", "the page home"), *[("B201 B205:1 B305", {path: head("reference", "more") + "# More\n"}) for path in ("docs/part.md", "docs/404.md", "docs/part/Space.md")], ("B205", {"docs/part.md": FORWARD[OLD].replace("../part", "part"), N: ("/about/old.md", "/part.md")}), ("", {X: ("# A part", "# A `part`"), "docs/about/index.md": ("# About", "# A `cat`")}), *cases("B701", C, "[My plan]", "[My plan `x`]"), *cases("B305", X, "- [Give it space](space.md)\n", ""),
    ("B505:13", {"docs/about/sources.md": BOOK["docs/about/sources.md"] + "\n### Two, 2006 {#two-2006}\n\nA paper.\n"}),
    *cases("B505:9", C, "#one-2005", "#one-2006", "#sources"), *cases("", C, "../about/sources.md#one-2005", "../about/sources.md#one-2005) and [all](../about/sources.md"),
    # B207, B208, B511: other files
    *[("B207:1", {path: Path(to)}) for path, to in (("docs/etc", "/etc"), ("docs/part/round", "../.."), ("docs/assets/a.png", "river.png"), ("docs/assets/b.png", "gone.png"))], ("", {"docs/part/.#space.md": Path("gone")}),
    ("B511:1", {G: "*[space]: Time away from toxic people.\n"}), ("", {G: "*[toxic]: A word.\n", f"docs/{LIST}": "one/: toxic\n"}), *[("B511:1", {path: text}) for path, text in ((G, ""), (G, "\n"), (f"docs/{LIST}", ""), (f"docs/{LIST}", "# A note\n\n"), ("docs/search.js", f"get('{LIST}')"))],
    *cases("B511:1", N, "nav:", "extra: {words: [assets/glossary.txt]}\nnav:"),
    ("", {f"docs/{LIST}": "# note\n\n: home\none/: a, b's\n! one/ two/#deep: e.., ^@f g\nword, two words = a\n- f: g\n~ f, g\n@h = i/j\n"}),
    *[("B511:2", {f"docs/{LIST}": f"one/: a\n{line}\n"}) for line in ("word", "one/:a", "one/ a", "one: a", "! one two/: a", "one/ two/: a", "!one/: a", "! one/ a", "!: a", "word =a", "word = ", "one/: ", "= a", "a = b = c", "two/: a two/: b", " # note", "@h i/j", "-", "* f", "two/: a @h", "- @h/b", "@h = i\n@h = j", "- @h/b\n@h = i")],
    ("B207", {"docs/assets/lake.png": "x" * 500_001}), ("", {"docs/about/.#space.md": "x", "docs/assets/a&b.png": "x"}), ("", {G: "*[closure]: The sense that it has ended.\n\n*[space]: Time apart.\n"}),
    *[("B511:2", {G: f"*[closure]: An end.\n{line}\n"}) for line in ("[space]: Time apart.", "*[space] Time apart.", "space: Time apart.", "*[space]:", "*[space]: Time apart", "*[space]: Time.\n\n*[space]: Room.")],
    *[(codes, {"docs/assets/x.svg": f"<svg>\n{text}</svg>"}) for codes, text in (("", '<style>@media print{}</style><a href="#one"/>'), ("B511:2", "<script>x()</script>"), ("B511:2", '<g onload="x()"/>'), ("B511:2", '<?xml-stylesheet href="https://example.org/x.css"?>'), ("B511:2", '<a href="javascript:x()"/>'))],
    # B302: the title, the opening, the safety line and the last line
    *cases("B302:1", S, "# Sources", "# "), *cases("", P, "# My plan", "# My plan {#top}"),
    *cases("B302:9", C, "# Give it space\n", "# Give it space\n\nWords first.\n"), *cases("B302:9", C, '!!! abstract "In short"\n\n    Space helps you both.\n    Ask for it once.\n\n', ""),
    *cases("B302", C, f"{HOW}\n", f'{HOW}\n\n!!! abstract "In short"\n\n    Again.\n'),
    *cases("B302", C, LINE, "", "Words.\n\n" + LINE, LINE.replace("Afraid", "Scared"), LINE.replace("../safety/index", "../index"), LINE.replace("{: .safety }\n", ""), LINE.replace(".safety }", ".urgent }")),
    *cases("B302", C, "**Next:** [My plan](../sheets/plan.md)\n", "", "**Next:** [My plan](../sheets/plan.md)\n\nWords.\n"), *cases("B302", C, "**Next:** [My", "Next: [My"), *cases("B701", C, "[My plan]", "[The plan]"),
    *cases("B701", P, "[Start](../index.md)", "[My plan](plan.md)"),
    # B306: words, sections, boxes, reading grade
    *cases("B306", X, WORDS, WORDS * 25), *cases("B306", X, WORDS * 10, ""), *cases("B302:9", C, "Ask for it once.", "Ask " + "again and " * 20 + "wait a day, two days, three days."),
    ("B306", {"docs/safety/tonight.md": head("reference", "tonight") + "# Tonight\n\n" + WORDS * 12, N: ("safety/help.md", "safety/help.md\n      - safety/tonight.md")}),
    ("B306:7", {C: CHAPTER.replace(HOW, "Now").replace("## How to keep it", "Now")}), *cases("B306:7", C, "## How to keep it", "## One\n\n## Two\n\n## Three\n\n## Four\n\n## Five"),
    *cases("B306", C, f"{HOW}\n", f"{HOW}\n" + f"\nWords.\n\n{TIP}" * 4), *cases("B306", P, ITEM, f"W\n\n{TIP}\nW\n\n{TIP}\n{ITEM}"),
    *cases("B306", X, WORDS * 11, ("Notwithstanding considerable psychological difficulties, individuals " * 20) + ".\n"), *cases("B306", X, WORDS * 8, "you can rest and then " * 26 + "rest.\n"),
    # B101: boxes
    *cases("B101:9", C, '!!! abstract "In short"', '!! abstract "In short"', '!!!abstract "In short"', '!!!! abstract "In short"', '??? abstract "In short"', "!!! abstract In short", '! abstract "In short"', "!!! abstract “In short”", ' !!! abstract "In short"', '!!! abstrct "In short"', '!!! abstract "In Short"', "!!! abstract"),
    *cases("B101", C, "!!! danger", "!!! note"), *cases("B101", C, f"{HOW}\n", f"{HOW}\n\n> [!TIP]\n> Write.\n"),
    *cases("B101", C, "    Space helps you both.\n    Ask for it once.\n", ""), *cases("B101", C, HELP, HELP.strip() + "\n", HELP[2:]), *cases("B101", C, "    Ask for it", "Ask for it"),
    *cases("", C, "    Space helps", "\n\n    Space helps"), *cases("", C, "    Ask for", "\n\n    Ask for"), *cases("", C, HELP, HELP + "\n    - One\n        - Two\n"), *cases("B302", C, f"{HOW}\n", f"{HOW}\n\n{TIP}\n{ASK}"),
    # B302: what boxes lead to, and what comes before words to send
    *cases("B302:17", C, HELP, "    Read [the plan](../sheets/plan.md).\n", "    Read `[Get help now](../safety/help.md)`.\n"), *cases("", C, HELP, "    Read [Signs](../safety/index.md#signs).\n"),
    *cases("B302:36 B505", C, "../about/sources.md#one-2005", "../about/sources.md", "../about/sources.md#"), *cases("", C, "[a study of 58 students](", "[a study\n    of 58]("),
    *cases("B302:16", P, ITEM, f"{EXAMPLE}\n{ITEM}"), *cases("B302", C, DANGER, f"{EXAMPLE}\nWords.\n\n{DANGER}"), *cases("", C, f"{HOW}\n", f"{HOW}\n\n{EXAMPLE}\n"), *cases("", C, DANGER, f"{DANGER}\n{EXAMPLE}"),
    # B508: lines
    *cases("B508", P, "- [ ] I", "- [x] I", "-[ ] I", "- [] I", "* [ ] I", "- [X] I"), *cases("", P, f"{ITEM} eaten", f"{ITEM} eaten\n- [Start](../index.md)\n    - [ ] So"), *cases("B508", C, "- [ ] Wait", "- [x] Wait"),
    *cases("B508", P, ROOM, "{: .write-3", "{.write-3}", "{: .write-9 }", "{: write-3 }"), *cases("", P, ROOM, "{: .urgent #x }", "{: .x width=300 height=\"200\" loading=lazy }"), *cases("B508", P, ROOM, "{: .x style=\"a\" }"), *cases("B508:20", P, f"More room\n{ROOM}", f"More room\n\n{ROOM}", f"\n## Room\n{ROOM}", f"| Room |\n|---|\n{ROOM}"[1:]), *cases("B508:19", P, ROOM, f"{ROOM}\nMore", f"{ROOM}\n{{: .x }}"),
    *cases("B508", *says("See {: .x }", "See{.x}", "[A](index.md) {: .x }", "\n\n## A{#b}\n\n", "\n\n## A {#b} c\n\n", "\n\n- A {: .x }\n- B\n\n")), *cases("", *says("**A**{.x}", "`{: .x }`", "See `{: .x }`.", "A {b} c", "\n\n- A\n{: .x }\n- B\n\n", "\n\n| A {: .x } |\n|---|\n\n", '\n\n<div markdown>\n\nA\n{: .x }\n</div>\n\n')),
    *cases("B508", *says("See the note[^1].", "Wait \u200bten minutes.", "Wait \x0cten minutes.", "Wait\u00ad.", "10\u202fkm", "10\u2009km", "Wait\u2028now.", "Wait\u202enow.", "Wait\ue000.", "Ten&thinsp;km", "Ten&#8239;km", "Ten&#x2009;km", "Wait&shy;.", "Wait &#8203;.", "Wait &#x202E;.", "Wait\u2066.", "Itâ€™s.", "A cafÃ©.", "TODO: more.", "Lorem Ipsum.", "[insert a number]", "[A](index.md){: target=_blank }", "[A](index.md){ onclick=x }", "<b style='x'>A</b>")), *cases("B508 B508", *says("See the note[^1].\n\n[^1]: A word.\n\n", "See the note[^1].\n\n[^1]: index.md\n\n")),
    *cases("", *says("A café, São Paulo, âge & a todo list; x = 3.", "[A](index.md){: .x width=3 }", "Ten &lt; 11 &amp; &euro;.")),
    *cases("B508:24", *says("\n--8<-- \"gone.md\"\n\n")), *cases("", *says("\n- [1] Smith, a source\n- [2] Jones, another\n\n")),
    # B302: the checklist
    *cases("B302", C, "## Checklist", "## List"), *cases("B302", C, "**Next:**", "## More\n\nWords.\n\n**Next:**"), *cases("B302", C, "- [ ] Wait a day\n", "", "- [ ] Wait a day\n" * 8),
    *cases("B302", C, "- [ ] Wait a day", "- [ ] Your day", "- [ ] Wait a day.", "- Wait a day"), *cases("B302:80", C, "- [ ] Wait a day", "- Wait a day"), *cases("B302:82", C, "- [ ] Wait a day", "- [ ] Wait a day\n\nWords."), *cases("B302:85", C, "- [ ] Wait a day\n", "- [ ] Wait a day\n" * 6), *cases("", C, "- [ ] Wait a day", "- [ ] **Wait** a day, or [two](../index.md)"),
    # B302, B503, B509: numbers and the day they were matched
    *cases("B302:9", H, "Matched to published pages on 2026-11-23.\n", "Words.\n"), *cases("B302:9", H, "2026-11-23.\n{:", "soon.\n{:"), *cases("B503:11", H, "2026-11-23.\n{:", "2026-02-30.\n{:", "2026-11-26.\n{:"), *cases("B302", H, "\nMatched", "\n[112](tel:112)\n\nMatched"),
    *cases("", H, "## Abroad", "## Web\n\n[A list](https://example.org/)\n\n## Abroad"), *cases("B302", H, "{: .matched }\n", "", "{: .safety }\n"),
    *cases("B302", H, "## Abroad\n", "## Abroad {#abroad}\n\nMatched to published pages on 2026-11-23.\n{: .matched }\n"), *cases("B302", H, "## Here\n", "- [Here](#here)\n\n## Here {#here}\n\n- Words.\n"), *cases("", H, "## Here\n", "- [Here](#here)\n\n## Here {#here}\n"),
    *cases("", H, "[911](tel:911)", "[text HOME to 741-741](sms:741741?body=HOME), [0808 2000 247](tel:+448082000247), [(0800) 12 34](tel:+49-800-1234) or [911](tel:911)"),
    *cases("B509:14", H, "[911](tel:911)", *(f"[911](tel:911), {text}" for text in ("[866-488-7386](tel:8664883786)", "[988](sms:998)", "[116 123](tel:+116124)", "[call](tel:911)", "[0808 2000 247](tel:+448082000274)"))),
    *cases("B509", *says("Call [988](tel:988).", "Call 988 at any hour.", "You can text HOME to 741 741.", "Dial 00 800 1234 5678.")), *cases("", *says("Call 911.", "Call 2 friends, or 20.", "Text them in 2026.")), *cases("B509:18", H, "Words.", "Or dial 912.\n"),
    *cases("B509:9", H, "## Here", "[912](tel:912) US\n\n## Here"), *cases("", H, "## Here", "[911](tel:911) US\n\n## Here"), *cases("B509", *says("[988](tel:998).", "Call [988](tel:998).")),
    # B508: what opens and is not closed
    *cases("B508:23", *says("This is **bold.", "This is ** bold**.", "See [the plan](index.md.", "See [the plan for it.", "See the plan](index.md).", "It is `code.", "Some *words.", "Some words*.", "A _word.", "A word_.", "__Bold.", "A ~~word~~.", "A ==word==.", "See [[Plan]].", "A {++word++}.", "A {--word--}.", "Use {{ name }}.", "Smile :smile: now.", "<span>x", "x</span>", "</div>")), *cases("B508", *says("\n\n</div>\n\n", '\n\n<div class="x">\n\n')),
    *cases("", *says(r"It is \[not a link](missing.md), and \`[x](index.md)\` is one.", r"5 \* 3 = 15", "5 * 3 = 15", "snake_case_name", "Name: ____, ____.", "C++ at 5:30: now", "a = b", "_a_ __b__ *c* **d**", "`_a ~~b~~ [[c]]`", "a **b *c* d** e", "Press <kbd>x</kbd><br> now", "See `some code [x](gone.md)\nand more` here.", "\n\n*[HTML]: Hyper Text\n\nHTML.", '\n\n<div class="x" markdown>\n- [A plan](index.md)\n\n</div>\n\n')),
    # B601: words never used
    *cases("B601", *says("How to win them back.", "Get them to write.", "Make them miss you.", "It may trigger you.", "Make your ex jealous.", "The no contact rule.", "It is guaranteed.", "A 30-day rule.", "They always call.", "An avoidant person.", "You need closure from them.", "Is he or she well?", "It is proof that it works.", "You — you.", "He is\na NARCISSIST.", "Words --- and more.", "Words---and more.", "Ten &mdash; twelve.", "Ten&#8212;twelve.")),
    *cases("B601:2", C, "A plain", "A toxic"), *cases("", *says("If you are the one who asks, wait.", "They never wrote.", "Work does not always end.", "Make a plan.", "[Toxicology](https://example.org/toxic) is a word.", "Get them a card.", "`toxic`")),
    # B701: links to files; Python-Markdown makes links that other parsers do not
    *cases("B701", *says(*(f"See [the other page]({target})." for target in ("gone.md", "Space.md", "../part/", "../../README.md", "spcae.md", "../part/space", "space.md.md", 'gone.md "a "quoted" title"', "my missing.md", "missing(a(4)).md")))),
    *cases("B701:24", *says("Wait.\nSee [it](gone.md).")), *cases("B701", *says('See <a href="gone.md">this page</a>.', "![A lake](lake.png)", "See [the other page][ref].\n\n[ref]: gone.md\n\n", "See [a [b [c]] d](missing.md).", "See [words][r].\n\n[r]:missing.md\n\n", "See [words][s].\n\n[s]:\n    missing.md\n\n")),
    *cases("", *says("See [the other page](index.md#x), [it](<index.md> \"T\") and [part](#how-to-ask), ![A river](../assets/river.png).")),
    # B702: the form of links; what is loaded
    *cases("B702", *says(*(f"See [the other page]({target})." for target in ("", "/part/", "http://example.org/", "https:/example.org", "https://[x/", "tel:abc", "mailto:me", "file:///c/x", "http://localhost:8000/", "..\\index.md", "htps://example.org/", "C:/x.md", "//example/x", "ftp://example.org/x", "javascript:alert(1)", "data:text/html,x", "whatsapp://send", "//example.org/x", "JavaScript:alert(1)")))),
    *cases("B702", *says(*(f"See [{text}]({target})." for text, target in (("samaritans.org", "https://samaritan.org/"), ("www.a.org/x", "https://b.org/x"), ("https://a.org", "https://a.org:1@b.org/"), ("a@b.org", "mailto:a@c.org"), ("a@b.org", "https://b.org/"), ("the site", "https://bücher.example/"), ("a.org", "https://\u0430.org/"), ("a.org", "https://%D0%B0.org/"))))),
    *cases("", *says(*(f"See [{text}]({target})." for text, target in (("Samaritans.org", "https://www.samaritans.org/how-we-help"), ("www.a.org/x", "https://a.org/y"), ("A@b.org", "mailto:a@b.org?subject=x"), ("the site, a.org.", "https://b.org/"), ("space.md", "space.md"), ("x.com/@a.b", "https://x.com/@a.b"), ("guide.pdf", "https://b.org/guide.pdf"), ("3.5", "https://b.org/"))))),
    *cases("B702", *says('See <a href="http://example.org/">this page</a>.', "Go to <ftp://example.org/>.")),
    *cases("", *says(*(f"See [the other page]({target})." for target in ("https://example.org/a_(b)", "mailto:a@b.org?subject=x")), "Go to <https://example.org/>.", '<img alt="" src="../assets/river.png">')),
    *cases("B702", *says("![A lake](https://example.org/lake.png)", '<script src="//example.org/x.js"></script>', '<img alt="" src="https://example.org/x.png">', '<embed src="https://example.org/">', "[![A lake](https://example.org/lake.png)](index.md)", "![A river][r] flows.\n\n[r]: https://example.org/river.png\n\n", '<iframe src="https://example.org/"></iframe>', '<form action="https://example.org/"></form>', '<img alt="" srcset="https://example.org/x.png 2x" src="../assets/river.png">')),
    *cases("B508 B702", *says('<p style="background: url(https://example.org/x.png)">x</p>')),
]  # fmt: skip

ONE, TWO = "one/index.html", "two/index.html"


def has(body):
    return {ONE: ("<p id", f"{body}<p id")}


def bodies(expected, *texts):
    return [(expected, has(text)) for text in texts]


def links_to(*addresses):
    return [f'<a href="{address}">x</a>' for address in addresses]


LINKS = [
    ("", {}),
    # L101: the form of an address
    *bodies("L101", *links_to("https://[x/", "https:/example.org", "https://", "htps://example.org", "mialto:a@b.org", "https://example..org/", "https://exa mple.org/", "https://host/", "tel:", "tel:help", "mailto:x", "mailto:", "sms:x", "..\\two\\", "http://localhost:8000/", "https://127.0.0.1/", "file:///etc/x", "C:\\x", "../downloads/my guide.pdf", "https://example.org:port/", "https://example.org:99999/", "javascript:void(0)", " VBScript:x", "java&#10;script:x", "data:text/html,x")),
    *bodies("", *links_to("", "tel:+44 113 496 0000", "tel:116123", "mailto:a@b.org,c@d.org?subject=a b", "mailto:?subject=x", "sms:?body=x", "sms:741741?body=HELLO", "data:text/plain,a b", " ../two/ ", "matrix:r/x:y", "ssh://a.org/x", "https://example.org:8080/", "https://[::2]/", "https://bücher.example/?q=a\\b", "HTTPS://EXAMPLE.ORG/")),
    *bodies("L101", '<img alt="" src="">'),
    # L101, L103: http:, and what is outside the site
    *bodies("L101", '<a href="http://example.org/">x</a>', '<img alt="" src="http://example.org/x.png">'), *bodies("", '<link rel="canonical" href="http://example.org/">'),
    *bodies("L103", *links_to("/two/", "../../two/")), *bodies("", *links_to("/repo/two/", "https://u.github.io/other/", "//u.github.io/repo/two/")),
    # L105: what is not there, as GitHub Pages serves it; case and the form of accents matter
    *bodies("L105", *links_to("../Two/", "../downloads/Guide.pdf", "../gone/", "two/", "https://u.github.io/repo/gone/", "../downloads/gone.pdf", "../old/", "../assets/", "www.example.org", "../one/index.htm")),
    ("L105", {**has('<a href="../cafe\u0301.html">x</a>'), "café.html": "<p>", "index.html": ("Hello", '<a href="café">x</a>')}),
    ("", {**has('<a href="../caf%C3%A9.html">x</a>'), "café.html": "<p>"}), ("", {**has('<a href="../50%25%20off.html#100%">x</a>'), "50% off.html": '<p id="100%">'}),
    *bodies("", *links_to("../old", "../one/index.html", "../downloads/guide.pdf#page=2", ".", "..", "?", "#:~:text=One")),
    ("", {TWO: ("<h2", '<a href="?page=2">x</a><a href="../one">y</a><h2')}), ("L105", {**has('<a href="../gone/">x</a>'), TWO: ("<h2", '<a href="../gone/">x</a><h2')}),
    ("L105", {"downloads/guide.pdf": None, **has('<a href="../downloads/guide.pdf">x</a>')}), ("L105", {"index.html": ("Hello", '<a href="A.HTML">x</a>'), "A.HTML": '<a href="gone">x</a>'}),
    # L105: all that browsers ask for
    *bodies("L105", '<area alt="x" href="gone">', '<form action="gone"></form>', '<button formaction="gone">x</button>', '<img alt="" src="gone.png">', '<img alt="" srcset="../assets/i.png 1x, gone.png 2x">', '<picture><source srcset="gone.png"></picture>', '<video poster="gone.png"></video>', '<audio src="gone.ogg"></audio>', '<track src="gone.vtt">',
        '<object data="gone.pdf"></object>', '<embed src="gone.pdf">', '<iframe src="gone"></iframe>', '<script src="gone.js"></script>', '<input type="image" alt="x" src="gone.png">', '<noscript><img alt="" src="gone.png"></noscript>', '<blockquote cite="gone">x</blockquote>', '<a href="../two/" ping="gone">x</a>', '<meta http-equiv="refresh" content="0 url=gone">',
        '<svg><use href="gone.svg#x"></use></svg>', '<svg><use xlink:href="gone.svg#x"></use></svg>', '<svg><image href="gone.png"></image></svg>', '<svg><rect fill="url(gone.svg#g)"/></svg>', '<svg><rect filter="url(gone.svg#g)"/></svg>', '<svg><filter><feImage href="gone.png"/></filter></svg>',
        '<p style="background: url(gone.png)">', "<style>p { background: url(gone.png) }</style>", '<style>@import "gone.css";</style>', '<style>@import"gone.css"</style>', "<style>@import'gone.css' print;</style>", '<style>@import url( "gone.css" ) layer(a);</style>', '<style>@import url(gone.css)layer(a)</style>', '<style>p { background: image-set("gone.png" 1x) }</style>', """<p style="background: image-set('../assets/i.png' 1x, 'gone.png' 2x)">""", """<style>p{background:-webkit-image-set(url(../assets/i.png)1x,"gone.png"type("image/png"))}</style>""", '<p style="background: url(gone.png">', '<svg><rect cursor="url(gone.svg)"/></svg>', '<svg><style><![CDATA[@import"gone.css"]]></style></svg>', '<img alt="" srcset="../assets/i.png (b,c),gone.png 2x">', '<div><template shadowrootmode="open"><a href="gone">x</a></template></div>', '<iframe srcdoc="&lt;a href=&quot;gone&quot;&gt;x&lt;/a&gt;"></iframe>',
        '<link rel="preload" imagesrcset="gone.png 2x" href="../assets/i.png">', '<link rel="manifest" href="gone.json">', '<link rel="alternate" href="https://u.github.io/repo/gone/">', '<link rel="apple-touch-icon-precomposed" href="gone.png">', '<link rel="apple-touch-startup-image" href="gone.png">', '<link rel="prerender" href="gone">',
        '<meta property="og:image" content="https://u.github.io/repo/gone.png">', '<meta property="og:url" content="https://u.github.io/repo/gone/">', '<meta name="twitter:image" content="https://u.github.io/repo/gone.png">'),
    *bodies("", '<img alt="" srcset="data:image/png;base64,AA== 1x, ../assets/i.png?a,b 2x">', '<template><img src="gone.png"></template>', "<!-- <a href=gone>x</a> -->", "<script>'<a href=gone>x</a>'</script>", '<p style="fill: url(#main)">', '<base target="_blank">', '<link rel="x">', '<form action=""></form>', '<img alt="" src="../assets/set.svg#only-light">',
        '<p style="color: red" title="url(gone)">Write url(gone.png) here</p>', '<svg><use href="../assets/set.svg#tick"></use></svg>', "<style>/* url(gone) */ @namespace url(gone);</style>", '<meta http-equiv="refresh" content=";url=gone">', '<a href="../assets/set.svg#svgView(viewBox(0,0,1,1))">x</a>', '<a href="../assets/set.svg#xywh=0,0,1,1">x</a>'),
    *cases("L105", ONE, "repo/one/", "repo/uno/"), *cases("L105", "assets/a.css", "i.png", "gone.png"), *cases("L105", "assets/a.css", "b.css", "gone.css"), *cases("L105", "site.webmanifest", "assets/i.png", "assets/gone.png"), *cases("L105", "old.html", "url=one/", "url=gone/"), *cases("L105", "assets/set.svg", "<symbol", '<image href="gone.png"/><symbol'),
    *[("L105", {path: text}) for path, text in (("sitemap.xml", "<loc>https://u.github.io/repo/gone/</loc>"), ("sitemap.xml", "<loc><![CDATA[https://u.github.io/repo/gone/]]></loc>"), ("sitemap.xml", '<xhtml:link rel="alternate" hreflang="de" href="https://u.github.io/repo/gone/"/>'), ("sitemap-0.xml", "<loc>https://u.github.io/repo/gone/</loc>"), ("robots.txt", "User-agent: *\nSitemap: https://u.github.io/repo/gone.xml\n"))],
    ("L105", {ONE: '<frameset><frame src="../three.html"><frame src="gone.html"></frameset>', "three.html": "<p>"}), ("L105", {**has('<link rel="manifest" href="../app.json">'), "app.json": '{"icons": [{"src": "gone.png"}]}'}), ("", {".vite/manifest.json": '{"src/main.js": {"src": "src/main.js"}}'}),
    ("", {TWO: ("<h2", """<meta http-equiv="refresh" content="0;url=it's.html"><h2"""), "two/it's.html": "<p>"}),
    # L105 on 404.html, which answers at every depth
    *cases("L105", "404.html", "/repo/assets/a.css", "assets/a.css"), ("L301", {"404.html": '<a href="#gone">x</a>'}), ("", {"1.0/404.html": '<a href="/repo/">x</a>'}), ("", {"404.html": '<base href="/repo/"><a href="one/">Home</a>'}), ("", {"404.html": '<a href="/repo/">Home</a><a href="#">Top</a><a href="#x" id="x">x</a><a href="">x</a><a href="https://example.org/">y</a>'}),
    # <base>: where relative addresses start
    *[(codes, {ONE: text}) for codes, text in (("L301", '<base href="../two/"><p id="here"></p><a href="#here">x</a>'), ("", '<base href="https://example.org/"><a href="gone">x</a>'), ("L106", '<base href="https://example.org/"><script src="x.js"></script>'), ("L101 L105", '<base href="//["><a href="gone">x</a>'), ("", '<base href="/repo/"><a href="two/#deep">x</a>'))], *bodies("L105", '<base href="../two/"><a href="gone">x</a>'),
    ("L103", {"index.html": '<base href="/"><script src="assets/i.png"></script><a href="one/">x</a><a href="two/">x</a><link rel="canonical" href="https://u.github.io/repo/">'}),
    # L106: another host
    *bodies("L106", '<img alt="" src="https://example.org/x.png">', '<script src="//example.org/x.js"></script>', '<link rel="stylesheet" href="https://example.org/x.css">', '<link rel="preconnect" href="https://example.org">', '<link rel="dns-prefetch" href="//example.org">', '<iframe src="https://example.org/"></iframe>', '<form action="https://example.org/"></form>', '<p style="background: url(https://example.org/x.png)">',
        '<img alt="" srcset="https://example.org/x.png 2x">', '<a href="../two/" ping="https://example.org/">x</a>', '<video src="https://example.org/x.mp4"></video>', '<svg><image href="https://example.org/x.png"></image></svg>'), *cases("L106", "assets/a.css", "i.png", "https://example.org/i.png"), *cases("L106", "assets/a.css", '@import "b.css"', '@import"https://example.org/x.css"', "@import'//example.org/x.css'", 'p{background:image-set("https://example.org/x.png"1x)}'),
    ("L106", {"assets/set.svg": '<svg><style>@import"https://example.org/x.css"</style><symbol id="tick"/></svg>'}),
    *bodies("", '<a href="https://example.org/">x</a><link rel="license" href="https://example.org/"><meta property="og:image" content="https://example.org/x.png"><img alt="" src="https://u.github.io/repo/assets/i.png">'),
    # L201, L202: ids, and links without text
    *bodies("L201", '<p id="main">', '<p id="x"><svg><g id="x"></g></svg>'), *bodies("", '<p id="Main"><template><p id="main"></template><p id="">'),
    *bodies("L202", *(f'<a href="../two/"{text}</a>' for text in (">", "> ", '><img src="../assets/i.png" alt="">', ' title="">', "><svg></svg>", "><!-- x -->"))), *bodies("L202", '<div id="x"><a href="#main"></a></div>'),
    *bodies("", *(f'<a href="../two/"{text}</a>' for text in (">x", '><img src="../assets/i.png" alt="Two">', ' aria-label="Two">', "><svg><title>Two</title></svg>", ' aria-hidden="true" tabindex="-1">')), '<a id="line-1" href="#line-1"></a><a name="old"></a><a href="#old">x</a>', '<section id="x"><a class="headerlink" href="#x"></a></section>'),
    # L301: anchors
    *bodies("L301", *links_to("#gone", "../two/#depe"), '<svg><use href="../assets/set.svg#cross"></use></svg>', '<img alt="" src="../assets/i.png" usemap="#gone">', '<template><p id="hid"></template><a href="#hid">x</a>', '<!-- <p id="hid"> --><a href="#hid">x</a>'), *cases("L301", TWO, 'id="deep"', ""),
    *bodies("", '<a href="#">x</a><a href="#top">y</a><a href="#TOP">z</a>', '<a href="#a%20b">x</a>', '<map name="m"></map><img alt="" src="../assets/i.png" usemap="#m">', '<a href="../one/#main">x</a>'),
    # L302: pages that nothing leads to; what people type
    ("L302", {"three.html": "<p>"}), ("L302", {"caf\udce9.html": "<p>"}), ("L302", {"three.html": '<a href="three.html">x</a>'}), ("", {"three.html": '<meta name="robots" content="noindex">'}), ("", {"three.html": "<p>", "index.html": ("Hello", '<a href="three">x</a>')}), ("", {"google1234567890abcdef.html": "google-site-verification: google1234567890abcdef.html"}),
    ("L302", {LIST: ": home\none/: a\n"}), ("", {LIST: "# page/: x\n: home\none/: a, b\ntwo/: c\ntwo/#deep: d\n! one/ two/#deep: e\nword = a: b\n- f: g\n"}),
    *[(f"{code}:4", {LIST: f": home\none/: a\ntwo/: b\n{line}\n"}) for code, line in (("L105", "three/: c"), ("L301", "two/#deeper: c"), ("L105", "! one/ three/: c"))],
]  # fmt: skip


CASES = [(of_book, BOOK, *case) for case in STRUCTURE] + [(links.links, SITE, *case) for case in LINKS]
NAMES = [re.sub(r"\W+", "-", f"{codes or 'fine'} {[*changes.values()]}")[:70] for codes, changes in STRUCTURE + LINKS]


@pytest.mark.parametrize(("command", "files", "expected", "changes"), CASES, ids=NAMES)
def test_each_case_has_its_problems(command, files, expected, changes, tmp_path):
    problems = found(command, lay_out(tmp_path, files, changes))
    told = "\n".join(map(str, problems))
    assert sorted(problem.code for problem in problems) == sorted(code[:4] for code in expected.split()), told
    assert {code for code in expected.split() if ":" in code} <= {f"{one.code}:{one.line}" for one in problems}, told
    assert all(problem.line > 0 and problem.column > 0 for problem in problems), told


def test_a_page_can_be_excepted(tmp_path, monkeypatch):
    monkeypatch.setitem(style.excepted, 'the box "Not safe?" must come before words to send', {"sheets/plan.md": "why"})
    assert found(of_book, lay_out(tmp_path, BOOK, {P: ("- [ ] I have", f"{EXAMPLE}\n- [ ] I have")})) == []


@pytest.mark.parametrize(("changes", "hint"), [
    *[({C: (FIRST, f"See [it]({address}). {FIRST}")}, f"did you mean {hint!r}?") for address, hint in (("spcae.md", "space.md"), ("../sheets/plam.md", "../sheets/plan.md"), ("plan.md", "../sheets/plan.md"), ("Space.md", "space.md"), ("../sheets", "../sheets/index.md"))],
    *[({LIST: f": home\none/: a\ntwo/: b\n{place}: c\n"}, f"did you mean {hint!r}?") for place, hint in (("twoo/", "two/"), ("two/#depe", "deep"))],
    (has('<a href="../TWO/">x</a>'), "did you mean 'two/'?"), ({C: ("!!! danger", "!! danger")}, "did you mean '!!! danger \"Not safe?\"'?"), ({N: ("      - part/space", "        - part/space")}, "indent each page as the one above it"),
])  # fmt: skip
def test_a_hint_can_be_pasted(tmp_path, changes, hint):
    command, files = (of_book, BOOK) if {C, N} & {*changes} else (links.links, SITE)
    problems = found(command, lay_out(tmp_path, files, changes))
    assert [problem.message.endswith(f"; {hint}") for problem in problems].count(True) == 1


def test_linked_folders_are_served_and_links_to_nothing_are_named(tmp_path):
    """As mike lays out its versions; a link that leads round in a circle must end."""
    home = '<meta http-equiv="refresh" content="0; url=latest/">'
    text = '<link rel=canonical href="https://x.org/r/1.0/"><a href="../">x</a><a href="/r/1.0/">x</a><a href=gone>x'
    lay_out(tmp_path, {"index.html": home, "1.0/index.html": text, "latest": Path("1.0"), "1.0/round": Path("..")}, {})
    assert [(problem.path, problem.code) for problem in found(links.links, tmp_path)] == [("1.0/index.html", "L105")]
    lay_out(tmp_path, {"a.html": Path("nowhere.html"), "x.png": Path("nowhere.png")}, {})
    codes = {problem.code: (problem.path, problem.message[-23:]) for problem in found(links.links, tmp_path)}
    assert codes.keys() == {"L105", "L303"}
    assert codes["L303"] == ("a.html", "; also on 1 more: x.png")


def test_one_fault_is_one_problem_that_names_each_page_once(tmp_path):
    pages = {f"p{n}.html": f'<a href="p{n + 1}.html">x</a><a href="gone">x</a><a href="p0.html#x">x</a>' for n in range(45)}  # fmt: skip
    lay_out(tmp_path, {**SITE, **pages}, {"index.html": ("Hello", '<a href="p0.html">x</a>')})
    problems = found(links.links, tmp_path)
    assert [problem.code for problem in problems] == ["L105", "L301", "L105"]
    assert problems[0].message.endswith("also on 44 more: p1.html, p10.html, p11.html, …")


@pytest.mark.parametrize(("stated", "sitemap", "base", "codes"), [
    ("https://u.github.io/repo", "", "", "L105"), ("", "<loc>https://u.github.io/repo/one</loc>", "", "L105"), ("", "", "https://u.github.io/repo", "L105"),
    ("", "", "/repo/", ""), ("", "", "/", "L105 L105"), ("", "", "/other/", "L103 L103"), ("https://u.github.io", "", "", "L105 L105 L105"),
])  # fmt: skip
def test_base_is_given_or_stated_by_the_home_page_or_the_sitemap(tmp_path, stated, sitemap, base, codes):
    """A canonical address need not end with a slash; without a host, an address of the site is that of another."""
    home = f'<link rel="canonical" href="{stated}">' * bool(stated) + '<a href="https://u.github.io/repo/gone">x</a>'
    files = {"index.html": f'{home}<a href="/repo/one">x</a>', "one.html": '<a href="/repo/">x</a>'}
    problems, _ = links.links(lay_out(tmp_path, files, {"sitemap.xml": sitemap}), base)
    assert [problem.code for problem in problems if problem.code != "L302"] == codes.split()


def call(capsys, *arguments):
    code = validate.main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


def test_formats_and_statuses(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(lay_out(tmp_path, BOOK, {C: ("kind: chapter", "kind: a%chapter")}))
    text, github, answer = (call(capsys, "structure", "--format", name) for name in ("text", "github", "json"))
    assert text[0] == github[0] == answer[0] == 1
    fault = r"docs/part/space\.md:3:7: B103 the head must have kind, one of .*: 'a%chapter'; did you mean 'chapter'\?"
    assert re.fullmatch(rf"{fault}\nstructure: 1 problem in 9 pages\n", text[1])
    assert re.match(r"::error file=docs/part/space\.md,line=3,col=7,title=B103::the head .*'a%25chapter'", github[1])
    answer = json.loads(answer[1])
    assert (answer["pages"], answer["problems"][0]["code"], answer["problems"][0]["line"]) == (9, "B103", 3)
    lay_out(tmp_path, BOOK, {})
    lay_out(tmp_path / "site", SITE, {})
    assert call(capsys)[1].startswith("structure and links: no problems in 14 pages")
    assert call(capsys)[0] == call(capsys, "links", "--base", "/repo/", "site")[0] == call(capsys, "structure")[0] == 0


@pytest.mark.parametrize(("command", "files", "hint"), [
    *[("structure", {"docs/index.md": "x", **files}, "") for files in ({}, {N: "nav: ["}, {N: b"\xff"}, {N: "- 1"}, {N: "nav: []\nnav: []"})],
    *[("structure", BOOK | {N: BOOK[N].replace("      - part/space", f"{indent}- x")}, "; indent a line as those beside it, without tabs") for indent in ("     ", "\t")],
    ("structure", {}, ""), ("structure", {"docs/x.txt": "x"}, ""), ("links", {}, ""), ("links", {"x.txt": "x"}, ""),
])  # fmt: skip
def test_what_cannot_be_read_is_2(tmp_path, capsys, command, files, hint):
    code, _, err = call(capsys, command, lay_out(tmp_path, files, {}))
    assert code == call(capsys, command, tmp_path / "gone")[0] == 2
    assert re.fullmatch(f"validate.py: cannot run: .+{re.escape(hint)}.*\n", err)


@pytest.mark.parametrize(("old", "new", "why"), [
    ("boxes:\n  abs", "boxs:\n  abs", "'boxs' is not known; delete it; did you mean 'boxes'?"), ("sources: about", "# about", "sources is missing"), ("sources: about", "sources: '' # about", "sources must be text, in quotes, not ''"), ("boxes: [1", "boxs: [1", "'boxs' is not known; delete it; did you mean 'boxes'?"), ("file_size:", "page_size: 1\nfile_size:", "'page_size' is there twice"), ("sources: about", "sources: # about", "sources must be text, in quotes, not None"),
    ("[60, 300]", "[60, 300", ":2"), ("  chapter, worksheet:", "  chapter, workshet:", "'workshet' is no form or kind of page; did you mean 'worksheet'?"), ("[60, 300]", "[60]", "kinds: overview: words must be a range, [least, most], not [60]"), ("[60, 300]", "60", "not 60"), ("listed: true", "listed: maybe", "any: listed must be true or false, not 'maybe'"), ("page_size: 2", "page_size: about 2", "page_size must be a whole number"), ("file_size: 5", "file_size: true #", "file_size must be a whole number"),
    ("dated:\n  the", "dated: 5 #", "dated must be lines, `name: value`, not 5"), ("must come before words to send:\n    you", "must come before words:\n    you", "is no form or kind of page"), ("  tip: Try this", "  tip: [Try, this]", "boxes: tip must be text"), ("  tip: Try this", "  1: Try this", "boxes: 1 is not known"), ("closure from WHOM", "[", "understanding an ending does not depend on the other person must be regular expressions, one a line, not"),
    ("    avoidant", "    avoid(ant", "missing )"), ("pattern: '\\d", "pattern: '(\\d", "fields: reviewed: pattern must be a regular expression"), ("WHOM: 'your", "WHOM: '(your", "names: WHOM must be"), (AGREED, "", "it must hold settings"), (AGREED, "- 1", "it must hold settings"),
])  # fmt: skip
def test_what_is_agreed_on_must_be_readable(tmp_path, old, new, why):
    copy_sources(tmp_path, "scripts")
    lay_out(tmp_path, {**BOOK, (data := "scripts/validator/style.yml"): AGREED}, {data: (old, new)})
    status, output = run(tmp_path, sys.executable, "scripts/validate.py", "structure")
    assert (status, output.count("\n")) == (2, 1)
    assert output.startswith(f"validate.py: cannot run: {data}:")
    assert why in output


markdown = st.lists(st.sampled_from([*"#!-[]()<>`{}:*|&\\\n\n\n \t\"'.é", "---\n", "kind: ", "!!! ", "    ", "- [ ] ", "](", "```\n", "<!--", "-->", "<a href=", "[a](b.md)", "{: #x }", "## Checklist\n", "**Next:** ", "word "]) | st.text(max_size=4)).map("".join)  # fmt: skip
markup = st.lists(st.sampled_from([*"<>/='\"#?&;:%\\ \n", "<a href=", "<base href=", "<img srcset=", "<svg><use href=", "<template>", "<meta http-equiv=refresh content=", "id=x ", "https://", "//[", "../", "url(", "<style>", "mailto:", "%ff", "#:~:", "</a>", "@import '", "xn--", ":99999"]) | st.text(max_size=4)).map("".join)  # fmt: skip
yaml_text = st.lists(st.sampled_from(["nav:", "\n", "  ", "- ", "&a ", "*a", "[", "]", "{", "}", "a: ", "index.md", "!ENV ", "? ", "|", "'", "<<: ", "2026-02-30", "\t"]) | st.text(max_size=3)).map("".join)  # fmt: skip
# A file, and what is in front of the text.
ANY = [(C, head("chapter", "space")), (C, ""), (C, "---\n"), (N, "nav:\n"), *((path, "") for path in (ONE, "assets/a.css", "site.webmanifest"))]  # fmt: skip


@pytest.mark.parametrize(("path", "before"), ANY)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=markdown | markup | yaml_text | st.text() | st.binary(), base=st.sampled_from(["", "/repo/", "https://x.org/", "%", "//["]))  # fmt: skip
def test_anything_ends_with_0_1_or_2_and_no_traceback(tmp_path, capsys, path, before, text, base):
    command, files = ("structure", BOOK) if path in BOOK else ("links", SITE)
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    lay_out(tmp_path, files, {path: before.encode() + data})
    assert call(capsys, command, tmp_path, "--base", base)[0] in (0, 1, 2)


@pytest.mark.parametrize("text", ["[" * 50_000, "`" * 50_001, "<!--" * 20_000, "![" * 20_000, "!!! tip\n" * 2_000, "- [ ] a\n" * 10_000, "*" * 50_000, "a" * 100_000, "<a href=" * 10_000, "# a\n" * 5_000, "[a](" * 20_000])  # fmt: skip
def test_long_pages_end(tmp_path, capsys, text):
    start = time.process_time()
    lay_out(tmp_path, BOOK, {C: head("chapter", "space") + text})
    assert call(capsys, "structure", tmp_path)[0] == 1
    assert time.process_time() - start < 10


def test_our_pages_are_read_as_they_are_built():
    """Their headings, boxes, items and cells, and the links that readers see."""
    for path in sorted((ROOT / "docs").rglob("*.md")):
        source = path.relative_to(ROOT / "docs").as_posix()
        page = book.Page(source, path.read_bytes())
        built = copy.deepcopy(PAGES[url_of(source)].select_one("article"))
        built.remove("[data-screen], [data-download], .admonition-title, .headerlink, .minutes, nav")
        assert len(page.boxes) == len(built.select(".admonition")), source
        cells = [block for block in page.blocks if block.tag in ("th", "td")]
        links = [link for link in page.links if link.tag == "a"]
        for selector, parts in (("h1, h2, h3, h4", page.headings), ("th, td", cells), ("a[href]", links)):
            # Words alone: typeset quotation marks, tick boxes and the sign of a heading's own link aside.
            here, there = ([(part.tag, re.sub(r"[^\w\s]|\[.\]", "", part.text).split()) for part in one]
                           for one in (parts, built.select(selector)))  # fmt: skip
            assert here == there, source


def test_linters_report_what_our_own_rules_leave_to_them(tmp_path):
    copy_sources(tmp_path, "pyproject.toml")
    faults = "# T", "### Deep", "**How to go on**", "![](t.png)", "[A plan](#x)", "[Click here](t.md)", "You recieve."  # fmt: skip
    (tmp_path / "t.md").write_text("\n\n".join(faults))
    tools = Path(sys.executable).parent
    found = json.loads(run(tmp_path, tools / "rumdl", "check", "--output-format", "json", ".")[1])
    assert {"MD001", "MD036", "MD045", "MD051", "MD059"} <= {one["rule"] for one in found}
    assert json.loads(run(tmp_path, tools / "typos", "--format", "json")[1])["corrections"] == ["receive"]


def test_the_templates_break_no_rule_but_that_of_length(tmp_path, monkeypatch):
    monkeypatch.undo()  # here the pages are ours, and some are excepted
    copy_sources(tmp_path, "docs")
    settings, folder = (ROOT / "mkdocs.yml").read_text("utf-8"), tmp_path / "docs/friends"
    # The chapter goes before the last page of its part, and a page that has moved forwards to that.
    last = re.findall(r"friends/(.+)\.md", settings.partition("not_in_nav")[0])[-1]
    title = re.search(r"^# (.+)", (folder / f"{last}.md").read_text("utf-8"), re.M)[1]
    chapter, forward = re.findall(r"^```markdown\n(---\n.*?)^```$", CONTRIBUTING, re.M | re.S)
    pages = {
        "a-page.md": chapter.replace("The title of the next page", title).replace("next-page", last),
        "old-title.md": forward,
        "index.md": (folder / "index.md").read_text("utf-8") + "\n[Another](a-page.md)\n",
        "../../mkdocs.yml": re.sub(rf"( +- friends/){last}\.md\n", r"\1a-page.md\n\g<0>", settings, count=1).replace(
            "not_in_nav: |", "not_in_nav: |\n  /friends/old-title.md"
        ),
    }
    problems = found(structure.structure, lay_out(folder, pages, {}).parents[1])
    assert [(problem.path, problem.code) for problem in problems] == [("docs/friends/a-page.md", "B306")]


def test_every_rule_has_a_case_that_breaks_it_and_what_authors_look_up_is_there():
    broken = {code.partition(":")[0] for codes, _ in STRUCTURE + LINKS for code in codes.split()}
    assert broken | {"L303"} == structure.RULES.keys() | links.RULES.keys()  # L303 has a test of its own
    table = run(ROOT, sys.executable, "scripts/validate.py", "--list-rules")
    assert table == (0, (ROOT / ".github/RULES.md").read_text("utf-8")), "run `make rules`"
    assert run(ROOT, "sh", "-c", f"{sys.executable} scripts/validate.py --list-rules | true") == (0, "")
    assert [title for kind, title in style.boxes.items() if f'| `!!! {kind} "{title}"` |' not in CONTRIBUTING] == []
    assert [field for field in style.fields if f"\n- `{field}` " not in CONTRIBUTING] == []
