// SPDX-License-Identifier: GPL-2.0-only
/* The quirk table: which row is found, what a row answers, and that each row can be used. */
#include <kunit/test.h>

#include "../vfio/quirks.h"

/* All rows, with the columns that only people read. */
struct quirk_row {
	u16 vendor;
	u16 device;
	const char *name;
	unsigned int kinds;
	struct pasid_ranges ranges;
	const char *evidence;
};

#define PASID_ASK_PF_DRIVER	{ .count = 0 }
#define PASID_FREE(...) \
	{ .count = ARRAY_SIZE(((struct pasid_range[]){ __VA_ARGS__ })), \
	  .range = { __VA_ARGS__ } }
#define PASID_QUIRK(...)	{ __VA_ARGS__ },

static const struct quirk_row quirk_rows[] = {
#include "../vfio/quirks.def"
};

KUNIT_ARRAY_PARAM_DESC(row, quirk_rows, name);

static void quirks_finds_row(struct kunit *test)
{
	const struct quirk_row *row = test->param_value;
	const struct pasid_quirk *quirk = pasid_quirk_find(row->vendor, row->device);

	KUNIT_ASSERT_NOT_NULL(test, quirk);
	/* This row is the first one with its IDs, so there is no other. */
	KUNIT_EXPECT_EQ(test, row->vendor, quirk->vendor);
	KUNIT_EXPECT_EQ(test, row->device, quirk->device);
	KUNIT_EXPECT_EQ(test, row->kinds, quirk->kinds);
	KUNIT_EXPECT_MEMEQ(test, &row->ranges, &quirk->ranges, sizeof(row->ranges));
	KUNIT_EXPECT_NULL(test, pasid_quirk_find(row->vendor ^ 0x8000, row->device));
	KUNIT_EXPECT_NULL(test, pasid_quirk_find(row->device, row->vendor));
}

static void quirks_row_can_be_used(struct kunit *test)
{
	const struct quirk_row *row = test->param_value;
	const struct quirk_row *other;
	const char *why;

	KUNIT_EXPECT_TRUE(test, row->kinds & PASID_KIND_PASID);
	KUNIT_EXPECT_EQ(test, 0U, row->kinds & ~(PASID_KIND_PASID | PASID_KIND_PRI));
	KUNIT_EXPECT_EQ(test, 0, pasid_ranges_check(&row->ranges, &why));
	KUNIT_EXPECT_GT_MSG(test, strlen(row->evidence), 0UL, "no row without evidence");
	for (other = quirk_rows; other < row; other++)
		KUNIT_EXPECT_NE_MSG(test, other->vendor << 16 | other->device,
				    row->vendor << 16 | row->device, "a second row");
}

static void quirks_row_answers(struct kunit *test)
{
	const struct quirk_row *row = test->param_value;
	struct pasid_answer answer = { .err = -EIO, .pri = true };

	pasid_quirk_answer(pasid_quirk_find(row->vendor, row->device), &answer);
	KUNIT_EXPECT_EQ(test, 0, answer.err);
	KUNIT_EXPECT_MEMEQ(test, &row->ranges, &answer.ranges, sizeof(answer.ranges));
	KUNIT_EXPECT_EQ(test, !!(row->kinds & PASID_KIND_PRI), answer.pri);
}

static void quirks_unknown_device(struct kunit *test)
{
	struct pasid_answer answer = {};

	KUNIT_EXPECT_NULL(test, pasid_quirk_find(0x8086, 0x0000));
	KUNIT_EXPECT_NULL(test, pasid_quirk_find(0xffff, 0xffff));
	/* The QAT PF, beside its VF. */
	KUNIT_EXPECT_NULL(test, pasid_quirk_find(0x8086, 0x4940));
	pasid_quirk_answer(NULL, &answer);
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, answer.err);
}

/* A row that asks the PF's driver only: without the driver, no bytes are free. */
static void quirks_ask_pf_driver(struct kunit *test)
{
	struct pasid_answer answers[PASID_SOURCES];
	enum pasid_source source;
	const char *why;
	unsigned int i;

	for (i = 0; i < PASID_SOURCES; i++)
		answers[i].err = -EOPNOTSUPP;
	pasid_quirk_answer(pasid_quirk_find(0x8086, 0x4941), &answers[PASID_SOURCE_QUIRK]);
	KUNIT_EXPECT_EQ(test, -ENOSPC, pasid_source_choose(answers, &source, &why));
	KUNIT_EXPECT_EQ(test, PASID_SOURCE_QUIRK, source);
	answers[PASID_SOURCE_PF_DRIVER].err = 0;
	answers[PASID_SOURCE_PF_DRIVER].ranges.count = 1;
	KUNIT_EXPECT_EQ(test, 0, pasid_source_choose(answers, &source, &why));
	KUNIT_EXPECT_EQ(test, PASID_SOURCE_PF_DRIVER, source);
}

static struct kunit_case quirks_cases[] = {
	KUNIT_CASE_PARAM(quirks_finds_row, row_gen_params),
	KUNIT_CASE_PARAM(quirks_row_can_be_used, row_gen_params),
	KUNIT_CASE_PARAM(quirks_row_answers, row_gen_params),
	KUNIT_CASE(quirks_unknown_device),
	KUNIT_CASE(quirks_ask_pf_driver),
	{}
};

static struct kunit_suite quirks_suite = {
	.name = "pasid-quirks",
	.test_cases = quirks_cases,
};

kunit_test_suite(quirks_suite);
