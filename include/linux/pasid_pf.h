/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which bytes of a VF's configuration space are free. The drivers of PFs know that; a driver of
 * VFs, such as pasid-vfio-pci, asks before it shows a capability there that the VF does not have.
 *
 * A driver in a kernel tree may carry a copy of this file. So what is declared here does not
 * change: what differs gets a new name.
 */
#ifndef _LINUX_PASID_PF_H
#define _LINUX_PASID_PF_H

#include <linux/types.h>

struct module;
struct pci_dev;

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

#endif /* _LINUX_PASID_PF_H */
