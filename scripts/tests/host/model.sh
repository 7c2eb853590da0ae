#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The search of the engine's model: a test for each part and for each precaution.
exec "$(dirname "$(readlink -f "$0")")/../../model"
