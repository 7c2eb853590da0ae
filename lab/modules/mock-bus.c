// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bus that the mock device is on: what a configuration access reads and writes,
 * and how the device is plugged and unplugged.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/pci.h>
#include <linux/vmalloc.h>

#include "mock.h"

struct mock *mock;

static u16 mock_sriov_reg(const struct mock *m, int reg)
{
	return mock_read(&m->pf, m->pf_layout.sriov + reg, 2);
}

static struct mock_function *mock_find(struct mock *m, unsigned int devfn)
{
	unsigned int numvfs = min(mock_sriov_reg(m, PCI_SRIOV_NUM_VF), m->config.totalvfs);
	struct mock_function *vf;

	if (!devfn)
		return &m->pf;
	if (!m->vfe || devfn < m->config.vf_offset ||
	    devfn - m->config.vf_offset >= numvfs)
		return NULL;

	vf = &m->vf[devfn - m->config.vf_offset];
	return vf->gone ? NULL : vf;
}

/* VFs appear with power-on values. A reset of the PF clears VF Enable, which removes them. */
static void mock_follow_vfe(struct mock *m)
{
	bool vfe = mock_sriov_reg(m, PCI_SRIOV_CTRL) & PCI_SRIOV_CTRL_VFE;
	unsigned int i;

	if (vfe == m->vfe)
		return;

	for (i = 0; i < m->config.totalvfs; i++)
		mock_reset(&m->vf[i]);
	m->vfe = vfe;
}

static int mock_config_read(struct pci_bus *bus, unsigned int devfn, int where,
			    int size, u32 *val)
{
	struct mock_function *fn;

	*val = ~0;
	if (where + size > MOCK_CFG_SIZE)
		return PCIBIOS_BAD_REGISTER_NUMBER;

	guard(raw_spinlock_irqsave)(&mock->lock);
	fn = mock_find(mock, devfn);
	if (!fn)
		return PCIBIOS_DEVICE_NOT_FOUND;

	*val = mock_read(fn, where, size);
	return PCIBIOS_SUCCESSFUL;
}

static int mock_config_write(struct pci_bus *bus, unsigned int devfn, int where,
			     int size, u32 val)
{
	struct mock_function *fn;

	if (where + size > MOCK_CFG_SIZE)
		return PCIBIOS_BAD_REGISTER_NUMBER;

	guard(raw_spinlock_irqsave)(&mock->lock);
	fn = mock_find(mock, devfn);
	if (!fn)
		return PCIBIOS_DEVICE_NOT_FOUND;

	mock_write(fn, where, size, val);
	if (fn == &mock->pf)
		mock_follow_vfe(mock);
	return PCIBIOS_SUCCESSFUL;
}

static struct pci_ops mock_ops = {
	.read	= mock_config_read,
	.write	= mock_config_write,
};

/**
 * mock_create - make the device, which is not plugged yet
 * @bus: the bus that it will be on
 * @config: its properties
 *
 * Return: the device, which vfree() frees, or NULL.
 */
struct mock *mock_create(struct pci_bus *bus, const struct mock_config *config)
{
	struct mock *m;
	unsigned int i;

	m = vzalloc(struct_size(m, vf, config->totalvfs));
	if (!m)
		return NULL;

	m->bus = bus;
	m->config = *config;
	raw_spin_lock_init(&m->lock);
	mock_layout_pf(&m->pf_layout, config);
	mock_layout_vf(&m->vf_layout, config);
	m->pf.layout = &m->pf_layout;
	mock_reset(&m->pf);
	for (i = 0; i < config->totalvfs; i++) {
		m->vf[i].layout = &m->vf_layout;
		mock_reset(&m->vf[i]);
	}

	return m;
}

/**
 * mock_plug - take over the accessors of the bus and let the PCI core find the PF
 *
 * Return: 0, or -ENODEV if the PCI core finds nothing.
 */
int mock_plug(void)
{
	int found;

	mock->ops = pci_bus_set_ops(mock->bus, &mock_ops);

	pci_lock_rescan_remove();
	found = pci_scan_slot(mock->bus, 0);
	pci_bus_assign_resources(mock->bus);
	pci_bus_add_devices(mock->bus);
	pci_unlock_rescan_remove();
	if (found)
		return 0;

	pci_bus_set_ops(mock->bus, mock->ops);
	pr_err("the PCI core found no device on bus %s\n", dev_name(&mock->bus->dev));
	return -ENODEV;
}

/**
 * mock_unplug - remove the PF and put the accessors of the bus back
 */
void mock_unplug(void)
{
	struct pci_dev *pdev = pci_get_slot(mock->bus, 0);

	if (pdev) {
		pci_stop_and_remove_bus_device_locked(pdev);
		pci_dev_put(pdev);
	}
	pci_bus_set_ops(mock->bus, mock->ops);
}
