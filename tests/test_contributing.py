"""What CONTRIBUTING.md tells authors to copy and to run."""

import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT
from validator import structure, style

TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
# A part made of the templates alone, named as they link to each other.
PAGES = {"Overview": "index.md", "Chapter": "a-page.md", "Worksheet": "next-page.md", "Reference": "look-it-up.md"}


def template(kind):
    return re.search(rf"^### {kind}\n.*?^```markdown\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)[1]


@pytest.fixture(scope="module")
def problems(tmp_path_factory):
    """The problems of our guide with a part made of the templates."""
    root = tmp_path_factory.mktemp("guide")
    shutil.copytree(ROOT / "docs", root / "docs")
    nav = "".join(f"      - part/{page}\n" for page in PAGES.values())
    settings = (ROOT / "mkdocs.yml").read_text("utf-8").rstrip() + f"\n  - The name of the part:\n{nav}"
    (root / "mkdocs.yml").write_text(settings, "utf-8")
    (root / "docs/part").mkdir()
    for kind, page in PAGES.items():
        (root / "docs/part" / page).write_text(template(kind), "utf-8")
    return structure.structure(root)[0]


@pytest.mark.parametrize("kind", PAGES)
def test_template_breaks_no_rule_but_that_of_length(problems, kind):
    found = [problem for problem in problems if pathlib.Path(problem.path).match(f"part/{PAGES[kind]}")]
    assert [str(problem) for problem in found if problem.code != "B306"] == []


def test_there_is_a_template_for_each_kind_and_nothing_else_is_wrong(problems):
    assert {kind.lower() for kind in PAGES} == style.KINDS.keys() - {"forward"}
    assert [str(problem) for problem in problems if pathlib.Path(problem.path).parent.name != "part"] == []


def test_each_command_for_authors_is_one_that_ci_runs():
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", TEXT, re.MULTILINE | re.DOTALL)
    commands = [line.strip() for block in blocks for line in block.splitlines()]
    commands += re.findall(r"`(make [^`]*)`", TEXT)
    workflows = "".join(path.read_text("utf-8") for path in (ROOT / ".github/workflows").iterdir())
    run = set(re.findall(r"\bmake [a-z]+$", workflows, re.MULTILINE))
    assert "make test" in run
    assert "\nmake test\n" in (ROOT / ".ci/run").read_text("utf-8")
    run |= {
        f"make {name}"
        for name in re.search(r"^test: ([a-z ]+)", (ROOT / "Makefile").read_text("utf-8"), re.M)[1].split()
    }
    run |= {"make serve"} if "def test_serve_" in (ROOT / "tests/test_make.py").read_text("utf-8") else set()
    assert len(commands) >= 4
    assert set(commands) <= run


def test_each_box_and_each_field_is_explained():
    for kind, title in style.BOXES.items():
        assert f'| `!!! {kind} "{title}"` |' in TEXT
    for field in style.FIELDS:
        assert f"- `{field}` is" in TEXT


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
