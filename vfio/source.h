/* SPDX-License-Identifier: GPL-2.0-only */
/* Who says where a VF's configuration space is free. Pure: no lock, no hardware. */
#ifndef _PASID_SOURCE_H
#define _PASID_SOURCE_H

#include "ranges.h"

/* The first that answers wins. */
enum pasid_source {
	PASID_SOURCE_PF_DRIVER,
	PASID_SOURCE_ADMIN,
	PASID_SOURCE_OPTION,
	PASID_SOURCE_QUIRK,
	PASID_SOURCES,
};

/**
 * struct pasid_offer - what one source says
 * @err: 0, or -EOPNOTSUPP if it does not know, or another negative errno if the
 *	capability is not to be shown
 * @ranges: the free bytes, if @err is 0
 */
struct pasid_offer {
	int err;
	struct pasid_ranges ranges;
};

int pasid_source_choose(const struct pasid_offer *offers, enum pasid_source *source,
			const char **why);
const char *pasid_source_name(enum pasid_source source);

#endif /* _PASID_SOURCE_H */
