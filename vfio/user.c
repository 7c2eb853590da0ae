// SPDX-License-Identifier: GPL-2.0-only
/*
 * The user's request, from open to close: the registers of the emulated capabilities
 * and the control region are views of it, and the IOMMU has followed before any of
 * them changes.
 */
#include <linux/pasid_vf.h>
#include <linux/pci.h>

#include "pasid-vfio.h"

/* Once for each reason: how often a device is opened is up to its user. */
static void pasid_user_tell(struct pasid_vfio *dev, const char *why)
{
	int i;

	for (i = 0; i < PASID_REASONS && dev->told[i]; i++)
		if (dev->told[i] == why)
			return;
	if (i == PASID_REASONS)
		return;
	dev->told[i] = why;
	pci_info_ratelimited(dev->core.pdev, "no PASID capability is shown: %s\n", why);
}

/* Once: which bytes read as what may be up to the VF's user. */
static void pasid_user_doubt(struct pasid_vfio *dev)
{
	if (!dev->answer.layout.dirty || dev->doubted)
		return;
	dev->doubted = true;
	pci_info(dev->core.pdev, "PASID capability: the bytes at 0x%03x that it hides do not read as zero; are they free?\n",
		 dev->answer.layout.dirty);
}

static void pasid_user_hide(struct pasid_vfio *dev, int err, const char *why)
{
	dev->answer.err = err;
	dev->answer.why = why;
	pasid_user_tell(dev, why);
}

/* @dev->lock held. What the IOMMU refuses is not asked for. */
static int pasid_user_request(struct pasid_vfio *dev, unsigned int request)
{
	int err;

	if (!dev->user)
		return -ENODEV;
	err = pasid_ctl_request(dev->user, request);
	if (!err)
		dev->request = request;
	else if (err == -EIO) /* what it takes away stays away */
		dev->request &= request;
	return err;
}

/**
 * pasid_user_set() - change the whole request
 * @dev: the device, open
 * @request: a mask of PASID_PERM_*
 *
 * Context: Process context, may sleep.
 * Return: as pasid_ctl_request(), or -EAGAIN while the VF is being reset.
 */
int pasid_user_set(struct pasid_vfio *dev, unsigned int request)
{
	int err;

	mutex_lock(&dev->lock);
	err = READ_ONCE(dev->resetting) ? -EAGAIN : pasid_user_request(dev, request);
	if (!err) {
		dev->driven = true;
		pasid_cap_set(&dev->cap, request);
		WRITE_ONCE(dev->pri.enable, request & PASID_PERM_PRI);
	}
	mutex_unlock(&dev->lock);
	return err;
}

/**
 * pasid_user_write_cap() - a write to the PASID capability
 * @dev: the device, open, with the capability shown
 * @offset: first byte, counted from the header
 * @buf: what is written
 * @size: how many bytes; they lie within the capability
 *
 * Context: Process context, may sleep.
 * Return: 0 when it is in force, or lost in a reset; as pasid_ctl_request() otherwise,
 * and the register keeps its value.
 */
int pasid_user_write_cap(struct pasid_vfio *dev, unsigned int offset, const u8 *buf,
			 unsigned int size)
{
	struct pasid_cap cap;
	int err = 0;

	mutex_lock(&dev->lock);
	if (READ_ONCE(dev->resetting))
		goto unlock;
	cap = dev->cap;
	if (pasid_cap_write(&cap, offset, buf, size))
		err = pasid_user_request(dev, pasid_cap_merge(&cap, dev->request));
	if (!err)
		pasid_cap_set(&dev->cap, cap.ctrl);
unlock:
	mutex_unlock(&dev->lock);
	return err;
}

/**
 * pasid_user_write_pri() - a write to the PRI capability
 * @dev: the device, open, with the capability shown
 * @offset: first byte, counted from the header
 * @buf: what is written
 * @size: how many bytes; they lie within the capability
 *
 * Context: Process context, may sleep.
 * Return: as pasid_user_write_cap().
 */
int pasid_user_write_pri(struct pasid_vfio *dev, unsigned int offset, const u8 *buf,
			 unsigned int size)
{
	struct pasid_pri_cap pri;
	unsigned int request;
	int err = 0;

	mutex_lock(&dev->lock);
	if (READ_ONCE(dev->resetting))
		goto unlock;
	pri = dev->pri;
	if (pasid_pri_cap_write(&pri, offset, buf, size)) {
		request = dev->request & ~PASID_PERM_PRI;
		if (pri.enable)
			request |= PASID_PERM_PRI;
		err = pasid_user_request(dev, request);
	}
	if (!err)
		pasid_pri_cap_set(&dev->pri, &pri);
unlock:
	mutex_unlock(&dev->lock);
	return err;
}

/**
 * pasid_user_sample_pri() - have the PRI capability show the errors of now
 * @dev: the device, open, with the capability shown
 *
 * Context: Process context, may sleep: it waits for the end of a reset of the PF. Takes no
 * lock that is held while the IOMMU follows.
 */
void pasid_user_sample_pri(struct pasid_vfio *dev)
{
	struct pci_dev *pf = pci_physfn(dev->core.pdev);
	u16 status;

	if (!pci_user_read_config_word(pf, pf->pri_cap + PCI_PRI_STATUS, &status) &&
	    !PCI_POSSIBLE_ERROR(status))
		pasid_pri_cap_sample(&dev->pri, status);
}

/* @dev->lock held. If the IOMMU does not follow, what is taken away is gone nevertheless. */
static void pasid_user_clear_locked(struct pasid_vfio *dev)
{
	if (!dev->user || !dev->driven)
		return;
	pasid_ctl_request(dev->user, PASID_PERM_NONE);
	dev->request = PASID_PERM_NONE;
	pasid_cap_set(&dev->cap, PASID_PERM_NONE);
	pasid_pri_cap_reset(&dev->pri);
}

/**
 * pasid_user_clear() - the VF has lost its registers by other than a reset of its own
 * @dev: the device
 *
 * Context: Process context, may sleep; vfio-pci-core's memory_lock may be held.
 */
void pasid_user_clear(struct pasid_vfio *dev)
{
	mutex_lock(&dev->lock);
	/* Whatever ends a hold clears, too. */
	if (!READ_ONCE(dev->resetting))
		pasid_user_clear_locked(dev);
	mutex_unlock(&dev->lock);
}

/**
 * pasid_user_hold() - the VF is about to be reset; pasid_user_reset() says when it has
 * been
 * @dev: the device, open or not
 *
 * Asks the IOMMU for nothing and takes no lock: a VF that hangs answers no invalidation
 * before it has been reset. A writer that holds @dev->lock may be waiting for that answer.
 *
 * After a recovery that failed nobody says that it is over. The hold lasts until
 * the next reset then, or until the device is opened again.
 *
 * Context: Process context, device lock held.
 */
void pasid_user_hold(struct pasid_vfio *dev)
{
	WRITE_ONCE(dev->resetting, true);
}

/**
 * pasid_user_reset() - the VF has been reset
 * @dev: the device, open or not
 *
 * If the reset has not revived the VF, intel-pasid-ctl sees that and asks it for nothing.
 *
 * Context: Process context, may sleep, device lock held; vfio-pci-core's memory_lock
 * may be.
 */
void pasid_user_reset(struct pasid_vfio *dev)
{
	mutex_lock(&dev->lock);
	WRITE_ONCE(dev->resetting, false);
	pasid_user_clear_locked(dev);
	mutex_unlock(&dev->lock);
}

/*
 * Does not wait for the end of a reset of the PF: a reset of the bus, which is one of the
 * PF, too, may wait for reset_done() of this VF, which waits for @dev->lock.
 */
static int pasid_user_show_pri(struct pasid_vfio *dev)
{
	struct pci_dev *pf = pci_physfn(dev->core.pdev);
	u32 capacity = 0;
	u16 status = 0;

	if (!dev->answer.layout.pri)
		return 0;
	if (pci_read_config_word(pf, pf->pri_cap + PCI_PRI_STATUS, &status) ||
	    pci_read_config_dword(pf, pf->pri_cap + PCI_PRI_MAX_REQ, &capacity) ||
	    PCI_POSSIBLE_ERROR(status))
		return -EIO;
	pasid_pri_cap_init(&dev->pri, dev->answer.layout.pri_next, status, capacity);
	return 0;
}

/* vfio-pci-core has a copy of the capabilities that it shows, if there are any. */
static void pasid_user_ask(struct pasid_vfio *dev, bool pri)
{
	const u8 *vconfig = dev->core.extended_caps ? dev->core.vconfig : NULL;

	pasid_answer_get(dev->core.pdev, vconfig, pri, &dev->answer);
}

/* Whether a capability may be shown; if not, @dev->answer says why. */
static bool pasid_user_may_show(struct pasid_vfio *dev, unsigned int perms)
{
	if (!dev->emulate) {
		pasid_user_hide(dev, -EOPNOTSUPP, "emulation is off");
		return false;
	}
	pasid_user_ask(dev, pasid_show_pri && (perms & PASID_PERM_PRI));
	if (dev->answer.err)
		pasid_user_hide(dev, dev->answer.err, dev->answer.why);
	else if (!dev->iommufd && !pasid_allow_type1)
		pasid_user_hide(dev, -EOPNOTSUPP,
				"no PASID can be attached: it was not opened through an iommufd that has PASIDs");
	else if (!(perms & PASID_PERM_ENABLE))
		pasid_user_hide(dev, -EPERM, "pasid_ctl or the PF does not grant enable");
	return !dev->answer.err;
}

/*
 * With a user registered, which asks for all. Permissions that it may have are fixed while
 * it is there. With a capability nothing is granted before the user enables it.
 */
static int pasid_user_show(struct pasid_vfio *dev)
{
	struct pasid_ctl_state state;
	unsigned int perms;
	int err;

	err = pasid_ctl_query(dev->user, &state);
	if (err)
		return err;
	perms = state.supported & state.ceiling;
	if (!pasid_user_may_show(dev, perms))
		return 0;
	err = pasid_user_show_pri(dev);
	if (!err)
		err = pasid_user_request(dev, PASID_PERM_NONE);
	if (err)
		return err;
	pasid_cap_init(&dev->cap, dev->answer.layout.pasid_next, state.width, perms);
	pasid_config_show(dev);
	dev->driven = true;
	dev->shown = true;
	pasid_user_doubt(dev);
	return 0;
}

/* @dev->lock held. The caller puts the user, if there is one, after it has unlocked. */
static struct pasid_ctl_user *pasid_user_leave(struct pasid_vfio *dev)
{
	struct pasid_ctl_user *user = dev->user;

	dev->user = NULL;
	dev->shown = false;
	dev->driven = false;
	dev->cap = (struct pasid_cap){};
	dev->pri = (struct pasid_pri_cap){};
	return user;
}

/* The PF has been reset, of which VFs are not told. */
static void pasid_user_pf_reset(void *dev)
{
	pasid_user_clear(dev);
}

static void pasid_user_changed(void *dev)
{
	pasid_event_trigger(dev);
}

/* @dev->lock not held: this waits for pasid_user_pf_reset(), which takes it. */
static void pasid_user_put(struct pasid_ctl_user *user)
{
	if (user)
		pasid_ctl_put(user);
}

static int pasid_user_enter(struct pasid_vfio *dev)
{
	struct pasid_ctl_user *user = pasid_ctl_get(dev->core.pdev, PASID_PERM_ALL);
	int err = PTR_ERR_OR_ZERO(user);

	if (err) {
		if (err != -ENODEV)
			dev_err_ratelimited(&dev->core.pdev->dev, "cannot be opened: %s (error %d)\n",
					    err == -EBUSY ? "the host has PASIDs of it in use" :
					    "its PASID permissions cannot be enforced", err);
		return err;
	}
	pasid_ctl_on_reset(user, pasid_user_pf_reset, dev);
	pasid_ctl_on_change(user, pasid_user_changed, dev);
	dev->user = user;
	dev->request = PASID_PERM_ALL;
	return 0;
}

/* @dev->lock held. If it fails, @left is the user that was registered meanwhile. */
static int pasid_user_open_locked(struct pasid_vfio *dev, struct pasid_ctl_user **left)
{
	int err;

	dev->answer = (struct pasid_answer){};
	err = pasid_user_enter(dev);
	if (err == -ENODEV) {
		pasid_user_hide(dev, err, "it is not under PASID control");
		return 0;
	}
	if (err)
		return err;
	err = pasid_user_show(dev);
	if (!err)
		err = pasid_region_add(dev);
	if (err)
		*left = pasid_user_leave(dev);
	return err;
}

/**
 * pasid_user_open() - a device is being opened
 * @dev: the device, enabled
 *
 * A VF under control gets a user, which asks for all, and the control region. If all
 * that a capability needs is there, too, that is shown, and the user asks for nothing.
 * Otherwise configuration space is as with vfio-pci, and cap_layout says why. What cannot
 * be enforced is not opened at all.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EBUSY if the host has PASIDs of the VF in use; -EIO, -ENOMEM; -ENODEV if
 * the VF is going away.
 */
int pasid_user_open(struct pasid_vfio *dev)
{
	struct pasid_ctl_user *left = NULL;
	int err;

	if (!pasid_is_vf(dev->core.pdev))
		return 0;
	dev->iommufd = compat_vfio_has_pasids(&dev->core.vdev);
	mutex_lock(&dev->lock);
	/* A VF that cannot be reset is not held for ever after a recovery that failed. */
	WRITE_ONCE(dev->resetting, false);
	err = pasid_user_open_locked(dev, &left);
	dev->open = !err;
	mutex_unlock(&dev->lock);
	pasid_user_put(left);
	return err;
}

/**
 * pasid_user_close() - the user is gone
 * @dev: the device; its PASIDs have been detached
 *
 * Context: Process context, may sleep.
 */
void pasid_user_close(struct pasid_vfio *dev)
{
	struct pasid_ctl_user *left;

	mutex_lock(&dev->lock);
	left = pasid_user_leave(dev);
	dev->open = false;
	mutex_unlock(&dev->lock);
	pasid_user_put(left);
}
