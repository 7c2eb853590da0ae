# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# What a machine needs to start the system on a disk: no more than the modules for the disk, as all else is there.

readonly DISK_MODULES='virtio_blk crc32c_generic ext4'

# Kernel parameters: an emulated processor would spend most of the boot on these, and no test looks at them.
readonly DISK_PARAMS='mitigations=off apparmor=0 8250.nr_uarts=1 module_blacklist=kvm,kvm_amd,kvm_intel,ahci,drm systemd.show_status=error systemd.mask=getty-static.service systemd.mask=getty@tty1.service systemd.mask=serial-getty@ttyS0.service'

# Prints the path of an archive that takes the base archive's place in the initrd.
disk_image() { # KERNEL
	local release prefix
	find_kernel "$1"
	cached_image "disk-$({ declare -f make_disk_image copy_stock_modules stock_modules &&
		echo "$root$prefix $release $DISK_MODULES" && hash_of_tree "$repo/lab/disk"; } | hash_of_stdin)" make_disk_image
}

make_disk_image() { # prints the archive
	local tree=$run/disk modules=$run/disk/lib/modules/$release
	mkdir -p "$tree/bin" "$modules"
	cp "$root/bin/busybox" "$tree/bin/"
	cp -r "$repo/lab/disk" "$tree/on-disk"
	# shellcheck disable=SC2086 # a list
	copy_stock_modules "$modules" $DISK_MODULES
	cp "$root$prefix/lib/modules/$release/"modules.{builtin,builtin.modinfo,order} "$modules/"
	in_root depmod -b "${tree#"$root"}" "$release"
	archive "$tree"
}
