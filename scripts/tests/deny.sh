#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# usually: 6.12 newest
# boot: --smp 1
# I2 to I4, I6: enable is denied and granted with 0 to 4096 PASIDs in 1, 2 and 8 domains. The IOMMU receives the
# invalidations of the specification's Table 28, in that order, and their number has a bound.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

first=$(vf 0)
second=$(vf 1)

prepare() {
	load_client
	load
	lab_do attach "$second" 5
	snapshot "$(pf)" "$second" "$(vf 7)" >/tmp/others
}

# The order of Table 28: the context cache, then a wait; the PASID cache and the IOTLB of every domain, or of all domains
# at once if there are more than 3; the device TLB.
expect_recipe() { # DOMAINS
	local seen kind=domain domains=$1
	[ "$1" -le 3 ] || { kind=global && domains=1; }
	seen=$(witness inval | grep -v '^iec')
	expect_equal "$(echo "$seen" | sed -n 1,2p | tr '\n' ' ')" "context-cache device sid=${first#0000:} wait " start
	expect_equal "$(echo "$seen" | tail -n 2 | tr '\n' ' ')" "device-iotlb sid=${first#0000:} all wait " end
	expect_equal "$(echo "$seen" | grep -c "^pasid-cache $kind")" "$domains" 'PASID-cache invalidations'
	expect_equal "$(echo "$seen" | grep -c "^iotlb $kind")" "$domains" 'IOTLB invalidations'
	expect_equal "$(echo "$seen" | grep -vc '^wait')" $((2 * domains + 2)) 'descriptors'
	# Each invalidation is a submission of its own: then every kernel reports one that the IOMMU refuses.
	expect_equal "$(echo "$seen" | grep -c '^wait')" $((2 * domains + 2)) 'submissions'
}

# Prints the PASID-table entries. A large table is printed as a digest, which covers the context entry, too; so digests
# are compared only when the context entry is the same.
entries() { # PASIDS
	if [ "$1" -le 64 ]; then
		witness walk "$first" | grep ' pasid '
	else
		witness walk --digest "$first"
	fi
}

deny_and_grant() { # PASIDS DOMAINS
	[ "$1" = 0 ] || lab_do attach-range "$first" 64 "$1" paging "$2"
	entries "$1" >/tmp/entries
	expect_file "$pci/$first/pasid_status/entries" "$1"

	witness inval mark
	set_ctl "$first" -enable
	expect_recipe $(($2 + 1))
	expect_context "$first" PASIDE 0
	if [ "$1" -le 64 ]; then
		entries "$1" >/tmp/after
		expect_same /tmp/entries /tmp/after 'PASID-table entries'
	fi

	witness inval mark
	set_ctl "$first" -enable
	expect_no_inval

	set_ctl "$first" +enable
	expect_recipe $(($2 + 1))
	expect_context "$first" PASIDE 1
	entries "$1" >/tmp/after
	expect_same /tmp/entries /tmp/after 'PASID-table entries'
	[ "$1" = 0 ] || lab_do detach-all "$first"
}

attach_after_deny() {
	set_ctl "$first" -enable
	lab_do attach "$first" 11
	expect_context "$first" PASIDE 0
	lab_do detach "$first" 11
	lab_do attach "$first" 12
	expect_context "$first" PASIDE 0
	set_ctl "$first" default
	expect_context "$first" PASIDE 1
	lab_do detach-all "$first"
}

reset_does_not_lift_a_deny() {
	set_ctl "$first" -enable
	lab_do attach "$first" 11
	echo 1 >"$pci/$first/reset"
	expect_context "$first" PASIDE 0
	expect_ctl "$first" "$(sed 's/+enable/-enable/' "$pci/$second/pasid_ctl")"
	set_ctl "$first" default
	lab_do detach-all "$first"
}

pri_alone() {
	expect_context "$first" PRE 1
	witness inval mark
	set_ctl "$first" -pri
	expect_recipe 1
	expect_context "$first" PRE 0
	expect_context "$first" PASIDE 1
	set_ctl "$first" +pri
	expect_context "$first" PRE 1
}

others_are_the_same() {
	snapshot "$(pf)" "$second" "$(vf 7)" >/tmp/after
	expect_same /tmp/others /tmp/after 'PF or siblings'
}

given 'the module and the client are loaded, and a sibling has a PASID' prepare
it 'deny and grant enable without PASIDs: the invalidations of Table 28, and no entry changes' deny_and_grant 0 0
it 'deny and grant enable with 1 PASID in 1 domain' deny_and_grant 1 1
it 'deny and grant enable with 64 PASIDs in 1 domain' deny_and_grant 64 1
it 'deny and grant enable with 64 PASIDs in 2 domains' deny_and_grant 64 2
it 'deny and grant enable with 64 PASIDs in 8 domains' deny_and_grant 64 8
it 'deny and grant enable with 4096 PASIDs in 1 domain' deny_and_grant 4096 1
it 'deny and grant enable with 4096 PASIDs in 8 domains' deny_and_grant 4096 8
it 'a PASID that is attached after a deny of enable stays denied (I6)' attach_after_deny
it 'a reset of the VF does not lift a deny (I6)' reset_does_not_lift_a_deny
# On the other kernels Linux enables page requests on demand: pf.sh.
! supports_pri "$first" || it 'a deny of pri clears PRE and leaves PASIDE' pri_alone
it 'the entries of the PF and of siblings have not changed by a bit (I4)' others_are_the_same
finish
