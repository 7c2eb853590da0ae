// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <linux/vfio.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "irq.h"

int irq_count_kinds(struct vfio_function *fn, unsigned int *count)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };

	if (ioctl(fn->device, VFIO_DEVICE_GET_INFO, &info))
		return errno;
	*count = info.num_irqs;
	return 0;
}

int irq_get(struct vfio_function *fn, unsigned int index, unsigned int argsz, uint32_t *flags,
	    uint32_t *count)
{
	struct vfio_irq_info info = { .argsz = argsz, .index = index };

	if (ioctl(fn->device, VFIO_DEVICE_GET_IRQ_INFO, &info))
		return errno;
	*flags = info.flags;
	*count = info.count;
	return 0;
}

int irq_set(struct vfio_function *fn, const struct irq_set *set)
{
	return ioctl(fn->device, VFIO_DEVICE_SET_IRQS, set) ? errno : 0;
}

int irq_arm(struct vfio_function *fn, unsigned int index, int *event)
{
	struct irq_set set = {
		.argsz = sizeof(set),
		.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
		.index = index,
		.count = 1,
		.data = eventfd(0, EFD_NONBLOCK),
	};

	if (set.data < 0)
		return errno;
	*event = set.data;
	return irq_set(fn, &set);
}

uint64_t irq_wait(int event, unsigned int seconds)
{
	struct pollfd ready = { .fd = event, .events = POLLIN };
	uint64_t count;

	if (poll(&ready, 1, seconds * 1000) != 1 ||
	    read(event, &count, sizeof(count)) != sizeof(count))
		return 0;
	return count;
}
