// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space: accesses to the emulated capabilities, and to the headers that
 * point to them, are taken out; all others are vfio-pci-core's. It does accesses in
 * parts that do not cross a multiple of 4, where what is emulated begins and ends, so
 * what is left of an access is done as if it were whole.
 */
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>

#include "pasid-vfio.h"

static bool pasid_window_touched(const struct pasid_window *window, u64 pos, size_t count)
{
	return pos < window->at + window->size && pos + count > window->at && window->size;
}

/* One that is out of bounds is not ours, so that it fails as it always does. */
static bool pasid_config_is_ours(struct pasid_vfio *dev, size_t count, loff_t offset)
{
	u64 pos = offset & VFIO_PCI_OFFSET_MASK;
	int i;

	if (!dev->shown ||
	    VFIO_PCI_OFFSET_TO_INDEX(offset) != VFIO_PCI_CONFIG_REGION_INDEX ||
	    count > PCI_CFG_SPACE_EXP_SIZE || pos + count > PCI_CFG_SPACE_EXP_SIZE)
		return false;
	for (i = 0; i < PASID_WINDOWS; i++)
		if (pasid_window_touched(&dev->windows[i], pos, count))
			return true;
	return false;
}

/*
 * The part of an access that comes first: how many bytes, and which window they are
 * in, or PASID_WINDOWS if they are in none.
 */
static int pasid_config_part(struct pasid_vfio *dev, u64 pos, size_t *count)
{
	const struct pasid_window *window;
	int i;

	for (i = 0; i < PASID_WINDOWS; i++) {
		window = &dev->windows[i];
		if (!pasid_window_touched(window, pos, *count))
			continue;
		if (pos >= window->at) {
			*count = min_t(size_t, *count, window->at + window->size - pos);
			return i;
		}
		*count = window->at - pos;
	}
	return PASID_WINDOWS;
}

static void pasid_config_fetch(struct pasid_vfio *dev, int window, unsigned int offset,
			       u8 *buf, size_t count)
{
	u8 header[PASID_HEADER_SIZE];

	switch (window) {
	case PASID_WINDOW_PASID:
		pasid_cap_read(&dev->cap, offset, buf, count);
		break;
	case PASID_WINDOW_PRI:
		pasid_user_sample_pri(dev);
		pasid_pri_cap_read(&dev->pri, offset, buf, count);
		break;
	default:
		put_unaligned_le32(dev->answer.layout.link[window - PASID_WINDOW_LINK].header,
				   header);
		memcpy(buf, header + offset, count);
	}
}

static int pasid_config_store(struct pasid_vfio *dev, int window, unsigned int offset,
			      const u8 *buf, size_t count)
{
	switch (window) {
	case PASID_WINDOW_PASID:
		return pasid_user_write_cap(dev, offset, buf, count);
	case PASID_WINDOW_PRI:
		return pasid_user_write_pri(dev, offset, buf, count);
	default: /* headers are read-only */
		return 0;
	}
}

static int pasid_config_read_ours(struct pasid_vfio *dev, int window, char __user *buf,
				  size_t count, u64 pos)
{
	u8 bytes[PASID_PRI_CAP_SIZE];

	pasid_config_fetch(dev, window, pos - dev->windows[window].at, bytes, count);
	return copy_to_user(buf, bytes, count) ? -EFAULT : 0;
}

/* The VF is awake meanwhile: it has caches that are to be invalidated. */
static int pasid_config_write_ours(struct pasid_vfio *dev, int window,
				   const char __user *buf, size_t count, u64 pos)
{
	u8 bytes[PASID_PRI_CAP_SIZE];
	int err;

	if (copy_from_user(bytes, buf, count))
		return -EFAULT;
	if (pm_runtime_resume_and_get(&dev->core.pdev->dev))
		return -EIO;
	err = pasid_config_store(dev, window, pos - dev->windows[window].at, bytes, count);
	pm_runtime_put(&dev->core.pdev->dev);
	return err;
}

/* Does the first part of an access, and says how large that was. */
static ssize_t pasid_config_rw_part(struct pasid_vfio *dev, char __user *buf,
				    size_t count, loff_t offset, bool write)
{
	u64 pos = offset & VFIO_PCI_OFFSET_MASK;
	int window = pasid_config_part(dev, pos, &count);
	int err;

	if (window == PASID_WINDOWS)
		return write ? vfio_pci_core_write(&dev->core.vdev, buf, count, &offset) :
		       vfio_pci_core_read(&dev->core.vdev, buf, count, &offset);
	err = write ? pasid_config_write_ours(dev, window, buf, count, pos) :
	      pasid_config_read_ours(dev, window, buf, count, pos);
	return err ?: count;
}

static ssize_t pasid_config_rw(struct pasid_vfio *dev, char __user *buf, size_t count,
			       loff_t *ppos, bool write)
{
	size_t done = 0;
	ssize_t part;

	while (done < count) {
		part = pasid_config_rw_part(dev, buf + done, count - done, *ppos + done,
					    write);
		if (part < 0)
			return part;
		done += part;
	}
	*ppos += done;
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
		ret = pasid_config_rw(dev, (char __user *)buf, count, ppos, true);
	else
		ret = vfio_pci_core_write(vdev, buf, count, ppos);
	if ((__force int)before >= (__force int)PCI_D3hot &&
	    dev->core.pdev->current_state == PCI_D0 &&
	    dev->core.needs_pm_restore)
		pasid_user_clear(dev);
	return ret;
}

/**
 * pasid_config_show() - put the capabilities into configuration space
 * @dev: the device, being opened; @dev->answer is set
 *
 * Context: Process context; nobody accesses the device yet.
 */
void pasid_config_show(struct pasid_vfio *dev)
{
	const struct pasid_layout *layout = &dev->answer.layout;
	unsigned int i;

	for (i = 0; i < PASID_LINKS; i++)
		dev->windows[PASID_WINDOW_LINK + i] = (struct pasid_window) {
			layout->link[i].at, i < layout->link_count ? PASID_HEADER_SIZE : 0,
		};
	dev->windows[PASID_WINDOW_PASID] = (struct pasid_window) {
		layout->pasid, PASID_CAP_SIZE,
	};
	dev->windows[PASID_WINDOW_PRI] = (struct pasid_window) {
		layout->pri, layout->pri ? PASID_PRI_CAP_SIZE : 0,
	};
}
