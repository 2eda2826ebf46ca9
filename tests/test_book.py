"""Our own book: the faults that linters own are reported in their file, and what CONTRIBUTING.md tells authors is so.

That the book is clean is what `make check` shows; what our own rules report and let pass is in test_validate.py.
"""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from conftest import ROOT
from validator import structure
from validator.style import style

CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
BEFORE = "\n## Checklist\n"
# The rule of the linter that owns the fault, and what it is: each goes before the checklist of a chapter of its own.
FAULTS = {
    "MD001": "#### Deep", "MD036": "**How to go on**", "MD045": "![](river.png)",
    "MD051": "See [the plan](index.md#gone).", "MD059": "To see it, [click here](index.md).", "typos": "You will recieve a letter.",
}  # fmt: skip


def run(folder, program, *arguments):
    command = [Path(sys.executable).with_name(program), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout


def test_each_fault_is_reported_in_its_file_by_the_linter_that_owns_it_and_nothing_else_is(tmp_path):
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    chapters = [path for path in sorted(tmp_path.rglob("*.md")) if BEFORE in path.read_text("utf-8")]
    wanted = {(path.name, rule) for path, rule in zip(chapters, FAULTS, strict=False)}
    for path, fault in zip(chapters, FAULTS.values(), strict=False):
        path.write_text(path.read_text("utf-8").replace(BEFORE, f"\n{fault}\n{BEFORE}", 1), "utf-8")
    found = json.loads(run(tmp_path, "rumdl", "check", "--output-format", "json", "."))
    found += map(json.loads, run(tmp_path, "typos", "--format", "json").splitlines())
    reported = {(Path(one.get("file") or one["path"]).name, one.get("rule", "typos")) for one in found}
    assert (len(wanted), wanted - reported) == (len(FAULTS), set())
    assert {name for name, _ in reported} == {name for name, _ in wanted}


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


def test_whoever_writes_is_asked_for_no_story():
    forms = [*(ROOT / ".github").glob("ISSUE_TEMPLATE/[0-9]*.yml"), ROOT / ".github/pull_request_template.md"]
    assert ["your own story" in path.read_text("utf-8") for path in [*forms, ROOT / "CONTRIBUTING.md"]] == [True] * 5


def test_the_table_of_rules_is_current():
    table = run(ROOT, "python", "scripts/validate.py", "--list-rules", "--format", "markdown")
    assert (ROOT / ".github/RULES.md").read_text("utf-8") == table, "run `make rules`"
