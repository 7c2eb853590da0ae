#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2086,SC2119,SC2317
# boot: --machine stock
# The IOMMU enforces what a guest writes to the emulated capabilities: a client opens VFs as a VMM does and writes, and
# the walker outside reads the tables.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

pf=$(pf)
mock=$pci/$pf/mock

# The reason for showing no capability if enable cannot be granted.
no_enable='pasid_ctl does not allow enable, or the PF or the IOMMU does not support it now'

# Emulated: PASID at 0x180, PRI at 0x188. The VF's own: PM at 0x80, whose way to D0 is a reset, and AF at 0x90.
control='0x186 2'
pri_control='0x18c 2'

prepare() {
	echo 0 >"$pci/$pf/sriov_numvfs"
	while read -r line; do
		echo "$line" >"$mock/vf_config"
	done <<-'END'
		0x40 0x00028010
		0x80 0x00039001
		0x84 0 0x3
		0x90 0x03060013
	END
	echo 8 >"$pci/$pf/sriov_numvfs"
	load_client
	lab_do ecap set "$first" SRS
	lab_do ecap set "$first" ERS
	load
	load_vfio allow_type1=1 pri=1 allow_unserved_pri=1
	echo 0x180-0x197 >"$pci/$pf/vf_pasid_ranges"
	bind "$first"
	bind "$second"
	set_ctl "$first" +all
	snapshot "$pf" "$(vf 7)" >/tmp/others
}

# Detaches what a failed test has left before it kills the client: the kernel warns if a VF without a VFIO user still has
# a domain attached.
opened() { # NAME BDF
	lab_do detach-all "$2" 2>/dev/null || true
	clients_kill
	expect_equal "$(client_open "$1" "$2")" 0 "opening $2"
}

closed() { # BDF: as before it was opened
	expect_file "$pci/$1/pasid_status/requested" '+enable +exec +priv +pri' &&
		expect_context "$1" PASIDE 1 &&
		expect_context "$1" PRE "$(supports_pri "$1" && echo 1 || echo 0)"
}

# The register, the request and the tables agree; the entry of PASID 7 is looked at if it is attached.
control_is() { # VALUE BDF
	local enable=$(($1 & 1)) exec=$(($1 >> 1 & 1)) priv=$(($1 >> 2 & 1))
	expect_client "$(printf 0x%x "$1")" it read $control &&
		request_is "$1" "$2" &&
		expect_context "$2" PASIDE "$enable" || return
	[ -z "$(entry_bits "$2" 7)" ] || expect_entry "$2" 7 "$((enable & priv))$((enable & exec))"
}

request_is() { # VALUE BDF: without pri
	expect_equal "$(cut -d' ' -f1-3 "$pci/$2/pasid_status/requested")" "$(words_of "$1")" "request of $2"
}

none_at_open() {
	opened it "$first"
	expect_client 0x1406 it read 0x184 2
	control_is 0 "$first"
	expect_file "$pci/$first/pasid_status/requested" '-enable -exec -priv -pri'
	expect_context "$first" PRE 0
	# The entries of PF and siblings have not changed.
	snapshot "$pf" "$(vf 7)" >/tmp/after
	expect_same /tmp/others /tmp/after 'PF or siblings'
}

every_combination() {
	local value
	opened it "$first"
	lab_do attach "$first" 7
	for value in 1 3 5 7 2 4 6 0 7 0 1; do
		expect_client 0 it write $control $value
		control_is $value "$first"
	done
	lab_do detach-all "$first"
}

every_size() {
	local next='01 00' below='00 00'
	supports_pri "$first" && next='81 18' below='13 00'
	opened it "$first"
	expect_client 0 it write 0x186 1 5
	control_is 5 "$first"
	expect_client 0 it write 0x187 1 0xff
	control_is 5 "$first"
	expect_client 0 it write 0x184 4 0x00030000
	control_is 3 "$first"
	expect_client 0 it write 0x184 2 0xffff
	control_is 3 "$first"
	# Unaligned accesses, and accesses across header and register, across both capabilities and across their borders.
	expect_client 0 it write 0x185 2 0x0100
	control_is 1 "$first"
	expect_client 0 it fill 0x180 8 0xff
	control_is 7 "$first"
	expect_client 0 it fill 0x17c 12 0
	control_is 0 "$first"
	expect_client 0 it write 0x180 8 0xfff9ffffffffffff
	control_is 1 "$first"
	expect_client "00 00 1b 00 $next 06 14 01 00 $below" it bytes 0x17e 12
	expect_client '06 14 01' it bytes 0x184 3
	expect_client 0x114 it read 0x185 2
	expect_client EFAULT it read 0xffe 4
	expect_client EFAULT it fill 0x17c 0xf00 0
	control_is 1 "$first"
}

reserved_and_read_only() {
	opened it "$first"
	expect_client 0 it write $control 0xffff
	control_is 7 "$first"
	expect_client 0 it write 0x180 4 0
	expect_client 0 it write 0x110 4 0
	expect_client "0x100:000f 0x110:000e 0x180:001b$(supports_pri "$first" && echo ' 0x188:0013')" it chain
	expect_client 0x1406 it read 0x184 2
}

unsupported_bits() {
	set_ctl "$second" '-priv -exec'
	opened it "$second"
	expect_client 0x1400 it read 0x184 2
	expect_client 0 it write $control 7
	expect_client 0x1 it read $control
	request_is 1 "$second"
	# The capability register does not change while the VF is open.
	set_ctl "$second" +all
	expect_client 0x1400 it read 0x184 2
	expect_client 0 it write $control 5
	expect_client 0x1 it read $control
	set_ctl "$second" default
	client_close it
}

enabled() { # so that a reset has something to clear
	opened it "$first"
	expect_client 0 it write $control 7
	control_is 7 "$first"
}

reset_by_ioctl() {
	enabled
	expect_client 0 it reset
	control_is 0 "$first"
	expect_client 0 it write $control 1
	control_is 1 "$first"
}

reset_by_flr() {
	enabled
	expect_client 0 it write 0x48 2 0x8000
	control_is 0 "$first"
}

reset_by_af() {
	enabled
	expect_client 0 it write 0x94 1 1
	control_is 0 "$first"
}

reset_by_power_state() {
	enabled
	expect_client 0 it write 0x84 2 3
	control_is 7 "$first"
	expect_client 0 it write 0x84 2 0
	control_is 0 "$first"
}

low_power() {
	enabled
	expect_client 0 it low-power
	expect_context "$first" PASIDE 0
	expect_client 0 it full-power
	control_is 0 "$first"
	expect_client 0 it write $control 1
	control_is 1 "$first"
}

reset_by_host() {
	enabled
	echo 1 >"$pci/$first/reset"
	control_is 0 "$first"
}

# A hot reset resets the bus, which a VF shares with functions that its user does not have. VFIO refuses it.
hot_reset_is_refused() {
	enabled
	expect_client EINVAL it hot-reset
	control_is 7 "$first"
}

closing_ends_it() {
	opened it "$first"
	lab_do attach "$first" 7
	expect_client 0 it write $control 1
	control_is 1 "$first"
	# As with iommufd: PASIDs are detached before the VF is closed.
	lab_do detach-all "$first"
	client_close it
	closed "$first"
	opened it "$first"
	control_is 0 "$first"
	client_close it
	closed "$first"
}

killing_ends_it() {
	enabled
	client_kill it
	await 5 closed "$first"
	opened it "$first"
	control_is 0 "$first"
}

ceiling_while_open() {
	opened it "$first"
	lab_do attach "$first" 7
	expect_client 0 it write $control 5
	control_is 5 "$first"
	set_ctl "$first" -priv
	expect_entry "$first" 7 00
	expect_client 0x5 it read $control
	set_ctl "$first" -enable
	expect_context "$first" PASIDE 0
	expect_client 0x5 it read $control
	grep -q '^-enable' "$pci/$first/pasid_status/effective"
	# The guest may clear Enable and set it: the context entry stays without PASIDE until pasid_ctl allows it.
	expect_client 0 it write $control 0
	expect_client 0 it write $control 5
	expect_context "$first" PASIDE 0
	set_ctl "$first" +all
	control_is 5 "$first"
	lab_do detach-all "$first"
}

ceiling_before_open() {
	clients_kill
	set_ctl "$first" -enable
	expect_equal "$(client_open it "$first")" 0 'opening'
	expect_client '0x100:000f 0x110:000e' it chain
	region_without_capability
	expect_file "$pci/$first/pasid_status/cap_layout" "none: $no_enable"
	expect_context "$first" PASIDE 0
	client_close it
	set_ctl "$first" +all
}

hidden() { # WHY
	expect_equal "$(client_open it "$first")" 0 'opening'
	expect_file "$pci/$first/pasid_status/cap_layout" "none: $1"
	client_close it
}

# A user must not be able to fill the log by making two reasons alternate.
reasons_are_said_once() {
	local said ranges
	clients_kill
	ranges=$(cat "$pci/$pf/vf_pasid_ranges")
	unbind "$first"
	bind "$first"
	said=$(dmesg | grep -c "$first: no PASID capability is shown" || true)
	set_ctl "$first" -enable
	for _ in 1 2 3; do
		hidden "$no_enable"
		echo >"$pci/$pf/vf_pasid_ranges"
		hidden 'nobody says which bytes are free'
		echo "$ranges" >"$pci/$pf/vf_pasid_ranges"
	done
	set_ctl "$first" +all
	expect_equal $(($(dmesg | grep -c "$first: no PASID capability is shown") - said)) 2 'lines in the log'
}

two_clients() {
	opened it "$first"
	expect_equal "$(client_open other "$second")" 0 "opening $second"
	expect_client 0 it write $control 1
	expect_client 0x0 other read $control
	expect_context "$second" PASIDE 0
	expect_client 0 other write $control 1
	expect_client 0 it write $control 0
	expect_context "$first" PASIDE 0
	expect_context "$second" PASIDE 1
	expect_client 0x1 other read $control
	expect_client 0 it reset
	expect_client 0x1 other read $control
	client_kill it
	await 5 closed "$first"
	expect_client 0x1 other read $control
	client_close other
	closed "$second"
}

pf_loses_pasid() {
	opened it "$first"
	expect_client 0 it write $control 1
	echo 0 >"$mock/pasid"
	expect_context "$first" PASIDE 0
	expect_client 0x1 it read $control
	# Clearing Enable is always possible. Setting it is refused and changes nothing.
	expect_client 0 it write $control 0
	expect_client EOPNOTSUPP it write $control 1
	expect_client 0x0 it read $control
	expect_client EOPNOTSUPP it fill 0x180 8 0xff
	control_is 0 "$first"
	echo 1 >"$mock/pasid"
	expect_client 0 it write $control 1
	await 5 control_is 1 "$first"
}

iommu_fails() {
	opened it "$first"
	expect_client 0 it write $control 1
	lab_do fail-qi 8
	expect_client EIO it write $control 0
	lab_do fail-qi 0
	# The register keeps its value, and the IOMMU denies.
	expect_client 0x1 it read $control
	expect_context "$first" PASIDE 0
	expect_client 0 it write $control 1
	control_is 1 "$first"
	expect_client 0 it write $control 0
	lab_do fail-qi 8
	expect_client EIO it write $control 1
	lab_do fail-qi 0
	control_is 0 "$first"
	# A reset cannot fail: the register is cleared and the IOMMU denies, although the invalidations failed.
	expect_client 0 it write $control 1
	lab_do fail-qi 8
	client it reset
	lab_do fail-qi 0
	expect_client 0x0 it read $control
	expect_context "$first" PASIDE 0
	expect_client 0 it write $control 1
	control_is 1 "$first"
}

# VFIO itself refuses to take over a group that has PASIDs.
host_has_pasids() {
	clients_kill
	lab_do attach "$first" 9
	expect_equal "$(client_open it "$first")" EBUSY 'opening'
	lab_do detach-all "$first"
	closed "$first"
}

# The mock PF can have 64 requests; a VF's capacity is its share.
page_requests() {
	local share=$((64 / ($(count_vfs) + 1)))
	enable_pri "$first"
	opened it "$first"
	expect_client "13 00 01 00 00 00 00 81 $(printf %02x $share) 00 00 00 00 00 00 00" it bytes 0x188 16
	expect_client 0 it write 0x194 4 1
	expect_client 0x1 it read 0x194 4
	expect_client 0 it write 0x194 4 0xffffffff
	expect_client "$(printf 0x%x $share)" it read 0x194 4
	expect_client 0 it write 0x190 4 1
	expect_client "$(printf 0x%x $share)" it read 0x190 4
	# Enable together with Reset, which has no effect then.
	expect_client 0 it write $pri_control 3
	expect_client 0x1 it read $pri_control
	expect_client 0x8000 it read 0x18e 2
	expect_context "$first" PRE 1
	expect_context "$first" PASIDE 0
	expect_client 0 it write $control 1
	expect_context "$first" PRE 1
	expect_client 0 it write $pri_control 2
	expect_client 0x81000000 it read 0x18c 4
	expect_context "$first" PRE 0
	control_is 1 "$first"
	expect_client 0 it write $pri_control 1
	expect_client 0 it reset
	expect_client 0x81000000 it read 0x18c 4
	expect_client 0x0 it read 0x194 4
	expect_context "$first" PRE 0
	# Errors of the PF's page request interface are not this VF's.
	echo 3 >"$mock/pri_errors"
	expect_client 0x8100 it read 0x18e 2
	expect_client 0 it write $pri_control 1
	expect_client 0x8000 it read 0x18e 2
	echo 0 >"$mock/pri_errors"
	client_close it
	disable_pri "$first"
}

# The PF cannot answer then.
status_needs_no_pf() {
	local status=0
	enable_pri "$first"
	opened it "$first"
	lab_do lock-config "$pf" on
	client it read 0x18e 2 >/tmp/status &
	await 3 grep -qx 0x8100 /tmp/status || status=$?
	lab_do lock-config "$pf" off
	wait $!
	expect_equal $status 0 'reading the status'
	client_close it
	disable_pri "$first"
}

region_offset() { # NAME
	case $1 in
	supported) echo 4 ;; ceiling) echo 8 ;; requested) echo 12 ;; effective) echo 16 ;; width) echo 20 ;;
	pasid) echo 24 ;; pri) echo 28 ;;
	esac
}

region_is() { # NAME VALUE
	expect_client "$2" it rread "$(region_offset "$1")" 4
}

# Without a capability, for any reason, the user has requested all permissions until it writes to the control region.
region_without_capability() {
	expect_client '9 200' it region
	region_is pasid 0x0
	region_is requested 0xf
}

# If the capability is shown, registers and region show the same request.
region_and_registers() {
	opened it "$first"
	expect_client '9 200' it region
	expect_client 0x2 it rread 0 4
	region_is width 0x14
	region_is pasid 0x180
	region_is requested 0x0
	expect_client 0 it write $control 5
	region_is requested 0x5
	region_is effective 0x5
	expect_client 0 it rwrite 12 4 1
	control_is 1 "$first"
	set_ctl "$first" -enable
	expect_equal "$(($(client it rread 8 4) & 1))" 0 'ceiling, enable'
	region_is effective 0x0
	set_ctl "$first" +all
	expect_client EINVAL it rwrite 12 4 0x10
	expect_client EINVAL it rwrite 12 2 1
	expect_client EINVAL it rwrite 8 4 1
	expect_client EINVAL it rwrite 13 4 1
	expect_client EINVAL it rread 200 4
	expect_client EINVAL it rwrite 32 4 0
	expect_client '00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00' it rbytes 36 28
	control_is 1 "$first"
}

modules_stay() {
	opened it "$first"
	expect_fails rmmod pasid-vfio-pci
	expect_fails rmmod intel-pasid-ctl
	client_close it
}

# The removal of the VF waits for the client. The client goes on; VFIO only offers it a notification.
waits_for_the_client() { # PATH TEXT
	opened it "$first"
	expect_client 0 it write $control 1
	dmesg -c >/dev/null
	echo "$2" >"$1" &
	await 10 expect_said 'blocked until released by user' >/dev/null
	kill -0 $!
	control_is 1 "$first"
	# The removal holds the VF's device lock, so a reset fails with EAGAIN.
	expect_client EAGAIN it reset
	control_is 1 "$first"
	expect_client 0 it write $control 0
	control_is 0 "$first"
	client_close it
	wait $!
	expect_fails [ -e "$pci/$pf/virtfn0" ]
}

vfs_again() {
	[ -e "$pci/$pf/driver" ] || echo "$pf" >/sys/bus/pci/drivers/mock_sriov_pf/bind
	echo 2 >"$pci/$pf/sriov_numvfs"
	bind "$first"
	set_ctl "$first" +all
}

numvfs_0() {
	waits_for_the_client "$pci/$pf/sriov_numvfs" 0
	vfs_again
	opened it "$first"
	control_is 0 "$first"
	client_close it
}

# The VF vanishes while it is open, and neither Linux nor the client is told. Writes to it are answered, nothing hangs.
suddenly_not_there() {
	opened it "$first"
	expect_client 0 it write $control 1
	echo "0 0" >"$mock/vf_present"
	witness inval mark
	set_ctl "$first" -enable
	expect_equal "$(inval_count '^device-iotlb')" 0 'device-TLB invalidations'
	expect_context "$first" PASIDE 0
	set_ctl "$first" +enable
	expect_client 0 it write $control 0
	control_is 0 "$first"
	echo "0 1" >"$mock/vf_present"
	client_close it
	echo 0 >"$pci/$pf/sriov_numvfs"
	vfs_again
	opened it "$first"
	control_is 0 "$first"
	client_close it
}

pf_driver_unbinds() {
	echo 0x180-0x197 >"$mock/vf_ranges"
	waits_for_the_client "$pci/$pf/driver/unbind" "$pf"
	vfs_again
}

reload_vfio() { # [PARAMETER...]
	clients_kill
	unbind "$first"
	[ ! -e "$pci/$second/driver" ] || unbind "$second"
	unload_vfio
	load_vfio "$@"
	echo 0x180-0x197 >"$pci/$pf/vf_pasid_ranges"
	bind "$first"
	bind "$second"
}

region_alone() {
	reload_vfio emulate=0
	opened it "$first"
	expect_client '0x100:000f 0x110:000e' it chain
	expect_file "$pci/$first/pasid_status/cap_layout" 'none: emulation is off'
	expect_client '9 200' it region
	region_is pasid 0x0
	# Before the first write to the region, the VF has all that pasid_ctl allows, as with vfio-pci; a reset changes nothing.
	region_is requested 0xf
	expect_context "$first" PASIDE 1
	expect_client 0 it reset
	region_is requested 0xf
	expect_client 0 it rwrite 12 4 0
	expect_context "$first" PASIDE 0
	expect_client 0 it rwrite 12 4 1
	expect_context "$first" PASIDE 1
	request_is 1 "$first"
	set_ctl "$first" -enable
	expect_client 0 it rwrite 12 4 0
	expect_client 0 it rwrite 12 4 1
	expect_context "$first" PASIDE 0
	set_ctl "$first" +all
	expect_context "$first" PASIDE 1
	# After the first write, a reset clears the request.
	expect_client 0 it reset
	region_is requested 0x0
	expect_context "$first" PASIDE 0
	client_close it
	closed "$first"
}

# The file pasid_emulate decides for one VF, until the driver is unbound.
told_per_device() {
	local emulate=$pci/$first/pasid_emulate
	reload_vfio emulate=0 allow_type1=1
	expect_file "$emulate" 0
	expect_file "$pci/$second/pasid_emulate" 0
	echo 1 >"$emulate"
	opened it "$first"
	expect_client '0x100:000f 0x110:000e 0x180:001b' it chain
	region_is pasid 0x180
	expect_equal "$(client_open other "$second")" 0 "opening $second"
	expect_client '0x100:000f 0x110:000e' other chain
	# A write changes the next open, not this one.
	echo 0 >"$emulate"
	expect_client '0x100:000f 0x110:000e 0x180:001b' it chain
	opened it "$first"
	expect_client '0x100:000f 0x110:000e' it chain
	expect_equal "$(answer "$emulate" 2)" EINVAL 'writing 2'
	expect_file "$emulate" 0
	echo 1 >"$emulate"
	unbind "$first"
	expect_fails [ -e "$emulate" ]
	bind "$first"
	expect_file "$emulate" 0
	clients_kill
}

# A VF without a capability has SRE from the beginning; the region takes it away and gives it back.
privileged_without_capability() {
	opened it "$first"
	lab_do attach "$first" 7
	expect_entry "$first" 7 11
	expect_client 0 it rwrite 12 4 1
	expect_entry "$first" 7 00
	expect_client 0 it rwrite 12 4 5
	expect_entry "$first" 7 10
	lab_do detach-all "$first"
	client_close it
	closed "$first"
}

no_iommufd() {
	reload_vfio
	opened it "$first"
	expect_client '0x100:000f 0x110:000e' it chain
	region_without_capability
	grep -q '^none: no PASID can be attached' "$pci/$first/pasid_status/cap_layout"
	client_close it
}

first=$(vf 0)
second=$(vf 1)

given 'two VFs are bound to pasid-vfio-pci and show both capabilities' prepare
it 'a VF that is opened is denied everything, until the register is written' none_at_open
it 'every combination of control bits is in the tables' every_combination
it 'accesses of every size and alignment read and write the right bytes' every_size
it 'reserved and read-only bits do not change' reserved_and_read_only
it 'control bits that pasid_ctl denied at open do not stick' unsupported_bits
it 'VFIO_DEVICE_RESET clears the register and denies' reset_by_ioctl
it 'an FLR through the PCI Express capability clears the register and denies' reset_by_flr
it 'an FLR through the Advanced Features capability clears the register and denies' reset_by_af
it 'going from D3hot to D0 clears the register and denies' reset_by_power_state
it "VFIO's low power clears the register and denies" low_power
it 'a reset by the host clears the register and denies' reset_by_host
it 'a hot reset is refused, and clears nothing' hot_reset_is_refused
it 'closing the VF leaves it as if it had not been opened' closing_ends_it
it 'killing the client leaves the VF as if it had not been opened' killing_ends_it
it 'pasid_ctl denies and grants while the guest has Enable set, and the register stays' ceiling_while_open
it 'a VF whose pasid_ctl denies enable shows no capability' ceiling_before_open
it 'the log says each reason for showing no capability once' reasons_are_said_once
it "two clients on two VFs do not change each other's VF" two_clients
it 'while the PF has no PASID, Enable can be cleared but not set' pf_loses_pasid
it "if an invalidation fails, the guest's write fails with EIO, and nothing is granted" iommu_fails
it 'a VF that has PASIDs of the host cannot be opened' host_has_pasids
it "the PRI capability's registers enable and disable page requests" page_requests
it 'the PRI status can be read while the PF is being reset' status_needs_no_pf
it 'the control region and the registers show the same request' region_and_registers
it 'neither module can be unloaded while a client has a VF open' modules_stay
it 'sriov_numvfs=0 waits until the client closes the VF' numvfs_0
it 'a VF that vanishes while it is open is denied, and nothing hangs' suddenly_not_there
it "unbinding the PF's driver waits until the client closes the VF" pf_driver_unbinds
it 'emulate=0: no capability is shown, and the control region works' region_alone
it 'emulate=0: the control region grants and denies SRE' privileged_without_capability
it 'pasid_emulate decides for one VF what emulate decides for all' told_per_device
it 'without iommufd no capability is shown by default' no_iommufd
finish
