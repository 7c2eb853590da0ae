// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random sequences of steps of admin, user, PF and intel-iommu, with the module's pure
 * parts. After every step the model of the IOMMU's decision has to agree with the design,
 * which is written here a second time. Requests without PASID, of the PF and with
 * RID_PASID are never affected.
 */
#include <kunit/test.h>
#include <linux/pci_regs.h>
#include <linux/prandom.h>

#include "../iommu/perm.h"
#include "../iommu/vtd.h"
#include "model.h"
#include "tables.h"

#define STEPS		10000
#define REQUESTS	8
#define VFS		3
#define PASIDS		12
#define PF_RID		0x0200

#define BUILTIN		(PASID_PERM_ENABLE | PASID_PERM_PRIV | PASID_PERM_PRI)

/* 0 is RID_PASID; the last ones are in the last directory entry of all. */
static const u32 policy_pasids[PASIDS] = {
	0, 1, 2, 63, 64, 65, 4095, 4096, 0x7ffff, 0x80000, 0xfffbf, 0xfffff,
};

static const u16 policy_rids[VFS] = { 0x0202, 0x027f, 0x0280 };

/* DT, PT, NEST, PASID, SMTS, SSTS, FSTS; PRS, ERS and SRS as the case says */
#define ECAP	(BIT_ULL(2) | BIT_ULL(6) | BIT_ULL(26) | BIT_ULL(40) | BIT_ULL(43) | \
		 BIT_ULL(46) | BIT_ULL(47))
#define PRS	BIT_ULL(29)
#define ERS	BIT_ULL(30)
#define SRS	BIT_ULL(31)

struct policy_case {
	const char *name;
	u64 ecap;
	u8 ver_major;
	u32 seed;
};

static const struct policy_case policy_cases[] = {
	{ "unit with all", ECAP | PRS | ERS | SRS, 7, 1 },
	{ "unit of today: no ERS", ECAP | PRS | SRS, 6, 2 },
	{ "unit of version 8, where ERS is reserved", ECAP | PRS | ERS | SRS, 8, 3 },
	{ "unit without SRS", ECAP | PRS, 6, 4 },
	{ "unit without PRS", ECAP | SRS, 6, 5 },
};

KUNIT_ARRAY_PARAM_DESC(policy, policy_cases, name);

/**
 * struct policy_vf - a VF, as the module and as intel-iommu know it
 * @rid: its requester ID
 * @dir: address of its PASID directory
 * @ceiling: the admin's set
 * @request: the user's set
 * @has_user: there is a user
 * @intent: context entry bits that intel-iommu programmed
 * @pgtt: type of the entry of each of policy_pasids, 0 if it is not present
 * @sre: intel-iommu gave that entry SRE
 */
struct policy_vf {
	u16 rid;
	u64 dir;
	unsigned int ceiling;
	unsigned int request;
	bool has_user;
	u64 intent;
	unsigned int pgtt[PASIDS];
	bool sre[PASIDS];
};

struct policy_world {
	struct kunit *test;
	struct rnd_state rnd;
	struct model_unit unit;
	u64 root;
	bool pf_pasid;
	bool pf_pri;
	u16 pf_features;
	struct policy_vf vf[VFS];
	/* Entries that must not change, and their first values. */
	u64 *still[VFS + 3];
	u64 still_was[VFS + 3][8];
	unsigned int stills;
};

static u32 policy_random(struct policy_world *world, u32 below)
{
	return prandom_u32_state(&world->rnd) % below;
}

/* The module's part: facts, sets, entries. */

static unsigned int policy_supported(const struct policy_world *world,
				     const struct policy_vf *vf)
{
	const struct pasid_facts facts = {
		.ecap = world->unit.ecap,
		.ver_major = world->unit.ver_major,
		.pf_features = world->pf_features,
		.pf_pasid = world->pf_pasid,
		.pf_pri = world->pf_pri,
		.vf_ats = true,
		.ctx_pasid = vf->intent & VTD_CTX_PASIDE,
	};

	return pasid_supported(&facts);
}

static void policy_enforce(struct policy_world *world, struct policy_vf *vf)
{
	unsigned int effective = pasid_effective(policy_supported(world, vf), vf->ceiling,
						 vf->request);
	const struct vtd_pte_rule rule = {
		.exec = effective & PASID_PERM_EXEC,
		.priv = effective & PASID_PERM_PRIV,
		.has_user = vf->has_user,
	};
	u64 *ctx = vtd_find_context(world->root, vf->rid, tables_map);
	struct vtd_pasid_dir dir;
	unsigned int i;
	u64 *pte;

	ctx[0] = vtd_context_target(ctx[0], vf->intent, effective);
	KUNIT_ASSERT_EQ(world->test, 0, vtd_find_pasid_dir(ctx, tables_map, &dir));
	for (i = 0; i < PASIDS; i++) {
		pte = vtd_find_pte(&dir, policy_pasids[i], tables_map);
		if (pte && (pte[0] & VTD_PRESENT) && policy_pasids[i] != dir.rid_pasid)
			pte[2] = vtd_pte_target(pte, vf->sre[i], &rule);
	}
}

/* The design's part: the expected decisions. */

static bool policy_may(const struct policy_vf *vf, unsigned int perm)
{
	return vf->ceiling & vf->request & perm;
}

static bool policy_may_enable(const struct policy_world *world, const struct policy_vf *vf)
{
	return world->pf_pasid && (vf->intent & BIT_ULL(3)) &&
	       policy_may(vf, PASID_PERM_ENABLE);
}

static bool policy_may_exec(const struct policy_world *world, const struct policy_vf *vf)
{
	return policy_may_enable(world, vf) && policy_may(vf, PASID_PERM_EXEC) &&
	       (world->pf_features & PCI_PASID_CAP_EXEC) && (world->unit.ecap & ERS) &&
	       world->unit.ver_major <= 7;
}

static bool policy_may_priv(const struct policy_world *world, const struct policy_vf *vf)
{
	return policy_may_enable(world, vf) && policy_may(vf, PASID_PERM_PRIV) &&
	       (world->pf_features & PCI_PASID_CAP_PRIV) && (world->unit.ecap & SRS);
}

static bool policy_may_pri(const struct policy_world *world, const struct policy_vf *vf)
{
	return world->pf_pri && (world->unit.ecap & PRS) && (vf->intent & BIT_ULL(4)) &&
	       policy_may(vf, PASID_PERM_PRI);
}

/* True if a privileged request has to be allowed at the entry of PASID i. */
static bool policy_may_use_priv(const struct policy_world *world, const struct policy_vf *vf,
				unsigned int i)
{
	return policy_may_priv(world, vf) && (vf->pgtt[i] == 3 ? vf->sre[i] : vf->has_user);
}

static enum model_fault policy_expected(const struct policy_world *world,
					const struct policy_vf *vf,
					const struct model_request *request, unsigned int i)
{
	if (request->has_pasid && !policy_may_enable(world, vf))
		return MODEL_PASIDE;
	if (request->kind == MODEL_PAGE && !policy_may_pri(world, vf))
		return MODEL_PRE;
	if (!request->has_pasid)
		return MODEL_ALLOWED;
	if (!policy_pasids[i])
		return MODEL_IS_RID_PASID;
	if (!vf->pgtt[i])
		return MODEL_PTE_P;
	if (request->kind == MODEL_PAGE)
		return MODEL_ALLOWED;
	if (request->access == MODEL_EXECUTE && !policy_may_exec(world, vf))
		return MODEL_ERE;
	if (request->priv && !policy_may_use_priv(world, vf, i))
		return MODEL_SRE;
	return MODEL_ALLOWED;
}

/* The steps. */

static void policy_admin(struct policy_world *world, struct policy_vf *vf)
{
	static const char * const names[] = { "enable", "exec", "priv", "pri" };
	unsigned int all = policy_random(world, 3), sign, i, set = 0, clear = 0;
	unsigned int supported = policy_supported(world, vf), want = vf->ceiling;
	struct pasid_perm_edit edit;
	char text[64];
	const char *why;
	int len, err;

	len = scnprintf(text, sizeof(text), "%s", all == 1 ? "+all" : all == 2 ? "-all" : "");
	for (i = 0; i < 4; i++) {
		sign = policy_random(world, 4);
		if (sign > 1)
			continue;
		len += scnprintf(text + len, sizeof(text) - len, " %c%s", "+-"[sign], names[i]);
		*(sign ? &clear : &set) |= BIT(i);
	}
	err = pasid_perm_parse(text, len, &edit, &why);
	if (!err)
		err = pasid_perm_apply(&edit, supported, BUILTIN, &vf->ceiling);
	if (!all && !set && !clear) {
		KUNIT_EXPECT_EQ(world->test, -EINVAL, err);
	} else if (set & ~supported) {
		KUNIT_EXPECT_EQ(world->test, -EOPNOTSUPP, err);
	} else {
		KUNIT_EXPECT_EQ_MSG(world->test, 0, err, "'%s'", text);
		want = (all == 2 ? 0 : all == 1 ? want | supported | BUILTIN : want) & ~clear;
		want |= set;
	}
	KUNIT_EXPECT_EQ_MSG(world->test, want, vf->ceiling, "'%s'", text);
}

static void policy_user(struct policy_world *world, struct policy_vf *vf)
{
	switch (policy_random(world, 4)) {
	case 0:
		vf->has_user = false;
		vf->request = PASID_PERM_ALL;
		break;
	default:
		vf->has_user = true;
		vf->request = policy_random(world, 16);
	}
}

static void policy_pf(struct policy_world *world)
{
	switch (policy_random(world, 3)) {
	case 0:
		world->pf_pasid = policy_random(world, 4);
		break;
	case 1:
		world->pf_pri = policy_random(world, 4);
		break;
	default:
		world->pf_features = policy_random(world, 4) << 1;
	}
}

/* intel-iommu sets an entry up, replaces it or tears it down. */
static void policy_attach(struct policy_world *world, struct policy_vf *vf)
{
	unsigned int i = 1 + policy_random(world, PASIDS - 1);
	u64 *pte = tables_add_entry(vf->dir, policy_pasids[i]);

	memset(pte, 0, 64);
	vf->pgtt[i] = policy_random(world, 5);
	vf->sre[i] = vf->pgtt[i] == 3 && (world->unit.ecap & SRS) && policy_random(world, 2);
	if (!vf->pgtt[i])
		return;
	pte[1] = 2 + i;
	pte[2] = vf->sre[i];
	pte[0] = vf->pgtt[i] << 6 | 2 << 2 | 1;
}

/* A reset: intel-iommu programs the context entry again. */
static void policy_reset(struct policy_world *world, struct policy_vf *vf)
{
	u64 *ctx = vtd_find_context(world->root, vf->rid, tables_map);

	vf->intent = policy_random(world, 8) ? BIT_ULL(3) : 0;
	if ((world->unit.ecap & PRS) && policy_random(world, 4))
		vf->intent |= BIT_ULL(4);
	ctx[0] = (ctx[0] & ~(BIT_ULL(3) | BIT_ULL(4))) | vf->intent;
}

static void policy_step(struct policy_world *world)
{
	struct policy_vf *vf = &world->vf[policy_random(world, VFS)];

	switch (policy_random(world, 8)) {
	case 0:
	case 1:
		policy_admin(world, vf);
		break;
	case 2:
	case 3:
		policy_user(world, vf);
		break;
	case 4:
	case 5:
		policy_attach(world, vf);
		break;
	case 6:
		policy_reset(world, vf);
		break;
	default:
		policy_pf(world);
	}
	for (vf = world->vf; vf < world->vf + VFS; vf++)
		policy_enforce(world, vf);
}

/* What has to hold after each step. */

static void policy_ask(struct policy_world *world, unsigned int step)
{
	const struct policy_vf *vf = &world->vf[policy_random(world, VFS)];
	unsigned int i = policy_random(world, PASIDS);
	struct model_request request = {
		.rid = vf->rid,
		.has_pasid = policy_random(world, 8),
		.pasid = policy_pasids[i],
		.kind = policy_random(world, 3),
		.access = policy_random(world, 3),
		.priv = policy_random(world, 2),
	};

	/* Version 8 refuses execute requests before it looks at tables. */
	if (world->unit.ver_major >= 8 && request.has_pasid &&
	    request.access == MODEL_EXECUTE && request.kind != MODEL_PAGE)
		KUNIT_ASSERT_EQ(world->test, MODEL_NO_ER, model_decide(&world->unit, &request));
	else
		KUNIT_ASSERT_EQ_MSG(world->test, policy_expected(world, vf, &request, i),
				    model_decide(&world->unit, &request),
				    "step %u: rid %04x pasid %u kind %u access %u priv %u", step,
				    vf->rid, request.pasid, request.kind, request.access,
				    request.priv);
}

static void policy_check_still(struct policy_world *world)
{
	struct model_request request = { .rid = PF_RID, .has_pasid = true, .pasid = 5 };
	unsigned int i;

	for (i = 0; i < world->stills; i++)
		KUNIT_ASSERT_MEMEQ(world->test, world->still_was[i], world->still[i], 64);
	KUNIT_ASSERT_EQ(world->test, MODEL_ALLOWED, model_decide(&world->unit, &request));
	request.has_pasid = false;
	for (i = 0; i < VFS; i++) {
		request.rid = world->vf[i].rid;
		request.kind = MODEL_UNTRANSLATED;
		KUNIT_ASSERT_EQ(world->test, MODEL_ALLOWED, model_decide(&world->unit, &request));
		request.kind = MODEL_TRANSLATION;
		KUNIT_ASSERT_EQ(world->test, MODEL_ALLOWED, model_decide(&world->unit, &request));
	}
}

static void policy_keep(struct policy_world *world, u64 *entry)
{
	world->still[world->stills] = entry;
	memcpy(world->still_was[world->stills++], entry, 64);
}

static void policy_world_init(struct kunit *test, struct policy_world *world,
			      const struct policy_case *c)
{
	u64 pf_dir, *entry, rtaddr;
	struct policy_vf *vf;
	int i;

	tables_init(test, 200);
	rtaddr = tables_alloc(1);
	*world = (struct policy_world) {
		.test = test,
		.root = rtaddr,
		.unit = { .rtaddr = rtaddr | 1 << 10, .ecap = c->ecap,
			  .ver_major = c->ver_major, .map = tables_map },
		.pf_pasid = true,
		.pf_pri = true,
		.pf_features = PCI_PASID_CAP_EXEC | PCI_PASID_CAP_PRIV,
	};
	prandom_seed_state(&world->rnd, c->seed);
	pf_dir = tables_add_context(rtaddr, PF_RID, 0);
	entry = vtd_find_context(rtaddr, PF_RID, tables_map);
	entry[0] &= ~BIT_ULL(4);	/* as if the PF used no PRI */
	policy_keep(world, entry);
	for (vf = world->vf; vf < world->vf + VFS; vf++) {
		vf->rid = policy_rids[vf - world->vf];
		vf->dir = tables_add_context(rtaddr, vf->rid, 7);
		vf->ceiling = BUILTIN;
		vf->request = PASID_PERM_ALL;
		policy_reset(world, vf);
		for (i = PASIDS - 1; i >= 0; i--)
			entry = tables_add_entry(vf->dir, policy_pasids[i]);
		entry[0] = 1 << 6 | 1;
		policy_keep(world, entry);
	}
	entry = tables_add_entry(pf_dir, 5);
	entry[0] = 1 << 6 | 1;
	policy_keep(world, entry);
	policy_keep(world, tables_add_entry(pf_dir, 0));
}

static void policy_random_steps(struct kunit *test)
{
	struct policy_world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	unsigned int step, i;

	KUNIT_ASSERT_NOT_NULL(test, world);
	policy_world_init(test, world, test->param_value);
	for (step = 0; step < STEPS; step++) {
		policy_step(world);
		policy_check_still(world);
		for (i = 0; i < REQUESTS; i++)
			policy_ask(world, step);
	}
}

static struct kunit_case policy_test_cases[] = {
	KUNIT_CASE_PARAM(policy_random_steps, policy_gen_params),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "pasid-policy",
	.test_cases = policy_test_cases,
};

kunit_test_suite(policy_suite);
