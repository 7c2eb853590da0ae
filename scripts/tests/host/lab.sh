#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317
# What others rely on in `scripts/lab boot`: status, output, arguments, files, trace, deadline, kernel bugs.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=scripts/tests/host/lib.sh
. "$here/lib.sh"

lab=$here/../../lab

boot() { # [OPTION...] TEXT-OF-SCRIPT [ARG...]: runs it with the options before "--"
	local options=()
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

passes_status_output_and_arguments() { # KERNEL
	expect_equal "$(status_of boot --kernel "$1" -- 'printf "%s|" "$@"; uname -r; exit 3' one 'two three' '')" 3 status
	expect_equal "$(cat output)" "one|two three||$("$lab" path release --kernel "$1")" output
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

hang_is_a_failure() {
	expect_equal "$(status_of boot --timeout 12 -- 'echo before; sleep 1000')" 124 status
	expect_equal "$(cat output)" before output
	grep -q 'did not finish within 12 s' error
}

oops_is_a_failure() {
	expect_equal "$(status_of boot -- 'echo c >/proc/sysrq-trigger')" 125 status
	grep -q 'kernel reported' error
}

warning_is_a_failure() {
	expect_equal "$(status_of boot -- 'echo "WARNING: CPU: 0 PID: 1 at test" >/dev/kmsg; exit 0')" 125 status
	grep -q 'console log and trace are in' error
}

bad_usage_is_refused() {
	expect_equal "$(status_of "$lab" boot)" 2 'without a script'
	expect_equal "$(status_of "$lab" boot --kernel 5.0 script.sh)" 2 'unknown kernel'
	expect_equal "$(status_of "$lab" boot not-there.sh)" 2 'no such script'
	expect_equal "$(status_of "$lab" boot --nonsense x script.sh)" 2 'unknown option'
}

set_up_twice_is_a_no_op() {
	local before
	before=$(stat -c %Y "$("$lab" path root)/etc/lab-kernels")
	"$lab" setup
	expect_equal "$(stat -c %Y "$("$lab" path root)/etc/lab-kernels")" "$before" 'time of the root'
}

it 'status, output and arguments on 6.12' passes_status_output_and_arguments 6.12
it 'status, output and arguments on newest' passes_status_output_and_arguments newest
it 'the mock PF with 8 VFs, FILEs and the trace are there, and nothing else is loaded' has_what_is_promised
it 'a hang is a failure' hang_is_a_failure
it 'an oops is a failure' oops_is_a_failure
it 'a warning is a failure, though the script said 0' warning_is_a_failure
it 'bad usage is refused' bad_usage_is_refused
it 'a second set-up does nothing' set_up_twice_is_a_no_op
finish
