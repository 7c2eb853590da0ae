#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2154
# Inside the lab machine, for scripts/check: runs test files one after the other in the same machine. Lines
# "begin NAME" and "end NAME STATUS SECONDS PROCESSOR-SECONDS" are around what each prints. A file that
# starts another kernel is alone in its machine, and goes on in that kernel, where LAB_TESTS is set.

# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

# Prints how many whole seconds of the host's processors this machine has used.
spent_so_far() {
	witness processor-time | cut -d. -f1
}

vfs=$(count_vfs)
failed=0
for file; do
	start=$(uptime_seconds)
	before=$(spent_so_far)
	status=0
	[ -n "${LAB_TESTS-}" ] || echo "begin $file"
	/bin/sh "/lab/$file.sh" </dev/null || status=$?
	echo "end $file $status $(($(uptime_seconds) - start)) $(($(spent_so_far) - before))"
	[ $status = 0 ] || failed=1
	# If the machine cannot be put back to its first state, the other files run in another one. That is no failure.
	tidy "$vfs" >/dev/null 2>&1 || break
done
exit $failed
