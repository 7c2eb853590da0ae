// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the state of one VF: what it supports, what it may do now, what is owed to it.
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
		.pf_pri = vf->pf->pri_enabled && !(down & PASID_PERM_PRI) &&
			  !pasid_requests_unseen(&vf->requests),
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
 * pasid_vf_effective() - a VF's effective set: what it may do now
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
 * Return: a mask of PASID_PERM_*: the effective set; while the module is being unloaded, all
 * that intel-iommu itself may have set in entries.
 */
unsigned int pasid_vf_allowed(const struct pasid_vf *vf)
{
	return vf->sets.given_back ? PASID_CEILING_BUILTIN : pasid_vf_effective(vf);
}

/**
 * pasid_vf_granted() - what a VF's user gets now if it asks for everything
 * @vf: the VF
 *
 * The same as the contents of pasid_ctl, but exec and priv only if enable is in the set, too.
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
		.has_user = READ_ONCE(vf->sets.has_user),
	};
}

/**
 * pasid_vf_shown_ctl() - the contents of pasid_ctl: a VF's ceiling
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
 * pasid_vf_restricted() - would unloading the module change what a VF may do?
 * @vf: the VF
 *
 * Context: Any.
 * Return: true if the VF has a registered user, or a ceiling that differs from the built-in one in
 * a supported permission. PASID counts as supported even while the PF has it off, and so does PRI
 * if intel-iommu has set PRE: they can come back.
 */
bool pasid_vf_restricted(const struct pasid_vf *vf)
{
	struct pasid_facts facts = pasid_vf_facts(vf);

	facts.pf_pasid = true;
	if (vf->tables.ctx[0].intent & VTD_CTX_PRE) {
		facts.pf_pri = true;
		facts.vf_ats = true;
	}
	return vf->sets.has_user ||
	       ((vf->sets.ceiling ^ PASID_CEILING_BUILTIN) & pasid_supported(&facts));
}

/**
 * pasid_vf_owed() - what could not be done for a VF yet
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

/**
 * pasid_vf_has_looked() - has a writer looked at all entries of a VF since calls went by unseen?
 * @vf: the VF
 * @calls: the number of these calls (gaps.c); it only grows, and the VF's may be newer
 *
 * Context: Any.
 * Return: whether one has. If not, it is not known what the entries say.
 */
bool pasid_vf_has_looked(const struct pasid_vf *vf, unsigned long calls)
{
	return (long)(READ_ONCE(vf->tables.looked) - calls) >= 0;
}
