# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# Kernels: Debian's, which are packages of the root; and the lab's own, which are built inside the root from Debian's
# source with a configuration of lab/kernel, when one is first asked for. As with the model's QEMU, results are cached by
# hash, and the objects of the last build stay, so a changed configuration compiles only what it changes. The source is
# unpacked once, for UML (lib/uml.sh) and lint, too.

# Files that are not unpacked: of big drivers and other architectures (unpack_linux) only Kconfig is needed.
readonly LINUX_EXCLUDE=(--exclude={"*/drivers/gpu/*.[ch]","*/drivers/net/*.[ch]","*/drivers/media/*.[ch]","*/sound/*.[ch]"}
	--exclude={"*.dts","*.dtsi","*.rst","*.yaml","*/tools/testing/*"})

# What sanitizers watch besides modules: code that calls the product or that the product calls. With all of the
# kernel, tests and the compiler would take twice as long. The value is for kbuild: n, or nothing.
# shellcheck disable=SC2016 # kbuild expands it
readonly WATCHED='$(if $(filter drivers/iommu% drivers/vfio% drivers/pci% fs/kernfs% fs/sysfs%,$(obj)),,n)'

# Sets release, prefix and toolchain. Inside the root, the kernel is prefix/boot/vmlinux-release, its headers are
# prefix/usr/src/linux-headers-release, and its modules are prefix/lib/modules/release. toolchain is empty, or what kbuild
# has to be told to use the compiler of that kernel.
find_kernel() { # 6.12|newest|lab|debug|kcsan|clang|debian|RELEASE
	release='' prefix='' toolchain=''
	case $1 in
	debian) prefix=$(debian_prefix) ;;
	lab) prefix=$(built_kernel lab lab.config) ;;
	debug) prefix=$(built_kernel debug lab.config debug.config) ;;
	kcsan) prefix=$(KCSAN_SANITIZE=$WATCHED built_kernel kcsan lab.config kcsan.config) ;;
	clang)
		add_packages llvm clang lld llvm
		toolchain=LLVM=1
		prefix=$(LLVM=1 built_kernel clang lab.config clang.config)
		;;
	6.12 | newest) release=$(awk -v name="$1" '$1 == name { print $2 }' "$root/etc/lab-kernels") ;;
	*) release=$1 prefix=/build/stock/$1 ;; # see lib/stock.sh
	esac
	[ -n "$release" ] || release=$(<"$root$prefix/release")
}

# --- Source ----------------------------------------------------------------------------------------------------------

# Sets source, the archive of the newest kernel's source, and tree, the folder in which it is unpacked.
find_source() {
	source=$(echo "$root"/usr/src/linux-source-*.tar.xz)
	[ -e "$source" ] || die "$EXIT_MISSING" 'the lab root has no kernel source'
	tree=$root/build/linux/source-$({ declare -f unpack_linux && echo "${LINUX_EXCLUDE[*]}" &&
		stat -c '%n %s %Y' "$source"; } | hash_of_stdin)
}

# Prints the folder with the source; unpacks the source if needed. Nothing writes into the folder.
linux_tree() {
	local source tree folder
	find_source
	folder=${tree%/*}
	mkdir -p "$folder"
	(
		flock 9
		[ -d "$tree" ] || prepare_linux
		touch "$tree"
		keep_newest 2 "$folder"/source-* # another checkout may use another one
	) 9>"$folder/lock-of-source" >&2
	echo "$tree"
}

prepare_linux() {
	local setup_log=$cache/source.log
	: >"$setup_log"
	rm -rf --one-file-system "$folder"/*.unpacking
	mkdir "$tree.unpacking"
	step "kernel's source: unpacking" unpack_linux
	mv "$tree.unpacking" "$tree"
}

# Makes one change that no configuration can make: INTEL_IOMMU_DEBUGFS selects a dump of page tables at each fault. The
# dump takes a pass-through entry's field for a page table, and crashes the kernel.
unpack_linux() {
	local top
	top=$(basename "$source" .tar.xz)
	chroot "$root" tar -xJ -C "${tree#"$root"}.unpacking" --strip-components=1 "${LINUX_EXCLUDE[@]}" \
		--anchored --exclude="$top/arch/[!ux]*.[chS]" <"$source" &&
		sed -i '/select DMAR_DEBUG$/d' "$tree.unpacking/drivers/iommu/intel/Kconfig"
}

# --- Builds ----------------------------------------------------------------------------------------------------------

# Prints the prefix of a kernel whose configuration is made of FRAGMENTs; builds the kernel if needed.
built_kernel() { # NAME FRAGMENT...
	local name=$1 folder=$root/build/linux source tree kernel fragments
	fragments=$(cd "$repo/lab/kernel" && cat "${@:2}") # read once, because the files may be edited meanwhile
	find_source
	kernel=$folder/kernel-$({ declare -f build_kernel install_kernel &&
		echo "$name $tree $fragments $WATCHED"; } | hash_of_stdin)
	[ -d "$kernel" ] || locked_build "$name" >&2
	touch "$kernel"
	echo "${kernel#"$root"}"
}

locked_build() { # NAME
	linux_tree >/dev/null
	(
		flock 9
		[ -d "$kernel" ] || build_kernel "$1" # another shell may have built it while this one waited
	) 9>"$folder/lock"
}

# Deletes the objects of other sources: objects are as big as the source.
build_kernel() { # NAME
	local setup_log=$cache/kernel.log objects=$folder/objects-$1-${tree##*-} make
	: >"$setup_log"
	say "building the $1 kernel (about 6 minutes, once)"
	find "$folder" -maxdepth 1 -name 'objects-*' ! -name "*-${tree##*-}" -exec rm -rf --one-file-system {} +
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

# Options that the fragments do not name are off. Each line of the fragments must hold in the result.
check_configuration() {
	local unmet
	unmet=$(grep '^CONFIG_' "$objects/fragments" | grep -vxFf "$objects/.config" | xargs) || return 0
	die 1 "this kernel's configuration cannot have $unmet: correct lab/kernel"
}

# Installs kernel, modules and headers. The kernel's own packaging script chooses the headers.
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
