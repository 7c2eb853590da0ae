#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The mutants of lab/mutations.sh: a test for each, that the tests notice it. One machine at a time, because check runs
# other tests beside it.
exec "$(dirname "$(readlink -f "$0")")/../../mutate" --jobs 1
