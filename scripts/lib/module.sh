# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# External modules, built by the root's compiler against a kernel's headers.

readonly PRODUCT_PATHS="Makefile Kbuild Kconfig VERSION $PRODUCT_FOLDERS include compat"

# Prints the folder (on the host) in which DIR is built for KERNEL. A second call with the same contents builds nothing.
# PATHS (inside DIR) and SYMVERS (files) are lists, separated by blanks.
build_module() { # KERNEL DIR PATHS SYMVERS [VAR=value...]
	local kernel=$1 release prefix snapshot build
	find_kernel "$kernel"
	snapshot=$(take_snapshot "$2" "$3" "$4")
	shift 4
	build=$root/build/module-$({ declare -f build_module run_kbuild && echo "$prefix $release $*" && hash_of_tree "$snapshot"; } | hash_of_stdin)
	mkdir -p "$build"
	(
		flock 9
		[ ! -e "$build/done" ] || exit 0
		rm -rf "$build/tree"
		mv "$snapshot" "$build/tree"
		run_kbuild "$kernel" "$build" "$@"
		touch "$build/done"
	) 9>"$build/lock" >&2
	rm -rf "$snapshot"
	touch "$build"
	keep_newest 30 "$root"/build/module-*
	echo "$build/tree/src"
}

# Copies a tree, because it may be edited meanwhile, without the objects of a build by hand, which kbuild would link.
take_snapshot() { # DIR PATHS SYMVERS: prints the folder of the copy
	local snapshot
	snapshot=$(mktemp -d "$run/snapshot.XXXXXX")
	mkdir "$snapshot/src"
	# shellcheck disable=SC2086
	(cd "$1" && cp -rL --parents $2 "$snapshot/src/")
	find "$snapshot/src" \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o -name '.*.cmd' \
		-o -name Module.symvers -o -name modules.order \) -delete
	# shellcheck disable=SC2086
	cat /dev/null $3 >"$snapshot/symvers"
	echo "$snapshot"
}

run_kbuild() { # KERNEL BUILD [VAR=value...]
	local release prefix toolchain log=$2/log tree=${2#"$root"}/tree
	find_kernel "$1"
	shift 2
	in_root make -s -j"$(nproc)" -C "$prefix/usr/src/linux-headers-$release" "M=$tree/src" W=1 \
		"KBUILD_EXTRA_SYMBOLS=$tree/symvers" ${toolchain:+"$toolchain"} "$@" modules >"$log" 2>&1 ||
		{ cat "$log" && die 1 "building modules for $release failed"; }
	# The headers have no vmlinux, so modules get no BTF; that message is left out.
	grep -v 'Skipping BTF generation' "$log" || true
}

build_product() { # KERNEL [VAR=value...]
	local kernel=$1 path paths=''
	shift
	for path in $PRODUCT_PATHS; do
		[ ! -e "$repo/$path" ] || paths+=" $path"
	done
	build_module "$kernel" "$repo" "$paths" '' "$@"
}

# Builds modules of this repository that use the product. Prints as build_module.
build_against() { # PRODUCT DIR KERNEL [VAR=value...]
	local product=$1 dir=$2 kernel=$3
	shift 3
	build_module "$kernel" "$repo/$dir" . "$product/Module.symvers" "PASID_CTL_INCLUDE=${product#"$root"}/include" "$@"
}

# Prints the .ko files of a machine, one per line: the product's, the lab's own and the examples.
machine_modules() { # KERNEL
	local product lab examples
	if [ -n "$opt_modules" ]; then
		find "$opt_modules" -maxdepth 1 -name '*.ko'
		return
	fi
	product=$(build_product "$1")
	lab=$(build_against "$product" lab/modules "$1")
	examples=$(build_against "$product" docs/examples "$1")
	find "$product" "$lab" "$examples" -name '*.ko'
}

# The command `lab module`: builds a tree and prints the paths of its modules.
module() { # KERNEL SYMVERS DIR [OUT] [VAR=value...]
	local kernel=$1 symvers=$2 dir=$3 out='' build
	shift 3
	if [[ ${1-} && $1 != *=* ]]; then
		out=$1
		shift
	fi
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
