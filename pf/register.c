// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasid-pf: the list of the PFs whose drivers say which bytes of their VFs' configuration space
 * are free.
 *
 * It is a module of its own because a PF's driver and pasid-vfio-pci are loaded and unloaded
 * without each other: the driver needs no VFIO and no IOMMU to register, and pasid-vfio-pci finds
 * what was registered before it was loaded. pasid-pf needs nothing but the PCI core, so that it
 * loads on every machine.
 */
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pasid_pf.h>
#include <linux/pci.h>
#include <linux/slab.h>

/**
 * struct pasid_pf_entry - a PF whose driver has registered
 * @node: in the list
 * @pdev: the PF; a reference is held
 * @ops: what the driver has registered
 */
struct pasid_pf_entry {
	struct list_head node;
	struct pci_dev *pdev;
	const struct pasid_pf_ops *ops;
};

static LIST_HEAD(pasid_pf_list);

/* Protects the list; held while a driver is asked. */
static DEFINE_MUTEX(pasid_pf_lock);

static struct pasid_pf_entry *pasid_pf_entry_find(struct pci_dev *pdev)
{
	struct pasid_pf_entry *entry;

	lockdep_assert_held(&pasid_pf_lock);
	list_for_each_entry(entry, &pasid_pf_list, node)
		if (entry->pdev == pdev)
			return entry;
	return NULL;
}

/**
 * pasid_pf_register() - a PF's driver wants to be asked about its VFs
 * @pf: the PF
 * @ops: how to ask it; stays until pasid_pf_unregister()
 *
 * To be called before a VF of the PF is opened, best before VFs are enabled.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EINVAL without @ops->vf_ranges; -EBUSY if the PF has a registration;
 * -ENODEV if it has no SR-IOV or no PASID capability, so that no VF can have one; -ENOMEM.
 */
int pasid_pf_register(struct pci_dev *pf, const struct pasid_pf_ops *ops)
{
	struct pasid_pf_entry *entry __free(kfree) = NULL;

	if (!ops || !ops->vf_ranges)
		return -EINVAL;
	if (!pf->is_physfn || !pf->pasid_cap)
		return -ENODEV;
	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return -ENOMEM;
	entry->ops = ops;
	guard(mutex)(&pasid_pf_lock);
	if (pasid_pf_entry_find(pf))
		return -EBUSY;
	entry->pdev = pci_dev_get(pf);
	list_add(&no_free_ptr(entry)->node, &pasid_pf_list);
	return 0;
}
EXPORT_SYMBOL_GPL(pasid_pf_register);

/**
 * pasid_pf_unregister() - a PF's driver does not want to be asked any more
 * @pf: the PF; without a registration nothing happens
 *
 * When this returns, the driver is not being asked and will not be. A VF that is open keeps its
 * capabilities where they are, so that a driver disables SR-IOV first.
 *
 * Context: Process context, may sleep.
 */
void pasid_pf_unregister(struct pci_dev *pf)
{
	struct pasid_pf_entry *entry;

	guard(mutex)(&pasid_pf_lock);
	entry = pasid_pf_entry_find(pf);
	if (!entry)
		return;
	list_del(&entry->node);
	pci_dev_put(entry->pdev);
	kfree(entry);
}
EXPORT_SYMBOL_GPL(pasid_pf_unregister);

static int pasid_pf_call_driver(const struct pasid_pf_ops *ops, struct pci_dev *vf,
				struct pasid_range *ranges, unsigned int max)
{
	int count;

	if (!try_module_get(ops->owner))
		return -ENODEV;
	count = ops->vf_ranges(vf, ranges, max);
	module_put(ops->owner);
	return count > (int)max ? -E2BIG : count;
}

/**
 * pasid_pf_ask() - ask a PF's driver which bytes of a VF's configuration space are free
 * @vf: the VF
 * @ranges: filled
 * @max: room in @ranges
 *
 * Context: Process context, may sleep.
 * Return: what @vf_ranges of &struct pasid_pf_ops returns; -EOPNOTSUPP also if no driver has
 * registered; -ENODEV if the driver's module is being unloaded; -E2BIG if it gives more than @max.
 */
int pasid_pf_ask(struct pci_dev *vf, struct pasid_range *ranges, unsigned int max)
{
	struct pasid_pf_entry *entry;

	guard(mutex)(&pasid_pf_lock);
	entry = pasid_pf_entry_find(pci_physfn(vf));
	return entry ? pasid_pf_call_driver(entry->ops, vf, ranges, max) : -EOPNOTSUPP;
}
EXPORT_SYMBOL_GPL(pasid_pf_ask);
