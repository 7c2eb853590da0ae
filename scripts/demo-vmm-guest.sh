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

# A command of the program that has the VF open, and its answer, which has to be 0.
program() {
	local said
	said=$(client it "$@")
	printf '    program: %s: %s\n' "$*" "$said"
	[ "$said" = 0 ]
}

act "Act six: a program serves a VF's page requests"
clients_kill
unbind "$vf"
step 'With pri=1 the VF shows a PRI capability, too. A program opens the VF as a VMM does.'
run 'modprobe pasid-vfio-pci pri=1'
run "echo 0x180-0x197 >../$pf/vf_pasid_ranges"
bind "$vf"
truncate -s 4096 /tmp/page
[ "$(client_open it "$vf" iommufd)" = 0 ]
run 'cat pasid_status/cap_layout'
step 'It attaches an address space that maps nothing at PASID 5, with a fault object, and enables PASIDs and page requests.'
program attach 5 /tmp/page requests
program write 0x186 2 1
program write 0x194 4 4
program write 0x18c 2 1
step 'The VF is to write to 0x10000. No page is there, so the VF asks for one and waits. The program gets the request:'
run "dma $vf start pasid=5 addr=0x10000 write ats pri text=paged-in; dma $vf status"
client it request 10000 >/tmp/request
sed 's/^/    PASID, address, permissions, group, cookie: /' /tmp/request
grep -q '^5 0x10000 -w ' /tmp/request
step 'It maps a page and answers. The VF goes on, and its data arrive.'
program map /tmp/page 0x10000
program answer "$(cut -d' ' -f5 /tmp/request)" 0
run "dma $vf wait; head -c 8 /tmp/page; echo"
[ "$(head -c 8 /tmp/page)" = paged-in ]
step "Another request waits, and the admin denies pri. When the echo returns, the VF has its answer: Invalid Request."
run "dma $vf start pasid=5 addr=0x20000 write ats pri text=x >/dev/null; echo -pri >pasid_ctl"
run "dma $vf wait"
run 'echo default >pasid_ctl'
