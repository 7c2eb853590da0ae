// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks that are enabled on demand: while some VF needs them.
 */
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/workqueue.h>

#include "probe.h"
#include "vf.h"

static void pasid_refresh_granted(struct pasid_vf *vf)
{
	if (READ_ONCE(vf->grants))
		schedule_work(&vf->refresh);
}

static void pasid_grants_work(struct work_struct *work)
{
	/* Every set-up that began before the hooks were armed has ended after this. */
	synchronize_rcu_tasks();
	pasid_vf_for_each(pasid_refresh_granted);
}

static DECLARE_WORK(pasid_grants_armed, pasid_grants_work);
static DEFINE_MUTEX(pasid_grants_lock);
static unsigned int pasid_grants;

/**
 * pasid_hooks_grant() - a VF is granted SRE or ERE, or no longer
 * @grant: it is
 *
 * Entries from before are found by a scan, and those whose set-up is under way by
 * one that follows soon.
 *
 * Context: Process context, may sleep.
 * Return: 0, or a negative errno: entries will be without SRE and ERE.
 */
int pasid_hooks_grant(bool grant)
{
	int err = 0;

	mutex_lock(&pasid_grants_lock);
	if (!grant) {
		if (!--pasid_grants)
			pasid_probes_switch_grants(false);
	} else if (!pasid_grants++) {
		err = pasid_probes_switch_grants(true);
		if (err) {
			pasid_probes_switch_grants(false);
			pasid_grants--;
		} else {
			schedule_work(&pasid_grants_armed);
		}
	}
	mutex_unlock(&pasid_grants_lock);
	return err;
}

/**
 * pasid_demand_stop() - hooks are gone: nothing is looked at any more
 *
 * Context: Process context, may sleep.
 */
void pasid_demand_stop(void)
{
	cancel_work_sync(&pasid_grants_armed);
}
