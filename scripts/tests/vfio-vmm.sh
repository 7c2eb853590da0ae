#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# usually: newest
# boot: --vmm --mem 1536 --model x-ers=on --timeout 900
# A real VMM and a real guest: Debian's QEMU, in this machine, assigns VFs to a Linux guest. The guest finds the
# capability and uses it, and the walker outside reads the tables. These kernels have no iommufd, hence allow_type1, and
# the host attaches at the VF's PASIDs.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

first=$(vf 0)
second=$(vf 1)
in_guest=0000:00:04.0
second_in_guest=0000:00:05.0

prepare() {
	load_client
	load
	load_vfio allow_type1=1
	echo 0x180-0x187 >"$pci/$(pf)/vf_pasid_ranges"
	bind "$first"
	bind "$second"
	set_ctl "$first" +all
	set_ctl "$second" '-all +enable'
	vmm start -device "vfio-pci,host=$first,addr=4" -device "vfio-pci,host=$second,addr=5"
	lab_do attach "$first" 7
	lab_do faults all
}

# The guest drives the engine; the memory belongs to the host.
dma() { # BDF WORD...
	shift
	vmm run dma "$in_guest" "$@"
}

capability() { # BDF in the guest: prints the PASID capability as lspci shows it
	vmm run lspci -vv -s "$1" | sed -n '/(PASID)$/,/PASIDCtl/s/^[[:blank:]]*//p'
}

control() { # BDF in the guest [VALUE]: prints it, or sets it
	vmm run setpci -s "$1" "ECAP_PASID+6.w${2+=$2}"
}

# The register that the guest reads, the request, and the tables at PASID 7 agree.
control_is() { # VALUE
	local enable=$(($1 & 1)) exec=$(($1 >> 1 & 1)) priv=$(($1 >> 2 & 1))
	expect_equal "$(control "$in_guest")" "000$1" 'control register in the guest'
	expect_sets "$1"
	expect_context "$first" PASIDE "$enable"
	expect_entry "$first" 7 "$((enable & priv))$((enable & exec))"
}

expect_sets() { # VALUE
	local requested effective
	requested=$(words_of "$1")
	effective=$requested
	[ $(($1 & 1)) = 1 ] || effective='-enable -exec -priv'
	expect_file "$pci/$first/pasid_status/requested" "$requested -pri"
	expect_file "$pci/$first/pasid_status/effective" "$effective -pri"
}

# The VF is as before it had a VMM.
closed() {
	expect_file "$pci/$first/pasid_status/requested" '+enable +exec +priv +pri' &&
		expect_file "$pci/$first/pasid_status/effective" "$(cat "$pci/$first/pasid_ctl")" &&
		expect_context "$first" PASIDE 1
}

guest_sees_it() {
	expect_equal "$(capability "$in_guest")" 'Capabilities: [180 v1] Process Address Space ID (PASID)
PASIDCap: Exec+ Priv+, Max PASID Width: 14
PASIDCtl: Enable- Exec- Priv-' 'the first capability'
	expect_equal "$(capability "$second_in_guest")" 'Capabilities: [180 v1] Process Address Space ID (PASID)
PASIDCap: Exec- Priv-, Max PASID Width: 14
PASIDCtl: Enable- Exec- Priv-' 'the second capability'
	expect_file "$pci/$first/pasid_status/width" 20 # 0x14
	control_is 0
}

guest_sets_bits() {
	local value
	for value in 1 3 7 5 1 0 4 2 0; do
		control "$in_guest" "$value"
		control_is "$value"
	done
}

denied_bits_do_not_stick() {
	control "$second_in_guest" 7
	expect_equal "$(control "$second_in_guest")" 0001 'control register'
	expect_file "$pci/$second/pasid_status/requested" '+enable -exec -priv -pri'
	expect_context "$second" PASIDE 1
	control_is 0
	control "$second_in_guest" 0
	expect_context "$second" PASIDE 0
}

# pasid_ctl denies at once what the guest has enabled, and the guest's register stays.
host_lowers_the_ceiling() {
	control "$in_guest" 5
	control_is 5
	set_ctl "$first" -priv
	expect_entry "$first" 7 00
	set_ctl "$first" -enable
	expect_context "$first" PASIDE 0
	expect_equal "$(control "$in_guest")" 0005 'control register'
	expect_file "$pci/$first/pasid_status/effective" '-enable -exec -priv -pri'
	control "$in_guest" 0
	control "$in_guest" 5
	expect_context "$first" PASIDE 0
	set_ctl "$first" +all
	control_is 5
	control "$in_guest" 0
}

# The registers outside the capability are the device's own: the engine needs one of them.
guest_uses_the_device() {
	local text
	fresh_text
	dma "$first" write "text=$text"
	dma "$first" read "expect=$text"
}

guest_uses_pasids() {
	mark_log
	control "$in_guest" 1
	dma_ok "$first" 7
	expect_no_fault
	control "$in_guest" 0
	dma_blocked "$first" 7 0x45
	guest_uses_the_device
	control "$in_guest" 5
	dma_ok "$first" 7 priv
	control "$in_guest" 1
	dma_blocked "$first" 7 0x5d priv
	dma_ok "$first" 7
	control "$in_guest" 3
	dma_reads exec "$first" 7
	control "$in_guest" 0
}

bind_in_guest() {
	vmm run "echo pasid-lab-guest >$pci/$in_guest/driver_override; echo $in_guest >/sys/bus/pci/drivers_probe"
	vmm run "[ -e $pci/$in_guest/driver ]"
}

unbind_in_guest() {
	vmm run "echo $in_guest >$pci/$in_guest/driver/unbind"
}

# pci_enable_pasid() and pci_disable_pasid() of the guest.
guest_driver() {
	vmm run modprobe pasid-lab-guest
	bind_in_guest
	control_is 1
	dma_ok "$first" 7
	unbind_in_guest
	control_is 0
	vmm run 'echo 6 >/sys/module/pasid_lab_guest/parameters/features'
	bind_in_guest
	control_is 7
	unbind_in_guest
	control_is 0
}

# The guest resets its function. Linux restores what a driver has enabled, and nothing else.
guest_resets_it() {
	control "$in_guest" 7
	vmm run "echo 1 >$pci/$in_guest/reset"
	control_is 0
	bind_in_guest
	vmm run "echo 1 >$pci/$in_guest/reset"
	control_is 7
	unbind_in_guest
}

guest_powers_off() {
	control "$in_guest" 1
	control_is 1
	lab_do detach-all "$first"
	vmm off
	closed
}

# QEMU is asked to emulate the capability, too. That needs iommufd, which this kernel does not have, so the guest sees one
# capability.
vmm_is_killed() {
	vmm start -device "vfio-pci,host=$first,addr=4,x-vpasid-cap-offset=0x300"
	expect_equal "$(capability "$in_guest" | grep -c Capabilities)" 1 'number of PASID capabilities'
	expect_equal "$(vmm run setpci -s "$in_guest" ECAP_PASID.w)" 001b 'ID at the capability'
	control "$in_guest" 1
	expect_sets 1
	expect_context "$first" PASIDE 1
	control "$in_guest" 0
	expect_context "$first" PASIDE 0
	vmm kill
	await 10 closed
}

given 'a guest has two VFs with the capability' prepare
it 'the guest sees the capability with what pasid_ctl grants' guest_sees_it
it 'the bits that the guest sets and clears are in the tables' guest_sets_bits
it 'bits that pasid_ctl denies do not stick' denied_bits_do_not_stick
it "pasid_ctl denies and grants under the guest, and the guest's register stays" host_lowers_the_ceiling
it 'the guest uses the device without PASID' guest_uses_the_device
it 'the guest uses PASIDs, and what it has not enabled is blocked' guest_uses_pasids
it "the guest's PCI core enables and disables PASID" guest_driver
it 'a reset by the guest clears the register' guest_resets_it
it 'when the guest has powered off, the VF has its permissions again' guest_powers_off
it 'when the VMM is killed, the VF has its permissions again, although QEMU was asked to emulate the capability' vmm_is_killed
finish
