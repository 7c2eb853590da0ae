/* SPDX-License-Identifier: GPL-2.0-only */
/* Which functions are VFs: the one answer for all modules of pasid-ctl. */
#ifndef _LINUX_PASID_VF_H
#define _LINUX_PASID_VF_H

#include <linux/pci.h>

/**
 * pasid_is_vf() - is a function an SR-IOV VF?
 * @pdev: any function
 *
 * @pdev->is_virtfn alone does not say so: a future kernel may set it for virtual functions
 * of another kind, too, such as the SDIs of SIOV, which have no PF with SR-IOV.
 *
 * Context: Any.
 * Return: whether it is one; then it has a PF, pci_physfn().
 */
static inline bool pasid_is_vf(const struct pci_dev *pdev)
{
	return pdev->is_virtfn && pdev->physfn && pdev->physfn->is_physfn;
}

#endif /* _LINUX_PASID_VF_H */
