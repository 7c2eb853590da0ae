#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# usually: 6.12 newest
# boot: --iommu off --smp 1
# I8: no VT-d at all.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

refuses() {
	expect_fails load
	expect_said 'intel_pasid_ctl: no device is behind a VT-d unit: switch VT-d on in the firmware and boot with intel_iommu=on,sm_on'
	expect_fails is_loaded
}

it 'the module refuses to load and says what to do' refuses
finish
