// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VF that cannot answer: it is asked for nothing, tables and the unit's caches change at
 * once, and what it is owed is done when it answers again.
 */
#include <linux/pci-ats.h>
#include <linux/unaligned.h>

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
	GONE,
};

struct function_case {
	const char *name;
	enum function_state state;
	unsigned int asked;	/* device-TLB invalidations */
	unsigned int owed;
	bool ats;		/* Enable of the VF's ATS meanwhile */
	unsigned int later;	/* device-TLB invalidations once it answers */
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
	fn->pdev.block_cfg_access = state == RESET || state == LOCKED;
	pf->block_cfg_access = state == PF_RESET || state == PF_LOCKED;
	function_set_master(fn, state != RESET);
	function_set_master(to_fake_pci(&pf->dev), state != PF_RESET);
	function_set_power(fn, state == ASLEEP ? 3 : 0);
	function_set_power(to_fake_pci(&pf->dev), state == PF_ASLEEP ? 3 : 0);
	fn->pdev.ats_cap = state == GONE ? 0x170 : FAKE_ATS_CAP;
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

	/* Trying again is no use and costs the queue nothing. */
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

/* After a recovery that failed the VF stays frozen for Linux, and works once it was reset. */
static void function_revives(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct pasid_vf *vf = vf_of(fn);

	function_set_state(fn, FROZEN);
	vf_set_ceiling(test, vf, NONE, 0);
	KUNIT_EXPECT_EQ(test, PASID_OWED_DEVICE, pasid_vf_owed(vf));
	fake_unit.device = 0;
	/* Its registers are restored when it wakes, which proves nothing. */
	pasid_pci_restored(&fn->pdev);
	flush_work(&vf->refresh);
	KUNIT_EXPECT_EQ(test, PASID_OWED_DEVICE, pasid_vf_owed(vf));
	KUNIT_EXPECT_EQ(test, 0U, fake_unit.device);
	/* A reset does. It is still locked then, so nothing has to wait for the lock. */
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
	bool gone;		/* the user is */
	unsigned int told;
};

static const struct function_reset_case function_reset_cases[] = {
	{ "PF reset", .taken = true, .told = 1 },
	{ "PF restored without a reset" },
	{ "bus reset: the VF's driver knows", .taken = true, .own = true },
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

static struct kunit_case function_test_cases[] = {
	KUNIT_CASE_PARAM(function_denied, function_gen_params),
	KUNIT_CASE(function_ats_is_linux_own),
	KUNIT_CASE(function_revives),
	KUNIT_CASE_PARAM(function_pf_reset, function_reset_gen_params),
	{}
};

static struct kunit_suite function_suite = {
	.name = "pasid-function",
	.init = vf_init,
	.test_cases = function_test_cases,
};

kunit_test_suite(function_suite);
