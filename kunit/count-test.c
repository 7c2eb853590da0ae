// SPDX-License-Identifier: GPL-2.0-only
/* What is counted of a VF: requests that the unit refused, changes of its entries, flushes. */
#include <kunit/test.h>

#include "fake-vf.h"
#include "tables.h"

/* Fault status (11.4.7.1), and the upper qword of a record (11.4.7.6) */
#define PPF		BIT(1)
#define FRI(nr)		((nr) << 8)
#define RECORD(rid, reason)	(BIT_ULL(127 - 64) | (u64)(reason) << (96 - 64) | (rid))

static struct {
	struct fake_pci *pf;
	struct pasid_vf *vf;
	struct pasid_vf *sibling;
} count;

static int count_init(struct kunit *test)
{
	struct fake_pci *fn, *sibling;

	vf_init(test);
	fake_unit.missed = 7;
	count.pf = vf_plug_pf(0);
	fn = vf_plug_vf(count.pf, 1);
	sibling = vf_plug_vf(count.pf, 2);
	vf_load(test);
	count.vf = vf_of(fn);
	count.sibling = vf_of(sibling);
	return 0;
}

static void count_record(unsigned int nr, u16 rid, u8 reason)
{
	fake_unit.record[nr][1] = RECORD(rid, reason);
}

static void count_faults(void *iommu)
{
	rcu_read_lock();
	pasid_faults_recorded(iommu);
	rcu_read_unlock();
}

static void count_expect(struct kunit *test, const struct pasid_vf *vf, u8 reason, long number)
{
	KUNIT_EXPECT_EQ(test, number, atomic_long_read(&vf->counts.faults[reason]));
}

/* Each for the VF that has sent the request; those of the PF for none. */
static void count_by_requester(struct kunit *test)
{
	fake_unit.fsts = PPF;
	count_record(0, FAKE_RID(1), 0x45);
	count_record(1, FAKE_RID(2), 0x5d);
	count_record(2, FAKE_RID(0), 0x45);
	count_record(3, FAKE_RID(1), 0x45);
	count_faults(&fake_unit);
	count_expect(test, count.vf, 0x45, 2);
	count_expect(test, count.vf, 0x5d, 0);
	count_expect(test, count.sibling, 0x45, 0);
	count_expect(test, count.sibling, 0x5d, 1);
}

/* From the oldest record on, and up to the first one that is empty. */
static void count_in_order(struct kunit *test)
{
	fake_unit.fsts = PPF | FRI(3);
	count_record(3, FAKE_RID(1), 0x45);
	count_record(0, FAKE_RID(1), 0x46);
	count_record(2, FAKE_RID(1), 0x47);
	count_faults(&fake_unit);
	count_expect(test, count.vf, 0x45, 1);
	count_expect(test, count.vf, 0x46, 1);
	count_expect(test, count.vf, 0x47, 0);
}

/* The lowest and the highest reason have a counter, too. */
static void count_all_reasons(struct kunit *test)
{
	fake_unit.fsts = PPF;
	count_record(0, FAKE_RID(1), 0);
	count_record(1, FAKE_RID(1), 0xff);
	count_faults(&fake_unit);
	count_expect(test, count.vf, 0, 1);
	count_expect(test, count.vf, 0xff, 1);
}

/* Without a pending fault, what the records have is of earlier ones. */
static void count_nothing_pending(struct kunit *test)
{
	fake_unit.fsts = 0;
	count_record(0, FAKE_RID(1), 0x45);
	count_faults(&fake_unit);
	count_expect(test, count.vf, 0x45, 0);
}

/* Of a unit without a VF under control nothing is read. */
static void count_other_unit(struct kunit *test)
{
	fake_unit.fsts = PPF;
	count_record(0, FAKE_RID(1), 0x45);
	fake_unit.register_reads = 0;
	count_faults(&count);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.register_reads);
	count_expect(test, count.vf, 0x45, 0);
}

/* Another segment has a unit of its own, and may have the same requester ID. */
static void count_same_rid(struct kunit *test)
{
	fake_unit.fsts = PPF;
	count_record(0, FAKE_RID(1), 0x45);
	count.vf->unit.iommu = (struct intel_iommu *)&count;
	count_faults(&fake_unit);
	count_expect(test, count.vf, 0x45, 0);
}

static void count_aliases(struct kunit *test)
{
	count.vf->tables.ctx[1].rid = FAKE_RID(0x42);
	count.vf->tables.ctx_count = 2;
	fake_unit.fsts = PPF;
	count_record(0, FAKE_RID(0x42), 0x45);
	count_faults(&fake_unit);
	count.vf->tables.ctx_count = 1;
	count_expect(test, count.vf, 0x45, 1);
}

static void count_is(struct kunit *test, long changes, long invalidations, long failures)
{
	const struct pasid_vf_counts *is = &count.vf->counts;

	KUNIT_EXPECT_EQ(test, changes, atomic_long_read(&is->changes));
	KUNIT_EXPECT_EQ(test, invalidations, atomic_long_read(&is->invalidations));
	KUNIT_EXPECT_EQ(test, failures, atomic_long_read(&is->failures));
}

/* A write changes the context entry; a write that changes nothing counts nothing. */
static void count_writes(struct kunit *test)
{
	count_is(test, 0, 0, 0);
	fake_unit.submissions = 0;
	vf_set_ceiling(test, count.vf, BUILTIN & ~ENABLE, 0);
	count_is(test, 1, fake_unit.submissions, 0);
	vf_set_ceiling(test, count.vf, BUILTIN & ~ENABLE, 0);
	count_is(test, 1, fake_unit.submissions, 0);
	KUNIT_EXPECT_EQ(test, 0, atomic_long_read(&count.sibling->counts.changes));
}

/* The deny, the attempt to undo what failed, and each of the worker's. */
static void count_failures(struct kunit *test)
{
	fake_unit.submissions = 0;
	fake_unit.err = -EIO;
	vf_set_ceiling(test, count.vf, BUILTIN & ~ENABLE, -EIO);
	count_is(test, 1, fake_unit.submissions, 2);
	pasid_vf_refresh(count.vf);
	count_is(test, 1, fake_unit.submissions, 3);
	fake_unit.err = 0;
	pasid_vf_refresh(count.vf);
	count_is(test, 1, fake_unit.submissions, 3);
}

/* What a hook changes, too: an entry with SRE that the admin denies. */
static void count_hooks(struct kunit *test)
{
	vf_set_ceiling(test, count.vf, BUILTIN & ~PRIV, 0);
	fake_unit.submissions = 0;
	vf_setup_begins(count.vf, 5, false);
	vf_set_entry(test, to_fake_pci(&count.vf->pdev->dev), 5, 3 << 6 | 1, 7, 1);
	vf_setup_ends(count.vf, 5, false, true);
	count_is(test, 1, fake_unit.submissions, 0);
	KUNIT_EXPECT_GT(test, fake_unit.submissions, 0U);
}

/* A VF has been looked at when a writer has found no gap meanwhile, not before. */
static void count_looks(struct kunit *test)
{
	unsigned long before = count.vf->tables.looked;

	fake_unit.missed++;
	KUNIT_EXPECT_EQ(test, before, count.vf->tables.looked);
	fake_unit.hooks_dead = true;
	pasid_vf_refresh(count.vf);
	KUNIT_EXPECT_EQ(test, before, count.vf->tables.looked);
	fake_unit.hooks_dead = false;
	fake_unit.err = -EIO;
	atomic_set(&count.vf->owed.iommu, 1);
	pasid_vf_refresh(count.vf);
	KUNIT_EXPECT_EQ(test, before, count.vf->tables.looked);
	fake_unit.err = 0;
	pasid_vf_refresh(count.vf);
	KUNIT_EXPECT_EQ(test, fake_unit.missed, count.vf->tables.looked);
}

/* What was missed before the VF came is no concern of the VF. Nothing is applied at load. */
static void count_begins(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 7UL, count.vf->tables.looked);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.submissions);
}

static struct kunit_case count_cases[] = {
	KUNIT_CASE(count_by_requester),
	KUNIT_CASE(count_in_order),
	KUNIT_CASE(count_all_reasons),
	KUNIT_CASE(count_nothing_pending),
	KUNIT_CASE(count_other_unit),
	KUNIT_CASE(count_same_rid),
	KUNIT_CASE(count_aliases),
	KUNIT_CASE(count_writes),
	KUNIT_CASE(count_failures),
	KUNIT_CASE(count_hooks),
	KUNIT_CASE(count_looks),
	KUNIT_CASE(count_begins),
	{}
};

static struct kunit_suite count_suite = {
	.name = "pasid-count",
	.init = count_init,
	.test_cases = count_cases,
};

kunit_test_suite(count_suite);
