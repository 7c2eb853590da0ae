/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel differences. Force-included into every object; nothing outside this
 * folder knows which kernel it is built for.
 */
#ifndef _PASID_COMPAT_H
#define _PASID_COMPAT_H

#include <linux/iommu.h>

#ifdef CONFIG_PREEMPT_RT
#error "not for PREEMPT_RT: hooks take intel-iommu's spinlocks, which can sleep there"
#endif

/**
 * compat_iommu_hw_info() - call a driver's hw_info op
 * @ops: the driver's ops; hw_info is set
 * @dev: the device
 * @length: the length of what is returned, in bytes
 * @type: an enum iommu_hw_info_type: what is returned
 *
 * The type's parameter was a u32 that the driver sets; it became an enum that
 * the caller sets, too, to choose (upstream "iommufd: Allow an input data_type
 * via iommu_hw_info", 6.17). Both have one size, and 0 asks for the default.
 *
 * Context: Process context, may sleep.
 * Return: the data, to be freed with kfree(), or an ERR_PTR().
 */
static inline void *compat_iommu_hw_info(const struct iommu_ops *ops,
					 struct device *dev, u32 *length, u32 *type)
{
	*type = 0;
	return ops->hw_info(dev, length, (void *)type);
}

#endif /* _PASID_COMPAT_H */
