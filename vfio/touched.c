// SPDX-License-Identifier: GPL-2.0-only
/*
 * Counts a user's accesses to extended configuration space. In the path of an access nothing is
 * allocated, and no lock is waited for.
 */
#include <linux/bitmap.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>

#include "touched.h"

/* Room for a line of pasid_touched_format(). */
#define PASID_LINE_MAX	64

static void pasid_count(u16 *number)
{
	u16 is = READ_ONCE(*number);

	if (is != U16_MAX)
		WRITE_ONCE(*number, is + 1);
}

static struct pasid_accesses *pasid_accesses_of(struct pasid_touched *touched,
						unsigned int dword)
{
	return &touched->at[dword - PASID_FIRST];
}

static bool pasid_run_is_sweep(const struct pasid_touched *touched)
{
	return touched->end - touched->first >= PASID_SWEEP;
}

/* @touched->lock held. */
static void pasid_end_run(struct pasid_touched *touched)
{
	bool sweep = pasid_run_is_sweep(touched);
	struct pasid_accesses *accesses;
	unsigned int dword;

	for (dword = touched->first / 4; dword * 4 < touched->end; dword++) {
		if (!__test_and_clear_bit(dword, touched->run))
			continue;
		accesses = pasid_accesses_of(touched, dword);
		pasid_count(sweep ? &accesses->sweeps : &accesses->reads);
	}
	WRITE_ONCE(touched->end, 0);
	WRITE_ONCE(touched->again, false);
}

/* @touched->lock held. */
static void pasid_add_to_run(struct pasid_touched *touched, unsigned int at, unsigned int end)
{
	unsigned int dword;

	if (touched->end && (READ_ONCE(touched->again) || at < touched->end ||
			     at - touched->end >= PASID_RUN_GAP))
		pasid_end_run(touched);
	if (!touched->end)
		WRITE_ONCE(touched->first, at);
	WRITE_ONCE(touched->end, end);
	for (dword = at / 4; dword * 4 < end; dword++)
		__set_bit(dword, touched->run);
}

/* Cuts an access to extended configuration space; returns whether something is left. */
static bool pasid_cut(unsigned int *at, unsigned int *end)
{
	*at = max_t(unsigned int, *at, PCI_CFG_SPACE_SIZE);
	*end = min_t(unsigned int, *end, PCI_CFG_SPACE_EXP_SIZE);
	return *at < *end;
}

/**
 * pasid_touched_init() - nothing was accessed yet
 * @touched: all zeroes
 *
 * Context: Any.
 */
void pasid_touched_init(struct pasid_touched *touched)
{
	spin_lock_init(&touched->lock);
}

/**
 * pasid_touched_read() - count a read
 * @touched: the accesses
 * @at: offset of the first byte, 0 to 0xfff
 * @size: how many bytes
 *
 * Context: Any. Waits for nobody.
 */
void pasid_touched_read(struct pasid_touched *touched, unsigned int at, unsigned int size)
{
	unsigned int first = READ_ONCE(touched->first), next = READ_ONCE(touched->end);
	unsigned int end = at + size, dword;

	if (!pasid_cut(&at, &end))
		return;
	/*
	 * What is read again is a driver's, unless a sweep has passed it, which another sweep may
	 * follow. It is counted without the lock, as most reads of drivers are such ones.
	 */
	if (at >= first && at < next && next - first < PASID_SWEEP) {
		WRITE_ONCE(touched->again, true);
	} else if (spin_trylock(&touched->lock)) {
		pasid_add_to_run(touched, at, end);
		spin_unlock(&touched->lock);
		return;
	}
	for (dword = at / 4; dword * 4 < end; dword++)
		pasid_count(&pasid_accesses_of(touched, dword)->reads);
}

/**
 * pasid_touched_write() - count a write
 * @touched: the accesses
 * @at: offset of the first byte, 0 to 0xfff
 * @size: how many bytes
 *
 * Context: Any. Waits for nobody.
 */
void pasid_touched_write(struct pasid_touched *touched, unsigned int at, unsigned int size)
{
	unsigned int end = at + size, dword;

	if (!pasid_cut(&at, &end))
		return;
	for (dword = at / 4; dword * 4 < end; dword++)
		pasid_count(&pasid_accesses_of(touched, dword)->writes);
}

/**
 * pasid_touched_settle() - the user has closed the function: the last run has ended
 * @touched: the accesses
 *
 * Context: Any.
 */
void pasid_touched_settle(struct pasid_touched *touched)
{
	guard(spinlock)(&touched->lock);
	if (touched->end)
		pasid_end_run(touched);
}

/**
 * pasid_touched_clear() - forget all accesses
 * @touched: the accesses; what is accessed meanwhile may be forgotten, too
 *
 * Context: Any.
 */
void pasid_touched_clear(struct pasid_touched *touched)
{
	guard(spinlock)(&touched->lock);
	memset(touched->at, 0, sizeof(touched->at));
	bitmap_zero(touched->run, PASID_DWORDS);
	WRITE_ONCE(touched->end, 0);
}

/**
 * pasid_touched_at() - how often 4 bytes were accessed; a run that is under way counts, too
 * @touched: the accesses
 * @dword: which, PASID_FIRST to PASID_DWORDS - 1
 *
 * Context: Any.
 * Return: the numbers.
 */
struct pasid_accesses pasid_touched_at(struct pasid_touched *touched, unsigned int dword)
{
	struct pasid_accesses now = *pasid_accesses_of(touched, dword);

	if (READ_ONCE(touched->end) && test_bit(dword, touched->run))
		pasid_count(pasid_run_is_sweep(touched) ? &now.sweeps : &now.reads);
	return now;
}

/**
 * pasid_touched_format() - list what was accessed as ranges
 * @touched: the accesses
 * @hide: 4 bytes that are not listed, by bits
 * @buf: filled with lines "0x<first>-0x<last> read <n> written <n> swept <n>"; bytes with the same
 *	numbers share a line; "..." is the last line if there was no room for all
 * @size: its size, PASID_LINE_MAX at least
 *
 * Context: Any.
 * Return: the length of the text.
 */
int pasid_touched_format(struct pasid_touched *touched, const unsigned long *hide, char *buf,
			 size_t size)
{
	static const struct pasid_accesses none;
	unsigned int first, next = PASID_FIRST;
	struct pasid_accesses now, other;
	int at = 0;

	while (next < PASID_DWORDS) {
		first = next++;
		now = test_bit(first, hide) ? none : pasid_touched_at(touched, first);
		if (!memcmp(&now, &none, sizeof(now)))
			continue;
		for (; next < PASID_DWORDS && !test_bit(next, hide); next++) {
			other = pasid_touched_at(touched, next);
			if (memcmp(&now, &other, sizeof(now)))
				break;
		}
		if (at + 2 * PASID_LINE_MAX > size)
			return at + scnprintf(buf + at, size - at, "...\n");
		at += scnprintf(buf + at, size - at, "0x%03x-0x%03x read %u written %u swept %u\n",
				first * 4, next * 4 - 1, now.reads, now.writes, now.sweeps);
	}
	return at;
}
