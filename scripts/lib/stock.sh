# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2153,SC2154 # variables are shared with the other parts
# Debian's other kernels, for scripts/matrix: apt finds and fetches them, with lists of its own. Each is unpacked in a
# folder of its own, so what the root has stays as it is.

readonly STOCK_SUITES='bookworm-backports trixie trixie-backports forky sid experimental'
readonly STOCK_SECURITY=http://deb.debian.org/debian-security STOCK=/build/stock

# A mirror may be a snapshot, whose lists are older than they say that they can be.
stock_apt() { # FOLDER apt-get|apt-cache ARG...
	in_root env "--chdir=$1" "$2" -o "Dir::Etc::SourceList=$STOCK/sources.list" \
		-o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$STOCK/lists" -o "Dir::Cache=$STOCK/cache" \
		-o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false "${@:3}"
}

# Reads what the mirror has, at most once an hour. One process at a time has kernels there.
update_stock() {
	local suite
	mkdir -p "$root$STOCK"/{lists/partial,cache/archives/partial}
	exec {stock_lock}>"$root$STOCK/lock"
	flock "$stock_lock"
	rm -rf --one-file-system "${root:?}$STOCK"/[0-9]*
	[ -z "$(find "$root$STOCK" -maxdepth 1 -name updated -mmin -60)" ] || return 0
	{
		for suite in $STOCK_SUITES; do
			echo "deb $MIRROR $suite main"
		done
		echo "deb $STOCK_SECURITY $SUITE-security main"
	} >"$root$STOCK/sources.list"
	stock_apt / apt-get -qq update
	touch "$root$STOCK/updated"
}

# Prints the releases of all kernels from 6.12 on that the mirror has with headers, the oldest first. It keeps images
# longer than headers.
list_stock() {
	stock_apt / apt-cache pkgnames linux- >"$root$STOCK/names"
	sed -nE 's/^linux-(image|headers)-([0-9]+\.[0-9]+[^ ]*-amd64)$/\2/p' "$root$STOCK/names" | sort -V | uniq -d |
		awk -F'[.+-]' '$1 > 6 || ($1 == 6 && $2 >= 12)'
}

# Prints the packages of a release: of all that its image or its headers depend on, those of the same source.
packages_of() { # image|headers RELEASE
	local version kinds='base|image|binary|modules'
	version=$(sed -E 's/(-cloud|-rt)?-amd64$//; s/[.+]/\\&/g' <<<"$2")
	[ "$1" = image ] || kinds='headers|kbuild'
	stock_apt / apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces \
		--no-enhances "linux-$1-$2" | grep -E "^linux-($kinds)-$version(-|\$)" | grep -v -- -unsigned | sort -u
}

# Unpacks a release's headers, or its kernel with modules, where find_kernel looks for them.
fetch_stock() { # image|headers RELEASE
	local packages prefix=$STOCK/$2
	mapfile -t packages < <(packages_of "$1" "$2")
	# /lib is a link, as in Debian; packages of bookworm have it as a folder.
	mkdir -p "$root$prefix"/{usr/lib,boot,packages} && ln -sfn usr/lib "$root$prefix/lib" &&
		stock_apt "$prefix/packages" apt-get -qq download "${packages[@]}" &&
		in_root bash -eo pipefail -c "for package in $prefix/packages/*.deb; do
			dpkg-deb --fsys-tarfile \"\$package\" | tar -x -C $prefix --keep-directory-symlink --exclude=./usr/share
		done" &&
		rm -r "$root$prefix/packages" && "finish_$1" "$2"
}

# Headers name their folder, which is another one here, and the compiler of their suite. The root's has to do.
finish_headers() { # RELEASE
	local headers=$root$prefix/usr/src/linux-headers-$1
	sed -i "s|/usr/src/|$prefix&|" "$headers/Makefile" &&
		sed -i -E '/^CC = /s/gcc-[0-9]+/gcc/' "$headers/.kernelvariables"
}

# Packages of newer kernels have the kernel beside its modules, and copy it when they are installed.
finish_image() { # RELEASE
	local kernel=$root$prefix/boot/vmlinuz-$1
	{ [ -e "$kernel" ] || ln "$root$prefix/lib/modules/$1/vmlinuz" "$kernel"; } &&
		in_root depmod -b "$prefix" "$1"
}

drop_stock() { # RELEASE
	rm -rf --one-file-system "${root:?}$STOCK/$1"
}
