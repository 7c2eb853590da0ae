/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measured times, of which the median says most: what else the machine did in
 * between moves the average, but not that.
 */
#ifndef LAB_SAMPLES_H
#define LAB_SAMPLES_H

#include <stddef.h>
#include <stdint.h>

struct samples {
	uint64_t *ns;
	size_t count;
	size_t room;
};

/* Nanoseconds since boot. */
uint64_t samples_now(void);

/* Ends the program where there is no memory. */
void samples_init(struct samples *samples, size_t room);
void samples_free(struct samples *samples);

/* No more than there is room for. */
void samples_add(struct samples *samples, uint64_t ns);

/* Of one or more; they are in order afterwards. */
uint64_t samples_median(struct samples *samples);

/* 0 without any. */
uint64_t samples_sum(const struct samples *samples);

#endif
