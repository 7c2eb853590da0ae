/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last steps of a program that takes random ones: they are printed when a step
 * does not do what it should.
 */
#ifndef LAB_HISTORY_H
#define LAB_HISTORY_H

/* The number of the current step; the caller counts. */
extern unsigned int history_step;

/* Describes the current step; a later description replaces an earlier one. */
__attribute__((format(printf, 1, 2)))
void history_note(const char *format, ...);

/* Prints the last steps and what is wrong, and ends the program with status 1. */
__attribute__((format(printf, 1, 2), noreturn))
void history_fail(const char *format, ...);

#endif
