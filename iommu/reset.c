// SPDX-License-Identifier: GPL-2.0-only
/*
 * Resets, error recovery and power states of PFs and VFs, as the PCI core carries them
 * out, whichever drivers are bound: when a VF can answer again, and what it has lost.
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
 * @pdev: the function that found the error; its port and all below it are concerned
 *
 * VFs that were reset after an earlier recovery had failed may be frozen again.
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

/* A reset of a PF clears VF Enable, which the PCI core is about to set again. */
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
 * The VFs of a PF that was reset have lost theirs, ATS Enable among them, and nothing
 * restores those.
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
		atomic_set(&vf->reset.registers_lost, 1);
	}
}

/**
 * pasid_pci_restored() - the PCI core has restored a function's registers
 * @pdev: any function
 *
 * After a reset it answers. What it was owed is looked at again; so are its VFs if it is
 * a PF. A VF's own driver is told of a reset by the PCI core.
 *
 * Context: Hook.
 */
void pasid_pci_restored(struct pci_dev *pdev)
{
	/* Registers are restored without a reset, too; resets are locked. */
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
 * While the VF itself is being reset the call waits: pasid_pci_restored() drops it. But
 * resets are not all that locks configuration accesses, so it is tried again.
 *
 * Context: Process context, may sleep, no lock held: the user takes its own.
 */
void pasid_vf_tell_reset(struct pasid_vf *vf)
{
	void (*on_reset)(void *data);

	mutex_lock(&vf->reset.telling);
	/* Before on_reset_data; pairs with pasid_ctl_on_reset(). */
	on_reset = smp_load_acquire(&vf->reset.on_reset);
	if (on_reset && vf->pdev->block_cfg_access && atomic_read(&vf->reset.registers_lost))
		schedule_delayed_work(&vf->owed.retry, PASID_PAUSE_MIN);
	else if (on_reset && atomic_xchg(&vf->reset.registers_lost, 0))
		on_reset(vf->reset.data);
	mutex_unlock(&vf->reset.telling);
}
