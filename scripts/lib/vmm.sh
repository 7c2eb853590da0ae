# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# What a machine needs to boot guests: Debian's QEMU as its VMM, and the kernel and the tools of a guest.

readonly VMM_FIRMWARE='/usr/share/seabios/bios-256k.bin /usr/share/qemu/pvh.bin /usr/share/qemu/kvmvapic.bin
	/usr/share/ovmf/OVMF.fd'

# Prints the path of an archive that follows the base archive in the initrd.
vmm_image() { # KERNEL
	local release prefix
	find_kernel "$1"
	cached_image "vmm-$({ declare -f make_vmm copy_programs && echo "$root$prefix $release $VMM_FIRMWARE" &&
		hash_of_tree "$repo/lab/vmm"; } | hash_of_stdin)" make_vmm
}

make_vmm() { # prints the archive
	local tree=$run/vmm
	mkdir -p "$tree/bin" "$tree/vmm/guest"
	cp "$repo/lab/vmm/vmm" "$tree/bin/"
	cp "$repo/lab/vmm/init" "$tree/vmm/guest/"
	cp "$root$prefix/boot/vmlinux-$release" "$tree/vmm/kernel"
	copy_programs "$tree" /usr/bin/qemu-system-x86_64
	copy_programs "$tree/vmm/guest" /usr/bin/lspci /usr/bin/setpci
	# shellcheck disable=SC2086 # several files
	in_root cp -L --parents $VMM_FIRMWARE "${tree#"$root"}"
	archive "$tree"
}

# Copies programs with the libraries that they are linked to.
copy_programs() { # TREE inside the root, PROGRAM...
	local libraries
	libraries=$(in_root ldd "${@:2}" | awk '$2 == "=>" { print $3 } $1 ~ /^\/.*[^:]$/ { print $1 }' | sort -u)
	# shellcheck disable=SC2086 # several files
	in_root cp -L --parents "${@:2}" $libraries "${1#"$root"}"
}
