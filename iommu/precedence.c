// SPDX-License-Identifier: GPL-2.0-only
/*
 * Precedence: a VF's own setting counts first. If there is none, the setting counts that the PF
 * has for all its VFs. If there is none either, the module's option default_ctl counts.
 */
#include "perm.h"

/**
 * pasid_setting_perms() - the ceiling that follows from a setting
 * @setting: the setting
 * @inherited: the ceiling if the setting is not made: that of the next setting in the order
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
 * @inherited: the ceiling of the next setting in the order
 *
 * The word "default" unmakes the setting. Any other line changes the ceiling that counts now, and
 * makes the setting, even if the next setting has the same ceiling now.
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
 * pasid_setting_take_back() - correct a changed setting that could not be enforced
 * @setting: the changed setting
 * @old: the ceiling before the change
 * @inherited: the ceiling of the next setting in the order
 *
 * Removed permissions stay removed, and added ones are removed again. If the next setting has
 * them, the setting has to be made.
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
