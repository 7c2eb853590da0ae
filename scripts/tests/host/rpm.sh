#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2154,SC2317
# RPM packages of the tarball that make dist makes, by Debian's rpmbuild in the lab root. No distribution with RPM is here
# to install them; host/deb shows what DKMS does with the same source.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=/dev/null
. "$here/lib.sh"
for part in common setup; do
	# shellcheck source=/dev/null
	. "$here/../../lib/$part.sh"
done

setup
add_packages rpm rpm
version=$(<"$repo/VERSION")
work=$(mktemp -d "$root/build/rpm.XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
top=${work#"$root"}
tool=RPMS/noarch/pasid-ctl-$version-1.noarch.rpm
source=RPMS/noarch/pasid-ctl-dkms-$version-1.noarch.rpm
export LC_ALL=C

packages_build() {
	make -s -C "$repo" dist DIST="$work"
	# --nodeps: what it needs is of Debian here.
	in_root rpmbuild -tb --nodeps --define "_topdir $top" "$top/pasid-ctl-$version.tar.gz" >output 2>&1 || { cat output && return 1; }
	expect_equal "$(cd "$work" && find RPMS -type f | sort)" "$tool"$'\n'"$source" packages
}

# As in Debian's package: the folders and files that debian/pasid-ctl-dkms.install names, and dkms.conf.
source_is_whole() {
	local names
	names="dkms.conf $(sed 's/ usr.*//' "$repo/debian/pasid-ctl-dkms.install" | xargs)"
	# shellcheck disable=SC2086 # a list
	(cd "$repo" && git ls-tree -r --name-only HEAD $names | sed "s|^|/usr/src/pasid-ctl-$version/|" | sort) >should
	in_root rpm -qp --qf '[%{FILEMODES:perms} %{FILENAMES}\n]' "$top/$source" |
		sed -n 's|^-.* /usr/src/|/usr/src/|p' | sort | diff - should
}

tool_works() {
	(cd "$work" && in_root sh -c "cd $top && rpm2cpio $tool | cpio -id --quiet")
	expect_equal "$("$work/usr/sbin/pasidctl" --version)" "pasidctl $version" 'what it says'
	[ -e "$work/usr/share/bash-completion/completions/pasidctl" ]
	expect_equal "$(find "$work/usr/share/doc" -name README.md | wc -l)" 2 'number of README.md, with that of docs'
	expect_equal "$(find "$work/usr/share/man" -type f | wc -l)" 2 'number of manual pages'
}

it 'rpmbuild makes both packages' packages_build
it 'pasid-ctl-dkms has the same source as the Debian package' source_is_whole
it 'pasid-ctl has pasidctl, its pages and the documentation' tool_works
finish
