# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
# For the tests: they run inside the lab machine, under busybox's shell. A test file defines functions and
# calls `it` for each; every function runs in a subshell of its own under `set -eu`, so that its first failing
# command ends it. Results are printed as KTAP.

pci=/sys/bus/pci/devices
lab=/sys/kernel/debug/pasid-lab
export pci lab

tests=0
failures=0

echo 'KTAP version 1'

# it "what is so" function [argument...]
it() {
	local name=$1 log=/tmp/it.log status start
	shift
	tests=$((tests + 1))
	start=$(date +%s)
	(
		set -eu
		"$@"
	) >"$log" 2>&1
	status=$?
	sed 's/^/# /' "$log"
	echo "# $(($(date +%s) - start)) s"
	case $status in
	0) echo "ok $tests $name" ;;
	4) echo "ok $tests $name # SKIP $(tail -n 1 "$log")" ;;
	*)
		echo "not ok $tests $name"
		failures=$((failures + 1))
		dmesg | tail -n 5 | sed 's/^/# dmesg: /'
		;;
	esac
}

finish() {
	echo "1..$tests"
	exit $((failures > 0))
}

# --- Devices ---------------------------------------------------------------------------------------------

# The mock PF, and its VFs counted from 0, as BDFs.
pf() {
	basename "$(dirname "$(ls "$pci"/*/sriov_numvfs)")"
}

vf() { # NUMBER
	basename "$(readlink "$pci/$(pf)/virtfn$1")"
}

all_vfs() {
	local link
	for link in "$pci/$(pf)"/virtfn*; do
		basename "$(readlink "$link")"
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

# Prints what a write answers: 0 or the name of the error.
answer_of() { # FILE, text on standard input, in one write
	local said
	cat >/tmp/written
	if said=$(dd if=/tmp/written of="$1" bs=16384 2>&1); then
		echo 0
		return
	fi
	case $said in
	*'Invalid argument'*) echo EINVAL ;;
	*'Operation not supported'*) echo EOPNOTSUPP ;;
	*'Input/output error'*) echo EIO ;;
	*'I/O error'*) echo EIO ;;
	*'No such device'*) echo ENODEV ;;
	*'No such file'*) echo ENOENT ;;
	*'Permission denied'*) echo EACCES ;;
	*'busy'*) echo EBUSY ;;
	*) echo "unknown: $said" ;;
	esac
}

answer() { # FILE TEXT
	printf '%s\n' "$2" | answer_of "$1"
}

set_ctl() { # BDF TEXT
	expect_equal "$(answer "$pci/$1/pasid_ctl" "$2")" 0 "writing '$2' to $1's pasid_ctl"
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

# Waits until a command succeeds.
await() { # SECONDS COMMAND...
	local deadline
	deadline=$(($(date +%s) + $1))
	shift
	until "$@"; do
		if [ "$(date +%s)" -ge "$deadline" ]; then
			echo "did not come true: $*"
			return 1
		fi
		usleep 20000
	done
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

context_bit() { # BDF NAME: its value in the walker's words
	witness walk "$1" | sed -n "s/.* context .* $2=\([0-9]*\).*/\1/p"
}

entry_bits() { # BDF PASID: SRE and ERE, as two digits
	witness walk "$1" | sed -n "s/.* pasid $2 .* SRE=\([01]\) ERE=\([01]\).*/\1\2/p"
}

expect_context() { # BDF NAME VALUE
	expect_equal "$(context_bit "$1" "$2")" "$3" "$1's context entry, $2"
}

ats_enable() { # BDF: ATS Enable of the register, whatever Linux believes
	local control
	control=$(dd if="$pci/$1/config" bs=1 skip=$((0x107)) count=1 2>/dev/null | od -An -tu1)
	echo $((control >> 7))
}

supports_pri() { # BDF
	grep -q ' +pri$' "$pci/$1/pasid/supported"
}

expect_entry() { # BDF PASID BITS
	expect_equal "$(entry_bits "$1" "$2")" "$3" "$1's entry of PASID $2, SRE and ERE"
}

# Counts invalidations since `witness inval mark`.
inval_count() { # PATTERN
	witness inval | grep -c -e "$1" || true
}

expect_no_inval() {
	local seen
	seen=$(witness inval | grep -v '^iec' || true)
	expect_equal "$seen" '' 'invalidations'
}

# --- The usual start ---------------------------------------------------------------------------------------

# shellcheck disable=SC2120 # the tests pass them
load() { # [PARAMETER...]
	modprobe intel-pasid-ctl "$@"
}

unload() {
	rmmod intel-pasid-ctl
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
