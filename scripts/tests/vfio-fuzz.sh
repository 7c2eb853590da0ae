#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --machine stock --vfs 1
# More than 100,000 random accesses to configuration space and to the control region. Each is compared with a model that
# shares no code with the product. All seeds but one are fixed; that one is printed.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)
ranges=$pci/$(pf)/vf_pasid_ranges

prepare() {
	load_client
	lab_do ecap set "$vf" SRS
	load
	enable_pri "$vf"
	load_vfio allow_type1=1 pri=1 allow_unserved_pri=1
	bind "$vf"
}

fuzz() { # RANGES SEED COUNT PASID-OFFSET PRI-OFFSET
	echo "$1" >"$ranges"
	echo "seed $2"
	vfio-fuzz "$vf" "$2" "$3" "$4" "$5"
	expect_file "$pci/$vf/pasid_status/requested" '+enable +exec +priv +pri'
	expect_context "$vf" PASIDE 1
}

given 'a VF is bound to pasid-vfio-pci, and page requests are on' prepare
it '52000 accesses at random, PASID before PRI, side by side' fuzz 0x180-0x197 1 52000 0x180 0x188
it '15000 accesses at random, PRI before PASID, apart' fuzz '0x240-0x247 0x180-0x18f' 2 15000 0x240 0x180
it '10000 accesses at random, PASID at the end of configuration space' fuzz 0xff8-0xfff 3 10000 0xff8 0
it '15000 accesses at random with a new seed' fuzz 0x180-0x197 "$(date +%s)" 15000 0x180 0x188
finish
