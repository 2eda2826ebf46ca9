"""How fast validate.py is, and whether it finds every fault planted in sites and books of 100, 1,000 and 10,000 pages.

    python tests/bench_validate.py [PAGES ...] [--others PAGES] [--before FILE]

Prints one table, in seconds of CPU (user and system, of all processes) and peak megabytes. The floor is the bare parse of
the same pages by the validator's own parser. `--before` adds another validate.py to compare with, and `--others` lychee,
where it is installed, for sites of up to so many pages. Exit 1 when a planted fault is missed or an alarm is false.
"""

import argparse
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import turbohtml

VALIDATE = Path(__file__).parents[1] / "scripts" / "validate.py"
WORDS = "you can walk with a friend and talk about the day it was warm so we sat down by the river for an hour".split()
ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M20 11v2H8l5.5 5.5-1.42 1.42L4.16 12l7.92-7.92L13.5 5.5 8 11z"/></svg>'
LABEL = f'<input class="md-nav__toggle md-toggle" type="checkbox" id="__nav_{{0}}"><label class="md-nav__link" for="__nav_{{0}}" id="__nav_{{0}}_label" tabindex="0"><span class="md-ellipsis">Part</span><span class="md-nav__icon md-icon">{ICON}</span></label>'
PART = 50  # pages in a folder
SITE_FAULTS = {  # code: what is on the page
    "L101": '<a href="https:/example.org/{n}">x</a>', "L103": '<a href="/elsewhere/{n}">x</a>',
    "L105": '<img alt="" src="gone-{n}.png">', "L201": '<p id="twice-{n}"></p><p id="twice-{n}"></p>',
    "L202": '<a href="../page-{n}/?{n}"></a>', "L301": '<a href="#gone-{n}">x</a>',
}  # fmt: skip
BOOK_FAULTS = [  # code, what is replaced, and by what
    ("B102", "---\n\n#", "\n#"), ("B302", "Afraid of them", "Scared of them"), ("B103", "reviewed:", "reveiwed:"), ("B103", "kind: chapter", "kind: chaptre"),
    ("B503", "2026-11-23", "2026-11-32"), ("B302", "**Next:**", "Next:"), ("B101", "!!! abstract", "!! abstract"), ("B101", "    Walk.\n", "Walk.\n"),
    ("B302", "[help](../safety/help.md)", "help"), ("B508", "- [ ] Wait", "- [x] Wait"), ("B508", "\n## Section 1", "\nThis is **bold.\n\n## Section 1"),
    ("B302", "- [ ] Wait", "- [ ] River"), ("B601", "\n## Section 1", "\nWin them back.\n\n## Section 1"), ("B701", "page](../safety/index.md)", "page](../safety/gone.md)"),
    ("B702", "page](../safety/index.md)", "page](http://example.org/)"), ("B702", "\n## Section 1", "\n![A river](https://example.org/r.png)\n\n## Section 1"),
]  # fmt: skip


def sentence(rng):
    return " ".join(rng.choices(WORDS, k=12)).capitalize() + "."


def write(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def make_site(folder, pages):
    """Write a site of about 45 KB a page, with the navigation of its part on each page, as Material writes it. Return
    the code and the path of each planted fault."""
    rng, planted, codes = random.Random(pages), set(), [*SITE_FAULTS]
    parts = [range(start, min(start + PART, pages)) for start in range(0, pages, PART)]
    item = '<li class="md-nav__item"><a href="{}" class="md-nav__link"><span class="md-ellipsis">{}</span></a></li>'
    near = [{*range(50), number - 1, (number + 1) % len(parts)} & {*range(len(parts))} for number in range(len(parts))]
    for number, part in enumerate(parts):
        nav = "".join(item.format(f"../../part-{n}/page-{parts[n][0]}/", f"Part {n}") for n in sorted(near[number]))
        nav += "".join(item.format(f"../page-{n}/", f"A page about {sentence(rng)}") for n in part)
        for n in part:
            fault, path = codes[n // 20 % len(codes)] if n % 20 == 7 else "", f"part-{number}/page-{n}/index.html"
            planted |= {(fault, path)} if fault else set()
            sections = "".join(
                f'<h2 id="section-{s}">Section {s}<a class="headerlink" href="#section-{s}" title="Permanent link">¶</a></h2>'
                + "".join(f"<p><strong>{sentence(rng)}</strong> {' '.join(sentence(rng) for _ in range(4))} <em>{sentence(rng)}</em></p>" for _ in range(3))
                + f"<ul><li>{sentence(rng)}</li><li>{sentence(rng)}</li></ul><p><a href=\"../page-{rng.choice(part)}/#section-{s}\">A link</a> and <code>code</code></p>"
                for s in range(8)
            )  # fmt: skip
            html = (
                f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page {n}</title><link rel="canonical" href="https://u.github.io/guide/part-{number}/page-{n}/">'
                f'<link rel="icon" href="../../assets/i.png"><link rel="stylesheet" href="../../assets/a.css"></head><body><header class="md-header"><a href="../.." title="Home">{ICON * 4}</a></header>'
                f'<nav class="md-nav">{ICON.join(["<ul>", nav, "</ul>"])}</nav>{"".join(map(LABEL.format, range(40)))}<nav>{"".join(item.format(f"#section-{s}", s) for s in range(8))}</nav>'
                f'<article><h1 id="page">Page {n}</h1>{sections}{SITE_FAULTS.get(fault, "").format(n=n)}</article></body></html>'
            )  # fmt: skip
            write(folder, {path: html})
    home = '<link rel="canonical" href="https://u.github.io/guide/">' + "".join(f'<a href="part-{n}/page-{part[0]}/">x</a>' for n, part in enumerate(parts))  # fmt: skip
    write(folder, {"index.html": home, "assets/a.css": "body { background: url(i.png) }", "assets/i.png": "png"})
    return planted


def make_book(folder, pages):
    """Write a book of chapters. Return the code and the path of each planted fault."""
    rng, planted = random.Random(pages), set()
    nav = ["nav:", "  - index.md", "  - Safety:", "      - safety/index.md", "      - safety/help.md"]
    head = "---\ndescription: {} is a page of a book that was made to measure how long its checks take.\nkind: {}\nreviewed: 2026-11-23\n---\n\n"
    plain = ["index", "safety/index", "safety/help"]
    for start in range(0, pages, PART):
        plain.append(f"part-{start}/index")
        nav += [f"  - Part {start}:", f"      - part-{start}/index.md"]
        for n in range(start, min(start + PART, pages)):
            path, text = f"part-{start}/page-{n}.md", "\n".join(f"## Section {s}\n\n" + "\n".join(sentence(rng) for _ in range(14)) + "\n" for s in range(4))  # fmt: skip
            text = head.format(path, "chapter") + (
                f'# Page {n}\n\n!!! abstract "In short"\n\n    One thing.\n    Another thing.\n\nAfraid of them, or asked to stop? [Start here](../safety/index.md).\n{{: .safety }}\n\n'
                f'!!! danger "Not safe?"\n\n    Read [help](../safety/help.md).\n\n{text}\nSee [the page](../safety/index.md).\n\n!!! tip "Try this"\n\n    Walk.\n    Rest.\n\n'
                "## Checklist\n\n- [ ] Ask once\n- [ ] Wait a day\n- [ ] Read it again\n\n**Next:** [safety/help](../safety/help.md)\n"
            )  # fmt: skip
            if n % 20 == 7:
                code, old, new = BOOK_FAULTS[n // 20 % len(BOOK_FAULTS)]
                assert old in text, code
                planted.add((code, f"docs/{path}"))
                text = text.replace(old, new, 1)
            nav.append(f"      - {path}")
            write(folder / "docs", {path: text})
    write(folder / "docs", {f"{name}.md": head.format(name, "reference") + f"# {name}\n" for name in plain})
    write(folder, {"mkdocs.yml": "\n".join(nav)})
    return planted


def measured(*command):
    """Seconds of CPU, peak megabytes of its largest process, and output of a command. One that breaks ends the bench."""
    with tempfile.TemporaryFile() as output:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)  # with the processes that it waited for
        output.seek(0)
        text = output.read().decode("utf-8", "replace")
    if os.waitstatus_to_exitcode(status) not in (0, 1, 2) or "Traceback" in text:
        sys.exit(f"{' '.join(map(str, command))}: status {status}\n{text[-2000:]}")
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, usage.ru_maxrss / 1024, text


def floor(folder):
    start = time.process_time()
    for path in sorted(folder.rglob("*.html")):
        turbohtml.parse(path.read_bytes())
    return time.process_time() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=int, default=[100, 1_000, 10_000])
    parser.add_argument("--lychee", default=shutil.which("lychee"), help="the lychee to compare with")
    parser.add_argument("--others", type=int, default=0, help="compare with lychee up to so many pages")
    parser.add_argument("--before", type=Path, help="another validate.py, for the same books and sites")
    options, wrong = parser.parse_args(), 0
    print("| pages | of | s | MB | found | floor s | ratio | before s | MB | lychee s | MB |")
    print("|---:|---|" + "---:|" * 9, flush=True)
    for pages, kind in [(pages, kind) for pages in options.pages for kind in ("structure", "links")]:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            planted = (make_site if kind == "links" else make_book)(folder, pages)
            least = floor(folder)  # first, so that the files are in memory for everybody
            seconds, memory, output = measured(sys.executable, VALIDATE, kind, folder, "--format", "json")
            problems = json.loads(output)["problems"]
            found = {(one["code"], Path(one["path"]).relative_to(folder).as_posix()) for one in problems}
            row = [f"{pages:,}", kind, f"{seconds:.2f}", f"{memory:.0f}", f"{len(found & planted)}/{len(planted)}"]
            row += [f"{least:.2f}", f"{seconds / least:.1f}"] if kind == "links" else ["", ""]
            offline = (options.lychee, "--offline", "--include-fragments", "--no-progress", "--root-dir", folder, "--index-files", "index.html", folder)  # fmt: skip
            others = [(sys.executable, options.before, kind, folder)] if options.before else [()]
            for command in [*others, offline if options.lychee and kind == "links" and pages <= options.others else ()]:
                row += [f"{value:.{digits}f}" for value, digits in zip(measured(*command), (2, 0), strict=False)] if command else ["", ""]  # fmt: skip
            print("|", " | ".join(row), "|", flush=True)
            for code, path in sorted(found - planted)[:10]:
                print(f"false alarm: {code} {path}", file=sys.stderr)
            wrong += len(found ^ planted)
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
