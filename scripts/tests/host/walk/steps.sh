# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# What the scripts of the walk share. They run on the host, when it is up. README's words for what differs from host to
# host, such as the PF's driver, are replaced by this host's.

# shellcheck source=/dev/null
. ./lib.sh
# shellcheck source=/dev/null
. ./readme.sh

readme=/run/lab/README.md
pci=/sys/bus/pci/devices
by_udev=0000:02:00.0 by_option=0000:01:00.0 by_sysfsutils=0000:03:00.0 by_tmpfiles=0000:04:00.0

# Runs README's block, with the substitutions of sed EXPRESSION.
run_block() { # SECTION TEXT [EXPRESSION]
	local commands
	commands=$(block "$1" "$2")
	commands=$(sed -e "${3-}" <<<"$commands")
	echo "$commands"
	eval "$commands"
}

run_inline() { # SECTION TEXT
	local command
	command=$(inline "$1" "$2")
	echo "$command"
	eval "$command"
}

# A session is run as a whole; it prints what README says that it prints.
run_session() { # SECTION TEXT [EXPRESSION]
	local text said
	text=$(block "$1" "$2")
	text=$(sed -e "${3-}" <<<"$text")
	said=$(set -e && eval "$(session_commands <<<"$text")")
	expect_equal "$said" "$(session_output <<<"$text")" 'what the session prints'
}

# Waits until udev has handled all events.
settle() { udevadm settle --timeout=$((LAB_SLOWNESS * 3)); }

loaded() { [ -d /sys/module/intel_pasid_ctl ]; }

# All VFs of a PF have this ceiling, also when udev heard of them.
expect_ceiling() { # PF CEILING [EFFECTIVE]
	local vf name
	settle
	for vf in "$pci/$1"/virtfn*; do
		name=$(basename "$(readlink -f "$vf")")
		expect_equal "$(<"$vf/pasid_ctl")" "$2" "ceiling of $name"
		expect_equal "$(<"$vf/pasid_status/effective")" "${3:-$2}" "what is in force for $name"
		expect_equal "$(</run/lab/seen/"$name")" "$2" "what udev saw of $name"
	done
}
