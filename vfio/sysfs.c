// SPDX-License-Identifier: GPL-2.0-only
/* sysfs files of a VF: pasid_emulate, cap_layout, touched, candidates; sysfs-abi/ has them. */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/pci.h>
#include <linux/pm_runtime.h>
#include <linux/sysfs.h>

#include <linux/pasid_vf.h>

#include "pasid-vfio.h"

/* The directory that intel-pasid-ctl makes. */
#define PASID_GROUP	"pasid_status"

static ssize_t pasid_emit_layout(char *buf, const struct pasid_cap_layout *layout)
{
	int at;

	if (layout->err)
		return sysfs_emit(buf, "none: %s\n", layout->why);
	at = sysfs_emit(buf, "pasid 0x%03x %s\n", layout->pasid,
			pasid_source_name(layout->source));
	if (layout->pri)
		at += sysfs_emit_at(buf, at, "pri 0x%03x %s\n", layout->pri,
				    pasid_source_name(layout->source));
	else if (layout->pri_why)
		at += sysfs_emit_at(buf, at, "pri none: %s\n", layout->pri_why);
	if (layout->above.range.first)
		at += sysfs_emit_at(buf, at, "auto: not higher, because 0x%03x-0x%03x %s\n",
				    layout->above.range.first, layout->above.range.last,
				    pasid_finding_clause(layout->above.finding));
	return at;
}

/* All users may read it, so a read gives what is known and touches no hardware. */
static ssize_t cap_layout_show(struct device *device, struct device_attribute *attr,
			       char *buf)
{
	struct pasid_vfio *dev = pasid_vfio_of(device);

	guard(mutex)(&dev->lock);
	return pasid_emit_layout(buf, &dev->layout);
}

/* What an open would find, but for the reasons that come from the VMM, such as no iommufd. */
static int pasid_sysfs_look(struct pasid_vfio *dev, struct pasid_cap_layout *layout)
{
	struct device *device = &dev->core.pdev->dev;

	*layout = (struct pasid_cap_layout){ .err = -EOPNOTSUPP, .why = "emulation is off" };
	if (!READ_ONCE(dev->emulate))
		return 0;
	if (pm_runtime_resume_and_get(device))
		return -EIO;
	pasid_layout_find(dev->core.pdev, NULL, true, pasid_open_unserved(dev->core.pdev, true),
			  layout);
	pm_runtime_put(device);
	return 0;
}

static ssize_t cap_layout_store(struct device *device, struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct pasid_vfio *dev = pasid_vfio_of(device);
	struct pasid_cap_layout layout;
	bool look;
	int err;

	err = kstrtobool(buf, &look);
	if (err || !look)
		return -EINVAL;
	if (READ_ONCE(dev->open))
		return -EBUSY;
	/* Not under the lock: waking the device up takes locks that come before it. */
	err = pasid_sysfs_look(dev, &layout);
	if (err)
		return err;
	guard(mutex)(&dev->lock);
	if (dev->open)
		return -EBUSY;
	dev->layout = layout;
	return count;
}

static DEVICE_ATTR_RW(cap_layout);

static ssize_t pasid_emulate_show(struct device *device, struct device_attribute *attr,
				  char *buf)
{
	return sysfs_emit(buf, "%d\n", READ_ONCE(pasid_vfio_of(device)->emulate));
}

static ssize_t pasid_emulate_store(struct device *device, struct device_attribute *attr,
				   const char *buf, size_t count)
{
	bool emulate;
	int err = kstrtobool(buf, &emulate);

	if (err)
		return err;
	WRITE_ONCE(pasid_vfio_of(device)->emulate, emulate);
	return count;
}

static DEVICE_ATTR_RW(pasid_emulate);

/* Root alone: it says what the user of the VF does. */
static ssize_t touched_show(struct device *device, struct device_attribute *attr, char *buf)
{
	return pasid_observe_print(&pasid_vfio_of(device)->observed, buf);
}

static ssize_t touched_store(struct device *device, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	bool keep;

	if (kstrtobool(buf, &keep) || keep)
		return -EINVAL;
	pasid_observe_clear(&pasid_vfio_of(device)->observed);
	return count;
}

static DEVICE_ATTR_ADMIN_RW(touched);

static ssize_t candidates_show(struct device *device, struct device_attribute *attr, char *buf)
{
	return pasid_observe_print_candidates(pasid_vfio_of(device)->core.pdev, buf);
}

/* Reads bytes that no capability has, also while a user has the VF: that is when they tell most. */
static ssize_t candidates_store(struct device *device, struct device_attribute *attr,
				const char *buf, size_t count)
{
	struct pasid_vfio *dev = pasid_vfio_of(device);
	const char *why;
	bool look;
	int err;

	if (kstrtobool(buf, &look) || !look)
		return -EINVAL;
	if (READ_ONCE(dev->resetting))
		return -EAGAIN;
	if (pm_runtime_resume_and_get(device))
		return -EIO;
	err = pasid_observe_look(dev->core.pdev, &why);
	pm_runtime_put(device);
	if (err)
		pci_info_ratelimited(dev->core.pdev, "candidates: not looked: %s\n", why);
	return err ?: count;
}

static DEVICE_ATTR_ADMIN_RW(candidates);

static struct attribute *pasid_status_attrs[] = {
	&dev_attr_cap_layout.attr,
	&dev_attr_touched.attr,
	&dev_attr_candidates.attr,
	NULL
};

/* Merged into the directory that intel-pasid-ctl makes. */
static const struct attribute_group pasid_status_group = {
	.name = PASID_GROUP,
	.attrs = pasid_status_attrs,
};

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
 * pasid_sysfs_bind() - make the files of a device that is bound
 * @dev: the device; only a VF under PASID control has them
 *
 * Context: Process context, may sleep.
 */
void pasid_sysfs_bind(struct pasid_vfio *dev)
{
	struct kobject *kobj = &dev->core.pdev->dev.kobj;
	int err;

	if (!pasid_has_group(kobj))
		return;
	err = sysfs_merge_group(kobj, &pasid_status_group);
	if (err)
		pci_warn(dev->core.pdev, "its files cannot be made (error %d)\n", err);
}

/**
 * pasid_sysfs_unbind() - remove the files and wait for their users
 * @dev: the device, still registered
 *
 * Context: Process context, may sleep.
 */
void pasid_sysfs_unbind(struct pasid_vfio *dev)
{
	struct kobject *kobj = &dev->core.pdev->dev.kobj;

	if (pasid_has_group(kobj))
		sysfs_unmerge_group(kobj, &pasid_status_group);
}
