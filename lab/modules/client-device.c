// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions by their names, and whether the IOMMU core can attach to them.
 */
#include <linux/export.h>
#include <linux/pci.h>

#include "client.h"
#include "pasid-lab.h"

/**
 * pasid_lab_find_device - look up a function
 * @bdf: <domain>:<bus>:<device>.<function>
 *
 * Return: the function, which the caller gives back by pci_dev_put(), or an
 * ERR_PTR().
 */
struct pci_dev *pasid_lab_find_device(const char *bdf)
{
	unsigned int domain, bus, slot, func;
	struct pci_dev *pdev;
	char end;

	if (sscanf(bdf, "%x:%x:%x.%x%c", &domain, &bus, &slot, &func, &end) != 4 ||
	    slot > 31 || func > 7)
		return ERR_PTR(-EINVAL);

	pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, func));
	return pdev ?: ERR_PTR(-ENODEV);
}
EXPORT_SYMBOL_GPL(pasid_lab_find_device);

static int is_device(struct device *dev, void *arg)
{
	return dev == arg;
}

/*
 * A new device has a group for a moment before the group's list has the device.
 * In that moment, iommu_attach_device_pasid() attaches nothing and returns 0.
 */
static bool is_in_group(struct device *dev)
{
	struct iommu_group *group = iommu_group_get(dev);
	int found;

	if (!group)
		return false;

	found = iommu_group_for_each_dev(group, dev, is_device);
	iommu_group_put(group);
	return found;
}

/**
 * lab_find_device - look up a function that is behind an IOMMU
 * @bdf: <domain>:<bus>:<device>.<function>
 *
 * Return: the function, which the caller gives back by pci_dev_put(), or an
 * ERR_PTR().
 */
struct pci_dev *lab_find_device(const char *bdf)
{
	struct pci_dev *pdev = pasid_lab_find_device(bdf);

	if (IS_ERR(pdev) || is_in_group(&pdev->dev))
		return pdev;

	pci_dev_put(pdev);
	return ERR_PTR(-ENODEV);
}

/**
 * lab_find_pasid_device - look up a function that can have PASIDs
 * @bdf: <domain>:<bus>:<device>.<function>
 *
 * For a function without PASIDs, iommu_attach_device_pasid() attaches nothing
 * and returns 0.
 *
 * Return: the function, which the caller gives back by pci_dev_put(), or an
 * ERR_PTR().
 */
struct pci_dev *lab_find_pasid_device(const char *bdf)
{
	struct pci_dev *pdev = lab_find_device(bdf);

	if (IS_ERR(pdev) || pdev->dev.iommu->max_pasids)
		return pdev;

	pci_dev_put(pdev);
	return ERR_PTR(-EOPNOTSUPP);
}
