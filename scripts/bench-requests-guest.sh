#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154 # pci and lab come from lib.sh
# The part of scripts/bench about page requests, for which all VFs share the PF's interface and the IOMMU's queues. The
# machine has two processors, so this measures time.
set -eu
# shellcheck source=/dev/null
. /lab/lib.sh >/dev/null # it prints the first line of KTAP
# shellcheck source=/dev/null
. /lab/bench-lib.sh

cap=0x180
seconds=2 # of a measurement
rounds=6
writes=20 # in each
pf=$(pf)
vfs=$(all_vfs)
first=$(vf 0)
sibling=$(vf 1)
file=$pci/$sibling/pasid_ctl

per_second() { # BDF...
	echo $(($(requests-bench $cap $seconds "$@") / seconds))
}

# With one VF and with all, in turn, so that other load on the host affects both alike.
bench_rate() {
	local round=0
	while [ $round -lt 3 ]; do
		round=$((round + 1))
		per_second "$first" >>/tmp/one
		# shellcheck disable=SC2086 # several
		per_second $vfs >>/tmp/all
	done
	figure 'page requests a second, 1 VF' "$(median /tmp/one) ($(spread /tmp/one))"
	figure "  $(count_vfs) VFs at once" "$(ratio "$(median /tmp/all)" "$(median /tmp/one)") of that ($(spread /tmp/all))"
}

requests_run() {
	[ "$(dma_field "$first" failed)" -gt 10 ]
}

write_times() {
	write-bench $writes "$file" -enable "$file" +enable | sed -n '1s/ .*//p'
}

# While its user is stopped, the VF waits for the answer to one request.
bench_sibling() {
	local round=0 user
	lab_do attach "$sibling" 5
	requests-bench $cap 100000 "$first" &
	user=$!
	await 30 requests_run
	while [ $round -lt $rounds ]; do
		round=$((round + 1))
		kill -STOP $user
		write_times >>/tmp/alone
		kill -CONT $user
		write_times >>/tmp/with
	done
	kill -TERM $user
	wait $user || true
	lab_do detach "$sibling" 5
	figure '-enable of a VF while another one asks' \
		"$(ratio "$(median /tmp/with)" "$(median /tmp/alone)") of the time alone (alone $(spread /tmp/alone) ns)" 'at most 1.25'
}

dmesg -n 1
load_client
load
load_vfio pri=1
echo 0x180-0x197 >"$pci/$pf/vf_pasid_ranges"
enable_pri "$first"
for vf in $vfs; do
	bind "$vf"
done
bench_rate
unbind "$sibling"
bench_sibling
