#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2317 # scripts for the guest are in single quotes
# What tests rely on in `scripts/lab boot`: status, output, arguments, files, trace, deadlines, reports of kernel bugs.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=scripts/tests/host/lib.sh
. "$here/lib.sh"

lab=$here/../../lab

boot() { # [OPTION...] -- TEXT-OF-SCRIPT [ARG...]: runs the script, on the stock machine unless an option names another
	local options=(--machine stock)
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	printf '%s\n' "$2" >script.sh
	"$lab" boot "${options[@]}" script.sh "${@:3}"
}

status_of() { # COMMAND...
	local status=0
	"$@" >output 2>error || status=$?
	cat error >&2
	echo "$status"
}

passes_status_output_and_arguments() {
	expect_equal "$(status_of boot -- 'printf "%s|" "$@"; uname -r; exit 3' one 'two three' '')" 3 status
	expect_equal "$(cat output)" "one|two three||$("$lab" path release)" output
}

has_what_is_promised() {
	echo content >file
	expect_equal "$(status_of boot --add file --trace trace -- '
		cat /lab/file
		ls -d /sys/bus/pci/devices/*/physfn | wc -l
		grep -c pasid_ctl /proc/modules
		modprobe intel-pasid-ctl && echo loaded')" 0 status
	expect_equal "$(tr '\n' ' ' <output)" 'content 8 0 loaded ' output
	grep -q 'vtd_inv_desc ' trace
}

# The model is the default machine, and parse-trace understands its IOMMU's trace. 6.12 has second-stage domains, hence
# iotlb instead of p-iotlb.
model_has_what_is_promised() { # KERNEL
	echo '
		cd /sys/bus/pci/devices
		basename "$(readlink 0000:02:00.0/driver)"
		echo */physfn
		modprobe pasid-lab-client
		witness inval mark
		echo attach 0000:02:10.0 5 >/sys/kernel/debug/pasid-lab/ctl
		witness walk 0000:02:10.0 | grep -c " pasid 5 "
		echo detach 0000:02:10.0 5 >/sys/kernel/debug/pasid-lab/ctl
		witness inval | cut -d " " -f 1 | sort -u | grep -v iec | sed s/p-iotlb/iotlb/' >script.sh
	expect_equal "$(status_of "$lab" boot --kernel "$1" --vfs 2 --trace trace script.sh)" 0 status
	expect_equal "$(xargs <output)" \
		'pci-pf-stub 0000:02:10.0/physfn 0000:02:10.1/physfn 1 device-piotlb iotlb pasid-cache wait' output
	grep -q 'vtd_inv_desc ' trace
}

# What the guest sees: first stage (bit 47 of ECAP), scalable mode (43), PASID width (39:35, plus one), VFs.
model_shows() { # EXPECTED [OPTION...]
	expect_equal "$(status_of boot --machine model "${@:2}" -- '
		ecap=0x$(cat /sys/class/iommu/dmar0/intel-iommu/ecap 2>/dev/null || echo 0)
		echo $((ecap >> 47 & 1)) $((ecap >> 43 & 1)) $(((ecap >> 35 & 31) + 1)) \
			$(cat /sys/bus/pci/devices/0000:02:00.0/sriov_totalvfs) $(ls -d /sys/bus/pci/devices/*/physfn | wc -l)')" 0 status
	expect_equal "$(cat output)" "$1" output
}

hang_is_a_failure() {
	local deadline
	deadline=$("$lab" scaled 25)
	expect_equal "$(status_of boot --timeout 25 -- 'echo before; sleep 1000000')" 124 status
	expect_equal "$(cat output)" before output
	grep -q "did not finish within $deadline s" error
}

# The machine gets a third of one processor. While it has had little time, that is no hang. Later it hangs, and the
# deadline ends it.
starved_machine_has_its_time() {
	local late cpu
	late=$(($("$lab" scaled 20) + 10))
	cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
	taskset -c "$cpu" sh -c 'while :; do :; done' &
	busy=$! # not local: the trap kills it after the function has ended
	trap 'kill "$busy"' EXIT
	echo '
		until IFS=. read -r up _ </proc/uptime && [ "$up" -ge "$1" ]; do :; done
		echo late
		while :; do :; done' >script.sh
	expect_equal "$(status_of nice -n 3 taskset -c "$cpu" "$lab" boot --machine stock --no-mock --timeout 20 \
		script.sh "$late")" 124 status
	expect_equal "$(cat output)" late output
}

# Pretends to be a machine that takes six times as long as the one whose times are in README.md.
slow_machine_has_more_time() {
	export PASID_CTL_SLOWNESS=600
	expect_equal "$("$lab" scaled 10)" 60 'ten seconds'
	expect_equal "$(status_of boot --no-mock --add "$here/../lib.sh" -- '
		. /lab/lib.sh
		{ sleep 8; touch /tmp/late; } &
		await 2 [ -e /tmp/late ] && echo came
		await 1 false || echo gave up
		cd /sys/module/rcupdate/parameters
		cat /proc/sys/kernel/hung_task_timeout_secs /proc/sys/kernel/watchdog_thresh rcu_cpu_stall_timeout')" 0 status
	expect_equal "$(grep -v KTAP output | xargs)" 'came still false at the deadline: false gave up 720 120 300' output
}

speed_is_measured_once() {
	local first
	first=$("$lab" scaled 100)
	[ "$first" -ge 100 ]
	expect_equal "$("$lab" scaled 100)" "$first" 'the second time'
}

oops_is_a_failure() {
	expect_equal "$(status_of boot -- 'echo c >/proc/sysrq-trigger')" 125 status
	grep -q 'kernel reported' error
}

warning_is_a_failure() {
	expect_equal "$(status_of boot -- 'echo "WARNING: CPU: 0 PID: 1 at test" >/dev/kmsg; exit 0')" 125 status
	grep -q 'console log and trace are in' error
}

lost_output_is_a_failure() {
	full() {
		boot --no-mock -- 'echo said; exit 0' >/dev/full
	}
	expect_equal "$(status_of full)" 124 'status if the output cannot be written'
	grep -q 'output is not complete: .*No space left' error
	enough() {
		boot --no-mock -- 'yes | head -n 200000; exit 3' | head -n 1
		return "${PIPESTATUS[0]}"
	}
	expect_equal "$(status_of enough)" 3 'status if the reader has read enough'
}

lost_memory_is_a_failure() {
	expect_equal "$(status_of boot --kernel debug --no-mock --leaks -- '
		modprobe pasid-lab-client && echo leak a-text-that-is-lost >/sys/kernel/debug/pasid-lab/ctl')" 125 status
	grep -q 'kernel reported: unreferenced object' error
}

bad_usage_is_refused() {
	touch script.sh
	expect_equal "$(status_of "$lab" boot)" 2 'without a script'
	expect_equal "$(status_of "$lab" boot --kernel 5.0 script.sh)" 2 'unknown kernel'
	expect_equal "$(status_of "$lab" boot not-there.sh)" 2 'no such script'
	expect_equal "$(status_of "$lab" boot --nonsense x script.sh)" 2 'unknown option'
}

options_of_the_other_machine_are_refused() {
	local options
	touch script.sh
	for options in '--machine none' '--mock a=1' '--machine stock --model a=1' '--machine stock --testdev a=1' \
		'--iommu off --model a=1' '--no-mock --testdev a=1' '--kernel newest --leaks' '--icount --smp 2' '--icount --accel kvm'; do
		# shellcheck disable=SC2086 # several words
		expect_equal "$(status_of "$lab" boot $options script.sh)" 2 "$options"
	done
}

set_up_twice_is_a_no_op() {
	local before
	before=$(stat -c %Y "$("$lab" path root)/etc/lab-kernels")
	"$lab" setup
	expect_equal "$(stat -c %Y "$("$lab" path root)/etc/lab-kernels")" "$before" 'time of the root'
}

it "the guest script's status, output and arguments are passed on" passes_status_output_and_arguments
it 'the mock PF with 8 VFs, FILEs and the trace are there, and the module is not loaded' has_what_is_promised
for kernel in 6.12 newest; do
	it "on $kernel, the model has its PF and VFs, and walker and trace understand it" model_has_what_is_promised "$kernel"
done
it 'the model takes properties of its IOMMU and its PF' model_shows '1 1 16 5 3' --vfs 3 --model pasid-bits=16 --testdev totalvfs=5
it 'the model has an IOMMU without first stage' model_shows '0 1 20 64 64' --iommu scalable-ss --vfs 64
it 'the model has an IOMMU in legacy mode' model_shows '0 0 1 8 8' --iommu legacy
it 'the model has no IOMMU' model_shows '0 0 1 8 8' --iommu off
it 'the speed of the machine is measured once' speed_is_measured_once
it 'on a slow host, the machine and the waits in it have more time' slow_machine_has_more_time
it 'a machine that hardly gets a processor runs to its deadline, and no longer' starved_machine_has_its_time
it 'a guest that hangs fails the run' hang_is_a_failure
it "an oops of the guest's kernel fails the run" oops_is_a_failure
it "a warning of the guest's kernel fails the run, although the script's status is 0" warning_is_a_failure
it "output of a guest that is lost fails the run, although the script's status is 0" lost_output_is_a_failure
it 'on the debug kernel with --leaks, leaked memory fails the run' lost_memory_is_a_failure
it 'bad usage is refused' bad_usage_is_refused
it 'options of the other machine are refused' options_of_the_other_machine_are_refused
it 'a second set-up does nothing' set_up_twice_is_a_no_op
finish
