/* SPDX-License-Identifier: GPL-2.0-only */
/* A VT-d unit (DRHD) as intel-iommu runs it. */
#ifndef _PASID_UNIT_H
#define _PASID_UNIT_H

#include <linux/device.h>
#include <linux/spinlock.h>

#include "kernel.h"

/**
 * struct pasid_unit - a VT-d unit in scalable mode
 * @iommu: intel-iommu's private structure, for vtd_qi_submit()
 * @lock: intel-iommu's lock of the unit's root, context and PASID tables
 * @cap: capability register
 * @ecap: extended capability register
 * @root: physical address of the root table
 * @ver_major: major number in the version register
 *
 * All is constant while a device is behind the unit.
 */
struct pasid_unit {
	struct intel_iommu *iommu;
	spinlock_t *lock;
	u64 cap;
	u64 ecap;
	u64 root;
	u8 ver_major;
};

u32 pasid_unit_readl(const struct intel_iommu *iommu, u32 offset);
u64 pasid_unit_readq(const struct intel_iommu *iommu, u32 offset);
int pasid_unit_of(struct device *dev, struct pasid_unit *unit);
bool pasid_unit_asks_twice(struct device *dev);
void *pasid_unit_map(u64 addr);
void pasid_unit_wait_for_requests(const struct pasid_unit *unit);
void pasid_unit_store(const struct pasid_unit *unit, u64 *entry, u64 value);
int pasid_unit_submit(void *arg, struct vtd_desc *desc);

#endif /* _PASID_UNIT_H */
