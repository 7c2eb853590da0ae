// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks each source which bytes of a VF's configuration space are free.
 */
#include <linux/minmax.h>
#include <linux/pci.h>

#include "option.h"
#include "pasid-vfio.h"
#include "quirks.h"

static void pasid_ask_pf_driver(struct pci_dev *vf, struct pasid_answer *answer)
{
	int count = pasid_pf_ask(vf, answer->ranges.range, PASID_RANGES_MAX);

	answer->err = min(count, 0);
	answer->ranges.count = max(count, 0);
}

/* A file that is empty is no answer. */
static void pasid_ask_admin(struct pci_dev *vf, struct pasid_answer *answer)
{
	if (!pasid_pf_ranges(pci_physfn(vf), &answer->ranges) && answer->ranges.count)
		answer->err = 0;
}

static void pasid_ask_option(struct pci_dev *vf, struct pasid_answer *answer)
{
	if (!pasid_option_ranges(vf->vendor, vf->device, &answer->ranges) &&
	    answer->ranges.count)
		answer->err = 0;
}

/* In the file or in the option; heard after those that know. */
static void pasid_ask_auto(struct pasid_answer *answers)
{
	if (answers[PASID_SOURCE_ADMIN].ranges.automatic ||
	    answers[PASID_SOURCE_OPTION].ranges.automatic)
		answers[PASID_SOURCE_AUTO].err = 0;
}

/**
 * pasid_ask_sources() - ask all sources where a VF's configuration space is free
 * @vf: the VF
 * @answers: one of each source; filled
 *
 * Context: Process context, may sleep.
 */
void pasid_ask_sources(struct pci_dev *vf, struct pasid_answer *answers)
{
	int i;

	for (i = 0; i < PASID_SOURCES; i++)
		answers[i] = (struct pasid_answer){ .err = -EOPNOTSUPP, .pri = true };
	pasid_ask_pf_driver(vf, &answers[PASID_SOURCE_PF_DRIVER]);
	pasid_ask_admin(vf, &answers[PASID_SOURCE_ADMIN]);
	pasid_ask_option(vf, &answers[PASID_SOURCE_OPTION]);
	pasid_quirk_answer(pasid_quirk_find(vf->vendor, vf->device),
			   &answers[PASID_SOURCE_QUIRK]);
	/* What the table says of PRI holds wherever the capability goes. */
	answers[PASID_SOURCE_AUTO].pri = answers[PASID_SOURCE_QUIRK].pri;
	pasid_ask_auto(answers);
}
