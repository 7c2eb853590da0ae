// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VF as it comes under control: what becomes of its tables, also where its ceiling cannot
 * be in force at once. PF, VF and unit are fake.
 */
#include <kunit/test.h>

#include "../iommu/settings.h"
#include "fake-vf.h"
#include "tables.h"

/* PASID-table entry, qword 0: first stage, present; qword 2 */
#define FIRST	(BIT(6) | 1)
#define ERE	2

static struct fake_pci *start_plug(struct kunit *test, struct fake_pci *pf, u64 **pte)
{
	struct fake_pci *fn = fake_vf_alloc(pf, 1);

	tables_add_context(fake_unit.root, FAKE_RID(1), 0);
	*pte = vf_set_entry(test, fn, 5, FIRST, 7, ERE);
	fake_pci_plug(fn);
	return fn;
}

/* Loading changes no table; a VF that comes later obeys at once. */
static void start_at_load(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *fn;
	u64 *pte;

	fn = start_plug(test, pf, &pte);
	vf_load(test);
	KUNIT_EXPECT_EQ(test, ERE, pte[2]);
	fake_pci_unplug(fn);
	fake_pci_plug(fn);
	KUNIT_EXPECT_EQ(test, 0, pte[2]);
}

/* The notifier is called before the devices that were there at load have been looked at. */
static void start_during_load(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *fn = vf_plug_vf(pf, 1);

	pasid_vf_add(&pf->pdev);
	pasid_vf_add(&fn->pdev);
	KUNIT_EXPECT_NULL(test, vf_of(fn));
	vf_load(test);
	KUNIT_EXPECT_NOT_NULL(test, vf_of(fn));
	KUNIT_EXPECT_EQ(test, PASID_VF_FILES, fake_unit.files);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.pf_files);
}

static void start_at_load_with_a_ceiling(struct kunit *test)
{
	u64 *pte;

	KUNIT_ASSERT_EQ(test, 0, pasid_vf_default_ctl("-pri"));
	start_plug(test, vf_plug_pf(0), &pte);
	vf_load(test);
	KUNIT_EXPECT_EQ(test, 0, pte[2]);
}

/* The queue does not follow: the VF is denied, and caches are flushed later. */
static void start_while_the_queue_fails(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *fn;

	KUNIT_ASSERT_EQ(test, 0, pasid_vf_default_ctl("-all"));
	vf_load(test);
	fake_unit.err = -EIO;
	fn = vf_plug_vf(pf, 1);
	KUNIT_ASSERT_NOT_NULL(test, vf_of(fn));
	KUNIT_EXPECT_EQ(test, 0, vf_gates(fn));
	KUNIT_EXPECT_TRUE(test, delayed_work_pending(&vf_of(fn)->owed.retry));
	fake_unit.err = 0;
	flush_delayed_work(&vf_of(fn)->owed.retry);
	KUNIT_EXPECT_EQ(test, 0, pasid_vf_owed(vf_of(fn)));
}

/* The module is being unloaded, so nobody would give back what is taken away. */
static void start_while_unloading(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *fn;

	KUNIT_ASSERT_EQ(test, 0, pasid_vf_default_ctl("-all"));
	vf_load(test);
	fake_unit.going = true;
	fn = vf_plug_vf(pf, 1);
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(fn));
	fake_unit.going = false;
}

static struct pasid_virtfn *start_place;

static void start_writes(void)
{
	start_place->own = (struct pasid_setting){ .made = true, .perms = NONE };
}

/* What was written before the VF came keeps the module from the first moment on. */
static void start_with_a_setting(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *fn = vf_plug_vf(pf, 1);

	vf_load(test);
	start_place = vf_of(fn)->sets.virtfn;
	start_writes();
	fake_pci_unplug(fn);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.pins);
	fake_pci_plug(fn);
	KUNIT_EXPECT_EQ(test, 0, vf_gates(fn));
	KUNIT_EXPECT_EQ(test, 1, fake_unit.pins);
	/* The same if it is written while the VF comes. */
	start_place->own = (struct pasid_setting){};
	fake_pci_unplug(fn);
	fake_unit.on_map = start_writes;
	fake_pci_plug(fn);
	KUNIT_EXPECT_NULL(test, fake_unit.on_map);
	KUNIT_EXPECT_EQ(test, 0, vf_gates(fn));
	KUNIT_EXPECT_EQ(test, 1, fake_unit.pins);
}

static struct kunit_case start_test_cases[] = {
	KUNIT_CASE(start_at_load),
	KUNIT_CASE(start_during_load),
	KUNIT_CASE(start_at_load_with_a_ceiling),
	KUNIT_CASE(start_while_the_queue_fails),
	KUNIT_CASE(start_while_unloading),
	KUNIT_CASE(start_with_a_setting),
	{}
};

static struct kunit_suite start_suite = {
	.name = "pasid-vf-start",
	.init = vf_init,
	.test_cases = start_test_cases,
};

kunit_test_suite(start_suite);
