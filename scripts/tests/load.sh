#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --machine stock
# I1, I7: loading and unloading; which functions have files; VFs that are there at load and VFs that appear later.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

functions="$(pf) $(all_vfs)"
first=$(vf 0)
second=$(vf 1)

loading_changes_nothing() {
	load_client
	lab_do attach "$first" 5
	# shellcheck disable=SC2086
	snapshot $functions >/tmp/before
	witness inval mark
	load
	expect_no_inval
	# shellcheck disable=SC2086
	snapshot $functions >/tmp/after
	expect_same /tmp/before /tmp/after 'tables'
	grep -q 'pasid 5 ' /tmp/before
}

files_are_there() {
	local file
	for file in pasid_ctl pasid_status/supported pasid_status/requested pasid_status/effective pasid_status/entries pasid_status/width; do
		[ -f "$pci/$first/$file" ]
	done
	expect_equal "$(stat -c %a "$pci/$first/pasid_ctl")" 644 'mode of pasid_ctl'
	for file in supported requested effective entries width; do
		expect_equal "$(stat -c %a "$pci/$first/pasid_status/$file")" 444 "mode of pasid_status/$file"
	done
	expect_file "$pci/$first/pasid_status/entries" 1
	expect_file "$pci/$first/pasid_status/width" 20
	expect_file "$pci/$first/pasid_status/requested" '+enable +exec +priv +pri'
}

files_are_nowhere_else() {
	expect_equal "$(ls -d /sys/bus/pci/devices/*/pasid_ctl | wc -l)" 8 'number of pasid_ctl files'
	[ ! -e "$pci/$(pf)/pasid_ctl" ]
	[ ! -e "$pci/$(pf)/pasid_status" ]
}

default_is_what_intel_iommu_intends() {
	expect_ctl "$first" "$(cat "$pci/$first/pasid_status/supported")"
	expect_ctl "$first" "$(cat "$pci/$first/pasid_status/effective")"
	grep -q '^+enable -exec ' "$pci/$first/pasid_ctl"
}

what_is_read_can_be_written() {
	local text
	text=$(cat "$pci/$first/pasid_ctl")
	witness inval mark
	set_ctl "$first" "$text"
	expect_ctl "$first" "$text"
	expect_no_inval
}

unload_is_refused_while_restricted() {
	set_ctl "$first" -enable
	expect_fails unload
	set_ctl "$second" -all
	set_ctl "$first" default
	expect_fails unload
	set_ctl "$second" '+all -exec'
}

unload_is_allowed_at_default() {
	unload
	# shellcheck disable=SC2086
	snapshot $functions >/tmp/after
	expect_same /tmp/before /tmp/after 'tables'
	[ ! -e "$pci/$first/pasid_ctl" ]
	[ ! -e "$pci/$first/pasid_status" ]
}

default_ctl_is_checked() {
	expect_fails load 'default_ctl=+enable+exec'
	expect_fails load default_ctl=nonsense
	expect_fails load default_ctl=
	expect_said 'default_ctl="nonsense": each word is'
	expect_fails is_loaded
}

# As from an options line without quotes in modprobe.d: insmod passes each word to the kernel as an option of its own.
default_ctl_is_not_cut_short() {
	local ko word
	ko=$(find /lib/modules -name intel-pasid-ctl.ko)
	for word in -all -enable -exec -priv -pri +all +enable +exec +priv +pri default; do
		expect_fails insmod "$ko" "default_ctl=+all $word"
		expect_said "'$word' is an option of its own here: put all words of default_ctl in quotes"
		expect_fails is_loaded
	done
}

uevents_are_heard() {
	awk '$2 == 15 && $3 { heard = 1 } END { exit !heard }' /proc/net/netlink
}

# A rule of udev runs at these events, and writes to the file pasid_ctl. So the file has to be there.
uevents_tell_of_files() {
	local vf seen=/tmp/uevents
	rm -f "$seen"
	set_numvfs 2
	# shellcheck disable=SC2016 # for the uevent's own shell
	uevent /bin/sh -c '[ "$SUBSYSTEM" != pci ] || echo "$ACTION ${DEVPATH##*/} $([ -e "/sys$DEVPATH/pasid_ctl" ] && cat "/sys$DEVPATH/pasid_ctl")" >>/tmp/uevents' &
	await 10 uevents_are_heard
	load default_ctl=-enable
	for vf in $(all_vfs); do
		await 10 grep -q "^change $vf -enable " "$seen"
	done
	set_numvfs 3
	for vf in $(all_vfs); do
		await 10 grep -q "^add $vf -enable " "$seen"
	done
	expect_fails grep -vE "^(change|add) .* -enable |^(remove|change|bind|unbind) |^add $(pf)" "$seen"
	kill $!
	set_numvfs 0
	unload
}

default_ctl_rules_old_and_new_vfs() {
	load default_ctl=-all
	expect_ctl "$first" '-enable -exec -priv -pri'
	expect_context "$first" PASIDE 0
	set_numvfs 0
	set_numvfs 4
	expect_ctl "$(vf 3)" '-enable -exec -priv -pri'
	expect_context "$(vf 3)" PASIDE 0
	expect_context "$(vf 3)" PRE 0
	set_ctl "$(vf 3)" +enable
	expect_context "$(vf 3)" PASIDE 1
	set_ctl "$(vf 3)" default
	expect_context "$(vf 3)" PASIDE 0
}

what_default_ctl_denies_keeps_the_module() {
	local vf
	expect_fails unload
	for vf in $(all_vfs); do
		set_ctl "$vf" '+all -exec'
	done
	for vf in $(all_vfs); do
		expect_context "$vf" PASIDE 1
	done
	unload
}

# README says what to write before rmmod. That has to be enough, even while the PF has PASID or PRI off.
readme_lets_the_module_go() { # pasid|pri
	local mock was
	mock=$pci/$(pf)/mock
	was=$(cat "$mock/$1")
	echo 1 >"$mock/$1"
	load default_ctl=-all
	echo 0 >"$mock/$1"
	expect_fails unload
	set_all_ctl '+all -exec'
	unload
	echo 1 >"$mock/$1"
	# The same for a PF that had it off before the load.
	echo 0 >"$mock/$1"
	load default_ctl=-all
	expect_fails unload
	set_all_ctl '+all -exec'
	unload
	echo "$was" >"$mock/$1"
}

vfs_that_come_later_have_files() {
	set_numvfs 0
	load
	expect_equal "$(ls -d "$pci"/*/pasid_ctl 2>/dev/null | wc -l)" 0 'files without VFs'
	set_numvfs 3
	expect_equal "$(ls -d "$pci"/*/pasid_ctl | wc -l)" 3 'number of files'
	set_ctl "$(vf 2)" -enable
	expect_context "$(vf 2)" PASIDE 0
	expect_context "$(vf 1)" PASIDE 1
}

removed_vf_keeps_its_ceiling() {
	set_numvfs 0
	set_numvfs 3
	expect_context "$(vf 2)" PASIDE 0
	grep -q '^-enable' "$pci/$(vf 2)/pasid_ctl"
	set_ctl "$(vf 2)" default
	expect_context "$(vf 2)" PASIDE 1
	unload
}

kernel_symbol() { # NAME: its address
	awk -v name="$1" '$3 == name { print $1 }' /proc/kallsyms
}

# The target of a static call: a kernel's mitigations rely on the function's first instruction.
calls_go_to_the_beginning() { # STATIC-CALL FUNCTION
	local key
	load
	key=$(kernel_symbol "__SCK__$1")
	if [ -z "$key" ] || [ ! -e /proc/kcore ]; then
		unload
		echo "this kernel has no static call of $1 or no /proc/kcore"
		return 4
	fi
	expect_equal "$(read-kernel "$key")" "$(kernel_symbol "$2")" "where calls of $2() go"
	unload
}

it 'loading changes not one bit and invalidates nothing (I1)' loading_changes_nothing
it 'a VF has its files, with their modes' files_are_there
it 'the PF and other devices do not have the files' files_are_nowhere_else
it 'the default ceiling is what intel-iommu intends' default_is_what_intel_iommu_intends
it 'what is read can be written back and changes nothing' what_is_read_can_be_written
it 'unloading is refused while a VF is restricted (I7)' unload_is_refused_while_restricted
it 'unloading is allowed at the default and gives the tables back (I7)' unload_is_allowed_at_default
it 'bad text in default_ctl refuses to load and says why' default_ctl_is_checked
it 'default_ctl without quotes, whose words the kernel takes for options, refuses to load' default_ctl_is_not_cut_short
it 'default_ctl holds for VFs that are there at load and for VFs that appear later' default_ctl_rules_old_and_new_vfs
it 'unloading is refused while default_ctl denies something' what_default_ctl_denies_keeps_the_module
it 'the module can be unloaded after +all -exec although the PF has no PASID' readme_lets_the_module_go pasid
it 'the module can be unloaded after +all -exec although the PF has no PRI' readme_lets_the_module_go pri
# The debug kernel has no network, and uevents need netlink.
[ ! -e /proc/net/netlink ] || it 'a VF has its files when udev hears of it, at load and when it appears' uevents_tell_of_files
it 'a VF that appears after the load has its files and obeys them' vfs_that_come_later_have_files
it 'a VF that is removed and made again keeps its setting' removed_vf_keeps_its_ceiling
# The debug kernel does not show its memory.
[ ! -e /proc/kcore ] || it 'calls of a kernel function go to its first instruction, not to a probe on it' calls_go_to_the_beginning vtd_qi_submit qi_submit_sync
it 'the module loads and unloads twice in a row' load_and_unload 2
finish
