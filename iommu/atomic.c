// SPDX-License-Identifier: GPL-2.0-only
/*
 * Apply from hooks: intel-iommu has written an entry, or a PF is losing a
 * capability. Hooks run with preemption off and may take spinlocks and wait for
 * the invalidation queue, as intel-iommu itself does, but must not sleep. What
 * can wait, which is anything that grants, is left to pasid_vf_refresh().
 */
#include "trace.h"
#include "vf.h"

/* Hooks that have changed a table and not yet flushed; raised before the store. */
static atomic_t pasid_hooks_flushing = ATOMIC_INIT(0);

/**
 * pasid_hooks_settle() - wait for the flushes of hooks that are under way
 *
 * Hooks run with preemption off, flush included, so a grace period covers them,
 * however many follow.
 *
 * Context: Process context, may sleep.
 */
void pasid_hooks_settle(void)
{
	if (atomic_read(&pasid_hooks_flushing))
		synchronize_rcu_expedited();
}

static void pasid_vf_plan_done(struct pasid_vf *vf, const struct vtd_plan *plan)
{
	trace_flush(&vf->pdev->dev, plan->descriptors, plan->err);
	if (plan->owed)
		pasid_vf_owe(vf);
	if (plan->err)
		atomic_set(&vf->stale, 1);
	if (plan->owed || plan->err)
		schedule_work(&vf->refresh);
}

static void pasid_plan_contexts(struct vtd_plan *plan, const struct pasid_vf *vf)
{
	unsigned int i;

	for (i = 0; i < vf->ctx_count; i++)
		vtd_plan_context(plan, vf->ctx[i].rid);
}

/**
 * pasid_vf_contexts_now() - have a VF's context entries follow its effective set at once
 * @vf: the VF
 *
 * Context: Hook.
 */
void pasid_vf_contexts_now(struct pasid_vf *vf)
{
	struct vtd_function fn;
	struct vtd_plan plan;
	bool awake;

	atomic_inc(&pasid_hooks_flushing);
	/* What a writer has changed before this it flushes later: too late for a hook. */
	if (pasid_vf_edit_contexts(vf, NULL) || READ_ONCE(vf->applying)) {
		awake = pasid_vf_keep_awake(vf);
		vtd_plan_init(&plan, pasid_unit_submit, &vf->unit);
		pasid_vf_function(vf, &fn);
		pasid_plan_contexts(&plan, vf);
		vtd_plan_all_domains(&plan, &fn);
		vtd_plan_device_tlb(&plan, &fn);
		pasid_vf_plan_done(vf, &plan);
		pasid_vf_let_sleep(vf, awake);
	}
	atomic_dec(&pasid_hooks_flushing);
}

/**
 * pasid_vf_context_pri() - intel-iommu has set or cleared PRE of a VF
 * @vf: the VF
 * @gaps: their number when intel-iommu began
 * @enable: it has set it
 *
 * Context: Hook.
 */
void pasid_vf_context_pri(struct pasid_vf *vf, const struct pasid_gaps *gaps, bool enable)
{
	/* PRE that both have cleared does not show who did. */
	spin_lock(vf->unit.lock);
	if (enable)
		vf->ctx[0].intent |= VTD_CTX_PRE;
	else
		vf->ctx[0].intent &= ~VTD_CTX_PRE;
	vf->ctx[0].sure = gaps->contexts;
	spin_unlock(vf->unit.lock);
	pasid_vf_contexts_now(vf);
	/* What is supported may have changed: whether the module is pinned, too. */
	schedule_work(&vf->refresh);
}

static u64 *pasid_vf_find_entry(const struct pasid_vf *vf, u32 pasid)
{
	u64 *ctx = pasid_vf_find_context(vf, &vf->ctx[0]);
	struct vtd_pasid_dir dir;

	if (!ctx || vtd_find_pasid_dir(ctx, pasid_unit_map, &dir) ||
	    pasid == dir.rid_pasid)
		return NULL;
	return vtd_find_pte(&dir, pasid, pasid_unit_map);
}

/**
 * pasid_vf_entry_entered() - intel-iommu begins to set up a PASID-table entry
 * @vf: the VF
 * @pasid: the entry's PASID
 * @gaps: their number now
 * @replace: it writes over a present entry; else it refuses one that is present
 *
 * Context: Hook.
 */
void pasid_vf_entry_entered(struct pasid_vf *vf, u32 pasid, const struct pasid_gaps *gaps,
			    bool replace)
{
	spin_lock(vf->unit.lock);
	pasid_vf_setup_begins(vf, pasid, pasid_vf_find_entry(vf, pasid), gaps, replace);
	spin_unlock(vf->unit.lock);
}

/* Returns true if the entry had to be changed; pasid_hooks_flushing is raised then. */
static bool pasid_vf_edit_entry(struct pasid_vf *vf, u32 pasid, u64 *pte)
{
	struct vtd_pte_rule rule = pasid_vf_rule(vf);
	u64 old = READ_ONCE(pte[2]);
	u64 new = pasid_vf_entry_target(vf, pasid, pte, &rule);

	if (new == old)
		return false;
	atomic_inc(&pasid_hooks_flushing);
	pasid_unit_store(&vf->unit, &pte[2], new);
	trace_apply(&vf->pdev->dev, vf->ctx[0].rid, pasid, old, new);
	return true;
}

static void pasid_vf_flush_entry(struct pasid_vf *vf, u32 pasid, u16 did)
{
	bool awake = pasid_vf_keep_awake(vf);
	struct vtd_function fn;
	struct vtd_plan plan;

	vtd_plan_init(&plan, pasid_unit_submit, &vf->unit);
	pasid_vf_function(vf, &fn);
	vtd_plan_entry(&plan, &fn, did, pasid);
	pasid_vf_plan_done(vf, &plan);
	pasid_vf_let_sleep(vf, awake);
}

/**
 * pasid_vf_entry_left() - intel-iommu has set up a PASID-table entry, or failed to
 * @vf: the VF
 * @pasid: the entry's PASID
 * @gaps: as with pasid_vf_entry_entered()
 * @replace: as with pasid_vf_entry_entered()
 * @done: it succeeded
 *
 * The entry obeys the effective set when this returns, which is before intel-iommu's
 * caller goes on; so do caches. A writer that came across the entry first flushes it
 * later, so that the hook does it, too.
 *
 * Context: Hook.
 */
void pasid_vf_entry_left(struct pasid_vf *vf, u32 pasid, const struct pasid_gaps *gaps,
			 bool replace, bool done)
{
	bool changed = false, flush = false;
	u64 *pte;
	u16 did;

	spin_lock(vf->unit.lock);
	if (vf->in_replace == pasid)
		vf->in_replace = PASID_NO_REPLACE;
	pte = pasid_vf_find_entry(vf, pasid);
	if (pte && (READ_ONCE(pte[0]) & VTD_PRESENT)) {
		if (done)
			pasid_vf_setup_ends(vf, pasid, pte, gaps, replace);
		changed = pasid_vf_edit_entry(vf, pasid, pte);
		flush = changed || READ_ONCE(vf->applying);
		did = FIELD_GET(VTD_PTE_DID, READ_ONCE(pte[1]));
	}
	spin_unlock(vf->unit.lock);
	if (flush)
		pasid_vf_flush_entry(vf, pasid, did);
	if (changed)
		atomic_dec(&pasid_hooks_flushing);
}

/*
 * Returns whether a table changed, or a writer has changed it and not flushed yet. The
 * context cache has been told then.
 */
static bool pasid_pf_edit_contexts(struct pci_dev *pf, unsigned int perm,
				   struct vtd_plan *plan)
{
	bool changed = false;
	struct pasid_vf *vf;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node) {
		if (vf->pf != pf)
			continue;
		atomic_or(perm, &vf->pf_down);
		if (!pasid_vf_edit_contexts(vf, NULL) && !READ_ONCE(vf->applying))
			continue;
		/* A PF's VFs are behind one unit, the PF's, so that all share one plan. */
		if (!changed)
			vtd_plan_init(plan, pasid_unit_submit, &vf->unit);
		changed = true;
		pasid_plan_contexts(plan, vf);
	}
	return changed;
}

static void pasid_pf_flush(struct pci_dev *pf, struct vtd_plan *plan)
{
	struct vtd_function fn;
	struct pasid_vf *vf;
	bool awake, first = true;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node) {
		if (vf->pf != pf)
			continue;
		awake = pasid_vf_keep_awake(vf);
		pasid_vf_function(vf, &fn);
		if (first)
			vtd_plan_all_domains(plan, &fn);
		first = false;
		plan->owed = false;
		vtd_plan_device_tlb(plan, &fn);
		if (plan->owed)
			pasid_vf_owe(vf);
		pasid_vf_let_sleep(vf, awake);
	}
}

static void pasid_pf_refresh(struct pci_dev *pf, bool stale)
{
	struct pasid_vf *vf;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node) {
		if (vf->pf != pf)
			continue;
		if (stale)
			atomic_set(&vf->stale, 1);
		schedule_work(&vf->refresh);
	}
}

/**
 * pasid_pf_losing() - a PF is about to lose PASID or PRI
 * @pf: the PF
 * @perm: PASID_PERM_ENABLE or PASID_PERM_PRI
 *
 * Its VFs have lost it when this returns, which is before the PF does.
 *
 * Context: Hook.
 */
void pasid_pf_losing(struct pci_dev *pf, unsigned int perm)
{
	struct vtd_plan plan = { };

	atomic_inc(&pasid_hooks_flushing);
	if (pasid_pf_edit_contexts(pf, perm, &plan)) {
		pasid_pf_flush(pf, &plan);
		trace_flush(&pf->dev, plan.descriptors, plan.err);
		pci_info(pf, "loses %s: its VFs lose it first%s\n",
			 perm == PASID_PERM_PRI ? "PRI" : "PASID",
			 plan.err ? ", but the IOMMU did not complete an invalidation" : "");
	}
	pasid_pf_refresh(pf, plan.err);
	atomic_dec(&pasid_hooks_flushing);
}

/**
 * pasid_pf_gained() - a PF has enabled PASID or PRI
 * @pf: the PF
 * @perm: PASID_PERM_ENABLE or PASID_PERM_PRI
 *
 * Its VFs get back what their sets allow, soon.
 *
 * Context: Hook.
 */
void pasid_pf_gained(struct pci_dev *pf, unsigned int perm)
{
	struct pasid_vf *vf;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node)
		if (vf->pf == pf)
			atomic_andnot(perm, &vf->pf_down);
	pasid_pf_refresh(pf, false);
}
