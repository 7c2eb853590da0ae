/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mock PF's driver tells pasid-vfio-pci which bytes of its VFs are free. Only
 * where that has been built.
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
