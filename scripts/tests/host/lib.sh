# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the test files for this machine share: as ../lib.sh, but under bash, and each test in a folder of its own.

tests=0
failures=0
echo 'KTAP version 1'

# it "what is true" function [argument...]
it() {
	local name=$1 status dir
	shift
	tests=$((tests + 1))
	dir=$(mktemp -d)
	# Not as a condition, which would switch errexit off inside.
	(
		set -euo pipefail
		cd "$dir"
		"$@"
	) >"$dir/.log" 2>&1
	status=$?
	sed 's/^/# /' "$dir/.log"
	case $status in
	0) echo "ok $tests $name" ;;
	4) echo "ok $tests $name # SKIP $(tail -n 1 "$dir/.log")" ;;
	*)
		echo "not ok $tests $name"
		failures=$((failures + 1))
		;;
	esac
	rm -rf "$dir"
}

finish() {
	echo "1..$tests"
	exit $((failures > 0))
}

expect_equal() { # IS SHOULD WHAT
	[ "$1" = "$2" ] && return
	echo "$3: is '$1', should be '$2'"
	return 1
}
