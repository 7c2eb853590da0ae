#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# Resets that a VF's user has not asked for, and errors: the registers of its PASID capability are
# cleared, and what they allow is denied. Nothing waits for the VF meanwhile.
# shellcheck disable=SC2086 # $control is offset and size
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)
port=$pci/0000:00:04.0
control='0x406 2'
device_control='0x48 2'

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
	expect_file "$pci/$vf/pasid_status/requested" '-enable -exec -priv -pri'
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

# All VFs lose their registers with their PF, and Linux does not tell their drivers.
reset_of_the_pf() {
	enabled
	echo 1 >"$pci/$(pf)/reset"
	await 10 request_is none
	cleared
	await 10 ats_is_on
}

request_is() { # none
	grep -q '^-enable -exec -priv -pri$' "$pci/$vf/pasid_status/requested"
}

ats_is_on() {
	[ "$(ats_enable "$vf")" = 1 ]
}

# What this module sends, in a trace, as the kernel may invalidate for a reset, too.
reset_asks_for_nothing_before() {
	local tracing=/sys/kernel/tracing
	enabled
	printf '%s\n' 'p:lab/save pci_save_state' 'p:lab/restore pci_restore_state' >$tracing/kprobe_events
	echo >$tracing/trace
	echo 1 >$tracing/events/pasid_ctl/pasid_flush/enable
	echo 1 >$tracing/events/lab/enable
	expect_client 0 it reset
	echo 0 >$tracing/events/lab/enable
	echo 0 >$tracing/events/pasid_ctl/pasid_flush/enable
	sed -n 's/.* \(pasid_flush\|save\|restore\): .*/\1/p' $tracing/trace >/tmp/order
	echo >$tracing/kprobe_events
	awk '/save/ { saved = 1 } /restore/ { restored = 1 } /flush/ && !restored { early = 1 } /flush/ && restored { late = 1 }
		END { exit !saved || early || !late }' /tmp/order || { cat /tmp/order && return 1; }
	cleared
}

# One process of the user waits for the VF's answer, and another one resets the VF, which has it answer.
reset_of_one_that_hangs() {
	local writer
	enabled
	lab_do stall-qi "$vf"
	client it write $control 0 >/tmp/written &
	writer=$!
	await 10 expect_file "$lab/stall-qi" waiting >/dev/null
	echo 1 >"$pci/$vf/reset"
	wait $writer
	expect_file "$lab/stall-qi" reset
	lab_do stall-qi off
	expect_file /tmp/written 0
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

# The VF lives again, though Linux goes on calling it frozen. Recovery is going to reset it once more.
reset_while_frozen() {
	enabled
	lab_do error "$vf" fatal
	held
	expect_client 0 it reset
	cleared
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

# resume() never comes: one function below the port without a driver is enough. Newer kernels tell drivers that it failed.
recovery_fails() {
	enabled
	lab_do error "$vf" fatal
	[ $# = 0 ] || lab_do error "$vf" "$1"
	held
}

closed() {
	lab_do detach-all "$vf"
	client_close it
}

opened() {
	expect_equal "$(client_open it "$vf")" 0 "opening $vf"
	lab_do attach "$vf" 7
}

works() {
	expect_client 0x0 it read $control
	enabled
	expect_client 0x1 it read $control
}

open_after_failure() { # [failed]
	recovery_fails "$@"
	closed
	opened
	works
}

# Where Linux has no way to reset the VF, either.
open_without_reset_after_failure() {
	echo >"$pci/$vf/reset_method"
	recovery_fails
	closed
	opened
	works
	echo default >"$pci/$vf/reset_method"
	closed
	opened
}

# shellcheck disable=SC2120 # `it` calls it
reset_after_failure() { # [failed]
	recovery_fails "$@"
	expect_client 0 it reset
	cleared
}

flr_after_failure() {
	recovery_fails
	expect_client 0 it write $device_control 0x8000
	cleared
}

# An error that is none of a user's: who opens the VF has its reset behind it, and recovery may still end.
error_while_closed() {
	closed
	lab_do error "$vf" fatal
	opened
	works
	lab_do error "$vf" resume
	cleared
}

recovery_ends_while_closed() {
	enabled
	lab_do error "$vf" fatal
	closed
	lab_do error "$vf" resume
	opened
	works
}

# What is left of a recovery that failed does not make of the next error one with a reset.
error_without_reset_after_failure() {
	reset_after_failure
	error_without_reset
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
	expect_file "$pci/$vf/pasid_status/requested" '+enable +exec +priv +pri'
}

it 'prepare' prepare
it 'a reset of the function' reset_of_the_function
# 6.12 has no way to reset a bus with VFs.
case $(uname -r) in 6.12.*) ;; *) it 'a reset of the bus' reset_of_the_bus ;; esac
it 'a reset of the PF' reset_of_the_pf
it 'a reset asks for nothing before it begins' reset_asks_for_nothing_before
it 'a reset of a VF that hangs' reset_of_one_that_hangs
it 'recovery from a fatal error' fatal_error
it 'a reset by the user while it is frozen' reset_while_frozen
it 'recovery from a fatal error, with a voted reset' error_with_voted_reset fatal
it 'recovery from another error, with a voted reset' error_with_voted_reset nonfatal
it 'recovery from an error without a reset' error_without_reset
it 'an open after a recovery that failed' open_after_failure
it 'an open after a recovery that failed, as the driver was told' open_after_failure failed
it 'an open after a recovery that failed, of a VF that cannot be reset' open_without_reset_after_failure
it 'a reset by the user after a recovery that failed' reset_after_failure
it 'a reset by the user after a recovery that failed, as the driver was told' reset_after_failure failed
it 'an FLR by the user after a recovery that failed' flr_after_failure
it 'an error without a reset after a recovery that failed' error_without_reset_after_failure
it 'an error while it is closed' error_while_closed
it 'recovery that ends while it is closed' recovery_ends_while_closed
it 'closing leaves nothing behind' nothing_is_left
finish
