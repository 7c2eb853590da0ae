/* SPDX-License-Identifier: GPL-2.0-only */
/* Gaps: calls of intel-iommu that no hook has seen; and whether probes fire now. */
#ifndef _PASID_GAPS_H
#define _PASID_GAPS_H

#include <linux/types.h>

/* What switches probes off; for messages. */
#define PASID_SWITCHES	"/sys/kernel/debug/kprobes/enabled and the sysctl kernel.ftrace_enabled"

struct pasid_hook;

/*
 * What a hooked function may have changed if its hook missed the call. PASID_UNSEEN_ENTRY: a
 * PASID-table entry that has, or had, SRE. PASID_UNSEEN_CONTEXT: PRE in a context entry. Both are
 * gaps. PASID_UNSEEN_OTHER: something else. That is no gap, but workers look at all VFs after each
 * of the three. PASID_UNSEEN_NOTHING: nothing that matters here.
 */
enum pasid_unseen {
	PASID_UNSEEN_OTHER,
	PASID_UNSEEN_ENTRY,
	PASID_UNSEEN_CONTEXT,
	PASID_UNSEEN_NOTHING,
};

/**
 * struct pasid_gaps - how often something may have been changed that no hook has seen
 * @entries: by set-ups of PASID-table entries with SRE, or by replacements of entries
 * @contexts: by changes of PRE in context entries
 * @calls: by any calls that no hook has seen, also where that is no gap; without those of
 *	PASID_UNSEEN_NOTHING
 * @switched: how often probes have been switched, or were found not to fire
 *
 * The numbers only grow. Code keeps a number as a mark: if it is still the same later, no gap was
 * between.
 */
struct pasid_gaps {
	unsigned long entries;
	unsigned long contexts;
	unsigned long calls;
	unsigned long switched;
};

/* selftest.c */
extern struct pasid_hook pasid_self_test_hook;
bool pasid_probe_fires(void);
bool pasid_probes_fired(void);

/* gaps.c */
void pasid_gaps_watch(struct pasid_hook *hook);
bool pasid_gaps_same(const struct pasid_gaps *a, const struct pasid_gaps *b);
struct pasid_gaps pasid_gaps_now(void);
struct pasid_gaps pasid_gaps_settled(bool *alive);
bool pasid_probes_check(void);
void pasid_gaps_rescan(void);
void pasid_gaps_check_missed(void);
void pasid_switch_begins(void);
void pasid_switch_ends(void);
void pasid_gaps_init(void);
void pasid_gaps_exit(void);
void pasid_gaps_stop(void);

#endif /* _PASID_GAPS_H */
