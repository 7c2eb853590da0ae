// SPDX-License-Identifier: GPL-2.0-only
/*
 * How intel-pasid-ctl keeps track of VFs: which functions are under control, and when; what
 * VFs lose and gain with their PF; which user a VF has; when the module cannot be unloaded.
 * PF, VFs and unit are fake.
 */
#include <kunit/test.h>
#include <linux/pasid_ctl.h>

#include "fake-vf.h"
#include "tables.h"

/* Which functions come under control. */

struct vf_kind_case {
	const char *name;
	bool is_virtfn;
	bool no_pf;
	bool plain_pf;		/* its PF has no SR-IOV */
	int unit_err;
	unsigned int aliases;	/* DMA aliases: the next numbers */
	bool others;		/* the aliases are other functions' numbers */
	bool claimed;		/* this function's number is another one's alias */
	int no_memory;
	int files_err[PASID_VF_FILES];
	unsigned int contexts;	/* 0: not under control */
};

static const struct vf_kind_case vf_kind_cases[] = {
	{ "VF", .is_virtfn = true, .contexts = 1 },
	{ "function without SR-IOV", .is_virtfn = false },
	{ "virtual function of another kind", .is_virtfn = true, .no_pf = true },
	{ "virtual function of another kind, with a parent", .is_virtfn = true, .plain_pf = true },
	{ "VF without a unit", .is_virtfn = true, .unit_err = -ENODEV },
	{ "VF behind a unit in legacy mode", .is_virtfn = true, .unit_err = -EOPNOTSUPP },
	{ "VF whose unit does not answer", .is_virtfn = true, .unit_err = -EIO },
	{ "VF with a DMA alias", .is_virtfn = true, .aliases = 1, .contexts = 2 },
	{ "VF with as many aliases as there is room for", .is_virtfn = true, .aliases = 7,
	  .contexts = 8 },
	{ "VF with more aliases than there is room for", .is_virtfn = true, .aliases = 8 },
	{ "VF whose alias is another function", .is_virtfn = true, .aliases = 1,
	  .others = true },
	{ "VF that is another function's alias", .is_virtfn = true, .claimed = true },
	{ "VF for which there is no memory at first", .is_virtfn = true, .no_memory = 1,
	  .contexts = 1 },
	{ "VF for which there is no memory for some time", .is_virtfn = true, .no_memory = 5,
	  .contexts = 1 },
	{ "VF that cannot have files", .is_virtfn = true, .files_err = { -EEXIST, -EEXIST },
	  .contexts = 1 },
	{ "VF with a file pasid_ctl of its driver", .is_virtfn = true,
	  .files_err = { -EEXIST, 0 }, .contexts = 1 },
	{ "VF with a file pasid_status of its driver", .is_virtfn = true,
	  .files_err = { 0, -EEXIST }, .contexts = 1 },
};

KUNIT_ARRAY_PARAM_DESC(vf_kind, vf_kind_cases, name);

/* Plugs in a function that has the number @devfn as an alias. */
static void vf_claim(unsigned int devfn)
{
	static DECLARE_BITMAP(mask, 256);
	struct fake_pci *other = fake_pci_alloc(9);

	bitmap_zero(mask, 256);
	set_bit(devfn, mask);
	other->pdev.dma_alias_mask = mask;
	fake_pci_plug(other);
}

static struct fake_pci *vf_kind_alloc(struct kunit *test, const struct vf_kind_case *c)
{
	struct fake_pci *pf = vf_plug_pf(0);
	struct fake_pci *fn = c->is_virtfn ? fake_vf_alloc(pf, 1) : fake_pci_alloc(1);
	unsigned int devfn;

	if (c->no_pf)
		fn->pdev.physfn = NULL;
	pf->pdev.is_physfn = !c->plain_pf;
	fn->unit_err = c->unit_err;
	if (c->claimed)
		vf_claim(fn->pdev.devfn);
	if (c->aliases)
		fn->pdev.dma_alias_mask = bitmap_zalloc(256, GFP_KERNEL);
	for (devfn = 2; devfn < 2 + c->aliases; devfn++) {
		set_bit(devfn, fn->pdev.dma_alias_mask);
		tables_add_context(fake_unit.root, FAKE_RID(devfn), 0);
		if (c->others)
			fake_pci_plug(fake_pci_alloc(devfn));
	}
	memcpy(fake_unit.files_err, c->files_err, sizeof(c->files_err));
	fake_unit.no_memory = c->no_memory;
	return fn;
}

static void vf_expect_kind(struct kunit *test, struct fake_pci *fn,
			   const struct vf_kind_case *c)
{
	struct pasid_vf *vf = vf_of(fn);

	KUNIT_EXPECT_EQ(test, c->contexts > 0, !!vf);
	KUNIT_EXPECT_EQ(test, c->contexts ? !c->files_err[0] + !c->files_err[1] : 0,
			fake_unit.files);
	if (!vf || !c->contexts)
		return;
	KUNIT_EXPECT_EQ(test, c->contexts, vf->tables.ctx_count);
	KUNIT_EXPECT_EQ(test, FAKE_RID(fn->pdev.devfn), vf->tables.ctx[0].rid);
	KUNIT_EXPECT_PTR_EQ(test, fn->pdev.physfn, vf->pf);
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(fn));
}

static void vf_that_appears(struct kunit *test)
{
	const struct vf_kind_case *c = test->param_value;
	struct fake_pci *fn = vf_kind_alloc(test, c);

	vf_load(test);
	vf_plug(fn);
	vf_expect_kind(test, fn, c);
	/* Not twice. */
	pasid_vf_add(&fn->pdev);
	vf_expect_kind(test, fn, c);
	fake_pci_unplug(fn);
	KUNIT_EXPECT_NULL(test, vf_of(fn));
	KUNIT_EXPECT_EQ(test, 0, fake_unit.files);
	bitmap_free(fn->pdev.dma_alias_mask);
}

static void vf_that_is_there(struct kunit *test)
{
	const struct vf_kind_case *c = test->param_value;
	struct fake_pci *fn = vf_kind_alloc(test, c);

	vf_plug(fn);
	KUNIT_EXPECT_NULL(test, vf_of(fn));
	vf_load(test);
	vf_expect_kind(test, fn, c);
	kunit_release_action(test, vf_unload, NULL);
	KUNIT_EXPECT_NULL(test, vf_of(fn));
	KUNIT_EXPECT_EQ(test, 0, fake_unit.files);
	/* The module does not hear of functions any more. */
	fake_pci_unplug(fn);
	fake_pci_plug(fn);
	KUNIT_EXPECT_NULL(test, vf_of(fn));
	bitmap_free(fn->pdev.dma_alias_mask);
}

/* Whether the module loads. */

struct vf_load_case {
	const char *name;
	unsigned int functions;
	int unit_err[2];
	int err;
};

static const struct vf_load_case vf_load_cases[] = {
	{ "no device", 0, {}, -ENODEV },
	{ "none behind a unit", 2, { -ENODEV, -ENODEV }, -ENODEV },
	{ "all units in legacy mode", 2, { -EOPNOTSUPP, -EOPNOTSUPP }, -EOPNOTSUPP },
	{ "one in legacy mode, one behind none", 2, { -EOPNOTSUPP, -ENODEV }, -EOPNOTSUPP },
	{ "one behind none, one in legacy mode", 2, { -ENODEV, -EOPNOTSUPP }, -EOPNOTSUPP },
	{ "scalable mode, then legacy mode", 2, { 0, -EOPNOTSUPP }, 0 },
	{ "legacy mode, then scalable mode", 2, { -EOPNOTSUPP, 0 }, 0 },
};

KUNIT_ARRAY_PARAM_DESC(vf_load, vf_load_cases, name);

static void vf_loads(struct kunit *test)
{
	const struct vf_load_case *c = test->param_value;
	struct fake_pci *fn;
	unsigned int i;

	for (i = 0; i < c->functions; i++) {
		fn = fake_pci_alloc(i);
		fn->unit_err = c->unit_err[i];
		fake_pci_plug(fn);
	}
	KUNIT_EXPECT_EQ(test, c->err, pasid_vf_add_present());
	if (!c->err)
		vf_load(test);
	else
		KUNIT_EXPECT_EQ(test, -ENODEV, pasid_discover_init());
}

/* The PASID width: the PF's or the unit's. */

struct vf_width_case {
	const char *name;
	bool no_cap;
	u16 cap;	/* the PF's PASID Capability Register */
	u64 unit;	/* ECAP.PSS and ECAP.PASID */
	u8 width;
};

#define PSS(bits)	(((bits) - 1ULL) << 35 | BIT_ULL(40))

static const struct vf_width_case vf_width_cases[] = {
	{ "both 20 bits", .cap = 20 << 8, .unit = PSS(20), .width = 20 },
	{ "the PF has less", .cap = 8 << 8, .unit = PSS(20), .width = 8 },
	{ "the unit has less", .cap = 20 << 8, .unit = PSS(16), .width = 16 },
	{ "one bit", .cap = 1 << 8, .unit = PSS(20), .width = 1 },
	{ "none", .cap = 0 << 8, .unit = PSS(20), .width = 0 },
	{ "other bits of the register do not count", .cap = 10 << 8 | 0xe006, .unit = PSS(20),
	  .width = 10 },
	{ "a PF without PASID", .no_cap = true, .cap = 20 << 8, .unit = PSS(20) },
	{ "a unit without PASID", .cap = 20 << 8, .unit = 19ULL << 35 },
	{ "a PF that does not answer", .cap = 0xffff, .unit = PSS(20) },
};

KUNIT_ARRAY_PARAM_DESC(vf_width, vf_width_cases, name);

static void vf_width(struct kunit *test)
{
	const struct vf_width_case *c = test->param_value;
	struct fake_pci *pf = vf_plug_pf(0), *fn;

	if (c->no_cap)
		pf->pdev.pasid_cap = 0;
	memcpy(pf->config + FAKE_PASID_CAP + PCI_PASID_CAP, &c->cap, sizeof(c->cap));
	fake_unit.ecap = (FAKE_ECAP & ~PSS(32)) | c->unit;
	fn = vf_plug_vf(pf, 1);
	vf_load(test);
	KUNIT_ASSERT_NOT_NULL(test, vf_of(fn));
	KUNIT_EXPECT_EQ(test, c->width, vf_of(fn)->pasid_width);
}

/* What PFs lose and gain, as hooks report it. */

enum vf_event { NOTHING, LOSES_PASID, GAINS_PASID, LOSES_PRI, GAINS_PRI };

struct vf_pf_case {
	const char *name;
	enum vf_event events[4];
	unsigned int effective;
};

static const struct vf_pf_case vf_pf_cases[] = {
	{ "nothing happens", {}, BUILTIN },
	{ "loses PASID", { LOSES_PASID }, PRI },
	{ "loses PRI", { LOSES_PRI }, ENABLE | PRIV },
	{ "loses both", { LOSES_PRI, LOSES_PASID }, NONE },
	{ "loses PASID and gets it back", { LOSES_PASID, GAINS_PASID }, BUILTIN },
	{ "loses PRI and gets it back", { LOSES_PRI, GAINS_PRI }, BUILTIN },
	{ "loses both and gets PASID back", { LOSES_PASID, LOSES_PRI, GAINS_PASID },
	  ENABLE | PRIV },
	{ "loses both and gets PRI back", { LOSES_PASID, LOSES_PRI, GAINS_PRI }, PRI },
	{ "loses both and gets both back", { LOSES_PASID, LOSES_PRI, GAINS_PRI, GAINS_PASID },
	  BUILTIN },
	{ "loses PASID twice", { LOSES_PASID, LOSES_PASID }, PRI },
	{ "loses PASID, gets it back, loses it", { LOSES_PASID, GAINS_PASID, LOSES_PASID },
	  PRI },
};

KUNIT_ARRAY_PARAM_DESC(vf_pf, vf_pf_cases, name);

/* As in the PCI core: the hook runs before the loss and after the gain. */
static void vf_pf_event(struct fake_pci *pf, enum vf_event event)
{
	switch (event) {
	case NOTHING:
		break;
	case LOSES_PASID:
		pasid_pf_disabling(&pf->pdev, ENABLE);
		break;
	case LOSES_PRI:
		pasid_pf_disabling(&pf->pdev, PRI);
		break;
	case GAINS_PASID:
		pf->pdev.pasid_enabled = 1;
		pasid_pf_enabled(&pf->pdev, ENABLE);
		break;
	case GAINS_PRI:
		pf->pdev.pri_enabled = 1;
		pasid_pf_enabled(&pf->pdev, PRI);
		break;
	}
}

static void vf_pf_after(struct fake_pci *pf, enum vf_event event)
{
	if (event == LOSES_PASID)
		pf->pdev.pasid_enabled = 0;
	if (event == LOSES_PRI)
		pf->pdev.pri_enabled = 0;
}

static void vf_pf_changes(struct kunit *test)
{
	const struct vf_pf_case *c = test->param_value;
	struct fake_pci *pf = vf_plug_pf(0), *other_pf = vf_plug_pf(0x10);
	struct fake_pci *vf[] = { vf_plug_vf(pf, 1), vf_plug_vf(pf, 2) };
	struct fake_pci *other = vf_plug_vf(other_pf, 0x11), *late;
	unsigned int i;

	vf_load(test);
	for (i = 0; i < ARRAY_SIZE(c->events); i++) {
		vf_pf_event(pf, c->events[i]);
		/* When the hook returns, the VFs have lost it; the PF loses it afterwards. */
		if (c->events[i] == LOSES_PASID)
			KUNIT_EXPECT_EQ(test, 0, (vf_gates(vf[0]) | vf_gates(vf[1])) & PASIDE);
		if (c->events[i] == LOSES_PRI)
			KUNIT_EXPECT_EQ(test, 0, (vf_gates(vf[0]) | vf_gates(vf[1])) & PRE);
		vf_pf_after(pf, c->events[i]);
	}
	vf_expect_settled(test, vf[0], c->effective);
	vf_expect_settled(test, vf[1], c->effective);
	vf_expect_settled(test, other, BUILTIN);
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(pf));
	/* A VF that appears now lacks it, too, and gains it later. */
	late = vf_plug_vf(pf, 3);
	vf_expect_settled(test, late, c->effective);
	vf_pf_event(pf, GAINS_PASID);
	vf_pf_event(pf, GAINS_PRI);
	vf_expect_settled(test, late, BUILTIN);
	vf_expect_settled(test, vf[0], BUILTIN);
}

static void vf_pf_loses_queue_fails(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct fake_pci *pf = to_fake_pci(&fn->pdev.physfn->dev);
	unsigned int submissions;

	fake_unit.err = -EIO;
	vf_pf_event(pf, LOSES_PASID);
	KUNIT_EXPECT_EQ(test, PRE, vf_gates(fn));
	vf_pf_after(pf, LOSES_PASID);
	flush_work(&vf_of(fn)->refresh);
	/* A flush that failed is repeated with the next change. */
	fake_unit.err = 0;
	submissions = fake_unit.submissions;
	pasid_vf_refresh(vf_of(fn));
	KUNIT_EXPECT_GT(test, fake_unit.submissions, submissions);
	submissions = fake_unit.submissions;
	pasid_vf_refresh(vf_of(fn));
	KUNIT_EXPECT_EQ(test, submissions, fake_unit.submissions);
}

/* Ceilings: the default of VFs that appear, and which VFs keep the module loaded. */

struct vf_default_case {
	const char *name;
	const char *text;
	int err;
	unsigned int ceiling;
};

static const struct vf_default_case vf_default_cases[] = {
	{ "only enable", "-all +enable", 0, ENABLE },
	{ "nothing", "-all", 0, NONE },
	{ "less than the built-in", "-pri", 0, ENABLE | PRIV },
	{ "more than the built-in", "+exec", 0, ALL },
	{ "the built-in by its name", "default", 0, BUILTIN },
	{ "a word that is none", "-all +bogus", -EINVAL, BUILTIN },
	{ "no word", "", -EINVAL, BUILTIN },
};

KUNIT_ARRAY_PARAM_DESC(vf_default, vf_default_cases, name);

static void vf_default_ceiling(struct kunit *test)
{
	const struct vf_default_case *c = test->param_value;
	struct fake_pci *pf = vf_plug_pf(0), *there = vf_plug_vf(pf, 1), *late;

	KUNIT_EXPECT_EQ(test, c->err, pasid_vf_default_ctl(c->text));
	vf_load(test);
	late = vf_plug_vf(pf, 2);
	KUNIT_EXPECT_EQ(test, c->ceiling, vf_of(there)->sets.ceiling);
	KUNIT_EXPECT_EQ(test, c->ceiling, vf_of(late)->sets.ceiling);
	KUNIT_EXPECT_EQ(test, vf_gates_of(c->ceiling), vf_gates(there));
	KUNIT_EXPECT_EQ(test, vf_gates_of(c->ceiling), vf_gates(late));
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(pf));
	/* After unloading, entries are what intel-iommu intended. */
	kunit_release_action(test, vf_unload, NULL);
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(there));
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(late));
}

static void vf_load_changes_nothing(struct kunit *test)
{
	vf_plug_one(test);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.submissions);
}

struct vf_pin_case {
	const char *name;
	unsigned int ceiling;
	bool has_user;
	unsigned int request;
	bool pf_lost;	/* before the ceiling is set */
	u64 without;	/* of ECAP */
	bool pinned;
};

static const struct vf_pin_case vf_pin_cases[] = {
	{ "built-in ceiling", BUILTIN },
	{ "less", BUILTIN & ~PRIV, .pinned = true },
	{ "nothing", NONE, .pinned = true },
	{ "more of what is not supported", ALL },
	{ "less of what is not supported", BUILTIN & ~PRIV, .without = BIT_ULL(31) },
	{ "less of what the PF has lost", BUILTIN & ~ENABLE, .pf_lost = true, .pinned = true },
	{ "a user", BUILTIN, .has_user = true, .request = NONE, .pinned = true },
	{ "a user who asks for all", BUILTIN, .has_user = true, .request = ALL, .pinned = true },
	{ "a user and less", ENABLE, .has_user = true, .request = ENABLE, .pinned = true },
};

KUNIT_ARRAY_PARAM_DESC(vf_pin, vf_pin_cases, name);

static void vf_pins(struct kunit *test)
{
	const struct vf_pin_case *c = test->param_value;
	struct pasid_ctl_user *user = NULL;
	struct fake_pci *fn;
	struct pasid_vf *vf;

	fake_unit.ecap &= ~c->without;
	fn = vf_plug_one(test);
	vf = vf_of(fn);
	if (c->pf_lost) {
		vf_pf_event(to_fake_pci(&vf->pf->dev), LOSES_PASID);
		vf_pf_after(to_fake_pci(&vf->pf->dev), LOSES_PASID);
	}
	vf_set_ceiling(test, vf, c->ceiling, 0);
	if (c->has_user)
		user = pasid_ctl_get(&fn->pdev, c->request);
	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	KUNIT_EXPECT_EQ(test, c->pinned, vf->pinned);
	if (user)
		pasid_ctl_put(user);
	KUNIT_EXPECT_EQ(test, c->pinned && c->ceiling != BUILTIN, vf->pinned);
	vf_set_ceiling(test, vf, BUILTIN, 0);
	KUNIT_EXPECT_FALSE(test, vf->pinned);
	/* A VF that is removed does not keep the module. */
	vf_set_ceiling(test, vf, c->ceiling, 0);
	kref_get(&vf->ref);
	fake_pci_unplug(fn);
	KUNIT_EXPECT_FALSE(test, vf->pinned);
	pasid_vf_put(vf);
	KUNIT_EXPECT_EQ(test, 0, fake_unit.probes_needed);
}

struct vf_leave_case {
	const char *name;
	enum vf_event events[2];
	bool while_there;	/* the PF loses it after the load, otherwise before */
};

static const struct vf_leave_case vf_leave_cases[] = {
	{ "PF with all" },
	{ "PF without PASID", { LOSES_PASID } },
	{ "PF without PRI", { LOSES_PRI } },
	{ "PF without both", { LOSES_PASID, LOSES_PRI } },
	{ "PF that loses PASID", { LOSES_PASID }, .while_there = true },
	{ "PF that loses PRI", { LOSES_PRI }, .while_there = true },
	{ "PF that loses both", { LOSES_PASID, LOSES_PRI }, .while_there = true },
};

KUNIT_ARRAY_PARAM_DESC(vf_leave, vf_leave_cases, name);

static void vf_write(struct kunit *test, struct pasid_vf *vf, const char *text)
{
	unsigned int ceiling = vf->sets.ceiling;
	struct pasid_perm_edit edit;
	const char *why;

	KUNIT_ASSERT_EQ(test, 0, pasid_perm_parse(text, strlen(text), &edit, &why));
	KUNIT_ASSERT_EQ(test, 0, pasid_perm_apply(&edit, pasid_vf_supported(vf),
						  pasid_default_ceiling, &ceiling));
	vf_set_ceiling(test, vf, ceiling, 0);
}

/* A VMM is told what the admin grants, also before the guest has enabled it. */
static void vf_grants(struct kunit *test)
{
	struct fake_pci *pf = vf_plug_pf(0), *fn = vf_plug_vf(pf, 1);
	struct pasid_ctl_user *user;
	struct pasid_vf *vf;

	fake_unit.ecap = FAKE_ECAP | BIT_ULL(30);	/* ERS */
	vf_load(test);
	vf = vf_of(fn);
	KUNIT_EXPECT_EQ(test, BUILTIN, pasid_vf_granted(vf));
	vf_set_ceiling(test, vf, ALL, 0);
	user = pasid_ctl_get(&fn->pdev, NONE);
	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	KUNIT_EXPECT_EQ(test, NONE, pasid_vf_effective(vf));
	KUNIT_EXPECT_EQ(test, ALL, pasid_vf_granted(vf));
	vf_set_ceiling(test, vf, ALL & ~EXEC, 0);
	KUNIT_EXPECT_EQ(test, ALL & ~EXEC, pasid_vf_granted(vf));
	vf_set_ceiling(test, vf, ALL & ~ENABLE, 0);
	KUNIT_EXPECT_EQ(test, PRI, pasid_vf_granted(vf));
	vf_set_ceiling(test, vf, ALL, 0);
	vf_pf_event(pf, LOSES_PASID);
	KUNIT_EXPECT_EQ(test, PRI, pasid_vf_granted(vf));
	pasid_ctl_put(user);
}

/* After "+all -exec" the module can be unloaded, for any default_ctl and any loss of the PF. */
static void vf_lets_go(struct kunit *test)
{
	const struct vf_leave_case *c = test->param_value;
	struct fake_pci *pf = vf_plug_pf(0), *fn = vf_plug_vf(pf, 1);
	unsigned int i;

	KUNIT_ASSERT_EQ(test, 0, pasid_vf_default_ctl("-all"));
	for (i = 0; !c->while_there && i < ARRAY_SIZE(c->events); i++)
		vf_pf_after(pf, c->events[i]);
	vf_load(test);
	KUNIT_EXPECT_TRUE(test, vf_of(fn)->pinned);
	for (i = 0; c->while_there && i < ARRAY_SIZE(c->events); i++) {
		vf_pf_event(pf, c->events[i]);
		vf_pf_after(pf, c->events[i]);
	}
	/* The PF may gain the capability again, so a denied permission keeps the module. */
	KUNIT_EXPECT_TRUE(test, vf_of(fn)->pinned);
	vf_write(test, vf_of(fn), "default");
	KUNIT_EXPECT_TRUE(test, vf_of(fn)->pinned);
	vf_write(test, vf_of(fn), "+all -exec");
	KUNIT_EXPECT_FALSE(test, vf_of(fn)->pinned);
	flush_work(&vf_of(fn)->refresh);
	KUNIT_EXPECT_FALSE(test, vf_of(fn)->pinned);
	/* When the PF gains it again, the VF has it as without this module. */
	vf_pf_event(pf, GAINS_PASID);
	vf_pf_event(pf, GAINS_PRI);
	vf_expect_settled(test, fn, BUILTIN);
	KUNIT_EXPECT_FALSE(test, vf_of(fn)->pinned);
}

/*
 * A deny runs while intel-iommu sets up a nested entry with SRE: before intel-iommu has
 * written the entry, or before its function has returned.
 */

struct vf_setup_case {
	const char *name;
	bool replace;		/* there is an entry already, with SRE as well */
	bool written;		/* the entry is written before the deny */
	bool remembered;	/* the record has the vIOMMU's SRE */
};

static const struct vf_setup_case vf_setup_cases[] = {
	{ "not written yet", .remembered = true },
	{ "written", .written = true, .remembered = true },
	{ "replaced, not written yet", .replace = true, .remembered = true },
	{ "replaced, written", .replace = true, .written = true },
};

KUNIT_ARRAY_PARAM_DESC(vf_setup, vf_setup_cases, name);

/* Nested, present: PGTT 3; SRE. */
static void vf_write_nested(u64 *entry)
{
	entry[2] = 1;
	entry[0] = 3 << 6 | 1;
}

static void vf_deny_meets_setup(struct kunit *test)
{
	const struct vf_setup_case *c = test->param_value;
	struct fake_pci *fn = vf_plug_one(test);
	u64 *entry = vf_entry(test, fn, 5);
	struct pasid_vf *vf = vf_of(fn);

	if (c->replace) {
		vf_setup_begins(vf, 5, false);
		vf_write_nested(entry);
		vf_setup_ends(vf, 5, false, true);
		KUNIT_ASSERT_EQ(test, 1, entry[2]);
	}
	vf_setup_begins(vf, 5, c->replace);
	if (c->written)
		vf_write_nested(entry);
	fake_unit.submissions = 0;
	vf_set_ceiling(test, vf, BUILTIN & ~PRIV, 0);
	KUNIT_EXPECT_EQ(test, 0, entry[2]);
	KUNIT_EXPECT_EQ(test, c->written || c->replace, fake_unit.submissions > 0);
	if (!c->written)
		vf_write_nested(entry);
	vf_setup_ends(vf, 5, c->replace, true);
	KUNIT_EXPECT_EQ(test, 0, entry[2]);
	vf_set_ceiling(test, vf, BUILTIN, 0);
	KUNIT_EXPECT_EQ(test, c->remembered, entry[2]);
}

/* A look at all entries during a set-up does not clear SRE that is granted. */
static void vf_scan_meets_replacement(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	u64 *entry = vf_entry(test, fn, 5);
	struct pasid_vf *vf = vf_of(fn);

	vf_setup_begins(vf, 5, false);
	entry[0] = 3 << 6 | 1;
	vf_setup_ends(vf, 5, false, true);
	vf_setup_begins(vf, 5, true);
	vf_write_nested(entry);
	pasid_vf_refresh(vf);
	KUNIT_EXPECT_EQ(test, 1, entry[2]);
	vf_setup_ends(vf, 5, true, true);
	KUNIT_EXPECT_EQ(test, 1, entry[2]);
}

/* A change whose invalidations fail. */

struct vf_fail_case {
	const char *name;
	unsigned int before;
	unsigned int wanted;
	bool hooks_dead;	/* instead of the queue's failure */
	unsigned int after;
};

static const struct vf_fail_case vf_fail_cases[] = {
	{ "a denial stays", BUILTIN, PRIV | PRI, false, PRIV | PRI },
	{ "a grant is taken back", PRI, ENABLE | PRI, false, PRI },
	{ "of both, the denial stays", ENABLE, PRI, false, NONE },
	{ "hooks are dead: a denial stays", BUILTIN, NONE, true, NONE },
	{ "hooks are dead: a grant is taken back", NONE, ENABLE, true, NONE },
};

KUNIT_ARRAY_PARAM_DESC(vf_fail, vf_fail_cases, name);

static void vf_fails_closed(struct kunit *test)
{
	const struct vf_fail_case *c = test->param_value;
	struct fake_pci *fn = vf_plug_one(test);
	struct pasid_vf *vf = vf_of(fn);

	vf_set_ceiling(test, vf, c->before, 0);
	fake_unit.err = c->hooks_dead ? 0 : -EIO;
	fake_unit.hooks_dead = c->hooks_dead;
	vf_set_ceiling(test, vf, c->wanted, -EIO);
	KUNIT_EXPECT_EQ(test, c->after, vf->sets.ceiling);
	KUNIT_EXPECT_EQ(test, vf_gates_of(c->after), vf_gates(fn));
	fake_unit.err = 0;
	fake_unit.hooks_dead = false;
	vf_set_ceiling(test, vf, c->wanted, 0);
	KUNIT_EXPECT_EQ(test, vf_gates_of(c->wanted), vf_gates(fn));
}

/* Registering a user of a VF. */

struct vf_user_case {
	const char *name;
	bool unknown;		/* the VF is not under control */
	bool used;		/* by another user */
	u32 entry;		/* the PASID with an entry; 0, RID_PASID, does not count */
	int queue_err;
	int grant_err;
	unsigned int ceiling;
	unsigned int request;
	int err;
	unsigned int effective;
};

static const struct vf_user_case vf_user_cases[] = {
	{ "asks for nothing", .ceiling = BUILTIN, .request = NONE, .effective = NONE },
	{ "asks for all", .ceiling = BUILTIN, .request = ALL, .effective = BUILTIN },
	{ "asks for less", .ceiling = BUILTIN, .request = ENABLE, .effective = ENABLE },
	{ "asks for more than it may", .ceiling = ENABLE, .request = ALL, .effective = ENABLE },
	{ "asks for PRIV without ENABLE", .ceiling = BUILTIN, .request = PRIV,
	  .effective = NONE },
	{ "asks for an unknown permission", .ceiling = BUILTIN, .request = BIT(4), .err = -EINVAL,
	  .effective = BUILTIN },
	{ "there is another user", .used = true, .ceiling = BUILTIN, .request = ALL, .err = -EBUSY,
	  .effective = NONE },
	{ "the host has a PASID in use", .entry = 5, .ceiling = BUILTIN, .request = ALL,
	  .err = -EBUSY, .effective = BUILTIN },
	{ "invalidations fail", .queue_err = -EIO, .ceiling = BUILTIN, .request = NONE,
	  .err = -EIO, .effective = BUILTIN },
	{ "hooks cannot be armed", .grant_err = -ENOMEM, .ceiling = BUILTIN,
	  .request = ENABLE, .err = -EIO, .effective = BUILTIN },
	{ "the VF is not under control", .unknown = true, .ceiling = BUILTIN, .request = ALL,
	  .err = -ENODEV },
};

KUNIT_ARRAY_PARAM_DESC(vf_user, vf_user_cases, name);

static void vf_user(struct kunit *test)
{
	const struct vf_user_case *c = test->param_value;
	struct pasid_ctl_user *user, *first = NULL;
	struct fake_pci *fn = vf_plug_one(test);
	struct pasid_vf *vf = vf_of(fn);

	vf_set_ceiling(test, vf, c->ceiling, 0);
	if (c->unknown)
		pasid_vf_remove(&fn->pdev);
	if (c->used)
		first = pasid_ctl_get(&fn->pdev, NONE);
	/* Entry, first level, present: PGTT 1. */
	vf_entry(test, fn, c->entry)[0] = 1 << 6 | 1;
	fake_unit.err = c->queue_err;
	fake_unit.need_err = c->grant_err;
	user = pasid_ctl_get(&fn->pdev, c->request);
	fake_unit.err = 0;
	fake_unit.need_err = 0;
	KUNIT_EXPECT_EQ(test, c->err, PTR_ERR_OR_ZERO(user));
	if (!c->unknown) {
		vf_expect_settled(test, fn, c->effective);
		KUNIT_EXPECT_EQ(test, !c->err || c->used, vf->sets.has_user);
	}
	if (!IS_ERR(user))
		pasid_ctl_put(user);
	if (c->used)
		pasid_ctl_put(first);
	if (c->unknown)
		return;
	KUNIT_EXPECT_FALSE(test, vf->sets.has_user);
	vf_expect_settled(test, fn, c->ceiling);
}

struct vf_request_case {
	const char *name;
	unsigned int ceiling;
	unsigned int before;
	unsigned int request;
	int err;
	unsigned int requested;
	unsigned int effective;
};

static const struct vf_request_case vf_request_cases[] = {
	{ "more", BUILTIN, NONE, ENABLE | PRI, 0, ENABLE | PRI, ENABLE | PRI },
	{ "less", BUILTIN, ENABLE | PRI, ENABLE, 0, ENABLE, ENABLE },
	{ "nothing", BUILTIN, ALL, NONE, 0, NONE, NONE },
	{ "above the ceiling: kept", PRI, NONE, ENABLE | PRI, 0, ENABLE | PRI, PRI },
	{ "not supported", BUILTIN, ENABLE, ENABLE | EXEC, -EOPNOTSUPP, ENABLE, ENABLE },
	{ "not supported, but requested before", BUILTIN, ALL, EXEC | ENABLE, 0,
	  EXEC | ENABLE, ENABLE },
	{ "unknown", BUILTIN, ENABLE, BIT(4) | ENABLE, -EINVAL, ENABLE, ENABLE },
};

KUNIT_ARRAY_PARAM_DESC(vf_request, vf_request_cases, name);

static void vf_request(struct kunit *test)
{
	const struct vf_request_case *c = test->param_value;
	struct fake_pci *fn = vf_plug_one(test);
	struct pasid_ctl_state state;
	struct pasid_ctl_user *user;

	vf_set_ceiling(test, vf_of(fn), c->ceiling, 0);
	user = pasid_ctl_get(&fn->pdev, c->before);
	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	KUNIT_EXPECT_EQ(test, c->err, pasid_ctl_request(user, c->request));
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_query(user, &state));
	KUNIT_EXPECT_EQ(test, BUILTIN, state.supported);
	KUNIT_EXPECT_EQ(test, c->ceiling, state.ceiling);
	KUNIT_EXPECT_EQ(test, c->requested, state.requested);
	KUNIT_EXPECT_EQ(test, c->effective, state.effective);
	KUNIT_EXPECT_EQ(test, 20, state.width);
	KUNIT_EXPECT_EQ(test, vf_gates_of(c->effective), vf_gates(fn));
	pasid_ctl_put(user);
	vf_expect_settled(test, fn, c->ceiling);
}

/* After the VF is removed its structure stays until the user goes; tables do not change. */
static void vf_goes_under_its_user(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct pasid_ctl_user *user = pasid_ctl_get(&fn->pdev, ENABLE);
	struct pasid_ctl_state state;

	KUNIT_ASSERT_FALSE(test, IS_ERR(user));
	fake_pci_unplug(fn);
	KUNIT_EXPECT_NULL(test, vf_of(fn));
	KUNIT_EXPECT_EQ(test, PASIDE, vf_gates(fn));
	KUNIT_EXPECT_EQ(test, -ENODEV, pasid_ctl_query(user, &state));
	KUNIT_EXPECT_EQ(test, -ENODEV, pasid_ctl_request(user, NONE));
	KUNIT_EXPECT_EQ(test, PASIDE, vf_gates(fn));
	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-ENODEV), pasid_ctl_get(&fn->pdev, NONE));
	pasid_ctl_put(user);
	KUNIT_EXPECT_EQ(test, PASIDE, vf_gates(fn));
	KUNIT_EXPECT_EQ(test, 0, fake_unit.probes_needed);
	/* The same function appears again, with a new structure. */
	fake_pci_plug(fn);
	KUNIT_ASSERT_NOT_NULL(test, vf_of(fn));
	KUNIT_EXPECT_FALSE(test, vf_of(fn)->sets.has_user);
	KUNIT_EXPECT_EQ(test, ALL, vf_of(fn)->sets.request);
}

static struct kunit_case vf_test_cases[] = {
	KUNIT_CASE_PARAM(vf_that_appears, vf_kind_gen_params),
	KUNIT_CASE_PARAM(vf_that_is_there, vf_kind_gen_params),
	KUNIT_CASE_PARAM(vf_loads, vf_load_gen_params),
	KUNIT_CASE_PARAM(vf_width, vf_width_gen_params),
	KUNIT_CASE_PARAM(vf_pf_changes, vf_pf_gen_params),
	KUNIT_CASE(vf_pf_loses_queue_fails),
	KUNIT_CASE_PARAM(vf_default_ceiling, vf_default_gen_params),
	KUNIT_CASE(vf_load_changes_nothing),
	KUNIT_CASE(vf_grants),
	KUNIT_CASE_PARAM(vf_pins, vf_pin_gen_params),
	KUNIT_CASE_PARAM(vf_lets_go, vf_leave_gen_params),
	KUNIT_CASE_PARAM(vf_deny_meets_setup, vf_setup_gen_params),
	KUNIT_CASE(vf_scan_meets_replacement),
	KUNIT_CASE_PARAM(vf_fails_closed, vf_fail_gen_params),
	KUNIT_CASE_PARAM(vf_user, vf_user_gen_params),
	KUNIT_CASE_PARAM(vf_request, vf_request_gen_params),
	KUNIT_CASE(vf_goes_under_its_user),
	{}
};

static struct kunit_suite vf_suite = {
	.name = "pasid-vf",
	.init = vf_init,
	.test_cases = vf_test_cases,
};

kunit_test_suite(vf_suite);
