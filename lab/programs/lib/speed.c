// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "speed.h"

/* LAB_SLOWNESS is in percent. The host has measured it; lab/init sets it. */
unsigned int scaled(unsigned int time)
{
	const char *slowness = getenv("LAB_SLOWNESS");

	return slowness ? (unsigned long long)time * strtoul(slowness, NULL, 10) / 100 : time;
}
