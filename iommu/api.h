/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the API for kernel modules share. */
#ifndef _PASID_API_H
#define _PASID_API_H

#include <linux/pasid_ctl.h>

struct pasid_vf;

/**
 * struct pasid_ctl_user - a registered user
 * @vf: its VF, with a reference
 */
struct pasid_ctl_user {
	struct pasid_vf *vf;
};

#endif /* _PASID_API_H */
