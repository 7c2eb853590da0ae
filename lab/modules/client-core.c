// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching on kernels whose IOMMU core takes every type of domain at a PASID.
 * client-direct.c is for older kernels.
 */
#include <linux/static_call.h>
#include <uapi/linux/iommufd.h>

#include "client.h"

static int no_replace(struct iommu_domain *domain, struct device *dev,
		      ioasid_t pasid, struct iommu_attach_handle *handle)
{
	return -EOPNOTSUPP;
}

DEFINE_STATIC_CALL(lab_iommu_replace, no_replace);

/* iommu_replace_device_pasid() is exported to iommufd only. */
int lab_backend_init(void)
{
	void *replace = lab_symbol("iommu_replace_device_pasid");

	if (replace)
		static_call_update(lab_iommu_replace, replace);
	return 0;
}

/* Only a second stage can be a parent, so the flag makes the kernel choose one. */
struct iommu_domain *lab_alloc_ss(struct device *dev)
{
	return iommu_paging_domain_alloc_flags(dev, IOMMU_HWPT_ALLOC_NEST_PARENT);
}

struct iommu_domain *lab_alloc_nested(struct device *dev,
				      struct iommu_domain *parent,
				      const struct iommu_user_data *data)
{
	const struct iommu_ops *ops = lab_iommu_ops(dev);
	struct iommu_domain *domain;

	if (!ops->domain_alloc_nested)
		return ERR_PTR(-EOPNOTSUPP);

	domain = ops->domain_alloc_nested(dev, parent, IOMMU_HWPT_ALLOC_PASID, data);
	if (!IS_ERR(domain))
		domain->owner = ops;
	return domain;
}

int lab_attach(struct iommu_domain *domain, struct device *dev, u32 pasid,
	       struct iommu_attach_handle *handle)
{
	return iommu_attach_device_pasid(domain, dev, pasid, handle);
}

int lab_replace(struct iommu_domain *domain, struct device *dev, u32 pasid,
		struct iommu_attach_handle *handle)
{
	return static_call(lab_iommu_replace)(domain, dev, pasid, handle);
}

void lab_detach(struct iommu_domain *domain, struct device *dev, u32 pasid)
{
	iommu_detach_device_pasid(domain, dev, pasid);
}

/* These kernels enable page requests when they find the device. */
int lab_iopf(struct device *dev, bool enable)
{
	return -EOPNOTSUPP;
}
