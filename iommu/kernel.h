/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The running kernel: what need.c asks for is looked up by name at load. The functions are called
 * through static calls.
 */
#ifndef _PASID_KERNEL_H
#define _PASID_KERNEL_H

#include <linux/static_call.h>
#include <linux/types.h>

#include "need.h"
#include "vtd.h"

struct intel_iommu;
struct pci_dev;

typedef int vtd_qi_submit_fn(struct intel_iommu *iommu, struct vtd_desc *desc,
			     unsigned int count, unsigned long options);
vtd_qi_submit_fn vtd_qi_submit_absent;
DECLARE_STATIC_CALL(vtd_qi_submit, vtd_qi_submit_absent);

typedef int pasid_alias_fn(struct pci_dev *pdev, u16 alias, void *data);
typedef int pasid_for_each_alias_fn(struct pci_dev *pdev, pasid_alias_fn *fn, void *data);
pasid_for_each_alias_fn pasid_for_each_alias_absent;
DECLARE_STATIC_CALL(pasid_for_each_alias, pasid_for_each_alias_absent);

extern struct pasid_kernel_offsets pasid_offsets;
extern const struct pasid_kernel pasid_kernel;

int pasid_kernel_init(void);

#endif /* _PASID_KERNEL_H */
