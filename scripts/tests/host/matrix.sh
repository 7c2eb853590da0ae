#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2034,SC2154,SC2317 # variables are shared with the parts
# The quick case of `make matrix`: the oldest stock kernel, and the oldest one with PREEMPT_RT. Then how a page of verdicts
# is kept, with verdicts that are made up.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$here/lib.sh"

scripts=$(readlink -f "$here/../..")
kernels=$("$scripts/matrix" list) || exit
export LC_ALL=C

oldest_works() {
	local release
	release=$(head -n 1 <<<"$kernels")
	"$scripts/matrix" --page page.md --tests deny "$release"
	grep "^| \`$release\` | works | [1-9][0-9]* passed, 0 failed, 0 skipped (deny) |" page.md
	expect_equal "$(grep -c '| not run |' page.md)" $(($(wc -l <<<"$kernels") - 1)) 'kernels that were not run'
}

realtime_is_refused() {
	local release
	release=$(grep -m 1 -e '-rt-amd64$' <<<"$kernels")
	"$scripts/matrix" --page page.md "$release"
	grep -F "| \`$release\` | refused | DKMS: pasid-ctl: not for $release, which has CONFIG_PREEMPT_RT, the compiler: not for PREEMPT_RT: " page.md
}

# Runs try_names with names and verdicts that are made up: NAME=VERDICT. What it tries is in the file tried.
page_with() ( # SOURCES NAME=VERDICT...
	local page=page.md names here=$scripts opt_tests='' digest=$1
	shift
	names=$(printf '%s\n' "${@%=*}")
	# shellcheck source=/dev/null
	. "$scripts/lib/common.sh"
	# shellcheck source=/dev/null
	. "$scripts/lib/verdicts.sh"
	page_head() { echo '# Made up'; }
	tests_of() { echo deny; }
	hash_of_sources() { echo "$digest"; }
	try_name() {
		echo "$1" >>tried
		outcome=$(printf '%s\n' "$made_up" | sed -n "s/^$1=//p") seen='made up'
	}
	made_up=$(printf '%s\n' "$@")
	: >tried
	try_names >output
)

known_is_not_tried_again() {
	page_with aaaaaaaa 7.1=works 6.12-rt=refused 7.0=works
	expect_equal "$(xargs <tried)" '7.1 6.12-rt 7.0' 'first run'
	page_with aaaaaaaa 7.1=works 6.12-rt=refused 7.0=works 7.2=works
	expect_equal "$(xargs <tried)" 7.2 'second run'
	page_with bbbbbbbb 7.1=works 7.2=works
	expect_equal "$(xargs <tried)" '7.1 7.2' 'with other sources'
	expect_equal "$(sed -n 's/^| `\([^`]*\)`.* \([^ ]*\) |$/\1:\2/p' page.md | xargs)" \
		'6.12-rt:aaaaaaaa 7.0:aaaaaaaa 7.1:bbbbbbbb 7.2:bbbbbbbb' 'rows with their sources'
}

failure_is_tried_again() {
	! page_with aaaaaaaa 7.1=fails 7.2=works || { echo 'should fail' && return 1; }
	grep -Fx "| \`7.1\` | fails | made up | $(date +%F) | aaaaaaaa |" page.md
	page_with aaaaaaaa 7.1=works 7.2=works
	expect_equal "$(xargs <tried)" 7.1 'second run'
	expect_equal "$(grep -c '| fails |' page.md)" 0 'rows with failures'
}

it 'on the oldest stock kernel, the modules build, load and deny' oldest_works
it 'for the oldest stock kernel with PREEMPT_RT, DKMS and the compiler refuse, each with the reason' realtime_is_refused
it 'an interrupted run goes on: what has a verdict on these sources is not tried again' known_is_not_tried_again
it 'what has failed is tried again, and fails the run' failure_is_tried_again
finish
