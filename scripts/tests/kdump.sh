#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2046,SC2119,SC2317
# kernels: 6.12 newest
# usually: newest
# boot: --vmlinuz --append crashkernel=256M
# A kernel with denied VFs crashes, and another kernel saves a crash dump. Devices may still send requests, so its
# intel-iommu copies the context entries of the kernel that crashed, with what the module has denied.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

denied=0000:02:10.0
granted=0000:02:10.1

deny() {
	load_client
	load
	expect_equal "$(vf 0) $(vf 1)" "$denied $granted" 'VFs'
	lab_do attach "$denied" 5
	lab_do attach "$granted" 5
	set_ctl "$denied" '-enable -pri'
	expect_context "$denied" PASIDE 0
	expect_context "$granted" PASIDE 1
}

# The last test here: the next number is the second kernel's. One processor is enough, and can be any.
loaded() {
	load_kernel crash nr_cpus=1 reset_devices
	expect_file /sys/kernel/kexec_crash_loaded 1
}

deny_holds() {
	expect_said 'Copied translation tables from previous kernel'
	expect_context "$denied" PASIDE 0
	expect_context "$denied" PRE 0
	expect_context "$granted" PASIDE 1
}

refuses() {
	expect_fails load
	expect_said 'intel_pasid_ctl: this kernel saves a crash dump: intel-iommu still uses tables of the kernel that crashed'
	expect_fails is_loaded
}

if ! is_second_kernel; then
	given 'a VF is denied and another one is not' deny
	given 'a kernel for crash dumps is loaded' loaded
	echo c >/proc/sysrq-trigger
fi
it 'in the kernel that saves the dump, the denied VF is still denied' deny_holds
it 'the module refuses to load there and says why' refuses
finish
