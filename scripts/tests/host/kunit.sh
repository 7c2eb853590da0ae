#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The KUnit suites: a test for each suite, and one for each file that they test, whose lines have to be reached. What a
# suite says of its cases becomes the diagnosis.
set -euo pipefail
"$(dirname "$(readlink -f "$0")")/../../kunit" | awk '
	/^ +(ok |KTAP|1\.\.)/ { next }
	/^ / { sub(/^ +(# )?/, "# ") }
	/ passed, / { sub(/^/, "# ") }
	{ print }'
