// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of a VF's sets: what becomes of entries, of the hooks that they need, of the
 * module's references and of those who poll, also where a change fails. PF, VF and unit are
 * fake.
 */
#include <kunit/test.h>
#include <linux/pci-ats.h>
#include <linux/unaligned.h>

#include "fake-vf.h"

/* PASID-table entry, qword 0: first stage, present; qword 2 */
#define FIRST	(BIT(6) | 1)
#define SRE	1
#define ERE	2

/* ECAP */
#define ERS	BIT_ULL(30)

static struct {
	struct fake_pci *pf;
	struct fake_pci *fn;
	struct pasid_vf *vf;
} change;

static int change_init(struct kunit *test)
{
	vf_init(test);
	fake_unit.ecap |= ERS;
	change.fn = vf_plug_one(test);
	change.pf = to_fake_pci(&change.fn->pdev.physfn->dev);
	change.vf = vf_of(change.fn);
	return 0;
}

/* The log has given this reason for the last error. */
static void change_expect_error(struct kunit *test, const char *why)
{
	KUNIT_ASSERT_NOT_NULL(test, fake_unit.error);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(fake_unit.error, why), "%s", fake_unit.error);
}

/* --- Entries ------------------------------------------------------------------------ */

/* ERE without a user, SRE of a first-stage entry only with one. */
static void change_of_entries(struct kunit *test)
{
	struct pasid_ctl_user *user;
	u64 *pte;

	user = pasid_ctl_get(&change.fn->pdev, ALL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	pte = vf_set_entry(test, change.fn, 5, FIRST, 7, 0);
	vf_set_ceiling(test, change.vf, ALL, 0);
	KUNIT_EXPECT_EQ(test, SRE | ERE, pte[2]);
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(user, ENABLE | PRIV));
	KUNIT_EXPECT_EQ(test, SRE, pte[2]);
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(user, ENABLE | EXEC));
	KUNIT_EXPECT_EQ(test, ERE, pte[2]);
	pasid_ctl_put(user);
	KUNIT_EXPECT_FALSE(test, change.vf->sets.has_user);
	KUNIT_EXPECT_EQ(test, ERE, pte[2]);
	vf_set_ceiling(test, change.vf, BUILTIN, 0);
	KUNIT_EXPECT_EQ(test, 0, pte[2]);
}

/* The entry stands for all that a pass over the entries costs: a pass corrects it. */
static bool change_is_seen(struct pasid_ctl_user *user, u64 *pte)
{
	pte[2] |= ERE;
	pasid_ctl_request(user, ENABLE);
	return !(pte[2] & ERE);
}

/* A request that changes nothing looks at no entry, unless something may have gone by unseen. */
static void change_of_nothing(struct kunit *test)
{
	struct pasid_ctl_user *user = pasid_ctl_get(&change.fn->pdev, ENABLE);
	u64 *pte = vf_set_entry(test, change.fn, 5, FIRST, 7, 0);

	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	KUNIT_EXPECT_FALSE(test, change_is_seen(user, pte));
	vf_set_ceiling(test, change.vf, BUILTIN, 0);
	KUNIT_EXPECT_EQ(test, 0, pte[2]);
	fake_unit.missed++;
	KUNIT_EXPECT_TRUE(test, change_is_seen(user, pte));
	KUNIT_EXPECT_FALSE(test, change_is_seen(user, pte));
	atomic_set(&change.vf->owed.iommu, 1);
	KUNIT_EXPECT_TRUE(test, change_is_seen(user, pte));
	fake_unit.hooks_dead = true;
	KUNIT_EXPECT_EQ(test, -EIO, pasid_ctl_request(user, ENABLE));
	fake_unit.hooks_dead = false;
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(user, ENABLE));
	fake_pci_unplug(change.fn);
	KUNIT_EXPECT_EQ(test, -ENODEV, pasid_ctl_request(user, ENABLE));
	pasid_ctl_put(user);
}

/* From version 8 on ERS says something else (VT-d 11.4.3). */
static void change_on_a_later_version(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, ALL, pasid_vf_supported(change.vf));
	fake_unit.ver_major = 8;
	fake_pci_unplug(change.fn);
	fake_pci_plug(change.fn);
	KUNIT_EXPECT_EQ(test, BUILTIN, pasid_vf_supported(vf_of(change.fn)));
}

/* --- The hooks on set-ups that are to be granted something -------------------------- */

static void change_arms_hooks(struct kunit *test)
{
	struct pasid_ctl_user *user;

	KUNIT_EXPECT_EQ(test, 0, fake_unit.probes_needed);
	vf_set_ceiling(test, change.vf, ALL, 0);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.probes_needed);
	user = pasid_ctl_get(&change.fn->pdev, NONE);
	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	vf_set_ceiling(test, change.vf, NONE, 0);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.probes_needed);
	pasid_ctl_put(user);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.probes_needed);
}

/* Where they cannot be armed, nothing is granted that needs them, and the rest is. */
static void change_without_hooks(struct kunit *test)
{
	fake_unit.need_err = -ENOMEM;
	vf_set_ceiling(test, change.vf, NONE, 0);
	vf_set_ceiling(test, change.vf, BUILTIN, 0);
	vf_set_ceiling(test, change.vf, ALL, -EIO);
	change_expect_error(test, "cannot be enabled");
	KUNIT_EXPECT_EQ(test, BUILTIN, change.vf->sets.ceiling);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.probes_needed);
	fake_unit.need_err = 0;
	vf_set_ceiling(test, change.vf, ALL, 0);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.probes_needed);
}

/* A set-up began before the hooks were enabled, and ends after the writer has read the entry. */
static void change_looks_at_set_ups_under_way(struct kunit *test)
{
	unsigned int tries;
	u64 *pte;

	fake_unit.need_err = 1;
	vf_set_ceiling(test, change.vf, ALL, 0);
	pte = vf_set_entry(test, change.fn, 5, FIRST, 7, 0);
	for (tries = 0; !READ_ONCE(pte[2]) && tries < 10 * HZ; tries++)
		schedule_timeout_uninterruptible(1);
	KUNIT_EXPECT_EQ(test, ERE, pte[2]);
	/* No worker is left when the module goes. */
	fake_unit.need_err = 0;
	pasid_change_stop();
}

/* Probes do not fire: what is to be granted is not, not even for a moment. */
static void change_while_dead(struct kunit *test)
{
	struct pasid_ctl_user *user;
	unsigned int events;

	user = pasid_ctl_get(&change.fn->pdev, ENABLE | PRI);
	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	vf_set_ceiling(test, change.vf, ENABLE, 0);
	fake_unit.hooks_dead = true;
	events = fake_unit.events;
	vf_set_ceiling(test, change.vf, BUILTIN, -EIO);
	KUNIT_EXPECT_EQ(test, events, fake_unit.events);
	KUNIT_EXPECT_EQ(test, ENABLE, change.vf->sets.ceiling);
	fake_unit.hooks_dead = false;
	vf_set_ceiling(test, change.vf, BUILTIN, 0);
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(user, ENABLE | PRIV));
	fake_unit.hooks_dead = true;
	events = fake_unit.events;
	KUNIT_EXPECT_EQ(test, -EIO, pasid_ctl_request(user, ENABLE | PRIV | PRI));
	KUNIT_EXPECT_EQ(test, events, fake_unit.events);
	KUNIT_EXPECT_EQ(test, ENABLE | PRIV, change.vf->sets.request);
	/* The rest of it is. */
	KUNIT_EXPECT_EQ(test, -EIO, pasid_ctl_request(user, PRI | PRIV));
	KUNIT_EXPECT_EQ(test, PRIV, change.vf->sets.request);
	KUNIT_EXPECT_EQ(test, 0, vf_gates(change.fn));
	/* That they fire again a moment later makes no grant of it. */
	fake_unit.hooks_dead = false;
	fake_unit.dead_calls = 1;
	fake_unit.error = NULL;
	KUNIT_EXPECT_EQ(test, -EIO, pasid_ctl_request(user, ENABLE));
	change_expect_error(test, "probes do not fire");
	KUNIT_EXPECT_EQ(test, NONE, change.vf->sets.request);
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(user, ENABLE));
	pasid_ctl_put(user);
}

/* What fails is what was granted, of the user's set as of the admin's. */
static void change_of_request_fails(struct kunit *test)
{
	struct pasid_ctl_user *user = pasid_ctl_get(&change.fn->pdev, PRI);

	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	fake_unit.err = -EIO;
	KUNIT_EXPECT_EQ(test, -EIO, pasid_ctl_request(user, ENABLE));
	change_expect_error(test, "did not complete an invalidation");
	KUNIT_EXPECT_EQ(test, NONE, change.vf->sets.request);
	KUNIT_EXPECT_EQ(test, 0, vf_gates(change.fn));
	fake_unit.err = 0;
	pasid_ctl_put(user);
}

/* Its tables may be another function's by now. */
static void change_of_one_that_is_gone(struct kunit *test)
{
	struct pasid_vf *vf = change.vf;
	unsigned int events;

	vf_set_ceiling(test, vf, NONE, 0);
	vf_set_entry(test, change.fn, 5, FIRST, 7, 0);
	kref_get(&vf->ref);
	fake_pci_unplug(change.fn);
	*vf_context(FAKE_RID(1)) |= PASIDE | PRE;
	events = fake_unit.events;
	mutex_lock(&vf->lock);
	KUNIT_EXPECT_EQ(test, -ENODEV, pasid_vf_set_ceiling(vf, BUILTIN));
	KUNIT_EXPECT_EQ(test, -ENODEV, pasid_vf_set_request(vf, NONE));
	KUNIT_EXPECT_EQ(test, -ENODEV, pasid_vf_set_user(vf, true, NONE));
	KUNIT_EXPECT_EQ(test, -ENODEV, pasid_vf_set_user(vf, false, ALL));
	mutex_unlock(&vf->lock);
	KUNIT_EXPECT_FALSE(test, work_pending(&vf->refresh));
	pasid_vf_refresh(vf);
	KUNIT_EXPECT_EQ(test, events, fake_unit.events);
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(change.fn));
	pasid_vf_put(vf);
}

/* --- ATS ---------------------------------------------------------------------------- */

/* It comes back after the caches were flushed, and not before. */
static void change_that_fails_leaves_ats(struct kunit *test)
{
	u8 *ctrl = change.fn->config + FAKE_ATS_CAP + PCI_ATS_CTRL;

	vf_set_ceiling(test, change.vf, NONE, 0);
	put_unaligned_le16(0, ctrl);
	fake_unit.err = -EIO;
	vf_set_ceiling(test, change.vf, BUILTIN, -EIO);
	KUNIT_EXPECT_EQ(test, 0, get_unaligned_le16(ctrl));
	fake_unit.err = 0;
	vf_set_ceiling(test, change.vf, BUILTIN, 0);
	KUNIT_EXPECT_EQ(test, PCI_ATS_CTRL_ENABLE, get_unaligned_le16(ctrl));
}

/* --- The module's references -------------------------------------------------------- */

/* A VF holds one as long as it is restricted. */
static void change_pins_once(struct kunit *test)
{
	vf_set_ceiling(test, change.vf, NONE, 0);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.pins);
	vf_set_ceiling(test, change.vf, ENABLE, 0);
	pasid_vf_refresh(change.vf);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.pins);
	/* Nothing is owed, so that nothing is tried again. */
	KUNIT_EXPECT_FALSE(test, work_pending(&change.vf->owed.retry.work));
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&change.vf->owed.retry));
	vf_set_ceiling(test, change.vf, BUILTIN, 0);
	vf_set_ceiling(test, change.vf, BUILTIN, 0);
	pasid_vf_refresh(change.vf);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.pins);
}

/* What restricted it is gone: the worker lets the module go, once the IOMMU has followed. */
static void change_lets_go_later(struct kunit *test)
{
	const struct pasid_gaps gaps = pasid_gaps_now();

	vf_set_ceiling(test, change.vf, BUILTIN & ~PRI, 0);
	change.pf->pdev.pri_enabled = 0;
	pasid_vf_after_pri_flip(change.vf, &gaps, false);
	fake_unit.err = -EIO;
	atomic_set(&change.vf->owed.iommu, 1);
	pasid_vf_refresh(change.vf);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.pins);
	fake_unit.err = 0;
	pasid_vf_refresh(change.vf);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.pins);
}

/* Whoever unloads it has been told that no VF is restricted. */
static void change_while_unloading(struct kunit *test)
{
	fake_unit.going = true;
	vf_set_ceiling(test, change.vf, NONE, -ENODEV);
	KUNIT_EXPECT_EQ(test, BUILTIN, change.vf->sets.ceiling);
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(change.fn));
	fake_unit.going = false;
	vf_set_ceiling(test, change.vf, NONE, 0);
}

struct change_pri_case {
	const char *name;
	bool never;	/* intel-iommu had not enabled it when the VF came */
	bool pf_lost;
	bool no_ats;
	bool pinned;
};

static const struct change_pri_case change_pri_cases[] = {
	{ "it has", .pinned = true },
	{ "its PF has lost", .pf_lost = true, .pinned = true },
	{ "it has no ATS for", .no_ats = true, .pinned = true },
	{ "it never had", .never = true, .pf_lost = true },
};

KUNIT_ARRAY_PARAM_DESC(change_pri, change_pri_cases, name);

/* A VF without PRI is restricted if it had PRI, or may get it back. */
static void change_denies_pri(struct kunit *test)
{
	const struct change_pri_case *c = test->param_value;
	const struct pasid_gaps gaps = pasid_gaps_now();

	fake_pci_unplug(change.fn);
	if (c->never)
		*vf_context(FAKE_RID(1)) &= ~PRE;
	fake_pci_plug(change.fn);
	change.vf = vf_of(change.fn);
	change.pf->pdev.pri_enabled = !c->pf_lost;
	change.fn->pdev.ats_enabled = !c->no_ats;
	vf_set_ceiling(test, change.vf, BUILTIN & ~PRI, 0);
	KUNIT_EXPECT_EQ(test, c->pinned, change.vf->pinned);
	/* It gets PRI: so it is. */
	change.pf->pdev.pri_enabled = 1;
	*vf_context(FAKE_RID(1)) |= PRE;
	pasid_vf_after_pri_flip(change.vf, &gaps, true);
	flush_work(&change.vf->refresh);
	KUNIT_EXPECT_TRUE(test, change.vf->pinned);
	KUNIT_EXPECT_EQ(test, PASIDE, vf_gates(change.fn));
	vf_set_ceiling(test, change.vf, BUILTIN, 0);
}

/* --- Those who poll ----------------------------------------------------------------- */

static void change_expect_told(struct kunit *test, unsigned int effective,
			       unsigned int requested)
{
	KUNIT_EXPECT_EQ(test, effective, fake_unit.told_effective);
	KUNIT_EXPECT_EQ(test, requested, fake_unit.told_requested);
}

/* Of what is another set now, once. */
static void change_tells(struct kunit *test)
{
	struct pasid_ctl_user *user;

	pasid_vf_refresh(change.vf);
	change_expect_told(test, 0, 0);
	vf_set_ceiling(test, change.vf, ENABLE, 0);
	change_expect_told(test, 1, 0);
	vf_set_ceiling(test, change.vf, ENABLE, 0);
	pasid_vf_refresh(change.vf);
	change_expect_told(test, 1, 0);
	user = pasid_ctl_get(&change.fn->pdev, ENABLE | PRIV);
	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	change_expect_told(test, 1, 1);
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(user, NONE));
	change_expect_told(test, 2, 2);
	pasid_ctl_put(user);
	change_expect_told(test, 3, 3);
	change.pf->pdev.pasid_enabled = 0;
	pasid_vf_refresh(change.vf);
	change_expect_told(test, 4, 3);
}

/* One whose files could not be made changes all the same. */
static void change_without_files(struct kunit *test)
{
	fake_unit.files_err[PASID_VF_FILES_STATUS] = -EEXIST;
	fake_pci_unplug(change.fn);
	fake_pci_plug(change.fn);
	change.vf = vf_of(change.fn);
	vf_set_ceiling(test, change.vf, NONE, 0);
	pasid_ctl_put(pasid_ctl_get(&change.fn->pdev, NONE));
	KUNIT_EXPECT_EQ(test, 0, fake_unit.told_nobody);
	change_expect_told(test, 0, 0);
}

static struct kunit_case change_test_cases[] = {
	KUNIT_CASE(change_of_entries),
	KUNIT_CASE(change_of_nothing),
	KUNIT_CASE(change_on_a_later_version),
	KUNIT_CASE(change_arms_hooks),
	KUNIT_CASE(change_without_hooks),
	KUNIT_CASE(change_looks_at_set_ups_under_way),
	KUNIT_CASE(change_while_dead),
	KUNIT_CASE(change_of_request_fails),
	KUNIT_CASE(change_of_one_that_is_gone),
	KUNIT_CASE(change_that_fails_leaves_ats),
	KUNIT_CASE(change_pins_once),
	KUNIT_CASE(change_lets_go_later),
	KUNIT_CASE(change_while_unloading),
	KUNIT_CASE_PARAM(change_denies_pri, change_pri_gen_params),
	KUNIT_CASE(change_tells),
	KUNIT_CASE(change_without_files),
	{}
};

static struct kunit_suite change_suite = {
	.name = "pasid-vf-change",
	.init = change_init,
	.test_cases = change_test_cases,
};

kunit_test_suite(change_suite);
