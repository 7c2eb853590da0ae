#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# Resets that a VF's user has not asked for, and errors. The registers of the PASID capability are cleared, and the IOMMU
# denies what they allowed. Nothing waits for the VF meanwhile.
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

# A reset of the PF clears the registers of all VFs, and Linux does not tell the VFs' drivers.
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

# The module's own trace events are counted, because intel-iommu may send invalidations for a reset, too.
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

# One process waits for the VF's answer to an invalidation. Another process resets the VF, and the wait ends.
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

# A frozen VF never answers an invalidation, so none is sent to it before recovery has reset it.
fatal_error() {
	enabled
	witness inval mark
	lab_do error "$vf" fatal
	held
	expect_no_inval
	lab_do error "$vf" resume
	cleared
}

# The guest's writes to the register are dropped, those to the control region are refused, and nothing changes.
held() {
	expect_client 0 it write $control 0
	expect_client EAGAIN it rwrite 12 4 0
	expect_client 0x1 it read $control
	expect_context "$vf" PASIDE 1
}

# After the user's reset the VF works, although Linux still calls it frozen. Recovery resets it once more.
reset_while_frozen() {
	enabled
	lab_do error "$vf" fatal
	held
	expect_client 0 it reset
	cleared
	lab_do error "$vf" resume
	cleared
}

# Recovery resets a VF that was not frozen, after a reset by its user.
reset_before_voted_reset() {
	enabled
	lab_do error "$vf" nonfatal
	lab_do error "$vf" slot-reset
	held
	expect_client 0 it reset
	cleared
	lab_do error "$vf" resume
	cleared
}

# The driver of another function has asked for the reset.
error_with_voted_reset() { # fatal|nonfatal
	enabled
	lab_do error "$vf" "$1"
	lab_do error "$vf" slot-reset
	held
	lab_do error "$vf" resume
	cleared
}

# Recovery fails, for example because a function below the port has no driver: then resume() is never called. Newer
# kernels tell drivers that it failed (argument: failed).
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

# Linux has no way to reset this VF.
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

# An error while the VF has no user. The open resets the VF, and recovery may end after it.
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

# After a failed recovery and a reset by the user, an error that ends without a reset clears nothing.
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

given 'a client has a VF open that shows the capability' prepare
it 'a reset of the function clears the register and denies' reset_of_the_function
# 6.12 has no way to reset a bus with VFs.
case $(uname -r) in 6.12.*) ;; *) it 'a reset of the bus clears the register and denies' reset_of_the_bus ;; esac
it 'a reset of the PF clears the register, denies, and ATS is on again' reset_of_the_pf
it 'no invalidation is sent between the save and the restore of a reset' reset_asks_for_nothing_before
it 'a VF that hangs can be reset while a writer waits for its answer' reset_of_one_that_hangs
it 'while a VF is frozen after a fatal error, it is sent nothing; recovery clears the register' fatal_error
it 'a reset by the user while the VF is frozen clears the register, and so does recovery' reset_while_frozen
it 'recovery from a fatal error with a reset that another driver asked for clears the register' error_with_voted_reset fatal
it 'recovery from another error with a reset that another driver asked for clears the register' error_with_voted_reset nonfatal
it 'a reset by the user before the reset of a recovery: both clear the register' reset_before_voted_reset
it 'recovery from an error without a reset leaves register and permissions' error_without_reset
it 'after a recovery that failed, a new open works' open_after_failure
it 'after a recovery that failed, and whose failure Linux told, a new open works' open_after_failure failed
it 'after a recovery that failed, a new open of a VF that cannot be reset works' open_without_reset_after_failure
it 'after a recovery that failed, a reset by the user works' reset_after_failure
it 'after a recovery that failed, and whose failure Linux told, a reset by the user works' reset_after_failure failed
it 'after a recovery that failed, an FLR by the user works' flr_after_failure
it 'after a recovery that failed, an error without a reset leaves register and permissions' error_without_reset_after_failure
it 'an error while the VF is closed does not matter to the next open' error_while_closed
it 'a recovery that ends while the VF is closed does not matter to the next open' recovery_ends_while_closed
it 'closing the VF leaves no request' nothing_is_left
finish
