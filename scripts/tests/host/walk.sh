#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # work and host are set by mount_host
# usually: by name
# README, followed to the letter on a fresh Debian 13 host: nothing but the packages, and systemd as init. Install, limit
# VFs, keep that over a reboot, remove. The commands come from README's text. A machine boots three times from one disk.
# Before the first boot packages are installed, and before the third removed, by this machine, which is not emulated:
# DKMS builds modules, and depmod unpacks all modules of the kernel. Two things differ from a real host: QEMU stands in for
# grub, and pci-pf-stub for the driver of the PFs, which are simulated.
here=$(dirname "$(readlink -f "$0")")
[ "${1-}" = unshared ] || exec unshare --mount "$0" unshared
for part in tests/host/lib lib/readme lib/overlay; do
	# shellcheck source=/dev/null
	. "$here/../../$part.sh"
done

repo=$(readlink -f "$here/../../..")
lab=$repo/scripts/lab
readme=$repo/README.md
tree=$("$lab" path debian) || exit
release=$("$lab" path release --kernel debian) || exit
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

make_host() {
	mount_host "$tree"
	mkdir "$work/out"
	echo 'APT::Get::Assume-Yes "true";' >"$host/etc/apt/apt.conf.d/walk" # there is no terminal
}

install_packages() {
	"$repo/scripts/deb" "$host/root/dist"
	block Install 'apt-get install ./dist' >"$host/root/commands"
	inside bash -ec 'cd /root && . ./commands' >output 2>&1 || { cat output && return 1; }
	rm -r "$host/root/dist" "$host/root/commands"
	expect_equal "$(inside dpkg --audit)" '' 'packages that are half there'
	expect_equal "$(inside modinfo -k "$release" -F vermagic intel-pasid-ctl | cut -d' ' -f1)" "$release" vermagic
}

# mke2fs copies the host as it is without what is mounted into it.
make_disk() {
	rm "$host/release" "$host/boot/vmlinux-$release"
	mount --bind "$work/out" "$host/media"
	mount --bind "$host" "$host/mnt"
	inside mke2fs -q -t ext4 -d /mnt /media/disk 3G
	umount "$host/mnt" "$host/media"
}

# Boots the host with four PFs. The VFs of the first have README's addresses. The clock counts instructions, so that the
# time limits of systemd hold on a busy machine, too.
boot() { # SCRIPT
	"$lab" boot --disk "$work/out/disk" --vfs 8 --testdev vf-offset=8 \
		--device pasid-testdev,bus=rp0 \
		--device pcie-root-port,id=rp2,addr=7,chassis=3 --device pasid-testdev,bus=rp2 \
		--device pcie-root-port,id=rp3,addr=8,chassis=4 --device pasid-testdev,bus=rp3 \
		--timeout 600 --icount --console "$work/console" \
		--add "$here/lib.sh" --add "$repo/scripts/lib/readme.sh" --add "$readme" --add "$here/walk/steps.sh" "$here/walk/$1.sh"
}

# Boots the host, and prints the results of SCRIPT's tests as this file's own.
walk() { # SCRIPT
	local status=0 line seen=0 failed=0
	boot "$1" >"$work/said" 2>"$work/errors" </dev/null || status=$?
	while read -r line; do
		case $line in
		'ok '*) seen=$((seen + 1)) ;;
		'not ok '*) seen=$((seen + 1)) failed=1 failures=$((failures + 1)) ;;
		'#'*) ;;
		*) continue ;;
		esac
		sed -E "s/^(not )?ok [0-9]+/\1ok $((tests + seen))/" <<<"$line"
	done <"$work/said"
	tests=$((tests + seen))
	it "$1: the host has come up, and gone down after all tests" has_ended $status $failed $seen
}

has_ended() { # STATUS FAILED SEEN: a script that ends before its last test has no plan
	expect_equal "$1 $(sed -n 's/^1\.\.//p' "$work/said")" "$2 $3" 'status and number of tests' && return
	cat "$work/errors"
	return 1
}

# The machine is off, so its disk can take the place of the tree.
remove_packages() {
	mount -o loop "$work/out/disk" "$host"
	trap 'umount -R "$host" || exit 1' EXIT
	mount_kernel_files
	inside bash -ec "$(inline 'Remove it' 'apt-get remove')" >output 2>&1 || { cat output && return 1; }
	inside dpkg --purge pasid-ctl-dkms pasid-ctl # has nothing to do: there are no conffiles
}

make_host
it 'the packages are installed, and DKMS builds for the kernel of the host' install_packages
it 'the host goes onto a disk' make_disk
walk begin
walk reboot
it 'Remove it: the packages are removed and purged' remove_packages
walk removed
finish
