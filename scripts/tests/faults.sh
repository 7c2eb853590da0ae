#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2046,SC2086,SC2119,SC2317
# kernels: debug
# boot: --vfs 2 --mem 2048 --model x-ers=on --leaks
# Allocations that fail, one by one: of what is done, the first one, then the second, and so on. Whatever becomes of it,
# nobody may do more than before, nothing may be half there, and at the end no memory is lost.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

first=$(vf 0)
second=$(vf 1)
page=/tmp/page
cap=0x180
modules=/lib/modules/$(uname -r)
probes=/sys/kernel/debug/kprobes/list

prepare() {
	load_client
	lab_do faults all
	spare_kmemleak
	fail_below_modules
	cat $probes >/tmp/probes
	dmesg -n 4
	dmesg -c >/dev/null
	truncate -s 4096 $page
	snapshot $(all_vfs) >/tmp/intended
}

# Without the console: the kernel prints a call trace with each large allocation that fails, which would end the run.
no_report() {
	dmesg -c >/tmp/log
	expect_fails grep -E 'WARNING:|BUG:|suspicious|possible (recursive|circular)|inconsistent lock' /tmp/log
}

# Runs a command again and again; at its Nth run its Nth allocation fails, and CHECK has to hold. Of more than 24,
# one in 17, and of many fewer yet: they are the kernel's own then, for hashes of ftrace and the like, and each is as the
# one before.
# A function AGAIN makes the command possible once more.
each_fails() { # CHECK AGAIN COMMAND...
	local check=$1 again=$2 n=1 faults=0 status
	shift 2
	while :; do
		status=0
		fail-nth $n "$@" >/tmp/said 2>&1 || status=$?
		no_report || return
		[ $n -lt 5000 ] || { echo 'there is no end to it' && return 1; }
		$check || { cat /tmp/said && echo "after failure $n" && return 1; }
		$again || { cat /tmp/said && echo "once more after failure $n" && return 1; }
		[ $status = 0 ] || break
		faults=$((faults + 1))
		n=$((n < 24 ? n + 1 : n < 68 ? n + 17 : n + n / 4))
	done
	[ $status = 1 ] || { cat /tmp/said && echo "without a failure: status $status" && return 1; }
	[ $faults != 0 ] || { echo 'nothing could fail' && return 1; }
	echo "$faults of some $n allocations failed"
}

# --- Loading ------------------------------------------------------------------------------------------------

# All of it or nothing.
loaded_or_not() {
	if is_loaded; then
		for bdf in $(all_vfs); do
			expect_ctl "$bdf" '-enable -exec -priv -pri' || return
		done
		witnesses_agree $(all_vfs)
	else
		grep -q 'intel_pasid_ctl: ' /tmp/log || { echo 'it does not say why' && return 1; }
		not_there
	fi
}

not_there() {
	snapshot $(all_vfs) >/tmp/now
	expect_same /tmp/intended /tmp/now 'what intel-iommu intends' && nothing_left
}

nothing_left() {
	cat $probes >/tmp/now
	expect_same /tmp/probes /tmp/now 'probes' || return
	expect_equal "$(ls -d "$pci"/*/pasid_ctl "$pci"/*/pasid_status "$pci"/*/vf_pasid_ranges 2>/dev/null)" '' files
}

out_again() {
	! is_loaded || { set_all_ctl '+all -exec' && unload && not_there; }
}

loads() {
	each_fails loaded_or_not out_again insmod "$modules/intel-pasid-ctl.ko" default_ctl=-all
}

# --- With both modules ---------------------------------------------------------------------------------------

both() {
	load "default_ctl=-all +enable +pri"
	modprobe pasid-pf
	each_fails driver_is_there_or_not driver_goes insmod "$modules/pasid-vfio-pci.ko"
	load_vfio
}

# It goes without a PF for which there is no memory, and says so.
driver_is_there_or_not() {
	if [ -e "$pci/$(pf)/vf_pasid_ranges" ]; then
		expect_file "$pci/$(pf)/vf_pasid_ranges" ''
	elif [ -e /sys/bus/pci/drivers/pasid-vfio-pci ]; then
		grep -q 'its VFs cannot show a PASID capability' /tmp/log
	fi
}

driver_goes() {
	[ ! -e /sys/bus/pci/drivers/pasid-vfio-pci ] || unload_vfio
}

# A VF that appears is held to what the admin said.
held_to_default() {
	for bdf in $(all_vfs); do
		expect_ctl "$bdf" '+enable -exec -priv +pri' || return
		witnesses_agree "$bdf" || return
	done
	expect_equal "$(all_vfs | wc -l)" 2 'VFs'
}

vfs_gone() {
	set_numvfs 0
}

vfs_come() {
	set_numvfs 0
	each_fails held_to_default vfs_gone sh -c "echo 2 >$pci/$(pf)/sriov_numvfs"
	set_numvfs 2
}

# --- Files --------------------------------------------------------------------------------------------------

# A grant is in force, or was taken back with an error.
granted_or_not() {
	case $(cat /tmp/said) in
	0)
		expect_ctl "$first" '+enable +exec +priv +pri' || return
		expect_entry "$first" 5 01 || return
		;;
	EIO)
		expect_fails grep 'did not complete an invalidation' /tmp/log || return
		grep 'cannot be enabled: permissions that the change removes are off' /tmp/log >>/tmp/reasons || true # ten in 5 s are said
		expect_ctl "$first" '-enable -exec -priv -pri' || return
		;;
	*) cat /tmp/said && return 1 ;;
	esac
	witnesses_agree "$first"
}

taken_back() {
	set_ctl "$first" -all
}

grants() {
	lab_do attach "$first" 5
	taken_back
	echo +all >/tmp/text
	each_fails granted_or_not taken_back sh -c "exec write-once $pci/$first/pasid_ctl </tmp/text"
	expect_file /tmp/said 0
	[ "$(wc -l </tmp/reasons)" -ge 10 ]
}

# A write for which nothing that could fail was needed.
needs_no_memory() { # FILE TEXT
	local status=0
	echo "$2" >/tmp/text
	fail-nth 1 sh -c "exec write-once $1 </tmp/text" >/tmp/said || status=$?
	expect_file /tmp/said 0 && expect_equal $status 1 'status of fail-nth'
}

# The last one ends the probes that only grants need; that takes some, and where there is none they stay.
denies() {
	set_ctl "$first" +all
	set_ctl "$second" +all
	fail_below_modules do_exit
	needs_no_memory "$pci/$first/pasid_ctl" -all
	expect_ctl "$first" '-enable -exec -priv -pri'
	expect_context "$first" PASIDE 0
	expect_entry "$first" 5 00
	witnesses_agree "$first"
	fail_below_modules
	lab_do detach "$first" 5
}

ranges() {
	needs_no_memory "$pci/$(pf)/vf_pasid_ranges" 0x180-0x187
	expect_file "$pci/$(pf)/vf_pasid_ranges" 0x180-0x187
}

# --- Users --------------------------------------------------------------------------------------------------

bound_or_not() {
	[ ! -e "$pci/$first/driver" ] || expect_equal "$(link_target "$pci/$first/driver")" pasid-vfio-pci driver
}

unbound() {
	[ ! -e "$pci/$first/driver" ] || echo "$first" >"$pci/$first/driver/unbind"
}

# Of a group that it could not make 7.3 warns, as if somebody still had it.
binds() {
	echo pasid-vfio-pci >"$pci/$first/driver_override"
	fail_below_modules vfio_create_group
	each_fails bound_or_not unbound sh -c "echo $first >/sys/bus/pci/drivers_probe"
	fail_below_modules
	bind "$first"
}

nobody_there() {
	expect_free "$first" && witnesses_agree "$first"
}

# A user's whole life, but for its end: what the kernel cannot put back then, for want of memory, it warns of. So it does
# after a reset, hence none. And no probe is taken back, as another VF is granted something, too. What is looked at is
# what is left.
sessions() {
	set_ctl "$first" +all
	set_ctl "$second" +all
	echo >"$pci/$first/reset_method"
	vfio-session "$first" $page $cap no-reset
	remember_free "$first"
	fail_below_modules do_exit
	each_fails nobody_there true vfio-session "$first" $page $cap no-reset
}

# The same below the kernel, which calls intel-iommu, which calls the hooks; and the VF is the first one with a user.
attaches() {
	set_ctl "$second" default
	set_ctl "$first" '+all -exec'
	vfio-session "$first" $page $cap no-reset
	remember_free "$first"
	fail_below "$(function_range __x64_sys_ioctl)" "$(function_range __disarm_kprobe_ftrace)"
	each_fails nobody_there true vfio-session "$first" $page $cap no-reset
	fail_below_modules
}

goes() {
	unbind "$first"
	unload_vfio
	set_all_ctl '+all -exec'
	unload
	nothing_left
	no_report
	dmesg -n 7
}

it 'prepare' prepare
it 'loading' loads
it 'loading the driver' both
it 'VFs that appear' vfs_come
it 'grants' grants
it 'a deny needs no memory' denies
it 'vf_pasid_ranges needs none, either' ranges
it 'binding' binds
it 'users: what the module needs' sessions
it 'users: what the kernel needs' attaches
it 'the modules go' goes
finish
