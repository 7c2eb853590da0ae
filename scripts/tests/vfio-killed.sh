#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2086,SC2119,SC2317
# kernels: lab debug
# Users that are killed after each of their system calls, and at any moment, while the VF does DMA; VFs that are removed
# while they have users. Afterwards each VF is as before it had a user.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)
page=/tmp/page
cap=0x180

prepare() {
	load_client
	lab_do faults all
	load
	load_vfio
	echo $cap-0x187 >"$pci/$(pf)/vf_pasid_ranges"
	bind "$vf"
	truncate -s 4096 $page
	vfio-session "$vf" $page $cap
	remember_free "$vf"
}

killed_at_each_call() {
	local n=1 status
	while :; do
		status=0
		kill-nth $n vfio-session "$vf" $page $cap || status=$?
		[ $status = 0 ] || break
		expect_free "$vf" || { echo "killed after call $n" && return 1; }
		n=$((n + 1))
	done
	expect_equal $status 1 'status of kill-nth'
	expect_free "$vf"
	echo "$((n - 1)) calls"
	vfio-session "$vf" $page $cap
	witnesses_agree "$vf"
}

# A user lives for a time between 0 and that of a whole session; the times follow a fixed sequence.
killed_anywhere() { # TIMES
	local i=0 whole lived
	whole=$(session_time)
	while [ $i -lt "$1" ]; do
		lived=$((i * 7919 % 997 * whole / 997))
		kill-nth after $lived vfio-session "$vf" $page $cap
		expect_free "$vf" || { echo "killed after $lived us" && return 1; }
		i=$((i + 1))
	done
	echo "$1 times, within $whole us"
	vfio-session "$vf" $page $cap
	witnesses_agree "$vf"
}

session_time() { # prints microseconds; the shell's clock counts hundredths of a second
	local before after
	read -r before _ </proc/uptime
	vfio-session "$vf" $page $cap
	read -r after _ </proc/uptime
	echo $(((${after%.*}${after#*.} - ${before%.*}${before#*.}) * 10000))
}

open_with_dma() {
	expect_equal "$(client_open it "$vf" iommufd)" 0 "opening $vf"
	expect_client 0 it attach none $page
	expect_client 0 it attach 5 $page
	expect_client 0 it write 0x186 2 1
	dma "$vf" addr=0x10000 pasid=5 write len=64 start keep-going count=0xffffffff interval=500
	await 5 dma_runs "$vf"
}

# The removal of the VF waits for the user. The user's DMA goes on until the user is killed.
vfs_go() {
	local writer
	dmesg -c >/dev/null
	open_with_dma
	echo 0 >"$pci/$(pf)/sriov_numvfs" &
	writer=$!
	await 10 expect_said 'blocked until released by user' >/dev/null
	await 5 dma_runs "$vf"
	expect_context "$vf" PASIDE 1
	client_kill it
	wait $writer
	[ ! -e "$pci/$vf" ]
	echo 8 >"$pci/$(pf)/sriov_numvfs"
	bind "$vf"
	vfio-session "$vf" $page $cap
	expect_file "$pci/$vf/pasid_status/requested" '+enable +exec +priv +pri'
	expect_file "$pci/$vf/pasid_status/entries" 0
}

goes() {
	unbind "$vf"
	unload_vfio
	unload
}

given 'a session of a VFIO user has run once, and left the VF free' prepare
it 'a user that is killed after its Nth system call leaves the VF free' killed_at_each_call
it 'a user that is killed at any moment leaves the VF free' killed_anywhere 20
it 'sriov_numvfs=0 waits until the user is killed, and its DMA goes on until then' vfs_go
it 'both modules can be unloaded at the end' goes
finish
