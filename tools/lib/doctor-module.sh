# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# Layers of pasidctl doctor: the modules, their hooks, and who has VFs.

check_modules() {
	local module version='' mixed=''
	if ! is_loaded intel_pasid_ctl; then
		verdict broken 'intel-pasid-ctl' "$(not_loaded intel-pasid-ctl)" 'no VF is restricted' \
			'modprobe intel-pasid-ctl; if it refuses, the last lines of the kernel log (dmesg) say why'
	else
		version=$(first_line "$host/sys/module/intel_pasid_ctl/version")
		verdict ok 'intel-pasid-ctl' "loaded, version ${version:-unknown}"
	fi
	if ! is_loaded pasid_vfio_pci; then
		verdict lacks 'pasid-vfio-pci' "$(not_loaded pasid-vfio-pci)" 'no guest sees a PASID capability' \
			'modprobe pasid-vfio-pci, if guests are to have one'
	else
		verdict ok 'pasid-vfio-pci' "loaded, version $(first_line "$host/sys/module/pasid_vfio_pci/version")"
	fi
	for module in pasid_pf pasid_vfio_pci; do
		! is_loaded "$module" || [ "$(first_line "$host/sys/module/$module/version")" = "$version" ] || mixed+=" $module"
	done
	[ -z "$mixed" ] || verdict broken 'versions' "of another version than intel-pasid-ctl:$mixed" \
		'modules that were not made for each other' 'unload all, install one version, load again'
}

not_loaded() { # MODULE
	local file
	file=$(module_file "$1")
	echo "not loaded, and ${file:+installed}${file:-not installed} for $(release)" | sed "s|installed$file|installed|"
}

# What the module itself says, see sysfs-abi/sysfs-module-intel_pasid_ctl.
check_hooks() {
	local status=$host/sys/module/intel_pasid_ctl/status
	is_loaded intel_pasid_ctl || return 0
	if [ ! -r "$status/enforcing" ]; then
		verdict unknown enforcing "the module has no directory status/" '' \
			'load the module of the version that pasidctl has'
		return
	fi
	check_enforcing "$(first_line "$status/enforcing")"
	check_hook_states "$status/hooks"
}

check_enforcing() { # LINE
	local next
	case $1 in
	yes) verdict ok enforcing 'yes' && return ;;
	'no: no VF is under control') verdict ok enforcing 'no VF is under control yet' && return ;;
	'no: probes do not fire') next='see the switches above' ;;
	'no: calls went by unseen') next='look again in some seconds; if it stays, write the settings again' ;;
	'no: an invalidation is owed') next='see "owed" of each VF; the module tries again by itself' ;;
	*) next='see sysfs-abi/sysfs-module-intel_pasid_ctl' ;;
	esac
	verdict broken enforcing "$1" 'VFs may be able to do what is denied' "$next"
}

check_hook_states() { # FILE
	local armed idle off absent missed
	read -r armed idle off absent missed < <(awk '{ state[$2]++; missed += $3 }
		END { print state["armed"] + 0, state["idle"] + 0, state["off"] + 0, state["absent"] + 0, missed + 0 }' "$1")
	if [ "$armed" = 0 ]; then
		verdict broken hooks "$off off, none armed" 'what intel-iommu sets up does not obey' 'see the switches above'
	else
		verdict ok hooks \
			"$armed armed, $idle not needed now, $absent not in this kernel; calls missed since load: $missed"
	fi
	! grep -q '^dmar_fault absent' "$1" ||
		verdict lacks 'refused requests' 'not counted in this kernel' '"pasidctl list" has no numbers of faults'
}

# Who else may change or use a VF.
check_owners() {
	local vf
	for vf in $(all_vfs); do
		[ -z "$(unit_of "$vf")" ] || check_owner "$vf"
	done
}

check_owner() { # VF
	local driver users others='' member text
	driver=$(driver_of "$1")
	for member in "$pci/$1"/iommu_group/devices/*; do
		[ "${member##*/}" = "$1" ] || others+=" ${member##*/}"
	done
	users=$(users_of "$1" | paste -sd ';')
	text="driver ${driver:-none}${users:+, open by $users}"
	if [ -n "$others" ]; then
		verdict lacks "owner of $1" "$text; shares its IOMMU group with:$others" \
			'all of them go to one guest, and attaching PASIDs may be refused' 'use a slot with ACS'
	else
		verdict ok "owner of $1" "$text"
	fi
}
