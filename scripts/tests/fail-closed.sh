#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --machine stock
# I5: invalidations that fail. A deny stays, a grant is taken back, the write fails with EIO, and the next write sends
# the invalidations again.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)
ctl=$pci/$vf/pasid_ctl

prepare() {
	load_client
	lab_do ecap set "$vf" SRS
	load
	modprobe pasid-lab-user
	first_user "$vf" all
	lab_do attach-range "$vf" 100 64 paging 2
}

# The mark is before the write, of which no invalidation reaches the IOMMU; the next test counts from here.
deny_stays() {
	witness inval mark
	lab_do fail-qi 1000
	expect_equal "$(answer "$ctl" -enable)" EIO answer
	expect_context "$vf" PASIDE 0
	grep -q '^-enable' "$ctl"
	grep -q '^-enable' "$pci/$vf/pasid_status/effective"
}

# After a second the worker has sent them, because only submissions of processes fail. Then the write sends nothing, and
# the counts are the same.
next_write_flushes_what_was_left() {
	lab_do fail-qi 0
	expect_equal "$(answer "$ctl" -enable)" 0 answer
	expect_equal "$(inval_count '^context-cache')" 1 'context-cache invalidations'
	expect_equal "$(inval_count '^iotlb domain')" 3 'IOTLB invalidations'
	expect_equal "$(inval_count '^device-iotlb')" 1 'device-TLB invalidations'
	expect_file "$pci/$vf/pasid_status/owed" none
	witness inval mark
	set_ctl "$vf" -enable
	expect_no_inval
}

# Without a write, the worker tries until it succeeds. The log says when that begins and when it ends.
worker_flushes_what_was_left() {
	set_ctl "$vf" default
	dmesg -c >/dev/null
	witness inval mark
	lab_do fail-qi 1000
	expect_equal "$(answer "$ctl" -enable)" EIO answer
	expect_said 'invalidations are owed'
	lab_do fail-qi 0
	await 10 grep -q none "$pci/$vf/pasid_status/owed"
	expect_equal "$(inval_count '^context-cache')" 1 'context-cache invalidations'
	expect_equal "$(inval_count '^device-iotlb')" 1 'device-TLB invalidations'
	await 10 expect_said 'no invalidations are owed any more'
	expect_context "$vf" PASIDE 0
}

grant_is_taken_back() {
	lab_do fail-qi 1000
	expect_equal "$(answer "$ctl" +enable)" EIO answer
	lab_do fail-qi 0
	expect_context "$vf" PASIDE 0
	grep -q '^-enable' "$ctl"
	set_ctl "$vf" +enable
	expect_context "$vf" PASIDE 1
}

second_submission_fails() {
	set_ctl "$vf" -enable
	lab_do fail-qi 1 1
	expect_equal "$(answer "$ctl" +enable)" EIO answer
	lab_do fail-qi 0
	expect_context "$vf" PASIDE 0
	set_ctl "$vf" +enable
	expect_context "$vf" PASIDE 1
}

deny_of_entries_stays() {
	expect_entry "$vf" 100 10
	witness inval mark
	lab_do fail-qi 1000 1
	expect_equal "$(answer "$ctl" -priv)" EIO answer
	expect_equal "$(entries_with_sre "$vf")" 0 'entries with SRE'
	lab_do fail-qi 0
	set_ctl "$vf" -priv
	expect_equal "$(inval_count '^iotlb domain')" 3 'IOTLB invalidations'
}

deny_and_grant_in_one_write() {
	set_ctl "$vf" '+all -exec'
	set_ctl "$vf" '-enable'
	lab_do fail-qi 1000
	expect_equal "$(answer "$ctl" '+enable -priv')" EIO answer
	lab_do fail-qi 0
	expect_context "$vf" PASIDE 0
	grep -q '^-enable -exec -priv' "$ctl"
	set_ctl "$vf" default
	expect_entry "$vf" 100 10
}

# Lets the first submission of a write fail, then the second, and so on. The write fails with EIO, CHECK holds, and the
# same write succeeds afterwards.
every_submission() { # BEFORE TEXT CHECK
	local before=$1 text=$2 n=0 left said
	while :; do
		set_ctl "$vf" "$before"
		lab_do fail-qi 1 "$n"
		said=$(answer "$ctl" "$text")
		left=$(cat "$lab/fail-qi-left")
		lab_do fail-qi 0
		[ "$left" = 0 ] || break
		expect_equal "$said" EIO "'$text' with submission $n failing" || return
		$3 || return
		set_ctl "$vf" "$text"
		n=$((n + 1))
	done
	expect_equal "$said" 0 "'$text' without failure"
	echo "$n submissions"
	[ "$n" -ge 2 ]
}

has_no_paside() {
	expect_context "$vf" PASIDE 0
	grep -q '^-enable' "$pci/$vf/pasid_status/effective"
}

has_no_sre() {
	expect_equal "$(entries_with_sre "$vf")" 0 'entries with SRE'
	grep -q -e ' -priv' "$pci/$vf/pasid_status/effective"
}

every_submission_of_each_write() {
	every_submission default -enable has_no_paside
	every_submission -enable +enable has_no_paside
	every_submission default -priv has_no_sre
	every_submission -priv +priv has_no_sre
	set_ctl "$vf" default
}

request_fails_the_same_way() {
	lab_do fail-qi 1000
	expect_fails user_do request "$vf" -enable
	lab_do fail-qi 0
	expect_context "$vf" PASIDE 0
	grep -q '^-enable' "$pci/$vf/pasid_status/requested"
	user_do request "$vf" +enable
	expect_context "$vf" PASIDE 1
}

given 'a VF with a user has 64 PASIDs with SRE' prepare
it 'if no invalidation succeeds, a deny is in the tables and the write says EIO' deny_stays
it 'the next write sends the invalidations that failed, and only once' next_write_flushes_what_was_left
it 'without a write, the worker sends the invalidations that failed, and logs it' worker_flushes_what_was_left
it 'if no invalidation succeeds, a grant is taken back and the write says EIO' grant_is_taken_back
it 'if only the second submission fails, a grant is taken back, too' second_submission_fails
it 'if no invalidation succeeds, a deny of priv is in the PASID-table entries' deny_of_entries_stays
it 'if no invalidation succeeds, a write that denies and grants only denies' deny_and_grant_in_one_write
ats_comes_back_after_a_failed_deny() {
	set_ctl "$vf" default
	lab_do fail-qi 1000
	expect_equal "$(answer "$ctl" -enable)" EIO answer
	lab_do fail-qi 0
	echo 0 >"$pci/$(pf)/mock/vf_ats_off"
	expect_equal "$(ats_enable "$vf")" 0 'ATS Enable'
	set_ctl "$vf" +enable
	expect_equal "$(ats_enable "$vf")" 1 'ATS Enable'
}

device_tlb_is_flushed() {
	[ "$(inval_count '^device-iotlb')" -gt 0 ]
}

# A user goes while its submissions fail. No process is left to try again, so the worker does; its submissions succeed.
user_goes_while_flushes_fail() {
	expect_entry "$vf" 100 10
	witness inval mark
	lab_do fail-qi 1000
	user_do put "$vf"
	[ "$(cat "$lab/fail-qi-left")" -lt 1000 ]
	await 5 device_tlb_is_flushed
	lab_do fail-qi 0
	expect_file "$pci/$vf/pasid_status/requested" '+enable +exec +priv +pri'
	expect_equal "$(entries_with_sre "$vf")" 0 'entries with SRE'
	rmmod pasid-lab-user
	await 5 unload
}

it 'whichever submission of a write fails, the write says EIO and grants nothing' every_submission_of_each_write
it "if no invalidation succeeds, a user's request fails, and enable is denied" request_fails_the_same_way
it 'a grant switches ATS on again after a deny whose invalidations failed' ats_comes_back_after_a_failed_deny
it 'a user that goes while invalidations fail leaves no SRE and no request' user_goes_while_flushes_fail
finish
