#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2012,SC2086,SC2119,SC2317
# kernels: lab debug
# Page requests: a VF's engine asks for a page that is not there, its user gets the request from iommufd, maps the page
# and answers, and the engine goes on. Nothing of this harms the PF or another VF. Only the lab's own kernels have iommufd.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

pf=$(pf)
first=$(vf 0)
second=$(vf 1)
plain=$(vf 2)
control='0x186 2'
pri_control='0x18c 2'
pri_status='0x18e 2'
capacity='0x190 4'
allocation='0x194 4'
device_control='0x48 2'
stopped=0x8100 running=0x8000 failed=0x8001

# A client's address space for requests maps nothing. The memory that it maps on request is a file.
memories=/tmp/memories
kprobes=/sys/kernel/debug/kprobes/enabled
enforcing=/sys/module/intel_pasid_ctl/status/enforcing

find_memory() { # BDF PASID
	memory=$1:$2 iova=0x10000
}

# The PF's own address space is the lab's, and nobody answers its requests.
prepare() {
	load_client
	lab_do faults all
	load
	load_vfio pri=1
	echo 0x180-0x197 >"$pci/$pf/vf_pasid_ranges"
	mkdir "$memories"
	lab_do attach "$pf" 9
	for vf in "$first" "$second" "$plain"; do
		bind "$vf"
		set_ctl "$vf" +all
	done
	enable_pri "$first"
}

open_for_requests() { # CLIENT BDF [ALLOCATION]
	expect_equal "$(client_open "$1" "$2" iommufd)" 0 "opening $2"
	truncate -s 4096 "$memories/$2:none" "$memories/$2:5" "$memories/$2:6"
	expect_client 0 "$1" attach none "$memories/$2:none"
	expect_client 0 "$1" attach 5 "$memories/$2:5" requests
	enables "$1" "${3-4}"
}

enables() { # CLIENT ALLOCATION
	expect_client 0 "$1" write $control 1
	expect_client 0 "$1" write $allocation "$2"
	expect_client 0 "$1" write $pri_control 1
}

opened() { # it: the client under test; other: a neighbour, whose requests have to go on
	clients_kill
	rm -f "$memories"/*
	open_for_requests it "$first" "$@"
	open_for_requests other "$second"
}

# Starts a transfer that needs a page, and does not wait. Sets asked, an address at which there is none yet.
page=0
ask() { # BDF
	page=$((page + 1))
	asked=$(printf 0x%x $((0x10000 + page * 4096)))
	dma_do "$1" 5 start write ats pri text=served-by-user-space "addr=$asked" >/dev/null
}

waits() { # BDF
	expect_equal "$(dma_field "$1" prg)" 1 "$1's request, without an answer"
}

# Sets address and cookie.
gets_request() { # CLIENT [PERMISSIONS [ADDRESS]]
	local pasid perm
	client "$1" request 10000 >/tmp/request
	read -r pasid address perm _ cookie </tmp/request
	expect_equal "$pasid $address $perm" "5 ${3-$asked} ${2--w}" 'the page request'
}

gets_none() { # CLIENT
	expect_client EAGAIN "$1" request 300
}

maps_and_answers() { # CLIENT BDF
	expect_client 0 "$1" map "$memories/$2:5" "$address"
	expect_client 0 "$1" answer "$cookie" 0
}

ends_with() { # BDF RESULT PRG
	dma "$1" wait >/tmp/dma || true
	expect_equal "$(sed 's/ [0-9].* prg=/ /' /tmp/dma)" "$2 $3" "$1's transfer"
}

refused() { # BDF
	ends_with "$1" pri-failed 101
}

served() { # CLIENT BDF
	ask "$2"
	gets_request "$1"
	waits "$2"
	maps_and_answers "$1" "$2"
	ends_with "$2" ok 100
	memory=$2:5
	expect_memory served-by-user-space "memory of $2"
	rm "$memories/$2:5"
	truncate -s 4096 "$memories/$2:5"
}

# A page that is not there. The PF's engine gets an answer as long as its page request interface works.
pf_works() {
	dma "$pf" write pasid=9 ats pri addr=0x7000000 len=4 >/tmp/dma || true
	expect_equal "$(sed -n 's/.* prg=//p' /tmp/dma)" 101 "the PF's request"
}

others_work() {
	served other "$second"
	expect_client $running other read $pri_status
	pf_works
}

no_response_since() {
	expect_equal "$(inval_count '^page-group-response')" 0 'responses that reached the IOMMU'
}

responses_since() { # NUMBER
	expect_equal "$(inval_count '^page-group-response')" "$1" 'responses that reached the IOMMU'
}

# The VFs' shares of what Linux allows the PF, and one share for the PF.
capability_is_shown() {
	local allowed
	opened
	expect_client '0x100:000e 0x110:000f 0x180:001b 0x188:0013' it chain
	expect_equal "$(xargs <"$pci/$first/pasid_status/cap_layout")" 'pasid 0x180 admin pri 0x188 admin' cap_layout
	allowed=$(allowed_pf)
	expect_client "$(printf 0x%x $((allowed / ($(count_vfs) + 1))))" it read $capacity
	expect_client $running it read $pri_status
}

pf_config() { # OFFSET: prints the 4 bytes there
	echo $((0x$(dd if="$pci/$pf/config" bs=1 "skip=$1" count=4 2>/dev/null | od -An -tx4 | tr -d ' ')))
}

# How many requests of the PF and its VFs may wait for an answer.
allowed_pf() {
	pf_config "$(pri_offset)"
}

# The offset of Outstanding Page Request Allocation in the PF's configuration space.
pri_offset() {
	local at=256 header
	while [ $at -ge 256 ]; do
		header=$(pf_config $at)
		if [ $((header & 0xffff)) = 19 ]; then
			echo $((at + 12))
			return
		fi
		at=$((header >> 20))
	done
	return 1
}

request_is_served() {
	opened
	served it "$first"
	others_work
}

read_is_served() {
	opened
	printf 'what the device is to read' 1<>"$memories/$first:5"
	dma_do "$first" 5 start read ats pri len=4 >/dev/null
	gets_request it r- 0x10000
	maps_and_answers it "$first"
	dma "$first" wait expect=what >/tmp/dma
}

# intel-iommu cannot be trusted with them. They get an answer, but not from the user.
without_pasid() {
	opened
	expect_client EINVAL it attach none "$memories/$first:5" requests
	dma_do "$first" none start write ats pri addr=0x7000000 len=4 >/dev/null
	refused "$first"
	gets_none it
	dma_ok "$first" none
	served it "$first"
	others_work
}

# Requests of two VFs and the PF at once; each gets its own answer.
all_at_once() {
	local its
	opened
	ask "$first"
	its=$asked
	ask "$second"
	pf_works
	waits "$first"
	waits "$second"
	gets_request other
	maps_and_answers other "$second"
	ends_with "$second" ok 100
	waits "$first"
	gets_request it -w "$its"
	maps_and_answers it "$first"
	ends_with "$first" ok 100
}

invalid_answer() {
	opened
	ask "$first"
	gets_request it
	expect_client 0 it answer "$cookie" 1
	refused "$first"
	served it "$first"
	others_work
}

# Response Failure is 2 here and 15 on the wire. iommufd takes neither, and the request stays.
wrong_answers() {
	opened
	ask "$first"
	gets_request it
	for code in 2 15 4294967295; do
		expect_client EINVAL it answer "$cookie" $code
	done
	expect_client EINVAL it answer $((cookie + 1)) 0
	waits "$first"
	maps_and_answers it "$first"
	ends_with "$first" ok 100
	expect_client EINVAL it answer "$cookie" 0
	others_work
}

# Ends the VF's page requests while one waits. The module answers it before COMMAND returns, and the client's answer,
# which comes later, goes nowhere.
taken_back() { # COMMAND...
	opened
	ask "$first"
	gets_request it
	waits "$first"
	witness inval mark
	"$@"
	responses_since 1
	refused "$first"
	expect_client 0 it answer "$cookie" 0
	responses_since 1
	others_work
}

denied() {
	taken_back set_ctl "$first" -pri
	mark_log
	ask "$first"
	ends_with "$first" pri-failed 200
	expect_fault "$first" 5 0x47
	gets_none it
	set_ctl "$first" +pri
	served it "$first"
}

guest_disables() {
	taken_back expect_client 0 it write $pri_control 0
	expect_client $stopped it read $pri_status
	expect_client 0 it write $pri_control 1
	served it "$first"
}

# What the user answers later goes nowhere, also if the VF waits again meanwhile.
reset() { # COMMAND...
	local old
	opened
	ask "$first"
	gets_request it
	old=$cookie
	witness inval mark
	"$@"
	responses_since 1
	registers_are_clear it
	enables it 4
	witness inval mark
	ask "$first"
	gets_request it
	expect_client 0 it answer "$old" 0
	no_response_since
	waits "$first"
	maps_and_answers it "$first"
	ends_with "$first" ok 100
	others_work
}

registers_are_clear() { # CLIENT
	expect_client 0x0 "$1" read $control
	expect_client 0x0 "$1" read $pri_control
	expect_client $stopped "$1" read $pri_status
	expect_client 0x0 "$1" read $allocation
}

# All VFs are as after power-on. Linux tells their driver nothing, so the module finds out a moment later.
reset_of_the_pf() {
	opened
	ask "$first"
	gets_request it
	waits "$first"
	witness inval mark
	echo 1 >"$pci/$pf/reset"
	await 10 expect_client 0x0 it read $allocation >/dev/null
	await 10 expect_client 0x0 other read $allocation >/dev/null
	registers_are_clear it
	registers_are_clear other
	expect_client 0 it answer "$cookie" 0
	no_response_since
	await 10 ats_is_on "$first"
	await 10 ats_is_on "$second"
	pf_works
	enables other 4
	others_work
	enables it 4
	served it "$first"
}

ats_is_on() { # BDF
	[ "$(ats_enable "$1")" = 1 ]
}

detached() {
	opened
	ask "$first"
	gets_request it
	expect_client 0 it detach 5
	refused "$first"
	expect_client EINVAL it answer "$cookie" 0
	expect_client 0 it attach 5 "$memories/$first:5" requests
	served it "$first"
	others_work
}

gone() { # BDF
	expect_file "$pci/$1/pasid_status/requested" '+enable +exec +priv +pri' &&
		expect_file "$pci/$1/pasid_status/entries" 0
}

ends() { # COMMAND...: ends the client while a request waits that it has read, or has not
	opened
	ask "$first"
	[ "$1" = client_kill ] || gets_request it
	"$@"
	await 5 gone "$first"
	others_work
	open_for_requests it "$first"
	served it "$first"
}

# The VF gives each request up and makes another one. The user reads them and never answers.
fills_queue() { # CLIENT BDF REQUESTS
	local i
	for i in $(seq 1 "$3"); do
		ask "$2"
		gets_request "$1"
		waits "$2"
		dma "$2" stop >/dev/null || true
		echo "$cookie" >>/tmp/cookies
	done
}

# The VF has as many requests as its share, and then more: only this VF is refused.
full() { # MORE
	local share theirs i
	opened 0xffffffff
	share=$(($(client it read $allocation)))
	expect_client "$(printf 0x%x "$share")" it read $capacity
	rm -f /tmp/cookies
	fills_queue it "$first" "$share"
	ask "$second"
	theirs=$asked
	for i in $(seq 1 "$1"); do
		ask "$first"
		refused "$first"
	done
	gets_none it
	gets_request other -w "$theirs"
	maps_and_answers other "$second"
	ends_with "$second" ok 100
	others_work
}

# More than Linux allows the PF and its VFs together.
full_and_answered() {
	local its
	full $(($(allowed_pf) + 1))
	witness inval mark
	while read -r its; do
		expect_client 0 it answer "$its" 1
	done </tmp/cookies
	responses_since "$(wc -l </tmp/cookies)"
	served it "$first"
}

full_and_killed() {
	full 1
	witness inval mark
	client_kill it
	await 5 gone "$first"
	responses_since "$(wc -l </tmp/cookies)"
	open_for_requests it "$first"
	served it "$first"
}

# A user that takes its time keeps nobody else waiting.
slow_user() {
	local i its
	opened
	ask "$first"
	its=$asked
	for i in $(seq 1 5); do
		others_work
	done
	waits "$first"
	gets_request it -w "$its"
	maps_and_answers it "$first"
	ends_with "$first" ok 100
}

# What the guest has allowed itself. A request that the client has not answered counts until it answers.
limited() {
	opened 0
	ask "$first"
	refused "$first"
	gets_none it
	expect_client 0 it write $allocation 1
	ask "$first"
	gets_request it
	expect_client 0 it write $pri_control 0
	refused "$first"
	expect_client 0 it write $pri_control 1
	ask "$first"
	refused "$first"
	gets_none it
	expect_client 0 it answer "$cookie" 0
	served it "$first"
	others_work
}

not_served() { # CLIENT
	truncate -s 4096 "$memories/plain"
	expect_client EINVAL "$1" attach 5 "$memories/plain" requests
	expect_client 0 "$1" attach 5 "$memories/plain"
}

# Neither a VF on which the capability is not shown, nor one that plain vfio-pci has.
no_other_vf() {
	clients_kill
	echo 0 >"$pci/$plain/pasid_emulate"
	expect_equal "$(client_open it "$plain" iommufd)" 0 'opening'
	not_served it
	clients_kill
	modprobe vfio-pci
	bind "$plain" vfio-pci
	expect_equal "$(client_open it "$plain" iommufd)" 0 'opening with vfio-pci'
	not_served it
	client_close it
	bind "$plain"
}

# The kernel has no memory for the request, and answers with Response Failure.
failure_is_kept() {
	if [ ! -e /sys/kernel/debug/failslab/require-start ]; then
		echo 'this kernel has no fault injection'
		exit 4
	fi
	opened
	spare_kmemleak
	fail_below "$(function_range iommu_report_device_fault)" "$(function_range __disarm_kprobe_ftrace)"
	echo 100 >/sys/kernel/debug/failslab/probability
	echo 1 >/sys/kernel/debug/failslab/times
	ask "$first"
	refused "$first"
	echo 0 >/sys/kernel/debug/failslab/probability
	expect_equal "$(cat /sys/kernel/debug/failslab/times)" 0 'failures to come'
	gets_none it
	expect_client $failed it read $pri_status
	ask "$first"
	refused "$first"
	gets_none it
	others_work
	expect_client 0 it write $pri_control 0
	expect_client 0x8101 it read $pri_status
	expect_client 0 it write $pri_control 1
	expect_client $running it read $pri_status
	served it "$first"
}

pri_is_off() { # BDF
	expect_context "$1" PRE 0
}

pri_comes_back() { # CLIENT
	expect_client 0x1 "$1" read $pri_control
	expect_client $failed "$1" read $pri_status
	expect_client 0 "$1" write $pri_control 0
	expect_client 0 "$1" write $pri_control 1
	expect_client $running "$1" read $pri_status
}

# No hook sees what waits for the users. So page requests are over until each user switches PRI off and on again. What
# waits gets the user's answer, be it given before or after probes are on again.
probes_are_off() {
	local its
	opened
	ask "$first"
	gets_request it
	its=$cookie
	ask "$second"
	gets_request other
	echo 0 >"$kprobes"
	await 10 pri_is_off "$first"
	await 10 pri_is_off "$second"
	expect_client 0 other answer "$cookie" 1
	refused "$second"
	expect_client EIO it write $pri_control 0
	pf_works
	echo 1 >"$kprobes"
	await 30 expect_file "$enforcing" yes
	pri_is_off "$first"
	pri_is_off "$second"
	waits "$first"
	expect_client 0 it answer "$its" 1
	refused "$first"
	ask "$first"
	ends_with "$first" pri-failed 200
	pri_comes_back it
	pri_comes_back other
	served it "$first"
	others_work
}

# Requests arrive all the time, while the client attaches, replaces and detaches what they are for. A request that
# io-pgfault or iommufd gets at the wrong moment makes the debug kernel panic.
address_spaces_change() {
	local i
	opened
	dma_do "$first" 5 start write ats pri keep-going count=0xffffffff len=4 >/dev/null
	ask "$second"
	for i in $(seq 1 40); do
		expect_client 0 it attach 5 "$memories/$first:6"
		expect_client 0 it attach 5 "$memories/$first:5" requests
		expect_client 0 it detach 5
		expect_client 0 it attach 5 "$memories/$first:5" requests
	done
	dma "$first" stop >/dev/null || true
	gets_request other
	maps_and_answers other "$second"
	ends_with "$second" ok 100
	client_close it
	open_for_requests it "$first"
	served it "$first"
}

all_goes() {
	clients_kill
	for vf in "$first" "$second" "$plain"; do
		unbind "$vf"
		set_ctl "$vf" default
	done
	unload_vfio
	lab_do detach-all "$pf"
	unload
}

given 'VFs are bound to pasid-vfio-pci with pri=1' prepare
it 'the PRI capability is shown, and its capacity is a share of what the PF is allowed' capability_is_shown
it 'the user maps the page that the VF asks for, and the data arrive' request_is_served
it 'a request to read says so' read_is_served
it 'requests without a PASID are refused' without_pasid
it 'two VFs and the PF ask at once, and each gets its own answer' all_at_once
it 'the user refuses a request' invalid_answer
it 'answers that are wrong change nothing' wrong_answers
it 'pri is denied while a request waits (I2)' denied
it 'the guest switches PRI off while a request waits' guest_disables
it 'the VF is reset while a request waits' reset expect_client 0 it reset
it 'the VF is reset by its FLR while a request waits' reset expect_client 0 it write $device_control 0x8000
it 'the PF is reset while a request waits' reset_of_the_pf
it 'the PASID is detached while a request waits' detached
it 'the VF is closed while a request waits' ends client_close it
it 'the user is killed while a request waits' ends client_kill it
it 'more requests than the guest has allowed are refused' limited
it 'a queue that the user leaves full costs only its VF, and the user may still answer' full_and_answered
it 'a queue is full, and the user is killed' full_and_killed
it 'while a user does not answer, others are served' slow_user
it 'no other VF has page requests' no_other_vf
it 'a failure of the kernel does not reach the shared interface' failure_is_kept
it 'while probes are off no user has page requests, and each has them back when it asks anew' probes_are_off
it 'address spaces change while requests arrive' address_spaces_change
it 'both modules can be unloaded at the end' all_goes
finish
