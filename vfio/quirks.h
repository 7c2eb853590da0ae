/* SPDX-License-Identifier: GPL-2.0-only */
/* The quirk table. Pure: no lock, no hardware. */
#ifndef _PASID_QUIRKS_H
#define _PASID_QUIRKS_H

#include <linux/bits.h>

#include "source.h"

#define PASID_KIND_PASID	BIT(0)
#define PASID_KIND_PRI		BIT(1)

/**
 * struct pasid_quirk - what is known about one kind of VF
 * @vendor: its Vendor ID, as Linux has it
 * @device: its Device ID, as Linux has it
 * @kinds: the capabilities that may be shown, PASID_KIND_*
 * @ranges: bytes that are free; none if only the PF's driver can know
 */
struct pasid_quirk {
	u16 vendor;
	u16 device;
	unsigned int kinds;
	struct pasid_ranges ranges;
};

const struct pasid_quirk *pasid_quirk_find(u16 vendor, u16 device);
void pasid_quirk_answer(const struct pasid_quirk *quirk, struct pasid_answer *answer);

#endif /* _PASID_QUIRKS_H */
