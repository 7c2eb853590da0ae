// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VF or PF is put under control when it appears, and is let go when it is removed: its place in
 * the hash table or in the list of settings, its first enforcement, and its files. At load and
 * unload this is done for all VFs and PFs.
 */
#include <linux/pasid_vf.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "change.h"
#include "engine.h"
#include "sysfs.h"

/* The PFs and VFs that were there at load are under control. Locking: pasid_vfs_lock. */
static bool pasid_vfs_present;

static void pasid_vf_detach(struct pasid_vf *vf)
{
	hash_del_rcu(&vf->node);
	/* Wait for hooks that have found the VF. They may have queued its worker. */
	synchronize_rcu_expedited();
	pasid_settings_unlink(vf);
	pasid_vf_stop(vf);
	cancel_work_sync(&vf->refresh);
	cancel_delayed_work_sync(&vf->owed.retry);
	pasid_vf_put(vf);
}

static void pasid_vf_describe(const struct pasid_vf *vf)
{
	char supported[PASID_PERM_TEXT_MAX], effective[PASID_PERM_TEXT_MAX];

	pasid_perm_format(supported, pasid_vf_supported(vf));
	pasid_perm_format(effective, pasid_vf_effective(vf));
	pci_info(vf->pdev, "under PASID control: supported %s, effective %s, width %u, %u context entries\n",
		 supported, effective, vf->pasid_width, vf->tables.ctx_count);
}

/*
 * A bus notifier cannot reject a device, so that a failure would leave the VF without control.
 * On -ENOMEM this sleeps a tick and returns true: the caller tries again until there is memory,
 * as __GFP_NOFAIL does.
 */
static bool pasid_retry_nomem(int err)
{
	if (err != -ENOMEM)
		return false;
	schedule_timeout_uninterruptible(1);
	return true;
}

/* Puts a VF into the hash table: from now on hooks find it. */
static int pasid_vf_register(struct pci_dev *pdev)
{
	struct pasid_vf *vf;
	int err;

	if (pasid_vf_find(&pdev->dev))
		return 0;
	vf = pasid_vf_alloc(pdev);
	if (!vf)
		return -ENOMEM;
	err = pasid_vf_identify(vf);
	if (err) {
		pasid_vf_put(vf);
		return err;
	}
	pasid_settings_get_virtfn(vf);
	vf->tables.looked = pasid_gaps_now().calls;
	hash_add_rcu(pasid_vfs, &vf->node, (unsigned long)&pdev->dev);
	pasid_vf_learn_contexts(vf);
	return 0;
}

static const char *pasid_vf_why_not(int err)
{
	switch (err) {
	case -EXDEV:
		return "it shares a requester ID with another function";
	case -E2BIG:
		return "it has too many DMA aliases";
	default:
		return "its VT-d unit cannot be asked";
	}
}

static void pasid_vf_register_reported(struct pci_dev *pdev)
{
	int err;

	do {
		err = pasid_vf_register(pdev);
	} while (pasid_retry_nomem(err));
	if (err && err != -ENODEV && err != -EOPNOTSUPP)
		pci_err(pdev, "not restricted, whatever default_ctl says: %s (error %d); give it only to a guest that may use PASIDs\n",
			pasid_vf_why_not(err), err);
}

static const char *pasid_name_taken(int err)
{
	return err == -EEXIST ? ", as another driver has that name" : "";
}

/* If a file cannot be made, the VF is under control all the same. */
static void pasid_vf_add_files(struct pasid_vf *vf)
{
	unsigned int files;
	int err;

	for (files = 0; files < PASID_VF_FILES; files++) {
		do {
			err = pasid_vf_sysfs_add(vf, files);
		} while (pasid_retry_nomem(err));
		if (err)
			pci_err(vf->pdev, "PASID control: there is no %s%s (error %d); the VF is restricted all the same\n",
				pasid_vf_sysfs_name(files),
				pasid_name_taken(err), err);
	}
}

static void pasid_vf_begin(struct pasid_vf *vf, bool at_load)
{
	pasid_vf_start(vf, at_load);
	pasid_vf_add_files(vf);
	/* A VF that was there before the module had no files when its own uevent was sent. */
	if (at_load)
		kobject_uevent(&vf->pdev->dev.kobj, KOBJ_CHANGE);
	if (pasid_verbose)
		pasid_vf_describe(vf);
}

static void pasid_pf_register_reported(struct pci_dev *pdev, const struct pasid_unit *unit)
{
	int err;

	do {
		err = pasid_settings_add(pdev, unit);
	} while (pasid_retry_nomem(err));
	if (err)
		pci_err(pdev, "PASID control: the PF does not say how many VFs it can have, so the setting of a VF is lost when the VF is removed (error %d)\n",
			err);
}

static void pasid_pf_begin(struct pasid_settings *settings)
{
	int err;

	do {
		err = pasid_settings_sysfs_add(settings);
	} while (pasid_retry_nomem(err));
	if (err)
		pci_err(settings->pf, "PASID control: there is no vf_pasid_ctl%s (error %d); VFs are under control all the same\n",
			pasid_name_taken(err), err);
}

static void pasid_pf_begin_at_load(struct pasid_settings *settings)
{
	pasid_pf_begin(settings);
	kobject_uevent(&settings->pf->dev.kobj, KOBJ_CHANGE);
}

static void pasid_pf_add(struct pci_dev *pdev)
{
	struct pasid_settings *settings;
	struct pasid_unit unit;
	int err;

	do {
		err = pasid_unit_of(&pdev->dev, &unit);
	} while (pasid_retry_nomem(err));
	if (err || pasid_settings_find(pdev))
		return;
	pasid_pf_register_reported(pdev, &unit);
	settings = pasid_settings_find(pdev);
	if (settings)
		pasid_pf_begin(settings);
}

/**
 * pasid_vf_add() - a device has appeared: put it under control if it is a VF or a PF
 * @pdev: any PCI device; nothing is done unless it is a PF or a VF behind a VT-d unit in
 *	scalable mode
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_add(struct pci_dev *pdev)
{
	struct pasid_vf *vf;

	if (!pasid_is_vf(pdev) && !pdev->is_physfn)
		return;
	guard(mutex)(&pasid_vfs_lock);
	/* Before that, pasid_vf_add_present() finds the device on the bus, and makes its files. */
	if (!pasid_vfs_present)
		return;
	if (pdev->is_physfn) {
		pasid_pf_add(pdev);
	} else if (!pasid_vf_find(&pdev->dev)) {
		pasid_vf_register_reported(pdev);
		vf = pasid_vf_find(&pdev->dev);
		if (vf)
			pasid_vf_begin(vf, false);
	}
}

/**
 * pasid_vf_add_present() - put all PFs and VFs that are there under control
 *
 * pasid_vf_remove() waits until this is done, so that intel-iommu does not free the tables of a
 * device that is being removed meanwhile.
 *
 * Context: Process context, may sleep; at load.
 * Return: 0; -ENODEV if no device at all is behind a VT-d unit; -EOPNOTSUPP if all
 * units are in legacy mode.
 */
int pasid_vf_add_present(void)
{
	struct pci_dev *pdev = NULL;
	int err, bucket, verdict = -ENODEV;
	struct pasid_unit unit;
	struct pasid_vf *vf;

	guard(mutex)(&pasid_vfs_lock);
	for_each_pci_dev(pdev) {
		do {
			err = pasid_unit_of(&pdev->dev, &unit);
		} while (pasid_retry_nomem(err));
		if (!err || (err == -EOPNOTSUPP && verdict))
			verdict = err;
		if (!err && pdev->is_physfn)
			pasid_pf_register_reported(pdev, &unit);
		if (!err && pasid_is_vf(pdev))
			pasid_vf_register_reported(pdev);
	}
	/*
	 * A set-up that began before its VF was in the hash table was not seen by a hook. After
	 * this, all of these have ended, and pasid_vf_begin() finds what they wrote.
	 */
	synchronize_rcu_tasks();
	hash_for_each(pasid_vfs, bucket, vf, node)
		pasid_vf_begin(vf, true);
	pasid_settings_for_each(pasid_pf_begin_at_load);
	pasid_vfs_present = !verdict;
	return verdict;
}

/**
 * pasid_vf_remove() - a device is being removed: let it go
 * @pdev: any PCI device; intel-iommu has not freed its tables yet
 *
 * When this returns, this module does not touch its tables any more.
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_remove(struct pci_dev *pdev)
{
	struct pasid_settings *settings;
	struct pasid_vf *vf;

	guard(mutex)(&pasid_vfs_lock);
	vf = pasid_vf_find(&pdev->dev);
	if (vf) {
		pasid_vf_sysfs_remove(vf);
		pasid_vf_detach(vf);
	}
	settings = pasid_settings_find(pdev);
	if (settings) {
		pasid_settings_sysfs_remove(settings);
		pasid_settings_remove(settings);
	}
}

/**
 * pasid_vf_remove_files() - at unload, remove all files and wait until none is being used
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_remove_files(void)
{
	scoped_guard(mutex, &pasid_vfs_lock)
		pasid_settings_for_each(pasid_settings_sysfs_remove);
	pasid_vf_for_each(pasid_vf_sysfs_remove);
}

/**
 * pasid_vf_remove_all() - at unload, let all VFs and PFs go
 *
 * Context: Process context, may sleep; sysfs files and hooks are gone. pasid_vf_remove() may
 * still be called meanwhile.
 */
void pasid_vf_remove_all(void)
{
	struct hlist_node *next;
	struct pasid_vf *vf;
	int bucket;

	guard(mutex)(&pasid_vfs_lock);
	hash_for_each_safe(pasid_vfs, bucket, next, vf, node)
		pasid_vf_detach(vf);
	pasid_settings_for_each(pasid_settings_remove);
	pasid_vfs_present = false;
}
