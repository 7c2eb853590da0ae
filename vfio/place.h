/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the emulated capabilities go. Pure: no lock, no hardware. */
#ifndef _PASID_PLACE_H
#define _PASID_PLACE_H

#include "free.h"
#include "source.h"

#define PASID_HEADERS		2

/**
 * struct pasid_header - a header of an extended capability
 * @at: its offset
 * @value: its 4 bytes (PCIe 6.3, 7.6.3)
 */
struct pasid_header {
	u16 at;
	u32 value;
};

/**
 * struct pasid_cap_layout - where a VF's emulated capabilities are, or why there are none
 * @err: 0, or a negative errno if there are none; all but @why, @source and @free is without
 *	meaning then
 * @why: with @err, a clause that says what is wrong
 * @source: the source of the ranges that the capabilities are in
 * @free: these ranges, also if no capability is shown although one could be; none if they were
 *	refused
 * @above: if @source is PASID_SOURCE_AUTO, why the PASID capability is not higher
 * @pasid: offset of the PASID capability
 * @pasid_next: offset that its header points to, or 0
 * @pri: offset of the PRI capability, or 0 if there is none
 * @pri_next: offset that its header points to, or 0
 * @pri_why: a clause that says why there is no PRI capability, if it is for want of a user who
 *	gets the page requests; else NULL
 * @headers: the headers that point to the emulated capabilities. Each is one of the
 *	function's own, with another pointer, or a null capability at 0x100 if it has none
 * @header_count: how many; at most one for each capability
 * @dirty: offset of the first 4 bytes that a capability hides and that do not read as zero in
 *	the function itself, or 0 if all do. If it is set, the bytes may not be free
 * @written: offset of the first 4 bytes that a capability hides and that a user wrote when none
 *	hid them, or 0 if there are none. If it is set, the bytes may not be free
 */
struct pasid_cap_layout {
	int err;
	const char *why;
	enum pasid_source source;
	struct pasid_ranges free;
	struct pasid_obstacle above;
	u16 pasid;
	u16 pasid_next;
	u16 pri;
	u16 pri_next;
	const char *pri_why;
	struct pasid_header headers[PASID_HEADERS];
	unsigned int header_count;
	u16 dirty;
	u16 written;
};

int pasid_place(const struct pasid_space *hw, const struct pasid_space *view,
		const struct pasid_ranges *ranges, bool pri,
		struct pasid_cap_layout *layout, const char **why);

#endif /* _PASID_PLACE_H */
