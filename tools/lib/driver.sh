# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# pasidctl bind, pasidctl unbind: a VF changes its driver by driver_override, and gets back what it had.

readonly memory=$host/run/pasidctl

command_bind() { # BDF [--driver NAME]
	local bdf driver=pasid-vfio-pci
	case "$#-${2-}" in
	1-) ;;
	3---driver) driver=$3 ;;
	*) die "$EXIT_USAGE" 'bind wants one VF' 'say "pasidctl bind BDF" or "pasidctl bind BDF --driver NAME"' ;;
	esac
	require_vf "$1"
	require_root bind
	[ -d "$host/sys/bus/pci/drivers/$driver" ] ||
		die "$EXIT_FAILED" "there is no PCI driver $driver" "load it (modprobe $driver), then bind again"
	if [ "$(driver_of "$bdf")" = "$driver" ]; then
		echo "$bdf: has $driver already"
		return
	fi
	refuse_used "$bdf"
	remember "$bdf"
	if ! hand_over "$bdf" "$driver" "$driver"; then
		complain "$bdf: $driver did not take it: ${refusal:-the driver did not say why}" \
			'see the kernel log (dmesg); pasidctl gives the VF back'
		give_back "$bdf"
		exit "$EXIT_FAILED"
	fi
	echo "$bdf: has $driver now; \"pasidctl unbind $bdf\" gives it back"
}

command_unbind() { # BDF
	local bdf
	[ $# = 1 ] || die "$EXIT_USAGE" 'unbind wants one VF' 'say "pasidctl unbind BDF"'
	require_vf "$1"
	require_root unbind
	[ -e "$memory/$bdf" ] || die "$EXIT_FAILED" "pasidctl does not know which driver $bdf had" \
		"it remembers only what \"pasidctl bind\" has done since boot; write to /sys/bus/pci/devices/$bdf/driver/unbind"
	refuse_used "$bdf"
	give_back "$bdf"
}

# A driver waits until its user has closed the VF, and the one that writes to unbind waits with it.
refuse_used() { # VF
	local users
	users=$(users_of "$1" | paste -sd ';')
	[ -z "$users" ] || die "$EXIT_FAILED" "$1 is open: $users" \
		'stop these processes (the VM that has the VF), then try again'
}

# What a VF had before pasidctl gave it away for the first time.
remember() { # VF
	local override
	[ ! -e "$memory/$1" ] || return 0
	override=$(first_line "$pci/$1/driver_override")
	mkdir -p "$memory"
	printf 'driver=%s\noverride=%s\n' "$(driver_of "$1")" "${override#(null)}" >"$memory/$1"
}

give_back() { # VF
	local driver override
	driver=$(sed -n 's/^driver=//p' "$memory/$1")
	override=$(sed -n 's/^override=//p' "$memory/$1")
	hand_over "$1" "$override" "$driver" ||
		die "$EXIT_FAILED" "$1 did not get back ${driver:-"no driver"}: ${refusal:-the driver did not take it}" \
			"load the driver (modprobe ${driver:-...}), then \"pasidctl unbind $1\" again"
	rm "$memory/$1"
	echo "$1: has ${driver:-no driver} again"
}

# Has the VF leave its driver and, if one is named, be probed by it.
hand_over() { # VF OVERRIDE DRIVER
	local dir=$pci/$1
	write_line "$dir/driver_override" "$2" || return
	[ ! -e "$dir/driver" ] || write_line "$dir/driver/unbind" "$1" || return
	[ -z "$3" ] || write_line "$host/sys/bus/pci/drivers_probe" "$1" || return
	[ "$(driver_of "$1")" = "$3" ]
}
