#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # repo is set by common.sh
# Patch 0002 of lab/upstream: what it changes compiles against the newest kernel's headers. With it Linux's driver of
# QAT PFs says where the capability goes; the device is the mock, see lab/upstream/qat.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=scripts/tests/host/lib.sh
. "$here/lib.sh"
for part in common setup kernel; do
	# shellcheck source=/dev/null
	. "$here/../../lib/$part.sh"
done

lab=$repo/scripts/lab
root=$("$lab" path root) || exit
# A folder inside the root, so that the root's compiler can read it.
work=$(mktemp -d "$root/build/upstream.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT

# The files that the patch changes, as they are with the patch, beside those of lab/upstream/qat.
prepare_qat() {
	local linux qat=drivers/crypto/intel/qat/qat_common
	linux=$(linux_tree)
	(cd "$linux" && cp -r --parents -t "$work" MAINTAINERS "$qat")
	# If the cache is inside a git repository, git would skip files that are not part of it.
	GIT_CEILING_DIRECTORIES=${work%/*} git -C "$work" apply "$repo"/lab/upstream/0002-*.patch
	cp "$repo"/lab/upstream/qat/* "$work/"
	mv "$work/$qat" "$work/qat_common"
	rm -r "$work/drivers" "$work/qat_common/Makefile"
}

header_is_the_same() {
	cmp "$work/include/linux/pasid_pf.h" "$repo/include/linux/pasid_pf.h"
}

# Leaves all modules of the machine in $work/modules. The lab's are built without the product's symbols, so that
# the mock does not need pasid-pf.
compiles() {
	local file object
	mkdir "$work/modules" "$work/qat"
	"$lab" module --kernel newest "$repo" "$work/modules" >/dev/null
	"$lab" module --kernel newest "$repo/lab/modules" "$work/modules" >/dev/null
	mv "$work"/{Kbuild,qat-device.c,qat_common,include} "$work/qat/"
	file=$("$lab" module --kernel newest "$work/qat")
	cp "$file" "$work/modules/"
	for object in adf_sriov adf_dev_mgr adf_vf_ranges; do
		[ -e "${file%/*}/qat_common/$object.o" ] || { echo "no $object.o" && return 1; }
	done
}

# The module names no symbol of pasid-pf, so modprobe loads it without that.
needs_no_module() {
	expect_equal "$(in_root modinfo -F depends "${work#"$root"}/modules/pasid-lab-qat.ko")" '' 'modules that it depends on'
}

guest() {
	cat <<-'END'
		. /lab/lib.sh
		vf=$(vf 0)
		layout() {
			echo 1 >"$pci/$vf/pasid_status/cap_layout"
			cat "$pci/$vf/pasid_status/cap_layout"
		}
		users() { # what keeps pasid-pf loaded: modules, and the reference of QAT
			cat /sys/module/pasid_pf/refcnt 2>/dev/null || echo 'no pasid-pf'
		}
		qat() { # with the program that the kernel calls to load a module
			echo "$1" >/proc/sys/kernel/modprobe
			modprobe pasid-lab-qat
		}
		load
		qat /bin/false
		users
		rmmod pasid-lab-qat
		qat /bin/modprobe
		users
		rmmod pasid-lab-qat
		users
		load_vfio allow_type1=1
		bind "$vf"
		layout
		qat /bin/false
		layout
		users
		rmmod pasid-lab-qat
		layout
		users
	END
}

# Without pasid-pf it does nothing. If modprobe finds pasid-pf, it is loaded and kept. Its bytes are taken for a VF of
# the quirk table as long as it has registered.
answers() {
	guest >guest.sh
	"$lab" boot --machine stock --vfs 1 --mock 'vendor=0x8086 vf_device=0x4941' --modules "$work/modules" \
		--add "$repo/scripts/tests/lib.sh" guest.sh >output 2>error || { cat output error && return 1; }
	cat >should <<-'END'
		no pasid-pf
		1
		0
		none: only the PF's driver can know what is free, and it does not say
		pasid 0x1c0 pf-driver
		2
		none: only the PF's driver can know what is free, and it does not say
		1
	END
	diff should <(grep -v KTAP output)
}

it '0002 applies to the newest source' prepare_qat
it '0002 brings the same pasid_pf.h that pasid-pf is built with' header_is_the_same
it 'what 0002 changes in QAT compiles against the newest headers' compiles
it 'with 0002, QAT depends on no module' needs_no_module
it "with 0002, QAT's answer is where the capability goes, and without pasid-pf nothing happens" answers
finish
