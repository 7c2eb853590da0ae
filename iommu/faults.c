// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that the IOMMU has refused, counted for the VF that sent them. intel-iommu's interrupt
 * handler reads the unit's fault records, prints some of them, and clears them all. Before the
 * handler does so, its hook reads the records, too, and changes none.
 *
 * The hook takes no lock. It reads as many records as the unit has, at most, and looks at all VFs
 * for each: a guest can cause as many interrupts as it likes. It reads nothing from a unit that
 * has no VF under control.
 */
#include "engine.h"

/* The unit as one of its VFs knows it, or NULL if it has no VF under control. */
static const struct pasid_unit *pasid_fault_unit(const struct intel_iommu *iommu)
{
	struct pasid_vf *vf;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node)
		if (vf->unit.iommu == iommu)
			return &vf->unit;
	return NULL;
}

static bool pasid_vf_sends_as(const struct pasid_vf *vf, u16 rid)
{
	unsigned int i;

	for (i = 0; i < vf->tables.ctx_count; i++)
		if (vf->tables.ctx[i].rid == rid)
			return true;
	return false;
}

/* Requester IDs repeat: each PCI segment has units of its own. */
static void pasid_fault_recorded(const struct intel_iommu *iommu, const struct vtd_fault *fault)
{
	struct pasid_vf *vf;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node)
		if (vf->unit.iommu == iommu && pasid_vf_sends_as(vf, fault->rid))
			pasid_count_fault(vf, fault);
}

/**
 * pasid_faults_recorded() - a unit has recorded faults, which intel-iommu is about to handle
 * @iommu: the unit, whose records have not been cleared
 *
 * Context: Hook, in an interrupt.
 */
void pasid_faults_recorded(struct intel_iommu *iommu)
{
	const struct pasid_unit *unit = pasid_fault_unit(iommu);
	struct vtd_fault fault;
	unsigned int i;
	u32 status, at;
	u64 high;

	if (!unit)
		return;
	status = pasid_unit_readl(iommu, VTD_REG_FSTS);
	if (!(status & VTD_FSTS_PPF))
		return;
	for (i = 0; i < vtd_fault_records(unit->cap); i++) {
		at = vtd_fault_record_at(unit->cap, status, i);
		high = pasid_unit_readq(iommu, at + sizeof(u64));
		if (!(high & VTD_FAULT_F))
			return;
		vtd_fault_decode(pasid_unit_readq(iommu, at), high, &fault);
		pasid_fault_recorded(iommu, &fault);
	}
}
