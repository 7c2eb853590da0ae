// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fixups: a hook finds that intel-iommu has written an entry, or that Linux has switched ATS
 * off, and has the VF's entries and caches obey before the hooked function returns. Hooks run
 * with preemption off and may take spinlocks and wait for the invalidation queue, as
 * intel-iommu itself does, but must not sleep.
 */
#include "engine.h"
#include "trace.h"

static void pasid_vf_plan_done(struct pasid_vf *vf, const struct vtd_plan *plan)
{
	trace_pasid_flush(&vf->pdev->dev, plan->descriptors, plan->err);
	if (plan->owed)
		pasid_vf_owe_device(vf);
	if (plan->err)
		atomic_set(&vf->owed.iommu, 1);
	if (plan->owed || plan->err)
		schedule_work(&vf->refresh);
}

/**
 * pasid_vf_fix_contexts() - have a VF's context entries follow its effective set at once
 * @vf: the VF
 *
 * Context: Hook.
 */
void pasid_vf_fix_contexts(struct pasid_vf *vf)
{
	struct vtd_function fn;
	struct vtd_plan plan;
	bool awake;

	pasid_flush_begins();
	/* What a writer has changed before this it flushes later: too late for a hook. */
	if (pasid_vf_edit_contexts(vf, NULL) || READ_ONCE(vf->tables.applying)) {
		awake = pasid_vf_keep_awake(vf);
		vtd_plan_init(&plan, pasid_unit_submit, &vf->unit);
		pasid_vf_read_function(vf, &fn);
		pasid_vf_plan_contexts(vf, &plan);
		vtd_plan_all_domains(&plan, &fn);
		vtd_plan_device_tlb(&plan, &fn);
		pasid_vf_plan_done(vf, &plan);
		pasid_vf_let_sleep(vf, awake);
	}
	pasid_flush_ends();
}

/**
 * pasid_vf_after_pri_flip() - intel-iommu has set or cleared PRE of a VF
 * @vf: the VF
 * @gaps: their number when intel-iommu began
 * @enable: it has set it
 *
 * Context: Hook.
 */
void pasid_vf_after_pri_flip(struct pasid_vf *vf, const struct pasid_gaps *gaps, bool enable)
{
	/* PRE that both have cleared does not show who did. */
	spin_lock(vf->unit.lock);
	if (enable)
		vf->tables.ctx[0].intent |= VTD_CTX_PRE;
	else
		vf->tables.ctx[0].intent &= ~VTD_CTX_PRE;
	vf->tables.ctx[0].sure = gaps->contexts;
	spin_unlock(vf->unit.lock);
	pasid_vf_fix_contexts(vf);
	/* What is supported may have changed: whether the module is pinned, too. */
	schedule_work(&vf->refresh);
}

static u64 *pasid_vf_find_entry(const struct pasid_vf *vf, u32 pasid)
{
	u64 *ctx = pasid_vf_find_context(vf, &vf->tables.ctx[0]);
	struct vtd_pasid_dir dir;

	if (!ctx || vtd_find_pasid_dir(ctx, pasid_unit_map, &dir) ||
	    pasid == dir.rid_pasid)
		return NULL;
	return vtd_find_pte(&dir, pasid, pasid_unit_map);
}

/**
 * pasid_vf_before_entry_setup() - intel-iommu begins to set up a PASID-table entry
 * @vf: the VF
 * @pasid: the entry's PASID
 * @gaps: their number now
 * @replace: it writes over a present entry; else it refuses one that is present
 *
 * Context: Hook.
 */
void pasid_vf_before_entry_setup(struct pasid_vf *vf, u32 pasid, const struct pasid_gaps *gaps,
			    bool replace)
{
	spin_lock(vf->unit.lock);
	pasid_vf_setup_begins(vf, pasid, pasid_vf_find_entry(vf, pasid), gaps, replace);
	spin_unlock(vf->unit.lock);
}

/* Returns true if the entry had to be changed; its flush has begun then. */
static bool pasid_vf_edit_entry(struct pasid_vf *vf, u32 pasid, u64 *pte)
{
	struct vtd_pte_rule rule = pasid_vf_rule(vf);
	u64 old = READ_ONCE(pte[2]);
	u64 new = pasid_vf_entry_target(vf, pasid, pte, &rule);

	if (new == old)
		return false;
	pasid_flush_begins();
	pasid_unit_store(&vf->unit, &pte[2], new);
	trace_pasid_apply(&vf->pdev->dev, vf->tables.ctx[0].rid, pasid, old, new);
	return true;
}

static void pasid_vf_flush_entry(struct pasid_vf *vf, u32 pasid, u16 did)
{
	bool awake = pasid_vf_keep_awake(vf);
	struct vtd_function fn;
	struct vtd_plan plan;

	vtd_plan_init(&plan, pasid_unit_submit, &vf->unit);
	pasid_vf_read_function(vf, &fn);
	vtd_plan_entry(&plan, &fn, did, pasid);
	pasid_vf_plan_done(vf, &plan);
	pasid_vf_let_sleep(vf, awake);
}

/**
 * pasid_vf_after_entry_setup() - intel-iommu has set up a PASID-table entry, or failed to
 * @vf: the VF
 * @pasid: the entry's PASID
 * @gaps: as with pasid_vf_before_entry_setup()
 * @replace: as with pasid_vf_before_entry_setup()
 * @done: it succeeded
 *
 * The entry obeys the effective set when this returns, which is before intel-iommu's
 * caller goes on; so do caches. A writer that came across the entry first flushes it
 * later, so that the hook does it, too.
 *
 * Context: Hook.
 */
void pasid_vf_after_entry_setup(struct pasid_vf *vf, u32 pasid, const struct pasid_gaps *gaps,
			 bool replace, bool done)
{
	bool changed = false, flush = false;
	u64 *pte;
	u16 did;

	spin_lock(vf->unit.lock);
	pte = pasid_vf_find_entry(vf, pasid);
	pasid_vf_setup_ends(vf, pasid, pte, gaps, replace, done);
	if (pte && (READ_ONCE(pte[0]) & VTD_PRESENT)) {
		changed = pasid_vf_edit_entry(vf, pasid, pte);
		flush = changed || READ_ONCE(vf->tables.applying);
		did = FIELD_GET(VTD_PTE_DID, READ_ONCE(pte[1]));
	}
	spin_unlock(vf->unit.lock);
	if (flush)
		pasid_vf_flush_entry(vf, pasid, did);
	if (changed)
		pasid_flush_ends();
}
