#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# usually: newest
# boot: --vmm --mem 1536 --model x-ers=on --testdev hidden-offset=0xff8 --timeout 900
# A real VMM and a real guest: what a guest's driver touches is told from the VMM's snapshot and from lspci, and with "auto"
# the guest finds the capability and its device works. The engine needs the register at 0xff8, where VMMs would put the
# capability; its driver does not use the one at 0xffc.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

pf=$(pf)
vf=$(vf 0)
in_guest=0000:00:04.0
ranges=$pci/$pf/vf_pasid_ranges
files=$pci/$vf/pasid_status

prepare() {
	load
	load_vfio allow_type1=1
	bind "$vf"
}

start() {
	vmm start -device "vfio-pci,host=$vf,addr=4"
}

# Transfers go to and from memory of the guest.
engine() { # WORD...
	vmm run PASID_TESTDEV_HIDDEN=0xff8 dma "$in_guest" "$@"
}

engine_works() {
	local text
	fresh_text
	engine write "text=$text"
	engine read "expect=$text"
}

used_alone() {
	sed -n '/^0x/p' "$files/touched" >/tmp/touched
	cat /tmp/touched
	expect_equal "$(grep -v ' read 0 written 0 ' /tmp/touched | cut -d' ' -f1,4,5)" '0xff8-0xffb written 2' \
		'what a driver touched'
	expect_equal "$(grep -c ' swept 0$' /tmp/touched || true)" 0 'ranges that no sweep had'
}

guest_at_work() {
	start
	vmm run lspci -xxxx -s "$in_guest" >/tmp/lspci
	grep -q '^ff0:' /tmp/lspci
	engine_works
	used_alone
	vmm off
	used_alone
}

auto_spares_it() {
	echo auto >"$ranges"
	echo 1 >"$files/cap_layout"
	expect_file "$files/cap_layout" 'pasid 0xff0 auto
auto: not higher, because 0xff8-0xffb were written by a user'
	start
	expect_equal "$(vmm run setpci -s "$in_guest" ECAP_PASID.w)" 001b 'ID at the capability'
	vmm run lspci -vv -s "$in_guest" >/tmp/lspci
	grep -q 'Capabilities: \[ff0 v1\] Process Address Space ID' /tmp/lspci
	engine_works
	vmm run setpci -s "$in_guest" ECAP_PASID+6.w=1
	expect_file "$files/requested" '+enable -exec -priv -pri'
	expect_context "$vf" PASIDE 1
	engine_works
	vmm off
}

# What happens without observation.
a_guess_breaks_it() {
	echo 0xff8-0xfff >"$ranges"
	start
	expect_fails engine write text=lost
	vmm off
	expect_said 'the bytes at 0xff8 that it hides were written by a user'
}

given 'a VF is bound to pasid-vfio-pci, and nobody has named free bytes' prepare
it "a guest at work: its driver's register is found, and lspci and the VMM are told apart" guest_at_work
it 'with auto, the guest has the capability, and its device works' auto_spares_it
it 'where the capability hides that register, the device does not work, and the log asks' a_guess_breaks_it
finish
