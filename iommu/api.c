// SPDX-License-Identifier: GPL-2.0-only
/*
 * The API for modules that act for the user to whom a VF is assigned, such as vfio drivers.
 */
#include <linux/export.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "api.h"
#include "change.h"
#include "trace.h"

/**
 * pasid_ctl_get() - register the user to whom a VF is assigned
 * @pdev: the VF
 * @request: the user's first request: a mask of PASID_PERM_*; permissions that are not supported
 *	are ignored here
 *
 * From now on every PASID of the VF is the user's. So privileged requests are allowed if they are
 * supported and in the ceiling and in the request. In nested entries the user's vIOMMU has to
 * allow them as well. The caller owns the VF's DMA, as vfio does.
 *
 * Context: Process context, may sleep.
 * Return: the user, or an ERR_PTR(): -ENODEV if the VF is not under control, is gone, or
 * intel-pasid-ctl is being unloaded;
 * -EBUSY if it has a user, or PASID-table entries that may be the host's; -EINVAL for an unknown
 * permission; -ENOMEM; -EIO if the IOMMU did not complete an invalidation or probes do not fire.
 */
struct pasid_ctl_user *pasid_ctl_get(struct pci_dev *pdev, unsigned int request)
{
	struct pasid_ctl_user *user __free(kfree) = NULL;
	struct pasid_vf *vf __free(pasid_vf_put) = NULL;
	int err;

	if (request & ~PASID_PERM_ALL)
		return ERR_PTR(-EINVAL);
	user = kzalloc(sizeof(*user), GFP_KERNEL);
	if (!user)
		return ERR_PTR(-ENOMEM);
	vf = pasid_vf_get(pdev);
	if (!vf)
		return ERR_PTR(-ENODEV);
	guard(mutex)(&vf->lock);
	err = vf->sets.has_user ? -EBUSY : pasid_vf_set_user(vf, true, request);
	if (err)
		return ERR_PTR(err);
	user->vf = no_free_ptr(vf);
	return_ptr(user);
}
EXPORT_SYMBOL_GPL(pasid_ctl_get);

/**
 * pasid_ctl_on_reset() - tell a user when a reset of the PF has cleared its VF's registers
 * @user: the user
 * @reset: called after such a reset
 * @data: for @reset; must be valid until pasid_ctl_put() has returned
 *
 * @reset is not called after a reset of the VF itself: the PCI core tells the VF's driver of that.
 * @reset runs in process context. It may sleep and may call pasid_ctl_query() and
 * pasid_ctl_request(), but not pasid_ctl_put(). Call this function once, before the VF is used.
 *
 * Context: Process context, may sleep; locks that @reset takes may be held.
 */
void pasid_ctl_on_reset(struct pasid_ctl_user *user, void (*reset)(void *data),
			void *data)
{
	struct pasid_vf *vf = user->vf;

	atomic_set(&vf->reset.registers_lost, 0);
	vf->reset.data = data;
	/* After reset.data; pairs with pasid_vf_tell_reset(). */
	smp_store_release(&vf->reset.on_reset, reset);
}
EXPORT_SYMBOL_GPL(pasid_ctl_on_reset);

/**
 * pasid_ctl_on_change() - tell a user when its effective set has changed
 * @user: the user
 * @change: called after a change, or after several
 * @data: for @change; must be valid until pasid_ctl_put() has returned
 *
 * @change runs in process context, in the task that made the change, which may be a worker. That
 * task holds the lock that all pasid_ctl functions take, so @change must not call any of
 * them, nor take a lock under which they are called.
 *
 * Context: Process context, may sleep; not from @change.
 */
void pasid_ctl_on_change(struct pasid_ctl_user *user, void (*change)(void *data),
			 void *data)
{
	struct pasid_vf *vf = user->vf;

	guard(mutex)(&vf->lock);
	vf->on_change = change;
	vf->on_change_data = data;
}
EXPORT_SYMBOL_GPL(pasid_ctl_on_change);

/**
 * pasid_ctl_put() - unregister a user
 * @user: from pasid_ctl_get(); not valid afterwards
 *
 * When this returns, the VF has no permission that only a user gets. The caller should have
 * detached the user's PASIDs before.
 *
 * Context: Process context, may sleep; the caller holds no lock that @reset of
 * pasid_ctl_on_reset() takes.
 */
void pasid_ctl_put(struct pasid_ctl_user *user)
{
	struct pasid_vf *vf = user->vf;

	/* Wait for a call that is running; there is none after this. */
	scoped_guard(mutex, &vf->reset.telling)
		vf->reset.on_reset = NULL;
	scoped_guard(mutex, &vf->lock) {
		vf->on_change = NULL;
		kfree(pasid_requests_end(&vf->requests));
		pasid_vf_set_user(vf, false, PASID_PERM_ALL);
	}
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

	guard(mutex)(&vf->lock);
	if (vf->gone)
		return -ENODEV;
	state->supported = pasid_vf_supported(vf);
	state->ceiling = vf->sets.ceiling & state->supported;
	state->requested = vf->sets.request;
	state->effective = pasid_vf_effective(vf);
	state->width = vf->pasid_width;
	return 0;
}
EXPORT_SYMBOL_GPL(pasid_ctl_query);

/**
 * pasid_ctl_request() - change a user's request
 * @user: the user
 * @request: a mask of PASID_PERM_*
 *
 * A requested permission that the ceiling lacks has no effect until the admin adds it to the
 * ceiling. On -EIO the request becomes what is both in the old and in the new one; on any other
 * error it does not change.
 *
 * Context: Process context, may sleep.
 * Return: 0 when tables and caches obey; -EINVAL for an unknown permission; -EOPNOTSUPP if
 * @request has a permission that the old request lacks and that is not supported; -ENODEV if the
 * VF is gone or intel-pasid-ctl is being unloaded; -EIO if the IOMMU did not complete an
 * invalidation or probes do not fire.
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
