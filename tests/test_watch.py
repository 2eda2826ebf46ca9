"""The weekly look outside: what it lists, and when."""

import datetime
import os
import re

import pytest
import watch
import yaml
from conftest import ROOT, copy_sources, program, run

HELP = "## Europe {#eu}\n\nMatched to published pages on 2026-05-31.\n\n## Asia\n\nMatched to published pages on 2026-08-31.\n"


@pytest.fixture
def guide(tmp_path):
    (tmp_path / "mkdocs.yml").write_text("{site_url: !ENV [X, y], extra: {review_months: 12, helpline_months: 6}}")
    (tmp_path / "docs/safety").mkdir(parents=True)
    (tmp_path / "docs/safety/help.md").write_text(f"---\nreviewed: 2026-11-23\n---\n{HELP}")
    return tmp_path


# The first match is six months old; the second; the page is a year old.
DAYS = [("2026-11-30", 0), ("2026-12-01", 1), ("2027-03-01", 2), ("2027-11-22", 2), ("2027-11-23", 3)]


@pytest.mark.parametrize(("today", "items"), DAYS)
def test_what_is_past_its_date_is_listed(guide, today, items):
    found = list(watch.overdue(guide, datetime.date.fromisoformat(today)))
    first = "Match the numbers for **Europe** to published pages; `docs/safety/help.md:6` is of 2026-05-31."
    assert (len(found), first in found) == (items, items > 0)


def test_no_page_and_no_helpline_of_ours_is_passed_over():
    found = " ".join(watch.overdue(ROOT, datetime.date.max))
    pages = [path for path in (ROOT / "docs").rglob("*.md") if "kind: forward" not in path.read_text("utf-8")]
    assert found.count("Read and review") == len(pages)
    text = (ROOT / "docs/safety/help.md").read_text("utf-8")
    assert found.count("Match the numbers for **") == text.count("\nMatched to published pages on ") > 5


@pytest.fixture
def look(guide):
    """A function that runs scripts/watch.sh, where two programs say what is given; it returns status, list and errors."""
    copy_sources(guide, "scripts")
    (guide / ".venv").symlink_to(ROOT / ".venv")
    (guide / ".build").mkdir()
    tools, todo = guide / ".build/tools/watch/bin", guide / ".build/todo.md"
    todo.write_text("- [ ] the list of last week")

    def look_outside(links, packages="", lychee=2, audit=0):
        program(tools / "lychee", f"cat <<'END'\n{links}\nEND\nexit {lychee}")
        text = packages and f"cat <<'END'\n{packages}END"
        program(tools / "pip-audit", f"case $* in *-[wz]*.txt) exit ;; esac\n{text}\nexit {audit}")
        status, output = run(guide, "scripts/watch.sh")
        found = todo.read_text() if todo.exists() else ""
        assert output.startswith(found)
        return status, found, output.removeprefix(found)

    return look_outside


def report(good, *rows):
    """What lychee writes: how many links are good, the faults of each file, and what is no fault."""
    faults = "\n\n## Errors per input\n\n### Errors in docs/a.md\n\n" * bool(rows) + "\n".join(rows)
    return f"| ✅ Successful  | {good}     |{faults}\n\n## Redirects per input\n\n* https://moved.example/ --[301]--> https://x/"


DEAD = "* [404] <https://gone.example/> (at 1:1) | Rejected status code: 404 Not Found"
SILENT = ["* [ERROR] <https://x.example/> (at 1:1) | Failed", "* [TIMEOUT] <https://y.example/> (at 2:1) | Timeout"]
AGAIN = "* [ERROR] <https://x.example/> (at 3:1) | Error (cached)"
BAD = "Name | Version | ID | Fix Versions\n--- | --- | --- | ---\nbad | 1.0 | PYSEC-2026-1 | 2.0,2.1\n"


def test_what_is_old_dead_or_vulnerable_is_listed_and_nothing_else_is(guide, look):
    (guide / "docs/safety/help.md").write_text(HELP.replace("2026-08-31", "9999-08-31").replace("2026", "2020"))
    assert look(report(9, DEAD, AGAIN), BAD, audit=1) == (0, (
        "## Dates\n\n- [ ] Match the numbers for **Europe** to published pages; `docs/safety/help.md:3` is of 2020-05-31.\n"
        f"## Errors per input\n\n### Errors in docs/a.md\n\n- [ ] Fix {DEAD[2:]}\n- [ ] Fix {AGAIN[2:]}\n\n"
        f"## Packages of `requirements.txt`\n\n{BAD}"
    ), "")  # fmt: skip
    (guide / "docs/safety/help.md").write_text("")
    assert look(report(9), lychee=0) == (0, "", "")


ODD = "- [ ] $(touch hacked) `touch hacked`\n\nEOF\ntodo=x\n"
CASES = [  # mkdocs.yml, what the two programs say and their exit statuses, and the one line; no line: there is a list
    ("", [report(1, *SILENT)], "more links had no answer than had one; is there a network?"),
    ("", [report(0, DEAD, DEAD)], ""),  # a host that answers 404 is there, and so is the network
    ("", [report(2, *SILENT, AGAIN)], ""),  # a page that is linked twice is asked for once
    ("", [report(0), "", 1], "lychee could not check the links"),
    ("", [report(9), "", 0, 1], "the packages of requirements.txt could not be looked up"),
    ("[", [report(9, DEAD)], "mkdocs.yml:1: "),
    ("{extra: {}}", [report(9, DEAD)], "under extra in mkdocs.yml, cannot be read; run make check: 'review_months'"),
]


@pytest.mark.parametrize(("settings", "given", "said"), CASES)
def test_what_cannot_be_asked_leaves_no_list_and_one_clear_line(guide, look, settings, given, said):
    (guide / "mkdocs.yml").write_text(settings or (guide / "mkdocs.yml").read_text())
    status, todo, error = look(*given)
    assert (status, bool(todo), error.count("\n")) == ((2, False, 1) if said else (0, True, 0))
    assert said in error


@pytest.mark.parametrize(
    ("todo", "number", "said"), [("", "", ""), ("", "7", "close 7"), (ODD, "", "create --title"), (ODD, "7", "edit 7")]
)
def test_the_list_is_handed_on_whole_and_there_is_one_issue_while_it_has_something(tmp_path, todo, number, said):
    """Runs the steps of watch.yml as GitHub does, where programs stand in for make and gh."""
    program(tmp_path / "bin/make", "mkdir .build; mv open-list .build/todo.md")
    program(tmp_path / "bin/gh", '[ "$2" != list ] || cat number; echo "$@" >> said')
    (tmp_path / "open-list").write_text(todo)
    (tmp_path / "number").write_text(number)
    known = {"PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "TODO": todo, "GITHUB_OUTPUT": "output"}
    for job in yaml.safe_load((ROOT / ".github/workflows/watch.yml").read_text("utf-8"))["jobs"].values():
        for step in (step["run"] for step in job["steps"] if "run" in step):
            assert run(tmp_path, "bash", "-eo", "pipefail", "-c", step, **known)[0] == 0
    assert re.fullmatch(rf"todo<<(\w{{32}})\n{re.escape(todo)}\n\1\n", (tmp_path / "output").read_text())
    calls = (tmp_path / "said").read_text().splitlines()[2:]  # after the label and the list
    assert [" ".join(call.split()[1:3]) for call in calls] == [said] * bool(said)
    assert not todo or todo in (tmp_path / "todo.md").read_text()
    assert not (tmp_path / "hacked").exists()
