/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Included before iommu/settings.c: what the PCI core knows of a PF's VFs is out of reach. The
 * fake ones follow their PF, one by one.
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
