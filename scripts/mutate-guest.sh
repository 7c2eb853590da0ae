#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012
# Inside the lab machine, for scripts/mutate: runs a test file with one mutant of the module after the other, as
# /lab/todo lists them (NAME:TESTS), and says of each whether a test failed.

# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

file=$1
module=/lib/modules/$(uname -r)/intel-pasid-ctl.ko
# Empty in a machine that has no PF at boot.
vfs=$(cat "$pci/$(pf)/sriov_numvfs" 2>/dev/null)

try() { # NAME TESTS
	local status=0 noticed
	echo "begin $1"
	cp "/lab/$1.ko" "$module"
	LAB_ONLY=$2 timeout 100 /bin/sh "/lab/$file.sh" >/tmp/said 2>&1 </dev/null || status=$?
	noticed=$(sed -n 's/^not ok [0-9]* //p' /tmp/said | head -n 1)
	if [ $status = 0 ]; then
		echo "result $1:missed:"
	else
		echo "result $1:noticed:${noticed:-status $status}"
		grep '^#' /tmp/said | tail -n 3
	fi
}

# Makes the machine again what it was, or fails: then the next mutant needs a new one. VFs take their settings
# along; page requests that were enabled on demand in the PF stay.
tidy() {
	rmmod pasid-lab-user 2>/dev/null
	set_numvfs 0
	lab_do iopf "$(pf)" off 2>/dev/null
	rmmod pasid-lab-client 2>/dev/null
	! grep -q '^intel_pasid_ctl ' /proc/modules || rmmod intel-pasid-ctl || return 1
	if [ -n "$vfs" ]; then
		set_numvfs "$vfs"
	else
		rmmod mock-sriov-pf
	fi
}

while IFS=: read -r name tests; do
	try "$name" "$tests"
	tidy || exit 1
done </lab/todo
