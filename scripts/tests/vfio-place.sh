#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# usually: newest
# boot: --machine stock --vfs 1
# Where the PASID capability of a VF is placed: which source decides, configuration space in many shapes, and every
# reason to show no capability. The mock's VF has ATS at 0x100 and ARI at 0x110 unless a test changes that.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

pf=$(pf)
vf=$(vf 0)
mock=$pci/$pf/mock
ranges=$pci/$pf/vf_pasid_ranges

prepare() {
	load_client
	load
	enable_pri "$vf"
	load_vfio allow_type1=1 pri=1 allow_unserved_pri=1
	modprobe vfio-pci
	expect_file "$ranges" ''
	bind "$vf" vfio-pci
	dump_to /tmp/plain
	client_kill plain
	bind "$vf"
}

dump_to() { # FILE: through the driver that the VF is bound to
	expect_equal "$(client_open plain "$vf")" 0 'opening the VF'
	expect_client 0 plain dump "$1"
}

# Makes the VF again with other registers, one per line: OFFSET VALUE [WRITABLE].
shape() {
	clients_kill
	echo 0 >"$pci/$pf/sriov_numvfs"
	echo default >"$mock/vf_config"
	while read -r line; do
		echo "$line" >"$mock/vf_config"
	done
	echo 1 >"$pci/$pf/sriov_numvfs"
	bind "$vf"
}

default_shape() {
	shape </dev/null
}

# Makes the driver look, without an open, where the capability would be placed.
look() {
	echo 1 >"$pci/$vf/pasid_status/cap_layout"
}

# cap_layout says the same before an open and while the VF is open, and the list of capabilities is CHAIN.
layout_is() { # RANGES LAYOUT CHAIN
	clients_kill
	echo "$1" >"$ranges"
	look
	expect_file "$pci/$vf/pasid_status/cap_layout" "$2"
	expect_equal "$(client_open it "$vf")" 0 'opening the VF'
	expect_file "$pci/$vf/pasid_status/cap_layout" "$2"
	expect_client "$3" it chain
	client_kill it
}

pasid_at() { # RANGES OFFSET CHAIN
	layout_is "$1" "pasid $2 admin" "$3"
}

refused() { # RANGES REASON [CHAIN]
	layout_is "$1" "none: $2" "${3-0x100:000f 0x110:000e}"
}

# The VF is not opened: vfio-pci-core itself refuses such a configuration space.
refused_unopened() { # RANGES REASON
	echo "$1" >"$ranges"
	look
	expect_file "$pci/$vf/pasid_status/cap_layout" "none: $2"
}

# The log takes ten refusals in 5 s. The reason of a later refusal is found because an earlier one had it, too.
grammar_refuses() { # TEXT ANSWER REASON
	local before
	before=$(cat "$ranges")
	expect_equal "$(answer "$ranges" "$1")" "$2" "writing '$1'"
	expect_said "$3"
	expect_file "$ranges" "$before"
}

grammar() {
	set -- 'is not inside 0x100-0xfff' 'multiple of 4' "a range is '0x"
	echo '0x180-0x18f,0x200-0x207' >"$ranges"
	expect_file "$ranges" '0x180-0x18f 0x200-0x207'
	echo '	0xff8-0xfff , 0x100-0x103 ' >"$ranges"
	expect_file "$ranges" '0xff8-0xfff 0x100-0x103'
	grammar_refuses '0xfc-0x107' ERANGE "$1"
	grammar_refuses '0xff8-0x1003' ERANGE "$1"
	grammar_refuses '0x182-0x18f' EINVAL "$2"
	grammar_refuses '0x180-0x18e' EINVAL "$2"
	grammar_refuses '0x190-0x18f' EINVAL 'ends before it begins'
	grammar_refuses '0x180-0x18f 0x18c-0x19f' EINVAL 'two ranges overlap'
	grammar_refuses '180-18f' EINVAL "$3"
	grammar_refuses '0x180-0x18f;0x200-0x20f' EINVAL 'separated by blanks or commas'
	grammar_refuses '0x180-0x18fff' ERANGE "$1"
	grammar_refuses "$(seq -s ' ' 17 | sed 's/[0-9]*/0x180-0x183/g')" E2BIG 'more than 16'
	grammar_refuses '0x180-0x18fx' EINVAL 'separated by blanks or commas'
	echo >"$ranges"
	expect_file "$ranges" ''
}

blanks() { # COUNT
	head -c "$1" /dev/zero | tr '\0' ' '
}

# The kernel passes a long text on in pieces of a page. Its second piece must not count as an empty text.
long_text() {
	echo 0x200-0x207 >"$ranges"
	expect_equal "$({ printf 0x180-0x187 && blanks 4084; } | write-once "$ranges")" 0 'writing a page less 1'
	expect_file "$ranges" 0x180-0x187
	expect_equal "$({ printf 0x200-0x207 && blanks 4085; } | write-once "$ranges")" EINVAL 'writing a page'
	expect_file "$ranges" 0x180-0x187
	expect_equal "$({ printf 0x200-0x207 && blanks 8000; } | write-once "$ranges")" EINVAL 'writing two pages'
	expect_file "$ranges" 0x180-0x187
	echo >"$ranges"
}

in_a_plain_chain() {
	pasid_at 0x180-0x187 0x180 '0x100:000f 0x110:000e 0x180:001b'
	pasid_at 0x108-0x10f 0x108 '0x100:000f 0x108:001b 0x110:000e'
	pasid_at '0x118-0x11b 0x200-0x207' 0x200 '0x100:000f 0x110:000e 0x200:001b'
}

two_capabilities() {
	layout_is 0x180-0x197 'pasid 0x180 admin
pri 0x188 admin' '0x100:000f 0x110:000e 0x180:001b 0x188:0013'
	# PASID, 8 bytes, leaves the only place for 16 bytes to PRI.
	layout_is '0x180-0x18f 0x108-0x10f' 'pasid 0x108 admin
pri 0x180 admin' '0x100:000f 0x108:001b 0x110:000e 0x180:0013'
	layout_is '0x240-0x247 0x180-0x18f' 'pasid 0x240 admin
pri 0x180 admin' '0x100:000f 0x110:000e 0x180:0013 0x240:001b'
	# There is room for one capability only: PASID is shown.
	pasid_at 0x180-0x193 0x180 '0x100:000f 0x110:000e 0x180:001b'
}

at_the_end() {
	pasid_at 0xff8-0xfff 0xff8 '0x100:000f 0x110:000e 0xff8:001b'
	refused 0xffc-0xfff 'no range has room for 8 bytes'
	refused '0xff0-0xff3 0xff8-0xffb' 'no range has room for 8 bytes'
}

touching_a_body() {
	pasid_at 0x118-0x11f 0x118 '0x100:000f 0x110:000e 0x118:001b'
	refused 0x114-0x11f 'a range overlaps a capability'
	refused '0x180-0x18f 0x114-0x117' 'a range overlaps a capability'
	refused 0x100-0x107 'a range overlaps a capability'
	# A vendor-specific capability of 17 bytes at 0x120.
	shape <<-'END'
		0x110 0x1201000e
		0x120 0x0001000b
		0x124 0x01100001
	END
	refused 0x130-0x137 'a range overlaps a capability' '0x100:000f 0x110:000e 0x120:000b'
	refused 0x120-0x127 'a range overlaps a capability' '0x100:000f 0x110:000e 0x120:000b'
	pasid_at 0x134-0x13b 0x134 '0x100:000f 0x110:000e 0x120:000b 0x134:001b'
	pasid_at 0x118-0x11f 0x118 '0x100:000f 0x110:000e 0x118:001b 0x120:000b'
}

empty_list() {
	shape <<-'END'
		0x100 0
		0x104 0
		0x110 0
	END
	pasid_at 0x180-0x187 0x180 '0x100:0000 0x180:001b'
	pasid_at 0x100-0x107 0x100 '0x100:001b'
	pasid_at '0x100-0x103 0x200-0x207' 0x200 '0x100:0000 0x200:001b'
}

null_capability_is_skipped() {
	shape <<-'END'
		0x100 0x11020000
		0x104 0
		0x110 0x0001000e
	END
	pasid_at 0x180-0x187 0x180 '0x100:0000 0x110:000e 0x180:001b'
	refused 0x100-0x107 'a range overlaps a capability' '0x100:0000 0x110:000e'
	pasid_at 0x104-0x10b 0x104 '0x100:0000 0x104:001b 0x110:000e'
}

one_capability() {
	shape <<-'END'
		0x100 0x0001000f
		0x110 0
	END
	pasid_at 0x110-0x117 0x110 '0x100:000f 0x110:001b'
}

# vfio-pci-core hides this capability from users, but the VF still has it.
hidden_capability() {
	shape <<-'END'
		0x110 0x1181000e
		0x118 0x0001002e
	END
	refused 0x128-0x12f 'a range overlaps a capability'
	pasid_at 0x130-0x137 0x130 '0x100:000f 0x110:000e 0x130:001b'
	shape <<-'END'
		0x100 0x1181002e
		0x104 0
		0x110 0
		0x118 0x0001000e
	END
	refused 0x110-0x117 'a range overlaps a capability' '0x100:0000 0x118:000e'
	pasid_at 0x120-0x127 0x120 '0x100:0000 0x118:000e 0x120:001b'
}

not_ascending() {
	shape <<-'END'
		0x100 0x3001000f
		0x110 0
		0x300 0x20010018
		0x200 0x0001000e
	END
	pasid_at 0x280-0x287 0x280 '0x100:000f 0x280:001b 0x300:0018 0x200:000e'
	pasid_at 0x400-0x407 0x400 '0x100:000f 0x300:0018 0x200:000e 0x400:001b'
}

full() {
	shape <<-'END'
		0x110 0x1181000e
		0x118 0x00010023
		0x11c 0xee800001
	END
	refused 0xff8-0xfff 'a range overlaps a capability' '0x100:000f 0x110:000e 0x118:0023'
	refused 0x800-0x807 'a range overlaps a capability' '0x100:000f 0x110:000e 0x118:0023'
}

bad_lists() {
	shape <<-'END'
		0x110 0x1001000e
	END
	refused_unopened 0x180-0x187 'its list of capabilities does not end'
	shape <<-'END'
		0x110 0x1181000e
		0x118 0xffffffff
	END
	refused_unopened 0x180-0x187 'its configuration space reads as all ones'
	default_shape
	echo '0 0' >"$mock/vf_present"
	refused_unopened 0x180-0x187 'its configuration space reads as all ones'
	echo '0 1' >"$mock/vf_present"
}

bytes_that_are_not_zero() {
	shape <<-'END'
		0x184 0x00cafe00
	END
	pasid_at 0x188-0x18f 0x188 '0x100:000f 0x110:000e 0x188:001b'
	expect_fails expect_said 'do not read as zero'
	pasid_at 0x180-0x187 0x180 '0x100:000f 0x110:000e 0x180:001b'
	expect_said "$vf: PASID capability: the bytes at 0x184 that it hides do not read as zero"
	default_shape
}

# Byte for byte as with vfio-pci, except the new capabilities and the header that points to them.
everything_else_is_the_same() {
	echo 0x180-0x197 >"$ranges"
	dump_to /tmp/ours
	client_kill plain
	diff /tmp/plain /tmp/ours | sed -n 's/^+\([0-9a-f]\{3\} \)/\1/p' >/tmp/differences
	our_dwords >/tmp/should
	expect_same /tmp/should /tmp/differences 'what differs from vfio-pci'
}

# The dwords that differ. The PRI capability's allocation reads as 0, like the bytes that it hides.
our_dwords() {
	printf '%s\n' '110 1801000e' '180 1881001b' '184 00001400' '188 00010013' '18c 81000000' '190 00000020'
}

# Without a capability, all is byte for byte as with vfio-pci. The control region is there all the same.
nothing_shown_is_vfio_pci() {
	echo >"$ranges"
	dump_to /tmp/ours
	expect_file "$pci/$vf/pasid_status/cap_layout" 'none: nobody says which bytes are free'
	expect_client '9 200' plain region
	expect_file "$pci/$vf/pasid_status/requested" '+enable +exec +priv +pri'
	client_kill plain
	expect_same /tmp/plain /tmp/ours 'what the user reads'
	expect_said "$vf: no PASID capability is shown: nobody says which bytes are free"
}

pf_driver_first() {
	echo 0x180-0x187 >"$ranges"
	echo '0x200-0x207' >"$mock/vf_ranges"
	layout_is 0x180-0x187 'pasid 0x200 pf-driver' '0x100:000f 0x110:000e 0x200:001b'
	echo '0x300-0x303 0x200-0x207' >"$mock/vf_ranges"
	layout_is 0x180-0x187 'pasid 0x200 pf-driver' '0x100:000f 0x110:000e 0x200:001b'
	# The PF's driver does not know, so the admin is asked.
	echo -95 >"$mock/vf_ranges"
	pasid_at 0x180-0x187 0x180 '0x100:000f 0x110:000e 0x180:001b'
	# The PF's driver says that nothing is free, and the admin is not asked.
	echo 0 >"$mock/vf_ranges"
	refused 0x180-0x187 "the PF's driver says that nothing is free"
	echo -5 >"$mock/vf_ranges"
	refused 0x180-0x187 "the PF's driver refuses"
	# The ranges of the PF's driver are checked like the admin's.
	echo '0x202-0x20b' >"$mock/vf_ranges"
	refused 0x180-0x187 'a range does not begin and end at a multiple of 4'
	echo '0x110-0x11f' >"$mock/vf_ranges"
	refused 0x180-0x187 'a range overlaps a capability'
	echo '0x200-0x20f 0x208-0x217' >"$mock/vf_ranges"
	refused 0x180-0x187 'two ranges overlap'
	echo '0x80-0x8f' >"$mock/vf_ranges"
	refused 0x180-0x187 'a range is not inside 0x100-0xfff'
	echo forget >"$mock/vf_ranges"
	pasid_at 0x180-0x187 0x180 '0x100:000f 0x110:000e 0x180:001b'
}

# Any process may read the file, so a read only shows what was found last.
reading_does_not_look() {
	local layout=$pci/$vf/pasid_status/cap_layout
	clients_kill
	unbind "$vf"
	bind "$vf"
	expect_file "$layout" 'none: no place was looked for yet: write 1 to cap_layout, or open the VF'
	pasid_at 0x180-0x187 0x180 '0x100:000f 0x110:000e 0x180:001b'
	echo 0x200-0x207 >"$ranges"
	echo '0x300-0x307' >"$mock/vf_ranges"
	expect_file "$layout" 'pasid 0x180 admin'
	look
	expect_file "$layout" 'pasid 0x300 pf-driver'
	expect_equal "$(stat -c %a "$layout")" 644 'its mode'
	expect_equal "$(answer "$layout" 0)" EINVAL 'writing 0'
	echo forget >"$mock/vf_ranges"
	expect_equal "$(client_open it "$vf")" 0 'opening the VF'
	expect_equal "$(answer "$layout" 1)" EBUSY 'writing 1 while it is open'
	expect_file "$layout" 'pasid 0x200 admin'
	client_kill it
	expect_file "$layout" 'pasid 0x200 admin'
}

# What it said is copied, so that nothing of it is needed any more.
pf_driver_is_asked_once() {
	echo '0x200-0x207' >"$mock/vf_ranges"
	client_open it "$vf"
	expect_file /sys/module/mock_sriov_pf/refcnt 0
	# A new answer changes the next open, not this one.
	echo '0x300-0x307' >"$mock/vf_ranges"
	expect_client '0x100:000f 0x110:000e 0x200:001b' it chain
	echo forget >"$mock/vf_ranges"
	expect_client '0x100:000f 0x110:000e 0x200:001b' it chain
	client_close it
}

# A PF's driver registers with pasid-pf, which stays when pasid-vfio-pci is unloaded.
registration_stays() {
	echo 0x200-0x207 >"$mock/vf_ranges"
	unbind "$vf"
	unload_vfio
	load_vfio allow_type1=1
	bind "$vf"
	layout_is 0x180-0x187 "pasid 0x200 pf-driver" "0x100:000f 0x110:000e 0x200:001b"
	echo forget >"$mock/vf_ranges"
	unbind "$vf"
	unload_vfio
	echo 0x300-0x307 >"$mock/vf_ranges"
	expect_fails grep -q "^pasid_vfio_pci " /proc/modules
	load_vfio allow_type1=1
	bind "$vf"
	layout_is 0x180-0x187 "pasid 0x300 pf-driver" "0x100:000f 0x110:000e 0x300:001b"
	echo forget >"$mock/vf_ranges"
	echo >"$ranges"
}

option_after_admin() {
	unbind "$vf"
	unload_vfio
	load_vfio allow_type1=1 ranges=1b36:5052@0x400-0x403,8086:4941@0x180-0x18f,1b36:5052@0x500-0x507
	bind "$vf"
	layout_is '' 'pasid 0x500 admin' '0x100:000f 0x110:000e 0x500:001b'
	pasid_at 0x180-0x187 0x180 '0x100:000f 0x110:000e 0x180:001b'
	echo >"$ranges"
	unbind "$vf"
	unload_vfio
}

does_not_load_with() { # OPTION REASON
	dmesg -c >/dev/null
	expect_fails modprobe pasid-vfio-pci "$1"
	expect_said "$2"
}

# A client without an iommufd gets no page requests.
pri_takes_an_iommufd() {
	if [ -e /sys/module/pasid_vfio_pci ]; then
		unbind "$vf"
		unload_vfio
	fi
	load_vfio allow_type1=1 pri=1
	bind "$vf"
	enable_pri "$vf"
	echo 0x180-0x197 >"$ranges"
	expect_equal "$(client_open it "$vf")" 0 'opening the VF'
	expect_equal "$(xargs <"$pci/$vf/pasid_status/cap_layout")" \
		'pasid 0x180 admin pri none: it was not opened through an iommufd that has PASIDs' cap_layout
	expect_client '0x100:000f 0x110:000e 0x180:001b' it chain
	client_kill it
	disable_pri "$vf"
	echo >"$ranges"
	unbind "$vf"
	unload_vfio
}

bad_options() {
	does_not_load_with ranges=8086:4941 "an item is '<vendor>:<device>@0x"
	does_not_load_with ranges=8086:4941@0x180-0x18f, 'items are separated by one comma'
	does_not_load_with ranges=8086:4941@0x180-0x18e 'does not begin and end at a multiple of 4'
	does_not_load_with ranges=8086:4941@0x80-0x8f 'is not inside 0x100-0xfff'
	does_not_load_with ranges=8086:4941@0x180-0x18f,8086:4941@0x180-0x18f 'two ranges overlap'
	does_not_load_with ids=8086 'ids="8086": each is vendor:device'
	does_not_load_with ids=8086:4941x 'ids="8086:4941x": each is'
	does_not_load_with ids=8086:4941: 'ids="8086:4941:": each is'
	does_not_load_with ids=100008086:4941 'ids="100008086:4941": each is'
	load_vfio ids=
	unload_vfio
	does_not_load_with pri=2 "invalid for parameter"
	does_not_load_with emulate=maybe "invalid for parameter"
	expect_fails [ -e "$ranges" ]
}

ids_bind() {
	load_vfio ids=1b36:5052,8086:4941:8086:0
	echo "$vf" >/sys/bus/pci/drivers_probe
	[ "$(basename "$(readlink "$pci/$vf/driver")")" = pasid-vfio-pci ]
	unbind "$vf"
	unload_vfio
}

pfs_that_come() {
	load_vfio
	expect_file "$ranges" ''
	echo 0x180-0x187 >"$ranges"
	rmmod mock-sriov-pf
	expect_fails [ -e "$ranges" ]
	modprobe mock-sriov-pf
	expect_file "$ranges" ''
}

# Loads the mock with the IDs of another device.
another_device() { # VENDOR DEVICE
	rmmod mock-sriov-pf
	modprobe mock-sriov-pf "vendor=$1" "vf_device=$2" totalvfs=1
	echo 1 >"$pci/$pf/sriov_numvfs"
}

quirk_row() {
	unload_vfio
	load_vfio allow_type1=1
	another_device 0x8086 0x4941
	bind "$vf"
	layout_is '' "none: only the PF's driver can know what is free, and it does not say" '0x100:000f 0x110:000e'
	pasid_at 0x180-0x187 0x180 '0x100:000f 0x110:000e 0x180:001b'
	echo 0x200-0x207 >"$mock/vf_ranges"
	layout_is '' 'pasid 0x200 pf-driver' '0x100:000f 0x110:000e 0x200:001b'
	clients_kill
}

# vfio-pci refuses to assign this device, so a driver based on vfio-pci must refuse it, too.
denied_device() {
	another_device 0x8086 0x37c9
	expect_fails bind "$vf"
	expect_said "$vf: has errata that endanger its host"
}

given 'a VF is bound to pasid-vfio-pci, and what vfio-pci shows is known' prepare
it 'vf_pasid_ranges takes good ranges, and refuses others with an error and a reason' grammar
it 'vf_pasid_ranges refuses a text of a page and more' long_text
it 'in a list of two capabilities, the new one goes where the range is' in_a_plain_chain
it 'both capabilities are placed so that both fit if possible' two_capabilities
it 'the capability can be the last 8 bytes of configuration space' at_the_end
it 'a range right beside a capability is used, one that overlaps by 1 or 4 bytes is not' touching_a_body
it 'in an empty list, the capability is the first one' empty_list
it 'a null capability at 0x100 is skipped, but not overlapped' null_capability_is_skipped
it 'behind a single capability at 0x100, the new one is linked' one_capability
it 'a capability that vfio-pci-core hides is not overlapped' hidden_capability
it 'a list whose addresses do not ascend keeps its order' not_ascending
it 'where capabilities take all space, none is added' full
it 'an endless list, or a VF that does not answer: no capability, and the reason is given' bad_lists
it 'if the capability hides bytes that are not zero, the log warns' bytes_that_are_not_zero
it "beside the new capability, the VF's configuration space is byte for byte that of vfio-pci" everything_else_is_the_same
it "without a range, the VF's configuration space is byte for byte that of vfio-pci" nothing_shown_is_vfio_pci
it "the PF's driver is asked before vf_pasid_ranges" pf_driver_first
it "reading cap_layout shows the last result and does not ask the PF's driver" reading_does_not_look
it "the PF's driver is asked once per open, and can be unloaded afterwards" pf_driver_is_asked_once
it "what the PF's driver said stays when pasid-vfio-pci is loaded again" registration_stays
it 'the option ranges= is asked after vf_pasid_ranges' option_after_admin
it 'pri=1 without an iommufd shows no PRI capability, and cap_layout says why' pri_takes_an_iommufd
it 'the module does not load with bad options, and gives the reason' bad_options
it 'ids= binds a VF without driver_override' ids_bind
it 'a PF that appears after the load has vf_pasid_ranges, too' pfs_that_come
it "for a VF of the quirk table, the PF's driver or the admin is asked" quirk_row
it 'a VF that vfio-pci refuses to assign is refused by pasid-vfio-pci, too' denied_device
finish
