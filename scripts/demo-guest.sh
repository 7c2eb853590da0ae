#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The part of the demo that runs inside the lab machine.
set -eu

pf=$(basename "$(dirname "$(ls /sys/bus/pci/devices/*/sriov_numvfs)")")
vf=$(basename "$(readlink "/sys/bus/pci/devices/$pf/virtfn0")")
sibling=$(basename "$(readlink "/sys/bus/pci/devices/$pf/virtfn1")")
cd "/sys/bus/pci/devices/$vf"

step() {
	printf '\n%s\n' "$*"
}

# Shows a command as it would be typed in the VF's folder, and runs it.
run() {
	printf '  # %s\n' "$*"
	eval "$*" 2>&1 | sed 's/^/  /'
}

# The context entry of both functions, as the walker outside reads them from memory.
contexts() { # WHEN
	witness walk "$vf" "$sibling" |
		sed -nE "s/^(\S+) context (\S+) .* (PASIDE=. PRE=.) .*/    $1  \1  \2  \3/p"
}

step "1. Linux $(uname -r), VT-d in scalable mode, PF $pf: its VFs appear, and the module is loaded."
run modprobe intel-pasid-ctl
run "ls -d /sys/bus/pci/devices/*/pasid_ctl | wc -l"
run "cd /sys/bus/pci/devices/$vf; cat pasid_ctl"

step '2. A PASID of the VF is put to use: the kernel attaches an address space at PASID 5.'
modprobe pasid-lab-client
run "echo attach $vf 5 >/sys/kernel/debug/pasid-lab/ctl; cat pasid/entries"

step '3. The admin takes PASIDs away from this VF. Qword 0 of context entries, the VF and its sibling:'
contexts 'before'
witness inval mark
run 'echo -enable >pasid_ctl; cat pasid_ctl'
contexts 'after '
step '   What the IOMMU had been told when the echo returned (submissions end in a wait):'
witness inval | sed -e '/^iec/d' -e 's/^/    /'

step '4. What is attached afterwards is denied from the start.'
run "echo attach $vf 6 >/sys/kernel/debug/pasid-lab/ctl; cat pasid/entries pasid/effective"
contexts 'after '
run rmmod intel-pasid-ctl
echo '    (a VF is restricted: unloading would give it back what it must not have)'

step '5. Back to the default: the entry is what intel-iommu had made it.'
run 'echo default >pasid_ctl; cat pasid_ctl'
contexts 'after '
run 'rmmod intel-pasid-ctl; ls pasid_ctl'
step 'That was it. The lab stays in the cache; the same on the other kernel: scripts/demo --kernel 6.12'
