#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2154
# Inside the lab machine, for scripts/mutate: runs a test file with one mutant of a module after the other, and prints for
# each mutant whether a test failed. /lab/todo lists the mutants (NAME:MODULE:TESTS). A test can also fail because of
# itself, or because of an earlier mutant. So the unchanged modules ("none") have to pass the same tests in this machine:
# before the first mutant, and after each mutant that failed. If they do not pass after a mutant, only the verdict on the
# first mutant counts, and the other mutants need another machine.

# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh
# shellcheck source=/dev/null
. /etc/lab.conf

file=$1
seconds=$2 # for a run of the test file, on a quick machine
modules=/lib/modules/$(uname -r)
product=/tmp/product # the modules as they are
vfs=$(count_vfs)
last='' # the module that was a mutant

# Tests load the other two; pasid-pf is loaded with the PF's driver.
put_modules() { # NAME MODULE
	cp $product/*.ko "$modules/"
	[ -z "$2" ] || cp "/lab/$1.ko" "$modules/$2.ko"
	case "$last $2" in
	*pasid-pf*)
		rmmod mock-sriov-pf pasid-pf
		# shellcheck disable=SC2086 # several parameters
		modprobe mock-sriov-pf $mock_params
		set_numvfs "$vfs"
		;;
	esac
	last=$2
}

# Sets failed to the first test that fails, or to nothing. Fails if the machine cannot be put back to its first state.
try() { # NAME MODULE TESTS
	local status=0
	echo "begin $1"
	put_modules "$1" "$2"
	LAB_ONLY=$3 timeout "$(scaled "$seconds")" /bin/sh "/lab/$file.sh" >/tmp/said 2>&1 </dev/null || status=$?
	failed=$(sed -n 's/^not ok [0-9]* //p' /tmp/said | head -n 1)
	[ $status = 0 ] || failed=${failed:-status $status}
	[ -z "$failed" ] || grep '^#' /tmp/said | tail -n 3
	tidy "$vfs"
}

verdict() { # NAME REASON
	case $2 in
	'') echo "result $1:missed:" ;;
	# Only a test can notice a mutant: not what comes before the tests, and not the end of the file.
	'given: '* | status\ *) echo "result $1:spoiled:$2" ;;
	*) echo "result $1:noticed:$2" ;;
	esac
}

mkdir $product
cp "$modules/intel-pasid-ctl.ko" "$modules/pasid-pf.ko" "$modules/pasid-vfio-pci.ko" $product/
first=yes
while IFS=: read -r name module tests; do
	if [ -n "$first" ] && [ "$name" != none ]; then
		try none '' "$tests" || failed=${failed:-not tidy}
		[ -z "$failed" ] || { echo "result $name:spoiled:without any mutation: $failed" && break; }
	fi
	same=yes
	try "$name" "$module" "$tests" || same=''
	reason=$failed
	if [ -n "$reason" ] && [ "$name" != none ] && [ -n "$same" ]; then
		if ! try none '' "$tests" || [ -n "$failed" ]; then
			same=''
		fi
	fi
	if [ -z "$reason" ] || [ -n "$same" ] || [ -n "$first" ]; then
		verdict "$name" "$reason"
	fi
	if [ -z "$same" ] || [ "$name${reason:+ failed}" = "none failed" ]; then
		break
	fi
	first=''
done </lab/todo
