// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds the layout of a VF's emulated capabilities: asks the sources, takes the answer of the
 * first one that knows, or chooses by evidence if the admin has said "auto", and places what fits
 * into these ranges.
 */
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/unaligned.h>

#include "pasid-vfio.h"

static bool pasid_show_pri;
module_param_named(pri, pasid_show_pri, bool, 0444);
MODULE_PARM_DESC(pri, "Show a PRI capability, too, where there is room, the IOMMU supports it, and the user gets the page requests (default: 0)");

static bool allow_unserved_pri;
module_param(allow_unserved_pri, bool, 0444);
MODULE_PARM_DESC(allow_unserved_pri, "Have pri=1 take effect also where the user cannot get the page requests, so that nobody answers them (default: 0)");

static u32 pasid_read_view(const void *arg, unsigned int at)
{
	return get_unaligned_le32((const u8 *)arg + at);
}

/* Bytes that others have named: a user may know better. */
static void pasid_layout_check_written(struct pci_dev *vf, struct pasid_cap_layout *layout)
{
	layout->written = pasid_observe_written(vf, layout->pasid, PASID_CAP_SIZE);
	if (!layout->written && layout->pri)
		layout->written = pasid_observe_written(vf, layout->pri, PASID_PRI_CAP_SIZE);
}

/* @unserved: why the user gets no page requests, or NULL. Sets @why if no PRI is shown for that. */
static bool pasid_layout_has_pri(struct pci_dev *pdev, const char *unserved, const char **why)
{
	if (!pasid_show_pri || !pci_physfn(pdev)->pri_enabled)
		return false;
	*why = allow_unserved_pri ? NULL : unserved;
	return !*why;
}

static int pasid_layout_try(struct pci_dev *pdev, const u8 *vconfig, bool pri,
			    const char *unserved, struct pasid_cap_layout *layout)
{
	struct pasid_space hw = pasid_space_of(pdev);
	struct pasid_space view = { .read = pasid_read_view, .arg = vconfig };
	struct pasid_answer answers[PASID_SOURCES], *answer;
	struct pasid_obstacle above = {};
	const char *pri_why = NULL;
	int err;

	if (pdev->cfg_size < PCI_CFG_SPACE_EXP_SIZE) {
		layout->why = "it has no extended configuration space";
		return -EOPNOTSUPP;
	}
	pasid_ask_sources(pdev, answers);
	err = pasid_source_choose(answers, &layout->source, &layout->why);
	if (err)
		return err;
	answer = &answers[layout->source];
	pri = pri && answer->pri && pasid_layout_has_pri(pdev, unserved, &pri_why);
	if (layout->source == PASID_SOURCE_AUTO)
		err = pasid_observe_choose(pdev, pri, &answer->ranges, &above, &layout->why);
	if (!err)
		err = pasid_place(&hw, vconfig ? &view : &hw, &answer->ranges, pri, layout,
				  &layout->why);
	if (err)
		return err;
	layout->pri_why = pri_why;
	layout->free = answer->ranges;
	layout->above = above;
	pasid_layout_check_written(pdev, layout);
	return 0;
}

/**
 * pasid_layout_find() - find out where a VF's emulated capabilities go
 * @pdev: the VF
 * @vconfig: its configuration space as vfio-pci-core shows it to the VMM; NULL if that shows
 *	no extended capabilities, or while the VF is not open: the new headers are linked into
 *	the function's own list then
 * @pri: a PRI capability may be shown, if the option pri= says so and the PF has PRI enabled
 * @unserved: why the user would get no page requests, or NULL. No PRI capability is shown then,
 *	unless the option allow_unserved_pri= says so
 * @layout: filled
 *
 * Context: Process context, may sleep; the device is not suspended.
 */
void pasid_layout_find(struct pci_dev *pdev, const u8 *vconfig, bool pri,
		       const char *unserved, struct pasid_cap_layout *layout)
{
	memset(layout, 0, sizeof(*layout));
	layout->err = pasid_layout_try(pdev, vconfig, pri, unserved, layout);
}
