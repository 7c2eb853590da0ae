// SPDX-License-Identifier: GPL-2.0-only
/* The module option ranges=, read at load. */
#include <kunit/test.h>

#include "../vfio/option.h"

struct option_case {
	const char *name;
	const char *text;
	int err;
};

#define ONE	"1b36:5052@0x400-0x407"
#define EIGHT	"8086:4941@0x100-0x103,8086:4941@0x104-0x107,8086:4941@0x108-0x10b," \
		"8086:4941@0x10c-0x10f,8086:4941@0x110-0x113,8086:4941@0x114-0x117," \
		"8086:4941@0x118-0x11b,8086:4941@0x11c-0x11f,"
#define SIXTEEN	EIGHT "8086:4941@0x200-0x203,8086:4941@0x204-0x207,8086:4941@0x208-0x20b," \
		"8086:4941@0x20c-0x20f,8086:4941@0x210-0x213,8086:4941@0x214-0x217," \
		"8086:4941@0x218-0x21b,8086:4941@0x21c-0x21f,"

static const struct option_case option_cases[] = {
	{ "nothing", "" },
	{ "one", ONE },
	{ "two of one device", ONE ",1b36:5052@0x500-0x507" },
	{ "the same place in two devices", ONE ",1b36:5053@0x400-0x407" },
	{ "sixteen of one device and one of another", SIXTEEN ONE },
	{ "seventeen of one device", SIXTEEN "8086:4941@0x300-0x303", -EINVAL },
	{ "no range", "1b36:5052", -EINVAL },
	{ "not aligned", "1b36:5052@0x401-0x407", -EINVAL },
	{ "below extended space", "1b36:5052@0x80-0x87", -EINVAL },
	{ "auto", "1b36:5052@auto" },
	{ "auto of one device, ranges of another", ONE ",1b36:5053@auto" },
	{ "auto twice", "1b36:5052@auto,1b36:5052@auto" },
	{ "auto and a range of one device", ONE ",1b36:5052@auto", -EINVAL },
	{ "overlap in one device", ONE ",1b36:5052@0x404-0x40b", -EINVAL },
};

KUNIT_ARRAY_PARAM_DESC(option, option_cases, name);

static void option(struct kunit *test)
{
	const struct option_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, c->err, pasid_option_init(c->text));
}

/* What the option says of one kind of VF. */
static void option_says(struct kunit *test)
{
	struct pasid_ranges ranges;

	KUNIT_ASSERT_EQ(test, 0, pasid_option_init(ONE ",1b36:5053@auto"));
	KUNIT_EXPECT_EQ(test, 0, pasid_option_ranges(0x1b36, 0x5053, &ranges));
	KUNIT_EXPECT_TRUE(test, ranges.automatic);
	KUNIT_EXPECT_EQ(test, 0U, ranges.count);
	KUNIT_EXPECT_EQ(test, 0, pasid_option_ranges(0x1b36, 0x5052, &ranges));
	KUNIT_EXPECT_FALSE(test, ranges.automatic);
	KUNIT_EXPECT_EQ(test, 1U, ranges.count);
	KUNIT_EXPECT_EQ(test, 0, pasid_option_ranges(0x1b36, 0x5054, &ranges));
	KUNIT_EXPECT_FALSE(test, ranges.automatic);
	KUNIT_EXPECT_EQ(test, 0U, ranges.count);
	pasid_option_init("");
}

static struct kunit_case option_test_cases[] = {
	KUNIT_CASE_PARAM(option, option_gen_params),
	KUNIT_CASE(option_says),
	{}
};

static struct kunit_suite option_suite = {
	.name = "pasid-option",
	.test_cases = option_test_cases,
};

kunit_test_suite(option_suite);
