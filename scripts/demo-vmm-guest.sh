#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The part of the demo that needs a kernel with IOMMUFD.
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

act "Act five: what a VMM is told. Linux $(uname -r): Debian's kernels have no iommufd"
hold "$vf"
hold "$sibling"
step 'Before a VMM shows its guest a PASID capability, it asks iommufd about the VF, with any driver. Without the module:'
run "basename \$(readlink driver)"
ask "$vf"
step 'With the module, the answer is what the VF is granted. By default, exec is denied.'
run 'modprobe intel-pasid-ctl; cat pasid_ctl'
ask "$vf"
step 'The admin denies privileged requests to the VF. The VF and its sibling:'
run 'echo -priv >pasid_ctl'
ask "$vf"
ask "$sibling"
step 'The admin denies all requests with PASID. The width stays that of PF and IOMMU: the module cannot change it.'
run 'echo -enable >pasid_ctl; cat pasid_ctl'
ask "$vf"
step 'Back to the default.'
run 'echo default >pasid_ctl'
ask "$vf"
