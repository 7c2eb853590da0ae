/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before iommu/change.c: suites are built in, so that there is no module whose
 * references count, there is no sysfs file that somebody polls, and suites cannot read the log.
 */
#ifndef _PASID_KUNIT_FAKE_KERNEL_H
#define _PASID_KUNIT_FAKE_KERNEL_H

#include <linux/dev_printk.h>
#include <linux/kernfs.h>
#include <linux/module.h>

bool fake_module_get(struct module *module);
void fake_module_put(struct module *module);
void fake_kernfs_notify(struct kernfs_node *node);
void fake_log_error(const struct device *dev, const char *format, const char *why);
#define try_module_get fake_module_get
#define module_put fake_module_put
#define kernfs_notify fake_kernfs_notify
#undef dev_err_ratelimited
#define dev_err_ratelimited fake_log_error

#endif /* _PASID_KUNIT_FAKE_KERNEL_H */
