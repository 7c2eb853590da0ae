// SPDX-License-Identifier: GPL-2.0-only
/*
 * Table walk: finds the context entry of a requester ID and the PASID-table entry of a PASID, in
 * the steps of the hardware (VT-d 3.4.3). The walk ends at a level that is not present or that
 * points outside memory.
 */
#include <linux/compiler.h>
#include <linux/errno.h>

#include "vtd.h"

/**
 * vtd_find_context() - find the scalable-mode context entry of a requester ID
 * @root: physical address of the root table
 * @rid: bus in the upper, devfn in the lower byte
 * @map: reaches the tables
 *
 * Devfn 80h and up are in the upper context table; ARI does not matter (9.2).
 *
 * Context: Any; the caller keeps the tables alive.
 * Return: the entry, present or not, or NULL where there is no context table.
 */
u64 *vtd_find_context(u64 root, u16 rid, vtd_map_fn *map)
{
	u8 bus = rid >> 8, devfn = rid & 0xff;
	u64 *table = map(root);
	u64 half;

	if (!table)
		return NULL;
	half = READ_ONCE(table[bus * 2 + (devfn >> 7)]);
	if (!(half & VTD_PRESENT))
		return NULL;
	table = map(half & VTD_ADDR);
	return table ? table + (devfn & 0x7f) * VTD_CTX_QWORDS : NULL;
}

/**
 * vtd_find_pasid_dir() - find the PASID directory of a context entry
 * @ctx: the context entry
 * @map: reaches the tables
 * @dir: filled on success
 *
 * Context: Any; the caller keeps the tables alive.
 * Return: 0, or -ENOENT if the entry is not present or names no memory.
 */
int vtd_find_pasid_dir(const u64 *ctx, vtd_map_fn *map, struct vtd_pasid_dir *dir)
{
	u64 qword0 = READ_ONCE(ctx[0]);

	if (!(qword0 & VTD_PRESENT))
		return -ENOENT;
	dir->entries = map(qword0 & VTD_ADDR);
	if (!dir->entries)
		return -ENOENT;
	dir->count = 1U << (FIELD_GET(VTD_CTX_PDTS, qword0) + 7);
	dir->rid_pasid = FIELD_GET(VTD_CTX_RID_PASID, READ_ONCE(ctx[1]));
	return 0;
}

/**
 * vtd_find_leaf() - find one PASID table
 * @dir: the directory
 * @index: directory index: PASID / 64
 * @map: reaches the tables
 *
 * Context: Any; the caller keeps the tables alive.
 * Return: its 64 entries of VTD_PTE_QWORDS each, or NULL.
 */
u64 *vtd_find_leaf(const struct vtd_pasid_dir *dir, u32 index, vtd_map_fn *map)
{
	u64 pde;

	if (index >= dir->count)
		return NULL;
	pde = READ_ONCE(dir->entries[index]);
	return pde & VTD_PRESENT ? map(pde & VTD_ADDR) : NULL;
}

/**
 * vtd_find_pte() - find the PASID-table entry of a PASID
 * @dir: the directory
 * @pasid: the PASID, any
 * @map: reaches the tables
 *
 * Context: Any; the caller keeps the tables alive.
 * Return: the entry, present or not, or NULL where there is no table.
 */
u64 *vtd_find_pte(const struct vtd_pasid_dir *dir, u32 pasid, vtd_map_fn *map)
{
	u64 *leaf = vtd_find_leaf(dir, pasid >> VTD_LEAF_SHIFT, map);

	return leaf ? leaf + (pasid % VTD_LEAF_ENTRIES) * VTD_PTE_QWORDS : NULL;
}
