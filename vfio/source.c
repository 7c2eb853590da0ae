// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which source decides where a VF's configuration space is free: the first that knows, in this
 * order: the PF's driver, the admin for this PF, the admin for this kind of VF, the quirk
 * table. If none knows, the driver chooses by evidence where the admin has said "auto", and does
 * not guess otherwise.
 */
#include <linux/errno.h>

#include "source.h"

/* For a reader of cap_layout, the file and the option are both the admin. */
static const char * const pasid_source_names[] = {
	[PASID_SOURCE_PF_DRIVER] = "pf-driver",
	[PASID_SOURCE_ADMIN] = "admin",
	[PASID_SOURCE_OPTION] = "admin",
	[PASID_SOURCE_QUIRK] = "quirk",
	[PASID_SOURCE_AUTO] = "auto",
};

/* What it means that a source knows, and gives no range. */
static const char * const pasid_source_nothing[] = {
	[PASID_SOURCE_PF_DRIVER] = "the PF's driver says that nothing is free",
	[PASID_SOURCE_QUIRK] = "only the PF's driver can know what is free, and it does not say",
};

/* A row that leaves it to the PF's driver knows no bytes, so that "auto" takes nothing from it. */
static bool pasid_source_is_passed(const struct pasid_answer *answers, enum pasid_source source)
{
	return answers[source].err == -EOPNOTSUPP ||
	       (source == PASID_SOURCE_QUIRK && !answers[source].ranges.count &&
		!answers[PASID_SOURCE_AUTO].err);
}

/* Only the PF's driver answers with an error. */
static const char *pasid_source_refusal(const struct pasid_answer *answer,
					enum pasid_source source)
{
	switch (answer->err) {
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
 * pasid_source_choose() - take the answer of the first source that knows
 * @answers: one of each source
 * @source: set to the source that decides, if one does
 * @why: on failure, a clause that says what is wrong
 *
 * The first source that knows decides, even if it refuses: those after it know less. Only
 * the PF's driver and the quirk table can refuse. If the file or the option says nothing of the VF,
 * that source counts as one that does not know. A row of the table that names no bytes counts as
 * one, too, if the admin has said "auto".
 *
 * Context: Any.
 * Return: 0; -ENOENT if no source knows; if the source that decides refuses, its errno, or
 * -ENOSPC if it says that no byte is free.
 */
int pasid_source_choose(const struct pasid_answer *answers, enum pasid_source *source,
			const char **why)
{
	enum pasid_source i;

	for (i = 0; i < PASID_SOURCES; i++) {
		if (pasid_source_is_passed(answers, i))
			continue;
		*source = i;
		if (!answers[i].err && (answers[i].ranges.count || i == PASID_SOURCE_AUTO))
			return 0;
		*why = pasid_source_refusal(&answers[i], i);
		return answers[i].err ?: -ENOSPC;
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
