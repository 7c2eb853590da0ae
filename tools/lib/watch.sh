# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# pasidctl watch: sleeps until the module reports an event. A shell cannot poll() a file in sysfs; what it can wait on
# is a pipe, and the module's trace events come by one: a write, a request, a refusal, each change of a table.

declare -A seen

command_watch() { # [BDF]...
	local bdf vfs=() word line
	for word; do
		require_controlled "$word"
		vfs+=("$bdf")
	done
	trap close_trace EXIT # bash comes here also when a signal ends it
	open_trace watch
	exec {events}<"$instance/trace_pipe"
	print_changes "${vfs[@]}"
	while read -r -u "$events" line; do
		print_event "$line" "${vfs[@]}"
		print_changes "${vfs[@]}"
	done
}

print_event() { # LINE [VF]...
	local wanted=" ${*:2} "
	[[ $1 =~ ([a-z_]+):\ ([0-9a-f]{4,8}:[0-9a-f:.]+)\ (.*) ]] || return 0
	[[ $# = 1 || $wanted = *" ${BASH_REMATCH[2]} "* ]] || return 0
	printf '%(%T)T %s  %s %s\n' -1 "${BASH_REMATCH[2]}" "${BASH_REMATCH[1]}" "${BASH_REMATCH[3]}"
}

# Of all VFs if none is named: a PF that loses PASID changes what each of its VFs has.
print_changes() { # [VF]...
	local vf is
	[ $# != 0 ] || mapfile -t vfs < <(all_vfs)
	for vf in "${vfs[@]}"; do
		is="ceiling $(first_line "$(ceiling_file "$vf")") | requested $(first_line "$pci/$vf/pasid_status/requested")"
		is+=" | effective $(first_line "$pci/$vf/pasid_status/effective")"
		[ "${seen[$vf]-}" != "$is" ] || continue
		seen[$vf]=$is
		printf '%(%T)T %s  %s\n' -1 "$vf" "$is"
	done
}
