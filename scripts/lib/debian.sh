# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# A fresh Debian host: Debian's stable release with systemd, udev, its own kernel with headers, DKMS, and what README has
# an administrator use. It is a tree inside the root, so that it can be a kernel's prefix (lib/kernel.sh); disk_image
# makes a disk of such a tree, and a machine boots from it, see lab/disk.

readonly DEBIAN_PACKAGES='systemd-sysv udev kmod e2fsprogs pciutils sysfsutils zstd
	linux-image-amd64 linux-headers-amd64 dkms build-essential'

# This function and its helpers decide the whole content of a tree, so the hash of their text is in the tree's name.
debian_recipe() { # TREE
	local release
	export DEBIAN_FRONTEND=noninteractive LC_ALL=C
	step 'Debian host: base system' debootstrap --variant=minbase --include=ca-certificates "$SUITE" "$1" "$MIRROR"
	# As little as possible is left out: documentation, and programs that make the first boot longer.
	printf '%s\n' force-unsafe-io path-exclude=/usr/share/{doc,locale,info}/* >"$1/etc/dpkg/dpkg.cfg.d/lab"
	printf '%s\n' 'APT::Install-Recommends "0";' 'Acquire::Languages "none";' >"$1/etc/apt/apt.conf.d/lab"
	echo "deb $MIRROR $SUITE main" >"$1/etc/apt/sources.list"
	step 'Debian host: package lists' chroot "$1" apt-get update
	# shellcheck disable=SC2086
	step 'Debian host: packages' chroot "$1" apt-get install -y $DEBIAN_PACKAGES
	release=$(basename "$1"/boot/vmlinuz-*)
	release=${release#vmlinuz-}
	step 'Debian host: unpacking the kernel' unpack_kernels "$1" "$release"
	echo debian >"$1/etc/hostname"
	step 'Debian host: tidying up' chroot "$1" sh -c 'apt-get clean && rm -f /etc/dpkg/dpkg.cfg.d/lab && : >/etc/machine-id'
	echo "$release" >"$1/release"
}

# Prints the path of the tree inside the root; builds it if needed. Nothing writes into it.
debian_prefix() {
	local folder=$root/build/debian tree
	tree=$folder/tree-$({ declare -f debian_recipe unpack_kernels && echo "$SUITE $MIRROR $DEBIAN_PACKAGES"; } | hash_of_stdin)
	mkdir -p "$folder"
	(
		flock 9
		[ -d "$tree" ] || build_debian
		touch "$tree"
	) 9>"$folder/lock" >&2
	echo "${tree#"$root"}"
}

build_debian() {
	local setup_log=$cache/debian.log
	: >"$setup_log"
	require_debootstrap
	say 'preparing a Debian host (about 3 minutes, once)'
	rm -rf --one-file-system "$folder"/tree-*.tmp
	debian_recipe "$tree.tmp"
	mv "$tree.tmp" "$tree"
	keep_newest 2 "$folder"/tree-*
}
