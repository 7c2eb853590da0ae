#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2317
# boot: --machine stock
# usually: newest
# Drivers of VFs have files of their own. Such a file can have the name of one of the module's files.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

first=$(vf 0)
second=$(vf 1)

prepare() {
	load_client
	set_numvfs 2
}

said_times() { # TEXT
	dmesg | grep -cF "$1"
}

# The driver uio_pci_sva of Linux 6.19 and later has a file pasid.
pasid_is_the_drivers() {
	lab_do take "$first" pasid on
	load
	lab_do take "$second" pasid on
	for vf in $first $second; do
		expect_file "$pci/$vf/pasid" taken
		expect_file "$pci/$vf/pasid_status/owed" none
		set_ctl "$vf" -enable
		expect_context "$vf" PASIDE 0
		set_ctl "$vf" default
	done
	unload
	for vf in $first $second; do
		expect_file "$pci/$vf/pasid" taken
		lab_do take "$vf" pasid off
	done
}

no_status() {
	dmesg -c >/dev/null
	lab_do take "$first" pasid_status on
	load default_ctl=-all
	expect_equal "$(said_times "$first: PASID control: there is no pasid_status, as another driver has that name")" 1 'lines in the log'
	expect_equal "$(said_times 'PASID control: there is no')" 1 'lines in the log'
	expect_equal "$(said_times 'Call Trace')" 0 'call traces'
	expect_context "$first" PASIDE 0
	set_ctl "$first" +enable
	expect_context "$first" PASIDE 1
	expect_file "$pci/$second/pasid_status/owed" none
	set_all_ctl '+all -exec'
	unload
	expect_file "$pci/$first/pasid_status" taken
	lab_do take "$first" pasid_status off
}

no_ctl() {
	dmesg -c >/dev/null
	lab_do take "$first" pasid_ctl on
	load default_ctl=-enable
	expect_equal "$(said_times "$first: PASID control: there is no pasid_ctl, as another driver has that name")" 1 'lines in the log'
	expect_context "$first" PASIDE 0
	grep -q '^-enable' "$pci/$first/pasid_status/effective"
	set_ctl "$second" default
	set_numvfs 0
	unload
}

given 'there are 2 VFs' prepare
it "a driver has a file pasid: its file and the module's files both work" pasid_is_the_drivers
it 'a driver has a file pasid_status: the VF still has pasid_ctl and obeys it' no_status
it 'a driver has a file pasid_ctl: the VF obeys default_ctl all the same' no_ctl
finish
