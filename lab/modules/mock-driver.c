// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver of the mock PF. VFs appear and go through sriov_numvfs; other drivers
 * bind them.
 */
#include <linux/pci.h>
#include <linux/slab.h>

#include "mock-ranges.h"
#include "mock.h"

/**
 * struct mock_pf_state - what intel-iommu had enabled when the driver was bound
 * @pasid: PASID
 * @pri: PRI
 *
 * When the PF is removed, intel-iommu disables these again, and warns if they are
 * off. So mock_pf_remove() puts them back.
 */
struct mock_pf_state {
	bool pasid;
	bool pri;
};

static int mock_pf_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct mock_pf_state *state;

	state = devm_kzalloc(&pdev->dev, sizeof(*state), GFP_KERNEL);
	if (!state)
		return -ENOMEM;

	state->pasid = pdev->pasid_enabled;
	state->pri = pdev->pri_enabled;
	pci_set_drvdata(pdev, state);
	return pcim_enable_device(pdev);
}

/*
 * VFs are removed under the PCI core's lock for rescans. Unbinding the driver and
 * unloading this module do not hold the lock, so it is taken here. A write to the PF's
 * file `remove` holds it already: with VFs, that write would never end.
 */
static void mock_pf_remove(struct pci_dev *pdev)
{
	struct mock_pf_state *state = pci_get_drvdata(pdev);

	pci_lock_rescan_remove();
	pci_disable_sriov(pdev);
	pci_unlock_rescan_remove();
	mock_ranges_forget(pdev);
	mock_restore(pdev, state->pasid, state->pri);
}

/* The option `vendor` changes the Vendor ID, so only the Device ID counts. */
static const struct pci_device_id mock_pf_ids[] = {
	{ PCI_DEVICE(PCI_ANY_ID, MOCK_PF_DEVICE_ID) },
	{ }
};

static struct pci_driver mock_pf_driver = {
	.name			= KBUILD_MODNAME,
	.id_table		= mock_pf_ids,
	.probe			= mock_pf_probe,
	.remove			= mock_pf_remove,
	.sriov_configure	= pci_sriov_configure_simple,
	.dev_groups		= mock_groups,
};

int mock_driver_register(void)
{
	return pci_register_driver(&mock_pf_driver);
}

void mock_driver_unregister(void)
{
	pci_unregister_driver(&mock_pf_driver);
}
