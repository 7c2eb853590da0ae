# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# External modules, built by the root's compiler against a stock kernel's headers.

readonly PRODUCT_PATHS='Makefile Kconfig VERSION iommu vfio include compat'

# Prints the folder (on the host) in which DIR is built for KERNEL; a second call with the same
# contents builds nothing. PATHS (inside DIR) and SYMVERS (files) are lists separated by blanks.
build_module() { # KERNEL DIR PATHS SYMVERS [VAR=value...]
	local release dir=$2 paths=$3 symvers=$4 build
	release=$(kernel_of "$1")
	shift 4
	build=$root/build/$( (
		declare -f build_module run_kbuild
		echo "$release $*"
		# shellcheck disable=SC2086
		hash_of_tree "$dir" $paths && cat /dev/null $symvers
	) | hash_of_stdin)
	mkdir -p "$build"
	(
		flock 9
		[ ! -e "$build/done" ] || exit 0
		rm -rf "$build/src"
		mkdir "$build/src"
		# shellcheck disable=SC2086
		(cd "$dir" && cp -rL --parents $paths "$build/src/")
		# shellcheck disable=SC2086
		cat /dev/null $symvers >"$build/symvers"
		run_kbuild "$release" "$build" "$@"
		touch "$build/done"
	) 9>"$build/lock" >&2
	touch "$build"
	echo "$build/src"
}

run_kbuild() { # RELEASE BUILD [VAR=value...]
	local release=$1 build=$2 inside=${2#"$root"}
	shift 2
	in_root make -s -j"$(nproc)" -C "/usr/src/linux-headers-$release" "M=$inside/src" W=1 \
		"KBUILD_EXTRA_SYMBOLS=$inside/symvers" "$@" modules >"$build/log" 2>&1 ||
		{ cat "$build/log"; die 1 "building modules for $release failed"; }
	# The headers come without vmlinux, hence without BTF for modules: no news.
	grep -v 'Skipping BTF generation' "$build/log" || true
}

existing() { # DIR PATH...: those that are there
	local dir=$1 path
	shift
	for path; do
		[ ! -e "$dir/$path" ] || echo "$path"
	done
}

build_product() { # KERNEL [VAR=value...]
	local kernel=$1 paths
	shift
	# shellcheck disable=SC2086
	paths=$(existing "$repo" $PRODUCT_PATHS)
	build_module "$kernel" "$repo" "$paths" '' "$@"
}

# The .ko files of a machine, one per line: the product's and the lab's own.
machine_modules() { # KERNEL
	local product='' lab=''
	if [ -n "$opt_modules" ]; then
		find "$opt_modules" -maxdepth 1 -name '*.ko'
		return
	fi
	if [ -e "$repo/Makefile" ]; then
		product=$(build_product "$1")
	fi
	lab=$(build_module "$1" "$repo/lab/modules" . "${product:+$product/Module.symvers}" \
		"PASID_CTL_INCLUDE=${product#"$root"}/include")
	find ${product:+"$product"} "$lab" -name '*.ko'
}

# The command `lab module`: builds one tree, prints where its modules are.
module() { # KERNEL SYMVERS DIR [OUT] [VAR=value...]
	local kernel=$1 symvers=$2 dir=$3 out='' build
	shift 3
	if [[ ${1-} && $1 != *=* ]]; then
		out=$1
		shift
	fi
	[ -d "$dir" ] || die "$EXIT_USAGE" "no such folder: $dir"
	if [ "$dir" -ef "$repo" ]; then
		build=$(build_product "$kernel" "$@")
	else
		build=$(build_module "$kernel" "$dir" . "$symvers" "$@")
	fi
	if [ -n "$out" ]; then
		mkdir -p "$out"
		find "$build" \( -name '*.ko' -o -name Module.symvers \) -exec cp -t "$out" {} +
		build=$(cd "$out" && pwd)
	fi
	find "$build" -name '*.ko' | LC_ALL=C sort
}
