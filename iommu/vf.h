/* SPDX-License-Identifier: GPL-2.0-only */
/* A VF under control: its state, and the register of all of them. */
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
#include "unit.h"

#define PASID_MAX_ALIASES	8

/* What is owed: caches of the unit, the function's own, ATS that is to be on again. */
#define PASID_OWED_IOMMU	BIT(0)
#define PASID_OWED_DEVICE	BIT(1)
#define PASID_OWED_ATS		BIT(2)
#define PASID_PAUSE_MIN		((unsigned long)HZ)
#define PASID_PAUSE_MAX		(64UL * HZ)

#define PASID_NO_REPLACE	U32_MAX

/**
 * struct pasid_context - a context entry of a VF
 * @rid: its requester ID: the VF's own or that of a DMA alias
 * @intent: the gates (VTD_CTX_GATES) that intel-iommu programmed
 * @stored: the gates as this module last found or left them: where the table shows
 *	others, intel-iommu wrote them
 * @sure: the number of gaps at which PRE in @intent was sure
 *
 * Locking: all by the unit's lock.
 */
struct pasid_context {
	u16 rid;
	u64 intent;
	u64 stored;
	unsigned long sure;
};

/**
 * struct pasid_vf - a VF behind a VT-d unit in scalable mode
 * @node: in the register; RCU
 * @ref: of the structure; the register and a user hold one each
 * @rcu: frees the structure
 * @pdev: the VF; a reference is held
 * @pf: its PF; a reference is held
 * @unit: the unit that translates for it
 * @pasid_width: PASID width in bits: the smaller of the PF's and the unit's
 * @twice: see struct vtd_function
 * @ctx: its context entries, the VF's own first
 * @ctx_count: how many
 * @sre_intent: PASIDs whose nested entry intel-iommu itself gave SRE, and with each the
 *	number of gaps at which that was sure. Absent means no, so that what is lost is
 *	lost to the safe side. It stays until the PASID is set up anew; that takes a
 *	fraction of the PASID tables, which intel-iommu does not free either
 * @in_replace: the PASID whose entry intel-iommu is writing over, or PASID_NO_REPLACE.
 *	It does so for one PASID of a device at a time (iommu group mutex)
 * @lock: one writer at a time; taken before the unit's lock
 * @place: where its setting stays when it goes, or NULL: its PF did not say how many VFs it has
 * @own: its setting
 * @ceiling: the admin's limit, not cut to what is supported: what @own comes to
 * @request: what the user wants, PASID_PERM_ALL without one
 * @owned: a user is registered: all PASIDs are its own
 * @gone: the VF is removed: its tables must not be touched any more
 * @files: which of its sysfs files are there: bits, of the numbers PASID_VF_FILE*
 * @grants: see pasid_hooks_grant()
 * @release: the tables go back to what intel-iommu intended
 * @pf_down: PASID_PERM_ENABLE and _PRI: the PF is losing that capability, or has
 * @ats_suspect: PASIDE was cleared: the VF may have switched its own ATS off
 * @ats_stopped: its ATS was switched off while it slept, or by a reset of the PF
 * @applying: a writer has changed tables, or is about to, and has not flushed yet
 * @stale: some cache may hold an answer that the tables do not give any more
 * @device_owed: it has not been told to forget its translations
 * @revived: it has been reset since a recovery from an error failed
 * @registers_lost: a reset of the PF took its registers; its user is to be told
 * @telling: held while the user is told; taken before users' locks and before @lock
 * @on_reset: tells the user, or NULL
 * @on_reset_data: for @on_reset
 * @pinned: this VF holds a reference of the module
 * @ats_restored: times that ATS had to be switched on again
 * @kn_effective: sysfs file to notify, or NULL
 * @kn_requested: sysfs file to notify, or NULL
 * @told_effective: the set at the last notification
 * @told_request: the set at the last notification
 * @refresh: applies the sets again, where an atomic context could not do it all
 * @retry: the same after a pause, while something is owed
 * @pause: that pause in jiffies, 0 while nothing is owed
 * @owed_said: the log says that invalidations are owed
 *
 * Locking: @ceiling, @request, @owned are written under @lock; the hooks read them
 * without it, under the unit's lock, and whoever writes them applies them
 * afterwards, so the last one to hold the unit's lock has seen the newest values.
 * @sre_intent, @in_replace and @ats_suspect by the unit's lock; @own, @pinned, @grants,
 * @pause, @owed_said and what is told to pollers by @lock. @ats_stopped, @applying and
 * @revived stand alone. @on_reset is cleared under @telling.
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
	struct pasid_context ctx[PASID_MAX_ALIASES];
	unsigned int ctx_count;
	struct xarray sre_intent;
	u32 in_replace;
	struct mutex lock;	/* see above */
	struct pasid_place *place;
	struct pasid_setting own;
	unsigned int ceiling;
	unsigned int request;
	bool owned;
	bool gone;
	bool release;
	unsigned int files;
	bool grants;
	atomic_t pf_down;
	bool ats_suspect;
	bool ats_stopped;
	bool applying;
	atomic_t stale;
	atomic_t device_owed;
	bool revived;
	atomic_t registers_lost;
	struct mutex telling;	/* see above */
	void (*on_reset)(void *data);
	void *on_reset_data;
	bool pinned;
	unsigned int ats_restored;
	struct kernfs_node *kn_effective;
	struct kernfs_node *kn_requested;
	unsigned int told_effective;
	unsigned int told_request;
	struct work_struct refresh;
	struct delayed_work retry;
	unsigned long pause;
	bool owed_said;
};

/* vf.c: the hash table of VFs */
#define PASID_VF_HASH_BITS	8
extern struct hlist_head pasid_vfs[1 << PASID_VF_HASH_BITS];
extern struct mutex pasid_vfs_lock;
void pasid_vf_for_each(void (*fn)(struct pasid_vf *vf));
struct pasid_vf *pasid_vf_find(struct device *dev);
struct pasid_vf *pasid_vf_get(struct pci_dev *pdev);
void pasid_vf_put(struct pasid_vf *vf);

/* state.c: reading the state of one VF */
unsigned int pasid_vf_supported(const struct pasid_vf *vf);
unsigned int pasid_vf_effective(const struct pasid_vf *vf);
unsigned int pasid_vf_granted(const struct pasid_vf *vf);
unsigned int pasid_vf_shown_ctl(const struct pasid_vf *vf);
unsigned int pasid_vf_owed(const struct pasid_vf *vf);
bool pasid_vf_restricted(const struct pasid_vf *vf);
struct vtd_pte_rule pasid_vf_rule(const struct pasid_vf *vf);

/* log.c: what several files say */
extern bool pasid_verbose;
void pasid_log_ceiling(struct pci_dev *pdev, const char *dir, const char *file,
		       unsigned int old, unsigned int new);

#endif /* _PASID_VF_H */
