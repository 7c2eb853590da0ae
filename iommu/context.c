// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VF's context entries: what intel-iommu wrote to them, and what this module makes of it.
 */
#include "engine.h"
#include "trace.h"

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

/*
 * Updates @ctx->intent from what the entry shows. A gate that is not as this module last saw or
 * stored it was written by intel-iommu: its value is the intent. Otherwise the intent stays, with
 * one exception: if PRE is 0 because this module has cleared it, the entry does not show whether
 * intel-iommu has cleared it as well. After a gap no hook may have seen that. So PRE leaves the
 * intent, and stays denied until intel-iommu sets it. PASIDE and EPTR need no such exception, as
 * intel-iommu does not change them in a present entry.
 */
static void pasid_context_learn(struct pasid_context *ctx, u64 qword0)
{
	u64 shown = qword0 & VTD_CTX_GATES;
	u64 changed = shown ^ ctx->stored;

	ctx->intent = (ctx->intent & ~changed) | (shown & changed);
	if (ctx->as_of != pasid_gaps_now().contexts)
		ctx->intent &= shown | ~VTD_CTX_PRE;
	ctx->stored = shown;
}

/**
 * pasid_vf_learn_contexts() - remember what intel-iommu wrote to the context entries
 * @vf: the VF
 *
 * Context: Any, the unit's lock not held.
 */
void pasid_vf_learn_contexts(struct pasid_vf *vf)
{
	struct pasid_context *ctx;
	u64 *entry;

	guard(spinlock)(vf->unit.lock);
	for (ctx = vf->tables.ctx; ctx < vf->tables.ctx + vf->tables.ctx_count; ctx++) {
		entry = pasid_vf_find_context(vf, ctx);
		if (entry && (READ_ONCE(entry[0]) & VTD_PRESENT))
			pasid_context_learn(ctx, READ_ONCE(entry[0]));
	}
}

/**
 * pasid_vf_edit_contexts() - make the context entries obey
 * @vf: the VF; not gone
 * @as_of: counts of gaps when the writer began; NULL if probes did not fire then, or from a hook
 *
 * The caller invalidates caches.
 *
 * Context: Any, the unit's lock not held.
 * Return: true if an entry changed.
 */
bool pasid_vf_edit_contexts(struct pasid_vf *vf, const struct pasid_gaps *as_of)
{
	struct pasid_context *ctx;
	bool changed = false;
	u64 *entry, old, new;

	guard(spinlock)(vf->unit.lock);
	for (ctx = vf->tables.ctx; ctx < vf->tables.ctx + vf->tables.ctx_count; ctx++) {
		entry = pasid_vf_find_context(vf, ctx);
		old = entry ? READ_ONCE(entry[0]) : 0;
		if (!(old & VTD_PRESENT))
			continue;
		pasid_context_learn(ctx, old);
		if (as_of)
			ctx->as_of = max(ctx->as_of, as_of->contexts);
		/* For each entry, as pasid_vf_allowed() depends on the intent of the first one. */
		new = vtd_context_target(old, ctx->intent, pasid_vf_allowed(vf));
		ctx->stored = new & VTD_CTX_GATES;
		if (new == old)
			continue;
		pasid_unit_store(&vf->unit, entry, new);
		if (old & ~new & VTD_CTX_PASIDE)
			vf->tables.ats_suspect = true;
		pasid_count_change(vf, ctx->rid, PASID_TRACE_CONTEXT, old, new);
		changed = true;
	}
	return changed;
}

/**
 * pasid_vf_inval_contexts() - submit context-cache invalidations for all context entries of a VF
 * @vf: the VF
 * @inval: the series
 *
 * Context: As @inval->submit.
 */
void pasid_vf_inval_contexts(const struct pasid_vf *vf, struct vtd_inval *inval)
{
	unsigned int i;

	for (i = 0; i < vf->tables.ctx_count; i++)
		vtd_inval_context(inval, vf->tables.ctx[i].rid);
}
