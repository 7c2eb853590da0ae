// SPDX-License-Identifier: GPL-2.0-only
/*
 * Apply: tables, then caches, follow a VF's effective set.
 *
 * A context entry that changed needs every affected domain flushed (VT-d Table
 * 28). An entry that is set up while the stale context entry is still cached can
 * bring a domain of its own into the IOTLB; so the context cache is flushed, and
 * waited for, before the domains are listed. Entries that are being torn down are
 * listed too: intel-iommu's own flush for them may still be on its way.
 */
#include <linux/slab.h>

#include "trace.h"
#include "vf.h"

/**
 * struct pasid_apply - work in progress
 * @rule: what entries have to follow
 * @fn: the VF, for invalidations
 * @plan: the invalidations
 * @whole: the domains of all entries are flushed, so that no entry needs its own
 * @any: there is an entry; else the VF's translations went with the last one
 * @changed: how many entries of the current table need their own flush
 * @pasid: their PASIDs
 * @did: their domain IDs
 * @dids: domains to flush, with @whole
 */
struct pasid_apply {
	struct vtd_pte_rule rule;
	struct vtd_function fn;
	struct vtd_plan plan;
	bool whole;
	bool any;
	unsigned int changed;
	u32 pasid[VTD_LEAF_ENTRIES];
	u16 did[VTD_LEAF_ENTRIES];
	DECLARE_BITMAP(dids, VTD_DIDS);
};

/**
 * pasid_apply_alloc() - room for pasid_vf_apply()
 *
 * Context: Process context, may sleep.
 * Return: to be freed with kvfree(), or NULL.
 */
struct pasid_apply *pasid_apply_alloc(void)
{
	return kvzalloc(sizeof(struct pasid_apply), GFP_KERNEL);
}

static void pasid_apply_visit(struct pasid_vf *vf, u32 pasid, bool rid, u64 *pte,
			      void *arg)
{
	u16 did = FIELD_GET(VTD_PTE_DID, READ_ONCE(pte[1]));
	struct pasid_apply *apply = arg;
	u64 old = READ_ONCE(pte[2]), new;

	apply->any = true;
	if (apply->whole)
		__set_bit(did, apply->dids);
	if (rid || !pasid_vf_entry_settled(vf, pasid, pte))
		return;
	new = pasid_vf_entry_target(vf, pasid, pte, &apply->rule);
	if (new == old)
		return;
	if (READ_ONCE(pte[0]) & VTD_PRESENT) {
		pasid_unit_store(&vf->unit, &pte[2], new);
		trace_apply(&vf->pdev->dev, vf->ctx[0].rid, pasid, old, new);
	}
	if (!apply->whole) {
		apply->pasid[apply->changed] = pasid;
		apply->did[apply->changed++] = did;
	}
}

static void pasid_apply_leaf(struct pasid_vf *vf, void *arg)
{
	struct pasid_apply *apply = arg;
	unsigned int i;

	for (i = 0; i < apply->changed; i++)
		vtd_plan_entry(&apply->plan, &apply->fn, apply->did[i],
			       apply->pasid[i]);
	apply->changed = 0;
}

/* Tables and, in the right order, the caches above them. */
static int pasid_apply_run(struct pasid_vf *vf, struct pasid_apply *apply)
{
	struct vtd_plan *plan = &apply->plan;
	unsigned int i;

	if (apply->whole) {
		for (i = 0; i < vf->ctx_count; i++)
			vtd_plan_context(plan, vf->ctx[i].rid);
		vtd_plan_run(plan);
		bitmap_zero(apply->dids, VTD_DIDS);
	}
	apply->any = false;
	pasid_vf_scan(vf, pasid_apply_visit, pasid_apply_leaf, apply);
	if (apply->whole) {
		for_each_set_bit(i, apply->dids, VTD_DIDS)
			vtd_plan_domain(plan, &apply->fn, i);
		/* Without entries it may be in a reset, and could not answer. */
		if (apply->any)
			vtd_plan_device_tlb(plan, &apply->fn);
	}
	return vtd_plan_run(plan);
}

static bool pasid_same_rule(const struct vtd_pte_rule *a, const struct vtd_pte_rule *b)
{
	return a->exec == b->exec && a->priv == b->priv && a->grant == b->grant;
}

static int pasid_vf_apply_once(struct pasid_vf *vf)
{
	struct pasid_apply *apply = vf->apply;
	unsigned long missed = pasid_hooks_missed();
	bool scan = atomic_xchg(&vf->rescan, 0);
	int err;

	if (missed != vf->missed_seen) {
		pasid_vf_forget_entries(vf);
		vf->missed_seen = missed;
		scan = true;
	}
	apply->rule = pasid_vf_rule(vf);
	apply->whole = pasid_vf_edit_contexts(vf);
	apply->whole |= atomic_xchg(&vf->stale, 0);
	if (!apply->whole && !scan && pasid_same_rule(&apply->rule, &vf->applied_rule))
		return 0;

	pasid_vf_function(vf, &apply->fn);
	vtd_plan_init(&apply->plan, pasid_unit_submit, &vf->unit);
	err = pasid_apply_run(vf, apply);
	if (err)
		atomic_set(&vf->stale, 1);
	vf->applied_rule = apply->rule;
	if (apply->plan.descriptors)
		trace_flush(&vf->pdev->dev, apply->plan.descriptors,
			    apply->plan.submissions, err);
	return err;
}

/**
 * pasid_vf_apply() - make tables and caches follow the effective set
 * @vf: the VF; not gone
 *
 * When it returns 0, no cache holds an answer that the tables do not give any
 * more. Where nothing has to change it submits nothing.
 *
 * Context: Process context, may sleep, @vf->lock held.
 * Return: 0, or a negative errno if an invalidation failed: the tables are
 * changed, and the next call flushes again.
 */
int pasid_vf_apply(struct pasid_vf *vf)
{
	int err;

	lockdep_assert_held(&vf->lock);
	err = pasid_vf_apply_once(vf);
	/* What a hook has changed before this saw it may not be flushed yet. */
	pasid_hooks_settle();
	if (!err && atomic_read(&vf->stale))
		err = pasid_vf_apply_once(vf);
	return err;
}

/**
 * pasid_vf_flush_device() - have a VF forget its translations
 * @vf: the VF; not gone
 *
 * Context: Process context, @vf->lock held.
 * Return: 0, or a negative errno.
 */
int pasid_vf_flush_device(struct pasid_vf *vf)
{
	struct pasid_apply *apply = vf->apply;

	lockdep_assert_held(&vf->lock);
	pasid_vf_function(vf, &apply->fn);
	vtd_plan_init(&apply->plan, pasid_unit_submit, &vf->unit);
	vtd_plan_device_tlb(&apply->plan, &apply->fn);
	return vtd_plan_run(&apply->plan);
}
