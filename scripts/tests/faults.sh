#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2046,SC2086,SC2119,SC2317
# kernels: debug kcsan
# boot: --vfs 2 --mem 2048 --model x-ers=on --leaks
# Allocations that fail, one at a time: of a command's allocations the first, then the second, and so on. After each
# failure no VF may do more than before, nothing may be half done, and at the end no memory is lost.
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

# The console shows only errors, see `dmesg -n 4`: the kernel logs a call trace for each large allocation that fails, and
# on the console it would fail the run. So the log is searched here.
no_report() {
	dmesg -c >/tmp/log
	expect_fails grep -E 'WARNING:|BUG:|suspicious|possible (recursive|circular)|inconsistent lock' /tmp/log
}

# Runs a command until none of its allocations fails: in each run the Nth allocation fails, CHECK has to hold, and AGAIN
# makes the command possible once more. N is 1 to 12, then each 17th, then fewer: late allocations are the kernel's own,
# for hashes of ftrace and the like, and all of one kind.
each_fails() { # CHECK AGAIN COMMAND...
	local check=$1 again=$2 n=1 faults=0 status
	shift 2
	while :; do
		status=0
		fail-nth $n "$@" >/tmp/said 2>&1 || status=$?
		no_report || return
		[ $n -lt 5000 ] || { echo 'the command makes 5000 allocations or more' && return 1; }
		$check || { cat /tmp/said && echo "after failure $n" && return 1; }
		$again || { cat /tmp/said && echo "the command cannot be made possible again after failure $n" && return 1; }
		[ $status = 0 ] || break
		faults=$((faults + 1))
		n=$((n < 12 ? n + 1 : n < 68 ? n + 17 : n + n / 2))
	done
	[ $status = 1 ] || { cat /tmp/said && echo "without a failure: status $status" && return 1; }
	[ $faults != 0 ] || { echo 'no allocation could be made to fail' && return 1; }
	echo "$faults of some $n allocations failed"
}

# --- Loading ------------------------------------------------------------------------------------------------

# The module is loaded and denies, or it has given the reason and left nothing.
loaded_or_not() {
	if is_loaded; then
		for bdf in $(all_vfs); do
			expect_ctl "$bdf" '-enable -exec -priv -pri' || return
		done
		witnesses_agree $(all_vfs)
	else
		grep -q 'intel_pasid_ctl: ' /tmp/log || { echo 'the log gives no reason' && return 1; }
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
	load_vfio pri=1
}

# If memory for a PF is missing, the driver does without that PF and logs it.
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

# A VF that appears has the permissions of default_ctl.
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

# The grant is in the tables, or it is taken back and the write says EIO.
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

# A write succeeds, and none of its allocations could be made to fail.
needs_no_memory() { # FILE TEXT
	local status=0
	echo "$2" >/tmp/text
	fail-nth 1 sh -c "exec write-once $1 </tmp/text" >/tmp/said || status=$?
	expect_file /tmp/said 0 && expect_equal $status 1 'status of fail-nth'
}

# Without a VF that is granted SRE or ERE, some probes are removed. That needs memory; without memory the probes stay.
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
	needs_no_memory "$pci/$(pf)/vf_pasid_ranges" 0x180-0x197
	expect_file "$pci/$(pf)/vf_pasid_ranges" 0x180-0x197
}

# --- Users --------------------------------------------------------------------------------------------------

bound_or_not() {
	[ ! -e "$pci/$first/driver" ] || expect_equal "$(link_target "$pci/$first/driver")" pasid-vfio-pci driver
}

unbound() {
	[ ! -e "$pci/$first/driver" ] || echo "$first" >"$pci/$first/driver/unbind"
}

# Linux 7.3 warns when it cannot make a VFIO group, so that function is spared.
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

# A user opens the VF, uses it and closes it. The end of the process is spared, and there is no reset, because the kernel
# warns when it has no memory to put things back there. No probe is removed, because another VF is granted something, too.
# The check looks at what the user leaves.
sessions() {
	set_ctl "$first" +all
	set_ctl "$second" +all
	echo >"$pci/$first/reset_method"
	vfio-session "$first" $page $cap no-reset
	remember_free "$first"
	fail_below_modules do_exit
	each_fails nobody_there true vfio-session "$first" $page $cap no-reset
}

# As `sessions`, but allocations of the kernel fail, too, down to intel-iommu and the hooks it calls. This VF is the first
# one with a user.
attaches() {
	set_ctl "$second" default
	set_ctl "$first" '+all -exec'
	vfio-session "$first" $page $cap no-reset
	remember_free "$first"
	fail_below "$(function_range __x64_sys_ioctl)" "$(function_range __disarm_kprobe_ftrace)"
	each_fails nobody_there true vfio-session "$first" $page $cap no-reset
	fail_below_modules
}

# As `attaches`, for a user that is to get page requests, and gets one.
serves() {
	requests-session "$first" $cap
	fail_below "$(function_range __x64_sys_ioctl)" "$(function_range __disarm_kprobe_ftrace)"
	each_fails nobody_there true requests-session "$first" $cap
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

given 'allocations fail below the modules' prepare
it 'loading fails with a reason and leaves nothing, or succeeds' loads
it 'pasid-vfio-pci loads or leaves nothing, and names a PF that it cannot serve' both
it 'a VF that appears has the default permissions' vfs_come
it 'a grant is in force, or is taken back and the write says EIO' grants
it 'a write that denies allocates nothing that could fail' denies
it 'a write to vf_pasid_ranges allocates nothing that could fail' ranges
it 'binding succeeds or leaves the VF unbound' binds
it 'if an allocation of the module fails, a user leaves the VF as it was' sessions
it 'if an allocation of the kernel fails, a user leaves the VF as it was' attaches
it 'the same with a user that gets page requests, and then one is served' serves
it 'the modules can be unloaded, and leave nothing behind' goes
finish
