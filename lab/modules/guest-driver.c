// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver in a guest that enables PASIDs while it is bound to a device. It calls the
 * guest's PCI core as a driver does, and as an IOMMU driver does.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pci-ats.h>

static int features;
module_param(features, int, 0644);
MODULE_PARM_DESC(features, "Besides Enable: 2 Execute, 4 Privileged Mode (default: 0)");

static int guest_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int ret;

	ret = pci_enable_device(pdev);
	if (ret)
		return ret;
	ret = pci_enable_pasid(pdev, features);
	if (ret) {
		pci_err(pdev, "PASIDs cannot be enabled: error %d\n", ret);
		pci_disable_device(pdev);
		return ret;
	}
	pci_info(pdev, "%d PASIDs, features %#x of %#x\n", pci_max_pasids(pdev), features,
		 pci_pasid_features(pdev));
	return 0;
}

static void guest_remove(struct pci_dev *pdev)
{
	pci_disable_pasid(pdev);
	pci_disable_device(pdev);
}

/* There is no ID table: driver_override binds it. */
static struct pci_driver guest_driver = {
	.name = "pasid-lab-guest",
	.probe = guest_probe,
	.remove = guest_remove,
};
module_pci_driver(guest_driver);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Lab only: a guest's driver that uses PASIDs");
