#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2154
# Inside the lab machine, for scripts/mutate: runs a test file with one mutant of the module after the other, as
# /lab/todo lists them (NAME:TESTS), and says of each whether a test failed.

# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

file=$1
module=/lib/modules/$(uname -r)/intel-pasid-ctl.ko
vfs=$(count_vfs)

try() { # NAME TESTS
	local status=0 noticed
	echo "begin $1"
	cp "/lab/$1.ko" "$module"
	LAB_ONLY=$2 timeout 100 /bin/sh "/lab/$file.sh" >/tmp/said 2>&1 </dev/null || status=$?
	noticed=$(sed -n 's/^not ok [0-9]* //p' /tmp/said | head -n 1)
	case $status:${noticed:-status $status} in
	0:*) echo "result $1:missed:" ;;
	# It is the test that is to notice.
	*:prepare | *:status\ *) echo "result $1:spoiled:${noticed:-status $status}" ;;
	*) echo "result $1:noticed:$noticed" ;;
	esac
	[ $status = 0 ] || grep '^#' /tmp/said | tail -n 3
}

while IFS=: read -r name tests; do
	try "$name" "$tests"
	tidy "$vfs" || exit 1
done </lab/todo
