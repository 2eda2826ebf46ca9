"""What CONTRIBUTING.md tells authors to copy and to run."""

import re
import shutil
import subprocess
import sys

from conftest import ROOT
from validator import structure
from validator.style import style

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")


def test_the_templates_break_no_rule_but_that_of_length(tmp_path):
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    settings, folder = (ROOT / "mkdocs.yml").read_text("utf-8"), tmp_path / "docs/friends"
    # The chapter goes before the last page of its part, and a page that has moved forwards to that.
    last = re.findall(r"friends/(.+)\.md", settings.partition("not_in_nav")[0])[-1]
    title = re.search(r"^# (.+)", (folder / f"{last}.md").read_text("utf-8"), re.M)[1]
    chapter, forward = re.findall(r"^```markdown\n(---\n.*?)^```$", TEXT, re.M | re.S)
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
    commands = set(re.findall(r"^make \w+|(?<=`)make [^`]*", TEXT, re.M))
    assert {"make serve", "make check", "make test"} <= commands <= {f"make {target}" for target in targets}
    assert "\nmake test\n" in (ROOT / ".ci/run").read_text("utf-8")
    assert "run: make test\n" in (ROOT / ".github/workflows/site.yml").read_text("utf-8")
    assert [title for kind, title in style.boxes.items() if f'| `!!! {kind} "{title}"` |' not in TEXT] == []
    assert [field for field in style.fields if f"\n- `{field}` " not in TEXT] == []


def test_forms_ask_for_no_story():
    forms = [path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml"]
    assert len(forms) == 3
    for path in [*forms, ROOT / ".github/pull_request_template.md", ROOT / "CONTRIBUTING.md"]:
        text = path.read_text("utf-8")
        assert "story" in text
        assert not re.search(r"(?i)your name|your email|what happened to you|tell us about yourself", text)


def test_the_table_of_rules_is_current():
    command = [sys.executable, ROOT / "scripts/validate.py", "--list-rules", "--format", "markdown"]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (ROOT / ".github/RULES.md").read_text("utf-8") == table, "run `make rules`"
