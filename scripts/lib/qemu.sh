# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# The model's QEMU: a fixed version of Debian's source with the patches of lab/qemu, built inside the root. Programs are
# cached by hash. Source and objects of the last build stay, and only files that a changed patch changes are written; so a
# change takes seconds to compile, not minutes.

readonly QEMU_VERSION=1:10.2.2+ds-1
readonly QEMU_OPTIONS='--target-list=x86_64-softmmu --without-default-features --enable-tcg --enable-pixman
	--enable-fdt=system --disable-docs --disable-debug-info --disable-werror --disable-download'

# Prints the path of the program; builds it if needed.
model_qemu() {
	local folder=$root/build/qemu tree program patches=() texts=()
	tree=$folder/tree-$({ declare -f prepare_tree unpack_qemu && echo "$QEMU_VERSION $QEMU_OPTIONS"; } | hash_of_stdin)
	read_series
	program=$folder/model-$(printf '%s\n' "$tree" "${texts[@]}" | hash_of_stdin)
	mkdir -p "$folder"
	(
		flock 9
		[ -e "$program" ] || build_model
		touch "$program"
	) 9>"$folder/lock" >&2
	echo "$program"
}

# Sets patches and texts. The files are read once, because they may be edited meanwhile.
read_series() {
	local patch
	for patch in "$repo"/lab/qemu/*.patch; do
		[ -e "$patch" ] || continue # without patches, the pattern itself
		patches+=("${patch##*/}")
		texts+=("$(<"$patch")")
	done
}

build_model() {
	local setup_log=$cache/qemu.log
	: >"$setup_log"
	[ -e "$tree/ready" ] || prepare_tree
	apply_series
	step "QEMU with ${#patches[@]} patches" chroot "$root" ninja -C "${tree#"$root"}/build" qemu-system-x86_64
	in_root strip -o "${program#"$root"}.tmp" "${tree#"$root"}/build/qemu-system-x86_64"
	mv "$program.tmp" "$program"
	keep_newest 5 "$folder"/model-*
}

# Makes the source tree: unpacked, added to a git repository, configured. There is only one tree, because it is big.
prepare_tree() {
	local source=$cache/source/qemu-${QEMU_VERSION#*:}.tar.xz
	say "building the model's QEMU (about 5 minutes, once)"
	command -v git >/dev/null || die "$EXIT_MISSING" 'install git first: the patches of lab/qemu need it'
	[ -e "$source" ] || fetch_qemu "$source"
	rm -rf --one-file-system "$folder"/tree-*
	mkdir -p "$tree/source" "$tree/build"
	step 'QEMU: unpacking' unpack_qemu "$source"
	# Debian's source has no firmware; packages of the root have it.
	printf '%s\n' 'roms = []' "subdir('keymaps')" >"$tree/source/pc-bios/meson.build"
	tree_git index init -q
	tree_git index add -Af .
	tree_git index write-tree >"$tree/pristine"
	# shellcheck disable=SC2086 # several options
	step 'QEMU: configuring' chroot "$root" env --chdir="${tree#"$root"}/build" ../source/configure $QEMU_OPTIONS
	touch "$tree/ready"
}

# Without the folders roms, which are half of the source: they are sources of firmware.
unpack_qemu() { # FILE
	chroot "$root" tar -xJ -C "${tree#"$root"}/source" --strip-components=1 --exclude='*/roms/*' <"$1"
}

# Fetches the source with apt, which checks signatures. apt gets lists of its own here, so that no package of the root
# comes from sid. Old lists are accepted: the version is fixed, and a mirror can be some days behind.
fetch_qemu() { # FILE
	local dir=$folder/fetch inside apt
	inside=${dir#"$root"}
	apt=(-o "Dir::Etc::SourceList=$inside/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o "Dir::State::Lists=$inside/lists" -o "Dir::Cache=$inside/cache"
		-o APT::Update::Error-Mode=any -o Acquire::Check-Valid-Until=false)
	rm -rf "$dir"
	mkdir -p "$dir"/{lists,cache/archives}/partial "${1%/*}"
	echo "deb-src $MIRROR sid main" >"$dir/sources.list"
	step 'QEMU: list of sources' chroot "$root" apt-get "${apt[@]}" update
	chroot "$root" apt-cache "${apt[@]}" showsrc --only-source qemu | grep -x "Version: $QEMU_VERSION" >/dev/null ||
		die "$EXIT_MISSING" "$MIRROR does not have the source of QEMU $QEMU_VERSION, so there is no --machine model"
	step 'QEMU: source' chroot "$root" env --chdir="$inside" apt-get "${apt[@]}" --download-only source "qemu=$QEMU_VERSION"
	mv "$dir"/qemu_*.orig.tar.xz "$1"
	rm -rf "$dir"
}

# Makes the tree what was unpacked plus the patches. The new state is composed in an index, and only files that differ are
# written, also after an interrupted build: to compile all files that include pci.h takes minutes.
apply_series() {
	local i
	tree_git next read-tree "$(<"$tree/pristine")"
	for i in "${!patches[@]}"; do
		tree_git next apply --cached --whitespace=nowarn <<<"${texts[i]}" || # git knows no fuzz
			die 1 "${patches[i]} does not apply to QEMU $QEMU_VERSION with the patches before it"
	done
	tree_git index read-tree --reset -u "$(tree_git next write-tree)"
}

# git without the configuration of user and system.
tree_git() { # INDEX COMMAND...
	GIT_INDEX_FILE=$tree/$1 GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
		git -C "$tree/source" --git-dir="$tree/git" --work-tree="$tree/source" "${@:2}"
}
