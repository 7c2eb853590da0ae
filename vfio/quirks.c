// SPDX-License-Identifier: GPL-2.0-only
/* Looks a device up in the quirk table, quirks.def. */
#include <linux/array_size.h>
#include <linux/errno.h>

#include "quirks.h"

#define PASID_ASK_PF_DRIVER	{ .count = 0 }
#define PASID_FREE(...) \
	{ .count = ARRAY_SIZE(((struct pasid_range[]){ __VA_ARGS__ })), \
	  .range = { __VA_ARGS__ } }

/* The compiler does not need name and evidence. */
#define PASID_QUIRK(_vendor, _device, _name, _kinds, _ranges, _evidence) \
	{ .vendor = _vendor, .device = _device, .kinds = _kinds, .ranges = _ranges },

static const struct pasid_quirk pasid_quirks[] = {
#include "quirks.def"
};

/**
 * pasid_quirk_find() - find a device in the table
 * @vendor: the VF's Vendor ID, as Linux has it
 * @device: the VF's Device ID, as Linux has it
 *
 * Context: Any.
 * Return: the row, or NULL.
 */
const struct pasid_quirk *pasid_quirk_find(u16 vendor, u16 device)
{
	const struct pasid_quirk *quirk;

	for (quirk = pasid_quirks; quirk < pasid_quirks + ARRAY_SIZE(pasid_quirks); quirk++)
		if (quirk->vendor == vendor && quirk->device == device)
			return quirk;
	return NULL;
}

/**
 * pasid_quirk_answer() - what a row says of its devices
 * @quirk: the row, or NULL if there is none
 * @answer: filled
 *
 * Context: Any.
 */
void pasid_quirk_answer(const struct pasid_quirk *quirk, struct pasid_answer *answer)
{
	answer->err = quirk ? 0 : -EOPNOTSUPP;
	if (!quirk)
		return;
	answer->ranges = quirk->ranges;
	answer->pri = quirk->kinds & PASID_KIND_PRI;
}
