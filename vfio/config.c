// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space: accesses to the emulated capabilities are taken out, all
 * others are vfio-pci-core's. It does accesses in parts that do not cross a multiple
 * of 4, where the capabilities begin and end, so what is left of an access is done as
 * if it were whole.
 */
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>

#include "pasid-vfio.h"

/* Does an access touch the @size bytes at @at, if there are any? */
static bool pasid_config_touches(u64 pos, size_t count, unsigned int at,
				 unsigned int size)
{
	return at && pos < at + size && pos + count > at;
}

/* One that is out of bounds is not touched, so that it fails as it always does. */
static bool pasid_config_is_ours(struct pasid_vfio *dev, size_t count, loff_t offset)
{
	const struct pasid_layout *layout = &dev->answer.layout;
	u64 pos = offset & VFIO_PCI_OFFSET_MASK;

	if (!dev->shown || VFIO_PCI_OFFSET_TO_INDEX(offset) != VFIO_PCI_CONFIG_REGION_INDEX ||
	    count > PCI_CFG_SPACE_EXP_SIZE || pos + count > PCI_CFG_SPACE_EXP_SIZE)
		return false;
	return pasid_config_touches(pos, count, layout->pasid, PASID_CAP_SIZE) ||
	       pasid_config_touches(pos, count, layout->pri, PASID_PRI_CAP_SIZE);
}

/* How many of the bytes from @pos on are not of the @size bytes at @at. */
static size_t pasid_config_before(u64 pos, size_t count, unsigned int at,
				  unsigned int size)
{
	return pasid_config_touches(pos, count, at, size) ? at - pos : count;
}

static void pasid_config_fetch(struct pasid_vfio *dev, u64 pos, u8 *buf, size_t count)
{
	const struct pasid_layout *layout = &dev->answer.layout;

	if (pasid_config_touches(pos, count, layout->pasid, PASID_CAP_SIZE))
		pasid_cap_read(&dev->cap, pos - layout->pasid, buf, count);
	else
		pasid_pri_cap_read(&dev->pri, pos - layout->pri, buf, count);
}

static int pasid_config_store(struct pasid_vfio *dev, u64 pos, const u8 *buf,
			      size_t count)
{
	const struct pasid_layout *layout = &dev->answer.layout;

	if (pasid_config_touches(pos, count, layout->pasid, PASID_CAP_SIZE))
		return pasid_user_write_cap(dev, pos - layout->pasid, buf, count);
	return pasid_user_write_pri(dev, pos - layout->pri, buf, count);
}

/*
 * The part of an access that comes first: how many bytes, and whether they are the
 * emulated capabilities'. Those are never of two of them at once.
 */
static size_t pasid_config_part(const struct pasid_layout *layout, u64 pos,
				size_t count, bool *ours)
{
	*ours = true;
	if (pasid_config_touches(pos, 1, layout->pasid, PASID_CAP_SIZE))
		return min_t(size_t, count, layout->pasid + PASID_CAP_SIZE - pos);
	if (pasid_config_touches(pos, 1, layout->pri, PASID_PRI_CAP_SIZE))
		return min_t(size_t, count, layout->pri + PASID_PRI_CAP_SIZE - pos);
	*ours = false;
	count = pasid_config_before(pos, count, layout->pasid, PASID_CAP_SIZE);
	return pasid_config_before(pos, count, layout->pri, PASID_PRI_CAP_SIZE);
}

static int pasid_config_read_ours(struct pasid_vfio *dev, char __user *buf,
				  size_t count, u64 pos)
{
	u8 bytes[PASID_PRI_CAP_SIZE];

	pasid_config_fetch(dev, pos, bytes, count);
	return copy_to_user(buf, bytes, count) ? -EFAULT : 0;
}

/* The VF is awake meanwhile: it has caches that are to be invalidated. */
static int pasid_config_write_ours(struct pasid_vfio *dev, const char __user *buf,
				   size_t count, u64 pos)
{
	u8 bytes[PASID_PRI_CAP_SIZE];
	int err;

	if (copy_from_user(bytes, buf, count))
		return -EFAULT;
	if (pm_runtime_resume_and_get(&dev->core.pdev->dev))
		return -EIO;
	err = pasid_config_store(dev, pos, bytes, count);
	pm_runtime_put(&dev->core.pdev->dev);
	return err;
}

static ssize_t pasid_config_rw(struct pasid_vfio *dev, char __user *buf, size_t count,
			       loff_t *ppos, bool write)
{
	size_t done = 0, part;
	loff_t pos = *ppos, at;
	ssize_t ret;
	bool ours;

	for (; done < count; done += part, buf += part, pos += part) {
		at = pos;
		part = pasid_config_part(&dev->answer.layout, pos & VFIO_PCI_OFFSET_MASK,
					 count - done, &ours);
		if (ours && write)
			ret = pasid_config_write_ours(dev, buf, part,
						      pos & VFIO_PCI_OFFSET_MASK);
		else if (ours)
			ret = pasid_config_read_ours(dev, buf, part,
						     pos & VFIO_PCI_OFFSET_MASK);
		else if (write)
			ret = vfio_pci_core_write(&dev->core.vdev, buf, part, &at);
		else
			ret = vfio_pci_core_read(&dev->core.vdev, buf, part, &at);
		if (ret < 0)
			return ret;
	}
	*ppos = pos;
	return done;
}

/**
 * pasid_config_read() - the read op: any region, any offset and size
 * @vdev: the device
 * @buf: filled
 * @count: how many bytes
 * @ppos: which region, and where in it; advanced
 *
 * Context: Process context, may sleep. Reads of the emulated capabilities take no
 * lock.
 * Return: the number of bytes, or a negative errno.
 */
ssize_t pasid_config_read(struct vfio_device *vdev, char __user *buf, size_t count,
			  loff_t *ppos)
{
	struct pasid_vfio *dev = to_pasid_vfio(vdev);

	if (!pasid_config_is_ours(dev, count, *ppos))
		return vfio_pci_core_read(vdev, buf, count, ppos);
	return pasid_config_rw(dev, buf, count, ppos, false);
}

/**
 * pasid_config_write() - the write op: any region, any offset and size
 * @vdev: the device
 * @buf: what is written
 * @count: how many bytes
 * @ppos: which region, and where in it; advanced
 *
 * A function without No_Soft_Reset is reset by its way back to D0 (PCI-PM 1.2, 5.4.1).
 *
 * Context: Process context, may sleep.
 * Return: the number of bytes, or a negative errno: what of the access comes before
 * the part that failed has been done, as always.
 */
ssize_t pasid_config_write(struct vfio_device *vdev, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	struct pasid_vfio *dev = to_pasid_vfio(vdev);
	pci_power_t before = dev->core.pdev->current_state;
	ssize_t ret;

	if (pasid_config_is_ours(dev, count, *ppos))
		return pasid_config_rw(dev, (char __user *)buf, count, ppos, true);
	ret = vfio_pci_core_write(vdev, buf, count, ppos);
	if (before >= PCI_D3hot && dev->core.pdev->current_state == PCI_D0 &&
	    dev->core.needs_pm_restore)
		pasid_user_reset(dev);
	return ret;
}

/**
 * pasid_config_link() - have the function's own headers point to the capabilities
 * @dev: the device, being opened; @dev->answer is set
 *
 * vfio-pci-core reads headers from its copy, and makes that anew at each open.
 *
 * Context: Process context; nobody accesses the device yet.
 */
void pasid_config_link(struct pasid_vfio *dev)
{
	const struct pasid_layout *layout = &dev->answer.layout;
	unsigned int i;
	u32 header;
	u8 *at;

	for (i = 0; i < layout->link_count; i++) {
		at = dev->core.vconfig + layout->link[i].at;
		header = get_unaligned_le32(at) & ~GENMASK(31, 20);
		put_unaligned_le32(header | (u32)layout->link[i].next << 20, at);
	}
}
