// SPDX-License-Identifier: GPL-2.0-only
/*
 * The request: the permissions that intel-pasid-ctl is asked for. The registers of the emulated
 * capabilities and the control region are two ways to change the one request. Neither shows a new
 * value before intel-pasid-ctl has accepted the request. The ceiling may still deny what they show.
 */
#include <linux/pci.h>

#include "pasid-vfio.h"

/**
 * pasid_request_send() - ask intel-pasid-ctl for permissions
 * @dev: the device
 * @request: a mask of PASID_PERM_*
 *
 * On success @request becomes @dev->request. On -EIO what @request does not have is dropped
 * from @dev->request; on another error that does not change.
 *
 * Context: Process context, may sleep, @dev->lock held.
 * Return: as pasid_ctl_request(), or -ENODEV if the device is not registered there.
 */
int pasid_request_send(struct pasid_vfio *dev, unsigned int request)
{
	int err;

	lockdep_assert_held(&dev->lock);
	if (!dev->ctl)
		return -ENODEV;
	err = pasid_ctl_request(dev->ctl, request);
	if (!err)
		dev->request = request;
	else if (err == -EIO)
		dev->request &= request;
	return err;
}

/**
 * pasid_request_set() - change the whole request: a write to the control region
 * @dev: the device, open
 * @request: a mask of PASID_PERM_*
 *
 * Context: Process context, may sleep.
 * Return: as pasid_ctl_request(), or -EAGAIN while the VF is being reset.
 */
int pasid_request_set(struct pasid_vfio *dev, unsigned int request)
{
	int err;

	guard(mutex)(&dev->lock);
	err = READ_ONCE(dev->resetting) ? -EAGAIN : pasid_request_send(dev, request);
	if (err)
		return err;
	dev->reset_clears = true;
	pasid_cap_set(&dev->cap, request);
	pasid_pri_cap_set(&dev->pri, request & PASID_PERM_PRI, dev->pri.alloc);
	return 0;
}

/**
 * pasid_request_write_cap() - a write to the PASID capability
 * @dev: the device, open, with the capability shown
 * @offset: first byte, counted from the header
 * @buf: what is written
 * @size: how many bytes; they lie within the capability
 *
 * Writable are the bits whose permission was supported and in the ceiling when the device was
 * opened, see pasid_open_show(). Writes to other bits are ignored, and these bits read 0. If the
 * ceiling has lost a permission since then, it is requested all the same: the register shows it,
 * and the IOMMU blocks it until the admin adds it to the ceiling again.
 *
 * Context: Process context, may sleep.
 * Return: 0 when tables and caches obey, or if the write is dropped because the VF is being reset;
 * otherwise as pasid_ctl_request(), and the register keeps its value.
 */
int pasid_request_write_cap(struct pasid_vfio *dev, unsigned int offset, const u8 *buf,
			    unsigned int size)
{
	struct pasid_cap cap;
	int err = 0;

	guard(mutex)(&dev->lock);
	if (READ_ONCE(dev->resetting))
		return 0;
	cap = dev->cap;
	if (pasid_cap_write(&cap, offset, buf, size))
		err = pasid_request_send(dev, pasid_cap_merge(&cap, dev->request));
	if (!err)
		pasid_cap_set(&dev->cap, cap.ctrl);
	return err;
}

/* How many page requests of the VF may wait for an answer. */
static void pasid_request_limit(struct pasid_vfio *dev, u32 alloc)
{
	if (dev->ctl)
		pasid_ctl_limit_requests(dev->ctl, alloc);
}

/**
 * pasid_request_write_pri() - a write to the PRI capability
 * @dev: the device, open, with the capability shown
 * @offset: first byte, counted from the header
 * @buf: what is written
 * @size: how many bytes; they lie within the capability
 *
 * Context: Process context, may sleep.
 * Return: as pasid_request_write_cap().
 */
int pasid_request_write_pri(struct pasid_vfio *dev, unsigned int offset, const u8 *buf,
			    unsigned int size)
{
	struct pasid_pri_cap pri;
	unsigned int request;
	bool touches;
	int err = 0;

	guard(mutex)(&dev->lock);
	if (READ_ONCE(dev->resetting))
		return 0;
	pri = dev->pri;
	touches = pasid_pri_cap_write(&pri, offset, buf, size);
	/* Before Enable has an effect, should one write set both. */
	pasid_request_limit(dev, pri.alloc);
	if (touches) {
		request = dev->request & ~PASID_PERM_PRI;
		if (pri.enable)
			request |= PASID_PERM_PRI;
		err = pasid_request_send(dev, request);
	}
	if (!err)
		pasid_pri_cap_set(&dev->pri, pri.enable, pri.alloc);
	else
		pasid_request_limit(dev, dev->pri.alloc);
	return err;
}

/* If the IOMMU does not complete an invalidation, the permissions are off in its tables. */
static void pasid_request_clear_locked(struct pasid_vfio *dev)
{
	lockdep_assert_held(&dev->lock);
	if (!dev->ctl || !dev->reset_clears)
		return;
	/* The VF has forgotten its page requests. */
	pasid_ctl_hold_requests(dev->core.pdev, false);
	pasid_ctl_request(dev->ctl, PASID_PERM_NONE);
	dev->request = PASID_PERM_NONE;
	pasid_cap_set(&dev->cap, PASID_PERM_NONE);
	pasid_pri_cap_set(&dev->pri, false, 0);
	pasid_request_limit(dev, 0);
	pasid_ctl_release_requests(dev->core.pdev);
}

/**
 * pasid_request_clear() - clear the registers after a reset of which the PCI core tells no driver
 * @dev: the device
 *
 * The VF loses its registers in a reset of its PF, and on the way to D3hot and back, and the PCI
 * core does not call reset_done() for the VF then. While the VF itself is being reset, this does
 * nothing: pasid_request_reset_done() will clear the registers.
 *
 * Context: Process context, may sleep; vfio-pci-core's memory_lock may be held.
 */
void pasid_request_clear(struct pasid_vfio *dev)
{
	guard(mutex)(&dev->lock);
	if (!READ_ONCE(dev->resetting))
		pasid_request_clear_locked(dev);
}

/**
 * pasid_request_mark_resetting() - the VF is about to be reset
 * @dev: the device, open or not
 *
 * Writes to the registers are dropped until pasid_request_reset_done(). If recovery from an
 * error fails, the PCI core does not say so, and they are dropped until the next reset, or until
 * the device is opened again.
 *
 * Page requests are refused until then, too, and those that wait for an answer are forgotten.
 *
 * Sends no invalidation: a frozen VF does not answer, so intel-iommu would repeat it until the
 * VF is reset, and the reset waits for the caller. Takes no lock: its holder may be waiting for
 * such an invalidation.
 *
 * Context: Process context, device lock held.
 */
void pasid_request_mark_resetting(struct pasid_vfio *dev)
{
	WRITE_ONCE(dev->resetting, true);
	pasid_ctl_hold_requests(dev->core.pdev, false);
}

/**
 * pasid_request_reset_prepare() - the VF, which answers, is about to be reset
 * @dev: the device, open or not
 *
 * As pasid_request_mark_resetting(), but page requests that wait for an answer get it now.
 *
 * Context: Process context, may sleep, device lock held.
 */
void pasid_request_reset_prepare(struct pasid_vfio *dev)
{
	pasid_ctl_hold_requests(dev->core.pdev, true);
	pasid_request_mark_resetting(dev);
}

/**
 * pasid_request_reset_done() - the VF has been reset
 * @dev: the device, open or not
 *
 * If the VF does not answer even now, intel-pasid-ctl finds that out and sends it no
 * invalidation.
 *
 * Context: Process context, may sleep, device lock held; vfio-pci-core's memory_lock
 * may be.
 */
void pasid_request_reset_done(struct pasid_vfio *dev)
{
	guard(mutex)(&dev->lock);
	WRITE_ONCE(dev->resetting, false);
	pasid_request_clear_locked(dev);
}
