// SPDX-License-Identifier: GPL-2.0-only
/* The code of the trace events, made once for the module from trace.h. */
#define CREATE_TRACE_POINTS
#include "trace.h"
