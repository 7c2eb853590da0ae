// SPDX-License-Identifier: GPL-2.0-only
/*
 * The module option ranges=: what the admin says of all VFs of one kind. It is read at load and
 * does not change.
 */
#include <linux/errno.h>
#include <linux/printk.h>

#include "option.h"

#define PASID_OPTIONS_MAX	64

static struct pasid_device_range pasid_options[PASID_OPTIONS_MAX];
static int pasid_option_count;

/**
 * pasid_option_ranges() - what the option says of one kind of VF
 * @vendor: Vendor ID of the VF, as Linux has it
 * @device: Device ID of the VF, as Linux has it
 * @ranges: filled; none if the option does not name the kind, or says "auto" of it
 *
 * Context: Any, after pasid_option_init().
 * Return: 0, or -E2BIG for more than PASID_RANGES_MAX, which pasid_option_init() refuses.
 */
int pasid_option_ranges(u16 vendor, u16 device, struct pasid_ranges *ranges)
{
	const struct pasid_device_range *item;

	ranges->count = 0;
	ranges->automatic = false;
	for (item = pasid_options; item < pasid_options + pasid_option_count; item++) {
		if (item->vendor != vendor || item->device != device)
			continue;
		if (item->automatic) {
			ranges->automatic = true;
			continue;
		}
		if (ranges->count == PASID_RANGES_MAX)
			return -E2BIG;
		ranges->range[ranges->count++] = item->range;
	}
	return 0;
}

static int pasid_option_parse(const char *text, const char **why)
{
	const struct pasid_device_range *item;
	struct pasid_ranges ranges;
	int count = pasid_device_ranges_parse(text, pasid_options, PASID_OPTIONS_MAX, why);

	if (count < 0)
		return count;
	pasid_option_count = count;
	for (item = pasid_options; item < pasid_options + count; item++) {
		if (pasid_option_ranges(item->vendor, item->device, &ranges)) {
			*why = "there are more than 16 ranges for one device";
			return -E2BIG;
		}
		if (ranges.automatic && ranges.count) {
			*why = "'auto' stands alone for a device";
			return -EINVAL;
		}
		if (pasid_ranges_check(&ranges, why))
			return -EINVAL;
	}
	return 0;
}

/**
 * pasid_option_init() - read the option
 * @text: its text, or NULL
 *
 * Context: At load.
 * Return: 0, or -EINVAL if the text is bad; the log says why.
 */
int pasid_option_init(const char *text)
{
	const char *why;

	if (!text || !pasid_option_parse(text, &why))
		return 0;
	pr_err("ranges=\"%s\": %s\n", text, why);
	return -EINVAL;
}
