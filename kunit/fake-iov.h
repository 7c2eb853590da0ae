/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before iommu/settings.c. The PCI core keeps the numbers of a PF's VFs in a private
 * structure, so this replaces its functions: fake VFs have the numbers after their PF's.
 */
#ifndef _PASID_KUNIT_FAKE_IOV_H
#define _PASID_KUNIT_FAKE_IOV_H

#include <linux/pci.h>

static inline int fake_iov_vf_id(struct pci_dev *vf)
{
	return vf->devfn - vf->physfn->devfn - 1;
}

#define pci_iov_vf_id fake_iov_vf_id

#endif /* _PASID_KUNIT_FAKE_IOV_H */
