/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Replaces what intel-pasid-ctl stands on: a VT-d unit whose tables are in memory and whose
 * queue counts descriptors, hooks that the test calls itself, and no sysfs.
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

/* Fault records: how many, and where they are among the registers. */
#define FAKE_RECORDS	4
#define FAKE_RECORDS_AT	0x200

/**
 * struct fake_event - a store or a descriptor that a unit sees
 * @entry: the entry that was stored to, or NULL for a descriptor
 * @qw: the descriptor; or the stored value, then 0
 */
struct fake_event {
	const u64 *entry;
	u64 qw[2];
};

/**
 * struct fake_unit - the unit of all functions
 * @lock: as in struct pasid_unit
 * @root: address of its root table, in tables.c's memory
 * @ecap: Extended Capability Register
 * @ver_major: the major version of the Version Register
 * @err: the result of each submission to its queue
 * @submissions: number of submissions
 * @device: number of device-TLB invalidations among them
 * @event: stores to entries and descriptors, in order; the first FAKE_EVENTS
 * @events: number of stores and descriptors
 * @meanwhile: called once, during the queue's next submission, or NULL
 * @on_map: called once, when the next table is mapped, or NULL
 * @grace_periods: how often the module waited for hooks under way
 * @hooks_dead: probes do not fire
 * @dead_calls: how often probes do not fire, first, for who asks for it
 * @missed: set-ups that no hook has seen
 * @switched: how often probes have been switched
 * @need_err: result of arming the hooks on demand: 0, an error, or 1 if they were off before
 * @probes_needed: number of VFs for which those hooks are armed
 * @going: the module is being unloaded
 * @pins: references of the module that VFs hold
 * @effective: the sysfs file of that name, one for all VFs
 * @requested: the same
 * @told_effective: how often pollers of that file were notified
 * @told_requested: the same
 * @told_nobody: how often the module notified pollers of a file that is not there
 * @error: the reason in the last error that change.c logged, or NULL
 * @files: number of sets of files of VFs
 * @pf_files: number of PFs that have files
 * @files_err: result of making each set of files
 * @no_memory: how many of the first calls for a unit or for files fail with -ENOMEM
 * @no_memory_for_files: the same, only for files
 * @cap: Capability Register; says where the fault records are
 * @fsts: Fault Status Register
 * @record: its fault records
 * @register_reads: how often a register was read
 * @requests_waits: how often the module waited for requests that are being reported
 * @twice: functions behind it need each device-TLB invalidation twice
 */
struct fake_unit {
	spinlock_t lock;	/* see @lock above */
	u64 root;
	u64 ecap;
	u8 ver_major;
	int err;
	unsigned int submissions;
	unsigned int device;
	struct fake_event event[FAKE_EVENTS];
	unsigned int events;
	void (*meanwhile)(struct kunit *test);
	void (*on_map)(void);
	unsigned int grace_periods;
	bool hooks_dead;
	int dead_calls;
	unsigned long missed;
	unsigned long switched;
	int need_err;
	int probes_needed;
	bool going;
	int pins;
	struct kernfs_node effective;
	struct kernfs_node requested;
	unsigned int told_effective;
	unsigned int told_requested;
	unsigned int told_nobody;
	const char *error;
	int files;
	int pf_files;
	int files_err[PASID_VF_FILES];
	int no_memory;
	int no_memory_for_files;
	unsigned int requests_waits;
	bool twice;
	u64 cap;
	u32 fsts;
	u64 record[FAKE_RECORDS][2];
	unsigned int register_reads;
};

extern struct fake_unit fake_unit;

void fake_unit_init(struct kunit *test);

#endif /* _PASID_KUNIT_FAKE_UNIT_H */
