/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What admins have said of a PF's VFs: settings, which are there before the VFs, and stay when VFs
 * are removed (settings.c); and the ceilings of VFs that follow from them (ceiling.c).
 */
#ifndef _PASID_SETTINGS_H
#define _PASID_SETTINGS_H

#include <linux/device.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>

#include "perm.h"
#include "unit.h"

struct pasid_settings;
struct pasid_vf;

/* "virtfn65535" and the NUL: the names that the PCI core gives its links to VFs. */
#define PASID_VIRTFN_NAME_MAX	12

/**
 * struct pasid_virtfn - one VF that a PF can have, whether or not the VF is there
 * @settings: the settings of all of them
 * @own: the VF's own setting
 * @vf: the VF, while it is under control; no reference
 * @attr: its file in the PF's directory
 * @name: the file's name
 */
struct pasid_virtfn {
	struct pasid_settings *settings;
	struct pasid_setting own;
	struct pasid_vf *vf;
	struct device_attribute attr;
	char name[PASID_VIRTFN_NAME_MAX];
};

/**
 * struct pasid_settings - the settings of a PF's VFs
 * @node: in the list of all of them; pasid_vfs_lock
 * @ref: of the structure; the list and each VF hold one
 * @pf: the PF; a reference is held
 * @unit: the unit that translates for the PF, and so for its VFs
 * @sriov: where the PF's SR-IOV capability is
 * @has_files: the PF has its directory
 * @attr: the file "default"
 * @writing: held while an admin's write changes @all and then the VFs; taken before a VF's lock
 * @all: the setting of those VFs that have none of their own
 * @total: how many VFs the PF can have
 * @virtfn: one for each of them, by the VF's number
 *
 * Locking: pasid_settings_lock protects @all here, and @own and @vf in struct pasid_virtfn. It is
 * taken after a VF's lock. A change of @own also needs the VF's lock, unless @vf is NULL.
 */
struct pasid_settings {
	struct list_head node;
	struct kref ref;
	struct pci_dev *pf;
	struct pasid_unit unit;
	int sriov;
	bool has_files;
	struct device_attribute attr;
	struct mutex writing;	/* see above */
	struct pasid_setting all;
	unsigned int total;
	struct pasid_virtfn virtfn[] __counted_by(total);
};

extern unsigned int pasid_default_ceiling;

/* settings.c: with pasid_vfs_lock held */
int pasid_settings_add(struct pci_dev *pf, const struct pasid_unit *unit);
struct pasid_settings *pasid_settings_find(const struct pci_dev *pf);
void pasid_settings_remove(struct pasid_settings *settings);
void pasid_settings_for_each(void (*fn)(struct pasid_settings *settings));
void pasid_settings_get_virtfn(struct pasid_vf *vf);

/* settings.c: reading and storing settings */
void pasid_settings_link(struct pasid_vf *vf);
void pasid_settings_unlink(struct pasid_vf *vf);
void pasid_settings_put_virtfn(struct pasid_vf *vf);
struct pasid_vf *pasid_virtfn_vf(struct pasid_virtfn *virtfn);
unsigned int pasid_vf_inherited(const struct pasid_vf *vf);
unsigned int pasid_virtfn_perms(struct pasid_virtfn *virtfn);
unsigned int pasid_settings_perms(struct pasid_settings *settings);
unsigned int pasid_settings_supported(const struct pasid_settings *settings);
void pasid_vf_store_setting(struct pasid_vf *vf, const struct pasid_setting *own);
void pasid_settings_keep_all(struct pasid_settings *settings, const struct pasid_setting *all);
int pasid_virtfn_edit(struct pasid_virtfn *virtfn, const struct pasid_perm_edit *edit);
void pasid_settings_log(const struct pasid_settings *settings, const char *name,
			unsigned int old, unsigned int perms);

/* ceiling.c: what admins write and read, and the ceilings of VFs */
int pasid_vf_default_ctl(const char *text);
int pasid_vf_write_ctl(struct pasid_vf *vf, const struct pasid_perm_edit *edit);
int pasid_virtfn_write_ctl(struct pasid_virtfn *virtfn, const struct pasid_perm_edit *edit);
int pasid_settings_write_all(struct pasid_settings *settings,
			     const struct pasid_perm_edit *edit);
unsigned int pasid_virtfn_shown_ctl(struct pasid_virtfn *virtfn);
unsigned int pasid_settings_shown_all(struct pasid_settings *settings);

#endif /* _PASID_SETTINGS_H */
