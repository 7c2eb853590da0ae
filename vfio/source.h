/* SPDX-License-Identifier: GPL-2.0-only */
/* Who says which bytes of a VF's configuration space are free. Pure: no lock, no hardware. */
#ifndef _PASID_SOURCE_H
#define _PASID_SOURCE_H

#include "ranges.h"

/* In the order in which they are heard. */
enum pasid_source {
	PASID_SOURCE_PF_DRIVER,
	PASID_SOURCE_ADMIN,	/* vf_pasid_ranges of the PF */
	PASID_SOURCE_OPTION,	/* ranges= of the module */
	PASID_SOURCE_QUIRK,
	PASID_SOURCE_AUTO,	/* evidence: the admin has said "auto" in one of the two */
	PASID_SOURCES,
};

/**
 * struct pasid_answer - what one source says of a VF
 * @err: 0; -EOPNOTSUPP if the source does not know; another negative errno if it refuses, so
 *	that no capability is shown
 * @ranges: if @err is 0, the free bytes; of PASID_SOURCE_AUTO that they are to be chosen
 * @pri: if @err is 0, a PRI capability may be shown there, too
 */
struct pasid_answer {
	int err;
	struct pasid_ranges ranges;
	bool pri;
};

int pasid_source_choose(const struct pasid_answer *answers, enum pasid_source *source,
			const char **why);
const char *pasid_source_name(enum pasid_source source);

#endif /* _PASID_SOURCE_H */
