/* SPDX-License-Identifier: GPL-2.0-only */
/* Which bytes of a VF seem to be free, judged by evidence. Pure: no lock, no hardware. */
#ifndef _PASID_FREE_H
#define _PASID_FREE_H

#include "chain.h"
#include "ranges.h"

/* What is found about 4 bytes; what speaks most against them comes last. */
enum pasid_finding {
	PASID_FREE,
	PASID_WAS_READ,		/* by a driver of a user */
	PASID_IS_OF_PF,		/* the PF has a capability at this offset */
	PASID_MAY_BE_CAP,	/* perhaps part of a capability of unknown size */
	PASID_NOT_ZERO,		/* was seen to read as other than zero */
	PASID_WAS_WRITTEN,	/* by a user */
	PASID_IS_CAP,		/* part of a capability */
	PASID_FINDINGS,
};

/**
 * struct pasid_evidence - what is known of the VFs of a PF; one bit for each 4 bytes
 * @vf: what the capabilities of the VF take
 * @pf: what those of its PF take
 * @not_zero: what was seen to read as other than zero, in any VF of the PF
 * @written: what a user of any VF of the PF wrote
 * @read: what such a user's driver read
 */
struct pasid_evidence {
	struct pasid_taken vf;
	struct pasid_taken pf;
	DECLARE_BITMAP(not_zero, PASID_DWORDS);
	DECLARE_BITMAP(written, PASID_DWORDS);
	DECLARE_BITMAP(read, PASID_DWORDS);
};

/**
 * struct pasid_obstacle - the lowest bytes above a place that are not free
 * @range: the bytes; all zeroes if the place ends where configuration space does
 * @finding: what is found about them
 */
struct pasid_obstacle {
	struct pasid_range range;
	enum pasid_finding finding;
};

enum pasid_finding pasid_find(const struct pasid_evidence *evidence, unsigned int dword);
struct pasid_range pasid_find_alike(const struct pasid_evidence *evidence, unsigned int dword);
const char *pasid_finding_word(enum pasid_finding finding);
const char *pasid_finding_clause(enum pasid_finding finding);
int pasid_free_format(const struct pasid_evidence *evidence, char *buf, size_t size);
int pasid_free_choose(const struct pasid_evidence *evidence, bool pri,
		      struct pasid_ranges *ranges, struct pasid_obstacle *above, const char **why);

#endif /* _PASID_FREE_H */
