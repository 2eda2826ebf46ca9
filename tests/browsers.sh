#!/bin/sh
# Makes sure that the three browsers the tests drive are installed. On Debian and Ubuntu, with root or with sudo that asks
# for no password, it installs what is missing; elsewhere it names what is missing and exits with status 1.

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
	# shellcheck disable=SC2086
	size=$(LC_ALL=C $root apt-get install --assume-no --no-install-recommends $packages 2> /dev/null \
		| sed -n 's/^Need to get \(.*\) of archives\./\1 to download/p; s/^After this operation, \(.* .B\) .*/, \1 on disk/p' | tr -d '\n')
	echo "Installing for the tests (once): $packages(${size:-size unknown})"
	# shellcheck disable=SC2086
	log=$($root apt-get install -qq --yes --no-install-recommends $packages 2>&1)
	packages=$(missing)
	test -n "$packages" || exit 0
	printf '%s\n' "$log" | tail -n 3 >&2
fi
echo "The tests need browsers that are not here: ${packages% }. Install them; on Debian: sudo apt-get install $packages" >&2
exit 1
