/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers. For one seed they are the same on all machines and with all C
 * libraries.
 */
#ifndef LAB_RANDOM_H
#define LAB_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

void random_seed(uint64_t seed);

/* 0 to @n - 1. */
unsigned int below(unsigned int n);

/* True in @percent of 100 cases. */
bool random_chance(unsigned int percent);

#endif
