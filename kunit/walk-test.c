// SPDX-License-Identifier: GPL-2.0-only
/* The table walk, over synthetic memory (VT-d 3.4.3). */
#include <kunit/test.h>

#include "../iommu/vtd.h"
#include "tables.h"

/* A marker behind each pointer shows whether the right table was found. */
#define MARK	0x6b7564000000ULL

struct context_case {
	const char *name;
	u16 rid;
	unsigned int half;	/* of the root table, in qwords */
	unsigned int at;	/* in the context table, in bytes */
};

static const struct context_case context_cases[] = {
	{ "first of all", 0x0000, 0, 0 },
	{ "last of the lower half", 0x007f, 0, 0xfe0 },
	{ "first of the upper half", 0x0080, 1, 0 },
	{ "last of the upper half", 0x00ff, 1, 0xfe0 },
	{ "a VF", 0x0211, 4, 0x220 },
	{ "a VF with ARI", 0x02a3, 5, 0x460 },
	{ "first of the last bus", 0xff00, 510, 0 },
	{ "last of all", 0xffff, 511, 0xfe0 },
};

KUNIT_ARRAY_PARAM_DESC(context, context_cases, name);

static void walk_finds_context(struct kunit *test)
{
	const struct context_case *c = test->param_value;
	u64 root, table;

	tables_init(test, 4);
	root = tables_alloc(1);
	table = tables_alloc(1);
	((u64 *)tables_map(root))[c->half] = table | 1;
	KUNIT_EXPECT_PTR_EQ(test, tables_map(table + c->at),
			    (void *)vtd_find_context(root, c->rid, tables_map));
	/* The other half, the other bus and the next function have no entry. */
	KUNIT_EXPECT_NULL(test, vtd_find_context(root, c->rid ^ 0x80, tables_map));
	KUNIT_EXPECT_NULL(test, vtd_find_context(root, c->rid ^ 0x100, tables_map));
	KUNIT_EXPECT_PTR_NE(test, tables_map(table + c->at),
			    (void *)vtd_find_context(root, c->rid ^ 1, tables_map));
}

static void walk_without_context(struct kunit *test)
{
	u64 root, *half;

	tables_init(test, 2);
	root = tables_alloc(1);
	half = tables_map(root + 0x20);
	KUNIT_EXPECT_NULL(test, vtd_find_context(root, 0x0200, tables_map));
	*half = tables_alloc(1);
	KUNIT_EXPECT_NULL_MSG(test, vtd_find_context(root, 0x0200, tables_map), "not present");
	*half = 0x7ffffffff001ULL;
	KUNIT_EXPECT_NULL_MSG(test, vtd_find_context(root, 0x0211, tables_map), "no memory");
	KUNIT_EXPECT_NULL_MSG(test, vtd_find_context(0x7ffffffff000ULL, 0x0200, tables_map),
			      "no root table");
}

/* Words behind the end of the directory are not entries. */
static void walk_ends_with_dir(struct kunit *test)
{
	struct vtd_pasid_dir dir;
	u64 ctx[4] = {}, *entries;

	tables_init(test, 2);
	/* PDTS 2: 2^9 entries, which is a page. */
	ctx[0] = tables_alloc(2) | 2 << 9 | 1;
	KUNIT_ASSERT_EQ(test, 0, vtd_find_pasid_dir(ctx, tables_map, &dir));
	entries = dir.entries;
	entries[511] = TABLES_BASE | 1;
	entries[512] = TABLES_BASE | 1;
	KUNIT_EXPECT_PTR_EQ(test, entries, vtd_find_leaf(&dir, 511, tables_map));
	KUNIT_EXPECT_NULL(test, vtd_find_leaf(&dir, 512, tables_map));
}

/* Bits of a root entry beside P and the address are not part of the address. */
static void walk_masks_addresses(struct kunit *test)
{
	struct vtd_pasid_dir dir;
	u64 root, table, ctx[4], *pde;

	tables_init(test, 4);
	root = tables_alloc(1);
	table = tables_alloc(1);
	*(u64 *)tables_map(root + 0x20) = table | 0xfff;
	KUNIT_EXPECT_PTR_EQ(test, tables_map(table),
			    (void *)vtd_find_context(root, 0x0200, tables_map));
	ctx[0] = table | 0xfff;
	ctx[1] = 0;
	KUNIT_ASSERT_EQ(test, 0, vtd_find_pasid_dir(ctx, tables_map, &dir));
	KUNIT_EXPECT_PTR_EQ(test, tables_map(table), (void *)dir.entries);
	pde = tables_map(table);
	*pde = root | 0xfff;
	KUNIT_EXPECT_PTR_EQ(test, tables_map(root), (void *)vtd_find_leaf(&dir, 0, tables_map));
}

struct dir_case {
	const char *name;
	unsigned int pdts;
	u32 limit;	/* the first PASID that is too large */
};

static const struct dir_case dir_cases[] = {
	{ "PDTS 0: 2^7 entries", 0, 1 << 13 },
	{ "PDTS 1: 2^8 entries", 1, 1 << 14 },
	{ "PDTS 2: 2^9 entries", 2, 1 << 15 },
	{ "PDTS 3: 2^10 entries", 3, 1 << 16 },
	{ "PDTS 4: 2^11 entries", 4, 1 << 17 },
	{ "PDTS 5: 2^12 entries", 5, 1 << 18 },
	{ "PDTS 6: 2^13 entries", 6, 1 << 19 },
	{ "PDTS 7: 2^14 entries", 7, 1 << 20 },
};

KUNIT_ARRAY_PARAM_DESC(dir, dir_cases, name);

static void walk_finds_entry(struct kunit *test)
{
	const struct dir_case *c = test->param_value;
	const u32 pasids[] = { 0, 1, 63, 64, c->limit / 2 + 5, c->limit - 64, c->limit - 1 };
	struct vtd_pasid_dir dir;
	u64 root, addr, *pte;
	unsigned int i;

	tables_init(test, 64);
	root = tables_alloc(1);
	addr = tables_add_context(root, 0x0211, c->pdts);
	pte = vtd_find_context(root, 0x0211, tables_map);
	KUNIT_ASSERT_NOT_NULL(test, pte);
	KUNIT_ASSERT_EQ(test, 0, vtd_find_pasid_dir(pte, tables_map, &dir));
	KUNIT_EXPECT_EQ(test, c->limit / 64, dir.count);
	for (i = 0; i < ARRAY_SIZE(pasids); i++)
		*tables_add_entry(addr, pasids[i]) = MARK | pasids[i];
	for (i = 0; i < ARRAY_SIZE(pasids); i++) {
		pte = vtd_find_pte(&dir, pasids[i], tables_map);
		KUNIT_ASSERT_NOT_NULL(test, pte);
		KUNIT_EXPECT_EQ(test, MARK | pasids[i], *pte);
	}
	KUNIT_EXPECT_NULL(test, vtd_find_pte(&dir, c->limit, tables_map));
	KUNIT_EXPECT_NULL(test, vtd_find_pte(&dir, 2 * c->limit, tables_map));
	KUNIT_EXPECT_NULL(test, vtd_find_pte(&dir, U32_MAX, tables_map));
	KUNIT_EXPECT_NULL(test, vtd_find_leaf(&dir, c->limit / 64, tables_map));
}

/* All entries of the largest directory, each with a table that is marked. */
static void walk_all_of_largest_dir(struct kunit *test)
{
	struct vtd_pasid_dir dir;
	u64 root, addr, tables[3], *entries, *leaf;
	u32 i, found = 0;

	tables_init(test, 48);
	root = tables_alloc(1);
	addr = tables_add_context(root, 0x0080, 7);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		tables[i] = tables_alloc(1);
	KUNIT_ASSERT_EQ(test, 0, vtd_find_pasid_dir(vtd_find_context(root, 0x0080, tables_map),
						    tables_map, &dir));
	KUNIT_ASSERT_EQ(test, 1U << 14, dir.count);
	entries = tables_map(addr);
	for (i = 0; i < 1 << 14; i++)
		entries[i] = tables[i % 3] | (i % 5 != 0);
	for (i = 0; i < 1 << 14; i++) {
		leaf = vtd_find_leaf(&dir, i, tables_map);
		if (leaf != (i % 5 ? tables_map(tables[i % 3]) : NULL))
			KUNIT_FAIL(test, "directory entry %u", i);
		found += !!leaf;
	}
	KUNIT_EXPECT_EQ(test, 13107U, found);
}

static void walk_without_dir(struct kunit *test)
{
	struct vtd_pasid_dir dir;
	u64 ctx[4] = {};

	tables_init(test, 1);
	ctx[0] = tables_alloc(1);
	KUNIT_EXPECT_EQ_MSG(test, -ENOENT, vtd_find_pasid_dir(ctx, tables_map, &dir),
			    "not present");
	ctx[0] = 0x7ffffffff001ULL;
	KUNIT_EXPECT_EQ_MSG(test, -ENOENT, vtd_find_pasid_dir(ctx, tables_map, &dir),
			    "no memory");
}

static void walk_without_leaf(struct kunit *test)
{
	struct vtd_pasid_dir dir;
	u64 ctx[4] = {}, *pde;

	tables_init(test, 2);
	ctx[0] = tables_alloc(1) | 1;
	KUNIT_ASSERT_EQ(test, 0, vtd_find_pasid_dir(ctx, tables_map, &dir));
	KUNIT_EXPECT_NULL_MSG(test, vtd_find_pte(&dir, 70, tables_map), "empty");
	pde = &dir.entries[1];
	*pde = tables_alloc(1);
	KUNIT_EXPECT_NULL_MSG(test, vtd_find_pte(&dir, 70, tables_map), "not present");
	*pde |= 2;
	KUNIT_EXPECT_NULL_MSG(test, vtd_find_pte(&dir, 70, tables_map), "FPD alone");
	*pde = 0x7ffffffff001ULL;
	KUNIT_EXPECT_NULL_MSG(test, vtd_find_pte(&dir, 70, tables_map), "no memory");
}

static void walk_reads_rid_pasid(struct kunit *test)
{
	struct vtd_pasid_dir dir;
	u64 ctx[4] = {};

	tables_init(test, 1);
	ctx[0] = tables_alloc(1) | 1;
	KUNIT_ASSERT_EQ(test, 0, vtd_find_pasid_dir(ctx, tables_map, &dir));
	KUNIT_EXPECT_EQ(test, 0U, dir.rid_pasid);
	/* Bit 84, RID_PRIV, is not a part of RID_PASID. */
	ctx[1] = BIT_ULL(20) | 0xabcde;
	KUNIT_ASSERT_EQ(test, 0, vtd_find_pasid_dir(ctx, tables_map, &dir));
	KUNIT_EXPECT_EQ(test, 0xabcdeU, dir.rid_pasid);
}

static struct kunit_case walk_cases[] = {
	KUNIT_CASE_PARAM(walk_finds_context, context_gen_params),
	KUNIT_CASE(walk_without_context),
	KUNIT_CASE(walk_ends_with_dir),
	KUNIT_CASE(walk_masks_addresses),
	KUNIT_CASE_PARAM(walk_finds_entry, dir_gen_params),
	KUNIT_CASE(walk_all_of_largest_dir),
	KUNIT_CASE(walk_without_dir),
	KUNIT_CASE(walk_without_leaf),
	KUNIT_CASE(walk_reads_rid_pasid),
	{}
};

static struct kunit_suite walk_suite = {
	.name = "pasid-walk",
	.test_cases = walk_cases,
};

kunit_test_suite(walk_suite);
