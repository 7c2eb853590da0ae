#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2086,SC2119,SC2317
# kernels: lab debug
# boot: --model x-ers=on
# From what a guest writes to the PASID capability to what happens to DMA: a client opens VFs as a VMM with iommufd does
# and attaches address spaces at PASIDs; the VF's engine sends requests, whether they are allowed or not. Only the lab's
# own kernels have iommufd.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

first=$(vf 0)
second=$(vf 1)
control='0x186 2'

# The memory of a client's address space is a file of one page. This replaces the files of pasid-lab-client.
memories=/tmp/memories

find_memory() { # BDF PASID
	memory=$1:$2 iova=0x10000
}

prepare() {
	load_client
	lab_do faults all
	load
	load_vfio
	echo 0x180-0x187 >"$pci/$(pf)/vf_pasid_ranges"
	mkdir "$memories"
	bind "$first"
	bind "$second"
	set_ctl "$first" +all
}

attach() { # CLIENT BDF PASID [FILE [nested|nested-sre]]
	local file=$memories/${4-$2:$3}
	[ -e "$file" ] || truncate -s 4096 "$file"
	expect_client 0 "$1" attach "$3" "$file" ${5-}
}

open_with_memory() { # CLIENT BDF
	expect_equal "$(client_open "$1" "$2" iommufd)" 0 "opening $2"
	attach "$1" "$2" none
	attach "$1" "$2" 5
}

opened() { # it: the client under test; other: a neighbour, whose DMA has to go on
	clients_kill
	rm -f "$memories"/*
	open_with_memory it "$first"
	open_with_memory other "$second"
	expect_client 0 other write $control 1
}

guest_writes() { # VALUE
	expect_client 0 it write $control "$1"
	expect_client "$(printf 0x%x "$1")" it read $control
	witnesses_agree "$first"
}

others_work() {
	dma_ok "$first" none
	dma_ok "$second" none
	dma_ok "$second" 5
	expect_client 0x1 other read $control
}

# Exec is supported by the model's IOMMU and granted by the admin; the width is the IOMMU's.
capability_is_shown() {
	opened
	expect_client '0x100:000e 0x110:000f 0x180:001b' it chain
	expect_client 0x1406 it read 0x184 2
	expect_client 0x0 it read $control
	expect_file "$pci/$first/pasid_status/cap_layout" 'pasid 0x180 admin'
}

# The client has no privileges and uses no sysfs: it reaches the engine's registers through VFIO.
user_alone() {
	chmod 666 /dev/iommu /dev/vfio/devices/*
	umask 0
	export CLIENT_UID=1000
	opened
	expect_equal "$(sed -n 's/^CapEff:\t//p' "/proc/$(cat /tmp/client.it/pid)/status")" 0000000000000000 capabilities
	guest_writes 1
	expect_client ok it dma 5 write written-by-its-user
	memory=$first:5
	expect_memory written-by-its-user 'memory'
	expect_client ok it dma 5 read written-by-its-user
	expect_client differs it dma 5 read written-by-somebody
	expect_client ok it dma none write without-a-PASID
	guest_writes 0
	expect_client blocked it dma 5 read written-by-its-user
	expect_client ok it dma none read without-a-PASID
}

enable() {
	opened
	attach it "$first" 4660
	dma_blocked "$first" 5 0x45
	others_work
	for pasid in 5 4660; do
		guest_writes 1
		dma_ok "$first" $pasid
		guest_writes 0
		dma_blocked "$first" $pasid 0x45
		others_work
	done
	guest_writes 1
	dma_ok "$first" 5
	dma_ok "$first" 4660
}

# Two PASIDs at the same address: each reaches its own memory.
address_spaces_are_apart() {
	opened
	attach it "$first" 6
	guest_writes 1
	dma_ok "$first" 6
	printf five 1<>"$memories/$first:5"
	printf six. 1<>"$memories/$first:6"
	dma_do "$first" 5 read expect=five
	dma_do "$first" 6 read expect=six.
}

priv() {
	opened
	guest_writes 5
	dma_ok "$first" 5 priv
	guest_writes 1
	dma_blocked "$first" 5 0x5d priv
	dma_ok "$first" 5
	others_work
	guest_writes 5
	dma_ok "$first" 5 priv
	guest_writes 4
	dma_blocked "$first" 5 0x45 priv
}

exec() {
	opened
	guest_writes 3
	dma_reads exec "$first" 5
	guest_writes 1
	exec_blocked "$first" 5 0x5c
	dma_ok "$first" 5
	others_work
	guest_writes 3
	dma_reads exec "$first" 5
}

# The device keeps translations that it has asked for. A deny holds for them, too.
translated() {
	opened
	guest_writes 5
	dma_ok "$first" 5 ats priv
	guest_writes 1
	mark_log
	dma_denied "$first" 5 ats priv
	expect_no_fault
	dma_ok "$first" 5 ats
	guest_writes 0
	dma_do "$first" 5 write ats len=4 >/tmp/dma || true
	expect_equal "$(cut -d' ' -f1-4 /tmp/dma)" 'ats-ur 0 of 1' 'a translation request'
	guest_writes 1
	dma_ok "$first" 5 ats
	others_work
}

attached_later() {
	opened
	attach it "$first" 6
	dma_blocked "$first" 6 0x45
	guest_writes 1
	dma_ok "$first" 6
	attach it "$first" 7
	dma_ok "$first" 7
	dma_blocked "$first" 7 0x5d priv
	guest_writes 5
	attach it "$first" 8
	for pasid in 5 6 7 8; do
		dma_ok "$first" $pasid priv
	done
}

replaced() {
	opened
	guest_writes 1
	printf old. 1<>"$memories/$first:5"
	dma_do "$first" 5 read expect=old.
	attach it "$first" 5 new
	printf new. 1<>"$memories/new"
	dma_do "$first" 5 read expect=new.
	mark_log
	expect_fails dma_do "$first" 5 read priv
	expect_fault "$first" 5 0x5d
	guest_writes 5
	attach it "$first" 5
	dma_ok "$first" 5 priv
	guest_writes 0
	attach it "$first" 5 new
	mark_log
	expect_fails dma_do "$first" 5 read
	expect_fault "$first" 5 0x45
	others_work
}

# The PASIDs are in several tables, among them the first and the last.
many_pasids() {
	local pasids='1 63 64 65 4095 65536 1048575' pasid
	opened
	for pasid in $pasids; do
		attach it "$first" $pasid
	done
	pasids_are '0 1 5 63 64 65 4095 65536 1048575'
	guest_writes 5
	for pasid in $pasids; do
		dma_ok "$first" $pasid priv
	done
	guest_writes 1
	for pasid in $pasids; do
		dma_blocked "$first" $pasid 0x5d priv
	done
	guest_writes 0
	for pasid in $pasids; do
		dma_blocked "$first" $pasid 0x45
	done
	others_work
}

# User space made both stages. Whether an entry may have SRE is what the guest's virtual IOMMU asked for.
nested() {
	opened
	guest_writes 5
	attach it "$first" 9 "$first:9" nested-sre
	attach it "$first" 10 "$first:10" nested
	dma_ok "$first" 9
	dma_ok "$first" 10
	dma_ok "$first" 9 priv
	dma_blocked "$first" 10 0x5d priv
	guest_writes 1
	dma_blocked "$first" 9 0x5d priv
	dma_ok "$first" 9
	attach it "$first" 11 "$first:11" nested-sre
	dma_blocked "$first" 11 0x5d priv
	dma_ok "$first" 11
	guest_writes 5
	for pasid in 9 11; do
		dma_ok "$first" $pasid priv
	done
	dma_blocked "$first" 10 0x5d priv
	attach it "$first" 9 "$first:9"
	attach it "$first" 10 "$first:10" nested-sre
	dma_ok "$first" 10 priv
	guest_writes 0
	for pasid in 9 10 11; do
		dma_blocked "$first" $pasid 0x45
	done
	others_work
}

detached() {
	opened
	attach it "$first" 6
	guest_writes 1
	dma_ok "$first" 5
	expect_client 0 it detach 5
	dma_blocked "$first" 5 0x59
	dma_ok "$first" 6
	others_work
}

reset_clears() {
	opened
	attach it "$first" 9 "$first:9" nested-sre
	guest_writes 7
	dma_ok "$first" 5 priv
	dma_ok "$first" 9 priv
	expect_client 0 it reset
	expect_client 0x0 it read $control
	dma_blocked "$first" 5 0x45
	others_work
	guest_writes 1
	dma_ok "$first" 5
	dma_blocked "$first" 5 0x5d priv
	dma_blocked "$first" 9 0x5d priv
	guest_writes 5
	dma_ok "$first" 9 priv
}

# pasid_ctl denies what the guest's register enables, and the register stays.
ceiling() {
	opened
	guest_writes 5
	set_ctl "$first" -priv
	dma_blocked "$first" 5 0x5d priv
	dma_ok "$first" 5
	set_ctl "$first" -enable
	dma_blocked "$first" 5 0x45
	guest_writes 0
	guest_writes 5
	dma_blocked "$first" 5 0x45
	others_work
	set_ctl "$first" +all
	dma_ok "$first" 5 priv
}

# Clears the number that DMA writes, right after the client's answer. No program is started in between.
guest_stops() { # VALUE
	local said
	echo "write $control $1" >/tmp/client.it/ask
	read -r said </tmp/client.it/tell
	clear_stamp "$memories/$first:5"
	expect_equal "$said" 0 "writing $1"
}

burst_spans_the_write() { # ON OFF [OPTION...]
	local on=$1 off=$2
	shift 2
	opened
	lab_do faults limited
	guest_writes "$on"
	dma_burst "$first" 5 write stamp "$@"
	dma_burst "$second" 5 write
	guest_stops "$off"
	expect_dma_stopped "$first"
	expect_equal "$(stamp_in "$memories/$first:5")" 0 'what was written since'
	witnesses_agree "$first"
	guest_writes "$on"
	await 5 dma_runs "$first"
	await 5 dma_runs "$second"
	expect_equal "$(dma_field "$second" failed)" 0 'failures of the neighbour'
	dma "$first" stop >/dev/null || true
	dma "$second" stop >/dev/null
	lab_do faults all
}

pasids_are() { # PASIDs
	witnesses_agree "$first"
	expect_equal "$(cut -d' ' -f3 /tmp/kernel | xargs)" "$1" 'PASIDs'
}

both_witnesses() {
	opened
	pasids_are '0 5'
	for value in 1 7 0; do
		guest_writes $value
		pasids_are '0 5'
	done
	attach it "$first" 4660
	pasids_are '0 5 4660'
	expect_client 0 it detach 5
	pasids_are '0 4660'
	client_close it
	pasids_are 0
}

# The VF has no user: no PASID is attached, and the engine is as after a reset.
is_free() {
	expect_file "$pci/$first/pasid_status/requested" '+enable +exec +priv +pri' &&
		expect_file "$pci/$first/pasid_status/entries" 0 &&
		expect_fails dma_runs "$first"
}

ends() { # COMMAND...: ends the client while DMA runs
	opened
	guest_writes 5
	dma_burst "$first" 5 write priv
	"$@"
	await 5 is_free
	mark_log
	expect_equal "$(dma "$first" read pasid=5 addr=0x10000 | cut -d' ' -f1-4)" 'blocked 0 of 1' 'DMA of a VF without a user'
	expect_fault "$first" 5 0x59
	dma_ok "$second" 5
	dma_ok "$second" none
	open_with_memory it "$first"
	dma_blocked "$first" 5 0x45
	guest_writes 1
	dma_ok "$first" 5
}

all_goes() {
	clients_kill
	unbind "$first"
	unbind "$second"
	unload_vfio
	set_ctl "$first" default
	unload
}

given 'two VFs are bound to pasid-vfio-pci and show the capability' prepare
it 'a user of iommufd sees the capability' capability_is_shown
it 'a user without privileges can do all of it through VFIO and iommufd' user_alone
it 'Enable blocks DMA and lets it through, at every PASID' enable
it 'each PASID reaches its own memory' address_spaces_are_apart
it 'Privileged Mode Enable blocks privileged requests and lets them through' priv
it 'Execute Permission Enable blocks requests to execute and lets them through' exec
it "the device's translations obey the register, too" translated
it 'a PASID that is attached later obeys the register (I6)' attached_later
it 'a PASID whose address space is replaced obeys the register (I6)' replaced
it 'a PASID that is detached is blocked' detached
it 'one write grants or denies 8 PASIDs in several tables' many_pasids
it 'a nested entry has SRE only if the virtual IOMMU and the register allow it' nested
it 'VFIO_DEVICE_RESET clears the register, and DMA is blocked' reset_clears
it 'pasid_ctl blocks DMA and lets it through while the guest has Enable set' ceiling
it 'a burst stops before the write that clears Enable returns (I2)' burst_spans_the_write 1 0
it 'a burst of privileged requests stops before the write that clears the bit returns (I2)' burst_spans_the_write 5 1 priv
it "the kernel's debugfs and the walker show the same tables" both_witnesses
it 'closing the VF ends its DMA and its PASIDs' ends client_close it
it "killing the client ends the VF's DMA and its PASIDs" ends client_kill it
it 'both modules can be unloaded at the end' all_goes
finish
