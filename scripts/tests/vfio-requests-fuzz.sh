#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# kernels: debug
# boot: --vfs 2 --leaks
# A user that deals with the page requests of its VF at random, see lab/programs/requests-fuzz.c. Each result is compared
# with a model that shares no code with the product, and a neighbour and the PF have to work meanwhile. To repeat the second
# run, whose seed is printed, or to take more steps: scripts/check --append "LAB_SEED=N LAB_STEPS=N" vfio-requests-fuzz
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

pf=$(pf)
first=$(vf 0)
second=$(vf 1)
cap=0x180
steps=${LAB_STEPS-4000}

prepare() {
	load_client
	lab_do faults all
	load
	load_vfio pri=1
	echo 0x180-0x197 >"$pci/$pf/vf_pasid_ranges"
	lab_do attach "$pf" 9
	bind "$first"
	bind "$second"
	set_all_ctl +all
	enable_pri "$first"
}

# Nothing but the entry of requests without a PASID is left.
is_free() { # BDF
	expect_file "$pci/$1/pasid_status/requested" '+enable +exec +priv +pri' &&
		expect_file "$pci/$1/pasid_status/entries" 0 &&
		expect_equal "$(kernel_sees "$1" | cut -d' ' -f3)" 0 'PASIDs with an entry'
}

fuzz() { # SEED
	echo "seed $1"
	requests-fuzz "$1" "$steps" "$cap" "$first" "$second" "$pf"
	await 5 is_free "$first"
	await 5 is_free "$second"
}

all_goes() {
	unbind "$first"
	unbind "$second"
	set_all_ctl default
	unload_vfio
	lab_do detach-all "$pf"
	unload
}

given 'two VFs are bound to pasid-vfio-pci with pri=1' prepare
it 'random steps of a user with page requests do what the model says' fuzz 1
it 'random steps with a new seed' fuzz "${LAB_SEED-$(date +%s)}"
it 'both modules can be unloaded at the end' all_goes
finish
