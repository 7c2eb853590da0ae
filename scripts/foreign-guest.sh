#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# Inside the lab machine, for scripts/foreign: is this kernel what NAME says?
set -eu

group_types() {
	sort -u /sys/kernel/iommu_groups/*/type
}

case $1 in
pt) group_types | grep -x identity ;;
lazy) group_types | grep -x DMA-FQ ;;
la57) grep -qw la57 /proc/cpuinfo ;;
stuff) grep Stuffing /sys/devices/system/cpu/vulnerabilities/retbleed ;;
kcsan) [ -e /sys/kernel/debug/kcsan ] ;;
kcfi) dmesg | grep 'Using .*kCFI' ;;
fineibt) dmesg | grep 'Using .*FineIBT' ;;
esac
