#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A part of the mutants of lab/mutations.sh: a test for each, that the tests notice it. `make mutate` tries all. One
# machine at a time, because check runs other tests beside it.
exec "$(dirname "$(readlink -f "$0")")/../../mutate" --jobs 1 --some
