// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks that have changed an entry and have not invalidated its caches yet. A writer that finds
 * the entry as it has to be must not return before the hook has invalidated, too.
 */
#include <linux/atomic.h>
#include <linux/rcupdate.h>

#include "engine.h"

/* How many such hooks there are. */
static atomic_t pasid_flushing = ATOMIC_INIT(0);

/**
 * pasid_flush_begins() - a hook is about to change a table
 *
 * Context: Hook, before the store.
 */
void pasid_flush_begins(void)
{
	atomic_inc(&pasid_flushing);
}

/**
 * pasid_flush_ends() - a hook has invalidated what it changed
 *
 * Context: Hook.
 */
void pasid_flush_ends(void)
{
	atomic_dec(&pasid_flushing);
}

/**
 * pasid_flushes_wait() - wait for the hooks that have not invalidated yet
 *
 * Hooks run with preemption off until they have invalidated, so that an RCU grace period waits
 * for all that are running now, and not for those that begin later.
 *
 * Context: Process context, may sleep.
 */
void pasid_flushes_wait(void)
{
	if (atomic_read(&pasid_flushing))
		synchronize_rcu_expedited();
}
