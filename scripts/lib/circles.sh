# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# Circles between the files of a module: a file that calls a function of another one, or uses its variable, must not be
# reached from there again. The symbols of the objects decide, so a header or a comment cannot hide an arrow.

# Pairs of files that may call each other, and why. The check takes such a pair for one file, so a third file must not be
# in a circle with it. A row whose files do not need each other is reported.
circle_exceptions() { # FILE FILE REASON
	cat <<-'END'
	END
}

# Prints "FROM TO SYMBOL" for each symbol that a file of a module takes from another file of the same module.
arrows_of() { # DIR MODULE, whose objects DIR/MODULE.mod lists
	# shellcheck disable=SC2046 # a list
	in_root env --chdir="${1#"$root"}" nm -A -P -g $(<"$1/$2.mod") | awk -v dir="${1#"$root"}/" '
		{ sub(/\.o:$/, ".c", $1); sub(/^\.\//, "", $1) }
		index($1, dir) == 1 { $1 = substr($1, length(dir) + 1) }
		$3 ~ /[Uwv]/ { needs[$1, $2]; next }
		{ owner[$2] = $1 }
		END {
			for (need in needs) {
				split(need, part, SUBSEP)
				if (part[2] in owner)
					print part[1], owner[part[2]], part[2]
			}
		}' | LC_ALL=C sort
}

# Takes each pair of circle_exceptions for one file.
join_exceptions() { # reads and prints "FROM TO SYMBOL"
	awk 'FILENAME == ARGV[1] { if (NF) joined[$1] = joined[$2] = $1 "+" $2; next }
		{ from = $1 in joined ? joined[$1] : $1; to = $2 in joined ? joined[$2] : $2 }
		from != to { print from, to, $3 }' <(circle_exceptions) -
}

# Prints each circle of "FROM TO SYMBOL" as a chain: a.c -> b.c (function of b.c) -> a.c (function of a.c). tsort finds
# the circles, and leaves out an arrow of each, until there is none.
chains_of() { # FILE
	{ cut -d' ' -f1,2 "$1" | sort -u | tsort 2>&1 >/dev/null || true; } | awk '
		function close_circle(  i, chain) {
			chain = file[1]
			for (i = 1; i <= n; i++)
				chain = chain " -> " file[i % n + 1] " (" symbol[file[i], file[i % n + 1]] ")"
			if (n)
				print chain
			n = 0
		}
		FILENAME == ARGV[1] { symbol[$1, $2] = $3; next }
		/contains a loop/ { close_circle(); next }
		{ file[++n] = $2 }
		END { close_circle() }' "$1" -
}

# Prints the rows of circle_exceptions whose files, both of this module, do not need each other.
needless_exceptions() { # FILE
	awk 'FILENAME == ARGV[1] { arrow[$1, $2]; file[$1]; file[$2]; next }
		NF && $1 in file && $2 in file && !(($1, $2) in arrow && ($2, $1) in arrow) {
			print $1 " and " $2 " are not in a circle: remove them from circle_exceptions in scripts/lib/circles.sh"
		}' "$1" <(circle_exceptions)
}

# Prints what is wrong with the modules that were built in a folder.
circles_of() { # DIR
	local module
	find "$1" -name '*.mod' -printf '%P\n' | LC_ALL=C sort | while read -r module; do
		arrows_of "$1" "${module%.mod}" >"$run/arrows"
		join_exceptions <"$run/arrows" >"$run/joined"
		chains_of "$run/joined"
		needless_exceptions "$run/arrows"
	done
}
