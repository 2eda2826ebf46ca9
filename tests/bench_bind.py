"""Measure binding: seconds of CPU, memory and sizes, beside what mkdocs-to-pdf needs for one PDF of the same book.

python tests/bench_bind.py [MKDOCS]      MKDOCS: a mkdocs that has the plugin; `make bench` sets one up
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pypdf

ROOT = pathlib.Path(__file__).parent.parent
ONE = """
import sys
sys.path.insert(0, "scripts")
import bind
from binder.paper import pdf
pdf("guide()", bind.read(bind.ROOT / "site", bind.ROOT))
"""
PLUGIN = """INHERIT: {root}/mkdocs.yml
docs_dir: {root}/docs
theme: {{custom_dir: {root}/overrides}}
plugins: [search{plugin}]
"""


def measured(command, **environment):
    """Run `command` in the project; return its seconds of CPU, its children's too, and its peak memory in MB."""
    environment = {"SOURCE_DATE_EPOCH": "0"} | os.environ | environment
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"bench: failed: {' '.join(map(str, command))}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def main():
    with tempfile.TemporaryDirectory() as folder:
        site = shutil.copytree(ROOT / "site", pathlib.Path(folder, "site"))
        seconds, memory = min(measured([sys.executable, "scripts/bind.py", site]) for _ in range(3))
        print(f"bind.py, all six files    {seconds:6.1f} s  {memory:6.0f} MB of memory, best of 3")
        one, memory = min(measured([sys.executable, "-c", ONE]) for _ in range(3))
        print(f"bind.py, guide.pdf alone  {one:6.1f} s  {memory:6.0f} MB of memory, best of 3")
        for path in sorted((site / "downloads").iterdir()):
            print(f"  {path.name:<24}{path.stat().st_size / 1e6:6.2f} MB")
        if len(sys.argv) < 2:
            return
        spent = {}
        for name, plugin in {"without": "", "with": f", to-pdf: {{output_path: {folder}/other.pdf}}"}.items():
            config = pathlib.Path(folder, f"{name}.yml")
            config.write_text(PLUGIN.format(root=ROOT, plugin=plugin), "utf-8")
            command = [sys.argv[1], "build", "--quiet", "--config-file", config, "--site-dir", f"{folder}/{name}"]
            spent[name] = measured(command, NO_MKDOCS_2_WARNING="1")
        other = spent["with"][0] - spent["without"][0]
        written = next(pathlib.Path(folder).rglob("other.pdf"))
        tags = "tagged" if "/StructTreeRoot" in pypdf.PdfReader(written).trailer["/Root"] else "untagged"
        size = written.stat().st_size / 1e6
        print(f"mkdocs-to-pdf, one file   {other:6.1f} s  {spent['with'][1]:6.0f} MB of memory, {size:.2f} MB, {tags}")
        print(f"ratio                     {other / one:6.1f} for that file, {other / seconds:.1f} against all six")


if __name__ == "__main__":
    main()
