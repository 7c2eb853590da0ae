// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains by name. The first user of a name makes the domain; when the last user is
 * gone, the domain is freed.
 */
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <uapi/linux/iommufd.h>

#include "client.h"
#include "compat.h"

static const char * const type_names[] = {
	[LAB_PAGING]		= "paging",
	[LAB_SS]		= "ss",
	[LAB_PT]		= "pt",
	[LAB_NESTED]		= "nested",
	[LAB_NESTED_SRE]	= "nested-sre",
};

static LIST_HEAD(domains);

int lab_parse_type(const char *word, enum lab_type *type)
{
	int i = match_string(type_names, ARRAY_SIZE(type_names), word);

	if (i < 0)
		return -EINVAL;

	*type = i;
	return 0;
}

const char *lab_type_name(enum lab_type type)
{
	return type_names[type];
}

/*
 * intel-iommu's operation takes a user pointer, which iommufd gets from a VMM. Here it is
 * a page in the memory of the process that wrote the command.
 */
static struct iommu_domain *alloc_nested(struct device *dev,
					 struct iommu_domain *parent, u64 flags)
{
	const struct iommu_hwpt_vtd_s1 s1 = {
		.flags		= flags,
		.pgtbl_addr	= LAB_TABLE_GPA,
		.addr_width	= 48,
	};
	struct iommu_user_data data = {
		.type	= IOMMU_HWPT_DATA_VTD_S1,
		.len	= sizeof(s1),
	};
	struct iommu_domain *domain;
	unsigned long page;

	page = vm_mmap(NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, 0);
	if (IS_ERR_VALUE(page))
		return ERR_PTR(page);

	data.uptr = (void __user *)page;
	if (copy_to_user(data.uptr, &s1, sizeof(s1)))
		domain = ERR_PTR(-EFAULT);
	else
		domain = lab_alloc_nested(dev, parent, &data);

	vm_munmap(page, PAGE_SIZE);
	return domain;
}

static struct iommu_domain *alloc_domain(struct device *dev,
					 const struct lab_domain *dom)
{
	switch (dom->type) {
	case LAB_PAGING:
		return iommu_paging_domain_alloc(dev);
	case LAB_SS:
		return lab_alloc_ss(dev);
	case LAB_PT:
		return lab_iommu_ops(dev)->identity_domain;
	case LAB_NESTED:
		return alloc_nested(dev, dom->parent->domain, 0);
	case LAB_NESTED_SRE:
		return alloc_nested(dev, dom->parent->domain, IOMMU_VTD_S1_SRE);
	}

	return ERR_PTR(-EINVAL);
}

static struct lab_domain *get_parent(struct device *dev, const char *child)
{
	char name[LAB_NAME_SIZE];

	if (snprintf(name, sizeof(name), "%s/parent", child) >= sizeof(name))
		return ERR_PTR(-ENAMETOOLONG);

	return lab_domain_get(dev, LAB_SS, name);
}

static void free_domain(struct lab_domain *dom)
{
	if (dom->type != LAB_PT)
		iommu_domain_free(dom->domain);
}

static int domain_fill(struct lab_domain *dom, struct device *dev)
{
	int ret;

	if (dom->type == LAB_NESTED || dom->type == LAB_NESTED_SRE) {
		dom->parent = get_parent(dev, dom->name);
		if (IS_ERR(dom->parent))
			return PTR_ERR(dom->parent);
	}

	dom->domain = alloc_domain(dev, dom);
	ret = PTR_ERR_OR_ZERO(dom->domain);
	if (ret)
		goto put_parent;

	ret = lab_map_add(dom);
	if (ret)
		goto free;

	return 0;

free:
	free_domain(dom);
put_parent:
	if (dom->parent)
		lab_domain_put(dom->parent);
	return ret;
}

static struct lab_domain *domain_create(struct device *dev, enum lab_type type,
					const char *name)
{
	struct lab_domain *dom;
	int ret;

	dom = kzalloc_obj(*dom);
	if (!dom)
		return ERR_PTR(-ENOMEM);

	dom->type = type;
	dom->users = 1;
	ret = strscpy(dom->name, name);
	if (ret >= 0)
		ret = domain_fill(dom, dev);
	if (ret) {
		kfree(dom);
		return ERR_PTR(ret);
	}

	list_add_tail(&dom->node, &domains);
	return dom;
}

/**
 * lab_domain_get - find a domain by its name, or create it
 * @dev: a device to which the domain will be attached
 * @type: the domain's type
 * @name: the domain's name
 *
 * Return: the domain, with one more user, or an ERR_PTR(): -EEXIST if the name
 * belongs to a domain of another type.
 */
struct lab_domain *lab_domain_get(struct device *dev, enum lab_type type,
				  const char *name)
{
	struct lab_domain *dom;

	list_for_each_entry(dom, &domains, node) {
		if (strcmp(dom->name, name))
			continue;
		if (dom->type != type)
			return ERR_PTR(-EEXIST);
		dom->users++;
		return dom;
	}

	return domain_create(dev, type, name);
}

/**
 * lab_domain_put - give a domain back
 * @dom: what lab_domain_get() returned
 */
void lab_domain_put(struct lab_domain *dom)
{
	if (--dom->users)
		return;

	list_del(&dom->node);
	lab_map_remove(dom);
	free_domain(dom);
	if (dom->parent)
		lab_domain_put(dom->parent);
	kfree(dom);
}
