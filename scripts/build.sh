#!/bin/sh
# Builds the guide: sources -> validate -> engine -> minify -> bind -> validate -> site/. Run by `make site`.
# All of it happens in .build/site, which takes the place of site/ when it is whole: a fault never costs the last good site.
set -eu
umask 022 # a web server is another user, and has to read the site
cd "$(dirname "$0")/.."
python=.venv/bin/python
next=.build/site
locks=.venv/requirements.txt.installed
unset PREVIEW DOCS_DIR # of scripts/serve.sh: a preview must not be published

stop() { printf 'make: %s\n' "$1" >&2; exit 1; }

case $ENGINE in
    mkdocs) build='mkdocs build --strict' ;; # --quiet would make --strict deaf to warnings
    zensical) build='zensical build --strict --clean' locks="$locks .venv/requirements-zensical.txt.installed" ;;
    *) stop "there is no engine $ENGINE; ENGINE is mkdocs or zensical." ;;
esac

given=${SITE_URL:-http://127.0.0.1:8000/}
named=$(sed -n "s/^site_url: *[\"']\{0,1\}\(https\{0,1\}:[^\"' ]*\).*/\1/p" mkdocs.yml 2> /dev/null || true)
if [ -n "$named" ] && [ "${named%/}" != "${given%/}" ]; then
    echo "mkdocs.yml says site_url: $named, which is used instead of SITE_URL=$given"
    given=$named
fi
# GitHub Pages names a site without the slash at its end, and browsers would take its last part for a file.
SITE_URL=$(printf '%s' "$given" | sed 's|/*$|/|')
printf '%s\n' "$SITE_URL" | grep -Eq '^https?://[^][/?# "<>\\^`{|}]+(/[^][?# "<>\\^`{|}]*)?$' \
    || stop "SITE_URL is not the address of a site: '$given'; write it like https://example.org/guide/"

given=$REPOSITORY_URL
# Pages add the path of their source to it. What git clones from may end in .git.
REPOSITORY_URL=$(printf '%s' "$given" | sed 's|/*$||; s|\.git$||')
printf '%s\n' "$REPOSITORY_URL" | grep -Eq '^(https?://[^][/?# "<>\\^`{|}]+/[^][?# "<>\\^`{|}]*)?$' \
    || stop "REPOSITORY_URL is not the address of a page: '$given'; write it like https://github.com/OWNER/REPO"
grep -Eq '^ +exit: *["'"'"']?https://[^ ]' mkdocs.yml \
    || stop 'extra.exit in mkdocs.yml, where "Leave this page" goes, is not the address of a page; write it like https://example.org/'
[ ! -L site ] || stop 'site is a link, and would be replaced by a folder; remove it, and copy site/ where it is served from'

. scripts/alone.sh

# The same commit gives the same bytes, so dates come from the commit. A downloaded archive carries its own.
archive=$(sed -n 's/^archive: \([0-9][0-9]* [0-9a-f]*\).*/\1/p' scripts/book/book.yml)
# A copy that lies untracked in another repository has no commit of its own.
stamp=${archive:-$(git ls-files --error-unmatch mkdocs.yml > /dev/null 2>&1 \
    && git -c log.showSignature=false log -1 --format='%ct %H' 2> /dev/null || true)}
CHANGED=${CHANGED:-}
if [ -z "$archive${COMMIT:-}" ] && [ -n "$(git status --porcelain -- docs overrides mkdocs.yml scripts pyproject.toml 2> /dev/null)" ]; then
    CHANGED=1
fi
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-${stamp%% *}}
COMMIT=${COMMIT:-${stamp#* }}
[ -n "$SOURCE_DATE_EPOCH" ] || {
    ! git log -1 2>&1 | grep -q safe.directory || stop "git does not read this folder, because it belongs to another \
user; run: git config --global --add safe.directory '$(pwd -P)'"
    stop "this copy has no commits to take its date from; name one: make site SOURCE_DATE_EPOCH=$(date +%s)"
}
printf '%s\n' "$SOURCE_DATE_EPOCH" | grep -Eqx '[0-3]?[0-9]{1,9}' \
    || stop "SOURCE_DATE_EPOCH is not in seconds since 1970: '$SOURCE_DATE_EPOCH'; write it like $(date +%s)"
export SITE_URL SOURCE_DATE_EPOCH COMMIT CHANGED

# Nothing is built twice: the sources are older than the site, and it was built for the same address by the same engine.
# Folders count too, so a page that was taken away is noticed.
built_for="$ENGINE $SITE_URL $REPOSITORY_URL $SOURCE_DATE_EPOCH $COMMIT $CHANGED"
if [ -f site/index.html ] && [ "$(cat .build/built-for 2> /dev/null)" = "$built_for" ] \
    && [ -z "$(find mkdocs.yml pyproject.toml docs overrides scripts $locks \
        -name __pycache__ -prune -o -newer site/index.html -print | head -n 1)" ]; then
    echo "The guide in site/ is up to date, for $SITE_URL"
    exit
fi

again='fix these and run make site again; site/ is unchanged.'
# A run that was killed between the two renames below left the last good site aside.
[ -e site ] || [ ! -d .build/before ] || mv .build/before site
# Everything but the installed environment is removed by name, so a stray setting cannot remove anything else.
rm -rf .build/site .build/before
touch .build/began # what is saved from here on may be in this build without being validated, or not at all
$python scripts/validate.py structure --format "$FORMAT" || stop "the sources have the problems above: $again"
built=true
SITE_DIR=$next $python -m $build 2> .build/build.log || built=false
# Of a traceback, its last line and what names a template of ours are enough.
awk '/^Traceback/ { inside = 1 } /^During handling|^The above exception/ { next }
    !inside || /^  File ".*overrides\// || /^[^ T]/ { print } inside && /^[^ T]/ { inside = 0 }' .build/build.log >&2
$built || stop "the guide was not built: $again"
# What the theme ships and no page loads: its style sheets, its scripts, the languages of its search.
rm -rf $next/assets/stylesheets $next/assets/javascripts $next/assets/images
$python scripts/minify.py $next || stop "the site was not built: $again"
$python scripts/bind.py $next || stop "the books were not bound: $again"
$python scripts/validate.py links $next --format "$FORMAT" || stop "the site has the problems above: $again"
touch -r .build/began $next/index.html
# Folders are renamed, which is done or not done; a folder half removed could pass for a site.
rm -f .build/built-for
[ ! -e site ] || mv site .build/before
mv $next site
printf '%s\n' "$built_for" > .build/built-for
rm -rf .build/before

hidden=$(grep -rL 'http-equiv="refresh"' --include='*.html' site | xargs grep -il 'name=.\{0,1\}robots[^>]*noindex' | wc -l)
[ "$hidden" -eq 0 ] || echo "Pages that ask search engines not to list them (noindex): $((hidden))"
! grep -qs '^Disallow: */ *$' site/robots.txt || echo 'robots.txt asks search engines to stay away from the whole guide.'
printf '\nThe guide is in site/: %s pages, for %s\n' "$(grep -c '<loc>' site/sitemap.xml)" "$SITE_URL"
echo "To read it: make serve, then open http://127.0.0.1:${PORT:-8000}/"
