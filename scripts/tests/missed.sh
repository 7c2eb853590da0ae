#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --smp 3
# Set-ups that no hook sees: more calls of a function are under way than its probe has room for. The lab takes the room
# away. After such a miss the module looks at all entries, and its records of what intel-iommu intended do not count.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)
count=40

prepare() {
	local bit
	load_client
	for bit in SRS NEST SLTS; do
		lab_do ecap set "$vf" "$bit"
	done
	load
	lab_do attach "$vf" 1 nested-sre
	expect_entry "$vf" 1 10
}

# Room for LEFT calls at a time.
hold() { # LEFT
	lab_do hold-hooks intel_pasid_setup_nested "$1"
}

let_go() {
	lab_do hold-hooks off
}

none_has_sre() {
	[ "$(entries_with_sre "$vf")" = 0 ]
}

missed_attach() { # BDF PASID TYPE
	hold 0
	lab_do attach "$@"
	let_go
}

next_call_finds_it() {
	set_ctl "$vf" -priv
	missed_attach "$vf" 2 nested-sre
	expect_entry "$vf" 2 10
	mark_log
	lab_do attach "$vf" 3 nested-sre
	await 10 none_has_sre
	expect_said 'set-ups went by unseen; looking at all VFs'
	witnesses_agree "$vf"
}

next_write_finds_it() {
	set_ctl "$vf" -priv
	lab_do detach "$vf" 2
	missed_attach "$vf" 2 nested-sre
	expect_entry "$vf" 2 10
	set_ctl "$vf" '-priv -pri'
	none_has_sre
}

# PASID 1 had SRE before the miss. The entry that was set up unseen at PASID 1 was set up without.
intents_are_forgotten() {
	set_ctl "$vf" default
	lab_do detach-range "$vf" 1 3
	lab_do attach "$vf" 1 nested-sre
	lab_do detach "$vf" 1
	missed_attach "$vf" 1 nested
	set_ctl "$vf" -priv
	set_ctl "$vf" +priv
	expect_entry "$vf" 1 00
	lab_do detach "$vf" 1
	lab_do attach "$vf" 1 nested-sre
	expect_entry "$vf" 1 10
	lab_do detach "$vf" 1
}

attach_forever() { # BDF: real calls, several at the same time
	while [ ! -e /tmp/stop ]; do
		lab_do bench "$1" 7 50 nested-sre
	done
}

went_unseen() {
	dmesg | grep -qF 'set-ups went by unseen'
}

# Whether an attach is missed is chance, so attaches go on until some were missed.
under_load() {
	local i
	set_ctl "$vf" -priv
	dmesg -c >/dev/null
	hold 1
	for i in 1 2 3; do
		attach_forever "$(vf "$i")" &
	done
	i=0
	until [ "$i" -ge "$count" ] && went_unseen; do
		[ "$i" -lt 2000 ] || break
		lab_do attach "$vf" $((1000 + i)) nested-sre || break
		i=$((i + 1))
	done
	touch /tmp/stop
	wait
	rm /tmp/stop
	let_go
	went_unseen
	# The next seen call reports the misses before it.
	lab_do attach "$vf" 99 nested-sre
	await 10 none_has_sre
	witnesses_agree "$vf"
	expect_file "$pci/$vf/pasid_status/entries" $((i + 1))
}

goes() {
	lab_do detach-all "$vf"
	set_ctl "$vf" default
	unload
}

given 'a VF has a nested entry with SRE' prepare
it 'the next call of the hook finds an entry whose set-up was missed, and the worker denies it' next_call_finds_it
it 'the next write finds an entry whose set-up was missed, and denies it before it returns' next_write_finds_it
it 'after a missed set-up, an old record does not give the new entry SRE' intents_are_forgotten
it 'three tasks attach while the probe has room for one call: denied entries stay denied' under_load
it 'the module can be unloaded at the end' goes
finish
