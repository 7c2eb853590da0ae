#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2086,SC2119,SC2317
# boot: --machine stock
# VFs that are frozen after an error: they answer nothing until they have been reset. A deny takes effect at once, and
# nothing waits for the VF.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

pf=$(pf)
mock=$pci/$pf/mock
first=$(vf 0)
second=$(vf 1)

prepare() {
	load_client
	load
	load_vfio allow_type1=1
	echo 0x180-0x187 >"$pci/$pf/vf_pasid_ranges"
	bind "$first"
	expect_equal "$(client_open it "$first")" 0 "opening $first"
	lab_do attach "$first" 5
}

# Removes what a failed test has left.
fresh() {
	lab_do error "$pf" resume
	lab_do error "$first" resume
	set_ctl "$first" default
	enabled
}

enabled() {
	expect_client 0 it write 0x186 2 1
	expect_context "$first" PASIDE 1
}

asked() { # BDF: prints how many device-TLB invalidations it was sent since the mark
	inval_count "^device-iotlb sid=${1#0000:}"
}

expect_not_asked() {
	expect_equal "$(asked "$first")" 0 'device-TLB invalidations'
	[ "$(inval_count '^context-cache')" != 0 ]
}

is_asked() {
	[ "$(asked "$first")" != 0 ]
}

ats_is_on() {
	[ "$(ats_enable "$first")" = 1 ]
}

owes_nothing() {
	expect_file "$pci/$first/pasid_status/owed" none >/dev/null
}

admin_denies() { # BDF: which function is frozen
	fresh
	lab_do error "$1" fatal
	witness inval mark
	set_ctl "$first" -enable
	expect_context "$first" PASIDE 0
	expect_not_asked
	expect_file "$pci/$first/pasid_status/owed" device
}

# Recovery resets the VF. After that, invalidations are sent to it again.
recovered() {
	echo 1 >"$pci/$first/reset"
	lab_do error "$first" resume
	await 10 owes_nothing
	ats_is_on
	witness inval mark
	enabled
	is_asked
}

admin_and_reset() {
	admin_denies "$first"
	set_ctl "$first" default
	recovered
}

# Without a reset, the invalidation that is owed is sent at the end of the recovery.
admin_and_no_reset() { # BDF
	admin_denies "$1"
	witness inval mark
	lab_do error "$1" resume
	await 10 owes_nothing
	is_asked
	ats_is_on
	set_ctl "$first" default
}

pf_loses_pasid() {
	fresh
	lab_do error "$first" fatal
	witness inval mark
	echo 0 >"$mock/pasid"
	expect_context "$first" PASIDE 0
	expect_context "$second" PASIDE 0
	expect_not_asked
	[ "$(asked "$second")" != 0 ]
}

# A worker grants it, so this waits.
pf_gets_pasid_back() {
	witness inval mark
	echo 1 >"$mock/pasid"
	await 10 grants "$first"
	await 10 grants "$second"
	expect_not_asked
	recovered
}

goes() {
	lab_do detach-all "$first"
	client_close it
	owes_nothing
	expect_file "$pci/$first/pasid_status/requested" '+enable +exec +priv +pri'
}

grants() { # BDF
	[ "$(context_bit "$1" PASIDE)" = 1 ]
}

given 'a user has the VF open' prepare
it '-enable on a frozen VF takes effect at once; after its reset the VF works' admin_and_reset
it '-enable on a frozen VF takes effect at once; the device TLB is flushed after the recovery' admin_and_no_reset "$first"
it '-enable takes effect at once while the PF is frozen; the device TLB is flushed after the recovery' admin_and_no_reset "$pf"
it 'if the PF loses PASID while a VF is frozen, both VFs are denied, and the frozen one is sent nothing' pf_loses_pasid
it 'if the PF gets PASID back while a VF is frozen, both VFs are granted it, and the frozen one is sent nothing' pf_gets_pasid_back
it 'closing the VF leaves no request and no invalidation owed' goes
finish
