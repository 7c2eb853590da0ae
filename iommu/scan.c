// SPDX-License-Identifier: GPL-2.0-only
/*
 * Scan: every PASID-table entry of a VF, one table of 64 entries at a time, and
 * the memory of what intel-iommu intended with each.
 */
#include <linux/sched.h>

#include "vf.h"

/**
 * pasid_vf_scan() - visit every entry that the hardware knows or knew
 * @vf: the VF; not gone
 * @visit: called for each entry that is present or is being torn down
 *	(intel-iommu clears P, flushes, then clears the rest), with the unit's lock
 *	held; @rid tells RID_PASID's
 * @leaf: called after each table without the lock, or NULL
 * @arg: for both
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_scan(struct pasid_vf *vf, pasid_visit_fn *visit, pasid_leaf_fn *leaf,
		   void *arg)
{
	u64 *ctx = pasid_vf_find_context(vf, &vf->ctx[0]);
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
		if (leaf)
			leaf(vf, arg);
		cond_resched();
	}
}

/**
 * pasid_vf_count_entries() - number of present entries but RID_PASID's
 * @vf: the VF; not gone
 *
 * Takes no lock: anybody may ask, and others need the unit's.
 *
 * Context: Process context, may sleep.
 * Return: that number; 0 without tables.
 */
unsigned int pasid_vf_count_entries(struct pasid_vf *vf)
{
	u64 *ctx = pasid_vf_find_context(vf, &vf->ctx[0]);
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

/**
 * pasid_vf_learn_entry() - remember what intel-iommu intended with an entry
 * @vf: the VF
 * @pasid: the entry's PASID
 * @pte: the entry as intel-iommu wrote it
 *
 * intel-iommu sets SRE in nested entries only, and this module never does there,
 * so what it granted itself is never mistaken for an intent. Where there is no
 * memory the intent is lost, to the safe side: the entry is treated as one without
 * SRE until it is set up again.
 *
 * Context: Any, the unit's lock held.
 */
void pasid_vf_learn_entry(struct pasid_vf *vf, u32 pasid, const u64 *pte)
{
	if (!(READ_ONCE(pte[2]) & VTD_PTE_SRE) ||
	    FIELD_GET(VTD_PTE_PGTT, READ_ONCE(pte[0])) != VTD_PGTT_NESTED)
		xa_erase(&vf->sre_intent, pasid);
	else if (xa_is_err(xa_store(&vf->sre_intent, pasid, xa_mk_value(1),
				    GFP_ATOMIC | __GFP_NOWARN)))
		dev_warn_ratelimited(&vf->pdev->dev,
				     "no memory to remember SRE of PASID %u: denied until it is attached again\n",
				     pasid);
}

/**
 * pasid_vf_entry_settled() - may an entry be changed by whoever comes across it?
 * @vf: the VF
 * @pasid: the entry's PASID
 * @pte: the entry
 *
 * intel-iommu writes an entry as a whole, under the unit's lock, and returns from
 * its set-up function long afterwards: a deny cannot wait for the hook, which then
 * finds the intent learned. An entry that is not written yet is the hook's.
 *
 * Context: Any, the unit's lock held.
 * Return: whether it may.
 */
bool pasid_vf_entry_settled(struct pasid_vf *vf, u32 pasid, const u64 *pte)
{
	if (vf->in_setup != pasid || vf->in_replace)
		return true;
	if (!(READ_ONCE(pte[0]) & VTD_PRESENT))
		return false;
	pasid_vf_learn_entry(vf, pasid, pte);
	vf->in_setup = PASID_NO_SETUP;
	return true;
}

/**
 * pasid_vf_entry_target() - qword 2 of an entry of a VF
 * @vf: the VF
 * @pasid: the entry's PASID
 * @pte: the entry
 * @rule: what entries have to follow
 *
 * Of an entry that is being replaced nobody can tell whether it is the old or the
 * new one: it keeps what it has, or loses it, and if it was the new one the intent
 * is lost with it, to the safe side.
 *
 * Context: Any, the unit's lock held.
 * Return: the qword to store.
 */
u64 pasid_vf_entry_target(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			  const struct vtd_pte_rule *rule)
{
	u64 old = READ_ONCE(pte[2]);

	if (vf->in_setup == pasid)
		return old & vtd_pte_target(pte, old & VTD_PTE_SRE, rule);
	return vtd_pte_target(pte, xa_load(&vf->sre_intent, pasid), rule);
}

static void pasid_learn_visited(struct pasid_vf *vf, u32 pasid, bool rid, u64 *pte,
				void *arg)
{
	if (!rid)
		pasid_vf_learn_entry(vf, pasid, pte);
}

/**
 * pasid_vf_learn_entries() - take every entry for intel-iommu's own work
 * @vf: the VF, before anything of it was changed
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_learn_entries(struct pasid_vf *vf)
{
	pasid_vf_scan(vf, pasid_learn_visited, NULL, NULL);
}

/**
 * pasid_vf_forget_entries() - a set-up was missed: intents are not known any more
 * @vf: the VF
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_forget_entries(struct pasid_vf *vf)
{
	spin_lock(vf->unit.lock);
	xa_destroy(&vf->sre_intent);
	spin_unlock(vf->unit.lock);
}
