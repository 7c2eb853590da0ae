// SPDX-License-Identifier: GPL-2.0-only
/*
 * Attaching on kernels whose IOMMU core takes only paging domains at a PASID.
 *
 * intel-iommu can set up entries of the other types, but the core does not call it:
 * it refuses the operation of identity domains, and nested domains have none. So
 * intel-iommu's own functions are called here, and the core has no record of these
 * entries. client-core.c is for newer kernels.
 */
#include <linux/static_call.h>
#include <uapi/linux/iommufd.h>

#include "client.h"
#include "compat.h"

struct dmar_domain;

static int no_attach(struct dmar_domain *domain, struct intel_iommu *iommu)
{
	return -EOPNOTSUPP;
}

DEFINE_STATIC_CALL(lab_domain_attach_iommu, no_attach);

static void no_detach(struct dmar_domain *domain, struct intel_iommu *iommu)
{
}

DEFINE_STATIC_CALL(lab_domain_detach_iommu, no_detach);

static int no_setup(struct intel_iommu *iommu, struct device *dev, u32 pasid,
		    struct dmar_domain *domain)
{
	return -EOPNOTSUPP;
}

DEFINE_STATIC_CALL(lab_pasid_setup_nested, no_setup);

static void no_tear_down(struct intel_iommu *iommu, struct device *dev,
			 u32 pasid, bool fault_ignore)
{
}

DEFINE_STATIC_CALL(lab_pasid_tear_down, no_tear_down);

static int domain_offset;

int lab_backend_init(void)
{
	void *attach = lab_symbol("domain_attach_iommu");
	void *detach = lab_symbol("domain_detach_iommu");
	void *setup = lab_symbol("intel_pasid_setup_nested");
	void *tear_down = lab_symbol("intel_pasid_tear_down_entry");

	domain_offset = lab_member_offset("dmar_domain", "domain");
	if (domain_offset < 0)
		return domain_offset;

	/* If one is missing, nested domains are refused. */
	if (attach && detach && setup && tear_down) {
		static_call_update(lab_domain_attach_iommu, attach);
		static_call_update(lab_domain_detach_iommu, detach);
		static_call_update(lab_pasid_setup_nested, setup);
		static_call_update(lab_pasid_tear_down, tear_down);
	}
	return 0;
}

static struct dmar_domain *to_dmar(struct iommu_domain *domain)
{
	return (void *)domain - domain_offset;
}

static struct iommu_domain *alloc_user(struct device *dev, u32 flags,
				       struct iommu_domain *parent,
				       const struct iommu_user_data *data)
{
	const struct iommu_ops *ops = lab_iommu_ops(dev);
	struct iommu_domain *domain;

	if (!ops->domain_alloc_user)
		return ERR_PTR(-EOPNOTSUPP);

	domain = ops->domain_alloc_user(dev, flags, parent, data);
	if (!IS_ERR(domain))
		domain->owner = ops;
	return domain;
}

struct iommu_domain *lab_alloc_ss(struct device *dev)
{
	return alloc_user(dev, IOMMU_HWPT_ALLOC_NEST_PARENT, NULL, NULL);
}

struct iommu_domain *lab_alloc_nested(struct device *dev,
				      struct iommu_domain *parent,
				      const struct iommu_user_data *data)
{
	return alloc_user(dev, 0, parent, data);
}

/* The set-up needs a domain ID, which the domain gets by being attached to the unit. */
static int attach_nested(struct iommu_domain *domain, struct device *dev,
			 u32 pasid)
{
	struct intel_iommu *iommu = lab_intel_iommu(dev);
	struct dmar_domain *dmar = to_dmar(domain);
	int ret;

	if (IS_ERR(iommu))
		return PTR_ERR(iommu);

	ret = static_call(lab_domain_attach_iommu)(dmar, iommu);
	if (ret)
		return ret;

	ret = static_call(lab_pasid_setup_nested)(iommu, dev, pasid, dmar);
	if (ret)
		static_call(lab_domain_detach_iommu)(dmar, iommu);
	return ret;
}

static void detach_nested(struct iommu_domain *domain, struct device *dev,
			  u32 pasid)
{
	struct intel_iommu *iommu = lab_intel_iommu(dev);

	static_call(lab_pasid_tear_down)(iommu, dev, pasid, false);
	static_call(lab_domain_detach_iommu)(to_dmar(domain), iommu);
}

int lab_attach(struct iommu_domain *domain, struct device *dev, u32 pasid,
	       struct iommu_attach_handle *handle)
{
	if (domain->type != IOMMU_DOMAIN_IDENTITY &&
	    domain->type != IOMMU_DOMAIN_NESTED)
		return iommu_attach_device_pasid(domain, dev, pasid, handle);

	/* The core would have checked this. */
	if (pasid == IOMMU_NO_PASID || pasid >= dev->iommu->max_pasids)
		return -EINVAL;
	if (domain->type == IOMMU_DOMAIN_NESTED)
		return attach_nested(domain, dev, pasid);

	return compat_set_dev_pasid(domain, dev, pasid);
}

int lab_replace(struct iommu_domain *domain, struct device *dev, u32 pasid,
		struct iommu_attach_handle *handle)
{
	return -EOPNOTSUPP;
}

void lab_detach(struct iommu_domain *domain, struct device *dev, u32 pasid)
{
	if (domain->type == IOMMU_DOMAIN_NESTED)
		detach_nested(domain, dev, pasid);
	else if (domain->type == IOMMU_DOMAIN_IDENTITY)
		lab_iommu_ops(dev)->remove_dev_pasid(dev, pasid, domain);
	else
		iommu_detach_device_pasid(domain, dev, pasid);
}

int lab_iopf(struct device *dev, bool enable)
{
	return enable ? iommu_dev_enable_feature(dev, IOMMU_DEV_FEAT_IOPF) :
			iommu_dev_disable_feature(dev, IOMMU_DEV_FEAT_IOPF);
}
