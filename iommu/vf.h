/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The state of one VF that this module controls, and the hash table of all such VFs.
 *
 * A writer, here and in other files: a task that holds struct pasid_vf's @lock and makes tables and
 * caches obey the VF's sets (pasid_vf_apply()), for a write of an admin, for a request of the VF's
 * user, or as a worker. A hook is no writer.
 */
#ifndef _PASID_VF_H
#define _PASID_VF_H

#include <linux/hashtable.h>
#include <linux/kernfs.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "perm.h"
#include "requests.h"
#include "unit.h"

#define PASID_MAX_ALIASES	8
#define PASID_NO_REPLACE	U32_MAX

/* What may be owed to a VF, see struct pasid_vf_owed. */
#define PASID_OWED_IOMMU	BIT(0)
#define PASID_OWED_DEVICE	BIT(1)
#define PASID_OWED_ATS		BIT(2)

/* Pauses of the worker while something is owed, in jiffies. */
#define PASID_PAUSE_MIN		((unsigned long)HZ)
#define PASID_PAUSE_MAX		(64UL * HZ)

/**
 * struct pasid_context - one context entry of a VF
 * @rid: the requester ID that it is for: the VF's own, or that of a DMA alias
 * @intent: PASIDE, PRE and EPTR (VTD_CTX_GATES) as intel-iommu wrote them
 * @stored: the same bits as this module last read or wrote them. If the table shows another
 *	value, intel-iommu has written it
 * @as_of: the number of gaps (gaps.c) up to which PRE in @intent is known to be right
 */
struct pasid_context {
	u16 rid;
	u64 intent;
	u64 stored;
	unsigned long as_of;
};

/**
 * struct pasid_vf_tables - what is known of a VF's entries
 * @ctx: its context entries, that of its own requester ID first
 * @ctx_count: how many there are; does not change
 * @sre_intent: PASIDs for which intel-iommu wrote a nested entry with SRE = 1. The value is the
 *	number of gaps up to which that is known to be right, plus 1; 0 if that is not known. A
 *	missing PASID counts as SRE = 0, so that a lost record can only deny. Detaching a PASID
 *	leaves its record; the next set-up of its entry overwrites it. The records need less
 *	memory than the PASID tables, which intel-iommu keeps as well
 * @in_replace: the PASID whose present entry intel-iommu is overwriting, or PASID_NO_REPLACE.
 *	intel-iommu does so for one PASID of a device at a time, under the mutex of its IOMMU group
 * @ats_suspect: this module has cleared PASIDE, so that the VF may have switched its ATS off
 * @applying: a writer may have changed entries whose caches it has not flushed yet
 * @looked: the number of unseen calls (gaps.c) before a writer looked at all entries last
 *
 * Locking: the unit's lock, with three exceptions. A writer changes @applying under struct
 * pasid_vf's @lock, before and after it has the unit's lock; a hook reads @applying while it has
 * the unit's lock or afterwards. A writer changes @looked under struct pasid_vf's @lock.
 * state.c reads @looked and the intent in @ctx[0] without a lock.
 */
struct pasid_vf_tables {
	struct pasid_context ctx[PASID_MAX_ALIASES];
	unsigned int ctx_count;
	struct xarray sre_intent;
	u32 in_replace;
	bool ats_suspect;
	bool applying;
	unsigned long looked;
};

/**
 * struct pasid_vf_sets - what decides a VF's effective set
 * @virtfn: where @own stays when the VF is removed; NULL if the PF does not say how many VFs it has
 * @own: the VF's own setting
 * @ceiling: the admin's limit that follows from the settings, not cut to what is supported
 * @request: what the VF's user asks for; PASID_PERM_ALL without a user
 * @has_user: a user is registered: every PASID of the VF is the user's
 * @given_back: the module is being unloaded: entries become as intel-iommu wrote them
 * @pf_down: PASID_PERM_ENABLE or _PRI or both: the PF is switching PASID or PRI off, or has
 *
 * Locking: changes need struct pasid_vf's @lock, but for @pf_down, which hooks alone change. A hook
 * that changes entries reads @ceiling, @request and @has_user under the unit's lock. After a change
 * of these, pasid_vf_apply() also takes the unit's lock, and so corrects an entry for which a hook
 * has used old values. The writer that has made the change calls pasid_vf_apply(). Three writers do
 * not: pasid_vf_set_user(), after an error, leaves that to the worker; pasid_vf_start() has
 * nothing to correct if a VF was there before the module and has the built-in ceiling; and while
 * the module is being unloaded, pasid_vf_give_back() corrects all entries. pasid_status_answer()
 * and reads of files take no lock: they change no entry.
 */
struct pasid_vf_sets {
	struct pasid_virtfn *virtfn;
	struct pasid_setting own;
	unsigned int ceiling;
	unsigned int request;
	bool has_user;
	bool given_back;
	atomic_t pf_down;
};

/**
 * struct pasid_vf_owed - what could not be done yet, and is tried again
 * @iommu: caches of the unit may hold an old entry: the next apply flushes all of the VF
 * @device: the VF's device TLB may hold an old translation: it could not be asked
 * @ats: the VF's ATS is off though Linux believes that it is on: because the VF slept when a
 *	device-TLB invalidation was due, or because a reset of the PF has cleared it
 * @retry: tries again after @pause
 * @pause: in jiffies; 0 while nothing is owed
 * @said: the log says that invalidations are owed
 *
 * Locking: @pause and @said are under struct pasid_vf's @lock. The others need no lock, as each is
 * read and changed alone.
 */
struct pasid_vf_owed {
	atomic_t iommu;
	atomic_t device;
	bool ats;
	struct delayed_work retry;
	unsigned long pause;
	bool said;
};

/**
 * struct pasid_vf_reset - resets of a VF and of its PF
 * @revived: the VF has been reset since a recovery from an error failed
 * @registers_lost: a reset of the PF has cleared the VF's registers; its user has to be told
 * @telling: held while the user is told
 * @on_reset: tells the user, or NULL
 * @data: for @on_reset
 *
 * Locking: @telling is taken before the locks of users and before struct pasid_vf's @lock.
 * @on_reset is cleared under @telling. @revived and @registers_lost need no lock, as each is read
 * and changed alone.
 */
struct pasid_vf_reset {
	bool revived;
	atomic_t registers_lost;
	struct mutex telling;	/* see above */
	void (*on_reset)(void *data);
	void *data;
};

/**
 * struct pasid_vf_files - a VF's sysfs files
 * @present: which of them there are: bits, numbered by PASID_VF_FILE*
 * @effective: pasid_status/effective, for those who poll it, or NULL
 * @requested: pasid_status/requested, for those who poll it, or NULL
 * @told_effective: the effective set when they were last notified
 * @told_request: the request when they were last notified
 * @unsure: the effective set may have changed since then, even if it is the same again: a reader
 *	may have seen another one meanwhile
 *
 * Locking: @present is under pasid_vfs_lock; hooks set @unsure; all else is under struct
 * pasid_vf's @lock.
 */
struct pasid_vf_files {
	unsigned int present;
	struct kernfs_node *effective;
	struct kernfs_node *requested;
	unsigned int told_effective;
	unsigned int told_request;
	bool unsure;
};

/**
 * struct pasid_vf_counts - what has happened since a VF came under control
 * @changes: how often this module has changed one of its entries
 * @invalidations: how many descriptors this module has submitted for it. Those that a PF's loss of
 *	PASID or PRI needs, one set for all its VFs, are not counted
 * @failures: how often invalidations that were submitted together were not all completed
 * @ats_restored: how often its ATS was switched on again
 * @faults: requests of it that the unit has refused and recorded, by fault reason
 */
struct pasid_vf_counts {
	atomic_long_t changes;
	atomic_long_t invalidations;
	atomic_long_t failures;
	atomic_long_t ats_restored;
	atomic_long_t faults[VTD_FAULT_REASONS];
};

/**
 * struct pasid_vf - a VF behind a VT-d unit in scalable mode
 * @node: in the hash table; RCU
 * @ref: references of the structure; the hash table and a user hold one each
 * @rcu: frees the structure
 * @pdev: the VF; a reference is held
 * @pf: its PF; a reference is held
 * @unit: the unit that translates for it
 * @pasid_width: PASID width in bits: the smaller of the PF's and the unit's
 * @twice: see struct vtd_function
 * @lock: one writer at a time; taken before the unit's lock
 * @gone: the VF is removed: its tables must not be touched any more
 * @pinned: the VF holds a reference of the module, which cannot be unloaded then
 * @needs_probes: it is counted as a VF that needs the hooks on demand (pasid_probes_need())
 * @on_change: tells the user that its effective set has changed, or NULL
 * @on_change_data: for @on_change
 * @refresh: the worker, which applies the sets again; queued by hooks, which cannot sleep, and
 *	after errors
 * @tables: what is known of its entries
 * @sets: what decides its effective set
 * @owed: what could not be done yet
 * @reset: resets
 * @files: its sysfs files
 * @counts: what has happened to it; needs no lock
 * @requests: its page requests
 *
 * Locking: @gone to @on_change_data are written under @lock. The structures of @tables to @files,
 * and @requests, have their own text. All else does not change while the VF is in the hash table.
 */
struct pasid_vf {
	struct hlist_node node;
	struct kref ref;
	struct rcu_head rcu;
	struct pci_dev *pdev;
	struct pci_dev *pf;
	struct pasid_unit unit;
	u8 pasid_width;
	bool twice;
	struct mutex lock;	/* see above */
	bool gone;
	bool pinned;
	bool needs_probes;
	void (*on_change)(void *data);
	void *on_change_data;
	struct work_struct refresh;
	struct pasid_vf_tables tables;
	struct pasid_vf_sets sets;
	struct pasid_vf_owed owed;
	struct pasid_vf_reset reset;
	struct pasid_vf_files files;
	struct pasid_vf_counts counts;
	struct pasid_requests requests;
};

/* vf.c: the hash table of VFs */
#define PASID_VF_HASH_BITS	8
extern struct hlist_head pasid_vfs[1 << PASID_VF_HASH_BITS];
extern struct mutex pasid_vfs_lock;
void pasid_vf_for_each(void (*fn)(struct pasid_vf *vf));
struct pasid_vf *pasid_vf_find(struct device *dev);
struct pasid_vf *pasid_vf_get(struct pci_dev *pdev);
void pasid_vf_put(struct pasid_vf *vf);
DEFINE_FREE(pasid_vf_put, struct pasid_vf *, pasid_vf_put(_T))

/* state.c: reading the state of one VF */
unsigned int pasid_vf_supported(const struct pasid_vf *vf);
unsigned int pasid_vf_effective(const struct pasid_vf *vf);
unsigned int pasid_vf_allowed(const struct pasid_vf *vf);
unsigned int pasid_vf_granted(const struct pasid_vf *vf);
unsigned int pasid_vf_shown_ctl(const struct pasid_vf *vf);
unsigned int pasid_vf_owed(const struct pasid_vf *vf);
bool pasid_vf_has_looked(const struct pasid_vf *vf, unsigned long calls);
bool pasid_vf_restricted(const struct pasid_vf *vf);
struct vtd_pte_rule pasid_vf_rule(const struct pasid_vf *vf);

/* log.c: the message that several files print, and the option verbose */
extern bool pasid_verbose;
void pasid_log_ceiling(struct pci_dev *pdev, const char *dir, const char *file,
		       unsigned int old, unsigned int new);

#endif /* _PASID_VF_H */
