// SPDX-License-Identifier: GPL-2.0-only
/*
 * PFs: what their VFs lose with them and get back.
 */
#include "engine.h"
#include "trace.h"

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
		atomic_or(perm, &vf->sets.pf_down);
		if (!pasid_vf_edit_contexts(vf, NULL) && !READ_ONCE(vf->tables.applying))
			continue;
		/* A PF's VFs are behind one unit, the PF's, so that all share one plan. */
		if (!changed)
			vtd_plan_init(plan, pasid_unit_submit, &vf->unit);
		changed = true;
		pasid_vf_plan_contexts(vf, plan);
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
		pasid_vf_read_function(vf, &fn);
		if (first)
			vtd_plan_all_domains(plan, &fn);
		first = false;
		plan->owed = false;
		vtd_plan_device_tlb(plan, &fn);
		if (plan->owed)
			pasid_vf_owe_device(vf);
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
			atomic_set(&vf->owed.iommu, 1);
		schedule_work(&vf->refresh);
	}
}

/**
 * pasid_pf_disabling() - a PF is about to lose PASID or PRI
 * @pf: the PF
 * @perm: PASID_PERM_ENABLE or PASID_PERM_PRI
 *
 * Its VFs have lost it when this returns, which is before the PF does.
 *
 * Context: Hook.
 */
void pasid_pf_disabling(struct pci_dev *pf, unsigned int perm)
{
	struct vtd_plan plan = { };

	pasid_flush_begins();
	if (pasid_pf_edit_contexts(pf, perm, &plan)) {
		pasid_pf_flush(pf, &plan);
		trace_pasid_flush(&pf->dev, plan.descriptors, plan.err);
		pci_info(pf, "loses %s: its VFs lose it first%s\n",
			 perm == PASID_PERM_PRI ? "PRI" : "PASID",
			 plan.err ? ", but the IOMMU did not complete an invalidation" : "");
	}
	pasid_pf_refresh(pf, plan.err);
	pasid_flush_ends();
}

/**
 * pasid_pf_enabled() - a PF has enabled PASID or PRI
 * @pf: the PF
 * @perm: PASID_PERM_ENABLE or PASID_PERM_PRI
 *
 * Its VFs get back what their sets allow, soon.
 *
 * Context: Hook.
 */
void pasid_pf_enabled(struct pci_dev *pf, unsigned int perm)
{
	struct pasid_vf *vf;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node)
		if (vf->pf == pf)
			atomic_andnot(perm, &vf->sets.pf_down);
	pasid_pf_refresh(pf, false);
}
