// SPDX-License-Identifier: GPL-2.0-only
/*
 * A QAT device as far as adf_vf_ranges.c asks for it: Linux's driver takes no device without its
 * firmware and its registers, and the mock PF is configuration space alone. The names are those of
 * Linux's driver.
 */
#include <linux/module.h>
#include <linux/pasid_pf.h>
#include <linux/pci.h>

#include "adf_accel_devices.h"
#include "adf_common_drv.h"

#define MOCK_PF_DEVICE_ID	0x5051

static const struct pasid_range free_bytes[] = {
	{ 0x1c0, 0x1cf },
	{ 0x400, 0x41f },
};

static struct adf_hw_device_data hw_device = {
	.vf_free	= free_bytes,
	.num_vf_free	= ARRAY_SIZE(free_bytes),
};

static struct adf_accel_dev device = {
	.hw_device = &hw_device,
};

/* As Linux's driver finds its device by its PF. */
struct adf_accel_dev *adf_devmgr_pci_to_accel_dev(struct pci_dev *pdev)
{
	return pdev == device.accel_pci_dev.pci_dev ? &device : NULL;
}

static int __init qat_device_init(void)
{
	struct pci_dev *pdev = pci_get_device(PCI_VENDOR_ID_INTEL, MOCK_PF_DEVICE_ID, NULL);

	if (!pdev)
		return -ENODEV;
	device.accel_pci_dev.pci_dev = pdev;
	adf_vf_ranges_register(&device);
	return 0;
}
module_init(qat_device_init);

static void __exit qat_device_exit(void)
{
	adf_vf_ranges_unregister(&device);
	pci_dev_put(device.accel_pci_dev.pci_dev);
}
module_exit(qat_device_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A QAT device with free bytes in its VFs, for the mock PF");
MODULE_AUTHOR("The pasid-ctl developers");
