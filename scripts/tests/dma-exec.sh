#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# usually: 6.12 newest
# boot: --model x-ers=on
# Requests to execute, on an IOMMU that still tells them from reads (ERS). Linux never allows them; the host's admin
# can. When the write of -exec has returned, they are blocked again.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)
sibling=$(vf 1)

prepare() {
	load_client
	load
	case $(cat "$pci/$vf/pasid_status/supported") in '+enable +exec'*) ;; *) cat "$pci/$vf/pasid_status/supported" && return 1 ;; esac
	lab_do attach "$vf" 5
	lab_do attach "$sibling" 5
	lab_do memory "$vf"
	lab_do faults all
}

denied_by_default() {
	exec_blocked "$vf" 5 0x5c
	dma_ok "$vf" 5
}

deny_and_grant() { # PASID
	set_ctl "$vf" +exec
	dma_reads exec "$vf" "$1"
	dma_ok "$vf" "$1"
	exec_blocked "$sibling" 5 0x5c
	set_ctl "$vf" -exec
	exec_blocked "$vf" "$1" 0x5c
	dma_ok "$vf" "$1"
	dma_ok "$vf" none
	set_ctl "$vf" +exec
	dma_reads exec "$vf" "$1"
	set_ctl "$vf" default
	exec_blocked "$vf" "$1" 0x5c
}

by_type() { # TYPE
	attach_or_skip "$vf" 8 "$1"
	deny_and_grant 8
	lab_do detach "$vf" 8
}

needs_enable() {
	set_ctl "$vf" '-enable +exec'
	exec_blocked "$vf" 5 0x45
	set_ctl "$vf" +enable
	dma_reads exec "$vf" 5
}

# An entry that is set up later (I6) gets what is allowed then.
born_granted_and_denied() {
	lab_do attach "$vf" 11
	dma_reads exec "$vf" 11
	lab_do detach "$vf" 11
	set_ctl "$vf" -exec
	lab_do attach "$vf" 11
	exec_blocked "$vf" 11 0x5c
	dma_ok "$vf" 11
	lab_do detach "$vf" 11
}

# After -exec the device does not use its old translation. A new one without permission is an answer, not a fault.
translated() {
	set_ctl "$vf" +exec
	dma_reads exec "$vf" 5 ats
	set_ctl "$vf" -exec
	mark_log
	refused_read denied exec "$vf" 5 ats
	expect_no_fault
	dma_ok "$vf" 5 ats
}

burst_spans_the_deny() { # [OPTION...]
	lab_do faults limited
	set_ctl "$vf" +exec
	dma_burst "$vf" 5 exec "$@"
	set_ctl "$vf" -exec
	expect_dma_stopped "$vf"
	set_ctl "$vf" +exec
	await 5 dma_runs "$vf"
	dma "$vf" stop >/dev/null || true
	set_ctl "$vf" default
	lab_do faults all
}

given 'exec is supported, and PASIDs are attached' prepare
it 'by default, requests to execute are blocked' denied_by_default
it '+exec lets requests to execute through, -exec blocks them again' deny_and_grant 5
for type in ss pt nested; do
	it "+exec and -exec work on a $type entry" by_type $type
done
it 'exec is blocked while enable is denied, and works again with +enable' needs_enable
it 'an entry that is set up later has what is allowed then (I6)' born_granted_and_denied
it 'after -exec, a translation does not allow execution, and no fault is logged' translated
it 'a burst of requests to execute stops before the write of -exec returns (I2)' burst_spans_the_deny
it 'a burst of translated requests to execute stops before the write returns (I2)' burst_spans_the_deny ats
finish
