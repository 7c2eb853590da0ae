#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# usually: newest
# boot: --testdev hidden-offset=0xff8
# What users touch is observed, and "auto" takes bytes that nothing speaks against. The VFs have two registers that belong to
# no capability, and read as zero at first: 0xff8, which the engine needs, and 0xffc, which counts its runs. 0xff8 is
# where VMMs would put the capability.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

pf=$(pf)
first=$(vf 0)
second=$(vf 1)
ranges=$pci/$pf/vf_pasid_ranges
files=$pci/$first/pasid_status
used='were written by a user'

prepare() {
	load
	load_vfio allow_type1=1
	bind "$first"
	bind "$second"
}

opened() { # BDF
	expect_equal "$(client_open it "$1")" 0 "opening $1"
}

look() { # BDF
	echo 1 >"$pci/$1/pasid_status/cap_layout"
}

forget() {
	clients_kill
	echo 0 >"$pci/$first/pasid_status/touched"
	echo 0 >"$pci/$second/pasid_status/touched"
}

# The driver counts while the VF is open.
touched() { # BDF: prints the ranges
	sed -n '/^0x/p' "$pci/$1/pasid_status/touched"
}

expect_touched() { # TEXT
	expect_equal "$(touched "$first")" "$1" 'what is touched'
}

expect_found() { # OFFSET-RANGE WORD
	grep -qx "$1 $2" "$files/candidates" || { cat "$files/candidates" && return 1; }
}

# Of the hardware, past all emulation.
key_is() { # NUMBER
	expect_equal "$(config_read "$first" 4088 4)" "$1" 'the register 0xff8'
}

nobody_guesses() {
	look "$first"
	expect_file "$files/cap_layout" 'none: nobody says which bytes are free'
	expect_equal "$(stat -c %a "$files/touched" "$files/candidates" | xargs)" '600 600' 'modes'
	expect_fails cat "$files/candidates"
	expect_touched ''
}

single_accesses_are_counted() {
	forget
	opened "$first"
	expect_client 0x0 it read 0xff8 4
	expect_client 0 it write 0xff8 4 7
	expect_client 0x7 it read 0xff8 4
	expect_client 0 it write 0x801 1 0
	expect_client 0x0 it read 0xffd 1
	# Part of a capability.
	client it read 0x114 4
	expect_touched '0x800-0x803 read 0 written 1 swept 0
0xff8-0xffb read 2 written 1 swept 0
0xffc-0xfff read 1 written 0 swept 0'
	client_close it
	expect_touched '0x800-0x803 read 0 written 1 swept 0
0xff8-0xffb read 2 written 1 swept 0
0xffc-0xfff read 1 written 0 swept 0'
	expect_equal "$(sed -n 2p "$files/touched")" 'opens 1' opens
}

# As lspci -xxxx does it, and as a VMM does it. The VF's capabilities end at 0x118.
sweeps_are_told_apart() {
	forget
	opened "$first"
	expect_client 0 it dump /tmp/dump
	client it bytes 0 4096 >/dev/null
	expect_client 0x0 it read 0xff8 4
	expect_touched '0x108-0x10f read 0 written 0 swept 2
0x118-0xff7 read 0 written 0 swept 2
0xff8-0xffb read 1 written 0 swept 2
0xffc-0xfff read 0 written 0 swept 2'
	client_close it
}

a_write_forgets() {
	forget
	opened "$first"
	client it write 0x800 4 0
	expect_equal "$(answer "$files/touched" 1)" EINVAL 'writing 1'
	expect_equal "$(answer "$files/touched" all)" EINVAL 'writing all'
	expect_touched '0x800-0x803 read 0 written 1 swept 0'
	client_close it
	echo 0 >"$files/touched"
	expect_touched ''
	expect_equal "$(sed -n 2p "$files/touched")" 'opens 0' opens
	expect_less "$(($(date +%s) - $(sed -n 's/^since //p' "$files/touched")))" 60 'seconds since then'
}

# Bytes of the PF's capabilities are left out, because a VF may have something there, too.
root_looks() {
	forget
	expect_fails cat "$files/candidates"
	expect_equal "$(answer "$files/candidates" 0)" EINVAL 'writing 0'
	expect_equal "$(answer "$files/candidates" x)" EINVAL 'writing x'
	echo 1 >"$files/candidates"
	expect_file "$files/candidates" '0x100-0x107 capability
0x108-0x10f free
0x110-0x117 capability
0x118-0x11f free
0x120-0x167 pf-capability
0x168-0x16f free
0x170-0x17f pf-capability
0x180-0xfff free'
}

# Before anything is known of its register, the device looks as VMMs think of it.
auto_takes_the_highest() {
	forget
	echo auto >"$ranges"
	expect_file "$ranges" auto
	look "$first"
	expect_file "$files/cap_layout" 'pasid 0xff8 auto'
}

# 0xff8 reads as zero: only the observation tells.
auto_spares_what_is_used() {
	forget
	echo >"$ranges"
	opened "$first"
	client it write 0xff8 4 7
	client_close it
	key_is 0
	echo auto >"$ranges"
	look "$first"
	expect_file "$files/cap_layout" "pasid 0xff0 auto
auto: not higher, because 0xff8-0xffb $used"
	opened "$first"
	expect_file "$files/cap_layout" "pasid 0xff0 auto
auto: not higher, because 0xff8-0xffb $used"
	expect_client '0x100:000e 0x110:000f 0xff0:001b' it chain
	expect_client 0 it write 0xff8 4 7
	key_is 7
	expect_client 0 it write 0xff6 2 1
	expect_file "$files/requested" '+enable -exec -priv -pri'
	# The capability's own register is none of the device's.
	expect_equal "$(touched "$first")" '0xff8-0xffb read 0 written 2 swept 0' 'what is touched'
	client_close it
}

what_is_read_is_spared() {
	forget
	echo >"$ranges"
	opened "$first"
	client it read 0xffc 4
	client_close it
	echo auto >"$ranges"
	look "$first"
	expect_file "$files/cap_layout" "pasid 0xff4 auto
auto: not higher, because 0xffc-0xfff were read by a user's driver"
}

# A reset clears the register, and what was seen is remembered.
what_is_not_zero_is_spared() {
	forget
	echo >"$ranges"
	printf "\\001" | dd of="$pci/$first/config" bs=1 seek=4088 conv=notrunc 2>/dev/null
	key_is 1
	echo 1 >"$files/candidates"
	expect_found 0xff8-0xffb not-zero
	opened "$first"
	client_close it
	key_is 0
	echo auto >"$ranges"
	look "$first"
	expect_file "$files/cap_layout" "pasid 0xff0 auto
auto: not higher, because 0xff8-0xffb do not read as zero"
}

# VFs of one PF are of one kind.
one_tells_of_the_others() {
	forget
	echo >"$ranges"
	opened "$first"
	client it write 0xff8 4 7
	client_close it
	echo auto >"$ranges"
	look "$second"
	expect_file "$pci/$second/pasid_status/cap_layout" "pasid 0xff0 auto
auto: not higher, because 0xff8-0xffb $used"
	expect_equal "$(touched "$second")" '' 'of the other'
}

nothing_is_left() {
	forget
	echo >"$ranges"
	opened "$first"
	expect_client 0 it fill 0x100 0xf00 0
	client_close it
	echo auto >"$ranges"
	look "$first"
	expect_file "$files/cap_layout" \
		'none: nowhere 8 bytes read as zero that no capability has and no user touched'
	opened "$first"
	expect_client '0x100:000e 0x110:000f' it chain
	client_close it
	forget
}

# Only "auto" is bound to what is observed: numbers come from the maker. The log asks.
numbers_are_taken() {
	forget
	echo >"$ranges"
	opened "$first"
	client it write 0xff8 4 7
	client_close it
	echo 0xff8-0xfff >"$ranges"
	opened "$first"
	expect_file "$files/cap_layout" 'pasid 0xff8 admin'
	expect_said "$first: PASID capability: the bytes at 0xff8 that it hides $used; are they free?"
	expect_client 0 it write 0xff8 4 7
	key_is 0
	client_close it
}

region_has() { # OFFSET VALUE
	expect_client "$2" it rread "$1" 4
}

# The VMM may emulate by itself, and need not guess.
region_offers() {
	forget
	echo >"$ranges"
	opened "$first"
	region_has 64 0x0
	region_has 68 0x0
	client it write 0xff8 4 7
	client_close it
	echo auto >"$ranges"
	echo 0 >"$pci/$first/pasid_emulate"
	opened "$first"
	region_has 0 0x2
	region_has 24 0x0
	region_has 64 0x4
	region_has 68 0x1
	region_has 72 0xff0
	region_has 76 0xff7
	region_has 80 0x0
	client_close it
	echo '0x200-0x20f 0x180-0x187' >"$ranges"
	opened "$first"
	region_has 64 0x2
	region_has 68 0x2
	region_has 72 0x200
	region_has 84 0x187
	client_close it
	# A range that overlaps a capability is offered to nobody.
	echo 0x100-0x107 >"$ranges"
	opened "$first"
	region_has 64 0x0
	region_has 68 0x0
	client_close it
	echo 1 >"$pci/$first/pasid_emulate"
}

option_takes_auto() {
	forget
	echo >"$ranges"
	unbind "$first"
	unbind "$second"
	unload_vfio
	load_vfio allow_type1=1 ranges=1b36:0015@auto
	bind "$first"
	look "$first"
	expect_file "$files/cap_layout" 'pasid 0xff8 auto'
	echo 0x180-0x187 >"$ranges"
	look "$first"
	expect_file "$files/cap_layout" 'pasid 0x180 admin'
	echo >"$ranges"
	unbind "$first"
	expect_fails [ -e "$files/touched" ]
	unload_vfio
	expect_fails modprobe pasid-vfio-pci ranges=1b36:0015@auto,1b36:0015@0x180-0x187
	expect_said "'auto' stands alone for a device"
}

given 'two VFs are bound to pasid-vfio-pci, and nobody has named free bytes' prepare
it 'without a word of the admin, nothing is shown, and no byte is looked at' nobody_guesses
it 'reads and writes outside all capabilities are counted' single_accesses_are_counted
it "a VMM's snapshot and a sweep are counted apart" sweeps_are_told_apart
it 'writing 0 to touched forgets, and another text is refused' a_write_forgets
it 'root has the driver look, and the file candidates has what is found' root_looks
it 'auto takes the highest bytes, as VMMs do' auto_takes_the_highest
it 'auto takes no register that a user wrote, although it reads as zero, and the register works' auto_spares_what_is_used
it 'auto takes no register that a driver reads' what_is_read_is_spared
it 'auto takes nothing that was ever seen to read as other than zero' what_is_not_zero_is_spared
it 'what one VF shows counts for the others of its PF' one_tells_of_the_others
it 'where nothing is left, auto shows nothing, and says why' nothing_is_left
it 'numbers that the admin names are taken, and the log asks about a register that was written' numbers_are_taken
it 'the control region offers the free ranges, also if no capability is shown' region_offers
it 'ranges= takes auto, and the file comes before it' option_takes_auto
finish
