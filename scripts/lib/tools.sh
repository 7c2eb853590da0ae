# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# What makes a machine one for administrators: pasidctl, as it is installed, Debian's programs that it is made of, and
# the kernel's configuration where a package puts it.

readonly TOOL_PROGRAMS='awk bash cat cut date dirname dmesg env find grep head mkdir od paste readlink rm rmdir sed
	sort tail xargs'

# Prints the path of an archive that follows the base archive in the initrd.
tools_image() { # KERNEL
	local release prefix
	find_kernel "$1"
	cached_image "tools-$({ declare -f make_tools copy_programs && echo "$root$prefix $release $TOOL_PROGRAMS" &&
		cat "$repo/Makefile" "$repo/VERSION" && hash_of_tree "$repo/tools" && hash_of_tree "$repo/man" &&
		hash_of_tree "$repo/completions"; } | hash_of_stdin)" make_tools
}

make_tools() { # the archive on stdout
	local tree=$run/tools config=$root$prefix/boot/config-$release
	mkdir -p "$tree/bin" "$tree/boot"
	# shellcheck disable=SC2046,SC2086 # several words
	copy_programs "$tree" $(printf '/usr/bin/%s ' $TOOL_PROGRAMS)
	ln -s ../usr/bin/bash "$tree/bin/bash"
	make -s -C "$repo" install-tools DESTDIR="$tree" PREFIX=/usr >&2
	[ ! -e "$config" ] || cp "$config" "$tree/boot/"
	archive "$tree"
}
