#!/bin/sh
# Checks the sources and reports everything that is wrong, not only the first. Run by `make check`.
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
good=true

# run COMMAND... : on failure say `advice`, and go on
run() { "$@" || { printf 'make: %s\n' "$advice" >&2; good=false; }; }

# First, because a page that cannot be read at all is reported best by our own rules.
advice='the guide has the problems above; .github/RULES.md explains each code.'
run $bin/python scripts/validate.py structure --format "$FORMAT"
advice="the Python above needs a change; try: $bin/ruff check --fix . && $bin/ruff format ."
run $bin/ruff check --quiet .
run $bin/ruff format --quiet --check .
advice='mypy found the type errors above.'
run $bin/python -m mypy
advice='the Markdown above needs a change.'
run $bin/rumdl check --quiet .
advice='correct the spelling above, or add the word to [tool.typos] in pyproject.toml.'
run $bin/typos
advice='the workflows in .github/ need the change above.'
run $bin/zizmor --pedantic --offline --quiet .github
run $bin/python -m jactionlint --shellcheck= --pyflakes= .github/workflows/*.yml
$good
