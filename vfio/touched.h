/* SPDX-License-Identifier: GPL-2.0-only */
/* How often a user accessed each register of a function's extended configuration space. */
#ifndef _PASID_TOUCHED_H
#define _PASID_TOUCHED_H

#include <linux/spinlock.h>

#include "chain.h"

/* Reads in ascending order that leave out less than this are one run. In bytes. */
#define PASID_RUN_GAP	64

/* A run that is at least as long as this is a sweep. In bytes. */
#define PASID_SWEEP	1024

/**
 * struct pasid_accesses - how often 4 bytes were accessed; each number ends at U16_MAX
 * @reads: single reads, as a driver makes them
 * @writes: writes
 * @sweeps: reads in sweeps
 */
struct pasid_accesses {
	u16 reads;
	u16 writes;
	u16 sweeps;
};

/**
 * struct pasid_touched - the accesses of the users of a function
 * @at: by 4 bytes from offset 0x100 on
 * @lock: held to change the members below, but for @again; accesses only try to take it
 * @first: where the run of reads began that is under way
 * @end: where the next read goes on with it; 0: there is none
 * @again: something in it was read again, which ends it with the next read of anything else
 * @run: the 4 bytes that were read in it
 *
 * The rule by which a sweep, such as a VMM's snapshot or "lspci -xxxx" in a guest, is told from a
 * driver's reads: reads are a run as long as each begins at the end of the one before, or
 * less than PASID_RUN_GAP bytes behind it. When the run ends, it was a sweep if it has
 * PASID_SWEEP bytes or more, from its first byte to its last. Otherwise each 4 bytes in it were
 * read by a driver. A driver does not read a quarter of the space in order. A read of what a
 * run that is no sweep has passed already is a driver's, and is no part of a run. If two reads
 * meet, the second one counts as a driver's, whatever it belongs to. A write is always a driver's.
 *
 * Two accesses of the same register at one moment may be counted as one, and never as none.
 */
struct pasid_touched {
	struct pasid_accesses at[PASID_DWORDS - PASID_FIRST];
	spinlock_t lock;	/* see above */
	u16 first;
	u16 end;
	bool again;
	DECLARE_BITMAP(run, PASID_DWORDS);
};

void pasid_touched_init(struct pasid_touched *touched);
void pasid_touched_read(struct pasid_touched *touched, unsigned int at, unsigned int size);
void pasid_touched_write(struct pasid_touched *touched, unsigned int at, unsigned int size);
void pasid_touched_settle(struct pasid_touched *touched);
void pasid_touched_clear(struct pasid_touched *touched);
struct pasid_accesses pasid_touched_at(struct pasid_touched *touched, unsigned int dword);
int pasid_touched_format(struct pasid_touched *touched, const unsigned long *hide, char *buf,
			 size_t size);

#endif /* _PASID_TOUCHED_H */
