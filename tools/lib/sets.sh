# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # variables are shared with the other parts
# Sets of permissions, and other values, as text for people and as JSON. Pure: nothing here reads a file.

readonly PERMISSIONS='enable exec priv pri'

# Prints the names that "+enable -exec ..." grants, separated by commas.
granted() { # SET
	local word names=''
	for word in $1; do
		[[ $word != +* ]] || names+=,${word#+}
	done
	echo "${names#,}"
}

has_permission() { # SET NAME
	[[ " $1 " = *" +$2 "* ]]
}

# Prints the set, but that a name is denied in it.
without() { # SET NAME
	local set=" $1 "
	set=${set/" +$2 "/" -$2 "}
	echo "${set:1:-1}"
}

json_string() { # TEXT: null where it is empty
	local text=$1
	[ -n "$text" ] || { echo null && return; }
	text=${text//\\/\\\\}
	text=${text//\"/\\\"}
	text=${text//$'\t'/\\t}
	text=${text//$'\n'/\\n}
	printf '"%s"\n' "${text//[$'\001'-$'\037']/}"
}

json_number() { # TEXT: null where it is none
	[[ $1 =~ ^[0-9]+$ ]] && echo "$1" || echo null
}

json_list() { # WORD...
	local word list=''
	for word; do
		list+=", $(json_string "$word")"
	done
	echo "[${list#, }]"
}

# As a list, or null where nothing is known.
json_set() { # SET
	local names
	names=$(granted "$1")
	# shellcheck disable=SC2086 # several words
	[ -n "$1" ] && json_list ${names//,/ } || echo null
}

# Of pasid_status/faults, whose lines are joined by semicolons: all that were refused; "-" where that is not known.
count_faults() { # TEXT
	[[ $1 = *0x* || $1 = none ]] || { echo - && return; }
	tr ';' '\n' <<<"$1" | awk '{ total += $2 } END { print total + 0 }'
}

# The same as an object; null where nothing is known.
json_faults() { # TEXT
	case $1 in
	none) echo '{}' ;;
	*0x*) sed -E 's/(0x[0-9a-f]+) ([0-9]+)/"\1": \2/g; s/;/, /g; s/.*/{&}/' <<<"$1" ;;
	*) echo null ;;
	esac
}

# Of pasid_status/owed: "none" is an empty list.
json_owed() { # TEXT
	# shellcheck disable=SC2086 # several words
	[ -n "$1" ] && json_list ${1/#none/} || echo null
}
