#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# kernels: lab debug
# boot: --vmm --mem 1536 --model x-ers=on --timeout 900
# A Linux guest attaches address spaces of its own at PASIDs of its VF: through the virtual IOMMU of Debian's QEMU and
# iommufd into the host's tables. The guest's intel-iommu finds the capability and enables it; the host attaches nothing.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

first=$(vf 0)
in_guest=0000:00:04.0

viommu() { # [PROPERTY=VALUE of the VF...]
	vmm start -object iommufd,id=iommufd0 \
		-device intel-iommu,scalable-mode=on,fsts=on,fs1gp=off,caching-mode=on,pasid-bits=20,intremap=off \
		-device "vfio-pci,host=$first,iommufd=iommufd0,addr=4${1+,$1}"
}

prepare() {
	load_client
	lab_do faults all
	load
	load_vfio
	echo 0x180-0x187 >"$pci/$(pf)/vf_pasid_ranges"
	bind "$first"
	set_ctl "$first" +all
}

# QEMU is asked to emulate the capability, and vfio-pci shows none.
of_the_vmm_alone() {
	bind "$first" vfio-pci
	viommu x-vpasid-cap-offset=0x300
	expect_equal "$(capabilities)" 300 'PASID capabilities'
	vmm kill
}

capabilities() { # prints the offsets of all PASID capabilities that lspci finds in the guest
	vmm run lspci -vv -s "$in_guest" | sed -n 's/.*\[\([0-9a-f]*\) v1\] .*(PASID)$/\1/p' | xargs
}

guest_boots() {
	viommu x-vpasid-cap-offset=0x300
	vmm run modprobe pasid-lab-client
}

ours_is_seen() {
	expect_equal "$(capabilities)" 180 'PASID capabilities'
	expect_file "$pci/$first/pasid_status/cap_layout" 'pasid 0x180 admin'
}

control() { # [VALUE]
	vmm run setpci -s "$in_guest" "ECAP_PASID+6.w${1+=$1}"
}

# Runs a command in the guest, with the functions of lib.sh.
guest() { # COMMAND...
	vmm run ". /lab/lib.sh && $*"
}

guest_enables() {
	expect_equal "$(control)" 0007 'control register'
	expect_file "$pci/$first/pasid_status/requested" '+enable +exec +priv -pri'
	expect_context "$first" PASIDE 1
}

guest_attaches() {
	guest lab_do attach "$in_guest" 7 paging
	guest lab_do attach "$in_guest" 4660 paging
	expect_equal "$(witness walk "$first" | sed -n 's/.* pasid \([0-9]*\) .* PGTT=\([0-9]\).*/\1:\2/p' | xargs)" \
		'0:3 7:3 4660:3' 'PASIDs, and their translation types'
}

guest_works() {
	guest dma_ok "$in_guest" 7
	guest dma_ok "$in_guest" 4660
}

denied() { # PASID REASON [OPTION...]: the guest's DMA is blocked, and the host's kernel logs the fault
	local pasid=$1 reason=$2
	shift 2
	mark_log
	guest refused_write blocked "$in_guest" "$pasid" "$@"
	expect_fault "$first" "$pasid" "$reason"
}

guest_clears_enable() {
	control 0
	expect_context "$first" PASIDE 0
	denied 7 0x45
	denied 4660 0x45
	control 7
	guest_works
}

host_denies() {
	set_ctl "$first" -enable
	denied 7 0x45
	expect_equal "$(control)" 0007 'control register'
	set_ctl "$first" +enable
	guest_works
}

guest_detaches() {
	guest lab_do detach "$in_guest" 7
	mark_log
	expect_equal "$(guest "find_memory $in_guest 4660 && dma $in_guest addr=\$iova pasid=7 write len=4" | tail -n 1 | cut -d' ' -f1-4)" \
		'blocked 0 of 1' 'DMA with a PASID that is not attached'
	expect_fault "$first" 7 0x59
	guest dma_ok "$in_guest" 4660
}

ends() {
	vmm kill
	await 10 expect_file "$pci/$first/pasid_status/entries" 0
	expect_context "$first" PASIDE 1
	expect_file "$pci/$first/pasid_status/requested" '+enable +exec +priv +pri'
}

given 'a VF is bound to pasid-vfio-pci, with all permissions' prepare
it 'a guest with a virtual IOMMU boots' guest_boots
it 'QEMU is asked to emulate a capability, too: the guest sees only that of pasid-vfio-pci' ours_is_seen
it "the guest's intel-iommu enables PASIDs, and the host's context entry has PASIDE" guest_enables
it "the guest attaches two address spaces of its own, and the host's tables have them nested" guest_attaches
it "the guest's DMA reaches these address spaces" guest_works
it 'the guest clears Enable, and its DMA is blocked' guest_clears_enable
it "the host writes -enable, and the guest's DMA is blocked" host_denies
it 'the guest detaches a PASID, and only that PASID is blocked' guest_detaches
it 'when the VMM is killed, no PASID is attached, and the VF has its permissions again' ends
it 'with vfio-pci, the guest sees the capability that QEMU emulates' of_the_vmm_alone
finish
