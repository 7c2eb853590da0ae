// SPDX-License-Identifier: GPL-2.0-only
/*
 * Precedence among those who say where a VF's configuration space is free: the
 * PF's driver, the admin for this PF, the admin for this kind of VF, the quirk
 * table. Nobody guesses.
 */
#include <linux/errno.h>

#include "source.h"

/* Both of the admin's ways are one source to those who read about it. */
static const char * const pasid_source_names[] = {
	[PASID_SOURCE_PF_DRIVER] = "pf-driver",
	[PASID_SOURCE_ADMIN] = "admin",
	[PASID_SOURCE_OPTION] = "admin",
	[PASID_SOURCE_QUIRK] = "quirk",
};

/* What it means that a source answers with no range. */
static const char * const pasid_source_nothing[] = {
	[PASID_SOURCE_PF_DRIVER] = "the PF's driver says that nothing is free",
	[PASID_SOURCE_QUIRK] = "only the PF's driver can know what is free, and it does not say",
};

/* Only the PF's driver answers with an error. */
static const char *pasid_source_refusal(const struct pasid_offer *offer,
					enum pasid_source source)
{
	switch (offer->err) {
	case 0:
		return pasid_source_nothing[source];
	case -ENODEV:
		return "the PF's driver is going away";
	case -E2BIG:
		return "the PF's driver gives more than 16 ranges";
	default:
		return "the PF's driver refuses";
	}
}

/**
 * pasid_source_choose() - take the first source that answers
 * @offers: one for each source
 * @source: set on success, to the source
 * @why: on failure, a clause that says what is wrong
 *
 * A source that answers ends the search, also if it refuses: those after it know
 * less. The admin refuses by silence.
 *
 * Context: Any.
 * Return: 0; -ENOENT if none knows; what the source says if it refuses, -ENOSPC if
 * that is that no byte is free.
 */
int pasid_source_choose(const struct pasid_offer *offers, enum pasid_source *source,
			const char **why)
{
	enum pasid_source i;

	for (i = 0; i < PASID_SOURCES; i++) {
		if (offers[i].err == -EOPNOTSUPP)
			continue;
		*source = i;
		if (!offers[i].err && offers[i].ranges.count)
			return 0;
		*why = pasid_source_refusal(&offers[i], i);
		return offers[i].err ?: -ENOSPC;
	}
	*why = "nobody says which bytes are free";
	return -ENOENT;
}

/**
 * pasid_source_name() - a source, as cap_layout has it
 * @source: the source
 *
 * Context: Any.
 * Return: its name.
 */
const char *pasid_source_name(enum pasid_source source)
{
	return pasid_source_names[source];
}
