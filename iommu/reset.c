// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resets, error recovery and power states of PFs and VFs, which the PCI core carries out whatever
 * driver is bound: when a VF can answer again, and which registers a reset has cleared.
 */
#include <linux/pci.h>

#include "engine.h"

static bool pasid_is_below(struct pci_dev *pdev, const struct pci_dev *bridge)
{
	while (pdev && pdev != bridge)
		pdev = pci_upstream_bridge(pdev);
	return pdev;
}

/**
 * pasid_pci_recovering() - recovery from an error begins
 * @pdev: the function that found the error; the recovery is of all functions below its port
 *
 * A VF that was reset after an earlier recovery had failed may be frozen again.
 *
 * Context: Hook.
 */
void pasid_pci_recovering(struct pci_dev *pdev)
{
	struct pci_dev *port = pci_upstream_bridge(pdev) ?: pdev;
	struct pasid_vf *vf;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node)
		if (pasid_is_below(vf->pdev, port))
			WRITE_ONCE(vf->reset.revived, false);
}

/* A reset of a PF clears VF Enable, and the PCI core has not restored it yet. */
static bool pasid_pf_was_reset(struct pci_dev *pf)
{
	int pos = pci_find_ext_capability(pf, PCI_EXT_CAP_ID_SRIOV);
	u16 ctrl;

	return pos && !pci_read_config_word(pf, pos + PCI_SRIOV_CTRL, &ctrl) &&
	       !(ctrl & PCI_SRIOV_CTRL_VFE);
}

/**
 * pasid_pci_restoring() - the PCI core is about to restore a function's registers
 * @pdev: any function
 *
 * A reset of a PF also clears the registers of its VFs, ATS Enable among them. The PCI core
 * does not restore those.
 *
 * Context: Hook.
 */
void pasid_pci_restoring(struct pci_dev *pdev)
{
	struct pasid_vf *vf;
	int bucket;

	if (!pdev->is_physfn || !pasid_pf_was_reset(pdev))
		return;
	hash_for_each_rcu(pasid_vfs, bucket, vf, node) {
		if (vf->pf != pdev)
			continue;
		WRITE_ONCE(vf->owed.ats, true);
		pasid_requests_hold(&vf->requests, PASID_HELD_LOST);
		atomic_set(&vf->reset.registers_lost, 1);
	}
}

/**
 * pasid_pci_restored() - the PCI core has restored a function's registers
 * @pdev: any function
 *
 * After a reset the function can answer. So its worker tries again what is owed; if it is a PF,
 * the workers of its VFs do. A VF's user is not told of a reset of the VF itself: the PCI core
 * tells the VF's driver.
 *
 * Context: Hook.
 */
void pasid_pci_restored(struct pci_dev *pdev)
{
	/* Registers are also restored without a reset; configuration space is not locked then. */
	bool reset = pdev->block_cfg_access;
	struct pasid_vf *vf;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node) {
		if (vf->pdev == pdev) {
			WRITE_ONCE(vf->reset.revived, pci_channel_offline(pdev) && reset);
			atomic_set(&vf->reset.registers_lost, 0);
		} else if (vf->pf != pdev) {
			continue;
		}
		schedule_work(&vf->refresh);
	}
}

/**
 * pasid_pci_awake() - a function is in D0 again
 * @pdev: any function
 *
 * Context: Hook.
 */
void pasid_pci_awake(struct pci_dev *pdev)
{
	struct pasid_vf *vf;
	int bucket;

	hash_for_each_rcu(pasid_vfs, bucket, vf, node)
		if ((vf->pdev == pdev || vf->pf == pdev) && pasid_vf_owed(vf))
			schedule_work(&vf->refresh);
}

/**
 * pasid_vf_tell_reset() - tell a VF's user that a reset of the PF took its registers
 * @vf: the VF
 *
 * While configuration space of the VF is locked, the VF itself may be being reset: then
 * pasid_pci_restored() clears @registers_lost, and nobody has to be told. But there may be
 * another reason for the lock, so that the worker tries again.
 *
 * Context: Process context, may sleep, no lock held: the user takes its own.
 */
void pasid_vf_tell_reset(struct pasid_vf *vf)
{
	void (*on_reset)(void *data);

	guard(mutex)(&vf->reset.telling);
	/* Before reset.data; pairs with pasid_ctl_on_reset(). */
	on_reset = smp_load_acquire(&vf->reset.on_reset);
	if (on_reset && vf->pdev->block_cfg_access && atomic_read(&vf->reset.registers_lost))
		schedule_delayed_work(&vf->owed.retry, PASID_PAUSE_MIN);
	else if (on_reset && atomic_xchg(&vf->reset.registers_lost, 0))
		on_reset(vf->reset.data);
}
