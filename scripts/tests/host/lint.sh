#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2016,SC2317 # scripts for sed are in single quotes; `it` calls the functions
# The static checks: a test for each, that it finds nothing. Then the proof that checks can fail: each finds what is broken
# on purpose in a copy of the checkout. clang, sparse, the analyzer, coccinelle and upstream have no such test, because they
# take minutes.
here=$(dirname "$(readlink -f "$0")")
# shellcheck source=scripts/tests/host/lib.sh
. "$here/lib.sh"
repo=$(readlink -f "$here/../../..")

# Runs all checks. Their results are the first tests of this file.
run_checks() {
	local said status=0
	said=$(mktemp)
	"$repo/scripts/lint" >"$said" || status=$?
	grep -v -e '^KTAP' -e '^1\.\.' "$said"
	tests=$(grep -cE '^(not )?ok ' "$said")
	failures=$(grep -c '^not ok ' "$said")
	[ "$status" = 0 ] || [ "$failures" != 0 ] || failures=1
	rm "$said"
}

# Copies the checkout. lint asks git for the files, so the copy is a repository.
copy_checkout() {
	local copy=$PWD/checkout
	git init -q "$copy"
	(cd "$repo" && git ls-files -z --cached --others --exclude-standard --deduplicate | xargs -0 cp --parents -t "$copy")
}

# SED, a script for sed -E, breaks FILE. Then CHECK has to fail and to print TEXT.
finds() { # CHECK TEXT FILE SED
	copy_checkout
	cp "checkout/$3" before
	sed -E -i "$4" "checkout/$3"
	! cmp -s before "checkout/$3" || { echo "$4 changes nothing in $3" && return 1; }
	! checkout/scripts/lint "$1" >said || { cat said && echo "$1 finds nothing" && return 1; }
	grep -qF -e "$2" said || { cat said && echo "$1 does not say: $2" && return 1; }
}

new_test_file() {
	copy_checkout
	echo 'finish' >checkout/scripts/tests/new.sh
	! checkout/scripts/lint rules >said || { cat said && echo 'rules finds nothing' && return 1; }
	grep -qF 'scripts/tests/new.sh: TESTING.md does not name new' said || { cat said && return 1; }
}

run_checks
it 'gcc finds an unused variable' finds gcc 'defined but not used' lab/programs/write-once.c '$ a static int unused;'
it 'circles finds files that call each other' finds circles \
	'client-fail-qi.c -> client-shell.c (lab_is_owner) -> client-fail-qi.c (lab_fail_qi_disarm)' \
	lab/modules/client-shell.c 's/^\tmutex_unlock\(&lock\);/\tlab_fail_qi_disarm();\n&/'
it 'circles finds an exception that is not needed' finds circles \
	'client-fail-qi.c and client-shell.c are not in a circle' \
	scripts/lib/circles.sh '/^circle_exceptions/,/END$/ s/<<-.END.$/&\n\t\tclient-fail-qi.c client-shell.c a test/'
it 'checkpatch finds a missing blank' finds checkpatch SPACING lab/programs/write-once.c 's/if \(argc/if(argc/'
it 'kernel-doc finds an exported function without a comment' finds kernel-doc \
	'pf/register.c: nothing describes pasid_pf_register()' pf/register.c 's/^ \* pasid_pf_register\(\) - / * /'
it 'shellcheck finds a variable without quotes' finds shellcheck SC2086 scripts/soak '$ a echo $seed'
it 'shfmt finds blanks at the end of a line' finds shfmt scripts/soak scripts/soak 's/^minutes=.*/&  /'
it 'spdx finds a file without a licence' finds spdx 'scripts/soak: no SPDX' scripts/soak '/SPDX/d'
wrong=t && wrong+=eh # in two parts, because this file is checked, too
it 'spelling finds a wrong word' finds spelling "$wrong ==> the" TESTING.md "\$ a $wrong"
it 'rules finds a file that is too long' finds rules 'lab/programs/write-once.c: 432 lines, more than 400' \
	lab/programs/write-once.c "\$ a //$(printf '\\n%.0s' {1..399})"
it 'rules finds a test of the version' finds rules 'outside compat/' iommu/main.c \
	'$ a #if LINUX_VERSION_CODE < KERNEL_VERSION(6, 13, 0)\n#endif'
it 'rules finds a test file that TESTING.md does not name' new_test_file
it 'rules finds a mutant without a test' finds rules "no test in scripts/tests/missed.sh is called 'no such test*'" \
	lab/mutations.sh 's/missed "the next call\*"/missed "no such test*"/'
it 'rules finds an edit of a mutant that changes nothing' finds rules 'changes nothing in ats.c by' \
	lab/mutations.sh '/pasid_vf_enable_ats/ s/return false;/no such code/'
it 'abi finds a parameter that README.md does not name' finds abi 'nothing about the module parameter' iommu/main.c \
	'$ a module_param_named(undocumented, pasid_verbose, bool, 0644);'
finish
