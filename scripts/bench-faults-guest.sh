#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154 # lab and figure come from the other files
# The part of scripts/bench about faults: what it costs the host when a guest repeats denied requests. The machine's clock
# counts instructions, and its VFs do DMA.
set -eu
# shellcheck source=/dev/null
. /lab/lib.sh >/dev/null # it prints the first line of KTAP
# shellcheck source=/dev/null
. /lab/bench-lib.sh

interval=100 # microseconds between requests
first=$(vf 0)

dmar_interrupts() {
	awk '/dmar0$/ { sum = 0; for (i = 2; $i ~ /^[0-9]+$/; i++) sum += $i; print sum }' /proc/interrupts
}

# Prints the time of 400,000 writes to /dev/null, interrupts included. Some thousand requests fit into it.
work() {
	write-bench 400000 /dev/null x | cut -d' ' -f2
}

# The device sends requests that all fail. Prints how many, and what they cost.
bench_faults() { # WHAT WORD...
	local what=$1 requests interrupts busy
	shift
	dma "$first" start "$@" keep-going count=0xffffffff interval=$interval >/dev/null
	requests=$(dma_field "$first" failed)
	interrupts=$(dmar_interrupts)
	busy=$(work)
	requests=$(($(dma_field "$first" failed) - requests))
	interrupts=$(($(dmar_interrupts) - interrupts))
	dma "$first" stop >/dev/null || true
	figure "$what" "$requests requests, $interrupts interrupts"
	awk -v busy="$busy" -v idle="$idle" -v interval=$interval 'BEGIN {
		share = 1 - idle / busy
		printf "%.2f %% of a processor, %d instructions each\n", 100 * share, interval * 1000 * share }' >/tmp/share
	figure '  which took' "$(cat /tmp/share)"
}

dmesg -n 1
load_client
load
lab_do attach "$first" 5
lab_do memory "$first"
idle=$(work)
bench_faults 'address that is not mapped, no PASID' write addr=0x7ff00000
set_ctl "$first" -enable
bench_faults '-enable, request with PASID' write pasid=5 addr=0x10000
set_ctl "$first" '+enable -priv'
bench_faults '-priv, privileged request' write priv pasid=5 addr=0x10000
figure 'lines in the log, of all these' "$(dmesg | grep -c "DMAR: \[DMA" || true)" 'the kernel prints 10 in 5 s'
