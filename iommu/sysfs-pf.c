// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysfs files of a PF: vf_pasid_ctl/, the settings of its VFs; sysfs-abi/ describes them.
 */
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "sysfs.h"

#define PASID_PF_GROUP	"vf_pasid_ctl"

static struct pasid_settings *pasid_attr_settings(struct device_attribute *attr)
{
	return container_of(attr, struct pasid_settings, attr);
}

static struct pasid_virtfn *pasid_virtfn_of_attr(struct device_attribute *attr)
{
	return container_of(attr, struct pasid_virtfn, attr);
}

static ssize_t default_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return pasid_sysfs_emit_perms(buf, pasid_settings_shown_all(pasid_attr_settings(attr)));
}

static int pasid_default_write(void *settings, const struct pasid_perm_edit *edit)
{
	return pasid_settings_write_all(settings, edit);
}

static ssize_t default_store(struct device *dev, struct device_attribute *attr,
			     const char *buf, size_t count)
{
	return pasid_sysfs_write(dev, attr, buf, count, pasid_default_write,
				 pasid_attr_settings(attr));
}

static ssize_t virtfn_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return pasid_sysfs_emit_perms(buf, pasid_virtfn_shown_ctl(pasid_virtfn_of_attr(attr)));
}

static int pasid_virtfn_write(void *virtfn, const struct pasid_perm_edit *edit)
{
	return pasid_virtfn_write_ctl(virtfn, edit);
}

static ssize_t virtfn_store(struct device *dev, struct device_attribute *attr,
			    const char *buf, size_t count)
{
	return pasid_sysfs_write(dev, attr, buf, count, pasid_virtfn_write,
				 pasid_virtfn_of_attr(attr));
}

static const struct device_attribute pasid_attr_default = __ATTR_RW(default);
static const struct device_attribute pasid_attr_virtfn = __ATTR_RW(virtfn);

static void pasid_settings_name_files(struct pasid_settings *settings,
				      struct attribute **attrs)
{
	struct pasid_virtfn *virtfn = settings->virtfn;

	settings->attr = pasid_attr_default;
	sysfs_attr_init(&settings->attr.attr);
	*attrs++ = &settings->attr.attr;
	for (; virtfn < settings->virtfn + settings->total; virtfn++) {
		snprintf(virtfn->name, sizeof(virtfn->name), "virtfn%u",
			 (u16)(virtfn - settings->virtfn));
		virtfn->attr = pasid_attr_virtfn;
		virtfn->attr.attr.name = virtfn->name;
		sysfs_attr_init(&virtfn->attr.attr);
		*attrs++ = &virtfn->attr.attr;
	}
}

/**
 * pasid_settings_sysfs_add() - make a PF's files
 * @settings: its settings
 *
 * Context: Process context, may sleep, pasid_vfs_lock held.
 * Return: as pasid_sysfs_add_group().
 */
int pasid_settings_sysfs_add(struct pasid_settings *settings)
{
	struct attribute_group group = { .name = PASID_PF_GROUP };
	int err;

	/* One more for the NULL; needed until sysfs has read it. */
	group.attrs = kvcalloc(settings->total + 2, sizeof(*group.attrs), GFP_KERNEL);
	if (!group.attrs)
		return -ENOMEM;
	pasid_settings_name_files(settings, group.attrs);
	err = pasid_sysfs_add_group(settings->pf, group.name, &group);
	kvfree(group.attrs);
	settings->has_files = !err;
	return err;
}

/**
 * pasid_settings_sysfs_remove() - remove a PF's files and wait for their users
 * @settings: its settings
 *
 * Context: Process context, may sleep, pasid_vfs_lock held.
 */
void pasid_settings_sysfs_remove(struct pasid_settings *settings)
{
	static const struct attribute_group group = { .name = PASID_PF_GROUP };

	if (settings->has_files)
		sysfs_remove_group(&settings->pf->dev.kobj, &group);
	settings->has_files = false;
}
