// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gaps: calls of intel-iommu that went by unseen. A probe can miss a call, which the
 * kernel counts. All probes can be switched off and on again, which nothing counts; so the
 * functions that switch them are hooked, too: a probe still fires when the switch is
 * entered, and its return is seen even then. After a gap every VF is looked at, as nothing
 * but the tables tells.
 */
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "probe.h"
#include "vf.h"

#define PASID_GAP_PAUSE_MIN	((unsigned long)HZ)
#define PASID_GAP_PAUSE_MAX	(8UL * HZ)

/* How often probes may have been off. */
static atomic_long_t pasid_switched = ATOMIC_LONG_INIT(0);
/* How many calls that switch probes are under way. */
static atomic_t pasid_switching = ATOMIC_INIT(0);

/* Hooks whose missed calls count. None leaves the list: tables are given back without probes. */
static struct pasid_hook *pasid_gap_hooks;
static atomic_long_t pasid_missed_handled = ATOMIC_LONG_INIT(0);

/* This kernel has the function that switches PRE of present entries on and off. */
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
	/* Hooks that are enabled by now read the list. */
	smp_store_release(&pasid_gap_hooks, hook);
}

/*
 * How many calls of hooks with that @unseen were missed since load; PASID_UNSEEN_ANY: of all
 * but those with PASID_UNSEEN_NOTHING.
 */
static unsigned long pasid_missed_calls(enum pasid_unseen what)
{
	const struct pasid_hook *hook;
	unsigned long missed = 0;

	for (hook = smp_load_acquire(&pasid_gap_hooks); hook; hook = hook->next)
		if (hook->unseen == what ||
		    (what == PASID_UNSEEN_ANY && hook->unseen != PASID_UNSEEN_NOTHING))
			missed += READ_ONCE(hook->exit.nmissed) +
				  READ_ONCE(hook->exit.kp.nmissed) +
				  READ_ONCE(hook->entry.nmissed);
	return missed;
}

/**
 * pasid_gaps_now() - how often something may have gone by unseen since load
 *
 * Context: Any.
 * Return: the numbers.
 */
struct pasid_gaps pasid_gaps_now(void)
{
	unsigned long switched = atomic_long_read(&pasid_switched);

	return (struct pasid_gaps) {
		.entries = switched + pasid_missed_calls(PASID_UNSEEN_ENTRY),
		.contexts = READ_ONCE(pasid_pri_hooked) ?
			    switched + pasid_missed_calls(PASID_UNSEEN_CONTEXT) : 0,
	};
}

bool pasid_gaps_same(const struct pasid_gaps *a, const struct pasid_gaps *b)
{
	return a->entries == b->entries && a->contexts == b->contexts;
}

/**
 * pasid_gaps_settled() - a writer begins: the numbers, after missed calls have ended
 * @alive: set to whether probes fire, see pasid_probes_alive()
 *
 * A call is counted when it begins, and writes to the table afterwards. The calls that
 * are followed do not sleep. The numbers are settled for good if probes fired when they
 * were read: then whatever goes by unseen later has another number.
 *
 * Context: Process context, may sleep.
 * Return: the numbers; if probes fire, every call in them has ended.
 */
struct pasid_gaps pasid_gaps_settled(bool *alive)
{
	struct pasid_gaps gaps, now;

	mutex_lock(&pasid_settled_lock);
	gaps = pasid_gaps_now();
	*alive = pasid_probes_alive();
	now = pasid_gaps_now();
	if (*alive && !pasid_gaps_same(&gaps, &pasid_settled)) {
		synchronize_rcu_tasks();
		if (pasid_gaps_same(&gaps, &now))
			pasid_settled = gaps;
	}
	mutex_unlock(&pasid_settled_lock);
	return gaps;
}

static unsigned long pasid_gap_pause;
static bool pasid_gaps_matter;

static void pasid_gap_queue(struct pasid_vf *vf)
{
	schedule_work(&vf->refresh);
}

/* While probes are off it waits for them: what goes by until then is found afterwards. */
static void pasid_gap_work(struct work_struct *work)
{
	struct delayed_work *gap = to_delayed_work(work);

	if (!READ_ONCE(pasid_gaps_matter))
		return;
	if (pasid_probes_fire()) {
		if (pasid_gap_pause)
			pr_info("probes fire again; looking at all VFs\n");
		pasid_gap_pause = 0;
		pasid_vf_for_each(pasid_gap_queue);
		return;
	}
	if (!pasid_gap_pause)
		pr_err("probes do not fire, so what intel-iommu sets up does not obey; "
		       PASID_SWITCHES " have to be 1\n");
	atomic_long_inc(&pasid_switched);
	pasid_gap_pause = clamp(2 * pasid_gap_pause, PASID_GAP_PAUSE_MIN, PASID_GAP_PAUSE_MAX);
	schedule_delayed_work(gap, pasid_gap_pause);
}

static DECLARE_DELAYED_WORK(pasid_gap, pasid_gap_work);

/**
 * pasid_gaps_rescan() - have all VFs looked at, soon
 *
 * Context: Any.
 */
void pasid_gaps_rescan(void)
{
	schedule_delayed_work(&pasid_gap, 0);
}

/**
 * pasid_gaps_check_missed() - have all VFs looked at if a call was missed
 *
 * A call is missed while others are under way, one of which comes here.
 *
 * Context: Hook.
 */
void pasid_gaps_check_missed(void)
{
	long missed = pasid_missed_calls(PASID_UNSEEN_ANY);

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
 * pasid_probes_alive() - is what intel-iommu sets up followed now?
 *
 * If it is not, that is a gap, and the worker looks at all VFs when it is again.
 *
 * Context: Process context, may sleep.
 * Return: whether probes fire; true before pasid_gaps_init() and after pasid_gaps_exit().
 */
bool pasid_probes_alive(void)
{
	if (!READ_ONCE(pasid_gaps_matter))
		return true;
	if (!atomic_read(&pasid_switching) && pasid_probes_fire())
		return true;
	atomic_long_inc(&pasid_switched);
	pasid_gaps_rescan();
	return false;
}

/**
 * pasid_gaps_init() - hooks are in place
 *
 * Context: Process context; at load.
 */
void pasid_gaps_init(void)
{
	WRITE_ONCE(pasid_gaps_matter, true);
}

/**
 * pasid_gaps_exit() - hooks are about to go
 *
 * Context: Process context; pasid_gaps_stop() has to follow.
 */
void pasid_gaps_exit(void)
{
	WRITE_ONCE(pasid_gaps_matter, false);
}

/**
 * pasid_gaps_stop() - hooks are gone, and so are VFs
 *
 * Context: Process context, may sleep.
 */
void pasid_gaps_stop(void)
{
	cancel_delayed_work_sync(&pasid_gap);
}
