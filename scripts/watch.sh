#!/bin/sh
# Lists what now needs a person, in .build/todo.md; nothing when there is nothing. Run by `make watch`.
# Exit 0: listed. 2: could not run, for example without a network; then there is no list.
set -eu
cd "$(dirname "$0")/.."
tools=.build/tools/watch/bin
next=.build/todo.next
found=.build/found.md

stop() { printf 'watch: %s\n' "$1" >&2; exit 2; }

rm -f .build/todo.md
.venv/bin/python scripts/watch.py > "$next" || exit 2

# Links to other hosts. lychee ends with 2 when there are dead ones.
status=0
$tools/lychee --config .github/lychee.toml --format markdown docs ./*.md > "$found" || status=$?
[ "$status" = 0 ] || [ "$status" = 2 ] || stop 'lychee could not check the links.'
# A host that answers 404 is there. When most do not answer, the network is the likely reason.
awk -F '|' '/Successful/ { answered += $3 } /^\* \[[0-9]/ { answered++ } /^\* \[[A-Z]/ && !/\(cached\)/ { silent++ }
    END { exit silent > answered }' "$found" || stop 'more links had no answer than had one; is there a network?'
awk '/^## / { wanted = /Errors|Timeouts/ } wanted { sub(/^\* /, "- [ ] Fix "); print }' "$found" >> "$next"

# Packages with a known vulnerability, and any that could not be looked up.
for lock in requirements.txt requirements-zensical.txt requirements-watch.txt; do
    $tools/pip-audit --require-hashes --disable-pip --progress-spinner off --format markdown --desc off \
        --requirement "$lock" > "$found" 2> .build/watch.log || [ -s "$found" ] \
        || stop "the packages of $lock could not be looked up; the details are in .build/watch.log"
    # When most are unknown, a mirror that does not answer such questions is the likely reason.
    ! grep -q 'could not be audited' "$found" || [ "$(($(grep -c 'could not be audited' "$found") * 2))" \
        -le "$(grep -c '^[a-z0-9].*==' "$lock")" ] || stop "most packages of $lock could not be looked up; is there a network?"
    [ ! -s "$found" ] || { printf '## Packages of `%s`\n\n' "$lock"; cat "$found"; } >> "$next"
done

mv "$next" .build/todo.md
cat .build/todo.md
