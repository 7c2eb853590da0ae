# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# The module's trace events, in a tracefs instance of our own: nobody else's tracing is touched.

# The events of the module. The one place that knows a name: what tells of invalidations ends in this.
readonly TRACE_SYSTEM=pasid_ctl FLUSH_EVENT='*flush'

instance='' events=''

# Sets instance. Who calls this has set a trap that calls close_trace when the shell ends.
open_trace() { # WHAT-FOR
	local tracing=$host/sys/kernel/tracing
	require_root "$1"
	[ -d "$tracing/instances" ] || tracing=$host/sys/kernel/debug/tracing
	[ -d "$tracing/instances" ] ||
		die "$EXIT_FAILED" "$1 needs tracefs" \
			'mount it: mount -t tracefs tracefs /sys/kernel/tracing (lockdown=confidentiality forbids it)'
	[ -d "$tracing/events/$TRACE_SYSTEM" ] ||
		die "$EXIT_FAILED" 'intel-pasid-ctl has no trace events: it is not loaded' 'load it: modprobe intel-pasid-ctl'
	mkdir "$tracing/instances/pasidctl.$$" 2>/dev/null ||
		die "$EXIT_FAILED" "$tracing/instances/pasidctl.$$ cannot be made" 'see the kernel log (dmesg)'
	instance=$tracing/instances/pasidctl.$$
	write_line "$instance/events/$TRACE_SYSTEM/enable" 1 ||
		die "$EXIT_FAILED" "trace events cannot be switched on: $refusal" 'see the kernel log (dmesg)'
}

# An instance that somebody reads stays.
close_trace() {
	[ -z "$events" ] || exec {events}<&-
	events=''
	[ -n "$instance" ] || return 0
	rmdir "$instance" || complain "$instance could not be removed" "remove it: rmdir $instance"
	instance=''
}

clear_trace() {
	: >"$instance/trace"
}

# Prints events of a function as "EVENT TEXT".
events_of() { # BDF
	sed -nE "s/^[^#].* ([a-z_]+): $1 (.*)/\1 \2/p" "$instance/trace"
}

# Prints "FLUSHES DESCRIPTORS ERRORS" of what events_of printed.
count_flushes() {
	local event text flushes=0 descriptors=0 errors=0
	while read -r event text; do
		# shellcheck disable=SC2053 # a pattern
		[[ $event == $FLUSH_EVENT ]] || continue
		flushes=$((flushes + 1))
		[[ ! $text =~ descriptors=([0-9]+) ]] || descriptors=$((descriptors + BASH_REMATCH[1]))
		[[ $text = *'err=0'* ]] || errors=$((errors + 1))
	done
	echo "$flushes $descriptors $errors"
}
