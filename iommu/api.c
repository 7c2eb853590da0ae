// SPDX-License-Identifier: GPL-2.0-only
/*
 * The API for consumers: modules that act for a VF's assigned user.
 */
#include <linux/export.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "change.h"
#include "trace.h"

/**
 * struct pasid_ctl_user - a registered user
 * @vf: its VF, with a reference
 */
struct pasid_ctl_user {
	struct pasid_vf *vf;
};

/**
 * pasid_ctl_get() - register the user that a VF is assigned to
 * @pdev: the VF
 * @request: what it wants to begin with: PASID_PERM_NONE or PASID_PERM_ALL, or
 *	between; what is not supported is ignored here
 *
 * From now on every PASID of the VF is the user's: privileged requests are
 * granted where the ceiling and the request allow them (nested entries excepted:
 * there the user's vIOMMU decides). The caller owns the VF's DMA, as vfio does.
 *
 * Context: Process context, may sleep.
 * Return: the user, or an ERR_PTR(): -ENODEV if the VF is not under control,
 * -EBUSY if it has a user, or PASID-table entries from before; -EINVAL for an
 * unknown permission; -ENOMEM; -EIO if the IOMMU did not complete an invalidation or
 * intel-iommu cannot be followed.
 */
struct pasid_ctl_user *pasid_ctl_get(struct pci_dev *pdev, unsigned int request)
{
	struct pasid_ctl_user *user;
	int err;

	if (request & ~PASID_PERM_ALL)
		return ERR_PTR(-EINVAL);
	user = kzalloc(sizeof(*user), GFP_KERNEL);
	if (!user)
		return ERR_PTR(-ENOMEM);
	user->vf = pasid_vf_get(pdev);
	if (!user->vf) {
		kfree(user);
		return ERR_PTR(-ENODEV);
	}
	mutex_lock(&user->vf->lock);
	err = user->vf->sets.owned ? -EBUSY :
	      pasid_vf_set_owner(user->vf, true, request);
	mutex_unlock(&user->vf->lock);
	if (err) {
		pasid_vf_put(user->vf);
		kfree(user);
		return ERR_PTR(err);
	}
	return user;
}
EXPORT_SYMBOL_GPL(pasid_ctl_get);

/**
 * pasid_ctl_on_reset() - have a user told that its VF has lost its registers
 * @user: the user
 * @reset: called when a reset of the PF has taken the registers of its VFs
 * @data: for @reset; stays until pasid_ctl_put() has returned
 *
 * A reset of the VF itself is not told: its driver hears of that from the PCI core.
 * @reset runs in process context, may sleep and may call pasid_ctl_query() and
 * pasid_ctl_request(), but not pasid_ctl_put(). To be called once, before the VF is used.
 *
 * Context: Process context, may sleep; locks that @reset takes may be held.
 */
void pasid_ctl_on_reset(struct pasid_ctl_user *user, void (*reset)(void *data),
			void *data)
{
	struct pasid_vf *vf = user->vf;

	atomic_set(&vf->reset.registers_lost, 0);
	vf->reset.data = data;
	/* After on_reset_data; pairs with pasid_vf_tell_reset(). */
	smp_store_release(&vf->reset.on_reset, reset);
}
EXPORT_SYMBOL_GPL(pasid_ctl_on_reset);

/**
 * pasid_ctl_put() - the user is gone
 * @user: from pasid_ctl_get(); not valid any more afterwards
 *
 * What was granted to this user alone is taken back when this returns. Its
 * PASIDs should be detached by then.
 *
 * Context: Process context, may sleep; locks that @reset of pasid_ctl_on_reset() takes
 * are not held.
 */
void pasid_ctl_put(struct pasid_ctl_user *user)
{
	struct pasid_vf *vf = user->vf;

	/* A call that is under way ends first, and none follows. */
	mutex_lock(&vf->reset.telling);
	vf->reset.on_reset = NULL;
	mutex_unlock(&vf->reset.telling);
	mutex_lock(&vf->lock);
	pasid_vf_set_owner(vf, false, PASID_PERM_ALL);
	mutex_unlock(&vf->lock);
	pasid_vf_put(vf);
	kfree(user);
}
EXPORT_SYMBOL_GPL(pasid_ctl_put);

/**
 * pasid_ctl_query() - a VF's permission sets now
 * @user: the user
 * @state: filled
 *
 * Context: Process context, may sleep.
 * Return: 0, or -ENODEV if the VF is gone.
 */
int pasid_ctl_query(struct pasid_ctl_user *user, struct pasid_ctl_state *state)
{
	struct pasid_vf *vf = user->vf;
	int err = 0;

	mutex_lock(&vf->lock);
	if (vf->gone) {
		err = -ENODEV;
	} else {
		state->supported = pasid_vf_supported(vf);
		state->ceiling = vf->sets.ceiling & state->supported;
		state->requested = vf->sets.request;
		state->effective = pasid_vf_effective(vf);
		state->width = vf->pasid_width;
	}
	mutex_unlock(&vf->lock);
	return err;
}
EXPORT_SYMBOL_GPL(pasid_ctl_query);

/**
 * pasid_ctl_request() - the user changes what it wants
 * @user: the user
 * @request: a mask of PASID_PERM_*
 *
 * A request above the ceiling is kept and has no effect until the ceiling is
 * raised. On failure the old request stays, less what the new one took away.
 *
 * Context: Process context, may sleep.
 * Return: 0 when it is in force, in tables and caches; -EINVAL for an unknown
 * permission; -EOPNOTSUPP if it asks for one that it did not ask for before and
 * that is not supported; -ENODEV if the VF is gone; -EIO if the IOMMU did not
 * complete an invalidation or intel-iommu cannot be followed.
 */
int pasid_ctl_request(struct pasid_ctl_user *user, unsigned int request)
{
	struct pasid_vf *vf = user->vf;
	int err;

	if (request & ~PASID_PERM_ALL)
		return -EINVAL;
	mutex_lock(&vf->lock);
	if (vf->gone)
		err = -ENODEV;
	else if (request & ~vf->sets.request & ~pasid_vf_supported(vf))
		err = -EOPNOTSUPP;
	else
		err = pasid_vf_set_request(vf, request);
	mutex_unlock(&vf->lock);
	if (err)
		trace_pasid_refuse(&vf->pdev->dev, "request", err);
	return err;
}
EXPORT_SYMBOL_GPL(pasid_ctl_request);
