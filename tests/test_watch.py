"""The weekly look outside: what it lists, and when."""

import datetime
import json
import os
import re
import subprocess

import pytest
import watch
import yaml
from conftest import ROOT

HELP = "## Europe {#eu}\n\nMatched to published pages on 2026-05-31.\n\n## Asia\n\nMatched to published pages on 2026-08-31.\n"


def program(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def guide(tmp_path):
    (tmp_path / "mkdocs.yml").write_text("{site_url: !ENV [X, y], extra: {review_months: 12, helpline_months: 6}}")
    (tmp_path / "docs/safety").mkdir(parents=True)
    (tmp_path / "docs/safety/help.md").write_text(f"---\nreviewed: 2026-11-23\n---\n{HELP}")
    return tmp_path


# The first match is six months old; the second; the page is a year old.
@pytest.mark.parametrize(
    ("today", "items"),
    [("2026-11-30", 0), ("2026-12-01", 1), ("2027-03-01", 2), ("2027-11-22", 2), ("2027-11-23", 3)],
)
def test_what_is_past_its_date_is_listed(guide, today, items):
    found = list(watch.overdue(guide, datetime.date.fromisoformat(today)))
    first = "Match the numbers for **Europe** to published pages; `docs/safety/help.md:6` is of 2026-05-31."
    assert (len(found), first in found) == (items, items > 0)


def test_no_page_and_no_helpline_of_ours_is_passed_over():
    found = " ".join(watch.overdue(ROOT, datetime.date.max))
    assert found.count("Read and review") == len([*(ROOT / "docs").rglob("*.md")])
    text = (ROOT / "docs/safety/help.md").read_text("utf-8")
    assert found.count("Match the numbers for **") == text.count("\nMatched to published pages on ") > 5


@pytest.fixture
def tools(tmp_path):
    """A function that makes programs which print what they are given as JSON."""

    def make(lychee, packages):
        for name, said in {"lychee": lychee, "pip-audit": packages}.items():
            program(tmp_path / name, f"cat <<'END'\n{json.dumps(said) if said else ''}\nEND\nexit 1")
        return str(tmp_path)

    return make


def answers(links=None, silent=None, successful=9):
    return {"error_map": links or {}, "timeout_map": silent or {}, "successful": successful}


def link(url, **status):
    return {"url": url, "status": {"text": "Rejected"} | status, "span": {"line": 1, "column": 1}}


GONE, SILENT = link("https://example.org/", code=404), [link("https://x.y/"), link("https://z.y/")]


def test_dead_links_and_faulty_packages_are_listed(tools, capsys):
    links = {"docs/b.md": [GONE], "docs/a.md": [GONE, link("https://example.org/", details="Error (cached)")]}
    fault = {"id": "PYSEC-2026-1", "fix_versions": ["2.0", "2.1"]}
    good, bad = {"name": "good", "version": "1", "vulns": []}, {"name": "bad", "version": "1.0", "vulns": [fault]}
    packages = {"dependencies": [good, bad, {"name": "unknown", "skip_reason": "not found"}]}
    assert watch.main([tools(answers(links, {"c.md": SILENT[:1]}), packages)]) == 0
    printed = capsys.readouterr().out
    assert "- [ ] Fix the link to `https://example.org/` in `docs/a.md`, `docs/b.md` (404).\n" in printed
    assert "- [ ] Fix the link to `https://x.y/` in `c.md` (no answer).\n" in printed
    assert "- [ ] Update bad 1.0 in `requirements.txt`: PYSEC-2026-1, fixed in 2.0, 2.1.\n" in printed
    assert "1 packages of `requirements.txt` could not be looked up, such as unknown." in printed


@pytest.mark.parametrize(
    ("successful", "links", "code"), [(0, SILENT, 2), (1, SILENT, 2), (0, [GONE] * 2, 0), (2, SILENT, 0)]
)
def test_without_a_network_there_is_no_list(tools, capsys, successful, links, code):
    """A link that answers 404 is dead; two that do not answer at all, and nothing else that does, are a bad hour."""
    assert watch.main([tools(answers({"a.md": links}, successful=successful), {"dependencies": []})]) == code
    printed = capsys.readouterr()
    assert (bool(printed.out), "is there a network?" in printed.err) == (code == 0, code == 2)


def test_nothing_to_do_is_nothing_printed_and_a_tool_that_says_nothing_is_an_error(tools, capsys, monkeypatch, guide):
    monkeypatch.setattr(watch, "ROOT", guide)
    (guide / "docs/safety/help.md").write_text("")
    assert watch.main([tools(answers(), {"dependencies": []})]) == 0
    assert capsys.readouterr().out == ""
    assert watch.main([tools(None, None)]) == 2
    assert capsys.readouterr().err.startswith("watch: ")


@pytest.fixture
def machine(tmp_path):
    """A function that runs a step of watch.yml as GitHub does, where programs stand in for make and gh."""
    for folder in ("bin", ".build"):
        (tmp_path / folder).mkdir()
    program(tmp_path / "bin/make", ":")
    program(tmp_path / "bin/gh", '[ "$2" != list ] || cat open; echo "$@" >> said')
    jobs = yaml.safe_load((ROOT / ".github/workflows/watch.yml").read_text("utf-8"))["jobs"]

    def run(job, name, **environment):
        commands = next(step["run"] for step in jobs[job]["steps"] if step.get("name", "").startswith(name))
        known = os.environ | {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}"} | environment
        subprocess.run(["bash", "-eo", "pipefail", "-c", commands], cwd=tmp_path, env=known, timeout=60, check=True)

    return run


HACK = "- [ ] $(touch hacked) `touch hacked`"


ISSUES = [
    ("", "", ""),
    ("", "7", "issue close 7"),
    (HACK, "", "issue create --title"),
    ("- [ ] Read", "7", "issue edit 7"),
]


@pytest.mark.parametrize(("todo", "number", "said"), ISSUES)
def test_there_is_one_issue_while_there_is_something_to_do(machine, tmp_path, todo, number, said):
    (tmp_path / "open").write_text(number)
    machine("tell", "Open", TODO=todo)
    calls = (tmp_path / "said").read_text().splitlines()
    assert (
        " ".join(" ".join(call.split()[:3]) for call in calls if not call.startswith(("label", "issue list"))) == said
    )
    assert not todo or todo in (tmp_path / "todo.md").read_text()
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize("todo", ["", "- [ ] One\n\nEOF\ntodo=x\n"])
def test_the_list_is_handed_on_whole(machine, tmp_path, todo):
    (tmp_path / ".build/todo.md").write_text(todo)
    machine("look", "Look", GITHUB_OUTPUT=str(tmp_path / "output"))
    name, text = re.fullmatch(r"(\w+)<<(\w{32})\n(.*)\n\2\n", (tmp_path / "output").read_text(), re.DOTALL).group(1, 3)
    assert (name, text) == ("todo", todo)
