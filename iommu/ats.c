// SPDX-License-Identifier: GPL-2.0-only
/*
 * ATS of a VF: what the register says is made what Linux believes.
 */
#include <linux/pci-ats.h>

#include "engine.h"
#include "trace.h"

/* With the change of Enable the function forgets what it kept (PCIe 6.3, 10.3.7). */
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
	 * Linux has the last word: pci_disable_ats() writes the register, then
	 * ats_enabled, then its hook reads the register. Here the register is written,
	 * then ats_enabled is read. A write to configuration space may be posted, so it
	 * is read back before.
	 */
	pasid_vf_read_ats(vf, &ctrl);
	smp_mb(); /* pairs with the one in pasid_vf_ats_disabled() */
	if (!vf->pdev->ats_enabled)
		pasid_vf_write_ats(vf, ctrl & ~PCI_ATS_CTRL_ENABLE);
	vf->ats_restored++;
	trace_pasid_ats_restore(&vf->pdev->dev, vf->ats_restored);
	return true;
}

/* Returns false if it has to be tried again: the VF cannot answer now. */
static bool pasid_vf_try_restore_ats(struct pasid_vf *vf)
{
	bool done;

	if (!pasid_vf_answers(vf) || !pci_cfg_access_trylock(vf->pdev))
		return false;
	done = pasid_vf_enable_ats(vf);
	pci_cfg_access_unlock(vf->pdev);
	return done;
}

/* What a VF switched off by itself comes back when its requests with PASID are allowed. */
static bool pasid_vf_claim_ats(struct pasid_vf *vf)
{
	bool off;

	spin_lock(vf->unit.lock);
	off = vf->owed.ats ||
	      (vf->tables.ats_suspect && (pasid_vf_allowed(vf) & PASID_PERM_ENABLE));
	if (off) {
		WRITE_ONCE(vf->owed.ats, false);
		vf->tables.ats_suspect = false;
	}
	spin_unlock(vf->unit.lock);
	return off;
}

/**
 * pasid_vf_restore_ats() - switch ATS on again where it went off behind Linux's back
 * @vf: the VF
 *
 * A function that gets UR for a translation request, as it did while PASIDE was clear,
 * turns its own ATS off (VT-d 7.1.3); pasid_vf_owe_device() does while the function sleeps; a
 * reset of the PF does.
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
