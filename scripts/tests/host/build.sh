#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317
# What people do with a checkout: build for a kernel that is not running, install, uninstall. All of it inside the lab
# root, which has compilers and headers, and with a copy of the files that git knows. host/deb runs DKMS.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$here/lib.sh"
# shellcheck source=/dev/null
. "$here/../../lib/setup.sh" # in_root

repo=$(readlink -f "$here/../../..")
lab=$repo/scripts/lab
root=$("$lab" path root) || exit
# A folder inside the root.
work=$(mktemp -d "$root/build/checkout.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
export LC_ALL=C

release_of() { # KERNEL
	"$lab" path release --kernel "$1"
}

inside() { # PATH: prints the path as seen inside the root
	echo "${1#"$root"}"
}

copy_checkout() { # DIR
	mkdir "$1"
	(cd "$repo" && git ls-files -z | xargs -0 cp --parents -t "$1")
}

make_in() { # DIR [ARG...]
	local dir
	dir=$(inside "$1")
	shift
	in_root make -C "$dir" -j2 "$@"
}

module_info() { # FILE FIELD
	in_root modinfo -F "$2" "$(inside "$1")"
}

expect_text() { # FILE TEXT
	grep -qF -e "$2" "$1" && return
	echo "${1##*/} does not say: $2"
	return 1
}

builds() { # KERNEL
	local release
	release=$(release_of "$1")
	[ "$release" != "$(uname -r)" ] || { echo "$1 is the running kernel" && return 4; }
	copy_checkout "$work/$1"
	make_in "$work/$1" KVER="$release" >output 2>&1 || { cat output && return 1; }
	expect_text output "for $release"
	expect_equal "$(module_info "$work/$1/iommu/intel-pasid-ctl.ko" vermagic | cut -d' ' -f1)" "$release" vermagic
}

module_describes_itself() { # KERNEL FILE PARAMETERS
	local module=$work/$1/$2
	expect_equal "$(module_info "$module" version)" "$(cat "$repo/VERSION")" version
	module_info "$module" parm >parameters
	expect_equal "$(cut -d: -f1 parameters | sort | xargs)" "$3" parameters
	expect_equal "$(grep -c '(default: ' parameters)" "$(wc -w <<<"$3")" 'parameters that state their default'
}

# libvirt looks for a driver by a device's alias with vfio_pci: instead of pci:. Rows without ranges have no alias,
# because the driver would show no capability there.
quirks_are_aliases() { # KERNEL
	while read -r vendor device _; do
		printf 'vfio_pci:v0000%sd0000%ssv*sd*bc*sc*i*\n' "${vendor^^}" "${device^^}"
	done < <(grep -v -e '^#' -e "ask the PF's driver only\$" "$work/$1/scripts/tests/host/quirks.list") | sort >should
	module_info "$work/$1/vfio/pasid-vfio-pci.ko" alias | sort >is
	diff should is
}

# No row has ranges yet, so the copy of the checkout gets one.
row_with_ranges_is_an_alias() { # KERNEL
	local dir=$work/$1
	printf 'PASID_QUIRK(0x8086, 0xbeef, "VF of this test",\n\t    PASID_KIND_PASID, PASID_FREE({ 0x180, 0x18f }, { 0x200, 0x207 }),\n\t    "this test")\n' \
		>>"$dir/vfio/quirks.def"
	"$dir/scripts/gen-quirks"
	make_in "$dir" KVER="$(release_of "$1")" >output 2>&1 || { cat output && return 1; }
	quirks_are_aliases "$1"
	expect_text is 'vfio_pci:v00008086d0000BEEFsv'
}

generated_files_are_up_to_date() {
	"$repo/scripts/gen-quirks" --check
}

installs_and_uninstalls() { # KERNEL
	local release dest=$work/dest-$1 dir
	release=$(release_of "$1")
	dir=$dest/lib/modules/$release/updates/pasid-ctl
	make_in "$work/$1" install KVER="$release" DESTDIR="$(inside "$dest")"
	expect_equal "$(find "$dest" -type f | sort | xargs)" "$dir/intel-pasid-ctl.ko $dir/pasid-pf.ko $dir/pasid-vfio-pci.ko" 'installed files'
	cmp "$dir/intel-pasid-ctl.ko" "$work/$1/iommu/intel-pasid-ctl.ko"
	cmp "$dir/pasid-pf.ko" "$work/$1/pf/pasid-pf.ko"
	cmp "$dir/pasid-vfio-pci.ko" "$work/$1/vfio/pasid-vfio-pci.ko"
	make_in "$work/$1" uninstall KVER="$release" DESTDIR="$(inside "$dest")"
	expect_equal "$(find "$dest" -name '*pasid*')" '' 'files that stay'
}

# As docs/pf-driver.md says, in a checkout that is built.
example_builds() { # KERNEL, after builds
	local example=$work/$1/docs/examples make
	make=(in_root make -C "/lib/modules/$(release_of "$1")/build" "M=$(inside "$example")")
	"${make[@]}" "KBUILD_EXTRA_SYMBOLS=$(inside "$work/$1")/Module.symvers" modules >output 2>&1 || { cat output && return 1; }
	expect_equal "$(module_info "$example/pasid-example-pf.ko" depends)" pasid-pf 'modules that it depends on'
	"${make[@]}" clean >output 2>&1
}

missing_headers_are_told() {
	local target
	copy_checkout "$work/no-headers"
	for target in modules install; do
		if make_in "$work/no-headers" "$target" KVER=no-such DESTDIR="$(inside "$work/nowhere")" >output 2>&1; then
			echo "make $target should fail"
			return 1
		fi
		expect_text output 'No kernel headers for no-such in /lib/modules/no-such/build: install linux-headers-no-such,'
	done
	[ ! -e "$work/nowhere" ]
}

# DKMS runs dkms.conf in a shell with these two variables set.
# shellcheck disable=SC2034,SC2154 # for dkms.conf, and from it
read_dkms_conf() { # RELEASE
	kernelver=$1 kernel_source_dir=/lib/modules/$1/build
	# shellcheck source=/dev/null
	. "$repo/dkms.conf"
}

cleans_up() { # KERNEL, after builds
	copy_checkout "$work/clean"
	make_in "$work/$1" clean KVER="$(release_of "$1")"
	diff <(cd "$work/clean" && find . | sort) <(cd "$work/$1" && find . | sort)
	rm -r "$work/clean"
}

dkms_takes() { # RELEASE
	[[ $1 =~ $BUILD_EXCLUSIVE_KERNEL ]]
}

dkms_knows_the_kernels() {
	local kernel release option
	read_dkms_conf any
	expect_equal "$PACKAGE_VERSION" "$(cat "$repo/VERSION")" PACKAGE_VERSION
	expect_equal "$(dkms_takes 6.11.9-amd64 && echo yes)" "" 6.11
	expect_equal "$(dkms_takes 6.1.0-amd64 && echo yes)" "" 6.1
	for kernel in 6.12 newest; do
		release=$(release_of "$kernel")
		dkms_takes "$release" || { echo "dkms.conf does not take $release" && return 1; }
		for option in $BUILD_EXCLUSIVE_CONFIG; do
			expect_equal "$(grep -c "^${option#!}=[ym]" "$root/boot/config-$release")" \
				"$([[ $option == !* ]] && echo 0 || echo 1)" "$option in $release"
		done
	done
}

for kernel in 6.12 newest; do
	it "the modules build for $kernel, which is not running" builds "$kernel"
	it "intel-pasid-ctl for $kernel states version, parameters and defaults" \
		module_describes_itself "$kernel" iommu/intel-pasid-ctl.ko 'default_ctl verbose'
	it "pasid-vfio-pci for $kernel states version, parameters and defaults" \
		module_describes_itself "$kernel" vfio/pasid-vfio-pci.ko 'allow_type1 allow_unserved_pri emulate ids pri ranges'
	it "pasid-vfio-pci for $kernel has an alias for each quirk with ranges, and no other" quirks_are_aliases "$kernel"
	it "the modules install for $kernel and uninstall" installs_and_uninstalls "$kernel"
	it "the example of a PF's driver builds for $kernel" example_builds "$kernel"
	it "make clean leaves what git knows, for $kernel" cleans_up "$kernel"
done
it 'pasid-vfio-pci has an alias for a row of the quirk table that gets ranges' row_with_ranges_is_an_alias newest
it 'what gen-quirks makes of the quirk table is up to date' generated_files_are_up_to_date
it 'without kernel headers, make names the missing package and installs nothing' missing_headers_are_told
it 'DKMS takes both kernels, and none before 6.12' dkms_knows_the_kernels
finish
