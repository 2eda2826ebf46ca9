"""Our own book, broken in fifty ways that an author can break it; each is told by its owner, in exactly that file."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))
import validate  # noqa: E402

SPACE, HELP, SOURCES, SHEET = "together/space.md", "safety/help.md", "about/sources.md", "worksheets/readiness.md"


def says(text):
    """A chapter says the text before its checklist."""
    return SPACE, r"\n## Checklist\n", f"\n{text}\n\n## Checklist\n"


# fault, the code of its owner (B: validate.py, MD: rumdl), page, pattern, replacement
FAULTS = [
    ("no head", "B102", SPACE, r"\A---\n", ""),
    ("a head that is no YAML", "B102", SPACE, r"description: ", "description: Note: "),
    ("a misspelt field", "B103", SPACE, r"reviewed", "reveiwed"),
    ("a description too short", "B104", SPACE, r"description: .*", "description: About space."),
    ("an unknown kind", "B105", SPACE, r"kind: .*", "kind: page"),
    ("a day that is none", "B106", SPACE, r"reviewed: .*", "reviewed: 2026-02-30"),
    ("a page that nav leaves out", "B201", "../mkdocs.yml", rf" +- {SPACE}\n", ""),
    ("a part that its index does not open", "B202", "../mkdocs.yml", r"( +- you/index.md\n)(.*\n)", r"\2\1"),
    ("a page named in capitals", "B203", "about/Words.md", r"\Z", "---\nkind: reference\n---\n"),
    ("a title that another page has", "B205", "safety/privacy.md", r"\n# .*", "\n# Sources"),
    ("no title", "B301", SPACE, r"\n# .*\n", ""),
    ("an opening of one sentence", "B302", SPACE, r'(?s)("In short"\n\n).*?\n\n', r"\1    Wait.\n\n"),
    ("no checklist", "B303", SPACE, r"## Checklist", "## List"),
    ("a wrong title after Next", "B304", SPACE, r"Next:\*\* \[", "Next:** [So "),
    ("an overview that skips a page", "B305", "friends/index.md", r"- \[.*\]\(why\.md\).*\n", ""),
    ("a chapter too long", "B306", *says("You can walk by the river.\n" * 200)),
    ("sentences too hard", "B307", *says("Notwithstanding considerable psychological difficulties " * 60)),
    ("a heading without words", "B308", *says("##")),
    ("a box opened by !!", "B401", SPACE, r"!!! abstract", "!! abstract"),
    ("a misspelt box", "B402", SPACE, r"!!! warning", "!!! waring"),
    ("a box not indented", "B403", SPACE, r'("Take care"\n\n) +', r"\1"),
    ("boxes in a row", "B404", *says('!!! tip "Try this"\n\n    Rest.\n\n!!! tip "Try this"\n\n    Walk.')),
    ("no way to safety", "B405", SPACE, r'(?s)("Not safe\?"\n\n).*?\n\n', r"\1    Take care.\n\n"),
    ("research without a source", "B406", *says('!!! info "What research says"\n\n    Studies say so.')),
    ("an item that is ticked", "B501", SPACE, r"- \[ \]", "- [x]"),
    ("an item without a verb", "B502", SPACE, r"- \[ \] \w+", "- [ ] Your"),
    ("a helpline without its date", "B503", HELP, r" Checked [\d-]+\.\n", "\n"),
    ("a source that is not there", "B504", *says("In [a study](../about/sources.md#nobody-2001).")),
    ("a source that nobody cites", "B505", SOURCES, r"\Z", "\n### Nobody, 2001 {#nobody-2001}\n\nA paper.\n"),
    ("too much room to write", "B506", SHEET, r"write-\d", "write-9"),
    ("words never used", "B601", *says("This will win them back.")),
    ("a space that does not break", "B601", *says("Wait ten\u00a0minutes.")),
    ("a link to nowhere", "B701", *says("See [the plan](gone.md).")),
    ("a link in the wrong case", "B701", *says("See [the start](Index.md).")),
    ("a link to nowhere in HTML", "B701", *says('See <a href="gone.md">the plan</a>.')),
    ("an insecure link", "B702", *says("See [the plan](http://example.org/).")),
    ("an absolute link", "B702", *says("See [the plan](/together/).")),
    ("a link without words", "B702", *says("See [](index.md).")),
    ("an image from elsewhere", "B703", *says("![A river](https://example.org/river.png)")),
    ("a script from elsewhere", "B703", *says('<script src="https://example.org/x.js"></script>')),
    ("code that is not closed", "B101", *says("```\ncode")),
    ("bytes that are not UTF-8", "B101", *says("A caf\udce9.")),
    ("a skipped heading", "MD001", *says("#### Deep")),
    ("an image without words", "MD045", *says("![](river.png)")),
    ("click here", "MD059", *says("To see it, [click here](index.md).")),
    ("an anchor that is not there", "MD051", *says("See [the plan](index.md#gone).")),
    ("a heading in bold", "MD036", *says("**How to go on**")),
    ("a space of no width", "MD084", *says("Wait \u200bten minutes.")),
    ("a conflict of two versions", "MD092", *says("<<<<<<< HEAD\nWait.\n=======\nRest.\n>>>>>>> theirs")),
    ("a word misspelt", "typos", *says("You will recieve a letter.")),
]  # fmt: skip
# Told where the author has to act, which is not where the fault was made.
TOLD_IN = {"a page that nav leaves out": SPACE}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    folder = tmp_path_factory.mktemp("book")
    shutil.copytree(ROOT / "docs", folder / "docs")
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


def run(folder, program, *arguments):
    command = [Path(sys.executable).with_name(program), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def told(folder, owner):
    """What the owner of a code reports about the book: codes and files."""
    if owner.startswith("B"):
        return {(problem.code, Path(problem.path)) for problem in validate.structure(folder)[0]}
    if owner.startswith("MD"):
        found = json.loads(run(folder, "rumdl", "check", "--output-format", "json", "."))
        return {(problem["rule"], folder / problem["file"]) for problem in found}
    found = map(json.loads, run(folder, "typos", "--format", "json").splitlines())
    return {("typos", folder / problem["path"]) for problem in found}


@pytest.mark.parametrize("owner", ["B", "MD", "typos"])
def test_our_book_is_clean(book, owner):
    assert told(book, owner) == set()


def test_there_are_fifty_faults():
    assert len({fault for fault, *_ in FAULTS}) == 50


@pytest.mark.parametrize(("fault", "owner", "page", "pattern", "replacement"), FAULTS, ids=[case[0] for case in FAULTS])
def test_a_fault_is_told_in_its_file(book, fault, owner, page, pattern, replacement):
    path = book / "docs" / page
    before = path.read_text("utf-8") if path.exists() else None
    after, count = re.subn(pattern, replacement, before or "", count=1)
    assert count == 1, f"{page} no longer has what this fault replaces: {pattern}"
    try:
        path.write_text(after, "utf-8", errors="surrogateescape")
        found = told(book, owner)
    finally:
        path.unlink() if before is None else path.write_text(before, "utf-8")
    assert {file.resolve() for _, file in found} == {(book / "docs" / TOLD_IN.get(fault, page)).resolve()}, found
    assert owner in {code for code, _ in found}, found
