# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# pasidctl ranges: which bytes of its VFs' configuration space a PF's administrator has named as free. What seems to be
# free, pasidctl ranges VF, is in candidates.sh.

command_ranges() { # [show [PF] | set PF RANGE... | clear PF | VF [--watch|--apply|--row]]
	local bdf
	case ${1-show} in
	show)
		[ $# -le 2 ] || ranges_usage
		show_ranges "${2-}"
		;;
	set)
		[ $# -ge 3 ] || ranges_usage
		refuse_written "$2" "${@:3}"
		write_ranges "$2" "${*:3}"
		;;
	clear)
		[ $# = 2 ] || ranges_usage
		write_ranges "$2" ''
		;;
	[0-9a-fA-F]*) command_candidates "$@" ;;
	*) ranges_usage ;;
	esac
}

ranges_usage() {
	die "$EXIT_USAGE" 'ranges wants show [PF], set PF RANGE..., clear PF, or VF [--watch, --apply or --row]' \
		'say "pasidctl ranges set PF 0xFIRST-0xLAST" with numbers from the maker, or "pasidctl ranges VF"'
}

show_ranges() { # [PF]
	local file pf files=("$pci"/*/vf_pasid_ranges)
	if [ -n "$1" ]; then
		require_ranges "$1"
		files=("$pci/$bdf/vf_pasid_ranges")
	fi
	[ ${#files[@]} != 0 ] || no_ranges 'no PF has vf_pasid_ranges'
	for file in "${files[@]}"; do
		pf=${file%/*}
		printf '%s\t%s\n' "${pf##*/}" "$(first_line "$file" | grep . || echo none)"
	done | table
}

# A register that reads as zero looks free, until a user writes to it.
refuse_written() { # PF WORD...
	local bdf word said
	require_ranges "$1"
	for word in $(tr , " " <<<"${*:2}"); do
		[[ $word =~ ^0x[0-9a-fA-F]{1,4}-0x[0-9a-fA-F]{1,4}$ ]] || continue
		! said=$(touched_in "$bdf" "$word") || die "$EXIT_FAILED" "$word is in use: a user of $said" \
			"name other bytes; if that user was wrong: echo 0 >$pci/${said%: *}/pasid_status/touched"
	done
}

write_ranges() { # PF TEXT
	local refusal next
	require_ranges "$1"
	if write_line "$pci/$bdf/vf_pasid_ranges" "$2"; then
		show_ranges "$bdf"
		return
	fi
	case $refusal in
	'Invalid argument')
		next='write ranges as 0xFIRST-0xLAST: the first byte at a multiple of 4, the last before one, none twice; or auto'
		;;
	'Numerical result out of range') next='keep to 0x100-0xfff, the extended configuration space' ;;
	'Argument list too long') next='name 16 ranges at most' ;;
	*) next=$(after_refusal "$refusal" "$bdf") ;;
	esac
	die "$EXIT_FAILED" "$bdf/vf_pasid_ranges: '$2' was refused: $refusal" "$next"
}

require_ranges() { # TEXT: sets bdf
	require_pf "$1"
	[ -e "$pci/$bdf/vf_pasid_ranges" ] || no_ranges "$bdf has no vf_pasid_ranges"
}

no_ranges() { # WHAT
	is_loaded pasid_vfio_pci || die "$EXIT_FAILED" "$1: pasid-vfio-pci is not loaded" 'load it: modprobe pasid-vfio-pci'
	die "$EXIT_FAILED" "$1" 'only PFs with SR-IOV and a PASID capability have it; see "pasidctl doctor"'
}
