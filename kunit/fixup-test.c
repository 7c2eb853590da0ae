// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks of intel-pasid-ctl: what they change and flush before intel-iommu or the PCI core
 * goes on, what they leave to the worker, and what they leave alone. PF, VF and unit are
 * fake.
 */
#include <kunit/test.h>
#include <linux/unaligned.h>

#include "fake-vf.h"
#include "tables.h"

/* PASID-table entry, qword 0: nested, present */
#define NESTED	(3 << 6 | 1)
#define SRE	1

static struct {
	struct fake_pci *pf;
	struct fake_pci *fn;
	struct fake_pci *other;	/* a VF of another PF */
	struct pasid_vf *vf;
} hook;

static int hook_init(struct kunit *test)
{
	vf_init(test);
	hook.fn = vf_plug_one(test);
	hook.pf = to_fake_pci(&hook.fn->pdev.physfn->dev);
	hook.other = vf_plug_vf(vf_plug_pf(0x10), 0x11);
	hook.vf = vf_of(hook.fn);
	return 0;
}

static void hook_look(void)
{
	fake_unit.submissions = 0;
	fake_unit.device = 0;
}

static void hook_set_up(struct kunit *test, u32 pasid)
{
	vf_setup_begins(hook.vf, pasid, false);
	vf_set_entry(test, hook.fn, pasid, NESTED, 7, SRE);
	vf_setup_ends(hook.vf, pasid, false, true);
}

static void hook_set_pri(bool on)
{
	const struct pasid_gaps gaps = pasid_gaps_now();
	u64 *ctx = vf_context(FAKE_RID(hook.fn->pdev.devfn));

	*ctx = (*ctx & ~PRE) | (on ? PRE : 0);
	pasid_vf_after_pri_flip(hook.vf, &gaps, on);
}

/* --- Each hook, and a function in each state ---------------------------------------- */

enum hook_kind { HOOK_ENTRY, HOOK_CONTEXT, HOOK_PF };
enum hook_state { ANSWERS, TIRED, ASLEEP, FROZEN, QUEUE_FAILS };

static const struct hook_case {
	const char *name;
	enum hook_kind kind;
	enum hook_state state;
} hook_cases[] = {
	{ "entry", HOOK_ENTRY, ANSWERS },
	{ "entry, kept awake", HOOK_ENTRY, TIRED },
	{ "entry, asleep", HOOK_ENTRY, ASLEEP },
	{ "entry, frozen", HOOK_ENTRY, FROZEN },
	{ "entry, the queue fails", HOOK_ENTRY, QUEUE_FAILS },
	{ "context", HOOK_CONTEXT, ANSWERS },
	{ "context, kept awake", HOOK_CONTEXT, TIRED },
	{ "context, asleep", HOOK_CONTEXT, ASLEEP },
	{ "context, frozen", HOOK_CONTEXT, FROZEN },
	{ "context, the queue fails", HOOK_CONTEXT, QUEUE_FAILS },
	{ "PF", HOOK_PF, ANSWERS },
	{ "PF, kept awake", HOOK_PF, TIRED },
	{ "PF, asleep", HOOK_PF, ASLEEP },
	{ "PF, frozen", HOOK_PF, FROZEN },
	{ "PF, the queue fails", HOOK_PF, QUEUE_FAILS },
};

KUNIT_ARRAY_PARAM_DESC(hook, hook_cases, name);

static void hook_set_state(enum hook_state state)
{
	hook.fn->tired = state == TIRED;
	hook.fn->pdev.error_state = state == FROZEN ? pci_channel_io_frozen :
						      pci_channel_io_normal;
	put_unaligned_le16(state == ASLEEP ? 3 : 0,
			   hook.fn->config + FAKE_PM_CAP + PCI_PM_CTRL);
	fake_unit.err = state == QUEUE_FAILS ? -EIO : 0;
}

static bool hook_sleeps(void)
{
	return get_unaligned_le16(hook.fn->config + FAKE_PM_CAP + PCI_PM_CTRL);
}

static void hook_do(struct kunit *test, enum hook_kind kind)
{
	switch (kind) {
	case HOOK_ENTRY:
		hook_set_up(test, 5);
		break;
	case HOOK_CONTEXT:
		hook_set_pri(true);
		break;
	case HOOK_PF:
		pasid_pf_disabling(&hook.pf->pdev, ENABLE);
		break;
	}
}

/* The function is asked if it answers, and it goes on answering until it has. */
static void hook_flushes(struct kunit *test)
{
	const struct hook_case *c = test->param_value;
	unsigned int owed = c->state == ASLEEP ? PASID_OWED_ATS :
			    c->state == FROZEN ? PASID_OWED_DEVICE :
			    c->state == QUEUE_FAILS ? PASID_OWED_IOMMU : 0;
	bool asked = c->state != ASLEEP && c->state != FROZEN;

	vf_set_ceiling(test, hook.vf, ENABLE, 0);
	flush_work(&hook.vf->refresh);
	hook_set_state(c->state);
	hook_look();
	hook_do(test, c->kind);
	KUNIT_EXPECT_EQ(test, asked, fake_unit.device);
	KUNIT_EXPECT_EQ(test, asked ? 3 : 2, fake_unit.submissions - (c->kind != HOOK_ENTRY));
	KUNIT_EXPECT_EQ(test, c->state == ASLEEP, hook_sleeps());
	KUNIT_EXPECT_EQ(test, owed, pasid_vf_owed(hook.vf));
	/* A PF that loses something, and PRI, change what is supported. */
	KUNIT_EXPECT_EQ(test, owed || c->kind != HOOK_ENTRY, work_pending(&hook.vf->refresh));

	hook_set_state(ANSWERS);
	hook_look();
	flush_work(&hook.vf->refresh);
	KUNIT_EXPECT_EQ(test, 0, pasid_vf_owed(hook.vf));
	KUNIT_EXPECT_EQ(test, c->state == FROZEN || c->state == QUEUE_FAILS, fake_unit.device);
}

/* --- What a hook leaves alone ------------------------------------------------------- */

static void hook_leaves_rid_pasid(struct kunit *test)
{
	u64 *pte = vf_set_entry(test, hook.fn, 0, NESTED, 7, SRE);

	vf_set_ceiling(test, hook.vf, ENABLE, 0);
	hook_look();
	vf_setup_begins(hook.vf, 0, false);
	vf_setup_ends(hook.vf, 0, false, true);
	KUNIT_EXPECT_EQ(test, SRE, pte[2]);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.submissions);
}

/* A set-up that fails before there is an entry, or a table for it, or any table. */
static void hook_finds_no_entry(struct kunit *test)
{
	u64 *root = tables_map(fake_unit.root + FAKE_BUS * 16), table = *root;
	u64 *pte = vf_set_entry(test, hook.fn, 5, NESTED & ~1, 7, SRE);
	unsigned int before = fake_unit.grace_periods;

	vf_set_ceiling(test, hook.vf, ENABLE, 0);
	hook_look();
	vf_setup_begins(hook.vf, 5, false);
	vf_setup_ends(hook.vf, 5, false, false);
	vf_setup_begins(hook.vf, 4096, false);
	vf_setup_ends(hook.vf, 4096, false, false);
	vf_setup_begins(hook.vf, 4096, true);
	vf_setup_ends(hook.vf, 4096, true, false);
	*root = 0;
	vf_setup_begins(hook.vf, 5, false);
	vf_setup_ends(hook.vf, 5, false, false);
	*root = table;
	KUNIT_EXPECT_EQ(test, SRE, pte[2]);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.submissions);
	/* None of them is thought to be flushing still. */
	vf_set_ceiling(test, hook.vf, BUILTIN, 0);
	KUNIT_EXPECT_EQ(test, before, fake_unit.grace_periods);
}

/* VFs of another PF are not asked, do not lose and do not get anything. */
static void hook_leaves_other_pfs(struct kunit *test)
{
	struct pasid_vf *other = vf_of(hook.other);

	hook_look();
	pasid_pf_disabling(&hook.pf->pdev, ENABLE);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.device);
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(hook.other));
	KUNIT_EXPECT_FALSE(test, work_pending(&other->refresh));
	pasid_pf_disabling(other->pf, ENABLE);
	flush_work(&other->refresh);
	pasid_pf_enabled(&hook.pf->pdev, ENABLE);
	KUNIT_EXPECT_EQ(test, 0, pasid_vf_owed(hook.vf));
	KUNIT_EXPECT_FALSE(test, work_pending(&other->refresh));
	pasid_vf_refresh(other);
	KUNIT_EXPECT_EQ(test, PRE, vf_gates(hook.other));
	vf_expect_settled(test, hook.fn, BUILTIN);
}

/* --- Several VFs of one PF ---------------------------------------------------------- */

/* Each is owed what it has not been told itself. */
static void hook_of_pf_owes_one(struct kunit *test)
{
	struct fake_pci *fn[] = { hook.fn, vf_plug_vf(hook.pf, 2), vf_plug_vf(hook.pf, 3) };
	int frozen, i;

	for (frozen = 0; frozen < ARRAY_SIZE(fn); frozen++) {
		fn[frozen]->pdev.error_state = pci_channel_io_frozen;
		hook_look();
		pasid_pf_disabling(&hook.pf->pdev, ENABLE);
		KUNIT_EXPECT_EQ(test, ARRAY_SIZE(fn) - 1, fake_unit.device);
		for (i = 0; i < ARRAY_SIZE(fn); i++)
			KUNIT_EXPECT_EQ(test, i == frozen ? PASID_OWED_DEVICE : 0,
					pasid_vf_owed(vf_of(fn[i])));
		fn[frozen]->pdev.error_state = pci_channel_io_normal;
		pasid_pf_enabled(&hook.pf->pdev, ENABLE);
		for (i = 0; i < ARRAY_SIZE(fn); i++)
			vf_expect_settled(test, fn[i], BUILTIN);
	}
}

static void hook_queue_works_again(struct kunit *test)
{
	fake_unit.err = 0;
}

static void hook_queue_fails_once(struct kunit *test)
{
	fake_unit.err = -EIO;
	fake_unit.meanwhile = hook_queue_works_again;
}

/* One failure among many is not lost. */
static void hook_of_pf_fails_once(struct kunit *test)
{
	struct fake_pci *second = vf_plug_vf(hook.pf, 2);

	fake_unit.meanwhile = hook_queue_fails_once;
	pasid_pf_disabling(&hook.pf->pdev, ENABLE);
	KUNIT_EXPECT_NULL(test, fake_unit.meanwhile);
	KUNIT_EXPECT_EQ(test, PASID_OWED_IOMMU, pasid_vf_owed(hook.vf));
	KUNIT_EXPECT_EQ(test, PASID_OWED_IOMMU, pasid_vf_owed(vf_of(second)));
	flush_work(&hook.vf->refresh);
	flush_work(&vf_of(second)->refresh);
}

/* --- Where nothing is left to change ------------------------------------------------ */

/* A writer has changed it and may not have flushed yet: too late for the hook's caller. */
static void hook_flushes_for_a_writer(struct kunit *test)
{
	vf_set_ceiling(test, hook.vf, NONE, 0);
	WRITE_ONCE(hook.vf->tables.applying, true);
	hook_look();
	hook_set_pri(true);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.device);
	hook_look();
	hook_set_pri(false);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.device);
	hook_look();
	pasid_pf_disabling(&hook.pf->pdev, ENABLE);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.device);
	WRITE_ONCE(hook.vf->tables.applying, false);
	hook_look();
	hook_set_pri(false);
	pasid_pf_disabling(&hook.pf->pdev, ENABLE);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.submissions);
}

/* PRI on and off leaves alone what else intel-iommu has set up, or has not. */
static void hook_of_pri_sets_nothing_else(struct kunit *test)
{
	u64 *ctx = vf_context(FAKE_RID(hook.fn->pdev.devfn));

	fake_pci_unplug(hook.fn);
	*ctx &= ~PASIDE;
	fake_pci_plug(hook.fn);
	hook.vf = vf_of(hook.fn);
	hook_set_pri(false);
	KUNIT_EXPECT_EQ(test, 0, *ctx & (PASIDE | PRE));
	hook_set_pri(true);
	KUNIT_EXPECT_EQ(test, PRE, *ctx & (PASIDE | PRE));
}

static struct kunit_case hook_test_cases[] = {
	KUNIT_CASE_PARAM(hook_flushes, hook_gen_params),
	KUNIT_CASE(hook_leaves_rid_pasid),
	KUNIT_CASE(hook_finds_no_entry),
	KUNIT_CASE(hook_leaves_other_pfs),
	KUNIT_CASE(hook_of_pf_owes_one),
	KUNIT_CASE(hook_of_pf_fails_once),
	KUNIT_CASE(hook_flushes_for_a_writer),
	KUNIT_CASE(hook_of_pri_sets_nothing_else),
	{}
};

static struct kunit_suite hook_suite = {
	.name = "pasid-fixup",
	.init = hook_init,
	.test_cases = hook_test_cases,
};

kunit_test_suite(hook_suite);
