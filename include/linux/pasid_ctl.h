/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What an SR-IOV VF may do with PASIDs, enforced by Intel VT-d: pasid-ctl for kernel modules. It
 * is for a module that acts for the user to whom the VF is assigned, such as a vfio-pci variant
 * driver.
 *
 * The host's admin uses sysfs instead (see sysfs-abi/).
 */
#ifndef _LINUX_PASID_CTL_H
#define _LINUX_PASID_CTL_H

#include <linux/bits.h>
#include <linux/types.h>

struct module;
struct pci_dev;
struct pasid_ctl_user;

/*
 * Permissions. The first three have the values of the bits of the same names in the
 * PASID control register (PCIe 6.3, 7.8.9.3).
 */
#define PASID_PERM_ENABLE	BIT(0)	/* requests with PASID */
#define PASID_PERM_EXEC		BIT(1)	/* requests with PASID that ask for execute (ER) */
#define PASID_PERM_PRIV		BIT(2)	/* requests with PASID in privileged mode (PR) */
#define PASID_PERM_PRI		BIT(3)	/* page requests */
#define PASID_PERM_NONE		0
#define PASID_PERM_ALL		(PASID_PERM_ENABLE | PASID_PERM_EXEC | \
				 PASID_PERM_PRIV | PASID_PERM_PRI)

/**
 * struct pasid_ctl_state - a VF's permission sets at one moment
 * @supported: what the PF and the IOMMU can do now
 * @ceiling: what the host's admin lets this VF do at most, without what is not
 *	in @supported
 * @requested: what the VF's user asks for; all permissions if there is no user
 * @effective: what the IOMMU lets the VF do: the permissions that are in
 *	@supported and in @ceiling and in @requested. exec and priv count only if
 *	enable is in all three, too
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
void pasid_ctl_on_reset(struct pasid_ctl_user *user, void (*reset)(void *data),
			void *data);
void pasid_ctl_on_change(struct pasid_ctl_user *user, void (*change)(void *data),
			 void *data);
int pasid_ctl_query(struct pasid_ctl_user *user, struct pasid_ctl_state *state);
int pasid_ctl_request(struct pasid_ctl_user *user, unsigned int request);

/* Page requests of a VF, which iommufd reports to its user. */
bool pasid_ctl_can_serve_requests(void);
int pasid_ctl_serve_requests(struct pasid_ctl_user *user);
void pasid_ctl_limit_requests(struct pasid_ctl_user *user, u32 limit);
bool pasid_ctl_requests_failed(struct pasid_ctl_user *user);
void pasid_ctl_hold_requests_of(struct pasid_ctl_user *user, u32 pasid);
void pasid_ctl_release_requests_of(struct pasid_ctl_user *user);
void pasid_ctl_hold_requests(struct pci_dev *pdev, bool answer);
void pasid_ctl_release_requests(struct pci_dev *pdev);

#endif /* _LINUX_PASID_CTL_H */
