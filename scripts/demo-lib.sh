# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# What the parts of scripts/demo inside lab machines share: the functions that they show, and how they print.

pf=$(basename "$(dirname "$(ls /sys/bus/pci/devices/*/sriov_numvfs)")")
vf=$(basename "$(readlink "/sys/bus/pci/devices/$pf/virtfn0")")
sibling=$(basename "$(readlink "/sys/bus/pci/devices/$pf/virtfn1")")
export vf sibling

# Where the register is that the engine of the VFs needs, and that belongs to no capability.
export PASID_TESTDEV_HIDDEN=0xff8

act() {
	printf '\n=== %s\n' "$*"
}

step() {
	printf '\n%s\n' "$*"
}

# Shows a command as it would be typed in the VF's folder, and runs it.
run() {
	printf '  # %s\n' "$*"
	eval "$*" 2>&1 | sed 's/^/  /'
}
