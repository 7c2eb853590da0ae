// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VF that cannot answer: it is sent no invalidation, and tables and the unit's caches change
 * at once. What is owed to the VF is done when it answers again.
 */
#include <linux/pci-ats.h>
#include <linux/unaligned.h>

#include "../iommu/vtd.h"
#include "fake-vf.h"

enum function_state {
	ANSWERS,
	FROZEN,
	PF_FROZEN,
	LOCKED,
	PF_LOCKED,
	RESET,
	PF_RESET,
	ASLEEP,
	PF_ASLEEP,
	ATS_STUCK,	/* asleep, with ATS that does not go off */
	POWERLESS,	/* it has no power management */
	NO_POWER_STATE,	/* that does not answer */
	NO_COMMAND,	/* it is locked, and its Command Register does not answer */
	GONE,
};

struct function_case {
	const char *name;
	enum function_state state;
	unsigned int asked;	/* device-TLB invalidations */
	unsigned int owed;
	bool ats;		/* ATS Enable of the VF meanwhile */
	unsigned int later;	/* device-TLB invalidations when it answers again */
};

static const struct function_case function_cases[] = {
	{ "answers", ANSWERS, 1, 0, true, 0 },
	{ "frozen", FROZEN, 0, PASID_OWED_DEVICE, true, 1 },
	{ "its PF is frozen", PF_FROZEN, 0, PASID_OWED_DEVICE, true, 1 },
	{ "about to be reset", LOCKED, 1, 0, true, 0 },
	{ "its PF is about to be reset", PF_LOCKED, 1, 0, true, 0 },
	{ "in a reset", RESET, 0, PASID_OWED_DEVICE, true, 1 },
	{ "its PF is in a reset", PF_RESET, 0, PASID_OWED_DEVICE, true, 1 },
	{ "asleep", ASLEEP, 0, PASID_OWED_ATS, false, 0 },
	{ "its PF is asleep", PF_ASLEEP, 0, PASID_OWED_DEVICE, true, 1 },
	{ "asleep, and keeps its ATS", ATS_STUCK, 0, PASID_OWED_ATS | PASID_OWED_DEVICE, true, 1 },
	{ "has no power management", POWERLESS, 1, 0, true, 0 },
	{ "does not say whether it sleeps", NO_POWER_STATE, 0, PASID_OWED_ATS, false, 0 },
	{ "does not say whether it is in a reset", NO_COMMAND, 0, PASID_OWED_DEVICE, true, 1 },
	{ "does not answer configuration requests", GONE, 0, 0, true, 0 },
};

KUNIT_ARRAY_PARAM_DESC(function, function_cases, name);

static u16 function_ats(const struct fake_pci *fn)
{
	return get_unaligned_le16(fn->config + FAKE_ATS_CAP + PCI_ATS_CTRL);
}

static void function_set_power(struct fake_pci *fn, unsigned int state)
{
	put_unaligned_le16(state, fn->config + FAKE_PM_CAP + PCI_PM_CTRL);
}

static void function_set_master(struct fake_pci *fn, bool on)
{
	put_unaligned_le16(on ? PCI_COMMAND_MASTER : 0, fn->config + PCI_COMMAND);
}

static void function_set_state(struct fake_pci *fn, enum function_state state)
{
	struct pci_dev *pf = fn->pdev.physfn;

	fn->pdev.error_state = state == FROZEN ? pci_channel_io_frozen :
						 pci_channel_io_normal;
	pf->error_state = state == PF_FROZEN ? pci_channel_io_frozen : pci_channel_io_normal;
	fn->pdev.block_cfg_access = state == RESET || state == LOCKED || state == NO_COMMAND;
	pf->block_cfg_access = state == PF_RESET || state == PF_LOCKED;
	function_set_master(fn, state != RESET);
	function_set_master(to_fake_pci(&pf->dev), state != PF_RESET);
	function_set_power(fn, state == ASLEEP || state == ATS_STUCK ? 3 : 0);
	fn->ats_stuck = state == ATS_STUCK;
	function_set_power(to_fake_pci(&pf->dev), state == PF_ASLEEP ? 3 : 0);
	fn->pdev.ats_cap = state == GONE ? 0x170 : FAKE_ATS_CAP;
	fn->pdev.pm_cap = state == POWERLESS ? 0 : state == NO_POWER_STATE ? 0xff :
									     FAKE_PM_CAP;
	if (state == POWERLESS) /* where the power state would be then */
		put_unaligned_le16(PCI_COMMAND_MASTER | 3, fn->config + PCI_COMMAND);
	if (state == NO_COMMAND)
		put_unaligned_le16(0xffff, fn->config + PCI_COMMAND);
}

static void function_denied(struct kunit *test)
{
	const struct function_case *c = test->param_value;
	struct fake_pci *fn = vf_plug_one(test);
	struct pasid_vf *vf = vf_of(fn);

	memset(fn->config + 0x170, 0xff, 0x10);
	function_set_state(fn, c->state);
	fake_unit.submissions = 0;
	fake_unit.device = 0;
	vf_set_ceiling(test, vf, NONE, 0);
	KUNIT_EXPECT_EQ(test, 0ULL, vf_gates(fn));
	KUNIT_EXPECT_GE(test, fake_unit.submissions, 1U);
	KUNIT_EXPECT_EQ(test, c->asked, fake_unit.device);
	KUNIT_EXPECT_EQ(test, c->owed, pasid_vf_owed(vf));
	KUNIT_EXPECT_EQ(test, c->ats, !!(function_ats(fn) & PCI_ATS_CTRL_ENABLE));

	/* The worker tries again, but sends nothing to the queue. */
	fake_unit.submissions = 0;
	fake_unit.device = 0;
	pasid_vf_refresh(vf);
	KUNIT_EXPECT_EQ(test, c->owed, pasid_vf_owed(vf));
	KUNIT_EXPECT_EQ(test, 0U, fake_unit.submissions);

	function_set_state(fn, ANSWERS);
	pasid_pci_awake(&fn->pdev);
	flush_work(&vf->refresh);
	KUNIT_EXPECT_EQ(test, 0U, pasid_vf_owed(vf));
	KUNIT_EXPECT_EQ(test, c->later, fake_unit.device);
	KUNIT_EXPECT_TRUE(test, function_ats(fn) & PCI_ATS_CTRL_ENABLE);
}

/* What invalidations need to know. */
static void function_is_described(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct pasid_vf *vf = vf_of(fn);
	struct vtd_function is;
	u16 ctrl;

	memset(&is, 0xff, sizeof(is));
	pasid_vf_read_function(vf, &is);
	KUNIT_EXPECT_EQ(test, FAKE_RID(1), is.rid);
	KUNIT_EXPECT_EQ(test, 0, is.pfsid);
	KUNIT_EXPECT_TRUE(test, is.ats);
	KUNIT_EXPECT_EQ(test, 0, is.drain);
	KUNIT_EXPECT_TRUE(test, is.pasid);
	vf->unit.ecap |= VTD_ECAP_DIT;
	vf->unit.cap = VTD_CAP_DRD | VTD_CAP_DWD;
	fn->pdev.ats_enabled = 0;
	vf->pf->pasid_enabled = 0;
	pasid_vf_read_function(vf, &is);
	KUNIT_EXPECT_EQ(test, FAKE_RID(0), is.pfsid);
	KUNIT_EXPECT_FALSE(test, is.ats);
	KUNIT_EXPECT_FALSE(test, is.pasid);
	KUNIT_EXPECT_EQ(test, vtd_iotlb_drain(vf->unit.cap), is.drain);
	KUNIT_EXPECT_NE(test, 0, is.drain);
	fn->pdev.ats_cap = 0;
	KUNIT_EXPECT_EQ(test, -ENODEV, pasid_vf_read_ats(vf, &ctrl));
}

/* ATS that Linux has switched off meanwhile stays off. */
static void function_ats_is_linux_own(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct pasid_vf *vf = vf_of(fn);

	function_set_state(fn, ASLEEP);
	vf_set_ceiling(test, vf, NONE, 0);
	KUNIT_EXPECT_FALSE(test, function_ats(fn) & PCI_ATS_CTRL_ENABLE);
	fn->pdev.ats_enabled = 0;
	function_set_state(fn, ANSWERS);
	pasid_pci_awake(&fn->pdev);
	flush_work(&vf->refresh);
	KUNIT_EXPECT_FALSE(test, function_ats(fn) & PCI_ATS_CTRL_ENABLE);
	KUNIT_EXPECT_EQ(test, 0U, pasid_vf_owed(vf));
}

/* A lock of configuration space would have vfio-pci's pci_try_reset_function() fail. */
static void function_ats_needs_no_lock(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct pasid_vf *vf = vf_of(fn);

	function_set_state(fn, ASLEEP);
	vf_set_ceiling(test, vf, NONE, 0);
	function_set_state(fn, LOCKED); /* a reset begins */
	pasid_vf_refresh(vf);
	KUNIT_EXPECT_EQ(test, PASID_OWED_ATS, pasid_vf_owed(vf));
	function_set_state(fn, ANSWERS);
	pasid_vf_refresh(vf);
	KUNIT_EXPECT_TRUE(test, function_ats(fn) & PCI_ATS_CTRL_ENABLE);
	KUNIT_EXPECT_FALSE(test, fn->ats_locked);
}

static void function_ats_is_tried_again(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct pasid_vf *vf = vf_of(fn);

	function_set_state(fn, ASLEEP);
	vf_set_ceiling(test, vf, NONE, 0);
	function_set_state(fn, ANSWERS);
	fn->ats_stuck = true; /* as if a reset swallowed the write */
	pasid_vf_refresh(vf);
	KUNIT_EXPECT_EQ(test, PASID_OWED_ATS, pasid_vf_owed(vf));
	fn->ats_stuck = false;
	flush_delayed_work(&vf->owed.retry);
	KUNIT_EXPECT_EQ(test, 0U, pasid_vf_owed(vf));
	KUNIT_EXPECT_TRUE(test, function_ats(fn) & PCI_ATS_CTRL_ENABLE);
}

/* After a failed recovery Linux calls the VF frozen for ever, but after a reset it works. */
static void function_revives(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct pasid_vf *vf = vf_of(fn);

	function_set_state(fn, FROZEN);
	vf_set_ceiling(test, vf, NONE, 0);
	KUNIT_EXPECT_EQ(test, PASID_OWED_DEVICE, pasid_vf_owed(vf));
	fake_unit.device = 0;
	/* Registers are restored also when a VF wakes, so that does not prove a reset. */
	pasid_pci_restored(&fn->pdev);
	flush_work(&vf->refresh);
	KUNIT_EXPECT_EQ(test, PASID_OWED_DEVICE, pasid_vf_owed(vf));
	KUNIT_EXPECT_EQ(test, 0U, fake_unit.device);
	/* A reset does prove it. The VF is still locked then, so nothing may wait for the lock. */
	fn->pdev.block_cfg_access = 1;
	pasid_pci_restored(&fn->pdev);
	flush_work(&vf->refresh);
	KUNIT_EXPECT_EQ(test, 0U, pasid_vf_owed(vf));
	KUNIT_EXPECT_EQ(test, 1U, fake_unit.device);
	fn->pdev.block_cfg_access = 0;
	/* The next error freezes it again. */
	pasid_pci_recovering(&fn->pdev);
	vf_set_ceiling(test, vf, BUILTIN, 0);
	KUNIT_EXPECT_EQ(test, 1U, fake_unit.device);
	KUNIT_EXPECT_TRUE(test, pasid_vf_owed(vf) & PASID_OWED_DEVICE);
	function_set_state(fn, ANSWERS);
}

static void function_told(void *data)
{
	(*(unsigned int *)data)++;
}

struct function_reset_case {
	const char *name;
	bool taken;		/* the PF's reset cleared VF Enable */
	bool own;		/* the VF is reset as well, afterwards */
	bool busy;		/* its configuration accesses are locked meanwhile */
	bool late;		/* it does not answer at first */
	bool gone;		/* the user has gone meanwhile */
	unsigned int told;
};

static const struct function_reset_case function_reset_cases[] = {
	{ "PF reset", .taken = true, .told = 1 },
	{ "PF restored without a reset" },
	{ "bus reset: the VF's driver is told by Linux", .taken = true, .own = true },
	{ "the VF is locked", .taken = true, .busy = true, .told = 1 },
	{ "the VF answers later", .taken = true, .late = true, .told = 1 },
	{ "the user is gone", .taken = true, .gone = true },
};

KUNIT_ARRAY_PARAM_DESC(function_reset, function_reset_cases, name);

static void function_pf_reset(struct kunit *test)
{
	const struct function_reset_case *c = test->param_value;
	struct fake_pci *fn = vf_plug_one(test);
	struct fake_pci *pf = to_fake_pci(&fn->pdev.physfn->dev);
	struct pasid_vf *vf = vf_of(fn);
	struct pasid_ctl_user *user;
	unsigned int told = 0;

	user = pasid_ctl_get(&fn->pdev, ALL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	pasid_ctl_on_reset(user, function_told, &told);
	memset(fn->config + 0x170, 0xff, 0x10);
	if (c->gone)
		pasid_ctl_put(user);
	if (c->taken) {
		put_unaligned_le16(0, pf->config + FAKE_SRIOV_CAP + PCI_SRIOV_CTRL);
		put_unaligned_le16(0, fn->config + FAKE_ATS_CAP + PCI_ATS_CTRL);
	}
	pasid_pci_restoring(&pf->pdev);
	fn->pdev.block_cfg_access = c->busy;
	if (c->own)
		pasid_pci_restored(&fn->pdev);
	fn->pdev.ats_cap = c->late ? 0x170 : FAKE_ATS_CAP;
	pasid_pci_restored(&pf->pdev);
	flush_work(&vf->refresh);
	KUNIT_EXPECT_EQ(test, c->busy ? 0 : c->told, told);
	KUNIT_EXPECT_EQ(test, c->late || (c->busy && !c->own) ? PASID_OWED_ATS : 0,
			pasid_vf_owed(vf));
	fn->pdev.block_cfg_access = 0;
	fn->pdev.ats_cap = FAKE_ATS_CAP;
	flush_delayed_work(&vf->owed.retry);
	KUNIT_EXPECT_EQ(test, c->told, told);
	KUNIT_EXPECT_EQ(test, 0U, pasid_vf_owed(vf));
	KUNIT_EXPECT_TRUE(test, function_ats(fn) & PCI_ATS_CTRL_ENABLE);
	if (!c->gone)
		pasid_ctl_put(user);
}

/* Of each change of the effective set, whoever made it, and of nothing else. */
static void function_effective_changes(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct pci_dev *pf = fn->pdev.physfn;
	struct pasid_vf *vf = vf_of(fn);
	struct pasid_ctl_user *user = pasid_ctl_get(&fn->pdev, NONE);
	unsigned int told = 0;

	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	pasid_ctl_on_change(user, function_told, &told);
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(user, ENABLE));
	KUNIT_EXPECT_EQ(test, 1U, told);
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(user, ENABLE));
	vf_set_ceiling(test, vf, ENABLE | PRIV, 0);
	KUNIT_EXPECT_EQ(test, 1U, told);
	vf_set_ceiling(test, vf, NONE, 0);
	KUNIT_EXPECT_EQ(test, 2U, told);
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(user, ENABLE | PRIV));
	KUNIT_EXPECT_EQ(test, 2U, told);
	vf_set_ceiling(test, vf, BUILTIN, 0);
	KUNIT_EXPECT_EQ(test, 3U, told);
	pf->pasid_enabled = 0;
	pasid_vf_refresh(vf);
	pasid_vf_refresh(vf);
	KUNIT_EXPECT_EQ(test, 4U, told);
	pf->pasid_enabled = 1;
	pasid_vf_refresh(vf);
	KUNIT_EXPECT_EQ(test, 5U, told);
	/* The user may have read the set in between. */
	pasid_pf_disabling(pf, ENABLE);
	pasid_pf_enabled(pf, ENABLE);
	pasid_vf_refresh(vf);
	KUNIT_EXPECT_EQ(test, 6U, told);
	/* That what it asked for is gone is nothing to tell it. */
	pasid_ctl_put(user);
	vf_set_ceiling(test, vf, NONE, 0);
	KUNIT_EXPECT_EQ(test, 6U, told);
	vf_set_ceiling(test, vf, BUILTIN, 0);
}

static struct kunit_case function_test_cases[] = {
	KUNIT_CASE_PARAM(function_denied, function_gen_params),
	KUNIT_CASE(function_is_described),
	KUNIT_CASE(function_ats_is_linux_own),
	KUNIT_CASE(function_ats_needs_no_lock),
	KUNIT_CASE(function_ats_is_tried_again),
	KUNIT_CASE(function_revives),
	KUNIT_CASE_PARAM(function_pf_reset, function_reset_gen_params),
	KUNIT_CASE(function_effective_changes),
	{}
};

static struct kunit_suite function_suite = {
	.name = "pasid-function",
	.init = vf_init,
	.test_cases = function_test_cases,
};

kunit_test_suite(function_suite);
