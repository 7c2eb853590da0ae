# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# What the checks of scripts/lint need: Debian's tools, which are added to the root when lint first runs; the kernel's own
# scripts; builds, and the compiler's commands for tools that read C as the compiler does; results that are kept.

# coccinelle's package does not depend on Python's library, but needs it.
readonly LINT_TOOLS='clang codespell coccinelle groff-base libpython3.13 shellcheck shfmt sparse'

# The headers are configured for gcc, so options that depend on the compiler are set for clang. The warning that is
# switched off is about the headers' per-CPU variables, which clang finds qualified twice.
readonly FOR_CLANG=(CC=clang CONFIG_CC_IS_GCC= CONFIG_CC_IS_CLANG=y CONFIG_GCC_VERSION=0
	CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT= CONFIG_UBSAN_BOUNDS_STRICT= CONFIG_FTRACE_MCOUNT_USE_CC=
	CONFIG_CC_IMPLICIT_FALLTHROUGH=-Wimplicit-fallthrough KCFLAGS=-Wno-duplicate-decl-specifier)

# As kbuild calls sparse. sparse 0.6.4 does not know typeof_unqual, nor that the length of a literal is a constant; Linux
# 7's headers need both. It does not understand guard() either, so its check of locks is off, as in Linux.
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

# Runs a command and prints its output. A later call with the same KEY and the same words prints the kept output instead.
# If a command fails without output, its status is printed. A failure is not kept: the next call runs the command again.
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

each() { # COMMAND FILE...: runs the command for one file at a time
	local file
	for file in "${@:2}"; do
		once "$(cd "$repo" && sha256sum "$file")" "$1" "$file"
	done
}

in_tree() { # COMMAND...: runs it in the copy of the checkout
	in_root env --chdir="${repo#"$root"}" LC_ALL=C.UTF-8 "$@"
}

# Prints the folder in which a part is built: the product, the lab's modules, the examples or the KUnit suites. The suites
# are compiled but not linked, because Debian's kernels have no KUnit, and without the product's files, which are a part
# already.
build_part() { # PART KERNEL [VAR=value...]
	local product
	case $1 in
	product) build_product "${@:2}" ;;
	lab)
		product=$(build_product "${@:2}")
		build_against "$product" lab/modules "${@:2}"
		;;
	examples)
		product=$(build_product "${@:2}")
		build_against "$product" docs/examples "${@:2}"
		;;
	kunit)
		build_module "$2" "$repo" "$PRODUCT_PATHS kunit" '' CONFIG_INTEL_PASID_CTL= CONFIG_PASID_PF= CONFIG_PASID_VFIO_PCI= \
			CONFIG_PASID_CTL_KUNIT_TEST=m KBUILD_MODPOST_WARN=1 pure= "${@:3}"
		;;
	esac
}

# Calls a command with KERNEL and DIR added, for each part: built by gcc for both kernels, or by clang for the newest.
with_builds() { # COMPILER COMMAND...
	local kernels='6.12 newest' options=() kernel part dir
	[ "$1" = gcc ] || kernels=newest options=("${FOR_CLANG[@]}")
	for kernel in $kernels; do
		for part in product lab examples kunit; do
			dir=$(build_part "$part" "$kernel" "${options[@]}" 2>"$run/built")
			"${@:2}" "$kernel" "$dir"
		done
	done
}

# Prints the compiler's warnings of a build, which may have been made long ago.
warnings_of() { # KERNEL DIR
	grep -v -e 'Skipping BTF generation' -e '^WARNING: modpost: .*kunit.* undefined!' \
		-e '^WARNING: modpost: suppressed .* unresolved symbol' "${2%/tree/src}/log" || true
}

# Runs a tool on every file of a build, with the compiler's options.
replay() { # TOOL KERNEL DIR
	local at=${3#"$root"} release prefix commands
	find_kernel "$2"
	[ "$2" = newest ] || at=$prefix/usr/src/linux-headers-$release # before 6.13 kbuild runs the compiler there
	commands=$(find "$3" -name '.*.o.cmd' ! -name '*.mod.o.cmd' -exec sed -nE \
		"s|^savedcmd_[^ ]+ := *[^ ]+ -Wp,-MMD,[^ ]+ (.*) -c -o [^ ]+ ([^ ]+\.c)\b.*|$1 \1 \2|p" {} + |
		LC_ALL=C sort)
	[ -n "$commands" ] || echo "no command of the compiler was found in $3"
	in_root env --chdir="$at" xargs -d '\n' -P "$(nproc)" -I '{}' sh -c '{}' <<<"$commands"
}
