#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --machine stock
# Entries of all four translation types, on VFs with and without a user, and nested ones with and without SRE.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

host=$(vf 0)
user=$(vf 1)

prepare() {
	local bit
	load_client
	for bit in SRS NEST SLTS; do
		lab_do ecap set "$host" "$bit"
	done
}

pgtt() { # BDF PASID
	witness walk "$1" | sed -n "s/.* pasid $2 .* PGTT=\([0-9]\).*/\1/p"
}

attach_types() { # BDF
	lab_do attach "$1" 1 paging
	lab_do attach "$1" 2 ss
	lab_do attach "$1" 3 nested
	lab_do attach "$1" 4 pt
	lab_do attach "$1" 5 nested-sre
	expect_equal "$(pgtt "$1" 1)$(pgtt "$1" 2)$(pgtt "$1" 3)$(pgtt "$1" 4)$(pgtt "$1" 5)" 12343 'PGTTs'
}

# SRE of PASIDs 1 to 5, as five digits.
sre() { # BDF
	witness walk "$1" | sed -n 's/.* pasid [1-5] .* SRE=\([01]\).*/\1/p' | tr -d '\n'
}

expect_sre() { # BDF DIGITS
	expect_equal "$(sre "$1")" "$2" "$1's SRE of PASIDs 1 to 5"
}

host_types() {
	attach_types "$host"
	expect_sre "$host" 00001
	set_ctl "$host" -priv
	expect_sre "$host" 00000
	set_ctl "$host" +priv
	expect_sre "$host" 00001
}

user_types() {
	attach_types "$user"
	expect_sre "$user" 11011
	expect_entry "$user" 0 00
	set_ctl "$user" -priv
	expect_sre "$user" 00000
	set_ctl "$user" +priv
	expect_sre "$user" 11011
	user_do request "$user" -priv
	expect_sre "$user" 00000
	user_do request "$user" +priv
	expect_sre "$user" 11011
}

deny_is_flushed_entry_by_entry() {
	local pasid
	witness inval mark
	set_ctl "$user" -priv
	for pasid in 1 2 4 5; do
		expect_equal "$(inval_count "^pasid-cache pasid .*pasid=$pasid\$")" 1 "PASID-cache invalidations of $pasid"
		expect_equal "$(inval_count "^p-iotlb pasid .*pasid=$pasid\$")" 1 "P_IOTLB invalidations of $pasid"
		expect_equal "$(inval_count "^device-piotlb sid=${user#0000:} pasid=$pasid all")" 1 "device-TLB invalidations of $pasid"
	done
	expect_equal "$(inval_count '^wait')" 12 'submissions'
	expect_equal "$(inval_count '^[a-hj-v]\|^iotlb')" 12 'descriptors'
	set_ctl "$user" +priv
}

born_denied() {
	set_ctl "$user" -priv
	lab_do detach "$user" 5
	witness inval mark
	lab_do attach "$user" 5 nested-sre
	expect_sre "$user" 00000
	# Not exactly 1: a worker that looks at the entry at the same time flushes it, too.
	[ "$(inval_count '^p-iotlb pasid .*pasid=5$')" != 0 ]
	set_ctl "$user" +priv
	expect_sre "$user" 11011
}

born_granted() {
	lab_do detach "$user" 1
	lab_do attach "$user" 1 paging
	expect_sre "$user" 11011
}

nested_no_stays_no() {
	lab_do detach "$user" 5
	lab_do attach "$user" 5 nested
	expect_sre "$user" 11010
	set_ctl "$user" -priv
	set_ctl "$user" +priv
	expect_sre "$user" 11010
	lab_do detach "$user" 5
	lab_do attach "$user" 5 nested-sre
	expect_sre "$user" 11011
}

enable_covers_priv() {
	witness inval mark
	set_ctl "$user" -enable
	expect_sre "$user" 00000
	expect_equal "$(inval_count '^p-iotlb\|^device-piotlb\|^pasid-cache pasid')" 0 'invalidations per entry'
	set_ctl "$user" +enable
	expect_sre "$user" 11011
}

# At the PASID of a nested entry with SRE, a first-stage entry is set up.
intent_ends_with_its_entry() {
	lab_do detach "$host" 5
	lab_do attach "$host" 5 paging
	expect_sre "$host" 00000
	set_ctl "$host" -priv
	set_ctl "$host" +priv
	expect_sre "$host" 00000
	lab_do detach "$host" 5
	lab_do attach "$host" 5 nested-sre
	expect_sre "$host" 00001
}

grant_ends_with_the_user() {
	user_do put "$user"
	expect_sre "$user" 00001
}

no_user_over_entries_of_the_host() {
	expect_fails user_do get "$host" all
	expect_sre "$host" 00001
}

# More than 4 entries are flushed by domain, and more than 3 domains by one flush of the whole unit.
entries_in_domains() { # ENTRIES DOMAINS DESCRIPTORS PATTERN
	lab_do attach-range "$user" 1000 "$1" paging "$2"
	witness inval mark
	set_ctl "$user" -priv
	expect_equal "$(entries_with_sre "$user")" 0 'entries with SRE'
	expect_equal "$(inval_count '^[a-hj-v]\|^iotlb')" "$3" "descriptors for $1 entries in $2 domains"
	[ "$(inval_count "$4")" != 0 ]
	set_ctl "$user" +priv
	expect_equal "$(entries_with_sre "$user")" "$1" 'entries with SRE'
	lab_do detach-all "$user"
}

many_entries_in_few_descriptors() {
	lab_do detach-all "$user"
	first_user "$user" all
	entries_in_domains 4 1 12 '^p-iotlb pasid'
	entries_in_domains 5 1 3 '^pasid-cache domain'
	entries_in_domains 256 3 7 '^iotlb domain'
	entries_in_domains 256 4 3 '^iotlb global'
	user_do put "$user"
}

restored_at_unload() {
	rmmod pasid-lab-user
	set_ctl "$host" -priv
	set_ctl "$host" default
	unload
	expect_sre "$host" 00001
}

# The entry is there at load, and only its SRE is denied.
default_ctl_reaches_entries() {
	lab_do attach "$host" 5 nested-sre
	load default_ctl=-priv
	expect_entry "$host" 5 00
	expect_context "$host" PASIDE 1
	set_ctl "$host" +priv
	expect_entry "$host" 5 10
	set_all_ctl '+all -exec'
	unload
	expect_entry "$host" 5 10
	lab_do detach "$host" 5
	load
	modprobe pasid-lab-user
	first_user "$user" all
}

# Some devices complete a device-TLB invalidation before they are done with it.
device_tlb_twice() {
	lab_do extra-inval "$host" on
	load
	lab_do attach "$host" 21 nested-sre
	witness inval mark
	set_ctl "$host" -priv
	expect_equal "$(inval_count "^device-piotlb sid=${host#0000:} pasid=21 all")" 2 "device-TLB invalidations of PASID 21"
	witness inval mark
	set_ctl "$host" -enable
	expect_equal "$(inval_count "^device-iotlb sid=${host#0000:} all")" 2 "device-TLB invalidations"
	set_ctl "$host" default
	lab_do detach "$host" 21
	unload
	lab_do extra-inval "$host" off
}

given 'the IOMMU offers SRS, nested and second-stage translation' prepare
it 'a device that completes invalidations too early is sent each one twice' device_tlb_twice
it 'default_ctl changes entries that are there at load' default_ctl_reaches_entries
it 'on a VF of the host, SRE is set only where intel-iommu set it' host_types
it 'on a VF with a user, +priv sets SRE in every entry, except where the virtual IOMMU did not ask for it' user_types
it 'a deny of a few entries is flushed entry by entry' deny_is_flushed_entry_by_entry
it 'a nested entry that is set up with SRE is denied SRE while priv is denied (I6)' born_denied
it 'a first-stage entry that is set up gets SRE while priv is granted (I6)' born_granted
it 'a nested entry that was set up without SRE never gets SRE' nested_no_stays_no
it 'a deny of enable clears SRE, too, and flushes by domain' enable_covers_priv
it 'when the user goes, SRE is cleared where intel-iommu had not set it' grant_ends_with_the_user
it "when another entry is set up at the PASID, the virtual IOMMU's SRE is forgotten" intent_ends_with_its_entry
it 'a user cannot register for a VF that has PASIDs of the host' no_user_over_entries_of_the_host
it '256 entries are flushed with at most 7 descriptors' many_entries_in_few_descriptors
it 'after unloading, SRE is what intel-iommu intended' restored_at_unload
finish
