# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# What every part uses: where the machine's files are, how errors are told, how files are read and written.

# A tree that stands for a machine, for tests; else empty.
readonly host=${PASIDCTL_ROOT-}

# 0 is fine. Documented in pasidctl(8).
readonly EXIT_FAILED=1 EXIT_USAGE=2 EXIT_UNKNOWN=4

# An error always comes with what to do next.
complain() { # WHAT NEXT
	printf 'pasidctl: %s\npasidctl: next: %s\n' "$1" "$2" >&2
}

die() { # STATUS WHAT NEXT
	complain "$2" "$3"
	exit "$1"
}

require_root() { # WHAT-FOR
	[ -z "$host" ] || return 0
	[ "$EUID" = 0 ] || die "$EXIT_FAILED" "$1 needs root" 'run it with sudo'
}

# Does the output go to somebody who sees colours?
colours=''
[[ ! -t 1 || -n ${NO_COLOR-} || ${TERM-dumb} = dumb ]] || colours=yes

tool_version() {
	if [ -r "$here/VERSION" ]; then
		cat "$here/VERSION"
	else
		cat "$here/../VERSION"
	fi
}

# Prints the first line of a file, or nothing where there is none or it cannot be read.
first_line() { # FILE
	local line=''
	{ read -r line <"$1"; } 2>/dev/null || true
	printf '%s\n' "$line"
}

# Writes a line; sets taken to the microseconds. If the kernel refuses it, sets refusal to its word for the error.
write_line() { # FILE TEXT
	local said status=0
	said=$(timed_write "$@" 2>&1) || status=$?
	taken=${said##*$'\n'}
	said=${said%$'\n'*}
	refusal=${said##*: }
	return $status
}

timed_write() { # FILE TEXT
	local start=${EPOCHREALTIME/[.,]/} status=0
	printf '%s\n' "$2" >"$1" || status=$?
	echo $((${EPOCHREALTIME/[.,]/} - start))
	return $status
}

link_name() { # LINK: the last part of where it leads, or nothing
	local target
	target=$(readlink "$1" || true)
	printf '%s\n' "${target##*/}"
}

kernel_log() {
	if [ -n "$host" ]; then
		cat "$host/kernel.log"
	else
		dmesg
	fi 2>/dev/null
}

release() {
	first_line "$host/proc/sys/kernel/osrelease"
}

is_loaded() { # MODULE, with underscores
	[ -d "$host/sys/module/$1" ]
}

# Aligns lines of words that are separated by tabs.
table() {
	awk -F '\t' '
		{
			for (i = 1; i <= NF; i++) {
				cell[NR, i] = $i
				if (length($i) > width[i])
					width[i] = length($i)
			}
			fields[NR] = NF
		}
		END {
			for (row = 1; row <= NR; row++) {
				line = ""
				for (i = 1; i < fields[row]; i++)
					line = line sprintf("%-" width[i] + 2 "s", cell[row, i])
				print line cell[row, fields[row]]
			}
		}'
}
