/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that are the same everywhere, for each seed: the C library's may
 * change.
 */
#ifndef LAB_RANDOM_H
#define LAB_RANDOM_H

#include <stdint.h>

void random_seed(uint64_t seed);

/* 0 to @n - 1. */
unsigned int below(unsigned int n);

#endif
