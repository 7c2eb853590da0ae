#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154 # pci and lab come from lib.sh
# The part of scripts/bench that runs inside a lab machine: prints a line per figure, with its target.
set -eu
# shellcheck source=/dev/null
. /lab/lib.sh >/dev/null # which greets as a test does

rounds=8
runs=10   # in each
loops=300 # in each

first=$(vf 0)
second=$(vf 1)

line() { # WHAT MEASURED [TARGET]
	printf '  %-38s %-52s %s\n' "$1" "$2" "${3:--}"
}

# --- Attach and detach -------------------------------------------------------------------------------------

# Short runs, several in a row: what disturbs one then does not spoil them all.
attach_detach() { # FILE: adds nanoseconds to it
	local run=0
	# The code was patched when probes came or went: the emulator translates it anew, which is not the question.
	lab_do bench "$first" 5 200
	while [ $run -lt $runs ]; do
		run=$((run + 1))
		lab_do bench "$first" 5 $loops
		cat "$lab/result" >>"$1"
	done
}

median() { # FILE
	sort -n "$1" | awk '{ value[NR] = $1 } END { print int((value[int((NR + 1) / 2)] + value[int(NR / 2) + 1]) / 2) }'
}

fastest() { # FILE
	sort -n "$1" | head -n 1
}

spread() { # FILE
	sort -n "$1" | sed -n '1p;$p' | xargs printf '%d to %d'
}

# Taken in turns: what else the host does meanwhile then hits both sides alike.
bench_attach() {
	local round=0 without with
	while [ $round -lt $rounds ]; do
		round=$((round + 1))
		attach_detach /tmp/without
		load
		attach_detach /tmp/with
		unload
	done
	without=$(median /tmp/without)
	with=$(median /tmp/with)
	line 'attach and detach, module not loaded' "$without ns, median of $((rounds * runs)) ($(spread /tmp/without))"
	line 'attach and detach, module loaded' "$with ns, median of $((rounds * runs)) ($(spread /tmp/with))"
	line 'loaded to not loaded' "$(ratio "$with" "$without") (of the fastest: $(ratio "$(fastest /tmp/with)" "$(fastest /tmp/without)"))" 'at most 1.05'
}

ratio() { # A B
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'
}

# --- What a write costs ------------------------------------------------------------------------------------

# Writes once and sets $descriptors, without the waits, and $submissions.
count() { # BDF TEXT
	witness inval mark
	set_ctl "$1" "$2"
	witness inval --summary >/tmp/summary
	submissions=$(sed -n 's/^submissions //p' /tmp/summary)
	descriptors=$(($(sed -n 's/^descriptors //p' /tmp/summary) - submissions))
}

centiseconds() { # since boot
	local up
	read -r up _ </proc/uptime
	echo "${up%.*}${up#*.}"
}

# Microseconds of one write, from as many as fit into a second: the clock above is coarse.
time_of_writes() { # BDF TEXT TEXT, in turns
	local file=$pci/$1/pasid_ctl writes=0 start passed=0 i
	start=$(centiseconds)
	while [ $passed -lt 100 ]; do
		i=0
		while [ $i -lt 50 ]; do
			echo "$2" >"$file"
			echo "$3" >"$file"
			i=$((i + 1))
		done
		writes=$((writes + 100))
		passed=$(($(centiseconds) - start))
	done
	echo $((passed * 10000 / writes))
}

# The recipe is one of the context cache and one of the device TLB, and two for each domain, of which RID_PASID
# has one of its own; two submissions for each 64 of them.
show_count() { # WHAT DOMAINS
	local batches=$(((descriptors + 63) / 64))
	line "$1" "$descriptors descriptors, $submissions submissions" \
		"$((2 * ($2 + 1) + 2)) descriptors, at most $((2 * batches)) submissions"
}

base= # microseconds of the first case

bench_enable() { # PASIDS DOMAINS
	local case="$1 PASID(s), $2 domain(s)" time
	lab_do attach-range "$first" 64 "$1" paging "$2"
	count "$first" -enable
	show_count "-enable, $case" "$2"
	count "$first" +enable
	show_count "+enable, $case" "$2"
	time=$(time_of_writes "$first" -enable +enable)
	base=${base:-$time}
	line '  time of such a write' "$time us, $(ratio "$time" "$base") of the first case"
	lab_do detach-all "$first"
}

bench_no_change() {
	local all=0 text
	lab_do attach-range "$first" 64 64 paging 8
	for text in +enable default "$(cat "$pci/$first/pasid_ctl")"; do
		count "$first" "$text"
		all=$((all + descriptors + submissions))
	done
	set_ctl "$first" -enable
	count "$first" -enable
	line 'writes that change nothing' "$((all + descriptors + submissions)) descriptors" '0 descriptors'
	set_ctl "$first" default
	line '  time of such a write' "$(time_of_writes "$first" default +enable) us"
	lab_do detach-all "$first"
}

# PASID by PASID, as entries change: PASID cache, IOTLB, device TLB.
bench_priv() { # PASIDS
	lab_do attach-range "$second" 64 "$1" paging 4
	expect_equal "$(witness walk "$second" | grep -c ' pasid .*SRE=1')" "$1" 'entries with SRE'
	count "$second" -priv
	line "-priv, $1 entries with SRE" \
		"$descriptors descriptors, $submissions submissions: $((descriptors / submissions)) each" 'at least 32 each'
	set_ctl "$second" +priv
	lab_do detach-all "$second"
}

# --- Configuration space -----------------------------------------------------------------------------------

# In turns, like attaches. 0x10 is nobody's but vfio-pci-core's; at 0x180 there is the capability's header.
config_accesses() { # DRIVER READS WRITES [AT]: appends to two files
	bind "$first" "$1"
	vfio-bench "$first" 3000 "${4-0x10}" >/tmp/accesses
	cut -d' ' -f2 /tmp/accesses >>"$2"
	cut -d' ' -f4 /tmp/accesses >>"$3"
}

bench_config() {
	local round=0 what
	modprobe vfio-pci
	load_vfio allow_type1=1 ranges=1b36:5052@0x180-0x187
	while [ $round -lt $((2 * rounds)) ]; do
		round=$((round + 1))
		config_accesses vfio-pci /tmp/plain-reads /tmp/plain-writes
		config_accesses pasid-vfio-pci /tmp/our-reads /tmp/our-writes
		config_accesses pasid-vfio-pci /tmp/cap-reads /tmp/cap-writes 0x180
	done
	unbind "$first"
	unload_vfio
	for what in reads writes; do
		line "config $what, vfio-pci" "$(median /tmp/plain-$what) ns, median of $((2 * rounds)) ($(spread /tmp/plain-$what))"
		line "config $what, pasid-vfio-pci" "$(ratio "$(median /tmp/our-$what)" "$(median /tmp/plain-$what)") of that" 'at most 1.10'
		line "  of the emulated capability" "$(ratio "$(median /tmp/cap-$what)" "$(median /tmp/plain-$what)") of that"
	done
}

load_client
bench_attach
load
for case in '1 1' '64 1' '64 8' '4096 1' '4096 8'; do
	# shellcheck disable=SC2086 # two words
	bench_enable $case
done
bench_no_change
bench_config
unload

lab_do ecap set "$second" SRS
modprobe pasid-lab-user
user_do get "$second" all
for pasids in 32 256 4096; do
	bench_priv $pasids
done
