// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VF's context entries, and the function behind them as invalidations see it.
 */
#include <linux/pci-ats.h>

#include "trace.h"
#include "vf.h"

/**
 * pasid_vf_find_context() - a context entry of a VF in the unit's tables
 * @vf: the VF; not gone
 * @ctx: which of its entries
 *
 * Context: Any.
 * Return: the entry, or NULL.
 */
u64 *pasid_vf_find_context(const struct pasid_vf *vf, const struct pasid_context *ctx)
{
	return vtd_find_context(vf->unit.root, ctx->rid, pasid_unit_map);
}

/**
 * pasid_vf_learn_context() - remember what intel-iommu intended with an entry
 * @ctx: the entry's memory
 * @entry: the entry as intel-iommu wrote it, present
 *
 * Context: Any, the unit's lock held.
 */
void pasid_vf_learn_context(struct pasid_context *ctx, const u64 *entry)
{
	ctx->intent = READ_ONCE(entry[0]) & VTD_CTX_GATES;
	ctx->fresh = false;
}

/**
 * pasid_vf_edit_contexts() - store what the effective set makes of the context entries
 * @vf: the VF; not gone
 *
 * Caches are not touched: the caller invalidates.
 *
 * Context: Any, the unit's lock not held.
 * Return: true if an entry changed.
 */
bool pasid_vf_edit_contexts(struct pasid_vf *vf)
{
	struct pasid_context *ctx;
	unsigned int effective;
	bool changed = false;
	u64 *entry, old, new;

	spin_lock(vf->unit.lock);
	effective = pasid_vf_effective(vf);
	for (ctx = vf->ctx; ctx < vf->ctx + vf->ctx_count; ctx++) {
		entry = pasid_vf_find_context(vf, ctx);
		old = entry ? READ_ONCE(entry[0]) : 0;
		if (!(old & VTD_PRESENT))
			continue;
		if (ctx->fresh)
			pasid_vf_learn_context(ctx, entry);
		new = vtd_context_target(old, ctx->intent, effective);
		if (new == old)
			continue;
		pasid_unit_store(&vf->unit, entry, new);
		if (old & ~new & VTD_CTX_PASIDE)
			vf->ats_suspect = true;
		trace_apply(&vf->pdev->dev, ctx->rid, PASID_TRACE_CONTEXT, old, new);
		changed = true;
	}
	spin_unlock(vf->unit.lock);
	return changed;
}

static int pasid_vf_read_ats(const struct pasid_vf *vf, u16 *ctrl)
{
	struct pci_dev *pdev = vf->pdev;

	if (!pdev->ats_cap ||
	    pci_read_config_word(pdev, pdev->ats_cap + PCI_ATS_CTRL, ctrl) ||
	    PCI_POSSIBLE_ERROR(*ctrl))
		return -ENODEV;
	return 0;
}

/**
 * pasid_vf_function() - what invalidations need to know of a VF now
 * @vf: the VF; not gone
 * @fn: filled
 *
 * A device-TLB invalidation that nobody answers is repeated until the PF, too, is
 * gone, and stalls the queue for all. A function in a reset has no device TLB.
 *
 * Context: Any; reads the VF's config space.
 */
void pasid_vf_function(const struct pasid_vf *vf, struct vtd_function *fn)
{
	u16 ctrl;

	fn->rid = vf->ctx[0].rid;
	fn->pfsid = vf->unit.ecap & VTD_ECAP_DIT ? pci_dev_id(vf->pf) : 0;
	fn->ats = vf->pdev->ats_enabled && !pasid_vf_read_ats(vf, &ctrl);
	fn->pasid = vf->pf->pasid_enabled;
	fn->twice = vf->twice;
	fn->drain = vtd_iotlb_drain(vf->unit.cap);
}

static void pasid_vf_write_ats(const struct pasid_vf *vf, u16 ctrl)
{
	pci_write_config_word(vf->pdev, vf->pdev->ats_cap + PCI_ATS_CTRL, ctrl);
}

static void pasid_vf_enable_ats(struct pasid_vf *vf)
{
	u16 ctrl;

	if (!vf->pdev->ats_enabled || pasid_vf_read_ats(vf, &ctrl) ||
	    (ctrl & PCI_ATS_CTRL_ENABLE))
		return;
	if (pasid_vf_flush_device(vf)) {
		dev_warn_ratelimited(&vf->pdev->dev,
				     "its ATS went off while PASIDs were denied and stays off: reset the VF to use ATS again\n");
		return;
	}
	pasid_vf_write_ats(vf, ctrl | PCI_ATS_CTRL_ENABLE);
	/* Linux has the last word; see pasid_vf_ats_disabled(). */
	barrier();
	if (!vf->pdev->ats_enabled)
		pasid_vf_write_ats(vf, ctrl);
	vf->ats_restored++;
	trace_ats_restore(&vf->pdev->dev, vf->ats_restored);
}

/**
 * pasid_vf_restore_ats() - switch ATS on again where the VF switched it off
 * @vf: the VF; its requests with PASID are allowed again
 *
 * A function that gets UR for a translation request, as it did while PASIDE was
 * clear, turns its own ATS off (VT-d 7.1.3), and Linux does not see it.
 *
 * Context: Process context, @vf->lock held.
 */
void pasid_vf_restore_ats(struct pasid_vf *vf)
{
	/* Mostly a reset, after which the PCI core restores ATS; else the next write tries. */
	if (!pci_cfg_access_trylock(vf->pdev)) {
		spin_lock(vf->unit.lock);
		vf->ats_suspect = true;
		spin_unlock(vf->unit.lock);
		return;
	}
	pasid_vf_enable_ats(vf);
	pci_cfg_access_unlock(vf->pdev);
}

/**
 * pasid_vf_ats_disabled() - Linux has switched ATS of a VF off
 * @vf: the VF
 *
 * It writes the register first and remembers that it did only then, so that
 * pasid_vf_restore_ats() may have come in between.
 *
 * Context: Hook.
 */
void pasid_vf_ats_disabled(struct pasid_vf *vf)
{
	u16 ctrl;

	if (!pasid_vf_read_ats(vf, &ctrl) && (ctrl & PCI_ATS_CTRL_ENABLE))
		pasid_vf_write_ats(vf, ctrl & ~PCI_ATS_CTRL_ENABLE);
}
