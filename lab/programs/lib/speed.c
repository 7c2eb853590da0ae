// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "speed.h"

/* In percent; lab/init has it from the host, which has measured it. */
unsigned int scaled(unsigned int time)
{
	const char *slowness = getenv("LAB_SLOWNESS");

	return slowness ? (unsigned long long)time * strtoul(slowness, NULL, 10) / 100 : time;
}
