/* SPDX-License-Identifier: GPL-2.0-only */
/* Hooks: probes of this module on functions of intel-iommu and the PCI core. */
#ifndef _PASID_PROBE_H
#define _PASID_PROBE_H

#include <linux/kprobes.h>

#include "gaps.h"
#include "kernel.h"

/**
 * struct pasid_call - one call of a hooked function
 * @hook: the hook
 * @gaps: counts of gaps at the start of the call
 * @arg: the arguments that the hook names
 */
struct pasid_call {
	const struct pasid_hook *hook;
	struct pasid_gaps gaps;
	unsigned long arg[PASID_HOOK_ARGS];
};

/**
 * struct pasid_hook - what this module does at calls of one function
 * @symbol: the function's name, see pasid_hooked
 * @unseen: what the function may have changed if the hook missed a call
 * @serves: page requests of VFs are served only if the hook is enabled. If it cannot be, the
 *	module loads all the same
 * @on_demand: the hook is enabled only while some VF needs it, see pasid_probes_need()
 * @replace: of a set-up function: it overwrites a present entry; others refuse one
 * @perm: of a function that switches a capability of a PF: the permission that needs it
 * @enter: called before the function, or NULL
 * @leave: called after the function, with its return value, or NULL
 * @skip: instead of @enter: the same, and if it returns true, the function is not run, and its
 *	caller gets 0
 * @answer: instead of @enter and @leave: called after the function, with its return address and
 *	its return value. The caller of the function gets what @answer returns
 * @at: positions of the arguments that the handlers read
 * @next: in the list of gaps.c
 * @entry: the probe of a hook with @enter only, or with @skip
 * @exit: the probe of a hook with @leave or @answer
 *
 * Handlers run with preemption off. A hook with @leave or @answer is a return probe, and misses a
 * call if other calls have all its instances. The kernel counts the calls that a probe misses.
 */
struct pasid_hook {
	const char *symbol;
	enum pasid_unseen unseen;
	bool serves;
	bool on_demand;
	bool replace;
	unsigned int perm;
	void (*enter)(const struct pasid_call *call);
	bool (*skip)(const struct pasid_call *call);
	void (*leave)(const struct pasid_call *call, int ret);
	int (*answer)(const struct pasid_call *call, unsigned long caller, int ret);
	int at[PASID_HOOK_ARGS];
	struct pasid_hook *next;
	struct kprobe entry;
	struct kretprobe exit;
};

/* How many calls a hook has missed since load. */
static inline unsigned long pasid_hook_missed(const struct pasid_hook *hook)
{
	return READ_ONCE(hook->exit.nmissed) + READ_ONCE(hook->exit.kp.nmissed) +
	       READ_ONCE(hook->entry.nmissed);
}

/* probe.c */
int pasid_probes_init(struct pasid_hook *hooks, int count);
void pasid_probes_exit(void);
int pasid_probes_need(bool need);
bool pasid_hook_armed(const struct pasid_hook *hook);
bool pasid_probe_armed(const char *symbol);

/* hooks.c */
int pasid_hooks_init(void);
void pasid_hooks_exit(void);
const struct pasid_hook *pasid_hook_at(unsigned int i);
bool pasid_hooks_serve(void);

#endif /* _PASID_PROBE_H */
