#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# What the module tells of itself: the state of the whole in /sys/module/intel_pasid_ctl/status, counters of a VF in
# pasid_status/. Requests that the IOMMU refuses are counted, and the kernel still logs them.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)
sibling=$(vf 1)
user=$(vf 2)
whole=/sys/module/intel_pasid_ctl/status
tracing=/sys/kernel/tracing
kprobes=/sys/kernel/debug/kprobes/enabled

prepare() {
	local bdf bit
	load_client
	for bit in SRS NEST; do
		lab_do ecap set "$vf" "$bit" 2>/dev/null || true
	done
	for bdf in "$vf" "$sibling"; do
		lab_do attach "$bdf" 5
		lab_do memory "$bdf"
	done
	lab_do faults all
	load
}

counter() { # NAME
	cat "$pci/$vf/pasid_status/$1"
}

has_counted() { # LINES
	[ "$(counter faults)" = "$1" ]
}

# The interrupt of the IOMMU can come late.
expect_counted() { # LINES
	await 3 has_counted "$1" && return
	expect_equal "$(counter faults)" "$1" faults
}

files_have_their_modes() {
	local file
	for file in faults changes invalidations failures ats_restored; do
		expect_equal "$(stat -c %a "$pci/$vf/pasid_status/$file")" 444 "mode of pasid_status/$file"
	done
	for file in enforcing hooks selftest; do
		expect_equal "$(stat -c %a "$whole/$file")" 444 "mode of status/$file"
	done
	[ -s /sys/module/intel_pasid_ctl/version ]
}

# --- Refused requests ----------------------------------------------------------------------------------------

nothing_yet() {
	expect_counted ''
	dma_ok "$vf" 5
	dma_ok "$vf" none
	expect_counted ''
}

# dma_blocked does two transfers and expects that the kernel logs each. A refused one of the sibling is not the VF's.
counts_by_reason() {
	set_ctl "$vf" -enable
	dma_blocked "$vf" 5 0x45
	expect_counted '0x45 2'
	set_ctl "$vf" default
	set_ctl "$sibling" -enable
	dma_blocked "$sibling" 5 0x45
	set_ctl "$sibling" default
	dma_blocked "$vf" 5 0x5d priv
	expect_counted '0x45 2
0x5d 2'
}

traced() {
	mark_log
	echo 1 >"$tracing/events/pasid_ctl/pasid_fault/enable"
	set_ctl "$vf" -enable
	: >"$tracing/trace"
	dma_blocked "$vf" 5 0x45
	expect_counted '0x45 4
0x5d 2'
	set_ctl "$vf" default
	echo 0 >"$tracing/events/pasid_ctl/pasid_fault/enable"
	grep -o "pasid_fault: $vf .*" "$tracing/trace" >/tmp/traced
	cat /tmp/traced
	expect_equal "$(sed 's/ addr=.*//' /tmp/traced)" "pasid_fault: $vf rid=$(rid) pasid=5 reason=0x45 type=write
pasid_fault: $vf rid=$(rid) pasid=5 reason=0x45 type=read" 'trace'
	grep -q " addr=$(traced_page)\$" /tmp/traced
}

rid() {
	local bus=${vf#*:} devfn
	devfn=${bus#*:}
	printf '0x%x' $((0x${bus%:*} << 8 | 0x${devfn%.*} << 3 | ${devfn#*.}))
}

# The page that the transfers were for.
traced_page() {
	local memory iova
	find_memory "$vf" 5
	printf '0x%x' $((iova & ~0xfff))
}

# The kernel prints a few faults in 5 s, and clears all.
counts_what_is_not_logged() {
	local i=0
	lab_do faults few
	set_ctl "$sibling" -enable
	mark_log
	while [ "$i" -lt 30 ]; do
		dma_do "$sibling" 5 write len=4 >/dev/null || true
		i=$((i + 1))
	done
	set_ctl "$sibling" default
	lab_do faults all
	expect_less "$(faults | wc -l)" 20 'logged faults'
	await 3 grep -qx '0x45 32' "$pci/$sibling/pasid_status/faults"
}

# --- What the module has done ----------------------------------------------------------------------------------

counters() {
	echo "$(counter changes) $(counter invalidations) $(counter failures)"
}

# Prints the same, of what the trace has.
traced_counters() {
	awk -v vf="$vf" '
		$0 !~ " " vf " " { next }
		/ pasid_apply: / { changes++ }
		/ pasid_flush: / { sub(/.* descriptors=/, ""); invalidations += $1; failures += !/ err=0$/ }
		END { print changes + 0, invalidations + 0, failures + 0 }' "$tracing/trace"
}

# Prints what is in the second of two lines of numbers and not in the first one.
difference() { # BEFORE AFTER
	echo "$1 $2" | awk '{ for (i = 1; i <= NF / 2; i++) printf "%s%d", (i > 1 ? " " : ""), $(i + NF / 2) - $i }'
}

trace_while() { # COMMAND...: sets more to what the counters have more
	local before
	echo 1 >"$tracing/events/pasid_ctl/enable"
	: >"$tracing/trace"
	before=$(counters)
	"$@"
	echo 0 >"$tracing/events/pasid_ctl/enable"
	more=$(difference "$before" "$(counters)")
	expect_equal "$more" "$(traced_counters)" 'changes, invalidations and failures'
}

counts_are_the_traces() {
	local more
	trace_while set_ctl "$vf" -enable
	case $more in
	'1 '[1-9]*' 0') ;;
	*) echo "after -enable: $more" && return 1 ;;
	esac
	trace_while set_ctl "$vf" -enable
	expect_equal "$more" '0 0 0' 'after a write that changes nothing'
	trace_while set_ctl "$vf" default
	trace_while set_up_by_a_hook
}

# The entry gets SRE from the hook, as the VF's user may have it.
set_up_by_a_hook() {
	lab_do attach "$vf" 6
	lab_do detach "$vf" 6
}

failing_write() {
	lab_do fail-qi 1000
	expect_equal "$(answer "$pci/$vf/pasid_ctl" -enable)" EIO answer
	expect_file "$whole/enforcing" 'no: an invalidation is owed'
	lab_do fail-qi 0
	await 10 grep -q none "$pci/$vf/pasid_status/owed"
	await 3 grep -qx yes "$whole/enforcing"
}

failures_are_counted() {
	local more
	trace_while failing_write
	[ "${more##* }" -gt 0 ]
	set_ctl "$vf" default
}

# The VF switches its ATS off when a translation request is refused. The grant switches it on.
ats_is_counted() {
	local before
	before=$(counter ats_restored)
	set_ctl "$vf" -enable
	dma_do "$vf" 5 write ats len=4 >/dev/null || true
	expect_equal "$(ats_enable "$vf")" 0 'ATS Enable'
	set_ctl "$vf" default
	expect_equal "$(ats_enable "$vf")" 1 'ATS Enable'
	expect_equal "$(counter ats_restored)" $((before + 1)) ats_restored
}

# --- The state of the whole --------------------------------------------------------------------------------------

says() { # FILE LINE
	grep -qx "$2" "$whole/$1"
}

all_is_well() {
	expect_file "$whole/enforcing" yes
	expect_file "$whole/selftest" passed
	says hooks 'dmar_fault armed 0'
	says hooks 'intel_pasid_setup_nested armed 0'
	says hooks 'intel_pasid_setup_first_level idle 0'
	expect_fails says hooks '.* off .*'
}

# Functions that the kernel does not have are absent, and no others.
absent_is_absent() {
	local name state
	awk 'NR == FNR { hook[$1]; next } $3 in hook { print $3 }' "$whole/hooks" /proc/kallsyms >/tmp/there
	while read -r name state _; do
		expect_equal "$name $([ "$state" = absent ] || echo there)" \
			"$name $(grep -qx "$name" /tmp/there && echo there)" 'hook' || return
	done <"$whole/hooks"
	[ "$(wc -l <"$whole/hooks")" -gt 20 ]
}

on_demand() {
	modprobe pasid-lab-user
	first_user "$user" all
	says hooks 'intel_pasid_setup_first_level armed 0'
	user_do put "$user"
	says hooks 'intel_pasid_setup_first_level idle 0'
	rmmod pasid-lab-user
}

no_vf() {
	lab_do detach-all "$vf"
	lab_do detach-all "$sibling"
	set_numvfs 0
	expect_file "$whole/enforcing" 'no: no VF is under control'
	expect_file "$whole/selftest" passed
	set_numvfs 3
	expect_file "$whole/enforcing" yes
}

missed() {
	attach_or_skip "$vf" 1 nested
	lab_do detach "$vf" 1
	lab_do hold-hooks intel_pasid_setup_nested 0
	lab_do attach "$vf" 1 nested
	lab_do hold-hooks off
	says hooks 'intel_pasid_setup_nested armed 1'
	expect_file "$whole/enforcing" 'no: calls went by unseen'
	set_all_ctl default
	expect_file "$whole/enforcing" yes
	lab_do detach "$vf" 1
}

# A read of the files does not try a probe, so the module has to have noticed it.
probes_off() {
	echo 0 >"$kprobes"
	await 10 says enforcing 'no: probes do not fire'
	expect_file "$whole/selftest" failed
	says hooks 'dmar_fault off 0'
	expect_fails says hooks '.* armed .*'
	echo 1 >"$kprobes"
	await 30 says enforcing yes
	expect_file "$whole/selftest" passed
	says hooks 'dmar_fault armed 0'
	expect_fails says hooks '.* off .*'
}

goes() {
	unload
	[ ! -e "$whole" ]
}

given 'VFs have PASIDs and memory' prepare
it 'the files are there, for all to read' files_have_their_modes
it 'a request that is not refused is not counted' nothing_yet
it 'refused requests are counted by reason, for the VF that sent them alone, and the kernel logs each' counts_by_reason
it 'a refused request is in the trace: requester, PASID, reason, type, address' traced
it 'refused requests that the kernel does not log are counted, too' counts_what_is_not_logged
it 'changes, invalidations and failures are those of the trace' counts_are_the_traces
it 'invalidations that fail are counted; the module enforces again when they are made up for' failures_are_counted
it 'ATS that is switched on again is counted' ats_is_counted
it 'the module is enforcing, its self-test has passed, its hooks are armed' all_is_well
it 'hooks on functions that this kernel does not have are absent, and no others' absent_is_absent
it 'hooks on demand are armed while a user is registered' on_demand
it 'a missed call is counted, and the module is not enforcing until it has looked at all entries' missed
it 'while probes are off the module is not enforcing, the self-test has failed, the hooks are off' probes_off
it 'without a VF the module is not enforcing' no_vf
it 'the module can be unloaded at the end' goes
finish
