/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The borders of intel-pasid-ctl: a VT-d unit that is tables in memory and counts what
 * its queue is given, hooks that the test calls itself, no sysfs.
 */
#ifndef _PASID_KUNIT_FAKE_UNIT_H
#define _PASID_KUNIT_FAKE_UNIT_H

#include <kunit/test.h>
#include <linux/spinlock.h>

#include "../iommu/sysfs.h"

/* DT, PT, NEST, PRS, SRS, PSS of 20 bits, PASID, SMTS, SSTS, FSTS; not ERS */
#define FAKE_ECAP	(BIT_ULL(2) | BIT_ULL(6) | BIT_ULL(26) | BIT_ULL(29) | BIT_ULL(31) | \
			 19ULL << 35 | BIT_ULL(40) | BIT_ULL(43) | BIT_ULL(46) | BIT_ULL(47))

#define FAKE_EVENTS	256

/**
 * struct fake_event - what a unit can see of the module
 * @entry: what was stored to, or NULL for a descriptor
 * @qw: the descriptor, or what was stored, then 0
 */
struct fake_event {
	const u64 *entry;
	u64 qw[2];
};

/**
 * struct fake_unit - the unit that all functions are behind
 * @lock: as in struct pasid_unit
 * @root: address of its root table, in tables.c's memory
 * @ecap: Extended Capability Register
 * @err: what its queue says to each submission
 * @submissions: how many there were
 * @device: how many of them were device-TLB invalidations
 * @event: stores to entries and what the queue was given, in order; the first FAKE_EVENTS
 * @events: how many there were
 * @meanwhile: called once, while the queue works on its next submission, or NULL
 * @grace_periods: how often hooks under way were waited for
 * @hooks_dead: probes do not fire
 * @missed: set-ups that no hook has seen
 * @need_err: what becomes of those who ask for the hooks on entries without SRE and ERE
 * @probes_needed: VFs that asked for those hooks
 * @files: sets of files that VFs have
 * @pf_files: PFs that have theirs
 * @files_err: what becomes of those who ask for each set
 * @no_memory: how often there is none, first, for who asks for a unit or for files
 * @no_memory_for_files: the same, for who asks for files alone
 * @twice: functions behind it need a second device-TLB invalidation
 */
struct fake_unit {
	spinlock_t lock;	/* see above */
	u64 root;
	u64 ecap;
	int err;
	unsigned int submissions;
	unsigned int device;
	struct fake_event event[FAKE_EVENTS];
	unsigned int events;
	void (*meanwhile)(struct kunit *test);
	unsigned int grace_periods;
	bool hooks_dead;
	unsigned long missed;
	int need_err;
	int probes_needed;
	int files;
	int pf_files;
	int files_err[PASID_VF_FILES];
	int no_memory;
	int no_memory_for_files;
	bool twice;
};

extern struct fake_unit fake_unit;

void fake_unit_init(struct kunit *test);

#endif /* _PASID_KUNIT_FAKE_UNIT_H */
