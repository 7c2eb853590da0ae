# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What those who run test files have in common.

# What a file has in its line "# NAME: ...".
header() { # NAME FILE
	sed -n "s/^# $1: //p" "$2"
}

# A file's machine.
boot_options() { # FILE
	header boot "$1"
}

is_selected() { # NAME [WANTED]...: all are if none is wanted
	local name=$1
	shift
	[ $# = 0 ] || [[ " $* " == *" $name "* ]]
}

# Waits until fewer than N run in the background.
await_slot() { # N
	while [ "$(jobs -rp | wc -l)" -ge "$1" ]; do
		wait -n
	done
}
