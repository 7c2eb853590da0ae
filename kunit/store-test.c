// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hardware can see while a change is under way. A recorder logs each 64-bit
 * store and each flush. Until the caches are flushed, the hardware can use the state
 * before or after each store, for the context entry and for the PASID-table entry
 * independently. No such state may grant what neither the old nor the new set grants.
 * After the flushes no cache may hold an old entry.
 */
#include <kunit/test.h>
#include <linux/pasid_ctl.h>
#include <linux/string.h>

#include "../iommu/vtd.h"
#include "model.h"
#include "tables.h"

#define RID	0x0291
#define PASID	1000ULL
#define DID	0xbeefULL

#define ECAP	(BIT_ULL(2) | BIT_ULL(6) | BIT_ULL(26) | BIT_ULL(29) | BIT_ULL(30) | \
		 BIT_ULL(31) | BIT_ULL(40) | BIT_ULL(43) | BIT_ULL(46) | BIT_ULL(47))

/* What the two entries depend on. */
struct store_policy {
	unsigned int effective;
	bool has_user;
};

struct store_log {
	u64 *where;
	u64 old;
	u64 new;
};

/* Caches that may hold an entry that a store has replaced, from the top down. */
enum store_cache {
	CACHE_CONTEXT,
	CACHE_PASID,
	CACHE_IOTLB,
	CACHE_DEVICE,
	CACHES,
};

struct store_world {
	struct model_unit unit;
	u64 *ctx;
	u64 *pte;
	bool intent_sre;
	struct store_log log[4];
	unsigned int stores;
	bool stale[CACHES];
	unsigned int flushes;
	struct vtd_inval inval;
};

static void store_record(struct store_world *world, enum store_cache top, u64 *where,
			 u64 new)
{
	if (*where == new)
		return;
	world->log[world->stores++] = (struct store_log) { where, *where, new };
	*where = new;
	memset(world->stale + top, true, CACHES - top);
}

static void store_apply(struct store_world *world, const struct store_policy *policy)
{
	const struct vtd_pte_rule rule = {
		.exec = policy->effective & PASID_PERM_EXEC,
		.priv = policy->effective & PASID_PERM_PRIV,
		.has_user = policy->has_user,
	};

	world->stores = 0;
	store_record(world, CACHE_CONTEXT, world->ctx,
		     vtd_context_target(world->ctx[0], VTD_CTX_PASIDE | VTD_CTX_PRE,
					policy->effective));
	store_record(world, CACHE_PASID, world->pte + 2,
		     vtd_pte_target(world->pte, world->intent_sre, &rule));
}

/* The cache from which a descriptor removes all of this function, domain or PASID. */
static int store_flushed(const struct vtd_desc *desc)
{
	u64 qw0 = desc->qw[0];

	if (qw0 == (0x31 | (u64)RID << 32))
		return CACHE_CONTEXT;
	if (qw0 == (0x07 | DID << 16) || qw0 == (0x17 | DID << 16 | PASID << 32))
		return CACHE_PASID;
	if (qw0 == (0x22 | DID << 16) || qw0 == (0x26 | DID << 16 | PASID << 32))
		return CACHE_IOTLB;
	if ((qw0 == (0x03 | (u64)RID << 32) && desc->qw[1] == 0x7ffffffffffff001) ||
	    (qw0 == (0x08 | RID << 16 | PASID << 32) && desc->qw[1] == 0x7ffffffffffff800))
		return CACHE_DEVICE;
	return -1;
}

/* A cache that is flushed while a cache above it is stale can be filled from that again. */
static int store_record_flush(void *arg, struct vtd_desc *desc)
{
	struct store_world *world = arg;
	int cache = store_flushed(desc);

	if (cache >= 0 && !memchr(world->stale, true, cache))
		world->stale[cache] = false;
	world->flushes++;
	return 0;
}

/* Table 28: after a change of a context entry the whole domain, otherwise the PASID. */
static void store_flush(struct store_world *world)
{
	const struct vtd_function fn = { .rid = RID, .ats = true, .pasid = true };

	world->flushes = 0;
	vtd_inval_init(&world->inval, store_record_flush, world);
	if (world->stale[CACHE_CONTEXT]) {
		vtd_inval_context(&world->inval, RID);
		vtd_inval_domain(&world->inval, &fn, DID);
		vtd_inval_device_tlb(&world->inval, &fn);
	} else if (world->stale[CACHE_PASID]) {
		vtd_inval_entry(&world->inval, &fn, DID, PASID);
	}
}

/* A bit for each kind of request, set if it is allowed. */
static u64 store_allowed(const struct store_world *world)
{
	struct model_request request = { .rid = RID };
	unsigned int i;
	u64 allowed = 0;

	for (i = 0; i < 24; i++) {
		request.kind = i % 3;
		request.access = i / 3 % 2 ? MODEL_EXECUTE : MODEL_READ;
		request.priv = i / 6 % 2;
		request.has_pasid = i / 12;
		request.pasid = request.has_pasid ? PASID : 0;
		if (!model_decide(&world->unit, &request))
			allowed |= BIT_ULL(i);
	}
	return allowed;
}

/* Every subset of the stores: caches and the order of stores can show each of them. */
static void store_check(struct kunit *test, struct store_world *world, u64 old, u64 new)
{
	unsigned int subset, i;

	for (subset = 0; subset < 1U << world->stores; subset++) {
		for (i = 0; i < world->stores; i++)
			*world->log[i].where = subset & BIT(i) ? world->log[i].new :
								 world->log[i].old;
		KUNIT_ASSERT_EQ_MSG(test, 0ULL, store_allowed(world) & ~(old | new),
				    "stores %#x of %u", subset, world->stores);
	}
	KUNIT_EXPECT_EQ(test, new, store_allowed(world));
}

struct store_case {
	const char *name;
	unsigned int pgtt;
	bool intent_sre;
};

static const struct store_case store_cases[] = {
	{ "first-stage", 1 },
	{ "second-stage", 2 },
	{ "nested, without the vIOMMU's SRE", 3, false },
	{ "nested, with the vIOMMU's SRE", 3, true },
	{ "pass-through", 4 },
};

KUNIT_ARRAY_PARAM_DESC(store, store_cases, name);

static struct store_world *store_world_make(struct kunit *test, const struct store_case *c)
{
	struct store_world *world = kunit_kzalloc(test, sizeof(*world), GFP_KERNEL);
	u64 dir, root;

	KUNIT_ASSERT_NOT_NULL(test, world);
	tables_init(test, 8);
	root = tables_alloc(1);
	dir = tables_add_context(root, RID, 0);
	world->unit = (struct model_unit) {
		.rtaddr = root | 1 << 10, .ecap = ECAP, .ver_major = 7, .map = tables_map,
	};
	world->ctx = vtd_find_context(root, RID, tables_map);
	world->intent_sre = c->intent_sre;
	*tables_add_entry(dir, 0) = 1 << 6 | 1;
	world->pte = tables_add_entry(dir, PASID);
	world->pte[0] = c->pgtt << 6 | 2 << 2 | 1;
	world->pte[1] = DID;
	return world;
}

/* Bits that no permission is about do not change. */
static void store_check_rest(struct kunit *test, const struct store_world *world,
			     const struct store_case *c)
{
	static const u64 zeroes[5];

	KUNIT_EXPECT_EQ(test, 0ULL, world->ctx[1] | world->ctx[2] | world->ctx[3]);
	KUNIT_EXPECT_EQ(test, c->pgtt << 6 | 2 << 2 | 1ULL, world->pte[0]);
	KUNIT_EXPECT_EQ(test, DID, world->pte[1]);
	KUNIT_EXPECT_MEMEQ(test, zeroes, world->pte + 3, sizeof(zeroes));
}

/* All sets that pasid_effective() can return. */
static bool store_can_be(unsigned int effective)
{
	return (effective & PASID_PERM_ENABLE) ||
	       !(effective & (PASID_PERM_EXEC | PASID_PERM_PRIV));
}

/* From every effective set to every other one, while a user registers, stays or goes. */
static void store_intermediate(struct kunit *test)
{
	const struct store_case *c = test->param_value;
	struct store_world *world = store_world_make(test, c);
	struct store_policy old, new;
	u64 before, after;
	unsigned int i;

	for (i = 0; i < 1 << 10; i++) {
		old = (struct store_policy) { i & 15, i & BIT(4) };
		new = (struct store_policy) { i >> 5 & 15, i & BIT(9) };
		if (!store_can_be(old.effective) || !store_can_be(new.effective))
			continue;
		store_apply(world, &old);
		store_flush(world);
		before = store_allowed(world);
		store_apply(world, &new);
		after = store_allowed(world);
		/* One store per entry at most; nothing at all if nothing changes. */
		KUNIT_ASSERT_LE(test, world->stores, 2U);
		if (i >> 5 == (i & 31))
			KUNIT_EXPECT_EQ(test, 0U, world->stores);
		store_check(test, world, before, after);
		store_flush(world);
		KUNIT_EXPECT_NULL_MSG(test, memchr(world->stale, true, CACHES), "stale cache");
		KUNIT_EXPECT_EQ(test, !world->stores, !world->flushes);
	}
	store_check_rest(test, world, c);
}

static struct kunit_case store_test_cases[] = {
	KUNIT_CASE_PARAM(store_intermediate, store_gen_params),
	{}
};

static struct kunit_suite store_suite = {
	.name = "pasid-store",
	.test_cases = store_test_cases,
};

kunit_test_suite(store_suite);
