#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2317 # functions are called by name; code for another shell is in single quotes
# pasidctl, but for doctor: what it prints and writes, what it refuses and says then, on a tree that stands for a host.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=scripts/tests/host/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/lib/fake-host.sh
. "$here/../../lib/fake-host.sh"

repo=$(readlink -f "$here/../../..")
pf=sys/bus/pci/devices/$FAKE_PF
first=sys/bus/pci/devices/0000:02:10.0
second=sys/bus/pci/devices/0000:02:10.1

# Sets status; what is printed is in the file said, errors are in the file errors.
pasidctl() { # ARGUMENT...
	status=0
	PASIDCTL_ROOT=$PWD "$repo/tools/pasidctl" "$@" >said 2>errors || status=$?
	cat said errors
}

works() { # ARGUMENT...
	local status
	pasidctl "$@"
	expect_equal "$status" 0 "status of $*"
	[ ! -s errors ]
}

# It fails with a status, says why, and what to do next.
refuses() { # STATUS WHY NEXT ARGUMENT...
	local status
	pasidctl "${@:4}"
	expect_equal "$status" "$1" "status of ${*:4}"
	grep -qE "^pasidctl: $2" errors
	grep -qE "^pasidctl: next: .*$3" errors
}

lacks_line() { # PATTERN: what is said has none with it
	if grep -E "$1" said; then
		return 1
	fi
}

refused_on_a_host() { # STATUS WHY NEXT ARGUMENT...
	fake_host
	refuses "$@"
}

list_is_a_table() {
	fake_host
	works list
	expect_equal "$(wc -l <said)" 3 lines
	expect_equal "$(sed -n 1p said | xargs)" \
		'VF PF DRIVER SUPPORTED CEILING REQUESTED EFFECTIVE ENTRIES FAULTS OFFSET SOURCE' 'the head'
	expect_equal "$(sed -n 2p said | xargs)" \
		'0000:02:10.0 0000:02:00.0 - enable,priv,pri enable,priv,pri enable,exec,priv,pri enable,priv,pri 0 0 - -' \
		'the first VF'
}

list_has_what_there_is() {
	fake_host
	mkdir -p sys/bus/pci/drivers/pasid-vfio-pci
	ln -s ../../../../bus/pci/drivers/pasid-vfio-pci "$first/driver"
	put "$first/pasid_status/cap_layout" $'pasid 0x180 admin\npri 0x188 admin'
	put "$first/pasid_status/faults" $'0x45 4\n0x5d 3'
	put "$first/pasid_status/effective" '-enable -exec -priv -pri'
	rm -r "$second"/pasid_{ctl,status}
	put "$pf/vf_pasid_ctl/virtfn1" '-enable -exec -priv -pri'
	works list
	grep -q ' ENTRIES  FAULTS  OFFSET ' said
	expect_equal "$(sed -n 2p said | xargs)" "0000:02:10.0 0000:02:00.0 pasid-vfio-pci enable,priv,pri enable,priv,pri \
enable,exec,priv,pri none 0 7 0x180 admin" 'the first VF'
	expect_equal "$(sed -n 3p said | xargs)" '0000:02:10.1 0000:02:00.0 - - none - - - - - -' 'the second VF'
}

list_without_the_module() {
	fake_host
	rm -r sys/module/intel_pasid_ctl
	refuses 1 'intel-pasid-ctl is not loaded' 'modprobe intel-pasid-ctl' list
	grep -q 0000:02:10.1 said
}

# As programs read it. Perl is part of every Debian, and of what builds kernels.
json_has_stable_keys() {
	fake_host
	put "$first/pasid_status/owed" 'device ats'
	put "$first/pasid_status/faults" $'0x45 4\n0x5d 3'
	put "$first/pasid_status/cap_layout" 'none: the bytes "x" are not free'
	works list --json
	perl -MJSON::PP -e 'undef $/; my $all = decode_json(<STDIN>); my $vf = $all->{vfs}[0];
		print join(" ", scalar @{$all->{vfs}}, sort keys %$vf), "\n";
		print encode_json([$vf->{number} + 0, $vf->{supported}, $vf->{owed},
			$vf->{layout}, $vf->{driver}]), "\n";
		print encode_json($all->{vfs}[1]{owed}), "\n";
		print JSON::PP->new->canonical->encode([$vf->{faults}, $all->{vfs}[1]{faults}]), "\n"' <said >parsed
	expect_equal "$(sed -n 1p parsed)" \
		'2 ceiling controlled driver effective entries faults layout number offset owed pf requested source supported vf width' keys
	expect_equal "$(sed -n 2p parsed)" \
		'[0,["enable","priv","pri"],["device","ats"],"none: the bytes \"x\" are not free",null]' values
	expect_equal "$(sed -n 3p parsed)" '[]' 'what is owed by the other'
	expect_equal "$(sed -n 4p parsed)" '[{"0x45":4,"0x5d":3},{}]' 'faults of both'
}

show_names_all() {
	fake_host
	mkdir -p proc/77/fd
	put proc/77/comm qemu
	ln -s /dev/vfio/0 proc/77/fd/9
	works show 02:10.0
	grep -qE '^PF +0000:02:00.0, its virtfn0$' said
	grep -qE '^open by +77 qemu$' said
	grep -qE '^changes +0$' said
	grep -qE '^refused +none$' said
	grep -qE '^effective +\+enable -exec \+priv \+pri$' said
}

set_writes() { # FILE TARGET WORD...
	fake_host
	works set "${@:2}"
	expect_equal "$(cat "$1")" "${*:3}" "$1"
	expect_equal "$(cat said)" "${1#sys/bus/pci/devices/}: ${*:3}" 'what is said'
}

set_all_writes_all() {
	fake_host
	works set all -all +enable
	expect_equal "$(cat "$first/pasid_ctl" "$second/pasid_ctl" | sort -u)" '-all +enable' 'both files'
	expect_equal "$(cat "$pf/vf_pasid_ctl/default")" '+enable -exec +priv +pri' 'the default'
}

# One that cannot be written keeps the other from nothing.
set_all_goes_on() {
	fake_host
	rm "$first/pasid_ctl" && ln -s /dev/full "$first/pasid_ctl"
	refuses 1 "0000:02:10.0/pasid_ctl: '-pri' was refused: No space left on device" 'kernel log' set all -pri
	expect_equal "$(cat "$second/pasid_ctl")" -pri 'the other'
}

# A driver of the VF has a file pasid_ctl of its own, or the module has none there.
set_uses_the_pf_instead() {
	fake_host
	rm "$second/pasid_ctl"
	works set 02:10.1 -pri
	expect_equal "$(cat "$pf/vf_pasid_ctl/virtfn1")" -pri virtfn1
}

# One name is the beginning of another.
one_permission_is_taken_out() {
	# shellcheck source=tools/lib/sets.sh
	. "$repo/tools/lib/sets.sh"
	expect_equal "$(without '+enable -exec +priv +pri' pri)" '+enable -exec +priv -pri' 'without pri'
	expect_equal "$(without '+enable -exec +priv +pri' priv)" '+enable -exec -priv +pri' 'without priv'
	expect_equal "$(without '+enable -exec +priv +pri' exec)" '+enable -exec +priv +pri' 'without exec'
}

list_without_vfs() {
	fake_host
	rm sys/bus/pci/devices/0000:02:10.*
	pasidctl list
	expect_equal "$status" 0 status
	grep -q "next: create some: echo N >/sys/bus/pci/devices/0000:02:00.0/sriov_numvfs" errors
}

# The errors that the kernel answers, each with what to do: the function that knows them is asked alone.
refusals_are_explained() { # ERROR NEXT
	fake_host
	PASIDCTL_ROOT=$PWD PCI_ERROR=$1 bash -c 'set -e; here=$0/tools
		for part in common pci sets set; do . "$here/lib/$part.sh"; done
		after_refusal "$PCI_ERROR" 0000:02:10.0' "$repo" >said
	grep -q -- "$2" said
}

ranges_are_set_and_cleared() {
	fake_host
	works ranges
	expect_equal "$(cat said)" '0000:02:00.0  none' 'at first'
	works ranges set 02:00.0 0x180-0x18f 0x200-0x207
	expect_equal "$(cat "$pf/vf_pasid_ranges")" '0x180-0x18f 0x200-0x207' vf_pasid_ranges
	works ranges show 02:00.0
	expect_equal "$(cat said)" '0000:02:00.0  0x180-0x18f 0x200-0x207' 'what is shown'
	works ranges clear 02:00.0
	expect_equal "$(cat "$pf/vf_pasid_ranges")" '' vf_pasid_ranges
}

# A VF that is bound: what the driver says of it, and of its sibling.
observed_host() {
	fake_host
	put "$first/pasid_status/cap_layout" "none: nobody says which bytes are free"
	put "$first/pasid_status/candidates" $'0x100-0x107 capability\n0x108-0xff7 free\n0xff8-0xffb written\n0xffc-0xfff free'
	put "$first/pasid_status/touched" $'since 1764255600\nopens 3\n0x108-0xff7 read 0 written 0 swept 2\n0xff8-0xffb read 2 written 14 swept 2'
	cp -r "$first/pasid_status/"{candidates,touched} "$second/pasid_status/"
}

candidates_are_explained() {
	observed_host
	works ranges 02:10.0
	grep -qx "VF 0000:02:10.0 (8086:1889), PF 0000:02:00.0 with driver none" said
	grep -q "^observed: since 2025-11-27 .*, opened 3 times; 2 VFs" said
	grep -qx "  0x100-0x107  taken    part of a capability" said
	grep -qx "  0x108-0xff7  free     nothing speaks against them" said
	grep -qx "  0xff8-0xffb  taken    a register: a user wrote to it" said
	grep -qx "  0xff8-0xffb read 2 written 14 swept 2" said
	lacks_line "0x108-0xff7 read"
	grep -q "^candidate: 0xff0-0xff7, free in all 2" said
	grep -q "^next: .*--apply" said
}

candidate_is_free_in_all() {
	observed_host
	put "$second/pasid_status/candidates" $'0x100-0xfeb free\n0xfec-0xff3 not-zero\n0xff4-0xfff free'
	works ranges 02:10.0 --apply
	expect_equal "$(cat "$pf/vf_pasid_ranges")" 0xfe4-0xfeb vf_pasid_ranges
	put "$second/pasid_status/candidates" $'0x100-0x107 read\n...'
	refuses 1 "0000:02:10.0 has no 8 bytes" "maker" ranges 02:10.0 --apply
	expect_equal "$(cat "$pf/vf_pasid_ranges")" 0xfe4-0xfeb vf_pasid_ranges
}

row_has_its_evidence() {
	observed_host
	works ranges 02:10.0 --row
	expect_equal "$(sed -n 1p said)" 'PASID_QUIRK(0x8086, 0x1889, "NAME OF THE VF",' "first line"
	grep -q "PASID_FREE({ 0xff0, 0xff7 })" said
	grep -qE "Linux $FAKE_RELEASE, VMM not running now, [0-9]+ h, 6 opens, 2 VFs, PF's driver none" said
	grep -q "pasidctl report" said
}

used_bytes_are_refused() {
	observed_host
	refuses 1 "0xff8-0xfff is in use: a user of 0000:02:10.0: 0xff8-0xffb read 2 written 14" "touched" \
		ranges set 02:00.0 0x180-0x187 0xff8-0xfff
	expect_equal "$(cat "$pf/vf_pasid_ranges")" "" vf_pasid_ranges
	works ranges set 02:00.0 0xff0-0xff7
	works ranges set 02:00.0 auto
	expect_equal "$(cat "$pf/vf_pasid_ranges")" auto vf_pasid_ranges
}

vmm_is_told() {
	observed_host
	refuses 1 "0000:02:10.0 has no place for the capability: nobody says which bytes are free" \
		"pasidctl ranges" vmm-args 02:10.0
	put "$first/pasid_status/cap_layout" $'pasid 0xff0 auto\nauto: not higher, because 0xff8-0xffb were written by a user'
	works vmm-args 02:10.0
	grep -q "x-vpasid-cap-offset=0xff0$" said
	grep -q -- "^--platform iommufd=on --device path=/sys/bus/pci/devices/0000:02:10.0/$" said
	refuses 1 "0000:02:10.1 is not bound to pasid-vfio-pci" "pasidctl bind" vmm-args 02:10.1
}

ranges_without_the_module() {
	fake_host
	rm -r "$pf/vf_pasid_ranges" sys/module/pasid_vfio_pci
	refuses 1 'no PF has vf_pasid_ranges: pasid-vfio-pci is not loaded' 'modprobe pasid-vfio-pci' ranges
	refuses 1 '0000:02:00.0 has no vf_pasid_ranges' 'modprobe pasid-vfio-pci' ranges set 02:00.0 0x180-0x187
}

open_vf_is_refused() { # COMMAND
	fake_host
	mkdir -p sys/bus/pci/drivers/pasid-vfio-pci proc/77/fd "$first/vfio-dev/vfio3" run/pasidctl
	touch run/pasidctl/0000:02:10.0
	put proc/77/comm qemu
	ln -s /dev/vfio/devices/vfio3 proc/77/fd/9
	refuses 1 '0000:02:10.0 is open: 77 qemu' . "$1" 02:10.0
}

# Trees answer nothing: the driver of a fake VF does not take it, and the VF is as before.
bind_that_fails_gives_back() {
	fake_host
	mkdir -p sys/bus/pci/drivers/pasid-vfio-pci
	put "$first/driver_override" igbvf
	refuses 1 '0000:02:10.0: pasid-vfio-pci did not take it' 'kernel log' bind 02:10.0
	expect_equal "$(cat "$first/driver_override")" igbvf driver_override
	[ ! -e run/pasidctl/0000:02:10.0 ]
}

used_vf_is_not_tested() { # WHY COMMAND...
	fake_host
	"${@:2}"
	refuses 1 "$1" . selftest 02:10.0
	expect_equal "$(cat "$second/pasid_ctl")" '+enable -exec +priv +pri' 'the setting'
}

with_driver() {
	mkdir -p sys/bus/pci/drivers/igbvf
	ln -s ../../../../bus/pci/drivers/igbvf "$first/driver"
}

report_has_no_secrets() {
	fake_host
	put proc/version 'Linux version 6.12.0-fake (joe@build.example.org) (gcc)'
	printf '[ 0.0] %s\n' 'Kernel command line: password=secret intel_pasid_ctl.verbose=1' 'DMAR: IOMMU enabled' \
		'usb: SerialNumber: 5ec2e7' >kernel.log
	put proc/sys/kernel/hostname secret-host
	works report
	lacks_line 'secret|5ec2e7|UUID|joe|example'
	local word
	for word in '^intel_iommu=on,sm_on$' 'kernel 6.12.0-fake' 'DMAR: IOMMU enabled' \
		'^ok .*SMTS' 'CPU .*Xeon' '0000:02:10.0 +8086:1889'; do
		grep -qE "$word" said
	done
}

# Each text that the tool looks for in the kernel log is in a message of the module, within one string.
log_texts_are_messages() {
	local text
	# shellcheck source=tools/lib/selftest.sh
	. "$repo/tools/lib/selftest.sh"
	while read -r text; do
		grep -qF "$text" "$repo"/iommu/*.c || { echo "no message has: $text" && return 1; }
	done < <(tr '|' '\n' <<<"$MODULE_TROUBLE|VT-d runs in legacy mode")
}

# doctor knows the reasons that the module has in status/enforcing, and no others.
reasons_are_the_modules() {
	expect_equal "$(sed -nE "s/^\t'no: ([a-zA-Z ]*)'\) .*/\1/p" "$repo/tools/lib/doctor-module.sh" | sort)" \
		"$(sed -n '/^static const char \*pasid_vf_disobeys/,/^static ssize_t/p' "$repo/iommu/sysfs-module.c" |
			grep -oE '"[a-zA-Z ]+"' | tr -d '"' | sort)" reasons
}

# Colours are for terminals alone, which `script` pretends to be.
colours_are_for_terminals() {
	local status
	fake_host
	pasidctl doctor
	lacks_line $'\033'
	export PASIDCTL_ROOT=$PWD TERM=xterm
	script -qec "$repo/tools/pasidctl doctor" /dev/null >said </dev/null
	grep -q $'^\033\\[32mok ' said
	NO_COLOR=1 script -qec "$repo/tools/pasidctl doctor" /dev/null >said </dev/null
	lacks_line $'\033'
}

# As installed, with its own copy of all that it needs.
is_installed_and_removed() {
	make -s -C "$repo" install-tools DESTDIR="$PWD/there" PREFIX=/usr
	expect_equal "$(there/usr/sbin/pasidctl version)" "pasidctl $(cat "$repo/VERSION")" version
	[ -e there/usr/share/man/man8/pasidctl.8 ] && [ -e there/usr/share/man/man5/pasid_ctl.5 ]
	make -s -C "$repo" uninstall-tools DESTDIR="$PWD/there" PREFIX=/usr
	expect_equal "$(find there ! -type d)" '' 'what is left'
}

help_names_every_command() {
	local name
	works help
	for name in list show set watch bind unbind ranges vmm-args doctor selftest report; do
		grep -q "^  $name" said
		grep -qE "^\.(B|BR) ${name/-/.*-}|^\.SS ${name/-/.*-}" "$repo/man/pasidctl.8"
	done
}

completes() { # LINE WORDS
	local COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDBREAKS=$' \t\n"\'><=;|&(:' COMPREPLY
	# shellcheck source=completions/pasidctl
	. "$repo/completions/pasidctl"
	_pasidctl
	expect_equal "${COMPREPLY[*]}" "$2" "completion of '$1'"
}

it 'list is a table' list_is_a_table
it 'list has drivers, faults, capabilities and VFs that are not under control' list_has_what_there_is
it 'list says so where the module is not loaded' list_without_the_module
it 'list --json has stable keys' json_has_stable_keys
it 'list says how to create VFs' list_without_vfs
it 'one permission is taken out of a set' one_permission_is_taken_out
it 'list refuses what it does not know' refused_on_a_host 2 "list does not know '--xml'" 'list --json' list --xml
it 'show names all that is known' show_names_all
it 'show refuses a PF and names its VFs' \
	refused_on_a_host 2 '0000:02:00.0 is a PF' '0000:02:10.0 0000:02:10.1' show 02:00.0
it 'show refuses another function' refused_on_a_host 2 '0000:00:04.0 is no VF' 'pasidctl list' show 00:04.0
it 'show refuses what is not there' \
	refused_on_a_host 1 'there is no PCI function 0000:7f:00.0' sriov_numvfs show 7f:00.0
it 'show refuses what is no address' refused_on_a_host 2 "'eth0' is not the address" 0000:02:10.0 show eth0
it 'set: a VF' set_writes "$first/pasid_ctl" 0000:02:10.0 -all +enable
it 'set: a PF' set_writes "$pf/vf_pasid_ctl/default" 02:00.0 -all
it 'set: a VF that is not there' set_writes "$pf/vf_pasid_ctl/virtfn3" 02:00.0:virtfn3 -all
it 'set: all' set_all_writes_all
it 'set: all goes on where one fails' set_all_goes_on
it 'set: a VF without pasid_ctl' set_uses_the_pf_instead
it 'set: a VF that cannot be' \
	refused_on_a_host 2 '0000:02:00.0 cannot have such a VF' 'virtfn0 to virtfn3' set 02:00.0:virtfn4 -all
it 'set: no words' refused_on_a_host 2 'set wants a target and words' 'pasid_ctl\(5\)' set 02:10.0
it 'set: a function without VFs' refused_on_a_host 2 '0000:00:04.0 is no VF' 'pasidctl list' set 00:04.0 -all
it 'errors are explained: EINVAL' refusals_are_explained 'Invalid argument' '+name'
it 'errors are explained: EOPNOTSUPP' refusals_are_explained 'Operation not supported' 'now: +enable -exec +priv +pri'
it 'errors are explained: EIO' refusals_are_explained 'Input/output error' owed
it 'errors are explained: ENODEV' refusals_are_explained 'No such device' 'going away'
it 'errors are explained: EACCES' refusals_are_explained 'Permission denied' sudo
it 'ranges are shown, set and cleared' ranges_are_set_and_cleared
it 'ranges refuse a VF and name its PF' \
	refused_on_a_host 2 '0000:02:10.0 is a VF' 0000:02:00.0 ranges set 02:10.0 0x180-0x187
it 'ranges say so where the module is not loaded' ranges_without_the_module
it 'ranges BDF says what seems to be free, and why the rest is not' candidates_are_explained
it 'ranges --apply names bytes that are free in all VFs, or none' candidate_is_free_in_all
it 'ranges --row prints a row with its evidence' row_has_its_evidence
it 'ranges set refuses bytes that a user wrote' used_bytes_are_refused
it 'ranges BDF refuses a VF that is not bound' \
	refused_on_a_host 1 '0000:02:10.0 is not observed' 'pasidctl bind' ranges 02:10.0
it 'ranges BDF refuses a PF' refused_on_a_host 2 '0000:02:00.0 is a PF' 0000:02:10.0 ranges 02:00.0
it 'ranges BDF refuses a third word' \
	refused_on_a_host 2 'ranges wants' 'pasidctl ranges VF' ranges 02:10.0 --row --apply
it 'vmm-args has what QEMU and cloud-hypervisor take' vmm_is_told
it 'bind refuses a PF' refused_on_a_host 2 '0000:02:00.0 is a PF' 0000:02:10.0 bind 02:00.0
it 'bind refuses a driver that is not loaded' \
	refused_on_a_host 1 'there is no PCI driver vfio-pci' 'modprobe vfio-pci' bind 02:10.0 --driver vfio-pci
it 'bind refuses a VF that is open' open_vf_is_refused bind
it 'bind gives the VF back if the driver does not take it' bind_that_fails_gives_back
it 'unbind refuses a VF that is open' open_vf_is_refused unbind
it 'unbind refuses what bind has not done' \
	refused_on_a_host 1 'pasidctl does not know which driver' driver/unbind unbind 02:10.0
it 'watch needs tracefs' refused_on_a_host 1 'watch needs tracefs' 'mount -t tracefs' watch
it 'selftest refuses a PF' refused_on_a_host 2 '0000:02:00.0 is a PF' 0000:02:10.0 selftest 02:00.0
it 'selftest refuses a VF with a driver' \
	used_vf_is_not_tested '0000:02:10.0 is in use: it has the driver igbvf' with_driver
it 'selftest refuses a VF with PASIDs' \
	used_vf_is_not_tested '0000:02:10.0 is in use: it has 1 PASIDs' put "$first/pasid_status/entries" 1
it 'selftest refuses a VF that is owed something' \
	used_vf_is_not_tested '0000:02:10.0 is owed: ats' put "$first/pasid_status/owed" ats
it 'selftest refuses a VF with a setting of its own' \
	used_vf_is_not_tested '0000:02:10.0 has a setting of its own' put "$first/pasid_ctl" '+enable -exec -priv +pri'
it 'selftest refuses where nothing is supported' used_vf_is_not_tested 'nothing is supported' eval \
	'for file in pasid_ctl pasid_status/supported; do put $first/$file "-enable -exec -priv -pri"; done'
it 'report has what is wanted, and no secrets' report_has_no_secrets
it 'what is looked for in the kernel log is what the module says' log_texts_are_messages
it 'doctor knows the reasons that the module gives for not enforcing' reasons_are_the_modules
it 'colours are for terminals, without NO_COLOR' colours_are_for_terminals
it 'a command that is none' refused_on_a_host 2 "there is no command 'frob'" help frob
it 'no command' refused_on_a_host 2 'no command' help
it 'help and the page name every command' help_names_every_command
it 'make install-tools and uninstall-tools' is_installed_and_removed
it 'completion: commands' completes 'pasidctl se' 'set selftest'
it 'completion: words of set' completes 'pasidctl set 0000:02:10.0 -all +p' '+priv +pri'
it 'completion: ranges' completes 'pasidctl ranges s' 'show set'
finish
