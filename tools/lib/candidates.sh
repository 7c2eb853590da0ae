# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# pasidctl ranges BDF: which bytes of a VF's configuration space seem to be free, and why the others are not; what its
# users were seen to touch. The driver has the evidence, of all VFs of the PF that are bound to it.

declare -A blocked

command_candidates() { # VF [--watch|--apply|--row]
	local bdf vfs
	[ $# -le 2 ] || ranges_usage
	require_vf "$1"
	require_root 'ranges BDF'
	[ -e "$pci/$bdf/pasid_status/candidates" ] ||
		die "$EXIT_FAILED" "$bdf is not observed: it is not bound to pasid-vfio-pci, or not under PASID control" \
			"pasidctl bind $bdf"
	mapfile -t vfs < <(observed_vfs)
	case ${2-} in
	'') show_candidates ;;
	--watch) watch_touched ;;
	--apply) apply_candidate ;;
	--row) print_row ;;
	*) ranges_usage ;;
	esac
}

# Those of the same PF.
observed_vfs() {
	local vf
	for vf in $(vfs_of "$(pf_of "$bdf")"); do
		[ ! -e "$pci/$vf/pasid_status/candidates" ] || echo "$vf"
	done
}

# Has the driver read the bytes that no capability has. A tree that stands for a machine has no driver.
look_at() { # VF
	[ -n "$host" ] || write_line "$pci/$1/pasid_status/candidates" 1
}

# Sets blocked to what is not free in one of the VFs.
look_at_all() {
	local vf refusal
	for vf in "${vfs[@]}"; do
		look_at "$vf" || die "$EXIT_FAILED" \
			"$vf/pasid_status/candidates: $refusal$(kernel_words "$vf")" \
			'a VF that is being reset, or sleeps and does not wake up, cannot be looked at: try again later'
	done
	for vf in "${vfs[@]}"; do
		block_taken "$vf"
	done
}

block_taken() { # VF
	local range word at next=256
	while read -r range word; do
		[ "$range" != ... ] || break
		next=$((${range#*-} + 1))
		[ "$word" = free ] || for ((at = ${range%-*}; at < next; at += 4)); do
			blocked[$at]=$word
		done
	done <"$pci/$1/pasid_status/candidates"
	# The driver had no room for the rest.
	for ((at = next; at < 4096; at += 4)); do
		blocked[$at]=unknown
	done
}

# Prints the highest 8 bytes that are free in all VFs; fails where there are none.
candidate() {
	local at
	for ((at = 0xff8; at >= 0x100; at -= 4)); do
		[ -z "${blocked[$at]-}${blocked[$((at + 4))]-}" ] || continue
		printf '0x%03x-0x%03x\n' "$at" $((at + 7))
		return
	done
	return 1
}

require_candidate() { # sets range
	look_at_all
	range=$(candidate) || die "$EXIT_FAILED" "$bdf has no 8 bytes that seem to be free" \
		"\"pasidctl ranges $bdf\" says why; ask the device's maker"
}

explain_finding() { # WORD
	case $1 in
	free) echo 'free     nothing speaks against them' ;;
	capability) echo 'taken    part of a capability' ;;
	unknown-capability) echo 'taken    perhaps: they follow a capability whose size is not known' ;;
	pf-capability) echo 'taken    perhaps: the PF has a capability there' ;;
	not-zero) echo 'taken    a register: they do not read as zero' ;;
	written) echo 'taken    a register: a user wrote to it' ;;
	read) echo "taken    perhaps a register: a user's driver reads it" ;;
	*) echo 'unknown  the list was too long' ;;
	esac
}

show_candidates() {
	local range word
	look_at_all
	printf 'VF %s (%s), PF %s with driver %s\n' "$bdf" "$(ids_of "$bdf")" "$(pf_of "$bdf")" \
		"$(driver_of "$(pf_of "$bdf")" | grep . || echo none)"
	echo "observed: $(observation "$bdf"); ${#vfs[@]} VFs of this PF are observed"
	while read -r range word; do
		printf '  %-12s %s\n' "$range" "$(explain_finding "${word:-...}")"
	done <"$pci/$bdf/pasid_status/candidates"
	echo 'touched by users:'
	touched "$bdf" | sed 's/^/  /' | grep . || echo '  nothing'
	if range=$(candidate); then
		echo "candidate: $range, free in all ${#vfs[@]}"
		echo "next: run what the guest is to run, look again, then \"pasidctl ranges $bdf --apply\""
	else
		echo 'candidate: none'
	fi
}

# Prints ranges that were read or written, not those that were swept alone.
touched() { # VF
	grep '^0x' "$pci/$1/pasid_status/touched" | grep -v ' read 0 written 0 ' || true
}

# Sets since and opens.
read_observation() { # VF
	{ read -r _ since && read -r _ opens; } <"$pci/$1/pasid_status/touched"
}

observation() { # VF
	local since opens
	read_observation "$1"
	printf 'since %(%F %T)T, opened %d times\n' "$since" "$opens"
}

# Reads no hardware. Ends when it is interrupted.
watch_touched() {
	local line seen=''
	echo "$bdf: $(observation "$bdf"); what its user reads and writes from now on:"
	while :; do
		while read -r line; do
			[[ $seen = *"|$line|"* ]] || printf '%(%T)T %s\n' -1 "$line"
			seen+="|$line|"
		done < <(touched "$bdf")
		sleep 1
	done
}

apply_candidate() {
	local range
	require_candidate
	write_ranges "$(pf_of "$bdf")" "$range"
}

# Do users touch one of these bytes? Prints the first finding of the driver, as last looked at, in any VF of a PF.
touched_in() { # PF RANGE
	local vf line first last
	for vf in $(vfs_of "$1"); do
		[ -r "$pci/$vf/pasid_status/touched" ] || continue
		while read -r line; do
			first=${line%%-*} last=${line#*-} last=${last%% *}
			((first > ${2#*-} || last < ${2%-*})) || { echo "$vf: $line" && return; }
		done < <(touched "$vf" | grep -v ' written 0 ' || true)
	done
	return 1
}

# What the table needs, with its evidence.
print_row() {
	local range vf since opens all=0 first now name
	require_candidate
	printf -v now '%(%s)T' -1
	first=$now
	for vf in "${vfs[@]}"; do
		read_observation "$vf"
		all=$((all + opens))
		((since >= first)) || first=$since
	done
	name=$(ids_of "$bdf")
	cat <<-END
		PASID_QUIRK(0x${name%:*}, 0x${name#*:}, "NAME OF THE VF",
		$(printf '\t')    PASID_KIND_PASID, PASID_FREE({ ${range%-*}, ${range#*-} }),
		$(printf '\t')    "observed, not published: Linux $(release), VMM $(vmm_of_all), $(((now - first) / 3600)) h, $all opens, ${#vfs[@]} VFs, PF's driver $(driver_of "$(pf_of "$bdf")" | grep . || echo none)")
		# Put the name in, and what the guests ran. Then open an issue with this row, the output of
		# "pasidctl ranges $bdf" and of "pasidctl report" (docs/hardware-reports.md). Ask the maker of the
		# device or of the PF's driver to confirm the bytes: their word is evidence, an observation is a beginning.
	END
}

vmm_of_all() {
	local vf
	for vf in "${vfs[@]}"; do
		users_of "$vf"
	done | sed 's/^[0-9]* //' | sort -u | paste -sd / | grep . || echo 'not running now'
}
