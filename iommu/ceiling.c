// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ceilings as an admin writes and reads them: in the files of VFs and PFs, and in the module's
 * option. A write changes settings, and then the ceilings of the VFs that are there.
 */
#include "change.h"
#include "settings.h"

/**
 * pasid_vf_default_ctl() - set the ceiling of VFs for which there is no setting
 * @text: in the grammar of pasid_ctl
 *
 * Context: Process context; at load.
 * Return: 0, or -EINVAL, after the log has said what is wrong.
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

/* @vf->lock held */
static int pasid_vf_edit_setting(struct pasid_vf *vf, const struct pasid_perm_edit *edit)
{
	unsigned int inherited = pasid_vf_inherited(vf), old = vf->sets.ceiling;
	struct pasid_setting own = vf->sets.own;
	int err;

	err = pasid_setting_edit(&own, edit, pasid_vf_supported(vf), inherited);
	if (err)
		return err;
	err = pasid_vf_set_ceiling(vf, pasid_setting_perms(&own, inherited));
	if (err == -ENODEV)
		return err;
	if (err)
		pasid_setting_take_back(&own, old, inherited);
	pasid_vf_store_setting(vf, &own);
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
	guard(mutex)(&vf->lock);
	return vf->gone ? -ENODEV : pasid_vf_edit_setting(vf, edit);
}

/**
 * pasid_virtfn_write_ctl() - the admin changes the setting of a VF, whether or not it is there
 * @virtfn: where it is kept
 * @edit: how
 *
 * Context: Process context, may sleep.
 * Return: as pasid_vf_write_ctl().
 */
int pasid_virtfn_write_ctl(struct pasid_virtfn *virtfn, const struct pasid_perm_edit *edit)
{
	bool again;
	int err;

	/* The VF may appear or be removed meanwhile; it is unlinked before @gone is set. */
	do {
		struct pasid_vf *vf __free(pasid_vf_put) = pasid_virtfn_vf(virtfn);

		err = vf ? pasid_vf_write_ctl(vf, edit) : pasid_virtfn_edit(virtfn, edit);
		again = vf ? err == -ENODEV && READ_ONCE(vf->gone) : err == -EAGAIN;
	} while (again);
	return err;
}

static int pasid_vf_inherit(struct pasid_vf *vf)
{
	guard(mutex)(&vf->lock);
	if (vf->gone || vf->sets.own.made)
		return 0;
	return pasid_vf_set_ceiling(vf, pasid_vf_inherited(vf));
}

/* Stores @all and sets the ceiling of all VFs without a setting of their own; 0 or an errno. */
static int pasid_settings_set_all(struct pasid_settings *settings,
				  const struct pasid_setting *all)
{
	unsigned int i;
	int err = 0;

	pasid_settings_keep_all(settings, all);
	for (i = 0; i < settings->total; i++) {
		struct pasid_vf *vf __free(pasid_vf_put) = pasid_virtfn_vf(&settings->virtfn[i]);

		if (vf)
			err = pasid_vf_inherit(vf) ?: err;
	}
	return err;
}

/**
 * pasid_settings_write_all() - the admin changes the setting of all VFs without one of their own
 * @settings: the PF's
 * @edit: how
 *
 * Context: Process context, may sleep.
 * Return: 0 when all these VFs obey; otherwise as pasid_vf_write_ctl(), and no permission is
 * added to any of them.
 */
int pasid_settings_write_all(struct pasid_settings *settings,
			     const struct pasid_perm_edit *edit)
{
	struct pasid_setting all;
	unsigned int old;
	int err;

	guard(mutex)(&settings->writing);
	all = settings->all;
	old = pasid_settings_perms(settings);
	err = pasid_setting_edit(&all, edit, pasid_settings_supported(settings),
				 pasid_default_ceiling);
	if (err)
		return err;
	err = pasid_settings_set_all(settings, &all);
	if (err) {
		pasid_setting_take_back(&all, old, pasid_default_ceiling);
		pasid_settings_set_all(settings, &all);
	}
	pasid_settings_log(settings, "default", old, pasid_settings_perms(settings));
	return err;
}

/**
 * pasid_virtfn_shown_ctl() - the contents of a PF's file virtfnN: the ceiling of that VF
 * @virtfn: where its setting is kept
 *
 * Context: Process context, may sleep.
 * Return: as pasid_vf_shown_ctl().
 */
unsigned int pasid_virtfn_shown_ctl(struct pasid_virtfn *virtfn)
{
	struct pasid_vf *vf __free(pasid_vf_put) = pasid_virtfn_vf(virtfn);

	return vf ? pasid_vf_shown_ctl(vf) :
		    pasid_virtfn_perms(virtfn) & pasid_settings_supported(virtfn->settings);
}

/**
 * pasid_settings_shown_all() - the contents of a PF's file default
 * @settings: their PF's
 *
 * Context: Process context, may sleep.
 * Return: as pasid_vf_shown_ctl().
 */
unsigned int pasid_settings_shown_all(struct pasid_settings *settings)
{
	return pasid_settings_perms(settings) & pasid_settings_supported(settings);
}
