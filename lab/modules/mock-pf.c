// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mock SR-IOV Physical Function, for machines that have none.
 *
 * The configuration accessors of the empty bus behind a root port are taken
 * over, and a PF with PASID, PRI, ATS and SR-IOV answers there, later also its
 * VFs. Nothing below configuration space exists: the functions have no BARs,
 * no interrupts and never issue a request.
 *
 * The module is the PF's driver, too. VFs come and go through sriov_numvfs and
 * are left to other drivers.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bitmap.h>
#include <linux/device/bus.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/pci-ats.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/static_call.h>
#include <linux/sysfs.h>
#include <linux/vmalloc.h>

#include "mock-ranges.h"
#include "mock-regs.h"

#define MAX_VFS		64
#define MAX_PASID_WIDTH	20
#define MAX_DEVFN	255

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

/**
 * struct mock - the device
 * @bus: the bus it sits on
 * @ops: the bus's own accessors, to be put back
 * @lock: protects the registers; x86 reads and writes them without a lock
 * @vfe: VF Enable, as of the last write
 * @pf_layout: the PF's registers
 * @vf_layout: every VF's registers
 * @pf: the PF
 * @vf: the VFs, present while @vfe is set and Num VFs covers them
 */
struct mock {
	struct pci_bus *bus;
	struct pci_ops *ops;
	raw_spinlock_t lock;
	bool vfe;
	struct mock_layout pf_layout;
	struct mock_layout vf_layout;
	struct mock_function pf;
	struct mock_function vf[];
};

static struct mock *mock;

/* Serializes the attributes, which change what the PCI core has enabled. */
static DEFINE_MUTEX(control_lock);

static u16 mock_sriov_reg(const struct mock *m, int reg)
{
	return mock_read(&m->pf, m->pf_layout.sriov + reg, 2);
}

static struct mock_function *mock_find(struct mock *m, unsigned int devfn)
{
	unsigned int numvfs = min(mock_sriov_reg(m, PCI_SRIOV_NUM_VF), totalvfs);
	struct mock_function *vf;

	if (!devfn)
		return &m->pf;
	if (!m->vfe || devfn < vf_offset || devfn - vf_offset >= numvfs)
		return NULL;

	vf = &m->vf[devfn - vf_offset];
	return vf->gone ? NULL : vf;
}

/* VFs come with power-on values, and the PF's own reset takes them away. */
static void mock_follow_vfe(struct mock *m)
{
	bool vfe = mock_sriov_reg(m, PCI_SRIOV_CTRL) & PCI_SRIOV_CTRL_VFE;
	unsigned int i;

	if (vfe == m->vfe)
		return;

	for (i = 0; i < totalvfs; i++)
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

/*
 * Lose PASID as a PF's driver may, and find it again. PCIe has the control
 * bits change only while ATS is off, but nobody checks: pci_enable_pasid()
 * wants nothing but the capability, the TLP prefix and ACS on the way up.
 */
static int mock_set_pasid(struct pci_dev *pdev, bool on)
{
	if (pdev->pasid_enabled == on)
		return 0;
	if (!pdev->pasid_cap)
		return -EOPNOTSUPP;
	if (on)
		return pci_enable_pasid(pdev, pci_pasid_features(pdev));

	pci_disable_pasid(pdev);
	return 0;
}

static ssize_t pasid_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%d\n", to_pci_dev(dev)->pasid_enabled);
}

static ssize_t pasid_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	bool on;
	int ret;

	ret = kstrtobool(buf, &on);
	if (ret)
		return ret;

	guard(mutex)(&control_lock);
	return mock_set_pasid(to_pci_dev(dev), on) ?: count;
}
static DEVICE_ATTR_RW(pasid);

static int no_enable_pri(struct pci_dev *pdev, u32 reqs)
{
	return -EOPNOTSUPP;
}

DEFINE_STATIC_CALL(mock_enable_pri, no_enable_pri);

/* pci_enable_pri() is not exported; a kprobe knows where it is. */
static void __init mock_find_enable_pri(void)
{
	struct kprobe probe = { .symbol_name = "pci_enable_pri" };

	if (register_kprobe(&probe))
		return;
	static_call_update(mock_enable_pri, (void *)probe.addr);
	unregister_kprobe(&probe);
}

static int mock_set_pri(struct pci_dev *pdev, bool on)
{
	u32 reqs;

	if (pdev->pri_enabled == on)
		return 0;
	if (!pdev->pri_cap)
		return -EOPNOTSUPP;
	if (!on) {
		pci_disable_pri(pdev);
		return 0;
	}
	pci_read_config_dword(pdev, pdev->pri_cap + PCI_PRI_MAX_REQ, &reqs);
	return static_call(mock_enable_pri)(pdev, reqs);
}

static ssize_t pri_show(struct device *dev, struct device_attribute *attr,
			char *buf)
{
	return sysfs_emit(buf, "%d\n", to_pci_dev(dev)->pri_enabled);
}

static ssize_t pri_store(struct device *dev, struct device_attribute *attr,
			 const char *buf, size_t count)
{
	bool on;
	int ret;

	ret = kstrtobool(buf, &on);
	if (ret)
		return ret;

	guard(mutex)(&control_lock);
	return mock_set_pri(to_pci_dev(dev), on) ?: count;
}
static DEVICE_ATTR_RW(pri);

/* What a VF does that got an Unsupported Request for a translation request. */
static ssize_t vf_ats_off_store(struct device *dev,
				struct device_attribute *attr,
				const char *buf, size_t count)
{
	int pos = mock->vf_layout.ats + PCI_ATS_CTRL;
	struct mock_function *vf;
	unsigned int index;
	u16 ctrl;
	int ret;

	ret = kstrtouint(buf, 0, &index);
	if (ret)
		return ret;
	if (index >= totalvfs)
		return -EINVAL;
	if (!mock->vf_layout.ats)
		return -EOPNOTSUPP;

	guard(raw_spinlock_irqsave)(&mock->lock);
	vf = &mock->vf[index];
	ctrl = mock_read(vf, pos, 2);
	mock_write(vf, pos, 2, ctrl & ~PCI_ATS_CTRL_ENABLE);
	return count;
}
static DEVICE_ATTR_WO(vf_ats_off);

/* ATS Enable of each VF, which a read of configuration space by the kernel would wake. */
static ssize_t vf_ats_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	int pos = mock->vf_layout.ats + PCI_ATS_CTRL;
	unsigned int i;
	int at = 0;

	if (!mock->vf_layout.ats)
		return -EOPNOTSUPP;

	guard(raw_spinlock_irqsave)(&mock->lock);
	for (i = 0; i < totalvfs; i++)
		at += sysfs_emit_at(buf, at, "%d",
				    !!(mock_read(&mock->vf[i], pos, 2) &
				       PCI_ATS_CTRL_ENABLE));
	at += sysfs_emit_at(buf, at, "\n");
	return at;
}
static DEVICE_ATTR_RO(vf_ats);

/* Surprise removal of one VF: nobody is told, and all its bits read one. */
static ssize_t vf_present_store(struct device *dev,
				struct device_attribute *attr,
				const char *buf, size_t count)
{
	unsigned int index, present;

	if (sscanf(buf, "%u %u", &index, &present) != 2 ||
	    index >= totalvfs || present > 1)
		return -EINVAL;

	guard(raw_spinlock_irqsave)(&mock->lock);
	mock->vf[index].gone = !present;
	return count;
}
static DEVICE_ATTR_WO(vf_present);

/* What the PF's page request interface has failed with: RF and UPRGI, or 0. */
static ssize_t pri_errors_store(struct device *dev,
				struct device_attribute *attr,
				const char *buf, size_t count)
{
	u8 errors;
	int ret;

	ret = kstrtou8(buf, 0, &errors);
	if (ret)
		return ret;
	if (!mock->pf_layout.pri)
		return -EOPNOTSUPP;

	guard(raw_spinlock_irqsave)(&mock->lock);
	mock->pf.cfg[mock->pf_layout.pri + PCI_PRI_STATUS] = errors;
	return count;
}
static DEVICE_ATTR_WO(pri_errors);

/* "OFFSET VALUE [WRITABLE]" changes four bytes in all VFs, "default" changes all back. */
static ssize_t vf_config_store(struct device *dev,
			       struct device_attribute *attr,
			       const char *buf, size_t count)
{
	const struct mock_config config = mock_config_of_options();
	u32 val, writable = 0;
	unsigned int i;
	u16 pos;

	guard(raw_spinlock_irqsave)(&mock->lock);
	if (sysfs_streq(buf, "default"))
		mock_layout_vf(&mock->vf_layout, &config);
	else if (sscanf(buf, "%hi %i %i", &pos, &val, &writable) >= 2 &&
		 pos < MOCK_CFG_SIZE && !(pos % 4))
		mock_layout_patch(&mock->vf_layout, pos, val, writable);
	else
		return -EINVAL;
	for (i = 0; i < totalvfs; i++)
		mock_reset(&mock->vf[i]);
	return count;
}
static DEVICE_ATTR_WO(vf_config);

static struct attribute *mock_attrs[] = {
	&dev_attr_pasid.attr,
	&dev_attr_pri.attr,
	&dev_attr_vf_ats.attr,
	&dev_attr_vf_ats_off.attr,
	&dev_attr_vf_present.attr,
	&dev_attr_vf_config.attr,
	&dev_attr_pri_errors.attr,
	MOCK_RANGES_ATTR,	/* the last: may be NULL */
	NULL
};

static const struct attribute_group mock_group = {
	.name	= "mock",
	.attrs	= mock_attrs,
};

static const struct attribute_group *mock_groups[] = {
	&mock_group,
	NULL
};

/**
 * struct mock_pf_state - what intel-iommu had enabled when the driver came
 * @pasid: PASID
 * @pri: PRI
 *
 * It will disable the same again when the PF goes, and complain if somebody
 * already has.
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
 * VFs go under the PCI core's lock, which who unbinds or unloads does not hold; who writes to
 * the PF's file `remove` does, so with VFs that is not to be done.
 */
static void mock_pf_remove(struct pci_dev *pdev)
{
	struct mock_pf_state *state = pci_get_drvdata(pdev);

	pci_lock_rescan_remove();
	pci_disable_sriov(pdev);
	pci_unlock_rescan_remove();
	mock_ranges_forget(pdev);

	guard(mutex)(&control_lock);
	mock_set_pasid(pdev, state->pasid);
	mock_set_pri(pdev, state->pri);
}

/* The device is the one on its bus, whatever it says it is. */
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

/*
 * The aliases are the function numbers after the last VF's, or the PF's. They must be
 * there before the IOMMU core sees the VF. pci_add_dma_alias() is not exported, but
 * the mask is freed with the device whoever allocated it.
 */
static int mock_bus_notify(struct notifier_block *nb, unsigned long action,
			   void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);

	if (action != BUS_NOTIFY_ADD_DEVICE || pdev->bus != mock->bus ||
	    !pdev->is_virtfn || pdev->dma_alias_mask)
		return NOTIFY_DONE;

	pdev->dma_alias_mask = bitmap_zalloc(MAX_DEVFN + 1, GFP_KERNEL);
	if (!pdev->dma_alias_mask)
		return notifier_from_errno(-ENOMEM);

	set_bit(shared ? pci_physfn(pdev)->devfn : pdev->devfn + totalvfs,
		pdev->dma_alias_mask);
	return NOTIFY_OK;
}

static struct notifier_block mock_bus_nb = {
	.notifier_call	= mock_bus_notify,
	.priority	= 1,	/* before the IOMMU core's 0 */
};

static int __init mock_check_options(void)
{
	unsigned int last = vf_offset + totalvfs * (alias ? 2 : 1) - 1;

	if (!totalvfs || totalvfs > MAX_VFS) {
		pr_err("totalvfs=%u is not within 1 to %u\n", totalvfs, MAX_VFS);
		return -EINVAL;
	}
	if (!vf_offset || vf_offset > MAX_DEVFN || last > MAX_DEVFN) {
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

static struct mock * __init mock_create(struct pci_bus *bus)
{
	const struct mock_config config = mock_config_of_options();
	struct mock *m;
	unsigned int i;

	m = vzalloc(struct_size(m, vf, totalvfs));
	if (!m)
		return NULL;

	m->bus = bus;
	raw_spin_lock_init(&m->lock);
	mock_layout_pf(&m->pf_layout, &config);
	mock_layout_vf(&m->vf_layout, &config);
	m->pf.layout = &m->pf_layout;
	mock_reset(&m->pf);
	for (i = 0; i < totalvfs; i++) {
		m->vf[i].layout = &m->vf_layout;
		mock_reset(&m->vf[i]);
	}

	return m;
}

static int __init mock_plug(void)
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
	pr_err("the PCI core found no device behind %s\n", port);
	return -ENODEV;
}

static void mock_unplug(void)
{
	struct pci_dev *pdev = pci_get_slot(mock->bus, 0);

	if (pdev) {
		pci_stop_and_remove_bus_device_locked(pdev);
		pci_dev_put(pdev);
	}
	pci_bus_set_ops(mock->bus, mock->ops);
}

static int __init mock_init(void)
{
	struct pci_bus *bus;
	int ret;

	ret = mock_check_options();
	if (ret)
		return ret;

	mock_find_enable_pri();
	bus = mock_find_bus();
	if (IS_ERR(bus))
		return PTR_ERR(bus);

	mock = mock_create(bus);
	if (!mock)
		return -ENOMEM;

	if (alias || shared) {
		ret = bus_register_notifier(&pci_bus_type, &mock_bus_nb);
		if (ret)
			goto free;
	}

	ret = mock_plug();
	if (ret)
		goto unregister_notifier;

	ret = pci_register_driver(&mock_pf_driver);
	if (ret)
		goto unplug;

	return 0;

unplug:
	mock_unplug();
unregister_notifier:
	if (alias || shared)
		bus_unregister_notifier(&pci_bus_type, &mock_bus_nb);
free:
	vfree(mock);
	return ret;
}

/* The PF's driver takes the VFs along, so it goes first. */
static void __exit mock_exit(void)
{
	pci_unregister_driver(&mock_pf_driver);
	mock_unplug();
	if (alias || shared)
		bus_unregister_notifier(&pci_bus_type, &mock_bus_nb);
	vfree(mock);
}

module_init(mock_init);
module_exit(mock_exit);

MODULE_AUTHOR("pasid-ctl developers");
MODULE_DESCRIPTION("Lab only: mock SR-IOV PF with PASID, PRI and ATS");
MODULE_LICENSE("GPL");
