"""Measure the site as Lighthouse sees it on a phone, beside the same pages in the theme as it comes and in Zensical.

python tests/bench_site.py LIGHTHOUSE [--runs 5]

LIGHTHOUSE: its command; `make bench` sets one up. Each figure is the median of the runs; the sites take turns, so that
a busy machine is busy for all of them. Pages are compressed as GitHub Pages compresses them.
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
import tempfile
import threading

from browsers import chromium_path
from conftest import ONE, PREFIX, ROOT, SITE, Pages

KINDS = {
    kind: ONE[kind].removesuffix("index.html")
    for kind in ("home", "overview", "chapter", "plain", "help", "path", "sheet")
}
COMPARED = ("home", "chapter")  # by these, a site is told from another
PLAIN = """site_name: {name}
site_url: http://127.0.0.1{prefix}
theme: {{name: material, font: false}}
plugins: [search]
markdown_extensions: [abbr, admonition, attr_list, def_list, md_in_html, smarty, tables, pymdownx.tasklist]
exclude_docs: assets/glossary.txt
"""
FLAGS = "--headless=new --no-sandbox --disable-background-networking --disable-component-update --disable-quic"


class Compressed(Pages):
    """Serves a site as Pages does, compressed, for ten minutes' caching."""

    def do_GET(self):  # noqa: N802, the library's name
        path = pathlib.Path(self.translate_path(self.path.split("?")[0]))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            return self.send_error(404)
        body, kind = path.read_bytes(), self.guess_type(str(path))
        self.send_response(200)
        if kind.startswith("text/") or path.suffix in (".js", ".json", ".svg", ".xml"):
            body = gzip.compress(body)
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


def looked_at(lighthouse, address):
    """Return what Lighthouse says of `address` on a phone: its scores, milliseconds, KiB, requests, and faults."""
    command = [lighthouse, address, "--quiet", "--output=json", "--max-wait-for-load=60000", f"--chrome-flags={FLAGS}"]
    report = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    audits = report["audits"]
    requests = audits["network-requests"]["details"]["items"]
    sent = [request["transferSize"] for request in requests if not request["url"].startswith("data:")]
    faults = [
        name
        for category in report["categories"].values()
        for name in (ref["id"] for ref in category["auditRefs"] if ref["weight"])
        if (audits[name]["score"] or 0) < 1 and audits[name]["scoreDisplayMode"] not in ("notApplicable", "manual")
    ]
    return {
        "scores": {name: round(100 * category["score"]) for name, category in report["categories"].items()},
        "lcp": audits["largest-contentful-paint"]["numericValue"],
        "tbt": audits["total-blocking-time"]["numericValue"],
        "cls": audits["cumulative-layout-shift"]["numericValue"],
        "weight": sum(sent) / 1024,
        "requests": len(sent),
        "faults": faults,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("lighthouse")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=list(KINDS), choices=KINDS)
    options = parser.parse_args()
    os.environ["CHROME_PATH"] = chromium_path()
    with tempfile.TemporaryDirectory() as folder:
        sites = {"ours": SITE}
        for name, program in (("material", "mkdocs"), ("zensical", "zensical")):
            if builder := shutil.which(program):  # of the tools to measure against: they have Material too
                config = pathlib.Path(folder, name, "mkdocs.yml")
                config.parent.mkdir()
                shutil.copytree(ROOT / "docs", config.parent / "docs")
                config.write_text(PLAIN.format(name=name, prefix=PREFIX), "utf-8")
                subprocess.run(
                    [builder, "build", "--config-file", config], cwd=config.parent, check=True, capture_output=True
                )
                sites[name] = config.parent / "site"
        addresses = {name: serve(site) for name, site in sites.items()}
        seen = {}
        for _ in range(options.runs):
            for kind in options.only:
                for name, address in addresses.items():
                    if name == "ours" or kind in COMPARED:
                        seen.setdefault((kind, name), []).append(looked_at(options.lighthouse, address + KINDS[kind]))
    print(f"Lighthouse on a phone, medians of {options.runs}: {', '.join(next(iter(seen.values()))[0]['scores'])}")
    for (kind, name), runs in seen.items():
        row = {key: statistics.median(run[key] for run in runs) for key in ("lcp", "tbt", "cls", "weight", "requests")}
        scores = [statistics.median(run["scores"][category] for run in runs) for category in runs[0]["scores"]]
        print(
            f"{kind:10}{name:9}{' '.join(f'{score:4.0f}' for score in scores)}   LCP {row['lcp']:5.0f} ms"
            f"  TBT {row['tbt']:4.0f} ms  CLS {row['cls']:.3f}  {row['weight']:6.1f} KiB in {row['requests']:.0f} requests"
            f"  {' '.join(sorted({fault for run in runs for fault in run['faults']}))}"
        )


if __name__ == "__main__":
    main()
