// SPDX-License-Identifier: GPL-2.0-only
/*
 * Apply: tables, then caches, follow a VF's effective set.
 *
 * A context entry that changed needs every affected domain flushed (VT-d Table
 * 28). An entry that is set up while the stale context entry is still cached can
 * bring a domain of its own into the IOTLB; so the context cache is flushed, and
 * waited for, before the domains are listed. Entries that are being torn down are
 * listed too: intel-iommu's own flush for them may still be on its way.
 *
 * Every entry is looked at each time: one may have been set up without any hook, and
 * nothing but the table tells.
 */
#include "engine.h"
#include "trace.h"

/* A set-up that goes by unseen while entries are looked at has them looked at again. */
#define PASID_APPLY_PASSES	3

/**
 * struct pasid_apply - work in progress
 * @rule: what entries have to follow
 * @sure: the gaps when it began, or NULL if probes did not fire
 * @affected: what has to be invalidated
 */
struct pasid_apply {
	struct vtd_pte_rule rule;
	const struct pasid_gaps *sure;
	struct vtd_affected affected;
};

static void pasid_apply_visit(struct pasid_vf *vf, u32 pasid, bool rid, u64 *pte,
			      void *arg)
{
	bool present = READ_ONCE(pte[0]) & VTD_PRESENT;
	u16 did = FIELD_GET(VTD_PTE_DID, READ_ONCE(pte[1]));
	struct pasid_apply *apply = arg;
	u64 old = READ_ONCE(pte[2]), new;

	if (apply->affected.whole)
		vtd_affect_domain(&apply->affected, did);
	if (rid)
		return;
	if (present)
		pasid_vf_learn_entry(vf, pasid, pte, apply->sure);
	new = pasid_vf_entry_target(vf, pasid, pte, &apply->rule);
	if (new == old)
		return;
	if (present) {
		pasid_unit_store(&vf->unit, &pte[2], new);
		trace_pasid_apply(&vf->pdev->dev, vf->tables.ctx[0].rid, pasid, old, new);
	}
	vtd_affect_entry(&apply->affected, pasid, did);
}

/* Tables and, in the right order, the caches above them. */
static void pasid_vf_apply_run(struct pasid_vf *vf, struct pasid_apply *apply,
			       struct vtd_plan *plan)
{
	struct vtd_function fn;

	if (apply->affected.whole)
		pasid_vf_plan_contexts(vf, plan);
	pasid_vf_scan(vf, pasid_apply_visit, apply);
	pasid_vf_read_function(vf, &fn);
	vtd_plan_affected(plan, &fn, &apply->affected);
}

static int pasid_vf_apply_once(struct pasid_vf *vf, const struct pasid_gaps *sure)
{
	struct pasid_apply apply = { .sure = sure };
	struct vtd_plan plan;
	bool awake;

	WRITE_ONCE(vf->tables.applying, true);
	apply.affected.whole = pasid_vf_edit_contexts(vf, sure);
	apply.affected.whole |= atomic_xchg(&vf->owed.iommu, 0);
	if (atomic_read(&vf->owed.device) && pasid_vf_answers(vf))
		apply.affected.whole |= atomic_xchg(&vf->owed.device, 0);
	apply.rule = pasid_vf_rule(vf);

	awake = pasid_vf_keep_awake(vf);
	vtd_plan_init(&plan, pasid_unit_submit, &vf->unit);
	pasid_vf_apply_run(vf, &apply, &plan);
	pasid_vf_let_sleep(vf, awake);
	if (plan.owed)
		pasid_vf_owe_device(vf);
	if (plan.err)
		atomic_set(&vf->owed.iommu, 1);
	WRITE_ONCE(vf->tables.applying, false);
	if (plan.descriptors)
		trace_pasid_flush(&vf->pdev->dev, plan.descriptors, plan.err);
	return plan.err;
}

/* Nothing has gone by unseen while it ran if probes fired before and after, and all along. */
static int pasid_vf_apply_pass(struct pasid_vf *vf)
{
	bool alive;
	const struct pasid_gaps before = pasid_gaps_settled(&alive);
	const struct pasid_gaps *sure = alive ? &before : NULL;
	struct pasid_gaps after;
	int err;

	err = pasid_vf_apply_once(vf, sure);
	/* What a hook has changed before this saw it may not be flushed yet. */
	pasid_flushes_wait();
	if (!err && atomic_read(&vf->owed.iommu))
		err = pasid_vf_apply_once(vf, sure);
	if (err)
		return err;
	if (!alive || !pasid_probes_alive())
		return -ENXIO;
	after = pasid_gaps_now();
	return pasid_gaps_same(&before, &after) ? 0 : -EAGAIN;
}

/**
 * pasid_vf_apply() - make tables and caches follow the effective set
 * @vf: the VF; not gone
 *
 * When it returns 0, no entry and no cache that this unit or the function uses says more
 * than the effective set. Where nothing has to change it submits nothing.
 *
 * Context: Process context, may sleep, @vf->lock held.
 * Return: 0; -ENXIO if probes do not fire, so that what intel-iommu sets up from now on is
 * not followed; -EAGAIN if set-ups keep going by unseen; another negative errno if an
 * invalidation failed: the tables are changed, and the next call flushes again.
 */
int pasid_vf_apply(struct pasid_vf *vf)
{
	int err, pass;

	lockdep_assert_held(&vf->lock);
	for (pass = 0; pass < PASID_APPLY_PASSES; pass++) {
		err = pasid_vf_apply_pass(vf);
		if (err != -EAGAIN)
			break;
	}
	return err;
}
