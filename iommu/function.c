// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VF as a function that has to answer invalidations: can it answer one now, what do descriptors
 * need to know of it, and what is done if it cannot answer.
 *
 * The function has to answer a device-TLB invalidation. If it does not, qi_submit_sync() repeats
 * the invalidation as long as the PF is there, with interrupts off, and all other devices wait.
 * So a function that cannot answer gets none. Tables and the unit's own caches change all the
 * same. A deny is complete nevertheless: ATS of a function that sleeps is switched off, so that
 * the function does not use its device TLB. A function that is frozen or in a reset sends no
 * requests, and is reset before it sends any.
 */
#include <linux/pci-ats.h>
#include <linux/pm_runtime.h>

#include "engine.h"

/**
 * pasid_vf_read_ats() - read the ATS control register of a VF
 * @vf: the VF
 * @ctrl: filled
 *
 * Context: Any.
 * Return: 0, or -ENODEV if the function has none or does not answer.
 */
int pasid_vf_read_ats(const struct pasid_vf *vf, u16 *ctrl)
{
	struct pci_dev *pdev = vf->pdev;

	if (!pdev->ats_cap ||
	    pci_read_config_word(pdev, pdev->ats_cap + PCI_ATS_CTRL, ctrl) ||
	    PCI_POSSIBLE_ERROR(*ctrl))
		return -ENODEV;
	return 0;
}

/**
 * pasid_vf_write_ats() - write the ATS control register of a VF
 * @vf: the VF; it has one
 * @ctrl: what to write
 *
 * Context: Any.
 */
void pasid_vf_write_ats(const struct pasid_vf *vf, u16 ctrl)
{
	pci_write_config_word(vf->pdev, vf->pdev->ats_cap + PCI_ATS_CTRL, ctrl);
}

/* Reads the register, as vfio's users change the power state without runtime PM. */
static bool pasid_function_in_d0(struct pci_dev *pdev)
{
	u16 pmcsr;

	if (!pdev->pm_cap)
		return true;
	/* A function that does not answer reads as all ones, which says D3hot. */
	return !pci_read_config_word(pdev, pdev->pm_cap + PCI_PM_CTRL, &pmcsr) &&
	       !(pmcsr & PCI_PM_CTRL_STATE_MASK);
}

/*
 * After a recovery from an error has failed, error_state stays as it is for ever, although the
 * function works again when it has been reset.
 */
static bool pasid_vf_frozen(struct pasid_vf *vf)
{
	if (pci_channel_offline(vf->pdev) || pci_channel_offline(vf->pf))
		return !READ_ONCE(vf->reset.revived);
	WRITE_ONCE(vf->reset.revived, false);
	return false;
}

/*
 * Before a reset, the PCI core first locks the function's configuration space and then clears Bus
 * Master Enable. Until then the function works and may use its device TLB. From then on it sends
 * nothing until its registers are restored after the reset. See pci_dev_save_and_disable() and
 * pci_dev_restore().
 */
static bool pasid_function_in_reset(struct pci_dev *pdev)
{
	u16 command;

	if (!pdev->block_cfg_access)
		return false;
	return pci_read_config_word(pdev, PCI_COMMAND, &command) ||
	       PCI_POSSIBLE_ERROR(command) || !(command & PCI_COMMAND_MASTER);
}

/**
 * pasid_vf_answers() - can a VF answer an invalidation now?
 * @vf: the VF; not gone
 *
 * Context: Any; reads configuration space.
 * Return: whether it is neither frozen nor in a reset nor asleep.
 */
bool pasid_vf_answers(struct pasid_vf *vf)
{
	return !pasid_vf_frozen(vf) &&
	       !pasid_function_in_reset(vf->pf) && !pasid_function_in_reset(vf->pdev) &&
	       pasid_function_in_d0(vf->pf) && pasid_function_in_d0(vf->pdev);
}

/**
 * pasid_vf_read_function() - find out what invalidations need to know of a VF
 * @vf: the VF; not gone
 * @fn: filled
 *
 * Context: Any; reads configuration space.
 */
void pasid_vf_read_function(struct pasid_vf *vf, struct vtd_function *fn)
{
	u16 ctrl;

	fn->rid = vf->tables.ctx[0].rid;
	fn->pfsid = vf->unit.ecap & VTD_ECAP_DIT ? pci_dev_id(vf->pf) : 0;
	fn->ats = vf->pdev->ats_enabled && !pasid_vf_read_ats(vf, &ctrl);
	fn->silent = fn->ats && !pasid_vf_answers(vf);
	fn->pasid = vf->pf->pasid_enabled;
	fn->twice = vf->twice;
	fn->drain = vtd_iotlb_drain(vf->unit.cap);
}

/**
 * pasid_vf_keep_awake() - keep runtime PM from putting a VF to sleep
 * @vf: the VF
 *
 * Context: Any.
 * Return: whether the VF is awake. If so, it stays awake until pasid_vf_let_sleep().
 */
bool pasid_vf_keep_awake(const struct pasid_vf *vf)
{
	return pm_runtime_get_if_active(&vf->pdev->dev) > 0;
}

/**
 * pasid_vf_let_sleep() - undo pasid_vf_keep_awake()
 * @vf: the VF
 * @awake: what pasid_vf_keep_awake() returned
 *
 * Context: Any.
 */
void pasid_vf_let_sleep(const struct pasid_vf *vf, bool awake)
{
	if (awake)
		pm_runtime_put(&vf->pdev->dev);
}

/*
 * Switches ATS of a VF off if the VF sleeps; a function that sleeps still answers configuration
 * requests. While ATS is off, the VF does not use its device TLB. When the VF is awake,
 * pasid_vf_restore_ats() switches ATS on again, which empties the device TLB (PCIe 6.3, 10.3.7).
 * Returns whether this function has switched ATS off, or found it off, in a VF that sleeps.
 */
static bool pasid_vf_stop_ats(struct pasid_vf *vf)
{
	u16 ctrl;

	if (pasid_function_in_d0(vf->pdev) || pasid_vf_read_ats(vf, &ctrl))
		return false;
	WRITE_ONCE(vf->owed.ats, true);
	if (ctrl & PCI_ATS_CTRL_ENABLE)
		pasid_vf_write_ats(vf, ctrl & ~PCI_ATS_CTRL_ENABLE);
	return !pasid_vf_read_ats(vf, &ctrl) && !(ctrl & PCI_ATS_CTRL_ENABLE);
}

/**
 * pasid_vf_owe_device() - a device-TLB invalidation was left out
 * @vf: the VF, which could not answer
 *
 * If the VF sleeps, its ATS is switched off. Otherwise the worker invalidates when the VF can
 * answer, see pasid_vf_schedule_retry().
 *
 * Context: Any.
 */
void pasid_vf_owe_device(struct pasid_vf *vf)
{
	if (!pasid_vf_stop_ats(vf))
		atomic_set(&vf->owed.device, 1);
}

/**
 * pasid_vf_inval_done() - count the invalidations of a change, and note what is owed after it
 * @vf: the VF
 * @inval: the invalidations; may be none
 *
 * Context: Any.
 */
void pasid_vf_inval_done(struct pasid_vf *vf, const struct vtd_inval *inval)
{
	pasid_count_flush(vf, inval);
	if (inval->owed)
		pasid_vf_owe_device(vf);
	if (inval->err)
		atomic_set(&vf->owed.iommu, 1);
}
