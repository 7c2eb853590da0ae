// SPDX-License-Identifier: GPL-2.0-only
/*
 * The state of one VF, only read: what it supports, what it may do now, what it is owed.
 */
#include "vf.h"

static struct pasid_facts pasid_vf_facts(const struct pasid_vf *vf)
{
	unsigned int down = atomic_read(&vf->sets.pf_down);

	return (struct pasid_facts) {
		.ecap = vf->unit.ecap,
		.ver_major = vf->unit.ver_major,
		.pf_features = vf->pf->pasid_features,
		.pf_pasid = vf->pf->pasid_enabled && !(down & PASID_PERM_ENABLE),
		.pf_pri = vf->pf->pri_enabled && !(down & PASID_PERM_PRI),
		.vf_ats = vf->pdev->ats_enabled,
		.ctx_pasid = READ_ONCE(vf->tables.ctx[0].intent) & VTD_CTX_PASIDE,
	};
}

/**
 * pasid_vf_supported() - what a VF's PF and IOMMU can do now
 * @vf: the VF
 *
 * Context: Any.
 * Return: a mask of PASID_PERM_*.
 */
unsigned int pasid_vf_supported(const struct pasid_vf *vf)
{
	const struct pasid_facts facts = pasid_vf_facts(vf);

	return pasid_supported(&facts);
}

/**
 * pasid_vf_effective() - what the VF may do now
 * @vf: the VF
 *
 * Context: Any.
 * Return: a mask of PASID_PERM_*.
 */
unsigned int pasid_vf_effective(const struct pasid_vf *vf)
{
	return pasid_effective(pasid_vf_supported(vf), READ_ONCE(vf->sets.ceiling),
			       READ_ONCE(vf->sets.request));
}

/**
 * pasid_vf_allowed() - what a VF's entries have to allow now
 * @vf: the VF
 *
 * Context: Any. If the unit's lock is held, the answer is at least as new as the entries.
 * Return: the effective set; while the module is being unloaded, all that intel-iommu may have
 * set in entries, which is given back.
 */
unsigned int pasid_vf_allowed(const struct pasid_vf *vf)
{
	return vf->sets.given_back ? PASID_CEILING_BUILTIN : pasid_vf_effective(vf);
}

/**
 * pasid_vf_granted() - what the admin lets a VF's user have now, if it asks for it
 * @vf: the VF
 *
 * As pasid_ctl reads, but exec and priv only with enable.
 *
 * Context: Any.
 * Return: a mask of PASID_PERM_*.
 */
unsigned int pasid_vf_granted(const struct pasid_vf *vf)
{
	return pasid_effective(pasid_vf_supported(vf), READ_ONCE(vf->sets.ceiling),
			       PASID_PERM_ALL);
}

/**
 * pasid_vf_rule() - what the effective set means for PASID-table entries
 * @vf: the VF
 *
 * Context: Any.
 * Return: the rule.
 */
struct vtd_pte_rule pasid_vf_rule(const struct pasid_vf *vf)
{
	unsigned int allowed = pasid_vf_allowed(vf);

	return (struct vtd_pte_rule) {
		.exec = allowed & PASID_PERM_EXEC,
		.priv = allowed & PASID_PERM_PRIV,
		.owned = READ_ONCE(vf->sets.owned),
	};
}

/**
 * pasid_vf_shown_ctl() - a VF's ceiling as it can be written back
 * @vf: the VF
 *
 * Context: Any.
 * Return: a mask of PASID_PERM_*, cut to what is supported.
 */
unsigned int pasid_vf_shown_ctl(const struct pasid_vf *vf)
{
	return READ_ONCE(vf->sets.ceiling) & pasid_vf_supported(vf);
}

/**
 * pasid_vf_restricted() - is a VF held to other than what intel-iommu intends?
 * @vf: the VF
 *
 * What its PF has lost for the moment counts: it can come back.
 *
 * Context: Any.
 * Return: whether it is.
 */
bool pasid_vf_restricted(const struct pasid_vf *vf)
{
	struct pasid_facts facts = pasid_vf_facts(vf);

	facts.pf_pasid = true;
	if (vf->tables.ctx[0].intent & VTD_CTX_PRE) {
		facts.pf_pri = true;
		facts.vf_ats = true;
	}
	return vf->sets.owned || vf->sets.request != PASID_PERM_ALL ||
	       ((vf->sets.ceiling ^ PASID_CEILING_BUILTIN) & pasid_supported(&facts));
}

/**
 * pasid_vf_owed() - what a VF or its unit still has to be told
 * @vf: the VF
 *
 * Context: Any.
 * Return: a mask of PASID_OWED_*.
 */
unsigned int pasid_vf_owed(const struct pasid_vf *vf)
{
	return (atomic_read(&vf->owed.iommu) ? PASID_OWED_IOMMU : 0) |
	       (atomic_read(&vf->owed.device) ? PASID_OWED_DEVICE : 0) |
	       (READ_ONCE(vf->owed.ats) ? PASID_OWED_ATS : 0);
}
