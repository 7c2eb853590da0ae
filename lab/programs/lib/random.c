// SPDX-License-Identifier: GPL-2.0-only
#include "random.h"

static uint64_t state;

void random_seed(uint64_t seed)
{
	state = seed * 2 + 1; /* never 0 */
}

/* xorshift64 */
unsigned int below(unsigned int n)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % n;
}

bool random_chance(unsigned int percent)
{
	return below(100) < percent;
}
