# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# The verdicts on mutants of gen-mutants, compared with the survivors that lab/survivors lists.

# Writes `judged`, a line per mutant: FILE<tab>VERDICT<tab>NAME. VERDICT is noticed, refused (by the compiler), known (a
# survivor in lab/survivors) or unknown (another survivor); or stale for a line of lab/survivors whose mutant is noticed.
judge_made() {
	LC_ALL=C awk -F'\t' -v product="^(${PRODUCT_FOLDERS// /|})/" '
		FILENAME == ARGV[1] { split($0, field, " "); verdict[field[1]] = field[2]; next }
		FILENAME == ARGV[2] {
			if ($0 ~ product)
				listed[$0] = substr($0, 1, index($0, " ") - 1)
			next
		}
		{
			split($1, field, " ")
			file = field[2]
			function_name = file " " field[3] ":"
			name = function_name " " $2 " => " $3
			made[file]
			if (verdict[field[1]] != "missed") {
				print file "\t" verdict[field[1]] "\t" name
				next
			}
			key = name in listed ? name : function_name
			print file "\t" (key in listed ? "known" : "unknown") "\t" name
			needed[key]
		}
		END {
			for (name in listed)
				if (listed[name] in made && !(name in needed))
					print listed[name] "\tstale\t" name
		}' "$results/suites" "$repo/lab/survivors" "$suites/made" >"$results/judged"
}

# Prints the verdicts that fail the run.
unexpected_of() { # FILE
	awk -F'\t' -v file="$1" '
		$1 == file && $2 == "unknown" { print "survives: " $3 }
		$1 == file && $2 == "stale" { print "is in lab/survivors, but does not survive: " $3 }' "$results/judged"
}

summary_of() { # FILE
	awk -F'\t' -v file="$1" '
		$1 == file { of[$2]++ }
		END {
			printf "%d of %d mutants are noticed, %d survive with a reason, %d without one\n", of["noticed"],
				of["noticed"] + of["known"] + of["unknown"], of["known"], of["unknown"]
		}' "$results/judged"
}
