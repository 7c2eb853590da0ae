// SPDX-License-Identifier: GPL-2.0-only
/*
 * The invalidations, compared with Table 28 of the VT-d specification. Descriptors are
 * written as the hardware gets them (6.5.2). The wait for the context cache is not part of
 * a series: its caller waits before it lists domains.
 */
#include <kunit/test.h>

#include "../iommu/vtd.h"

#define DRAIN		0xc0ULL		/* DR, DW */

#define CC_DEVICE	{ 0x0000021100000031, 0 }
#define PC_DOMAIN	{ 0x00000000beef0007, 0 }
#define PC_PASID	{ 0x000fedcbbeef0017, 0 }
#define PC_GLOBAL	{ 0x0000000000000037, 0 }
#define IOTLB_DOMAIN	{ 0x00000000beef00e2, 0 }
#define IOTLB_GLOBAL	{ 0x00000000000000d2, 0 }
#define PIOTLB_PASID	{ 0x000fedcbbeef0026, 0 }
#define DEVTLB		{ 0x0000021100000003, 0x7ffffffffffff001 }
#define DEVTLB_PFSID	{ 0xabc0021100005003, 0x7ffffffffffff001 }
#define PDEVTLB		{ 0x000fedcb02110008, 0x7ffffffffffff800 }
#define PDEVTLB_PFSID	{ 0xabcfedcb02115008, 0x7ffffffffffff800 }

#define RID	0x0211
#define PFSID	0xabc5
#define DID	0xbeef
#define PASID	0xfedcb

#define LOG_MAX	256

/* What was submitted. */
struct inval_log {
	struct vtd_desc desc[LOG_MAX];
	unsigned int count;
	int err[8];
};

static int inval_submit(void *arg, struct vtd_desc *desc)
{
	struct inval_log *log = arg;

	log->desc[log->count] = *desc;
	return log->err[log->count++ % ARRAY_SIZE(log->err)];
}

/* The changes of Table 28 that the module makes. */
enum inval_change {
	CHANGE_CONTEXT,		/* with one domain affected */
	CHANGE_CONTEXT_NONE,	/* with no PASID-table entry */
	CHANGE_CONTEXT_ALL,	/* with too many domains for a list */
	CHANGE_ENTRY,		/* a field of a PASID-table entry, not P or SSADE */
	CHANGE_NONE,
};

struct inval_case {
	const char *name;
	enum inval_change change;
	struct vtd_function fn;
	unsigned int count;
	u64 want[6][2];
};

static const struct inval_case inval_cases[] = {
	{ "context entry, no ATS", CHANGE_CONTEXT, { .drain = DRAIN, .pasid = true },
	  3, { CC_DEVICE, PC_DOMAIN, IOTLB_DOMAIN } },
	{ "context entry, ATS", CHANGE_CONTEXT, { .drain = DRAIN, .pasid = true, .ats = true },
	  4, { CC_DEVICE, PC_DOMAIN, IOTLB_DOMAIN, DEVTLB } },
	{ "context entry, ATS, DIT", CHANGE_CONTEXT,
	  { .drain = DRAIN, .pasid = true, .ats = true, .pfsid = PFSID },
	  4, { CC_DEVICE, PC_DOMAIN, IOTLB_DOMAIN, DEVTLB_PFSID } },
	{ "context entry, ATS, erratum", CHANGE_CONTEXT,
	  { .drain = DRAIN, .pasid = true, .ats = true, .twice = true },
	  5, { CC_DEVICE, PC_DOMAIN, IOTLB_DOMAIN, DEVTLB, DEVTLB } },
	{ "context entry, erratum, no ATS", CHANGE_CONTEXT,
	  { .drain = DRAIN, .pasid = true, .twice = true },
	  3, { CC_DEVICE, PC_DOMAIN, IOTLB_DOMAIN } },
	{ "context entry, ATS, PF without PASID", CHANGE_CONTEXT,
	  { .drain = DRAIN, .ats = true },
	  4, { CC_DEVICE, PC_DOMAIN, IOTLB_DOMAIN, DEVTLB } },
	{ "context entry, no draining", CHANGE_CONTEXT, { .pasid = true },
	  3, { CC_DEVICE, PC_DOMAIN, { 0xbeef0022, 0 } } },
	{ "context entry, reads drained", CHANGE_CONTEXT, { .drain = 0x80 },
	  3, { CC_DEVICE, PC_DOMAIN, { 0xbeef00a2, 0 } } },
	{ "context entry, writes drained", CHANGE_CONTEXT, { .drain = 0x40 },
	  3, { CC_DEVICE, PC_DOMAIN, { 0xbeef0062, 0 } } },
	{ "context entry, no PASID-table entry", CHANGE_CONTEXT_NONE, { .ats = true },
	  1, { CC_DEVICE } },
	{ "context entry, any domain, no ATS", CHANGE_CONTEXT_ALL, { .drain = DRAIN },
	  3, { CC_DEVICE, PC_GLOBAL, IOTLB_GLOBAL } },
	{ "context entry, any domain, ATS", CHANGE_CONTEXT_ALL, { .drain = DRAIN, .ats = true },
	  4, { CC_DEVICE, PC_GLOBAL, IOTLB_GLOBAL, DEVTLB } },
	{ "context entry, any domain, no draining", CHANGE_CONTEXT_ALL, {},
	  3, { CC_DEVICE, PC_GLOBAL, { 0x12, 0 } } },
	{ "PASID-table entry, no ATS", CHANGE_ENTRY, { .drain = DRAIN, .pasid = true },
	  2, { PC_PASID, PIOTLB_PASID } },
	{ "PASID-table entry, ATS", CHANGE_ENTRY, { .drain = DRAIN, .pasid = true, .ats = true },
	  3, { PC_PASID, PIOTLB_PASID, PDEVTLB } },
	{ "PASID-table entry, ATS, DIT", CHANGE_ENTRY,
	  { .pasid = true, .ats = true, .pfsid = PFSID },
	  3, { PC_PASID, PIOTLB_PASID, PDEVTLB_PFSID } },
	{ "PASID-table entry, ATS, erratum", CHANGE_ENTRY,
	  { .pasid = true, .ats = true, .twice = true },
	  4, { PC_PASID, PIOTLB_PASID, PDEVTLB, PDEVTLB } },
	{ "PASID-table entry, ATS, DIT, erratum", CHANGE_ENTRY,
	  { .pasid = true, .ats = true, .twice = true, .pfsid = PFSID },
	  4, { PC_PASID, PIOTLB_PASID, PDEVTLB_PFSID, PDEVTLB_PFSID } },
	{ "PASID-table entry, ATS, PF without PASID", CHANGE_ENTRY, { .ats = true },
	  3, { PC_PASID, PIOTLB_PASID, DEVTLB } },
	{ "PASID-table entry, ATS, PF without PASID, DIT, erratum", CHANGE_ENTRY,
	  { .ats = true, .twice = true, .pfsid = PFSID },
	  4, { PC_PASID, PIOTLB_PASID, DEVTLB_PFSID, DEVTLB_PFSID } },
	{ "PASID-table entry, PF without PASID, no ATS", CHANGE_ENTRY, { .twice = true },
	  2, { PC_PASID, PIOTLB_PASID } },
	{ "no change", CHANGE_NONE, { .ats = true, .pasid = true }, 0 },
};

KUNIT_ARRAY_PARAM_DESC(inval, inval_cases, name);

static void inval_add(struct vtd_inval *inval, const struct vtd_function *fn,
		      enum inval_change change)
{
	switch (change) {
	case CHANGE_CONTEXT:
		vtd_inval_context(inval, RID);
		vtd_inval_domain(inval, fn, DID);
		vtd_inval_device_tlb(inval, fn);
		break;
	case CHANGE_CONTEXT_NONE:
		vtd_inval_context(inval, RID);
		break;
	case CHANGE_CONTEXT_ALL:
		vtd_inval_context(inval, RID);
		vtd_inval_all_domains(inval, fn);
		vtd_inval_device_tlb(inval, fn);
		break;
	case CHANGE_ENTRY:
		vtd_inval_entry(inval, fn, DID, PASID);
		break;
	case CHANGE_NONE:
		break;
	}
}

static void inval_table_28(struct kunit *test)
{
	const struct inval_case *c = test->param_value;
	struct vtd_inval *inval = kunit_kzalloc(test, sizeof(*inval), GFP_KERNEL);
	struct inval_log *log = kunit_kzalloc(test, sizeof(*log), GFP_KERNEL);
	struct vtd_function fn = c->fn;
	unsigned int i;

	fn.rid = RID;
	KUNIT_ASSERT_NOT_NULL(test, inval);
	KUNIT_ASSERT_NOT_NULL(test, log);
	vtd_inval_init(inval, inval_submit, log);
	inval_add(inval, &fn, c->change);
	KUNIT_EXPECT_EQ(test, 0, inval->err);
	KUNIT_ASSERT_EQ(test, c->count, log->count);
	KUNIT_EXPECT_EQ(test, c->count, inval->descriptors);
	for (i = 0; i < log->count; i++) {
		KUNIT_EXPECT_EQ_MSG(test, c->want[i][0], log->desc[i].qw[0], "descriptor %u", i);
		KUNIT_EXPECT_EQ_MSG(test, c->want[i][1], log->desc[i].qw[1], "descriptor %u", i);
		KUNIT_EXPECT_EQ(test, 0ULL, log->desc[i].qw[2] | log->desc[i].qw[3]);
	}
}

/* Each value of an ID is in its field of the descriptor, and in no other field. */
static void inval_fields(struct kunit *test)
{
	struct inval_log *log = kunit_kzalloc(test, sizeof(*log), GFP_KERNEL);
	struct vtd_function fn = { .ats = true, .pasid = true };
	struct vtd_inval inval;
	u64 qw0;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, log);
	for (i = 0; i < 20; i++) {
		log->count = 0;
		vtd_inval_init(&inval, inval_submit, log);
		fn.rid = BIT(i % 16);
		fn.pfsid = BIT(15 - i % 16);
		vtd_inval_context(&inval, fn.rid);
		vtd_inval_entry(&inval, &fn, BIT(i % 16), BIT(i));
		KUNIT_ASSERT_EQ(test, 4U, log->count);
		KUNIT_EXPECT_EQ(test, 0x31 | BIT_ULL(32 + i % 16), log->desc[0].qw[0]);
		KUNIT_EXPECT_EQ(test, 0x17 | BIT_ULL(16 + i % 16) | BIT_ULL(32 + i),
				log->desc[1].qw[0]);
		KUNIT_EXPECT_EQ(test, 0x26 | BIT_ULL(16 + i % 16) | BIT_ULL(32 + i),
				log->desc[2].qw[0]);
		qw0 = 8 | BIT_ULL(16 + i % 16) | BIT_ULL(32 + i);
		qw0 |= 15 - i % 16 < 4 ? BIT_ULL(12 + 15 - i % 16) : BIT_ULL(52 + 11 - i % 16);
		KUNIT_EXPECT_EQ(test, qw0, log->desc[3].qw[0]);
	}
}

/* The first error is returned, and all later descriptors are submitted all the same. */
static void inval_keeps_error(struct kunit *test)
{
	struct inval_log *log = kunit_kzalloc(test, sizeof(*log), GFP_KERNEL);
	struct vtd_inval inval;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, log);
	log->err[1] = -ENODEV;
	log->err[2] = -EIO;
	vtd_inval_init(&inval, inval_submit, log);
	for (i = 0; i < 5; i++) {
		vtd_inval_context(&inval, i);
		KUNIT_EXPECT_EQ(test, i ? -ENODEV : 0, inval.err);
	}
	KUNIT_EXPECT_EQ(test, 5U, log->count);
	KUNIT_EXPECT_EQ(test, 5U, inval.descriptors);
	for (i = 0; i < log->count; i++)
		KUNIT_EXPECT_EQ(test, (u64)i << 32 | 0x31, log->desc[i].qw[0]);
	inval.owed = true;
	vtd_inval_init(&inval, inval_submit, log);
	KUNIT_EXPECT_FALSE(test, inval.owed);
	KUNIT_EXPECT_EQ(test, 0, inval.err);
	KUNIT_EXPECT_EQ(test, 0U, inval.descriptors);
}

/* What a change affects, and the most that has to be invalidated for it. */
struct inval_affected_case {
	const char *name;
	bool whole;
	unsigned int entries;
	unsigned int domains;	/* of the entries */
	struct vtd_function fn;
	unsigned int count;
	u64 first;		/* qword 0 */
	u64 last;
	bool owed;
};

#define PDEVTLB_OF(pasid)	(0x02110008 | (u64)(pasid) << 32)

static const struct inval_affected_case inval_affected_cases[] = {
	{ "nothing", false, 0, 1, { .ats = true, .pasid = true }, 0 },
	{ "1 entry", false, 1, 1, { .ats = true, .pasid = true },
	  3, 0x100000017, PDEVTLB_OF(1) },
	{ "4 entries in 4 domains", false, 4, 4, { .ats = true, .pasid = true },
	  12, 0x100000017, PDEVTLB_OF(4) },
	{ "4 entries, erratum", false, 4, 1, { .ats = true, .pasid = true, .twice = true },
	  16, 0x100000017, PDEVTLB_OF(4) },
	{ "4 entries, PF without PASID, erratum", false, 4, 1, { .ats = true, .twice = true },
	  16, 0x100000017, 0x21100000003 },
	{ "4 entries, no ATS", false, 4, 1, { .pasid = true }, 8, 0x100000017, 0x400000026 },
	{ "4 entries, silent", false, 4, 1, { .ats = true, .silent = true, .pasid = true },
	  8, 0x100000017, 0x400000026, true },
	{ "5 entries in 1 domain", false, 5, 1, { .ats = true, .pasid = true },
	  3, 0x00000007, 0x21100000003 },
	{ "5 entries in 3 domains, erratum", false, 5, 3,
	  { .ats = true, .pasid = true, .twice = true }, 8, 0x00000007, 0x21100000003 },
	{ "5 entries in 4 domains", false, 5, 4, { .ats = true, .pasid = true },
	  3, 0x37, 0x21100000003 },
	{ "1000 entries in 1000 domains, silent", false, 1000, 1000,
	  { .ats = true, .silent = true, .pasid = true }, 2, 0x37, 0x12, true },
	{ "context entry, no domain", true, 0, 1, { .ats = true, .pasid = true },
	  1, 0x21100000003, 0x21100000003 },
	{ "context entry, 1 domain", true, 1, 1, { .ats = true, .pasid = true },
	  3, 0x00000007, 0x21100000003 },
	{ "context entry, 3 domains, erratum", true, 3, 3,
	  { .ats = true, .pasid = true, .twice = true }, 8, 0x00000007, 0x21100000003 },
	{ "context entry, 4 domains", true, 4, 4, { .ats = true, .pasid = true },
	  3, 0x37, 0x21100000003 },
	{ "context entry, 3 domains, silent", true, 3, 3,
	  { .ats = true, .silent = true, .pasid = true }, 6, 0x00000007, 0x20022, true },
};

KUNIT_ARRAY_PARAM_DESC(inval_affected, inval_affected_cases, name);

/* PASIDs from 1 on; domain IDs from 0 on, over and over. */
static void inval_affected(struct kunit *test)
{
	const struct inval_affected_case *c = test->param_value;
	struct inval_log *log = kunit_kzalloc(test, sizeof(*log), GFP_KERNEL);
	struct vtd_affected affected = { .whole = c->whole };
	struct vtd_function fn = c->fn;
	struct vtd_inval inval;
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, log);
	fn.rid = RID;
	for (i = 0; i < c->entries; i++)
		vtd_affect_entry(&affected, i + 1, i % c->domains);
	vtd_inval_init(&inval, inval_submit, log);
	vtd_inval_affected(&inval, &fn, &affected);
	KUNIT_ASSERT_EQ(test, c->count, log->count);
	KUNIT_EXPECT_LE(test, log->count, 16U);
	KUNIT_EXPECT_EQ(test, c->owed, inval.owed);
	if (!c->count)
		return;
	KUNIT_EXPECT_EQ(test, c->first, log->desc[0].qw[0]);
	KUNIT_EXPECT_EQ(test, c->last, log->desc[log->count - 1].qw[0]);
}

/* CAP.DWD is bit 54, CAP.DRD bit 55; they ask for DW, bit 6, and DR, bit 7. */
static void inval_drains(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0ULL, vtd_iotlb_drain(0));
	KUNIT_EXPECT_EQ(test, 0x40ULL, vtd_iotlb_drain(BIT_ULL(54)));
	KUNIT_EXPECT_EQ(test, 0x80ULL, vtd_iotlb_drain(BIT_ULL(55)));
	KUNIT_EXPECT_EQ(test, 0xc0ULL, vtd_iotlb_drain(~0ULL));
	KUNIT_EXPECT_EQ(test, 0ULL, vtd_iotlb_drain(~(3ULL << 54)));
}

static struct kunit_case inval_test_cases[] = {
	KUNIT_CASE_PARAM(inval_table_28, inval_gen_params),
	KUNIT_CASE(inval_fields),
	KUNIT_CASE_PARAM(inval_affected, inval_affected_gen_params),
	KUNIT_CASE(inval_keeps_error),
	KUNIT_CASE(inval_drains),
	{}
};

static struct kunit_suite inval_suite = {
	.name = "pasid-inval",
	.test_cases = inval_test_cases,
};

kunit_test_suite(inval_suite);
