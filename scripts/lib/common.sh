# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# What all parts of the scripts use: paths, exit statuses, messages, hashes.

repo=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
cache=${PASID_CTL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pasid-ctl}

# The product: a folder for each of its modules.
readonly PRODUCT_FOLDERS='iommu pf vfio'

# Exit statuses that callers rely on. The status of a guest's script is passed on unchanged.
readonly EXIT_USAGE=2 EXIT_MISSING=4 EXIT_TIMEOUT=124 EXIT_KERNEL_BUG=125

# Messages of a kernel that fail a run, even if all tests in it have passed.
readonly KERNEL_BUGS='Oops
WARNING:
BUG:
Kernel panic
general protection fault
Call Trace:
possible recursive locking
circular locking
inconsistent lock state
suspicious RCU usage
DEBUG_LOCKS_WARN_ON
refcount_t:
unreferenced object
UBSAN:
KASAN:
scheduling while atomic
sleeping function called
detected stalls
self-detected stall
blocked for more than
soft lockup
hard LOCKUP'

say() { printf 'lab: %s\n' "$*" >&2; }

die() { # STATUS TEXT...
	local status=$1
	shift
	say "$*"
	exit "$status"
}

hash_of_stdin() { sha256sum | cut -c1-16; }

hash_of_tree() { # DIR: prints a hash of names, modes and contents
	(
		cd "$1" || exit
		find . -type f -printf '%m %p\n' | LC_ALL=C sort
		find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
	) | hash_of_stdin
}

# Deletes all but the N newest: what is in the cache can be made again.
keep_newest() { # N PATH...
	local n=$1
	shift
	[ $# -gt "$n" ] || return 0
	# find may fail, because another lab can delete files in the same folder.
	{ find "$@" -maxdepth 0 -printf '%T@ %p\n' 2>/dev/null || true; } | sort -rn | tail -n "+$((n + 1))" |
		cut -d' ' -f2- | xargs -r -d '\n' rm -rf --
}
