// SPDX-License-Identifier: GPL-2.0-only
/* Prints how fast this machine's time-stamp counter counts, in kHz. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <x86intrin.h>

#define INTERVAL_US	100000
#define TRIES		100

struct moment {
	uint64_t ticks;
	uint64_t ns;
};

/* The clock and the counter at the same moment: the shortest of many tries is the most exact. */
static struct moment now(void)
{
	uint64_t before, after, least = UINT64_MAX;
	struct moment best = { 0 };
	struct timespec time;
	int i;

	for (i = 0; i < TRIES; i++) {
		before = __rdtsc();
		clock_gettime(CLOCK_MONOTONIC_RAW, &time);
		after = __rdtsc();
		if (after - before >= least)
			continue;
		least = after - before;
		best.ticks = before + least / 2;
		best.ns = time.tv_sec * 1000000000ull + time.tv_nsec;
	}
	return best;
}

int main(void)
{
	struct moment start, end;

	start = now();
	usleep(INTERVAL_US);
	end = now();
	printf("%llu\n", (end.ticks - start.ticks) * 1000000ull / (end.ns - start.ns));
	return 0;
}
