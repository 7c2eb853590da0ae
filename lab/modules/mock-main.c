// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mock SR-IOV Physical Function, for machines that have none: the options, and
 * loading and unloading.
 *
 * The module takes over the configuration accessors of the empty bus behind a root
 * port. A PF with PASID, PRI, ATS and SR-IOV answers there, and its VFs once they are
 * enabled. Only configuration space exists: the functions have no BARs and no
 * interrupts, and never issue a request. The module is the PF's driver, too.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/module.h>
#include <linux/pci.h>
#include <linux/vmalloc.h>

#include "mock.h"

#define MAX_VFS		64
#define MAX_PASID_WIDTH	20

static char *port = "0000:00:04.0";
module_param(port, charp, 0444);
MODULE_PARM_DESC(port, "root port whose empty bus gets the device (default 0000:00:04.0)");

static unsigned int totalvfs = MAX_VFS;
module_param(totalvfs, uint, 0444);
MODULE_PARM_DESC(totalvfs, "number of VFs, 1 to 64 (default 64)");

static unsigned int vf_offset = 8;
module_param(vf_offset, uint, 0444);
MODULE_PARM_DESC(vf_offset, "function number of the first VF (default 8)");

static unsigned int pasid_width = MAX_PASID_WIDTH;
module_param(pasid_width, uint, 0444);
MODULE_PARM_DESC(pasid_width, "PASID width, 1 to 20, or 0 for no PASID capability (default 20)");

static bool exec = true;
module_param(exec, bool, 0444);
MODULE_PARM_DESC(exec, "PASID capability has Execute Permission (default 1)");

static bool priv = true;
module_param(priv, bool, 0444);
MODULE_PARM_DESC(priv, "PASID capability has Privileged Mode (default 1)");

static bool pri = true;
module_param(pri, bool, 0444);
MODULE_PARM_DESC(pri, "PF has a PRI capability (default 1)");

static bool ats = true;
module_param(ats, bool, 0444);
MODULE_PARM_DESC(ats, "PF and VFs have an ATS capability (default 1)");

static ushort vendor = MOCK_VENDOR_ID;
module_param(vendor, ushort, 0444);
MODULE_PARM_DESC(vendor, "Vendor ID of PF and VFs (default 0x1b36)");

static ushort vf_device = MOCK_VF_DEVICE_ID;
module_param(vf_device, ushort, 0444);
MODULE_PARM_DESC(vf_device, "Device ID of the VFs (default 0x5052)");

static bool alias;
module_param(alias, bool, 0444);
MODULE_PARM_DESC(alias, "each VF has a DMA alias on a function number that exists nowhere (default 0)");

static bool shared;
module_param(shared, bool, 0444);
MODULE_PARM_DESC(shared, "each VF has a DMA alias, the PF's function number (default 0)");

static struct mock_config mock_config_of_options(void)
{
	return (struct mock_config) {
		.totalvfs	= totalvfs,
		.vf_offset	= vf_offset,
		.vendor		= vendor,
		.vf_device	= vf_device,
		.pasid_width	= pasid_width,
		.exec		= exec,
		.priv		= priv,
		.pri		= pri,
		.ats		= ats,
	};
}

static int __init mock_check_options(void)
{
	unsigned int last = vf_offset + totalvfs * (alias ? 2 : 1) - 1;

	if (!totalvfs || totalvfs > MAX_VFS) {
		pr_err("totalvfs=%u is not within 1 to %u\n", totalvfs, MAX_VFS);
		return -EINVAL;
	}
	if (!vf_offset || vf_offset > MOCK_MAX_DEVFN || last > MOCK_MAX_DEVFN) {
		pr_err("vf_offset=%u does not leave %u VFs%s on one bus\n",
		       vf_offset, totalvfs, alias ? " and their aliases" : "");
		return -EINVAL;
	}
	if (pasid_width > MAX_PASID_WIDTH) {
		pr_err("pasid_width=%u is above %u\n", pasid_width,
		       MAX_PASID_WIDTH);
		return -EINVAL;
	}

	return 0;
}

static struct pci_bus * __init mock_find_bus(void)
{
	unsigned int domain, bus, slot, func;
	struct pci_dev *bridge;
	struct pci_bus *below;
	char end;

	if (sscanf(port, "%x:%x:%x.%x%c", &domain, &bus, &slot, &func, &end) != 4) {
		pr_err("port=%s is not <domain>:<bus>:<device>.<function>\n", port);
		return ERR_PTR(-EINVAL);
	}

	bridge = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, func));
	below = bridge ? bridge->subordinate : NULL;
	pci_dev_put(bridge);
	if (!below) {
		pr_err("port=%s is not a bridge\n", port);
		return ERR_PTR(-ENODEV);
	}
	if (!list_empty(&below->devices)) {
		pr_err("the bus behind %s is not empty\n", port);
		return ERR_PTR(-EBUSY);
	}

	return below;
}

static int __init mock_init(void)
{
	const struct mock_config config = mock_config_of_options();
	struct pci_bus *bus;
	int ret;

	ret = mock_check_options();
	if (ret)
		return ret;

	mock_find_enable_pri();
	bus = mock_find_bus();
	if (IS_ERR(bus))
		return PTR_ERR(bus);

	mock = mock_create(bus, &config);
	if (!mock)
		return -ENOMEM;

	if (alias || shared) {
		ret = mock_alias_register(shared);
		if (ret)
			goto free;
	}

	ret = mock_plug();
	if (ret)
		goto unregister_notifier;

	ret = mock_driver_register();
	if (ret)
		goto unplug;

	return 0;

unplug:
	mock_unplug();
unregister_notifier:
	if (alias || shared)
		mock_alias_unregister();
free:
	vfree(mock);
	return ret;
}

/* The PF's driver is unregistered first, because it removes the VFs. */
static void __exit mock_exit(void)
{
	mock_driver_unregister();
	mock_unplug();
	if (alias || shared)
		mock_alias_unregister();
	vfree(mock);
}

module_init(mock_init);
module_exit(mock_exit);

MODULE_AUTHOR("pasid-ctl developers");
MODULE_DESCRIPTION("Lab only: mock SR-IOV PF with PASID, PRI and ATS");
MODULE_LICENSE("GPL");
