// SPDX-License-Identifier: GPL-2.0-only
/*
 * Going through all PASID-table entries of a VF, one table of 64 entries at a time.
 */
#include <linux/sched.h>

#include "engine.h"

/**
 * pasid_vf_scan() - visit all entries of which the hardware may have something cached
 * @vf: the VF; not gone
 * @visit: called with the unit's lock held, for each entry that is present or is being torn down:
 *	intel-iommu clears P, invalidates, and then clears the rest. @is_rid_pasid: the entry is
 *	that of RID_PASID (requests without PASID)
 * @arg: for @visit
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_scan(struct pasid_vf *vf, pasid_visit_fn *visit, void *arg)
{
	u64 *ctx = pasid_vf_find_context(vf, &vf->tables.ctx[0]);
	struct vtd_pasid_dir dir;
	u64 *table, *pte;
	u32 i, pasid;

	if (!ctx || vtd_find_pasid_dir(ctx, pasid_unit_map, &dir))
		return;
	for (i = 0; i < dir.count; i++) {
		table = vtd_find_leaf(&dir, i, pasid_unit_map);
		if (!table)
			continue;
		spin_lock(vf->unit.lock);
		for (pasid = i * VTD_LEAF_ENTRIES, pte = table;
		     pte < table + VTD_LEAF_ENTRIES * VTD_PTE_QWORDS;
		     pasid++, pte += VTD_PTE_QWORDS)
			if ((READ_ONCE(pte[0]) & VTD_PRESENT) ||
			    FIELD_GET(VTD_PTE_DID, READ_ONCE(pte[1])))
				visit(vf, pasid, pasid == dir.rid_pasid, pte, arg);
		spin_unlock(vf->unit.lock);
		cond_resched();
	}
}

/**
 * pasid_vf_count_entries() - number of present entries, without that of RID_PASID
 * @vf: the VF; not gone
 *
 * This takes no lock: intel-iommu needs the unit's, and any user may read the number in sysfs.
 *
 * Context: Process context, may sleep.
 * Return: that number; 0 without tables.
 */
unsigned int pasid_vf_count_entries(struct pasid_vf *vf)
{
	u64 *ctx = pasid_vf_find_context(vf, &vf->tables.ctx[0]);
	struct vtd_pasid_dir dir;
	unsigned int count = 0;
	u64 *table;
	u32 i, j;

	if (!ctx || vtd_find_pasid_dir(ctx, pasid_unit_map, &dir))
		return 0;
	for (i = 0; i < dir.count; i++) {
		table = vtd_find_leaf(&dir, i, pasid_unit_map);
		for (j = 0; table && j < VTD_LEAF_ENTRIES; j++)
			if (i * VTD_LEAF_ENTRIES + j != dir.rid_pasid &&
			    (READ_ONCE(table[j * VTD_PTE_QWORDS]) & VTD_PRESENT))
				count++;
		cond_resched();
	}
	return count;
}
