#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# usually: 6.12 newest
# What permissions do to DMA. Before the write, DMA works. When the write of a deny has returned, the IOMMU blocks the
# DMA with the fault that the specification names. After the grant, DMA works again. DMA of other functions and DMA
# without a PASID always work.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

host=$(vf 0)
user=$(vf 1)
sibling=$(vf 2)
pf=$(pf)

prepare() {
	local bdf
	load_client
	load
	modprobe pasid-lab-user
	first_user "$user" all
	for bdf in "$host" "$user" "$sibling" "$pf"; do
		lab_do attach "$bdf" 5
		lab_do memory "$bdf"
	done
	lab_do attach "$host" 4660
	lab_do attach "$user" 4660
	lab_do faults all
}

dma_works() {
	local bdf pasid
	for bdf in "$host" "$user" "$sibling" "$pf"; do
		for pasid in 5 none; do
			dma_ok "$bdf" "$pasid"
		done
	done
	dma_ok "$host" 4660
}

# Two functions, two PASIDs: each sees its own memory.
address_spaces_are_apart() {
	lab_do attach "$host" 6 paging other
	dma_ok "$host" 6
	printf five >"$lab/memory/$host:paging"
	printf six. >"$lab/memory/other"
	dma_do "$host" 5 read expect=five
	dma_do "$host" 6 read expect=six.
	lab_do detach "$host" 6
}

# DMA that the deny must not touch: without a PASID, of a sibling, of the PF. Data are compared.
others_work() { # BDF
	dma_ok "$1" none
	dma_ok "$sibling" 5
	dma_ok "$sibling" none
	dma_ok "$pf" 5
	dma_ok "$pf" none
}

deny_enable() { # BDF
	dma_ok "$1" 5
	dma_ok "$1" 4660
	set_ctl "$1" -enable
	dma_blocked "$1" 5 0x45
	dma_blocked "$1" 4660 0x45
	others_work "$1"
	set_ctl "$1" default
	dma_ok "$1" 5
	dma_ok "$1" 4660
}

# At a PASID that is not attached, the entry is not present, or there is no table for it.
not_attached() { # PASID REASON
	mark_log
	expect_equal "$(dma "$host" read "pasid=$1" | cut -d' ' -f1-4)" 'blocked 0 of 1' "PASID $1"
	expect_fault "$host" "$1" "$2"
}

# --- First stage, second stage, nested, pass-through --------------------------------------------------------

enable_by_type() { # TYPE
	attach_or_skip "$host" 8 "$1"
	dma_ok "$host" 8
	deny_by_type
	lab_do detach "$host" 8
}

deny_by_type() {
	set_ctl "$host" -enable
	dma_blocked "$host" 8 0x45
	dma_ok "$host" none
	set_ctl "$host" default
	dma_ok "$host" 8
}

# --- Privileged requests -------------------------------------------------------------------------------------

priv_of_the_host() {
	dma_blocked "$host" 5 0x5d priv
	set_ctl "$host" -priv
	dma_blocked "$host" 5 0x5d priv
	dma_ok "$host" 5
	set_ctl "$host" default
	dma_blocked "$host" 5 0x5d priv
}

priv_of_a_user() { # PASID
	dma_ok "$user" "$1" priv
	set_ctl "$user" -priv
	dma_blocked "$user" "$1" 0x5d priv
	dma_ok "$user" "$1"
	others_work "$user"
	set_ctl "$user" +priv
	dma_ok "$user" "$1" priv
	user_do request "$user" -priv
	dma_blocked "$user" "$1" 0x5d priv
	user_do request "$user" +priv
	dma_ok "$user" "$1" priv
}

priv_by_type() { # TYPE
	attach_or_skip "$user" 8 "$1"
	priv_of_a_user 8
	lab_do detach "$user" 8
}

# The virtual IOMMU asked for SRE, and its page table has pages for supervisors at 0x20000.
nested_with_sre() {
	attach_or_skip "$host" 9 nested-sre
	dma_ok "$host" 9 addr=0x20000 priv
	dma_ok "$host" 9 priv
	dma_blocked "$host" 9 0x81 addr=0x20000
	set_ctl "$host" -priv
	dma_blocked "$host" 9 0x5d addr=0x20000 priv
	dma_ok "$host" 9
	set_ctl "$host" default
	dma_ok "$host" 9 addr=0x20000 priv
	lab_do detach "$host" 9
}

nested_without_sre() {
	attach_or_skip "$user" 9 nested
	dma_ok "$user" 9
	dma_blocked "$user" 9 0x5d priv
	dma_blocked "$user" 9 0x81 addr=0x20000
	lab_do detach "$user" 9
}

enable_covers_priv() {
	set_ctl "$user" -enable
	dma_blocked "$user" 5 0x45 priv
	set_ctl "$user" +enable
	dma_ok "$user" 5 priv
}

# --- Set up after the deny (I6) ------------------------------------------------------------------------------

born_denied() {
	set_ctl "$user" -enable
	lab_do attach "$user" 11
	dma_blocked "$user" 11 0x45
	set_ctl "$user" '+enable -priv'
	dma_ok "$user" 11
	dma_blocked "$user" 11 0x5d priv
	lab_do attach "$user" 12
	dma_ok "$user" 12
	dma_blocked "$user" 12 0x5d priv
	set_ctl "$user" +priv
	dma_ok "$user" 11 priv
	dma_ok "$user" 12 priv
	lab_do detach "$user" 11
	lab_do detach "$user" 12
}

# A reset empties the device TLB, and the deny stays.
reset_does_not_lift_a_deny() {
	set_ctl "$host" -enable
	echo 1 >"$pci/$host/reset"
	dma_blocked "$host" 5 0x45
	dma_ok "$host" none
	set_ctl "$host" default
	dma_ok "$host" 5
}

# --- While DMA runs --------------------------------------------------------------------------------------------

# Prints the number that DMA wrote last. It is read from memory, so the device cannot be wrong about it.
last_stamp() { # BDF PASID
	local memory iova
	find_memory "$1" "$2"
	stamp_in "$memories/$memory"
}

# Nothing may be completed after the write has returned.
deny_meanwhile() { # BDF DENY
	local memory iova
	find_memory "$1" 5
	echo "$2" >"$pci/$1/pasid_ctl"
	clear_stamp "$memories/$memory"
	expect_dma_stopped "$1"
	expect_equal "$(last_stamp "$1" 5)" 0 'what was written since the deny'
	witnesses_agree "$1"
}

burst_spans_the_deny() { # BDF DENY GRANT [OPTION...]
	local bdf=$1 deny=$2 grant=$3 i=0
	shift 3
	lab_do faults limited
	dma_burst "$sibling" 5 write stamp
	dma_burst "$bdf" 5 write stamp "$@"
	while [ "$i" -lt 3 ]; do
		deny_meanwhile "$bdf" "$deny"
		set_ctl "$bdf" "$grant"
		await 5 dma_runs "$bdf"
		i=$((i + 1))
	done
	dma "$bdf" stop >/dev/null || true
	await 5 dma_runs "$sibling"
	expect_equal "$(dma_field "$sibling" failed)" 0 'failures of the sibling'
	dma "$sibling" stop
	lab_do faults all
}

# --- Requests that the device has translated before --------------------------------------------------------

ats_works() {
	local hits
	dma_ok "$host" 5 ats
	dma_do "$host" 5 write ats count=10
	hits=$(dma_field "$host" atc-hits)
	[ "$hits" -gt 0 ] || { echo 'the device TLB had no hit' && return 1; }
	dma_ok "$host" none ats
}

# After an Unsupported Request the function switches its ATS off, and Linux does not notice. The grant switches it on.
ats_and_enable() {
	expect_equal "$(ats_enable "$host")" 1 'ATS Enable'
	dma_ok "$host" 5 ats
	mark_log
	set_ctl "$host" -enable
	expect_equal "$(ats_enable "$host")" 1 'ATS Enable'
	expect_no_fault
	refused_translation
	expect_fault "$host" 5 0x45
	expect_equal "$(ats_enable "$host")" 0 'ATS Enable'
	dma_ok "$host" none
	dma_ok "$sibling" 5 ats
	set_ctl "$host" default
	expect_equal "$(ats_enable "$host")" 1 'ATS Enable'
	dma_ok "$host" 5 ats
	dma_ok "$host" none ats
}

refused_translation() {
	mark_log
	dma_do "$host" 5 write ats len=4 >/tmp/dma || true
	expect_equal "$(cut -d' ' -f1-4 /tmp/dma)" 'ats-ur 0 of 1' 'a translation request'
}

# A translation without permission is an answer: the IOMMU logs no fault, and ATS stays on.
ats_and_priv() {
	local invalidations
	dma_ok "$user" 5 ats priv
	invalidations=$(dma_field "$user" atc-inv)
	set_ctl "$user" -priv
	[ "$(dma_field "$user" atc-inv)" -gt "$invalidations" ]
	mark_log
	dma_denied "$user" 5 ats priv
	expect_no_fault
	expect_equal "$(ats_enable "$user")" 1 'ATS Enable'
	dma_ok "$user" 5 ats
	set_ctl "$user" +priv
	dma_ok "$user" 5 ats priv
}

# --- Page requests -------------------------------------------------------------------------------------------

# No driver handles page requests for what the lab attaches, so any answer means that the request reached Linux.
page_request() { # BDF
	dma_do "$1" 5 write ats pri addr=0x7000000 len=4 >/tmp/dma || true
	sed -n 's/.* prg=//p' /tmp/dma
}

expect_answered() { # BDF
	case $(page_request "$1") in
	10?) ;;
	*) cat /tmp/dma && return 1 ;;
	esac
}

deny_pri() {
	enable_pri "$user"
	expect_answered "$user"
	set_ctl "$user" -pri
	mark_log
	expect_equal "$(page_request "$user")" 200 'a page request'
	expect_fault "$user" 5 0x47
	dma_ok "$user" 5
	dma_ok "$user" 5 ats
	set_ctl "$user" +pri
	expect_answered "$user"
}

unload_works() {
	local bdf
	for bdf in "$host" "$user" "$sibling" "$pf"; do
		lab_do detach-all "$bdf"
		lab_do forget-memory "$bdf"
	done
	user_do put "$user"
	rmmod pasid-lab-user
	unload
	expect_equal "$(ls "$lab/memory")" '' 'memories'
}

given 'a VF of the host and a VF with a user have PASIDs and memory' prepare
it 'DMA works with and without PASID' dma_works
it 'each PASID reaches its own memory' address_spaces_are_apart
it 'a request with a PASID that is not attached is blocked' not_attached 7 0x59
it 'a request with a PASID whose table does not exist is blocked' not_attached 1048575 0x51
it 'a request with PASID 0 is blocked: the IOMMU uses 0 for requests without a PASID' not_attached 0 0x48
it 'enable: -enable blocks DMA with PASIDs, default lets it through, on a VF of the host' deny_enable "$host"
it 'enable: -enable blocks DMA with PASIDs, default lets it through, on a VF with a user' deny_enable "$user"
for type in paging ss pt nested nested-sre; do
	it "enable: -enable and default work on a $type entry" enable_by_type $type
done
it "priv: privileged requests are always blocked at the host's own entries" priv_of_the_host
it "priv: -priv blocks privileged requests, +priv lets them through, at a user's entries" priv_of_a_user 5
it 'priv: -priv and +priv work at a PASID of another table' priv_of_a_user 4660
for type in ss pt nested-sre; do
	it "priv: -priv and +priv work on a user's $type entry" priv_by_type $type
done
it 'priv: in a nested entry with SRE, supervisor pages are only for privileged requests' nested_with_sre
it 'priv: a nested entry that was set up without SRE never gets SRE' nested_without_sre
it 'priv is blocked while enable is denied, and works again with +enable' enable_covers_priv
it 'an entry that is set up after a deny is denied (I6)' born_denied
it 'a reset of the VF does not lift a deny (I6)' reset_does_not_lift_a_deny
it 'enable: a burst stops before the write of -enable returns (I2)' burst_spans_the_deny "$host" -enable +enable
it 'priv: a burst stops before the write of -priv returns (I2)' burst_spans_the_deny "$user" -priv +priv priv
it "the VF's device TLB is used" ats_works
it 'enable: denied translation requests get UR, and the grant switches ATS on again' ats_and_enable
it 'priv: after -priv, a translation does not allow privileged access, and no fault is logged' ats_and_priv
it 'priv: a burst of translated requests stops before the write of -priv returns (I2)' burst_spans_the_deny "$user" -priv +priv priv ats
it 'pri: after -pri, page requests are refused' deny_pri
it 'the module can be unloaded at the end' unload_works
finish
