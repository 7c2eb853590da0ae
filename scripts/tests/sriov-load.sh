#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2086,SC2119,SC2317
# usually: newest
# SR-IOV is disabled and enabled, and the PF's driver is reloaded, while VFs do DMA and their settings are written.
# Settings belong to the PF: a VF that is made again obeys them from its first moment.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

denied=$(vf 0)
granted=$(vf 1)
toggled=$(vf 2)
pf=$(pf)
settings=$pci/$pf/vf_pasid_ctl

prepare() {
	load_client
	load
	echo -enable >"$settings/virtfn0"
}

with_memory() { # BDF
	lab_do attach "$1" 5
	lab_do memory "$1"
}

# Endless DMA with a PASID and without one, a VF whose requests are blocked, and a writer that never pauses.
busy() {
	local bdf
	for bdf in "$denied" "$granted" "$toggled"; do
		with_memory "$bdf"
	done
	dma_burst "$granted" 5 write
	dma_do "$denied" 5 write start keep-going count=0xffffffff interval=500
	await 5 has_failed "$denied" 1
	dma_burst "$toggled" none write
	toggle &
}

toggle() {
	local text
	while [ ! -e /tmp/stop ]; do
		for text in -enable default; do
			{ echo $text >"$settings/virtfn2"; } 2>/dev/null || true
			{ echo $text >"$pci/$toggled/pasid_ctl"; } 2>/dev/null || true
		done
	done
}

quiet() {
	touch /tmp/stop
	wait
	rm /tmp/stop
	echo default >"$settings/virtfn2"
}

# What the settings say holds for the VFs that are there now.
settings_hold() {
	expect_file "$settings/virtfn0" '-enable -exec +priv +pri'
	expect_context "$denied" PASIDE 0
	expect_context "$granted" PASIDE 1
	expect_context "$toggled" PASIDE 1
	# The kernel's log leaves faults out after so many, so that the VF's own counter is asked.
	refused_write blocked "$denied" 5
	await 3 grep -q '^0x45 ' "$pci/$denied/pasid_status/faults"
	dma_ok "$denied" none
	dma_ok "$granted" 5
	dma_ok "$toggled" 5
	witnesses_agree "$denied" "$granted" "$toggled"
}

vfs_go_and_come() {
	local bdf
	for _ in 1 2 3; do
		busy
		echo 0 >"$pci/$pf/sriov_numvfs"
		echo 8 >"$pci/$pf/sriov_numvfs"
		expect_context "$denied" PASIDE 0
		quiet
		for bdf in "$denied" "$granted" "$toggled"; do
			with_memory "$bdf"
		done
		settings_hold
		set_numvfs 8
	done
}

# The driver of the lab's PF leaves the VFs alone when it goes. Where it is a module, loading it binds the PF.
driver_is_reloaded() {
	local driver=/sys/bus/pci/drivers/pci-pf-stub bdf
	busy
	echo "$pf" >$driver/unbind
	expect_context "$denied" PASIDE 0
	await 5 dma_runs "$granted"
	expect_dma_stopped "$denied"
	if grep -q '^pci_pf_stub ' /proc/modules; then
		rmmod pci-pf-stub
		modprobe pci-pf-stub
	else
		echo "$pf" >$driver/bind
	fi
	[ -e "$pci/$pf/driver" ]
	await 5 dma_runs "$granted"
	quiet
	for bdf in "$denied" "$granted" "$toggled"; do
		dma "$bdf" stop >/dev/null || true # its status is that of the DMA
	done
	settings_hold
}

goes() {
	set_numvfs 8
	echo default >"$settings/virtfn0"
	unload
}

given 'a VF is denied by its PF' prepare
it 'VFs that do DMA are removed and made again three times while settings are written' vfs_go_and_come
it "the PF's driver is reloaded while VFs do DMA and settings are written" driver_is_reloaded
it 'the module can be unloaded at the end' goes
finish
