// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changes of one VF's permission sets, and their enforcement. If enforcement fails, the removed
 * permissions stay removed, and the added ones are removed again.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "change.h"
#include "engine.h"
#include "probe.h"
#include "settings.h"
#include "trace.h"

/* The module cannot be unloaded while a VF is restricted: that would lift the restriction. */
static int pasid_vf_pin(struct pasid_vf *vf)
{
	if (!pasid_vf_restricted(vf) || vf->pinned)
		return 0;
	if (!try_module_get(THIS_MODULE))
		return -ENODEV;
	vf->pinned = true;
	return 0;
}

static void pasid_vf_unpin(struct pasid_vf *vf)
{
	if (!vf->pinned)
		return;
	vf->pinned = false;
	module_put(THIS_MODULE);
}

/* Tell the user, and the pollers of the files, of what has changed since the last notification. */
static void pasid_vf_notify(struct pasid_vf *vf)
{
	/* Before the set is read: if a hook changes it afterwards, the worker comes again. */
	bool unsure = xchg(&vf->files.unsure, false);
	unsigned int effective = pasid_vf_effective(vf);
	bool changed = unsure || effective != vf->files.told_effective;

	if (changed && vf->on_change)
		vf->on_change(vf->on_change_data);
	if (changed && vf->files.effective)
		kernfs_notify(vf->files.effective);
	if (vf->files.requested && vf->sets.request != vf->files.told_request)
		kernfs_notify(vf->files.requested);
	vf->files.told_effective = effective;
	vf->files.told_request = vf->sets.request;
}

static void pasid_vf_rescan(struct pasid_vf *vf)
{
	if (READ_ONCE(vf->needs_probes))
		pasid_vf_refresh(vf);
}

static void pasid_rescan_work(struct work_struct *work)
{
	/* After this, every set-up that began before the hooks were enabled has ended. */
	synchronize_rcu_tasks();
	pasid_vf_for_each(pasid_vf_rescan);
}

static DECLARE_WORK(pasid_rescan, pasid_rescan_work);

/*
 * Counts @vf in or out as a VF that needs the hooks on demand, see pasid_probes_need(). Returns 0,
 * or -ENOLINK if they cannot be enabled.
 */
static int pasid_vf_need_probes(struct pasid_vf *vf, bool need)
{
	int ret;

	if (need == vf->needs_probes)
		return 0;
	/* Before the hooks are enabled: pasid_rescan_work() reads it. */
	WRITE_ONCE(vf->needs_probes, need);
	ret = pasid_probes_need(need);
	if (ret < 0)
		WRITE_ONCE(vf->needs_probes, !need);
	else if (ret)
		schedule_work(&pasid_rescan);
	return ret < 0 ? -ENOLINK : 0;
}

/* The reason for an error of pasid_vf_pin() or pasid_vf_enforce(). */
static const char *pasid_vf_why(int err)
{
	switch (err) {
	case -ENODEV:
		return "the module is being unloaded";
	case -ENOLINK:
		return "the probes on intel-iommu's set-up functions cannot be enabled";
	case -ENXIO:
		return "probes do not fire, so new entries of intel-iommu are not controlled; "
		       PASID_SWITCHES " have to be 1";
	case -EAGAIN:
		return "the probes keep missing calls of intel-iommu's set-up functions";
	default:
		return "the IOMMU did not complete an invalidation";
	}
}

/*
 * Makes hooks, tables, caches and the VF's ATS obey the sets as they are now. Returns the error of
 * pasid_vf_apply(), or else that of pasid_vf_need_probes().
 */
static int pasid_vf_enforce(struct pasid_vf *vf)
{
	/*
	 * Decided by what the VF could get (it has a user, or exec in its ceiling), not by its
	 * effective set: a guest can change that often, and switching probes is slow.
	 */
	bool need = vf->sets.has_user ||
		    (vf->sets.ceiling & pasid_vf_supported(vf) & PASID_PERM_EXEC);
	int need_err = need ? pasid_vf_need_probes(vf, true) : 0;
	bool requests;
	int err;

	pasid_vf_check_requests(vf);
	requests = pasid_vf_effective(vf) & PASID_PERM_PRI;
	if (!requests)
		pasid_vf_hold_requests(vf, PASID_HELD_OFF, true);
	err = pasid_vf_apply(vf);

	if (!need)
		pasid_vf_need_probes(vf, false);
	err = err ?: need_err;
	if (err)
		return err;
	pasid_vf_restore_ats(vf);
	if (requests)
		pasid_requests_release(&vf->requests, PASID_HELD_OFF);
	return 0;
}

/*
 * Queues another try while something is owed, with growing pauses. The log says once that
 * invalidations are owed, and once that none is any more. It does not mention ATS: a VF may
 * sleep for long.
 */
static void pasid_vf_schedule_retry(struct pasid_vf *vf)
{
	unsigned int owed = pasid_vf_owed(vf);
	bool said = vf->owed.said;

	vf->owed.said = owed & ~PASID_OWED_ATS;
	if (vf->owed.said && !said)
		dev_warn_ratelimited(&vf->pdev->dev,
				     "invalidations are owed, see pasid_status/owed; trying again\n");
	else if (!vf->owed.said && said)
		dev_info_ratelimited(&vf->pdev->dev, "no invalidations are owed any more\n");
	vf->owed.pause = owed ? clamp(2 * vf->owed.pause, PASID_PAUSE_MIN, PASID_PAUSE_MAX) : 0;
	if (owed)
		schedule_delayed_work(&vf->owed.retry, vf->owed.pause);
}

static void pasid_vf_set(struct pasid_vf *vf, unsigned int ceiling,
			 unsigned int request)
{
	WRITE_ONCE(vf->sets.ceiling, ceiling);
	WRITE_ONCE(vf->sets.request, request);
}

/* Changes the sets and waits until tables and caches obey; @vf->lock held. */
static int pasid_vf_change(struct pasid_vf *vf, unsigned int ceiling,
			   unsigned int request)
{
	unsigned int old_ceiling = vf->sets.ceiling, old_request = vf->sets.request;
	int dead = 0, err;

	if (vf->gone)
		return -ENODEV;
	/* While probes do not fire, no permission is added, not even for a moment. */
	if (!pasid_probes_check()) {
		dead = -ENXIO;
		ceiling &= old_ceiling;
		request &= old_request;
	}
	pasid_vf_set(vf, ceiling, request);
	if (pasid_vf_pin(vf)) {
		pasid_vf_set(vf, old_ceiling, old_request);
		return -ENODEV;
	}
	err = pasid_vf_enforce(vf) ?: dead;
	if (err) {
		dev_err_ratelimited(&vf->pdev->dev,
				    "%s: permissions that the change removes are off in the tables, permissions that it adds are not in effect\n",
				    pasid_vf_why(err));
		pasid_vf_set(vf, ceiling & old_ceiling, request & old_request);
		pasid_vf_enforce(vf);
		err = -EIO;
	}
	pasid_vf_schedule_retry(vf);
	if (!pasid_vf_restricted(vf))
		pasid_vf_unpin(vf);
	trace_pasid_set(&vf->pdev->dev, vf->sets.ceiling, vf->sets.request,
			pasid_vf_effective(vf), err);
	pasid_vf_notify(vf);
	return err;
}

/**
 * pasid_vf_set_ceiling() - the admin changes what the VF may ever do
 * @vf: the VF
 * @ceiling: the new limit
 *
 * Context: Process context, may sleep, @vf->lock held.
 * Return: 0 when tables and caches obey, see pasid_vf_apply(); -ENODEV if the VF is gone or the
 * module is being unloaded; -EIO if an invalidation failed, probes do not fire or the hooks on
 * demand cannot be enabled: removed permissions stay removed, and no permission is added.
 */
int pasid_vf_set_ceiling(struct pasid_vf *vf, unsigned int ceiling)
{
	unsigned int old = vf->sets.ceiling, supported;
	int err = pasid_vf_change(vf, ceiling, vf->sets.request);

	supported = pasid_vf_supported(vf);
	pasid_log_ceiling(vf->pdev, "", "pasid_ctl", old & supported,
			  vf->sets.ceiling & supported);
	return err;
}

/*
 * Tables and caches still obey: no call of intel-iommu has gone by unseen since a writer looked at
 * all entries, and no invalidation is owed.
 */
static bool pasid_vf_obeys(const struct pasid_vf *vf)
{
	return !vf->gone && !pasid_vf_owed(vf) && pasid_probes_check() &&
	       pasid_vf_has_looked(vf, pasid_gaps_now().calls);
}

/**
 * pasid_vf_set_request() - the VF's user changes what it wants
 * @vf: the VF
 * @request: the new request
 *
 * A guest can repeat a request as often as it likes, and a look at all entries takes long. So a
 * request that changes nothing looks at none. An admin's write always looks at all.
 *
 * Context: Process context, may sleep, @vf->lock held.
 * Return: as pasid_vf_set_ceiling().
 */
int pasid_vf_set_request(struct pasid_vf *vf, unsigned int request)
{
	if (request == vf->sets.request && pasid_vf_obeys(vf))
		return 0;
	return pasid_vf_change(vf, vf->sets.ceiling, request);
}

/**
 * pasid_vf_set_user() - a user comes or goes
 * @vf: the VF
 * @has_user: a user is there
 * @request: its request, PASID_PERM_ALL if there is none
 *
 * Context: Process context, may sleep, @vf->lock held.
 * Return: as pasid_vf_set_ceiling(), or -EBUSY if a user comes while the VF has PASID-table
 * entries, which may be the host's. After an error there is no user.
 */
int pasid_vf_set_user(struct pasid_vf *vf, bool has_user, unsigned int request)
{
	int err;

	if (has_user && !vf->gone && pasid_vf_count_entries(vf))
		return -EBUSY;
	WRITE_ONCE(vf->sets.has_user, has_user);
	err = pasid_vf_change(vf, vf->sets.ceiling, request);
	if (!err || vf->gone)
		return err;
	/* There is no user, so there is no request either. The worker makes the tables obey. */
	WRITE_ONCE(vf->sets.has_user, false);
	WRITE_ONCE(vf->sets.request, PASID_PERM_ALL);
	schedule_work(&vf->refresh);
	return err;
}

/**
 * pasid_vf_stop() - touch a VF's tables no more, and give up what the VF holds of the module
 * @vf: the VF, removed from the hash table
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_stop(struct pasid_vf *vf)
{
	guard(mutex)(&vf->lock);
	vf->gone = true;
	pasid_vf_need_probes(vf, false);
	pasid_vf_unpin(vf);
}

/**
 * pasid_vf_refresh() - apply the sets again after something that they depend on has changed
 * @vf: the VF
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_refresh(struct pasid_vf *vf)
{
	int err;

	guard(mutex)(&vf->lock);
	if (vf->gone)
		return;
	pasid_vf_pin(vf);
	err = pasid_vf_enforce(vf);
	if (err && !vf->owed.pause)
		dev_err_ratelimited(&vf->pdev->dev, "%s\n", pasid_vf_why(err));
	if (!err && !pasid_vf_restricted(vf))
		pasid_vf_unpin(vf);
	pasid_vf_schedule_retry(vf);
	pasid_vf_notify(vf);
}

/**
 * pasid_vf_start() - apply the sets of a VF for the first time
 * @vf: the VF, in the hash table
 * @at_load: the VF was there before the module, so that nothing is to be changed unless its
 *	ceiling differs from what a VF has without this module
 *
 * Context: Process context, may sleep. An error is said in the log.
 */
void pasid_vf_start(struct pasid_vf *vf, bool at_load)
{
	int err;

	mutex_lock(&vf->lock);
	pasid_settings_link(vf);
	err = pasid_vf_pin(vf);
	if (!err && (!at_load || vf->sets.ceiling != PASID_CEILING_BUILTIN))
		err = pasid_vf_enforce(vf);
	pasid_vf_schedule_retry(vf);
	vf->files.told_effective = pasid_vf_effective(vf);
	vf->files.told_request = vf->sets.request;
	mutex_unlock(&vf->lock);
	if (err)
		pci_err(vf->pdev, "PASID control: default permissions not applied: %s. Write the wanted permissions to pasid_ctl\n",
			pasid_vf_why(err));
}

/**
 * pasid_vf_give_back() - at unload, make entries what intel-iommu wrote
 * @vf: the VF; no hook runs any more
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_give_back(struct pasid_vf *vf)
{
	int err;

	guard(mutex)(&vf->lock);
	vf->sets.given_back = true;
	err = pasid_vf_enforce(vf);
	if (err)
		pci_err(vf->pdev, "%s: the VF may still be denied what is allowed again; reset it\n",
			pasid_vf_why(err));
}

/**
 * pasid_change_stop() - at unload, wait for the worker that looks at VFs which need hooks on demand
 *
 * Context: Process context, may sleep; after pasid_probes_exit().
 */
void pasid_change_stop(void)
{
	cancel_work_sync(&pasid_rescan);
}
