# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# What the checks of scripts/lint stand on: Debian's tools, added to the root when lint first runs; the kernel's own
# scripts; builds, with their compiler's commands for tools that read as it does; and answers that are kept.

# coccinelle needs Python's library and does not say so.
readonly LINT_TOOLS='clang codespell coccinelle groff-base libpython3.13 shellcheck shfmt sparse'

# The headers are configured for gcc: what that decided about options is decided again. Their own per-CPU variables
# clang finds doubly qualified, as it knows gcc's address spaces by other names.
readonly FOR_CLANG=(CC=clang CONFIG_CC_IS_GCC= CONFIG_CC_IS_CLANG=y CONFIG_GCC_VERSION=0
	CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT= CONFIG_UBSAN_BOUNDS_STRICT= CONFIG_FTRACE_MCOUNT_USE_CC=
	CONFIG_CC_IMPLICIT_FALLTHROUGH=-Wimplicit-fallthrough KCFLAGS=-Wno-duplicate-decl-specifier)

# As kbuild calls it. The last release, 0.6.4, knows neither typeof_unqual nor that the length of a literal is a constant,
# which Linux 7's headers rely on, nor what guard() releases: Linux, too, has given up its annotations of locks.
readonly SPARSE=(sparse -D__linux__ -Dlinux -D__STDC__ -Dunix -D__unix__ -Wbitwise -Wno-return-void
	-Wno-context -Wno-unknown-attribute --arch=x86 -mlittle-endian -m64
	-D__typeof_unqual__=__typeof__ "'-D__builtin_strlen(s)=(sizeof(s) - 1)'")

# Sets lint_folder, kernel_scripts and lint_identity.
prepare_lint() {
	lint_folder=$root/build/lint
	kernel_scripts=$(linux_tree)
	lint_identity=$(cat "$repo/scripts/lint" "$repo/scripts/lib/lint.sh" | hash_of_stdin)
	setup_log=$cache/lint.log
	mkdir -p "$lint_folder"
	keep_newest 1000 "$lint_folder"/said-*
	# shellcheck disable=SC2086 # a list
	add_packages lint $LINT_TOOLS
}

# Prints what a command says, and asks it once for what it is about: KEY and the words themselves. One that fails and
# says nothing has said something nevertheless; what fails is asked again.
once() { # KEY COMMAND...
	local said new status=0
	said=$lint_folder/said-$(echo "$lint_identity $*" | hash_of_stdin)
	new=$said.$BASHPID
	if [ ! -e "$said" ]; then
		# Not as a condition, which would switch errexit off inside.
		"${@:2}" >"$new" 2>&1 &
		wait $! || status=$?
		if [ "$status" != 0 ]; then
			[ -s "$new" ] || echo "$2 ended with status $status"
			cat "$new"
			rm "$new"
			return
		fi
		mv "$new" "$said"
	fi
	touch "$said"
	cat "$said"
}

each() { # COMMAND FILE...: the command for one file at a time
	local file
	for file in "${@:2}"; do
		once "$(cd "$repo" && sha256sum "$file")" "$1" "$file"
	done
}

in_tree() { # COMMAND...: in the copy of the checkout
	in_root env --chdir="${repo#"$root"}" LC_ALL=C.UTF-8 "$@"
}

# Prints the folder where a part was built: the product, the lab's modules or the KUnit suites. Those are not linked,
# as Debian's kernels have no KUnit.
build_part() { # PART KERNEL [VAR=value...]
	local product
	case $1 in
	product) build_product "${@:2}" ;;
	lab)
		product=$(build_product "${@:2}")
		build_module "$2" "$repo/lab/modules" . "$product/Module.symvers" "PASID_CTL_INCLUDE=${product#"$root"}/include" "${@:3}"
		;;
	kunit)
		build_module "$2" "$repo" "$PRODUCT_PATHS kunit" '' CONFIG_INTEL_PASID_CTL= CONFIG_PASID_PF= CONFIG_PASID_VFIO_PCI= \
			CONFIG_PASID_CTL_KUNIT_TEST=m KBUILD_MODPOST_WARN=1 "${@:3}"
		;;
	esac
}

# Calls a command with KERNEL and DIR, too, for each part: as gcc built it for both kernels, or clang for the newest.
with_builds() { # COMPILER COMMAND...
	local kernels='6.12 newest' options=() kernel part dir
	[ "$1" = gcc ] || kernels=newest options=("${FOR_CLANG[@]}")
	for kernel in $kernels; do
		for part in product lab kunit; do
			dir=$(build_part "$part" "$kernel" "${options[@]}" 2>"$run/built")
			"${@:2}" "$kernel" "$dir"
		done
	done
}

# What the compiler said of a build, though it may be long ago.
warnings_of() { # KERNEL DIR
	grep -v -e 'Skipping BTF generation' -e '^WARNING: modpost: .*kunit.* undefined!' "${2%/tree/src}/log" || true
}

# Runs a tool on every file of a build, with the words that its compiler was called with.
replay() { # TOOL KERNEL DIR
	local at=${3#"$root"} release prefix commands
	find_kernel "$2"
	[ "$2" = newest ] || at=$prefix/usr/src/linux-headers-$release # where kbuild worked before 6.13
	commands=$(find "$3" -name '.*.o.cmd' ! -name '*.mod.o.cmd' -exec sed -nE \
		"s|^savedcmd_[^ ]+ := *[^ ]+ -Wp,-MMD,[^ ]+ (.*) -c -o [^ ]+ ([^ ]+\.c)\b.*|$1 \1 \2|p" {} + |
		LC_ALL=C sort)
	[ -n "$commands" ] || echo "no compiler's command was found in $3"
	in_root env --chdir="$at" xargs -d '\n' -P "$(nproc)" -I '{}' sh -c '{}' <<<"$commands"
}
