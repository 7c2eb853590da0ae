# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# PCI functions in sysfs: which are PFs and VFs, how they belong together, and which one the user means.

readonly pci=$host/sys/bus/pci/devices

is_vf() { # BDF
	[ -e "$pci/$1/physfn" ]
}

is_pf() { # BDF: has SR-IOV, with VFs or without
	[ -e "$pci/$1/sriov_totalvfs" ]
}

functions_with() { # FILE: prints those that have it
	local path
	for path in "$pci"/*/"$1"; do
		path=${path%/*}
		echo "${path##*/}"
	done
}

all_vfs() {
	functions_with physfn
}

all_pfs() {
	functions_with sriov_totalvfs
}

pf_of() { # VF
	link_name "$pci/$1/physfn"
}

vfs_of() { # PF, in the order of their numbers
	local number total
	total=$(first_line "$pci/$1/sriov_totalvfs")
	for ((number = 0; number < total; number++)); do
		[ ! -e "$pci/$1/virtfn$number" ] || link_name "$pci/$1/virtfn$number"
	done
}

number_of() { # VF: N of its PF's virtfnN
	local link
	for link in "$pci/$1/physfn"/virtfn*; do
		[ ! "$link" -ef "$pci/$1" ] || echo "${link##*/virtfn}"
	done
}

# A driver of the VF may have a file of the name pasid_ctl; the PF's file is the same setting.
ceiling_file() { # VF
	if [ -e "$pci/$1/pasid_ctl" ]; then
		echo "$pci/$1/pasid_ctl"
	else
		echo "$pci/$(pf_of "$1")/vf_pasid_ctl/virtfn$(number_of "$1")"
	fi
}

driver_of() { # BDF
	link_name "$pci/$1/driver"
}

unit_of() { # BDF: the VT-d unit's name, such as dmar0
	link_name "$pci/$1/iommu"
}

ids_of() { # BDF: vendor:device
	local vendor device
	vendor=$(first_line "$pci/$1/vendor")
	device=$(first_line "$pci/$1/device")
	echo "${vendor#0x}:${device#0x}"
}

# Prints those that have a VF open through VFIO, as "PID COMMAND". What a process has open only root sees of all.
users_of() { # VF
	local group files names=() pid
	group=$(link_name "$pci/$1/iommu_group")
	files=("$pci/$1"/vfio-dev/*)
	[ -z "$group" ] || names+=("/dev/vfio/$group")
	[ ${#files[@]} = 0 ] || names+=("/dev/vfio/devices/${files[0]##*/}")
	[ ${#names[@]} = 0 ] || open_in_processes "${names[@]}" | sort -u | while read -r pid; do
		echo "$pid $(first_line "$host/proc/$pid/comm")"
	done
}

open_in_processes() { # FILE...: prints the PIDs that have one of them open
	local path name match=(-false)
	for name; do
		match+=(-o -lname "$name")
	done
	{ find "$host/proc" -mindepth 3 -maxdepth 3 -path '*/fd/*' \( "${match[@]}" \) 2>/dev/null || true; } |
		while read -r path; do
			path=${path%/fd/*}
			echo "${path##*/}"
		done
}

# --- Which function the user means -----------------------------------------------------------------------------------

# Prints a BDF as sysfs has it: with domain, in lower case. Fails where the text is none.
full_bdf() { # TEXT
	local text=${1,,}
	[[ $text =~ ^([0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$ ]] || return
	[[ $text = *:*:* ]] || text=0000:$text
	echo "$text"
}

require_device() { # TEXT: sets bdf
	bdf=$(full_bdf "$1") ||
		die "$EXIT_USAGE" "'$1' is not the address of a PCI function" \
			'say it as 0000:02:10.0; "pasidctl list" has those of VFs'
	[ -e "$pci/$bdf" ] ||
		die "$EXIT_FAILED" "there is no PCI function $bdf" \
			'look for it with "pasidctl list", or create VFs in sriov_numvfs of the PF'
}

require_vf() { # TEXT: sets bdf
	local vfs
	require_device "$1"
	! is_vf "$bdf" || return 0
	is_pf "$bdf" || die "$EXIT_USAGE" "$bdf is no VF" '"pasidctl list" has the VFs of this machine'
	vfs=$(vfs_of "$bdf" | xargs)
	vfs=${vfs:+name one of its VFs: $vfs}
	die "$EXIT_USAGE" "$bdf is a PF, and a VF is wanted" \
		"${vfs:-create some first: echo N >/sys/bus/pci/devices/$bdf/sriov_numvfs}"
}

require_pf() { # TEXT: sets bdf
	require_device "$1"
	! is_pf "$bdf" || return 0
	! is_vf "$bdf" || die "$EXIT_USAGE" "$bdf is a VF, and a PF is wanted" "name its PF: $(pf_of "$bdf")"
	die "$EXIT_USAGE" "$bdf has no SR-IOV" "name a PF: $(all_pfs | xargs)"
}

require_loaded() {
	is_loaded intel_pasid_ctl || die "$EXIT_FAILED" 'intel-pasid-ctl is not loaded' 'load it: modprobe intel-pasid-ctl'
}

# One that intel-pasid-ctl has under control.
require_controlled() { # TEXT: sets bdf
	require_vf "$1"
	[ ! -e "$pci/$bdf/pasid_status" ] || return 0
	require_loaded
	die "$EXIT_FAILED" "$bdf is not under PASID control" '"pasidctl doctor" and the kernel log (dmesg) say why'
}
