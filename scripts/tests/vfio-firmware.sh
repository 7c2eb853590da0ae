#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# usually: newest
# boot: --vmm --mem 1536 --timeout 600
# A guest's UEFI firmware reads the list of a VF's extended capabilities to its end. It is Debian's OVMF, a release build
# without assertions.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)

prepare() {
	load
	load_vfio allow_type1=1
	echo 0x180-0x187 >"$pci/$(pf)/vf_pasid_ranges"
	bind "$vf"
}

firmware_ends() {
	mkdir /tmp/disk
	printf 'reset -s\r\n' >/tmp/disk/startup.nsh
	vmm firmware /tmp/disk -device "vfio-pci,host=$vf,addr=4" -trace vfio_pci_read_config
	grep -q 'UEFI Interactive Shell' /run/vmm/console && return
	tail -n 20 /run/vmm/console
	return 1
}

# The offsets and headers that the firmware read, from the VMM's trace. QEMU hides ARI, at 0x100.
firmware_found_it() {
	sed -n 's/^vfio_pci_read_config .* @\(0x[0-9a-f]\{3\}\), len=0x4) 0x\([0-9a-f]*\)$/\1 \2/p' /run/vmm/log >/tmp/headers
	expect_equal "$(head -n 3 /tmp/headers)" '0x100 11000000
0x110 1801000f
0x180 1001b' 'the first three headers'
	expect_equal "$(tail -n 1 /tmp/headers)" '0x180 1001b' 'the last header'
}

given 'a VF is bound to pasid-vfio-pci and free bytes are named' prepare
it "the guest's firmware boots to its shell" firmware_ends
it "the guest's firmware reads the list of capabilities up to the new one" firmware_found_it
it 'when the VMM has ended, the VF has its permissions again' expect_file "$pci/$vf/pasid_status/requested" '+enable +exec +priv +pri'
finish
