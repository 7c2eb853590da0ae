# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# The guest's file system: a base archive for each kernel and set of modules, which is cached, and a small one per run.

readonly STOCK_MODULES='irqbypass kvm-amd vfio vfio_iommu_type1 vfio-pci-core vfio-pci pci-pf-stub'

# Prints the path of an archive in the cache. If it is not there, COMMAND writes it.
cached_image() { # NAME COMMAND...
	local image=$cache/image/$1.cpio
	shift
	if [ ! -e "$image" ]; then
		mkdir -p "$cache/image"
		"$@" >"$image.$$"
		mv "$image.$$" "$image"
		keep_newest 20 "$cache"/image/*
	fi
	touch "$image"
	echo "$image"
}

# Prints the path of the base archive: busybox, stock modules and the given .ko files.
base_image() { # KERNEL [KO...]
	local release prefix
	find_kernel "$1"
	shift
	cached_image "$({ declare -f make_base copy_stock_modules stock_modules build_programs && echo "$root$prefix $release $STOCK_MODULES" &&
		hash_of_tree "$repo/lab/programs" && sha256sum "$@"; } | hash_of_stdin)" make_base "$@"
}

make_base() { # [KO...]: prints the archive
	local tree modules
	tree=$run/base
	modules=$tree/lib/modules/$release
	mkdir -p "$tree/bin" "$modules"
	cp "$root/bin/busybox" "$tree/bin/"
	# shellcheck disable=SC2086 # a list
	copy_stock_modules "$modules" $STOCK_MODULES
	if [ $# -gt 0 ]; then
		cp "$@" "$modules/"
		in_root strip --strip-debug "${@/#*\//${modules#"$root"}/}" # ten times smaller
	fi
	cp "$root$prefix/lib/modules/$release/"modules.{builtin,builtin.modinfo,order} "$modules/"
	build_programs "$tree/bin"
	in_root depmod -b "${tree#"$root"}" "$release"
	archive "$tree"
}

# Compiles the lab's programs, for which busybox has no applet: static, one per file; they share the files in lib.
build_programs() { # DIR inside the root
	local sources=$run/programs
	cp -r "$repo/lab/programs" "$sources"
	# shellcheck disable=SC2016 # the root's shell shall expand this
	in_root sh -c 'cd "$1" && for source in *.c; do
		gcc -static -O2 -Wall -Wextra -Werror -Ilib -o "$2/${source%.c}" "$source" lib/*.c || exit
	done' build "${sources#"$root"}" "${1#"$root"}"
}

# Copies the files of these modules and of the modules that they depend on.
copy_stock_modules() { # DIR inside the root, MODULE...
	local dir=$1 file
	shift
	stock_modules "$@" | while read -r file; do
		cp "$root$file" "$dir/"
	done
	in_root find "${dir#"$root"}" -name '*.xz' -exec unxz {} +
}

# Prints their files. Built-in modules have no file.
stock_modules() { # MODULE...
	local module
	for module; do
		in_root modprobe -d "$prefix/" -S "$release" --show-depends "$module"
	done | awk '$1 == "insmod" { print $2 }' | sort -u
}

archive() { # TREE inside the root: prints a cpio archive
	in_root sh -c "cd ${1#"$root"} && find . | cpio --quiet -o -H newc -R 0:0"
}

# Prints the archive of what differs between runs: init, the script with its files and arguments.
run_image() { # TREE SCRIPT [ARG...]
	local tree=$1 script=$2 release prefix
	shift 2
	mkdir -p "$tree/etc" "$tree/lab"
	cp "$repo/lab/init" "$tree/"
	cp -L --preserve=mode "${opt_add[@]}" "$script" "$tree/lab/"
	if [ -n "$opt_vmlinuz" ]; then
		find_kernel "$opt_kernel"
		cp "$root$prefix/boot/vmlinuz-$release" "$tree/lab/vmlinuz"
	fi
	printf '%s=%s\n' machine "$opt_machine" no_mock "$opt_no_mock" disk "${opt_disk:+yes}" mock_port "$MOCK_PORT" mock_params "${opt_mock@Q}" \
		testdev "$TESTDEV" vfs "$opt_vfs" slowness "$(slowness)" >"$tree/etc/lab.conf"
	set -- "/lab/${script##*/}" "$@"
	echo "set -- ${*@Q}" >"$tree/etc/lab.args"
	archive "$tree"
}
