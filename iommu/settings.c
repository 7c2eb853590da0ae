// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of a PF's VFs: one for each VF that the PF can have, and one for all of them
 * that have none of their own. A VF obeys from its first moment, and its setting stays when it
 * goes. precedence.c says what a setting comes to, policy.c puts it in force.
 */
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "settings.h"
#include "vf.h"

static LIST_HEAD(pasid_settings_list);

/* See struct pasid_settings. */
static DEFINE_SPINLOCK(pasid_settings_lock);

/* 0 if the PF does not answer; a driver that allows fewer may be followed by another one. */
static unsigned int pasid_settings_total(struct pci_dev *pf, int sriov)
{
	u16 total;

	if (!sriov || pci_read_config_word(pf, sriov + PCI_SRIOV_TOTAL_VF, &total) ||
	    PCI_POSSIBLE_ERROR(total))
		return 0;
	return total;
}

static struct pasid_settings *pasid_settings_alloc(struct pci_dev *pf, int sriov,
						   unsigned int total)
{
	struct pasid_settings *settings;
	unsigned int i;

	settings = kvzalloc(struct_size(settings, place, total), GFP_KERNEL);
	if (!settings)
		return NULL;
	settings->total = total;
	kref_init(&settings->ref);
	mutex_init(&settings->writing);
	settings->pf = pci_dev_get(pf);
	settings->sriov = sriov;
	for (i = 0; i < total; i++)
		settings->place[i].settings = settings;
	return settings;
}

static void pasid_settings_last_put(struct kref *ref)
{
	struct pasid_settings *settings = container_of(ref, struct pasid_settings, ref);

	pci_dev_put(settings->pf);
	kvfree(settings);
}

static void pasid_settings_put(struct pasid_settings *settings)
{
	kref_put(&settings->ref, pasid_settings_last_put);
}

/**
 * pasid_settings_find() - the settings of a PF's VFs
 * @pf: any PCI device
 *
 * Context: Any, the register's lock held.
 * Return: the settings, or NULL.
 */
struct pasid_settings *pasid_settings_find(const struct pci_dev *pf)
{
	struct pasid_settings *settings;

	list_for_each_entry(settings, &pasid_settings_list, node)
		if (settings->pf == pf)
			return settings;
	return NULL;
}

/**
 * pasid_settings_add() - a PF appears
 * @pf: the PF; nothing happens if it is known
 * @unit: the unit that translates for it
 *
 * Context: Process context, may sleep, the register's lock held.
 * Return: 0, -ENOMEM, or -EIO if the PF does not say how many VFs it can have.
 */
int pasid_settings_add(struct pci_dev *pf, const struct pasid_unit *unit)
{
	struct pasid_settings *settings;
	unsigned int total;
	int sriov;

	if (pasid_settings_find(pf))
		return 0;
	sriov = pci_find_ext_capability(pf, PCI_EXT_CAP_ID_SRIOV);
	total = pasid_settings_total(pf, sriov);
	if (!total)
		return -EIO;
	settings = pasid_settings_alloc(pf, sriov, total);
	if (!settings)
		return -ENOMEM;
	settings->unit = *unit;
	list_add_tail(&settings->node, &pasid_settings_list);
	return 0;
}

/**
 * pasid_settings_drop() - the settings end
 * @settings: of a PF that goes away, or with the module; they have no files any more
 *
 * Context: Process context, may sleep, the register's lock held.
 */
void pasid_settings_drop(struct pasid_settings *settings)
{
	list_del(&settings->node);
	pasid_settings_put(settings);
}

/**
 * pasid_settings_for_each() - do something for every PF
 * @fn: what; may drop the settings
 *
 * Context: Process context, may sleep, the register's lock held.
 */
void pasid_settings_for_each(void (*fn)(struct pasid_settings *settings))
{
	struct pasid_settings *settings, *next;

	list_for_each_entry_safe(settings, next, &pasid_settings_list, node)
		fn(settings);
}

/* The ceiling of VFs without a setting of their own; pasid_settings_lock held. */
static unsigned int pasid_settings_all(const struct pasid_settings *settings)
{
	return pasid_setting_perms(&settings->all, pasid_default_ceiling);
}

static unsigned int pasid_vf_inherited(const struct pasid_vf *vf)
{
	unsigned int perms = pasid_default_ceiling;

	if (vf->place) {
		spin_lock(&pasid_settings_lock);
		perms = pasid_settings_all(vf->place->settings);
		spin_unlock(&pasid_settings_lock);
	}
	return perms;
}

/* pci_iov_vf_id() divides by the stride, which a PF with one VF need not have. */
static unsigned int pasid_vf_number(const struct pasid_settings *settings,
				    struct pci_dev *vf)
{
	u16 stride;

	if (!pci_read_config_word(settings->pf, settings->sriov + PCI_SRIOV_VF_STRIDE,
				  &stride) && !stride)
		return 0;
	return pci_iov_vf_id(vf);
}

static void pasid_vf_read_setting(struct pasid_vf *vf, bool enter)
{
	if (!vf->place)
		return;
	spin_lock(&pasid_settings_lock);
	if (enter)
		vf->place->vf = vf;
	vf->own = vf->place->own;
	WRITE_ONCE(vf->ceiling,
		   pasid_setting_perms(&vf->own, pasid_settings_all(vf->place->settings)));
	spin_unlock(&pasid_settings_lock);
}

/**
 * pasid_settings_join() - have a VF begin with its setting
 * @vf: the VF, not in the register yet
 *
 * Context: Process context, may sleep, the register's lock held.
 */
void pasid_settings_join(struct pasid_vf *vf)
{
	struct pasid_settings *settings = pasid_settings_find(vf->pf);
	unsigned int number;

	if (!settings)
		return;
	number = pasid_vf_number(settings, vf->pdev);
	if (WARN_ON_ONCE(number >= settings->total))
		return;
	kref_get(&settings->ref);
	vf->place = &settings->place[number];
	pasid_vf_read_setting(vf, false);
}

/**
 * pasid_settings_enter() - from now on a VF is told of changes
 * @vf: the VF, in the register
 *
 * There may have been some since pasid_settings_join().
 *
 * Context: Process context, may sleep, @vf->lock held.
 */
void pasid_settings_enter(struct pasid_vf *vf)
{
	pasid_vf_read_setting(vf, true);
}

/**
 * pasid_settings_leave() - ... and from now on not any more
 * @vf: the VF; before @vf->gone is set
 *
 * Context: Process context, may sleep.
 */
void pasid_settings_leave(struct pasid_vf *vf)
{
	if (!vf->place)
		return;
	spin_lock(&pasid_settings_lock);
	vf->place->vf = NULL;
	spin_unlock(&pasid_settings_lock);
}

/**
 * pasid_settings_part() - nobody uses a VF any more
 * @vf: the VF
 *
 * Context: Process context, may sleep.
 */
void pasid_settings_part(struct pasid_vf *vf)
{
	if (vf->place)
		pasid_settings_put(vf->place->settings);
}

/* A reference of the VF, or NULL if it is not there. */
static struct pasid_vf *pasid_place_vf(struct pasid_place *place)
{
	struct pasid_vf *vf;

	spin_lock(&pasid_settings_lock);
	vf = place->vf;
	if (vf)
		kref_get(&vf->ref);
	spin_unlock(&pasid_settings_lock);
	return vf;
}

/* What VFs that are not there will support, as far as the PF and its unit are concerned. */
static unsigned int pasid_settings_supported(const struct pasid_settings *settings)
{
	const struct pasid_facts facts = {
		.ecap = settings->unit.ecap,
		.ver_major = settings->unit.ver_major,
		.pf_features = settings->pf->pasid_features,
		.pf_pasid = settings->pf->pasid_enabled,
		.pf_pri = settings->pf->pri_enabled,
		.vf_ats = true,
		.ctx_pasid = true,
	};

	return pasid_supported(&facts);
}

static void pasid_settings_log(const struct pasid_settings *settings, const char *name,
			       unsigned int old, unsigned int perms)
{
	unsigned int supported = pasid_settings_supported(settings);

	pasid_log_ceiling(settings->pf, "vf_pasid_ctl/", name, old & supported,
			  perms & supported);
}

static void pasid_vf_keep_setting(struct pasid_vf *vf, const struct pasid_setting *own)
{
	vf->own = *own;
	if (!vf->place)
		return;
	spin_lock(&pasid_settings_lock);
	vf->place->own = *own;
	spin_unlock(&pasid_settings_lock);
}

/* @vf->lock held */
static int pasid_vf_edit_setting(struct pasid_vf *vf, const struct pasid_perm_edit *edit)
{
	unsigned int inherited = pasid_vf_inherited(vf), old = vf->ceiling;
	struct pasid_setting own = vf->own;
	int err;

	err = pasid_setting_edit(&own, edit, pasid_vf_supported(vf), inherited);
	if (err)
		return err;
	err = pasid_vf_set_ceiling(vf, pasid_setting_perms(&own, inherited));
	if (err == -ENODEV)
		return err;
	if (err)
		pasid_setting_take_back(&own, old, inherited);
	pasid_vf_keep_setting(vf, &own);
	return err;
}

/**
 * pasid_vf_write_ctl() - the admin changes the setting of a VF that is there
 * @vf: the VF
 * @edit: how
 *
 * Context: Process context, may sleep.
 * Return: as pasid_vf_set_ceiling(), or -EOPNOTSUPP if @edit grants by name what is not
 * supported.
 */
int pasid_vf_write_ctl(struct pasid_vf *vf, const struct pasid_perm_edit *edit)
{
	int err;

	mutex_lock(&vf->lock);
	err = vf->gone ? -ENODEV : pasid_vf_edit_setting(vf, edit);
	mutex_unlock(&vf->lock);
	return err;
}

/* Changes the setting of a VF that is not there; -EAGAIN if it is. */
static int pasid_place_edit(struct pasid_place *place, const struct pasid_perm_edit *edit)
{
	struct pasid_settings *settings = place->settings;
	unsigned int supported = pasid_settings_supported(settings);
	unsigned int all, old, perms;
	int err = -EAGAIN;

	spin_lock(&pasid_settings_lock);
	all = pasid_settings_all(settings);
	old = pasid_setting_perms(&place->own, all);
	if (!place->vf)
		err = pasid_setting_edit(&place->own, edit, supported, all);
	perms = pasid_setting_perms(&place->own, all);
	spin_unlock(&pasid_settings_lock);
	if (!err)
		pasid_settings_log(settings, place->name, old, perms);
	return err;
}

/**
 * pasid_place_write_ctl() - the admin changes the setting of a VF, which need not be there
 * @place: where it is kept
 * @edit: how
 *
 * Context: Process context, may sleep.
 * Return: as pasid_vf_write_ctl().
 */
int pasid_place_write_ctl(struct pasid_place *place, const struct pasid_perm_edit *edit)
{
	struct pasid_vf *vf;
	bool again;
	int err;

	/* It may come or go meanwhile. One that is gone has left its place before. */
	do {
		vf = pasid_place_vf(place);
		err = vf ? pasid_vf_write_ctl(vf, edit) : pasid_place_edit(place, edit);
		again = vf ? err == -ENODEV && READ_ONCE(vf->gone) : err == -EAGAIN;
		if (vf)
			pasid_vf_put(vf);
	} while (again);
	return err;
}

static int pasid_vf_inherit(struct pasid_vf *vf)
{
	int err = 0;

	mutex_lock(&vf->lock);
	if (!vf->gone && !vf->own.made)
		err = pasid_vf_set_ceiling(vf, pasid_vf_inherited(vf));
	mutex_unlock(&vf->lock);
	return err;
}

/* Has all VFs obey that have no setting of their own; -EIO if one could not be made to. */
static int pasid_settings_set_all(struct pasid_settings *settings,
				  const struct pasid_setting *all)
{
	struct pasid_vf *vf;
	unsigned int i;
	int err = 0;

	spin_lock(&pasid_settings_lock);
	settings->all = *all;
	spin_unlock(&pasid_settings_lock);
	for (i = 0; i < settings->total; i++) {
		vf = pasid_place_vf(&settings->place[i]);
		if (!vf)
			continue;
		err = pasid_vf_inherit(vf) ?: err;
		pasid_vf_put(vf);
	}
	return err;
}

/**
 * pasid_settings_write_all() - the admin changes the setting of a PF's VFs
 * @settings: the PF's
 * @edit: how
 *
 * Context: Process context, may sleep.
 * Return: 0 when it is in force for all VFs that have no setting of their own; otherwise as
 * pasid_vf_write_ctl(), and what was to be granted is granted to none of them.
 */
int pasid_settings_write_all(struct pasid_settings *settings,
			     const struct pasid_perm_edit *edit)
{
	struct pasid_setting all;
	unsigned int old;
	int err;

	mutex_lock(&settings->writing);
	all = settings->all;
	old = pasid_settings_all(settings);
	err = pasid_setting_edit(&all, edit, pasid_settings_supported(settings),
				 pasid_default_ceiling);
	if (!err) {
		err = pasid_settings_set_all(settings, &all);
		if (err) {
			pasid_setting_take_back(&all, old, pasid_default_ceiling);
			pasid_settings_set_all(settings, &all);
		}
		pasid_settings_log(settings, "default", old, pasid_settings_all(settings));
	}
	mutex_unlock(&settings->writing);
	return err;
}

/**
 * pasid_vf_shown_ctl() - a VF's ceiling as it can be written back
 * @vf: the VF
 *
 * Context: Any.
 * Return: a mask of PASID_PERM_*, cut to what is supported.
 */
unsigned int pasid_vf_shown_ctl(const struct pasid_vf *vf)
{
	return READ_ONCE(vf->ceiling) & pasid_vf_supported(vf);
}

/**
 * pasid_place_shown_ctl() - the same of a VF that need not be there
 * @place: where its setting is kept
 *
 * Context: Process context, may sleep.
 * Return: as pasid_vf_shown_ctl().
 */
unsigned int pasid_place_shown_ctl(struct pasid_place *place)
{
	struct pasid_vf *vf = pasid_place_vf(place);
	unsigned int perms;

	if (vf) {
		perms = pasid_vf_shown_ctl(vf);
		pasid_vf_put(vf);
		return perms;
	}
	spin_lock(&pasid_settings_lock);
	perms = pasid_setting_perms(&place->own, pasid_settings_all(place->settings));
	spin_unlock(&pasid_settings_lock);
	return perms & pasid_settings_supported(place->settings);
}

/**
 * pasid_settings_shown_all() - the same of VFs without a setting of their own
 * @settings: their PF's
 *
 * Context: Process context, may sleep.
 * Return: as pasid_vf_shown_ctl().
 */
unsigned int pasid_settings_shown_all(struct pasid_settings *settings)
{
	unsigned int perms;

	spin_lock(&pasid_settings_lock);
	perms = pasid_settings_all(settings);
	spin_unlock(&pasid_settings_lock);
	return perms & pasid_settings_supported(settings);
}
