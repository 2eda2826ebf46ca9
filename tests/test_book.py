"""Our own book, broken as an author can break it; each fault is reported by its owner, in exactly that file.

What needs no page of ours is in test_validate.py.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "scripts"))
import guide  # noqa: E402
from validator import structure  # noqa: E402
from validator.style import style  # noqa: E402


def first(*marks, kind="chapter"):
    """The first page of a part, of a kind, that has all marks, so that no page has to keep its name."""
    for source in [entry.source for entry in guide.load(ROOT).nav if entry.part]:
        text = (ROOT / "docs" / source).read_text("utf-8")
        if f"\nkind: {kind}\n" in text and all(mark in text for mark in marks):
            return source
    return pytest.exit(f"no page of kind {kind} has {marks}: a fault of tests/test_book.py has nowhere to be planted")


PAGE, BOXED, WORDS = (
    first("!!! tip", "/safety/index.md"),
    first('!!! danger "Not safe?"'),
    first("!!! example", "!!! danger"),
)
HELP = style.helplines


def says(text):
    """A chapter says the text before its checklist."""
    return PAGE, r"\n## Checklist\n", f"\n{text}\n\n## Checklist\n"


# fault, the code of its owner (B: validate.py, MD: rumdl), page, pattern, replacement
FAULTS = [
    ("a page that nav leaves out", "B201", "../mkdocs.yml", rf" +- {PAGE}\n", ""),
    ("a part that its index does not open", "B202", "../mkdocs.yml", r"( +- you/index.md\n)(.*\n)", r"\2\1"),
    ("no title", "MD041", PAGE, r"\n# .*\n", ""),
    ("a wrong title after Next", "B304", PAGE, r"Next:\*\* \[", "Next:** [So "),
    ("a safety line that is gone", "B309", PAGE, r"Afraid of them.*\n.*\n", ""),
    ("no way to safety", "B405", BOXED, r'(?s)("Not safe\?"\n\n).*?\n\n', r"\1    Take care.\n\n"),
    ("research without a source", "B405", *says('!!! info "What research says"\n\n    Studies say so.')),
    ("words to send without a warning", "B407", WORDS, r'!!! danger "Not safe\?"', '!!! warning "Take care"'),
    ("numbers without the day they were matched", "B503", HELP, r"Matched .*\n.*\n", ""),
    ("a number that is misdialed", "B509", HELP, r"\]\(tel:(\d)(\d)(?!\2)(\d)", r"](tel:\1\3\2"),
    ("a number that is not on the page of helplines", "B510", *says("Call [987](tel:987).")),
    ("a tag that is not opened", "B508", *says("</div>")),
    ("a skipped heading", "MD001", *says("#### Deep")),
    ("an image without words", "MD045", *says("![](river.png)")),
    ("click here", "MD059", *says("To see it, [click here](index.md).")),
    ("an anchor that is not there", "MD051", *says("See [the plan](index.md#gone).")),
    ("a heading in bold", "MD036", *says("**How to go on**")),
    ("a word misspelt", "typos", *says("You will recieve a letter.")),
]  # fmt: skip
# Reported where the author has to act, which is not where the fault was made.
REPORTED_IN = {"a page that nav leaves out": PAGE}


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


def reported(folder, owner):
    """What the owner of a code reports about the book: codes and files."""
    if owner.startswith("B"):
        return {(problem.code, Path(problem.path)) for problem in structure.structure(folder)[0]}
    if owner.startswith("MD"):
        found = json.loads(run(folder, "rumdl", "check", "--output-format", "json", "."))
        return {(problem["rule"], folder / problem["file"]) for problem in found}
    found = map(json.loads, run(folder, "typos", "--format", "json").splitlines())
    return {("typos", folder / problem["path"]) for problem in found}


@pytest.mark.parametrize("owner", ["B", "MD", "typos"])
def test_our_book_is_clean(book, owner):
    assert reported(book, owner) == set()


@pytest.mark.parametrize(("fault", "owner", "page", "pattern", "replacement"), FAULTS, ids=[case[0] for case in FAULTS])
def test_a_fault_is_reported_in_its_file(book, fault, owner, page, pattern, replacement):
    path = book / "docs" / page
    before = path.read_text("utf-8") if path.exists() else None
    after, count = re.subn(pattern, replacement, before or "", count=1)
    assert count == 1, f"{page} no longer has what this fault replaces: {pattern}"
    try:
        path.write_text(after, "utf-8", errors="surrogateescape")
        found = reported(book, owner)
    finally:
        path.unlink() if before is None else path.write_text(before, "utf-8")
    assert {file.resolve() for _, file in found} == {(book / "docs" / REPORTED_IN.get(fault, page)).resolve()}, found
    assert owner in {code for code, _ in found}, found
