#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --vfs 64
# Writers on one VF and on 64 VFs at the same time, while PASIDs are attached; VFs that are removed while writers run.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

first=$(vf 0)

prepare() {
	load_client
	load
	expect_equal "$(all_vfs | wc -l)" 64 'VFs'
}

# Writes TEXT... in turn until the stop file is there. The results of the writes do not matter.
writer() { # BDF TEXT...
	local bdf=$1 text
	shift
	while [ ! -e /tmp/stop ]; do
		for text; do
			echo "$text" >"$pci/$bdf/pasid_ctl" || true
		done
	done 2>/dev/null
}

attacher() { # BDF
	local n=0
	while [ ! -e /tmp/stop ]; do
		! lab_do attach "$1" 33 || ! lab_do detach "$1" 33 || n=$((n + 1))
	done 2>/dev/null
	echo "$n" >"/tmp/attached.$1"
}

has_attached() { # BDF
	[ "$(cat "/tmp/attached.$1")" -gt 0 ]
}

run_for() { # SECONDS: how long the writers in the background go on
	sleep "$1"
	touch /tmp/stop
	wait
	rm /tmp/stop
}

# The context entry is what the files say, no matter which write was the last one.
expect_consistent() { # BDF
	local pside=0
	case $(cat "$pci/$1/pasid_status/effective") in +enable*) pside=1 ;; esac
	expect_context "$1" PASIDE "$pside"
}

many_writers_on_one_vf() {
	local i
	for i in 1 2 3 4; do
		writer "$first" -enable +enable '-all +enable' default '-pri' &
	done
	attacher "$first" &
	run_for 2
	has_attached "$first"
	expect_consistent "$first"
	set_ctl "$first" -enable
	expect_context "$first" PASIDE 0
	set_ctl "$first" default
	expect_context "$first" PASIDE 1
}

writers_on_all_vfs() {
	local bdf
	for bdf in $(all_vfs); do
		writer "$bdf" -enable +enable '-all' default &
	done
	run_for 1
	# shellcheck disable=SC2046 # one word each
	witness walk $(all_vfs) | grep context >/tmp/contexts
	for bdf in $(all_vfs); do
		case "$(cat "$pci/$bdf/pasid_status/effective") $(grep "^$bdf" /tmp/contexts)" in
		+enable*PASIDE=1* | -enable*PASIDE=0*) ;;
		*)
			echo "$bdf: $(cat "$pci/$bdf/pasid_status/effective") $(grep "^$bdf" /tmp/contexts)"
			return 1
			;;
		esac
		echo default >"$pci/$bdf/pasid_ctl"
	done
}

vfs_go_while_writers_run() {
	local i
	set_numvfs 8
	for i in 0 1 2 3 4 5; do
		writer "$(vf "$i")" -enable +enable default &
	done
	i=0
	while [ "$i" -lt 2 ]; do
		set_numvfs 0
		set_numvfs 8
		i=$((i + 1))
	done
	run_for 1
	set_numvfs 0
	expect_equal "$(ls -d "$pci"/*/pasid_ctl 2>/dev/null | wc -l)" 0 'files'
	unload
}

load_and_unload_while_attaching() {
	witnesses_agree() { :; } # the tables change all the time
	set_numvfs 4
	attacher "$(vf 0)" &
	attacher "$(vf 1)" &
	load_and_unload 2
	run_for 0
	has_attached "$(vf 0)"
	has_attached "$(vf 1)"
}

given 'there are 64 VFs' prepare
it 'four writers and a task that attaches, on one VF: the table says what the file says' many_writers_on_one_vf
it 'a writer on each of 64 VFs: each table says what its file says' writers_on_all_vfs
it 'VFs are removed while writers run: no file is left, and the module can be unloaded' vfs_go_while_writers_run
it 'the module loads and unloads while PASIDs are attached' load_and_unload_while_attaching
finish
