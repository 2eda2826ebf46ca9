"""The commands, as someone meets them who has just cloned the project."""

import os
import pathlib
import shutil
import socket
import stat
import subprocess

import pytest
from conftest import ROOT

SOURCES = ("Makefile", "mkdocs.yml", "pyproject.toml", "docs", "overrides", "scripts", "requirements.txt")


def make(folder, *words, **environment):
    """Run make in `folder`; return its exit status and its two outputs as one text."""
    environment = {"SOURCE_DATE_EPOCH": "1795392000"} | environment  # a copy has no commits to take the date from
    done = subprocess.run(
        ["make", *words], cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=300
    )
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
    for target in ("site", "serve", "check", "test", "bench", "lock", "clean"):
        assert f"make {target}" in output


def test_site_is_built_once(ready_clone):
    status, output = make(ready_clone, "site")
    assert status == 0, output
    assert "WARNING" not in output
    assert "make serve" in output
    before = (ready_clone / "site/index.html").stat().st_mtime_ns
    assert make(ready_clone, "site")[0] == 0
    assert (ready_clone / "site/index.html").stat().st_mtime_ns == before


def test_site_carries_the_address_it_is_built_for(ready_clone):
    address = "https://someone.example/fork/"
    assert make(ready_clone, "site")[0] == 0
    assert make(ready_clone, "site", SITE_URL=address)[0] == 0
    assert f'href="{address}"' in (ready_clone / "site/index.html").read_text("utf-8")


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
