// SPDX-License-Identifier: GPL-2.0-only
/*
 * The settings of a PF's VFs: one for each VF that the PF can have, and one for all VFs that have
 * none of their own. A VF has its setting from the moment at which it appears, and the setting
 * stays when the VF is removed. precedence.c computes a VF's ceiling from the settings, and
 * ceiling.c changes settings.
 */
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "settings.h"
#include "vf.h"

unsigned int pasid_default_ceiling = PASID_CEILING_BUILTIN;

static LIST_HEAD(pasid_settings_list);

/* See struct pasid_settings. */
static DEFINE_SPINLOCK(pasid_settings_lock);

/*
 * Returns how many VFs the PF can have, or 0 if the PF does not answer. A driver may allow fewer,
 * but the next one may not.
 */
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

	settings = kvzalloc(struct_size(settings, virtfn, total), GFP_KERNEL);
	if (!settings)
		return NULL;
	settings->total = total;
	kref_init(&settings->ref);
	mutex_init(&settings->writing);
	settings->pf = pci_dev_get(pf);
	settings->sriov = sriov;
	for (i = 0; i < total; i++)
		settings->virtfn[i].settings = settings;
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
 * Context: Any, pasid_vfs_lock held.
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
 * pasid_settings_add() - make the settings of a PF that has appeared
 * @pf: the PF; nothing happens if it has settings
 * @unit: the unit that translates for it
 *
 * Context: Process context, may sleep, pasid_vfs_lock held.
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
 * pasid_settings_remove() - undo pasid_settings_add()
 * @settings: of a PF that is being removed, or at unload; their files are gone
 *
 * Context: Process context, may sleep, pasid_vfs_lock held.
 */
void pasid_settings_remove(struct pasid_settings *settings)
{
	list_del(&settings->node);
	pasid_settings_put(settings);
}

/**
 * pasid_settings_for_each() - do something for every PF
 * @fn: what; may call pasid_settings_remove()
 *
 * Context: Process context, may sleep, pasid_vfs_lock held.
 */
void pasid_settings_for_each(void (*fn)(struct pasid_settings *settings))
{
	struct pasid_settings *settings, *next;

	list_for_each_entry_safe(settings, next, &pasid_settings_list, node)
		fn(settings);
}

/* The ceiling of VFs without a setting of their own; pasid_settings_lock held. */
static unsigned int pasid_settings_perms_locked(const struct pasid_settings *settings)
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
	guard(spinlock)(&pasid_settings_lock);
	return pasid_settings_perms_locked(settings);
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
	return vf->sets.virtfn ? pasid_settings_perms(vf->sets.virtfn->settings) :
				 pasid_default_ceiling;
}

/* pci_iov_vf_id() divides by the VF stride, which may be 0 if the PF has one VF. */
static unsigned int pasid_vf_number(const struct pasid_settings *settings,
				    struct pci_dev *vf)
{
	u16 stride;

	if (!pci_read_config_word(settings->pf, settings->sriov + PCI_SRIOV_VF_STRIDE,
				  &stride) && !stride)
		return 0;
	return pci_iov_vf_id(vf);
}

static void pasid_vf_read_setting(struct pasid_vf *vf, bool link)
{
	struct pasid_virtfn *virtfn = vf->sets.virtfn;

	if (!virtfn)
		return;
	guard(spinlock)(&pasid_settings_lock);
	if (link)
		virtfn->vf = vf;
	vf->sets.own = virtfn->own;
	WRITE_ONCE(vf->sets.ceiling,
		   pasid_setting_perms(&vf->sets.own,
				       pasid_settings_perms_locked(virtfn->settings)));
}

/**
 * pasid_settings_get_virtfn() - give a VF that has appeared its setting
 * @vf: the VF, not in the hash table yet
 *
 * Context: Process context, may sleep, pasid_vfs_lock held.
 */
void pasid_settings_get_virtfn(struct pasid_vf *vf)
{
	struct pasid_settings *settings = pasid_settings_find(vf->pf);
	unsigned int number;

	if (!settings)
		return;
	number = pasid_vf_number(settings, vf->pdev);
	if (WARN_ON_ONCE(number >= settings->total))
		return;
	kref_get(&settings->ref);
	vf->sets.virtfn = &settings->virtfn[number];
	pasid_vf_read_setting(vf, false);
}

/**
 * pasid_settings_link() - from now on, a change of a setting also changes the VF
 * @vf: the VF, in the hash table
 *
 * The VF reads its setting again: it may have changed since pasid_settings_get_virtfn().
 *
 * Context: Process context, may sleep, @vf->lock held.
 */
void pasid_settings_link(struct pasid_vf *vf)
{
	pasid_vf_read_setting(vf, true);
}

/**
 * pasid_settings_unlink() - undo pasid_settings_link()
 * @vf: the VF; @vf->gone is not set yet
 *
 * Context: Process context, may sleep.
 */
void pasid_settings_unlink(struct pasid_vf *vf)
{
	if (!vf->sets.virtfn)
		return;
	guard(spinlock)(&pasid_settings_lock);
	vf->sets.virtfn->vf = NULL;
}

/**
 * pasid_settings_put_virtfn() - undo pasid_settings_get_virtfn(), with the VF's last reference
 * @vf: the VF
 *
 * Context: Process context, may sleep.
 */
void pasid_settings_put_virtfn(struct pasid_vf *vf)
{
	if (vf->sets.virtfn)
		pasid_settings_put(vf->sets.virtfn->settings);
}

/**
 * pasid_virtfn_vf() - find the VF that a setting is for
 * @virtfn: where the setting is kept
 *
 * Context: Any.
 * Return: a reference of the VF, see pasid_vf_put(), or NULL if it is not there.
 */
struct pasid_vf *pasid_virtfn_vf(struct pasid_virtfn *virtfn)
{
	guard(spinlock)(&pasid_settings_lock);
	if (virtfn->vf)
		kref_get(&virtfn->vf->ref);
	return virtfn->vf;
}

/**
 * pasid_settings_supported() - what a VF of the PF can support with this PF and its unit
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
 * pasid_settings_log() - log that the ceiling in a PF's file has changed, if it has
 * @settings: the PF's
 * @name: the file
 * @old: the ceiling before
 * @perms: the ceiling now
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
 * pasid_vf_store_setting() - store a VF's own setting; the VF's ceiling does not change
 * @vf: the VF
 * @own: the new setting
 *
 * Context: Any, @vf->lock held.
 */
void pasid_vf_store_setting(struct pasid_vf *vf, const struct pasid_setting *own)
{
	vf->sets.own = *own;
	if (!vf->sets.virtfn)
		return;
	guard(spinlock)(&pasid_settings_lock);
	vf->sets.virtfn->own = *own;
}

/**
 * pasid_settings_keep_all() - store the setting of VFs that have none of their own
 * @settings: the PF's
 * @all: the new setting
 *
 * The VFs' ceilings do not change.
 *
 * Context: Any, @settings->writing held.
 */
void pasid_settings_keep_all(struct pasid_settings *settings, const struct pasid_setting *all)
{
	guard(spinlock)(&pasid_settings_lock);
	settings->all = *all;
}

/**
 * pasid_virtfn_perms() - the ceiling of a VF, whether or not the VF is there
 * @virtfn: where its setting is kept
 *
 * Context: Any.
 * Return: as pasid_settings_perms().
 */
unsigned int pasid_virtfn_perms(struct pasid_virtfn *virtfn)
{
	guard(spinlock)(&pasid_settings_lock);
	return pasid_setting_perms(&virtfn->own, pasid_settings_perms_locked(virtfn->settings));
}

/**
 * pasid_virtfn_edit() - edit the stored setting of a VF that is not there
 * @virtfn: where the setting is kept
 * @edit: how
 *
 * Context: Any.
 * Return: 0; -EAGAIN if the VF is there; -EOPNOTSUPP as pasid_perm_apply().
 */
int pasid_virtfn_edit(struct pasid_virtfn *virtfn, const struct pasid_perm_edit *edit)
{
	struct pasid_settings *settings = virtfn->settings;
	unsigned int supported = pasid_settings_supported(settings);
	unsigned int all, old, perms;
	int err = -EAGAIN;

	spin_lock(&pasid_settings_lock);
	all = pasid_settings_perms_locked(settings);
	old = pasid_setting_perms(&virtfn->own, all);
	if (!virtfn->vf)
		err = pasid_setting_edit(&virtfn->own, edit, supported, all);
	perms = pasid_setting_perms(&virtfn->own, all);
	spin_unlock(&pasid_settings_lock);
	if (!err)
		pasid_settings_log(settings, virtfn->name, old, perms);
	return err;
}
