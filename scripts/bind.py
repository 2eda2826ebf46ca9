"""Bind the built site into books: SITE/downloads/ gets PDFs on two papers, an EPUB and one HTML file.

Pages are read as they were built, in the order of nav in mkdocs.yml, so this depends on no engine.
Exit 0: bound. 1: something cannot be bound; the line names the page and the element. 2: cannot run.
130: interrupted.
"""

import argparse
import pathlib
import re
import shutil
import sys

import guide
import pypdfium2  # type: ignore[import-untyped]
from binder.compare import compare
from binder.paper import pdf
from binder.read import Book, CannotBindError, read
from binder.screen import epub, single_file

ROOT = pathlib.Path(__file__).parent.parent
PAPERS = {"": "a4", "-letter": "letter"}


def bind(book: Book) -> dict[str, bytes]:
    """Make every file in memory, by name, so that when one cannot be made (CannotBindError), none is written."""
    made = {f"guide{name}.pdf": pdf("guide()", book, paper=paper) for name, paper in PAPERS.items()}
    made |= {"guide.epub": epub(book), "guide.html": single_file(book).encode()}
    made |= {f"worksheets{name}.pdf": pdf("worksheets()", book, paper=it, alone=True) for name, it in PAPERS.items()}
    compare(book, made)
    return made


def described(name: str, data: bytes) -> str:
    """Say what a file is: "PDF, 120 pages, 0.7 MB" (10^6 bytes)."""
    kind = name.rpartition(".")[2].upper()
    pages = f" {len(pypdfium2.PdfDocument(data))} pages," if kind == "PDF" else ""
    return f"{kind},{pages} {max(len(data) / 1e6, 0.1):.1f} MB"


def complete_pages(book: Book, made: dict[str, bytes]) -> dict[str, bytes]:
    """Return the built pages that leave something open, filled: <span data-download="...">, <span data-edition>, and in
    the lists of overviews how long each page takes.

    Raises CannotBindError for a download that is not among the files `made`.
    """
    filled, edition = {}, rf"\g<1>{book.facts['colophon']}</span>"
    takes = {page.folder: page.minutes for page in book.pages if page.minutes}
    for path, source in [*((guide.file_of(page.source), page.source) for page in book.pages), ("404.html", "404.html")]:
        before = (book.site / path).read_text("utf-8", "surrogateescape") if (book.site / path).is_file() else ""
        text = re.sub(r"(<span data-edition[^>]*>).*?</span>", edition, before)
        for span, name in re.findall(r'(<span data-download="([^"]+)">)', text):
            if name not in made:
                raise CannotBindError(f"{source}: {span}: there is no such file")
            link = f'<a href="{"../" * path.count("/")}downloads/{name}" download>{described(name, made[name])}</a>'
            text = re.sub(f"{re.escape(span)}.*?</span>", f"{span}{link}</span>", text)
        # The home page leads to parts, not pages. In a menu nothing comes after the link.
        for item, folder in re.findall(r'(<li>(?:<strong>)?<a href="([a-z-]+/)">.+</a>.+)</li>', text):
            if minutes := takes.get(path.removesuffix("index.html") + folder) if "/" in path else "":
                text = text.replace(item, f'{item}&nbsp;<span class="minutes">{minutes} min</span>')
        if text != before:
            filled[path] = text.encode("utf-8", "surrogateescape")
    return filled


def write(site: pathlib.Path, files: dict[str, bytes]) -> None:
    """Write `files` into `site`, whole or not at all: all of them aside first, and then each is moved into place."""
    aside = site / ".bind"
    shutil.rmtree(aside, ignore_errors=True)  # of a run that was killed
    try:
        for name, data in files.items():
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            (aside / name).write_bytes(data)
        (site / "downloads").mkdir(exist_ok=True)
        for name in files:
            (aside / name).replace(site / name)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def main(argv: list[str] | None = None) -> int:
    """Bind the site that `argv` names. Returns the exit status: 0 bound, 1 cannot be bound, 2 cannot run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", nargs="?", default=ROOT / "site", type=pathlib.Path, help="the built site")
    site = parser.parse_args(argv).site
    try:
        book = read(site, ROOT)
        made = bind(book)
        write(site, {f"downloads/{name}": data for name, data in made.items()} | complete_pages(book, made))
    except (CannotBindError, OSError, guide.GuideError) as error:
        print(f"bind: {error}", file=sys.stderr)
        return 1 if isinstance(error, CannotBindError) else 2
    except KeyboardInterrupt:
        print("bind: interrupted; nothing was changed", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
