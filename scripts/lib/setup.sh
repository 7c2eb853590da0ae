# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# The lab root: a Debian tree with QEMU, compilers, both of Debian's kernels and their headers. It is used through chroot.
# When it is complete, only these change: /build (builds), /run/lab (running machines), and packages of add_packages.

readonly SUITE=trixie MIRROR=http://deb.debian.org/debian
readonly TOOLS='busybox-static cpio gcc libc6-dev kmod make ovmf pciutils perl xz-utils zstd
	bc libelf-dev libssl-dev pahole
	bison bzip2 flex libfdt-dev libglib2.0-dev libpixman-1-dev meson ninja-build pkgconf python3-pycotap python3-venv zlib1g-dev'

# This function and its helpers decide the whole content of a root, so the hash of their text is in the root's name.
recipe() { # ROOT
	local old new
	export DEBIAN_FRONTEND=noninteractive LC_ALL=C
	step 'base system' debootstrap --variant=minbase --include=ca-certificates "$SUITE" "$1" "$MIRROR"
	# Left out: kernel hooks, which would build initramfs images that are never booted, and manual pages.
	printf '%s\n' force-unsafe-io path-exclude=/etc/kernel/post{inst,rm}.d/* \
		path-exclude=/usr/share/{doc,man,locale,info}/* >"$1/etc/dpkg/dpkg.cfg.d/lab"
	printf '%s\n' 'APT::Install-Recommends "0";' 'Acquire::Languages "none";' >"$1/etc/apt/apt.conf.d/lab"
	printf "deb $MIRROR %s main\n" "$SUITE" "$SUITE-backports" >"$1/etc/apt/sources.list"
	step 'package lists' chroot "$1" apt-get update
	old=$(kernel_release "$1" "$SUITE/main")
	new=$(kernel_release "$1" "$SUITE-backports/main")
	# Backports come last, because they replace libraries that the older packages depend on.
	# shellcheck disable=SC2086
	step 'tools' chroot "$1" apt-get install -y $TOOLS initramfs-tools
	step "kernel $old" chroot "$1" apt-get install -y "linux-image-$old" "linux-headers-$old"
	step "kernel $new" chroot "$1" apt-get install -y -t "$SUITE-backports" "linux-image-$new" "linux-headers-$new"
	step 'kernel source' chroot "$1" apt-get install -y -t "$SUITE-backports" "linux-source-$(cut -d. -f1,2 <<<"$new")"
	step 'QEMU' chroot "$1" apt-get install -y -t "$SUITE-backports" qemu-system-x86 seabios
	step 'module lists' chroot "$1" sh -c "depmod $old && depmod $new"
	step 'unpacking kernels' unpack_kernels "$1" "$old" "$new"
	printf '%s %s\n' 6.12 "$old" newest "$new" >"$1/etc/lab-kernels"
	step 'tidying up' chroot "$1" sh -c 'apt-get clean && rm -rf /var/lib/apt/lists/* && mkdir -p /build /run/lab'
}

# Prints the release of linux-image-amd64 in a section of the archive: the package's version, then what it depends on.
kernel_release() { # ROOT SECTION
	local version
	version=$(chroot "$1" apt-cache madison linux-image-amd64 |
		awk -F'|' -v section=" $2 " 'index($3, section) && !n++ { gsub(/ /, "", $2); print $2 }')
	chroot "$1" apt-cache show "linux-image-amd64=$version" |
		sed -n 's/^Depends:.*linux-image-\([0-9][^ ]*\) .*/\1/p'
}

# Unpacks the ELF kernel inside vmlinuz, which QEMU can start directly (PVH): to unpack it in an emulated processor takes
# 3 s at every boot. PVH starts without KASLR, so a kernel is always at the same address.
unpack_kernels() { # ROOT RELEASE...
	local root=$1 release image offset
	shift
	for release; do
		image=$root/boot/vmlinuz-$release
		offset=$(LC_ALL=C grep -obUaP '\x28\xb5\x2f\xfd' "$image" | sed 's/:.*//;q')
		# zstd prints the kernel, and then fails because what follows is not zstd.
		tail -c "+$((offset + 1))" "$image" | chroot "$root" zstd -dcq >"$root/boot/vmlinux-$release" || true
		[ "$(head -c 4 "$root/boot/vmlinux-$release")" = $'\x7fELF' ] || return 1
	done
}

step() { # TEXT COMMAND...
	local text=$1 start=$SECONDS contain=()
	shift
	# If the set-up is killed, its programs and their mounts end with it.
	[ "$(type -t "$1")" = function ] ||
		contain=(setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child)
	"${contain[@]}" "$@" >>"$setup_log" 2>&1 </dev/null || {
		tail -n 20 "$setup_log" >&2
		die 1 "set-up failed at '$text'; see $setup_log"
	}
	say "set-up: $text ($((SECONDS - start)) s)"
}

root_path() {
	printf '%s/root-%s\n' "$cache" "$( (
		declare -f recipe kernel_release unpack_kernels
		echo "$SUITE $MIRROR $TOOLS"
	) | hash_of_stdin)"
}

require_debootstrap() {
	! command -v debootstrap >/dev/null || return 0
	command -v apt-get >/dev/null || die "$EXIT_MISSING" 'install debootstrap first: there is no apt-get here to do it'
	export DEBIAN_FRONTEND=noninteractive
	apt-get install -y debootstrap >>"$setup_log" 2>&1 ||
		{ apt-get update && apt-get install -y debootstrap; } >>"$setup_log" 2>&1 ||
		die "$EXIT_MISSING" "install debootstrap first: apt-get could not (see $setup_log)"
}

# Sets $root, and builds it if it is not there.
setup() {
	[ "$EUID" = 0 ] || die "$EXIT_MISSING" 'the lab needs chroot and mount: run it as root'
	root=$(root_path)
	[ ! -d "$root" ] || return 0
	mkdir -p "$cache"
	setup_log=$cache/setup.log
	exec {setup_lock}>"$cache/setup.lock"
	flock "$setup_lock"
	[ -d "$root" ] || build_root # another set-up may have built it while this one waited
	exec {setup_lock}>&-
}

build_root() {
	: >"$setup_log"
	require_debootstrap
	# Only the holder of the lock builds, so other temporary roots are left from interrupted set-ups.
	rm -rf --one-file-system "$cache"/root-*.tmp
	say "preparing $root (about 2 minutes, once)"
	recipe "$root.tmp"
	mv "$root.tmp" "$root"
	forget_old_roots
}

# Deletes roots in which no machine has run for a month. Other checkouts may have other roots.
forget_old_roots() {
	local dir
	find "$cache"/root-* -maxdepth 2 -path "*/run/lab" -mtime +30 | while read -r dir; do
		rm -rf --one-file-system "${dir%/run/lab}"
	done
}

# Replaces this process by COMMAND inside the root. The mounts are private to the process and end with it.
enter_root() { # COMMAND...
	# shellcheck disable=SC2016
	exec unshare --mount sh -c 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && exec chroot "$0" "$@"' "$root" "$@"
}

in_root() { (enter_root "$@"); } # COMMAND...

# Adds packages to the root, once. They are not part of the recipe, so the demo does not wait for them. Sets setup_log.
add_packages() { # NAME PACKAGE...
	local stamp
	stamp=$root/etc/lab-$1-$(hash_of_stdin <<<"${*:2}")
	setup_log=$cache/$1.log
	(
		flock 9 # apt has a lock of its own, but does not wait for it
		[ ! -e "$stamp" ] || exit 0
		export DEBIAN_FRONTEND=noninteractive LC_ALL=C
		: >"$setup_log"
		step "$1: package lists" chroot "$root" apt-get update
		step "$1: packages" chroot "$root" apt-get install -y "${@:2}"
		step "$1: tidying up" chroot "$root" sh -c 'apt-get clean && rm -rf /var/lib/apt/lists/*'
		touch "$stamp"
	) 9>"$root/build/packages.lock"
}
