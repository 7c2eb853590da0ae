# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# Trees that stand for a host on which all is well, for tests of tools/pasidctl: one VT-d unit, a root port, a PF
# below it, two VFs. Tests change what they are about. Paths are below the current folder; fake_host has
# a tree made once for each that it copies.

readonly FAKE_RELEASE=6.12.0-fake FAKE_PORT=0000:00:04.0 FAKE_PF=0000:02:00.0 FAKE_VFS='0000:02:10.0 0000:02:10.1'

# Prints a register in which these bits are set.
register() { # BIT...
	local bit value=0
	for bit; do
		value=$((value | 1 << bit))
	done
	printf '%x\n' "$value"
}

# shellcheck disable=SC2120 # tests give it bits
# ECAP of a unit that has all, and without these bits. PSS, 39:35, is 19.
fake_ecap() { # [BIT]...
	local bit bits=()
	for bit in 0 1 2 6 26 29 30 31 35 36 39 40 43 46 47; do
		[[ " $* " = *" $bit "* ]] || bits+=("$bit")
	done
	register "${bits[@]}"
}

# Puts bytes at offsets of a binary file, each word OFFSET=HEX,HEX...
poke() { # FILE WORD...
	local word bytes
	for word in "${@:2}"; do
		bytes=${word#*=}
		printf %b "\\x${bytes//,/\\x}" | dd of="$1" bs=1 seek=$((${word%%=*})) conv=notrunc status=none
	done
}

# A configuration space with a PCI Express capability that has end-to-end TLP prefixes.
fake_config() { # FILE WORD...
	head -c 4096 /dev/zero >"$1"
	poke "$1" 0x34=40 0x40=10 0x66=20 "${@:2}"
}

put() { # FILE TEXT
	mkdir -p "$(dirname "$1")"
	printf '%s\n' "$2" >"$1"
}

function_dir() { # BDF
	local dir=sys/devices/pci0000:00/$FAKE_PORT
	[ "$1" = "$FAKE_PORT" ] || dir+=/$1
	echo "$dir"
}

fake_function() { # BDF
	local dir
	dir=$(function_dir "$1")
	mkdir -p "$dir" sys/bus/pci/devices
	ln -s "../../../../$dir" "sys/bus/pci/devices/$1"
	put "$dir/vendor" 0x8086
	put "$dir/device" 0x1889
	put "$dir/driver_override" '(null)'
	ln -s ../../../virtual/iommu/dmar0 "$dir/iommu"
}

fake_pf() {
	local dir number
	fake_function "$FAKE_PF"
	dir=$(function_dir "$FAKE_PF")
	put "$dir/sriov_totalvfs" 4
	put "$dir/vf_pasid_ranges" ''
	put "$dir/vf_pasid_ctl/default" '+enable -exec +priv +pri'
	for number in 0 1 2 3; do
		put "$dir/vf_pasid_ctl/virtfn$number" '+enable -exec +priv +pri'
	done
	# PASID at 0x100: 20 bits, Execute and Privileged, both enabled. ATS at 0x110, PRI at 0x120, both enabled.
	fake_config "$dir/config" 0x100=1b,00,01,11 0x104=06,14 0x106=07 0x110=0f,00,01,12 0x117=80 0x120=13,00,01,00 0x124=01
}

fake_vf() { # BDF NUMBER
	local dir
	fake_function "$1"
	dir=$(function_dir "$1")
	ln -s "../$FAKE_PF" "$dir/physfn"
	ln -s "../$1" "$(function_dir "$FAKE_PF")/virtfn$2"
	fake_config "$dir/config" 0x100=0f,00,01,00 0x107=80
	put "$dir/pasid_ctl" '+enable -exec +priv +pri'
	put "$dir/pasid_status/supported" '+enable -exec +priv +pri'
	put "$dir/pasid_status/requested" '+enable +exec +priv +pri'
	put "$dir/pasid_status/effective" '+enable -exec +priv +pri'
	put "$dir/pasid_status/entries" 0
	put "$dir/pasid_status/width" 20
	put "$dir/pasid_status/owed" none
	: >"$dir/pasid_status/faults"
	put "$dir/pasid_status/changes" 0
	put "$dir/pasid_status/invalidations" 0
	put "$dir/pasid_status/failures" 0
	put "$dir/pasid_status/ats_restored" 0
	mkdir -p "sys/kernel/iommu_groups/$2/devices"
	ln -s "../../../../$dir" "sys/kernel/iommu_groups/$2/devices/$1"
	ln -s "../../../../kernel/iommu_groups/$2" "$dir/iommu_group"
}

# DRHD, then ATSR, of 16 and 8 bytes.
fake_dmar() { # FILE [with-atsr]
	head -c 64 /dev/zero >"$1"
	poke "$1" 0=44,4d,41,52 48=00,00,10,00,01
	[ $# = 1 ] || { head -c 8 /dev/zero >>"$1" && poke "$1" 64=02,00,08,00,01; }
}

fake_kernel() {
	local option
	put proc/sys/kernel/osrelease "$FAKE_RELEASE"
	put proc/sys/kernel/ftrace_enabled 1
	put proc/version "Linux version $FAKE_RELEASE"
	put proc/cmdline "root=UUID=5ec2e7 intel_iommu=on,sm_on password=secret"
	put proc/cpuinfo $'vendor_id\t: GenuineIntel\nmodel name\t: Xeon\nmicrocode\t: 0x1'
	mkdir -p boot
	for option in INTEL_IOMMU PCI_IOV PCI_PASID PCI_PRI KPROBES KRETPROBES DEBUG_INFO_BTF VFIO_PCI_CORE IOMMUFD \
		VFIO_DEVICE_CDEV FTRACE; do
		echo "CONFIG_$option=y"
	done >"boot/config-$FAKE_RELEASE"
	put sys/kernel/btf/vmlinux BTF
	put sys/kernel/debug/kprobes/enabled 1
	put sys/kernel/security/lockdown '[none] integrity confidentiality'
	put sys/module/module/parameters/sig_enforce N
	put kernel.log '[    1.0] intel_pasid_ctl: version 0.2.0: enforcing'
}

make_fake_host() {
	local vf number=0
	fake_kernel
	put sys/module/intel_pasid_ctl/version 0.2.0
	put sys/module/intel_pasid_ctl/status/enforcing yes
	put sys/module/intel_pasid_ctl/status/selftest passed
	put sys/module/intel_pasid_ctl/status/hooks "$(printf '%s 0\n' 'intel_pasid_setup_nested armed' \
		'intel_pasid_setup_first_level idle' 'dmar_fault armed')"
	put sys/module/pasid_vfio_pci/version 0.2.0
	put sys/devices/virtual/iommu/dmar0/intel-iommu/cap "$(register 37 39 56 60 63)"
	# shellcheck disable=SC2119 # none is missing
	put sys/devices/virtual/iommu/dmar0/intel-iommu/ecap "$(fake_ecap)"
	put sys/devices/virtual/iommu/dmar0/intel-iommu/version 6:0
	mkdir -p sys/class/iommu sys/firmware/acpi/tables sys/bus/pci/drivers
	ln -s ../../devices/virtual/iommu/dmar0 sys/class/iommu/dmar0
	fake_dmar sys/firmware/acpi/tables/DMAR with-atsr
	fake_function "$FAKE_PORT"
	fake_config "$(function_dir "$FAKE_PORT")/config"
	fake_pf
	for vf in $FAKE_VFS; do
		fake_vf "$vf" "$number"
		number=$((number + 1))
	done
}

fake_original=$(mktemp -d)
trap 'rm -rf "$fake_original"' EXIT
(cd "$fake_original" && make_fake_host)

fake_host() {
	cp -a "$fake_original/." .
}
