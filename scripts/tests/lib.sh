# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# What the test files share. They run inside the lab machine, under busybox's shell. A test file defines functions
# and calls `it` for each. Each function runs in a subshell of its own under `set -eu`, so its first failing command
# ends the test. Results are printed as KTAP.

pci=/sys/bus/pci/devices
lab=/sys/kernel/debug/pasid-lab
memories=$lab/memory
export pci lab

# In a kernel that a test has started by kexec, LAB_TESTS is on its command line: how many tests there were before.
tests=${LAB_TESTS:-0}
failures=0

echo 'KTAP version 1'

# Whole seconds since boot. No program is started for it: some tests take less time than that.
uptime_seconds() {
	local up
	IFS=. read -r up _ </proc/uptime
	echo "$up"
}

# Is a test to be run? LAB_ONLY, from scripts/mutate, has patterns of names with | between them. If it is set, the
# file ends at the first failure.
is_wanted() ( # NAME
	IFS='|'
	set -f
	for pattern in $LAB_ONLY; do
		# shellcheck disable=SC2254 # a pattern
		case $1 in $pattern) return 0 ;; esac
	done
	return 1
)

# it "what is true" function [argument...]
it() {
	local name=$1
	[ -z "${LAB_ONLY-}" ] || is_wanted "$name" || return 0
	shift
	run_test "$name" "$@"
}

# given "what is true" function [argument...]: as `it`, for what the tests after it need. LAB_ONLY does not leave it out.
given() {
	local name="given: $1"
	shift
	run_test "$name" "$@"
}

run_test() { # NAME FUNCTION [ARGUMENT...]
	local name=$1 log=/tmp/it.log status start
	shift
	tests=$((tests + 1))
	start=$(uptime_seconds)
	(
		set -eu
		"$@"
	) >"$log" 2>&1
	status=$?
	sed 's/^/# /' "$log"
	echo "# $(($(uptime_seconds) - start)) s"
	case $status in
	0) echo "ok $tests $name" ;;
	4) echo "ok $tests $name # SKIP $(tail -n 1 "$log")" ;;
	*)
		echo "not ok $tests $name"
		failures=$((failures + 1))
		dmesg | tail -n 5 | sed 's/^/# dmesg: /'
		[ -z "${LAB_ONLY-}" ] || finish
		;;
	esac
}

finish() {
	echo "1..$tests"
	exit $((failures > 0))
}

# --- Devices ---------------------------------------------------------------------------------------------

# The PF, and its VFs counted from 0, as BDFs. No program is started: that takes longer than all of this.
pf() {
	set -- "$pci"/*/sriov_numvfs
	set -- "${1%/*}"
	echo "${1##*/}"
}

link_target() (
	cd -P "$1" && echo "${PWD##*/}"
)

vf() { # NUMBER
	link_target "$pci/$(pf)/virtfn$1"
}

all_vfs() {
	local link
	for link in "$pci/$(pf)"/virtfn*; do
		link_target "$link"
	done
}

set_numvfs() { # NUMBER
	echo 0 >"$pci/$(pf)/sriov_numvfs"
	[ "$1" = 0 ] || echo "$1" >"$pci/$(pf)/sriov_numvfs"
}

# --- Actions ---------------------------------------------------------------------------------------------

lab_do() { # COMMAND [ARGUMENT...]
	echo "$*" >"$lab/ctl"
}

user_do() { # COMMAND [ARGUMENT...]
	echo "$*" >"$lab/user"
}

# Registers the first user, and waits for the worker that then looks at all VFs. Without the wait, a test could take
# what the worker did for the work of a write or a hook.
first_user() { # BDF SET
	local tracing=/sys/kernel/tracing
	echo >$tracing/trace
	echo 1 >$tracing/events/workqueue/workqueue_execute_end/enable
	user_do get "$@" || return
	await 10 grep -q pasid_rescan_work $tracing/trace
	echo 0 >$tracing/events/workqueue/workqueue_execute_end/enable
}

# Ends a test as skipped if the kernel cannot make entries of that type.
attach_or_skip() { # BDF PASID TYPE
	local said
	said=$(answer "$lab/ctl" "attach $*")
	case $said in
	EOPNOTSUPP)
		echo "this kernel cannot make $3 entries"
		return 4
		;;
	esac
	expect_equal "$said" 0 "attaching a $3 domain"
}

# Prints how a write ends: 0 or the name of the error.
answer() { # FILE TEXT
	printf '%s\n' "$2" | write-once "$1"
}

set_ctl() { # BDF TEXT
	expect_equal "$(answer "$pci/$1/pasid_ctl" "$2")" 0 "writing '$2' to $1's pasid_ctl" &&
		witnesses_agree "$1"
}

# Prints the value of a PASID Control register in the words of the files in pasid_status/.
words_of() { # VALUE
	local enable=- exec=- priv=-
	[ $(($1 & 1)) = 0 ] || enable=+
	[ $(($1 & 2)) = 0 ] || exec=+
	[ $(($1 & 4)) = 0 ] || priv=+
	echo "${enable}enable ${exec}exec ${priv}priv"
}

set_all_ctl() { # TEXT
	local bdf
	for bdf in $(all_vfs); do
		set_ctl "$bdf" "$1"
	done
}

# --- Expectations: print what is wrong and fail -----------------------------------------------------------

expect_equal() { # IS SHOULD WHAT
	[ "$1" = "$2" ] && return
	echo "$3: is '$1', should be '$2'"
	return 1
}

expect_file() { # FILE TEXT
	expect_equal "$(cat "$1")" "$2" "$1"
}

expect_ctl() { # BDF TEXT
	expect_file "$pci/$1/pasid_ctl" "$2"
}

expect_less() { # IS LIMIT WHAT
	[ "$1" -le "$2" ] && return
	echo "$3: is $1, should be at most $2"
	return 1
}

expect_fails() { # COMMAND...
	if "$@"; then
		echo "should fail: $*"
		return 1
	fi
}

expect_said() { # TEXT: the kernel log has it
	dmesg | grep -qF "$1" && return
	echo "the kernel log does not say: $1"
	return 1
}

# Prints how long this machine may take for what takes a quick machine SECONDS. LAB_SLOWNESS is in percent: lab/init.
scaled() { # SECONDS
	echo $(($1 * LAB_SLOWNESS / 100))
}

# Waits until a command succeeds; SECONDS is the limit on a quick machine. The limit counts the machine's own time, see
# own_time in scripts/lib/machine.sh: time in which the host gave the machine no processor does not count.
await() { # SECONDS COMMAND...
	local limit start end
	limit=$(scaled "$1")
	shift
	! "$@" || return 0
	start=$(witness own-time)
	end=$(($(uptime_seconds) + limit))
	until "$@"; do
		usleep 20000
		[ "$(uptime_seconds)" -ge "$end" ] || continue
		end=$((start + limit - $(witness own-time)))
		[ "$end" -gt 0 ] || break
		end=$((end + $(uptime_seconds)))
	done
	[ "$end" -gt 0 ] && return
	echo "still false at the deadline: $*"
	return 1
}

# --- What the witnesses outside see ------------------------------------------------------------------------

# The tables of functions, bit for bit.
snapshot() { # BDF...
	witness walk "$@"
}

expect_same() { # FILE FILE WHAT
	cmp -s "$1" "$2" && return
	echo "$3 changed:"
	diff "$1" "$2" | head -n 10
	return 1
}

context_bit() { # BDF NAME: prints a bit of the context entry, as the walker names it
	witness walk "$1" | sed -n "s/.* context .* $2=\([0-9]*\).*/\1/p"
}

entry_bits() { # BDF PASID: prints SRE and ERE, as two digits
	witness walk "$1" | sed -n "s/.* pasid $2 .* SRE=\([01]\) ERE=\([01]\).*/\1\2/p"
}

entries_with_sre() { # BDF: prints how many there are
	witness walk "$1" >/tmp/walked || return
	grep -c SRE=1 /tmp/walked || true
}

expect_context() { # BDF NAME VALUE
	expect_equal "$(context_bit "$1" "$2")" "$3" "$1's context entry, $2"
}

config_read() { # BDF OFFSET SIZE: prints a little endian number, in decimal
	dd if="$pci/$1/config" bs=1 skip="$2" count="$3" 2>/dev/null | od -An "-tu$3" | tr -d ' '
}

ext_cap() { # BDF ID: prints the offset of an extended capability
	local at=256 header
	while [ "$at" -ge 256 ]; do
		header=$(config_read "$1" "$at" 4)
		if [ $((header & 0xffff)) = $(($2)) ]; then
			echo "$at"
			return
		fi
		at=$((header >> 20 & 0xffc))
	done
	echo "$1 has no extended capability $2" >&2
	return 1
}

ats_enable() { # BDF: prints ATS Enable as the VF's register has it; Linux may believe otherwise
	local at
	at=$(ext_cap "$1" 0xf) || return
	echo $(($(config_read "$1" $((at + 6)) 2) >> 15))
}

supports_pri() { # BDF
	grep -q ' +pri$' "$pci/$1/pasid_status/supported"
}

# 6.12 enables page requests on demand, newer kernels when they find the device.
enable_pri() { # BDF...
	local bdf
	supports_pri "$1" && return
	for bdf in "$(pf)" "$@"; do
		lab_do iopf "$bdf" on
	done
	supports_pri "$1"
}

# Undoes enable_pri, if the kernel enables page requests on demand.
disable_pri() { # BDF...
	local bdf
	for bdf in "$@" "$(pf)"; do
		lab_do iopf "$bdf" off 2>/dev/null || true
	done
}

expect_entry() { # BDF PASID BITS
	expect_equal "$(entry_bits "$1" "$2")" "$3" "$1's entry of PASID $2, SRE and ERE"
}

# A kernel with intel-iommu's debugfs shows its tables, too. They are compared with the walker's view, and that view
# with the functions' files `effective`. Not to be called while something changes the tables.
translations=/sys/kernel/debug/iommu/intel/dmar_translation_struct

witnesses_agree() { # BDF...
	[ -e $translations ] || return 0
	witness walk "$@" >/tmp/walked
	kernel_sees "$@" >/tmp/kernel
	walker_sees >/tmp/walker
	expect_same /tmp/kernel /tmp/walker 'the tables, from debugfs to the walker,' || return
	effective_is_seen "$@"
}

# Prints a line per PASID: the function, its context entry, the PASID, the PASID-table entry without upper quadwords.
kernel_sees() { # BDF...
	awk -v wanted=" $* " 'index(wanted, " 0000:" $1 " ") { print "0000:" $1, $3, $4, $5 }' $translations | sort -k 1,1 -k 3,3n
}

walker_sees() {
	awk '$2 == "context" { context = "0x" $4 ":0x" $3 }
		$2 == "pasid" { print $1, context, $3, "0x" $6 ":0x" $5 ":0x" $4 }' /tmp/walked | sort -k 1,1 -k 3,3n
}

# The tables allow no more than `effective` says. They can allow less: without a user, SRE stays clear.
effective_is_seen() { # BDF...
	local bdf effective
	for bdf; do
		[ -e "$pci/$bdf/pasid_status" ] || continue
		read -r effective <"$pci/$bdf/pasid_status/effective"
		awk -v bdf="$bdf" -v effective=" $effective " '
			function denied(word) { return index(effective, " -" word " ") }
			$1 != bdf { next }
			$2 == "context" && (!denied("enable") != / PASIDE=1/ || denied("pri") && / PRE=1/) ||
			$2 == "pasid" && $3 != 0 && (denied("priv") && / SRE=1/ || denied("exec") && / ERE=1/) { print effective, $0; bad = 1 }
			END { exit bad }' /tmp/walked || return
	done
}

# Prints how many invalidations of a kind came since `witness inval mark`.
inval_count() { # PATTERN
	witness inval >/tmp/inval || return
	grep -c -e "$1" /tmp/inval || true
}

expect_no_inval() {
	witness inval >/tmp/inval || return
	expect_equal "$(grep -v '^iec' /tmp/inval || true)" '' 'invalidations'
}

# --- DMA of the machine `model` ------------------------------------------------------------------------------
# PASID is a number at which an address space is attached, or `none` for the memory that `lab_do memory` gave. The
# shell does what it can itself: to start a program takes longer.

# Sets memory, the name of the file in $memories that shows what a function reaches by a PASID, and iova, its address.
find_memory() { # BDF PASID
	local bdf pasid name address
	memory=$1 iova=
	if [ "$2" != none ]; then
		while read -r bdf pasid _ name; do
			[ "$bdf $pasid" != "$1 $2" ] || memory=$name
		done <"$lab/list"
	fi
	while read -r name address; do
		[ "$name" != "$memory" ] || iova=$address
	done <"$lab/iovas"
	[ -n "$iova" ] && return
	echo "$1 has no memory at PASID $2"
	return 1
}

# Sets text to 36 new random letters, and writes them to the memory.
fill_memory() {
	fresh_text
	printf %s "$text" 1<>"$memories/$memory" # not truncated: the file is mapped
}

fresh_text() {
	read -r text </proc/sys/kernel/random/uuid
}

expect_memory() { # TEXT WHAT
	local is
	# shellcheck disable=SC3045 # busybox's read has -n
	IFS= read -r -n ${#1} is <"$memories/$memory" || true
	expect_equal "$is" "$1" "$2"
}

# Runs the program dma in the address space of a PASID.
dma_do() { # BDF PASID WORD...
	local bdf=$1 pasid=$2 memory iova
	find_memory "$1" "$2" || return
	shift 2
	[ "$pasid" = none ] || set -- "pasid=$pasid" "$@"
	dma "$bdf" "addr=$iova" "$@"
}

dma_failed() { # WHAT
	echo "$1: $(cat /tmp/dma)"
	return 1
}

# A write by DMA arrives in memory. OPTIONs are those of dma.
dma_writes() { # BDF PASID [OPTION...]
	local text memory iova
	find_memory "$1" "$2" || return
	fresh_text
	dma_do "$@" write "text=$text" >/tmp/dma || dma_failed "write $*" || return
	expect_memory "$text" "memory after write $*"
}

dma_reads() { # read|exec BDF PASID [OPTION...]
	local how=$1 text memory iova
	shift
	find_memory "$1" "$2" || return
	fill_memory
	dma_do "$@" "$how" "expect=$text" >/tmp/dma || dma_failed "$how $*"
}

dma_ok() { # BDF PASID [OPTION...]
	dma_writes "$@" && dma_reads read "$@"
}

# A write by DMA changes no memory, and the device sees the refusal: REFUSAL is what dma prints.
refused_write() { # REFUSAL BDF PASID [OPTION...]
	local refusal=$1 text memory iova
	shift
	find_memory "$1" "$2" || return
	fill_memory
	dma_do "$@" write len=36 >/tmp/dma || true
	expect_refusal "$refusal" "write $*" || return
	expect_memory "$text" "memory after write $*"
}

refused_read() { # REFUSAL read|exec BDF PASID [OPTION...]
	local refusal=$1 how=$2 text memory iova
	shift 2
	find_memory "$1" "$2" || return
	fill_memory
	dma_do "$@" "$how" len=4 show >/tmp/dma || true
	expect_refusal "$refusal" "$how $*" || return
	expect_equal "$data" '\x00\x00\x00\x00' "data after $how $*"
}

# Sets data to the data that dma printed.
expect_refusal() { # REFUSAL WHAT
	local word ok of count
	{
		read -r word ok of count _
		read -r data || true
	} </tmp/dma
	expect_equal "$word $ok $of $count" "$1 0 of 1" "$2"
}

dma_denied() { # BDF PASID [OPTION...]: the translation that the device got does not allow it
	refused_write denied "$@" && refused_read denied read "$@"
}

dma_blocked() { # BDF PASID REASON [OPTION...]: the IOMMU blocks it, and the kernel logs the fault
	local bdf=$1 pasid=$2 reason=$3
	shift 3
	mark_log
	refused_write blocked "$bdf" "$pasid" "$@" || return
	expect_fault "$bdf" "$pasid" "$reason" || return
	mark_log
	refused_read blocked read "$bdf" "$pasid" "$@" || return
	expect_fault "$bdf" "$pasid" "$reason"
}

exec_blocked() { # BDF PASID REASON [OPTION...]
	local bdf=$1 pasid=$2 reason=$3
	shift 3
	mark_log
	refused_read blocked exec "$bdf" "$pasid" "$@" || return
	expect_fault "$bdf" "$pasid" "$reason"
}

dma_field() { # BDF NAME: prints a counter of the engine, or `ok`
	local words word
	words=$(dma "$1" status) || true
	words="ok=${words#* }"
	for word in $words; do
		[ "${word%%=*}" != "$2" ] || echo "${word#*=}"
	done
}

# Starts an endless burst and waits until it runs. It is not faster, because each failure is an interrupt of the IOMMU.
dma_burst() { # BDF PASID WORD...
	dma_do "$@" start keep-going count=0xffffffff interval=500
	await 5 dma_runs "$1"
}

dma_runs() { # BDF
	local before
	before=$(dma_field "$1" ok)
	usleep 10000
	[ "$(dma_field "$1" ok)" -gt "$before" ]
}

# An endless burst goes on trying, and none of its transfers completes any more.
expect_dma_stopped() { # BDF
	local ok failed
	ok=$(dma_field "$1" ok)
	failed=$(dma_field "$1" failed)
	await 5 has_failed "$1" $((failed + 100)) || return
	expect_equal "$(dma_field "$1" ok)" "$ok" "$1's transfers completed a while later"
}

has_failed() { # BDF NUMBER: at least NUMBER transfers have failed
	[ "$(dma_field "$1" failed)" -ge "$2" ]
}

# The number that DMA writes with the option `stamp`, which is never 0.
stamp_in() { # FILE
	dd if="$1" bs=4 count=1 2>/dev/null | od -An -tu4 | tr -d ' '
}

# The shell does it itself: thousands of transfers fit into the time that a program takes to start.
clear_stamp() { # FILE
	printf '\0\0\0\0' 1<>"$1"
}

# `faults` prints what the kernel logs after this mark.
mark_log() {
	local text
	fresh_text
	mark=$text
	echo "mark $mark" >/dev/kmsg
}

# Prints the lines about faults that the kernel has logged since the mark, or those that match PATTERN.
faults() { # [PATTERN]
	dmesg | sed -n "1,/mark $mark/d; /Request device \[.*fault reason/!d; /${1-}/p"
}

# Newer kernels print the PCI domain, too.
has_fault() { # BDF PASID|none REASON
	local pasid="NO_PASID"
	[ "$2" = none ] || pasid=$(printf 'PASID 0x%x' "$2")
	[ -n "$(faults "$pasid\] Request device \[\(0000:\)\?${1#0000:}\] .*\[fault reason $3\]")" ]
}

expect_fault() { # BDF PASID|none REASON: waits for it, because the IOMMU's interrupt can come late
	await 3 has_fault "$@" && return
	faults
	return 1
}

expect_no_fault() {
	expect_said "mark $mark" # otherwise the log has lost lines
	expect_equal "$(faults)" '' 'faults'
}

# --- The modules -------------------------------------------------------------------------------------------

# shellcheck disable=SC2120 # tests pass parameters
load() { # [PARAMETER...]
	modprobe intel-pasid-ctl "$@"
}

unload() {
	rmmod intel-pasid-ctl
}

is_loaded() {
	grep -q '^intel_pasid_ctl ' /proc/modules
}

load_and_unload() { # TIMES, with a deny in between
	local i=0
	while [ "$i" -lt "$1" ]; do
		load
		set_ctl "$(vf 0)" -enable
		set_ctl "$(vf 0)" default
		unload
		i=$((i + 1))
	done
}

load_client() {
	modprobe pasid-lab-client
}

# --- Failing allocations -------------------------------------------------------------------------------------
# On kernels with fault injection (Documentation/fault-injection), allocations and copies from and to user space can be
# made to fail. These functions choose which: those with an address of RANGE on the stack, but none with an address of
# SPARED, a function whose failure makes the kernel warn.

fail_below() { # RANGE SPARED: both as function_range has them
	local dir
	for dir in /sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc /sys/kernel/debug/fail_usercopy; do
		echo 0 >$dir/verbose
		echo N 2>/dev/null >$dir/ignore-gfp-wait || true
		echo 0 2>/dev/null >$dir/min-order || true
		echo "${1% *}" >$dir/require-start
		echo "${1#* }" >$dir/require-end
		echo "${2% *}" >$dir/reject-start
		echo "${2#* }" >$dir/reject-end
	done
}

# Chooses what the code of modules calls; all modules are in the 16 MiB in which the first one is. By default the
# removal of a probe is spared.
fail_below_modules() { # [FUNCTION]
	local first
	first=$(awk '{ print $6 }' /proc/modules | sort | head -n 1)
	fail_below "${first%??????}000000 0xffffffffff000000" "$(function_range "${1-__disarm_kprobe_ftrace}")"
}

# kmemleak allocates memory for its own records, and has a reserve in case that fails. A failure there would test
# nothing, so its caches are spared.
spare_kmemleak() {
	local cache
	for cache in /sys/kernel/slab/*/failslab; do
		case $cache in
		*/kmemleak_*) ;;
		*) echo 1 2>/dev/null >"$cache" || true ;; # not where caches have been merged
		esac
	done
	echo Y >/sys/kernel/debug/failslab/cache-filter
}

function_range() { # NAME: prints the address of a kernel function, and of what follows it
	awk -v name="$1" 'first != "" && $1 != first { print "0x" first, "0x" $1; found = 1; exit }
		$3 == name { first = $1 }
		END { exit !found }' /proc/kallsyms
}

# --- VFIO clients ------------------------------------------------------------------------------------------
# A client is a process that holds a VF open as a VMM does, and takes commands.

load_vfio() { # [PARAMETER...]
	modprobe vfio_iommu_type1
	modprobe pasid-vfio-pci "$@"
}

unload_vfio() {
	rmmod pasid-vfio-pci
}

bind() { # BDF [DRIVER]
	[ ! -e "$pci/$1/driver" ] || echo "$1" >"$pci/$1/driver/unbind"
	echo "${2-pasid-vfio-pci}" >"$pci/$1/driver_override"
	echo "$1" >/sys/bus/pci/drivers_probe
	[ -e "$pci/$1/driver" ]
}

unbind() { # BDF
	clients_kill
	echo "$1" >"$pci/$1/driver/unbind"
	echo >"$pci/$1/driver_override"
}

# Prints 0, or the name of the error with which the VF could not be opened. CLIENT_UID is the client's user.
client_open() { # NAME BDF [iommufd]
	local dir=/tmp/client.$1
	rm -rf "$dir"
	mkdir "$dir"
	mkfifo "$dir/ask" "$dir/tell"
	vfio-client "$2" "$dir" ${3+"$3"} >/dev/null 2>"$dir/err" &
	echo $! >"$dir/pid"
	cat "$dir/tell"
}

# Sends a client a command, and prints the answer.
client() { # NAME COMMAND...
	local dir=/tmp/client.$1
	shift
	echo "$*" >"$dir/ask"
	cat "$dir/tell"
}

client_gone() { # NAME
	! kill -0 "$(cat "/tmp/client.$1/pid")" 2>/dev/null
}

client_close() { # NAME
	echo quit >"/tmp/client.$1/ask"
	await 10 client_gone "$1"
}

# Kills the clients that a failed test has left.
clients_kill() {
	local dir
	for dir in /tmp/client.*; do
		[ ! -e "$dir/pid" ] || client_gone "${dir#*.}" || client_kill "${dir#*.}"
	done
}

client_kill() { # NAME
	kill -9 "$(cat "/tmp/client.$1/pid")"
	await 10 client_gone "$1"
}

expect_client() { # ANSWER NAME COMMAND...
	local should=$1
	shift
	expect_equal "$(client "$@")" "$should" "client $*"
}

# A VF is free if it is as it was before it had a user.
remember_free() { # BDF
	kernel_sees "$1" >/tmp/free
}

expect_free() { # BDF
	expect_file "$pci/$1/pasid_status/requested" '+enable +exec +priv +pri' &&
		expect_file "$pci/$1/pasid_status/entries" 0 || return
	kernel_sees "$1" >/tmp/now
	expect_same /tmp/free /tmp/now 'tables'
}

# --- Between test files that share a machine ---------------------------------------------------------------------

# Prints how many VFs there are; nothing in a machine without a PF.
count_vfs() {
	cat "$pci/$(pf)/sriov_numvfs" 2>/dev/null
}

# Puts the machine back to its first state. If that fails, the next test file needs another machine. Settings of VFs
# go with the VFs; page requests that the kernel enabled on demand in the PF stay on.
tidy() { # VFS, what count_vfs printed in the beginning
	clients_kill 2>/dev/null
	echo default 2>/dev/null >"$pci/$(pf)/mock/vf_config"
	echo 1 2>/dev/null >"$pci/$(pf)/mock/pasid"
	rmmod pasid-lab-user 2>/dev/null
	set_numvfs 0
	rmmod pasid-vfio-pci 2>/dev/null
	lab_do iopf "$(pf)" off 2>/dev/null
	rmmod pasid-lab-client 2>/dev/null
	! is_loaded || unload || return 1
	dmesg -c >/dev/null
	echo >/sys/kernel/tracing/trace
	if [ -n "$1" ]; then
		set_numvfs "$1"
	elif [ -e /sys/module/mock_sriov_pf ]; then
		rmmod mock-sriov-pf
	fi
}

# --- Another kernel ------------------------------------------------------------------------------------------
# A machine with --vmlinuz can start its kernel once more. The new kernel boots from a copy of this one's root, and
# runs the same file: is_second_kernel tells which of the two runs it.

is_second_kernel() {
	[ -n "${LAB_TESTS-}" ]
}

# Loads it; the words are for its command line. It makes no VFs by itself.
load_kernel() { # load|crash [WORD...]
	local how=$1 line
	shift
	sed -i "s/^vfs=.*/vfs=0/" /etc/lab.conf
	(cd / && find init bin etc lab lib ! -name vmlinuz | cpio -o -H newc) >/tmp/initrd 2>/dev/null
	line=$(sed 's/crashkernel=[^ ]*//' /proc/cmdline)
	kexec "$how" /lab/vmlinuz /tmp/initrd "$line LAB_TESTS=$tests $*"
	rm /tmp/initrd
}
