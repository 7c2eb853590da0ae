#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154 # pci and lab come from lib.sh
# The part of scripts/bench that counts instructions and descriptors, and measures how long interrupts and tasks wait. The
# machine's clock counts instructions: 1 ns is one instruction.
set -eu
# shellcheck source=/dev/null
. /lab/lib.sh >/dev/null # it prints the first line of KTAP
# shellcheck source=/dev/null
. /lab/bench-lib.sh

rounds=3
tracing=/sys/kernel/tracing
first=$(vf 0)
vfs=$(all_vfs)
ctl=$pci/$first/pasid_ctl
mock=$pci/$(pf)/mock

# --- Attach and detach -------------------------------------------------------------------------------------

attach_detach() { # FILE: appends the results
	local run=0
	lab_do bench "$first" 5 100 # fills the processor's caches
	while [ $run -lt 10 ]; do
		run=$((run + 1))
		lab_do bench "$first" 5 50
		cat "$lab/result" >>"$1"
	done
}

bench_attach() {
	local round=0
	while [ $round -lt $rounds ]; do
		round=$((round + 1))
		attach_detach /tmp/without
		load
		attach_detach /tmp/with
		set_ctl "$first" -enable
		attach_detach /tmp/denied
		set_ctl "$first" default
		unload
	done
	figure 'attach and detach, module not loaded' "$(median /tmp/without) instructions ($(spread /tmp/without))"
	figure '  module loaded' "$(ratio "$(median /tmp/with)" "$(median /tmp/without)") of that" 'at most 1.05'
	figure '  module loaded, -enable' "$(ratio "$(median /tmp/denied)" "$(median /tmp/without)") of that" 'at most 1.05'
}

# --- Configuration space -----------------------------------------------------------------------------------

# Only vfio-pci-core handles offset 0x10; the emulated capability is at 0x180; accesses to 0x200 are counted.
config_accesses() { # DRIVER NAME [AT [STEP]]: appends to two files
	bind "$first" "$1"
	vfio-bench "$first" 300 "${3-0x10}" "${4-0}" >/tmp/accesses
	cut -d' ' -f2 /tmp/accesses >>"/tmp/$2-reads"
	cut -d' ' -f4 /tmp/accesses >>"/tmp/$2-writes"
}

bench_config() {
	local round=0 what plain unknown
	modprobe vfio-pci
	load_vfio allow_type1=1 ranges=1b36:5052@0x180-0x187
	while [ $round -lt $rounds ]; do
		round=$((round + 1))
		config_accesses vfio-pci plain
		config_accesses vfio-pci unknown 0x200 4
		config_accesses pasid-vfio-pci ours
		config_accesses pasid-vfio-pci observed 0x200 4
		config_accesses pasid-vfio-pci cap 0x180
	done
	unbind "$first"
	unload_vfio
	for what in reads writes; do
		plain=$(median /tmp/plain-$what)
		figure "config $what, vfio-pci" "$plain instructions ($(spread /tmp/plain-$what))"
		figure '  pasid-vfio-pci' "$(ratio "$(median /tmp/ours-$what)" "$plain") of that" 'at most 1.10'
		figure '  of the emulated capability' "$(ratio "$(median /tmp/cap-$what)" "$plain") of that"
		unknown=$(median /tmp/unknown-$what)
		figure "config $what of bytes that no capability has" "$unknown instructions ($(spread /tmp/unknown-$what))"
		figure '  pasid-vfio-pci, which counts them' "$(ratio "$(median /tmp/observed-$what)" "$unknown") of that" 'at most 1.10'
	done
}

# --- What a write costs the queue --------------------------------------------------------------------------

by_admin() { # WORD
	echo "$1" >"$ctl"
}

by_user() { # WORD
	user_do request "$first" "$1"
}

# Denies and grants each permission, and prints for each write how many descriptors the module reports. The IOMMU must
# have received the same number, each in a submission of its own.
count_writes() { # ACTOR
	local kind word said seen submissions
	echo >$tracing/trace
	witness inval mark
	for kind in $kinds; do
		for word in -$kind +$kind; do
			echo "write $word" >$tracing/trace_marker
			"$1" "$word"
		done
	done
	witness inval --summary >/tmp/summary
	submissions=$(sed -n 's/^submissions //p' /tmp/summary)
	awk '/ write [-+]/ { n++ }
		/ pasid_flush: / { sub(".*descriptors=", ""); descriptors[n] += $0; all += $0 }
		END { for (i = 1; i <= n; i++) printf "%8d", descriptors[i]; print " ", all }' \
		$tracing/trace >/tmp/counted
	said=$(sed 's/.* //' /tmp/counted)
	seen=$(sed -n 's/^descriptors //p' /tmp/summary)
	expect_equal "$((seen - submissions)) in $submissions" "$said in $said" 'descriptors and submissions that were seen'
	sed 's/ [0-9]*$//' /tmp/counted
}

bench_counts() {
	local pasids domains actor kind
	echo 1 >$tracing/events/pasid_ctl/pasid_flush/enable
	for actor in by_admin by_user; do
		printf '\n  descriptors of a write %s, each submitted alone\n  %-13s' "${actor%_*} the ${actor#*_}" 'PASIDs domains'
		for kind in $kinds; do
			printf '%8s%8s' -"$kind" +"$kind"
		done
		printf '   goal: at most 16 descriptors\n'
		for pasids in 1 4 64 1024 4096; do
			for domains in 1 3 4 16 64; do
				[ $domains -le $pasids ] || continue
				lab_do attach-range "$first" 64 $pasids paging $domains
				printf '  %6d %6d%s\n' $pasids $domains "$(count_writes $actor)"
				lab_do detach-all "$first"
			done
		done
	done
	echo
	echo 0 >$tracing/events/pasid_ctl/pasid_flush/enable
}

# --- What a write costs the processor ------------------------------------------------------------------------

base= # of the first case

instructions_of() { # WHAT FILE TEXT FILE TEXT: the sum of both writes
	local what=$1 both
	shift
	write-bench 5 "$@" >/tmp/each
	both=$(awk '{ sum += $1 } END { print sum }' /tmp/each)
	base=${base:-$both}
	figure "$what" "$both instructions, $(ratio "$both" "$base") of the first"
}

bench_writes() {
	local pasids
	for pasids in 1 64 4096; do
		lab_do attach-range "$first" 64 $pasids paging $((pasids < 16 ? pasids : 16))
		instructions_of "-enable and +enable, $pasids PASIDs" "$ctl" -enable "$ctl" +enable
		instructions_of "-priv and +priv, $pasids PASIDs" "$ctl" -priv "$ctl" +priv
		instructions_of "-priv and +priv by the user, $pasids PASIDs" \
			"$lab/user" "request $first -priv" "$lab/user" "request $first +priv"
		instructions_of "writes that change nothing, $pasids PASIDs" "$ctl" +all "$ctl" +all
		lab_do detach-all "$first"
	done
}

# --- How long interrupts and tasks wait ------------------------------------------------------------------------------

# The longest wait while a command writes without end. The kernel's own work, as the timer's tick, is part of it: compare
# with the first figure, in which nothing is written.
kept_out() { # WHAT MILLISECONDS COMMAND...
	local what=$1 duration=$2 writer
	shift 2
	"$@" &
	writer=$!
	lab_do latency 20000 "$duration"
	kill $writer
	wait $writer 2>/dev/null || true
	by_admin +all # the command may have been killed after a deny
	figure "$what" "interrupts $(cat "$lab/latency-irq"), tasks $(cat "$lab/latency-task") instructions"
}

lose_and_regain() { # without end
	local bdf
	while :; do
		echo 0 >"$mock/pasid"
		echo 1 >"$mock/pasid"
		for bdf in $vfs; do
			echo default >"$pci/$bdf/pasid_ctl"
		done
	done
}

# Interrupts are off during a whole call of qi_submit_sync().
submissions_take() { # WHAT COMMAND...
	local what=$1
	shift
	echo qi_submit_sync >$tracing/set_graph_function
	echo 1 >$tracing/max_graph_depth
	echo function_graph >$tracing/current_tracer
	echo >$tracing/trace
	"$@"
	echo 0 >$tracing/tracing_on
	sed -n 's/.* \([0-9]*\)\.\([0-9]*\) us .*/\1\2/p' $tracing/trace >/tmp/took
	echo nop >$tracing/current_tracer
	echo 1 >$tracing/tracing_on
	figure "  longest submission, $what" "$(sort -n /tmp/took | tail -n 1) of $(wc -l </tmp/took), interrupts off"
}

deny_and_grant() {
	by_admin -enable
	by_admin +enable
	by_admin -priv
	by_admin +priv
}

bench_kept_out() {
	local pasids
	kept_out 'longest wait: for the kernel, nothing written' 60 write-bench 0 /dev/null x
	for pasids in 1 4096; do
		lab_do attach-range "$first" 64 $pasids paging $((pasids < 16 ? pasids : 16))
		kept_out "longest wait: -enable, +enable, $pasids PASIDs" 60 write-bench 0 "$ctl" -enable "$ctl" +enable
		kept_out "longest wait: -priv, +priv, $pasids PASIDs" 60 write-bench 0 "$ctl" -priv "$ctl" +priv
		submissions_take "$pasids PASIDs" deny_and_grant
		lab_do detach-all "$first"
	done
	kept_out "longest wait: the PF loses PASID, $(count_vfs) VFs" 400 lose_and_regain
}

# Lines on the console would cost instructions.
dmesg -n 1
load_client
lab_do ecap set "$first" SRS
lab_do ecap set "$first" ERS
bench_attach
load
bench_config
modprobe pasid-lab-user
kinds='enable priv exec'
! enable_pri "$first" || kinds="$kinds pri"
user_do get "$first" all
set_ctl "$first" +all
bench_counts
bench_writes
bench_kept_out
