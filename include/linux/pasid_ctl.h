/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pasid-ctl: what an SR-IOV VF may do with PASIDs, enforced by Intel VT-d
 *
 * This header is for consumers: modules that stand between a VF's assigned
 * user and the IOMMU, such as a vfio-pci variant driver. The host's admin uses
 * sysfs instead (see sysfs-abi/).
 */
#ifndef _LINUX_PASID_CTL_H
#define _LINUX_PASID_CTL_H

#include <linux/bits.h>
#include <linux/types.h>

struct pci_dev;
struct pasid_ctl_user;

/*
 * Permissions. The first three sit where the PASID control register has the
 * control of the same name (PCIe 6.3, 7.8.9.3); the fourth is bit 0 of the PRI
 * control register.
 */
#define PASID_PERM_ENABLE	BIT(0)	/* requests with PASID */
#define PASID_PERM_EXEC		BIT(1)	/* ... that ask for execute (ER) */
#define PASID_PERM_PRIV		BIT(2)	/* ... in privileged mode (PR) */
#define PASID_PERM_PRI		BIT(3)	/* page requests */
#define PASID_PERM_NONE		0
#define PASID_PERM_ALL		(PASID_PERM_ENABLE | PASID_PERM_EXEC | \
				 PASID_PERM_PRIV | PASID_PERM_PRI)

/**
 * struct pasid_ctl_state - a VF's permission sets at one moment
 * @supported: what the PF and the IOMMU can do now
 * @ceiling: what the host's admin lets this VF do at most, cut to @supported
 * @requested: what the VF's user asked for; all while there is no user
 * @effective: what the IOMMU lets the VF do: @supported, @ceiling and
 *	@requested together; exec and priv only with enable
 * @width: PASID width in bits, 0..20: the smaller of the PF's and the IOMMU's
 *
 * The sets are masks of PASID_PERM_*.
 */
struct pasid_ctl_state {
	unsigned int supported;
	unsigned int ceiling;
	unsigned int requested;
	unsigned int effective;
	unsigned int width;
};

struct pasid_ctl_user *pasid_ctl_get(struct pci_dev *pdev, unsigned int request);
void pasid_ctl_put(struct pasid_ctl_user *user);
int pasid_ctl_query(struct pasid_ctl_user *user, struct pasid_ctl_state *state);
int pasid_ctl_request(struct pasid_ctl_user *user, unsigned int request);

#endif /* _LINUX_PASID_CTL_H */
