// SPDX-License-Identifier: GPL-2.0-only
/*
 * PFs and VFs without hardware: they are on the PCI core's own bus type, so that its
 * notifiers and iterators see them, and answer configuration accesses from memory.
 */
#include <linux/unaligned.h>

#include "fake-pci.h"
#include "fake-pm.h"

static struct {
	struct kunit *test;
	struct pci_bus bus;
	struct fake_pci *fn[256];
} fake;

static u16 fake_pci_power(const struct fake_pci *fn)
{
	return get_unaligned_le16(fn->config + FAKE_PM_CAP + PCI_PM_CTRL) &
	       PCI_PM_CTRL_STATE_MASK;
}

static int fake_pci_read(struct pci_bus *bus, unsigned int devfn, int where, int size,
			 u32 *value)
{
	struct fake_pci *fn = fake.fn[devfn];

	*value = ~0U;
	if (!fn || where + size > FAKE_CONFIG)
		return PCIBIOS_DEVICE_NOT_FOUND;
	memcpy(value, fn->config + where, size);
	if (fn->tired && !fn->kept && where == FAKE_PM_CAP + PCI_PM_CTRL)
		put_unaligned_le16((__force u16)PCI_D3hot, fn->config + where);
	return PCIBIOS_SUCCESSFUL;
}

static int fake_pci_write(struct pci_bus *bus, unsigned int devfn, int where, int size,
			  u32 value)
{
	struct fake_pci *fn = fake.fn[devfn];

	if (!fn || where + size > FAKE_CONFIG)
		return PCIBIOS_DEVICE_NOT_FOUND;
	if (where == FAKE_ATS_CAP + PCI_ATS_CTRL) {
		fn->ats_locked |= fn->pdev.block_cfg_access;
		if (fn->ats_stuck)
			return PCIBIOS_SUCCESSFUL;
	}
	memcpy(fn->config + where, &value, size);
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops fake_pci_ops = {
	.read = fake_pci_read,
	.write = fake_pci_write,
};

/* What of runtime power management function.c uses; see fake-pm.h. */
int fake_pm_get_if_active(struct device *dev)
{
	struct fake_pci *fn = to_fake_pci(dev);

	if (fake_pci_power(fn))
		return 0;
	fn->kept++;
	return 1;
}

int fake_pm_put(struct device *dev)
{
	to_fake_pci(dev)->kept--;
	return 0;
}

/**
 * fake_pci_init() - begin a test with an empty bus
 * @test: the test, with which all functions are removed
 */
void fake_pci_init(struct kunit *test)
{
	memset(&fake, 0, sizeof(fake));
	fake.test = test;
	fake.bus.number = FAKE_BUS;
	fake.bus.ops = &fake_pci_ops;
}

static void fake_pci_release(struct device *dev)
{
	to_fake_pci(dev)->released = true;
}

/* At the end of a test all references have been given back. */
static void fake_pci_free(void *arg)
{
	struct fake_pci *fn = arg;

	KUNIT_EXPECT_EQ_MSG(fake.test, 0, fn->kept, "function %#x is kept awake",
			    fn->pdev.devfn);
	fake_pci_unplug(fn);
	put_device(&fn->pdev.dev);
	KUNIT_EXPECT_TRUE_MSG(fake.test, fn->released, "function %#x is kept",
			      fn->pdev.devfn);
}

/**
 * fake_pci_alloc() - a function without SR-IOV
 * @devfn: its number on the bus
 *
 * Return: the function, not plugged in.
 */
struct fake_pci *fake_pci_alloc(unsigned int devfn)
{
	struct fake_pci *fn = kunit_kzalloc(fake.test, sizeof(*fn), GFP_KERNEL);
	struct device *dev;

	KUNIT_ASSERT_NOT_NULL(fake.test, fn);
	fn->pdev.bus = &fake.bus;
	fn->pdev.devfn = devfn;
	fn->pdev.error_state = pci_channel_io_normal;
	fn->pdev.cfg_size = FAKE_CONFIG;
	fn->pdev.pm_cap = FAKE_PM_CAP;
	put_unaligned_le32(0x49418086, fn->config);
	dev = &fn->pdev.dev;
	device_initialize(dev);
	dev->bus = &pci_bus_type;
	dev->release = fake_pci_release;
	KUNIT_ASSERT_EQ(fake.test, 0, dev_set_name(dev, "fake-%02x", devfn));
	KUNIT_ASSERT_EQ(fake.test, 0,
			kunit_add_action_or_reset(fake.test, fake_pci_free, fn));
	fake.fn[devfn] = fn;
	return fn;
}

/**
 * fake_pf_alloc() - a PF with PRI, and with PASID: 20 bits, Execute and Privileged
 * @devfn: its number on the bus
 *
 * Return: the PF, both capabilities enabled, not plugged in.
 */
struct fake_pci *fake_pf_alloc(unsigned int devfn)
{
	struct fake_pci *pf = fake_pci_alloc(devfn);

	pf->pdev.is_physfn = 1;
	pf->pdev.pasid_cap = FAKE_PASID_CAP;
	pf->pdev.pasid_enabled = 1;
	pf->pdev.pasid_features = PCI_PASID_CAP_EXEC | PCI_PASID_CAP_PRIV;
	pf->pdev.pri_enabled = 1;
	put_unaligned_le32(1 << 16 | PCI_EXT_CAP_ID_SRIOV, pf->config + FAKE_SRIOV_CAP);
	put_unaligned_le16(PCI_SRIOV_CTRL_VFE, pf->config + FAKE_SRIOV_CAP + PCI_SRIOV_CTRL);
	put_unaligned_le16(FAKE_TOTAL_VFS, pf->config + FAKE_SRIOV_CAP + PCI_SRIOV_TOTAL_VF);
	put_unaligned_le16(1, pf->config + FAKE_SRIOV_CAP + PCI_SRIOV_VF_STRIDE);
	put_unaligned_le16(20 << 8 | PCI_PASID_CAP_EXEC | PCI_PASID_CAP_PRIV,
			   pf->config + FAKE_PASID_CAP + PCI_PASID_CAP);
	return pf;
}

/**
 * fake_vf_alloc() - a VF with ATS
 * @pf: its PF
 * @devfn: its number on the bus
 *
 * Return: the VF, ATS enabled, not plugged in.
 */
struct fake_pci *fake_vf_alloc(struct fake_pci *pf, unsigned int devfn)
{
	struct fake_pci *vf = fake_pci_alloc(devfn);

	vf->pdev.is_virtfn = 1;
	vf->pdev.physfn = &pf->pdev;
	vf->pdev.ats_cap = FAKE_ATS_CAP;
	vf->pdev.ats_enabled = 1;
	put_unaligned_le16(PCI_ATS_CTRL_ENABLE, vf->config + FAKE_ATS_CAP + PCI_ATS_CTRL);
	return vf;
}

/**
 * fake_pci_plug() - a function appears
 * @fn: the function
 */
void fake_pci_plug(struct fake_pci *fn)
{
	KUNIT_ASSERT_EQ(fake.test, 0, device_add(&fn->pdev.dev));
	fn->plugged = true;
}

/**
 * fake_pci_unplug() - a function is removed, if it is on the bus
 * @fn: the function
 */
void fake_pci_unplug(struct fake_pci *fn)
{
	if (fn->plugged)
		device_del(&fn->pdev.dev);
	fn->plugged = false;
}
