// SPDX-License-Identifier: GPL-2.0-only
/* See tally.h. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tally.h"

#define MOMENT		1000 /* microseconds */
#define IMBALANCE	50 /* this times more rounds of one kind than of another are too many */

static const struct {
	const char *name;
	unsigned int per_round;
} kinds[KINDS] = {
	[WRITE] = { "writes", 1000 },
	[ATTACH] = { "attaches and detaches", 500 },
	[OPEN] = { "sessions", 20 },
	[RESET] = { "resets", 50 },
	[HOTPLUG] = { "VFs gone and back", 1 },
	[RELOAD] = { "modules out and in", 2 },
};

struct tally *tally;

bool tally_init(void)
{
	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		     -1, 0);
	return tally != MAP_FAILED;
}

void tally_violation(const char *format, ...)
{
	va_list args;

	atomic_fetch_add(&tally->violations, 1);
	va_start(args, format);
	printf("wrong: ");
	vprintf(format, args);
	printf("\n");
	fflush(stdout);
	va_end(args);
}

/* VFs and modules come and go, and allocations fail: these errors make sense. */
static bool makes_sense(int err)
{
	switch (err) {
	case 0:
	case EAGAIN:
	case EBUSY:
	case EIO:
	case ENODEV:
	case ENOENT:
	case ENOMEM:
	case ENOTTY:
	case EOPNOTSUPP:
		return true;
	}
	return false;
}

void tally_expect_sense(int err, const char *what)
{
	if (!makes_sense(err))
		tally_violation("%s: %s", what, strerrorname_np(err));
}

void tally_count(enum kind kind, int err, const char *what)
{
	atomic_fetch_add(&tally->operations, 1);
	atomic_fetch_add(err ? &tally->refused[kind] : &tally->done[kind], 1);
	tally_expect_sense(err, what);
	if (err == ENOENT)
		usleep(MOMENT);
}

void tally_let_others_do(unsigned int operations)
{
	const unsigned int end = tally->operations + operations;

	while (!tally->stop && (int)(tally->operations - end) < 0)
		usleep(MOMENT);
}

/* How many rounds have been done of the kind that has been done least, or most. */
static unsigned int rounds_done(bool most)
{
	unsigned int kind, rounds = tally->done[0] / kinds[0].per_round;

	for (kind = 1; kind < KINDS; kind++) {
		unsigned int n = tally->done[kind] / kinds[kind].per_round;

		if (most ? n > rounds : n < rounds)
			rounds = n;
	}
	return rounds;
}

void tally_await_rounds(unsigned int rounds)
{
	while (rounds_done(false) < rounds && rounds_done(true) < rounds * IMBALANCE)
		usleep(50000);
	if (rounds_done(false) < rounds)
		tally_violation("one kind has done %u rounds, and another one not yet %u",
				rounds_done(true), rounds);
}

void tally_report(time_t start)
{
	unsigned int kind;

	for (kind = 0; kind < KINDS; kind++) {
		printf("%-22s %8u, and %u refused\n", kinds[kind].name, tally->done[kind],
		       tally->refused[kind]);
		if (!tally->done[kind])
			tally_violation("%s: not once", kinds[kind].name);
	}
	printf("%u operations, %u violations, in %lu s\n", tally->operations,
	       tally->violations, (unsigned long)(time(NULL) - start));
}
