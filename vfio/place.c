// SPDX-License-Identifier: GPL-2.0-only
/*
 * Placement: which of the free ranges the emulated capabilities take, and which headers point to
 * them. The list of extended capabilities is walked twice (chain.c): in the function itself, to
 * find which bytes its capabilities take, and as the VMM sees it, to find the headers that are to
 * point to the new ones.
 */
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "place.h"

static bool pasid_overlaps(const unsigned long *taken, const struct pasid_range *range)
{
	return find_next_bit(taken, range->last / 4 + 1, range->first / 4) <= range->last / 4;
}

static int pasid_check_free(const struct pasid_space *hw,
			    const struct pasid_ranges *ranges, const char **why)
{
	struct pasid_taken taken;
	const struct pasid_range *range;
	int err;

	err = pasid_find_taken(hw, &taken, why);
	if (err)
		return err;
	for (range = ranges->range; range < ranges->range + ranges->count; range++) {
		if (pasid_overlaps(taken.known, range)) {
			*why = "a range overlaps a capability";
			return -EADDRINUSE;
		}
		if (pasid_overlaps(taken.maybe, range)) {
			*why = "a range lies between a capability of unknown size and the next one";
			return -EADDRINUSE;
		}
	}
	return 0;
}

/* The first offset in @ranges where @size bytes fit beside @other_size bytes at @other, or 0. */
static u16 pasid_fit(const struct pasid_ranges *ranges, unsigned int size,
		     unsigned int other, unsigned int other_size)
{
	const struct pasid_range *range;
	unsigned int at;

	for (range = ranges->range; range < ranges->range + ranges->count; range++) {
		at = range->first;
		if (other >= range->first && other <= range->last &&
		    at + size > other)
			at = other + other_size;
		if (at + size <= range->last + 1)
			return at;
	}
	return 0;
}

static void pasid_choose(const struct pasid_ranges *ranges, bool pri,
			 struct pasid_cap_layout *layout)
{
	layout->pasid = pasid_fit(ranges, PASID_CAP_SIZE, 0, 0);
	if (!pri || !layout->pasid)
		return;
	layout->pri = pasid_fit(ranges, PASID_PRI_CAP_SIZE, layout->pasid,
				PASID_CAP_SIZE);
	if (layout->pri)
		return;
	/* The PASID capability may be where the PRI capability alone has room: place that first. */
	layout->pri = pasid_fit(ranges, PASID_PRI_CAP_SIZE, 0, 0);
	if (!layout->pri)
		return;
	layout->pasid = pasid_fit(ranges, PASID_CAP_SIZE, layout->pri,
				  PASID_PRI_CAP_SIZE);
	if (layout->pasid)
		return;
	layout->pri = 0;
	layout->pasid = pasid_fit(ranges, PASID_CAP_SIZE, 0, 0);
}

/**
 * struct pasid_gap - between which headers of a list a new one goes
 * @at: offset of the new header
 * @before: offset of the header that is to point to the new one, or 0
 * @after: offset that the new header is to point to, or 0
 */
struct pasid_gap {
	u16 at;
	u16 before;
	u16 after;
};

/* The new header goes before the first one that is at a higher offset. */
static void pasid_seek(unsigned int at, u32 header, void *arg)
{
	struct pasid_gap *gap = arg;

	if (gap->after)
		return;
	if (at > gap->at)
		gap->after = at;
	else
		gap->before = at;
}

static int pasid_find_gap(const struct pasid_space *view, struct pasid_gap *gap,
			  const char **why)
{
	int err = pasid_walk(view, pasid_seek, gap, why);

	/* In an empty list a null capability at 0x100 points to the new header. */
	if (!err && !gap->before && gap->at != PCI_CFG_SPACE_SIZE)
		gap->before = PCI_CFG_SPACE_SIZE;
	return err;
}

static void pasid_change_header(const struct pasid_space *view, struct pasid_cap_layout *layout,
				const struct pasid_gap *gap)
{
	struct pasid_header *header = &layout->headers[layout->header_count];

	if (!gap->before)
		return;
	header->at = gap->before;
	header->value = view->read(view->arg, gap->before) & ~GENMASK(31, 20);
	header->value |= (u32)gap->at << 20;
	layout->header_count++;
}

static int pasid_link_in(const struct pasid_space *view,
			 struct pasid_cap_layout *layout, const char **why)
{
	struct pasid_gap pasid = { .at = layout->pasid }, pri = { .at = layout->pri };
	struct pasid_gap *low = &pasid, *high = &pri;
	int err;

	err = pasid_find_gap(view, &pasid, why);
	if (!err && layout->pri)
		err = pasid_find_gap(view, &pri, why);
	if (err)
		return err;
	if (layout->pri && layout->pri < layout->pasid)
		swap(low, high);
	/*
	 * Both headers go into the same gap: the lower one points to the higher one, and a header
	 * of the list points to the lower one only. The same if the list is empty, and the lower
	 * one is at 0x100.
	 */
	if (layout->pri && low->after == high->after) {
		low->after = high->at;
		high->before = 0;
	}
	pasid_change_header(view, layout, low);
	if (layout->pri)
		pasid_change_header(view, layout, high);
	layout->pasid_next = pasid.after;
	layout->pri_next = pri.after;
	return 0;
}

static u16 pasid_find_dirty(const struct pasid_space *hw, unsigned int at,
			    unsigned int size)
{
	unsigned int end = at + size;

	for (; at < end; at += 4)
		if (hw->read(hw->arg, at))
			return at;
	return 0;
}

/**
 * pasid_place() - place the emulated capabilities
 * @hw: the function itself
 * @view: the function as the VMM sees it without emulation: capabilities may be hidden there
 * @ranges: the bytes that the source says are free
 * @pri: place a PRI capability, too, if there is room for it
 * @layout: filled on success, but for @layout->source, which does not change
 * @why: on failure, a clause that says what is wrong
 *
 * The header at 0x100 stays the first (PCIe 6.3, 7.6.3). If there is none, and no capability is
 * placed there, a null capability is (7.9.28). The headers of the list keep their order. If their
 * offsets were ascending, they still are.
 *
 * Context: Any in which @hw and @view can be read.
 * Return: 0; -EINVAL or -ERANGE from pasid_ranges_check(); -EADDRINUSE if a range
 * overlaps a capability, or may do so; -ENOSPC if none has room; -ELOOP if the list of
 * capabilities does not end; -EIO if the function does not answer.
 */
int pasid_place(const struct pasid_space *hw, const struct pasid_space *view,
		const struct pasid_ranges *ranges, bool pri,
		struct pasid_cap_layout *layout, const char **why)
{
	int err;

	*layout = (struct pasid_cap_layout){ .source = layout->source };
	err = pasid_ranges_check(ranges, why);
	if (err)
		return err;
	err = pasid_check_free(hw, ranges, why);
	if (err)
		return err;
	pasid_choose(ranges, pri, layout);
	if (!layout->pasid) {
		*why = "no range has room for 8 bytes";
		return -ENOSPC;
	}
	layout->dirty = pasid_find_dirty(hw, layout->pasid, PASID_CAP_SIZE);
	if (!layout->dirty && layout->pri)
		layout->dirty = pasid_find_dirty(hw, layout->pri, PASID_PRI_CAP_SIZE);
	return pasid_link_in(view, layout, why);
}
