#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2016,SC2119,SC2317
# boot: --machine stock --iommu scalable-ss --tools --vfs 3
# usually: newest
# pasidctl, as it is installed, with VFs that are there: what it says is what sysfs says, and what it does is done.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

pf=$(pf)
first=$(vf 0)
second=$(vf 1)
third=$(vf 2)

# With Debian's programs; bash looks there for what it has open.
pasidctl() {
	[ -e /dev/fd ] || ln -s /proc/self/fd /dev/fd
	PATH=/usr/bin:/bin /usr/sbin/pasidctl "$@"
}

# It fails with a status, and says why and what to do next.
expect_refusal_of() { # STATUS TEXT ARGUMENT...
	local status=0 wanted=$1 text=$2
	shift 2
	pasidctl "$@" >/tmp/said 2>&1 || status=$?
	cat /tmp/said
	expect_equal "$status" "$wanted" "status of pasidctl $*"
	grep -qF "$text" /tmp/said
	grep -q '^pasidctl: next: ' /tmp/said
}

driver_of() { # BDF
	[ ! -e "$pci/$1/driver" ] || link_target "$pci/$1/driver"
}

prepare() {
	expect_refusal_of 1 'next: load it: modprobe intel-pasid-ctl' list
	load_vfio
}

granted() { # SET: as list has it
	echo "$1" | tr ' ' '\n' | sed -n 's/^+//p' | xargs | tr ' ' ','
}

list_says_what_files_say() {
	local status=$pci/$first/pasid_status
	pasidctl list >/tmp/said
	cat /tmp/said
	expect_equal "$(wc -l </tmp/said)" 4 lines
	expect_equal "$(grep "^$first " /tmp/said | xargs)" "$first $pf - $(granted "$(cat "$status/supported")") \
$(granted "$(cat "$pci/$first/pasid_ctl")") $(granted "$(cat "$status/requested")") $(granted "$(cat "$status/effective")") \
$(cat "$status/entries") $(awk '{ n += $2 } END { print n + 0 }' "$status/faults") - -" 'the first VF'
	pasidctl list --json >/tmp/said
	expect_equal "$(grep -c '"controlled": true' /tmp/said)" 3 'VFs under control'
}

show_says_what_files_say() {
	pasidctl show "$first" >/tmp/said
	grep -q "^effective  *$(cat "$pci/$first/pasid_status/effective")$" /tmp/said
	expect_refusal_of 2 "name one of its VFs: $first $second $third" show "$pf"
}

set_is_in_force() {
	pasidctl set "$first" -enable
	expect_context "$first" PASIDE 0
	expect_context "$second" PASIDE 1
	pasidctl set all -enable
	expect_context "$third" PASIDE 0
	pasidctl set all default
	pasidctl set "$pf" -enable
	expect_context "$second" PASIDE 0
	pasidctl set "$pf:virtfn1" +enable
	expect_context "$second" PASIDE 1
	pasidctl set "$pf:virtfn1" default
	pasidctl set "$pf" default
	expect_context "$first" PASIDE 1
}

# With the kernel's own words, and nothing changed.
set_explains_refusals() {
	local was
	was=$(cat "$pci/$first/pasid_ctl")
	expect_refusal_of 1 "Invalid argument; the kernel says: pasid_ctl: refused 'nonsense" set "$first" nonsense
	expect_refusal_of 1 'next: grant only what is supported now' set "$first" +exec
	load_client
	lab_do fail-qi 1
	expect_refusal_of 1 'Input/output error' set "$first" -enable
	lab_do fail-qi 0
	await 60 expect_file "$pci/$first/pasid_status/owed" none
	pasidctl set "$first" default
	expect_file "$pci/$first/pasid_ctl" "$was"
}

ranges_are_the_files() {
	pasidctl ranges set "$pf" 0x180-0x187
	expect_file "$pci/$pf/vf_pasid_ranges" 0x180-0x187
	expect_equal "$(pasidctl ranges | xargs)" "$pf 0x180-0x187" 'pasidctl ranges'
	expect_refusal_of 1 'next: keep to 0x100-0xfff' ranges set "$pf" 0x80-0x87
	expect_refusal_of 1 'the first byte at a multiple of 4' ranges set "$pf" 0x181-0x188
	expect_file "$pci/$pf/vf_pasid_ranges" 0x180-0x187
}

# The mock's VF has two capabilities, and all else in it reads as zero.
candidates_are_what_the_driver_finds() {
	pasidctl ranges clear "$pf"
	pasidctl bind "$first"
	pasidctl ranges "$first" >/tmp/said
	cat /tmp/said
	grep -q "^candidate: 0xff8-0xfff, free in all 1" /tmp/said
	pasidctl ranges "$first" --row | grep -q "PASID_FREE({ 0xff8, 0xfff })"
	pasidctl ranges "$first" --apply
	expect_file "$pci/$pf/vf_pasid_ranges" 0xff8-0xfff
	echo 1 >"$pci/$first/pasid_status/cap_layout"
	pasidctl vmm-args "$first" | grep -q x-vpasid-cap-offset=0xff8
	pasidctl ranges set "$pf" auto
	expect_file "$pci/$pf/vf_pasid_ranges" auto
	pasidctl unbind "$first"
	pasidctl ranges set "$pf" 0x180-0x187
}

# list shows the capability as soon as somebody has looked where it goes.
bind_and_unbind() {
	modprobe vfio-pci
	pasidctl bind "$first" --driver vfio-pci
	expect_equal "$(driver_of "$first")" vfio-pci driver
	pasidctl bind "$first"
	expect_equal "$(driver_of "$first")" pasid-vfio-pci driver
	echo 1 >"$pci/$first/pasid_status/cap_layout"
	pasidctl list | grep "^$first .* pasid-vfio-pci "
	# It is the first driver that is remembered, which was none.
	pasidctl unbind "$first"
	expect_equal "$(driver_of "$first")" '' driver
	expect_file "$pci/$first/driver_override" '(null)'
	expect_refusal_of 1 'pasidctl does not know which driver' unbind "$first"
}

former_driver_comes_back() {
	echo vfio-pci >"$pci/$second/driver_override"
	echo "$second" >/sys/bus/pci/drivers_probe
	expect_equal "$(driver_of "$second")" vfio-pci driver
	pasidctl bind "$second"
	pasidctl unbind "$second"
	expect_equal "$(driver_of "$second")" vfio-pci driver
	expect_file "$pci/$second/driver_override" vfio-pci
}

open_vf_stays() {
	pasidctl bind "$first"
	sleep 1000 9<"/dev/vfio/$(link_target "$pci/$first/iommu_group")" &
	expect_refusal_of 1 "$first is open: $! sleep" unbind "$first"
	expect_refusal_of 1 "$first is open: $! sleep" selftest "$first"
	kill $!
	wait $! || true
	pasidctl unbind "$first"
}

doctor_finds_nothing_broken() {
	local status=0
	pasidctl doctor >/tmp/said || status=$?
	cat /tmp/said
	expect_equal "$(grep -c '^broken ' /tmp/said || true)" 0 'what is broken'
	grep -q '^ok  *scalable mode  *on, as intel-pasid-ctl has found$' /tmp/said
	grep -q '^ok  *CONFIG_*\|^lacks  *CONFIG_IOMMUFD' /tmp/said
	# securityfs is not mounted here.
	grep '^unknown ' /tmp/said | expect_fails grep -v '^unknown  lockdown'
	grep -q "^ok  *PF $pf TLP prefix" /tmp/said
}

doctor_finds_switches() {
	local status=0
	echo 0 >/sys/kernel/debug/kprobes/enabled
	pasidctl doctor >/tmp/said || status=$?
	echo 1 >/sys/kernel/debug/kprobes/enabled
	expect_equal "$status" 1 status
	grep -q '^broken  *switch kprobes' /tmp/said
}

selftest_finds_no_problem() {
	local text
	pasidctl selftest "$third" --output /tmp/said || { cat /tmp/said && return 1; }
	cat /tmp/said
	grep -q '^No problem was found' /tmp/said
	# A deny of enable: of the context entry, and all that the specification asks for, at least two invalidations.
	grep -qE '^\| `-enable` \| 0 \| [a-z,]+ \| [0-9]+ \| [1-9][0-9]* \| ([2-9]|[1-9][0-9]+) \|$' /tmp/said
	grep -qE '^\| `-priv` \| 0 \| enable \|' /tmp/said
	grep -qE '^\| `\+exec` \| Operation not supported \|' /tmp/said
	for text in "$(cat "$pci/$third/pasid_ctl")" "$(cat "$pci/$pf/vf_pasid_ctl/default")"; do
		expect_equal "$text" "$(cat "$pci/$first/pasid_ctl")" 'the setting'
	done
	expect_context "$third" PASIDE 1
	nothing_is_left_in_tracefs
}

nothing_is_left_in_tracefs() {
	expect_equal "$(ls /sys/kernel/tracing/instances)" '' 'instances of tracefs'
}

selftest_finds_failures() {
	lab_do fail-qi 1
	expect_fails pasidctl selftest "$third" --output /tmp/said
	lab_do fail-qi 0
	cat /tmp/said
	grep -q "^- writing -enable answered 'Input/output error', not '0'" /tmp/said
	await 60 expect_file "$pci/$third/pasid_status/owed" none
	pasidctl set "$third" default
	expect_context "$third" PASIDE 1
	nothing_is_left_in_tracefs
}

# At its first change, after which several are to come.
interrupted_selftest_puts_back() {
	local pid signal notified
	for signal in INT TERM; do
		rm -f /tmp/said
		# Before the selftest, so that its first change ends the wait.
		await-notify "$pci/$third/pasid_status/effective" >/tmp/notified &
		notified=$!
		await 60 grep -q ready /tmp/notified
		# In the background this shell has INT ignored, and a program cannot change that for itself.
		PATH=/usr/bin:/bin /usr/bin/env --default-signal=INT /usr/sbin/pasidctl selftest "$third" --output /tmp/said &
		pid=$!
		wait "$notified"
		kill -"$signal" "$pid"
		wait "$pid" || true
		expect_context "$third" PASIDE 1
		expect_file "$pci/$third/pasid_ctl" "$(cat "$pci/$first/pasid_ctl")"
		expect_fails grep -q 'No problem was found' /tmp/said
		nothing_is_left_in_tracefs
	done
}

watch_wakes_up() {
	local pid status=0
	PATH=/usr/bin:/bin /usr/sbin/pasidctl watch >/tmp/watched &
	pid=$!
	await 60 grep -q " $third  ceiling +enable" /tmp/watched
	pasidctl set "$first" -enable
	await 60 grep -q " $first  ceiling -enable .* effective -enable " /tmp/watched
	await 60 grep -qE " $first  [a-z_]+ ceiling=" /tmp/watched
	pasidctl set "$first" default
	await 60 grep -q " $first  ceiling .* effective +enable " /tmp/watched
	kill "$pid"
	wait "$pid" || status=$?
	expect_equal "$status" 143 'status of watch'
	cat /tmp/watched
	nothing_is_left_in_tracefs
}

report_says_all() {
	pasidctl report >/tmp/said
	grep -q '^intel_iommu=on,sm_on' /tmp/said
	grep -q '^intel_pasid_ctl.default_ctl=' /tmp/said
	grep -q 'intel_pasid_ctl: version .*: enforcing' /tmp/said
}

it prepare prepare
it 'list says what the files say' list_says_what_files_say
it 'show says what the files say, and refuses a PF' show_says_what_files_say
it 'what is set is in force' set_is_in_force
it 'what is refused is explained' set_explains_refusals
it 'ranges are shown and set' ranges_are_the_files
it 'ranges of a VF are what the driver finds, and can be taken' candidates_are_what_the_driver_finds
it 'bind and unbind' bind_and_unbind
it 'the former driver comes back' former_driver_comes_back
it 'a VF that is open stays where it is' open_vf_stays
it 'doctor finds nothing broken' doctor_finds_nothing_broken
it 'doctor finds a switch that is off' doctor_finds_switches
it 'selftest finds no problem, and puts everything back' selftest_finds_no_problem
it 'selftest finds invalidations that fail' selftest_finds_failures
it 'a selftest that is interrupted puts everything back' interrupted_selftest_puts_back
it 'watch sleeps until something changes' watch_wakes_up
it 'report has what is wanted' report_says_all
finish
