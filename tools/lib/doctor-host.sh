# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# Layers of pasidctl doctor: processor, firmware, and the VT-d units.

readonly units=$host/sys/class/iommu dmar_table=$host/sys/firmware/acpi/tables/DMAR

all_units() {
	local file
	for file in "$units"/*/intel-iommu/ecap; do
		file=${file%/intel-iommu/ecap}
		echo "${file##*/}"
	done
}

cpu_field() { # NAME
	sed -n "s/^$1[[:space:]]*: //p;T;q" "$host/proc/cpuinfo" 2>/dev/null || true
}

check_cpu() {
	local vendor model virtual=''
	vendor=$(cpu_field vendor_id)
	model="$vendor, $(cpu_field 'model name')"
	! grep -qw hypervisor "$host/proc/cpuinfo" 2>/dev/null ||
		virtual='; this host is a virtual machine, and what follows is about its emulated hardware'
	case $vendor in
	GenuineIntel) verdict ok CPU "$model$virtual" ;;
	'') verdict unknown CPU '/proc/cpuinfo does not say whose it is' ;;
	*)
		if [ -e "$dmar_table" ]; then
			verdict ok CPU "$model; not Intel's, and the firmware describes VT-d units all the same$virtual"
		else
			verdict broken CPU "$model" "VT-d is Intel's; other IOMMUs are not supported" 'use a host with an Intel processor'
		fi
		;;
	esac
}

# Types of structures: 0 DRHD, a unit; 2 ATSR and 5 SATC, behind which functions may have ATS.
check_dmar() {
	local structures drhd ats
	if [ ! -e "$dmar_table" ]; then
		verdict broken 'DMAR table' 'the firmware has none' 'there is no VT-d' \
			'switch VT-d ("Intel Virtualization Technology for Directed I/O") on in the firmware'
		return
	fi
	if [ ! -r "$dmar_table" ]; then
		verdict unknown 'DMAR table' 'it is there, and only root can read it' '' 'run it with sudo'
		return
	fi
	if ! structures=$(od -An -v -tu1 -w65536 "$dmar_table" | dmar_structures); then
		verdict broken 'DMAR table' 'it ends inside a structure' 'the kernel may ignore it' 'update the firmware'
		return
	fi
	drhd=$(grep -c '^0 ' <<<"$structures" || true)
	ats=$(grep -c '^[25] ' <<<"$structures" || true)
	if [ "$drhd" = 0 ]; then
		verdict broken 'DMAR table' 'it has no VT-d unit' 'there is no VT-d' 'switch VT-d on in the firmware'
	elif [ "$ats" = 0 ]; then
		verdict lacks 'DMAR table' "units: $drhd; no ATSR and no SATC" \
			'functions below root ports get no ATS, and so their VFs no +pri' 'ask the maker of the firmware'
	else
		verdict ok 'DMAR table' "units: $drhd; structures that allow ATS: $ats"
	fi
}

# The module has looked at the units itself; without it, this is what the kernel was asked for.
check_scalable_mode() {
	local found=("$pci"/*/vf_pasid_ctl) option config log
	local next='boot with intel_iommu=on,sm_on'
	if [ ${#found[@]} != 0 ]; then
		verdict ok 'scalable mode' 'on, as intel-pasid-ctl has found'
		return
	fi
	if [ -z "$(all_units)" ]; then
		verdict broken 'scalable mode' 'intel-iommu has no unit: VT-d is off' 'nothing can be controlled' "$next"
		return
	fi
	option=$(grep -oE '(^| )intel_iommu=[^ ]*' "$host/proc/cmdline" 2>/dev/null |
		grep -oE 'sm_(on|off)' | tail -n 1 || true)
	config=$(config_value INTEL_IOMMU_SCALABLE_MODE_DEFAULT_ON)
	log=$(kernel_log || true)
	if [[ $log = *"VT-d runs in legacy mode"* ]]; then
		verdict broken 'scalable mode' 'off, as intel-pasid-ctl has found' 'legacy mode has no PASIDs' "$next"
	elif [ "${option:-$config}" = sm_on ] || [ "${option:-$config}" = y ]; then
		verdict ok 'scalable mode' 'asked for; load intel-pasid-ctl to see that it is on'
	elif [ -n "$option" ] || [ "$config" = n ]; then
		verdict broken 'scalable mode' 'not asked for at boot' 'legacy mode has no PASIDs' "$next"
	else
		verdict unknown 'scalable mode' "not on the kernel's command line, and its configuration is not readable" '' "$next"
	fi
}

check_units() {
	local unit
	for unit in $(all_units); do
		check_unit "$unit" "$(first_line "$units/$unit/intel-iommu/ecap")" "$(first_line "$units/$unit/intel-iommu/cap")" \
			"$(first_line "$units/$unit/intel-iommu/version")"
	done
}

check_unit() { # NAME ECAP CAP VERSION
	local used='' virtual='' pf name need cost
	for pf in $(all_pfs); do
		[ "$(unit_of "$pf")" != "$1" ] || used=yes
	done
	! is_emulated "$3" || virtual='; CAP.CM is set: a hypervisor emulates it'
	verdict ok "unit $1" "version $4, ECAP $2 ($(present_bits ecap_bits "$2")), PASIDs of $(pasid_width "$2") bits$virtual"
	while read -r name need cost; do
		case $need-$used in
		must-yes)
			verdict broken "unit $1 $name" clear "$cost" 'plug the device in behind another unit, or update the firmware'
			;;
		must-) verdict lacks "unit $1 $name" 'clear, and no SR-IOV function is behind this unit' "$cost" ;;
		may-*) verdict lacks "unit $1 $name" clear "$cost" ;;
		note-*) verdict ok "unit $1 $name" "clear; $cost" ;;
		esac
	done < <(missing_bits ecap_bits "$2" | sed "s|^|ECAP.|" && missing_bits cap_bits "$3" | sed "s|^|CAP.|")
	[ "$(bit_of "$2" 46)$(bit_of "$2" 47)" != 00 ] ||
		verdict broken "unit $1 tables" 'neither first-stage nor second-stage' 'no PASID can be attached'
	[ "$(bit_of "$2" 30)" = 0 ] || [ "${4%%:*}" -le 7 ] 2>/dev/null ||
		verdict lacks "unit $1 version" "$4: from version 8 on the unit refuses requests for execution" \
			'no VF can have +exec'
	verdict ok "unit $1 CAP" "$3 ($(present_bits cap_bits "$3")), $(fault_records "$3") fault records"
}
