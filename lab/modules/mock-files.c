// SPDX-License-Identifier: GPL-2.0-only
/*
 * The files in the PF's folder mock/: what hardware or the PF's driver may do at any
 * time, done when a test asks for it.
 */
#include <linux/kprobes.h>
#include <linux/mutex.h>
#include <linux/pci-ats.h>
#include <linux/pci.h>
#include <linux/static_call.h>
#include <linux/sysfs.h>

#include "mock-ranges.h"
#include "mock.h"

/* Serializes the files that change what the PCI core has enabled. */
static DEFINE_MUTEX(control_lock);

/*
 * Switches PASID off or on, as a PF's driver may. PCIe allows that only while ATS is
 * off, but neither the PCI core nor this device checks: pci_enable_pasid() wants the
 * capability, the TLP prefix and ACS on the way up.
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

/* For a file of the PF that @set switches off or on. */
static ssize_t switch_store(struct device *dev, const char *buf, size_t count,
			    int (*set)(struct pci_dev *pdev, bool on))
{
	bool on;
	int ret;

	ret = kstrtobool(buf, &on);
	if (ret)
		return ret;

	guard(mutex)(&control_lock);
	return set(to_pci_dev(dev), on) ?: count;
}

static ssize_t pasid_show(struct device *dev, struct device_attribute *attr,
			  char *buf)
{
	return sysfs_emit(buf, "%d\n", to_pci_dev(dev)->pasid_enabled);
}

static ssize_t pasid_store(struct device *dev, struct device_attribute *attr,
			   const char *buf, size_t count)
{
	return switch_store(dev, buf, count, mock_set_pasid);
}
static DEVICE_ATTR_RW(pasid);

static int no_enable_pri(struct pci_dev *pdev, u32 reqs)
{
	return -EOPNOTSUPP;
}

DEFINE_STATIC_CALL(mock_enable_pri, no_enable_pri);

/* pci_enable_pri() is not exported; a kprobe finds its address. */
void __init mock_find_enable_pri(void)
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
	return switch_store(dev, buf, count, mock_set_pri);
}
static DEVICE_ATTR_RW(pri);

/* A VF that gets an Unsupported Request for a translation request switches its ATS off. */
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
	if (index >= mock->config.totalvfs)
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

/*
 * ATS Enable of each VF, one digit each. The PCI core wakes a sleeping VF to read its
 * configuration space; reading this file does not.
 */
static ssize_t vf_ats_show(struct device *dev, struct device_attribute *attr,
			   char *buf)
{
	int pos = mock->vf_layout.ats + PCI_ATS_CTRL;
	unsigned int i;
	int at = 0;

	if (!mock->vf_layout.ats)
		return -EOPNOTSUPP;

	guard(raw_spinlock_irqsave)(&mock->lock);
	for (i = 0; i < mock->config.totalvfs; i++)
		at += sysfs_emit_at(buf, at, "%d",
				    !!(mock_read(&mock->vf[i], pos, 2) &
				       PCI_ATS_CTRL_ENABLE));
	at += sysfs_emit_at(buf, at, "\n");
	return at;
}
static DEVICE_ATTR_RO(vf_ats);

/*
 * "INDEX 0": surprise removal of one VF: all its bits read as one, and the PCI core is not
 * told. "INDEX 1" plugs it again.
 */
static ssize_t vf_present_store(struct device *dev,
				struct device_attribute *attr,
				const char *buf, size_t count)
{
	unsigned int index, present;

	if (sscanf(buf, "%u %u", &index, &present) != 2 ||
	    index >= mock->config.totalvfs || present > 1)
		return -EINVAL;

	guard(raw_spinlock_irqsave)(&mock->lock);
	mock->vf[index].gone = !present;
	return count;
}
static DEVICE_ATTR_WO(vf_present);

/* Errors of the PF's page request interface: bit 0 RF (response failure), bit 1 UPRGI. */
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

/* "OFFSET VALUE [WRITABLE]" changes four bytes in all VFs; "default" undoes all changes. */
static ssize_t vf_config_store(struct device *dev,
			       struct device_attribute *attr,
			       const char *buf, size_t count)
{
	u32 val, writable = 0;
	unsigned int i;
	u16 pos;

	guard(raw_spinlock_irqsave)(&mock->lock);
	if (sysfs_streq(buf, "default"))
		mock_layout_vf(&mock->vf_layout, &mock->config);
	else if (sscanf(buf, "%hi %i %i", &pos, &val, &writable) >= 2 &&
		 pos < MOCK_CFG_SIZE && !(pos % 4))
		mock_layout_patch(&mock->vf_layout, pos, val, writable);
	else
		return -EINVAL;
	for (i = 0; i < mock->config.totalvfs; i++)
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

const struct attribute_group *mock_groups[] = {
	&mock_group,
	NULL
};

/**
 * mock_restore - switch PASID and PRI of the PF to what the driver found
 * @pdev: the PF
 * @pasid: PASID was on
 * @pri: PRI was on
 */
void mock_restore(struct pci_dev *pdev, bool pasid, bool pri)
{
	guard(mutex)(&control_lock);
	mock_set_pasid(pdev, pasid);
	mock_set_pri(pdev, pri);
}
