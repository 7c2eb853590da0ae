#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2046,SC2086,SC2119,SC2317
# kernels: 6.12 newest
# usually: newest
# boot: --vmlinuz --append no_console_suspend
# The host sleeps and wakes up. In S3 all devices lose their state, the IOMMU too, and the PF loses its VFs; Linux makes
# them as they were. In s2idle they keep it. Hibernation is tried and finds no place for its image, so that devices stop
# and start again. Before and after, the tables are the same bit for bit, what is denied is blocked, what is granted
# works, and ATS is on.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

denied=$(vf 0)
granted=$(vf 1)
used=$(vf 2)
pf=$(pf)

# Emulated: the PASID capability at 0x180.
control='0x186 2'

prepare() {
	local bdf bit
	load_client
	for bit in SRS NEST SLTS; do
		lab_do ecap set "$granted" "$bit"
	done
	load
	load_vfio allow_type1=1
	echo 0x180-0x187 >"$pci/$pf/vf_pasid_ranges"
	for bdf in "$denied" "$granted"; do
		lab_do attach "$bdf" 5
		lab_do memory "$bdf"
	done
	lab_do faults all
	set_ctl "$denied" -enable
	bind "$used"
}

# A write to /sys/power/state returns when the machine is awake again. The host wakes it from S3. Nothing sure can wake
# it from s2idle on a busy host, so that one ends when all devices sleep.
fall_asleep() { # S3|s2idle|disk
	dmesg -c >/dev/null
	case $1 in
	S3)
		echo deep >/sys/power/mem_sleep
		witness wake
		echo mem >/sys/power/state
		expect_said 'PM: suspend exit'
		;;
	s2idle)
		echo s2idle >/sys/power/mem_sleep
		echo 0 >/sys/module/suspend/parameters/pm_test_delay
		echo platform >/sys/power/pm_test
		echo mem >/sys/power/state
		echo none >/sys/power/pm_test
		expect_said 'PM: suspend exit'
		;;
	disk)
		expect_fails sh -c 'echo disk >/sys/power/state'
		expect_said 'PM: hibernation: hibernation exit'
		;;
	esac
}

works() {
	dma_ok "$granted" 5
	dma_ok "$granted" none
	dma_ok "$denied" none
	dma_blocked "$denied" 5 0x45
}

# ATS was on in all VFs, and Linux believes that it still is.
ats_is_on() {
	local bdf
	for bdf in $(all_vfs); do
		[ "$(ats_enable "$bdf")" = 1 ] || return
	done
}

# The hook of a set-up function sees a new entry: its SRE does not last, and is remembered.
hooks_fire() {
	set_ctl "$granted" -priv
	lab_do attach "$granted" 7 nested-sre
	expect_entry "$granted" 7 00
	set_ctl "$granted" default
	expect_entry "$granted" 7 10
	lab_do detach "$granted" 7
}

nothing_is_lost() { # S3|s2idle|disk
	works
	ats_is_on
	snapshot "$pf" $(all_vfs) >/tmp/before
	fall_asleep "$1"
	snapshot "$pf" $(all_vfs) >/tmp/after
	expect_same /tmp/before /tmp/after 'the tables'
	await 10 ats_is_on
	works
	hooks_fire
	set_ctl "$denied" default
	dma_ok "$denied" 5
	set_ctl "$denied" -enable
}

# A user finds the register as it was, or cleared as after a reset of the VF. In both cases it says what is in force.
user_is_told_the_truth() { # VALUE
	clients_kill
	expect_equal "$(client_open it "$used")" 0 "opening $used"
	expect_client 0 it write $control "$1"
	expect_context "$used" PASIDE "$1"
	fall_asleep S3
	expect_context "$used" PASIDE $(($(client it read $control)))
	expect_client 0 it write $control 1
	expect_context "$used" PASIDE 1
	expect_client 0 it write $control 0
	expect_context "$used" PASIDE 0
	client_close it
}

given 'a VF is denied, a VF is granted, and a VF can have a user' prepare
it 'after S3 the tables are the same, a deny blocks, a grant works, and hooks fire' nothing_is_lost S3
it 'after s2idle the tables are the same, a deny blocks, a grant works, and hooks fire' nothing_is_lost s2idle
it 'after a hibernation that fails all that is the same' nothing_is_lost disk
it 'a user that has Enable set reads after S3 what is in force' user_is_told_the_truth 1
it 'a user that has Enable clear reads after S3 what is in force' user_is_told_the_truth 0
finish
