// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device is opened and closed: the registration with intel-pasid-ctl, the control region, and
 * whether a capability is shown.
 */
#include <linux/module.h>
#include <linux/pasid_vf.h>
#include <linux/pci.h>

#include "pasid-vfio.h"

static bool pasid_allow_type1;
module_param_named(allow_type1, pasid_allow_type1, bool, 0444);
MODULE_PARM_DESC(allow_type1, "Show capabilities also where the user cannot attach a PASID, because it does not use iommufd or the kernel has no PASIDs there (default: 0)");

/* Logs each reason once: a VMM can open the device as often as it likes. */
static void pasid_open_log_hidden(struct pasid_vfio *dev, const char *why)
{
	int i;

	for (i = 0; i < PASID_REASONS && dev->logged[i]; i++)
		if (dev->logged[i] == why)
			return;
	if (i == PASID_REASONS)
		return;
	dev->logged[i] = why;
	pci_info_ratelimited(dev->core.pdev, "no PASID capability is shown: %s\n", why);
}

/* Logs once: the guest can write to bytes that are not hidden, and change how they read. */
static void pasid_open_log_dirty(struct pasid_vfio *dev)
{
	enum pasid_finding finding = dev->layout.written ? PASID_WAS_WRITTEN : PASID_NOT_ZERO;
	unsigned int at = dev->layout.written ?: dev->layout.dirty;

	if (!at || dev->dirty_logged)
		return;
	dev->dirty_logged = true;
	pci_info(dev->core.pdev, "PASID capability: the bytes at 0x%03x that it hides %s; are they free?\n",
		 at, pasid_finding_clause(finding));
}

static void pasid_open_hide(struct pasid_vfio *dev, int err, const char *why)
{
	dev->layout.err = err;
	dev->layout.why = why;
	pasid_open_log_hidden(dev, why);
}

/*
 * The PF and all its VFs share what Linux allows the PF. Each VF gets an equal part of it, and one
 * stays with the PF. The number of VFs does not change while one is open.
 */
static u32 pasid_open_pri_capacity(struct pci_dev *vf)
{
	struct pci_dev *pf = pci_physfn(vf);

	return pf->pri_reqs_alloc / (pci_num_vf(pf) + 1);
}

static int pasid_open_count(struct device *device, void *count)
{
	return ++*(int *)count > 1;
}

/* The IOMMU core attaches a PASID to all functions of a group; the module serves the VF alone. */
static bool pasid_open_shares_group(struct pci_dev *vf)
{
	struct iommu_group *group = iommu_group_get(&vf->dev);
	int count = 0;

	if (group)
		iommu_group_for_each_dev(group, &count, pasid_open_count);
	iommu_group_put(group);
	return count != 1;
}

/**
 * pasid_open_unserved() - why the user of a VF cannot get its page requests
 * @vf: the VF
 * @can_attach: see struct pasid_vfio
 *
 * Context: Process context, may sleep.
 * Return: a clause, or NULL if the user can get them.
 */
const char *pasid_open_unserved(struct pci_dev *vf, bool can_attach)
{
	if (!COMPAT_HAS_IOPF_GROUP_DEQUEUE)
		return "iommufd of this kernel can use page requests that are freed";
	if (!pasid_ctl_can_serve_requests())
		return "this kernel's functions for page requests cannot be hooked";
	if (!can_attach)
		return "it was not opened through an iommufd that has PASIDs";
	if (pasid_open_shares_group(vf))
		return "it shares its IOMMU group with another function";
	if (!pasid_open_pri_capacity(vf))
		return "its PF may have fewer page requests at a time than it has VFs";
	return NULL;
}

/*
 * Finds the layout, or the reason why no capability is shown. A VMM that emulates by itself is told
 * the free ranges, too.
 */
static void pasid_open_find_layout(struct pasid_vfio *dev, unsigned int perms,
				   const char *unserved)
{
	/* vfio-pci-core's copy has the extended capabilities that it shows, if it shows any. */
	const u8 *vconfig = dev->core.extended_caps ? dev->core.vconfig : NULL;

	pasid_layout_find(dev->core.pdev, vconfig, perms & PASID_PERM_PRI, unserved,
			  &dev->layout);
	if (!dev->emulate)
		pasid_open_hide(dev, -EOPNOTSUPP, "emulation is off");
	else if (dev->layout.err)
		pasid_open_hide(dev, dev->layout.err, dev->layout.why);
	else if (!dev->can_attach && !pasid_allow_type1)
		pasid_open_hide(dev, -EOPNOTSUPP,
				"no PASID can be attached: it was not opened through an iommufd that has PASIDs");
	else if (!(perms & PASID_PERM_ENABLE))
		pasid_open_hide(dev, -EPERM,
				"pasid_ctl does not allow enable, or the PF or the IOMMU does not support it now");
}

static int pasid_open_init_pri(struct pasid_vfio *dev, const char *unserved)
{
	struct pci_dev *vf = dev->core.pdev;

	if (!dev->layout.pri)
		return 0;
	pasid_pri_cap_init(&dev->pri, dev->layout.pri_next, pci_physfn(vf)->pasid_required,
			   pasid_open_pri_capacity(vf));
	return unserved ? 0 : pasid_ctl_serve_requests(dev->ctl);
}

/*
 * Shows a capability, if that can be done. Its writable bits are fixed while the device is open:
 * those whose permission is supported and in the ceiling now. Writes to other bits are ignored, and
 * these bits read 0. If the ceiling loses a permission later, the register still shows what the
 * guest has written, and the IOMMU blocks it. With a capability the VF has no permission before the
 * guest sets bits; without one, the request stays all permissions.
 */
static int pasid_open_show(struct pasid_vfio *dev)
{
	const char *unserved = pasid_open_unserved(dev->core.pdev, dev->can_attach);
	struct pasid_ctl_state state;
	unsigned int perms;
	int err;

	err = pasid_ctl_query(dev->ctl, &state);
	if (err)
		return err;
	perms = state.supported & state.ceiling;
	pasid_open_find_layout(dev, perms, unserved);
	if (dev->layout.err)
		return 0;
	err = pasid_open_init_pri(dev, unserved);
	if (!err)
		err = pasid_request_send(dev, PASID_PERM_NONE);
	if (err)
		return err;
	pasid_cap_init(&dev->cap, dev->layout.pasid_next, state.width, perms);
	pasid_config_init(dev);
	dev->reset_clears = true;
	dev->shown = true;
	pasid_open_log_dirty(dev);
	return 0;
}

/* A reset of the PF has taken the VF's registers; the PCI core does not tell VFs of it. */
static void pasid_open_pf_reset(void *dev)
{
	pasid_request_clear(dev);
}

static void pasid_open_changed(void *dev)
{
	pasid_event_trigger(dev);
}

static int pasid_open_register(struct pasid_vfio *dev)
{
	struct pasid_ctl_user *ctl = pasid_ctl_get(dev->core.pdev, PASID_PERM_ALL);
	int err = PTR_ERR_OR_ZERO(ctl);

	if (err) {
		if (err != -ENODEV)
			dev_err_ratelimited(&dev->core.pdev->dev, "cannot be opened: %s (error %d)\n",
					    err == -EBUSY ? "the host has PASIDs of it in use" :
					    "its PASID permissions cannot be enforced", err);
		return err;
	}
	pasid_ctl_on_reset(ctl, pasid_open_pf_reset, dev);
	pasid_ctl_on_change(ctl, pasid_open_changed, dev);
	dev->ctl = ctl;
	dev->request = PASID_PERM_ALL;
	return 0;
}

/* @dev->lock held. Returns the registration, to be given to pasid_open_unregister(). */
static struct pasid_ctl_user *pasid_open_undo(struct pasid_vfio *dev)
{
	struct pasid_ctl_user *ctl = dev->ctl;

	dev->ctl = NULL;
	dev->shown = false;
	dev->reset_clears = false;
	dev->cap = (struct pasid_cap){};
	dev->pri = (struct pasid_pri_cap){};
	return ctl;
}

/* @dev->lock not held: this waits for pasid_open_pf_reset(), which takes it. */
static void pasid_open_unregister(struct pasid_ctl_user *ctl)
{
	if (ctl)
		pasid_ctl_put(ctl);
}

/* @dev->lock held. If it fails, @ctl is what has been registered, or NULL. */
static int pasid_open_locked(struct pasid_vfio *dev, struct pasid_ctl_user **ctl)
{
	int err;

	dev->layout = (struct pasid_cap_layout){};
	err = pasid_open_register(dev);
	if (err == -ENODEV) {
		pasid_open_hide(dev, err, "it is not under PASID control");
		return 0;
	}
	if (err)
		return err;
	err = pasid_open_show(dev);
	if (!err)
		err = pasid_region_add(dev);
	if (err)
		*ctl = pasid_open_undo(dev);
	return err;
}

/**
 * pasid_open() - a VMM opens a device
 * @dev: the device, enabled
 *
 * A VF under PASID control is registered with intel-pasid-ctl, and first requests all permissions.
 * It has the control region. If a capability can be shown, it is shown, and the request becomes no
 * permission at all: the guest has to set the bits. If no capability can be shown, the request
 * stays, configuration space is as with vfio-pci, and cap_layout says why. A VF whose permissions
 * cannot be enforced is not opened.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBUSY if the host has PASIDs of the VF in use; -EIO, -ENOMEM; -ENODEV if
 * the VF is going away.
 */
int pasid_open(struct pasid_vfio *dev)
{
	struct pasid_ctl_user *ctl = NULL;
	int err;

	if (!pasid_is_vf(dev->core.pdev))
		return 0;
	dev->can_attach = compat_vfio_has_pasids(&dev->core.vdev);
	pasid_observe_open(&dev->observed);
	mutex_lock(&dev->lock);
	/* After a recovery that failed, it may still be set, and the VF may have no reset. */
	WRITE_ONCE(dev->resetting, false);
	err = pasid_open_locked(dev, &ctl);
	dev->open = !err;
	mutex_unlock(&dev->lock);
	pasid_open_unregister(ctl);
	return err;
}

/**
 * pasid_close() - the VMM is gone
 * @dev: the device; its PASIDs have been detached
 *
 * Context: Process context, may sleep.
 */
void pasid_close(struct pasid_vfio *dev)
{
	struct pasid_ctl_user *ctl;

	mutex_lock(&dev->lock);
	ctl = pasid_open_undo(dev);
	dev->open = false;
	pasid_touched_settle(&dev->observed.touched);
	mutex_unlock(&dev->lock);
	pasid_open_unregister(ctl);
}
