# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# Mutants that KUnit suites have to notice: those of lab/mutations.sh with the test "kunit", and all that gen-mutants
# makes of the files that suites test. scripts/mutate-suites.sh tries them inside the root.

readonly BATCH_SIZE=120

# Sets suites, a folder with what is needed of the suites' kernel: other checkouts use the same kernel tree.
take_suites() {
	suites=$run/suites
	mkdir "$suites"
	cp "$here"/{mutate-suites.sh,join-mutants} "$suites/"
	(
		build_suites
		in_suites take "${uml_tree#"$root"}" "${suites#"$root"}"
	) >&2
	printf '%s\n' "$KERNEL_BUGS" >"$suites/bugs"
	: >"$suites/todo"
	: >"$suites/made"
}

in_suites() { # COMMAND DIR...
	in_root setpriv --pdeathsig KILL env SUITES_DEADLINE="$(scaled 120)" PRODUCT_FOLDERS="$PRODUCT_FOLDERS" \
		"${suites#"$root"}/mutate-suites.sh" "$@"
}

add_todo() { # BATCH FILE SUITES
	echo "$1 ${2%.c}.o $3" >>"$suites/todo"
}

# Prints the files that suites test, or those of them that are wanted.
tested_files() { # [FILE]...
	local file
	sed -nE "s#^((${PRODUCT_FOLDERS// /|})/.*)\.o\$#\1.c#p" "$suites/objects.ours" | while read -r file; do
		! is_selected "$file" "$@" || echo "$file"
	done
}

# Makes all mutants of files, and lists them in `made`: NUMBER FILE NAME<tab>ORIGINAL<tab>REPLACEMENT
make_mutants() { # FILE...
	local file
	for file; do
		"$here/gen-mutants" "$repo/$file" | awk -v file="$file" -v number="$(wc -l <"$suites/made")" '
			{ print ++number, file, $0 }' >"$suites/new"
		cut -d' ' -f1,2,7- "$suites/new" >>"$suites/made"
		split_lists "$file"
		make_whole_files "$file"
	done
}

# Prepares mutants of functions: one kernel has many of them.
split_lists() { # FILE
	local list batch
	awk '$5 != 0' "$suites/new" | sort -s -n -k5,5 | cut -d' ' -f1,3- | split -a 3 -d -l $BATCH_SIZE - "$suites/list-"
	for list in "$suites"/list-*; do
		[ -e "$list" ] || continue
		batch=${1//\//-}-${list##*-}
		mv "$list" "$suites/mutants/$batch.list"
		cp "$repo/$1" "$suites/mutants/$batch.c"
		add_todo "$batch" "$1" "$(suites_of "$1")"
	done
}

# Prepares mutants of macros: one kernel for each.
make_whole_files() { # FILE
	local LC_ALL=C text number offset length new
	text=$(<"$repo/$1")
	while read -r number offset length new; do
		printf '%s\n' "${text:0:offset} $new ${text:offset+length}" >"$suites/mutants/$number.c"
		add_todo "$number" "$1" "$(suites_of "$1")"
	done < <(awk -F'\t' '{ split($1, field, " ") } field[5] == 0 { print field[1], field[3], field[4], $3 }' "$suites/new")
}

# Prints the suite of a file, then all suites: most mutants are noticed by the first one.
suites_of() { # FILE
	local name=${1##*/}
	name=${name%.c}
	name=pasid-${name#pasid-}
	grep -q "name = \"$name\"" "$repo"/kunit/*.c || name='pasid-vf*'
	echo "$name,*"
}

# Prints "NAME VERDICT REASON" for each mutant.
try_suite_mutants() { # JOBS
	local worker pids=() failed=''
	[ -s "$suites/todo" ] || return 0
	split -a 1 -d -n "r/$1" "$suites/todo" "$suites/todo-"
	for ((worker = 0; worker < $1; worker++)); do
		in_suites try "${suites#"$root"}" "$worker" >"$suites/results-$worker" &
		pids+=($!)
	done
	for worker in "${pids[@]}"; do
		wait "$worker" || failed=yes
	done
	[ -z "$failed" ] || die 1 'the suites could not be tried with a mutant'
	sed -n 's/^result //p' "$suites"/results-*
}
