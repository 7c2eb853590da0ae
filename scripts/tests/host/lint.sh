#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The static checks, a test for each.
exec "$(dirname "$(readlink -f "$0")")/../../lint"
