"""Our own book: the faults that authors plant in it are reported in their file, and what CONTRIBUTING.md tells them is so.

That the book is clean is what `make check` shows; what a rule reports and what it lets pass is in test_validate.py.
"""

import json
import re
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import guide
from conftest import ROOT
from validator import structure
from validator.style import style

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
CHECKLIST = "\n## Checklist\n"


def says(text):
    """A chapter says `text` before its checklist."""
    return CHECKLIST, f"\n{text}\n{CHECKLIST}"


# The code of the owner (B: validate.py, MD: rumdl), what is replaced, and by what: each on a chapter of its own that has it.
FAULTS = [
    ("B302", "Afraid of them, or asked to stop? [Start here](../safety/index.md).\n{: .safety }\n", ""),
    ("B405", '!!! danger "Not safe?"\n\n', '!!! danger "Not safe?"\n\n    Take care.\n\n!!! warning "Take care"\n\n'),
    ("B405", *says('!!! info "What research says"\n\n    Studies say so.')),
    ("B407", '!!! danger "Not safe?"', '!!! warning "Take care"'),
    ("B509", *says("Call [987](tel:987).")),
    ("MD001", *says("#### Deep")),
    ("MD036", *says("**How to go on**")),
    ("MD041", "\n# ", "\n"),
    ("MD045", *says("![](river.png)")),
    ("MD051", *says("See [the plan](index.md#gone).")),
    ("MD059", *says("To see it, [click here](index.md).")),
    ("typos", *says("You will recieve a letter.")),
]
ON_HELP = [("B503", "\nMatched to published pages on", "\nMatched on"), ("B509", "](tel:988)", "](tel:989)")]


def run(folder, program, *arguments):
    command = [Path(sys.executable).with_name(program), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_each_fault_is_reported_in_its_file_by_its_owner_and_nothing_else_is(tmp_path):
    folder, wanted = tmp_path.resolve(), defaultdict(set)
    shutil.copytree(ROOT / "docs", folder / "docs")
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    texts = {path: path.read_text("utf-8") for path in (folder / "docs" / page.source for page in guide.load(ROOT).nav)}
    chapters = [path for path, text in texts.items() if "\nkind: chapter\n" in text]
    for code, before, after in FAULTS + ON_HELP:
        places = [folder / "docs" / style.helplines] if (code, before, after) in ON_HELP else chapters
        free = [path for path in places if before in texts[path] and (code != "B407" or "!!! example" in texts[path])]
        assert free, f"no chapter is left that has {before!r}"
        wanted[free[0]].add(code)
        texts[free[0]] = texts[free[0]].replace(before, after, 1)
        free[0].write_text(texts[free[0]], "utf-8")
        chapters = [path for path in chapters if path not in wanted]
    found = defaultdict(set)
    for problem in structure.structure(folder)[0]:
        found[folder / problem.path].add(problem.code)
    for problem in json.loads(run(folder, "rumdl", "check", "--output-format", "json", ".")):
        found[folder / problem["file"]].add(problem["rule"])
    for problem in map(json.loads, run(folder, "typos", "--format", "json").splitlines()):
        found[folder / problem["path"]].add("typos")
    assert set(found) == set(wanted)
    assert {path: codes & wanted[path] for path, codes in found.items()} == wanted


def test_the_templates_break_no_rule_but_that_of_length(tmp_path):
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    settings, folder = (ROOT / "mkdocs.yml").read_text("utf-8"), tmp_path / "docs/friends"
    # The chapter goes before the last page of its part, and a page that has moved forwards to that.
    last = re.findall(r"friends/(.+)\.md", settings.partition("not_in_nav")[0])[-1]
    title = re.search(r"^# (.+)", (folder / f"{last}.md").read_text("utf-8"), re.M)[1]
    chapter, forward = re.findall(r"^```markdown\n(---\n.*?)^```$", CONTRIBUTING, re.M | re.S)
    pages = {
        folder / "a-page.md": chapter.replace("The title of the next page", title).replace("next-page", last),
        folder / "old-title.md": forward,
        folder / "index.md": (folder / "index.md").read_text("utf-8") + "\n[Another](a-page.md)\n",
        tmp_path / "mkdocs.yml": re.sub(rf"( +- friends/){last}\.md\n", r"\1a-page.md\n\g<0>", settings, count=1),
    }
    for path, text in pages.items():
        path.write_text(text, "utf-8")
    problems, _ = structure.structure(tmp_path)
    assert [(problem.path.rpartition("/")[2], problem.code) for problem in problems] == [("a-page.md", "B306")]


def test_each_command_box_and_field_is_explained_and_each_target_is_listed():
    help_text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^  make (\w+) +\S", help_text, re.M)
    assert targets == re.search(r"^\.PHONY: (.+)", (ROOT / "Makefile").read_text("utf-8"), re.M)[1].split()
    commands = set(re.findall(r"^make \w+|(?<=`)make [^`]*", CONTRIBUTING, re.M))
    assert {"make serve", "make check", "make test"} <= commands <= {f"make {target}" for target in targets}
    assert "\nmake test\n" in (ROOT / ".ci/run").read_text("utf-8")
    assert "run: make test\n" in (ROOT / ".github/workflows/site.yml").read_text("utf-8")
    assert [title for kind, title in style.boxes.items() if f'| `!!! {kind} "{title}"` |' not in CONTRIBUTING] == []
    assert [field for field in style.fields if f"\n- `{field}` " not in CONTRIBUTING] == []


def test_forms_ask_for_no_story():
    forms = [path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml"]
    assert len(forms) == 3
    for path in [*forms, ROOT / ".github/pull_request_template.md", ROOT / "CONTRIBUTING.md"]:
        text = path.read_text("utf-8")
        assert "story" in text
        assert not re.search(r"(?i)your name|your email|what happened to you|tell us about yourself", text)


def test_the_table_of_rules_is_current():
    table = run(ROOT, "python", "scripts/validate.py", "--list-rules", "--format", "markdown")
    assert (ROOT / ".github/RULES.md").read_text("utf-8") == table, "run `make rules`"
