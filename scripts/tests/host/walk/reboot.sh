# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2317 # variables are of steps.sh
# Second boot: what was to stay has stayed. Then README's "Remove it", but for the packages, which walk.sh removes.
# shellcheck source=/dev/null
. ./steps.sh

make_vfs() { # PF
	settle
	[ ! -e "$pci/$1/virtfn0" ]
	echo 2 >"$pci/$1/sriov_numvfs"
}

line_of() { # PATTERN: its first line in the kernel's log
	dmesg | grep -n -m 1 -E "$1" | cut -d: -f1
}

module_is_loaded_first() {
	loaded
	systemctl is-active systemd-modules-load
	settle
	[ "$(line_of 'intel_pasid_ctl: .*enforcing')" -lt "$(line_of 'pci 0000:02:01\.0:')" ]
}

option_is_kept() {
	make_vfs "$by_option"
	expect_ceiling "$by_option" '+enable -exec -priv -pri'
}

# The rule has made the VFs, too.
udev_rule_is_kept() {
	expect_ceiling "$by_udev" '-enable -exec -priv -pri'
	expect_equal "$(<"$pci/$by_udev/sriov_numvfs")" 8 'number of VFs'
}

sysfsutils_are_kept() {
	make_vfs "$by_sysfsutils"
	expect_ceiling "$by_sysfsutils" '+enable -exec +priv -pri'
}

tmpfiles_are_kept() {
	make_vfs "$by_tmpfiles"
	expect_ceiling "$by_tmpfiles" '-enable -exec +priv -pri' '-enable -exec -priv -pri'
}

systool_shows_all() {
	local expected
	run_block 'Keep it over reboots' systool >state
	expected=$(cat "$pci"/*/pasid_ctl)
	expect_equal "$(sed -n 's/^ *pasid_ctl  *= "\(.*\)"$/\1/p' state)" "$expected" 'what systool shows'
	expect_equal "$(wc -l <<<"$expected")" 14 'number of VFs'
}

let_go() {
	run_inline 'Remove it' 'pasidctl set all'
	run_inline 'Remove it' 'rmmod intel-pasid-ctl'
}

# At boot, modules-load.d may have been first.
softdep_brings_it() {
	let_go
	rmmod pci-pf-stub
	modprobe pci-pf-stub
	loaded
}

it_is_unloaded() {
	run_block 'Remove it' modules-load
	let_go
}

it 'modules-load.d: the module is loaded before there are VFs' module_is_loaded_first
it 'modprobe.d: default_ctl is kept' option_is_kept
it 'udev: a rule on the PF is kept, and makes the VFs after it' udev_rule_is_kept
it 'sysfsutils: /etc/sysfs.d is kept' sysfsutils_are_kept
it 'systemd-tmpfiles: /etc/tmpfiles.d is kept' tmpfiles_are_kept
it 'systool shows all VFs' systool_shows_all
it 'softdep: the PF'"'"'s driver has the module loaded' softdep_brings_it
it 'Remove it: the module is unloaded' it_is_unloaded
finish
