# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# pasidctl set: the ceiling of a VF, of a VF that is not there yet, of all VFs of a PF, or of all VFs.

command_set() { # BDF|PF|PF:virtfnN|all WORD...
	local files=() file failed=''
	[ $# -ge 2 ] || die "$EXIT_USAGE" 'set wants a target and words' \
		'say for example "pasidctl set 0000:02:10.0 -all +enable"; pasid_ctl(5) has the words'
	find_targets "$1"
	for file in "${files[@]}"; do
		change_ceiling "$file" "${*:2}" || failed=yes
	done
	[ -z "$failed" ] || exit "$EXIT_FAILED"
}

# Sets files to those that are to be written.
find_targets() { # TARGET
	local bdf vf
	case $1 in
	all)
		for vf in $(all_vfs); do
			[ ! -e "$pci/$vf/pasid_status" ] || files+=("$(ceiling_file "$vf")")
		done
		[ ${#files[@]} != 0 ] || die "$EXIT_FAILED" 'there is no VF under PASID control' '"pasidctl doctor" says why'
		;;
	*:virtfn*)
		require_pf "${1%:virtfn*}"
		files=("$pci/$bdf/vf_pasid_ctl/virtfn${1##*:virtfn}")
		;;
	*)
		require_device "$1"
		if is_pf "$bdf"; then
			files=("$pci/$bdf/vf_pasid_ctl/default")
		else
			require_controlled "$1"
			files=("$(ceiling_file "$bdf")")
		fi
		;;
	esac
	[ -e "${files[0]}" ] || explain_missing "$1"
}

explain_missing() { # TARGET
	require_loaded
	[ ! -e "$pci/$bdf/vf_pasid_ctl" ] || die "$EXIT_USAGE" "$bdf cannot have such a VF: $1" \
		"numbers go from virtfn0 to virtfn$(($(first_line "$pci/$bdf/sriov_totalvfs") - 1))"
	die "$EXIT_FAILED" "$bdf has no vf_pasid_ctl" \
		'"pasidctl doctor" says whether a VT-d unit in scalable mode is above it'
}

change_ceiling() { # FILE WORDS
	local name=${1#"$pci"/} refusal
	if write_line "$1" "$2"; then
		echo "$name: $(first_line "$1")"
		return
	fi
	complain "$name: '$2' was refused: $refusal$(kernel_words "${name%%/*}")" "$(after_refusal "$refusal" "${name%%/*}")"
	return 1
}

# What the kernel said about a function last, where its log can be read.
kernel_words() { # BDF
	local words
	words=$({ kernel_log || true; } | grep -F " $1: " | tail -n 1 || true)
	echo "${words:+; the kernel says:${words#*"$1":}}"
}

after_refusal() { # ERROR BDF: what to do next
	case $1 in
	'Invalid argument')
		echo 'write +name or -name (enable, exec, priv, pri), +all or -all first, or "default"; see pasid_ctl(5)'
		;;
	'Operation not supported') echo "grant only what is supported now: $(first_line "$pci/$2/pasid_status/supported")" ;;
	'Input/output error')
		echo 'a deny is in the tables, and the module repeats invalidations by itself; if the kernel log names a switch,' \
			'set it to 1; write a grant again when "owed" in "pasidctl show" is none'
		;;
	'No such device' | 'No such file or directory') echo 'the function is going away; see "pasidctl list"' ;;
	'Permission denied' | 'Operation not permitted') echo 'run it with sudo' ;;
	*) echo 'see the kernel log (dmesg) and "pasidctl doctor"' ;;
	esac
}
