// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains at PASIDs: attach, replace, detach, and the list of what is attached.
 */
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/xarray.h>

#include "client.h"
#include "compat.h"

/* Bounds the time that one command takes. */
#define MAX_RANGE	0x10000
#define MAX_DOMAINS	256

/**
 * struct lab_device - a function that has something attached
 * @node: in the list of all of them
 * @pdev: the function, referenced
 * @pasids: its struct lab_attachment by PASID
 */
struct lab_device {
	struct list_head node;
	struct pci_dev *pdev;
	struct xarray pasids;
};

/**
 * struct lab_attachment - a domain at a PASID
 * @dom: the domain
 * @handle: the kernel's record of the attachment; a replacement needs another one
 */
struct lab_attachment {
	struct lab_domain *dom;
	struct iommu_attach_handle handle;
};

static LIST_HEAD(devices);

static struct lab_device *device_find(const struct device *dev)
{
	struct lab_device *ld;

	list_for_each_entry(ld, &devices, node)
		if (&ld->pdev->dev == dev)
			return ld;

	return NULL;
}

static struct lab_device *device_get(const char *bdf)
{
	struct pci_dev *pdev = lab_find_pasid_device(bdf);
	struct lab_device *ld;

	if (IS_ERR(pdev))
		return ERR_CAST(pdev);

	ld = device_find(&pdev->dev);
	if (ld) {
		pci_dev_put(pdev);
		return ld;
	}

	ld = kzalloc_obj(*ld);
	if (!ld) {
		pci_dev_put(pdev);
		return ERR_PTR(-ENOMEM);
	}

	ld->pdev = pdev;
	xa_init(&ld->pasids);
	list_add_tail(&ld->node, &devices);
	return ld;
}

/* Frees the record of a device that nothing is attached to any more. */
static void device_put(struct lab_device *ld)
{
	if (!xa_empty(&ld->pasids))
		return;

	list_del(&ld->node);
	pci_dev_put(ld->pdev);
	kfree(ld);
}

static struct lab_attachment *attachment_alloc(struct lab_device *ld,
					       enum lab_type type,
					       const char *name)
{
	struct lab_attachment *at;
	int ret;

	at = kzalloc_obj(*at);
	if (!at)
		return ERR_PTR(-ENOMEM);

	at->dom = lab_domain_get(&ld->pdev->dev, type, name);
	if (!IS_ERR(at->dom))
		return at;

	ret = PTR_ERR(at->dom);
	kfree(at);
	return ERR_PTR(ret);
}

static void attachment_free(struct lab_attachment *at)
{
	lab_domain_put(at->dom);
	kfree(at);
}

static int attach_one(struct lab_device *ld, u32 pasid, enum lab_type type,
		      const char *name)
{
	struct lab_attachment *at = attachment_alloc(ld, type, name);
	int ret;

	if (IS_ERR(at))
		return PTR_ERR(at);

	ret = xa_insert(&ld->pasids, pasid, at, GFP_KERNEL);
	if (ret)
		goto free;

	ret = lab_attach(at->dom->domain, &ld->pdev->dev, pasid, &at->handle);
	if (ret)
		goto erase;

	return 0;

erase:
	xa_erase(&ld->pasids, pasid);
free:
	attachment_free(at);
	return ret;
}

static void detach_one(struct lab_device *ld, u32 pasid)
{
	struct lab_attachment *at = xa_erase(&ld->pasids, pasid);

	lab_detach(at->dom->domain, &ld->pdev->dev, pasid);
	attachment_free(at);
}

/* Returns how many PASIDs were detached. */
static unsigned int detach_range(struct lab_device *ld, u32 first, u32 last)
{
	struct lab_attachment *at;
	unsigned long pasid;
	unsigned int n = 0;

	xa_for_each_range(&ld->pasids, pasid, at, first, last) {
		detach_one(ld, pasid);
		cond_resched();
		n++;
	}

	return n;
}

static int replace_one(struct lab_device *ld, u32 pasid, enum lab_type type,
		       const char *name)
{
	struct lab_attachment *at, *old = xa_load(&ld->pasids, pasid);
	int ret;

	if (!old)
		return -ENOENT;

	at = attachment_alloc(ld, type, name);
	if (IS_ERR(at))
		return PTR_ERR(at);

	ret = lab_replace(at->dom->domain, &ld->pdev->dev, pasid, &at->handle);
	if (ret) {
		attachment_free(at);
		return ret;
	}

	/* Cannot fail: there already is an entry. */
	xa_store(&ld->pasids, pasid, at, GFP_KERNEL);
	attachment_free(old);
	return 0;
}

/* attach <BDF> <pasid> [type] [domain-name] */
int lab_cmd_attach(int argc, char **argv)
{
	enum lab_type type = LAB_PAGING;
	char name[LAB_NAME_SIZE];
	struct lab_device *ld;
	u32 pasid;
	int ret;

	ret = kstrtou32(argv[1], 0, &pasid);
	if (!ret && argc > 2)
		ret = lab_parse_type(argv[2], &type);
	if (ret)
		return ret;

	ld = device_get(argv[0]);
	if (IS_ERR(ld))
		return PTR_ERR(ld);

	/* Without a name: a domain that only this device has. */
	snprintf(name, sizeof(name), "%s:%s", pci_name(ld->pdev),
		 lab_type_name(type));
	ret = attach_one(ld, pasid, type, argc > 3 ? argv[3] : name);
	device_put(ld);
	return ret;
}

static int attach_range(struct lab_device *ld, u32 first, u32 count,
			enum lab_type type, u32 ndomains)
{
	char name[LAB_NAME_SIZE];
	int ret;
	u32 i;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "%s:%s:%u", pci_name(ld->pdev),
			 lab_type_name(type), i % ndomains);
		ret = attach_one(ld, first + i, type, name);
		if (ret)
			goto undo;
		cond_resched();
	}

	return 0;

undo:
	if (i)
		detach_range(ld, first, first + i - 1);
	return ret;
}

static int parse_range(char **argv, u32 *first, u32 *count)
{
	int ret;

	ret = kstrtou32(argv[0], 0, first) ?: kstrtou32(argv[1], 0, count);
	if (ret)
		return ret;
	if (!*count || *count > MAX_RANGE || *first > U32_MAX - *count)
		return -EINVAL;

	return 0;
}

/* attach-range <BDF> <first> <count> <type> <ndomains> */
int lab_cmd_attach_range(int argc, char **argv)
{
	u32 first, count, ndomains;
	struct lab_device *ld;
	enum lab_type type;
	int ret;

	ret = parse_range(argv + 1, &first, &count) ?:
	      lab_parse_type(argv[3], &type) ?:
	      kstrtou32(argv[4], 0, &ndomains);
	if (ret)
		return ret;
	if (!ndomains || ndomains > MAX_DOMAINS)
		return -EINVAL;

	ld = device_get(argv[0]);
	if (IS_ERR(ld))
		return PTR_ERR(ld);

	ret = attach_range(ld, first, count, type, ndomains);
	device_put(ld);
	return ret;
}

static int cmd_detach(const char *bdf, u32 first, u32 last)
{
	struct lab_device *ld = device_get(bdf);
	unsigned int n;

	if (IS_ERR(ld))
		return PTR_ERR(ld);

	n = detach_range(ld, first, last);
	device_put(ld);
	return n ? 0 : -ENOENT;
}

/* detach <BDF> <pasid> */
int lab_cmd_detach(int argc, char **argv)
{
	u32 pasid;

	return kstrtou32(argv[1], 0, &pasid) ?: cmd_detach(argv[0], pasid, pasid);
}

/* detach-range <BDF> <first> <count>: PASIDs without a domain are skipped */
int lab_cmd_detach_range(int argc, char **argv)
{
	u32 first, count;

	return parse_range(argv + 1, &first, &count) ?:
	       cmd_detach(argv[0], first, first + count - 1);
}

/* detach-all <BDF> */
int lab_cmd_detach_all(int argc, char **argv)
{
	return cmd_detach(argv[0], 0, U32_MAX);
}

/* replace <BDF> <pasid> <type> <domain-name> */
int lab_cmd_replace(int argc, char **argv)
{
	struct lab_device *ld;
	enum lab_type type;
	u32 pasid;
	int ret;

	ret = kstrtou32(argv[1], 0, &pasid) ?: lab_parse_type(argv[2], &type);
	if (ret)
		return ret;

	ld = device_get(argv[0]);
	if (IS_ERR(ld))
		return PTR_ERR(ld);

	ret = replace_one(ld, pasid, type, argv[3]);
	device_put(ld);
	return ret;
}

/* One line for each PASID: <BDF> <pasid> <type> <domain-name> */
void lab_list(struct seq_file *s)
{
	struct lab_attachment *at;
	struct lab_device *ld;
	unsigned long pasid;

	list_for_each_entry(ld, &devices, node)
		xa_for_each(&ld->pasids, pasid, at)
			seq_printf(s, "%s %lu %s %s\n", pci_name(ld->pdev), pasid,
				   lab_type_name(at->dom->type), at->dom->name);
}

/**
 * lab_forget_device - detach all PASIDs of a device that is removed
 * @dev: the device
 */
void lab_forget_device(struct device *dev)
{
	struct lab_device *ld = device_find(dev);

	if (!ld)
		return;

	detach_range(ld, 0, U32_MAX);
	device_put(ld);
}

/**
 * lab_forget_all - detach all PASIDs of all devices
 */
void lab_forget_all(void)
{
	struct lab_device *ld, *next;

	list_for_each_entry_safe(ld, next, &devices, node) {
		detach_range(ld, 0, U32_MAX);
		device_put(ld);
	}
}
