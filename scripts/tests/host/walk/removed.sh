# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2317 # variables are of steps.sh
# Third boot: nothing is left.
# shellcheck source=/dev/null
. ./steps.sh

nothing_is_loaded() {
	! loaded
	expect_equal "$(lsmod | grep pasid || true)" '' modules
	expect_equal "$(systemctl --failed --no-legend)" '' 'units that failed'
}

vfs_are_as_without_it() {
	settle
	echo 1 >"$pci/$by_udev/sriov_numvfs"
	expect_equal "$(find "$pci/" -follow -maxdepth 2 -name '*pasid_*')" '' 'files of the module'
}

nothing_is_on_the_disk() {
	expect_equal "$(find /etc /usr /var /boot /run/pasidctl -xdev -name '*pasid*' ! -path '*/kernel/*' ! -path '*/linux-headers*' 2>/dev/null || true)" '' files
	expect_equal "$(grep -l pasid /lib/modules/*/modules.* | xargs -r grep -hE 'pasid-ctl|pasid-pf|pasid-vfio' || true)" '' 'lists of modules'
}

it 'nothing is loaded, and no unit has failed' nothing_is_loaded
it 'VFs are as without the module' vfs_are_as_without_it
it 'nothing is left on the disk' nothing_is_on_the_disk
finish
