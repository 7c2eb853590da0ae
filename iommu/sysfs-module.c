// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysfs files of the module: status/, the state of the whole; sysfs-abi/ describes them. Any user
 * may read them, as often as it likes. So a read tries no probe, takes no lock but RCU's, and
 * touches no hardware.
 */
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/sysfs.h>

#include "probe.h"
#include "sysfs.h"

#define PASID_MODULE_GROUP	"status"

static struct kobject *pasid_module_status;

/* After an unseen call it is not known what the entries say until a writer has looked at all. */
static const char *pasid_vf_disobeys(const struct pasid_vf *vf, unsigned long calls)
{
	if (!pasid_vf_has_looked(vf, calls))
		return "calls went by unseen";
	return pasid_vf_owed(vf) & PASID_OWED_IOMMU ? "an invalidation is owed" : NULL;
}

/* Returns why something is not enforced, or NULL if all VFs under control obey. */
static const char *pasid_not_enforcing(void)
{
	const char *why = "no VF is under control";
	unsigned long calls = pasid_gaps_now().calls;
	struct pasid_vf *vf;
	int bucket;

	if (!pasid_probes_fired())
		return "probes do not fire";
	guard(rcu)();
	hash_for_each_rcu(pasid_vfs, bucket, vf, node) {
		why = pasid_vf_disobeys(vf, calls);
		if (why)
			break;
	}
	return why;
}

static ssize_t enforcing_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const char *why = pasid_not_enforcing();

	return why ? sysfs_emit(buf, "no: %s\n", why) : sysfs_emit(buf, "yes\n");
}

static ssize_t selftest_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", pasid_probes_fired() ? "passed" : "failed");
}

static const char *pasid_hook_state(const struct pasid_hook *hook)
{
	if (pasid_hook_armed(hook))
		return pasid_probes_fired() ? "armed" : "off";
	return hook->on_demand ? "idle" : "absent";
}

static ssize_t hooks_show(struct kobject *kobj, struct kobj_attribute *attr, char *buf)
{
	const struct pasid_hook *hook;
	int at = 0, i;

	for (i = 0; (hook = pasid_hook_at(i)); i++)
		at += sysfs_emit_at(buf, at, "%s %s %lu\n", hook->symbol,
				    pasid_hook_state(hook), pasid_hook_missed(hook));
	return at;
}

static struct kobj_attribute pasid_attr_enforcing = __ATTR_RO(enforcing);
static struct kobj_attribute pasid_attr_selftest = __ATTR_RO(selftest);
static struct kobj_attribute pasid_attr_hooks = __ATTR_RO(hooks);

static struct attribute *pasid_module_attrs[] = {
	&pasid_attr_enforcing.attr,
	&pasid_attr_selftest.attr,
	&pasid_attr_hooks.attr,
	NULL
};

static const struct attribute_group pasid_module_group = {
	.attrs = pasid_module_attrs,
};

/* Code that is built into the kernel has no directory in /sys/module when it begins. */
static struct kobject *pasid_module_dir(void)
{
#ifdef MODULE
	return &THIS_MODULE->mkobj.kobj;
#else
	return NULL;
#endif
}

/**
 * pasid_module_sysfs_add() - make the module's files
 *
 * If the module is built into the kernel, there are none.
 *
 * Context: Process context, may sleep; at load.
 * Return: 0 or a negative errno.
 */
int pasid_module_sysfs_add(void)
{
	int err;

	if (!pasid_module_dir())
		return 0;
	pasid_module_status = kobject_create_and_add(PASID_MODULE_GROUP, pasid_module_dir());
	if (!pasid_module_status)
		return -ENOMEM;
	err = sysfs_create_group(pasid_module_status, &pasid_module_group);
	if (err)
		kobject_put(pasid_module_status);
	return err;
}

/**
 * pasid_module_sysfs_remove() - remove the module's files and wait for their readers
 *
 * Context: Process context, may sleep.
 */
void pasid_module_sysfs_remove(void)
{
	kobject_put(pasid_module_status);
}
