/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before iommu/flushes.c: with one processor there is nothing to wait for, so
 * what waits for hooks that are under way is seen by its call.
 */
#ifndef _PASID_KUNIT_FAKE_RCU_H
#define _PASID_KUNIT_FAKE_RCU_H

#include <linux/rcupdate.h>

void fake_grace_period(void);
#define synchronize_rcu_expedited fake_grace_period

#endif /* _PASID_KUNIT_FAKE_RCU_H */
