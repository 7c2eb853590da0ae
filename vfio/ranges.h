/* SPDX-License-Identifier: GPL-2.0-only */
/* Ranges of configuration space as text. Pure: no lock, no hardware. */
#ifndef _PASID_RANGES_H
#define _PASID_RANGES_H

#include <linux/pasid_pf.h>
#include <linux/types.h>

/* The most that a source may give for one VF. */
#define PASID_RANGES_MAX	16

/* Room for "0x180-0x18f " sixteen times, and the final NUL. */
#define PASID_RANGES_TEXT_MAX	(PASID_RANGES_MAX * 12 + 1)

/**
 * struct pasid_ranges - free bytes of a VF's configuration space
 * @automatic: the admin has the driver choose them by evidence; then there is no range
 * @count: how many ranges there are
 * @range: the ranges, in the order in which they are to be used
 */
struct pasid_ranges {
	bool automatic;
	unsigned int count;
	struct pasid_range range[PASID_RANGES_MAX];
};

/**
 * struct pasid_device_range - one item of the module option ranges=
 * @vendor: Vendor ID of the VF, as Linux has it (the PF's)
 * @device: Device ID of the VF, as Linux has it (the PF's VF Device ID)
 * @range: bytes that are free in every VF of that kind, unless @automatic
 * @automatic: the admin has the driver choose them by evidence
 */
struct pasid_device_range {
	u16 vendor;
	u16 device;
	struct pasid_range range;
	bool automatic;
};

int pasid_range_check(const struct pasid_range *range, const char **why);
int pasid_ranges_check(const struct pasid_ranges *ranges, const char **why);
int pasid_ranges_parse(const char *text, size_t len, struct pasid_ranges *ranges,
		       const char **why);
int pasid_ranges_format(char *buf, const struct pasid_ranges *ranges);
int pasid_device_ranges_parse(const char *text, struct pasid_device_range *items,
			      unsigned int max, const char **why);

#endif /* _PASID_RANGES_H */
