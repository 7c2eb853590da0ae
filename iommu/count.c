// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counters of a VF, which its files show, and the trace event that belongs to each.
 */
#include "engine.h"
#include "trace.h"

/**
 * pasid_count_change() - this module has changed an entry of a VF
 * @vf: the VF
 * @rid: the requester ID that the entry is for
 * @pasid: its PASID; PASID_TRACE_CONTEXT for a context entry
 * @old: the qword that was changed, before
 * @new: the same, now
 *
 * Context: Any.
 */
void pasid_count_change(struct pasid_vf *vf, u16 rid, u32 pasid, u64 old, u64 new)
{
	atomic_long_inc(&vf->counts.changes);
	trace_pasid_apply(&vf->pdev->dev, rid, pasid, old, new);
}

/**
 * pasid_count_flush() - this module has submitted invalidations for a VF, and waited for them
 * @vf: the VF
 * @inval: the invalidations; may be none
 *
 * Context: Any.
 */
void pasid_count_flush(struct pasid_vf *vf, const struct vtd_inval *inval)
{
	if (!inval->descriptors)
		return;
	atomic_long_add(inval->descriptors, &vf->counts.invalidations);
	if (inval->err)
		atomic_long_inc(&vf->counts.failures);
	trace_pasid_flush(&vf->pdev->dev, inval->descriptors, inval->err);
}

/**
 * pasid_count_ats_restored() - this module has switched ATS of a VF on again
 * @vf: the VF
 *
 * Context: Any.
 */
void pasid_count_ats_restored(struct pasid_vf *vf)
{
	trace_pasid_ats_restore(&vf->pdev->dev,
				atomic_long_inc_return(&vf->counts.ats_restored));
}

/**
 * pasid_count_fault() - the IOMMU has refused a request of a VF
 * @vf: the VF
 * @fault: what the unit has recorded of it
 *
 * Context: Any.
 */
void pasid_count_fault(struct pasid_vf *vf, const struct vtd_fault *fault)
{
	atomic_long_inc(&vf->counts.faults[fault->reason]);
	trace_pasid_fault(&vf->pdev->dev, fault);
}
