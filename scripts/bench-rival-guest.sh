#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154 # pci and lab come from lib.sh
# The part of scripts/bench about the invalidation queue, which all VFs share: the admin denies one VF while the guest of
# another VF toggles its register as fast as it can. The machine has two processors, so this measures time.
set -eu
# shellcheck source=/dev/null
. /lab/lib.sh >/dev/null # it prints the first line of KTAP
# shellcheck source=/dev/null
. /lab/bench-lib.sh

rounds=6
writes=20 # in each
first=$(vf 0)
second=$(vf 1)
file=$pci/$first/pasid_ctl

# Measures without and with the rival in turn, so that other load on the host affects both alike.
alone_and_with() { # PASIDS DOMAINS VALUE VALUE: of the guest's control register
	local pasids=$1 domains=$2 round=0 rival
	shift 2
	rm -f /tmp/alone /tmp/with
	vfio-toggle "$second" 0x186 "$@" >/tmp/toggled 2>&1 &
	rival=$!
	# Until the rival has opened its VF, the VF requests all permissions. PASIDs are attached after the open.
	await 30 grep -q ' -exec ' "$pci/$second/pasid_status/requested"
	lab_do attach-range "$second" 64 "$pasids" paging "$domains"
	while [ $round -lt $rounds ]; do
		round=$((round + 1))
		kill -STOP $rival || { cat /tmp/toggled && return 1; }
		write-bench $writes "$file" -enable "$file" +enable | sed -n '1s/ .*//p' >>/tmp/alone
		kill -CONT $rival
		write-bench $writes "$file" -enable "$file" +enable | sed -n '1s/ .*//p' >>/tmp/with
	done
	lab_do detach-all "$second"
	kill -TERM $rival
	wait $rival || { cat /tmp/toggled && return 1; }
	figure "$pasids PASIDs, $domains domains, control register $1, $2" \
		"$(ratio "$(median /tmp/with)" "$(median /tmp/alone)") of the time alone (alone $(spread /tmp/alone) ns)" 'at most 2'
	figure '  writes of the rival meanwhile' "$(cat /tmp/toggled)"
}

dmesg -n 1
modprobe vfio-pci
load_client
load
load_vfio allow_type1=1 ranges=1b36:0015@0x180-0x187
bind "$second"
lab_do attach "$first" 5
alone_and_with 1 1 5 1
alone_and_with 4096 16 5 1
alone_and_with 4096 16 5 0
unbind "$second"
