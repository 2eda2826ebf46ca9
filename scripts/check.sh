#!/bin/sh
# Checks the sources and reports everything that is wrong, not only the first. Run by `make check`.
set -u
cd "$(dirname "$0")/.."
bin=.venv/bin
good=true

# run COMMAND... : on failure say `advice`, and go on
run() { "$@" || { printf 'make: %s\n' "$advice" >&2; good=false; }; }

# In a workflow run, the tools that can name file and line in the way that puts problems on the lines of a pull request.
ruff=full
rumdl=text
[ "$FORMAT" != github ] || { ruff=github; rumdl=github; }

spelling() {
    [ "$FORMAT" = github ] || { $bin/typos; return; }
    ! wrong=$($bin/typos --format brief) || return 0
    printf '%s\n' "$wrong" \
        | sed 's|^\(\./\)*\([^:]*\):\([0-9]*\):\([0-9]*\): \(error: \)*|::error file=\2,line=\3,col=\4,title=spelling::|'
    return 1
}

# First, because a page that cannot be read at all is reported best by our own rules.
advice='the guide has the problems above; .github/RULES.md explains each code.'
run $bin/python scripts/validate.py structure --format "$FORMAT"
advice="the Python above needs a change; try: $bin/ruff check --fix . && $bin/ruff format ."
run $bin/ruff check --quiet --output-format "$ruff" .
run $bin/ruff format --quiet --check .
advice='mypy found the type errors above.'
run $bin/python -m mypy
advice='the Markdown above needs a change.'
run $bin/rumdl check --quiet --output-format "$rumdl" .
advice='correct the spelling above, or add the word to [tool.typos] in pyproject.toml.'
run spelling
advice='the workflows in .github/ need the change above.'
run $bin/zizmor --pedantic --offline --quiet .github
run $bin/python -m jactionlint --shellcheck= --pyflakes= .github/workflows/*.yml
$good
