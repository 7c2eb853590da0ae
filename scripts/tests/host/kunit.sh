#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The KUnit suites: a test for each suite, and a test for each file that they test: they have to reach 95 % of its lines.
# The results of a suite's cases become its diagnosis.
set -euo pipefail
"$(dirname "$(readlink -f "$0")")/../../kunit" | awk '
	/^ +(ok |KTAP|1\.\.)/ { next }
	/^ / { sub(/^ +(# )?/, "# ") }
	/ passed, / { sub(/^/, "# ") }
	{ print }'
