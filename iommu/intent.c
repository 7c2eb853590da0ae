// SPDX-License-Identifier: GPL-2.0-only
/*
 * Intent: whether intel-iommu itself set SRE in a PASID-table entry. It is remembered, so that
 * SRE can be set again after it was denied.
 *
 * intel-iommu sets SRE in nested entries only, and this module sets it there only if intel-iommu
 * did. So a nested entry with SRE = 1 shows the intent itself. If this module has cleared SRE,
 * tables.sre_intent has the number of gaps (gaps.c) up to which the intent is known to be right,
 * plus 1; 0 if it is not known at all. If the number is another one now, a set-up that no hook has
 * seen may have written the entry again, without SRE. Then the intent is forgotten, and SRE stays
 * denied.
 */
#include "engine.h"

static bool pasid_entry_shows_sre(const u64 *pte)
{
	return FIELD_GET(VTD_PTE_PGTT, READ_ONCE(pte[0])) == VTD_PGTT_NESTED &&
	       (READ_ONCE(pte[2]) & VTD_PTE_SRE);
}

/* The value for an intent that is known to be right up to these gaps; NULL if it is not. */
static unsigned long pasid_known(const struct pasid_gaps *gaps)
{
	return gaps ? (gaps->entries + 1) & LONG_MAX : 0;
}

/* Stores the value of @gaps, unless a hook has stored a larger one meanwhile. */
static void pasid_vf_remember(struct pasid_vf *vf, u32 pasid, const struct pasid_gaps *gaps)
{
	void *old = xa_load(&vf->tables.sre_intent, pasid);
	unsigned long known = max(pasid_known(gaps), old ? xa_to_value(old) : 0);

	/* Without memory the intent is forgotten, and SRE stays denied. */
	if (xa_is_err(xa_store(&vf->tables.sre_intent, pasid, xa_mk_value(known),
			       GFP_ATOMIC | __GFP_NOWARN)))
		dev_warn_ratelimited(&vf->pdev->dev,
				     "no memory to remember SRE of PASID %u: denied until it is attached again\n",
				     pasid);
}

static bool pasid_vf_remembers(struct pasid_vf *vf, u32 pasid)
{
	void *known = xa_load(&vf->tables.sre_intent, pasid);
	struct pasid_gaps now = pasid_gaps_now();

	if (!known || known == xa_mk_value(pasid_known(&now)))
		return known;
	xa_erase(&vf->tables.sre_intent, pasid);
	dev_warn_ratelimited(&vf->pdev->dev,
			     "PASID %u may have been set up unseen: SRE is denied until it is attached again\n",
			     pasid);
	return false;
}

/**
 * pasid_vf_learn_entry() - remember the intent that an entry shows, before it is changed
 * @vf: the VF
 * @pasid: the entry's PASID, not RID_PASID
 * @pte: the entry, present
 * @as_of: counts of gaps when the writer began, or NULL if probes did not fire then: the intent is
 *	forgotten, unless a hook has seen the set-up and comes after the writer
 *
 * While intel-iommu replaces an entry, memory may hold the old or the new one, so that this
 * function does nothing.
 *
 * Context: Any, the unit's lock held.
 */
void pasid_vf_learn_entry(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			  const struct pasid_gaps *as_of)
{
	if (vf->tables.in_replace != pasid && pasid_entry_shows_sre(pte))
		pasid_vf_remember(vf, pasid, as_of);
}

/**
 * pasid_vf_entry_target() - what qword 2 of an entry has to be
 * @vf: the VF
 * @pasid: the entry's PASID
 * @pte: the entry
 * @rule: what entries of the VF may have
 *
 * While intel-iommu replaces an entry, memory may hold the old or the new one. So this function
 * may only clear SRE and ERE then, and not set them. If it clears SRE in the new entry, the
 * intent is forgotten (see pasid_vf_setup_ends()): SRE stays 0 until the next set-up.
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
 * @gaps: counts of gaps at the start of the call
 * @replace: intel-iommu overwrites a present entry; else it refuses one that is present
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
	/* The old entry stays if intel-iommu fails: remember its intent. */
	if (present)
		pasid_vf_learn_entry(vf, pasid, pte, gaps);
	vf->tables.in_replace = pasid;
}

/**
 * pasid_vf_setup_ends() - intel-iommu has set up an entry, or failed to
 * @vf: the VF
 * @pasid: the entry's PASID
 * @pte: the entry, or NULL if there is no table for it
 * @gaps: counts of gaps at the start of the call
 * @replaced: intel-iommu has overwritten an old entry
 * @done: intel-iommu succeeded
 *
 * A writer may have seen the new entry before this hook and have cleared SRE. Then it has
 * remembered the intent, which cannot be an old one: pasid_vf_setup_begins() has erased that. But
 * if an old entry was overwritten, SRE that the writer cleared may have been the old entry's. So
 * the intent is forgotten, and SRE stays denied.
 *
 * The counts of gaps are those of the start of the call, as return handlers run even while probes
 * do not fire.
 *
 * Context: Any, the unit's lock held.
 */
void pasid_vf_setup_ends(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			 const struct pasid_gaps *gaps, bool replaced, bool done)
{
	vf->tables.in_replace = PASID_NO_REPLACE;
	if (!pte || !(READ_ONCE(pte[0]) & VTD_PRESENT))
		return;
	/* The hook is about to change an entry that was there before. */
	if (!done)
		pasid_vf_learn_entry(vf, pasid, pte, gaps);
	else if (pasid_entry_shows_sre(pte) ||
		 (!replaced && xa_load(&vf->tables.sre_intent, pasid)))
		pasid_vf_remember(vf, pasid, gaps);
	else
		xa_erase(&vf->tables.sre_intent, pasid);
}
