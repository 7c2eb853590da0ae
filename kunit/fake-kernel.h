/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before iommu/change.c: suites are built in, so that there is no module whose
 * references count, and there is no sysfs file that somebody polls.
 */
#ifndef _PASID_KUNIT_FAKE_KERNEL_H
#define _PASID_KUNIT_FAKE_KERNEL_H

#include <linux/kernfs.h>
#include <linux/module.h>

bool fake_module_get(struct module *module);
void fake_module_put(struct module *module);
void fake_kernfs_notify(struct kernfs_node *node);
#define try_module_get fake_module_get
#define module_put fake_module_put
#define kernfs_notify fake_kernfs_notify

#endif /* _PASID_KUNIT_FAKE_KERNEL_H */
