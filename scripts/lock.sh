#!/bin/sh
# Resolves the newest allowed versions of what pyproject.toml names, and writes the lock files. Run by `make lock`.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/python -m pip install --quiet --disable-pip-version-check 'uv >=0.13, <1'

# lock FILE OPTION... : no addresses, only versions and hashes
lock() {
    file=$1
    shift
    .venv/bin/uv pip compile pyproject.toml --universal --generate-hashes --no-emit-index-url --no-annotate --upgrade \
        --quiet --custom-compile-command 'make lock' --output-file "$file" "$@"
}
lock requirements.txt --python-version 3.10 --group site --group bind --group validate
# What testing and the second engine add agrees with what the guide is built with.
lock requirements-test.txt --python-version 3.10 --constraint requirements.txt --group check --group test
lock requirements-zensical.txt --python-version 3.11 --constraint requirements.txt --group zensical
lock requirements-watch.txt --python-version 3.10 --group watch
