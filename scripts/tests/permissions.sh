#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# usually: 6.12 newest
# boot: --smp 1
# The four permissions, alone and together, on an IOMMU that offers all of them. After each write the walker looks at
# the VF's context entry and its PASID-table entries.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

first=$(vf 0)
owned=$(vf 1)

# Compares the tables with what they have to be under a ceiling. OWNED is 1 if the VF has a user, whose entries get SRE.
expect_enforced() { # BDF CEILING OWNED
	local pside=0 pre=0 sre=0 ere=0
	case " $2 " in *' +enable '*) pside=1 ;; esac
	case " $2 " in *' +pri '*) supports_pri "$1" && pre=1 ;; esac
	case " $2 " in *' +enable +exec '*) ere=1 ;; esac
	case "$3 $2 " in 1*' +enable '*' +priv '*) sre=1 ;; 1*' +enable +priv '*) sre=1 ;; esac
	witness walk "$1" | sed -nE 's/.* (PASIDE=. PRE=.) .*/\1/p; s/.* (pasid [0-9]+) .* (SRE=.*)/\1 \2/p' >/tmp/is
	cat >/tmp/should <<-END
		PASIDE=$pside PRE=$pre
		pasid 0 SRE=0 ERE=0
		pasid 7 SRE=$sre ERE=$ere
		pasid 4660 SRE=$sre ERE=$ere
	END
	expect_same /tmp/should /tmp/is "under '$2', '<' what should be to '>' what is,"
}

prepare() {
	load_client
	lab_do ecap set "$first" SRS
	lab_do ecap set "$first" ERS
	load
	modprobe pasid-lab-user
	grep -q '^+enable +exec +priv' "$pci/$first/pasid_status/supported"
	lab_do attach "$first" 7
	lab_do attach "$first" 4660
	first_user "$owned" all
	lab_do attach "$owned" 7
	lab_do attach "$owned" 4660
	snapshot "$(pf)" "$(vf 2)" >/tmp/others
}

sre_is_not_granted_to_a_host_process() {
	expect_enforced "$first" '+enable +priv +pri' 0
	expect_enforced "$owned" '+enable +priv +pri' 1
}

every_combination() { # BDF OWNED
	local enable exec priv pri text pri_names=-pri
	supports_pri "$1" && pri_names='-pri +pri'
	for enable in -enable +enable; do
		for exec in -exec +exec; do
			for priv in -priv +priv; do
				for pri in $pri_names; do
					text="$enable $exec $priv $pri"
					set_ctl "$1" "$text"
					expect_ctl "$1" "$text"
					expect_enforced "$1" "$text" "$2"
				done
			done
		done
	done
}

words_alone() {
	set_ctl "$first" default
	expect_enforced "$first" '+enable +priv +pri' 0
	set_ctl "$first" +all
	expect_enforced "$first" '+enable +exec +priv +pri' 0
	set_ctl "$first" -all
	expect_enforced "$first" '-all' 0
	set_ctl "$first" '-all +enable'
	expect_enforced "$first" '+enable' 0
	set_ctl "$first" '  +exec	+priv  '
	expect_enforced "$first" '+enable +exec +priv' 0
	expect_ctl "$first" '+enable +exec +priv -pri'
	set_ctl "$first" '+all -exec'
	expect_enforced "$first" '+enable +priv +pri' 0
}

exec_and_priv_need_enable() {
	set_ctl "$owned" '+all'
	set_ctl "$owned" '-enable'
	case $(cat "$pci/$owned/pasid_status/effective") in '-enable -exec -priv '*) ;; *) return 1 ;; esac
	expect_entry "$owned" 7 00
	set_ctl "$owned" '+enable'
	expect_entry "$owned" 7 11
}

attach_after_deny_is_born_denied() { # I6
	set_ctl "$owned" '-all +enable'
	lab_do attach "$owned" 9
	expect_entry "$owned" 9 00
	set_ctl "$owned" '+priv +exec'
	lab_do detach "$owned" 9
	lab_do attach "$owned" 9
	expect_entry "$owned" 9 11
	lab_do detach "$owned" 9
}

nothing_else_changed() { # I3, I4
	snapshot "$(pf)" "$(vf 2)" >/tmp/after
	expect_same /tmp/others /tmp/after 'PF or sibling'
}

everything_goes_back() {
	lab_do detach-all "$owned"
	user_do put "$owned"
	set_ctl "$owned" default
	set_ctl "$first" default
	snapshot "$first" >/tmp/before
	rmmod pasid-lab-user
	unload
	snapshot "$first" >/tmp/after
	expect_same /tmp/before /tmp/after 'tables'
	expect_entry "$first" 7 00
}

given 'all four permissions are supported if the IOMMU offers them' prepare
it "SRE is set in a user's entries, never in the host's own" sre_is_not_granted_to_a_host_process
it 'every combination of permissions is in the tables, on a VF of the host' every_combination "$first" 0
it 'every combination of permissions is in the tables, on a VF with a user' every_combination "$owned" 1
it 'default, all and names are in the tables, alone and together' words_alone
it 'exec and priv are denied while enable is denied, and are back with +enable' exec_and_priv_need_enable
it 'an entry that is set up later has what is allowed then (I6)' attach_after_deny_is_born_denied
it 'the entries of the PF and of a sibling have not changed by a bit (I4)' nothing_else_changed
it 'after unloading, the tables are what intel-iommu intended (I7)' everything_goes_back
finish
