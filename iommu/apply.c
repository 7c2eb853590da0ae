// SPDX-License-Identifier: GPL-2.0-only
/*
 * Making all entries of one VF, and then the caches, obey its effective set.
 *
 * After a context entry has changed, VT-d Table 28 requires an invalidation of every domain of
 * the VF. The context cache is invalidated first, with a wait: while the old context entry is
 * cached, a PASID-table entry that is set up now can fill the IOTLB under a new domain ID. Only
 * then does the scan collect domain IDs. It also counts entries with P = 0 and a domain ID, which
 * intel-iommu is tearing down: intel-iommu may not have invalidated them yet.
 *
 * Every call looks at all entries: a set-up that no hook has seen shows in the tables only.
 */
#include "engine.h"

/*
 * How many passes there are, at most, if there is a gap in each. A pass looks at all entries once;
 * twice, if an invalidation of a hook has failed meanwhile.
 */
#define PASID_APPLY_PASSES	3

/**
 * struct pasid_apply - one look at all entries of a VF
 * @rule: what PASID-table entries may have
 * @as_of: counts of gaps when the pass began, or NULL if probes did not fire then
 * @affected: what has to be invalidated
 */
struct pasid_apply {
	struct vtd_pte_rule rule;
	const struct pasid_gaps *as_of;
	struct vtd_affected affected;
};

static void pasid_apply_visit(struct pasid_vf *vf, u32 pasid, bool is_rid_pasid, u64 *pte,
			      void *arg)
{
	bool present = READ_ONCE(pte[0]) & VTD_PRESENT;
	u16 did = FIELD_GET(VTD_PTE_DID, READ_ONCE(pte[1]));
	struct pasid_apply *apply = arg;
	u64 old = READ_ONCE(pte[2]), new;

	if (apply->affected.whole)
		vtd_affect_domain(&apply->affected, did);
	if (is_rid_pasid)
		return;
	if (present)
		pasid_vf_learn_entry(vf, pasid, pte, apply->as_of);
	new = pasid_vf_entry_target(vf, pasid, pte, &apply->rule);
	if (new == old)
		return;
	if (present) {
		pasid_unit_store(&vf->unit, &pte[2], new);
		pasid_count_change(vf, vf->tables.ctx[0].rid, pasid, old, new);
	}
	vtd_affect_entry(&apply->affected, pasid, did);
}

/* Invalidates the context cache, changes PASID-table entries, invalidates the other caches. */
static void pasid_vf_apply_entries(struct pasid_vf *vf, struct pasid_apply *apply,
				   struct vtd_inval *inval)
{
	struct vtd_function fn;

	if (apply->affected.whole)
		pasid_vf_inval_contexts(vf, inval);
	pasid_vf_scan(vf, pasid_apply_visit, apply);
	pasid_vf_read_function(vf, &fn);
	vtd_inval_affected(inval, &fn, &apply->affected);
}

static int pasid_vf_apply_unchecked(struct pasid_vf *vf, const struct pasid_gaps *as_of)
{
	struct pasid_apply apply = { .as_of = as_of };
	struct vtd_inval inval;
	bool awake;

	WRITE_ONCE(vf->tables.applying, true);
	apply.affected.whole = pasid_vf_edit_contexts(vf, as_of);
	apply.affected.whole |= atomic_xchg(&vf->owed.iommu, 0);
	if (atomic_read(&vf->owed.device) && pasid_vf_answers(vf))
		apply.affected.whole |= atomic_xchg(&vf->owed.device, 0);
	apply.rule = pasid_vf_rule(vf);

	awake = pasid_vf_keep_awake(vf);
	vtd_inval_init(&inval, pasid_unit_submit, &vf->unit);
	pasid_vf_apply_entries(vf, &apply, &inval);
	pasid_vf_let_sleep(vf, awake);
	pasid_vf_inval_done(vf, &inval);
	WRITE_ONCE(vf->tables.applying, false);
	return inval.err;
}

/* There was no gap meanwhile if probes fired before and after, and the numbers are the same. */
static int pasid_vf_apply_checked(struct pasid_vf *vf)
{
	bool alive;
	const struct pasid_gaps before = pasid_gaps_settled(&alive);
	const struct pasid_gaps *as_of = alive ? &before : NULL;
	struct pasid_gaps after;
	int err;

	err = pasid_vf_apply_unchecked(vf, as_of);
	/* A hook may have changed an entry before this saw it, and not have invalidated yet. */
	pasid_flushes_wait();
	if (!err && atomic_read(&vf->owed.iommu))
		err = pasid_vf_apply_unchecked(vf, as_of);
	if (err)
		return err;
	if (!alive || !pasid_probes_check())
		return -ENXIO;
	after = pasid_gaps_now();
	if (!pasid_gaps_same(&before, &after))
		return -EAGAIN;
	WRITE_ONCE(vf->tables.looked, before.calls);
	return 0;
}

/**
 * pasid_vf_apply() - make all entries of a VF and their caches obey its effective set
 * @vf: the VF; not gone
 *
 * When this returns 0, no entry of the VF and no cache of the unit allows more than the effective
 * set. Nor does the VF's device TLB, unless @owed.device is set: then the VF could not answer. If
 * no entry has changed and nothing was owed, nothing is invalidated.
 *
 * Context: Process context, may sleep, @vf->lock held.
 * Return: 0; -ENXIO if probes do not fire, so that entries that intel-iommu sets up from now on
 * are not controlled; -EAGAIN if there was a gap in each of PASID_APPLY_PASSES passes; another
 * negative errno if an invalidation failed. The entries obey in any case, and after a failed
 * invalidation the next call invalidates again.
 */
int pasid_vf_apply(struct pasid_vf *vf)
{
	int err, pass;

	lockdep_assert_held(&vf->lock);
	for (pass = 0; pass < PASID_APPLY_PASSES; pass++) {
		err = pasid_vf_apply_checked(vf);
		if (err != -EAGAIN)
			break;
	}
	return err;
}
