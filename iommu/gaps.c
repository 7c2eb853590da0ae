// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gaps: calls of intel-iommu that no hook has seen. A probe can miss a call, which the kernel
 * counts. An administrator can switch all probes off and on again, which nothing counts. So the
 * functions that switch probes are hooked, too: probes still fire when such a function is called,
 * and its return is seen even if they do not fire by then. After a gap, the worker of every VF
 * looks at all entries: only the tables show what intel-iommu has written.
 */
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "probe.h"
#include "vf.h"

#define PASID_GAP_PAUSE_MIN	((unsigned long)HZ)
#define PASID_GAP_PAUSE_MAX	(8UL * HZ)

/* How often probes have been switched, or were found not to fire. */
static atomic_long_t pasid_switched = ATOMIC_LONG_INIT(0);
/* How many calls that switch probes are running. */
static atomic_t pasid_switching = ATOMIC_INIT(0);

/* Hooks whose missed calls count. None leaves the list: the numbers are needed until unload. */
static struct pasid_hook *pasid_gap_hooks;
static atomic_long_t pasid_missed_handled = ATOMIC_LONG_INIT(0);

/* intel-iommu of this kernel changes PRE in present entries, by a function that is hooked. */
static bool pasid_pri_hooked;

static DEFINE_MUTEX(pasid_settled_lock);
static struct pasid_gaps pasid_settled;

/**
 * pasid_gaps_watch() - count the calls that a hook misses
 * @hook: the hook, registered and not enabled yet
 *
 * Context: Process context; at load.
 */
void pasid_gaps_watch(struct pasid_hook *hook)
{
	if (hook->unseen == PASID_UNSEEN_CONTEXT)
		WRITE_ONCE(pasid_pri_hooked, true);
	hook->next = pasid_gap_hooks;
	/* Hooks that are already enabled read the list; pairs with pasid_missed_calls(). */
	smp_store_release(&pasid_gap_hooks, hook);
}

/* Returns how many calls were missed since load. */
static struct pasid_gaps pasid_missed_calls(void)
{
	const struct pasid_hook *hook;
	struct pasid_gaps gaps = { };
	unsigned long missed;

	/* Pairs with pasid_gaps_watch(). */
	for (hook = smp_load_acquire(&pasid_gap_hooks); hook; hook = hook->next) {
		missed = pasid_hook_missed(hook);
		if (hook->unseen != PASID_UNSEEN_NOTHING)
			gaps.calls += missed;
		if (hook->unseen == PASID_UNSEEN_ENTRY)
			gaps.entries += missed;
		else if (hook->unseen == PASID_UNSEEN_CONTEXT)
			gaps.contexts += missed;
	}
	return gaps;
}

/**
 * pasid_gaps_now() - how many gaps there were since load
 *
 * Context: Any.
 * Return: the numbers.
 */
struct pasid_gaps pasid_gaps_now(void)
{
	unsigned long switched = atomic_long_read(&pasid_switched);
	struct pasid_gaps gaps = pasid_missed_calls();

	gaps.switched = switched;
	gaps.calls += switched;
	gaps.entries += switched;
	if (READ_ONCE(pasid_pri_hooked))
		gaps.contexts += switched;
	return gaps;
}

bool pasid_gaps_same(const struct pasid_gaps *a, const struct pasid_gaps *b)
{
	return a->entries == b->entries && a->contexts == b->contexts;
}

/**
 * pasid_gaps_settled() - how many gaps there were, when the missed calls have written to the tables
 * @alive: set to whether probes fire, see pasid_probes_check()
 *
 * The kernel counts a missed call when the call begins. The function that is called writes to the
 * tables afterwards, and does not sleep before. So if the numbers are new, this waits for a grace
 * period of RCU tasks: then all these calls have written. Numbers for which this has waited while
 * probes fired need no second wait, as each later gap changes them.
 *
 * Context: Process context, may sleep.
 * Return: the numbers; if probes fire, every call in them has written.
 */
struct pasid_gaps pasid_gaps_settled(bool *alive)
{
	struct pasid_gaps gaps, now;

	guard(mutex)(&pasid_settled_lock);
	gaps = pasid_gaps_now();
	*alive = pasid_probes_check();
	now = pasid_gaps_now();
	if (*alive && !pasid_gaps_same(&gaps, &pasid_settled)) {
		synchronize_rcu_tasks();
		if (pasid_gaps_same(&gaps, &now))
			pasid_settled = gaps;
	}
	return gaps;
}

static unsigned long pasid_gap_pause;
static bool pasid_gaps_matter;

static void pasid_gap_queue(struct pasid_vf *vf)
{
	schedule_work(&vf->refresh);
}

static void pasid_gap_queue_served(struct pasid_vf *vf)
{
	if (pasid_requests_are_served(&vf->requests))
		pasid_gap_queue(vf);
}

/*
 * Queues the workers of all VFs as soon as probes fire. While they do not, more calls may go by
 * unseen, which the workers would have to find as well. But page requests are taken from users at
 * once: the module cannot watch over them.
 */
static void pasid_gap_work(struct work_struct *work)
{
	struct delayed_work *gap = to_delayed_work(work);

	if (!READ_ONCE(pasid_gaps_matter))
		return;
	if (pasid_probe_fires()) {
		if (pasid_gap_pause)
			pr_info("probes fire again; looking at all VFs\n");
		pasid_gap_pause = 0;
		pasid_vf_for_each(pasid_gap_queue);
		return;
	}
	atomic_long_inc(&pasid_switched);
	if (!pasid_gap_pause) {
		pr_err("probes do not fire, so entries that intel-iommu sets up are not controlled; "
		       PASID_SWITCHES " have to be 1\n");
		pasid_vf_for_each(pasid_gap_queue_served);
	}
	pasid_gap_pause = clamp(2 * pasid_gap_pause, PASID_GAP_PAUSE_MIN, PASID_GAP_PAUSE_MAX);
	schedule_delayed_work(gap, pasid_gap_pause);
}

static DECLARE_DELAYED_WORK(pasid_gap, pasid_gap_work);

/**
 * pasid_gaps_rescan() - have the workers of all VFs look at their entries, soon
 *
 * Context: Any.
 */
void pasid_gaps_rescan(void)
{
	schedule_delayed_work(&pasid_gap, 0);
}

/**
 * pasid_gaps_check_missed() - call pasid_gaps_rescan() if a call was missed
 *
 * A return probe misses a call if all its instances are taken by other calls. One of these calls
 * this function when it returns.
 *
 * Context: Hook.
 */
void pasid_gaps_check_missed(void)
{
	long missed = pasid_missed_calls().calls;

	if (atomic_long_xchg(&pasid_missed_handled, missed) == missed)
		return;
	pr_warn_ratelimited("set-ups went by unseen; looking at all VFs\n");
	pasid_gaps_rescan();
}

/**
 * pasid_switch_begins() - probes are about to be switched off or on
 *
 * Context: Hook.
 */
void pasid_switch_begins(void)
{
	atomic_inc(&pasid_switching);
	atomic_long_inc(&pasid_switched);
}

/**
 * pasid_switch_ends() - probes have been switched off or on
 *
 * Context: Hook.
 */
void pasid_switch_ends(void)
{
	atomic_long_inc(&pasid_switched);
	atomic_dec(&pasid_switching);
	pasid_gaps_rescan();
}

/**
 * pasid_probes_check() - can a writer rely on hooks now? If not, count a gap
 *
 * pasid_probe_fires() only tries a probe. This function also asks whether probes are being
 * switched. If hooks cannot be relied on, it counts that as a gap and calls pasid_gaps_rescan().
 *
 * Context: Process context, may sleep.
 * Return: whether probes fire and nothing is switching them; true before pasid_gaps_init() and
 * after pasid_gaps_exit().
 */
bool pasid_probes_check(void)
{
	if (!READ_ONCE(pasid_gaps_matter))
		return true;
	if (!atomic_read(&pasid_switching) && pasid_probe_fires())
		return true;
	atomic_long_inc(&pasid_switched);
	pasid_gaps_rescan();
	return false;
}

/**
 * pasid_gaps_init() - hooks are enabled: from now on it matters whether probes fire
 *
 * Context: Process context; at load.
 */
void pasid_gaps_init(void)
{
	WRITE_ONCE(pasid_gaps_matter, true);
}

/**
 * pasid_gaps_exit() - hooks are about to be removed: it does not matter any more
 *
 * Context: Process context; pasid_gaps_stop() has to be called afterwards.
 */
void pasid_gaps_exit(void)
{
	WRITE_ONCE(pasid_gaps_matter, false);
}

/**
 * pasid_gaps_stop() - wait for the worker that queues the workers of VFs
 *
 * Context: Process context, may sleep.
 */
void pasid_gaps_stop(void)
{
	cancel_delayed_work_sync(&pasid_gap);
}
