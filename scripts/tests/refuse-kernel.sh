#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --smp 1
# I8: a kernel that lacks something that the module relies on. The kernel is always the same; a copy of the module is
# changed to look for a name that does not exist.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

ko=$(find /lib/modules -name intel-pasid-ctl.ko)

# Replaces a string in a copy of the module by one of the same length, and loads the copy.
load_looking_for() { # NAME INSTEAD
	expect_equal ${#2} ${#1} 'length'
	LC_ALL=C sed "s/$1/$2/g" "$ko" >/tmp/changed.ko
	expect_fails cmp -s "$ko" /tmp/changed.ko
	insmod /tmp/changed.ko
}

lacks() { # NAME INSTEAD SENTENCE
	expect_fails load_looking_for "$1" "$2"
	expect_said "$3"
	expect_fails is_loaded
	[ ! -e "$pci/$(vf 0)/pasid_ctl" ]
}

disarmed_at_load() {
	echo 0 >/sys/kernel/debug/kprobes/enabled
	expect_fails load
	echo 1 >/sys/kernel/debug/kprobes/enabled
	expect_said 'self-test: a probe does not fire'
	expect_fails is_loaded
}

disarmed_later() {
	local vf
	vf=$(vf 0)
	load
	echo 0 >/sys/kernel/debug/kprobes/enabled
	expect_equal "$(answer "$pci/$vf/pasid_ctl" -enable)" EIO answer
	expect_context "$vf" PASIDE 0
	expect_said '/sys/kernel/debug/kprobes/enabled and the sysctl kernel.ftrace_enabled have to be 1'
	expect_equal "$(answer "$pci/$vf/pasid_ctl" +enable)" EIO answer
	expect_context "$vf" PASIDE 0
	echo 1 >/sys/kernel/debug/kprobes/enabled
	set_ctl "$vf" default
	expect_context "$vf" PASIDE 1
	unload
}

# The module needs this hook to count refused requests, and for nothing else.
counts_nothing_without() { # NAME INSTEAD HOOK
	local vf
	vf=$(vf 0)
	load_looking_for "$1" "$2"
	expect_file "$pci/$vf/pasid_status/faults" unknown
	grep -qx "$3 absent 0" /sys/module/intel_pasid_ctl/status/hooks
	expect_file /sys/module/intel_pasid_ctl/status/enforcing yes
	set_ctl "$vf" -enable
	expect_context "$vf" PASIDE 0
	set_ctl "$vf" default
	unload
}

loads_as_it_is() {
	load
	unload
}

it 'a kernel without qi_submit_sync(): the module names it and does not load' lacks qi_submit_sync qi_submit_sunk \
	'this kernel has no qi_submit_sunk() that can be probed'
it 'a kernel without the function that sets up first-stage entries: the module names it and does not load' lacks intel_pasid_setup_first_level intel_pasid_setup_first_lexel \
	'cannot hook intel_pasid_setup_first_lexel() (error -2), so this module cannot see when a PASID-table entry is set up'
it 'a kernel without struct device_domain_info: the module names it and does not load' lacks device_domain_info device_domain_inf0 \
	"the kernel's BTF has no struct device_domain_inf0"
it 'a kernel without the member dtlb_extra_inval: the module names it and does not load' lacks dtlb_extra_inval dtlb_extra_inv4l \
	'struct device_domain_info has no member dtlb_extra_inv4l of the expected type'
it 'a kernel whose lock has another type: the module names it and does not load' lacks spinlock_t spinlock_x \
	'struct intel_iommu has no member lock of the expected type'
it 'a kernel whose argument has another name: the module names it and does not load' lacks options opti0ns \
	"qi_submit_sync() does not take 'opti0ns' as argument 4"
it "a kernel without dmar_fault(): the module loads, and says that refused requests are not counted" counts_nothing_without dmar_fault dmar_fau1t dmar_fau1t
it "a kernel whose dmar_fault() has another argument: the module loads, and counts no refused requests" counts_nothing_without dev_id dev_1d dmar_fault
it 'kprobes are disarmed: the module says so and does not load' disarmed_at_load
it 'kprobes are disarmed after loading: a deny is in the tables, and the write fails with EIO' disarmed_later
it 'the unchanged module loads on the same kernel' loads_as_it_is
finish
