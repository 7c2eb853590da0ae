/* SPDX-License-Identifier: GPL-2.0-only */
/* Where an emulated capability goes. Pure: no lock, no hardware. */
#ifndef _PASID_PLACE_H
#define _PASID_PLACE_H

#include "ranges.h"

#define PASID_CAP_SIZE		8	/* PCIe 6.3, 7.8.9 */
#define PASID_PRI_CAP_SIZE	16	/* PCIe 6.3, 10.5.2 */
#define PASID_HEADER_SIZE	4	/* PCIe 6.3, 7.6.3 */

#define PASID_LINKS		2

/**
 * struct pasid_space - a function's configuration space, as somebody sees it
 * @read: the 4 bytes at @at, a multiple of 4
 * @arg: given to @read
 */
struct pasid_space {
	u32 (*read)(const void *arg, unsigned int at);
	const void *arg;
};

/**
 * struct pasid_link - one header that points somewhere else than before
 * @at: its offset
 * @header: what it is from now on
 */
struct pasid_link {
	u16 at;
	u32 header;
};

/**
 * struct pasid_layout - where emulated capabilities are
 * @pasid: offset of the PASID capability
 * @pasid_next: offset that its header points to, or 0
 * @pri: offset of the PRI capability, or 0 if there is none
 * @pri_next: offset that its header points to, or 0
 * @link: headers of others that point to them: the function's own, or a null
 *	capability at 0x100 if it has none
 * @link_count: how many; at most one per capability
 * @dirty: first of the bytes below the capabilities that does not read as zero on
 *	hardware, or 0: a hint that they are not free
 */
struct pasid_layout {
	u16 pasid;
	u16 pasid_next;
	u16 pri;
	u16 pri_next;
	struct pasid_link link[PASID_LINKS];
	unsigned int link_count;
	u16 dirty;
};

int pasid_place(const struct pasid_space *hw, const struct pasid_space *view,
		const struct pasid_ranges *ranges, bool pri,
		struct pasid_layout *layout, const char **why);

#endif /* _PASID_PLACE_H */
