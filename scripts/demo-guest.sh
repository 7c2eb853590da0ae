#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# The part of the demo that runs inside the lab machine.
set -eu

# shellcheck source=scripts/demo-lib.sh
. /lab/demo-lib.sh

lab=/sys/kernel/debug/pasid-lab
cd "/sys/bus/pci/devices/$vf"

# As `run`, but in the guest that `vmm` has booted.
in_guest() {
	printf '  guest # %s\n' "$*"
	vmm run "$*" | sed 's/^[[:blank:]]*/  /'
}

# The context entry of both functions, as the walker outside reads them from memory.
contexts() { # WHEN
	witness walk "$vf" "$sibling" |
		sed -nE "s/^(\S+) context (\S+) .* (PASIDE=. PRE=.) .*/    $1  \1  \2  \3/p"
}

# Lets a function write by DMA with PASID 5, and shows the result and the memory.
transfer() { # BDF TEXT
	printf '  # dma %s pasid=5 write text="%s"\n' "$1" "$2"
	dma "$1" pasid=5 write "text=$2" | sed 's/ failed=.*//; s/^/  /'
	memory "$1"
}

memory() { # BDF
	printf '    memory: %s\n' "$(head -c 24 "$lab/memory/of-$1" | tr -d '\0')"
}

# The engine of the guest's function. The name of its register is not shown.
engine() { # WORD...
	in_guest "PASID_TESTDEV_HIDDEN=$PASID_TESTDEV_HIDDEN dma 0000:00:04.0 $*" |
		sed 's/ failed=.*//; s/PASID_TESTDEV_HIDDEN=[^ ]* //'
}

# As `transfer`, by the guest's function.
guest_transfer() { # TEXT
	engine "pasid=5 write text='$1'"
	memory "$vf"
}

# Waits for the kernel's report of the last fault, because the IOMMU's interrupt can come late.
last_fault() {
	local tries=0
	until dmesg | grep 'fault reason' >/tmp/faults || [ $tries = 100 ]; do
		tries=$((tries + 1))
		usleep 20000
	done
	tail -n 1 /tmp/faults | sed 's/^\[[^]]*\]/    kernel log:/'
}

act "Act one: what the tables say. Linux $(uname -r), VT-d in scalable mode, PF $pf"
step 'The VFs exist. The module is loaded.'
run modprobe intel-pasid-ctl
run "ls -d /sys/bus/pci/devices/*/pasid_ctl | wc -l"
run "cd /sys/bus/pci/devices/$vf; cat pasid_ctl"

step 'The kernel attaches an address space at PASID 5 of a VF, and another one at PASID 5 of its sibling.'
modprobe pasid-lab-client
echo "attach $sibling 5 paging of-$sibling" >$lab/ctl
run "echo attach $vf 5 paging of-$vf >$lab/ctl; cat pasid_status/entries"

step 'The admin denies PASIDs to this VF. Qword 0 of the context entries of the VF and its sibling:'
contexts 'before'
witness inval mark
run 'echo -enable >pasid_ctl; cat pasid_ctl'
contexts 'after '
step '   The invalidations that the IOMMU had received when the echo returned (a wait ends each submission):'
witness inval | sed -e '/^iec/d' -e 's/^/    /'

step 'A PASID that is attached now is denied from the start.'
run "echo attach $vf 6 >$lab/ctl; cat pasid_status/entries pasid_status/effective"
contexts 'after '
run 'rmmod intel-pasid-ctl'
echo '    (a VF is restricted: after unloading, it could do what the admin denies)'

step 'Back to the default: the context entry is again what intel-iommu made it.'
run 'echo default >pasid_ctl; cat pasid_ctl'
contexts 'after '

act 'Act two: what happens to DMA'
step 'The VF does DMA with PASID 5, and the data arrive.'
transfer "$vf" 'first'
step 'After one echo the next transfer is blocked. No data arrive, and the kernel logs a fault of the IOMMU:'
run 'echo -enable >pasid_ctl'
transfer "$vf" 'second'
last_fault
step "The sibling's DMA still works."
transfer "$sibling" 'of the sibling'
step 'Back to the default.'
run 'echo default >pasid_ctl'
transfer "$vf" 'third'
run 'rmmod intel-pasid-ctl; ls pasid_ctl'

act 'Act three: what a guest sees and does'
echo "detach-all $vf" >$lab/ctl
step "The admin names free bytes of the VF's configuration space, and binds the VF to pasid-vfio-pci."
run 'modprobe intel-pasid-ctl; modprobe vfio_iommu_type1; modprobe pasid-vfio-pci allow_type1=1'
run "echo 0x180-0x187 >../$pf/vf_pasid_ranges"
run "echo pasid-vfio-pci >driver_override; echo $vf >/sys/bus/pci/drivers_probe"
step "Debian's QEMU, in this machine, assigns the VF to a Linux guest. The guest sees the capability as any other:"
run "vmm start -device vfio-pci,host=$vf,addr=4"
in_guest 'lspci -vv -s 04.0 | sed -n "/(PASID)/,/PASIDCtl/p"'
run 'cat pasid_status/cap_layout pasid_status/requested'
contexts 'before'

step 'The guest sets Enable and does DMA. This kernel has no IOMMUFD, so the host attaches the address space at PASID 5.'
in_guest 'setpci -s 04.0 ECAP_PASID+6.w=1'
run 'cat pasid_status/requested'
contexts 'after '
echo "attach $vf 5 paging of-$vf" >$lab/ctl
guest_transfer 'of the guest'
step 'The guest clears Enable, and the IOMMU blocks its DMA.'
in_guest 'setpci -s 04.0 ECAP_PASID+6.w=0'
contexts 'after '
guest_transfer 'not arriving'
step "The guest sets Enable again, and the admin denies it. The guest's register stays, and the IOMMU blocks its DMA."
in_guest 'setpci -s 04.0 ECAP_PASID+6.w=1'
run 'echo -enable >pasid_ctl; cat pasid_status/requested pasid_status/effective'
in_guest 'setpci -s 04.0 ECAP_PASID+6.w'
contexts 'after '
guest_transfer 'not arriving'

step 'The guest powers off. The VF has its permissions again.'
echo "detach-all $vf" >$lab/ctl
run 'vmm off; echo default >pasid_ctl; cat pasid_status/requested pasid_status/effective'
contexts 'after '

# With Debian's programs; bash looks in /dev/fd for what it has open.
pasidctl() {
	[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
	PATH=/usr/bin:/bin /usr/sbin/pasidctl "$@"
}

act 'Act four: where the capability goes if nobody knows which bytes are free'
run "echo >../$pf/vf_pasid_ranges; echo 0 >pasid_status/touched; echo 1 >pasid_status/cap_layout; cat pasid_status/cap_layout"
step 'The driver observes the VF while a guest works. lspci reads all; the driver of the engine uses one register.'
run "vmm start -device vfio-pci,host=$vf,addr=4"
in_guest 'lspci -xxxx -s 04.0 | wc -l'
engine 'write text="before"'
run 'vmm off; cat pasid_status/touched'
step 'The admin has the driver choose. VMMs would take 0xff8. It reads as zero, and is the register of the engine.'
run "echo auto >../$pf/vf_pasid_ranges; echo 1 >pasid_status/cap_layout; cat pasid_status/cap_layout"
step 'The guest has the capability, and its device works.'
run "vmm start -device vfio-pci,host=$vf,addr=4"
in_guest 'lspci -vv -s 04.0 | sed -n "/(PASID)/,/PASIDCtl/p"'
in_guest 'setpci -s 04.0 ECAP_PASID+6.w=1'
run 'cat pasid_status/effective'
engine 'write text="after"'
engine 'read expect="after"'
step 'The row for the quirk table, with its evidence, so that the maker can confirm it:'
run "pasidctl ranges $vf --row"
run 'vmm off'
