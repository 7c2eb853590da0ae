// SPDX-License-Identifier: GPL-2.0-only
/*
 * A complete driver of a PF that says which bytes of its VFs' configuration space are free. Its
 * device is the simulated one of pasid-ctl's lab, pasid-testdev, whose map is known.
 *
 * To have it for a device of your own, change the table of IDs and the map; see docs/pf-driver.md.
 */
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/pasid_pf.h>
#include <linux/pci.h>
#include <linux/slab.h>

/**
 * struct example_map - the configuration space of one kind of VF, from its maker's specification
 * @free: ranges without a capability and without a register of the device, the best one first
 * @count: how many there are
 */
struct example_map {
	const struct pasid_range *free;
	unsigned int count;
};

/*
 * In pasid-testdev's VFs, capabilities end below 0x180, and the engine has two registers at 0x200
 * that belong to no capability: a capability on top of them would break the engine.
 */
static const struct pasid_range testdev_free[] = {
	{ 0x180, 0x1ff },
	{ 0x208, 0xfff },
};

static const struct example_map testdev_map = {
	.free	= testdev_free,
	.count	= ARRAY_SIZE(testdev_free),
};

/**
 * struct example_pf - a PF that this driver has
 * @map: what its VFs look like
 */
struct example_pf {
	const struct example_map *map;
};

/*
 * Takes no lock: see struct pasid_pf_ops for those that it must not take. The PF's data is there,
 * because example_remove() unregisters before the data is freed. The order of ranges counts, so
 * that those for which there is no room are the last ones.
 */
static int example_vf_ranges(struct pci_dev *vf, struct pasid_range *ranges, unsigned int max)
{
	const struct example_pf *pf = pci_get_drvdata(pci_physfn(vf));
	unsigned int count = min(pf->map->count, max);

	memcpy(ranges, pf->map->free, count * sizeof(*ranges));
	return count;
}

static const struct pasid_pf_ops example_pasid_ops = {
	.owner		= THIS_MODULE,
	.vf_ranges	= example_vf_ranges,
};

/*
 * VFs of this device have the PF's Device ID. Without the registration guests see no capability;
 * all else works, so that an error does not keep the PF from its driver. -ENODEV: the PF has no
 * PASID, as in a machine without it.
 */
static int example_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct example_pf *pf;
	int err;

	if (!pdev->is_physfn)
		return -ENODEV;
	pf = devm_kzalloc(&pdev->dev, sizeof(*pf), GFP_KERNEL);
	if (!pf)
		return -ENOMEM;
	err = pcim_enable_device(pdev);
	if (err)
		return err;

	pf->map = (const struct example_map *)id->driver_data;
	pci_set_drvdata(pdev, pf);
	err = pasid_pf_register(pdev, &example_pasid_ops);
	if (err && err != -ENODEV)
		pci_warn(pdev, "free bytes of the VFs are not registered: %d\n", err);
	return 0;
}

/*
 * First no VF is there any more, then nobody asks any more, then the data goes. If a guest has a
 * VF, pci_disable_sriov() waits until the VMM gives it back.
 */
static void example_remove(struct pci_dev *pdev)
{
	pci_disable_sriov(pdev);
	pasid_pf_unregister(pdev);
}

static const struct pci_device_id example_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_REDHAT, 0x0015), .driver_data = (kernel_ulong_t)&testdev_map },
	{ }
};
MODULE_DEVICE_TABLE(pci, example_ids);

static struct pci_driver example_driver = {
	.name			= "pasid-example-pf",
	.id_table		= example_ids,
	.probe			= example_probe,
	.remove			= example_remove,
	.sriov_configure	= pci_sriov_configure_simple,
};
module_pci_driver(example_driver);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Example: a PF's driver that says which bytes of its VFs are free");
MODULE_AUTHOR("The pasid-ctl developers");
