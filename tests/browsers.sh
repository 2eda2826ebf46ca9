#!/bin/sh
# Makes sure that the three browsers the tests drive are installed. On Debian, with root or with sudo that asks for no
# password, it installs what is missing; on Ubuntu all but Chromium and Firefox, which are snaps there that nothing can
# drive. Elsewhere it names what is missing and exits with status 1.

# Each line: the Debian package, and the programs of which one has to be there.
missing() {
	while read -r package programs; do
		# shellcheck disable=SC2086 # several words
		for program in $programs; do command -v "$program" > /dev/null && continue 2; done
		printf '%s ' "$package"
	done <<- 'END'
		chromium chromium chromium-browser google-chrome google-chrome-stable chrome
		chromium-driver chromedriver
		firefox-esr firefox-esr firefox
		webkit2gtk-driver WebKitWebDriver
		xvfb Xvfb
	END
}

packages=$(missing)
test -n "$packages" || exit 0

root=''
test "$(id -u)" = 0 || root='sudo -n'
if command -v apt-get > /dev/null && $root true 2> /dev/null; then
	export DEBIAN_FRONTEND=noninteractive
	$root apt-get update -qq > /dev/null 2>&1
	debs=''
	for package in $packages; do
		case $(apt-cache policy "$package" | sed -n 's/ *Candidate: //p') in '' | '(none)' | *snap*) ;; *) debs="$debs $package" ;; esac
	done
	# shellcheck disable=SC2086
	size=$(LC_ALL=C $root apt-get install --assume-no --no-install-recommends $debs 2> /dev/null \
		| sed -n 's/^Need to get \(.*\) of archives\./\1 to download/p; s/^After this operation, \(.* .B\) .*/, \1 on disk/p' | tr -d '\n')
	test -z "$debs" || echo "Installing for the tests (once):$debs (${size:-size unknown})"
	# shellcheck disable=SC2086
	log=$(test -z "$debs" || $root apt-get install -qq --yes --no-install-recommends $debs 2>&1)
	packages=$(missing)
	test -n "$packages" || exit 0
	test -z "$log" || printf '%s\n' "$log" | tail -n 3 >&2
fi
cat >&2 << END
The tests need browsers that are not here: ${packages% }.
Install them. On Debian: sudo apt-get install $packages
On Ubuntu, Google Chrome with its chromedriver and Firefox come from their makers.
END
exit 1
