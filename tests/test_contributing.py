"""What CONTRIBUTING.md tells authors to copy and to run."""

import pathlib
import re
import shutil
import subprocess
import sys

from conftest import ROOT
from validator import structure, style

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
TEMPLATES = dict(
    zip(("chapter", "forward"), re.findall(r"^```markdown\n(---\n.*?)^```$", TEXT, re.M | re.S), strict=True)
)


def test_the_templates_break_no_rule_but_that_of_length(tmp_path):
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    folder = tmp_path / "docs/friends"
    # The chapter goes before the last page of its part, and a page that has moved forwards to that.
    last = re.findall(r"friends/(.+)\.md", settings.partition("not_in_nav")[0])[-1]
    title = re.search(r"^# (.+)", (folder / f"{last}.md").read_text("utf-8"), re.M)[1]
    chapter = TEMPLATES["chapter"].replace("The title of the next page", title).replace("next-page", last)
    (folder / "a-page.md").write_text(chapter, "utf-8")
    (folder / "old-title.md").write_text(TEMPLATES["forward"], "utf-8")
    index = (folder / "index.md").read_text("utf-8")
    (folder / "index.md").write_text(index.replace("](why.md)", "](why.md) and [another](a-page.md)", 1), "utf-8")
    settings = settings.replace(
        f"      - friends/{last}.md\n", f"      - friends/a-page.md\n      - friends/{last}.md\n"
    )
    (tmp_path / "mkdocs.yml").write_text(settings, "utf-8")
    problems, _ = structure.structure(tmp_path)
    assert [(pathlib.Path(problem.path).name, problem.code) for problem in problems] == [("a-page.md", "B306")]


def test_each_command_for_authors_is_a_target_of_make():
    blocks = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.M | re.S)
    commands = {line.split("#")[0].strip() for block in blocks for line in block.splitlines()}
    commands |= set(re.findall(r"`(make [^`]*)`", TEXT))
    targets = re.search(r"^\.PHONY: (.+)", (ROOT / "Makefile").read_text("utf-8"), re.M)[1].split()
    assert {"make serve", "make check", "make test"} <= commands <= {f"make {target}" for target in targets}
    assert "\nmake test\n" in (ROOT / ".ci/run").read_text("utf-8")
    assert "run: make test\n" in (ROOT / ".github/workflows/site.yml").read_text("utf-8")


def test_each_box_and_each_field_is_explained():
    for kind, title in style.BOXES.items():
        assert f'| `!!! {kind} "{title}"` |' in TEXT
    for field in style.FIELDS:
        assert f"\n- `{field}` " in TEXT


def test_forms_ask_for_no_story():
    forms = [path for path in (ROOT / ".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml"]
    assert len(forms) == 3
    for path in [*forms, ROOT / ".github/pull_request_template.md", ROOT / "CONTRIBUTING.md"]:
        text = path.read_text("utf-8")
        assert "story" in text, path
        assert not re.search(r"(?i)your name|your email|what happened to you|tell us about yourself", text), path


def test_the_table_of_rules_is_current():
    command = [sys.executable, ROOT / "scripts/validate.py", "--list-rules", "--format", "markdown"]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert (ROOT / ".github/RULES.md").read_text("utf-8") == table, "run `make rules`"
