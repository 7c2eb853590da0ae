/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Measured times. The median is used, because what the machine does besides moves the
 * average, but not the median.
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

/* Ends the program if there is no memory. */
void samples_init(struct samples *samples, size_t room);
void samples_free(struct samples *samples);

/* If there is no more room, the time is dropped. */
void samples_add(struct samples *samples, uint64_t ns);

/* There must be one sample at least; the samples are sorted. */
uint64_t samples_median(struct samples *samples);

/* 0 if there are no samples. */
uint64_t samples_sum(const struct samples *samples);

#endif
