# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154,SC2317 # variables are of steps.sh
# First boot with the packages: README from "Check your machine" to "Keep it over reboots".
# shellcheck source=/dev/null
. ./steps.sh

nothing_is_loaded() {
	! loaded
	expect_equal "$(find "$pci/" -follow -maxdepth 2 -name '*pasid_*')" '' 'files of the module'
}

the_machine_is_fit() {
	local section='Check your machine' options units
	options=$(run_block "$section" PREEMPT_RT) || true # the last option is not there
	expect_equal "$(grep -c '^CONFIG_.*=[ym]$' <<<"$options")" 8 'options that are there'
	! grep PREEMPT_RT=y <<<"$options"
	units=$(run_block "$section" ecap)
	grep -x 'dmar0 scalable 1 pasid 1 priv 1 exec 0 pri 1' <<<"$units"
	run_block "$section" lspci | tee capabilities
	expect_equal "$(grep -cE '\((SR-IOV|PASID)\)|PASIDCtl: Enable\+' capabilities)" 3 'lines of lspci'
}

it_loads() {
	local line
	line=$(block Install enforcing)
	run_inline Install 'modprobe intel-pasid-ctl'
	dmesg | grep -F "$line"
}

a_vf_is_limited() {
	settle
	echo 1 >"$pci/$by_udev/sriov_numvfs"
	# Linux 6.12 leaves the PRI of a PF off until something asks for it.
	run_session 'Limit a VF' 'cat pasid_ctl' 's/+pri$/-pri/'
	run_block 'Limit a VF' 'pasidctl set'
	run_block 'Keep it over reboots' systool | tee state
	grep -A 1 '^ *0000:02:01\.0 ' state | grep -E 'pasid_ctl += "\+enable -exec -priv -pri"'
	pasidctl list | grep 0000:02:01.0
	echo default >"$pci/0000:02:01.0/pasid_ctl" # its own setting would stay
	echo 0 >"$pci/$by_udev/sriov_numvfs"
}

settings_come_before_vfs() {
	local vf
	run_session 'Limit a VF' sriov_numvfs
	for vf in "$pci/$by_udev/virtfn"*; do
		case $vf in
		*/virtfn3) expect_equal "$(<"$vf/pasid_ctl")" '+enable -exec -priv -pri' "$vf" ;;
		*) expect_equal "$(<"$vf/pasid_ctl")" '-enable -exec -priv -pri' "$vf" ;;
		esac
	done
}

# Each way is for a PF of its own. The options of the module hold for the PF that no other way is for.
it_is_to_stay() {
	local section='Keep it over reboots'
	run_block "$section" modules-load.d s/ixgbe/pci-pf-stub/
	run_block "$section" default_ctl
	run_block "$section" examples/udev
	sed -i "s/ATTR{vendor}==\"0x8086\"/KERNEL==\"$by_udev\"/; s/^#ACTION/ACTION/; s/-all +enable/-all/" \
		/etc/udev/rules.d/60-intel-pasid-ctl.rules
	run_block "$section" sysfs.d "s/0000:02:00.0/$by_sysfsutils/; s/-all +enable/-all +enable +priv/"
	run_block "$section" tmpfiles.d "s/0000:02:00.0/$by_tmpfiles/; s/-all +enable/-all +priv/"
}

it 'the packages load nothing' nothing_is_loaded
it 'Check your machine: what README has to be there is there' the_machine_is_fit
it 'Install: the module loads and says so' it_loads
it 'Limit a VF: the session, pasidctl and systool' a_vf_is_limited
it 'Limit a VF: before there are VFs' settings_come_before_vfs
it 'Keep it over reboots: all ways can be written' it_is_to_stay
finish
