// SPDX-License-Identifier: GPL-2.0-only
/*
 * Placement: which of the free ranges the emulated capabilities take, and which headers point to
 * them. The list of extended capabilities is walked twice: in the function itself, to find which
 * bytes its capabilities take, and as the VMM sees it, to find the headers that are to point to
 * the new ones.
 */
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/pci_regs.h>
#include "place.h"

/* More headers of 8 bytes do not fit, so a longer list is a loop. */
#define PASID_WALK_MAX	((PCI_CFG_SPACE_EXP_SIZE - PCI_CFG_SPACE_SIZE) / 8)

#define PASID_DWORDS	(PCI_CFG_SPACE_EXP_SIZE / 4)

/* PCIe 6.3, 7.8.7; younger than the oldest kernel's pci_regs.h. */
#define PASID_EXT_CAP_ID_VF_REBAR	0x24

/* What a read of a device that is gone returns. */
#define PASID_ALL_ONES	0xffffffff

typedef void pasid_visit_header_fn(unsigned int at, u32 header, void *arg);

/*
 * PCIe 6.3, 7.6.3, 7.9.28: the list begins at 0x100. It is empty if the header there is all zeroes.
 * Another header with ID 0 is a null capability, which is skipped. The low bits of a pointer are
 * masked, and a pointer below 0x100 ends the list.
 */
static int pasid_walk(const struct pasid_space *space, pasid_visit_header_fn *visit,
		      void *arg, const char **why)
{
	unsigned int at = PCI_CFG_SPACE_SIZE, steps = 0;
	u32 header;

	while (at >= PCI_CFG_SPACE_SIZE) {
		if (steps++ == PASID_WALK_MAX) {
			*why = "its list of capabilities does not end";
			return -ELOOP;
		}
		header = space->read(space->arg, at);
		if (header == PASID_ALL_ONES) {
			*why = "its configuration space reads as all ones";
			return -EIO;
		}
		if (header)
			visit(at, header, arg);
		at = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

/* Sizes in bytes, by ID, of capabilities whose size does not vary; ID 0 is the null capability. */
static const u8 pasid_cap_sizes[] = {
	[0] = PASID_HEADER_SIZE,
	[PCI_EXT_CAP_ID_ERR] = 0x48,
	[PCI_EXT_CAP_ID_DSN] = 12,
	[PCI_EXT_CAP_ID_PWR] = 16,
	[PCI_EXT_CAP_ID_ARI] = 8,
	[PCI_EXT_CAP_ID_ATS] = 8,
	[PCI_EXT_CAP_ID_SRIOV] = 64,
	[PCI_EXT_CAP_ID_MCAST] = 48,
	[PCI_EXT_CAP_ID_PRI] = PASID_PRI_CAP_SIZE,
	[PCI_EXT_CAP_ID_LTR] = 8,
	[PCI_EXT_CAP_ID_PASID] = PASID_CAP_SIZE,
	[PCI_EXT_CAP_ID_DPC] = 12,
	[PCI_EXT_CAP_ID_L1SS] = 20,
	[PCI_EXT_CAP_ID_PTM] = 12,
	[PCI_EXT_CAP_ID_DLF] = 12,
	[PCI_EXT_CAP_ID_DOE] = 24,
};

static unsigned int pasid_acs_size(u32 cap)
{
	unsigned int bits = cap >> 8 & 0xff;

	/* With egress control, a vector follows; a size of 0 stands for 256 bits. */
	if (!(cap & PCI_ACS_EC))
		return 8;
	return 8 + DIV_ROUND_UP(bits ?: 256, 32) * 4;
}

static unsigned int pasid_tph_size(u32 cap)
{
	if ((cap & PCI_TPH_CAP_LOC_MASK) != PCI_TPH_LOC_CAP)
		return 12;
	/* A table of steering tags follows, of 2 bytes each. */
	return 12 + ((cap >> 16 & 0x7ff) + 1) * 2;
}

/* Without the port arbitration tables, which endpoints do not have. */
static unsigned int pasid_vc_size(u32 cap)
{
	return 16 + 12 * ((cap & PCI_VC_CAP1_EVCC) + 1);
}

static unsigned int pasid_rebar_size(u32 control)
{
	return 4 + 8 * (control >> 5 & 7);
}

/* In bytes, or 0 if the size of a capability of this ID is not known. */
static unsigned int pasid_cap_size(const struct pasid_space *hw, unsigned int at,
				   unsigned int id)
{
	/* The second 4 bytes, in which most capabilities of variable size have their size. */
	u32 cap = at + 8 <= PCI_CFG_SPACE_EXP_SIZE ? hw->read(hw->arg, at + 4) : 0;

	switch (id) {
	case PCI_EXT_CAP_ID_VNDR:
	case PCI_EXT_CAP_ID_DVSEC:
		return max(cap >> 20, 8U);
	case PCI_EXT_CAP_ID_ACS:
		return pasid_acs_size(cap);
	case PCI_EXT_CAP_ID_TPH:
		return pasid_tph_size(cap);
	case PCI_EXT_CAP_ID_DPA:
		return 16 + (cap & 0x1f) + 1;
	case PCI_EXT_CAP_ID_VC:
	case PCI_EXT_CAP_ID_VC9:
	case PCI_EXT_CAP_ID_MFVC:
		return pasid_vc_size(cap);
	case PCI_EXT_CAP_ID_REBAR:
	case PASID_EXT_CAP_ID_VF_REBAR:
		return at + 12 <= PCI_CFG_SPACE_EXP_SIZE ?
		       pasid_rebar_size(hw->read(hw->arg, at + 8)) : 4;
	default:
		return id < ARRAY_SIZE(pasid_cap_sizes) ? pasid_cap_sizes[id] : 0;
	}
}

/**
 * struct pasid_taken - what the function's capabilities take; one bit for each 4 bytes
 * @hw: the function
 * @known: all bytes of capabilities of known size, and the headers of the others
 * @header: the headers of all capabilities
 * @unknown: the headers of capabilities of unknown size
 */
struct pasid_taken {
	const struct pasid_space *hw;
	DECLARE_BITMAP(known, PASID_DWORDS);
	DECLARE_BITMAP(header, PASID_DWORDS);
	DECLARE_BITMAP(unknown, PASID_DWORDS);
};

static void pasid_take(unsigned int at, u32 header, void *arg)
{
	struct pasid_taken *taken = arg;
	unsigned int size = pasid_cap_size(taken->hw, at, PCI_EXT_CAP_ID(header));

	__set_bit(at / 4, taken->header);
	if (!size)
		__set_bit(at / 4, taken->unknown);
	size = clamp(size, PASID_HEADER_SIZE, PCI_CFG_SPACE_EXP_SIZE - at);
	bitmap_set(taken->known, at / 4, DIV_ROUND_UP(size, 4));
}

/* A capability of unknown size may reach up to the next header, or to the end of the space. */
static bool pasid_may_be_taken(const struct pasid_taken *taken, const struct pasid_range *range)
{
	unsigned long first = range->first / 4, at, next;

	for_each_set_bit(at, taken->unknown, PASID_DWORDS) {
		next = find_next_bit(taken->header, PASID_DWORDS, at + 1);
		if (at <= range->last / 4 && first < next)
			return true;
	}
	return false;
}

static int pasid_check_free(const struct pasid_space *hw,
			    const struct pasid_ranges *ranges, const char **why)
{
	struct pasid_taken taken = { .hw = hw };
	const struct pasid_range *range;
	int err;

	err = pasid_walk(hw, pasid_take, &taken, why);
	if (err)
		return err;
	for (range = ranges->range; range < ranges->range + ranges->count; range++) {
		if (find_next_bit(taken.known, range->last / 4 + 1, range->first / 4) <=
		    range->last / 4) {
			*why = "a range overlaps a capability";
			return -EADDRINUSE;
		}
		if (pasid_may_be_taken(&taken, range)) {
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
