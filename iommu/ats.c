// SPDX-License-Identifier: GPL-2.0-only
/*
 * ATS of a VF is switched on again where it went off although Linux believes that it is on.
 */
#include <linux/pci-ats.h>

#include "engine.h"

/*
 * When Enable changes from 0 to 1, the VF's device TLB becomes empty (PCIe 6.3, 10.3.7). Returns
 * false if a reset has swallowed the write.
 */
static bool pasid_vf_enable_ats(struct pasid_vf *vf)
{
	u16 ctrl;

	if (!vf->pdev->ats_enabled)
		return true;
	if (pasid_vf_read_ats(vf, &ctrl))
		return false;
	if (ctrl & PCI_ATS_CTRL_ENABLE)
		return true;
	pasid_vf_write_ats(vf, ctrl | PCI_ATS_CTRL_ENABLE);
	/*
	 * pci_disable_ats() clears the register first and ats_enabled after; then its hook
	 * reads the register. If ats_enabled is 0 by now, undo the write here. If
	 * pci_disable_ats() is between its two steps, the hook undoes it. A write to
	 * configuration space may be posted, so that the register is read back first.
	 */
	if (pasid_vf_read_ats(vf, &ctrl) || !(ctrl & PCI_ATS_CTRL_ENABLE))
		return false;
	smp_mb(); /* pairs with the one in pasid_vf_ats_disabled() */
	if (!vf->pdev->ats_enabled)
		pasid_vf_write_ats(vf, ctrl & ~PCI_ATS_CTRL_ENABLE);
	pasid_count_ats_restored(vf);
	return true;
}

/*
 * Returns false if it has to be tried again: the VF cannot answer now, or a reset begins.
 *
 * This takes no lock of configuration space. pci_try_reset_function(), by which vfio-pci opens a
 * VF, would fail with -EAGAIN meanwhile. If a reset begins after the check, then either it
 * swallows the write, or pci_restore_state() writes the same Enable once more.
 */
static bool pasid_vf_try_restore_ats(struct pasid_vf *vf)
{
	return pasid_vf_answers(vf) && !vf->pdev->block_cfg_access && pasid_vf_enable_ats(vf);
}

/*
 * Returns whether ATS may have to be switched on again, and clears the marks that say so. A VF
 * that may have switched its ATS off waits until its requests with PASID are allowed.
 */
static bool pasid_vf_claim_ats(struct pasid_vf *vf)
{
	bool off;

	guard(spinlock)(vf->unit.lock);
	off = vf->owed.ats ||
	      (vf->tables.ats_suspect && (pasid_vf_allowed(vf) & PASID_PERM_ENABLE));
	if (off) {
		WRITE_ONCE(vf->owed.ats, false);
		vf->tables.ats_suspect = false;
	}
	return off;
}

/**
 * pasid_vf_restore_ats() - switch a VF's ATS on again if it may be off and Linux does not know
 * @vf: the VF
 *
 * A function switches its own ATS off when it gets UR for a translation request, as it does while
 * PASIDE is 0 (VT-d 7.1.3). pasid_vf_owe_device() switches ATS of a function off that sleeps. A
 * reset of the PF clears ATS Enable of its VFs.
 *
 * Context: Process context, @vf->lock held.
 */
void pasid_vf_restore_ats(struct pasid_vf *vf)
{
	if (pasid_vf_claim_ats(vf) && !pasid_vf_try_restore_ats(vf))
		WRITE_ONCE(vf->owed.ats, true);
}

/**
 * pasid_vf_ats_disabled() - Linux has switched ATS of a VF off
 * @vf: the VF
 *
 * pasid_vf_try_restore_ats() may have come in between.
 *
 * Context: Hook.
 */
void pasid_vf_ats_disabled(struct pasid_vf *vf)
{
	u16 ctrl;

	smp_mb(); /* pairs with the one in pasid_vf_enable_ats() */
	if (!pasid_vf_read_ats(vf, &ctrl) && (ctrl & PCI_ATS_CTRL_ENABLE))
		pasid_vf_write_ats(vf, ctrl & ~PCI_ATS_CTRL_ENABLE);
}
