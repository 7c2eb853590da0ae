# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# The KUnit suites in a kernel that is a program (ARCH=um), built inside the root from Debian's source of the newest
# kernel. The built tree stays, so the next time only changed files of this repository are compiled.

# Builds the suites. Sets uml_tree, and uml_lock, which stays locked: other checkouts use the same tree.
build_suites() {
	local folder=$root/build/uml source tree
	find_source
	uml_tree=$folder/tree-$( (
		declare -f prepare_kernel drop_in
		echo "$tree"
		cat "$repo/kunit/.kunitconfig"
	) | hash_of_stdin)
	mkdir -p "$folder"
	exec {uml_lock}>"$folder/lock"
	flock "$uml_lock"
	setup_log=$folder/log
	: >"$setup_log"
	[ -e "$uml_tree/ready" ] || prepare_kernel >&2
	sync_suites
	step 'KUnit: kernel' make_kernel linux
}

# Builds and runs the suites. The kernel's console log goes to LOG. Sets uml_tree.
run_suites() { # LOG
	build_suites
	find "$uml_tree/drivers/pasid-ctl" -name '*.gcda' -delete
	run_kernel >"$1"
}

# Makes a copy of the source with hard links, adds this repository, and configures it. There is only one, because it is
# big.
prepare_kernel() {
	say 'building a kernel for KUnit (about 4 minutes, once)'
	rm -rf --one-file-system "$folder"/tree-*
	cp -al "$(linux_tree)" "$uml_tree"
	drop_in
	sync_suites
	step 'KUnit: configuring' make_kernel KCONFIG_ALLCONFIG=drivers/pasid-ctl/kunit/.kunitconfig allnoconfig
	touch "$uml_tree/ready"
}

# Adds this repository to the kernel tree. sed writes new files, so the hard-linked ones do not change. UML's CONFIG_GCOV
# would measure the whole kernel and take twice as long to build, so only its link option is used. UML's linker script
# leaves out the destructors in which gcc writes its counts, so they are added.
drop_in() {
	sed -i 's|^endmenu$|source "drivers/pasid-ctl/Kconfig"\nendmenu|' "$uml_tree/drivers/Kconfig"
	sed -i '$ a obj-y += pasid-ctl/' "$uml_tree/drivers/Makefile"
	sed -i '$ a LINK-y += --coverage' "$uml_tree/arch/um/Makefile-skas"
	sed -i 's|[*](.fini_array)|*(.fini_array.* .fini_array)|' "$uml_tree/arch/um/include/asm/common.lds.S"
}

# Copies the files of this repository that differ.
sync_suites() {
	local file dir=$uml_tree/drivers/pasid-ctl
	# shellcheck disable=SC2086 # several folders
	while read -r file; do
		cmp -s "$repo/$file" "$dir/$file" || install -D -m 644 "$repo/$file" "$dir/$file"
	done < <(cd "$repo" && find Kconfig Kbuild $PRODUCT_FOLDERS include compat kunit -type f \
		\( -name '*.[ch]' -o -name '*.def' -o -name '*.mk' -o -name 'K*' -o -name Makefile -o -name .kunitconfig \))
}

make_kernel() { # [VAR=value]... TARGET
	in_root make -s -j"$(nproc)" -C "${uml_tree#"$root"}" ARCH=um PASID_PURE_CFLAGS=--coverage "$@"
}

# Runs the kernel in a folder of its own: it keeps its memory in TMPDIR and leaves files in HOME.
run_kernel() {
	local dir
	dir=$(mktemp -d "${uml_tree%/*}/run.XXXXXX")
	in_root env HOME="${dir#"$root"}" TMPDIR="${dir#"$root"}" timeout "$("$here/lab" scaled 300)" "${uml_tree#"$root"}/linux" \
		mem=256M con0=fd:0,fd:1 kunit.enable=1 kunit.autorun=1 kunit_shutdown=halt </dev/null 2>&1 || say "the kernel ended with status $?"
	rm -rf "$dir"
}

# Prints "REACHED ALL LINE...": how many lines of code of a tested file were reached, how many there are, and the lines
# that were not reached.
coverage_of() { # FILE
	local object=${uml_tree#"$root"}/drivers/pasid-ctl/${1%.c}
	in_root env --chdir="${uml_tree#"$root"}" gcov --stdout "$object.gcda" 2>/dev/null |
		awk -F: -v file="/$1" '
			$2 + 0 == 0 && $3 == "Source" { mine = substr($4, length($4) - length(file) + 1) == file; next }
			!mine || $1 ~ /-$/ { next }
			$1 ~ /#####|=====/ { missed = missed " " $2 + 0; all++; next }
			{ reached++; all++ }
			END { print reached + 0, all + 0, missed }'
}
