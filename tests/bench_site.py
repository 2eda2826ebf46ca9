"""Measure the site as Lighthouse sees it on a phone, beside the same pages in what else builds sites from Markdown.

python tests/bench_site.py TOOLS [--runs 5] [--only home chapter] [--sites ours furo]

TOOLS: where `make bench` installs Lighthouse and the peers: Material and Zensical as they come, Sphinx with Furo, and
Starlight. Each figure is the median of the runs; the sites take turns, so that a busy machine is busy for all of them.
Pages are compressed as GitHub Pages compresses them. Material and Zensical go without their web font, which another
host would send: that is in their favor.
"""

import argparse
import functools
import gzip
import http.server
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading

from browsers import QUIET, chromium_path
from conftest import ONE, PREFIX, ROOT, SITE, Pages

COMPARED = ("home", "chapter", "help", "path")
TIMES = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time")
DIGITS = (0, 0, 0, 0, 1, 1, 0)
MATERIAL = f"""site_name: Guide
site_url: http://127.0.0.1{PREFIX}
theme: {{name: material, font: false}}
plugins: [search]
markdown_extensions: [abbr, admonition, attr_list, def_list, md_in_html, smarty, tables, pymdownx.tasklist]
exclude_docs: assets/glossary.txt
"""
SPHINX = """project = "Guide"
extensions = ["myst_parser"]
html_theme = "furo"
myst_enable_extensions = ["attrs_block", "attrs_inline", "deflist", "smartquotes", "tasklist"]
"""
TOCTREE = "\n```{toctree}\n:hidden:\n:glob:\n\n*\n*/*\n```\n"  # Furo's menu
STARLIGHT = f"""import {{ defineConfig }} from "astro/config";
import starlight from "@astrojs/starlight";
export default defineConfig({{ base: "{PREFIX}", integrations: [starlight({{ title: "Guide" }})] }});
"""
COLLECTION = """import { defineCollection } from "astro:content";
import { docsLoader } from "@astrojs/starlight/loaders";
import { docsSchema } from "@astrojs/starlight/schema";
export const collections = { docs: defineCollection({ loader: docsLoader(), schema: docsSchema() }) };
"""
PACKAGE = '{"type": "module", "dependencies": {"@astrojs/starlight": "*"}}'  # Astro has to know what to compile
ASTRO = {"astro.config.mjs": STARLIGHT, "src/content.config.mjs": COLLECTION, "package.json": PACKAGE}
PEERS = {  # the folder of the pages, the other files, the command, and the folder of the site
    "material": ("docs", {"mkdocs.yml": MATERIAL}, "mkdocs build", "site"),
    "zensical": ("docs", {"mkdocs.yml": MATERIAL}, "zensical build", "site"),
    "furo": ("docs", {"docs/conf.py": SPHINX}, "sphinx-build -b dirhtml docs site", "site"),
    "starlight": ("src/content/docs", ASTRO, "astro build", "dist"),
}
compressed = functools.cache(gzip.compress)
FLAGS = " ".join(["--headless=new", "--disable-quic", *QUIET])


def converted(text, name, page):
    """Return the text of a page as a peer wants it: Furo's menu on the home page, Starlight's title in the page's head."""
    if name == "furo" and page == "index.md":
        return text + TOCTREE
    if name == "starlight":
        head, _, body = text.partition("\n# ")
        title, _, body = body.partition("\n")
        return head.replace("---\n", f"---\ntitle: {json.dumps(title)}\n", 1) + body
    return text


def build(name, folder):
    """Build the guide's pages with a peer in the new folder `folder`; return the folder of the site."""
    docs, files, command, site = PEERS[name]
    shutil.copytree(ROOT / "docs", folder / docs)
    for page in (folder / docs).rglob("*.md"):
        text = converted(page.read_text("utf-8"), name, str(page.relative_to(folder / docs)))
        page.write_text(text, "utf-8")
    for path, text in files.items():
        (folder / path).write_text(text, "utf-8")
    made = subprocess.run(command.split(), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if made.returncode:
        sys.exit(f"bench: {name} did not build the pages:\n{made.stdout[-3000:]}")
    return folder / site


class Compressed(Pages):
    """Serves a site as Pages does, compressed, for ten minutes' caching."""

    def do_GET(self):  # noqa: N802, the library's name
        path = pathlib.Path(self.translate_path(self.path.split("?")[0]))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return self.send_error(404)
        kind = self.guess_type(str(path))
        body = path.read_bytes()
        self.send_response(200)
        if kind.startswith("text/") or path.suffix in (".js", ".json", ".svg", ".xml"):
            body = compressed(body)
            self.send_header("Content-Encoding", "gzip")
        for name, value in (("Content-Type", kind), ("Content-Length", len(body)), ("Cache-Control", "max-age=600")):
            self.send_header(name, str(value))
        self.end_headers()
        return self.wfile.write(body)


def serve(site):
    """Serve the folder `site`; return its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Compressed, directory=site))
    server.handle_error = lambda *_: None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}{PREFIX}"


def looked_at(address, *options):
    """Return what Lighthouse says of `address` on a phone: figures in the order of the table, scores, and faults."""
    command = ["lighthouse", address, "--quiet", "--output=json", f"--chrome-flags={FLAGS}", *options]
    report = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    audits, categories = report["audits"], report["categories"]
    sent = [r for r in audits["network-requests"]["details"]["items"] if not r["url"].startswith("data:")]
    weighed = {ref["id"] for category in categories.values() for ref in category["auditRefs"] if ref["weight"]}
    return {
        "figures": [
            100 * categories["performance"]["score"],
            *(audits[name]["numericValue"] for name in TIMES),
            sum(r["transferSize"] for r in sent) / 1024,
            sum(r["transferSize"] for r in sent if r["resourceType"] == "Script") / 1024,
            len(sent),
        ],
        "scores": {name: round(100 * category["score"]) for name, category in categories.items()},
        "faults": {name for name in weighed if audits[name]["score"] not in (None, 1)},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tools", type=pathlib.Path)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=COMPARED, choices=vars(ONE), metavar="KIND")
    parser.add_argument("--sites", nargs="*", default=["ours", *PEERS], choices=["ours", *PEERS], metavar="SITE")
    options = parser.parse_args()
    tools = options.tools.resolve()
    os.environ["PATH"] = os.pathsep.join([str(tools / "bin"), str(tools / "node_modules/.bin"), os.environ["PATH"]])
    os.environ |= {"CHROME_PATH": chromium_path(), "ASTRO_TELEMETRY_DISABLED": "1"}
    seen = {}
    with tempfile.TemporaryDirectory(dir=tools) as folder:  # Starlight finds its packages in the folders above it
        sites = {name: build(name, pathlib.Path(folder, name)) if name in PEERS else SITE for name in options.sites}
        addresses = {name: serve(site) for name, site in sites.items()}
        for _ in range(options.runs):
            for kind in options.only:
                for name, address in addresses.items():
                    only = ["--only-categories=performance"] if name in PEERS else []
                    page = getattr(ONE, kind)
                    seen.setdefault((kind, name), []).append(looked_at(address + page, *only))
    print(f"Lighthouse on a phone, medians of {options.runs}\n")
    print("| Page | Site | Score | FCP, ms | LCP, ms | TBT, ms | KiB | of it script | Requests |\n" + "|---" * 9 + "|")
    for (kind, name), runs in seen.items():
        medians = map(statistics.median, zip(*(run["figures"] for run in runs), strict=True))
        print(f"| {kind} | {name} |", " | ".join(f"{m:.{d}f}" for m, d in zip(medians, DIGITS, strict=True)), "|")
    print()
    for (kind, name), runs in seen.items():
        if name == "ours":
            scores = {key: statistics.median(run["scores"][key] for run in runs) for key in runs[0]["scores"]}
            faults = sorted(set().union(*(run["faults"] for run in runs)))
            print(f"{kind}, {getattr(ONE, kind)}:", *(f"{key} {value:.0f}" for key, value in scores.items()), *faults)


if __name__ == "__main__":
    main()
