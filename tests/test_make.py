"""The commands, as someone meets them who has just cloned the project."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import pytest
from conftest import ROOT, SITE

SOURCES = ("Makefile", "mkdocs.yml", "pyproject.toml", "docs", "overrides", "scripts", "tests/browsers.sh")
SETTINGS = {"SOURCE_DATE_EPOCH": "1795392000", "SITE_URL": "https://example.github.io/some-repo"}
NO_NETWORK = {
    "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": "", "PIP_RETRIES": "0",
    "PIP_NO_CACHE_DIR": "1", "PIP_CONFIG_FILE": os.devnull,
}  # fmt: skip


def make(folder, *words, **environment):
    """Run make in `folder`; return its exit status and its two outputs as one text."""
    outer = {name: value for name, value in os.environ.items() if "MAKE" not in name}  # `make test` runs these tests
    done = subprocess.run(
        ["make", *words], cwd=folder, env=outer | SETTINGS | environment, capture_output=True, text=True, timeout=300,
        start_new_session=True,  # so that a test can kill everything that make started
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def copy_sources(folder):
    """Copy the sources into `folder`, without an environment."""
    for path in (*map(ROOT.joinpath, SOURCES), *ROOT.glob("requirements*.txt")):
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if path.is_dir() else shutil.copy2)(path, target)
    return folder


@pytest.fixture
def clone(tmp_path):
    """A copy of the sources with no environment."""
    return copy_sources(tmp_path)


@pytest.fixture(scope="module")
def guide(tmp_path_factory):
    """A copy that uses this project's environment, built once, in a folder whose name has a space and a comma."""
    folder = copy_sources(tmp_path_factory.mktemp("guide") / "another place, with a longer name")
    (folder / ".venv").symlink_to(ROOT / ".venv")
    for path in folder.rglob("*.md"):
        os.utime(path, (0, 0))
    status, output = make(folder, "site", TZ="Pacific/Kiritimati", LC_ALL="C", PYTHONHASHSEED="1")
    assert status == 0, output
    assert "WARNING" not in output
    assert f"for {SETTINGS['SITE_URL']}/" in output
    return folder


def files(folder):
    """Return each file below `folder`: its bytes by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_help_lists_every_target():
    targets = re.search(r"^\.PHONY: (.+)", (ROOT / "Makefile").read_text("utf-8"), re.M)[1].split()
    status, output = make(ROOT, "help")
    assert status == 0
    assert re.findall(r"^  make (\w+) +\S", output, re.M) == targets


def test_nothing_is_built_twice_and_another_address_is_another_build(guide):
    before = files(guide / "site")
    status, output = make(guide, "site")
    assert (status, output) == (0, f"The guide in site/ is up to date, for {SETTINGS['SITE_URL']}/\n")
    assert files(guide / "site") == before
    (guide / "docs/new.md").write_text("Neither head nor title.\n", "utf-8")
    status, output = make(guide, "site")
    (guide / "docs/new.md").unlink()
    assert status != 0
    assert "docs/new.md:1:1: " in output


def test_built_anywhere_and_at_any_time_the_bytes_are_the_same(guide):
    stamp = re.fullmatch(r"\w+ (\S+) (\S*) (\d+) (\S*) ?(1?)\n", (ROOT / ".build/built-for").read_text("utf-8"))
    assert stamp, "site/ was not built by make site"
    other = guide.parent / "other"
    shutil.copytree(guide, other, symlinks=True)
    address, repository, date, commit, changed = stamp.groups()
    settings = {"SITE_URL": address, "REPOSITORY_URL": repository, "SOURCE_DATE_EPOCH": date, "COMMIT": commit}
    status, output = make(other, "site", **settings, CHANGED=changed)
    assert status == 0, output
    here, there = files(SITE), files(other / "site")
    assert sorted(here) == sorted(there)
    assert [path for path, data in here.items() if data != there[path]] == []


FAULTS = {
    "a conflict marker": ("<<<<<<< HEAD\n", "the sources have the problems above"),
    "a dead link": ("\n[Nowhere](nowhere.md)\n", "the sources have the problems above"),
    "a text to take in that is not there": ('\n--8<-- "missing.md"\n', "the sources have the problems above"),
    "an element no book can hold": ("\n<video></video>\n", "the books were not bound"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_named_and_the_last_good_site_stays(guide, fault):
    words, message = FAULTS[fault]
    good = files(guide / "site")
    page = next(
        path for path in sorted((guide / "docs").glob("*/*.md")) if "kind: reference" in path.read_text("utf-8")
    )
    text = page.read_text("utf-8")
    page.write_text(text + words, "utf-8")
    status, output = make(guide, "site")
    page.write_text(text, "utf-8")
    assert status != 0
    assert page.relative_to(guide / "docs").as_posix() in output
    assert f"make: {message}: fix what the lines above name" in output
    assert "Traceback" not in output
    assert files(guide / "site") == good


NAMES = {"my photo.png": "rename", "a:b.md": "rename", ".#why.md": "", "why.md~": "rename or delete"}


@pytest.mark.parametrize("name", NAMES)
def test_a_file_name_that_nobody_can_link_to_is_named_or_left_out(guide, name):
    page = guide / "docs/friends" / name
    if name.startswith(".#"):
        page.symlink_to("someone@host.1:2")  # how Emacs marks a file that is being edited
    else:
        page.write_bytes(b"x")
    status, output = make(guide, "site")
    page.unlink()
    assert "Traceback" not in output
    if NAMES[name]:
        assert status != 0
        assert name in output
        assert NAMES[name] in output
    else:
        assert status == 0, output
        assert not [path for path in files(guide / "site") if name in path]


@pytest.mark.parametrize("address", ["https://example.org/?page=1", "https://example.org/my guide/", "example.org"])
def test_an_address_that_is_none_blames_the_setting(guide, address):
    status, output = make(guide, "site", SITE_URL=address)
    assert status != 0
    assert output.startswith(f"make: SITE_URL is not the address of a site: '{address}'; write it like https://")


def test_signatures_shown_by_git_do_not_reach_the_build(tmp_path):
    stub = tmp_path / "git"
    stub.write_text('#!/bin/sh\ncase "$*" in *log.showSignature=false*log*) echo 1795392000 0123abc ;; '
                    '*log*) printf "gpg: Good signature\\n1795392000 0123abc\\n" ;; esac\n')  # fmt: skip
    stub.chmod(0o755)
    folder = copy_sources(tmp_path / "clone")
    status, output = make(
        folder, "site", PATH=f"{tmp_path}:{os.environ['PATH']}", SOURCE_DATE_EPOCH="", PYTHON="no-such-python"
    )
    assert status != 0
    assert "Good signature" not in output


@pytest.mark.parametrize("where", ["mkdocs", "bind.py", "links", "mv 1", "mv 2"])
def test_killed_at_any_step_no_half_site_is_left(clone, where):
    # Programs that take no time stand in for the real ones; the one that is named kills everything halfway.
    whole = {"before": {"index.html": "before", "last.html": "before"}, "after": {"index.html": "", "last.html": ""}}
    for folder in (clone / ".venv/bin", clone / "stubs", clone / "site"):
        folder.mkdir(parents=True)
    for name, text in whole["before"].items():
        (clone / "site" / name).write_text(text)
    kill = clone / "kill"
    kill.write_text(where)
    step = f"""[ ! -e {kill} ] || [ "$(cat {kill})" != "$step" ] || {{ rm {kill}; kill -9 0; }}"""

    def script(path, text):
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    build = f'mkdir "$SITE_DIR"; : > "$SITE_DIR/index.html"; step=mkdocs; {step}; : > "$SITE_DIR/last.html"'
    script(
        clone / ".venv/bin/python",
        f'case "$*" in *mkdocs*) {build} ;; *bind.py*) step=bind.py; {step} ;; *" links"*) step=links; {step} ;; esac',
    )
    count = f'echo >> {clone}/mv.calls; step="mv $(wc -l < {clone}/mv.calls)"'
    script(clone / "stubs/mv", f'{count}; {step}; exec /bin/mv "$@"')

    def site():
        return {path.name: path.read_text() for path in (clone / "site").rglob("*")}

    def build_site():
        path = f"{clone / 'stubs'}:{os.environ['PATH']}"
        environment = os.environ | SETTINGS | {"PATH": path, "ENGINE": "mkdocs", "FORMAT": "text", "REPOSITORY_URL": ""}
        return subprocess.run(
            ["scripts/build.sh"], cwd=clone, env=environment, capture_output=True, start_new_session=True
        ).returncode

    assert build_site() != 0
    assert not kill.exists()
    assert site() in (whole["before"], whole["after"], {})
    build_site()  # the stubs write no sitemap, so its last line fails
    assert site() == whole["after"]


def test_an_archive_knows_its_commit(tmp_path):
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "init.defaultBranch=main"]
    clone = tmp_path / "clone"
    (clone / "scripts/book").mkdir(parents=True)
    for name in (".gitattributes", "scripts/book/book.yml"):
        shutil.copy(ROOT / name, clone / name)
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["archive", "-o", "../a.tar", "HEAD"]):
        subprocess.run([*git, *words], cwd=clone, check=True)
    commit = subprocess.run([*git, "log", "-1", "--format=%ct %H"], cwd=clone, capture_output=True, text=True).stdout
    subprocess.run(["tar", "-xf", "a.tar", "scripts/book/book.yml"], cwd=tmp_path, check=True)
    assert f"archive: {commit.strip()}" in (tmp_path / "scripts/book/book.yml").read_text("utf-8")


def test_a_copy_without_a_date_is_one_clear_line(guide):
    status, output = make(guide, "site", SOURCE_DATE_EPOCH="", GIT_DIR="/nowhere")
    assert status != 0
    assert "name one: make site SOURCE_DATE_EPOCH=1" in output


STUBS = {
    "missing": ("", "install Python 3.10 or newer"),
    "old": ('[ "$1" = --version ] && echo Python 3.9.6; [ "$1" != -c ]', "Python 3.9.6 is too old"),
    "without venv": ('[ "$1" != -m ]', "apt install python3-venv"),
}


@pytest.mark.parametrize("python", STUBS)
def test_a_python_that_will_not_do_is_one_clear_line(clone, python):
    words, message = STUBS[python]
    stub = clone / "python"
    if words:
        stub.write_text(f"#!/bin/sh\n{words}\n")
        stub.chmod(0o755)
    status, output = make(clone, "site", f"PYTHON={stub}")
    assert status != 0
    assert message in output
    assert not (clone / ".venv").exists()


def test_no_network_is_one_clear_line(clone):
    status, output = make(clone, "site", **NO_NETWORK)
    assert status != 0
    assert "is there a network?" in output
    assert "Installing requirements.txt into .venv (" in output
    assert "Traceback" not in output
    assert not list((clone / ".venv").glob("*.installed"))
    assert not (clone / "site").exists()


def test_an_environment_survives_a_changed_lock_without_network_and_a_moved_one_is_made_again(clone):
    setup = ["scripts/setup.sh", "requirements.txt"]
    environment = os.environ | NO_NETWORK

    def run():
        done = subprocess.run(setup, cwd=clone, env=environment, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    lock = clone / "requirements.txt"
    lock.write_text("# nothing\n", "utf-8")
    assert run()[0] == 0
    assert run() == (0, ""), "what is installed already is silent"
    kept = clone / ".venv/kept"
    kept.touch()
    lock.write_text("six==1.16.0 --hash=sha256:" + "0" * 64 + "\n", "utf-8")
    status, output = run()
    assert status != 0
    assert "is there a network?" in output
    assert kept.exists(), "the environment that worked is still there"
    (clone / ".venv/made-in").write_text("/another/folder/.venv\n", "utf-8")
    lock.write_text("# nothing at all\n", "utf-8")
    status, output = run()
    assert status == 0
    assert ".venv was made for another folder or Python; making it again." in output
    assert not kept.exists()


def test_busy_port_is_one_clear_line(guide):
    with socket.create_server(("127.0.0.1", 0)) as busy:
        status, output = make(guide, "serve", f"PORT={busy.getsockname()[1]}")
    assert status != 0
    assert "try: make serve PORT=" in output
    assert "Traceback" not in output


def test_serve_shows_the_guide_and_its_downloads(guide):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen(
        ["make", "serve", f"PORT={port}"], cwd=guide, env=os.environ | SETTINGS, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    ) as serving:  # fmt: skip
        try:
            for _ in range(240):
                time.sleep(0.5)
                with contextlib.suppress(urllib.error.URLError):
                    for path in ("downloads/guide.pdf", "safety/help/"):  # Zensical answers before it has built
                        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}").status == 200
                    break
            else:
                pytest.fail("make serve showed nothing in two minutes")
        finally:
            os.killpg(serving.pid, signal.SIGKILL)
