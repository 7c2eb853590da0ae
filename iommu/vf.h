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

/* Linux itself never sets ERE, so exec is denied unless the admin grants it. */
#define PASID_CEILING_BUILTIN	(PASID_PERM_ENABLE | PASID_PERM_PRIV | PASID_PERM_PRI)

#define PASID_MAX_ALIASES	8
#define PASID_NO_SETUP		U32_MAX

struct pasid_apply;

/**
 * struct pasid_context - a context entry of a VF
 * @rid: its requester ID: the VF's own or that of a DMA alias
 * @intent: the gates (VTD_CTX_GATES) that intel-iommu programmed
 * @fresh: intel-iommu may be writing it: learn @intent when it is present
 *
 * Locking: @intent and @fresh by the unit's lock.
 */
struct pasid_context {
	u16 rid;
	u64 intent;
	bool fresh;
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
 * @sre_intent: PASIDs whose nested entry intel-iommu itself gave SRE. Absent means
 *	no, so that what is lost is lost to the safe side. It stays until another
 *	nested entry is set up; that takes a fraction of the PASID tables, which
 *	intel-iommu does not free either
 * @in_setup: the PASID whose entry intel-iommu is setting up, or PASID_NO_SETUP.
 *	It does so for one PASID of a device at a time (iommu group mutex)
 * @in_replace: it writes over a present entry; else the entry was absent
 * @lock: one writer at a time; taken before the unit's lock
 * @ceiling: the admin's limit, not cut to what is supported
 * @request: what the user wants, PASID_PERM_ALL without one
 * @owned: a user is registered: all PASIDs are its own
 * @gone: the VF is removed: its tables must not be touched any more
 * @has_files: its sysfs files are there
 * @grants: see pasid_hooks_grant()
 * @release: the tables go back to what intel-iommu intended
 * @pf_down: PASID_PERM_ENABLE and _PRI: the PF is losing that capability, or has
 * @applied_rule: the entry rule that the tables follow
 * @ats_suspect: PASIDE was cleared: the VF may have switched its own ATS off
 * @missed_seen: pasid_hooks_missed() when @sre_intent was last known to be whole
 * @apply: room for pasid_vf_apply(), so that a deny never fails for want of memory
 * @stale: some cache may hold an answer that the tables do not give any more
 * @rescan: entries may not follow the rule, though the rule is the same
 * @pinned: this VF holds a reference of the module
 * @ats_restored: times that ATS had to be switched on again
 * @kn_effective: sysfs file to notify, or NULL
 * @kn_requested: sysfs file to notify, or NULL
 * @told_effective: the set at the last notification
 * @told_request: the set at the last notification
 * @refresh: applies the sets again, where an atomic context could not do it all
 *
 * Locking: @ceiling, @request, @owned are written under @lock; the hooks read them
 * without it, under the unit's lock, and whoever writes them applies them
 * afterwards, so the last one to hold the unit's lock has seen the newest values.
 * @sre_intent, @in_setup, @in_replace and @ats_suspect by the unit's lock; @applied_rule,
 * @missed_seen, @pinned, @grants, @apply and what is told to pollers by @lock.
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
	u32 in_setup;
	bool in_replace;
	struct mutex lock;
	unsigned int ceiling;
	unsigned int request;
	bool owned;
	bool gone;
	bool release;
	bool has_files;
	bool grants;
	atomic_t pf_down;
	struct vtd_pte_rule applied_rule;
	bool ats_suspect;
	unsigned long missed_seen;
	struct pasid_apply *apply;
	atomic_t stale;
	atomic_t rescan;
	bool pinned;
	unsigned int ats_restored;
	struct kernfs_node *kn_effective;
	struct kernfs_node *kn_requested;
	unsigned int told_effective;
	unsigned int told_request;
	struct work_struct refresh;
};

/* vf.c: the register */
int pasid_vf_default_ctl(const char *text);
void pasid_vf_add(struct pci_dev *pdev);
int pasid_vf_add_present(void);
void pasid_vf_remove(struct pci_dev *pdev);
void pasid_vf_for_each(void (*fn)(struct pasid_vf *vf));
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
struct vtd_pte_rule pasid_vf_rule(const struct pasid_vf *vf);
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
typedef void pasid_leaf_fn(struct pasid_vf *vf, void *arg);
void pasid_vf_scan(struct pasid_vf *vf, pasid_visit_fn *visit, pasid_leaf_fn *leaf,
		   void *arg);
unsigned int pasid_vf_count_entries(struct pasid_vf *vf);
bool pasid_vf_entry_settled(struct pasid_vf *vf, u32 pasid, const u64 *pte);
u64 pasid_vf_entry_target(struct pasid_vf *vf, u32 pasid, const u64 *pte,
			  const struct vtd_pte_rule *rule);
void pasid_vf_learn_entry(struct pasid_vf *vf, u32 pasid, const u64 *pte);
void pasid_vf_learn_entries(struct pasid_vf *vf);
void pasid_vf_forget_entries(struct pasid_vf *vf);

/* apply.c: tables and caches follow the sets */
struct pasid_apply *pasid_apply_alloc(void);
int pasid_vf_apply(struct pasid_vf *vf);
int pasid_vf_flush_device(struct pasid_vf *vf);

/* atomic.c: the same from hooks, which must not sleep */
void pasid_vf_context_entered(struct pasid_vf *vf);
void pasid_vf_context_left(struct pasid_vf *vf);
void pasid_vf_context_pri(struct pasid_vf *vf, bool enable);
void pasid_vf_entry_entered(struct pasid_vf *vf, u32 pasid, bool replace);
void pasid_vf_entry_left(struct pasid_vf *vf, u32 pasid, bool done);
void pasid_pf_losing(struct pci_dev *pf, unsigned int perm);
void pasid_pf_gained(struct pci_dev *pf, unsigned int perm);
void pasid_vf_ats_disabled(struct pasid_vf *vf);
void pasid_hooks_settle(void);

/* context.c: context entries and the function behind them */
bool pasid_vf_edit_contexts(struct pasid_vf *vf);
u64 *pasid_vf_find_context(const struct pasid_vf *vf, const struct pasid_context *ctx);
void pasid_vf_learn_context(struct pasid_context *ctx, const u64 *entry);
void pasid_vf_function(const struct pasid_vf *vf, struct vtd_function *fn);
void pasid_vf_restore_ats(struct pasid_vf *vf);

/* sysfs.c */
int pasid_vf_sysfs_add(struct pasid_vf *vf);
void pasid_vf_sysfs_remove(struct pasid_vf *vf);

/* hooks.c: intel-iommu's and the PCI core's functions, as they are called and return */
int pasid_hooks_init(void);
void pasid_hooks_exit(void);
bool pasid_hooks_alive(void);
int pasid_hooks_grant(bool grant);
unsigned long pasid_hooks_missed(void);

/* discover.c: VFs that are there, come and go */
int pasid_discover_init(void);
void pasid_discover_stop(void);
void pasid_discover_exit(void);

#endif /* _PASID_VF_H */
