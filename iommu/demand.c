// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks that are enabled on demand: while some VF needs them.
 */
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "probe.h"
#include "vf.h"

static void pasid_demand_refresh(struct pasid_vf *vf)
{
	if (READ_ONCE(vf->needs_probes))
		schedule_work(&vf->refresh);
}

static void pasid_demand_work(struct work_struct *work)
{
	/* Every set-up that began before the hooks were armed has ended after this. */
	synchronize_rcu_tasks();
	pasid_vf_for_each(pasid_demand_refresh);
}

static DECLARE_WORK(pasid_demand_armed, pasid_demand_work);
static DEFINE_MUTEX(pasid_demand_lock);
static unsigned int pasid_demand_count;

/**
 * pasid_probes_need() - a VF is granted SRE or ERE, or no longer
 * @need: one more VF needs them, else one less
 *
 * Entries from before are found by a scan, and those whose set-up is under way by
 * one that follows soon.
 *
 * Context: Process context, may sleep.
 * Return: 0, or a negative errno: entries will be without SRE and ERE.
 */
int pasid_probes_need(bool need)
{
	int err = 0;

	mutex_lock(&pasid_demand_lock);
	if (!need) {
		if (!--pasid_demand_count)
			pasid_probes_switch_on_demand(false);
	} else if (!pasid_demand_count++) {
		err = pasid_probes_switch_on_demand(true);
		if (err) {
			pasid_probes_switch_on_demand(false);
			pasid_demand_count--;
		} else {
			schedule_work(&pasid_demand_armed);
		}
	}
	mutex_unlock(&pasid_demand_lock);
	return err;
}

/**
 * pasid_demand_stop() - hooks are gone: nothing is looked at any more
 *
 * Context: Process context, may sleep.
 */
void pasid_demand_stop(void)
{
	cancel_work_sync(&pasid_demand_armed);
}
