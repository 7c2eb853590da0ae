# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# pasidctl list, pasidctl show: what is so with VFs. Reads only, and needs no root.

# What the module has done to a VF, in files of these names.
readonly COUNTERS='changes invalidations failures ats_restored'

declare -A state

# Sets state to what is known about a VF; what is not known is empty.
read_state() { # VF
	local status=$pci/$1/pasid_status name layout=()
	state=([vf]=$1 [pf]=$(pf_of "$1") [driver]=$(driver_of "$1") [number]=$(number_of "$1") [offset]='' [source]='')
	for name in supported requested effective entries width owed $COUNTERS; do
		state[$name]=$(first_line "$status/$name")
	done
	state[ceiling]=$(first_line "$(ceiling_file "$1")")
	state[faults]='' state[layout]=''
	[ ! -r "$status/faults" ] || state[faults]=$(paste -sd ';' "$status/faults" | sed 's/^$/none/')
	[ ! -r "$status/cap_layout" ] || mapfile -t layout <"$status/cap_layout"
	[ ${#layout[@]} = 0 ] || state[layout]=$(printf '%s; ' "${layout[@]}")
	state[layout]=${state[layout]%; }
	[[ ${state[layout]} =~ ^pasid\ (0x[0-9a-f]+)\ ([a-z-]+) ]] || return 0
	state[offset]=${BASH_REMATCH[1]} state[source]=${BASH_REMATCH[2]}
}

command_list() { # [--json]
	local json='' vfs pf
	case $* in
	'') ;;
	--json) json=yes ;;
	*) die "$EXIT_USAGE" "list does not know '$*'" 'say "pasidctl list" or "pasidctl list --json"' ;;
	esac
	mapfile -t vfs < <(all_vfs)
	if [ -n "$json" ]; then
		list_json "${vfs[@]}"
	else
		list_table "${vfs[@]}"
	fi
	is_loaded intel_pasid_ctl ||
		die "$EXIT_FAILED" 'intel-pasid-ctl is not loaded: no VF is under control' 'load it: modprobe intel-pasid-ctl'
	pf=$(all_pfs)
	pf=${pf%%$'\n'*}
	[ ${#vfs[@]} != 0 ] ||
		complain 'there are no VFs' "create some: echo N >/sys/bus/pci/devices/${pf:-PF}/sriov_numvfs"
}

# Faults are a column only where the module counts them.
list_table() { # VF...
	local vf faults=''
	local files=("$pci"/*/pasid_status/faults)
	[ ${#files[@]} = 0 ] || faults=$'\tFAULTS'
	{
		printf 'VF\tPF\tDRIVER\tSUPPORTED\tCEILING\tREQUESTED\tEFFECTIVE\tENTRIES%s\tOFFSET\tSOURCE\n' "$faults"
		for vf; do
			read_state "$vf"
			printf '%s\t%s\t%s' "$vf" "${state[pf]}" "${state[driver]:--}"
			for name in supported ceiling requested effective; do
				printf '\t%s' "$(set_in_table "${state[$name]}")"
			done
			printf '\t%s%s\t%s\t%s\n' "${state[entries]:--}" "${faults:+$'\t'$(count_faults "${state[faults]}")}" \
				"${state[offset]:--}" "${state[source]:--}"
		done
	} | table
}

set_in_table() { # SET: its names; "none" if it grants nothing, "-" if it is not known
	local names
	names=$(granted "$1")
	echo "${names:-$([ -n "$1" ] && echo none || echo -)}"
}

# Keys are stable: a program may rely on them. There will be more of them.
list_json() { # VF...
	local vf separator=''
	echo '{"vfs": ['
	for vf; do
		read_state "$vf"
		printf '%s  {"vf": %s, "pf": %s, "number": %s, "driver": %s, "controlled": %s,\n' "$separator" \
			"$(json_string "$vf")" "$(json_string "${state[pf]}")" "$(json_number "${state[number]}")" \
			"$(json_string "${state[driver]}")" "$([ -n "${state[supported]}" ] && echo true || echo false)"
		for name in supported ceiling requested effective; do
			printf '   "%s": %s,\n' "$name" "$(json_set "${state[$name]}")"
		done
		printf '   "entries": %s, "width": %s, "owed": %s, "faults": %s,\n' "$(json_number "${state[entries]}")" \
			"$(json_number "${state[width]}")" \
			"$(json_owed "${state[owed]}")" \
			"$(json_faults "${state[faults]}")"
		printf '   "offset": %s, "source": %s, "layout": %s}' "$(json_string "${state[offset]}")" \
			"$(json_string "${state[source]}")" "$(json_string "${state[layout]}")"
		separator=$',\n'
	done
	printf '\n]}\n'
}

print_faults() { # TEXT: a line for each reason
	local reason count
	case $1 in
	'') ;;
	none | unknown) printf 'refused\t%s\n' "$1" ;;
	*)
		printf '%s\n' "${1//;/$'\n'}" | while read -r reason count; do
			printf 'refused\t%s with fault reason %s: %s\n' "$count" "$reason" "$(fault_words "$reason")"
		done
		;;
	esac
}

command_show() { # BDF
	local bdf name
	[ $# = 1 ] || die "$EXIT_USAGE" 'show wants one VF' 'say "pasidctl show 0000:02:10.0"; "pasidctl list" has all VFs'
	require_controlled "$1"
	read_state "$bdf"
	{
		printf 'VF\t%s (%s)\n' "$bdf" "$(ids_of "$bdf")"
		printf 'PF\t%s, its virtfn%s\n' "${state[pf]}" "${state[number]}"
		printf 'unit\t%s\n' "$(unit_of "$bdf")"
		printf 'driver\t%s\n' "${state[driver]:-none}"
		printf 'open by\t%s\n' "$(users_of "$bdf" | paste -sd ';' | grep . || echo 'nobody that this user can see')"
		for name in supported ceiling requested effective width entries owed $COUNTERS; do
			[ -z "${state[$name]}" ] || printf '%s\t%s\n' "$name" "${state[$name]}"
		done
		print_faults "${state[faults]}"
		printf 'capability\t%s\n' "${state[layout]:-not shown: the VF is not bound to pasid-vfio-pci}"
	} | table
}
