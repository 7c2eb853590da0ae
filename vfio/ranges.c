// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ranges of free bytes: read from text and printed, as in vf_pasid_ranges and in ranges=, and
 * checked, whatever source they come from.
 */
#include <linux/align.h>
#include <linux/errno.h>
#include <linux/hex.h>
#include <linux/kernel.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "ranges.h"

/**
 * struct pasid_cursor - a text that is being read
 * @at: next character
 * @end: where the text ends
 */
struct pasid_cursor {
	const char *at;
	const char *end;
};

static bool pasid_skip(struct pasid_cursor *cursor, const char *what)
{
	size_t len = strlen(what);

	if (cursor->end - cursor->at < len || memcmp(cursor->at, what, len))
		return false;
	cursor->at += len;
	return true;
}

/* One to four hexadecimal digits. */
static bool pasid_read_hex(struct pasid_cursor *cursor, u16 *value)
{
	const char *start = cursor->at;
	int digit;

	*value = 0;
	while (cursor->at < cursor->end && cursor->at - start < 4) {
		digit = hex_to_bin(*cursor->at);
		if (digit < 0)
			break;
		*value = *value << 4 | digit;
		cursor->at++;
	}
	return cursor->at > start;
}

static int pasid_read_range(struct pasid_cursor *cursor, struct pasid_range *range,
			    const char **why)
{
	if (!pasid_skip(cursor, "0x") || !pasid_read_hex(cursor, &range->first) ||
	    !pasid_skip(cursor, "-0x") || !pasid_read_hex(cursor, &range->last)) {
		*why = "a range is '0x<first>-0x<last>', and 'auto' stands alone";
		return -EINVAL;
	}
	return pasid_range_check(range, why);
}

/**
 * pasid_range_check() - check one range
 * @range: the range
 * @why: on failure, a clause that says what is wrong
 *
 * Context: Any.
 * Return: 0; -EINVAL if it is empty or not aligned to 4 bytes; -ERANGE if it is not
 * inside 0x100 to 0xfff.
 */
int pasid_range_check(const struct pasid_range *range, const char **why)
{
	if (range->first < PCI_CFG_SPACE_SIZE || range->last >= PCI_CFG_SPACE_EXP_SIZE) {
		*why = "a range is not inside 0x100-0xfff";
		return -ERANGE;
	}
	if (range->first > range->last) {
		*why = "a range ends before it begins";
		return -EINVAL;
	}
	if (!IS_ALIGNED(range->first, 4) || !IS_ALIGNED(range->last + 1, 4)) {
		*why = "a range does not begin and end at a multiple of 4";
		return -EINVAL;
	}
	return 0;
}

/**
 * pasid_ranges_check() - check a list of ranges: each by itself, and that no two overlap
 * @ranges: the ranges
 * @why: on failure, a clause that says what is wrong
 *
 * Context: Any.
 * Return: 0, what pasid_range_check() returns for the first bad one, or -EINVAL if
 * two of them overlap.
 */
int pasid_ranges_check(const struct pasid_ranges *ranges, const char **why)
{
	const struct pasid_range *a, *b;
	int err;

	for (a = ranges->range; a < ranges->range + ranges->count; a++) {
		err = pasid_range_check(a, why);
		if (err)
			return err;
		for (b = ranges->range; b < a; b++) {
			if (a->first <= b->last && b->first <= a->last) {
				*why = "two ranges overlap";
				return -EINVAL;
			}
		}
	}
	return 0;
}

static bool pasid_is_separator(char c)
{
	return c == ' ' || c == '\t' || c == ',' || c == '\n';
}

static void pasid_skip_separators(struct pasid_cursor *cursor)
{
	while (cursor->at < cursor->end && pasid_is_separator(*cursor->at))
		cursor->at++;
}

/* The word "auto" and nothing else. */
static bool pasid_is_auto(struct pasid_cursor cursor)
{
	pasid_skip_separators(&cursor);
	if (!pasid_skip(&cursor, "auto"))
		return false;
	pasid_skip_separators(&cursor);
	return cursor.at == cursor.end;
}

/**
 * pasid_ranges_parse() - read a line of ranges
 * @text: such as "0x180-0x18f, 0x200-0x20f"; need not end in NUL
 * @len: its length in bytes, any
 * @ranges: filled on success; a line of nothing but separators means none
 * @why: on failure, a clause that says what is wrong
 *
 * Ranges are separated by blanks or commas. Offsets are hexadecimal, with 0x. The word "auto" may
 * stand instead of ranges.
 *
 * Context: Any.
 * Return: 0; -EINVAL if the text is not of this form or ranges overlap; -ERANGE if
 * a range is not inside 0x100 to 0xfff; -E2BIG for more than PASID_RANGES_MAX.
 */
int pasid_ranges_parse(const char *text, size_t len, struct pasid_ranges *ranges,
		       const char **why)
{
	struct pasid_cursor cursor = { .at = text, .end = text + len };
	int err;

	ranges->count = 0;
	ranges->automatic = pasid_is_auto(cursor);
	if (ranges->automatic)
		return 0;
	for (;;) {
		pasid_skip_separators(&cursor);
		if (cursor.at == cursor.end)
			return pasid_ranges_check(ranges, why);
		if (ranges->count == PASID_RANGES_MAX) {
			*why = "there are more than 16 ranges";
			return -E2BIG;
		}
		err = pasid_read_range(&cursor, &ranges->range[ranges->count], why);
		if (err)
			return err;
		if (cursor.at < cursor.end && !pasid_is_separator(*cursor.at)) {
			*why = "ranges are separated by blanks or commas";
			return -EINVAL;
		}
		ranges->count++;
	}
}

/**
 * pasid_ranges_format() - write ranges in the grammar that pasid_ranges_parse() reads
 * @buf: at least PASID_RANGES_TEXT_MAX bytes
 * @ranges: the ranges
 *
 * Context: Any.
 * Return: the length in bytes, without the NUL; there is no newline.
 */
int pasid_ranges_format(char *buf, const struct pasid_ranges *ranges)
{
	unsigned int i;
	int at = 0;

	if (ranges->automatic)
		return scnprintf(buf, PASID_RANGES_TEXT_MAX, "auto");
	buf[0] = '\0';
	for (i = 0; i < ranges->count; i++)
		at += scnprintf(buf + at, PASID_RANGES_TEXT_MAX - at, "%s0x%03x-0x%03x",
				i ? " " : "", ranges->range[i].first,
				ranges->range[i].last);
	return at;
}

/**
 * pasid_device_ranges_parse() - read the module option ranges=
 * @text: such as "8086:4941@0x180-0x18f,8086:4941@0x200-0x20f,8086:4943@auto"
 * @items: filled on success
 * @max: room in @items
 * @why: on failure, a clause that says what is wrong
 *
 * Context: Any.
 * Return: how many items there are; -EINVAL if the text is not of this form; -ERANGE
 * if a range is not inside 0x100 to 0xfff; -E2BIG for more than @max items.
 */
int pasid_device_ranges_parse(const char *text, struct pasid_device_range *items,
			      unsigned int max, const char **why)
{
	struct pasid_cursor cursor = { .at = text, .end = text + strlen(text) };
	struct pasid_device_range *item;
	unsigned int count = 0;
	int err;

	while (cursor.at < cursor.end) {
		if (count == max) {
			*why = "there are too many items";
			return -E2BIG;
		}
		item = &items[count++];
		if (!pasid_read_hex(&cursor, &item->vendor) || !pasid_skip(&cursor, ":") ||
		    !pasid_read_hex(&cursor, &item->device) || !pasid_skip(&cursor, "@")) {
			*why = "an item is '<vendor>:<device>@0x<first>-0x<last>' or '...@auto'";
			return -EINVAL;
		}
		item->automatic = pasid_skip(&cursor, "auto");
		err = item->automatic ? 0 : pasid_read_range(&cursor, &item->range, why);
		if (err)
			return err;
		if (cursor.at < cursor.end &&
		    (!pasid_skip(&cursor, ",") || cursor.at == cursor.end)) {
			*why = "items are separated by one comma";
			return -EINVAL;
		}
	}
	return count;
}
