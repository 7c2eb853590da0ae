# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016,SC2034,SC2048,SC2154 # variables are shared with the other parts
# Pages that are tables of verdicts, for scripts/matrix and scripts/foreign. A page is its own cache: a row has the hash
# of the sources that were tried, and is tried again when the sources have changed. The script has $page, $names, and
# functions page_head, tests_of and try_name.

readonly NOT_RUN='not run'

# Takes the options of both scripts. Sets words to the remaining words.
parse_words() { # WORD...
	opt_tests=''
	while [[ ${1-} == --* ]]; do
		case $1 in
		--page) page=${2-} ;;
		--tests) opt_tests=${2-} ;;
		*) set -- ;;
		esac
		[ -n "${2-}" ] || { sed -n 's/^#   //p' "$0" >&2 && exit "$EXIT_USAGE"; }
		shift 2
	done
	words=("$@")
}

# Prints a hash of all that decides a verdict: the modules, the lab's modules, and $tests.
hash_of_sources() {
	# shellcheck disable=SC2046,SC2086 # lists
	(
		cd "$repo" || exit
		git ls-files -co --exclude-standard $PRODUCT_PATHS dkms.conf lab/modules $(printf 'scripts/tests/%s.sh ' lib $tests) |
			LC_ALL=C sort | xargs sha256sum
	) | hash_of_stdin | cut -c1-8
}

# Prints the rows of the page, or the one of a NAME.
rows() { # [NAME]
	grep -F "| \`${1:+$1\` |}" "$page" 2>/dev/null || true
}

# Has the page a verdict on these sources that is as it should be? Another one is worth a second look.
is_known() { # NAME
	local row
	row=$(rows "$1")
	[[ $row == *"| $sources |" && $row != *"| fails |"* ]]
}

print_row() { # NAME VERDICT SEEN
	local of=('' '')
	[ "$2" = "$NOT_RUN" ] || of=("$(date +%F)" "$sources")
	printf '| `%s` | %s | %s | %s | %s |\n' "$@" "${of[@]}"
}

# Puts rows into the page in place of those of the same names. Names without a row get one.
update_page() { # [ROW]
	local name
	{
		[ $# = 0 ] || echo "$1"
		rows
		for name in $names; do
			print_row "$name" "$NOT_RUN" ''
		done
	} | awk -F'|' '!seen[$2]++' | sort -V >"$work/rows"
	{
		page_head
		printf '\n| Kernel | Verdict | Seen | On | Sources |\n|---|---|---|---|---|\n'
		cat "$work/rows"
	} >"$page.new"
	mv "$page.new" "$page"
}

# Runs a command with its output in a log, of which the end is shown if the command fails.
logged() { # LOG COMMAND...
	"${@:2}" >"$work/$1" 2>&1 && return
	tail -n 40 "$work/$1" >&2
	return 1
}

# Sets outcome and seen to what the tests say on a kernel.
run_tests() { # OPTION-OF-CHECK...
	# shellcheck disable=SC2086 # a list
	logged tests "$here/check" --jobs 1 "$@" $tests && outcome=works
	seen="$(tail -n 1 "$work/tests") ($tests)"
	[[ $seen != '0 passed'* ]] || outcome=fails
}

# Tries NAMEs, or all that have no good verdict. try_name (NAME) runs $tests, and sets outcome, a verdict, and seen, a
# sentence.
try_names() { # [NAME]...
	local name tests sources outcome seen work tried=0 failed=0
	work=$(mktemp -d)
	# shellcheck disable=SC2064 # the folder of now
	trap "rm -rf '$work'" EXIT
	update_page
	for name in ${*:-$names}; do
		grep -qxF -e "$name" <<<"$names" || die "$EXIT_USAGE" "there is no $name"
		tests=${opt_tests:-$(tests_of "$name")}
		sources=$(hash_of_sources)
		[ $# != 0 ] || ! is_known "$name" || continue
		outcome=fails seen=''
		try_name "$name"
		tried=$((tried + 1))
		[ "$outcome" != fails ] || failed=$((failed + 1))
		print_row "$name" "$outcome" "$seen"
		update_page "$(print_row "$name" "$outcome" "$seen")"
	done
	printf '%d tried, %d of them not as they should be\n' $tried $failed
	[ $failed = 0 ]
}
