// SPDX-License-Identifier: GPL-2.0-only
/*
 * Discovery: PFs and VFs that are there at load, that appear, and that are removed.
 */
#include <linux/notifier.h>
#include <linux/pci.h>

#include "change.h"

static int pasid_bus_added(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action == BUS_NOTIFY_ADD_DEVICE)
		pasid_vf_add(to_pci_dev(data));
	return NOTIFY_DONE;
}

static int pasid_bus_removed(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action == BUS_NOTIFY_REMOVED_DEVICE)
		pasid_vf_remove(to_pci_dev(data));
	return NOTIFY_DONE;
}

/* Called after the IOMMU core has had intel-iommu set the device up. */
static struct notifier_block pasid_added_nb = {
	.notifier_call = pasid_bus_added,
	.priority = INT_MIN,
};

/* Called before the IOMMU core has intel-iommu release the device. */
static struct notifier_block pasid_removed_nb = {
	.notifier_call = pasid_bus_removed,
	.priority = INT_MAX,
};

/**
 * pasid_discover_init() - put devices under control: those that are there, and later ones
 *
 * Context: Process context, may sleep; after pasid_hooks_init().
 * Return: 0, or a negative errno, after the log has said why.
 */
int pasid_discover_init(void)
{
	int err;

	err = bus_register_notifier(&pci_bus_type, &pasid_removed_nb);
	if (err)
		return err;
	err = bus_register_notifier(&pci_bus_type, &pasid_added_nb);
	if (err) {
		bus_unregister_notifier(&pci_bus_type, &pasid_removed_nb);
		return err;
	}
	err = pasid_vf_add_present();
	if (!err)
		return 0;
	pasid_discover_stop();
	pasid_discover_exit();
	if (err == -EOPNOTSUPP)
		pr_err("VT-d runs in legacy mode, which has no PASIDs: boot with intel_iommu=on,sm_on on a machine with scalable mode\n");
	else
		pr_err("no device is behind a VT-d unit: switch VT-d on in the firmware and boot with intel_iommu=on,sm_on\n");
	return -ENODEV;
}

/**
 * pasid_discover_stop() - put devices that appear under control no more
 *
 * Context: Process context, may sleep.
 */
void pasid_discover_stop(void)
{
	bus_unregister_notifier(&pci_bus_type, &pasid_added_nb);
}

/**
 * pasid_discover_exit() - ignore devices that are removed, too: none is under control any more
 *
 * Context: Process context, may sleep; after pasid_discover_stop().
 */
void pasid_discover_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &pasid_removed_nb);
}
