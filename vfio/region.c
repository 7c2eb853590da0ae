// SPDX-License-Identifier: GPL-2.0-only
/* The VMM control region; include/uapi/linux/pasid_ctl.h describes it. */
#include <linux/build_bug.h>
#include <linux/pci.h>
#include <linux/uaccess.h>
#include <uapi/linux/pasid_ctl.h>

#include "pasid-vfio.h"

/* The region is the same on all architectures, and its permissions are PASID_PERM_*. */
static_assert(sizeof(struct pasid_ctl_region) == 200);
/* The members of version 1 stay where they are. */
static_assert(offsetof(struct pasid_ctl_region, requested) == 12);
static_assert(offsetof(struct pasid_ctl_region, event_index) == 32);
static_assert(offsetof(struct pasid_ctl_region, free_source) == 64);
static_assert(PASID_CTL_FREE_MAX == PASID_RANGES_MAX);
static_assert(PASID_EVENT_INDEX); /* 0 says that there is no event */
static_assert(PASID_CTL_ENABLE == PASID_PERM_ENABLE);
static_assert(PASID_CTL_EXEC == PASID_PERM_EXEC);
static_assert(PASID_CTL_PRIV == PASID_PERM_PRIV);
static_assert(PASID_CTL_PRI == PASID_PERM_PRI);

/* For users, the file and the option are both the admin. */
static const u8 pasid_region_sources[] = {
	[PASID_SOURCE_PF_DRIVER] = PASID_CTL_FREE_PF_DRIVER,
	[PASID_SOURCE_ADMIN] = PASID_CTL_FREE_ADMIN,
	[PASID_SOURCE_OPTION] = PASID_CTL_FREE_ADMIN,
	[PASID_SOURCE_QUIRK] = PASID_CTL_FREE_QUIRK,
	[PASID_SOURCE_AUTO] = PASID_CTL_FREE_AUTO,
};

static void pasid_region_fill_free(const struct pasid_cap_layout *layout,
				   struct pasid_ctl_region *region)
{
	unsigned int i;

	if (!layout->free.count)
		return;
	region->free_source = cpu_to_le32(pasid_region_sources[layout->source]);
	region->free_count = cpu_to_le32(layout->free.count);
	for (i = 0; i < layout->free.count; i++) {
		region->free[i].first = cpu_to_le32(layout->free.range[i].first);
		region->free[i].last = cpu_to_le32(layout->free.range[i].last);
	}
}

static int pasid_region_fill(struct pasid_vfio *dev, struct pasid_ctl_region *region)
{
	const struct pasid_cap_layout *layout = &dev->layout;
	struct pasid_ctl_state state;
	int err;

	err = pasid_ctl_query(dev->ctl, &state);
	if (err)
		return err;
	*region = (struct pasid_ctl_region) {
		.version = cpu_to_le32(PASID_CTL_REGION_VERSION),
		.supported = cpu_to_le32(state.supported),
		.ceiling = cpu_to_le32(state.ceiling),
		.requested = cpu_to_le32(state.requested),
		.effective = cpu_to_le32(state.effective),
		.width = cpu_to_le32(state.width),
		.pasid_offset = cpu_to_le32(dev->shown ? layout->pasid : 0),
		.pri_offset = cpu_to_le32(dev->shown ? layout->pri : 0),
		.event_index = cpu_to_le32(PASID_EVENT_INDEX),
	};
	pasid_region_fill_free(layout, region);
	return 0;
}

static ssize_t pasid_region_read(struct pasid_vfio *dev, char __user *buf, size_t count,
				 u64 pos)
{
	struct pasid_ctl_region region;
	int err;

	err = pasid_region_fill(dev, &region);
	if (err)
		return err;
	return copy_to_user(buf, (u8 *)&region + pos, count) ? -EFAULT : count;
}

static ssize_t pasid_region_write(struct pasid_vfio *dev, const char __user *buf,
				  size_t count, u64 pos)
{
	__le32 value;
	int err;

	if (pos != offsetof(struct pasid_ctl_region, requested) || count != sizeof(value))
		return -EINVAL;
	if (copy_from_user(&value, buf, sizeof(value)))
		return -EFAULT;
	err = pasid_request_set(dev, le32_to_cpu(value));
	return err ?: count;
}

static ssize_t pasid_region_rw(struct vfio_pci_core_device *core, char __user *buf,
			       size_t count, loff_t *ppos, bool write)
{
	struct pasid_vfio *dev = to_pasid_vfio(&core->vdev);
	u64 pos = *ppos & VFIO_PCI_OFFSET_MASK;
	ssize_t ret;

	if (pos >= sizeof(struct pasid_ctl_region))
		return -EINVAL;
	count = min_t(size_t, count, sizeof(struct pasid_ctl_region) - pos);
	ret = write ? pasid_region_write(dev, buf, count, pos) :
	      pasid_region_read(dev, buf, count, pos);
	if (ret > 0)
		*ppos += ret;
	return ret;
}

/* vfio-pci-core does not accept NULL. */
static void pasid_region_release(struct vfio_pci_core_device *core,
				 struct vfio_pci_region *region)
{
}

static const struct vfio_pci_regops pasid_region_ops = {
	.rw = pasid_region_rw,
	.release = pasid_region_release,
};

/**
 * pasid_region_add() - add the region to a device
 * @dev: the device, being opened, registered with intel-pasid-ctl; vfio-pci-core removes
 *	the region when it closes
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int pasid_region_add(struct pasid_vfio *dev)
{
	return vfio_pci_core_register_dev_region(&dev->core, PASID_CTL_REGION_TYPE,
						 PASID_CTL_REGION_SUBTYPE,
						 &pasid_region_ops,
						 sizeof(struct pasid_ctl_region),
						 VFIO_REGION_INFO_FLAG_READ |
						 VFIO_REGION_INFO_FLAG_WRITE, NULL);
}
