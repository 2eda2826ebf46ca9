"""The commands, as someone meets them who has just cloned the project."""

import contextlib
import functools
import http.server
import os
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import threading
import time
import urllib.error
import urllib.request

import conftest
import pytest
from conftest import NAV, PREFIX, ROOT, SITE, Pages, built

SOURCES = ("Makefile", "mkdocs.yml", "pyproject.toml", "docs", "overrides", "scripts", "requirements.txt")


def make(folder, *words, **environment):
    """Run make in `folder`; return its exit status and its two outputs as one text."""
    outer = {name: value for name, value in os.environ.items() if "MAKE" not in name}  # `make test` runs these tests
    # A copy has no commits to take the date from.
    environment = outer | {"SOURCE_DATE_EPOCH": "1795392000"} | environment
    # A session of its own, so that a test can kill everything that make started.
    done = subprocess.run(
        ["make", *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=300,
        start_new_session=True,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def clone(tmp_path):
    """A copy of the sources with no environment."""
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def ready_clone(clone):
    """A copy of the sources that uses this project's environment."""
    (clone / ".venv").symlink_to(ROOT / ".venv")
    return clone


def script(path, text):
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_help_lists_every_target():
    status, output = make(ROOT, "help")
    assert status == 0
    for target in ("site", "serve", "check", "test", "bench", "watch", "lock", "clean"):
        assert f"make {target}" in output


def test_site_is_built_once(ready_clone):
    status, output = make(ready_clone, "site")
    assert status == 0, output
    assert "WARNING" not in output
    assert "make serve" in output
    before = (ready_clone / "site/index.html").stat().st_mtime_ns
    assert make(ready_clone, "site")[0] == 0
    assert (ready_clone / "site/index.html").stat().st_mtime_ns == before


def get(url):
    """Return the status of `url` and what it answers."""
    try:
        with urllib.request.urlopen(url) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_what_is_published_works_below_the_name_of_the_repository(ready_clone, monkeypatch):
    # As .github/workflows/site.yml does it: GitHub names the address without a slash at its end, and tar leaves out
    # files whose names begin with a dot.
    name = f"https://example.github.io{PREFIX}"
    status, output = make(ready_clone, "site", SITE_URL=name[:-1], REPOSITORY_URL="https://github.com/OWNER/REPO")
    assert status == 0, output
    published = ready_clone / "published"
    published.mkdir()
    packed = ["tar", "--directory", ready_clone / "site", "--exclude=.[^/]*", "-c", "."]
    unpacked = ["tar", "--directory", published, "-x"]
    subprocess.run(unpacked, input=subprocess.run(packed, stdout=subprocess.PIPE, check=True).stdout, check=True)
    assert files(published) == files(ready_clone / "site")

    monkeypatch.setattr(conftest, "SITE", published)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Pages, directory=published)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        root = f"http://127.0.0.1:{server.server_port}"
        status, home = get(root + PREFIX)
        assert status == 200
        assert f'<link rel="canonical" href="{name}"'.encode() in home
        for source in NAV:
            assert get(root + PREFIX + built(source).removesuffix("index.html"))[0] == 200, source
        assert get(root + "/safety/help/")[0] == 404, "outside the prefix there is nothing"
        assert get(f"{root}{PREFIX}Safety/help/")[0] == 404, "upper and lower case differ"
        status, missing = get(f"{root}{PREFIX}no/such/page/")
        assert status == 404
        addresses = re.findall(rb'(?:href|src)="([^"#]+)', missing)
        inside = {a.decode().removeprefix(name[: -len(PREFIX)]) for a in addresses}
        inside = {address for address in inside if address.startswith("/")}
        assert len(inside) > len(NAV)
        assert {address: status for address in inside if (status := get(root + address)[0]) != 200} == {}
        server.shutdown()


def files(folder):
    """Return each file below `folder`: its bytes by its path."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_built_anywhere_and_at_any_time_the_bytes_are_the_same(ready_clone):
    elsewhere = ready_clone / "another place, with a longer name"
    elsewhere.mkdir()
    for path in list(ready_clone.iterdir()):
        if path != elsewhere:
            path.rename(elsewhere / path.name)
    for path in elsewhere.rglob("*.md"):
        os.utime(path, (0, 0))
    built_for = (ROOT / ".build/built-for").read_text("utf-8").split()
    status, output = make(elsewhere, "site", *built_for, TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="1")
    assert status == 0, output
    here, there = files(SITE), files(elsewhere / "site")
    assert sorted(here) == sorted(there)
    assert [path for path, data in here.items() if data != there[path]] == []


@pytest.mark.parametrize("where", ["mkdocs", "bind.py", "validate.py", "mv 1", "mv 2", "rm 2"])
def test_killed_at_any_step_no_half_site_is_left(clone, where):
    # Programs that take no time stand in for the real ones; the one that is named kills everything at its middle.
    whole = {"before": {"index.html": "before", "last.html": "before"}, "after": {"index.html": "", "last.html": ""}}
    for folder in (clone / ".venv/bin", clone / "stubs", clone / "site"):
        folder.mkdir(parents=True)
    for name, text in whole["before"].items():
        (clone / "site" / name).write_text(text)
    os.utime(clone / "site/index.html", (0, 0))
    (clone / ".venv/ready").touch()
    kill = clone / "kill"
    kill.write_text(where)
    step = f"""[ ! -e {kill} ] || [ "$(cat {kill})" != "$step" ] || {{ rm {kill}; kill -9 0; }}"""
    script(
        clone / ".venv/bin/mkdocs",
        f'mkdir "$SITE_DIR"; : > "$SITE_DIR/index.html"; step=mkdocs; {step}; : > "$SITE_DIR/last.html"',
    )
    script(clone / ".venv/bin/python", f'step="${{1#scripts/}}"; {step}')
    for name in ("mv", "rm"):
        count = f'echo >> {clone}/{name}.calls; step="{name} $(wc -l < {clone}/{name}.calls)"'
        half = 'for path in "$@"; do /bin/rm -f "$path/last.html"; done' if name == "rm" else ":"
        script(clone / "stubs" / name, f'{count}; {half}; {step.replace("rm ", "/bin/rm ")}; exec /bin/{name} "$@"')
    path = f"{clone / 'stubs'}:{os.environ['PATH']}"

    def site():
        return {path.name: path.read_text() for path in (clone / "site").rglob("*")}

    assert make(clone, "site/index.html", PATH=path, ENGINE="mkdocs")[0] != 0
    assert not kill.exists()
    assert site() in (whole["before"], whole["after"], {})
    assert make(clone, "site/index.html", PATH=path, ENGINE="mkdocs")[0] == 0
    assert site() == whole["after"]


def test_an_archive_knows_its_commit(tmp_path):
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"]
    for name in ("Makefile", ".gitattributes", "scripts/book/book.yml"):
        (tmp_path / "clone" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "clone" / name)
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["archive", "-o", "../a.tar", "HEAD"]):
        subprocess.run([*git, *words], cwd=tmp_path / "clone", check=True)
    (tmp_path / "archive").mkdir()
    subprocess.run(["tar", "-xf", "../a.tar"], cwd=tmp_path / "archive", check=True)
    asked = "include Makefile\nstamp:; @echo $(SOURCE_DATE_EPOCH) $(COMMIT)\n"
    stamps = []
    for folder in (tmp_path / "clone", tmp_path / "archive"):
        (folder / "ask").write_text(asked)
        stamps.append(make(folder, "--file=ask", "stamp", SOURCE_DATE_EPOCH="", COMMIT="")[1].splitlines()[0])
    assert re.fullmatch(r"\d+ [0-9a-f]{40}", stamps[0])
    assert stamps[0] == stamps[1]


def test_a_copy_without_a_date_is_one_clear_line(ready_clone):
    status, output = make(ready_clone, "site", SOURCE_DATE_EPOCH="")
    assert status != 0
    assert "name one: make site SOURCE_DATE_EPOCH=1" in output


def test_broken_page_is_named_and_the_last_good_site_stays(ready_clone):
    assert make(ready_clone, "site")[0] == 0
    good = (ready_clone / "site/index.html").read_bytes()
    page = ready_clone / "docs/friends/why.md"
    page.write_text(page.read_text("utf-8") + "\n[Nowhere](nowhere.md)\n", "utf-8")
    status, output = make(ready_clone, "site")
    assert status != 0
    assert "friends/why.md" in output
    assert "make: the guide was not built: mend" in output
    assert (ready_clone / "site/index.html").read_bytes() == good


def test_page_that_cannot_be_bound_is_named_and_the_last_good_site_stays(ready_clone):
    assert make(ready_clone, "site")[0] == 0
    good = (ready_clone / "site/downloads/guide.pdf").read_bytes()
    page = ready_clone / "docs/friends/why.md"
    page.write_text(page.read_text("utf-8") + "\n<video></video>\n", "utf-8")
    status, output = make(ready_clone, "site")
    assert status != 0
    assert "bind: friends/why.md: <video>" in output
    assert "make: the books were not bound: mend" in output
    assert (ready_clone / "site/downloads/guide.pdf").read_bytes() == good


def test_missing_python_is_one_clear_line(clone):
    status, output = make(clone, "site", "PYTHON=no-such-python")
    assert status != 0
    assert "install Python 3.10 or newer" in output


def test_old_python_is_one_clear_line(clone, tmp_path):
    old = script(tmp_path / "old", '[ "$1" = --version ] && echo Python 3.9.6; [ "$1" != -c ]')
    status, output = make(clone, "site", f"PYTHON={old}")
    assert status != 0
    assert "Python 3.9.6 is too old" in output
    assert "make PYTHON=" in output


def test_missing_venv_is_one_clear_line(clone, tmp_path):
    bare = script(tmp_path / "bare", '[ "$1" != -m ]')
    status, output = make(clone, "site", f"PYTHON={bare}")
    assert status != 0
    assert "apt install python3-venv" in output
    assert not (clone / ".venv").exists()


def test_no_network_is_one_clear_line(clone):
    nowhere = "http://127.0.0.1:9/"
    status, output = make(
        clone, "site", PIP_INDEX_URL=nowhere, PIP_EXTRA_INDEX_URL="", PIP_FIND_LINKS="", PIP_RETRIES="0",
        PIP_NO_CACHE_DIR="1", PIP_CONFIG_FILE=os.devnull,
    )  # fmt: skip
    assert status != 0
    assert "is there a network?" in output
    assert "Traceback" not in output
    assert not (clone / ".venv/ready").exists()
    assert not pathlib.Path(clone, "site").exists()


def test_busy_port_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as busy:
        status, output = make(ROOT, "serve", f"PORT={busy.getsockname()[1]}")
    assert status != 0
    assert "try: make serve PORT=" in output
    assert "Traceback" not in output


def test_serve_shows_the_guide():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = ["make", "serve", f"PORT={port}"]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as serving:
        try:
            for _ in range(120):
                time.sleep(1)
                with contextlib.suppress(urllib.error.URLError):
                    if b"Start here" in get(f"http://127.0.0.1:{port}/")[1]:  # Zensical answers before it has built
                        break
            else:
                pytest.fail("make serve showed nothing in two minutes")
        finally:
            os.killpg(serving.pid, signal.SIGKILL)
