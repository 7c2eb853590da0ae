#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Inside the lab root, for scripts/mutate: runs the KUnit suites with one mutant of a file after the other. Each mutant
# runs in a process of its own, so no mutant affects another one. One kernel has all mutants of a file's functions
# (join-mutants). Only that file is compiled, with the kernel's headers precompiled.
#   mutate-suites.sh take TREE DIR     copies what is needed of a built UML tree into DIR
#   mutate-suites.sh try DIR WORKER    tries what DIR/todo-WORKER lists: BATCH OBJECT SUITES. DIR/mutants/BATCH.c is the
#                                      mutant; or, if there is BATCH.list, the file whose mutants are listed. SUITES are
#                                      patterns of KUnit, separated by commas, which are run in turn until a test fails
set -euo pipefail
shopt -s inherit_errexit

# --- Once ------------------------------------------------------------------------------------------------------------

take() { # TREE DIR
	cd "$1"
	mkdir -p "$2/mutants"
	ar t vmlinux.a >"$2/objects"
	# shellcheck disable=SC2046 # many
	ld -r -o "$2/kernel.o" $(grep -v '^drivers/pasid-ctl/' "$2/objects") .vmlinux.export.o init/version-timestamp.o
	sed -n 's|^drivers/pasid-ctl/||p' "$2/objects" | sed 's|^kunit/\.\./||' >"$2/objects.ours"
	cp arch/um/kernel/vmlinux.lds "$2/"
	make -pn ARCH=um vmlinux.unstripped 2>/dev/null | sed -n 's/^CFLAGS_vmlinux := //p' >"$2/link-flags"
	cp -r drivers/pasid-ctl "$2/src"
	compile_headers "$2"
}

# Precompiles all headers in the kernel's tree, where the compiler looks for them. Afterwards no file includes them.
compile_headers() { # DIR
	local command
	command=$(command_of "$1" iommu/inval.o)
	{
		grep -oE -- '-include [^ ]+' <<<"$command" | sed 's/.* \(.*\)/#include "\1"/'
		grep -hE '^#include <' "$1"/src/{iommu,vfio}/*.h | grep -vF '<trace/'
		sed -nE "s#^((${PRODUCT_FOLDERS// /|})/.*)\.o\$#$1/src/\1.c#p" "$1/objects.ours" | xargs grep -hE '^#include <'
	} | awk '!seen[$0]++' >"$1/headers.h"
	eval "$(compiler_of "$command") -I. -x c-header -o '$1/headers.h.gch' '$1/headers.h'"
	without_headers "$1"/src/{iommu,vfio,kunit}/*.h
}

# --- For each --------------------------------------------------------------------------------------------------------

without_headers() { # FILE...
	sed -i 's/^#include <.*//' "$@"
}

command_of() { # DIR OBJECT
	sed -n 's/^savedcmd[^=]*:= //p' "$1/src/${2%/*}/.${2##*/}.cmd"
}

# Prints the compiler's command without headers (they are precompiled), coverage and file names. KBUILD_BASENAME is the
# same for all files, as in the precompiled headers.
compiler_of() { # COMMAND
	sed -E 's/ -include \.\/include[^ ]+//g; s# \./drivers/pasid-ctl/# src/#g; s/ -Wp,-MMD[^ ]+//; s/ --coverage//; s/ -c -o .*//; s/(KBUILD_BASENAME=)[^ ]+/\1mutant/; s/$/ -w/' <<<"$1"
}

compile() { # SOURCE OBJECT
	local source=src/${2%/*}/$worker.c
	cp "$1" "$source"
	without_headers "$source"
	eval "$(compiler_of "$(command_of . "$2")" | sed 's/gcc /&-include headers.h /') -c -o '$worker.o' '$source'" 2>"$worker.said"
}

link() { # OBJECT
	local flags objects
	read -r -a flags <link-flags
	mapfile -t objects < <(sed "s|^|src/|; s|^src/$1\$|$worker.o|" objects.ours)
	gcc "${flags[@]}" -Wl,--script=vmlinux.lds -o "$worker.linux" -Wl,--whole-archive kernel.o "${objects[@]}" \
		-Wl,--no-whole-archive -lutil -lrt -lpthread
}

# Compiles the mutants of a list. A mutant that the compiler refuses is dropped.
compile_list() { # BATCH OBJECT
	local refused
	until ./join-mutants "mutants/$1.c" <"mutants/$1.list" >"mutants/$1.joined" && compile "mutants/$1.joined" "$2"; do
		mapfile -t refused < <(sed -nE 's/^mutant-([0-9]+):[0-9:]+ error.*/\1/p' "$worker.said" | sort -u)
		[ ${#refused[@]} != 0 ] || { cat "$worker.said" >&2 && return 1; }
		printf "result %s refused\n" "${refused[@]}"
		awk 'NR == FNR { refused[$1]; next } !($1 in refused)' - "mutants/$1.list" < <(printf "%s\n" "${refused[@]}") >"$worker.list"
		mv "$worker.list" "mutants/$1.list"
	done
}

# Runs suites in a folder of the worker's own. A mutant may take 10 times as long as the unchanged file; limits are whole
# seconds.
run() { # SUITES [MUTANT]
	(
		ulimit -t "${cpu_limit:-unlimited}"
		env HOME="$PWD/$worker.home" TMPDIR="$PWD/$worker.home" GCOV_PREFIX="$PWD/$worker.home" \
			timeout "${time_limit:-$SUITES_DEADLINE}" "./$worker.linux" mem=64M con0=fd:0,fd:1 kunit.enable=1 kunit.autorun=1 \
			kunit_shutdown=halt "kunit.filter_glob=$1" "${2+pasid_mutant=$2}" </dev/null >"$worker.log" 2>&1
	) 2>/dev/null || echo "the kernel ended with status $?" >>"$worker.log"
}

all_ended() {
	local planned
	planned=$(sed -n 's/^1\.\.//p' "$worker.log")
	[ "${planned:-0}" != 0 ] && [ "$planned" = "$(grep -c '^ok ' "$worker.log")" ]
}

# Prints the first case that failed, or a bug that the kernel reported, or the log's last line if not all suites ended.
# Prints nothing if all suites have passed.
failure() {
	awk '/^    # Subtest: / { suite = $3 }
		/^ *not ok / { sub(/^ *not ok [0-9]+ /, ""); print suite ": " $0; exit }' "$worker.log" >"$worker.failure"
	[ -s "$worker.failure" ] || grep -a -m1 -F -f bugs "$worker.log" >"$worker.failure" || true
	if [ ! -s "$worker.failure" ] && ! all_ended; then
		tail -n 1 "$worker.log" >"$worker.failure"
	fi
	cat "$worker.failure"
}

try_mutant() { # NAME SUITES [MUTANT]
	local suites said='' all
	IFS=, read -r -a all <<<"$2"
	for suites in "${all[@]}"; do
		run "$suites" "${@:3}"
		said=$(failure)
		[ -z "$said" ] || break
	done
	echo "result $1 ${said:+noticed }${said:-missed}"
}

# The suites have to pass with the unchanged file first. The time that they take sets the limits.
try_list() { # BATCH OBJECT SUITES
	local number said cpu cpu_limit='' time_limit='' start TIMEFORMAT=%0U
	compile_list "$1" "$2"
	link "$2"
	start=$EPOCHSECONDS
	cpu=$({ time run '*' 0; } 2>&1)
	said=$(failure)
	[ -z "$said" ] || { echo "with $2 as it is, $said" >&2 && return 1; }
	time_limit=$(((EPOCHSECONDS - start + 1) * 10))
	cpu_limit=$((cpu * 10 + 2))
	while read -r number _; do
		try_mutant "$number" "$3" "$number"
	done <"mutants/$1.list"
}

try() { # DIR WORKER
	local batch object suites
	cd "$1"
	worker=$2
	mkdir -p "$worker.home"
	while read -r batch object suites; do
		if [ -e "mutants/$batch.list" ]; then
			try_list "$batch" "$object" "$suites"
		elif compile "mutants/$batch.c" "$object"; then
			link "$object"
			try_mutant "$batch" "$suites"
		else
			echo "result $batch refused $(grep -m1 error "$worker.said" || true)"
		fi
	done <"todo-$worker"
}

"$@"
