// SPDX-License-Identifier: GPL-2.0-only
/* The grammars of vf_pasid_ranges and ranges=. */
#include <kunit/test.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "../vfio/ranges.h"

struct ranges_good_case {
	const char *name;
	const char *text;
	const char *reads;	/* as it is shown */
};

static const struct ranges_good_case ranges_good_cases[] = {
	{ "none", "", "" },
	{ "separators alone", " ,\t\n", "" },
	{ "one", "0x180-0x18f", "0x180-0x18f" },
	{ "newline", "0x180-0x18f\n", "0x180-0x18f" },
	{ "blank between", "0x180-0x18f 0x200-0x20f", "0x180-0x18f 0x200-0x20f" },
	{ "comma between", "0x180-0x18f,0x200-0x20f", "0x180-0x18f 0x200-0x20f" },
	{ "comma and blank", "0x180-0x18f, 0x200-0x20f,", "0x180-0x18f 0x200-0x20f" },
	{ "order is kept", "0x200-0x20f 0x180-0x18f", "0x200-0x20f 0x180-0x18f" },
	{ "side by side", "0x180-0x183 0x184-0x187", "0x180-0x183 0x184-0x187" },
	{ "upper case digits", "0xABC-0xABF", "0xabc-0xabf" },
	{ "leading zero", "0x0180-0x018f", "0x180-0x18f" },
	{ "smallest", "0x100-0x103", "0x100-0x103" },
	{ "last", "0xffc-0xfff", "0xffc-0xfff" },
	{ "all", "0x100-0xfff", "0x100-0xfff" },
	{ "auto", "auto", "auto" },
	{ "auto and separators", "\t, auto ,\n", "auto" },
};

KUNIT_ARRAY_PARAM_DESC(ranges_good, ranges_good_cases, name);

static void ranges_accept(struct kunit *test)
{
	const struct ranges_good_case *c = test->param_value;
	char buf[PASID_RANGES_TEXT_MAX];
	struct pasid_ranges ranges;
	const char *why;

	memset(buf, 'x', sizeof(buf));
	KUNIT_ASSERT_EQ(test, 0, pasid_ranges_parse(c->text, strlen(c->text), &ranges, &why));
	KUNIT_EXPECT_EQ(test, (int)strlen(c->reads), pasid_ranges_format(buf, &ranges));
	KUNIT_EXPECT_STREQ(test, c->reads, buf);
}

struct ranges_bad_case {
	const char *name;
	const char *text;
	int err;
	const char *why;	/* or any clause */
};

static const struct ranges_bad_case ranges_bad_cases[] = {
	{ "below 0x100", "0xfc-0x103", -ERANGE },
	{ "beyond 0xfff", "0xffc-0x1003", -ERANGE },
	{ "beyond 0xfff by one", "0xffc-0x1000", -ERANGE },
	{ "far beyond", "0x180-0xffff", -ERANGE },
	{ "backwards", "0x18c-0x183", -EINVAL },
	{ "begins at 1", "0x181-0x18f", -EINVAL },
	{ "begins at 2", "0x182-0x18f", -EINVAL },
	{ "ends before 4", "0x180-0x18e", -EINVAL },
	{ "ends behind 4", "0x180-0x190", -EINVAL },
	{ "one byte", "0x180-0x180", -EINVAL,
	  "a range does not begin and end at a multiple of 4" },
	{ "no prefix", "180-18f", -EINVAL },
	{ "no second prefix", "0x180-18f", -EINVAL },
	{ "upper case prefix", "0X180-0X18f", -EINVAL },
	{ "no digits", "0x-0x18f", -EINVAL },
	{ "no last", "0x180-", -EINVAL },
	{ "no last digits", "0x180-0x", -EINVAL },
	{ "offset alone", "0x180", -EINVAL },
	{ "five digits", "0x00180-0x18f", -EINVAL },
	{ "blank inside", "0x180 - 0x18f", -EINVAL },
	{ "no separator", "0x0180-0x018f0x200-0x20f", -EINVAL },
	{ "semicolon", "0x180-0x18f;0x200-0x20f", -EINVAL },
	{ "word", "none", -EINVAL, "a range is '0x<first>-0x<last>', and 'auto' stands alone" },
	{ "auto and a range", "auto 0x180-0x18f", -EINVAL },
	{ "a range and auto", "0x180-0x18f auto", -EINVAL },
	{ "auto twice", "auto auto", -EINVAL },
	{ "auto and more", "automatic", -EINVAL },
	{ "part of auto", "aut", -EINVAL },
	{ "upper case auto", "AUTO", -EINVAL },
	{ "second is bad", "0x180-0x18f 0x200-0x20e", -EINVAL },
	{ "same twice", "0x180-0x18f 0x180-0x18f", -EINVAL },
	{ "last of one is in the other", "0x180-0x193 0x190-0x19f", -EINVAL },
	{ "first of one is in the other", "0x190-0x19f 0x180-0x193", -EINVAL },
	{ "one inside the other", "0x180-0x1ff 0x190-0x193", -EINVAL },
	{ "third overlaps first", "0x180-0x18f 0x200-0x20f 0x18c-0x18f", -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(ranges_bad, ranges_bad_cases, name);

static void ranges_refuse(struct kunit *test)
{
	const struct ranges_bad_case *c = test->param_value;
	struct pasid_ranges ranges;
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, c->err,
			pasid_ranges_parse(c->text, strlen(c->text), &ranges, &why));
	KUNIT_ASSERT_NOT_NULL(test, why);
	if (c->why)
		KUNIT_EXPECT_STREQ(test, c->why, why);
}

/* Sixteen ranges are accepted and fit into the text; seventeen are refused. */
static void ranges_at_most_16(struct kunit *test)
{
	char text[17 * 12 + 1], buf[PASID_RANGES_TEXT_MAX];
	struct pasid_ranges ranges;
	const char *why = NULL;
	int len = 0, i;

	for (i = 0; i < 17; i++)
		len += scnprintf(text + len, sizeof(text) - len, "0x%03x-0x%03x ",
				 0x100 + i * 16, 0x10f + i * 16);
	KUNIT_EXPECT_EQ(test, -E2BIG, pasid_ranges_parse(text, len, &ranges, &why));
	KUNIT_EXPECT_NOT_NULL(test, why);
	KUNIT_ASSERT_EQ(test, 0, pasid_ranges_parse(text, len - 12, &ranges, &why));
	KUNIT_EXPECT_EQ(test, 16U, ranges.count);
	pasid_ranges_format(buf, &ranges);
	KUNIT_EXPECT_EQ(test, 0, strncmp(text, buf, 16 * 12 - 1));
	KUNIT_EXPECT_EQ(test, 16UL * 12 - 1, strlen(buf));
}

/* The text need not end in NUL. */
/* The parser reads nothing behind the text, wherever it ends. */
static void ranges_read_no_further(struct kunit *test)
{
	static const char text[] = "0x180-0x18f, 0x200-0x20f";
	char *page = vmalloc(PAGE_SIZE), *end = page + PAGE_SIZE;
	struct pasid_ranges ranges;
	const char *why;
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, page);
	for (len = 0; len < sizeof(text); len++) {
		memcpy(end - len, text, len);
		KUNIT_EXPECT_EQ(test, len && len != 11 && len != 12 && len != 13 && len != 24 ?
				-EINVAL : 0, pasid_ranges_parse(end - len, len, &ranges, &why));
	}
	vfree(page);
}

static void ranges_read_length(struct kunit *test)
{
	struct pasid_ranges ranges;
	const char *why;

	KUNIT_EXPECT_EQ(test, 0, pasid_ranges_parse("0x180-0x183f", 11, &ranges, &why));
	KUNIT_EXPECT_EQ(test, 0x183, ranges.range[0].last);
	KUNIT_EXPECT_EQ(test, -EINVAL, pasid_ranges_parse("0x180-0x183", 7, &ranges, &why));
}

struct item_good_case {
	const char *name;
	const char *text;
	int count;
	struct pasid_device_range last;
};

static const struct item_good_case item_good_cases[] = {
	{ "none", "", 0 },
	{ "one", "8086:4941@0x180-0x18f", 1, { 0x8086, 0x4941, { 0x180, 0x18f } } },
	{ "two of one kind", "8086:4941@0x180-0x18f,8086:4941@0x200-0x20f", 2,
	  { 0x8086, 0x4941, { 0x200, 0x20f } } },
	{ "two kinds", "8086:4941@0x180-0x18f,1af4:1041@0x100-0x107", 2,
	  { 0x1af4, 0x1041, { 0x100, 0x107 } } },
	{ "short IDs", "1:2@0x180-0x18f", 1, { 1, 2, { 0x180, 0x18f } } },
	{ "auto", "8086:4941@auto", 1, { 0x8086, 0x4941, .automatic = true } },
	{ "auto, then ranges of another", "8086:4941@auto,1af4:1041@0x100-0x107", 2,
	  { 0x1af4, 0x1041, { 0x100, 0x107 } } },
};

KUNIT_ARRAY_PARAM_DESC(item_good, item_good_cases, name);

static void items_accept(struct kunit *test)
{
	const struct item_good_case *c = test->param_value;
	struct pasid_device_range items[2];
	const char *why;

	KUNIT_ASSERT_EQ(test, c->count, pasid_device_ranges_parse(c->text, items, 2, &why));
	if (!c->count)
		return;
	KUNIT_EXPECT_EQ(test, c->last.vendor, items[c->count - 1].vendor);
	KUNIT_EXPECT_EQ(test, c->last.device, items[c->count - 1].device);
	KUNIT_EXPECT_EQ(test, c->last.automatic, items[c->count - 1].automatic);
	if (!c->last.automatic)
		KUNIT_EXPECT_MEMEQ(test, &c->last.range, &items[c->count - 1].range,
				   sizeof(c->last.range));
}

static const struct ranges_bad_case item_bad_cases[] = {
	{ "no IDs", "0x180-0x18f", -EINVAL },
	{ "no device", "8086@0x180-0x18f", -EINVAL },
	{ "no vendor", ":4941@0x180-0x18f", -EINVAL },
	{ "no range", "8086:4941", -EINVAL },
	{ "empty range", "8086:4941@", -EINVAL },
	{ "five digits", "08086:4941@0x180-0x18f", -EINVAL },
	{ "prefixed IDs", "0x8086:0x4941@0x180-0x18f", -EINVAL },
	{ "blank between", "8086:4941@0x180-0x18f 8086:4943@0x180-0x18f", -EINVAL },
	{ "two commas", "8086:4941@0x180-0x18f,,8086:4943@0x180-0x18f", -EINVAL },
	{ "comma at the end", "8086:4941@0x180-0x18f,", -EINVAL },
	{ "comma alone", ",", -EINVAL },
	{ "newline", "8086:4941@0x180-0x18f\n", -EINVAL },
	{ "range not aligned", "8086:4941@0x181-0x18f", -EINVAL },
	{ "range outside", "8086:4941@0x80-0x8f", -ERANGE },
	{ "auto and more", "8086:4941@automatic", -EINVAL },
	{ "too many", "1:1@0x180-0x18f,1:2@0x180-0x18f,1:3@0x180-0x18f", -E2BIG },
};

KUNIT_ARRAY_PARAM_DESC(item_bad, item_bad_cases, name);

static void items_refuse(struct kunit *test)
{
	const struct ranges_bad_case *c = test->param_value;
	struct pasid_device_range items[2];
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, c->err, pasid_device_ranges_parse(c->text, items, 2, &why));
	KUNIT_EXPECT_NOT_NULL(test, why);
}

static struct kunit_case ranges_cases[] = {
	KUNIT_CASE_PARAM(ranges_accept, ranges_good_gen_params),
	KUNIT_CASE_PARAM(ranges_refuse, ranges_bad_gen_params),
	KUNIT_CASE(ranges_at_most_16),
	KUNIT_CASE(ranges_read_length),
	KUNIT_CASE(ranges_read_no_further),
	KUNIT_CASE_PARAM(items_accept, item_good_gen_params),
	KUNIT_CASE_PARAM(items_refuse, item_bad_gen_params),
	{}
};

static struct kunit_suite ranges_suite = {
	.name = "pasid-ranges",
	.test_cases = ranges_cases,
};

kunit_test_suite(ranges_suite);
