# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The guest's file system: a base archive per kernel and set of modules (cached), and a small one per run.

readonly STOCK_MODULES='vfio vfio_iommu_type1 vfio-pci-core vfio-pci irqbypass'

# Prints the path of the base archive with busybox, stock modules and the given .ko files.
base_image() { # KERNEL KO...
	local release image
	release=$(kernel_of "$1")
	shift
	image=$cache/image/$( (
		declare -f base_image make_base
		echo "$root $release $STOCK_MODULES"
		[ $# = 0 ] || sha256sum "$@"
	) | hash_of_stdin).cpio
	if [ ! -e "$image" ]; then
		mkdir -p "$cache/image"
		make_base "$release" "$image.$$" "$@"
		mv "$image.$$" "$image"
		keep_newest 20 "$cache"/image/*.cpio
	fi
	touch "$image"
	echo "$image"
}

make_base() { # RELEASE IMAGE KO...
	local release=$1 image=$2 tree module
	shift 2
	tree=$(mktemp -d "$root/build/image.XXXXXX")
	mkdir -p "$tree/bin" "$tree/etc" "$tree/lib/modules/$release/updates"
	cp "$root/bin/busybox" "$tree/bin/"
	for module in $STOCK_MODULES; do
		in_root modprobe -S "$release" --show-depends "$module"
	done | awk '$1 == "insmod" { print $2 }' | sort -u | while read -r module; do
		cp "$root/$module" "$tree/lib/modules/$release/"
	done
	in_root sh -c "cd ${tree#"$root"}/lib/modules/$release && unxz *.ko.xz"
	[ $# = 0 ] || cp "$@" "$tree/lib/modules/$release/updates/"
	cp "$root/lib/modules/$release/"modules.{builtin,builtin.modinfo,order} "$tree/lib/modules/$release/"
	in_root depmod -b "${tree#"$root"}" "$release"
	archive "$tree" >"$image"
	rm -rf "$tree"
}

archive() { # TREE inside the root: a cpio archive on stdout
	in_root sh -c "cd ${1#"$root"} && find . | cpio --quiet -o -H newc -R 0:0"
}

# The part that differs between runs: init, guest programs, the script with its files and arguments.
run_image() { # TREE SCRIPT [ARG...]; also reads the options of `boot`
	local tree=$1 script=$2 file
	shift 2
	mkdir -p "$tree/bin" "$tree/etc" "$tree/lab"
	cp "$repo/lab/init" "$tree/init"
	cp "$repo"/lab/guest/* "$tree/bin/"
	for file in "${opt_add[@]}" "$script"; do
		cp -L --preserve=mode "$file" "$tree/lab/"
	done
	printf '%s=%s\n' NO_MOCK "$opt_no_mock" MOCK_PARAMS "${opt_mock@Q}" MOCK_PORT "$MOCK_PORT" VFS "$opt_vfs" >"$tree/etc/lab.conf"
	script=${script##*/}
	set -- "$script" "$@"
	echo "set -- ${*@Q}" >"$tree/etc/lab.args"
	archive "$tree"
}
