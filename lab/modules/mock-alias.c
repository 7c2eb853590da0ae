// SPDX-License-Identifier: GPL-2.0-only
/*
 * DMA aliases of the mock VFs: the function numbers after the last VF's, which no
 * function has, or the PF's.
 */
#include <linux/bitmap.h>
#include <linux/device/bus.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "mock.h"

static bool alias_of_pf;

/*
 * pci_add_dma_alias() is not exported. The PCI core frees the mask with the device, no
 * matter which code allocated it.
 */
static int mock_bus_notify(struct notifier_block *nb, unsigned long action,
			   void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);

	if (action != BUS_NOTIFY_ADD_DEVICE || pdev->bus != mock->bus ||
	    !pdev->is_virtfn || pdev->dma_alias_mask)
		return NOTIFY_DONE;

	pdev->dma_alias_mask = bitmap_zalloc(MOCK_MAX_DEVFN + 1, GFP_KERNEL);
	if (!pdev->dma_alias_mask)
		return notifier_from_errno(-ENOMEM);

	set_bit(alias_of_pf ? pci_physfn(pdev)->devfn : pdev->devfn + mock->config.totalvfs,
		pdev->dma_alias_mask);
	return NOTIFY_OK;
}

/* Runs before the IOMMU core's notifier, priority 0, which reads the aliases. */
static struct notifier_block mock_bus_nb = {
	.notifier_call	= mock_bus_notify,
	.priority	= 1,
};

/**
 * mock_alias_register - give each VF that appears an alias
 * @of_pf: the alias is the PF's function number
 *
 * Return: 0 or a negative errno.
 */
int mock_alias_register(bool of_pf)
{
	alias_of_pf = of_pf;
	return bus_register_notifier(&pci_bus_type, &mock_bus_nb);
}

void mock_alias_unregister(void)
{
	bus_unregister_notifier(&pci_bus_type, &mock_bus_nb);
}
