#!/bin/sh
# Installs what the given lock files name: scripts/setup.sh requirements.txt [requirements-test.txt ...]
# They go into .venv; what `make watch` needs has an environment of its own, because it may disagree with the rest.
# A lock that is already installed costs nothing; one that has changed is installed over the working environment.
set -eu
cd "$(dirname "$0")/.."
venv=.venv
[ "$1" != requirements-watch.txt ] || venv=.build/tools/watch
python=${PYTHON:-python3}
log=.build/setup.log

stop() { printf 'make: %s\n' "$1" >&2; exit 1; }

# An environment keeps the path it was made in, so one whose folder has been renamed must be made again.
place() { { cd "$venv" 2> /dev/null && pwd -P; } || true; }

# Roughly what pip downloads and installs, so that nobody has to wonder why it takes a while.
size_of() {
    case $1 in
        requirements.txt) echo '280 MB, about a minute' ;;
        requirements-test.txt) echo '620 MB, one to three minutes' ;;
        requirements-zensical.txt) echo '90 MB, under a minute' ;;
        requirements-watch.txt) echo '330 MB, about a minute' ;;
        *) echo 'a few MB, under a minute' ;;
    esac
}

# Debian and Ubuntu package this part of Python separately.
install_venv() {
    root=''
    [ "$(id -u)" = 0 ] || root='sudo -n'
    command -v apt-get > /dev/null && $root true 2> /dev/null || return
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    echo "Installing $package (about 3 MB, once) ..."
    { $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes "$package"; } \
        >> "$log" 2>&1 && "$python" -m venv --clear "$venv" >> "$log" 2>&1
}

installed() { [ "$(cat "$venv/$1.installed" 2> /dev/null)" = "$(cksum < "$1") $(place)" ]; }

mkdir -p .build
for lock; do
    ! installed "$lock" || continue

    command -v "$python" > /dev/null || stop "there is no $python here; install Python 3.10 or newer and run make again."
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
        || stop "$("$python" --version 2>&1) is too old; name a newer one like this: make PYTHON=python3.12"
    . scripts/alone.sh
    ! installed "$lock" || continue
    made_in=$(cat "$venv/made-in" 2> /dev/null || true)
    if [ -z "$made_in" ] || [ "$made_in" != "$(place)" ] || ! "$venv/bin/python" -c '' 2> /dev/null; then
        [ -z "$made_in" ] || echo "$venv was made for another folder or Python; making it again."
        "$python" -m venv --clear "$venv" > "$log" 2>&1 || install_venv || { rm -rf "$venv"
            stop 'Python cannot make a virtual environment here; on Debian or Ubuntu run: sudo apt install python3-venv'; }
        # Older Pythons put it into every environment, and nothing here needs its 10 MB.
        "$venv/bin/python" -m pip uninstall --quiet --yes setuptools > "$log" 2>&1 || true
        echo "$(place)" > "$venv/made-in"
    fi
    [ "$lock" != requirements-zensical.txt ] || "$venv/bin/python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
        || stop 'Zensical needs Python 3.11 or newer; run: make clean && make site ENGINE=zensical PYTHON=python3.12'
    echo "Installing $lock into $venv ($(size_of "$lock"), once) ..."
    "$venv/bin/python" -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes --requirement "$lock" \
        > "$log" 2>&1 || {
        ! grep -q 'DO NOT MATCH THE HASHES' "$log" || stop "a package is not the one that $lock names by its hash: $log"
        ! grep -q 'from versions: [0-9]' "$log" || stop "$lock names a version that does not exist: $log"
        stop "the packages could not be installed; is there a network? The details are in $log"; }
    echo "$(cksum < "$lock") $(place)" > "$venv/$lock.installed"
done
