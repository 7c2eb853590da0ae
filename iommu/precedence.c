// SPDX-License-Identifier: GPL-2.0-only
/*
 * Precedence: a VF's own setting comes before the one that its PF has for all its VFs, and
 * that before the module's default_ctl.
 */
#include "perm.h"

/**
 * pasid_setting_perms() - the ceiling that a setting comes to
 * @setting: the setting
 * @inherited: the ceiling of the next step, for a setting that is not made
 *
 * Context: Any.
 * Return: a mask of PASID_PERM_*.
 */
unsigned int pasid_setting_perms(const struct pasid_setting *setting, unsigned int inherited)
{
	return setting->made ? setting->perms : inherited;
}

/**
 * pasid_setting_edit() - apply a line of the permission grammar to a setting
 * @setting: changed on success only
 * @edit: from pasid_perm_parse()
 * @supported: what is supported now
 * @inherited: the ceiling of the next step
 *
 * The word "default" goes back to the next step. All else makes the setting, also if the next
 * step says the same now, beginning with what is in force.
 *
 * Context: Any.
 * Return: as pasid_perm_apply().
 */
int pasid_setting_edit(struct pasid_setting *setting, const struct pasid_perm_edit *edit,
		       unsigned int supported, unsigned int inherited)
{
	unsigned int perms = pasid_setting_perms(setting, inherited);
	int err = pasid_perm_apply(edit, supported, inherited, &perms);

	if (!err)
		*setting = (struct pasid_setting) { .made = !edit->to_default, .perms = perms };
	return err;
}

/**
 * pasid_setting_take_back() - what is left of a change that could not be put in force
 * @setting: the change
 * @old: the ceiling before it
 * @inherited: the ceiling of the next step
 *
 * What it takes away stays away, what it grants is not granted; where the next step grants
 * that, the setting has to be made.
 *
 * Context: Any.
 */
void pasid_setting_take_back(struct pasid_setting *setting, unsigned int old,
			     unsigned int inherited)
{
	unsigned int perms = pasid_setting_perms(setting, inherited);

	if (perms & ~old)
		*setting = (struct pasid_setting) { .made = true, .perms = perms & old };
}
