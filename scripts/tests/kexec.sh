#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2046,SC2119,SC2317
# kernels: 6.12 newest
# usually: newest
# boot: --vmlinuz
# A kernel with denied VFs starts another kernel. intel-iommu of the first one switches translation off, and that of the
# second one makes tables of its own: settings end, as they do with a reboot, and so do VFs.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

deny() {
	local bdf
	load_client
	load
	lab_do attach "$(vf 0)" 5
	set_all_ctl -enable
	for bdf in $(all_vfs); do
		expect_context "$bdf" PASIDE 0
	done
}

# The last test here: the next number is the second kernel's.
loaded() {
	load_kernel load
	expect_file /sys/kernel/kexec_loaded 1
}

fresh_start() {
	local bdf
	expect_fails expect_said 'Translation was enabled for'
	expect_file "$pci/$(pf)/sriov_numvfs" 0
	set_numvfs 8
	load
	for bdf in $(all_vfs); do
		expect_ctl "$bdf" '+enable -exec +priv +pri'
		expect_context "$bdf" PASIDE 1
	done
	unload
}

denied_from_the_start() {
	local vf
	set_numvfs 0
	load default_ctl=-all
	set_numvfs 8
	vf=$(vf 0)
	expect_context "$vf" PASIDE 0
	load_client
	lab_do attach "$vf" 5
	lab_do memory "$vf"
	lab_do faults all
	dma_ok "$vf" none
	dma_blocked "$vf" 5 0x45
	set_ctl "$vf" +enable
	dma_ok "$vf" 5
}

if ! is_second_kernel; then
	given 'all VFs are denied' deny
	given 'another kernel is loaded' loaded
	kexec start || finish # returns if it has failed
fi
it 'the second kernel starts without translation and without VFs, and its VFs are not denied' fresh_start
it 'with default_ctl, VFs of the second kernel are denied from their first moment' denied_from_the_start
finish
