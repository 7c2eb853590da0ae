#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2046,SC2119,SC2317
# boot: --machine stock
# The PF loses PASID or PRI, and gets it back, or is reset; ATS that a VF switched off.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

mock=$pci/$(pf)/mock
first=$(vf 0)
second=$(vf 1)

prepare() {
	load_client
	load
	lab_do attach "$first" 5
	set_ctl "$second" -enable
	witness inval mark
}

# The order: what the queue was told, then the register that pci_disable_pasid() writes.
lose_pasid() {
	local tracing=/sys/kernel/tracing
	echo 'p:lab/write pci_write_config_word' >"$tracing/kprobe_events"
	echo >"$tracing/trace"
	echo 1 >"$tracing/events/pasid_ctl/pasid_flush/enable"
	echo 1 >"$tracing/events/lab/enable"
	echo 0 >"$mock/pasid"
	echo 0 >"$tracing/events/lab/enable"
	echo 0 >"$tracing/events/pasid_ctl/pasid_flush/enable"
	cp "$tracing/trace" /tmp/order
	echo >"$tracing/kprobe_events"
}

contexts_follow() { # FIRST SECOND
	[ "$(context_bit "$first" PASIDE)" = "$1" ] && [ "$(context_bit "$second" PASIDE)" = "$2" ]
}

pf_loses_pasid() {
	lose_pasid
	awk '/ pasid_flush: / { flushed = 1 } / write: / { exit } END { exit !flushed }' /tmp/order
	grep -q ' write: ' /tmp/order
	contexts_follow 0 0
	expect_equal "$(inval_count '^pasid-cache global')" 1 'PASID-cache invalidations'
	expect_equal "$(inval_count '^iotlb global')" 1 'IOTLB invalidations'
	expect_equal "$(inval_count "^context-cache device sid=${first#0000:}")" 1 'context-cache invalidations'
	expect_file "$pci/$first/pasid_status/supported" "-enable -exec -priv $(pri_now)"
	expect_file "$pci/$first/pasid_status/effective" "-enable -exec -priv $(pri_now)"
	expect_said 'Linux is switching PASID off: the IOMMU blocks it for the VFs first'
}

pri_now() {
	sed 's/.* //' "$pci/$second/pasid_status/supported"
}

nothing_is_granted_meanwhile() {
	expect_equal "$(answer "$pci/$first/pasid_ctl" +enable)" EOPNOTSUPP answer
	set_ctl "$first" default
	contexts_follow 0 0
	expect_context "$(vf 7)" PASIDE 0
	[ "$(dmesg | grep -c 'is switching PASID off')" = 1 ]
}

attach_meanwhile_is_denied() {
	lab_do attach "$first" 6
	expect_file "$pci/$first/pasid_status/entries" 2
	expect_context "$first" PASIDE 0
}

pf_gets_pasid_back() {
	echo 1 >"$mock/pasid"
	await 5 contexts_follow 1 0
	grep -q '^+enable' "$pci/$first/pasid_status/effective"
	grep -q '^-enable' "$pci/$second/pasid_status/effective"
	set_ctl "$second" default
	contexts_follow 1 1
}

pf_loses_pri() {
	echo 0 >"$mock/pri"
	expect_context "$first" PRE 0
	expect_context "$first" PASIDE 1
	grep -q -- '-pri' "$pci/$first/pasid_status/effective"
	echo 1 >"$mock/pri"
	await 5 pre_is 1
}

pre_is() {
	[ "$(context_bit "$first" PRE)" = "$1" ]
}

# Linux before PRI was enabled at probe: context_flip_pri() sets PRE in a context entry that is in use.
pri_on_demand() {
	lab_do iopf "$(pf)" on
	set_ctl "$second" default
	lab_do iopf "$first" on
	expect_context "$first" PRE 1
	set_ctl "$first" -pri
	expect_context "$first" PRE 0
	set_ctl "$first" +pri
	expect_context "$first" PRE 1
	lab_do iopf "$first" off
	expect_context "$first" PRE 0
	set_ctl "$first" -pri
	witness inval mark
	lab_do iopf "$first" on
	expect_context "$first" PRE 0
	expect_equal "$(inval_count "^context-cache device sid=${first#0000:}")" 2 "context-cache invalidations, intel-iommu's and ours"
	expect_equal "$(inval_count '^pasid-cache global')" 1 'PASID-cache invalidations'
	expect_equal "$(inval_count '^iotlb global')" 1 'IOTLB invalidations'
	set_ctl "$first" default
	expect_context "$first" PRE 1
	lab_do iopf "$first" off
	lab_do iopf "$(pf)" off
	expect_context "$first" PRE 0
}

vf_that_lost_ats_gets_it_back() {
	set_ctl "$first" -enable
	echo 0 >"$mock/vf_ats_off"
	expect_equal "$(ats_enable "$first")" 0 'ATS Enable'
	echo 1 >/sys/kernel/tracing/events/pasid_ctl/pasid_ats_restore/enable
	witness inval mark
	set_ctl "$first" +enable
	expect_equal "$(ats_enable "$first")" 1 'ATS Enable'
	expect_equal "$(inval_count "^device-iotlb sid=${first#0000:} all")" 1 'device-TLB invalidations'
	grep -q 'pasid_ats_restore: 0000.* times=1' /sys/kernel/tracing/trace
	set_ctl "$first" -enable
	set_ctl "$first" +enable
	[ "$(grep -c pasid_ats_restore: /sys/kernel/tracing/trace)" = 1 ]
}

# Page requests need ATS. PRE has followed when pci_disable_ats() returns, and `effective` is notified.
ats_takes_page_requests_along() {
	supports_pri "$first" || { lab_do iopf "$(pf)" on && lab_do iopf "$first" on; }
	expect_context "$first" PRE 1
	await-notify "$pci/$first/pasid_status/effective" >/tmp/notified &
	await 5 grep -q ready /tmp/notified
	lab_do ats "$first" off
	expect_context "$first" PRE 0
	wait $!
	grep -q -e ' -pri' /tmp/notified
	expect_context "$first" PASIDE 1
	lab_do ats "$first" on
	await 5 pre_is 1
	lab_do iopf "$first" off 2>/dev/null || true
	lab_do iopf "$(pf)" off 2>/dev/null || true
}

# It takes all registers of its VFs, and Linux restores its own alone. Tables stay what they were.
pf_is_reset() {
	set_ctl "$second" -enable
	snapshot "$(pf)" $(all_vfs) >/tmp/before
	echo 1 >"$pci/$(pf)/reset"
	await 10 ats_is_on_in_all
	snapshot "$(pf)" $(all_vfs) >/tmp/after
	expect_same /tmp/before /tmp/after 'tables'
	set_ctl "$second" default
	contexts_follow 1 1
}

# Of the 64 VFs that the mock can have, 8 are there.
ats_is_on_in_all() {
	expect_file "$mock/vf_ats" "$(printf '1%.0s' $(all_vfs))$(printf '0%.0s' $(seq 9 64))" >/dev/null
}

# Whoever waits for its answer stalls the queue for all, as long as the PF is there.
vf_that_vanished_gets_no_invalidation() {
	echo "0 0" >"$mock/vf_present"
	witness inval mark
	set_ctl "$first" -enable
	expect_equal "$(inval_count '^device-iotlb')" 0 'device-TLB invalidations'
	[ "$(inval_count '^context-cache')" != 0 ]
	expect_context "$first" PASIDE 0
	echo "0 1" >"$mock/vf_present"
	set_ctl "$first" default
	expect_context "$first" PASIDE 1
}

tracepoints_fire() {
	local events=/sys/kernel/tracing/events/pasid_ctl
	echo >/sys/kernel/tracing/trace
	echo 1 >"$events/enable"
	set_ctl "$first" -enable
	answer "$pci/$first/pasid_ctl" nonsense
	echo 0 >"$events/enable"
	grep -q "pasid_set: $first ceiling=" /sys/kernel/tracing/trace
	grep -q "pasid_apply: $first rid=0x208 pasid=-1 old=0x.*d new=0x.*5" /sys/kernel/tracing/trace
	grep -q "pasid_flush: $first descriptors=[1-9].* err=0" /sys/kernel/tracing/trace
	grep -q "pasid_refuse: $first err=-22 each word" /sys/kernel/tracing/trace
	set_ctl "$first" default
}

effective_can_be_polled() {
	await-notify "$pci/$first/pasid_status/effective" >/tmp/notified &
	await 5 grep -q ready /tmp/notified
	set_ctl "$first" -enable
	wait $!
	grep -q '^-enable' /tmp/notified
	set_ctl "$first" default
}

it 'prepare' prepare
it 'the PF loses PASID: its VFs have lost it already' pf_loses_pasid
it 'nothing is granted meanwhile, and one line is logged' nothing_is_granted_meanwhile
it 'what is attached meanwhile is denied' attach_meanwhile_is_denied
it 'the PF gets PASID back: VFs get what their ceiling allows' pf_gets_pasid_back
if supports_pri "$first"; then
	it 'the PF loses PRI and gets it back' pf_loses_pri
else
	it 'page requests that are enabled on demand obey (I6)' pri_on_demand
fi
it 'a VF that switched its ATS off gets it back' vf_that_lost_ats_gets_it_back
it 'ATS that Linux switches off takes page requests along' ats_takes_page_requests_along
it 'a reset of the PF: VFs have their ATS as Linux believes' pf_is_reset
it 'a VF that vanished is denied, and not waited for' vf_that_vanished_gets_no_invalidation
it 'all tracepoints fire' tracepoints_fire
it 'effective can be polled' effective_can_be_polled
finish
