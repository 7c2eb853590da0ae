#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# usually: 6.12 newest
# boot: --append elfcorehdr=0x1000 --machine stock
# I8: in a kernel that saves a crash dump, intel-iommu writes over context entries of the kernel that crashed.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

refuses() {
	expect_fails load
	expect_said 'intel_pasid_ctl: this kernel saves a crash dump: intel-iommu still uses tables of the kernel that crashed'
	expect_fails is_loaded
}

it 'the module refuses to load and says why' refuses
finish
