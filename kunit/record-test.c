// SPDX-License-Identifier: GPL-2.0-only
/* Where a unit has its fault records, and what a record says. */
#include <kunit/test.h>

#include "../iommu/vtd.h"

/* Bits by the specification's numbers: CAP (11.4.2), FSTS (11.4.7.1), a record (11.4.7.6). */
#define AT(at)		((u64)(at) << 24)
#define NFR(count)	((u64)((count) - 1) << 40)
#define FRI(nr)		((u32)(nr) << 8)
#define SID(rid)	((u64)(rid))
#define T2		BIT_ULL(92 - 64)
#define PP		BIT_ULL(95 - 64)
#define FR(reason)	((u64)(reason) << (96 - 64))
#define PV(pasid)	((u64)(pasid) << (104 - 64))
#define T1		BIT_ULL(126 - 64)
#define F		BIT_ULL(127 - 64)

struct record_at_case {
	const char *name;
	u64 cap;
	u32 status;
	unsigned int i;
	unsigned int records;
	u32 at;
};

static const struct record_at_case record_at_cases[] = {
	{ "the only one", AT(0x22) | NFR(1), 2, 0, 1, 0x220 },
	{ "the first of 8", AT(0x40) | NFR(8), 2, 0, 8, 0x400 },
	{ "the last of 8", AT(0x40) | NFR(8), 2, 7, 8, 0x470 },
	{ "the oldest is the sixth", AT(0x40) | NFR(8), FRI(5) | 2, 0, 8, 0x450 },
	{ "after the last comes the first", AT(0x40) | NFR(8), FRI(5) | 2, 3, 8, 0x400 },
	{ "the newest of a full ring", AT(0x40) | NFR(8), FRI(5) | 2, 7, 8, 0x440 },
	{ "256 records", NFR(256), FRI(255) | 2, 255, 256, 0xfe0 },
	{ "the highest offset", AT(0x3ff) | NFR(1), 2, 0, 1, 0x3ff0 },
	{ "all other bits are set", ~(AT(0x3ff) | NFR(256)) | AT(1) | NFR(2), ~0xff00U,
	  1, 2, 0x20 },
};

KUNIT_ARRAY_PARAM_DESC(record_at, record_at_cases, name);

static void record_at(struct kunit *test)
{
	const struct record_at_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, c->records, vtd_fault_records(c->cap));
	KUNIT_EXPECT_EQ(test, c->at, vtd_fault_record_at(c->cap, c->status, c->i));
}

struct record_case {
	const char *name;
	u64 low;
	u64 high;
	struct vtd_fault fault;
};

#define NO_PASID	U32_MAX

static const struct record_case record_cases[] = {
	{ "a write", 0x12345000, F | SID(0x1234) | FR(0x71),
	  { 0x1234, 0x71, VTD_FAULT_WRITE, NO_PASID, 0x12345000 } },
	{ "a read", 0, F | T1 | SID(1) | FR(0x45), { 1, 0x45, VTD_FAULT_READ, NO_PASID, 0 } },
	{ "a page request", 0, F | T2 | SID(1) | FR(0x47),
	  { 1, 0x47, VTD_FAULT_PAGE_REQUEST, NO_PASID, 0 } },
	{ "an AtomicOp", 0, F | T1 | T2, { 0, 0, VTD_FAULT_ATOMIC, NO_PASID, 0 } },
	{ "PASID 0", 0, F | PP, { 0, 0, VTD_FAULT_WRITE, 0, 0 } },
	{ "the highest PASID", 0, F | PP | PV(0xfffff), { 0, 0, VTD_FAULT_WRITE, 0xfffff, 0 } },
	{ "what is no PASID", 0, F | PV(0xfffff), { 0, 0, VTD_FAULT_WRITE, NO_PASID, 0 } },
	{ "all bits", ~0ULL, ~0ULL, { 0xffff, 0xff, VTD_FAULT_ATOMIC, 0xfffff, ~0xfffULL } },
	{ "all other bits", 0xfff, ~(T1 | T2 | PP | SID(0xffff) | FR(0xff) | PV(0xfffff)),
	  { 0, 0, VTD_FAULT_WRITE, NO_PASID, 0 } },
};

KUNIT_ARRAY_PARAM_DESC(record, record_cases, name);

static void record_says(struct kunit *test)
{
	const struct record_case *c = test->param_value;
	struct vtd_fault fault;

	vtd_fault_decode(c->low, c->high, &fault);
	KUNIT_EXPECT_EQ(test, c->fault.rid, fault.rid);
	KUNIT_EXPECT_EQ(test, c->fault.reason, fault.reason);
	KUNIT_EXPECT_EQ(test, c->fault.type, fault.type);
	KUNIT_EXPECT_EQ(test, c->fault.pasid, fault.pasid);
	KUNIT_EXPECT_EQ(test, c->fault.addr, fault.addr);
}

static struct kunit_case record_test_cases[] = {
	KUNIT_CASE_PARAM(record_at, record_at_gen_params),
	KUNIT_CASE_PARAM(record_says, record_gen_params),
	{}
};

static struct kunit_suite record_suite = {
	.name = "pasid-record",
	.test_cases = record_test_cases,
};

kunit_test_suite(record_suite);
