# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the scripts that run test files share.

# Prints the text of a file's line "# NAME: ...".
header() { # NAME FILE
	sed -n "s/^# $1: //p" "$2"
}

# Prints the options of the machine that a file needs.
boot_options() { # FILE
	header boot "$1"
}

is_selected() { # NAME [WANTED]...: without WANTED, all names are selected
	local name=$1
	shift
	[ $# = 0 ] || [[ " $* " == *" $name "* ]]
}

# Waits until fewer than N jobs run in the background.
await_slot() { # N
	while [ "$(jobs -rp | wc -l)" -ge "$1" ]; do
		wait -n
	done
}
