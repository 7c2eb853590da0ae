// SPDX-License-Identifier: GPL-2.0-only
/*
 * The answer to where a VF's emulated capabilities go: ask the sources, take the
 * first, place what fits into its ranges.
 */
#include <linux/pci.h>
#include <linux/unaligned.h>

#include "pasid-vfio.h"
#include "quirks.h"

static u32 pasid_read_hw(const void *arg, unsigned int at)
{
	u32 value = ~0U;

	pci_read_config_dword((struct pci_dev *)arg, at, &value);
	return value;
}

static u32 pasid_read_view(const void *arg, unsigned int at)
{
	return get_unaligned_le32((const u8 *)arg + at);
}

/* A quirk row says which capabilities its ranges are good for. */
static bool pasid_may_show_pri(struct pci_dev *pdev, enum pasid_source source)
{
	if (!pci_physfn(pdev)->pri_enabled)
		return false;
	if (source != PASID_SOURCE_QUIRK)
		return true;
	return pasid_quirk_find(pdev->vendor, pdev->device)->kinds & PASID_KIND_PRI;
}

static int pasid_answer_find(struct pci_dev *pdev, const u8 *vconfig, bool pri,
			     struct pasid_answer *answer)
{
	struct pasid_space hw = { .read = pasid_read_hw, .arg = pdev };
	struct pasid_space view = { .read = pasid_read_view, .arg = vconfig };
	struct pasid_offer offers[PASID_SOURCES];
	int err;

	if (pdev->cfg_size < PCI_CFG_SPACE_EXP_SIZE) {
		answer->why = "it has no extended configuration space";
		return -EOPNOTSUPP;
	}
	pasid_pf_offers(pdev, offers);
	err = pasid_source_choose(offers, &answer->source, &answer->why);
	if (err)
		return err;
	return pasid_place(&hw, vconfig ? &view : &hw,
			   &offers[answer->source].ranges,
			   pri && pasid_may_show_pri(pdev, answer->source),
			   &answer->layout, &answer->why);
}

/**
 * pasid_answer_get() - find out where a VF's capabilities go
 * @pdev: the VF
 * @vconfig: its configuration space as vfio-pci-core shows it to its user, or NULL if
 *	it does not show capabilities, or there is no user: then the function's own
 *	list is the one to be linked into
 * @pri: place a PRI capability, too, if the PF has it enabled
 * @answer: filled
 *
 * Context: Process context, may sleep; the device is not suspended.
 */
void pasid_answer_get(struct pci_dev *pdev, const u8 *vconfig, bool pri,
		      struct pasid_answer *answer)
{
	memset(answer, 0, sizeof(*answer));
	answer->err = pasid_answer_find(pdev, vconfig, pri, answer);
}
