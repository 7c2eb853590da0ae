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

# What the module says of its probes. A test looks for each in the module's source.
readonly PROBE_MESSAGES='probes do not fire|probes fire again|self-test: a probe does not fire|set-ups went by unseen'

# As far as today's interface shows: the kernel's list of probes, and what the module has said of them.
check_hooks() {
	local probes log last
	is_loaded intel_pasid_ctl || return 0
	if [ ! -r "$host/sys/kernel/debug/kprobes/list" ]; then
		verdict unknown hooks 'the list of probes is not readable' '' 'run it with sudo, with debugfs mounted'
	else
		probes=$(grep -cE ' [kr] +(intel_pasid_|device_pasid|pci_disable_pasid|context_flip_pri)' \
			"$host/sys/kernel/debug/kprobes/list" || true)
		if [ "$probes" = 0 ]; then
			verdict broken hooks 'no probe is on a function of intel-iommu' 'what it sets up does not obey' \
				'unload intel-pasid-ctl and load it again'
		else
			verdict ok hooks "$probes probes are on functions of intel-iommu and the PCI core"
		fi
	fi
	if ! log=$(kernel_log); then
		verdict unknown 'hooks missed' 'the kernel log is not readable' '' 'run it with sudo'
		return
	fi
	last=$(grep -oE "$PROBE_MESSAGES" <<<"$log" | tail -n 1 || true)
	case $last in
	'') verdict ok 'hooks missed' 'never, as far as the kernel log reaches back' ;;
	*'not fire')
		verdict broken 'hooks missed' 'probes do not fire' 'what intel-iommu sets up does not obey' \
			'see the switches above'
		;;
	*) verdict ok 'hooks missed' 'some were, once; the module has looked at all VFs since then' ;;
	esac
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
