// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which bytes seem to be free, and which are chosen. The lists of capabilities are those of real
 * devices, as public dumps show them. A dump that shows offsets alone is completed with the sizes
 * that fit between them.
 */
#include <kunit/test.h>

#include "../vfio/free.h"

#define AER	0x01
#define DSN	0x03
#define VSEC	0x0b
#define ACS	0x0d
#define ARI	0x0e
#define ATS	0x0f
#define SRIOV	0x10
#define PRI	0x13
#define TPH	0x17
#define PASID	0x1b
#define DVSEC	0x23
#define DOE	0x2e
#define IDE	0x30
#define UNKNOWN	0x3ff

/* A capability: where it is, its header without the pointer, and its second 4 bytes. */
struct free_cap {
	u16 at;
	u16 id;
	u32 second;
	u32 third;
};

#define CAPS	10

/* Linked in the order in which they are listed. */
static u32 *free_function(struct kunit *test, const struct free_cap *caps)
{
	u32 *dwords = kunit_kcalloc(test, PASID_DWORDS, sizeof(*dwords), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, dwords);
	for (i = 0; i < CAPS && caps[i].at; i++) {
		dwords[caps[i].at / 4] = caps[i].id | 1 << 16 |
					 (i + 1 < CAPS ? (u32)caps[i + 1].at << 20 : 0);
		dwords[caps[i].at / 4 + 1] = caps[i].second;
		dwords[caps[i].at / 4 + 3] = caps[i].third;
	}
	return dwords;
}

static u32 free_read(const void *arg, unsigned int at)
{
	return ((const u32 *)arg)[at / 4];
}

static void free_take(struct kunit *test, const struct free_cap *caps, struct pasid_taken *taken)
{
	struct pasid_space space = { .read = free_read, .arg = free_function(test, caps) };
	const char *why;

	KUNIT_ASSERT_EQ(test, 0, pasid_find_taken(&space, taken, &why));
}

struct list_case {
	const char *name;
	struct free_cap vf[CAPS];
	struct free_cap pf[CAPS];
	const char *found;
	u16 pasid;
	u16 pri;
};

#define ARI_ALONE	{ { 0x100, ARI } }

static const struct list_case list_cases[] = {
	{ "nothing", {}, {}, "0x100-0xfff free\n", 0xff8, 0xfe8 },
	{ "not ascending", { { 0x100, AER }, { 0x148, ARI }, { 0x158, TPH, 0x3f0200 },
			     { 0x2ec, ACS }, { 0x1e4, ATS } }, {},
	  "0x100-0x14f capability\n0x150-0x157 free\n0x158-0x1eb capability\n"
	  "0x1ec-0x2eb free\n0x2ec-0x2f3 capability\n0x2f4-0xfff free\n", 0xff8, 0xfe8 },
	{ "four with gaps", { { 0x100, AER }, { 0x150, ARI }, { 0x1a0, TPH }, { 0x1b0, ACS } }, {},
	  "0x100-0x147 capability\n0x148-0x14f free\n0x150-0x157 capability\n"
	  "0x158-0x19f free\n0x1a0-0x1ab capability\n0x1ac-0x1af free\n"
	  "0x1b0-0x1b7 capability\n0x1b8-0xfff free\n", 0xff8, 0xfe8 },
	{ "ARI alone", ARI_ALONE, {}, "0x100-0x107 capability\n0x108-0xfff free\n", 0xff8, 0xfe8 },
	{ "VSEC first", { { 0x100, VSEC, 0xc << 20 }, { 0x150, ARI } }, {},
	  "0x100-0x10b capability\n0x10c-0x14f free\n0x150-0x157 capability\n"
	  "0x158-0xfff free\n", 0xff8, 0xfe8 },
	{ "without ARI", { { 0x100, AER }, { 0x1a0, TPH }, { 0x1d0, ACS } }, {},
	  "0x100-0x147 capability\n0x148-0x19f free\n0x1a0-0x1ab capability\n"
	  "0x1ac-0x1cf free\n0x1d0-0x1d7 capability\n0x1d8-0xfff free\n", 0xff8, 0xfe8 },
	{ "a PF up to DSN", ARI_ALONE,
	  { { 0x100, AER }, { 0x6e0, ATS }, { 0xb20, PRI }, { 0xb40, PASID }, { 0xb80, SRIOV },
	    { 0xd00, VSEC, 0x20 << 20 }, { 0xe00, DVSEC, 0x38 << 20 }, { 0xe38, DSN } },
	  "0x100-0x107 capability\n0x108-0x147 pf-capability\n0x148-0x6df free\n"
	  "0x6e0-0x6e7 pf-capability\n0x6e8-0xb1f free\n0xb20-0xb2f pf-capability\n"
	  "0xb30-0xb3f free\n0xb40-0xb47 pf-capability\n0xb48-0xb7f free\n"
	  "0xb80-0xbbf pf-capability\n0xbc0-0xcff free\n0xd00-0xd1f pf-capability\n"
	  "0xd20-0xdff free\n0xe00-0xe43 pf-capability\n0xe44-0xfff free\n", 0xff8, 0xfe8 },
	{ "the same as a function of its own",
	  { { 0x100, AER }, { 0x6e0, ATS }, { 0xb20, PRI }, { 0xb40, PASID }, { 0xb80, SRIOV },
	    { 0xd00, VSEC, 0x300u << 20 }, { 0xe00, DVSEC, 0x38 << 20 }, { 0xe38, DSN } }, {},
	  "0x100-0x147 capability\n0x148-0x6df free\n0x6e0-0x6e7 capability\n"
	  "0x6e8-0xb1f free\n0xb20-0xb2f capability\n0xb30-0xb3f free\n"
	  "0xb40-0xb47 capability\n0xb48-0xb7f free\n0xb80-0xbbf capability\n"
	  "0xbc0-0xcff free\n0xd00-0xfff capability\n", 0xcf8, 0xce8 },
	{ "a PF with IDE and DOE", ARI_ALONE,
	  { { 0x100, AER }, { 0x148, SRIOV }, { 0x188, ARI }, { 0x5f0, PASID },
	    { 0x830, IDE, 2, 3 }, { 0xe00, DOE } },
	  "0x100-0x107 capability\n0x108-0x18f pf-capability\n0x190-0x5ef free\n"
	  "0x5f0-0x5f7 pf-capability\n0x5f8-0x82f free\n0x830-0x873 pf-capability\n"
	  "0x874-0xdff free\n0xe00-0xe17 pf-capability\n0xe18-0xfff free\n", 0xff8, 0xfe8 },
	{ "a PF that begins with PASID", {},
	  { { 0x100, PASID }, { 0x200, ATS }, { 0x300, PRI }, { 0x320, SRIOV } },
	  "0x100-0x107 pf-capability\n0x108-0x1ff free\n0x200-0x207 pf-capability\n"
	  "0x208-0x2ff free\n0x300-0x30f pf-capability\n0x310-0x31f free\n"
	  "0x320-0x35f pf-capability\n0x360-0xfff free\n", 0xff8, 0xfe8 },
	{ "unknown ID last", { { 0x100, ARI }, { 0x400, UNKNOWN } }, {},
	  "0x100-0x107 capability\n0x108-0x3ff free\n0x400-0x403 capability\n"
	  "0x404-0xfff unknown-capability\n", 0x3f8, 0x3e8 },
	{ "unknown ID in the PF: its header alone", ARI_ALONE, { { 0x100, UNKNOWN } },
	  "0x100-0x107 capability\n0x108-0xfff free\n", 0xff8, 0xfe8 },
	{ "room for one", { { 0x100, VSEC, 0xefcu << 20 } }, {},
	  "0x100-0xffb capability\n0xffc-0xfff free\n", 0, 0 },
};

KUNIT_ARRAY_PARAM_DESC(list, list_cases, name);

static struct pasid_evidence *free_evidence(struct kunit *test)
{
	struct pasid_evidence *evidence = kunit_kzalloc(test, sizeof(*evidence), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, evidence);
	return evidence;
}

static void free_in_list(struct kunit *test)
{
	const struct list_case *c = test->param_value;
	struct pasid_evidence *evidence = free_evidence(test);
	struct pasid_obstacle above;
	struct pasid_ranges ranges;
	const char *why;
	char buf[1024];
	int err;

	free_take(test, c->vf, &evidence->vf);
	free_take(test, c->pf, &evidence->pf);
	KUNIT_EXPECT_EQ(test, (int)strlen(c->found),
			pasid_free_format(evidence, buf, sizeof(buf)));
	KUNIT_EXPECT_STREQ(test, c->found, buf);
	err = pasid_free_choose(evidence, true, &ranges, &above, &why);
	KUNIT_ASSERT_EQ(test, c->pasid ? 0 : -ENOSPC, err);
	if (err)
		return;
	KUNIT_EXPECT_EQ(test, 2U, ranges.count);
	KUNIT_EXPECT_EQ(test, c->pasid, ranges.range[0].first);
	KUNIT_EXPECT_EQ(test, c->pri, ranges.range[1].first);
}

/* One bit of evidence about 4 bytes. */
struct seen {
	u16 at;
	enum pasid_finding finding;
};

struct choice_case {
	const char *name;
	struct free_cap vf[2];
	struct seen seen[4];
	bool pri;
	u16 pasid;		/* 0: refused */
	u16 pri_at;		/* 0: none */
	struct pasid_obstacle above;
};

static const struct choice_case choice_cases[] = {
	{ "where VMMs guess", ARI_ALONE, {}, .pasid = 0xff8 },
	{ "a user wrote there", ARI_ALONE, { { 0xff8, PASID_WAS_WRITTEN } }, .pasid = 0xff0,
	  .above = { { 0xff8, 0xffb }, PASID_WAS_WRITTEN } },
	{ "a user wrote to its end", ARI_ALONE, { { 0xffc, PASID_WAS_WRITTEN } }, .pasid = 0xff4,
	  .above = { { 0xffc, 0xfff }, PASID_WAS_WRITTEN } },
	{ "a driver reads there", ARI_ALONE, { { 0xff8, PASID_WAS_READ } }, .pasid = 0xff0,
	  .above = { { 0xff8, 0xffb }, PASID_WAS_READ } },
	{ "reads as other than zero", ARI_ALONE, { { 0xff8, PASID_NOT_ZERO } }, .pasid = 0xff0,
	  .above = { { 0xff8, 0xffb }, PASID_NOT_ZERO } },
	{ "a capability of the PF", ARI_ALONE, { { 0xff8, PASID_IS_OF_PF } }, .pasid = 0xff0,
	  .above = { { 0xff8, 0xffb }, PASID_IS_OF_PF } },
	{ "bytes alike are one obstacle", ARI_ALONE,
	  { { 0xff8, PASID_WAS_READ }, { 0xff4, PASID_WAS_READ }, { 0xff0, PASID_WAS_WRITTEN } },
	  .pasid = 0xfe8, .above = { { 0xff0, 0xff3 }, PASID_WAS_WRITTEN } },
	{ "what was written counts before what was read", ARI_ALONE,
	  { { 0xff8, PASID_WAS_READ }, { 0xff8, PASID_NOT_ZERO }, { 0xff8, PASID_WAS_WRITTEN } },
	  .pasid = 0xff0, .above = { { 0xff8, 0xffb }, PASID_WAS_WRITTEN } },
	{ "what is not zero counts before what was read", ARI_ALONE,
	  { { 0xff8, PASID_NOT_ZERO }, { 0xff8, PASID_WAS_READ }, { 0xff8, PASID_IS_OF_PF } },
	  .pasid = 0xff0, .above = { { 0xff8, 0xffb }, PASID_NOT_ZERO } },
	{ "an unknown ID hides no word of a user", { { 0x100, UNKNOWN } },
	  { { 0x200, PASID_WAS_WRITTEN } } },
	{ "between a capability and a register", { { 0x100, VSEC, 0xe00u << 20 } },
	  { { 0xf08, PASID_WAS_WRITTEN } }, .pasid = 0xff8 },
	{ "PRI below", ARI_ALONE, {}, true, .pasid = 0xff8, .pri_at = 0xfe8 },
	{ "PRI below a register", ARI_ALONE, { { 0xff4, PASID_WAS_WRITTEN } }, true,
	  .pasid = 0xff8, .pri_at = 0xfe4 },
	{ "no room for PRI", { { 0x100, VSEC, 0xef0u << 20 } }, {}, true, .pasid = 0xff8 },
	{ "PRI to the last byte", { { 0x100, VSEC, 0xee8u << 20 } }, {}, true, .pasid = 0xff8,
	  .pri_at = 0xfe8 },
	{ "nothing is left", { { 0x100, VSEC, 0xef4u << 20 } }, { { 0xff8, PASID_WAS_WRITTEN } } },
	{ "8 bytes, of which one register is used", { { 0x100, VSEC, 0xef8u << 20 } },
	  { { 0xffc, PASID_WAS_WRITTEN } } },
};

KUNIT_ARRAY_PARAM_DESC(choice, choice_cases, name);

static void free_see(struct pasid_evidence *evidence, const struct seen *seen)
{
	switch (seen->finding) {
	case PASID_WAS_READ:
		__set_bit(seen->at / 4, evidence->read);
		break;
	case PASID_IS_OF_PF:
		__set_bit(seen->at / 4, evidence->pf.known);
		break;
	case PASID_NOT_ZERO:
		__set_bit(seen->at / 4, evidence->not_zero);
		break;
	case PASID_WAS_WRITTEN:
		__set_bit(seen->at / 4, evidence->written);
		break;
	default:
		break;
	}
}

static void free_choose(struct kunit *test)
{
	const struct choice_case *c = test->param_value;
	struct pasid_evidence *evidence = free_evidence(test);
	struct free_cap caps[CAPS] = { c->vf[0], c->vf[1] };
	struct pasid_obstacle above;
	struct pasid_ranges ranges;
	const char *why = NULL;
	unsigned int i;
	int err;

	free_take(test, caps, &evidence->vf);
	for (i = 0; i < ARRAY_SIZE(c->seen); i++)
		free_see(evidence, &c->seen[i]);
	err = pasid_free_choose(evidence, c->pri, &ranges, &above, &why);
	KUNIT_ASSERT_EQ(test, c->pasid ? 0 : -ENOSPC, err);
	if (err) {
		KUNIT_EXPECT_STREQ(test, why,
				   "nowhere 8 bytes read as zero that no capability has and no user touched");
		return;
	}
	KUNIT_ASSERT_EQ(test, 1U + !!c->pri_at, ranges.count);
	KUNIT_EXPECT_EQ(test, c->pasid, ranges.range[0].first);
	KUNIT_EXPECT_EQ(test, c->pasid + 7, ranges.range[0].last);
	if (c->pri_at) {
		KUNIT_EXPECT_EQ(test, c->pri_at, ranges.range[1].first);
		KUNIT_EXPECT_EQ(test, c->pri_at + 15, ranges.range[1].last);
	}
	KUNIT_EXPECT_EQ(test, c->above.range.first, above.range.first);
	KUNIT_EXPECT_EQ(test, c->above.range.last, above.range.last);
	KUNIT_EXPECT_EQ(test, c->above.finding, above.finding);
}

/* Each finding has a word and a clause of its own. */
static void free_words(struct kunit *test)
{
	enum pasid_finding a, b;

	for (a = 0; a < PASID_FINDINGS; a++) {
		for (b = 0; b < a; b++) {
			KUNIT_EXPECT_STRNEQ(test, pasid_finding_word(a), pasid_finding_word(b));
			KUNIT_EXPECT_STRNEQ(test, pasid_finding_clause(a),
					    pasid_finding_clause(b));
		}
	}
	KUNIT_EXPECT_STREQ(test, "written", pasid_finding_word(PASID_WAS_WRITTEN));
}

/* A user can touch so much that there is no room for it: the text says so. */
static void free_text_is_cut(struct kunit *test)
{
	struct pasid_evidence *evidence = free_evidence(test);
	char *buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	unsigned int dword;
	int len;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (dword = PASID_FIRST; dword < PASID_DWORDS; dword += 2)
		__set_bit(dword, evidence->written);
	len = pasid_free_format(evidence, buf, PAGE_SIZE);
	KUNIT_EXPECT_LT(test, len, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, len, (int)strlen(buf));
	KUNIT_EXPECT_STREQ(test, buf + len - 5, "\n...\n");
}

static struct kunit_case free_cases[] = {
	KUNIT_CASE_PARAM(free_in_list, list_gen_params),
	KUNIT_CASE_PARAM(free_choose, choice_gen_params),
	KUNIT_CASE(free_words),
	KUNIT_CASE(free_text_is_cut),
	{}
};

static struct kunit_suite free_suite = {
	.name = "pasid-free",
	.test_cases = free_cases,
};

kunit_test_suite(free_suite);
