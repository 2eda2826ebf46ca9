"""The weekly look outside: what it lists, and when."""

import datetime
import json
import os
import re
import stat
import subprocess

import pytest
import watch
import yaml
from conftest import ROOT

DAY = datetime.date
HELP = "## Europe {#eu}\n\nMatched to published pages on 2026-05-31.\n\n## Asia\n\nMatched to published pages on 2026-08-31.\n"


def test_months_are_whole():
    assert [watch.months_since("2026-08-31", DAY(2027, *day)) for day in ((2, 28), (3, 1), (8, 30), (8, 31))] == [
        5,
        6,
        11,
        12,
    ]


@pytest.fixture
def guide(tmp_path):
    (tmp_path / "mkdocs.yml").write_text("{site_url: !ENV [X, y], extra: {review_months: 12, helpline_months: 6}}")
    (tmp_path / "docs/safety").mkdir(parents=True)
    (tmp_path / "docs/safety/help.md").write_text(f"---\nreviewed: 2026-11-23\n---\n{HELP}")
    return tmp_path


@pytest.mark.parametrize(
    ("today", "items"),
    [
        (DAY(2026, 11, 30), 0),
        (DAY(2026, 12, 1), 1),  # the first match is six months old
        (DAY(2027, 3, 1), 2),
        (DAY(2027, 11, 23), 3),  # the page is a year old
    ],
)
def test_what_is_past_its_date_is_listed(guide, today, items):
    found = list(watch.overdue(guide, today))
    assert len(found) == items
    assert (
        not items
        or "Match the numbers for **Europe** to published pages; `docs/safety/help.md:6` is of 2026-05-31."
        in " ".join(found)
    )


def test_no_page_and_no_helpline_of_ours_is_passed_over():
    found = " ".join(watch.overdue(ROOT, DAY(9999, 1, 1)))
    assert found.count("Read and review") == len([*(ROOT / "docs").rglob("*.md")])
    text = (ROOT / "docs/safety/help.md").read_text("utf-8")
    assert found.count("Match the numbers for **") == text.count("\nMatched to published pages on ") > 5


@pytest.fixture
def tools(tmp_path):
    """A function that makes programs which print what they are given as JSON."""

    def make(lychee, audit):
        for name, said in {"lychee": lychee, "pip-audit": audit}.items():
            path = tmp_path / name
            path.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(said) if said else ''}\nEND\nexit 1\n")
            path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return tmp_path

    return make


def link(url, **status):
    return {"url": url, "status": {"text": "Rejected"} | status, "span": {"line": 1, "column": 1}}


def test_dead_links_and_faulty_packages_are_listed(tools, capsys):
    gone = link("https://example.org/", code=404)
    lychee = {
        "error_map": {"docs/b.md": [gone], "docs/a.md": [gone]},
        "timeout_map": {"c.md": [link("https://x.y/")]},
        "successful": 9,
    }
    fault = {"id": "PYSEC-2026-1", "fix_versions": ["2.0", "2.1"]}
    audit = {
        "dependencies": [
            {"name": "good", "version": "1", "vulns": []},
            {"name": "bad", "version": "1.0", "vulns": [fault]},
            {"name": "unknown", "skip_reason": "not found"},
        ]
    }
    assert watch.main([str(tools(lychee, audit))]) == 0
    printed = capsys.readouterr().out
    assert "- [ ] Fix the link to `https://example.org/` in `docs/a.md`, `docs/b.md` (404).\n" in printed
    assert "- [ ] Fix the link to `https://x.y/` in `c.md` (Rejected).\n" in printed
    assert "- [ ] Update bad 1.0 in `requirements.txt`: PYSEC-2026-1, fixed in 2.0, 2.1.\n" in printed
    assert "1 packages of `requirements.txt` could not be looked up, such as unknown." in printed


def test_nothing_to_do_is_nothing_printed(tools, capsys, monkeypatch, guide):
    monkeypatch.setattr(watch, "ROOT", guide)
    (guide / "docs/safety/help.md").write_text("")
    assert watch.main([str(tools({"error_map": {}, "timeout_map": {}, "successful": 9}, {"dependencies": []}))]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("successful", "status", "code"), [(0, 0, 2), (1, 0, 2), (0, 2, 0), (2, 0, 0)])
def test_without_a_network_there_is_no_list(tools, capsys, successful, status, code):
    """A link that answers 404 is dead; two that do not answer at all, and nothing else that does, are a bad hour."""
    silent, gone = link("https://x.y/"), link("https://example.org/", code=404)
    lychee = {"error_map": {"a.md": [silent, gone][status > 0 :][:1] * 2}, "timeout_map": {}, "successful": successful}
    assert watch.main([str(tools(lychee, {"dependencies": []}))]) == code
    printed = capsys.readouterr()
    assert bool(printed.out) == (code == 0)
    assert ("is there a network?" in printed.err) == (code == 2)


def test_a_tool_that_says_nothing_is_an_error_and_no_empty_list(tools, capsys):
    assert watch.main([str(tools(None, None))]) == 2
    assert capsys.readouterr().err.startswith("watch: ")


def step(job, name):
    """Return the commands of a step of watch.yml."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/watch.yml").read_text("utf-8"))
    return next(step["run"] for step in workflow["jobs"][job]["steps"] if step.get("name", "").startswith(name))


def run(commands, folder, **environment):
    """Run `commands` as GitHub runs them."""
    path = f"{folder / 'bin'}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", commands],
        cwd=folder,
        env=os.environ | {"PATH": path} | environment,
        timeout=60,
    )
    assert done.returncode == 0


@pytest.fixture
def machine(tmp_path):
    """A folder with programs that stand in for make and gh."""
    (tmp_path / "bin").mkdir()
    (tmp_path / ".build").mkdir()
    for name, text in {"make": ":", "gh": '[ "$2" != list ] || cat open; echo "$@" >> said'}.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("todo", "number", "said"),
    [
        ("", "", []),
        ("", "7", ["issue close 7"]),
        ("- [ ] $(touch hacked) `touch hacked`", "", ["issue create"]),
        ("- [ ] Read", "7", ["issue edit 7"]),
    ],
)
def test_there_is_one_issue_while_there_is_something_to_do(machine, todo, number, said):
    (machine / "open").write_text(number)
    run(step("tell", "Open"), machine, TODO=todo)
    calls = (machine / "said").read_text().splitlines()
    changing = [call for call in calls if not call.startswith(("label", "issue list"))]
    assert [" ".join(call.split()[: len(words.split())]) for call, words in zip(changing, said, strict=True)] == said
    assert not todo or todo in (machine / "todo.md").read_text()
    assert not (machine / "hacked").exists()


@pytest.mark.parametrize("todo", ["", "- [ ] One\n\nEOF\ntodo=x\n"])
def test_the_list_is_handed_on_whole(machine, todo):
    (machine / ".build/todo.md").write_text(todo)
    run(step("look", "Look"), machine, GITHUB_OUTPUT=str(machine / "output"))
    name, text = re.fullmatch(r"(\w+)<<(\w{32})\n(.*)\n\2\n", (machine / "output").read_text(), re.DOTALL).group(1, 3)
    assert (name, text) == ("todo", todo)
