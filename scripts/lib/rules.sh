# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016,SC2154 # `...` is a part of a pattern; variables are shared with the other parts
# Rules of this project that no tool knows. Each function prints what breaks its rule.

readonly LONGEST_FILE=400

# Files that may be longer, and why. A row whose file is not longer is reported.
long_file_exceptions() { # FILE REASON
	cat <<-'END'
	END
}

# A file of the product, or of what the lab builds, has one job and can be read in one go.
files_are_short() {
	local file lines
	(cd "$repo" && wc -l "${product_files[@]}" lab/modules/*.[ch] lab/programs/*.[ch] lab/programs/lib/*.[ch]) |
		awk '$2 != "total" { print $2, $1 }' >"$run/lines"
	while read -r file lines; do
		if [ "$lines" -gt "$LONGEST_FILE" ] && ! long_file_exceptions | grep -q "^$file "; then
			echo "$file: $lines lines, more than $LONGEST_FILE: split the file by its jobs"
		elif [ "$lines" -le "$LONGEST_FILE" ] && long_file_exceptions | grep -q "^$file "; then
			echo "$file: $lines lines: remove the file from long_file_exceptions in scripts/lib/rules.sh"
		fi
	done <"$run/lines"
}

# Only compat/ knows kernels by their version; everything else asks for what a kernel has.
versions_are_in_compat() {
	(cd "$repo" && grep -nE 'LINUX_VERSION_CODE|KERNEL_VERSION|\bVERSION_CODE\b' "${c_files[@]}" Kbuild lab/modules/Kbuild |
		grep -v '^compat/' | sed 's/$/ <- a test of the version outside compat\//') || true
}

# TESTING.md names each file of tests, by itself or by a pattern as `refuse-*`.
tests_are_described() {
	local file name pattern
	for file in "$repo"/scripts/tests/*.sh "$repo"/scripts/tests/host/*.sh; do
		name=$(basename "$file" .sh)
		[ "$name" != lib ] || continue
		while read -r pattern; do
			# shellcheck disable=SC2053 # a pattern
			[[ $name != $pattern ]] || continue 2
		done < <(grep -oE '`[a-z0-9*-]+`' "$repo/TESTING.md" | tr -d '`')
		echo "${file#"$repo/"}: TESTING.md does not name $name"
	done
}

# The names of a file's tests, as patterns: what a variable stands for can be any text.
test_names() { # TEST
	sed -nE "s/.*\bit '((.*'\\\\'')*[^']*)' .*/\1/p; s/.*\bit \"([^\"]*)\" .*/\1/p" "$repo/scripts/tests/$1.sh" |
		sed -E "s/'\\\\''/'/g; s/\\$\{?[a-z]+\}?/*/g"
}

# In lab/mutations.sh each edit changes its file, and each pattern of tests stands for a test.
mutants_fit() {
	local pattern name
	# shellcheck disable=SC2317 # lab/mutations.sh calls it
	mutant() { # NAME KERNEL TEST ONLY FILE SED...
		(mutate_file "$1" "$(printf '%s\n' "${@:6}")" "$repo/$5" "$run/mutant" 2>&1) || true
		[ "$3" != kunit ] || return 0
		[ -e "$repo/scripts/tests/$3.sh" ] || { echo "lab/mutations.sh: $1: there is no scripts/tests/$3.sh" && return; }
		tr '|' '\n' <<<"$4" | while read -r pattern; do
			while read -r name; do
				# shellcheck disable=SC2053 # patterns
				[[ $name != $pattern && $pattern != $name ]] || continue 2
			done < <(test_names "$3")
			echo "lab/mutations.sh: $1: no test in scripts/tests/$3.sh is called '$pattern'"
		done
	}
	# shellcheck source=lab/mutations.sh
	. "$repo/lab/mutations.sh"
}

# Files that repeat the version, as their formats cannot read VERSION, and how sed finds it there.
places_of_version() { # FILE SED
	cat <<-'END'
		dkms.conf s/^PACKAGE_VERSION="(.*)"$/\1/p
		debian/changelog 1s/^pasid-ctl \((.*)\) .*/\1/p
		rpm/pasid-ctl.spec s/^Version: +//p
		CHANGES /^[0-9]+\.[0-9.]+/{s/ .*//;p;q}
		man/pasidctl.8 s/^\.TH .* "pasid-ctl ([^"]*)" .*/\1/p
		man/pasid_ctl.5 s/^\.TH .* "pasid-ctl ([^"]*)" .*/\1/p
		README.md s/.*pasid-ctl-dkms_([0-9.]+)_all.*/\1/p;s/.*pasid-ctl_([0-9.]+)_all.*/\1/p
		README.md s/.*dkms (install|remove) pasid-ctl\/([0-9.]+) .*/\2/p;s/.*version ([0-9.]+): enforcing.*/\1/p
	END
}

# The modules, pasidctl and Debian's packages read VERSION by themselves.
version_is_one() {
	local version file expression says
	version=$(<"$repo/VERSION")
	while read -r file expression; do
		says=$(sed -nE "$expression" "$repo/$file" | sort -u)
		[ "$says" = "$version" ] || echo "$file: its version is '$says', and VERSION says $version"
	done < <(places_of_version)
}

# The options of a kernel without which nothing works are in three places: DKMS passes over a kernel that lacks one,
# pasidctl doctor says what that costs, and README has them looked up.
needed_options_are_one_list() {
	local dkms doctor readme
	dkms=$(sed -nE 's/^BUILD_EXCLUSIVE_CONFIG="(.*)"$/\1/p' "$repo/dkms.conf" | tr ' ' '\n' | sed 's/CONFIG_//' | sort)
	doctor=$(awk '/^needed_options/, /END$/ { if ($3 == "must" || /DKMS/) print ($2 == "n" ? "!" : "") $1 }' \
		"$repo/tools/lib/doctor-kernel.sh" | sort)
	readme=$(sed -n '/^    for option in/,/; do$/p' "$repo/README.md" | grep -oE '\b[A-Z_]{5,}\b' |
		grep -vE '^(IOMMUFD|VFIO_DEVICE_CDEV)$' | sed 's/^PREEMPT_RT$/!&/' | sort)
	[ "$dkms" = "$doctor" ] || echo "dkms.conf needs ${dkms//$'\n'/ }, and tools/lib/doctor-kernel.sh ${doctor//$'\n'/ }"
	[ "$dkms" = "$readme" ] || echo "dkms.conf needs ${dkms//$'\n'/ }, and README.md ${readme//$'\n'/ }"
}
