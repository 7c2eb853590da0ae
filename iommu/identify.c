// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of a VF when it begins: allocated, with its workers, and filled with what does not
 * change while the VF is there: its VT-d unit, its requester IDs and the width of its PASIDs.
 */
#include <linux/bitfield.h>
#include <linux/pci-ats.h>
#include <linux/slab.h>

#include "change.h"
#include "engine.h"
#include "settings.h"

/* Returns whether another function has this one's requester ID as a DMA alias. */
static bool pasid_vf_is_alias(const struct pci_dev *pdev)
{
	struct pci_dev *other = NULL;

	for_each_pci_dev(other) {
		if (other == pdev || other->bus != pdev->bus || !other->dma_alias_mask ||
		    !test_bit(pdev->devfn, other->dma_alias_mask))
			continue;
		pci_dev_put(other);
		return true;
	}
	return false;
}

/* Adds a DMA alias of @data, a VF; refuses one that another function uses as well. */
static int pasid_vf_add_alias(struct pci_dev *via, u16 alias, void *data)
{
	struct pci_dev *other __free(pci_dev_put) = NULL;
	struct pasid_vf *vf = data;

	other = pci_get_domain_bus_and_slot(pci_domain_nr(vf->pdev->bus),
					    PCI_BUS_NUM(alias), alias & 0xff);
	if (via != vf->pdev || (other && other != vf->pdev))
		return -EXDEV;
	if (vf->tables.ctx_count == PASID_MAX_ALIASES)
		return -E2BIG;
	vf->tables.ctx[vf->tables.ctx_count++].rid = alias;
	return 0;
}

static u8 pasid_vf_width(const struct pasid_vf *vf)
{
	u16 cap;

	if (!vf->pf->pasid_cap || !(vf->unit.ecap & VTD_ECAP_PASID) ||
	    pci_read_config_word(vf->pf, vf->pf->pasid_cap + PCI_PASID_CAP, &cap) ||
	    PCI_POSSIBLE_ERROR(cap))
		return 0;
	return min_t(u8, FIELD_GET(PCI_PASID_CAP_WIDTH, cap),
		     FIELD_GET(VTD_ECAP_PSS, vf->unit.ecap) + 1);
}

static void pasid_vf_refresh_work(struct work_struct *work)
{
	struct pasid_vf *vf = container_of(work, struct pasid_vf, refresh);

	pasid_vf_tell_reset(vf);
	pasid_vf_refresh(vf);
}

static void pasid_vf_retry_work(struct work_struct *work)
{
	struct pasid_vf *vf = container_of(work, struct pasid_vf, owed.retry.work);

	pasid_vf_refresh_work(&vf->refresh);
}

/**
 * pasid_vf_alloc() - allocate the state of a VF
 * @pdev: the VF
 *
 * Context: Process context, may sleep.
 * Return: the VF with one reference, or NULL.
 */
struct pasid_vf *pasid_vf_alloc(struct pci_dev *pdev)
{
	struct pasid_vf *vf = kzalloc(sizeof(*vf), GFP_KERNEL);

	if (!vf)
		return NULL;
	kref_init(&vf->ref);
	mutex_init(&vf->lock);
	mutex_init(&vf->reset.telling);
	xa_init(&vf->tables.sre_intent);
	pasid_requests_init(&vf->requests);
	INIT_WORK(&vf->refresh, pasid_vf_refresh_work);
	INIT_DELAYED_WORK(&vf->owed.retry, pasid_vf_retry_work);
	vf->pdev = pci_dev_get(pdev);
	vf->pf = pci_dev_get(pci_physfn(pdev));
	vf->tables.in_replace = PASID_NO_REPLACE;
	vf->sets.ceiling = pasid_default_ceiling;
	vf->sets.request = PASID_PERM_ALL;
	return vf;
}

/**
 * pasid_vf_identify() - fill in what does not change while a VF is there
 * @vf: from pasid_vf_alloc()
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENODEV or -EOPNOTSUPP as pasid_unit_of(); -EXDEV if it shares a requester ID with
 * another function; -E2BIG if it has too many DMA aliases; another negative errno.
 */
int pasid_vf_identify(struct pasid_vf *vf)
{
	int err = pasid_unit_of(&vf->pdev->dev, &vf->unit);

	if (err)
		return err;
	if (pasid_vf_is_alias(vf->pdev))
		return -EXDEV;
	err = static_call(pasid_for_each_alias)(vf->pdev, pasid_vf_add_alias, vf);
	if (err)
		return err;
	vf->pasid_width = pasid_vf_width(vf);
	vf->twice = pasid_unit_asks_twice(&vf->pdev->dev);
	return 0;
}
