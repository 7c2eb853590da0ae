// SPDX-License-Identifier: GPL-2.0-only
/*
 * Intent: what intel-iommu itself gave each PASID-table entry, remembered so that it
 * can come back after a deny.
 *
 * intel-iommu sets SRE in nested entries only, and this module sets it there only where
 * intel-iommu did. So a nested entry that shows SRE needs no memory. Where this module
 * took SRE away, vf->tables.sre_intent has the number of gaps (see gaps.c) at which that was
 * sure. With another number now, the entry may have been set up anew unseen, without
 * SRE: the intent is lost then, to the safe side.
 */
#include "engine.h"

static bool pasid_entry_shows_sre(const u64 *pte)
{
	return FIELD_GET(VTD_PTE_PGTT, READ_ONCE(pte[0])) == VTD_PGTT_NESTED &&
	       (READ_ONCE(pte[2]) & VTD_PTE_SRE);
}

/* A number that a hook has stored meanwhile may be a later one. */
static void pasid_vf_remember(struct pasid_vf *vf, u32 pasid, unsigned long gaps)
{
	void *old = xa_load(&vf->tables.sre_intent, pasid);

	gaps = max(gaps & LONG_MAX, old ? xa_to_value(old) : 0);
	/* Where there is no memory the intent is lost. */
	if (xa_is_err(xa_store(&vf->tables.sre_intent, pasid, xa_mk_value(gaps),
			       GFP_ATOMIC | __GFP_NOWARN)))
		dev_warn_ratelimited(&vf->pdev->dev,
				     "no memory to remember SRE of PASID %u: denied until it is attached again\n",
				     pasid);
}

static bool pasid_vf_remembers(struct pasid_vf *vf, u32 pasid)
{
	void *gaps = xa_load(&vf->tables.sre_intent, pasid);

	if (!gaps || gaps == xa_mk_value(pasid_gaps_now().entries & LONG_MAX))
		return gaps;
	xa_erase(&vf->tables.sre_intent, pasid);
	dev_warn_ratelimited(&vf->pdev->dev,
			     "PASID %u may have been set up unseen: SRE is denied until it is attached again\n",
			     pasid);
	return false;
}

/**
 * pasid_vf_learn_entry() - a writer comes across an entry
 * @vf: the VF
 * @pasid: the entry's PASID, not RID_PASID
 * @pte: the entry, present
 * @sure: the gaps when the writer began, or NULL if it cannot be sure of anything
 *
 * While intel-iommu writes over a present entry, the table may show the old entry or the
 * new one, so nothing is learned.
 *
 * Context: Any, the unit's lock held.
 */
void pasid_vf_learn_entry(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			 const struct pasid_gaps *sure)
{
	if (vf->tables.in_replace != pasid && sure && pasid_entry_shows_sre(pte))
		pasid_vf_remember(vf, pasid, sure->entries);
}

/**
 * pasid_vf_entry_target() - qword 2 of an entry of a VF
 * @vf: the VF
 * @pasid: the entry's PASID
 * @pte: the entry
 * @rule: what entries have to follow
 *
 * An entry that intel-iommu is writing over keeps what it has, or loses it.
 *
 * Context: Any, the unit's lock held.
 * Return: the qword to store.
 */
u64 pasid_vf_entry_target(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			  const struct vtd_pte_rule *rule)
{
	bool shown = pasid_entry_shows_sre(pte);
	u64 target;

	if (vf->tables.in_replace != pasid)
		return vtd_pte_target(pte, shown || pasid_vf_remembers(vf, pasid), rule);
	target = vtd_pte_target(pte, shown, rule);
	return READ_ONCE(pte[2]) & target;
}

/**
 * pasid_vf_setup_begins() - intel-iommu begins to set up an entry
 * @vf: the VF
 * @pasid: the entry's PASID
 * @pte: the entry, or NULL if there is no table for it yet
 * @gaps: their number now
 * @replace: it writes over a present entry; else it refuses one that is present
 *
 * Context: Any, the unit's lock held.
 */
void pasid_vf_setup_begins(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			   const struct pasid_gaps *gaps, bool replace)
{
	bool present = pte && (READ_ONCE(pte[0]) & VTD_PRESENT);

	if (!replace) {
		if (!present)
			xa_erase(&vf->tables.sre_intent, pasid);
		return;
	}
	/* If it fails, the old entry stays. */
	if (present)
		pasid_vf_learn_entry(vf, pasid, pte, gaps);
	vf->tables.in_replace = pasid;
}

/**
 * pasid_vf_setup_ends() - intel-iommu has set up an entry, or failed to
 * @vf: the VF
 * @pasid: the entry's PASID
 * @pte: the entry, or NULL if there is no table for it
 * @gaps: their number when the set-up began
 * @replaced: a new entry was written over an old one
 * @done: it succeeded
 *
 * A writer may have come across the new entry first and taken SRE away: then it has
 * remembered the intent, and all that was remembered from before ended with
 * pasid_vf_setup_begins(). If an entry was written over, the table does not show whose
 * SRE the writer took: the intent is lost, to the safe side.
 *
 * Return handlers run while probes are off, too, so that the number of gaps is that of
 * the beginning.
 *
 * Context: Any, the unit's lock held.
 */
void pasid_vf_setup_ends(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			 const struct pasid_gaps *gaps, bool replaced, bool done)
{
	if (vf->tables.in_replace == pasid)
		vf->tables.in_replace = PASID_NO_REPLACE;
	if (!done || !pte || !(READ_ONCE(pte[0]) & VTD_PRESENT))
		return;
	if (pasid_entry_shows_sre(pte) ||
	    (!replaced && xa_load(&vf->tables.sre_intent, pasid)))
		pasid_vf_remember(vf, pasid, gaps->entries);
	else
		xa_erase(&vf->tables.sre_intent, pasid);
}
