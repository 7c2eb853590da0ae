# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash
# What the parts of scripts/bench inside lab machines share: printing and computing figures.

figure() { # WHAT MEASURED [GOAL]
	printf '  %-44s %-56s %s\n' "$1" "$2" "${3:--}"
}

ratio() { # A B
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.3f", a / b }'
}

# FILE has one number per line.
median() { # FILE
	sort -n "$1" | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'
}

spread() { # FILE
	sort -n "$1" | sed -n '1p;$p' | xargs printf '%d to %d'
}
