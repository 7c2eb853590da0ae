// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engine of intel-pasid-ctl in orders of events that cannot be forced in a real machine:
 * what a writer, hooks and intel-iommu do to the tables of a VF, and what they submit to the
 * unit's queue. PF, VF and unit are fake.
 */
#include <kunit/test-bug.h>
#include <kunit/test.h>

#include "fake-vf.h"
#include "tables.h"

/* PASID-table entry, qword 0: present; PGTT */
#define FIRST	(BIT(6) | 1)
#define NESTED	(3 << 6 | 1)
#define SRE	1

/* Descriptors, qword 0: of the VF, of a domain, of PASID 5 in domain 7. */
#define RID		FAKE_RID(1)
#define CC		(0x31 | (u64)RID << 32)
#define PC(did)		(0x07 | (u64)(did) << 16)
#define IOTLB(did)	(0x22 | (u64)(did) << 16)
#define PC_ALL		0x37
#define IOTLB_ALL	0x12
#define DEVTLB		(0x03 | (u64)RID << 32)
#define PC_1		(0x17 | 8 << 16 | 1ULL << 32)
#define PIOTLB_1	(0x26 | 8 << 16 | 1ULL << 32)
#define PDEVTLB_1	(0x08 | (u64)RID << 16 | 1ULL << 32)
#define PC_5		(0x17 | 7 << 16 | 5ULL << 32)
#define PIOTLB_5	(0x26 | 7 << 16 | 5ULL << 32)
#define PDEVTLB_5	(0x08 | (u64)RID << 16 | 5ULL << 32)

static struct {
	struct fake_pci *pf;
	struct fake_pci *fn;
	struct pasid_vf *vf;
	u64 *context;
	unsigned int events;	/* number of events when the test began to look */
} engine;

static int engine_init(struct kunit *test)
{
	vf_init(test);
	engine.fn = vf_plug_one(test);
	engine.pf = to_fake_pci(&engine.fn->pdev.physfn->dev);
	engine.vf = vf_of(engine.fn);
	engine.context = vf_context(RID);
	return 0;
}

/* Stores an entry as intel-iommu does: SRE, domain, then qword 0 with P. */
static u64 *engine_entry(u32 pasid, u64 qword0, u16 did, u64 sre)
{
	return vf_set_entry(kunit_get_current_test(), engine.fn, pasid, qword0, did, sre);
}

/* As above, and hooks see it. */
static u64 *engine_set_up(u32 pasid, u64 qword0, u16 did, u64 sre)
{
	u64 *pte;

	vf_setup_begins(engine.vf, pasid, false);
	pte = engine_entry(pasid, qword0, did, sre);
	vf_setup_ends(engine.vf, pasid, false, true);
	return pte;
}

static int engine_write(unsigned int ceiling)
{
	int err;

	mutex_lock(&engine.vf->lock);
	err = pasid_vf_set_ceiling(engine.vf, ceiling);
	mutex_unlock(&engine.vf->lock);
	return err;
}

static void engine_look(void)
{
	engine.events = fake_unit.events;
}

/* Since engine_look(), the queue was given these descriptors in this order, and no others. */
static void engine_expect(struct kunit *test, const u64 *qw0, unsigned int count)
{
	unsigned int i, found = 0;

	KUNIT_ASSERT_LE(test, fake_unit.events, (unsigned int)FAKE_EVENTS);
	for (i = engine.events; i < fake_unit.events; i++) {
		if (fake_unit.event[i].entry)
			continue;
		if (found < count)
			KUNIT_EXPECT_EQ_MSG(test, qw0[found], fake_unit.event[i].qw[0],
					    "descriptor %u", found);
		found++;
	}
	KUNIT_EXPECT_EQ(test, count, found);
}

#define ENGINE_EXPECT(test, ...)						\
	engine_expect(test, (const u64[]){ __VA_ARGS__ },			\
		      ARRAY_SIZE(((const u64[]){ __VA_ARGS__ })))

/* --- What a write flushes ----------------------------------------------------------- */

/* Entries of all tables, and entries that are being torn down: only their P is clear. */
static void engine_flushes_each_domain(struct kunit *test)
{
	engine_entry(1, FIRST, 7, 0);
	engine_entry(2, FIRST & ~1, 8, 0);
	engine_entry(130, FIRST, 9, 0);
	engine_look();
	KUNIT_EXPECT_EQ(test, 0, engine_write(PRI));
	KUNIT_EXPECT_PTR_EQ(test, (const u64 *)engine.context,
			    fake_unit.event[engine.events].entry);
	ENGINE_EXPECT(test, CC, PC(7), IOTLB(7), PC(8), IOTLB(8), PC(9), IOTLB(9), DEVTLB);
}

/* An entry that is set up while the old context entry is cached may be in caches, too. */
static void engine_sets_up_1(struct kunit *test)
{
	engine_set_up(1, FIRST, 7, 0);
}

static void engine_flushes_what_came_before(struct kunit *test)
{
	engine_look();
	fake_unit.meanwhile = engine_sets_up_1;
	KUNIT_EXPECT_EQ(test, 0, engine_write(PRI));
	/* The hook flushes, because the writer has changed the entry and not flushed it yet. */
	KUNIT_EXPECT_GE(test, fake_unit.events, engine.events + 4);
	KUNIT_EXPECT_EQ(test, (u64)PC(7), fake_unit.event[fake_unit.events - 3].qw[0]);
	KUNIT_EXPECT_EQ(test, (u64)IOTLB(7), fake_unit.event[fake_unit.events - 2].qw[0]);
	KUNIT_EXPECT_EQ(test, (u64)DEVTLB, fake_unit.event[fake_unit.events - 1].qw[0]);
}

static void engine_sets_up_5(struct kunit *test)
{
	engine_set_up(5, NESTED, 7, 0);
}

/*
 * A writer may have changed the entry that a hook finds, and not flushed it yet.
 * intel-iommu's caller does not wait for the writer, so the hook flushes.
 */
static void engine_hook_does_not_wait(struct kunit *test)
{
	engine_set_up(1, NESTED, 8, SRE);
	engine_look();
	fake_unit.meanwhile = engine_sets_up_5;
	KUNIT_EXPECT_EQ(test, 0, engine_write(ENABLE | PRI));
	ENGINE_EXPECT(test, PC_1, PC_5, PIOTLB_5, PDEVTLB_5, PIOTLB_1, PDEVTLB_1);
}

static void engine_flushes_entry(struct kunit *test)
{
	u64 *pte = engine_set_up(5, NESTED, 7, SRE);

	engine_look();
	KUNIT_EXPECT_EQ(test, 0, engine_write(ENABLE | PRI));
	KUNIT_EXPECT_EQ(test, 0, pte[2]);
	KUNIT_EXPECT_PTR_EQ(test, (const u64 *)&pte[2], fake_unit.event[engine.events].entry);
	ENGINE_EXPECT(test, PC_5, PIOTLB_5, PDEVTLB_5);
	engine_look();
	KUNIT_EXPECT_EQ(test, 0, engine_write(BUILTIN));
	KUNIT_EXPECT_EQ(test, SRE, pte[2]);
	ENGINE_EXPECT(test, PC_5, PIOTLB_5, PDEVTLB_5);
	engine_look();
	KUNIT_EXPECT_EQ(test, 0, engine_write(BUILTIN));
	KUNIT_EXPECT_EQ(test, engine.events, fake_unit.events);
}

/* Many entries are flushed by domain, many domains by a global flush. */
static void engine_flushes_many(struct kunit *test)
{
	u32 pasid;

	for (pasid = 1; pasid <= 40; pasid++)
		engine_set_up(pasid, NESTED, pasid % 2 + 7, SRE);
	engine_look();
	KUNIT_EXPECT_EQ(test, 0, engine_write(ENABLE | PRI));
	KUNIT_EXPECT_LE(test, fake_unit.events, engine.events + 40 + 16);
	for (pasid = 41; pasid <= 50; pasid++)
		engine_set_up(pasid, NESTED, pasid, SRE);
	engine_look();
	KUNIT_EXPECT_EQ(test, 0, engine_write(PRI));
	ENGINE_EXPECT(test, CC, PC_ALL, IOTLB_ALL, DEVTLB);
}

/* --- Set-ups that no hook has seen -------------------------------------------------- */

/* The next write finds an entry that no hook has seen, also if the write changes nothing else. */
static void engine_looks_always(struct kunit *test)
{
	u64 *pte;

	KUNIT_EXPECT_EQ(test, 0, engine_write(ENABLE | PRI));
	pte = engine_entry(5, NESTED, 7, SRE);
	engine_look();
	KUNIT_EXPECT_EQ(test, 0, engine_write(ENABLE | PRI));
	KUNIT_EXPECT_EQ(test, 0, pte[2]);
	ENGINE_EXPECT(test, PC_5, PIOTLB_5, PDEVTLB_5);
}

static void engine_misses(struct kunit *test)
{
	engine_entry(1, NESTED, 7, SRE);
	fake_unit.missed++;
}

/* If a set-up is missed while a write looks at entries, the write looks again. */
static void engine_looks_again(struct kunit *test)
{
	u64 *pte = engine_set_up(5, NESTED, 7, SRE);

	fake_unit.meanwhile = engine_misses;
	KUNIT_EXPECT_EQ(test, 0, engine_write(ENABLE | PRI));
	KUNIT_EXPECT_NULL(test, fake_unit.meanwhile);
	KUNIT_EXPECT_EQ(test, 0, pte[2]);
	KUNIT_EXPECT_EQ(test, 0, vf_entry(test, engine.fn, 1)[2]);
}

static void engine_misses_again(struct kunit *test)
{
	engine_misses(test);
	fake_unit.meanwhile = engine_misses_again;
}

/* After some rounds the write gives up and fails. */
static void engine_gives_up(struct kunit *test)
{
	engine_set_up(5, NESTED, 7, SRE);
	fake_unit.meanwhile = engine_misses_again;
	KUNIT_EXPECT_EQ(test, -EIO, engine_write(ENABLE | PRI));
	KUNIT_EXPECT_EQ(test, ENABLE | PRI, engine.vf->sets.ceiling);
	fake_unit.meanwhile = NULL;
	KUNIT_EXPECT_EQ(test, 0, engine_write(ENABLE | PRI));
}

/* --- Writers and hooks at the same time --------------------------------------------- */

static void engine_denies_enable(struct kunit *test)
{
	engine.events = fake_unit.grace_periods;
	KUNIT_EXPECT_EQ(test, 0, engine_write(PRI));
	KUNIT_EXPECT_EQ(test, engine.events + 1, fake_unit.grace_periods);
}

/* A hook has changed an entry and is flushing it: a write that runs meanwhile waits for that. */
static void engine_settles(struct kunit *test)
{
	unsigned int before = fake_unit.grace_periods;

	KUNIT_EXPECT_EQ(test, 0, engine_write(ENABLE | PRI));
	KUNIT_EXPECT_EQ(test, before, fake_unit.grace_periods);
	fake_unit.meanwhile = engine_denies_enable;
	engine_set_up(5, NESTED, 7, SRE);
	KUNIT_EXPECT_NULL(test, fake_unit.meanwhile);
	/* A write also waits for the hook of a PF that loses a capability. */
	KUNIT_EXPECT_EQ(test, 0, engine_write(BUILTIN));
	fake_unit.meanwhile = engine_denies_enable;
	pasid_pf_disabling(&engine.pf->pdev, PRI);
	KUNIT_EXPECT_NULL(test, fake_unit.meanwhile);
}

/* The context cache, all domains and the device TLB are flushed, in that order. */
static void engine_pri_on_demand(struct kunit *test)
{
	const struct pasid_gaps gaps = pasid_gaps_now();

	KUNIT_EXPECT_EQ(test, 0, engine_write(ENABLE | PRIV));
	*engine.context |= PRE;
	engine_look();
	pasid_vf_after_pri_flip(engine.vf, &gaps, true);
	KUNIT_EXPECT_EQ(test, PASIDE, *engine.context & (PASIDE | PRE));
	ENGINE_EXPECT(test, CC, PC_ALL, IOTLB_ALL, DEVTLB);
	KUNIT_EXPECT_EQ(test, 0, engine_write(BUILTIN));
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, *engine.context & (PASIDE | PRE));
	/* intel-iommu clears PRE while pri is denied, so the table does not change. */
	KUNIT_EXPECT_EQ(test, 0, engine_write(ENABLE | PRIV));
	pasid_vf_after_pri_flip(engine.vf, &gaps, false);
	KUNIT_EXPECT_EQ(test, 0, engine_write(BUILTIN));
	KUNIT_EXPECT_EQ(test, PASIDE, *engine.context & (PASIDE | PRE));
}

static unsigned int engine_count(u64 qw0)
{
	unsigned int i, found = 0;

	for (i = engine.events; i < min(fake_unit.events, FAKE_EVENTS); i++)
		found += !fake_unit.event[i].entry && fake_unit.event[i].qw[0] == qw0;
	return found;
}

/* Each VF of the PF gets its own invalidations; the global ones are sent once. */
static void engine_pf_loses(struct kunit *test)
{
	struct fake_pci *second = vf_plug_vf(engine.pf, 2);
	u64 other = 1ULL << 32; /* from one RID to the next */

	engine_look();
	pasid_pf_disabling(&engine.pf->pdev, ENABLE);
	KUNIT_EXPECT_EQ(test, PRE, *engine.context & (PASIDE | PRE));
	KUNIT_EXPECT_EQ(test, PRE, vf_gates(second));
	KUNIT_EXPECT_EQ(test, 1, engine_count(CC));
	KUNIT_EXPECT_EQ(test, 1, engine_count(CC + other));
	KUNIT_EXPECT_EQ(test, 1, engine_count(PC_ALL));
	KUNIT_EXPECT_EQ(test, 1, engine_count(IOTLB_ALL));
	KUNIT_EXPECT_EQ(test, 1, engine_count(DEVTLB));
	KUNIT_EXPECT_EQ(test, 1, engine_count(DEVTLB + other));
	KUNIT_EXPECT_EQ(test, engine.events + 8, fake_unit.events);
}

/* --- What is owed ------------------------------------------------------------------- */

/* The queue fails: the worker tries again, after longer and longer pauses, until it works. */
static void engine_tries_again(struct kunit *test)
{
	unsigned int i;

	fake_unit.err = -EIO;
	KUNIT_EXPECT_EQ(test, -EIO, engine_write(PRI));
	KUNIT_EXPECT_EQ(test, PRE, *engine.context & (PASIDE | PRE));
	KUNIT_EXPECT_EQ(test, PASID_OWED_IOMMU, pasid_vf_owed(engine.vf));
	KUNIT_EXPECT_EQ(test, HZ, engine.vf->owed.pause);
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&engine.vf->owed.retry));
	pasid_vf_refresh(engine.vf);
	KUNIT_EXPECT_EQ(test, 2 * HZ, engine.vf->owed.pause);
	for (i = 0; i < 10; i++)
		pasid_vf_refresh(engine.vf);
	KUNIT_EXPECT_EQ(test, 64 * HZ, engine.vf->owed.pause);
	fake_unit.err = 0;
	engine_look();
	pasid_vf_refresh(engine.vf);
	KUNIT_EXPECT_EQ(test, 0, pasid_vf_owed(engine.vf));
	KUNIT_EXPECT_EQ(test, 0, engine.vf->owed.pause);
	ENGINE_EXPECT(test, CC, DEVTLB);
}

/* --- Functions that appear and are removed ------------------------------------------ */

static struct {
	bool added;
	bool removed;
} engine_known;

/* Stands for the IOMMU core's notifier. */
static int engine_core(struct notifier_block *nb, unsigned long action, void *data)
{
	bool known = vf_of(to_fake_pci(data));

	if (action == BUS_NOTIFY_ADD_DEVICE)
		engine_known.added = known;
	if (action == BUS_NOTIFY_REMOVED_DEVICE)
		engine_known.removed = known;
	return NOTIFY_DONE;
}

/* The module takes a VF after intel-iommu has set it up, and leaves it before intel-iommu does. */
static void engine_beside_the_core(struct kunit *test)
{
	struct notifier_block core = { .notifier_call = engine_core };

	engine_known.added = true;
	engine_known.removed = true;
	KUNIT_ASSERT_EQ(test, 0, bus_register_notifier(&pci_bus_type, &core));
	fake_pci_unplug(engine.fn);
	fake_pci_plug(engine.fn);
	bus_unregister_notifier(&pci_bus_type, &core);
	KUNIT_EXPECT_FALSE(test, engine_known.removed);
	KUNIT_EXPECT_FALSE(test, engine_known.added);
}

static void engine_comes_again(void)
{
	fake_pci_unplug(engine.fn);
	fake_pci_plug(engine.fn);
	engine.vf = vf_of(engine.fn);
}

/* A bridge sends its own requests with the VF's number, or the VF's requests with its own. */
static void engine_behind_a_bridge(struct kunit *test)
{
	struct pci_bus *bus = engine.fn->pdev.bus, root = {};
	struct fake_pci *bridge = fake_pci_alloc(0x20);

	bus->self = &bridge->pdev;
	bus->parent = &root;
	engine_comes_again();
	KUNIT_EXPECT_NULL(test, engine.vf);
	bus->parent = NULL;
	engine_comes_again();
	KUNIT_EXPECT_NOT_NULL(test, engine.vf);
}

/* intel-iommu has not set the VF up: there is no context table, or the entry is not present. */
static void engine_without_context(struct kunit *test)
{
	u64 *root = tables_map(fake_unit.root + FAKE_BUS * 16), table = *root;

	*root = 0;
	engine_comes_again();
	KUNIT_ASSERT_NOT_NULL(test, engine.vf);
	KUNIT_EXPECT_EQ(test, 0, engine.vf->tables.ctx[0].intent);
	*root = table;
	*engine.context &= ~1ULL;
	engine_comes_again();
	KUNIT_ASSERT_NOT_NULL(test, engine.vf);
	KUNIT_EXPECT_EQ(test, 0, engine.vf->tables.ctx[0].intent);
	KUNIT_EXPECT_EQ(test, 0, pasid_vf_effective(engine.vf) & ENABLE);
}

/* Functions with the erratum get each device-TLB invalidation twice. */
static void engine_told_twice(struct kunit *test)
{
	fake_unit.twice = true;
	engine_comes_again();
	engine_look();
	KUNIT_EXPECT_EQ(test, 0, engine_write(PRI));
	ENGINE_EXPECT(test, CC, DEVTLB, DEVTLB);
}

/* If there is no memory for files, they are made later. */
static void engine_files_come_later(struct kunit *test)
{
	fake_unit.no_memory_for_files = 3;
	engine_comes_again();
	KUNIT_EXPECT_EQ(test, 0, fake_unit.no_memory_for_files);
	KUNIT_EXPECT_EQ(test, PASID_VF_FILES, fake_unit.files);
}

/* For a PF without the capability, its registers are not read. */
static void engine_pf_without_pasid(struct kunit *test)
{
	engine.pf->pdev.pasid_cap = 0;
	engine.pf->config[PCI_PASID_CAP + 1] = 20;
	engine_comes_again();
	KUNIT_ASSERT_NOT_NULL(test, engine.vf);
	KUNIT_EXPECT_EQ(test, 0, engine.vf->pasid_width);
}

static struct kunit_case engine_cases[] = {
	KUNIT_CASE(engine_flushes_each_domain),
	KUNIT_CASE(engine_flushes_what_came_before),
	KUNIT_CASE(engine_hook_does_not_wait),
	KUNIT_CASE(engine_flushes_entry),
	KUNIT_CASE(engine_flushes_many),
	KUNIT_CASE(engine_looks_always),
	KUNIT_CASE(engine_looks_again),
	KUNIT_CASE(engine_gives_up),
	KUNIT_CASE(engine_settles),
	KUNIT_CASE(engine_pri_on_demand),
	KUNIT_CASE(engine_pf_loses),
	KUNIT_CASE(engine_tries_again),
	KUNIT_CASE(engine_beside_the_core),
	KUNIT_CASE(engine_behind_a_bridge),
	KUNIT_CASE(engine_without_context),
	KUNIT_CASE(engine_told_twice),
	KUNIT_CASE(engine_files_come_later),
	KUNIT_CASE(engine_pf_without_pasid),
	{}
};

static struct kunit_suite engine_suite = {
	.name = "pasid-vf-engine",
	.init = engine_init,
	.test_cases = engine_cases,
};

kunit_test_suite(engine_suite);
