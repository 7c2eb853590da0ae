// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hash table of the VFs under control, and references to them.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "settings.h"
#include "vf.h"

DEFINE_HASHTABLE(pasid_vfs, PASID_VF_HASH_BITS);

/* One device at a time is put under control or let go; taken before a VF's lock. */
DEFINE_MUTEX(pasid_vfs_lock);

static void pasid_vf_last_put(struct kref *ref)
{
	struct pasid_vf *vf = container_of(ref, struct pasid_vf, ref);

	xa_destroy(&vf->tables.sre_intent);
	pasid_settings_put_virtfn(vf);
	pci_dev_put(vf->pf);
	pci_dev_put(vf->pdev);
	kfree_rcu(vf, rcu);
}

/**
 * pasid_vf_put() - give back a reference of pasid_vf_get()
 * @vf: the VF, or NULL
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_put(struct pasid_vf *vf)
{
	if (vf)
		kref_put(&vf->ref, pasid_vf_last_put);
}

/**
 * pasid_vf_find() - find a VF by its device
 * @dev: any device
 *
 * Context: RCU read side, as hooks are, or pasid_vfs_lock held.
 * Return: the VF, or NULL if @dev is none that is under control.
 */
struct pasid_vf *pasid_vf_find(struct device *dev)
{
	struct pasid_vf *vf;

	hash_for_each_possible_rcu(pasid_vfs, vf, node, (unsigned long)dev,
				   lockdep_is_held(&pasid_vfs_lock))
		if (&vf->pdev->dev == dev)
			return vf;
	return NULL;
}

/**
 * pasid_vf_get() - find a VF by its device and keep it
 * @pdev: any PCI device
 *
 * Context: Any.
 * Return: the VF with a reference, or NULL.
 */
struct pasid_vf *pasid_vf_get(struct pci_dev *pdev)
{
	struct pasid_vf *vf;

	guard(rcu)();
	vf = pasid_vf_find(&pdev->dev);
	return vf && kref_get_unless_zero(&vf->ref) ? vf : NULL;
}

/**
 * pasid_vf_for_each() - do something for every VF
 * @fn: what
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_for_each(void (*fn)(struct pasid_vf *vf))
{
	struct pasid_vf *vf;
	int bucket;

	guard(mutex)(&pasid_vfs_lock);
	hash_for_each(pasid_vfs, bucket, vf, node)
		fn(vf);
}
