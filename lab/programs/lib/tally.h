/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the processes of stress have done, counted in memory that they share.
 */
#ifndef LAB_TALLY_H
#define LAB_TALLY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

enum kind { WRITE, ATTACH, OPEN, RESET, HOTPLUG, RELOAD, KINDS };

struct tally {
	atomic_bool stop;
	atomic_bool calm;	/* no process restricts or opens a VF, so that modules can go */
	atomic_uint violations;
	atomic_uint operations;	/* of all kinds, done or refused */
	atomic_uint done[KINDS];
	atomic_uint refused[KINDS];
};

extern struct tally *tally;

/* To be called before the first fork(). False if there is no memory. */
bool tally_init(void);

/* Prints what must not happen, and counts it. */
__attribute__((format(printf, 1, 2)))
void tally_violation(const char *format, ...);

/* Counts an operation. One with an errno is refused, and the errno has to make sense. */
void tally_count(enum kind kind, int err, const char *what);
void tally_expect_sense(int err, const char *what);

/* Waits until other processes have done so many operations; not for a time, as machines differ. */
void tally_let_others_do(unsigned int operations);

/* Waits until each kind of operation has been done as often as a round takes, @rounds times. */
void tally_await_rounds(unsigned int rounds);

void tally_report(time_t start);

#endif
