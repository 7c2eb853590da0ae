// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sources: what the PF's driver, the admin and the quirk table say about the configuration
 * space of VFs; and the PFs that have SR-IOV and PASID, for which the admin has a file.
 */
#include <linux/device/bus.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "pasid-vfio.h"
#include "quirks.h"

#define PASID_OPTIONS_MAX	64

/**
 * struct pasid_pf - a PF
 * @node: in the register
 * @pdev: the PF; it is there as long as its entry is
 * @admin: what the admin wrote to vf_pasid_ranges
 */
struct pasid_pf {
	struct list_head node;
	struct pci_dev *pdev;
	struct pasid_ranges admin;
};

static LIST_HEAD(pasid_pfs);

/* Protects the list and its entries. */
static DEFINE_MUTEX(pasid_pfs_lock);

/* The module option ranges=; does not change after load. */
static struct pasid_device_range pasid_options[PASID_OPTIONS_MAX];
static int pasid_options_count;

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
 * pasid_pf_admin_get() - what the admin said about a PF's VFs
 * @pf: the PF
 * @ranges: filled
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENODEV if the PF is going away.
 */
int pasid_pf_admin_get(struct pci_dev *pf, struct pasid_ranges *ranges)
{
	struct pasid_pf *entry;

	mutex_lock(&pasid_pfs_lock);
	entry = pasid_pf_find(pf);
	if (entry)
		*ranges = entry->admin;
	mutex_unlock(&pasid_pfs_lock);
	return entry ? 0 : -ENODEV;
}

/**
 * pasid_pf_admin_set() - the admin says what is free in a PF's VFs
 * @pf: the PF
 * @ranges: the ranges; VFs that are open keep their capabilities where they are
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENODEV if the PF is going away.
 */
int pasid_pf_admin_set(struct pci_dev *pf, const struct pasid_ranges *ranges)
{
	struct pasid_pf *entry;

	mutex_lock(&pasid_pfs_lock);
	entry = pasid_pf_find(pf);
	if (entry)
		entry->admin = *ranges;
	mutex_unlock(&pasid_pfs_lock);
	return entry ? 0 : -ENODEV;
}

static void pasid_pf_ask_driver(struct pci_dev *vf, struct pasid_offer *offer)
{
	int count = pasid_pf_ask(vf, offer->ranges.range, PASID_RANGES_MAX);

	offer->err = min(count, 0);
	offer->ranges.count = max(count, 0);
}

/* All that the option says of one device; -E2BIG if that is too much. */
static int pasid_options_of(u16 vendor, u16 device, struct pasid_ranges *ranges)
{
	const struct pasid_device_range *item;

	ranges->count = 0;
	for (item = pasid_options; item < pasid_options + pasid_options_count; item++) {
		if (item->vendor != vendor || item->device != device)
			continue;
		if (ranges->count == PASID_RANGES_MAX)
			return -E2BIG;
		ranges->range[ranges->count++] = item->range;
	}
	return 0;
}

/* pasid_pf_init() has seen that it is not too much. */
static void pasid_pf_ask_options(struct pci_dev *vf, struct pasid_offer *offer)
{
	pasid_options_of(vf->vendor, vf->device, &offer->ranges);
	if (offer->ranges.count)
		offer->err = 0;
}

/**
 * pasid_pf_offers() - ask all sources where a VF's configuration space is free
 * @vf: the VF
 * @offers: one for each source; filled
 *
 * Context: Process context, may sleep.
 */
void pasid_pf_offers(struct pci_dev *vf, struct pasid_offer *offers)
{
	struct pasid_pf *pf;
	int i;

	for (i = 0; i < PASID_SOURCES; i++)
		offers[i] = (struct pasid_offer){ .err = -EOPNOTSUPP };

	pasid_pf_ask_driver(vf, &offers[PASID_SOURCE_PF_DRIVER]);
	mutex_lock(&pasid_pfs_lock);
	pf = pasid_pf_find(pci_physfn(vf));
	if (pf && pf->admin.count)
		offers[PASID_SOURCE_ADMIN] = (struct pasid_offer){ .ranges = pf->admin };
	mutex_unlock(&pasid_pfs_lock);

	pasid_pf_ask_options(vf, &offers[PASID_SOURCE_OPTION]);
	pasid_quirk_offer(pasid_quirk_find(vf->vendor, vf->device),
			  &offers[PASID_SOURCE_QUIRK]);
}

/* VFs come and go under locks of their PF's driver: they must not wait for ours. */
static bool pasid_is_pf(struct pci_dev *pdev)
{
	return pdev->is_physfn && pdev->pasid_cap;
}

static int pasid_pf_add_locked(struct pci_dev *pdev)
{
	struct pasid_pf *pf;
	int err;

	if (!pasid_is_pf(pdev) || pasid_pf_find(pdev))
		return 0;
	pf = kzalloc(sizeof(*pf), GFP_KERNEL);
	if (!pf)
		return -ENOMEM;
	err = device_create_file(&pdev->dev, &pasid_attr_vf_ranges);
	if (err) {
		kfree(pf);
		return err;
	}
	pf->pdev = pci_dev_get(pdev);
	list_add(&pf->node, &pasid_pfs);
	return 0;
}

static void pasid_pf_add(struct pci_dev *pdev)
{
	int err = pasid_pf_add_locked(pdev);

	if (err)
		pci_err(pdev, "its VFs cannot show a PASID capability (error %d)\n", err);
}

/* The file's users take the lock, so it is removed without. */
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
		mutex_lock(&pasid_pfs_lock);
		pasid_pf_add(pdev);
		mutex_unlock(&pasid_pfs_lock);
	} else if (action == BUS_NOTIFY_REMOVED_DEVICE) {
		pasid_pf_remove(pdev);
	}
	return NOTIFY_DONE;
}

static struct notifier_block pasid_pf_nb = {
	.notifier_call = pasid_pf_notify,
};

static int pasid_pf_parse_options(const char *text)
{
	const struct pasid_device_range *item;
	struct pasid_ranges ranges;
	const char *why;
	int err;

	err = pasid_device_ranges_parse(text, pasid_options, PASID_OPTIONS_MAX, &why);
	if (err < 0)
		goto refuse;
	pasid_options_count = err;
	for (item = pasid_options; item < pasid_options + pasid_options_count; item++) {
		if (pasid_options_of(item->vendor, item->device, &ranges)) {
			why = "there are more than 16 ranges for one device";
			goto refuse;
		}
		if (pasid_ranges_check(&ranges, &why))
			goto refuse;
	}
	return 0;

refuse:
	pr_err("ranges=\"%s\": %s\n", text, why);
	return -EINVAL;
}

/**
 * pasid_pf_init() - begin to keep the register
 * @options: the module option ranges=, or NULL
 *
 * Context: Process context, may sleep; at load.
 * Return: 0; -EINVAL for bad options, having said what is wrong; another negative
 * errno.
 */
int pasid_pf_init(const char *options)
{
	struct pci_dev *pdev = NULL;
	int err;

	if (options) {
		err = pasid_pf_parse_options(options);
		if (err)
			return err;
	}
	err = bus_register_notifier(&pci_bus_type, &pasid_pf_nb);
	if (err)
		return err;
	/* One that goes away meanwhile is removed, after this, by its notification. */
	mutex_lock(&pasid_pfs_lock);
	for_each_pci_dev(pdev)
		pasid_pf_add(pdev);
	mutex_unlock(&pasid_pfs_lock);
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
	mutex_lock(&pasid_pfs_lock);
	list_splice_init(&pasid_pfs, &leaving);
	mutex_unlock(&pasid_pfs_lock);
	list_for_each_entry_safe(pf, next, &leaving, node)
		pasid_pf_free(pf);
}
