// SPDX-License-Identifier: GPL-2.0-only
/*
 * The sum of the permission sets: what is supported, and what of it is in
 * effect.
 */
#include <linux/pci_regs.h>

#include "perm.h"
#include "vtd.h"

/**
 * pasid_supported() - what a VF's PF and IOMMU can do now
 * @facts: what is known of them
 *
 * Execute requests need ECAP.ERS on a unit of version 7 or older: VT-d 5.10
 * made bit 129 of the PASID-table entry reserved (11.4.3, 9.6).
 *
 * Context: Any.
 * Return: a mask of PASID_PERM_*.
 */
unsigned int pasid_supported(const struct pasid_facts *facts)
{
	unsigned int perms = 0;

	if (facts->pf_pasid && facts->ctx_pasid &&
	    (facts->ecap & VTD_ECAP_PASID) && (facts->ecap & VTD_ECAP_SMTS)) {
		perms |= PASID_PERM_ENABLE;
		if ((facts->pf_features & PCI_PASID_CAP_EXEC) &&
		    (facts->ecap & VTD_ECAP_ERS) && facts->ver_major <= 7)
			perms |= PASID_PERM_EXEC;
		if ((facts->pf_features & PCI_PASID_CAP_PRIV) &&
		    (facts->ecap & VTD_ECAP_SRS))
			perms |= PASID_PERM_PRIV;
	}
	if (facts->pf_pri && facts->vf_ats && (facts->ecap & VTD_ECAP_PRS))
		perms |= PASID_PERM_PRI;
	return perms;
}

/**
 * pasid_effective() - what the IOMMU is to let a VF do
 * @supported: from pasid_supported()
 * @ceiling: the host admin's limit
 * @request: what the VF's user wants
 *
 * Context: Any.
 * Return: what is in all three; exec and priv only together with enable.
 */
unsigned int pasid_effective(unsigned int supported, unsigned int ceiling,
			     unsigned int request)
{
	unsigned int perms = supported & ceiling & request;

	if (!(perms & PASID_PERM_ENABLE))
		perms &= ~(PASID_PERM_EXEC | PASID_PERM_PRIV);
	return perms;
}

/**
 * pasid_status() - what of a PF's PASID status holds for one of its VFs
 * @status: the PF's: PCI_PASID_CTRL_ENABLE, _EXEC and _PRIV; or a negative errno
 * @granted: what the admin grants the VF, see pasid_vf_granted()
 *
 * Enable is the PF's, whatever the VF may do: iommufd takes a status without it for a
 * bug in the kernel and warns.
 *
 * Context: Any.
 * Return: the status without Execute and Privileged where they are not granted; an
 * errno stays what it is.
 */
int pasid_status(int status, unsigned int granted)
{
	unsigned int denied = (PASID_PERM_EXEC | PASID_PERM_PRIV) & ~granted;

	/* Permissions sit where the register has the controls of the same names. */
	return status < 0 ? status : status & ~denied;
}
