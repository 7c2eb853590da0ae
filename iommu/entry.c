// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a context entry and a PASID-table entry have to be under a permission set. Only one qword
 * of an entry changes, so that one aligned 64-bit store changes it: the hardware sees the old or
 * the new entry, and never a part of each (VT-d 9, 6.2.3.1).
 */
#include <linux/compiler.h>
#include <linux/pasid_ctl.h>

#include "vtd.h"

/**
 * vtd_context_target() - qword 0 of a context entry under a permission set
 * @qword0: as it is in the table
 * @intent: the gates (VTD_CTX_GATES) that intel-iommu itself has set
 * @effective: the VF's effective set
 *
 * A gate is set only if intel-iommu has set it, too. So a bit that ECAP does not offer is never
 * set.
 *
 * Context: Any.
 * Return: the qword to store; all but the gates as in @qword0.
 */
u64 vtd_context_target(u64 qword0, u64 intent, unsigned int effective)
{
	u64 gates = 0;

	if (effective & PASID_PERM_ENABLE)
		gates |= VTD_CTX_PASIDE | VTD_CTX_EPTR;
	if (effective & PASID_PERM_PRI)
		gates |= VTD_CTX_PRE;
	return (qword0 & ~VTD_CTX_GATES) | (intent & gates);
}

/**
 * vtd_pte_target() - qword 2 of a PASID-table entry under a permission set
 * @pte: the entry as it is in the table
 * @intent_sre: intel-iommu itself has set SRE; counts for a nested entry only
 * @rule: what entries of the VF may have
 *
 * SRE in a nested entry is set only if the guest's vIOMMU has asked for it (@intent_sre), and
 * @rule->priv. In any other entry intel-iommu leaves SRE 0, because the page table of a host
 * process can map the kernel. There SRE is set only if @rule->priv and a user has all PASIDs of the
 * VF (@rule->has_user). SRE and ERE are in none of the lists of fields that must change together
 * with others (6.2.3.1), so that the qword can change in a present entry.
 *
 * Context: Any.
 * Return: the qword to store; all but SRE and ERE as in @pte.
 */
u64 vtd_pte_target(const u64 *pte, bool intent_sre, const struct vtd_pte_rule *rule)
{
	bool nested = FIELD_GET(VTD_PTE_PGTT, READ_ONCE(pte[0])) == VTD_PGTT_NESTED;
	u64 qword2 = READ_ONCE(pte[2]) & ~(VTD_PTE_SRE | VTD_PTE_ERE);

	if (rule->priv && (nested ? intent_sre : rule->has_user))
		qword2 |= VTD_PTE_SRE;
	if (rule->exec)
		qword2 |= VTD_PTE_ERE;
	return qword2;
}
