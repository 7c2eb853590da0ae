// SPDX-License-Identifier: GPL-2.0-only
/* Measured times. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "samples.h"

uint64_t samples_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

void samples_init(struct samples *samples, size_t room)
{
	samples->count = 0;
	samples->room = room;
	/* Written now, so that no page fault happens while time is measured. */
	samples->ns = calloc(room, sizeof(*samples->ns));
	if (!samples->ns) {
		perror("no memory for measured times");
		exit(1);
	}
	for (size_t i = 0; i < room; i++)
		((volatile uint64_t *)samples->ns)[i] = 0;
}

void samples_free(struct samples *samples)
{
	free(samples->ns);
}

void samples_add(struct samples *samples, uint64_t ns)
{
	if (samples->count < samples->room)
		samples->ns[samples->count++] = ns;
}

static int compare(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

uint64_t samples_median(struct samples *samples)
{
	qsort(samples->ns, samples->count, sizeof(*samples->ns), compare);
	return samples->ns[samples->count / 2];
}

uint64_t samples_sum(const struct samples *samples)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < samples->count; i++)
		sum += samples->ns[i];
	return sum;
}
