// SPDX-License-Identifier: GPL-2.0-only
/* See held.h. */
#include <stddef.h>

#include "held.h"

struct held held[HELD_MAX];
unsigned int held_count;

struct held *held_by_cookie(uint32_t cookie)
{
	unsigned int i;

	for (i = 0; i < held_count; i++)
		if (held[i].request.cookie == cookie)
			return &held[i];
	return NULL;
}

struct held *held_by_group(uint32_t group)
{
	unsigned int i;

	for (i = 0; i < held_count; i++)
		if (held[i].request.group == group)
			return &held[i];
	return NULL;
}

void held_take_all(void)
{
	unsigned int i;

	for (i = 0; i < held_count; i++)
		held[i].taken = true;
}

void held_remove(struct held *it)
{
	*it = held[--held_count];
}
