#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --machine stock --no-mock
# PFs of other shapes: without PASID, Execute, Privileged, PRI or ATS; with few PASIDs; with VFs in the upper half of the
# context table; with DMA aliases; with VFs whose alias is another function.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

start() { # MOCK-PARAMETER...
	modprobe mock-sriov-pf "$@"
	load_client
	lab_do ecap set "$(pf)" SRS
	lab_do ecap set "$(pf)" ERS
	set_numvfs 4
	load
}

stop() {
	unload
	rmmod pasid-lab-client
	set_numvfs 0
	rmmod mock-sriov-pf
}

supports() { # TEXT
	expect_equal "$(sed 's/ [+-]pri$//' "$pci/$(vf 0)/pasid_status/supported")" "$1" supported
}

without_pasid() {
	start pasid_width=0
	supports '-enable -exec -priv'
	expect_file "$pci/$(vf 0)/pasid_status/width" 0
	expect_equal "$(answer "$pci/$(vf 0)/pasid_ctl" +enable)" EOPNOTSUPP answer
	set_ctl "$(vf 0)" -all
	set_ctl "$(vf 0)" default
	stop
}

without_exec_and_pri() {
	start exec=0 pri=0
	expect_file "$pci/$(vf 0)/pasid_status/supported" '+enable -exec +priv -pri'
	expect_equal "$(answer "$pci/$(vf 0)/pasid_ctl" +exec)" EOPNOTSUPP answer
	expect_context "$(vf 0)" PRE 0
	expect_equal "$(answer "$pci/$(vf 0)/pasid_ctl" +pri)" EOPNOTSUPP answer
	stop
}

without_ats() {
	start ats=0
	lab_do attach "$(vf 0)" 5
	witness inval mark
	set_ctl "$(vf 0)" -enable
	expect_equal "$(inval_count '^device-')" 0 'device-TLB invalidations'
	expect_equal "$(inval_count '^iotlb domain')" 2 'IOTLB invalidations'
	set_ctl "$(vf 0)" default
	stop
}

narrow_without_priv() {
	start pasid_width=6 priv=0
	supports '+enable +exec -priv'
	expect_equal "$(answer "$pci/$(vf 0)/pasid_ctl" +priv)" EOPNOTSUPP answer
	expect_file "$pci/$(vf 0)/pasid_status/width" 6
	lab_do attach "$(vf 0)" 63
	expect_file "$pci/$(vf 0)/pasid_status/entries" 1
	set_ctl "$(vf 0)" -enable
	expect_context "$(vf 0)" PASIDE 0
	set_ctl "$(vf 0)" default
	stop
}

# The aliases are the function numbers after the last VF's.
upper_half_with_alias() {
	start vf_offset=128 alias=1 totalvfs=16
	expect_equal "$(vf 0)" 0000:02:10.0 BDF
	lab_do attach "$(vf 0)" 5
	expect_context 0000:02:12.0 PASIDE 1
	snapshot "$(vf 1)" 0000:02:12.1 >/tmp/sibling
	witness inval mark
	set_ctl "$(vf 0)" -enable
	expect_context "$(vf 0)" PASIDE 0
	expect_context 0000:02:12.0 PASIDE 0
	expect_equal "$(inval_count '^context-cache device')" 2 'context-cache invalidations'
	snapshot "$(vf 1)" 0000:02:12.1 >/tmp/after
	expect_same /tmp/sibling /tmp/after sibling
	set_ctl "$(vf 0)" default
	expect_context "$(vf 0)" PASIDE 1
	expect_context 0000:02:12.0 PASIDE 1
	stop
}

# For VFs that are there at load, and for one that appears later.
shared_with_the_pf() {
	local vf said
	start shared=1 totalvfs=4 # without default_ctl they are not restricted either
	unload
	dmesg -c >/dev/null
	load default_ctl=-all
	set_numvfs 0
	set_numvfs 1
	vf=$(vf 0)
	[ ! -e "$pci/$vf/pasid_ctl" ]
	expect_context "$vf" PASIDE 1
	said="pci $vf: not restricted, whatever default_ctl says: it shares a requester ID with another function"
	expect_equal "$(dmesg -r | grep -F "$said" | cut -c 1-3 | xargs)" '<3> <3>' "errors of $vf"
	expect_equal "$(dmesg | grep -cF "$vf: not ")" 2 "lines about $vf"
	stop
}

it 'a PF without PASID: enable is not supported' without_pasid
it 'a PF without Execute Permission and PRI: exec and pri are not supported' without_exec_and_pri
it 'a PF without Privileged Mode, with a PASID width of 6: priv is not supported, and 63 is the last PASID' narrow_without_priv
it 'a VF without ATS is sent no device-TLB invalidation' without_ats
it 'VFs in the upper half of the context table, with DMA aliases: both context entries are changed' upper_half_with_alias
it 'a VF that shares a requester ID is not restricted, and one error per VF says so' shared_with_the_pf
finish
