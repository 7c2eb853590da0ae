/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module needs of the running kernel and what no header promises:
 * functions that are not exported, members of private structures, positions of
 * function arguments. All are looked up by name at load; none is assumed.
 */
#ifndef _PASID_KERNEL_H
#define _PASID_KERNEL_H

#include <linux/static_call.h>
#include <linux/types.h>

#include "vtd.h"

struct intel_iommu;
struct pci_dev;

typedef int vtd_qi_submit_fn(struct intel_iommu *iommu, struct vtd_desc *desc,
			     unsigned int count, unsigned long options);
vtd_qi_submit_fn vtd_qi_submit_absent;
DECLARE_STATIC_CALL(vtd_qi_submit, vtd_qi_submit_absent);

typedef int pasid_alias_fn(struct pci_dev *pdev, u16 alias, void *data);
typedef int pasid_for_each_alias_fn(struct pci_dev *pdev, pasid_alias_fn *fn, void *data);
pasid_for_each_alias_fn pasid_for_each_alias_absent;
DECLARE_STATIC_CALL(pasid_for_each_alias, pasid_for_each_alias_absent);

/**
 * struct pasid_layout - members of intel-iommu's private structures
 * @iommu_core: struct intel_iommu: its struct iommu_device, offset in bytes
 * @iommu_lock: struct intel_iommu: spinlock of the tables, offset in bytes
 * @iommu_reg: struct intel_iommu: mapped registers, offset in bytes
 * @info_dev: struct device_domain_info: its device, offset in bytes
 * @info_twice: struct device_domain_info: bit dtlb_extra_inval, offset in bits
 */
struct pasid_layout {
	u32 iommu_core;
	u32 iommu_lock;
	u32 iommu_reg;
	u32 info_dev;
	u32 info_twice;
};

extern struct pasid_layout pasid_layout;

int pasid_kernel_init(void);
void pasid_kernel_args(const char *function, const char * const *args, int *at,
		       int count);
bool pasid_kernel_has_member(const char *type, const char *member);

#endif /* _PASID_KERNEL_H */
