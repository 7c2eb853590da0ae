/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mock PF's driver tells the product which bytes of its VFs are free, if the product
 * has pasid_pf_register() (MOCK_HAS_RANGES).
 */
#ifndef LAB_MOCK_RANGES_H
#define LAB_MOCK_RANGES_H

struct device_attribute;
struct pci_dev;

#ifdef MOCK_HAS_RANGES
extern struct device_attribute mock_attr_vf_ranges;
#define MOCK_RANGES_ATTR	(&mock_attr_vf_ranges.attr)
void mock_ranges_forget(struct pci_dev *pdev);
#else
#define MOCK_RANGES_ATTR	NULL
static inline void mock_ranges_forget(struct pci_dev *pdev)
{
}
#endif

#endif
