#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317 # work and host are set by mount_host
# Debian's packages, from building to purging, in an overlay of the lab root that ends with this process. Neither of its
# two kernels is running; a third one has headers alone, and lacks what the module needs.
here=$(dirname "$(readlink -f "$0")")
[ "${1-}" = unshared ] || exec unshare --mount "$0" unshared
for part in tests/host/lib lib/overlay; do
	# shellcheck source=/dev/null
	. "$here/../../$part.sh"
done

repo=$(readlink -f "$here/../../..")
lab=$repo/scripts/lab
root=$("$lab" path root) || exit
version=$(<"$repo/VERSION")
old=$("$lab" path release --kernel 6.12) new=$("$lab" path release --kernel newest)
lacking=7.99.0-lacking
export LC_ALL=C DEBIAN_FRONTEND=noninteractive

make_host() {
	mount_host "$root"
	echo force-unsafe-io >"$host/etc/dpkg/dpkg.cfg.d/lab" # what the lab leaves out belongs to packages, too
	mkdir -p "$host/packages" "$host/usr/src/$lacking/include/config" "$host/lib/modules/$lacking"
	ln -s "/usr/src/$lacking" "$host/lib/modules/$lacking/build"
	grep -v CONFIG_DEBUG_INFO_BTF= "$host/usr/src/linux-headers-$new/include/config/auto.conf" \
		>"$host/usr/src/$lacking/include/config/auto.conf"
}

packages_build() {
	"$repo/scripts/deb" "$host/packages" # with lintian
	expect_equal "$(ls "$host/packages")" "pasid-ctl-dkms_${version}_all.deb
pasid-ctl_${version}_all.deb" packages
}

expect_text() { # FILE TEXT
	grep -qF -e "$2" "$1" && return
	cat "$1"
	echo "${1##*/} does not say: $2"
	return 1
}

install_packages() { # VERSION
	inside apt-get install -y "/packages/pasid-ctl-dkms_$1_all.deb" "/packages/pasid-ctl_$1_all.deb" >output 2>&1 ||
		{ cat output && return 1; }
	expect_equal "$(inside dpkg --audit)" '' 'packages that are half there'
}

expect_modules() { # RELEASE VERSION: signed, and for this kernel
	local name file
	for name in intel-pasid-ctl pasid-pf pasid-vfio-pci; do
		file=$(inside modinfo -k "$1" -F filename "$name") || return
		expect_equal "${file%.ko*}" "/lib/modules/$1/updates/dkms/$name" 'where it is'
		expect_equal "$(inside modinfo -F vermagic "$file" | cut -d' ' -f1)" "$1" "vermagic of $name"
		expect_equal "$(inside modinfo -F version "$file")" "$2" "version of $name"
		expect_equal "$(inside modinfo -F signer "$file")" 'DKMS module signing key' "who signed $name"
	done
	[ ! -e "$host/lib/modules/$1/updates/pasid-ctl" ] || { echo "there are others" && return 1; }
}

# The newest kernel has no headers yet.
takes_the_place_of_make_install() {
	local dir=$host/lib/modules/$old/updates/pasid-ctl
	mkdir -p "$dir"
	"$lab" module --kernel 6.12 "$repo" "$dir"
	rm -f "$dir/Module.symvers"
	inside depmod "$old"
	mv "$host/lib/modules/$new/build" "$work/build"
	install_packages "$version"
	mv "$work/build" "$host/lib/modules/$new/build"
	expect_text output "removing /lib/modules/$old/updates/pasid-ctl, which an earlier 'make install' left"
	expect_modules "$old" "$version"
}

refused() {
	expect_text output "pasid-ctl: not for $lacking, which lacks CONFIG_DEBUG_INFO_BTF"
	expect_equal "$(inside dkms status -m pasid-ctl -k "$lacking" | grep installed)" '' "DKMS's word"
	expect_equal "$(find "$host/lib/modules/$lacking" -name '*pasid*')" '' modules
}

# As linux-headers' postinst does.
refuses() {
	local status=0
	inside run-parts --exit-on-error --arg="$lacking" /etc/kernel/header_postinst.d >output 2>&1 || status=$?
	refused
	expect_equal "$status" 0 'status of run-parts'
}

make_install_keeps_off() {
	local status=0
	mkdir "$host/checkout"
	(cd "$repo" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$host/checkout")
	# As if they were built.
	inside make -C /checkout install -o modules KVER="$old" >output 2>&1 || status=$?
	rm -r "$host/checkout"
	expect_equal "$status" 2 'status of make'
	expect_text output "DKMS has installed pasid-ctl for $old: remove it first"
	expect_modules "$old" "$version"
}

# The same with another version.
make_next() {
	local next=$version+next tree package
	for package in pasid-ctl pasid-ctl-dkms; do
		tree=$work/next/$package
		mkdir -p "$work/next"
		dpkg-deb -R "$host/packages/${package}_${version}_all.deb" "$tree"
		[ ! -d "$tree/usr/src" ] || mv "$tree/usr/src/pasid-ctl-$version" "$tree/usr/src/pasid-ctl-$next"
		grep -rlIZF "$version" "$tree" | xargs -0 sed -i "s/${version//./\\.}/$next/g"
		dpkg-deb --root-owner-group -b "$tree" "$host/packages/${package}_${next}_all.deb"
	done
}

upgrades_for_each_kernel() {
	make_next
	install_packages "$version+next"
	expect_modules "$old" "$version+next"
	expect_modules "$new" "$version+next"
	refused
}

purges() {
	inside apt-get remove -y pasid-ctl pasid-ctl-dkms
	expect_equal "$(cd "$host" && find lib/modules/ var/lib/dkms usr/src -name '*pasid*')" '' 'files after remove'
	inside dpkg --purge pasid-ctl pasid-ctl-dkms # has nothing to do: there are no conffiles
	expect_equal "$(cd "$host" && find etc lib/modules/ usr var -name '*pasid*ctl*')" '' 'files after purge'
	expect_equal "$(grep -rl pasid-ctl "$host/lib/modules" "$host/var/lib/dpkg/status")" '' 'files that name it'
}

make_host
it 'the packages build, and lintian is content' packages_build
it 'DKMS builds for a kernel that is not running, and takes the place of make install' takes_the_place_of_make_install
it 'a kernel that lacks something is refused in words, and the packages of its headers go on' refuses
it 'make install keeps off what DKMS has installed' make_install_keeps_off
it 'an upgrade builds for each kernel' upgrades_for_each_kernel
it 'nothing is left' purges
finish
