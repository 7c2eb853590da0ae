// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of a VT-d unit in synthetic memory. Bits are written as the specification
 * numbers them, not as iommu/vtd.h names them.
 */
#include <linux/math.h>
#include <linux/sizes.h>

#include "tables.h"

static struct {
	struct kunit *test;
	u8 *bytes;
	u64 size;
	u64 used;
} tables;

/**
 * tables_init() - provide memory for the tables of a test
 * @test: the test, with which the memory is freed
 * @pages: how many pages of 4 KiB
 */
void tables_init(struct kunit *test, unsigned int pages)
{
	tables.test = test;
	tables.size = (u64)pages * SZ_4K;
	tables.used = 0;
	tables.bytes = kunit_kzalloc(test, tables.size, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, tables.bytes);
}

/**
 * tables_alloc() - take zeroed pages
 * @pages: how many; they are contiguous
 *
 * Return: the first one's address.
 */
u64 tables_alloc(unsigned int pages)
{
	u64 addr = TABLES_BASE + tables.used;

	tables.used += (u64)pages * SZ_4K;
	KUNIT_ASSERT_LE(tables.test, tables.used, tables.size);
	return addr;
}

/**
 * tables_map() - the memory at an address of the unit
 * @addr: the address
 *
 * Return: a pointer to it, or NULL if there is no memory.
 */
void *tables_map(u64 addr)
{
	if (addr < TABLES_BASE || addr - TABLES_BASE >= tables.used)
		return NULL;
	return tables.bytes + (addr - TABLES_BASE);
}

/**
 * tables_add_context() - add a present context entry with everything enabled
 * @root: the root table
 * @rid: the requester ID
 * @pdts: the PASID directory gets 2^(@pdts + 7) entries
 *
 * Return: the address of the PASID directory.
 */
u64 tables_add_context(u64 root, u16 rid, unsigned int pdts)
{
	u64 dir = tables_alloc(DIV_ROUND_UP(8 << (pdts + 7), SZ_4K));
	u64 *half = tables_map(root + (rid >> 8) * 16 + (rid & 0x80 ? 8 : 0));
	u64 *ctx;

	if (!(*half & 1))
		*half = tables_alloc(1) | 1;
	ctx = tables_map((*half & ~0xfffULL) + (rid & 0x7f) * 32);
	/* P, DTE, PASIDE, PRE */
	ctx[0] = dir | pdts << 9 | 1 << 4 | 1 << 3 | 1 << 2 | 1;
	return dir;
}

/**
 * tables_add_entry() - add a PASID table, if it is not there, for a PASID
 * @dir: the PASID directory
 * @pasid: the PASID
 *
 * Return: a pointer to the PASID-table entry.
 */
u64 *tables_add_entry(u64 dir, u32 pasid)
{
	u64 *pde = tables_map(dir + (u64)(pasid >> 6) * 8);

	if (!(*pde & 1))
		*pde = tables_alloc(1) | 1;
	return tables_map((*pde & ~0xfffULL) + (pasid & 0x3f) * 64);
}
