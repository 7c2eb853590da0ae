# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# pasidctl vmm-args: what to give a VMM so that its guest finds the PASID capability of a VF.

command_vmm_args() { # BDF
	local bdf dir
	[ $# = 1 ] || die "$EXIT_USAGE" 'vmm-args wants one VF' 'say "pasidctl vmm-args 0000:02:10.0"'
	require_controlled "$1"
	read_state "$bdf"
	dir=/sys/bus/pci/devices/$bdf
	[ -n "${state[layout]}" ] || die "$EXIT_FAILED" "$bdf is not bound to pasid-vfio-pci" "pasidctl bind $bdf"
	[ -n "${state[offset]}" ] || die "$EXIT_FAILED" "$bdf has no place for the capability: ${state[layout]#none: }" \
		"name free bytes (\"pasidctl ranges $bdf\"), then: echo 1 >$dir/pasid_status/cap_layout"
	cat <<-END
		# PASID capability at ${state[offset]}, by the word of: ${state[source]}
		# QEMU; pasid-vfio-pci shows the capability:
		-object iommufd,id=iommufd0 -device vfio-pci,host=$bdf,iommufd=iommufd0
		# QEMU 11 or newer, if it is to emulate the capability by itself; first: echo 0 >$dir/pasid_emulate
		-object iommufd,id=iommufd0 -device vfio-pci,host=$bdf,iommufd=iommufd0,x-vpasid-cap-offset=${state[offset]}
		# cloud-hypervisor; it has no option for the offset, and pasid-vfio-pci shows the capability:
		--platform iommufd=on --device path=$dir/
	END
}
