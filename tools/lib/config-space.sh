# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# A function's configuration space: its capabilities and their registers. What reads the file is load_config; all else
# is about the bytes that it has read.

config=()

# Sets config to the bytes of a function's configuration space. Without root the kernel shows the first 64 alone.
load_config() { # BDF
	read -r -a config < <(od -An -v -tu1 -w4096 "$pci/$1/config" 2>/dev/null || true)
}

has_extended_config() {
	[ ${#config[@]} = 4096 ]
}

word_at() { # OFFSET: 16 bits
	echo $((config[$1] | config[$1 + 1] << 8))
}

dword_at() { # OFFSET: 32 bits
	echo $((config[$1] | config[$1 + 1] << 8 | config[$1 + 2] << 16 | config[$1 + 3] << 24))
}

# Both print where a capability is. Fail where there is none, or where the chain has no end.
capability_at() { # ID
	local at=$((config[0x34] & 0xfc)) steps
	for ((steps = 0; steps < 48 && at >= 0x40; steps++)); do
		((config[at] != $1)) || { echo "$at" && return; }
		at=$((config[at + 1] & 0xfc))
	done
	return 1
}

extended_capability_at() { # ID
	local at=256 header steps
	for ((steps = 0; steps < 960 && at >= 256; steps++)); do
		header=$(dword_at "$at")
		((header != 0 && header != 0xffffffff)) || return 1
		(((header & 0xffff) != $1)) || { echo "$at" && return; }
		at=$((header >> 20 & 0xffc))
	done
	return 1
}

# Does the function, or port, pass end-to-end TLP prefixes on? In Device Capabilities 2, bit 21.
has_tlp_prefix() {
	local at
	at=$(capability_at 0x10) && (($(dword_at $((at + 0x24))) >> 21 & 1))
}
