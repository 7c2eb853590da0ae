# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# A host that a test may change: an overlay of a tree. The test has a mount namespace of its own, with which all ends.

# Sets work, a folder in memory, and host, the overlay in it.
mount_host() { # TREE
	work=$(mktemp -d)
	host=$work/host
	trap 'umount -l "$work" && rmdir "$work"' EXIT
	mount -t tmpfs host "$work"
	mkdir "$work/upper" "$work/work" "$host"
	mount -t overlay host -o "lowerdir=$1,upperdir=$work/upper,workdir=$work/work" "$host"
	mount_kernel_files
}

# For programs inside, also when something else is mounted over host.
mount_kernel_files() {
	mount -t proc proc "$host/proc"
	mount --rbind /dev "$host/dev"
}

inside() { # COMMAND...
	chroot "$host" "$@" </dev/null
}
