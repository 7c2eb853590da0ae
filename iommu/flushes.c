// SPDX-License-Identifier: GPL-2.0-only
/*
 * Flushes of hooks that are under way. A hook changes a table and then invalidates caches. A
 * writer that finds the table as it has to be must not return before the caches are, too.
 */
#include <linux/atomic.h>
#include <linux/rcupdate.h>

#include "engine.h"

/* Hooks that have changed a table and not yet flushed. */
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
 * pasid_flushes_wait() - wait for the flushes of hooks that are under way
 *
 * Hooks run with preemption off, flush included, so a grace period covers them,
 * however many follow.
 *
 * Context: Process context, may sleep.
 */
void pasid_flushes_wait(void)
{
	if (atomic_read(&pasid_flushing))
		synchronize_rcu_expedited();
}
