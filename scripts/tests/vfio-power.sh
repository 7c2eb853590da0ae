#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2086,SC2119,SC2317
# boot: --machine stock
# VFs in D3hot, in which a function answers only configuration requests. A deny takes effect at once, and nothing waits
# for the VF. The module switches ATS off in the sleeping VF, so that the VF wakes without old translations. When the VF
# is awake, ATS is what Linux believes.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

mock=$pci/$(pf)/mock
first=$(vf 0)
resume=/sys/kernel/tracing/events/rpm/rpm_resume

# Emulated: PASID at 0x180. The VF's own: Express at 0x40, PM at 0x80.
control='0x186 2'
power='0x84 2'

# Makes 8 VFs with a PM capability. PMCSR 8 is No_Soft_Reset; with 0, going from D3hot to D0 is a reset.
vfs_with_pm() { # PMCSR
	set_numvfs 0
	while read -r line; do
		echo "$line" >"$mock/vf_config"
	done <<-END
		0x40 0x00028010
		0x80 0x00030001
		0x84 $1 0x3
	END
	set_numvfs 8
}

prepare() {
	vfs_with_pm 8
	load_client
	load
	modprobe vfio-pci
	load_vfio allow_type1=1
	echo 0x180-0x187 >"$pci/$(pf)/vf_pasid_ranges"
}

asleep() {
	grep -q '^D3' "$pci/$first/power_state"
}

awake() {
	grep -q '^D0' "$pci/$first/power_state"
}

# Prints ATS Enable without waking the VF.
ats_asleep() {
	cut -c1 "$mock/vf_ats"
}

ats_is_on() {
	[ "$(ats_enable "$first")" = 1 ]
}

mark_sent() {
	witness inval mark
}

# Since the mark the VF was sent no invalidation, and the IOMMU's own caches were flushed.
expect_not_asked() {
	asleep
	expect_equal "$(inval_count "^device-iotlb sid=${first#0000:}")" 0 'device-TLB invalidations'
	[ "$(inval_count '^context-cache')" != 0 ]
	expect_equal "$(ats_asleep)" 0 'ATS Enable'
	expect_file "$pci/$first/pasid_status/owed" ats
}

# The VF is kept awake: after a mere access of Linux it would fall asleep again.
expect_woken() {
	echo on >"$pci/$first/power/control"
	awake
	await 10 owes_nothing
	ats_is_on
	echo auto >"$pci/$first/power/control"
}

owes_nothing() {
	expect_file "$pci/$first/pasid_status/owed" none >/dev/null
}

write_to_one_that_sleeps() { # DRIVER TEXT
	bind "$first" "$1"
	await 10 asleep
	mark_sent
	set_ctl "$first" "$2"
	expect_not_asked
	expect_woken
}

# The user of the API stands for another driver. The VF is asleep when it registers and when it goes.
user_of_one_that_sleeps() {
	modprobe pasid-lab-user
	bind "$first" vfio-pci
	await 10 asleep
	mark_sent
	user_do get "$first" none
	expect_context "$first" PASIDE 0
	expect_not_asked
	user_do request "$first" +enable
	expect_context "$first" PASIDE 1
	user_do request "$first" -enable
	mark_sent
	user_do put "$first"
	expect_context "$first" PASIDE 1
	expect_not_asked
	expect_woken
	rmmod pasid-lab-user
}

# Removes what a failed test has left, and opens the VF.
opened() { # DRIVER
	rmmod pasid-lab-user 2>/dev/null || true
	clients_kill
	set_ctl "$first" default
	bind "$first" "$1"
	expect_equal "$(client_open it "$first")" 0 "opening $first"
	[ "$1" = vfio-pci ] || expect_client 0 it write $control 1
	expect_context "$first" PASIDE 1
}

# The user writes to the VF's PM register; Linux's runtime power management does not know.
user_has_it_sleep() {
	expect_client 0 it write $power 3
	asleep
}

user_wakes_it() {
	expect_client 0 it write $power 0
	awake
	await 10 owes_nothing
	ats_is_on
}

write_while_the_user_has_it_sleep() { # DRIVER REGISTER: what that says once it is awake
	opened "$1"
	user_has_it_sleep
	mark_sent
	set_ctl "$first" -enable
	expect_context "$first" PASIDE 0
	expect_not_asked
	user_wakes_it
	[ "$1" = vfio-pci ] || expect_client "$2" it read $control
	set_ctl "$first" default
	client_close it
	expect_context "$first" PASIDE 1
}

register_while_the_user_has_it_sleep() {
	opened pasid-vfio-pci
	user_has_it_sleep
	mark_sent
	expect_client 0 it write $control 0
	expect_context "$first" PASIDE 0
	expect_not_asked
	user_wakes_it
	expect_client 0 it write $control 1
	expect_context "$first" PASIDE 1
	client_close it
}

user_leaves_it_asleep() {
	opened pasid-vfio-pci
	user_has_it_sleep
	"$@"
	await 10 asleep
	expect_file "$pci/$first/pasid_status/requested" '+enable +exec +priv +pri'
	expect_context "$first" PASIDE 1
	expect_woken
}

# The VF is in the low power that VFIO offers, which ends with the next access.
resumed_by() { # COMMAND...
	await 10 asleep
	echo >/sys/kernel/tracing/trace
	mark_sent
	echo 1 >$resume/enable
	expect_client 0 it "$@"
	echo 0 >$resume/enable
	grep -q "rpm_resume: $first" /sys/kernel/tracing/trace
	[ "$(inval_count "^device-iotlb sid=${first#0000:}")" != 0 ]
}

writes_wake_it() {
	opened pasid-vfio-pci
	expect_client 0 it low-power
	resumed_by write $control 0
	expect_context "$first" PASIDE 0
	resumed_by rwrite 12 4 1
	expect_context "$first" PASIDE 1
	resumed_by rwrite 12 4 0
	expect_client 0 it full-power
	expect_woken
	client_close it
}

vfs_without_no_soft_reset() {
	clients_kill
	vfs_with_pm 0
}

given 'VFs with power management, and both drivers are loaded' prepare
for driver in vfio-pci pasid-vfio-pci; do
	for text in -enable +enable; do
		it "$driver, the VF sleeps: $text takes effect at once and waits for nothing" write_to_one_that_sleeps $driver $text
	done
done
it 'a user of the API registers and goes while the VF sleeps' user_of_one_that_sleeps
for driver in vfio-pci pasid-vfio-pci; do
	it "$driver, the user has put the VF to sleep: -enable takes effect at once" write_while_the_user_has_it_sleep $driver 0x1
done
it 'the user has put the VF to sleep: a write to the register takes effect at once' register_while_the_user_has_it_sleep
it 'the user leaves the VF asleep and closes it: the VF gets its permissions back' user_leaves_it_asleep client_close it
it 'the user leaves the VF asleep and is killed: the VF gets its permissions back' user_leaves_it_asleep client_kill it
it "in VFIO's low power, a write to the register or the control region wakes the VF" writes_wake_it
it 'the VFs are made again without No_Soft_Reset: going to D0 resets them' vfs_without_no_soft_reset
for driver in vfio-pci pasid-vfio-pci; do
	it "$driver, the user has put such a VF to sleep: -enable takes effect at once" write_while_the_user_has_it_sleep $driver 0x0
done
finish
