// SPDX-License-Identifier: GPL-2.0-only
/*
 * Apply from hooks: intel-iommu has written an entry, or a PF is losing a
 * capability. Hooks run with preemption off and may take spinlocks and wait for
 * the invalidation queue, as intel-iommu itself does, but must not sleep. What
 * can wait, which is anything that grants, is left to pasid_vf_refresh().
 */
#include "trace.h"
#include "vf.h"

/* Too large for the stack; hooks do not nest and do not move to another CPU. */
static DEFINE_PER_CPU(struct vtd_plan, pasid_hook_plan);

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

static struct vtd_plan *pasid_hook_plan_init(struct pasid_vf *vf)
{
	struct vtd_plan *plan = this_cpu_ptr(&pasid_hook_plan);

	vtd_plan_init(plan, pasid_unit_submit, &vf->unit);
	return plan;
}

static void pasid_hook_plan_run(struct pasid_vf *vf, struct vtd_plan *plan)
{
	int err = vtd_plan_run(plan);

	trace_flush(&vf->pdev->dev, plan->descriptors, plan->submissions, err);
	if (!err)
		return;
	atomic_set(&vf->stale, 1);
	schedule_work(&vf->refresh);
	dev_err_ratelimited(&vf->pdev->dev,
			    "the IOMMU did not complete an invalidation (error %d); will try again\n",
			    err);
}

static void pasid_plan_contexts(struct vtd_plan *plan, const struct pasid_vf *vf)
{
	unsigned int i;

	for (i = 0; i < vf->ctx_count; i++)
		vtd_plan_context(plan, vf->ctx[i].rid);
}

static void pasid_vf_contexts_now(struct pasid_vf *vf)
{
	struct vtd_function fn;
	struct vtd_plan *plan;

	atomic_inc(&pasid_hooks_flushing);
	if (pasid_vf_edit_contexts(vf)) {
		plan = pasid_hook_plan_init(vf);
		pasid_vf_function(vf, &fn);
		pasid_plan_contexts(plan, vf);
		vtd_plan_all_domains(plan, &fn);
		vtd_plan_device_tlb(plan, &fn);
		pasid_hook_plan_run(vf, plan);
	}
	atomic_dec(&pasid_hooks_flushing);
}

/**
 * pasid_vf_context_entered() - intel-iommu begins to set up a VF's context entries
 * @vf: the VF
 *
 * It leaves those that are present as they are.
 *
 * Context: Hook.
 */
void pasid_vf_context_entered(struct pasid_vf *vf)
{
	struct pasid_context *ctx;
	u64 *entry;

	spin_lock(vf->unit.lock);
	for (ctx = vf->ctx; ctx < vf->ctx + vf->ctx_count; ctx++) {
		entry = pasid_vf_find_context(vf, ctx);
		ctx->fresh = !entry || !(READ_ONCE(entry[0]) & VTD_PRESENT);
	}
	spin_unlock(vf->unit.lock);
}

/**
 * pasid_vf_context_left() - intel-iommu has set up a VF's context entries
 * @vf: the VF
 *
 * Context: Hook.
 */
void pasid_vf_context_left(struct pasid_vf *vf)
{
	pasid_vf_contexts_now(vf);
}

/**
 * pasid_vf_context_pri() - intel-iommu has set or cleared PRE of a VF
 * @vf: the VF
 * @enable: it has set it
 *
 * Context: Hook.
 */
void pasid_vf_context_pri(struct pasid_vf *vf, bool enable)
{
	spin_lock(vf->unit.lock);
	if (enable)
		vf->ctx[0].intent |= VTD_CTX_PRE;
	else
		vf->ctx[0].intent &= ~VTD_CTX_PRE;
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
 * @replace: it writes over a present entry; else it refuses one that is present
 *
 * Context: Hook.
 */
void pasid_vf_entry_entered(struct pasid_vf *vf, u32 pasid, bool replace)
{
	u64 *pte;

	spin_lock(vf->unit.lock);
	pte = pasid_vf_find_entry(vf, pasid);
	if (replace || !pte || !(READ_ONCE(pte[0]) & VTD_PRESENT)) {
		vf->in_setup = pasid;
		vf->in_replace = replace;
	}
	spin_unlock(vf->unit.lock);
}

/*
 * Returns true, and the entry's domain, if the entry had to be changed;
 * pasid_hooks_flushing is raised then.
 */
static bool pasid_vf_edit_entry(struct pasid_vf *vf, u32 pasid, u64 *pte, u16 *did)
{
	struct vtd_pte_rule rule = pasid_vf_rule(vf);
	u64 old = READ_ONCE(pte[2]), new;

	if (!(READ_ONCE(pte[0]) & VTD_PRESENT))
		return false;
	new = pasid_vf_entry_target(vf, pasid, pte, &rule);
	if (new == old)
		return false;
	atomic_inc(&pasid_hooks_flushing);
	pasid_unit_store(&vf->unit, &pte[2], new);
	trace_apply(&vf->pdev->dev, vf->ctx[0].rid, pasid, old, new);
	*did = FIELD_GET(VTD_PTE_DID, READ_ONCE(pte[1]));
	return true;
}

/**
 * pasid_vf_entry_left() - intel-iommu has set up a PASID-table entry
 * @vf: the VF
 * @pasid: the entry's PASID
 * @done: it succeeded
 *
 * The entry obeys the effective set when this returns, which is before
 * intel-iommu's caller goes on.
 *
 * Context: Hook.
 */
void pasid_vf_entry_left(struct pasid_vf *vf, u32 pasid, bool done)
{
	struct vtd_function fn;
	struct vtd_plan *plan;
	bool changed = false;
	u64 *pte;
	u16 did;

	spin_lock(vf->unit.lock);
	pte = done ? pasid_vf_find_entry(vf, pasid) : NULL;
	if (pte && vf->in_setup == pasid)
		pasid_vf_learn_entry(vf, pasid, pte);
	vf->in_setup = PASID_NO_SETUP;
	if (pte)
		changed = pasid_vf_edit_entry(vf, pasid, pte, &did);
	spin_unlock(vf->unit.lock);
	if (!changed)
		return;
	plan = pasid_hook_plan_init(vf);
	pasid_vf_function(vf, &fn);
	vtd_plan_entry(plan, &fn, did, pasid);
	pasid_hook_plan_run(vf, plan);
	atomic_dec(&pasid_hooks_flushing);
}

/* A PF's VFs are behind one unit, the PF's, so that all share one plan. */
static struct vtd_plan *pasid_pf_edit_contexts(struct pci_dev *pf, unsigned int perm)
{
	struct vtd_plan *plan = NULL;
	struct pasid_vf *vf;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node) {
		if (vf->pf != pf)
			continue;
		atomic_or(perm, &vf->pf_down);
		if (!pasid_vf_edit_contexts(vf))
			continue;
		plan = plan ?: pasid_hook_plan_init(vf);
		pasid_plan_contexts(plan, vf);
	}
	return plan;
}

static int pasid_pf_flush(struct pci_dev *pf, struct vtd_plan *plan)
{
	struct vtd_function fn;
	struct pasid_vf *vf;
	bool first = true;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node) {
		if (vf->pf != pf)
			continue;
		pasid_vf_function(vf, &fn);
		if (first)
			vtd_plan_all_domains(plan, &fn);
		first = false;
		vtd_plan_device_tlb(plan, &fn);
	}
	return vtd_plan_run(plan);
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
		/* Entries were set up while less was supported than will be. */
		atomic_set(&vf->rescan, 1);
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
	struct vtd_plan *plan;
	int err = 0;

	atomic_inc(&pasid_hooks_flushing);
	plan = pasid_pf_edit_contexts(pf, perm);
	if (plan) {
		err = pasid_pf_flush(pf, plan);
		trace_flush(&pf->dev, plan->descriptors, plan->submissions, err);
		pci_info(pf, "loses %s: its VFs lose it first%s\n",
			 perm == PASID_PERM_PRI ? "PRI" : "PASID",
			 err ? ", but the IOMMU did not complete an invalidation" : "");
	}
	pasid_pf_refresh(pf, err);
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
