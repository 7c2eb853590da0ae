// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changing the permission sets of one VF, and having them enforced. A deny stays whatever
 * happens; a grant that does not reach the hardware is taken back.
 */
#include <linux/module.h>

#include "change.h"
#include "engine.h"
#include "probe.h"
#include "settings.h"
#include "trace.h"

/* A restricted VF keeps the module from being unloaded. */
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

/* Tell those who poll what they have not been told. */
static void pasid_vf_notify(struct pasid_vf *vf)
{
	unsigned int effective = pasid_vf_effective(vf);

	if (vf->files.effective && effective != vf->files.told_effective)
		kernfs_notify(vf->files.effective);
	if (vf->files.requested && vf->sets.request != vf->files.told_request)
		kernfs_notify(vf->files.requested);
	vf->files.told_effective = effective;
	vf->files.told_request = vf->sets.request;
}

/* Arm the set-up hooks that are needed only while a VF may be granted SRE or ERE. */
static int pasid_vf_need_probes(struct pasid_vf *vf, bool need)
{
	int err;

	if (need == vf->needs_probes)
		return 0;
	/* First, since the scan that follows soon goes by it. */
	WRITE_ONCE(vf->needs_probes, need);
	err = pasid_probes_need(need);
	if (err)
		WRITE_ONCE(vf->needs_probes, !need);
	return err;
}

static const char *pasid_vf_why(int err)
{
	switch (err) {
	case 0:
		return "what intel-iommu sets up cannot be followed";
	case -ENXIO:
		return "probes do not fire, so what intel-iommu sets up from now on does not obey; "
		       PASID_SWITCHES " have to be 1";
	case -EAGAIN:
		return "what intel-iommu sets up keeps going by unseen";
	default:
		return "the IOMMU did not complete an invalidation";
	}
}

/*
 * Hooks, tables, caches and the device's ATS follow the sets as they are now; @why is the
 * reason if they do not.
 */
static int pasid_vf_enforce(struct pasid_vf *vf, const char **why)
{
	/* By who may be granted something, not by what is: that changes often. */
	bool need = vf->sets.owned ||
		    (vf->sets.ceiling & pasid_vf_supported(vf) & PASID_PERM_EXEC);
	int need_err = need ? pasid_vf_need_probes(vf, true) : 0;
	int err = pasid_vf_apply(vf);

	*why = pasid_vf_why(err);
	if (!need)
		pasid_vf_need_probes(vf, false);
	err = err ?: need_err;
	if (!err)
		pasid_vf_restore_ats(vf);
	return err;
}

/*
 * Try again, with growing pauses, until nothing is owed. The log says so once; of ATS of a
 * VF that sleeps, which may be for long, it says nothing.
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

/* Change the sets and wait until they are in force; @vf->lock held. */
static int pasid_vf_change(struct pasid_vf *vf, unsigned int ceiling,
			   unsigned int request)
{
	unsigned int old_ceiling = vf->sets.ceiling, old_request = vf->sets.request;
	const char *why;
	int dead = 0, err;

	if (vf->gone)
		return -ENODEV;
	/* Nothing is granted, not even for a moment, where set-ups are not followed. */
	if (!pasid_probes_alive()) {
		dead = -ENXIO;
		ceiling &= old_ceiling;
		request &= old_request;
	}
	pasid_vf_set(vf, ceiling, request);
	if (pasid_vf_pin(vf)) {
		pasid_vf_set(vf, old_ceiling, old_request);
		return -ENODEV;
	}
	err = pasid_vf_enforce(vf, &why) ?: dead;
	if (err) {
		dev_err_ratelimited(&vf->pdev->dev,
				    "%s: what was to be taken away is, what was to be granted is not\n",
				    why);
		pasid_vf_set(vf, ceiling & old_ceiling, request & old_request);
		pasid_vf_enforce(vf, &why);
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
 * Return: 0 when it is in force, in tables and caches; -ENODEV if the VF is gone;
 * -EIO if an invalidation failed or intel-iommu cannot be followed: what the change takes
 * away stays away, what it grants is not granted.
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

/**
 * pasid_vf_set_request() - the VF's user changes what it wants
 * @vf: the VF
 * @request: the new request
 *
 * Context: Process context, may sleep, @vf->lock held.
 * Return: as pasid_vf_set_ceiling().
 */
int pasid_vf_set_request(struct pasid_vf *vf, unsigned int request)
{
	return pasid_vf_change(vf, vf->sets.ceiling, request);
}

/**
 * pasid_vf_set_owner() - a user comes or goes
 * @vf: the VF
 * @owned: a user is there
 * @request: its request, PASID_PERM_ALL if there is none
 *
 * Context: Process context, may sleep, @vf->lock held.
 * Return: as pasid_vf_set_ceiling(), or -EBUSY if a user comes over PASID-table
 * entries that may be the host's. After an error the user is not there.
 */
int pasid_vf_set_owner(struct pasid_vf *vf, bool owned, unsigned int request)
{
	int err;

	if (owned && !vf->gone && pasid_vf_count_entries(vf))
		return -EBUSY;
	WRITE_ONCE(vf->sets.owned, owned);
	err = pasid_vf_change(vf, vf->sets.ceiling, request);
	if (!err || vf->gone)
		return err;
	/* With the user's end its request ended, too; the worker has that followed. */
	WRITE_ONCE(vf->sets.owned, false);
	WRITE_ONCE(vf->sets.request, PASID_PERM_ALL);
	atomic_set(&vf->owed.iommu, 1);
	schedule_work(&vf->refresh);
	return err;
}

/**
 * pasid_vf_stop() - the VF needs nothing of the module any more
 * @vf: the VF, out of the register
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_stop(struct pasid_vf *vf)
{
	mutex_lock(&vf->lock);
	vf->gone = true;
	pasid_vf_need_probes(vf, false);
	pasid_vf_unpin(vf);
	mutex_unlock(&vf->lock);
}

/**
 * pasid_vf_refresh() - apply the sets again after something else changed
 * @vf: the VF
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_refresh(struct pasid_vf *vf)
{
	const char *why;
	int err;

	mutex_lock(&vf->lock);
	if (!vf->gone) {
		pasid_vf_pin(vf);
		err = pasid_vf_enforce(vf, &why);
		if (err && !vf->owed.pause)
			dev_err_ratelimited(&vf->pdev->dev, "%s\n", why);
		if (!err && !pasid_vf_restricted(vf))
			pasid_vf_unpin(vf);
		pasid_vf_schedule_retry(vf);
		pasid_vf_notify(vf);
	}
	mutex_unlock(&vf->lock);
}

/**
 * pasid_vf_start() - put a VF that was just found under control
 * @vf: the VF, in the register
 * @at_load: it was there before the module
 *
 * Loading the module with its default options changes no table.
 *
 * Context: Process context, may sleep. What stands in the way of its ceiling is
 * said in the log.
 */
void pasid_vf_start(struct pasid_vf *vf, bool at_load)
{
	const char *why = "the module is being unloaded";
	int err;

	mutex_lock(&vf->lock);
	pasid_settings_link(vf);
	err = pasid_vf_pin(vf);
	if (!err && (!at_load || vf->sets.ceiling != PASID_CEILING_BUILTIN))
		err = pasid_vf_enforce(vf, &why);
	pasid_vf_schedule_retry(vf);
	vf->files.told_effective = pasid_vf_effective(vf);
	vf->files.told_request = vf->sets.request;
	mutex_unlock(&vf->lock);
	if (err)
		pci_err(vf->pdev, "PASID control: the default ceiling is not in force: %s; write it to pasid_ctl\n",
			why);
}

/**
 * pasid_vf_give_back() - give the tables back as intel-iommu intended them
 * @vf: the VF; hooks do not run any more
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_give_back(struct pasid_vf *vf)
{
	const char *why;

	mutex_lock(&vf->lock);
	vf->sets.given_back = true;
	if (pasid_vf_enforce(vf, &why))
		pci_err(vf->pdev, "%s; it may still deny what is allowed again: reset the VF\n",
			why);
	mutex_unlock(&vf->lock);
}
