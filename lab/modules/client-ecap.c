// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes intel-iommu believe in extended capabilities that the IOMMU does not have.
 *
 * intel-iommu reads the register once and then uses its copy. A change of the copy
 * makes it set up entries that the emulated IOMMU cannot use. That is harmless with
 * the mock device, which never asks for a translation.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/pci.h>

#include "client.h"
#include "compat.h"

static const struct {
	const char *name;
	u64 bit;
} ecap_bits[] = {
	{ "NEST", BIT_ULL(26) },
	{ "ERS",  BIT_ULL(30) },
	{ "SRS",  BIT_ULL(31) },
	{ "SLTS", BIT_ULL(46) },
};

/* The original copy of a unit; there is one for each unit whose copy was changed. */
struct ecap_saved {
	struct list_head node;
	u64 *ecap;
	u64 original;
};

static LIST_HEAD(saved_list);

/* Offsets in struct intel_iommu: of the register's copy, and of struct iommu_device. */
static int ecap_offset;
static int iommu_offset;

int lab_ecap_init(void)
{
	ecap_offset = lab_member_offset("intel_iommu", "ecap");
	if (ecap_offset < 0)
		return ecap_offset;

	iommu_offset = lab_member_offset("intel_iommu", "iommu");
	return min(iommu_offset, 0);
}

/**
 * lab_intel_iommu - the VT-d unit of a device
 * @dev: a device behind some IOMMU
 *
 * Return: the unit, or an ERR_PTR() if the device's IOMMU is not VT-d.
 */
struct intel_iommu *lab_intel_iommu(struct device *dev)
{
	struct iommu_device *unit = dev->iommu->iommu_dev;

	/* Only VT-d units have such names. */
	if (strncmp(dev_name(unit->dev), "dmar", 4))
		return ERR_PTR(-ENODEV);

	return (void *)unit - iommu_offset;
}

static int ecap_save(u64 *ecap)
{
	struct ecap_saved *saved;

	list_for_each_entry(saved, &saved_list, node)
		if (saved->ecap == ecap)
			return 0;

	saved = kmalloc_obj(*saved);
	if (!saved)
		return -ENOMEM;

	saved->ecap = ecap;
	saved->original = *ecap;
	list_add(&saved->node, &saved_list);
	return 0;
}

static int ecap_change(struct device *dev, u64 bit, bool set)
{
	struct intel_iommu *iommu = lab_intel_iommu(dev);
	u64 *ecap;
	int ret;

	if (IS_ERR(iommu))
		return PTR_ERR(iommu);

	ecap = (void *)iommu + ecap_offset;
	ret = ecap_save(ecap);
	if (ret)
		return ret;

	WRITE_ONCE(*ecap, set ? *ecap | bit : *ecap & ~bit);
	return 0;
}

static u64 ecap_bit(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ecap_bits); i++)
		if (!strcmp(name, ecap_bits[i].name))
			return ecap_bits[i].bit;

	return 0;
}

/* ecap set|clear <BDF> <bit>, ecap restore */
int lab_cmd_ecap(int argc, char **argv)
{
	struct pci_dev *pdev;
	bool set, clear;
	u64 bit;
	int ret;

	if (argc == 1 && !strcmp(argv[0], "restore")) {
		lab_ecap_restore();
		return 0;
	}
	if (argc != 3)
		return -EINVAL;

	set = !strcmp(argv[0], "set");
	clear = !strcmp(argv[0], "clear");
	bit = ecap_bit(argv[2]);
	if (set == clear || !bit)
		return -EINVAL;

	pdev = lab_find_device(argv[1]);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);

	ret = ecap_change(&pdev->dev, bit, set);
	pci_dev_put(pdev);
	return ret;
}

void lab_ecap_restore(void)
{
	struct ecap_saved *saved, *next;

	list_for_each_entry_safe(saved, next, &saved_list, node) {
		WRITE_ONCE(*saved->ecap, saved->original);
		list_del(&saved->node);
		kfree(saved);
	}
}
