// SPDX-License-Identifier: GPL-2.0-only
/*
 * Judges by evidence which bytes of a VF's extended configuration space are free, and chooses
 * among them. All that is not free has one reason. Evidence is no proof: a register that reads as
 * zero and that no driver has used yet counts as free.
 */
#include <linux/bitmap.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "free.h"

/* Room for a line of pasid_free_format(). */
#define PASID_LINE_MAX	40

static const struct {
	const char *word;	/* in the file candidates */
	const char *clause;	/* in a sentence: these bytes ... */
} pasid_findings[PASID_FINDINGS] = {
	[PASID_FREE] = { "free", "seem to be free" },
	[PASID_WAS_READ] = { "read", "were read by a user's driver" },
	[PASID_IS_OF_PF] = { "pf-capability", "are a capability in the PF" },
	[PASID_MAY_BE_CAP] = { "unknown-capability", "may be of a capability of unknown size" },
	[PASID_NOT_ZERO] = { "not-zero", "do not read as zero" },
	[PASID_WAS_WRITTEN] = { "written", "were written by a user" },
	[PASID_IS_CAP] = { "capability", "are part of a capability" },
};

/**
 * pasid_find() - what is found about 4 bytes
 * @evidence: the evidence
 * @dword: which, PASID_FIRST to PASID_DWORDS - 1
 *
 * Context: Any.
 * Return: PASID_FREE, or the strongest reason why they are not free.
 */
enum pasid_finding pasid_find(const struct pasid_evidence *evidence, unsigned int dword)
{
	if (test_bit(dword, evidence->vf.known))
		return PASID_IS_CAP;
	if (test_bit(dword, evidence->written))
		return PASID_WAS_WRITTEN;
	if (test_bit(dword, evidence->not_zero))
		return PASID_NOT_ZERO;
	if (test_bit(dword, evidence->vf.maybe))
		return PASID_MAY_BE_CAP;
	if (test_bit(dword, evidence->pf.known))
		return PASID_IS_OF_PF;
	if (test_bit(dword, evidence->read))
		return PASID_WAS_READ;
	return PASID_FREE;
}

/**
 * pasid_find_alike() - the bytes from an offset on about which the same is found
 * @evidence: the evidence
 * @dword: the first 4 of them, PASID_FIRST to PASID_DWORDS - 1
 *
 * Context: Any.
 * Return: the range.
 */
struct pasid_range pasid_find_alike(const struct pasid_evidence *evidence, unsigned int dword)
{
	enum pasid_finding finding = pasid_find(evidence, dword);
	unsigned int end = dword + 1;

	while (end < PASID_DWORDS && pasid_find(evidence, end) == finding)
		end++;
	return (struct pasid_range){ .first = dword * 4, .last = end * 4 - 1 };
}

/**
 * pasid_finding_word() - a finding, as the file candidates has it
 * @finding: the finding
 *
 * Context: Any.
 * Return: the word.
 */
const char *pasid_finding_word(enum pasid_finding finding)
{
	return pasid_findings[finding].word;
}

/**
 * pasid_finding_clause() - a finding, for people
 * @finding: the finding
 *
 * Context: Any.
 * Return: what follows "these bytes".
 */
const char *pasid_finding_clause(enum pasid_finding finding)
{
	return pasid_findings[finding].clause;
}

/**
 * pasid_free_format() - list what is found about all bytes
 * @evidence: the evidence
 * @buf: filled with lines "0x<first>-0x<last> <word>" in ascending order, which leave no byte out;
 *	"..." is the last line if there was no room for all
 * @size: its size
 *
 * Context: Any.
 * Return: the length of the text.
 */
int pasid_free_format(const struct pasid_evidence *evidence, char *buf, size_t size)
{
	unsigned int dword = PASID_FIRST;
	struct pasid_range range;
	int at = 0;

	while (dword < PASID_DWORDS) {
		if (at + 2 * PASID_LINE_MAX > size)
			return at + scnprintf(buf + at, size - at, "...\n");
		range = pasid_find_alike(evidence, dword);
		at += scnprintf(buf + at, size - at, "0x%03x-0x%03x %s\n", range.first, range.last,
				pasid_finding_word(pasid_find(evidence, dword)));
		dword = (range.last + 1) / 4;
	}
	return at;
}

/* The highest offset at which @size bytes are free below @end, or 0. */
static unsigned int pasid_highest(const struct pasid_evidence *evidence, unsigned int size,
				  unsigned int end)
{
	unsigned int dword = end / 4, run = 0;

	while (dword > PASID_FIRST && run < size / 4) {
		dword--;
		run = pasid_find(evidence, dword) == PASID_FREE ? run + 1 : 0;
	}
	return run == size / 4 ? dword * 4 : 0;
}

static void pasid_add_range(struct pasid_ranges *ranges, unsigned int at, unsigned int size)
{
	if (at)
		ranges->range[ranges->count++] = (struct pasid_range){ at, at + size - 1 };
}

/**
 * pasid_free_choose() - choose free bytes for the capabilities
 * @evidence: the evidence
 * @pri: for a PRI capability, too, if there is room for it
 * @ranges: filled with the bytes of the PASID capability, then those of the PRI capability
 * @above: set to why the PASID capability is not higher
 * @why: on failure, a clause that says what is wrong
 *
 * The highest free bytes are taken, as VMMs do: 0xff8 where that is free. The PRI capability takes
 * the highest free bytes below.
 *
 * Context: Any.
 * Return: 0, or -ENOSPC if nowhere 8 bytes are free.
 */
int pasid_free_choose(const struct pasid_evidence *evidence, bool pri,
		      struct pasid_ranges *ranges, struct pasid_obstacle *above, const char **why)
{
	unsigned int at = pasid_highest(evidence, PASID_CAP_SIZE, PCI_CFG_SPACE_EXP_SIZE);
	unsigned int end = at + PASID_CAP_SIZE;

	*above = (struct pasid_obstacle){};
	ranges->count = 0;
	if (!at) {
		*why = "nowhere 8 bytes read as zero that no capability has and no user touched";
		return -ENOSPC;
	}
	pasid_add_range(ranges, at, PASID_CAP_SIZE);
	if (pri)
		pasid_add_range(ranges, pasid_highest(evidence, PASID_PRI_CAP_SIZE, at),
				PASID_PRI_CAP_SIZE);
	/* Otherwise the capability would be 4 bytes higher at least. */
	if (end < PCI_CFG_SPACE_EXP_SIZE) {
		above->range = pasid_find_alike(evidence, end / 4);
		above->finding = pasid_find(evidence, end / 4);
	}
	return 0;
}
