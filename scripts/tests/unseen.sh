#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --smp 3
# Entries that intel-iommu sets up while probes are off, and which no counter counts; and calls for another VF that a
# probe misses. A write that returns 0 has denied all entries, also those that no hook has seen.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)
other=$(vf 1)
ctl=$pci/$vf/pasid_ctl
kprobes=/sys/kernel/debug/kprobes/enabled
ftrace=/proc/sys/kernel/ftrace_enabled

prepare() {
	local bit
	load_client
	for bit in SRS NEST SLTS; do
		lab_do ecap set "$vf" "$bit"
	done
	load
	lab_do attach "$vf" 1 nested-sre
	expect_entry "$vf" 1 10
	set_ctl "$vf" -priv
	expect_entry "$vf" 1 00
}

write_while_off() { # SWITCH
	dmesg -c >/dev/null
	echo 0 >"$1"
	expect_equal "$(answer "$ctl" -priv)" EIO 'write while probes are off'
	expect_said '/sys/kernel/debug/kprobes/enabled and the sysctl kernel.ftrace_enabled have to be 1'
	lab_do attach "$vf" 2 nested-sre
	echo 1 >"$1"
}

same_ceiling_again() {
	expect_equal "$(answer "$ctl" -priv)" 0 'write of the same ceiling once probes are on'
	expect_entry "$vf" 2 00
}

# The entry that was set up unseen shows its SRE. Of the entry that was denied before, the record does not count any more.
grant_after_gap() {
	set_ctl "$vf" +priv
	expect_entry "$vf" 2 10
	expect_entry "$vf" 1 00
	set_ctl "$vf" -priv
	expect_entry "$vf" 2 00
	lab_do detach "$vf" 2
}

through_enable() {
	echo 0 >"$kprobes"
	lab_do attach "$vf" 2 nested-sre
	echo 1 >"$kprobes"
	set_ctl "$vf" -enable
	set_ctl "$vf" +enable
	expect_entry "$vf" 2 00
	lab_do detach "$vf" 2
}

off_between_two_writes() {
	echo 0 >"$kprobes"
	lab_do attach "$vf" 3 nested-sre
	echo 1 >"$kprobes"
	set_ctl "$vf" -priv
	expect_entry "$vf" 3 00
	lab_do detach "$vf" 3
}

denies_3() {
	[ "$(entry_bits "$vf" 3)" = 00 ]
}

log_says() { # TEXT
	dmesg | grep -qF "$1"
}

# Without a write: the worker waits until probes fire again, and looks at all VFs.
worker_finds_it() {
	echo 0 >"$kprobes"
	lab_do attach "$vf" 3 nested-sre
	echo 1 >"$kprobes"
	await 30 denies_3
	await 10 log_says 'probes fire again; looking at all VFs'
	lab_do detach "$vf" 3
}

# A grant does not rely on a record from before probes were off.
no_stays_no() {
	set_ctl "$vf" default
	lab_do attach "$vf" 4 nested-sre
	set_ctl "$vf" -priv
	echo 0 >"$kprobes"
	lab_do detach "$vf" 4
	lab_do attach "$vf" 4 nested
	echo 1 >"$kprobes"
	set_ctl "$vf" +priv
	expect_entry "$vf" 4 00
	lab_do detach "$vf" 4
}

# Any process may read the switch, so a read must not make records invalid.
reading_the_switch() {
	set_ctl "$vf" default
	lab_do attach "$vf" 4 nested-sre
	set_ctl "$vf" -priv
	expect_equal "$(cat "$ftrace")" 1 'kernel.ftrace_enabled'
	set_ctl "$vf" +priv
	expect_entry "$vf" 4 10
	lab_do detach "$vf" 4
}

# Newer kernels refuse to switch ftrace off.
ftrace_off() {
	local said
	said=$(answer "$ftrace" 0)
	if [ "$said" != 0 ]; then
		expect_equal "$said" EOPNOTSUPP 'switching ftrace off'
		set_ctl "$vf" -priv
		return
	fi
	echo 1 >"$ftrace"
	set_ctl "$vf" -priv
	write_while_off "$ftrace"
	same_ceiling_again
	lab_do detach "$vf" 2
}

# 6.12 to 6.14 enable and disable page requests of a VF on demand.
pri_off_unseen() {
	lab_do iopf "$(pf)" on
	lab_do iopf "$vf" on
	set_ctl "$vf" default
	expect_context "$vf" PRE 1
	echo 0 >"$kprobes"
	lab_do iopf "$vf" off
	echo 1 >"$kprobes"
	expect_context "$vf" PRE 0
	set_ctl "$vf" '+enable -priv'
	expect_context "$vf" PRE 0
	lab_do iopf "$(pf)" off
}

# This VF has the default ceiling, so a missed call for another VF changes nothing here.
missed_elsewhere() {
	set_ctl "$vf" default
	lab_do detach-all "$vf"
	lab_do attach "$vf" 1 nested-sre
	expect_entry "$vf" 1 10
	dmesg -c >/dev/null
	lab_do hold-hooks intel_pasid_setup_nested 0
	lab_do attach "$other" 1 nested-sre
	lab_do hold-hooks off
	lab_do attach "$other" 2 nested-sre
	await 10 log_says 'set-ups went by unseen; looking at all VFs'
	set_ctl "$other" -priv
	expect_entry "$other" 1 00
	expect_entry "$vf" 1 10
	set_ctl "$vf" '+enable'
	expect_entry "$vf" 1 10
	witnesses_agree "$vf" "$other"
}

goes() {
	lab_do detach-all "$vf"
	lab_do detach-all "$other"
	set_all_ctl default
	unload
}

given 'a nested entry with SRE is denied' prepare
it 'a write while kprobes are off fails with EIO, and the log says why' write_while_off "$kprobes"
it 'when kprobes are on again, a write that returns 0 has denied SRE in the unseen entry' same_ceiling_again
it 'a grant gives SRE to the entry that was set up unseen, not to one that was denied before' grant_after_gap
it 'an entry that was set up unseen is denied SRE after -enable and +enable, too' through_enable
it 'an entry that was set up while kprobes were off between two writes is denied' off_between_two_writes
it 'without a write, the worker denies an entry that was set up unseen' worker_finds_it
it 'a nested entry that was set up unseen without SRE never gets SRE' no_stays_no
it 'reading kernel.ftrace_enabled makes no record invalid' reading_the_switch
it 'a write while ftrace is off fails with EIO, and the next one denies what was set up unseen' ftrace_off
supports_pri "$vf" || it 'a write does not set PRE again if Linux cleared it unseen' pri_off_unseen
it 'a missed set-up of another VF does not take SRE from this VF' missed_elsewhere
it 'the module can be unloaded at the end' goes
finish
