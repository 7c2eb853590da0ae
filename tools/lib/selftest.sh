# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2016,SC2154 # Markdown has backquotes; variables are shared with the other parts
# pasidctl selftest: denies and grants each permission of a VF that nobody uses, looks at what came of it, and puts
# everything back. What it prints can be pasted into an issue; docs/hardware-reports.md says how.

# What the module says when a change failed, or when it tries again. A test looks for each in the module's source.
readonly MODULE_TROUBLE='are off in the tables|did not complete an invalidation|invalidations are owed'
# What the kernel says when an invalidation, a request or the kernel itself went wrong.
readonly TROUBLE="DMAR:.*(fault|[Ii]nvalidation|time-?out)|AER:|WARNING:|BUG:|Oops|Call Trace|$MODULE_TROUBLE"

command_selftest() { # BDF [--output FILE]
	local bdf output=''
	case "$#-${2-}" in
	1-) ;;
	3---output) output=$3 ;;
	*)
		die "$EXIT_USAGE" 'selftest wants one VF' \
			'say "pasidctl selftest BDF" or "pasidctl selftest BDF --output FILE"'
		;;
	esac
	require_controlled "$1"
	require_root selftest
	require_unused "$bdf"
	[ -z "$output" ] || { : >"$output"; } 2>/dev/null ||
		die "$EXIT_FAILED" "$output cannot be written" 'name another file'
	[ -z "$output" ] || exec >"$output"
	run_selftest "$bdf"
	[ "$problems" = 0 ] || exit "$EXIT_FAILED"
}

# Whoever uses a VF would lose requests, and what was set for this VF alone could not be put back as it was.
require_unused() { # VF
	local users driver
	driver=$(driver_of "$1")
	users=$(users_of "$1" | paste -sd ';')
	read_state "$1"
	[ -z "$users" ] || die "$EXIT_FAILED" "$1 is open: $users" 'take a VF that nobody uses'
	[ -z "$driver" ] || die "$EXIT_FAILED" "$1 is in use: it has the driver $driver" \
		"take one without a driver, or: echo $1 >/sys/bus/pci/devices/$1/driver/unbind"
	[ "${state[entries]}" = 0 ] || die "$EXIT_FAILED" "$1 is in use: it has ${state[entries]} PASIDs" 'take another VF'
	[ "${state[owed]}" = none ] || die "$EXIT_FAILED" "$1 is owed: ${state[owed]}" \
		'wait until "owed" in "pasidctl show" is none'
	[ "${state[ceiling]}" = "$(default_of "$1")" ] || die "$EXIT_FAILED" \
		"$1 has a setting of its own: ${state[ceiling]}" \
		"take another VF, or let this one follow its PF: pasidctl set $1 default"
	[ "$(granted "${state[supported]}")" ] || die "$EXIT_FAILED" "nothing is supported for $1" \
		'"pasidctl doctor" says why'
}

# The PF's default, as a VF's file shows it: in what is supported for the VF now.
default_of() { # VF
	local default name text=''
	default=$(first_line "$pci/$1/physfn/vf_pasid_ctl/default")
	for name in $PERMISSIONS; do
		if has_permission "$default" "$name" && has_permission "${state[supported]}" "$name"; then
			text+=" +$name"
		else
			text+=" -$name"
		fi
	done
	echo "${text# }"
}

# Sets problems to their number.
run_selftest() { # VF
	local mark
	problems=0
	# Not for TERM and HUP: there bash comes to EXIT by itself, and what a trap says bash 5.2 cannot always parse while
	# it expands "$(...)". INT is lost without a trap, if a program that is waited for survives it.
	trap end_selftest EXIT
	trap 'exit 130' INT
	open_trace selftest
	mark="pasidctl selftest $1 $(first_line "$host/proc/sys/kernel/random/uuid")"
	write_line "$host/dev/kmsg" "$mark" || die "$EXIT_FAILED" "the kernel log cannot be marked: $refusal" \
		'run it with sudo'
	print_machine "$1"
	selftest_file=$(ceiling_file "$1")
	all_steps "$1"
	look_for_trouble "$mark"
	end_selftest
	print_verdict "$1"
}

# Also where the test is interrupted. "default" is what the VF had.
end_selftest() {
	trap - EXIT
	[ -z "${selftest_file-}" ] || write_line "$selftest_file" default ||
		complain "the setting was not put back: $refusal" "write it by hand: pasidctl set $bdf default"
	selftest_file=''
	close_trace
}

all_steps() { # VF
	local name was=${state[ceiling]} supported=${state[supported]} ceiling
	printf '\n| write | answer | effective | µs | invalidations | descriptors |\n|---|---|---|---|---|---|\n'
	ceiling=$supported
	step "$1" '+all' 0
	for name in $PERMISSIONS; do
		if has_permission "$supported" "$name"; then
			ceiling=$(without "$supported" "$name")
			step "$1" "-$name" 0
			ceiling=$supported
			step "$1" "+$name" 0
		else
			step "$1" "+$name" 'Operation not supported'
		fi
	done
	ceiling=${supported//+/-}
	step "$1" '-all' 0
	ceiling=$was
	step "$1" 'default' 0
	[ "$(first_line "$pci/$1/pasid_status/owed")" = none ] || problem "owed: $(first_line "$pci/$1/pasid_status/owed")"
}

# One write; then the ceiling, and what is effective, have to be what `ceiling` says, as nobody asks for less.
step() { # VF TEXT ANSWER
	local answer=0 is effective shown wanted flushes descriptors errors refusal taken
	clear_trace
	write_line "$selftest_file" "$2" || answer=$refusal
	effective=$(first_line "$pci/$1/pasid_status/effective")
	read -r flushes descriptors errors < <(events_of "$1" | count_flushes)
	shown=$(set_in_table "$effective")
	printf '| `%s` | %s | %s | %s | %s | %s |\n' "$2" "$answer" "$shown" "$taken" "$flushes" "$descriptors"
	is=$(first_line "$selftest_file")
	wanted=$(in_force "$ceiling")
	[ "$answer" = "$3" ] || problem "writing $2 answered '$answer', not '$3'"
	[ "$is" = "$ceiling" ] || problem "after $2 the ceiling is $is, not $ceiling"
	[ "$effective" = "$wanted" ] || problem "after $2 effective is $effective, not $wanted"
	[ "$errors" = 0 ] || problem "after $2 $errors invalidations failed"
}

# exec and priv have no effect without enable.
in_force() { # CEILING
	if has_permission "$1" enable; then
		echo "$1"
	else
		without "$(without "$1" exec)" priv
	fi
}

problem() { # TEXT
	problems=$((problems + 1))
	found+="- $1"$'\n'
}

found='' problems=0 selftest_file=''

# What the log has behind the mark.
look_for_trouble() { # MARK
	local line log
	log=$(kernel_log || true)
	[[ $log = *"$1"* ]] || problem 'the kernel log was too short to look for trouble'
	while read -r line; do
		problem "kernel log: $line"
	done < <(sed "1,/$1/d" <<<"$log" | grep -E "$TROUBLE" || true)
}

print_machine() { # VF
	local unit pf
	unit=$(unit_of "$1") pf=$(pf_of "$1")
	printf '### pasidctl selftest, %(%F)T\n\n' -1
	printf -- '- CPU: %s, microcode %s%s\n' "$(cpu_field 'model name')" "$(cpu_field microcode)" \
		"$(! grep -qw hypervisor "$host/proc/cpuinfo" || echo '; a virtual machine: what follows is simulated')"
	printf -- '- unit: version %s, CAP %s, ECAP %s\n' "$(first_line "$units/$unit/intel-iommu/version")" \
		"$(first_line "$units/$unit/intel-iommu/cap")" "$(first_line "$units/$unit/intel-iommu/ecap")"
	printf -- '- kernel: %s; pasid-ctl %s\n' "$(release)" "$(first_line "$host/sys/module/intel_pasid_ctl/version")"
	printf -- '- PF: %s, driver %s; VF: %s; PASIDs of %s bits\n' "$(ids_of "$pf")" \
		"$(driver_of "$pf" | grep . || echo none)" "$(ids_of "$1")" "${state[width]}"
	printf -- '- supported: %s; before: %s\n' "${state[supported]}" "${state[ceiling]}"
}

print_verdict() { # VF
	if [ "$problems" = 0 ]; then
		printf '\nNo problem was found. The VF has its setting back: %s.\n' "$(first_line "$pci/$1/pasid_ctl")"
	else
		printf '\n%s problems:\n%s' "$problems" "$found"
	fi
	printf '\nThe VF had no driver and no PASID:'
	echo ' this shows that writes are carried out and answered, not that DMA is blocked.'
}
