# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# pasidctl report: what a maintainer wants to know. What is in it is listed in pasidctl(8): only what is named here gets
# in, so that nothing secret does. No host name, user, MAC address, serial number or UUID; of the kernel's command line
# and log only what is about VT-d, PASIDs and these modules.

readonly OPTIONS_OF='(intel_pasid_ctl|pasid_vfio_pci|vfio[a-z_-]*)'
readonly OPTIONS_SHOWN="(intel_iommu|iommu(\.[a-z]+)?|pci|lockdown|module\.sig_enforce|module_blacklist|$OPTIONS_OF\.[a-z0-9_]+)"
# Messages about one function begin with the name of its driver, not of the module.
readonly LOG_SHOWN='DMAR|PASID|pasid[_-]|default_ctl|invalidation|in the tables'

command_report() {
	local colours=''
	[ $# = 0 ] || die "$EXIT_USAGE" "report does not know '$*'" 'say "pasidctl report >FILE", and look at what is in it'
	section version "pasidctl $(tool_version)" "kernel $(release)" "$(kernel_version)"
	section 'command line' "$(grep -oE "(^| )$OPTIONS_SHOWN=[^ ]*" "$host/proc/cmdline" | xargs || true)"
	section processor "$(cpu_field vendor_id)" "$(cpu_field 'model name')" "microcode $(cpu_field microcode)"
	section options "$(module_options intel_pasid_ctl)" "$(module_options pasid_vfio_pci)"
	section PFs "$(all_pfs | describe_functions)"
	section VFs "$(all_vfs | describe_functions)"
	section list "$(command_list 2>&1 || true)"
	section ranges "$(command_ranges 2>&1 || true)"
	section doctor "$(command_doctor 2>&1 || true)"
	section 'kernel log' "$(log_about_us)"
}

# Without the names of the user and the machine that built it.
kernel_version() {
	first_line "$host/proc/version" | sed "s| ([^)]*@[^)]*)||"
}

# The line with all boot options would match, too.
log_about_us() {
	kernel_log | grep -vi "command line" | grep -E "$LOG_SHOWN" | tail -n 200 ||
		echo "nothing, or not readable without root"
}

section() { # TITLE TEXT...
	printf '## %s\n\n```\n' "$1"
	printf '%s\n' "${@:2}"
	printf '```\n\n'
}

module_options() { # MODULE
	local file
	for file in "$host/sys/module/$1/parameters"/*; do
		echo "$1.${file##*/}=$(first_line "$file")"
	done
}

describe_functions() {
	local bdf
	while read -r bdf; do
		printf '%s\t%s\tdriver %s\tbehind %s\n' "$bdf" "$(ids_of "$bdf")" "$(driver_of "$bdf" | grep . || echo none)" \
			"$(unit_of "$bdf" | grep . || echo none)"
	done | table
}
