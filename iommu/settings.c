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

unsigned int pasid_default_ceiling = PASID_CEILING_BUILTIN;

/**
 * pasid_vf_default_ctl() - set the ceiling of VFs that appear
 * @text: in the grammar of pasid_ctl
 *
 * Context: Process context; at load.
 * Return: 0, or -EINVAL after having said what is wrong.
 */
int pasid_vf_default_ctl(const char *text)
{
	struct pasid_perm_edit edit;
	const char *why;
	int err;

	err = pasid_perm_parse(text, strlen(text), &edit, &why);
	if (err) {
		pr_err("default_ctl=\"%s\": %s\n", text, why);
		return err;
	}
	return pasid_perm_apply(&edit, PASID_PERM_ALL, PASID_CEILING_BUILTIN,
				&pasid_default_ceiling);
}

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

/**
 * pasid_settings_perms() - the ceiling of those VFs of a PF that have no setting of their own
 * @settings: the PF's
 *
 * Context: Any.
 * Return: a mask of PASID_PERM_*, not cut to what is supported.
 */
unsigned int pasid_settings_perms(struct pasid_settings *settings)
{
	unsigned int perms;

	spin_lock(&pasid_settings_lock);
	perms = pasid_settings_all(settings);
	spin_unlock(&pasid_settings_lock);
	return perms;
}

/**
 * pasid_vf_inherited() - the ceiling of a VF if it had no setting of its own
 * @vf: the VF
 *
 * Context: Any.
 * Return: as pasid_settings_perms().
 */
unsigned int pasid_vf_inherited(const struct pasid_vf *vf)
{
	return vf->sets.place ? pasid_settings_perms(vf->sets.place->settings) : pasid_default_ceiling;
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
	if (!vf->sets.place)
		return;
	spin_lock(&pasid_settings_lock);
	if (enter)
		vf->sets.place->vf = vf;
	vf->sets.own = vf->sets.place->own;
	WRITE_ONCE(vf->sets.ceiling,
		   pasid_setting_perms(&vf->sets.own, pasid_settings_all(vf->sets.place->settings)));
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
	vf->sets.place = &settings->place[number];
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
	if (!vf->sets.place)
		return;
	spin_lock(&pasid_settings_lock);
	vf->sets.place->vf = NULL;
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
	if (vf->sets.place)
		pasid_settings_put(vf->sets.place->settings);
}

/**
 * pasid_place_vf() - find the VF that a setting is for
 * @place: where the setting is kept
 *
 * Context: Any.
 * Return: a reference of the VF, see pasid_vf_put(), or NULL if it is not there.
 */
struct pasid_vf *pasid_place_vf(struct pasid_place *place)
{
	struct pasid_vf *vf;

	spin_lock(&pasid_settings_lock);
	vf = place->vf;
	if (vf)
		kref_get(&vf->ref);
	spin_unlock(&pasid_settings_lock);
	return vf;
}

/**
 * pasid_settings_supported() - what VFs of a PF support as far as PF and unit decide
 * @settings: the PF's
 *
 * Context: Any.
 * Return: a mask of PASID_PERM_*.
 */
unsigned int pasid_settings_supported(const struct pasid_settings *settings)
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

/**
 * pasid_settings_log() - say what has become of the setting in a file of a PF, if anything
 * @settings: the PF's
 * @name: the file
 * @old: the ceiling that the setting came to before
 * @perms: the ceiling that it comes to now
 *
 * Context: Any.
 */
void pasid_settings_log(const struct pasid_settings *settings, const char *name,
			       unsigned int old, unsigned int perms)
{
	unsigned int supported = pasid_settings_supported(settings);

	pasid_log_ceiling(settings->pf, "vf_pasid_ctl/", name, old & supported,
			  perms & supported);
}

/**
 * pasid_vf_keep_setting() - a VF's own setting changes
 * @vf: the VF
 * @own: the new setting
 *
 * Context: Any, @vf->lock held.
 */
void pasid_vf_keep_setting(struct pasid_vf *vf, const struct pasid_setting *own)
{
	vf->sets.own = *own;
	if (!vf->sets.place)
		return;
	spin_lock(&pasid_settings_lock);
	vf->sets.place->own = *own;
	spin_unlock(&pasid_settings_lock);
}

/**
 * pasid_settings_keep_all() - the setting that a PF has for its VFs changes
 * @settings: the PF's
 * @all: the new setting
 *
 * Context: Any, @settings->writing held.
 */
void pasid_settings_keep_all(struct pasid_settings *settings, const struct pasid_setting *all)
{
	spin_lock(&pasid_settings_lock);
	settings->all = *all;
	spin_unlock(&pasid_settings_lock);
}

/**
 * pasid_place_perms() - the ceiling of a VF that need not be there
 * @place: where its setting is kept
 *
 * Context: Any.
 * Return: as pasid_settings_perms().
 */
unsigned int pasid_place_perms(struct pasid_place *place)
{
	unsigned int perms;

	spin_lock(&pasid_settings_lock);
	perms = pasid_setting_perms(&place->own, pasid_settings_all(place->settings));
	spin_unlock(&pasid_settings_lock);
	return perms;
}

/**
 * pasid_place_edit() - change the setting of a VF that is not there
 * @place: where the setting is kept
 * @edit: how
 *
 * Context: Any.
 * Return: 0; -EAGAIN if the VF is there; -EOPNOTSUPP as pasid_perm_apply().
 */
int pasid_place_edit(struct pasid_place *place, const struct pasid_perm_edit *edit)
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
