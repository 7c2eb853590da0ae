/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What older kernels lack. Kbuild looks for functions in the kernel's headers, because
 * the preprocessor cannot, and decides which file is built.
 */
#ifndef LAB_COMPAT_H
#define LAB_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/iommu.h>
#include <linux/slab.h>

/* "slab: Introduce kmalloc_obj() and family" */
#ifndef kmalloc_obj
#define kmalloc_obj(var)	kmalloc(sizeof(var), GFP_KERNEL)
#define kzalloc_obj(var)	kzalloc(sizeof(var), GFP_KERNEL)
#endif

#ifndef LAB_HAS_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

/* Calls the op for a PASID at which no domain is attached. */
static inline int compat_set_dev_pasid(struct iommu_domain *domain,
				       struct device *dev, ioasid_t pasid)
{
#ifdef LAB_SET_DEV_PASID_HAS_OLD
	return domain->ops->set_dev_pasid(domain, dev, pasid, NULL);
#else
	return domain->ops->set_dev_pasid(domain, dev, pasid);
#endif
}

#endif
