"""How fast validate.py is, and whether it finds every fault planted in sites and books of 100, 1,000 and 10,000 pages.

    python tests/bench_validate.py [PAGES ...] [--others PAGES] [--before FILE]

Prints one table, in seconds of CPU (user and system, of all processes) and peak megabytes. The floor is the bare parse of
the same pages, by the validator's own parser and by lexbor. `--before` adds another validate.py to compare with, and
`--others` lychee and linkinator, where they are installed, for sites of up to so many pages. Exit 1 when a planted fault is
missed or an alarm is false.
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

VALIDATE = Path(__file__).parents[1] / "scripts" / "validate.py"
WORDS = "you can walk with a friend and talk about the day it was warm so we sat down by the river for an hour".split()
ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path d="M20 11v2H8l5.5 5.5-1.42 1.42L4.16 12l7.92-7.92L13.5 5.5 8 11z"/></svg>'


LABEL = (
    '<input class="md-nav__toggle md-toggle" type="checkbox" id="__nav_{0}"><label class="md-nav__link" for="__nav_{0}" id="__nav_{0}_label" '
    'tabindex="0"><span class="md-ellipsis">Part</span><span class="md-nav__icon md-icon">' + ICON + "</span></label>"
)


def sentence(rng):
    return " ".join(rng.choices(WORDS, k=12)).capitalize() + "."


# ---------------------------------------------------------------------------------------------------------------------
# A site of about 45 KB a page, with the navigation of its part on each page, as Material writes it
# ---------------------------------------------------------------------------------------------------------------------

SITE_FAULTS = {  # code: what stands on the page
    "L101": '<a href="https:/example.org/{n}">x</a>',
    "L102": '<a href="http://example.org/{n}">x</a>',
    "L103": '<a href="/elsewhere/{n}">x</a>',
    "L104": '<a href="../Page-{n}/">x</a>',
    "L105": '<img alt="" src="gone-{n}.png">',
    "L201": '<p id="twice-{n}"></p><p id="twice-{n}"></p>',
    "L202": '<a href="../page-{n}/?{n}"></a>',
    "L301": '<a href="#gone-{n}">x</a>',
}


def make_site(folder, pages):
    """Write a site; return the code and the path of each planted fault."""
    rng, planted, codes, size = random.Random(pages), set(), [*SITE_FAULTS], 50
    parts = [range(start, min(start + size, pages)) for start in range(0, pages, size)]
    top = "".join(f'<li class="md-nav__item"><a href="../../part-{n}/page-{part[0]}/" class="md-nav__link"><span class="md-ellipsis">Part {n}</span></a></li>'
                  for n, part in enumerate(parts[:50]))  # fmt: skip
    for number, part in enumerate(parts):
        before = "".join(
            f'<li class="md-nav__item"><a href="../../part-{n}/page-{parts[n][0]}/">Part {n}</a></li>'
            for n in {(number + step) % len(parts) for step in (-1, 1)}
        )
        nav = top + before + "".join(
            f'<li class="md-nav__item"><a href="../page-{n}/" class="md-nav__link"><span class="md-ellipsis">A page about {sentence(rng)}</span></a></li>'
            for n in part)  # fmt: skip
        for n in part:
            fault = codes[n // 20 % len(codes)] if n % 20 == 7 else ""
            path = f"part-{number}/page-{n}/index.html"
            if fault:
                planted.add((fault, path))
            sections = "".join(
                f'<h2 id="section-{s}">Section {s}<a class="headerlink" href="#section-{s}" title="Permanent link">¶</a></h2>'
                + "".join(f"<p><strong>{sentence(rng)}</strong> {' '.join(sentence(rng) for _ in range(4))} <em>{sentence(rng)}</em></p>" for _ in range(3))
                + f"<ul><li>{sentence(rng)}</li><li>{sentence(rng)}</li></ul><p><a href=\"../page-{rng.choice(part)}/#section-{s}\">A link</a> and <code>code</code></p>"
                for s in range(8)
            )  # fmt: skip
            contents = "".join(
                f'<li class="md-nav__item"><a href="#section-{s}" class="md-nav__link">Section {s}</a></li>'
                for s in range(8)
            )
            html = (
                f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Page {n}</title>'
                f'<link rel="canonical" href="https://u.github.io/guide/part-{number}/page-{n}/"><link rel="icon" href="../../assets/i.png">'
                f'<link rel="stylesheet" href="../../assets/a.css"></head><body><header class="md-header"><a href="../.." title="Home">{ICON * 4}</a></header>'
                f'<nav class="md-nav">{ICON.join(["<ul>", nav, "</ul>"])}</nav>' + "".join(LABEL.format(n) for n in range(40))
                + f"<nav>{contents}</nav><article><h1 id=\"page\">Page {n}</h1>{sections}{SITE_FAULTS.get(fault, '').format(n=n)}</article></body></html>"
            )  # fmt: skip
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(html, "utf-8")
    (folder / "assets").mkdir()
    (folder / "assets" / "a.css").write_text("body { background: url(i.png) }")
    (folder / "assets" / "i.png").write_text("png")
    (folder / "index.html").write_text(
        '<link rel="canonical" href="https://u.github.io/guide/"><a href="part-0/page-0/">x</a>'
    )
    return planted


# ---------------------------------------------------------------------------------------------------------------------
# A book of chapters
# ---------------------------------------------------------------------------------------------------------------------

BOOK_FAULTS = {  # code: what is replaced, and by what
    "B102": ("---\n\n#", "\n#"),
    "B309": ("Afraid of them", "Scared of them"),
    "B103": ("reviewed:", "reveiwed:"),
    "B105": ("kind: chapter", "kind: chaptre"),
    "B106": ("2026-11-23", "2026-11-32"),
    "B304": ("**Next:**", "Next:"),
    "B401": ("!!! abstract", "!! abstract"),
    "B403": ("    Walk.\n", "Walk.\n"),
    "B405": ("[help](../safety/help.md)", "help"),
    "B501": ("- [ ] Wait", "- [x] Wait"),
    "B508": ("\n## Section 1", "\nThis is **bold.\n\n## Section 1"),
    "B502": ("- [ ] Wait", "- [ ] River"),
    "B601": ("\n## Section 1", "\nWin them back.\n\n## Section 1"),
    "B701": ("page](../safety/index.md)", "page](../safety/gone.md)"),
    "B702": ("page](../safety/index.md)", "page](http://example.org/)"),
    "B703": ("\n## Section 1", "\n![A river](https://example.org/r.png)\n\n## Section 1"),
}


def letters(number):
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:05}")


def make_book(folder, pages):
    rng, planted, codes, size = random.Random(pages), set(), [*BOOK_FAULTS], 50
    nav = ["nav:", "  - index.md", "  - Safety:", "      - safety/index.md", "      - safety/help.md"]
    head = "---\ndescription: {} is a page of a book that was made to measure how long its checks take.\nkind: {}\nreviewed: 2026-11-23\n---\n\n"
    files = {
        name: head.format(name, "reference") + f"# {name}\n"
        for name in ("index.md", "safety/index.md", "safety/help.md")
    }
    for start in range(0, pages, size):
        part, numbers = f"part-{letters(start)}", range(start, min(start + size, pages))
        nav += [f"  - {part}:", f"      - {part}/index.md", *(f"      - {part}/page-{letters(n)}.md" for n in numbers)]
        files[f"{part}/index.md"] = head.format(part, "reference") + f"# {part}\n"
        for n in numbers:
            path = f"{part}/page-{letters(n)}.md"
            sections = "\n".join(
                f"## Section {s}\n\n" + "\n".join(sentence(rng) for _ in range(14)) + "\n" for s in range(4)
            )
            text = head.format(path, "chapter") + (
                f'# Page {n}\n\n!!! abstract "In short"\n\n    One thing.\n    Another thing.\n\nAfraid of them, or asked to stop? [Start here](../safety/index.md).\n{{: .safety }}\n\n!!! danger "Not safe?"\n\n'
                f'    Read [help](../safety/help.md).\n\n{sections}\nSee [the page](../safety/index.md).\n\n!!! tip "Try this"\n\n    Walk.\n    Rest.\n\n'
                "## Checklist\n\n- [ ] Ask once\n- [ ] Wait a day\n- [ ] Read it again\n\n**Next:** [safety/help.md](../safety/help.md)\n"
            )
            if n % 20 == 7:
                fault = codes[n // 20 % len(codes)]
                planted.add((fault, f"docs/{path}"))
                assert BOOK_FAULTS[fault][0] in text, fault
                text = text.replace(*BOOK_FAULTS[fault], 1)
            files[path] = text
    for path, text in files.items():
        (folder / "docs" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "docs" / path).write_text(text, "utf-8")
    (folder / "mkdocs.yml").write_text("\n".join(nav), "utf-8")
    return planted


# ---------------------------------------------------------------------------------------------------------------------
# The measures
# ---------------------------------------------------------------------------------------------------------------------


def measured(*command):
    """Seconds of CPU, peak megabytes of its largest process, and output of a command. One that breaks ends the bench."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)  # with the processes that it waited for
        seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        output.seek(0)
        errors.seek(0)
        said, complaint = output.read().decode("utf-8", "replace"), errors.read().decode("utf-8", "replace")
        if os.waitstatus_to_exitcode(status) not in (0, 1, 2) or "Traceback" in complaint:
            sys.exit(f"{' '.join(map(str, command))}: status {status}\n{complaint[-2000:]}")
        return seconds, usage.ru_maxrss / 1024, said


def parse_turbohtml(paths):
    import turbohtml

    for path in paths:
        turbohtml.parse(path.read_bytes())


def parse_lexbor(paths):
    from selectolax.lexbor import LexborHTMLParser

    for path in paths:
        LexborHTMLParser(path.read_bytes())


def floor(parse, folder):
    paths = sorted(folder.rglob("*.html"))
    start = time.process_time()
    parse(paths)
    return time.process_time() - start


def judge(output, root, planted):
    """How many planted faults were found, how many alarms are false."""
    found = {
        (problem["code"], Path(problem["path"]).relative_to(root).as_posix())
        for problem in json.loads(output)["problems"]
    }
    return len(found & planted), found - planted


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="*", type=int, default=[100, 1_000, 10_000])
    parser.add_argument("--lychee", default=shutil.which("lychee"), help="the lychee to compare with")
    parser.add_argument("--others", type=int, default=0, help="compare with lychee and linkinator up to so many pages")
    parser.add_argument("--before", type=Path, help="another validate.py, for the links of the same sites")
    options, wrong = parser.parse_args(), 0
    lychee = options.lychee
    linkinator = shutil.which("linkinator")
    print(
        "| pages | MB | structure s | MB | found | links s | MB | found | floor s | ratio | lexbor s | ratio | before s | ratio | lychee s | ratio | linkinator s | ratio |"
    )
    print("|" + "---:|" * 18, flush=True)
    for pages in options.pages:
        with tempfile.TemporaryDirectory() as name:
            book, site = Path(name, "book"), Path(name, "site")
            faults, broken = make_book(book, pages), make_site(site, pages)
            weight = sum(path.stat().st_size for path in site.rglob("*.html")) / 1e6
            measured(sys.executable, VALIDATE, "links", site)  # once, so that the files are in memory for everybody
            seconds, memory, output = measured(sys.executable, VALIDATE, "structure", book, "--format", "json")
            hits, false = judge(output, book, faults)
            row = [pages, f"{weight:.0f}", f"{seconds:.2f}", f"{memory:.0f}", f"{hits}/{len(faults)}"]
            seconds, memory, output = measured(sys.executable, VALIDATE, "links", site, "--format", "json")
            found, alarms = judge(output, site, broken)
            row += [f"{seconds:.2f}", f"{memory:.0f}", f"{found}/{len(broken)}"]
            for parse in (parse_turbohtml, parse_lexbor):
                try:
                    least = floor(parse, site)
                except ImportError:
                    row += ["", ""]
                    continue
                row += [f"{least:.2f}", f"{seconds / least:.1f}"]
            earlier = measured(sys.executable, options.before, "links", site)[0] if options.before else 0
            row += [f"{earlier:.2f}", f"{seconds / earlier:.2f}"] if earlier else ["", ""]
            rivals = [(lychee, ("--offline", "--include-fragments", "--no-progress", "--root-dir", site, "--index-files", "index.html", site)),
                      (linkinator, (site, "--recurse", "--silent", "--skip", "^https?://(?!localhost)"))]  # fmt: skip
            for program, arguments in rivals:
                took = measured(program, *arguments)[0] if program and pages <= options.others else 0
                row += [f"{took:.1f}", f"{took / seconds:.0f}"] if took else ["", ""]
            print("|", " | ".join(map(str, row)), "|", flush=True)
            for code, path in sorted(false | alarms)[:10]:
                print(f"false alarm: {code} {path}", file=sys.stderr)
            wrong += len(false | alarms) + len(faults) - hits + len(broken) - found
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
