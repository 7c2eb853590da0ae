#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2046,SC2119,SC2317
# boot: --machine stock
# The PF loses PASID or PRI and gets it back, or is reset; a VF switches its ATS off.
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

# Records the order of two events: the module's invalidations, and the write of the register in pci_disable_pasid().
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

# Linux before 6.15 enables PRI on demand: context_flip_pri() sets PRE in a context entry that is in use.
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

# Page requests need ATS. So when pci_disable_ats() returns, PRE is clear, and poll() on `effective` reports it.
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

# A reset of the PF clears the registers of all VFs, and Linux restores only the PF's. The tables do not change.
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

# 8 of the 64 VFs that the mock can have exist.
ats_is_on_in_all() {
	expect_file "$mock/vf_ats" "$(printf '1%.0s' $(all_vfs))$(printf '0%.0s' $(seq 9 64))" >/dev/null
}

# A VF that vanished never answers. If an invalidation waited for it, the queue would stall for all devices.
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

given 'one VF has a PASID, another one is denied enable' prepare
it "the IOMMU blocks PASIDs of the VFs before the PF's register loses PASID" pf_loses_pasid
it 'while the PF has no PASID, nothing is granted, and one line is logged' nothing_is_granted_meanwhile
it 'while the PF has no PASID, a PASID that is attached is denied' attach_meanwhile_is_denied
it 'when the PF has PASID again, each VF has what its pasid_ctl allows' pf_gets_pasid_back
if supports_pri "$first"; then
	it 'PRE is clear while the PF has no PRI, and set when the PF has it again' pf_loses_pri
else
	it 'page requests that Linux enables on demand obey pasid_ctl (I6)' pri_on_demand
fi
it 'a grant switches ATS on again in a VF that switched it off' vf_that_lost_ats_gets_it_back
it "PRE is clear while Linux has the VF's ATS off" ats_takes_page_requests_along
it "after a reset of the PF, each VF's ATS is what Linux believes" pf_is_reset
it 'a VF that vanished is denied, and is sent no invalidation' vf_that_vanished_gets_no_invalidation
it 'all tracepoints fire' tracepoints_fire
it 'poll() on pasid_status/effective reports a change' effective_can_be_polled
finish
