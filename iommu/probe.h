/* SPDX-License-Identifier: GPL-2.0-only */
/* Hooks: functions of the kernel that have a probe of this module. */
#ifndef _PASID_PROBE_H
#define _PASID_PROBE_H

#include <linux/kprobes.h>

#include "gaps.h"
#include "kernel.h"

/**
 * struct pasid_call - one call of a hooked function
 * @hook: the hook
 * @gaps: their number when the call began
 * @arg: the arguments that the hook names
 */
struct pasid_call {
	const struct pasid_hook *hook;
	struct pasid_gaps gaps;
	unsigned long arg[PASID_HOOK_ARGS];
};

/**
 * struct pasid_hook - a function to follow
 * @symbol: its name, see pasid_hooked
 * @unseen: what may have changed if a call went by unseen
 * @on_demand: follows entries that intel-iommu sets up without SRE and ERE, so that
 *	there is something to do only while some VF is granted them: off otherwise,
 *	as it would cost every attach of a PASID
 * @replace: of a set-up function: it writes over a present entry; others refuse one
 * @perm: of a function that switches a capability of a PF: the permission that needs it
 * @enter: called before the function; with a return handler it can be missed,
 *	which is counted
 * @leave: called after it, with its return value, or NULL
 * @answer: instead of both: called after it, with the address in the caller to which it
 *	returns and its return value; what @answer returns is what the caller gets
 * @at: positions of the arguments that the handlers want
 * @next: in the list of gaps.c
 * @entry: the probe, of a hook that needs no return
 * @exit: the probe, of one with @leave or @answer
 *
 * Handlers run with preemption off.
 */
struct pasid_hook {
	const char *symbol;
	enum pasid_unseen unseen;
	bool on_demand;
	bool replace;
	unsigned int perm;
	void (*enter)(const struct pasid_call *call);
	void (*leave)(const struct pasid_call *call, int ret);
	int (*answer)(const struct pasid_call *call, unsigned long caller, int ret);
	int at[PASID_HOOK_ARGS];
	struct pasid_hook *next;
	struct kprobe entry;
	struct kretprobe exit;
};

/* probe.c */
int pasid_probes_init(struct pasid_hook *hooks, int count);
void pasid_probes_exit(void);
int pasid_probes_switch_on_demand(bool on);

/* demand.c */
int pasid_probes_need(bool need);
void pasid_demand_stop(void);

/* hooks.c */
int pasid_hooks_init(void);
void pasid_hooks_exit(void);

#endif /* _PASID_PROBE_H */
