#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317
# kernels: 6.12 newest
# boot: --vfs 1
# The example of docs/pf-driver.md has the PF, and says which bytes of its VFs are free. Not on kernels with lockdep: a
# driver that disables SR-IOV when it is unbound does not hold the PCI core's lock, in Linux's own drivers either.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

pf=$(pf)
ranges=$pci/$pf/vf_pasid_ranges

prepare() {
	load
	load_vfio allow_type1=1
	set_numvfs 0
	modprobe pasid-example-pf
	bind "$pf" pasid-example-pf
	set_numvfs 1
	bind "$(vf 0)"
}

# Has the driver look where the capability would go.
layout_is() { # LAYOUT
	local layout
	layout=$pci/$(vf 0)/pasid_status/cap_layout
	echo 1 >"$layout"
	expect_file "$layout" "$1"
}

example_answers() {
	expect_file "$ranges" ''
	layout_is 'pasid 0x180 pf-driver'
}

before_the_admin() {
	echo 0x300-0x307 >"$ranges"
	layout_is 'pasid 0x180 pf-driver'
}

# A user has it there, and the registers of the engine are not hidden: 0x200 is read and written as before.
user_sees_it() {
	expect_equal "$(client_open it "$(vf 0)")" 0 'opening the VF'
	expect_client '0x100:000e 0x110:000f 0x180:001b' it chain
	client_close it
}

# A VF of this device has the PF's IDs.
no_vf_is_taken() {
	unbind "$(vf 0)"
	expect_fails bind "$(vf 0)" pasid-example-pf
	bind "$(vf 0)"
}

# With VFs enabled: the driver removes them first.
unbinding_ends_it() {
	unbind "$(vf 0)"
	echo "$pf" >"$pci/$pf/driver/unbind"
	expect_file "$pci/$pf/sriov_numvfs" 0
	expect_fails [ -e "$pci/$pf/virtfn0" ]
	bind "$pf" pci-pf-stub
	set_numvfs 1
	bind "$(vf 0)"
	layout_is 'pasid 0x300 admin'
}

bound_again_it_answers() {
	unbind "$(vf 0)"
	set_numvfs 0
	bind "$pf" pasid-example-pf
	set_numvfs 1
	bind "$(vf 0)"
	layout_is 'pasid 0x180 pf-driver'
}

# Unloaded in the order of README, with VFs enabled.
everything_can_go() {
	unbind "$(vf 0)"
	unload_vfio
	expect_fails rmmod pasid-pf
	rmmod pasid-example-pf
	rmmod pasid-pf
	unload
	expect_file "$pci/$pf/sriov_numvfs" 0
	bind "$pf" pci-pf-stub # as the machine was
}

given 'the example has the PF, and a VF is bound to pasid-vfio-pci' prepare
it 'the capability goes where the example says' example_answers
it 'the example comes before vf_pasid_ranges' before_the_admin
it 'a user of the VF finds the capability there' user_sees_it
it 'the example takes no VF, although VFs have the same IDs' no_vf_is_taken
it 'unbound, the example has removed the VFs, and is not asked any more' unbinding_ends_it
it 'bound again, the example is asked again' bound_again_it_answers
it 'the example is unloaded with VFs enabled, and pasid-pf after it, not before' everything_can_go
finish
