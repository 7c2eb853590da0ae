#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The mutation table is a part of the tests: what they notice is what they are worth. One machine at a time, as
# check runs other tests beside it.
exec "$(dirname "$(readlink -f "$0")")/../../mutate" --jobs 1
