# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2089,SC2090,SC2154 # variables are shared with the other parts
# Mutants: one of the product's modules with one change, as lab/mutations.sh lists them.

# One element per mutant. There is one more module: 'nothing', a mutant that changes nothing.
mutant_names=() mutant_kernels=() mutant_tests=() mutant_only=() mutant_files=() mutant_edits=()

readonly NOTHING_FILE=iommu/main.c NOTHING_EDIT='s/^\tpr_info\("version/\tbarrier();\n&/'

mutant() { # NAME KERNEL TEST ONLY FILE SED..., see lab/mutations.sh
	is_selected "$1" "${wanted[@]}" || return 0
	mutant_names+=("$1") mutant_kernels+=("$2") mutant_tests+=("$3") mutant_only+=("$4")
	mutant_files+=("$5") mutant_edits+=("$(printf '%s\n' "${@:6}")")
}

# Makes a mutant of a file: EDITS has one per line. If one of them changes nothing, that is an error, so the list always
# fits the code.
mutate_file() { # NAME EDITS FROM TO
	local edit
	cp "$3" "$4"
	while IFS= read -r edit; do
		sed -E "$edit" "$4" >"$4.new"
		! cmp -s "$4" "$4.new" || die 1 "mutation '$1' changes nothing in ${3##*/} by '$edit': correct lab/mutations.sh"
		mv "$4.new" "$4"
	done <<<"$2"
}

# Keeps the mutants that KUnit suites have to notice, and of those in lab machines one of each fourth group. Which ones
# follows from a hash of the product, so that each version of the product tries others.
keep_some() {
	local i group turn kept=()
	local -A number=() size=() seen=()
	turn=$((16#$(cd "$repo" && cat "${mutant_files[@]}" | hash_of_stdin | cut -c1-8)))
	for i in "${!mutant_names[@]}"; do
		group="${mutant_kernels[i]} ${mutant_tests[i]}"
		: "${number[$group]:=${#number[@]}}"
		size[$group]=$((${size[$group]-0} + 1))
	done
	for i in "${!mutant_names[@]}"; do
		group="${mutant_kernels[i]} ${mutant_tests[i]}"
		seen[$group]=$((${seen[$group]-0} + 1))
		if [ "${mutant_tests[i]}" = kunit ] ||
			{ [ $(((turn + number[$group]) % 4)) = 0 ] && [ $((turn % size[$group] + 1)) = "${seen[$group]}" ]; }; then
			kept+=("$i")
		fi
	done
	for i in "${!mutant_names[@]}"; do
		[[ " ${kept[*]} " == *" $i "* ]] || unset "mutant_names[i]" "mutant_kernels[i]" "mutant_tests[i]" "mutant_only[i]" \
			"mutant_files[i]" "mutant_edits[i]"
	done
}

# The module that a file is a part of.
module_of() { # FILE
	case $1 in
	iommu/*) echo intel-pasid-ctl ;;
	pf/*) echo pasid-pf ;;
	vfio/*) echo pasid-vfio-pci ;;
	esac
}

# Prints the folder with NAME.ko for each mutant of a kernel. They are built one after the other in one tree, so only
# changed files are compiled.
build_mutants() { # KERNEL
	local product dir i
	product=$(build_product "$1")
	dir=$root/build/mutants-$( (
		declare -f build_mutants build_mutant module_of run_kbuild
		declare -p mutant_names mutant_kernels mutant_files mutant_edits NOTHING_EDIT
		echo "$product"
	) | hash_of_stdin)
	mkdir -p "$dir"
	(
		flock 9
		[ ! -e "$dir/done" ] || exit 0
		rm -rf "$dir/tree"
		mkdir "$dir/tree"
		cp -r "$product/../symvers" "$product" "$dir/tree/"
		build_mutant "$1" "$dir" nothing "$NOTHING_FILE" "$NOTHING_EDIT"
		for i in "${!mutant_names[@]}"; do
			[ "${mutant_kernels[i]}" != "$1" ] ||
				build_mutant "$1" "$dir" "${mutant_names[i]}" "${mutant_files[i]}" "${mutant_edits[i]}"
		done
		rm -rf "$dir/tree"
		touch "$dir/done"
	) 9>"$dir/lock" >&2
	touch "$dir"
	keep_newest 4 "$root"/build/mutants-*
	echo "$dir"
}

build_mutant() { # KERNEL DIR NAME FILE EDIT
	local file=$2/tree/src/$4 module
	cp "$file" "$2/original"
	mutate_file "$3" "$5" "$2/original" "$file"
	# The compiler may warn of a mutant, but must not refuse it.
	(run_kbuild "$1" "$2") >"$2/said" || { cat "$2/said" && die 1 "mutation '$3' does not compile"; }
	module=${file%/*}/$(module_of "$4").ko
	in_root strip --strip-debug "${module#"$root"}" -o "${2#"$root"}/$3.ko"
	cp "$2/original" "$file"
}
