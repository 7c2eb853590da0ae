#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --machine stock
# vf_pasid_ctl/ of a PF: settings of VFs, which need not exist yet. When a VF appears, its setting holds at once.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

pf=$(pf)
dir=$pci/$pf/vf_pasid_ctl

write() { # NAME TEXT
	expect_equal "$(answer "$dir/$1" "$2")" 0 "writing '$2' to $1"
}

# The client is loaded last: then its notifier, which holds a VF that appears, runs after the module's.
prepare() {
	set_numvfs 0
	load
	load_client
}

files_are_there_before_vfs() {
	local total file
	total=$(cat "$pci/$pf/sriov_totalvfs")
	[ "$total" -ge 8 ]
	expect_equal "$(ls "$dir" | wc -l)" $((total + 1)) 'number of files'
	for file in default virtfn0 "virtfn$((total - 1))"; do
		expect_equal "$(stat -c %a "$dir/$file")" 644 "mode of $file"
		case $(cat "$dir/$file") in '+enable -exec '*) ;; *) return 1 ;; esac
	done
	[ ! -e "$dir/virtfn$total" ]
	expect_equal "$(ls -d "$pci"/*/vf_pasid_ctl | wc -l)" 1 'PFs that have the directory'
}

wait_until_held() { # NUMBER
	[ "$(cat "$lab/held-add")" = "$1" ]
}

# The client holds the VF after the module's notifier, before udev and drivers hear of the VF; the walker looks at it.
# There is no link virtfn0 yet, so the new function is found by its name.
nothing_is_open_at_the_add_event() {
	local before appeared='' known function
	write virtfn0 '-all'
	known=" $(echo "$pci"/*) "
	before=$(cat "$lab/held-add")
	lab_do hold-add on
	trap 'lab_do hold-add off' EXIT # also if the VF is not denied
	echo 2 >"$pci/$pf/sriov_numvfs" &
	await 10 wait_until_held $((before + 1))
	for function in "$pci"/*; do
		case $known in *" $function "*) ;; *) appeared=$appeared${function##*/} ;; esac
	done
	expect_context "$appeared" PASIDE 0
	expect_context "$appeared" PRE 0
	expect_ctl "$appeared" '-enable -exec -priv -pri'
	lab_do hold-add off
	trap - EXIT
	wait $!
	expect_equal "$appeared" "$(vf 0)" 'the VF that was held'
	expect_context "$(vf 1)" PASIDE 1
}

both_files_are_one_setting() {
	local first second
	first=$(vf 0)
	second=$(vf 1)
	write virtfn0 +enable
	expect_ctl "$first" "$(cat "$dir/virtfn0")"
	expect_context "$first" PASIDE 1
	set_ctl "$second" -enable
	expect_file "$dir/virtfn1" "$(cat "$pci/$second/pasid_ctl")"
	expect_context "$second" PASIDE 0
	write virtfn1 default
	expect_context "$second" PASIDE 1
	set_ctl "$first" default
	expect_file "$dir/virtfn0" "$(cat "$dir/default")"
}

setting_survives_its_vf() {
	set_ctl "$(vf 1)" '-all +pri' 2>/dev/null || set_ctl "$(vf 1)" -all
	set_numvfs 0
	case $(cat "$dir/virtfn1") in -enable*) ;; *) return 1 ;; esac
	set_numvfs 2
	expect_context "$(vf 0)" PASIDE 1
	expect_context "$(vf 1)" PASIDE 0
	set_numvfs 0
	write virtfn1 default
	set_numvfs 2
	expect_context "$(vf 1)" PASIDE 1
}

default_holds_for_those_without_their_own() {
	write virtfn1 +enable
	write default -enable
	expect_context "$(vf 0)" PASIDE 0
	expect_context "$(vf 1)" PASIDE 1
	set_numvfs 0
	set_numvfs 3
	expect_context "$(vf 0)" PASIDE 0
	expect_context "$(vf 1)" PASIDE 1
	expect_context "$(vf 2)" PASIDE 0
	set_ctl "$(vf 1)" default
	expect_context "$(vf 1)" PASIDE 0
	write default default
	for vf in $(all_vfs); do
		expect_context "$vf" PASIDE 1
	done
}

bad_text_is_refused() { # FILE
	local text was
	was=$(cat "$dir/$1")
	for text in '' ' ' nonsense '+enable +enable' '-pri +all' 'default +pri' enable; do
		expect_equal "$(answer "$dir/$1" "$text")" EINVAL "writing '$text'"
	done
	expect_equal "$(answer "$dir/$1" '+exec')" EOPNOTSUPP 'writing +exec'
	expect_equal "$(answer "$dir/$1" '-enable +exec')" EOPNOTSUPP 'writing -enable +exec'
	expect_file "$dir/$1" "$was"
}

nothing_is_granted_that_fails() {
	local first
	first=$(vf 0)
	write default -enable
	lab_do fail-qi 1
	expect_equal "$(answer "$dir/default" +enable)" EIO 'writing +enable'
	lab_do fail-qi 0
	expect_context "$first" PASIDE 0
	case $(cat "$dir/default") in -enable*) ;; *) return 1 ;; esac
	write default default
	expect_context "$first" PASIDE 1
}

settings_alone_do_not_keep_the_module() {
	set_numvfs 2
	write default -all
	expect_fails unload
	set_all_ctl '+all -exec'
	write virtfn3 -all
	rmmod pasid-lab-client
	unload
	[ ! -e "$dir" ]
	load
	case $(cat "$dir/virtfn3") in +enable*) ;; *) return 1 ;; esac
	unload
}

default_ctl_is_the_last_step() {
	load default_ctl=-enable
	write virtfn1 +enable
	expect_context "$(vf 0)" PASIDE 0
	expect_context "$(vf 1)" PASIDE 1
	write default +enable
	expect_context "$(vf 0)" PASIDE 1
	write default default
	expect_context "$(vf 0)" PASIDE 0
	write virtfn1 default
	expect_context "$(vf 1)" PASIDE 0
	set_numvfs 0
	unload
}

given 'the module and the client are loaded, and there are no VFs' prepare
it 'a PF has a file for each VF that it can have, before there is any' files_are_there_before_vfs
it 'a VF is denied before udev or a driver hears of it' nothing_is_open_at_the_add_event
it "a VF's file and its PF's are one setting" both_files_are_one_setting
it "a VF's setting stays when the VF is removed and made again" setting_survives_its_vf
it "the PF's default holds for VFs that have no setting of their own" default_holds_for_those_without_their_own
it 'bad text is refused and changes nothing: the file default' bad_text_is_refused default
it 'the log says which text was refused, and in which file' expect_said \
	"default: refused '+exec\\n': the PF or the IOMMU does not support it now; see pasid_status/supported of a VF"
it 'bad text is refused and changes nothing: the file of a VF that exists' bad_text_is_refused virtfn0
it 'bad text is refused and changes nothing: the file of a VF that does not exist' bad_text_is_refused virtfn7
it "if no invalidation succeeds, the PF's default grants nothing" nothing_is_granted_that_fails
it 'settings of VFs that do not exist do not keep the module loaded' settings_alone_do_not_keep_the_module
it 'default_ctl holds for VFs without a setting of their own or of the PF' default_ctl_is_the_last_step
finish
