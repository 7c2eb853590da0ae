#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --machine stock --smp 1
# I5: an invalidation that fails. A deny stays denied, a grant is taken back, the write says -EIO, and the next one
# flushes what was left.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)
ctl=$pci/$vf/pasid_ctl
tracing=/sys/kernel/tracing

# With the first user the module looks at all VFs again, a while later and in a worker, whose invalidations are not made
# to fail: it would flush what a failed write left, before the test looks.
prepare() {
	load_client
	lab_do ecap set "$vf" SRS
	load
	modprobe pasid-lab-user
	echo 1 >"$tracing"/events/workqueue/workqueue_execute_end/enable
	user_do get "$vf" all
	await 10 grep -q pasid_rescan_work "$tracing/trace"
	echo 0 >"$tracing"/events/workqueue/workqueue_execute_end/enable
	lab_do attach-range "$vf" 100 64 paging 2
}

deny_stays() {
	lab_do fail-qi 8
	expect_equal "$(answer "$ctl" -enable)" EIO answer
	lab_do fail-qi 0
	expect_context "$vf" PASIDE 0
	grep -q '^-enable' "$ctl"
	grep -q '^-enable' "$pci/$vf/pasid/effective"
}

next_write_flushes_what_was_left() {
	witness inval mark
	expect_equal "$(answer "$ctl" -enable)" 0 answer
	expect_equal "$(inval_count '^context-cache')" 1 'context-cache invalidations'
	expect_equal "$(inval_count '^iotlb domain')" 3 'IOTLB invalidations'
	expect_equal "$(inval_count '^device-iotlb')" 1 'device-TLB invalidations'
	witness inval mark
	set_ctl "$vf" -enable
	expect_no_inval
}

grant_is_taken_back() {
	lab_do fail-qi 8
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
	lab_do fail-qi 8 1
	expect_equal "$(answer "$ctl" -priv)" EIO answer
	lab_do fail-qi 0
	expect_equal "$(witness walk "$vf" | grep -c SRE=1)" 0 'entries with SRE'
	witness inval mark
	set_ctl "$vf" -priv
	expect_equal "$(inval_count '^iotlb domain')" 3 'IOTLB invalidations'
}

deny_and_grant_in_one_write() {
	set_ctl "$vf" '+all -exec'
	set_ctl "$vf" '-enable'
	lab_do fail-qi 8
	expect_equal "$(answer "$ctl" '+enable -priv')" EIO answer
	lab_do fail-qi 0
	expect_context "$vf" PASIDE 0
	grep -q '^-enable -exec -priv' "$ctl"
	set_ctl "$vf" default
	expect_entry "$vf" 100 10
}

request_fails_the_same_way() {
	lab_do fail-qi 8
	expect_fails user_do request "$vf" -enable
	lab_do fail-qi 0
	expect_context "$vf" PASIDE 0
	grep -q '^-enable' "$pci/$vf/pasid/requested"
	user_do request "$vf" +enable
	expect_context "$vf" PASIDE 1
}

it 'prepare' prepare
it 'a deny stays denied and says EIO' deny_stays
it 'the next write flushes what was left, once' next_write_flushes_what_was_left
it 'a grant is taken back' grant_is_taken_back
it 'also if only the second submission fails' second_submission_fails
it 'a deny of PASID-table entries stays' deny_of_entries_stays
it 'one write that denies and grants' deny_and_grant_in_one_write
ats_comes_back_after_a_failed_deny() {
	set_ctl "$vf" default
	lab_do fail-qi 8
	expect_equal "$(answer "$ctl" -enable)" EIO answer
	lab_do fail-qi 0
	echo 0 >"$pci/$(pf)/mock/vf_ats_off"
	expect_equal "$(ats_enable "$vf")" 0 'ATS Enable'
	set_ctl "$vf" +enable
	expect_equal "$(ats_enable "$vf")" 1 'ATS Enable'
}

# The user goes while nothing can be flushed: nobody is left, so the worker tries again.
user_goes_while_flushes_fail() {
	user_do request "$vf" -priv
	lab_do fail-qi 8
	user_do put "$vf" || true
	lab_do fail-qi 0
	expect_file "$pci/$vf/pasid/requested" '+enable +exec +priv +pri'
	set_ctl "$vf" default
	expect_equal "$(witness walk "$vf" | grep -c SRE=1)" 0 'entries with SRE'
	rmmod pasid-lab-user
	await 5 unload
}

it 'a request fails the same way' request_fails_the_same_way
it 'ATS comes back after a deny that failed' ats_comes_back_after_a_failed_deny
it 'a user that goes while flushes fail leaves nothing behind' user_goes_while_flushes_fail
finish
