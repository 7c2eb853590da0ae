// SPDX-License-Identifier: GPL-2.0-only
/*
 * A writer of intel-pasid-ctl: what it learns of context entries and of PASID-table
 * entries, what it leaves alone, and when it may say that all is in force. PF, VF and unit
 * are fake.
 */
#include <kunit/test.h>
#include <linux/pci-ats.h>
#include <linux/unaligned.h>

#include "fake-vf.h"
#include "tables.h"

/* PASID-table entry, qword 0: nested, present */
#define NESTED	(3 << 6 | 1)
#define SRE	1

static struct {
	struct fake_pci *fn;
	struct pasid_vf *vf;
	u64 *context;
} apply;

static int apply_init(struct kunit *test)
{
	vf_init(test);
	apply.fn = vf_plug_one(test);
	apply.vf = vf_of(apply.fn);
	apply.context = vf_context(FAKE_RID(apply.fn->pdev.devfn));
	return 0;
}

static int apply_now(void)
{
	int err;

	mutex_lock(&apply.vf->lock);
	err = pasid_vf_apply(apply.vf);
	mutex_unlock(&apply.vf->lock);
	return err;
}

/* --- What it may promise ------------------------------------------------------------ */

struct apply_alive_case {
	const char *name;
	bool dead_before;
	bool dead_after;
	int err;
};

static const struct apply_alive_case apply_alive_cases[] = {
	{ "probes fire", false, false, 0 },
	{ "they stop", false, true, -ENXIO },
	{ "they begin", true, false, -ENXIO },
	{ "they do not", true, true, -ENXIO },
};

KUNIT_ARRAY_PARAM_DESC(apply_alive, apply_alive_cases, name);

static bool apply_dead_after;

static void apply_switches(struct kunit *test)
{
	fake_unit.hooks_dead = apply_dead_after;
}

/* Nothing, unless probes have fired before and after. */
static void apply_while_alive(struct kunit *test)
{
	const struct apply_alive_case *c = test->param_value;

	atomic_set(&apply.vf->owed.iommu, 1);
	fake_unit.hooks_dead = c->dead_before;
	apply_dead_after = c->dead_after;
	fake_unit.meanwhile = apply_switches;
	KUNIT_EXPECT_EQ(test, c->err, apply_now());
	KUNIT_EXPECT_NULL(test, fake_unit.meanwhile);
	KUNIT_EXPECT_EQ(test, 0, pasid_vf_owed(apply.vf));
}

/* A queue that fails is not asked for the same again at once. */
static void apply_queue_fails(struct kunit *test)
{
	*apply.context |= PRE;
	atomic_set(&apply.vf->owed.iommu, 1);
	fake_unit.err = -EIO;
	fake_unit.submissions = 0;
	KUNIT_EXPECT_EQ(test, -EIO, apply_now());
	/* Context cache and device TLB. */
	KUNIT_EXPECT_EQ(test, 2, fake_unit.submissions);
	KUNIT_EXPECT_EQ(test, PASID_OWED_IOMMU, pasid_vf_owed(apply.vf));
}

static void apply_meets_failure(struct kunit *test)
{
	atomic_set(&apply.vf->owed.iommu, 1);
}

/* A hook's flush has failed meanwhile: of that the writer says nothing before it is done. */
static void apply_flushes_for_hook(struct kunit *test)
{
	atomic_set(&apply.vf->owed.iommu, 1);
	fake_unit.submissions = 0;
	fake_unit.meanwhile = apply_meets_failure;
	KUNIT_EXPECT_EQ(test, 0, apply_now());
	KUNIT_EXPECT_EQ(test, 0, pasid_vf_owed(apply.vf));
	KUNIT_EXPECT_EQ(test, 4, fake_unit.submissions);
	/* The same if that fails. */
	atomic_set(&apply.vf->owed.iommu, 1);
	fake_unit.hooks_dead = true;
	fake_unit.meanwhile = apply_meets_failure;
	KUNIT_EXPECT_EQ(test, -ENXIO, apply_now());
	KUNIT_EXPECT_EQ(test, 0, pasid_vf_owed(apply.vf));
}

/* The VF does not fall asleep between the look at it and the invalidation. */
static void apply_keeps_awake(struct kunit *test)
{
	apply.fn->tired = true;
	fake_unit.device = 0;
	vf_set_ceiling(test, apply.vf, BUILTIN & ~PRI, 0);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.device);
	KUNIT_EXPECT_EQ(test, 0, get_unaligned_le16(apply.fn->config + FAKE_PM_CAP + PCI_PM_CTRL));
}

/* --- What it leaves alone ----------------------------------------------------------- */

static void apply_leaves_rid_pasid(struct kunit *test)
{
	u64 *pte = vf_set_entry(test, apply.fn, 0, NESTED, 7, SRE);

	fake_unit.submissions = 0;
	vf_set_ceiling(test, apply.vf, BUILTIN & ~PRIV, 0);
	KUNIT_EXPECT_EQ(test, SRE, pte[2]);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.submissions);
}

/* The requester ID 0 is another function's, in whose place nothing has been put here. */
static void apply_leaves_other_functions(struct kunit *test)
{
	tables_add_context(fake_unit.root, 0, 0);
	vf_set_ceiling(test, apply.vf, NONE, 0);
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, *vf_context(0) & (PASIDE | PRE));
}

/* Whoever sets the PASID up next may not want SRE, nor who has another type of entry. */
static void apply_learns_of_nested_entries_alone(struct kunit *test)
{
	vf_set_entry(test, apply.fn, 5, NESTED & ~1, 7, SRE);
	vf_set_entry(test, apply.fn, 6, BIT(6) | 1, 7, SRE);
	vf_set_ceiling(test, apply.vf, BUILTIN & ~PRIV, 0);
	KUNIT_EXPECT_NULL(test, xa_load(&apply.vf->tables.sre_intent, 5));
	KUNIT_EXPECT_NULL(test, xa_load(&apply.vf->tables.sre_intent, 6));
}

/* --- Which entries there are -------------------------------------------------------- */

/* A table ends after 64 entries, whatever is behind it. */
static void apply_stays_inside(struct kunit *test)
{
	u64 *last = vf_set_entry(test, apply.fn, 127, NESTED, 7, SRE);
	u64 *behind = tables_map(tables_alloc(1));

	KUNIT_ASSERT_PTR_EQ(test, last + 8, behind);
	behind[0] = NESTED;
	behind[1] = 8;
	behind[2] = SRE;
	KUNIT_EXPECT_EQ(test, 1, pasid_vf_count_entries(apply.vf));
	fake_unit.submissions = 0;
	vf_set_ceiling(test, apply.vf, BUILTIN & ~PRIV, 0);
	KUNIT_EXPECT_EQ(test, SRE, behind[2]);
	KUNIT_EXPECT_EQ(test, 3, fake_unit.submissions);
}

static void apply_counts_entries(struct kunit *test)
{
	u64 *root = tables_map(fake_unit.root + FAKE_BUS * 16);

	apply.context[1] = 65; /* RID_PASID */
	vf_set_entry(test, apply.fn, 2, NESTED, 7, 0);
	vf_set_entry(test, apply.fn, 20, NESTED & ~1, 7, 0);
	vf_set_entry(test, apply.fn, 64, NESTED, 7, 0);
	vf_set_entry(test, apply.fn, 65, NESTED, 7, 0);
	vf_set_entry(test, apply.fn, 127, NESTED, 7, 0);
	KUNIT_EXPECT_EQ(test, 3, pasid_vf_count_entries(apply.vf));
	*root = 0;
	KUNIT_EXPECT_EQ(test, 0, pasid_vf_count_entries(apply.vf));
}

/* Many entries are flushed by domain, and only the domains that they are in. */
static void apply_flushes_affected_domains(struct kunit *test)
{
	u32 pasid;

	for (pasid = 1; pasid <= 6; pasid++)
		vf_set_entry(test, apply.fn, pasid, NESTED, 7, SRE);
	vf_set_entry(test, apply.fn, 100, NESTED, 9, 0);
	fake_unit.submissions = 0;
	vf_set_ceiling(test, apply.vf, BUILTIN & ~PRIV, 0);
	/* PASID cache and IOTLB of the domain, device TLB. */
	KUNIT_EXPECT_EQ(test, 3, fake_unit.submissions);
}

/* Of one that is being torn down the domain is what is left longest. */
static void apply_flushes_the_torn_down(struct kunit *test)
{
	vf_set_entry(test, apply.fn, 5, 0, 7, 0);
	fake_unit.submissions = 0;
	vf_set_ceiling(test, apply.vf, BUILTIN & ~PRI, 0);
	/* Context, PASID cache and IOTLB of the domain, device TLB. */
	KUNIT_EXPECT_EQ(test, 4, fake_unit.submissions);
}

/* --- Context entries ---------------------------------------------------------------- */

/* What intel-iommu took away after the module had come stays away, hook or not. */
static void apply_learns_context(struct kunit *test)
{
	*apply.context &= ~PRE;
	pasid_vf_refresh(apply.vf);
	KUNIT_EXPECT_EQ(test, PASIDE, vf_gates(apply.fn));
}

/* A gap is about PRE, and takes or gives nothing else. */
static void apply_after_a_gap(struct kunit *test)
{
	fake_pci_unplug(apply.fn);
	*apply.context &= ~PASIDE;
	fake_pci_plug(apply.fn);
	fake_unit.missed++;
	pasid_vf_refresh(vf_of(apply.fn));
	KUNIT_EXPECT_EQ(test, PRE, vf_gates(apply.fn));
	KUNIT_EXPECT_EQ(test, PRI, pasid_vf_effective(vf_of(apply.fn)));
}

/* --- ATS ---------------------------------------------------------------------------- */

struct apply_ats_case {
	const char *name;
	unsigned int denied;
	bool back;
};

static const struct apply_ats_case apply_ats_cases[] = {
	{ "while its requests with PASID are denied", ENABLE, true },
	{ "while something else is", PRI, false },
};

KUNIT_ARRAY_PARAM_DESC(apply_ats, apply_ats_cases, name);

/* Answers that say no have a VF switch its ATS off; other reasons are its own affair. */
static void apply_ats_that_went_off(struct kunit *test)
{
	const struct apply_ats_case *c = test->param_value;
	u8 *ctrl = apply.fn->config + FAKE_ATS_CAP + PCI_ATS_CTRL;

	vf_set_ceiling(test, apply.vf, BUILTIN & ~c->denied, 0);
	put_unaligned_le16(0, ctrl);
	pasid_vf_refresh(apply.vf);
	KUNIT_EXPECT_EQ(test, 0, get_unaligned_le16(ctrl));
	vf_set_ceiling(test, apply.vf, BUILTIN, 0);
	KUNIT_EXPECT_EQ(test, c->back, !!(get_unaligned_le16(ctrl) & PCI_ATS_CTRL_ENABLE));
	KUNIT_EXPECT_EQ(test, c->back, atomic_long_read(&apply.vf->counts.ats_restored));
	/* Once. */
	put_unaligned_le16(0, ctrl);
	pasid_vf_refresh(apply.vf);
	KUNIT_EXPECT_EQ(test, 0, get_unaligned_le16(ctrl));
}

static struct kunit_case apply_test_cases[] = {
	KUNIT_CASE_PARAM(apply_while_alive, apply_alive_gen_params),
	KUNIT_CASE(apply_queue_fails),
	KUNIT_CASE(apply_flushes_for_hook),
	KUNIT_CASE(apply_keeps_awake),
	KUNIT_CASE(apply_leaves_rid_pasid),
	KUNIT_CASE(apply_leaves_other_functions),
	KUNIT_CASE(apply_learns_of_nested_entries_alone),
	KUNIT_CASE(apply_stays_inside),
	KUNIT_CASE(apply_counts_entries),
	KUNIT_CASE(apply_flushes_affected_domains),
	KUNIT_CASE(apply_flushes_the_torn_down),
	KUNIT_CASE(apply_learns_context),
	KUNIT_CASE(apply_after_a_gap),
	KUNIT_CASE_PARAM(apply_ats_that_went_off, apply_ats_gen_params),
	{}
};

static struct kunit_suite apply_suite = {
	.name = "pasid-apply",
	.init = apply_init,
	.test_cases = apply_test_cases,
};

kunit_test_suite(apply_suite);
