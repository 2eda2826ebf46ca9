#!/bin/sh
# Previews the guide, with the downloads that `make site` bound last. Run by `make serve`.
set -eu
cd "$(dirname "$0")/.."

printf '%s\n' "$PORT" | grep -Eqx '[1-9][0-9]{0,4}' && [ "$PORT" -le 65535 ] \
    || { echo "make: PORT is not a number from 1 to 65535: '$PORT'" >&2; exit 1; }
.venv/bin/python -c 'import socket, sys; sys.exit(socket.socket().connect_ex(("127.0.0.1", int(sys.argv[1]))) == 0)' "$PORT" \
    || { echo "make: something else is using port $PORT; try: make serve PORT=8001" >&2; exit 1; }

# The engine reads a folder that links to the sources and to the downloads, so neither is copied into the other.
rm -rf .build/preview
mkdir -p .build/preview
for path in docs/*; do
    ln -s "../../$path" .build/preview/
done
ln -s ../../site/downloads .build/preview/downloads
export DOCS_DIR=.build/preview PREVIEW=true SITE_URL="http://127.0.0.1:$PORT/"

echo "Open http://127.0.0.1:$PORT/ (Ctrl-C ends the preview)"
case $ENGINE in
    zensical) # It follows no link to a folder: it reads the sources, and gets the downloads once it has built.
        rm -rf .build/preview-site
        (for _ in $(seq 60); do
            sleep 1
            [ ! -f .build/preview-site/sitemap.xml ] || { cp -R site/downloads .build/preview-site/; exit; }
        done) &
        export DOCS_DIR=docs SITE_DIR=.build/preview-site
        exec .venv/bin/python -m zensical serve --dev-addr "127.0.0.1:$PORT" ;;
    *) exec .venv/bin/python -m mkdocs serve --quiet --livereload --dev-addr "127.0.0.1:$PORT" ;;
esac
