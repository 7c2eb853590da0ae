# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# Linux's own tests of VFIO, from the source of the newest kernel: programs that a maintainer of vfio-pci would run.

# What they are made of and what the unpacked source does not have (LINUX_EXCLUDE).
readonly SELFTEST_FILES=('*/tools/testing/selftests/vfio' '*/tools/testing/selftests/kselftest*.h'
	'*/drivers/dma/idxd/registers.h' '*/drivers/dma/ioat/*.h' '*/drivers/net/ethernet/intel/igb/*.h')

# Prints the path of an archive that follows the base archive in the initrd.
selftests_image() {
	local source tree
	find_source
	cached_image "selftests-$({ declare -f make_selftests build_selftests && echo "${SELFTEST_FILES[*]} $tree"; } |
		hash_of_stdin)" make_selftests
}

make_selftests() { # prints the archive
	local dir=$run/selftests linux
	linux=$(linux_tree)
	mkdir -p "$dir/source" "$dir/tree/bin"
	chroot "$root" tar -xJ -C "${dir#"$root"}/source" --strip-components=1 --wildcards "${SELFTEST_FILES[@]}" <"$source"
	build_selftests "${dir#"$root"}" "${linux#"$root"}/tools" >&2
	archive "$dir/tree"
}

# Their own deadline of 30 s for a test is for quick machines. The lab has deadlines of its own.
build_selftests() { # DIR TOOLS: both inside the root
	sed -i 's/^\(#define TEST_TIMEOUT_DEFAULT\) .*/\1 3600/' "$root$1/source/tools/testing/selftests/kselftest_harness.h"
	# shellcheck disable=SC2016 # the root's shell shall expand this
	in_root sh -c 'cd "$1/source/tools/testing/selftests/vfio" || exit
		build="gcc -static -O1 -Wall -D_GNU_SOURCE= -I$2/include -I$2/arch/x86/include -Ilib/include -I.."
		$build -c $(find lib -name "*.c") || exit
		for test in *_test.c; do
			$build -o "$1/tree/bin/${test%.c}" "$test" *.o -luuid -pthread || exit
		done' build "$1" "$2"
}
