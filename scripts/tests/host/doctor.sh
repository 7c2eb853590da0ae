#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2317 # functions are called by name; code for eval is in single quotes
# pasidctl doctor: each verdict, on a tree that stands for a host on which one thing is different.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=scripts/tests/host/lib.sh
. "$here/lib.sh"
# shellcheck source=scripts/lib/fake-host.sh
. "$here/../../lib/fake-host.sh"

pf=sys/devices/pci0000:00/$FAKE_PORT/$FAKE_PF
vf=sys/devices/pci0000:00/$FAKE_PORT/0000:02:10.0
unit=sys/devices/virtual/iommu/dmar0/intel-iommu
probes=sys/kernel/debug/kprobes
module=sys/module/intel_pasid_ctl

# Sets said and status.
run_doctor() {
	status=0
	PASIDCTL_ROOT=$PWD "$here/../../../tools/pasidctl" doctor >said 2>errors || status=$?
	cat errors
	[ ! -s errors ]
}

# On a host that a command has changed, doctor ends with STATUS and says VERDICT of LAYER; what is not ok has its price.
says() { # STATUS VERDICT LAYER-AND-TEXT COMMAND [ARGUMENT...]
	local status
	fake_host
	"${@:4}"
	run_doctor
	cat said
	expect_equal "$status" "$1" status
	grep -qE "^$2 +$3" said
	[ "$2" != broken ] || grep -A 1 -E "^$2 +$3" said | grep -q 'costs: .'
}

# A host of which one file has a line more, less or another.
line() { # FILE SED-PROGRAM
	sed -i "$2" "$1"
}

ecap_without() { # BIT...
	put "$unit/ecap" "$(fake_ecap "$@")"
}

everything_is_fine() {
	local status
	fake_host
	run_doctor
	cat said
	expect_equal "$status" 0 status
	expect_equal "$(grep -cvE '^ok ' said)" 1 'lines that are not ok' # the sum
	grep -qE '^[0-9]+ ok, 0 lacks, 0 broken, 0 unknown$' said
}

bits_have_their_names() {
	local status
	fake_host
	run_doctor
	grep -qE '^ok +unit dmar0 +version 6:0, ECAP [0-9a-f]+ \(C QI DT PT NEST PRS ERS SRS PASID SMTS SSTS FSTS\), PASIDs of 20 bits$' said
	grep -qE '^ok +unit dmar0 CAP +[0-9a-f]+ \(PSI FS1GP FS5LP ESRTPS\), 1 fault records$' said
}

broken_comes_before_unknown() {
	local status
	fake_host
	rm "$probes/enabled" sys/kernel/btf/vmlinux
	run_doctor
	expect_equal "$status" 1 status
	grep -q ' 1 broken, 1 unknown$' said
}

# Only 64 bytes are there for those who are not root.
as_if_not_root() {
	truncate -s 64 "$pf/config" "$vf/config"
}

no_vfs() {
	local bdf
	for bdf in $FAKE_VFS; do
		rm "sys/bus/pci/devices/$bdf"
	done
}

no_pf() {
	no_vfs
	rm "sys/bus/pci/devices/$FAKE_PF"
}

with_signature() { # FILE TEXT
	put sys/module/module/parameters/sig_enforce Y
	put "lib/modules/$FAKE_RELEASE/updates/$1" "$2"
}

not_loaded() { # MODULE...
	rm -r "${@/#/sys/module/}"
}

# Without the module only the boot options tell.
without_module() { # CMDLINE
	not_loaded intel_pasid_ctl
	rm -r "$pf/vf_pasid_ctl"
	put proc/cmdline "$1"
}

config_says() { # LINE
	echo "$1" >>"boot/config-$FAKE_RELEASE"
}

open_by_qemu() {
	mkdir -p proc/77/fd
	put proc/77/comm qemu
	ln -s /dev/vfio/0 proc/77/fd/9
}

shared_group() {
	ln -s "../../../../$pf" "sys/kernel/iommu_groups/0/devices/$FAKE_PF"
}

it 'a host on which all is well has exit status 0' everything_is_fine
it 'bits of ECAP and CAP are told by name' bits_have_their_names
it 'what is broken counts more than what is unknown' broken_comes_before_unknown
it 'CPU: of another maker' says 1 broken 'CPU +AuthenticAMD' eval \
	'line proc/cpuinfo s/GenuineIntel/AuthenticAMD/; rm sys/firmware/acpi/tables/DMAR'
it 'CPU: of another maker, with VT-d' \
	says 0 ok "CPU +AuthenticAMD.*not Intel's" line proc/cpuinfo s/GenuineIntel/AuthenticAMD/
it 'CPU: not known' says 4 unknown CPU rm proc/cpuinfo
it 'DMAR: none' says 1 broken 'DMAR table +the firmware has none' rm sys/firmware/acpi/tables/DMAR
it 'DMAR: without a unit' \
	says 1 broken 'DMAR table +it has no VT-d unit' truncate -s 48 sys/firmware/acpi/tables/DMAR
it 'DMAR: cut off' says 1 broken 'DMAR table +it ends inside' truncate -s 60 sys/firmware/acpi/tables/DMAR
it 'DMAR: no ATS' says 0 lacks 'DMAR table .*no ATSR' fake_dmar sys/firmware/acpi/tables/DMAR
it 'VT-d is off' says 1 broken 'scalable mode +intel-iommu has no unit' eval \
	'without_module intel_iommu=off; rm sys/class/iommu/dmar0'
it 'scalable mode: switched off' says 1 broken 'scalable mode +not asked for' without_module intel_iommu=on,sm_off
it 'scalable mode: not asked for' says 1 broken 'scalable mode +not asked for' without_module quiet
it 'scalable mode: asked for' says 1 ok 'scalable mode +asked for' without_module intel_iommu=on,sm_on
it "scalable mode: the kernel's default" says 1 ok 'scalable mode +asked for' eval \
	'without_module quiet; config_says CONFIG_INTEL_IOMMU_SCALABLE_MODE_DEFAULT_ON=y'
it 'scalable mode: not known' says 1 unknown 'scalable mode' eval 'without_module quiet; rm -r boot'
it 'scalable mode: the module found it off' says 1 broken 'scalable mode +off' eval \
	'without_module intel_iommu=on,sm_on; echo "VT-d runs in legacy mode" >>kernel.log'
for bit in 1:QI 40:PASID 43:SMTS; do
	it "ECAP: no ${bit#*:}" says 1 broken "unit dmar0 ECAP.${bit#*:} +clear$" ecap_without "${bit%:*}"
done
for bit in 2:DT 26:NEST 29:PRS 30:ERS 31:SRS; do
	it "ECAP: no ${bit#*:}" says 0 lacks "unit dmar0 ECAP.${bit#*:} +clear$" ecap_without "${bit%:*}"
done
it 'ECAP: no tables of either stage' says 1 broken 'unit dmar0 tables' ecap_without 46 47
it 'ECAP: of a unit that no PF is behind' says 1 lacks 'unit dmar0 ECAP.SMTS .*no SR-IOV' eval \
	'ecap_without 43; no_pf'
it 'ECAP: ERS of a version that has none' says 0 lacks 'unit dmar0 version' put "$unit/version" 8:0
it 'CAP: a unit that a hypervisor emulates' says 0 ok 'unit dmar0 .*CAP.CM is set' put "$unit/cap" "$(register 7 39)"
it 'PF: none' says 1 broken 'PF +no function has SR-IOV' no_pf
it 'PF: behind no unit' says 1 lacks "PF $FAKE_PF +no VT-d unit" rm "$pf/iommu"
it 'PF: not readable' says 4 unknown "PF $FAKE_PF +its configuration" as_if_not_root
it 'PF: no PASID' says 1 lacks "PF $FAKE_PF +it has no PASID capability" poke "$pf/config" 0x100=01
it 'PF: PASID off' says 1 broken "PF $FAKE_PF PASID +switched off" poke "$pf/config" 0x106=00
it 'PF: no Execute' says 0 lacks "PF $FAKE_PF Execute +not supported" poke "$pf/config" 0x104=04
it 'PF: no Privileged' says 0 lacks "PF $FAKE_PF Privileged +not supported" poke "$pf/config" 0x104=02
it 'PF: Privileged off' says 0 lacks "PF $FAKE_PF Privileged +supported, and switched off" poke "$pf/config" 0x106=03
it 'PF: no ATS' says 0 lacks "PF $FAKE_PF ATS +it has no ATS" poke "$pf/config" 0x110=01
it 'PF: ATS off' says 0 lacks "PF $FAKE_PF ATS +switched off" poke "$pf/config" 0x117=00
it 'PF: no PRI' says 0 lacks "PF $FAKE_PF PRI +it has no PRI" poke "$pf/config" 0x120=01
it 'PF: PRI off' says 0 lacks "PF $FAKE_PF PRI +switched off" poke "$pf/config" 0x124=00
it 'TLP prefix: not of the PF' says 1 broken "PF $FAKE_PF TLP prefix .*by: $FAKE_PF$" poke "$pf/config" 0x66=00
it 'TLP prefix: not of the port' says 1 broken "PF $FAKE_PF TLP prefix .*by: $FAKE_PORT$" \
	poke "sys/devices/pci0000:00/$FAKE_PORT/config" 0x66=00
it 'VF: none' says 0 ok 'VF +none is there yet' no_vfs
it 'VF: not under control' says 1 broken 'VF 0000:02:10.0 +it is not under control' rm -r "$vf/pasid_status"
it 'VF: an invalidation is owed' \
	says 1 broken 'VF 0000:02:10.0 +an invalidation is owed' put "$vf/pasid_status/owed" iommu
it 'VF: ATS off' says 0 ok 'VF 0000:02:10.0 +ATS off' poke "$vf/config" 0x107=00
it 'CONFIG: not readable' says 4 unknown CONFIG rm -r boot
for option in INTEL_IOMMU PCI_IOV PCI_PASID PCI_PRI KPROBES KRETPROBES DEBUG_INFO_BTF; do
	it "CONFIG: no $option" says 1 broken "CONFIG_$option +n" line "boot/config-$FAKE_RELEASE" "/^CONFIG_$option=/d"
done
for option in VFIO_PCI_CORE IOMMUFD VFIO_DEVICE_CDEV FTRACE; do
	it "CONFIG: no $option" says 0 lacks "CONFIG_$option +n" line "boot/config-$FAKE_RELEASE" "/^CONFIG_$option=/d"
done
it 'CONFIG: PREEMPT_RT' says 1 broken 'CONFIG_PREEMPT_RT +y' config_says CONFIG_PREEMPT_RT=y
it 'BTF: none' says 1 broken BTF rm sys/kernel/btf/vmlinux
it 'kprobes: off' says 1 broken 'switch kprobes +off' put "$probes/enabled" 0
it 'kprobes: not readable' says 4 unknown 'switch kprobes' rm "$probes/enabled"
it 'ftrace: off' says 1 broken 'switch ftrace +off' put proc/sys/kernel/ftrace_enabled 0
it 'ftrace: none' says 0 ok 'switch ftrace +this kernel has none' rm proc/sys/kernel/ftrace_enabled
it 'lockdown: integrity' says 4 ok 'lockdown +integrity' put sys/kernel/security/lockdown \
	'none [integrity] confidentiality'
it 'lockdown: confidentiality' says 4 unknown lockdown put sys/kernel/security/lockdown \
	'none integrity [confidentiality]'
it 'lockdown: not readable' says 4 unknown lockdown rm sys/kernel/security/lockdown
it 'lockdown: a kernel without it' says 0 ok 'lockdown +this kernel has none' eval \
	'rm sys/kernel/security/lockdown; mkdir sys/kernel/security/apparmor'
it 'signatures: asked for, and there' says 0 ok 'signatures +asked for' \
	with_signature intel-pasid-ctl.ko '~Module signature appended~'
it 'signatures: asked for, and not there' says 1 broken 'signatures +asked for' with_signature intel-pasid-ctl.ko ELF
it 'signatures: of a compressed module' \
	says 4 unknown 'signatures +asked for' with_signature intel-pasid-ctl.ko.xz XZ
it 'signatures: of a module that is not installed' says 4 unknown 'signatures +asked for' with_signature other.ko ELF
it 'modules: intel-pasid-ctl is not loaded' \
	says 1 broken 'intel-pasid-ctl +not loaded, and not installed' not_loaded intel_pasid_ctl
it 'modules: pasid-vfio-pci is not loaded' says 0 lacks 'pasid-vfio-pci +not loaded' not_loaded pasid_vfio_pci
it 'modules: of two versions' \
	says 1 broken 'versions .*: pasid_vfio_pci$' put sys/module/pasid_vfio_pci/version 0.0.9
it 'enforcing: a module that does not say' says 4 unknown enforcing rm -r "$module/status"
it 'enforcing: no VF' says 0 ok 'enforcing +no VF' put "$module/status/enforcing" 'no: no VF is under control'
for why in 'probes do not fire' 'calls went by unseen' 'an invalidation is owed'; do
	it "enforcing: $why" says 1 broken "enforcing +no: $why\$" put "$module/status/enforcing" "no: $why"
done
it 'hooks: armed, idle, absent' says 0 ok 'hooks +2 armed, 1 not needed now, 1 not in this kernel; .*: 7$' \
	put "$module/status/hooks" $'one armed 3\ntwo armed 4\nthree idle 0\nfour absent 0'
it 'hooks: off' says 1 broken 'hooks +3 off' line "$module/status/hooks" 's/armed\|idle/off/'
it 'hooks: refused requests are not counted' says 0 lacks 'refused requests' \
	line "$module/status/hooks" 's/^dmar_fault armed/dmar_fault absent/'
it 'owners: the driver, and who has it open' \
	says 0 ok 'owner of 0000:02:10.0 +driver none, open by 77 qemu' open_by_qemu
it 'owners: a shared group' says 0 lacks "owner of 0000:02:10.0 .*with: $FAKE_PF" shared_group
finish
