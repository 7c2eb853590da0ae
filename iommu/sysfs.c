// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysfs files of a VF: pasid_ctl and pasid_status/, which sysfs-abi/ describes. Also what these
 * files share with those of a PF: to print a set, to read a line, to make files.
 */
#include <linux/kernfs.h>
#include <linux/pasid_vf.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "engine.h"
#include "probe.h"
#include "sysfs.h"
#include "trace.h"

/* Returns a reference of the VF that a file belongs to. The file is removed before the VF is. */
static struct pasid_vf *pasid_sysfs_vf(struct device *dev)
{
	return pasid_vf_get(to_pci_dev(dev));
}

/**
 * pasid_sysfs_emit_perms() - print a permission set for a read of a file
 * @buf: the buffer that sysfs passes to a show function
 * @perms: the set
 *
 * Context: Any.
 * Return: the length in bytes.
 */
ssize_t pasid_sysfs_emit_perms(char *buf, unsigned int perms)
{
	char text[PASID_PERM_TEXT_MAX];

	pasid_perm_format(text, perms);
	return sysfs_emit(buf, "%s\n", text);
}

static ssize_t pasid_sysfs_show_perms(struct device *dev, char *buf,
				      unsigned int (*perms)(const struct pasid_vf *vf))
{
	struct pasid_vf *vf __free(pasid_vf_put) = pasid_sysfs_vf(dev);

	return vf ? pasid_sysfs_emit_perms(buf, perms(vf)) : -ENODEV;
}

static ssize_t pasid_ctl_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return pasid_sysfs_show_perms(dev, buf, pasid_vf_shown_ctl);
}

static int pasid_sysfs_parse(const char *buf, size_t count, struct pasid_perm_edit *edit,
			     const char **why)
{
	/* A longer text would arrive in several writes. */
	if (count >= PAGE_SIZE) {
		*why = "the text is too long";
		return -EINVAL;
	}
	return pasid_perm_parse(buf, count, edit, why);
}

/* A PF has no pasid_status. */
static const char *pasid_sysfs_unsupported(struct device *dev)
{
	return pasid_is_vf(to_pci_dev(dev)) ?
	       "the PF or the IOMMU does not support it now; see pasid_status/supported" :
	       "the PF or the IOMMU does not support it now; see pasid_status/supported of a VF";
}

/**
 * pasid_sysfs_write() - handle a write of a line in the permission grammar
 * @dev: the function whose file was written to
 * @attr: the file
 * @buf: what was written
 * @count: the length in bytes
 * @write: applies the line
 * @arg: for @write
 *
 * The log says why a line is refused.
 *
 * Context: Process context, may sleep.
 * Return: @count, or a negative errno.
 */
ssize_t pasid_sysfs_write(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count, pasid_write_fn *write, void *arg)
{
	struct pasid_perm_edit edit;
	const char *why = NULL;
	int err;

	err = pasid_sysfs_parse(buf, count, &edit, &why) ?: write(arg, &edit);
	if (err == -EOPNOTSUPP)
		why = pasid_sysfs_unsupported(dev);
	if (why) {
		trace_pasid_refuse(dev, why, err);
		dev_notice_ratelimited(dev, "%s: refused '%*pE': %s\n", attr->attr.name,
				       (int)min_t(size_t, count, 64), buf, why);
	}
	return err ?: count;
}

static int pasid_ctl_write(void *vf, const struct pasid_perm_edit *edit)
{
	return pasid_vf_write_ctl(vf, edit);
}

static ssize_t pasid_ctl_store(struct device *dev, struct device_attribute *attr,
			       const char *buf, size_t count)
{
	struct pasid_vf *vf __free(pasid_vf_put) = pasid_sysfs_vf(dev);

	return vf ? pasid_sysfs_write(dev, attr, buf, count, pasid_ctl_write, vf) : -ENODEV;
}

static ssize_t supported_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return pasid_sysfs_show_perms(dev, buf, pasid_vf_supported);
}

static unsigned int pasid_sysfs_requested(const struct pasid_vf *vf)
{
	return READ_ONCE(vf->sets.request);
}

static ssize_t requested_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return pasid_sysfs_show_perms(dev, buf, pasid_sysfs_requested);
}

static ssize_t effective_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return pasid_sysfs_show_perms(dev, buf, pasid_vf_effective);
}

static ssize_t entries_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pasid_vf *vf __free(pasid_vf_put) = pasid_sysfs_vf(dev);

	/* The VF's tables are not freed before this file is removed. */
	return vf ? sysfs_emit(buf, "%u\n", pasid_vf_count_entries(vf)) : -ENODEV;
}

static ssize_t owed_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	static const char * const names[] = { "iommu", "device", "ats" };
	struct pasid_vf *vf __free(pasid_vf_put) = pasid_sysfs_vf(dev);
	unsigned long owed;
	int at = 0, i;

	if (!vf)
		return -ENODEV;
	owed = pasid_vf_owed(vf);
	if (!owed)
		return sysfs_emit(buf, "none\n");
	for_each_set_bit(i, &owed, ARRAY_SIZE(names))
		at += sysfs_emit_at(buf, at, "%s%s", at ? " " : "", names[i]);
	return at + sysfs_emit_at(buf, at, "\n");
}

static ssize_t width_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pasid_vf *vf __free(pasid_vf_put) = pasid_sysfs_vf(dev);

	return vf ? sysfs_emit(buf, "%u\n", vf->pasid_width) : -ENODEV;
}

static ssize_t faults_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct pasid_vf *vf __free(pasid_vf_put) = pasid_sysfs_vf(dev);
	unsigned long count;
	int reason, at = 0;

	if (!vf)
		return -ENODEV;
	for (reason = 0; reason < VTD_FAULT_REASONS; reason++) {
		count = atomic_long_read(&vf->counts.faults[reason]);
		if (count)
			at += sysfs_emit_at(buf, at, "%#04x %lu\n", reason, count);
	}
	return pasid_probe_armed("dmar_fault") ? at : sysfs_emit(buf, "unknown\n");
}

static ssize_t pasid_sysfs_show_count(struct device *dev, char *buf, size_t offset)
{
	struct pasid_vf *vf __free(pasid_vf_put) = pasid_sysfs_vf(dev);
	unsigned long count;

	if (!vf)
		return -ENODEV;
	count = atomic_long_read((atomic_long_t *)((void *)&vf->counts + offset));
	return sysfs_emit(buf, "%lu\n", count);
}

#define PASID_SHOW_COUNT(name)							\
static ssize_t name##_show(struct device *dev, struct device_attribute *attr,	\
			   char *buf)						\
{										\
	return pasid_sysfs_show_count(dev, buf,					\
				      offsetof(struct pasid_vf_counts, name));	\
}

PASID_SHOW_COUNT(changes)
PASID_SHOW_COUNT(invalidations)
PASID_SHOW_COUNT(failures)
PASID_SHOW_COUNT(ats_restored)

static DEVICE_ATTR_RW(pasid_ctl);
static DEVICE_ATTR_RO(supported);
static DEVICE_ATTR_RO(requested);
static DEVICE_ATTR_RO(effective);
static DEVICE_ATTR_RO(entries);
static DEVICE_ATTR_RO(width);
static DEVICE_ATTR_RO(owed);
static DEVICE_ATTR_RO(faults);
static DEVICE_ATTR_RO(changes);
static DEVICE_ATTR_RO(invalidations);
static DEVICE_ATTR_RO(failures);
static DEVICE_ATTR_RO(ats_restored);

static struct attribute *pasid_ctl_attrs[] = {
	&dev_attr_pasid_ctl.attr,
	NULL
};

static struct attribute *pasid_status_attrs[] = {
	&dev_attr_supported.attr,
	&dev_attr_requested.attr,
	&dev_attr_effective.attr,
	&dev_attr_entries.attr,
	&dev_attr_width.attr,
	&dev_attr_owed.attr,
	&dev_attr_faults.attr,
	&dev_attr_changes.attr,
	&dev_attr_invalidations.attr,
	&dev_attr_failures.attr,
	&dev_attr_ats_restored.attr,
	NULL
};

static const struct attribute_group pasid_ctl_group = {
	.attrs = pasid_ctl_attrs,
};

static const struct attribute_group pasid_status_group = {
	.name = "pasid_status",
	.attrs = pasid_status_attrs,
};

static const struct attribute_group *pasid_groups[PASID_VF_FILES] = {
	[PASID_VF_FILE_CTL] = &pasid_ctl_group,
	[PASID_VF_FILES_STATUS] = &pasid_status_group,
};

/**
 * pasid_vf_sysfs_name() - the name under which files appear in a VF's directory
 * @files: PASID_VF_FILE_CTL or PASID_VF_FILES_STATUS
 *
 * Context: Any.
 * Return: the name.
 */
const char *pasid_vf_sysfs_name(unsigned int files)
{
	return pasid_groups[files]->name ?: pasid_groups[files]->attrs[0]->name;
}

/**
 * pasid_sysfs_add_group() - make files of a function, unless their name is taken
 * @pdev: the function
 * @name: the name under which the files appear in its directory
 * @group: the files
 *
 * A driver may have a file of that name. sysfs would then print a call trace.
 *
 * Context: Process context, may sleep.
 * Return: 0; -EEXIST if the name is taken; another negative errno.
 */
int pasid_sysfs_add_group(struct pci_dev *pdev, const char *name,
			  const struct attribute_group *group)
{
	struct kobject *kobj = &pdev->dev.kobj;
	struct kernfs_node *taken = sysfs_get_dirent(kobj->sd, name);

	sysfs_put(taken);
	return taken ? -EEXIST : sysfs_create_group(kobj, group);
}

/* From now on, pollers of these files are notified; with NULL, no more. */
static void pasid_sysfs_set_polled(struct pasid_vf *vf, struct kernfs_node *effective,
				   struct kernfs_node *requested)
{
	mutex_lock(&vf->lock);
	swap(vf->files.effective, effective);
	swap(vf->files.requested, requested);
	mutex_unlock(&vf->lock);
	sysfs_put(effective);
	sysfs_put(requested);
}

/**
 * pasid_vf_sysfs_add() - make some of a VF's files
 * @vf: the VF, in the hash table
 * @files: PASID_VF_FILE_CTL or PASID_VF_FILES_STATUS
 *
 * Context: Process context, may sleep, pasid_vfs_lock held.
 * Return: as pasid_sysfs_add_group().
 */
int pasid_vf_sysfs_add(struct pasid_vf *vf, unsigned int files)
{
	struct kernfs_node *dir;
	int err;

	err = pasid_sysfs_add_group(vf->pdev, pasid_vf_sysfs_name(files),
				    pasid_groups[files]);
	if (err)
		return err;
	vf->files.present |= BIT(files);
	if (files != PASID_VF_FILES_STATUS)
		return 0;
	dir = sysfs_get_dirent(vf->pdev->dev.kobj.sd, pasid_groups[files]->name);
	pasid_sysfs_set_polled(vf, sysfs_get_dirent(dir, dev_attr_effective.attr.name),
			       sysfs_get_dirent(dir, dev_attr_requested.attr.name));
	sysfs_put(dir);
	return 0;
}

/**
 * pasid_vf_sysfs_remove() - remove a VF's files and wait for their users
 * @vf: the VF
 *
 * Files of the same names that are another driver's stay.
 *
 * Context: Process context, may sleep, pasid_vfs_lock held, @vf->lock not.
 */
void pasid_vf_sysfs_remove(struct pasid_vf *vf)
{
	unsigned int files;

	for (files = 0; files < PASID_VF_FILES; files++)
		if (vf->files.present & BIT(files))
			sysfs_remove_group(&vf->pdev->dev.kobj, pasid_groups[files]);
	vf->files.present = 0;
	pasid_sysfs_set_polled(vf, NULL, NULL);
}
