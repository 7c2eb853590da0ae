/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before iommu/flushes.c. With one processor there are no hooks to wait for, so the
 * function that waits for them only counts its calls.
 */
#ifndef _PASID_KUNIT_FAKE_RCU_H
#define _PASID_KUNIT_FAKE_RCU_H

#include <linux/rcupdate.h>

void fake_grace_period(void);
#define synchronize_rcu_expedited fake_grace_period

#endif /* _PASID_KUNIT_FAKE_RCU_H */
