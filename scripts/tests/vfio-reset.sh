#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# Resets that a VF's user has not asked for: the registers of its PASID capability are
# cleared, and what they allow is denied.
# shellcheck disable=SC2086 # $control is offset and size
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)
port=$pci/0000:00:04.0
control='0x406 2'

prepare() {
	load_client
	load
	load_vfio allow_type1=1 ranges=1b36:0015@0x400-0x407
	bind "$vf"
	expect_equal "$(client_open it "$vf")" 0 "opening $vf"
	lab_do attach "$vf" 7
}

enabled() {
	expect_client 0 it write $control 1
	expect_context "$vf" PASIDE 1
}

cleared() {
	expect_client 0x0 it read $control
	expect_file "$pci/$vf/pasid/requested" '-enable -exec -priv -pri'
	expect_context "$vf" PASIDE 0
	expect_client 0 it write $control 1
	expect_context "$vf" PASIDE 1
}

reset_of_the_function() {
	enabled
	echo 1 >"$pci/$vf/reset"
	cleared
}

reset_of_the_bus() {
	enabled
	echo 1 >"$port/reset_subordinate"
	cleared
}

# Whoever waits for a VF that is frozen waits for ever: nothing is sent to it before recovery has reset it.
fatal_error() {
	enabled
	witness inval mark
	lab_do error "$vf" fatal
	held
	expect_no_inval
	lab_do error "$vf" resume
	cleared
}

# Writes are lost, and nothing changes.
held() {
	expect_client 0 it write $control 0
	expect_client 0x1 it read $control
	expect_context "$vf" PASIDE 1
}

# The kernel itself may invalidate what it likes for this reset, so the register has to tell.
reset_while_frozen() {
	enabled
	lab_do error "$vf" fatal
	expect_client 0 it reset
	held
	lab_do error "$vf" resume
	cleared
}

# A function beside it has voted for the reset.
error_with_voted_reset() { # fatal|nonfatal
	enabled
	lab_do error "$vf" "$1"
	lab_do error "$vf" slot-reset
	held
	lab_do error "$vf" resume
	cleared
}

error_without_reset() {
	enabled
	lab_do error "$vf" nonfatal
	lab_do error "$vf" resume
	expect_client 0x1 it read $control
	expect_context "$vf" PASIDE 1
}

nothing_is_left() {
	lab_do detach-all "$vf"
	client_close it
	expect_file "$pci/$vf/pasid/requested" '+enable +exec +priv +pri'
}

it 'prepare' prepare
it 'a reset of the function' reset_of_the_function
# 6.12 has no way to reset a bus with VFs.
case $(uname -r) in 6.12.*) ;; *) it 'a reset of the bus' reset_of_the_bus ;; esac
it 'recovery from a fatal error' fatal_error
it 'a reset by the user while it is frozen' reset_while_frozen
it 'recovery from a fatal error, with a voted reset' error_with_voted_reset fatal
it 'recovery from another error, with a voted reset' error_with_voted_reset nonfatal
it 'recovery from an error without a reset' error_without_reset
it 'closing leaves nothing behind' nothing_is_left
finish
