// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space: an access is cut at the borders of what is emulated, which is the PASID
 * and PRI capabilities and the headers that point to them. The emulated parts are done here,
 * the others by vfio-pci-core, which splits an access at multiples of 4 itself. What is emulated
 * begins and ends at multiples of 4, so that cutting changes nothing for the rest. The accesses
 * that vfio-pci-core has done are counted (touched.c).
 */
#include <linux/bitmap.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/uaccess.h>
#include <linux/unaligned.h>

#include "pasid-vfio.h"

/* What is emulated. */
enum {
	PASID_EMULATED_CAP,
	PASID_EMULATED_PRI,
	PASID_EMULATED_HEADER,	/* the first of them */
	PASID_EMULATED = PASID_EMULATED_HEADER + PASID_HEADERS,
};

/**
 * struct pasid_bytes - bytes of configuration space
 * @at: offset of the first, a multiple of 4
 * @size: how many, a multiple of 4, or 0
 */
struct pasid_bytes {
	u16 at;
	u16 size;
};

static struct pasid_bytes pasid_emulated(const struct pasid_vfio *dev, int which)
{
	const struct pasid_cap_layout *layout = &dev->layout;

	switch (which) {
	case PASID_EMULATED_CAP:
		return (struct pasid_bytes){ layout->pasid, PASID_CAP_SIZE };
	case PASID_EMULATED_PRI:
		return (struct pasid_bytes){ layout->pri, layout->pri ? PASID_PRI_CAP_SIZE : 0 };
	}
	which -= PASID_EMULATED_HEADER;
	return (struct pasid_bytes){ layout->headers[which].at,
				     which < layout->header_count ? PASID_HEADER_SIZE : 0 };
}

static bool pasid_is_touched(struct pasid_bytes bytes, u64 pos, size_t count)
{
	return pos < bytes.at + bytes.size && pos + count > bytes.at && bytes.size;
}

/**
 * pasid_config_init() - note which bytes are emulated, so that other accesses cost little
 * @dev: the device, being opened; its layout says where the capabilities are
 *
 * Context: Process context.
 */
void pasid_config_init(struct pasid_vfio *dev)
{
	struct pasid_bytes bytes;
	int i;

	bitmap_zero(dev->emulated, PASID_DWORDS);
	for (i = 0; i < PASID_EMULATED; i++) {
		bytes = pasid_emulated(dev, i);
		bitmap_set(dev->emulated, bytes.at / 4, bytes.size / 4);
	}
}

/*
 * Is an access one to extended configuration space? All others are vfio-pci-core's: most accesses
 * are, so that they are told first. One that is out of bounds is also left to vfio-pci-core, which
 * fails it.
 */
static bool pasid_config_is_extended(size_t count, loff_t offset)
{
	u64 pos = offset & VFIO_PCI_OFFSET_MASK;

	return VFIO_PCI_OFFSET_TO_INDEX(offset) == VFIO_PCI_CONFIG_REGION_INDEX &&
	       pos + count > PCI_CFG_SPACE_SIZE && count <= PCI_CFG_SPACE_EXP_SIZE &&
	       pos + count <= PCI_CFG_SPACE_EXP_SIZE;
}

/* The access is one to extended configuration space. */
static bool pasid_config_is_emulated(struct pasid_vfio *dev, size_t count, loff_t offset)
{
	unsigned long pos = offset & VFIO_PCI_OFFSET_MASK, end = pos + count;

	if (!dev->shown)
		return false;
	if (count <= 4)
		return test_bit(pos / 4, dev->emulated) || test_bit((end - 1) / 4, dev->emulated);
	end = DIV_ROUND_UP(end, 4);
	return find_next_bit(dev->emulated, end, pos / 4) < end;
}

/*
 * Cuts an access behind its first part, and says what that is: something that is emulated, or
 * PASID_EMULATED if it is vfio-pci-core's.
 */
static int pasid_config_first_part(struct pasid_vfio *dev, u64 pos, size_t *count)
{
	struct pasid_bytes bytes;
	int i;

	for (i = 0; i < PASID_EMULATED; i++) {
		bytes = pasid_emulated(dev, i);
		if (!pasid_is_touched(bytes, pos, *count))
			continue;
		if (pos >= bytes.at) {
			*count = min_t(size_t, *count, bytes.at + bytes.size - pos);
			return i;
		}
		*count = bytes.at - pos;
	}
	return PASID_EMULATED;
}

static void pasid_config_fetch(struct pasid_vfio *dev, int which, unsigned int offset,
			       u8 *buf, size_t count)
{
	u8 header[PASID_HEADER_SIZE];

	switch (which) {
	case PASID_EMULATED_CAP:
		pasid_cap_read(&dev->cap, offset, buf, count);
		break;
	case PASID_EMULATED_PRI:
		pasid_pri_cap_read(&dev->pri, pasid_ctl_requests_failed(dev->ctl), offset, buf,
				   count);
		break;
	default:
		put_unaligned_le32(dev->layout.headers[which - PASID_EMULATED_HEADER].value,
				   header);
		memcpy(buf, header + offset, count);
	}
}

static int pasid_config_store(struct pasid_vfio *dev, int which, unsigned int offset,
			      const u8 *buf, size_t count)
{
	switch (which) {
	case PASID_EMULATED_CAP:
		return pasid_request_write_cap(dev, offset, buf, count);
	case PASID_EMULATED_PRI:
		return pasid_request_write_pri(dev, offset, buf, count);
	default: /* a header is read-only */
		return 0;
	}
}

static int pasid_config_read_emulated(struct pasid_vfio *dev, int which, char __user *buf,
				      size_t count, u64 pos)
{
	u8 bytes[PASID_PRI_CAP_SIZE];

	pasid_config_fetch(dev, which, pos - pasid_emulated(dev, which).at, bytes, count);
	return copy_to_user(buf, bytes, count) ? -EFAULT : 0;
}

/* Wakes the VF up and keeps it awake: its caches may have to be invalidated. */
static int pasid_config_write_emulated(struct pasid_vfio *dev, int which,
				       const char __user *buf, size_t count, u64 pos)
{
	u8 bytes[PASID_PRI_CAP_SIZE];
	int err;

	if (copy_from_user(bytes, buf, count))
		return -EFAULT;
	if (pm_runtime_resume_and_get(&dev->core.pdev->dev))
		return -EIO;
	err = pasid_config_store(dev, which, pos - pasid_emulated(dev, which).at, bytes, count);
	pm_runtime_put(&dev->core.pdev->dev);
	return err;
}

/* Only what reaches the function itself counts: not what is emulated here. */
static void pasid_config_observe(struct pasid_vfio *dev, loff_t offset, ssize_t count, bool write)
{
	unsigned int at = offset & VFIO_PCI_OFFSET_MASK;

	if (count <= 0 || !dev->observed.vf)
		return;
	if (write)
		pasid_touched_write(&dev->observed.touched, at, count);
	else
		pasid_touched_read(&dev->observed.touched, at, count);
}

/* Has vfio-pci-core do an access to configuration space, and counts it. */
static ssize_t pasid_config_pass(struct pasid_vfio *dev, char __user *buf, size_t count,
				 loff_t *ppos, bool write)
{
	loff_t offset = *ppos;
	ssize_t done;

	done = write ? vfio_pci_core_write(&dev->core.vdev, buf, count, ppos) :
	       vfio_pci_core_read(&dev->core.vdev, buf, count, ppos);
	pasid_config_observe(dev, offset, done, write);
	return done;
}

/* Does the first part of an access; returns its size. */
static ssize_t pasid_config_rw_part(struct pasid_vfio *dev, char __user *buf,
				    size_t count, loff_t offset, bool write)
{
	u64 pos = offset & VFIO_PCI_OFFSET_MASK;
	int which = pasid_config_first_part(dev, pos, &count);
	int err;

	if (which == PASID_EMULATED)
		return pasid_config_pass(dev, buf, count, &offset, write);
	err = write ? pasid_config_write_emulated(dev, which, buf, count, pos) :
	      pasid_config_read_emulated(dev, which, buf, count, pos);
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
 * Context: Process context, may sleep. Reads of the emulated capabilities take no lock of this
 * driver, and touch no hardware.
 * Return: the number of bytes, or a negative errno.
 */
ssize_t pasid_config_read(struct vfio_device *vdev, char __user *buf, size_t count,
			  loff_t *ppos)
{
	struct pasid_vfio *dev = to_pasid_vfio(vdev);

	if (!pasid_config_is_extended(count, *ppos))
		return vfio_pci_core_read(vdev, buf, count, ppos);
	if (!pasid_config_is_emulated(dev, count, *ppos))
		return pasid_config_pass(dev, buf, count, ppos, false);
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

	if (!pasid_config_is_extended(count, *ppos))
		ret = vfio_pci_core_write(vdev, buf, count, ppos);
	else if (!pasid_config_is_emulated(dev, count, *ppos))
		ret = pasid_config_pass(dev, (char __user *)buf, count, ppos, true);
	else
		ret = pasid_config_rw(dev, (char __user *)buf, count, ppos, true);
	if ((__force int)before >= (__force int)PCI_D3hot &&
	    dev->core.pdev->current_state == PCI_D0 &&
	    dev->core.needs_pm_restore)
		pasid_request_clear(dev);
	return ret;
}
