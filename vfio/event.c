// SPDX-License-Identifier: GPL-2.0-only
/*
 * The event: an interrupt of the VFIO device that says that what the IOMMU lets the VF do has
 * changed. Its index comes after those of vfio-pci, which stay as they are; the control region
 * tells a VMM the index.
 */
#include <linux/eventfd.h>
#include <linux/uaccess.h>

#include "pasid-vfio.h"

/* Returns whether an eventfd was set before. */
static bool pasid_event_replace(struct pasid_vfio *dev, struct eventfd_ctx *eventfd)
{
	scoped_guard(spinlock, &dev->event_lock)
		swap(dev->event, eventfd);
	if (eventfd)
		eventfd_ctx_put(eventfd);
	return eventfd;
}

/**
 * pasid_event_trigger() - signal the eventfd, if the user has set one
 * @dev: the device
 *
 * Context: Any.
 * Return: whether one is set.
 */
bool pasid_event_trigger(struct pasid_vfio *dev)
{
	guard(spinlock)(&dev->event_lock);
	if (!dev->event)
		return false;
	eventfd_signal(dev->event);
	return true;
}

/**
 * pasid_event_close() - let go of the eventfd
 * @dev: the device, being closed: no ioctl comes any more
 *
 * Context: Process context.
 */
void pasid_event_close(struct pasid_vfio *dev)
{
	pasid_event_replace(dev, NULL);
}

static long pasid_event_get_info(struct pasid_vfio *dev, struct vfio_device_info __user *arg)
{
	long err = vfio_pci_core_ioctl(&dev->core.vdev, VFIO_DEVICE_GET_INFO,
				       (unsigned long)arg);

	return err ?: put_user(PASID_EVENT_INDEX + 1, &arg->num_irqs);
}

/* The flags are those of VFIO_PCI_REQ_IRQ_INDEX. */
static long pasid_event_get_irq_info(struct pasid_vfio *dev, struct vfio_irq_info __user *arg)
{
	const size_t minsz = offsetofend(struct vfio_irq_info, count);
	struct vfio_irq_info info;

	if (copy_from_user(&info, arg, minsz))
		return -EFAULT;
	if (info.index != PASID_EVENT_INDEX)
		return vfio_pci_core_ioctl(&dev->core.vdev, VFIO_DEVICE_GET_IRQ_INFO,
					   (unsigned long)arg);
	if (info.argsz < minsz)
		return -EINVAL;
	info.flags = VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE;
	info.count = 1;
	return copy_to_user(arg, &info, minsz) ? -EFAULT : 0;
}

/* -1 takes the eventfd away; it is no error if none is set. */
static int pasid_event_set_eventfd(struct pasid_vfio *dev, s32 fd)
{
	struct eventfd_ctx *eventfd = NULL;

	if (fd < -1)
		return -EINVAL;
	if (fd >= 0) {
		eventfd = eventfd_ctx_fdget(fd);
		if (IS_ERR(eventfd))
			return PTR_ERR(eventfd);
	}
	pasid_event_replace(dev, eventfd);
	return 0;
}

/* The errors are those of vfio-pci-core for VFIO_PCI_REQ_IRQ_INDEX. */
static int pasid_event_set(struct pasid_vfio *dev, const struct vfio_irq_set *set,
			   bool trigger, s32 fd)
{
	bool was_set;

	if ((set->flags & VFIO_IRQ_SET_ACTION_TYPE_MASK) != VFIO_IRQ_SET_ACTION_TRIGGER)
		return -ENOTTY;
	if (set->flags & VFIO_IRQ_SET_DATA_NONE) {
		was_set = set->count ? pasid_event_trigger(dev) :
			  pasid_event_replace(dev, NULL);
		return was_set ? 0 : -EINVAL;
	}
	if (!set->count)
		return -EINVAL;
	if (set->flags & VFIO_IRQ_SET_DATA_EVENTFD)
		return pasid_event_set_eventfd(dev, fd);
	if (trigger)
		pasid_event_trigger(dev);
	return 0;
}

static long pasid_event_set_irqs(struct pasid_vfio *dev, struct vfio_irq_set __user *arg)
{
	union {
		u8 trigger;
		s32 fd;
	} data = {};
	struct vfio_irq_set set;
	size_t size;
	int err;

	if (copy_from_user(&set, arg, offsetofend(struct vfio_irq_set, count)))
		return -EFAULT;
	if (set.index != PASID_EVENT_INDEX)
		return vfio_pci_core_ioctl(&dev->core.vdev, VFIO_DEVICE_SET_IRQS,
					   (unsigned long)arg);
	err = vfio_set_irqs_validate_and_prepare(&set, 1, PASID_EVENT_INDEX + 1, &size);
	if (err)
		return err;
	if (copy_from_user(&data, arg->data, size))
		return -EFAULT;
	return pasid_event_set(dev, &set, data.trigger, data.fd);
}

/**
 * pasid_event_ioctl() - the ioctl op
 * @vdev: the device, open
 * @cmd: VFIO_DEVICE_*
 * @arg: its argument
 *
 * A device without the control region has no event, either: all is vfio-pci-core's.
 *
 * Context: Process context, may sleep.
 * Return: as VFIO documents for @cmd.
 */
long pasid_event_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg)
{
	struct pasid_vfio *dev = to_pasid_vfio(vdev);
	void __user *uarg = (void __user *)arg;

	if (!dev->ctl)
		return vfio_pci_core_ioctl(vdev, cmd, arg);
	switch (cmd) {
	case VFIO_DEVICE_GET_INFO:
		return pasid_event_get_info(dev, uarg);
	case VFIO_DEVICE_GET_IRQ_INFO:
		return pasid_event_get_irq_info(dev, uarg);
	case VFIO_DEVICE_SET_IRQS:
		return pasid_event_set_irqs(dev, uarg);
	default:
		return vfio_pci_core_ioctl(vdev, cmd, arg);
	}
}
