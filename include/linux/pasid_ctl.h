/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pasid-ctl for kernel modules: two interfaces about SR-IOV VFs.
 *
 * pasid_ctl_*(): what a VF may do with PASIDs, enforced by Intel VT-d. For a module that acts for
 * the user to whom the VF is assigned, such as a vfio-pci variant driver.
 *
 * pasid_pf_*(): which bytes of a VF's configuration space are free. For the drivers of PFs, which
 * know that, and for a driver of VFs, which asks.
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

/**
 * struct pasid_range - bytes of a function's extended configuration space
 * @first: offset of the first byte, a multiple of 4, from 0x100 on
 * @last: offset of the last byte, 0xfff at most; a multiple of 4 follows it
 */
struct pasid_range {
	u16 first;
	u16 last;
};

/**
 * struct pasid_pf_ops - how to ask a PF's driver about its VFs
 * @owner: the driver's module; kept loaded while @vf_ranges runs. The answer is copied, so that
 *	a VF that is open keeps its capabilities where they are when the driver has gone
 * @vf_ranges: which bytes of @vf's extended configuration space are free, that
 *	is: neither part of a capability nor a register of the device, so that an
 *	emulated capability may hide them. Fills @ranges, @max at most.
 *
 *	Context: Process context, may sleep; called while the VF is being
 *	opened and when root writes to cap_layout, with a lock held. It must not call
 *	pasid_pf_register() or pasid_pf_unregister(), nor take the PF's or the
 *	VF's device lock, nor any lock under which its driver calls these two
 *	functions, or enables or disables SR-IOV.
 *
 *	Return: how many were filled in; 0: none is free; -EOPNOTSUPP: the driver
 *	does not know, and the next source decides; another negative errno: no
 *	capability is shown. None is shown either while @owner is being unloaded: the
 *	other sources know less than the driver.
 */
struct pasid_pf_ops {
	struct module *owner;
	int (*vf_ranges)(struct pci_dev *vf, struct pasid_range *ranges,
			 unsigned int max);
};

/*
 * Implemented by pasid-pf, a module that needs nothing but the PCI core and loads on every
 * machine, so that a PF's driver may depend on it. A registration stays when pasid-vfio-pci is
 * unloaded, and is there when that is loaded later. A driver unregisters before it unbinds.
 */
int pasid_pf_register(struct pci_dev *pf, const struct pasid_pf_ops *ops);
void pasid_pf_unregister(struct pci_dev *pf);

/* For the driver of a VF, such as pasid-vfio-pci. */
int pasid_pf_ask(struct pci_dev *vf, struct pasid_range *ranges, unsigned int max);

#endif /* _LINUX_PASID_CTL_H */
