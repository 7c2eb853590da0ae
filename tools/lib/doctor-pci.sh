# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# Layers of pasidctl doctor: PFs, the way from the unit to them, and VFs.

readonly CAP_ATS=0xf CAP_PRI=0x13 CAP_PASID=0x1b

check_pfs() {
	local pf pfs able=0
	mapfile -t pfs < <(all_pfs)
	for pf in "${pfs[@]}"; do
		check_pf "$pf"
	done
	[ ${#pfs[@]} != 0 ] || verdict broken PF 'no function has SR-IOV' 'there is nothing to control' \
		'switch SR-IOV on in the firmware'
	[ ${#pfs[@]} = 0 ] || [ "$able" != 0 ] ||
		verdict broken PF 'none can be used with PASIDs' 'no VF can have any permission' 'see the verdicts above'
}

# Adds to able.
check_pf() { # PF
	local at control unit
	unit=$(unit_of "$1")
	if [ -z "$unit" ]; then
		verdict lacks "PF $1" 'no VT-d unit is above it' 'its VFs are not controlled'
		return
	fi
	load_config "$1"
	if ! has_extended_config; then
		verdict unknown "PF $1" 'its configuration space is readable for root alone' '' 'run it with sudo'
		able=$((able + 1)) # for all that is known
		return
	fi
	if ! at=$(extended_capability_at "$CAP_PASID"); then
		verdict lacks "PF $1" 'it has no PASID capability' 'its VFs have no permission, and need none'
		return
	fi
	control=$(word_at $((at + 6)))
	if ((control & 1)); then
		able=$((able + 1))
		verdict ok "PF $1 PASID" "enabled, behind $unit, $(pasid_capability "$at")"
	else
		verdict broken "PF $1 PASID" "switched off, $(pasid_capability "$at")" 'its VFs have no permission' \
			'see the verdicts on scalable mode and on TLP prefixes, and what its driver says of PASID'
	fi
	check_pasid_modes "$1" "$at" "$control"
	check_pf_ats "$1"
	check_tlp_prefix "$1"
}

pasid_capability() { # WHERE: its width
	echo "$(($(word_at $(($1 + 4))) >> 8 & 31)) bits"
}

# Execute is bit 1 of both registers, Privileged bit 2.
check_pasid_modes() { # PF WHERE CONTROL
	local supported
	supported=$(word_at $(($2 + 4)))
	((supported & 2)) || verdict lacks "PF $1 Execute" 'not supported by the PF' 'its VFs cannot have +exec'
	((supported & 4)) || verdict lacks "PF $1 Privileged" 'not supported by the PF' 'its VFs cannot have +priv'
	! ((supported & 4 && !($3 & 4) && $3 & 1)) ||
		verdict lacks "PF $1 Privileged" 'supported, and switched off' 'its VFs cannot have +priv' \
			'see ECAP.SRS of its unit'
}

check_pf_ats() { # PF
	local at
	if ! at=$(extended_capability_at "$CAP_ATS"); then
		verdict lacks "PF $1 ATS" 'it has no ATS capability' 'its VFs cannot have +pri'
	elif (($(word_at $((at + 6))) >> 15)); then
		verdict ok "PF $1 ATS" enabled
	else
		verdict lacks "PF $1 ATS" 'switched off' 'page requests need ATS, so its VFs may lack +pri'
	fi
	if ! at=$(extended_capability_at "$CAP_PRI"); then
		verdict lacks "PF $1 PRI" 'it has no PRI capability' 'its VFs cannot have +pri'
	elif (($(word_at $((at + 4))) & 1)); then
		verdict ok "PF $1 PRI" enabled
	else
		verdict lacks "PF $1 PRI" 'switched off; kernels before 6.15 switch it on when somebody needs it' \
			'its VFs cannot have +pri until then'
	fi
}

# A request with a PASID has a prefix, which each port on its way has to pass on. Uses config, and overwrites it.
check_tlp_prefix() { # PF
	local port missing=''
	has_tlp_prefix || missing=$1
	for port in $(ports_above "$1"); do
		load_config "$port"
		has_tlp_prefix || missing+=" $port"
	done
	if [ -z "$missing" ]; then
		verdict ok "PF $1 TLP prefix" 'it and all ports above it have end-to-end TLP prefixes'
	else
		verdict broken "PF $1 TLP prefix" "not supported by: ${missing# }" \
			'requests with PASID cannot pass; the kernel leaves PASID off' 'use a slot with no such bridge above it'
	fi
}

ports_above() { # BDF
	local dir
	dir=$(cd -P "$pci/$1/.." && pwd)
	while [[ ${dir##*/} =~ ^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$ ]]; do
		echo "${dir##*/}"
		dir=${dir%/*}
	done
}

check_vfs() {
	local vf vfs
	mapfile -t vfs < <(all_vfs)
	[ ${#vfs[@]} != 0 ] || verdict ok VF 'none is there yet; settings can be made in vf_pasid_ctl/ of the PF'
	for vf in "${vfs[@]}"; do
		[ -z "$(unit_of "$vf")" ] || check_vf "$vf"
	done
}

check_vf() { # VF
	local owed at effective ats='ATS is not known without root'
	if is_loaded intel_pasid_ctl && [ ! -e "$pci/$1/pasid_status" ]; then
		verdict broken "VF $1" 'it is not under control' 'it is not restricted, whatever default_ctl says' \
			'the kernel log (dmesg) says why; give it only to a guest that may use PASIDs'
		return
	fi
	owed=$(first_line "$pci/$1/pasid_status/owed")
	if [[ $owed = *iommu* ]]; then
		verdict broken "VF $1" "an invalidation is owed: $owed" 'caches of the IOMMU may still grant what is denied' \
			'the module tries again by itself; see the kernel log (dmesg), and take the VF from its guest'
		return
	fi
	load_config "$1"
	if has_extended_config; then
		ats='it has no ATS capability'
		! at=$(extended_capability_at "$CAP_ATS") || ats="ATS $( (($(word_at $((at + 6))) >> 15)) && echo on || echo off)"
	fi
	effective=$(first_line "$pci/$1/pasid_status/effective")
	verdict ok "VF $1" "$ats, effective: ${effective:-not controlled}${owed:+, owed: $owed}"
}
