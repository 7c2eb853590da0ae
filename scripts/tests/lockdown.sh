#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317
# usually: 6.12 newest
# boot: --machine stock --vfs 2
# A kernel that is locked down, as Debian's is after a secure boot: what is loaded works on, and an unsigned module does
# not load. This machine has no firmware with keys, so its modules are loaded first, and the kernel is locked down then.
# Nothing unlocks it: no other file may run in this machine.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

lockdown=/sys/kernel/security/lockdown
defaults=$pci/$(pf)/vf_pasid_ctl/default

prepare() {
	mount -t securityfs securityfs /sys/kernel/security
	load
	load_vfio allow_type1=1
	echo 0x180-0x187 >"$pci/$(pf)/vf_pasid_ranges"
	bind "$(vf 1)"
}

lock() { # integrity|confidentiality
	echo "$1" >"$lockdown"
	grep -qF "[$1]" "$lockdown"
}

denies_and_grants() {
	set_ctl "$(vf 0)" -enable
	expect_context "$(vf 0)" PASIDE 0
	set_ctl "$(vf 0)" default
	expect_context "$(vf 0)" PASIDE 1
}

# The VFs are made again, and intel-iommu sets their context entries up again: the hooks see that.
hooks_see_set_ups() {
	echo -all >"$defaults"
	set_numvfs 0
	set_numvfs 2
	expect_context "$(vf 0)" PASIDE 0
	echo default >"$defaults"
	expect_context "$(vf 0)" PASIDE 1
	bind "$(vf 1)"
}

user_finds_it() {
	expect_equal "$(client_open it "$(vf 1)")" 0 'opening the VF'
	expect_client '0x100:000f 0x110:000e 0x180:001b' it chain
	client_close it
}

# So root cannot switch probes on again in /sys/kernel/debug/kprobes/enabled; the sysctl of ftrace is no part of that.
kprobes_switch_is_shut() {
	expect_fails cat /sys/kernel/debug/kprobes/enabled
	echo 1 >/proc/sys/kernel/ftrace_enabled
}

config_cannot_be_written() {
	dd if="$pci/$(vf 0)/config" of=/tmp/config bs=64 count=1
	expect_fails dd if=/tmp/config of="$pci/$(vf 0)/config" bs=64 count=1
}

traces() {
	echo 1 >/sys/kernel/tracing/events/pasid_ctl/pasid_set/enable
	set_ctl "$(vf 0)" -enable
	echo 0 >/sys/kernel/tracing/events/pasid_ctl/pasid_set/enable
	grep -q pasid_set: /sys/kernel/tracing/trace
	set_ctl "$(vf 0)" default
}

trace_is_shut() {
	expect_fails cat /sys/kernel/tracing/trace
}

unsigned_module_is_refused() {
	expect_fails modprobe pasid-example-pf
	expect_said 'unsigned module loading is restricted'
}

given 'the modules are loaded' prepare
given 'integrity: the kernel is locked down' lock integrity
it 'integrity: a deny and a grant are in the tables' denies_and_grants
it 'integrity: what intel-iommu sets up is denied' hooks_see_set_ups
it 'integrity: a user opens a VF and finds the capability' user_finds_it
it 'integrity: trace events can be read' traces
it 'integrity: the switch of kprobes in debugfs is shut, that of ftrace is not' kprobes_switch_is_shut
it 'integrity: configuration space can be read, not written' config_cannot_be_written
it 'integrity: an unsigned module is refused, and the log says why' unsigned_module_is_refused
given 'confidentiality: the kernel is locked down' lock confidentiality
it 'confidentiality: a deny and a grant are in the tables' denies_and_grants
it 'confidentiality: what intel-iommu sets up is denied' hooks_see_set_ups
it 'confidentiality: a user opens a VF and finds the capability' user_finds_it
it 'confidentiality: trace events cannot be read' trace_is_shut
finish
