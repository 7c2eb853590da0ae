#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash disable=SC2012,SC2119,SC2317
# boot: --model x-srs=off --smp 1
# Bad input of every kind: the write fails with the exact error, changes nothing and invalidates nothing. And good input
# in every shape.
# shellcheck source=scripts/tests/lib.sh
. /lab/lib.sh

vf=$(vf 0)
ctl=$pci/$vf/pasid_ctl

prepare() {
	load
	set_ctl "$vf" '-pri'
	cat "$ctl" >/tmp/text
	snapshot "$vf" >/tmp/tables
	witness inval mark
}

unchanged() {
	expect_file "$ctl" "$(cat /tmp/text)"
	expect_no_inval
}

# The walker takes longer than all else, so it looks once, after all refused texts.
tables_unchanged() {
	snapshot "$vf" >/tmp/after
	expect_same /tmp/tables /tmp/after 'tables'
}

refused() { # ERROR, text on standard input
	expect_equal "$(write-once "$ctl")" "$1" 'answer'
	unchanged
}

text_refused() { # ERROR TEXT
	printf '%s' "$2" | refused "$1"
}

blanks() { # COUNT
	head -c "$1" /dev/zero | tr '\0' ' '
}

nul_inside() {
	printf '+enable\0-priv\n' | refused EINVAL
	printf '\0' | refused EINVAL
	printf -- '-enable\0' | refused EINVAL
}

long_text() {
	blanks 4096 | refused EINVAL
	{ printf -- '-enable' && blanks 4089; } | refused EINVAL
	{ printf -- '-enable' && blanks 8000 && printf -- '-priv'; } | refused EINVAL
	{ blanks 4089 && printf -- '-enable'; } | refused EINVAL
}

several_lines() {
	printf -- '-enable\n-priv\n' | refused EINVAL
	printf '\n-enable\n' | refused EINVAL
}

longest_good_text() {
	{ printf -- '-enable' && blanks 4087 && echo; } | write-once "$ctl" >/tmp/answer
	expect_file /tmp/answer 0
	set_ctl "$vf" +enable
}

good_text() {
	printf -- '-enable' | write-once "$ctl" >/tmp/answer
	expect_file /tmp/answer 0
	expect_context "$vf" PASIDE 0
	printf '\t +enable \t\n' | write-once "$ctl" >/tmp/answer
	expect_file /tmp/answer 0
	expect_context "$vf" PASIDE 1
	set_ctl "$vf" '-all -enable -exec -priv -pri'
	set_ctl "$vf" '+all -exec'
	set_ctl "$vf" '-all +enable -pri'
	expect_ctl "$vf" '+enable -exec -priv -pri'
	set_ctl "$vf" default
}

refused_twice_is_said() {
	echo '+enable +enable' >"$ctl" 2>/dev/null || true
	dmesg | grep -qF "refused '+enable +enable\\n': a name is given twice"
}

# The log is rate-limited, and the tests above have used up the limit; so this waits until it can log again.
refusal_says_why() {
	await 15 refused_twice_is_said
}

log_is_not_flooded() {
	local i=0 before
	before=$(dmesg | grep -c refused)
	while [ "$i" -lt 200 ]; do
		echo nonsense >"$ctl" 2>/dev/null || true
		i=$((i + 1))
	done
	expect_less $(($(dmesg | grep -c refused) - before)) 40 'lines in the log'
}

given '-pri is written to a VF, and its tables are known' prepare
it 'refused with EINVAL, nothing changed: an empty line' text_refused EINVAL '
'
it 'refused with EINVAL, nothing changed: only blanks' text_refused EINVAL '   	 '
it 'refused with EINVAL, nothing changed: a word without a sign that is no permission' text_refused EINVAL 'nonsense'
it 'refused with EINVAL, nothing changed: a name that does not exist' text_refused EINVAL '+enabled'
it 'refused with EINVAL, nothing changed: the beginning of a name' text_refused EINVAL '+enabl'
it 'refused with EINVAL, nothing changed: a name without a sign' text_refused EINVAL 'enable'
it 'refused with EINVAL, nothing changed: a sign without a name' text_refused EINVAL '+'
it 'refused with EINVAL, nothing changed: a blank between sign and name' text_refused EINVAL '- enable'
it 'refused with EINVAL, nothing changed: two signs' text_refused EINVAL '--enable'
it 'refused with EINVAL, nothing changed: upper case' text_refused EINVAL '-ENABLE'
it 'refused with EINVAL, nothing changed: a comma between words' text_refused EINVAL '-enable,-priv'
it 'refused with EINVAL, nothing changed: a good word before a bad one' text_refused EINVAL '-enable -nonsense'
it 'refused with EINVAL, nothing changed: a name twice' text_refused EINVAL '+enable +enable'
it 'refused with EINVAL, nothing changed: a name with - and with +' text_refused EINVAL '-enable +enable'
it 'refused with EINVAL, nothing changed: all, not as the first word' text_refused EINVAL '-enable +all'
it 'refused with EINVAL, nothing changed: all, twice' text_refused EINVAL '+all -all'
it 'refused with EINVAL, nothing changed: all without a sign' text_refused EINVAL 'all'
it 'refused with EINVAL, nothing changed: default with a word before it' text_refused EINVAL '-enable default'
it 'refused with EINVAL, nothing changed: default with a word behind it' text_refused EINVAL 'default -enable'
it 'refused with EINVAL, nothing changed: default with a sign' text_refused EINVAL '+default'
it 'refused with EINVAL, nothing changed: default, twice' text_refused EINVAL 'default default'
it 'refused with EOPNOTSUPP, nothing changed: exec, which is not supported' text_refused EOPNOTSUPP '+exec'
it 'refused with EOPNOTSUPP, nothing changed: priv, which is not supported, after a word that is' text_refused EOPNOTSUPP '-enable +priv'
it 'refused with EOPNOTSUPP, nothing changed: all, then exec, which is not supported' text_refused EOPNOTSUPP '+all +exec'
it 'refused with EINVAL, nothing changed: a NUL inside' nul_inside
it 'refused with EINVAL, nothing changed: more than 4095 bytes' long_text
it 'refused with EINVAL, nothing changed: several lines' several_lines
it 'after all refused texts the tables have not changed by a bit' tables_unchanged
it 'a text of 4095 bytes is accepted' longest_good_text
it 'good text is accepted with other blanks and in any order' good_text
it 'the log says why a text was refused' refusal_says_why
it '200 refused texts do not flood the log' log_is_not_flooded
finish
