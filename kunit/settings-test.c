// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of VFs that are made and removed: which text counts, from when on and until when.
 */
#include <kunit/test.h>
#include <linux/pasid_ctl.h>

#include "../iommu/settings.h"
#include "fake-vf.h"

static struct pasid_perm_edit settings_edit(struct kunit *test, const char *text)
{
	struct pasid_perm_edit edit;
	const char *why;

	KUNIT_ASSERT_EQ(test, 0, pasid_perm_parse(text, strlen(text), &edit, &why));
	return edit;
}

/* Precedence, without VFs. */

struct settings_step {
	const char *text;	/* NULL: nothing is written, only @inherited changes */
	unsigned int inherited;
	unsigned int perms;
};

struct settings_case {
	const char *name;
	struct settings_step step[3];
	unsigned int steps;
};

static const struct settings_case settings_cases[] = {
	{ "nothing is written", { { NULL, ENABLE, ENABLE }, { NULL, NONE, NONE } }, 2 },
	{ "a word changes the inherited set",
	  { { "-pri", ENABLE | PRI, ENABLE }, { NULL, NONE, ENABLE }, { NULL, ALL, ENABLE } }, 3 },
	{ "a setting that equals the inherited set stays when that changes",
	  { { "+enable", BUILTIN, BUILTIN }, { NULL, NONE, BUILTIN } }, 2 },
	{ "default goes back", { { "-all", BUILTIN, NONE }, { "default", BUILTIN, BUILTIN },
				 { NULL, ENABLE, ENABLE } }, 3 },
	{ "words add up", { { "-all", ALL, NONE }, { "+pri", ALL, PRI },
			    { "+enable -pri", ALL, ENABLE } }, 3 },
	{ "default, then a word", { { "-all", BUILTIN, NONE }, { "default", ENABLE, ENABLE },
				    { "+pri", ENABLE, ENABLE | PRI } }, 3 },
};

KUNIT_ARRAY_PARAM_DESC(settings, settings_cases, name);

static void settings_precedence(struct kunit *test)
{
	const struct settings_case *c = test->param_value;
	const struct settings_step *step;
	struct pasid_setting setting = {};
	struct pasid_perm_edit edit;

	for (step = c->step; step < c->step + c->steps; step++) {
		if (step->text) {
			edit = settings_edit(test, step->text);
			KUNIT_EXPECT_EQ(test, 0, pasid_setting_edit(&setting, &edit, ALL,
								    step->inherited));
		}
		KUNIT_EXPECT_EQ(test, step->perms,
				pasid_setting_perms(&setting, step->inherited));
	}
}

static void settings_refused(struct kunit *test)
{
	struct pasid_setting setting = { .made = true, .perms = ENABLE };
	struct pasid_perm_edit edit = settings_edit(test, "+exec");

	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, pasid_setting_edit(&setting, &edit, BUILTIN, NONE));
	KUNIT_EXPECT_TRUE(test, setting.made);
	KUNIT_EXPECT_EQ(test, ENABLE, setting.perms);
	setting = (struct pasid_setting){};
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, pasid_setting_edit(&setting, &edit, BUILTIN, NONE));
	KUNIT_EXPECT_FALSE(test, setting.made);
}

struct settings_back_case {
	const char *name;
	struct pasid_setting setting;
	unsigned int old;
	unsigned int inherited;
	struct pasid_setting left;
};

static const struct settings_back_case settings_back_cases[] = {
	{ "a deny stays", { true, ENABLE }, ENABLE | PRI, ALL, { true, ENABLE } },
	{ "a grant does not stay", { true, ENABLE | PRI }, ENABLE, ALL, { true, ENABLE } },
	{ "of deny and grant, the deny stays", { true, PRI }, ENABLE, ALL, { true, NONE } },
	{ "default that denies stays default", { false }, ENABLE | PRI, ENABLE, { false } },
	{ "default that grants is made a setting", { false }, ENABLE, ENABLE | PRI,
	  { true, ENABLE } },
};

KUNIT_ARRAY_PARAM_DESC(settings_back, settings_back_cases, name);

static void settings_taken_back(struct kunit *test)
{
	const struct settings_back_case *c = test->param_value;
	struct pasid_setting setting = c->setting;

	pasid_setting_take_back(&setting, c->old, c->inherited);
	KUNIT_EXPECT_EQ(test, c->left.made, setting.made);
	if (c->left.made)
		KUNIT_EXPECT_EQ(test, c->left.perms, setting.perms);
}

/* With a PF and VFs. */

static struct pasid_settings *settings_of(struct kunit *test, struct fake_pci *pf)
{
	struct pasid_settings *settings = pasid_settings_find(&pf->pdev);

	KUNIT_ASSERT_NOT_NULL(test, settings);
	return settings;
}

/* @number: of the VF, or -1 for all */
static void settings_write(struct kunit *test, struct fake_pci *pf, int number,
			   const char *text, int err)
{
	struct pasid_settings *settings = settings_of(test, pf);
	struct pasid_perm_edit edit = settings_edit(test, text);

	KUNIT_EXPECT_EQ_MSG(test, err,
			    number < 0 ? pasid_settings_write_all(settings, &edit) :
					 pasid_virtfn_write_ctl(&settings->virtfn[number], &edit),
			    "'%s' to VF %d", text, number);
}

static void settings_write_vf(struct kunit *test, struct fake_pci *fn, const char *text,
			      int err)
{
	struct pasid_perm_edit edit = settings_edit(test, text);

	KUNIT_EXPECT_EQ_MSG(test, err, pasid_vf_write_ctl(vf_of(fn), &edit), "'%s'", text);
}

static void settings_expect(struct kunit *test, struct fake_pci *pf, int number,
			    struct fake_pci *fn, unsigned int perms)
{
	struct pasid_settings *settings = settings_of(test, pf);

	KUNIT_EXPECT_EQ(test, perms, number < 0 ? pasid_settings_shown_all(settings) :
				     pasid_virtfn_shown_ctl(&settings->virtfn[number]));
	if (fn) {
		KUNIT_EXPECT_EQ(test, perms, pasid_vf_shown_ctl(vf_of(fn)));
		KUNIT_EXPECT_EQ(test, vf_gates_of(perms), vf_gates(fn));
	}
}

/* Settings that are written before the VFs exist are in force when the VFs appear. */
static void settings_before_the_vf(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *vf[3];

	vf_load(test);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.pf_files);
	settings_expect(test, pf, -1, NULL, BUILTIN);
	settings_write(test, pf, -1, "-pri", 0);
	settings_write(test, pf, 1, "-all", 0);
	settings_write(test, pf, 2, "+pri", 0);
	settings_expect(test, pf, -1, NULL, ENABLE | PRIV);
	settings_expect(test, pf, 0, NULL, ENABLE | PRIV);
	settings_expect(test, pf, 1, NULL, NONE);
	settings_expect(test, pf, 2, NULL, BUILTIN);
	vf[0] = vf_plug_vf(pf, 1);
	vf[1] = vf_plug_vf(pf, 2);
	vf[2] = vf_plug_vf(pf, 3);
	settings_expect(test, pf, 0, vf[0], ENABLE | PRIV);
	settings_expect(test, pf, 1, vf[1], NONE);
	settings_expect(test, pf, 2, vf[2], BUILTIN);
	KUNIT_EXPECT_TRUE(test, vf_of(vf[0])->pinned);
	KUNIT_EXPECT_FALSE(test, vf_of(vf[2])->pinned);
}

static void settings_stay(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *fn = vf_plug_vf(pf, 1);

	vf_load(test);
	settings_write_vf(test, fn, "-all +pri", 0);
	settings_expect(test, pf, 0, fn, PRI);
	fake_pci_unplug(fn);
	settings_expect(test, pf, 0, NULL, PRI);
	settings_write(test, pf, 0, "+enable", 0);
	vf_plug(fn);
	settings_expect(test, pf, 0, fn, ENABLE | PRI);
	settings_write(test, pf, 0, "-pri", 0);
	settings_expect(test, pf, 0, fn, ENABLE);
	fake_pci_unplug(fn);
	vf_plug(fn);
	settings_expect(test, pf, 0, fn, ENABLE);
	/* When the PF is removed, all settings of its VFs are dropped. */
	fake_pci_unplug(fn);
	fake_pci_unplug(pf);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.pf_files);
	KUNIT_EXPECT_NULL(test, pasid_settings_find(&pf->pdev));
	fake_pci_plug(pf);
	vf_plug(fn);
	settings_expect(test, pf, 0, fn, BUILTIN);
}

static void settings_all_obey(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *other_pf = vf_plug_pf(0x10);
	struct fake_pci *first = vf_plug_vf(pf, 1), *second = vf_plug_vf(pf, 2);
	struct fake_pci *other = vf_plug_vf(other_pf, 0x11);

	KUNIT_ASSERT_EQ(test, 0, pasid_vf_default_ctl("-priv"));
	vf_load(test);
	settings_write(test, pf, 1, "-pri", 0);
	settings_write(test, pf, -1, "-all", 0);
	settings_expect(test, pf, 0, first, NONE);
	settings_expect(test, pf, 1, second, ENABLE);
	settings_expect(test, other_pf, 0, other, ENABLE | PRI);
	/* Step by step. */
	settings_write_vf(test, second, "default", 0);
	settings_expect(test, pf, 1, second, NONE);
	settings_write(test, pf, -1, "+enable", 0);
	settings_expect(test, pf, 0, first, ENABLE);
	settings_expect(test, pf, 1, second, ENABLE);
	settings_write(test, pf, -1, "default", 0);
	settings_expect(test, pf, 0, first, ENABLE | PRI);
	settings_expect(test, pf, 1, second, ENABLE | PRI);
}

static void settings_not_supported(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *fn = vf_plug_vf(pf, 1);

	vf_load(test);
	settings_write(test, pf, 0, "+exec", -EOPNOTSUPP);
	settings_write(test, pf, 1, "+exec", -EOPNOTSUPP);
	settings_write(test, pf, -1, "+exec", -EOPNOTSUPP);
	settings_write(test, pf, -1, "-pri +exec", -EOPNOTSUPP);
	settings_expect(test, pf, 0, fn, BUILTIN);
	settings_expect(test, pf, 1, NULL, BUILTIN);
	pf->pdev.pasid_enabled = 0;
	settings_write(test, pf, 1, "+enable", -EOPNOTSUPP);
	settings_expect(test, pf, 1, NULL, PRI);
}

/* VFs hold references to the module, settings do not. */
static void settings_let_go(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *fn = vf_plug_vf(pf, 1);

	vf_load(test);
	settings_write(test, pf, 1, "-all", 0);
	settings_write(test, pf, -1, "-all", 0);
	KUNIT_EXPECT_TRUE(test, vf_of(fn)->pinned);
	settings_write_vf(test, fn, "+all -exec", 0);
	KUNIT_EXPECT_FALSE(test, vf_of(fn)->pinned);
	kunit_release_action(test, vf_unload, NULL);
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(fn));
	vf_load(test);
	settings_expect(test, pf, 0, fn, BUILTIN);
	settings_expect(test, pf, 1, NULL, BUILTIN);
}

static void settings_fail_closed(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *first = vf_plug_vf(pf, 1);
	struct fake_pci *second = vf_plug_vf(pf, 2);

	vf_load(test);
	fake_unit.err = -EIO;
	settings_write(test, pf, 0, "-enable", -EIO);
	settings_expect(test, pf, 0, first, PRIV | PRI);
	/* Only the second VF follows the PF's default. */
	settings_write(test, pf, -1, "-pri", -EIO);
	settings_expect(test, pf, 0, first, PRIV | PRI);
	settings_expect(test, pf, 1, second, ENABLE | PRIV);
	fake_unit.hooks_dead = true;
	fake_unit.err = 0;
	settings_write(test, pf, -1, "default", -EIO);
	settings_write(test, pf, 0, "default", -EIO);
	settings_expect(test, pf, -1, NULL, ENABLE | PRIV);
	settings_expect(test, pf, 0, first, PRIV);
	settings_expect(test, pf, 1, second, ENABLE | PRIV);
	fake_unit.hooks_dead = false;
	/* The setting is all that is left of the change. */
	fake_pci_unplug(first);
	vf_plug(first);
	settings_expect(test, pf, 0, first, PRIV);
	settings_write(test, pf, -1, "default", 0);
	settings_write(test, pf, 0, "default", 0);
	settings_expect(test, pf, 0, first, BUILTIN);
	settings_expect(test, pf, 1, second, BUILTIN);
}

static void settings_without_memory(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *late;

	fake_unit.no_memory_for_files = 3;
	vf_load(test);
	KUNIT_EXPECT_EQ(test, 1, fake_unit.pf_files);
	fake_unit.no_memory_for_files = 3;
	late = vf_plug_pf(0x10);
	KUNIT_EXPECT_EQ(test, 2, fake_unit.pf_files);
	/* Not twice. */
	pasid_vf_add(&late->pdev);
	KUNIT_EXPECT_EQ(test, 2, fake_unit.pf_files);
	settings_expect(test, pf, FAKE_TOTAL_VFS - 1, NULL, BUILTIN);
}

struct settings_kind_case {
	const char *name;
	int unit_err;
	u16 total;
	bool found;
};

static const struct settings_kind_case settings_kind_cases[] = {
	{ "PF that can have one VF", 0, 1, true },
	{ "PF that can have many", 0, 256, true },
	{ "PF that does not answer", 0, 0xffff, false },
	{ "PF without a unit", -ENODEV, 8, false },
	{ "PF behind a unit in legacy mode", -EOPNOTSUPP, 8, false },
};

KUNIT_ARRAY_PARAM_DESC(settings_kind, settings_kind_cases, name);

/* VFs are under control, with or without the PF's files. */
static void settings_of_pf(struct kunit *test)
{
	const struct settings_kind_case *c = test->param_value;
	struct fake_pci *pf = fake_pf_alloc(0), *fn;

	vf_plug_pf(0x20);
	vf_load(test);
	pf->unit_err = c->unit_err;
	memcpy(pf->config + FAKE_SRIOV_CAP + PCI_SRIOV_TOTAL_VF, &c->total, sizeof(c->total));
	if (c->total == 1)
		memset(pf->config + FAKE_SRIOV_CAP + PCI_SRIOV_VF_STRIDE, 0, 2);
	vf_plug(pf);
	KUNIT_EXPECT_EQ(test, c->found, !!pasid_settings_find(&pf->pdev));
	fn = vf_plug_vf(pf, 1);
	KUNIT_EXPECT_EQ(test, c->found, !!vf_of(fn)->sets.virtfn);
	settings_write_vf(test, fn, "-enable", 0);
	KUNIT_EXPECT_EQ(test, PRE, vf_gates(fn));
	settings_write_vf(test, fn, "default", 0);
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(fn));
}

/* A PF may be removed while there is still a reference to its VF. */
static void settings_outlive_their_pf(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *fn = vf_plug_vf(pf, 1);
	struct pasid_vf *vf;

	vf_load(test);
	vf = vf_of(fn);
	fake_pci_unplug(pf);
	settings_write_vf(test, fn, "-enable", 0);
	KUNIT_EXPECT_EQ(test, PRE, vf_gates(fn));
	kref_get(&vf->ref);
	fake_pci_unplug(fn);
	pasid_vf_put(vf);
}

static struct kunit_case settings_test_cases[] = {
	KUNIT_CASE_PARAM(settings_precedence, settings_gen_params),
	KUNIT_CASE(settings_refused),
	KUNIT_CASE_PARAM(settings_taken_back, settings_back_gen_params),
	KUNIT_CASE(settings_before_the_vf),
	KUNIT_CASE(settings_stay),
	KUNIT_CASE(settings_all_obey),
	KUNIT_CASE(settings_not_supported),
	KUNIT_CASE(settings_let_go),
	KUNIT_CASE(settings_fail_closed),
	KUNIT_CASE(settings_without_memory),
	KUNIT_CASE_PARAM(settings_of_pf, settings_kind_gen_params),
	KUNIT_CASE(settings_outlive_their_pf),
	{}
};

static struct kunit_suite settings_suite = {
	.name = "pasid-settings",
	.init = vf_init,
	.test_cases = settings_test_cases,
};

kunit_test_suite(settings_suite);
