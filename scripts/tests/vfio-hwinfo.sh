#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# kernels: lab debug
# boot: --model x-ers=on
# A VMM is told what the VF is granted: clients ask iommufd (IOMMU_GET_HW_INFO), as a VMM does before it shows its guest a
# capability. The width follows from the PF and the IOMMU, not from what is granted.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

first=$(vf 0)
second=$(vf 1)
sibling=$(vf 2)

told() { # ANSWER CLIENT
	expect_client "20 $1" "$2" hw-info
}

# The clients stay open through all tests.
opened() { # NAME BDF DRIVER
	bind "$2" "$3"
	expect_equal "$(client_open "$1" "$2" iommufd)" 0 "opening $2"
}

without_the_module() {
	opened plain "$first" vfio-pci
	opened sibling "$sibling" vfio-pci
	told '+exec +priv' plain
	told '+exec +priv' sibling
}

# This machine's IOMMU supports SRE and ERE. intel-iommu never sets ERE, so exec is denied by default.
as_loaded() {
	load_client
	load
	load_vfio
	told '-exec +priv' plain
}

# After each write the client asks again.
as_written() { # CLIENT BDF
	local text
	while read -r text answer; do
		set_ctl "$2" "$text"
		told "$answer" "$1"
	done <<-'END'
		+exec +exec +priv
		-priv +exec -priv
		-exec -exec -priv
		+priv -exec +priv
		+all +exec +priv
		-enable -exec -priv
		-pri -exec -priv
		+enable +exec +priv
		-all -exec -priv
		default -exec +priv
	END
}

# What the guest has enabled does not matter: a VMM asks before the guest runs.
of_a_guest() {
	echo 0x180-0x187 >"$pci/$(pf)/vf_pasid_ranges"
	opened guest "$second" pasid-vfio-pci
	expect_file "$pci/$second/pasid_status/effective" '-enable -exec -priv -pri'
	as_written guest "$second"
	set_ctl "$second" +all
	expect_client 0 guest write 0x186 2 1
	told '+exec +priv' guest
}

only_of_that_vf() {
	set_ctl "$first" -all
	told '-exec -priv' plain
	told '-exec +priv' sibling
}

pasid_status() { # BDF: prints what other callers in the kernel are told
	lab_do pasid-status "$1"
	cat "$lab/result"
}

only_to_vmms() {
	set_ctl "$first" -all
	told '-exec -priv' plain
	expect_equal "$(pasid_status "$first")" "$(pasid_status "$(pf)")" "status of $first"
	expect_equal "$(pasid_status "$first")" 7 "status of $first"
}

# The miss changes only what this VMM was told, so the module does not look at the VFs.
missed() {
	set_ctl "$first" -all
	mark_log
	lab_do hold-hooks pci_pasid_status 0
	told '+exec +priv' plain
	lab_do hold-hooks off
	told '-exec -priv' plain
	expect_said "mark $mark"
	dmesg | sed "1,/mark $mark/d" >/tmp/since
	expect_fails grep 'went by unseen' /tmp/since
}

# vfio-pci makes the VFs, because only then the PF can be opened while they exist.
of_the_pf() {
	local pf
	pf=$(pf)
	clients_kill
	set_numvfs 0
	echo Y >/sys/module/vfio_pci/parameters/enable_sriov
	bind "$pf" vfio-pci
	set_numvfs 1
	set_ctl "$(vf 0)" -all
	expect_equal "$(client_open pf "$pf" iommufd)" 0 "opening $pf"
	told '+exec +priv' pf
}

after_the_module() {
	clients_kill
	set_numvfs 0
	bind "$(pf)" pci-pf-stub
	set_numvfs 2
	set_all_ctl default
	opened plain "$(vf 0)" vfio-pci
	told '-exec +priv' plain
	unload_vfio
	unload
	told '+exec +priv' plain
}

it 'without the module, a VMM is told what the PF can do' without_the_module
it 'with the module, a VMM is told what pasid_ctl grants' as_loaded
it 'after each write to pasid_ctl, a VMM with vfio-pci is told what it grants' as_written plain "$first"
it 'after each write to pasid_ctl, a VMM with pasid-vfio-pci is told what it grants, whatever the guest enabled' of_a_guest
it "a write to one VF's pasid_ctl does not change what is said of a sibling" only_of_that_vf
it 'other callers of pci_pasid_status() are told what the PF can do' only_to_vmms
it 'a missed call of pci_pasid_status() makes no record invalid' missed
it 'a VMM that has the PF is told what the PF can do' of_the_pf
it 'after unloading, a VMM is told what the PF can do' after_the_module
finish
