// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PFs that have SR-IOV and PASID, and their file vf_pasid_ranges, in which the admin says
 * what is free in the configuration space of their VFs (sysfs-abi/ describes it).
 */
#include <linux/device.h>
#include <linux/device/bus.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "pasid-vfio.h"

/**
 * struct pasid_pf - a PF
 * @node: in pasid_pfs
 * @pdev: the PF; a reference is held
 * @ranges: what the admin wrote to vf_pasid_ranges
 */
struct pasid_pf {
	struct list_head node;
	struct pci_dev *pdev;
	struct pasid_ranges ranges;
};

static LIST_HEAD(pasid_pfs);

/* Protects the list and its entries. */
static DEFINE_MUTEX(pasid_pfs_lock);

static struct pasid_pf *pasid_pf_find(struct pci_dev *pdev)
{
	struct pasid_pf *pf;

	lockdep_assert_held(&pasid_pfs_lock);
	list_for_each_entry(pf, &pasid_pfs, node)
		if (pf->pdev == pdev)
			return pf;
	return NULL;
}

/**
 * pasid_pf_ranges() - what the admin says of a PF's VFs
 * @pdev: the PF
 * @ranges: filled
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENODEV if the PF is going away or is none of those that have the file.
 */
int pasid_pf_ranges(struct pci_dev *pdev, struct pasid_ranges *ranges)
{
	struct pasid_pf *pf;

	guard(mutex)(&pasid_pfs_lock);
	pf = pasid_pf_find(pdev);
	if (pf)
		*ranges = pf->ranges;
	return pf ? 0 : -ENODEV;
}

/* A VF that is open keeps its capabilities where they are. */
static int pasid_pf_set_ranges(struct pci_dev *pdev, const struct pasid_ranges *ranges)
{
	struct pasid_pf *pf;

	guard(mutex)(&pasid_pfs_lock);
	pf = pasid_pf_find(pdev);
	if (pf)
		pf->ranges = *ranges;
	return pf ? 0 : -ENODEV;
}

static ssize_t vf_pasid_ranges_show(struct device *dev, struct device_attribute *attr,
				    char *buf)
{
	struct pasid_ranges ranges;
	char text[PASID_RANGES_TEXT_MAX];
	int err;

	err = pasid_pf_ranges(to_pci_dev(dev), &ranges);
	if (err)
		return err;
	pasid_ranges_format(text, &ranges);
	return sysfs_emit(buf, "%s\n", text);
}

static int pasid_pf_parse(const char *buf, size_t count, struct pasid_ranges *ranges,
			  const char **why)
{
	/* A longer text would arrive in pieces, each a write of its own. */
	if (count >= PAGE_SIZE) {
		*why = "the text is too long";
		return -EINVAL;
	}
	return pasid_ranges_parse(buf, count, ranges, why);
}

static ssize_t vf_pasid_ranges_store(struct device *dev, struct device_attribute *attr,
				     const char *buf, size_t count)
{
	struct pasid_ranges ranges;
	const char *why;
	int err;

	err = pasid_pf_parse(buf, count, &ranges, &why);
	if (err) {
		dev_notice_ratelimited(dev, "vf_pasid_ranges: refused '%*pE': %s\n",
				       (int)min_t(size_t, count, 64), buf, why);
		return err;
	}
	return pasid_pf_set_ranges(to_pci_dev(dev), &ranges) ?: count;
}

const struct device_attribute pasid_attr_vf_ranges = __ATTR_RW(vf_pasid_ranges);

/*
 * Is a function a PF with SR-IOV and PASID? The notifier asks this before it takes pasid_pfs_lock:
 * a PF's driver adds VFs under locks of its own, so that the notifier must not wait for
 * pasid_pfs_lock when a VF is added.
 */
static bool pasid_is_pf(struct pci_dev *pdev)
{
	return pdev->is_physfn && pdev->pasid_cap;
}

static int pasid_pf_add_locked(struct pci_dev *pdev)
{
	struct pasid_pf *pf __free(kfree) = NULL;
	int err;

	if (!pasid_is_pf(pdev) || pasid_pf_find(pdev))
		return 0;
	pf = kzalloc(sizeof(*pf), GFP_KERNEL);
	if (!pf)
		return -ENOMEM;
	err = device_create_file(&pdev->dev, &pasid_attr_vf_ranges);
	if (err)
		return err;
	pf->pdev = pci_dev_get(pdev);
	list_add(&no_free_ptr(pf)->node, &pasid_pfs);
	return 0;
}

static void pasid_pf_add(struct pci_dev *pdev)
{
	int err = pasid_pf_add_locked(pdev);

	if (err)
		pci_err(pdev, "its VFs cannot show a PASID capability (error %d)\n", err);
}

/* pasid_pfs_lock not held: device_remove_file() waits for accesses, which take the lock. */
static void pasid_pf_free(struct pasid_pf *pf)
{
	device_remove_file(&pf->pdev->dev, &pasid_attr_vf_ranges);
	pci_dev_put(pf->pdev);
	kfree(pf);
}

static void pasid_pf_remove(struct pci_dev *pdev)
{
	struct pasid_pf *pf;

	mutex_lock(&pasid_pfs_lock);
	pf = pasid_pf_find(pdev);
	if (pf)
		list_del(&pf->node);
	mutex_unlock(&pasid_pfs_lock);
	if (pf)
		pasid_pf_free(pf);
}

static int pasid_pf_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);

	if (!pasid_is_pf(pdev))
		return NOTIFY_DONE;
	if (action == BUS_NOTIFY_ADD_DEVICE) {
		guard(mutex)(&pasid_pfs_lock);
		pasid_pf_add(pdev);
	} else if (action == BUS_NOTIFY_REMOVED_DEVICE) {
		pasid_pf_remove(pdev);
	}
	return NOTIFY_DONE;
}

static struct notifier_block pasid_pf_nb = {
	.notifier_call = pasid_pf_notify,
};

/**
 * pasid_pf_init() - find the PFs that are there, and those that appear later
 *
 * Context: Process context, may sleep; at load.
 * Return: 0 or a negative errno.
 */
int pasid_pf_init(void)
{
	struct pci_dev *pdev = NULL;
	int err;

	err = bus_register_notifier(&pci_bus_type, &pasid_pf_nb);
	if (err)
		return err;
	/* A PF that goes away meanwhile is removed by the notifier, which waits for the lock. */
	guard(mutex)(&pasid_pfs_lock);
	for_each_pci_dev(pdev)
		pasid_pf_add(pdev);
	return 0;
}

/**
 * pasid_pf_exit() - forget all PFs
 *
 * Context: Process context, may sleep; no device is bound any more.
 */
void pasid_pf_exit(void)
{
	struct pasid_pf *pf, *next;
	LIST_HEAD(leaving);

	bus_unregister_notifier(&pci_bus_type, &pasid_pf_nb);
	scoped_guard(mutex, &pasid_pfs_lock)
		list_splice_init(&pasid_pfs, &leaving);
	list_for_each_entry_safe(pf, next, &leaving, node)
		pasid_pf_free(pf);
}
