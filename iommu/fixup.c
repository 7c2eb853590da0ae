// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fixups: a hook sees that intel-iommu has written an entry, or that Linux has switched ATS off.
 * It makes the entry and its caches obey before the hooked function returns to its caller. Work
 * that may wait, such as switching ATS on again, is left to the VF's worker. Hooks run with
 * preemption off: they may take spinlocks and wait for the invalidation queue, as intel-iommu
 * does, but must not sleep.
 */
#include "engine.h"

static void pasid_vf_fixed(struct pasid_vf *vf, const struct vtd_inval *inval)
{
	pasid_vf_inval_done(vf, inval);
	if (inval->owed || inval->err)
		schedule_work(&vf->refresh);
}

/**
 * pasid_vf_queue_refresh() - a VF's supported set may have changed: have its worker look
 * @vf: the VF
 *
 * The worker also tells those who poll the effective set, as they may have read it meanwhile.
 *
 * Context: Hook, after the change.
 */
void pasid_vf_queue_refresh(struct pasid_vf *vf)
{
	/* Pairs with pasid_vf_notify(), which clears it before it reads the set. */
	smp_store_release(&vf->files.unsure, true);
	schedule_work(&vf->refresh);
}

/**
 * pasid_vf_fix_contexts() - make a VF's context entries and their caches obey at once
 * @vf: the VF
 *
 * Context: Hook.
 */
void pasid_vf_fix_contexts(struct pasid_vf *vf)
{
	struct vtd_function fn;
	struct vtd_inval inval;
	bool awake;

	pasid_flush_begins();
	/*
	 * If a writer has changed an entry and has not invalidated yet, the hook invalidates, too:
	 * the caller of the hooked function does not wait for the writer.
	 */
	if (pasid_vf_edit_contexts(vf, NULL) || READ_ONCE(vf->tables.applying)) {
		awake = pasid_vf_keep_awake(vf);
		vtd_inval_init(&inval, pasid_unit_submit, &vf->unit);
		pasid_vf_read_function(vf, &fn);
		pasid_vf_inval_contexts(vf, &inval);
		vtd_inval_all_domains(&inval, &fn);
		vtd_inval_device_tlb(&inval, &fn);
		pasid_vf_fixed(vf, &inval);
		pasid_vf_let_sleep(vf, awake);
	}
	pasid_flush_ends();
}

/**
 * pasid_vf_after_pri_flip() - intel-iommu has set or cleared PRE in a VF's context entry
 * @vf: the VF
 * @gaps: counts of gaps at the start of the call
 * @enable: intel-iommu has set PRE
 *
 * Context: Hook.
 */
void pasid_vf_after_pri_flip(struct pasid_vf *vf, const struct pasid_gaps *gaps, bool enable)
{
	/* PRE that is set shows in the entry. PRE that this module had cleared before does not. */
	spin_lock(vf->unit.lock);
	if (!enable)
		vf->tables.ctx[0].intent &= ~VTD_CTX_PRE;
	vf->tables.ctx[0].as_of = gaps->contexts;
	spin_unlock(vf->unit.lock);
	pasid_vf_fix_contexts(vf);
	pasid_vf_queue_refresh(vf);
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
 * @gaps: counts of gaps at the start of the call
 * @replace: intel-iommu overwrites a present entry; else it refuses one that is present
 *
 * Context: Hook.
 */
void pasid_vf_before_entry_setup(struct pasid_vf *vf, u32 pasid, const struct pasid_gaps *gaps,
				 bool replace)
{
	guard(spinlock)(vf->unit.lock);
	pasid_vf_setup_begins(vf, pasid, pasid_vf_find_entry(vf, pasid), gaps, replace);
}

/* Returns whether the entry had to be changed; pasid_flush_begins() was called then. */
static bool pasid_vf_edit_entry(struct pasid_vf *vf, u32 pasid, u64 *pte)
{
	struct vtd_pte_rule rule = pasid_vf_rule(vf);
	u64 old = READ_ONCE(pte[2]);
	u64 new = pasid_vf_entry_target(vf, pasid, pte, &rule);

	if (new == old)
		return false;
	pasid_flush_begins();
	pasid_unit_store(&vf->unit, &pte[2], new);
	pasid_count_change(vf, vf->tables.ctx[0].rid, pasid, old, new);
	return true;
}

static void pasid_vf_flush_entry(struct pasid_vf *vf, u32 pasid, u16 did)
{
	bool awake = pasid_vf_keep_awake(vf);
	struct vtd_function fn;
	struct vtd_inval inval;

	vtd_inval_init(&inval, pasid_unit_submit, &vf->unit);
	pasid_vf_read_function(vf, &fn);
	vtd_inval_entry(&inval, &fn, did, pasid);
	pasid_vf_fixed(vf, &inval);
	pasid_vf_let_sleep(vf, awake);
}

/**
 * pasid_vf_after_entry_setup() - intel-iommu has set up a PASID-table entry, or failed to
 * @vf: the VF
 * @pasid: the entry's PASID
 * @gaps: as with pasid_vf_before_entry_setup()
 * @replace: as with pasid_vf_before_entry_setup()
 * @done: intel-iommu succeeded
 *
 * When this returns, the entry and its caches obey. intel-iommu's caller goes on afterwards. If a
 * writer has changed the entry and has not invalidated yet, the hook invalidates, too.
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
