/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before iommu/function.c: UML has no power management, so fake functions have
 * their own, which sees whether they are kept awake.
 */
#ifndef _PASID_KUNIT_FAKE_PM_H
#define _PASID_KUNIT_FAKE_PM_H

#include <linux/pm_runtime.h>

int fake_pm_get_if_active(struct device *dev);
int fake_pm_put(struct device *dev);
#define pm_runtime_get_if_active fake_pm_get_if_active
#define pm_runtime_put fake_pm_put

#endif /* _PASID_KUNIT_FAKE_PM_H */
