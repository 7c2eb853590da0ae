// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysfs files: vf_pasid_ranges of a PF, pasid_emulate and cap_layout of a VF; sysfs-abi/
 * describes them.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/sysfs.h>

#include <linux/pasid_vf.h>

#include "pasid-vfio.h"

/* intel-pasid-ctl's folder. */
#define PASID_GROUP	"pasid_status"

static ssize_t vf_pasid_ranges_show(struct device *dev, struct device_attribute *attr,
				    char *buf)
{
	struct pasid_ranges ranges;
	char text[PASID_RANGES_TEXT_MAX];
	int err;

	err = pasid_pf_admin_get(to_pci_dev(dev), &ranges);
	if (err)
		return err;
	pasid_ranges_format(text, &ranges);
	return sysfs_emit(buf, "%s\n", text);
}

static int pasid_sysfs_parse_ranges(const char *buf, size_t count,
				    struct pasid_ranges *ranges, const char **why)
{
	/* A longer text would arrive in pieces, each a write of its own. */
	if (count >= PAGE_SIZE) {
		*why = "the text is too long";
		return -EINVAL;
	}
	return pasid_ranges_parse(buf, count, ranges, why);
}

static ssize_t vf_pasid_ranges_store(struct device *dev, struct device_attribute *attr,
				     const char *buf, size_t count)
{
	struct pasid_ranges ranges;
	const char *why;
	int err;

	err = pasid_sysfs_parse_ranges(buf, count, &ranges, &why);
	if (err) {
		dev_notice_ratelimited(dev, "vf_pasid_ranges: refused '%*pE': %s\n",
				       (int)min_t(size_t, count, 64), buf, why);
		return err;
	}
	return pasid_pf_admin_set(to_pci_dev(dev), &ranges) ?: count;
}

const struct device_attribute pasid_attr_vf_ranges = __ATTR_RW(vf_pasid_ranges);

static ssize_t pasid_emit_layout(char *buf, const struct pasid_answer *answer)
{
	const struct pasid_layout *layout = &answer->layout;
	int at;

	if (answer->err)
		return sysfs_emit(buf, "none: %s\n", answer->why);
	at = sysfs_emit(buf, "pasid 0x%03x %s\n", layout->pasid,
			pasid_source_name(answer->source));
	if (layout->pri)
		at += sysfs_emit_at(buf, at, "pri 0x%03x %s\n", layout->pri,
				    pasid_source_name(answer->source));
	return at;
}

static struct pasid_vfio *pasid_sysfs_dev(struct device *device)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(device);

	return to_pasid_vfio(&core->vdev);
}

/* Anybody may read it, so reading asks nobody and touches no hardware. */
static ssize_t cap_layout_show(struct device *device, struct device_attribute *attr,
			       char *buf)
{
	struct pasid_vfio *dev = pasid_sysfs_dev(device);
	ssize_t count;

	mutex_lock(&dev->lock);
	count = pasid_emit_layout(buf, &dev->answer);
	mutex_unlock(&dev->lock);
	return count;
}

/* What an open would find; it may find in addition that iommufd is missing, or so. */
static int pasid_sysfs_look(struct pasid_vfio *dev, struct pasid_answer *answer)
{
	struct device *device = &dev->core.pdev->dev;

	*answer = (struct pasid_answer){ .err = -EOPNOTSUPP, .why = "emulation is off" };
	if (!READ_ONCE(dev->emulate))
		return 0;
	if (pm_runtime_resume_and_get(device))
		return -EIO;
	pasid_answer_get(dev->core.pdev, NULL, pasid_show_pri, answer);
	pm_runtime_put(device);
	return 0;
}

static ssize_t cap_layout_store(struct device *device, struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct pasid_vfio *dev = pasid_sysfs_dev(device);
	struct pasid_answer answer;
	bool look;
	int err;

	err = kstrtobool(buf, &look);
	if (err || !look)
		return -EINVAL;
	if (READ_ONCE(dev->open))
		return -EBUSY;
	/* Not under the lock: waking the device up takes others that come before it. */
	err = pasid_sysfs_look(dev, &answer);
	if (err)
		return err;
	mutex_lock(&dev->lock);
	if (dev->open)
		err = -EBUSY;
	else
		dev->answer = answer;
	mutex_unlock(&dev->lock);
	return err ?: count;
}

static DEVICE_ATTR_RW(cap_layout);

static ssize_t pasid_emulate_show(struct device *device, struct device_attribute *attr,
				  char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(pasid_sysfs_dev(device)->emulate));
}

static ssize_t pasid_emulate_store(struct device *device, struct device_attribute *attr,
				   const char *buf, size_t count)
{
	bool emulate;
	int err = kstrtobool(buf, &emulate);

	if (err)
		return err;
	WRITE_ONCE(pasid_sysfs_dev(device)->emulate, emulate);
	return count;
}

static DEVICE_ATTR_RW(pasid_emulate);

static struct attribute *pasid_dev_attrs[] = {
	&dev_attr_pasid_emulate.attr,
	NULL
};

static umode_t pasid_dev_is_visible(struct kobject *kobj, struct attribute *attr, int n)
{
	return pasid_is_vf(to_pci_dev(kobj_to_dev(kobj))) ? attr->mode : 0;
}

static const struct attribute_group pasid_dev_group = {
	.attrs = pasid_dev_attrs,
	.is_visible = pasid_dev_is_visible,
};

/* Made by the driver core before the uevent that says that the device is bound. */
const struct attribute_group *pasid_dev_groups[] = {
	&pasid_dev_group,
	NULL
};

static bool pasid_has_group(struct kobject *kobj)
{
	struct kernfs_node *dir = sysfs_get_dirent(kobj->sd, PASID_GROUP);

	sysfs_put(dir);
	return dir;
}

/**
 * pasid_sysfs_bind() - make the file of a device that is bound
 * @dev: the device; only a VF under PASID control has one
 *
 * Context: Process context, may sleep.
 */
void pasid_sysfs_bind(struct pasid_vfio *dev)
{
	struct kobject *kobj = &dev->core.pdev->dev.kobj;

	if (!pasid_has_group(kobj))
		return;
	if (sysfs_add_file_to_group(kobj, &dev_attr_cap_layout.attr, PASID_GROUP))
		pci_warn(dev->core.pdev, "there is no cap_layout\n");
}

/**
 * pasid_sysfs_unbind() - remove the file and wait for its users
 * @dev: the device, still registered
 *
 * Context: Process context, may sleep.
 */
void pasid_sysfs_unbind(struct pasid_vfio *dev)
{
	struct kobject *kobj = &dev->core.pdev->dev.kobj;

	if (pasid_has_group(kobj))
		sysfs_remove_file_from_group(kobj, &dev_attr_cap_layout.attr, PASID_GROUP);
}
