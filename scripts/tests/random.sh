#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2119,SC2317
# usually: newest
# Random writes, attachments, users, resets and DMA on a PF and three VFs. After each step lab/programs/random-dma.c
# compares what happened with a model of the design. The seed is fixed, so a failure can be repeated.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

# If the kernel cannot replace a domain at a PASID, random-dma detaches the old one first.
prepare() {
	load_client
	load
	modprobe pasid-lab-user
	lab_do attach "$(pf)" 9 paging one
	echo --no-replace >/tmp/options
	! lab_do replace "$(pf)" 9 paging two || : >/tmp/options
	lab_do detach "$(pf)" 9
}

random_steps() { # SEED STEPS
	# shellcheck disable=SC2046 # none or one
	random-dma $(cat /tmp/options) "$1" "$2" "$(pf)" "$(vf 0)" "$(vf 1)" "$(vf 2)"
}

module_goes() {
	rmmod pasid-lab-user
	rmmod pasid-lab-client
	set_all_ctl default
	unload
}

given 'the module, the client and the user of the lab are loaded' prepare
it '2000 random steps do what the design says' random_steps 1 2000
it 'the module can be unloaded at the end' module_goes
finish
