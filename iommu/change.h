/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFs under control: they appear and are removed (discover.c, attach.c, identify.c), and their sets
 * change in between (change.c).
 */
#ifndef _PASID_CHANGE_H
#define _PASID_CHANGE_H

#include "vf.h"

/* change.c: changing the sets of one VF */
void pasid_vf_start(struct pasid_vf *vf, bool at_load);
int pasid_vf_set_ceiling(struct pasid_vf *vf, unsigned int ceiling);
int pasid_vf_set_request(struct pasid_vf *vf, unsigned int request);
int pasid_vf_set_user(struct pasid_vf *vf, bool has_user, unsigned int request);
void pasid_vf_refresh(struct pasid_vf *vf);
void pasid_vf_give_back(struct pasid_vf *vf);
void pasid_vf_stop(struct pasid_vf *vf);
void pasid_change_stop(void);

/* identify.c: what a VF is */
struct pasid_vf *pasid_vf_alloc(struct pci_dev *pdev);
int pasid_vf_identify(struct pasid_vf *vf);

/* attach.c: VFs and PFs come under control, and leave it */
void pasid_vf_add(struct pci_dev *pdev);
int pasid_vf_add_present(void);
void pasid_vf_remove(struct pci_dev *pdev);
void pasid_vf_remove_files(void);
void pasid_vf_remove_all(void);

/* discover.c: devices that are there, come and go */
int pasid_discover_init(void);
void pasid_discover_stop(void);
void pasid_discover_exit(void);

#endif /* _PASID_CHANGE_H */
