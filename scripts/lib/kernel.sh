# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# Kernels: those of Debian, which the root's packages brought, and those that are built inside the root from Debian's
# source, when somebody asks for one, with a configuration of lab/kernel. Like the model's QEMU, results are cached by
# hash, and sources and objects of the last build stay, so that another configuration compiles only what it changes.

# What KASAN and UBSAN watch of a kernel that has them, besides modules: what the product calls and is called by. With
# the rest an emulated processor would take twice as long, as would the compiler. For kbuild: n, or nothing.
# shellcheck disable=SC2016 # kbuild expands it
readonly WATCHED='$(if $(filter drivers/iommu% drivers/vfio% drivers/pci% fs/kernfs% fs/sysfs%,$(obj)),,n)'

# Sets release and prefix: inside the root, a kernel is prefix/boot/vmlinux-release, what it takes to build its
# modules prefix/usr/src/linux-headers-release, and its own modules are prefix/lib/modules/release.
find_kernel() { # 6.12|newest|lab|debug
	prefix=''
	case $1 in
	lab) prefix=$(built_kernel lab lab.config) ;;
	debug) prefix=$(built_kernel debug lab.config debug.config) ;;
	*) release=$(awk -v name="$1" '$1 == name { print $2 }' "$root/etc/lab-kernels") ;;
	esac
	[ -z "$prefix" ] || release=$(<"$root$prefix/release")
}

# Prints the prefix of a kernel with a configuration of FRAGMENTs; builds it if it is not there.
built_kernel() { # NAME FRAGMENT...
	local name=$1 folder=$root/build/linux source tree kernel fragments
	fragments=$(cd "$repo/lab/kernel" && cat "${@:2}") # read once, as others may edit the files meanwhile
	source=$(echo "$root"/usr/src/linux-source-*.tar.xz)
	tree=$folder/source-$({ declare -f unpack_linux && stat -c '%n %s %Y' "$source"; } | hash_of_stdin)
	kernel=$folder/kernel-$({ declare -f build_kernel install_kernel &&
		echo "$name $tree $fragments $WATCHED"; } | hash_of_stdin)
	[ -d "$kernel" ] || locked_build "$name" >&2
	touch "$kernel"
	echo "${kernel#"$root"}"
}

locked_build() { # NAME
	mkdir -p "$folder"
	(
		flock 9
		[ -d "$kernel" ] || build_kernel "$1" # another shell may have done it while this one waited
	) 9>"$folder/lock"
}

build_kernel() { # NAME
	local setup_log=$cache/kernel.log objects=$folder/objects-$1 make
	: >"$setup_log"
	say "building the $1 kernel (about 7 minutes, once)"
	[ -d "$tree" ] || prepare_linux
	mkdir -p "$objects"
	make=(in_root env PWD=/ make -s -C "${tree#"$root"}" "O=${objects#"$root"}" "KASAN_SANITIZE=$WATCHED" "UBSAN_SANITIZE=$WATCHED")
	printf '%s\n' "$fragments" "CONFIG_LOCALVERSION=\"-$1\"" >"$objects/fragments"
	step "$1 kernel: configuring" "${make[@]}" "KCONFIG_ALLCONFIG=${objects#"$root"}/fragments" allnoconfig
	check_configuration
	step "$1 kernel: compiling" "${make[@]}" "-j$(nproc)" vmlinux modules
	rm -rf --one-file-system "$kernel.tmp"
	step "$1 kernel: installing" install_kernel
	mv "$kernel.tmp" "$kernel"
	keep_newest 4 "$folder"/kernel-*
}

# There is only one, since it is big.
prepare_linux() {
	rm -rf --one-file-system "$folder"/{source,objects}-*
	mkdir "$tree.tmp"
	step "kernel's source: unpacking" unpack_linux
	mv "$tree.tmp" "$tree"
}

# Without drivers of the kinds that fill half of it; what describes them to Kconfig stays. And one thing that no
# configuration can say: INTEL_IOMMU_DEBUGFS comes with a dump of page tables at each fault, which takes what
# pass-through has for one, and ends the kernel.
unpack_linux() {
	chroot "$root" tar -xJ -C "${tree#"$root"}.tmp" --strip-components=1 --wildcards --exclude='*/drivers/gpu/*.[ch]' \
		--exclude='*/drivers/net/*.[ch]' --exclude='*/drivers/media/*.[ch]' --exclude='*/sound/*.[ch]' <"$source" &&
		sed -i '/select DMAR_DEBUG$/d' "$tree.tmp/drivers/iommu/intel/Kconfig"
}

# What the fragments do not say is off; what they say must have come true.
check_configuration() {
	local unmet
	unmet=$(grep '^CONFIG_' "$objects/fragments" | grep -vxFf "$objects/.config" | xargs) || return 0
	die 1 "this kernel's configuration cannot have $unmet: correct lab/kernel"
}

# What modules are built against is chosen by what makes the kernel's own packages.
install_kernel() {
	local release inside=${kernel#"$root"}.tmp
	release=$(<"$objects/include/config/kernel.release")
	mkdir -p "$kernel.tmp/boot"
	chroot "$root" strip -o "$inside/boot/vmlinux-$release" "${objects#"$root"}/vmlinux"
	"${make[@]}" "INSTALL_MOD_PATH=$inside" modules_install
	"${make[@]}" run-command \
		"KBUILD_RUN_COMMAND=\$(srctree)/scripts/package/install-extmod-build $inside/usr/src/linux-headers-$release"
	echo "$release" >"$kernel.tmp/release"
}
