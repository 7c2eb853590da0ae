#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2046,SC2086,SC2119,SC2317
# kernels: debug kcsan
# boot: --vfs 32 --mem 2048 --model x-ers=on --leaks
# Everything at the same time, on 32 VFs (lab/programs/stress.c): writers, attachers, users, resets, VFs that are removed
# and made again, modules that are unloaded and loaded, and allocations that fail. At the end the tables are what
# intel-iommu intended. In one round all VFs are removed and made again once, and the rest runs meanwhile; `make soak`
# runs more rounds.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

amount=${1:-1}
seed=${2:-1}
failslab=/sys/kernel/debug/failslab

# Prints the tables without addresses and domain IDs, which differ from run to run.
decisions() {
	witness walk $(all_vfs) | sed 's/\( [0-9a-f]\{16\}\)\{1,8\}//; s/ DID=[0-9a-f]*//'
}

prepare() {
	expect_equal "$(all_vfs | wc -l)" 32 'VFs'
	load_client
	decisions >/tmp/intended
	truncate -s 4096 /tmp/stress-page
	load
	load_vfio
	echo 0x180-0x187 >"$pci/$(pf)/vf_pasid_ranges"
}

# From here on, one of a hundred allocations fails.
short_of_memory() {
	spare_kmemleak
	fail_below_modules
	echo 1 >$failslab/task-filter
	echo 1000000 >$failslab/times
	echo 1 >$failslab/probability
}

all_at_once() {
	local status=0
	short_of_memory
	stress "$amount" "$seed" "$(pf)" $(all_vfs) || status=$?
	enough_memory
	return $status
}

enough_memory() {
	local failed
	echo 0 >$failslab/probability
	failed=$((1000000 - $(cat $failslab/times)))
	echo "$failed faults injected"
	[ $failed != 0 ]
}

# The tables of all VFs that exist are what their files say.
tables_agree() {
	witnesses_agree $(all_vfs)
}

# Each VF whose setting is not the default holds one reference to the module, and pasid-vfio-pci holds one.
references_add_up() {
	local bdf default count=1
	default=$(sed s/+exec/-exec/ "$pci/$(vf 0)/pasid_status/supported")
	for bdf in $(all_vfs); do
		! is_restricted "$bdf" || count=$((count + 1))
	done
	expect_equal "$(awk '$1 == "intel_pasid_ctl" { print $3 }' /proc/modules)" $count 'references'
}

is_restricted() { # BDF
	local ctl
	read -r ctl <"$pci/$1/pasid_ctl"
	[ "$ctl" != "$default" ]
}

goes() {
	local bdf
	for bdf in $(all_vfs); do
		lab_do detach-all "$bdf" 2>/dev/null || true
		expect_file "$pci/$bdf/pasid_status/requested" '+enable +exec +priv +pri'
		expect_file "$pci/$bdf/pasid_status/entries" 0
		echo "+all -exec" >"$pci/$bdf/pasid_ctl"
	done
	unload_vfio
	unload
	set_numvfs 32
	decisions >/tmp/now
	expect_same /tmp/intended /tmp/now 'what intel-iommu intends'
}

given '32 VFs, and both modules are loaded' prepare
it 'writers, attachers, users, resets, VFs and modules at the same time, while allocations fail' all_at_once
it 'the tables are what the files say' tables_agree
it "the module's reference count is the number of restricted VFs, plus pasid-vfio-pci" references_add_up
it 'the modules can be unloaded, and the tables are what intel-iommu intended' goes
finish
