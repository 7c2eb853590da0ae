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

/* What switches probes off; for messages. */
#define PASID_SWITCHES	"/sys/kernel/debug/kprobes/enabled and the sysctl kernel.ftrace_enabled"

/* What is owed: caches of the unit, the function's own, ATS that is to be on again. */
#define PASID_OWED_IOMMU	BIT(0)
#define PASID_OWED_DEVICE	BIT(1)
#define PASID_OWED_ATS		BIT(2)
#define PASID_PAUSE_MIN		((unsigned long)HZ)
#define PASID_PAUSE_MAX		(64UL * HZ)

#define PASID_NO_REPLACE	U32_MAX

/* What intel-iommu may have changed in a call that went by unseen. */
enum pasid_unseen {
	PASID_UNSEEN_ANY,
	PASID_UNSEEN_ENTRY,
	PASID_UNSEEN_CONTEXT,
	PASID_UNSEEN_NOTHING,
};

/**
 * struct pasid_gaps - how often intel-iommu may have changed something unseen
 * @entries: PASID-table entries with SRE, or entries that were written over
 * @contexts: PRE in context entries
 *
 * Numbers that only grow; pasid_hooks_gaps() has those of now.
 */
struct pasid_gaps {
	unsigned long entries;
	unsigned long contexts;
};

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
 * @on_change: tells the user that its effective set is another one, or NULL
 * @on_change_data: for @on_change
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
 * @pause, @owed_said @on_change and what is told to pollers by @lock. @ats_stopped, @applying and
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
	void (*on_change)(void *data);
	void *on_change_data;
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

/* vf.c: the register */
int pasid_vf_default_ctl(const char *text);
void pasid_vf_add(struct pci_dev *pdev);
int pasid_vf_add_present(void);
void pasid_vf_remove(struct pci_dev *pdev);
void pasid_vf_for_each(void (*fn)(struct pasid_vf *vf));
void pasid_vf_close(void);
void pasid_vf_remove_all(void);
struct pasid_vf *pasid_vf_find(struct device *dev);
struct pasid_vf *pasid_vf_get(struct pci_dev *pdev);
void pasid_vf_put(struct pasid_vf *vf);
extern unsigned int pasid_default_ceiling;
extern bool pasid_verbose;
#define PASID_VF_HASH_BITS	8
extern struct hlist_head pasid_vfs[1 << PASID_VF_HASH_BITS];

/* policy.c: the sets of one VF, and changing them */
unsigned int pasid_vf_supported(const struct pasid_vf *vf);
unsigned int pasid_vf_effective(const struct pasid_vf *vf);
unsigned int pasid_vf_granted(const struct pasid_vf *vf);
unsigned int pasid_vf_owed(const struct pasid_vf *vf);
struct vtd_pte_rule pasid_vf_rule(const struct pasid_vf *vf);
void pasid_log_ceiling(struct pci_dev *pdev, const char *dir, const char *file,
		       unsigned int old, unsigned int new);
void pasid_vf_start(struct pasid_vf *vf, bool at_load);
int pasid_vf_set_ceiling(struct pasid_vf *vf, unsigned int ceiling);
int pasid_vf_set_request(struct pasid_vf *vf, unsigned int request);
int pasid_vf_set_owner(struct pasid_vf *vf, bool owned, unsigned int request);
void pasid_vf_refresh(struct pasid_vf *vf);
void pasid_vf_release(struct pasid_vf *vf);
void pasid_vf_leave(struct pasid_vf *vf);

/* scan.c: every PASID-table entry of a VF */
typedef void pasid_visit_fn(struct pasid_vf *vf, u32 pasid, bool rid, u64 *pte,
			    void *arg);
void pasid_vf_scan(struct pasid_vf *vf, pasid_visit_fn *visit, void *arg);
unsigned int pasid_vf_count_entries(struct pasid_vf *vf);

/* intent.c: what intel-iommu intended with each entry */
void pasid_vf_look_entry(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			 const struct pasid_gaps *sure);
u64 pasid_vf_entry_target(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			  const struct vtd_pte_rule *rule);
void pasid_vf_setup_begins(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			   const struct pasid_gaps *gaps, bool replace);
void pasid_vf_setup_ends(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			 const struct pasid_gaps *gaps, bool replaced);

/* context.c: context entries */
bool pasid_vf_edit_contexts(struct pasid_vf *vf, const struct pasid_gaps *sure);
u64 *pasid_vf_find_context(const struct pasid_vf *vf, const struct pasid_context *ctx);
void pasid_vf_learn_contexts(struct pasid_vf *vf);

/* function.c: the function behind a VF, as invalidations see it */
int pasid_vf_read_ats(const struct pasid_vf *vf, u16 *ctrl);
void pasid_vf_write_ats(const struct pasid_vf *vf, u16 ctrl);
bool pasid_vf_answers(struct pasid_vf *vf);
void pasid_vf_function(struct pasid_vf *vf, struct vtd_function *fn);
bool pasid_vf_keep_awake(const struct pasid_vf *vf);
void pasid_vf_let_sleep(const struct pasid_vf *vf, bool awake);
void pasid_vf_owe(struct pasid_vf *vf);

/* ats.c: ATS is as Linux believes */
bool pasid_vf_restore_ats(struct pasid_vf *vf);
void pasid_vf_ats_disabled(struct pasid_vf *vf);

/* apply.c: tables and caches follow the sets */
int pasid_vf_apply(struct pasid_vf *vf);

/* atomic.c: the same from hooks, which must not sleep */
void pasid_vf_contexts_now(struct pasid_vf *vf);
void pasid_vf_context_pri(struct pasid_vf *vf, const struct pasid_gaps *gaps, bool enable);
void pasid_vf_entry_entered(struct pasid_vf *vf, u32 pasid, const struct pasid_gaps *gaps,
			    bool replace);
void pasid_vf_entry_left(struct pasid_vf *vf, u32 pasid, const struct pasid_gaps *gaps,
			 bool replace, bool done);
void pasid_pf_losing(struct pci_dev *pf, unsigned int perm);
void pasid_pf_gained(struct pci_dev *pf, unsigned int perm);
void pasid_hooks_settle(void);

/* reset.c: resets, error recovery and power states */
void pasid_pci_recovering(struct pci_dev *pdev);
void pasid_pci_restoring(struct pci_dev *pdev);
void pasid_pci_restored(struct pci_dev *pdev);
void pasid_pci_awake(struct pci_dev *pdev);
void pasid_vf_tell_reset(struct pasid_vf *vf);

/* sysfs.c */
enum { PASID_VF_FILE_CTL, PASID_VF_FILES_STATUS, PASID_VF_FILES };
const char *pasid_vf_sysfs_name(unsigned int files);
int pasid_vf_sysfs_add(struct pasid_vf *vf, unsigned int files);
void pasid_vf_sysfs_remove(struct pasid_vf *vf);

/* sysfs.c: for files of PFs, too */
typedef int pasid_write_fn(void *arg, const struct pasid_perm_edit *edit);
ssize_t pasid_sysfs_emit_perms(char *buf, unsigned int perms);
ssize_t pasid_sysfs_write(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count, pasid_write_fn *write, void *arg);
int pasid_sysfs_add_group(struct pci_dev *pdev, const char *name,
			  const struct attribute_group *group);

/* hooks.c: intel-iommu's and the PCI core's functions, as they are called and return */
int pasid_hooks_init(void);
void pasid_hooks_exit(void);
int pasid_hooks_grant(bool grant);
bool pasid_hooks_fire(void);
unsigned long pasid_hooks_missed(enum pasid_unseen what);
bool pasid_hooks_follow_pri(void);

/* gaps.c: calls that went by unseen */
bool pasid_gaps_same(const struct pasid_gaps *a, const struct pasid_gaps *b);
struct pasid_gaps pasid_hooks_gaps(void);
struct pasid_gaps pasid_hooks_settled_gaps(bool *alive);
bool pasid_hooks_alive(void);
void pasid_gap_look(void);
void pasid_gap_begins(void);
void pasid_gap_ends(void);
void pasid_gaps_init(void);
void pasid_gaps_exit(void);
void pasid_gaps_stop(void);

/* discover.c: VFs that are there, come and go */
int pasid_discover_init(void);
void pasid_discover_stop(void);
void pasid_discover_exit(void);

#endif /* _PASID_VF_H */
