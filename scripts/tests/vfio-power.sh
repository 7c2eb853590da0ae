#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2086,SC2119,SC2317
# boot: --machine stock
# VFs in D3hot, where a function takes configuration requests and nothing else. What is denied is denied at once, and
# nothing waits for the VF. ATS is off meanwhile, so that the VF wakes without a translation from before; awake, it is as
# Linux believes.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

mock=$pci/$(pf)/mock
first=$(vf 0)
resume=/sys/kernel/tracing/events/rpm/rpm_resume

# Emulated: PASID at 0x180. The VF's own: Express at 0x40, PM at 0x80.
control='0x186 2'
power='0x84 2'

# No_Soft_Reset or not.
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

# Without waking it.
ats_asleep() {
	cut -c1 "$mock/vf_ats"
}

ats_is_on() {
	[ "$(ats_enable "$first")" = 1 ]
}

mark_sent() {
	witness inval mark
}

# Since the mark; the IOMMU's own caches were flushed.
expect_not_asked() {
	asleep
	expect_equal "$(inval_count "^device-iotlb sid=${first#0000:}")" 0 'device-TLB invalidations'
	[ "$(inval_count '^context-cache')" != 0 ]
	expect_equal "$(ats_asleep)" 0 'ATS Enable'
	expect_file "$pci/$first/pasid_status/owed" ats
}

# Awake for longer than an access of Linux takes, after which it falls asleep again.
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

# As a driver in the place of vfio does, whose device sleeps when its user goes.
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

# What a test that failed has left goes first.
opened() { # DRIVER
	rmmod pasid-lab-user 2>/dev/null || true
	clients_kill
	set_ctl "$first" default
	bind "$first" "$1"
	expect_equal "$(client_open it "$first")" 0 "opening $first"
	[ "$1" = vfio-pci ] || expect_client 0 it write $control 1
	expect_context "$first" PASIDE 1
}

# Runtime power management knows nothing of it.
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

# In the sleep that VFIO has for it, which ends with the next access.
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

it 'prepare' prepare
for driver in vfio-pci pasid-vfio-pci; do
	for text in -enable +enable; do
		it "$driver, idle: $text" write_to_one_that_sleeps $driver $text
	done
done
it 'a user comes and goes while the VF sleeps' user_of_one_that_sleeps
for driver in vfio-pci pasid-vfio-pci; do
	it "$driver, its user has it sleep: -enable" write_while_the_user_has_it_sleep $driver 0x1
done
it 'its user has it sleep and writes to the register' register_while_the_user_has_it_sleep
it 'its user has it sleep and goes' user_leaves_it_asleep client_close it
it 'its user has it sleep and is killed' user_leaves_it_asleep client_kill it
it 'register and control region wake it' writes_wake_it
it 'the same VFs without No_Soft_Reset' vfs_without_no_soft_reset
for driver in vfio-pci pasid-vfio-pci; do
	it "$driver, its user has it sleep: -enable; it wakes by a reset" write_while_the_user_has_it_sleep $driver 0x0
done
finish
