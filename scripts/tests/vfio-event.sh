#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2034,SC2086,SC2119,SC2317
# boot: --machine stock
# A VMM is told when what the IOMMU lets its VF do has changed: by an interrupt of the VFIO device, whose index is in
# the VMM control region.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

pf=$(pf)
first=$(vf 0)
second=$(vf 1)
control='0x186 2'

# Those of vfio-pci are 0 to 4; 4 is VFIO_PCI_REQ_IRQ_INDEX, which is of the same kind.
index=5
like=4

# flags of VFIO_DEVICE_SET_IRQS
none=0x1
bool=0x2
eventfd=0x4
mask=0x8
trigger=0x20

prepare() {
	load_client
	load
	load_vfio allow_type1=1
	modprobe vfio-pci
	echo 0x180-0x187 >"$pci/$pf/vf_pasid_ranges"
	bind "$first"
	bind "$second"
}

opened() { # NAME BDF
	clients_kill
	expect_equal "$(client_open "$1" "$2")" 0 "opening $2"
}

# With enable in force.
armed() { # NAME BDF
	opened "$1" "$2"
	expect_client 0 "$1" write $control 1
	expect_client 0 "$1" arm $index
}

# A write has signalled before it returns, so what it has not is known at once.
signals() { # COUNT NAME [SECONDS]
	expect_client "$1" "$2" event "${3-0}"
}

effective() { # ENABLE, + or -
	grep -q "^$1enable" "$pci/$first/pasid_status/effective"
}

is_announced() {
	opened it "$first"
	expect_client 6 it irqs
	expect_client 0x5 it rread 32 4
	expect_client '0x9 1' it irq $index 16
	expect_client '0x9 1' it irq $like 16
}

# A VF that is not under PASID control has no control region, and is as with vfio-pci.
not_without_the_region() {
	opened it "$first"
	client_close it
	bind "$first" vfio-pci
	opened it "$first"
	expect_client 5 it irqs
	expect_client EINVAL it irq $index 16
	expect_client EINVAL it arm $index
	client_close it
	bind "$first"
}

admin_denies() {
	armed it "$first"
	set_ctl "$first" -enable
	signals 1 it
	# Nothing changes: it is denied already, or the guest does not ask for it.
	set_ctl "$first" -enable
	set_ctl "$first" -priv
	expect_client 0 it write $control 0
	expect_client 0 it write $control 1
	signals 0 it
	set_ctl "$first" default
	signals 1 it
	# As many as there were.
	set_ctl "$first" -enable
	set_ctl "$first" default
	signals 2 it
}

guest_writes() {
	armed it "$first"
	expect_client 0 it write $control 0
	signals 1 it
	expect_client 0 it write $control 1
	signals 1 it
	expect_client 0 it write $control 1
	signals 0 it
	expect_client 0 it rwrite 12 4 0
	signals 1 it
}

reset_clears() {
	armed it "$first"
	expect_client 0 it reset
	signals 1 it
	expect_client 0 it write $control 1
	signals 1 it
}

# The worker says so, a while later.
pf_loses_pasid() {
	armed it "$first"
	echo 0 >"$pci/$pf/mock/pasid"
	signals 1 it "$(scaled 10)"
	effective -
	echo 1 >"$pci/$pf/mock/pasid"
	expect_client 0 it write $control 1
	await 10 effective +
	signals 1 it "$(scaled 10)"
}

of_that_vf() {
	armed it "$first"
	expect_equal "$(client_open other "$second")" 0 "opening $second"
	expect_client 0 other write $control 1
	expect_client 0 other arm $index
	set_ctl "$second" -enable
	signals 1 other
	signals 0 it
	set_ctl "$second" default
	client_close other
}

no_more() {
	armed it "$first"
	expect_client 0 it set-irq 24 $((eventfd | trigger)) $index 0 1 -1
	set_ctl "$first" -enable
	signals 0 it
	set_ctl "$first" default
	expect_client 0 it arm $index
	expect_client 0 it set-irq 20 $((none | trigger)) $index 0 0 0
	set_ctl "$first" -enable
	signals 0 it
	set_ctl "$first" default
	# Another one takes its place.
	expect_client 0 it arm $index
	expect_client 0 it arm $index
	set_ctl "$first" -enable
	signals 1 it
	set_ctl "$first" default
}

loopback() {
	armed it "$first"
	expect_client 0 it set-irq 20 $((none | trigger)) $index 0 1 0
	signals 1 it
	expect_client 0 it set-irq 24 $((bool | trigger)) $index 0 1 1
	signals 1 it
	expect_client 0 it set-irq 24 $((bool | trigger)) $index 0 1 0
	signals 0 it
}

# Of both interrupts, with the eventfd set and not.
same_answer() { # ANSWER ARGSZ FLAGS START COUNT DATA
	expect_client "$1" it set-irq "$2" $(($3)) $like "$4" "$5" "$6" &&
		expect_client "$1" it set-irq "$2" $(($3)) $index "$4" "$5" "$6"
}

bad_arguments() {
	opened it "$first"
	# Nothing is set.
	same_answer EINVAL 20 'none | trigger' 0 1 0
	same_answer EINVAL 20 'none | trigger' 0 0 0
	same_answer 0 24 'bool | trigger' 0 1 1
	same_answer 0 24 'eventfd | trigger' 0 1 -1
	expect_client 0 it arm $like
	expect_client 0 it arm $index
	same_answer EINVAL 19 'none | trigger' 0 1 0
	same_answer EINVAL 20 'eventfd | trigger' 0 1 0
	same_answer EINVAL 24 'eventfd | trigger' 1 1 0
	same_answer EINVAL 24 'eventfd | trigger' 0 2 0
	same_answer EINVAL 24 'eventfd | trigger' 0 0 0
	same_answer EINVAL 24 'eventfd | trigger' 0 1 -2
	same_answer EBADF 24 'eventfd | trigger' 0 1 999
	same_answer EINVAL 24 'eventfd | trigger' 0 1 0
	same_answer EINVAL 24 'bool | trigger' 0 0 0
	same_answer EINVAL 24 'bool | none | trigger' 0 1 0
	same_answer EINVAL 24 'trigger' 0 1 0
	same_answer EINVAL 24 'none | trigger | 0x40' 0 1 0
	same_answer ENOTTY 20 'none' 0 1 0
	same_answer ENOTTY 20 'none | mask' 0 1 0
	same_answer ENOTTY 20 'none | mask | trigger' 0 1 0
	same_answer ENOTTY 24 'eventfd | mask' 0 1 0
	expect_client EINVAL it irq $index 15
	expect_client EINVAL it irq $like 15
	expect_client EINVAL it irq 6 16
	expect_client EINVAL it set-irq 20 $((none | trigger)) 6 0 1 0
	# All of that has left the eventfd where it was.
	signals 0 it
	expect_client 0 it set-irq 20 $((none | trigger)) $index 0 1 0
	signals 1 it
}

closed_while_set() {
	armed it "$first"
	client_close it
	set_ctl "$first" -enable
	set_ctl "$first" default
	opened it "$first"
	expect_client EINVAL it set-irq 20 $((none | trigger)) $index 0 1 0
	armed it "$first"
	client_kill it
	set_ctl "$first" -enable
	set_ctl "$first" default
}

# Changes by the admin, and a user that sets its eventfd and takes it away meanwhile, and comes and goes.
many_at_once() {
	local writer
	# Not set_ctl: its witnesses cannot agree while a client comes and goes.
	while :; do
		echo -enable >"$pci/$first/pasid_ctl"
		echo default >"$pci/$first/pasid_ctl"
	done &
	writer=$!
	# shellcheck disable=SC2064 # the number of now
	trap "kill $writer" EXIT
	for _ in 1 2 3 4 5 6 7 8; do
		armed it "$first"
		for _ in 1 2 3 4 5; do
			expect_client 0 it set-irq 24 $((eventfd | trigger)) $index 0 1 -1
			expect_client 0 it arm $index
		done
		expect_fails signals 0 it "$(scaled 10)"
		expect_client 0 it reset
	done
	kill $writer
	trap - EXIT
	wait $writer || true
}

goes() {
	clients_kill
	set_ctl "$first" default
	unbind "$first"
	unbind "$second"
	unload_vfio
	unload
}

it 'prepare' prepare
it 'the control region says where it is' is_announced
it 'vfio-pci has none' not_without_the_region
it 'the admin denies and allows again' admin_denies
it 'the guest itself changes it' guest_writes
it 'a reset clears it' reset_clears
it 'the PF loses PASID' pf_loses_pasid
it 'only of that VF' of_that_vf
it 'nothing after it was taken away' no_more
it 'it can be triggered to try it' loopback
it 'bad arguments are answered as those of VFIO_PCI_REQ_IRQ_INDEX' bad_arguments
it 'closed while it is set' closed_while_set
it 'many at once' many_at_once
it 'the modules go' goes
finish
