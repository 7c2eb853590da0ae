# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # readme is the caller's
# Takes commands from README, in the file that the variable readme names. A section is named by its title.

section() { # TITLE
	awk -v title="## $1" '/^## / { inside = $0 == title; next } inside' "$readme"
}

# Prints the block of indented lines that has TEXT, without the indentation. Fails if there is none.
block() { # SECTION TEXT
	section "$1" | awk -v text="$2" '
		function end() { if (index(block, text)) { printf "%s", block; found = 1; exit } block = "" }
		/^    / { if (!block) indent = match($0, /[^ ]/); block = block substr($0, indent) "\n"; next }
		{ end() }
		END { if (!found) end(); exit !found }' || { echo "README has no block with: $2" >&2 && return 1; }
}

# Prints the words in backticks that begin with TEXT, from one line. Fails if there are none.
inline() { # SECTION TEXT
	section "$1" | awk -F'`' -v text="$2" '{ for (i = 2; i <= NF; i += 2) if (index($i, text) == 1) { print $i; found = 1; exit } }
		END { exit !found }' || { echo "README has no command that begins with: $2" >&2 && return 1; }
}

# Prints a session's commands: they follow "# ". What they are to print is all else.
session_commands() { sed -n 's/^# //p'; }
session_output() { grep -v '^# ' || true; }
