/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The borders of intel-pasid-ctl: a VT-d unit that is tables in memory and counts what
 * its queue is given, hooks that the test calls itself, no sysfs.
 */
#ifndef _PASID_KUNIT_FAKE_UNIT_H
#define _PASID_KUNIT_FAKE_UNIT_H

#include <kunit/test.h>
#include <linux/spinlock.h>

/* DT, PT, NEST, PRS, SRS, PSS of 20 bits, PASID, SMTS, SSTS, FSTS; not ERS */
#define FAKE_ECAP	(BIT_ULL(2) | BIT_ULL(6) | BIT_ULL(26) | BIT_ULL(29) | BIT_ULL(31) | \
			 19ULL << 35 | BIT_ULL(40) | BIT_ULL(43) | BIT_ULL(46) | BIT_ULL(47))

/**
 * struct fake_unit - the unit that all functions are behind
 * @lock: as in struct pasid_unit
 * @root: address of its root table, in tables.c's memory
 * @ecap: Extended Capability Register
 * @err: what its queue says to each submission
 * @submissions: how many there were
 * @device: how many of them were device-TLB invalidations
 * @hooks_dead: probes do not fire
 * @missed: set-ups that no hook has seen
 * @grant_err: what becomes of those who ask for the hooks on entries without SRE and ERE
 * @grants: VFs that asked for those hooks
 * @files: VFs that have their files
 * @files_err: what becomes of those who ask for them
 * @no_memory: how often there is none, first, for who asks for a unit or for files
 */
struct fake_unit {
	spinlock_t lock;	/* see above */
	u64 root;
	u64 ecap;
	int err;
	unsigned int submissions;
	unsigned int device;
	bool hooks_dead;
	unsigned long missed;
	int grant_err;
	int grants;
	int files;
	int files_err;
	int no_memory;
};

extern struct fake_unit fake_unit;

void fake_unit_init(struct kunit *test);

#endif /* _PASID_KUNIT_FAKE_UNIT_H */
