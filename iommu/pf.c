// SPDX-License-Identifier: GPL-2.0-only
/*
 * A PF switches PASID or PRI off or on: its VFs lose what needs it before the PF does, and get it
 * back afterwards.
 */
#include "engine.h"
#include "trace.h"

/*
 * Returns whether an entry of a VF was changed, by this function or by a writer that has not
 * invalidated yet. The context cache is invalidated then.
 */
static bool pasid_pf_edit_contexts(struct pci_dev *pf, unsigned int perm,
				   struct vtd_inval *inval)
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
		/* All VFs are behind their PF's unit, so that one series serves all. */
		if (!changed)
			vtd_inval_init(inval, pasid_unit_submit, &vf->unit);
		changed = true;
		pasid_vf_inval_contexts(vf, inval);
	}
	return changed;
}

static void pasid_pf_flush(struct pci_dev *pf, struct vtd_inval *inval)
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
			vtd_inval_all_domains(inval, &fn);
		first = false;
		inval->owed = false;
		vtd_inval_device_tlb(inval, &fn);
		if (inval->owed)
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
		pasid_vf_queue_refresh(vf);
	}
}

/**
 * pasid_pf_disabling() - Linux is about to switch PASID or PRI of a PF off
 * @pf: the PF
 * @perm: PASID_PERM_ENABLE or PASID_PERM_PRI
 *
 * When this returns, the IOMMU blocks it for the PF's VFs. The PF's register changes afterwards.
 *
 * Context: Hook.
 */
void pasid_pf_disabling(struct pci_dev *pf, unsigned int perm)
{
	struct vtd_inval inval = { };

	pasid_flush_begins();
	if (pasid_pf_edit_contexts(pf, perm, &inval)) {
		pasid_pf_flush(pf, &inval);
		trace_pasid_flush(&pf->dev, inval.descriptors, inval.err);
		pci_info(pf, "Linux is switching %s off: the IOMMU blocks it for the VFs first%s\n",
			 perm == PASID_PERM_PRI ? "PRI" : "PASID",
			 inval.err ? ", but the IOMMU did not complete an invalidation" : "");
	}
	pasid_pf_refresh(pf, inval.err);
	pasid_flush_ends();
}

/**
 * pasid_pf_enabled() - Linux has switched PASID or PRI of a PF on
 * @pf: the PF
 * @perm: PASID_PERM_ENABLE or PASID_PERM_PRI
 *
 * The workers of the PF's VFs give back what the VFs' sets allow.
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
