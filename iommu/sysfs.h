/* SPDX-License-Identifier: GPL-2.0-only */
/* sysfs files of VFs, of PFs and of the module. */
#ifndef _PASID_SYSFS_H
#define _PASID_SYSFS_H

#include <linux/sysfs.h>

#include "settings.h"
#include "vf.h"

/* sysfs.c */
enum { PASID_VF_FILE_CTL, PASID_VF_FILES_STATUS, PASID_VF_FILES };
const char *pasid_vf_sysfs_name(unsigned int files);
int pasid_vf_sysfs_add(struct pasid_vf *vf, unsigned int files);
void pasid_vf_sysfs_remove(struct pasid_vf *vf);

/* sysfs.c: for files of PFs, too */
typedef int pasid_write_fn(void *arg, const struct pasid_perm_edit *edit);
ssize_t pasid_sysfs_emit_perms(char *buf, unsigned int perms);
ssize_t pasid_sysfs_write(struct device *dev, struct device_attribute *attr,
			  const char *buf, size_t count, pasid_write_fn *write, void *arg);
int pasid_sysfs_add_group(struct pci_dev *pdev, const char *name,
			  const struct attribute_group *group);

/* sysfs-pf.c */
int pasid_settings_sysfs_add(struct pasid_settings *settings);
void pasid_settings_sysfs_remove(struct pasid_settings *settings);

/* sysfs-module.c */
int pasid_module_sysfs_add(void);
void pasid_module_sysfs_remove(void);

#endif /* _PASID_SYSFS_H */
