# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# pasidctl doctor: a verdict for each layer between the CPU and the VF. This file has the verdicts; which layers there
# are, and what is looked at in each, is in doctor-host.sh, doctor-pci.sh, doctor-kernel.sh and doctor-module.sh.
#   ok        as it should be
#   lacks     pasid-ctl works; something that it could do cannot be done here
#   broken    pasid-ctl does not work, or not for a function that is named
#   unknown   cannot tell, most often for want of root

declare -A verdicts

command_doctor() {
	[ $# = 0 ] || die "$EXIT_USAGE" "doctor does not know '$*'" 'say "pasidctl doctor" alone'
	verdicts=([ok]=0 [lacks]=0 [broken]=0 [unknown]=0)
	check_cpu
	check_dmar
	check_scalable_mode
	check_units
	check_pfs
	check_vfs
	check_config
	check_btf
	check_probes
	check_lockdown
	check_signatures
	check_modules
	check_hooks
	check_owners
	printf '%s ok, %s lacks, %s broken, %s unknown\n' "${verdicts[ok]}" "${verdicts[lacks]}" "${verdicts[broken]}" \
		"${verdicts[unknown]}"
	[ "${verdicts[broken]}" = 0 ] || exit "$EXIT_FAILED"
	[ "${verdicts[unknown]}" = 0 ] || exit "$EXIT_UNKNOWN"
}

# What is not ok comes with what that costs and, where something can be done, what to do.
verdict() { # VERDICT LAYER TEXT [COST [NEXT]]
	verdicts[$1]=$((verdicts[$1] + 1))
	printf '%s %-24s %s\n' "$(paint "$1")" "$2" "$3"
	[ -z "${4-}" ] || printf '%33s costs: %s\n' '' "$4"
	[ -z "${5-}" ] || printf '%33s next: %s\n' '' "$5"
}

paint() { # VERDICT
	local colour
	case $1 in
	ok) colour=32 ;;
	broken) colour=31 ;;
	*) colour=33 ;;
	esac
	if [ -n "$colours" ]; then
		printf '\033[%sm%-8s\033[0m' "$colour" "$1"
	else
		printf '%-8s' "$1"
	fi
}
