"""The commands, as someone meets them who has just cloned the project; and what the two engines make of it."""

import contextlib
import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from concurrent import futures
from urllib.parse import urljoin

import pytest
import turbohtml
from conftest import OUTSIDE, ROOT, SITE, copy_sources, program, run

SOURCES = "Makefile mkdocs.yml pyproject.toml docs overrides scripts tests/browsers.sh requirements*.txt".split()


@pytest.fixture
def clone(tmp_path):
    """A copy of the sources with no environment."""
    return copy_sources(tmp_path, *SOURCES)


@pytest.fixture
def build(clone):
    """A function that runs scripts/build.sh with a program that takes no time in place of Python; it ends with `words`."""
    known = {"ENGINE": "mkdocs", "FORMAT": "text", "REPOSITORY_URL": "", "SITE_URL": "http://x/", "SOURCE_DATE_EPOCH": "1"}  # fmt: skip

    def run_build(words="", **changed):
        made = "mkdir .build/site; echo new > .build/site/index.html; echo '<loc>' > .build/site/sitemap.xml"
        real = f'case $* in *fcntl*) exec "{sys.executable}" "$@" ;; esac'
        program(clone / ".venv/bin/python", f"{real}\ncase $* in *mkdocs*) {made} ;; esac\n{words}")
        return run(clone, "scripts/build.sh", **known | changed)

    run_build.built, run_build.settings = clone / "site/index.html", clone / "mkdocs.yml"
    run_build.built.parent.mkdir()
    run_build.built.write_text("old\n")
    return run_build


@pytest.fixture(scope="module")
def settings():
    """What site/ was built for: the settings that build the same again."""
    names = ("ENGINE", "SITE_URL", "REPOSITORY_URL", "SOURCE_DATE_EPOCH", "COMMIT", "CHANGED")
    return dict(zip(names, (ROOT / ".build/built-for").read_text("utf-8")[:-1].split(" "), strict=True))


@pytest.fixture(scope="module")
def guide(tmp_path_factory, settings):
    """A copy that uses this project's environment, built elsewhere, at another time, in another language."""
    folder = copy_sources(tmp_path_factory.mktemp("guide") / "another place, with a longer name", *SOURCES)
    (folder / ".venv").symlink_to(ROOT / ".venv")
    (folder / "docs/friends/.#why.md").symlink_to("someone@host.1:2")  # how Emacs marks a file that is being edited
    for path in folder.rglob("*.md"):
        os.utime(path, (0, 0), follow_symlinks=False)
    odd = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "PYTHONHASHSEED": "1"}
    status, output = run(folder, "make", "site", **settings | odd)
    assert status == 0, output
    assert "WARNING" not in output
    return folder


def test_built_anywhere_and_at_any_time_the_bytes_are_the_same(guide):
    here, there = (
        {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (SITE, guide / "site")
    )
    assert sorted(here) == sorted(there)
    assert [path for path, data in here.items() if data != there[path]] == []


def test_nothing_is_built_twice_though_git_shows_signatures(guide, settings, tmp_path):
    shown = f"echo {settings['SOURCE_DATE_EPOCH']} {settings['COMMIT']}"
    program(tmp_path / "git", f"case $* in *log.showSignature=false*log*) {shown} ;; *log*) echo gpg: Good signature ;; "
                              f"*status*) echo {settings['CHANGED']} ;; esac")  # fmt: skip
    known = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SOURCE_DATE_EPOCH": "", "COMMIT": ""}
    (guide / "site/index.html").touch()
    status, output = run(guide, "make", "site", **settings | known)
    assert (status, output) == (0, f"The guide in site/ is up to date, for {settings['SITE_URL']}\n")


REFUSED = [
    *(("SITE_URL", url, "SITE_URL is not the address of a site: '{}'; write it like https://") for url in ("https://example.org/?page=1", "https://example.org/my guide/", "example.org")),
    ("REPOSITORY_URL", "git@example.org:o/r.git", "REPOSITORY_URL is not the address of a page: '{}'"), ("ENGINE", "jekyll", "there is no engine {}; ENGINE is mkdocs or zensical."),
    *(("exit", to, "extra.exit in mkdocs.yml") for to in ("", "javascript:history.back()", "news.example")),
    ("SOURCE_DATE_EPOCH", "", "this copy has no commits to take its date from; name one: make site SOURCE_DATE_EPOCH=1"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "message"), REFUSED)
def test_a_setting_that_will_not_do_is_one_clear_line_and_the_good_site_stays(build, name, value, message):
    text = build.settings.read_text("utf-8")
    if name == "exit":
        build.settings.write_text(re.sub("(?m)^  exit: .*", f'  exit: "{value}"', text), "utf-8")
    status, output = build(**{"GIT_DIR": "/nowhere", name: value})
    assert (status, output.count("\n"), build.built.read_text()) == (1, 1, "old\n")
    assert output.startswith(f"make: {message.format(value)}")


STEPS = {
    "structure": "the sources have the problems above", "mkdocs": "the guide was not built", "minify": "the site was not built",
    "bind": "the books were not bound", "links": "the site has the problems above",
}  # fmt: skip


def test_whatever_step_fails_or_is_killed_the_last_good_site_stays(clone, build):
    for step, said in STEPS.items():
        for end in ("exit 1", "kill -9 0"):
            status, output = build(f"case $* in *{step}*) {end} ;; esac")
            assert (status != 0, build.built.read_text()) == (True, "old\n"), (step, end)
            assert end != "exit 1" or f"make: {said}: fix these and run make site again; site/ is unchanged." in output
    build.built.parent.rename(clone / ".build/before")  # as a run leaves it that is killed between its two renames
    assert (build("exit 1")[0] != 0, build.built.read_text()) == (True, "old\n")
    assert (build()[0], build.built.read_text()) == (0, "new\n")


def test_a_script_that_cannot_be_shortened_is_named_by_its_place(tmp_path):
    script = tmp_path / "assets/js/exit.js"
    script.parent.mkdir(parents=True)
    script.write_text("let a;\nlet = (;\n")
    status, output = run(ROOT, sys.executable, "scripts/minify.py", tmp_path)
    assert (status, output.partition(" a mistake")[0]) == (1, "docs/assets/js/exit.js:2: there is")


def test_what_would_surprise_a_publisher_is_one_line(build):
    surprises = ("is used instead", "noindex", "robots.txt")
    assert re.search("|".join(surprises), build()[1]) is None
    text = re.sub("(?m)^site_url: .*", 'site_url: "https://me.example/guide"', build.settings.read_text("utf-8"))
    build.settings.write_text(text, "utf-8")
    hides = "cd $SITE_DIR; echo '<meta name=robots content=noindex>' >> index.html; echo 'Disallow: /' > robots.txt"
    status, output = build(f'[ -z "$SITE_DIR" ] || {{ {hides}; }}')
    assert (status, [output.count(words) for words in surprises]) == (0, [1, 1, 1])
    assert "site_url: https://me.example/guide, which is used instead of SITE_URL=http://x/\n" in output
    assert "for https://me.example/guide/\n" in output


def test_the_second_of_two_at_once_waits_for_the_first(clone, build):
    (clone / ".build").mkdir()
    with (clone / ".build/lock").open("w") as first, futures.ThreadPoolExecutor() as pool:
        fcntl.flock(first, fcntl.LOCK_EX)
        second = pool.submit(build)
        assert futures.wait([second], timeout=1).done == set()
        fcntl.flock(first, fcntl.LOCK_UN)
        assert (second.result()[0], build.built.read_text()) == (0, "new\n")
        assert "Another make is at work in this folder; waiting for it to end" in second.result()[1]


def test_an_archive_knows_its_commit(tmp_path):
    git = "git -c user.name=x -c user.email=x@example.org -c init.defaultBranch=main".split()
    copy_sources(tmp_path, ".gitattributes", "scripts/book/book.yml")
    for words in ("init -q", "add .", "commit -qm x", "archive -o a.tar HEAD"):
        assert run(tmp_path, *git, *words.split())[0] == 0
    _, commit = run(tmp_path, *git, "log", "-1", "--format=%ct %H")
    assert f"archive: {commit.strip()}" in run(tmp_path, "tar", "-xOf", "a.tar", "scripts/book/book.yml")[1]


def test_a_python_that_will_not_do_is_one_clear_line(clone):
    for name in ("apt-get", "sudo"):  # nothing is installed on the machine that runs this
        program(clone / name, "exit 1")
    for name, words, message in (
        ("nowhere", "", "install Python 3.10 or newer"),
        ("python", '[ "$1" = --version ] && echo Python 3.9.6; [ "$1" != -c ]', "Python 3.9.6 is too old"),
        ("python", '[ "$1" != -m ]', "apt install python3-venv"),
    ):
        program(clone / "python", words)
        status, output = run(clone, "make", "site", f"PYTHON={clone / name}", PATH=f"{clone}:{os.environ['PATH']}")
        assert (status != 0, message in output, (clone / ".venv").exists()) == (True, True, False)


def test_an_environment_survives_a_failed_install_and_a_moved_one_is_made_again(clone):
    """A program stands in for Python: it makes an environment that holds itself, and its pip is what `pip` says."""
    venv, kept = clone / ".venv", clone / ".venv/kept"
    makes = f'rm -rf "{venv}"; mkdir -p "{venv}/bin"; cp "$0" "{venv}/bin"'
    program(clone / "python", f'case $* in "-m venv --clear .venv") {makes} ;; *" install "*) eval "$PIP" ;; esac')

    def install(lock, pip="true"):
        (clone / "requirements.txt").write_text(lock, "utf-8")
        return run(clone, "scripts/setup.sh", "requirements.txt", PYTHON=f"{clone}/python", PIP=pip)

    program(venv / "bin/python", ":")
    kept.touch()
    (venv / "made-in").write_text("/another/folder/.venv\n", "utf-8")
    status, output = install("old")
    assert (status, kept.exists()) == (0, False)
    assert ".venv was made for another folder or Python; making it again." in output
    assert install("old") == (0, ""), "what is installed already is silent"
    kept.touch()
    for pip, said in (("", "is there a network?"), ("echo DO NOT MATCH THE HASHES;", "names by its hash")):
        status, output = install("new", f"{pip} false")
        assert (status != 0, kept.exists()) == (True, True), "the environment that worked is still there"
        assert "Installing requirements.txt into .venv (" in output
        assert said in output


def test_serve_shows_the_guide_and_its_downloads_and_a_busy_port_is_one_clear_line(guide, settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        status, output = run(guide, "scripts/serve.sh", **settings | {"PORT": str(port)})
        assert (status != 0, "try: make serve PORT=" in output) == (True, True)
    (guide / "site/index.html").touch()
    words, silent = ["make", "serve", f"PORT={port}"], dict.fromkeys(("stdout", "stderr"), subprocess.DEVNULL)
    wanted, end = ["downloads/guide.pdf", "safety/help/"], time.monotonic() + 120
    with subprocess.Popen(words, cwd=guide, env=OUTSIDE | settings, start_new_session=True, **silent) as serving:
        while wanted and time.monotonic() < end:
            with contextlib.suppress(OSError):  # Zensical answers before it has built
                urllib.request.urlopen(f"http://127.0.0.1:{port}/{wanted[0]}").close()
                wanted.pop(0)
            time.sleep(0.2)
        os.killpg(serving.pid, signal.SIGKILL)
    assert wanted == [], "make serve did not show this in two minutes"


def test_each_command_is_explained_and_each_target_is_listed():
    targets = re.findall(r"^  make (\w+) +\S", run(ROOT, "make", "help")[1], re.M)
    assert targets == re.search(r"^\.PHONY: (.+)", (ROOT / "Makefile").read_text("utf-8"), re.M)[1].split()
    commands = set(re.findall(r"^make \w+|(?<=`)make [^`]*", (ROOT / "CONTRIBUTING.md").read_text("utf-8"), re.M))
    assert {"make serve", "make check", "make test"} <= commands <= {f"make {target}" for target in targets}
    for path in (".ci/run", ".github/workflows/site.yml"):
        assert re.search("^(?: +run: )?make test$", (ROOT / path).read_text("utf-8"), re.M), path


ADDRESS = "https://example.org/guide/"
# The index of the search has a form of its own in each engine, and scripts/build.sh leaves out what the theme ships.
LEFT_OUT = re.compile(r".*search[^/]*$|assets/(stylesheets|javascripts|images)/|sitemap.xml.gz")


def built_by(engine, folder):
    """Build the sources in `folder`; return what is in each file, of a page every element with its attributes, and its words."""
    command = [sys.executable, "-m", engine, "build", "--strict", "--clean"]
    status, output = run(folder, *command, SITE_URL=ADDRESS, SITE_DIR=engine)
    assert status == 0, output
    files = {path.relative_to(folder / engine).as_posix(): path for path in (folder / engine).rglob("*.*")}
    return {name: seen(name, path.read_bytes()) for name, path in files.items() if not LEFT_OUT.match(name)}


def seen(name, content):
    if name == "sitemap.xml":  # one of them goes by the menu, the other by the alphabet
        return Counter(content.splitlines())
    if not name.endswith(".html"):
        return content
    page = turbohtml.parse(content)
    page.select_one("meta[name=generator]").decompose()
    elements = []
    for node in page.iter_elements():
        attributes = {key: value for key, value in node.attrs.items() if key != "data-index"}
        for key in {"href", "src", "data-search"} & set(attributes):  # "", "." and "./" are one
            base = (ADDRESS + name).removesuffix("index.html")
            attributes[key] = urljoin(base, attributes[key] or ".").rstrip("/")
        elements.append((node.tag, attributes))
    return elements, " ".join(page.text.split())


@pytest.mark.skipif(sys.version_info < (3, 11), reason="Zensical needs Python 3.11 or newer")
def test_both_engines_build_the_same_pages(clone):
    ours, theirs = built_by("mkdocs", clone), built_by("zensical", clone)
    assert sorted(ours) == sorted(theirs)
    assert [name for name in ours if ours[name] != theirs[name]] == []
