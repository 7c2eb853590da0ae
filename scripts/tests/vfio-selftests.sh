#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# kernels: lab debug
# usually: debug
# boot: --selftests --mem 1536 --timeout 600
# Linux's own tests of VFIO (tools/testing/selftests/vfio) say the same of a VF that is bound to pasid-vfio-pci and
# shows the capability as of one that is bound to vfio-pci: each test has the same verdict, and each program the same
# status.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)

prepare() {
	load
	load_vfio
	echo 0x180-0x187 >"$pci/$(pf)/vf_pasid_ranges"
	bind "$vf"
	echo 1 >"$pci/$vf/pasid_status/cap_layout"
	expect_file "$pci/$vf/pasid_status/cap_layout" 'pasid 0x180 admin'
}

# Prints the verdict of each test of a program, and the program's status.
verdicts() { # DRIVER PROGRAM
	local status=0
	bind "$vf" "$1"
	"$2" "$vf" >/tmp/said 2>&1 || status=$?
	sed -n -E '/^(ok|not ok) /{s/ [0-9]+ / /; s/ # SKIP.*/ # SKIP/; p}' /tmp/said
	echo "status $status"
}

count() { # PATTERN
	grep -c -e "$1" /tmp/ours || true
}

# A program that has run has verdicts. One that cannot run with this VF says so with status 4.
same_verdicts() { # PROGRAM
	verdicts vfio-pci "$1" >/tmp/theirs
	verdicts pasid-vfio-pci "$1" >/tmp/ours
	echo "$(count '^ok') ok, $(count '# SKIP') of them skipped, $(count '^not ok') not ok, $(tail -n 1 /tmp/ours)"
	grep -q -e '^ok' -e '^not ok' -e '^status 4$' /tmp/theirs
	expect_same /tmp/theirs /tmp/ours "verdicts of $1, from vfio-pci to pasid-vfio-pci,"
}

goes() {
	unbind "$vf"
	unload_vfio
	unload
}

given 'the VF shows the capability' prepare
for program in /bin/vfio_*_test; do
	it "${program##*/}: the same verdicts as with vfio-pci" same_verdicts "${program##*/}"
done
it 'both modules can be unloaded at the end' goes
finish
