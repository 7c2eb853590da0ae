#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The part of the demo that takes a kernel with IOMMUFD.
set -eu

# shellcheck source=scripts/demo-lib.sh
. /lab/demo-lib.sh
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh >/dev/null

cd "/sys/bus/pci/devices/$vf"

ask() { # BDF
	printf '    IOMMU_GET_HW_INFO %s: PASIDs of %s\n' "$1" "$(client "$1" hw-info | sed 's/ / bits, /')"
}

hold() { # BDF
	bind "$1" vfio-pci
	[ "$(client_open "$1" "$1" iommufd)" = 0 ]
}

act "Act four: what VMMs are told. Linux $(uname -r), as Debian's kernels have no iommufd"
hold "$vf"
hold "$sibling"
step 'Before it shows its guest a PASID capability, a VMM asks iommufd of the VF, whatever driver that is bound to.'
run "basename \$(readlink driver)"
ask "$vf"
step 'With the module, what it is told is what the VF can have. The kernel itself never lets a device execute.'
run 'modprobe intel-pasid-ctl; cat pasid_ctl'
ask "$vf"
step 'The VF and its sibling, once privileged requests are denied to the VF:'
run 'echo -priv >pasid_ctl'
ask "$vf"
ask "$sibling"
step 'Once all requests with PASID are. The width is that of PF and IOMMU, which only the kernel itself could leave out:'
run 'echo -enable >pasid_ctl; cat pasid_ctl'
ask "$vf"
step 'And back.'
run 'echo default >pasid_ctl'
ask "$vf"
