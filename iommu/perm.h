/* SPDX-License-Identifier: GPL-2.0-only */
/* Permission sets: as text, in settings, and what follows from them. No locks, no hardware. */
#ifndef _PASID_PERM_H
#define _PASID_PERM_H

#include <linux/pasid_ctl.h>
#include <linux/types.h>

/*
 * What a VF may do without this module, if it is supported. Linux itself never sets ERE, so that
 * exec is denied unless the admin allows it.
 */
#define PASID_CEILING_BUILTIN	(PASID_PERM_ENABLE | PASID_PERM_PRIV | PASID_PERM_PRI)

/* Room for "+enable +exec +priv +pri", a newline and the final NUL. */
#define PASID_PERM_TEXT_MAX	32

/**
 * struct pasid_perm_edit - what one line in the permission grammar changes
 * @to_default: the word "default"; the other members are then 0
 * @to_supported: the line began with "+all"
 * @to_none: the line began with "-all"
 * @set: permissions named with '+'
 * @clear: permissions named with '-'; disjoint from @set
 */
struct pasid_perm_edit {
	bool to_default;
	bool to_supported;
	bool to_none;
	unsigned int set;
	unsigned int clear;
};

int pasid_perm_parse(const char *text, size_t len, struct pasid_perm_edit *edit,
		     const char **why);
int pasid_perm_apply(const struct pasid_perm_edit *edit, unsigned int supported,
		     unsigned int dflt, unsigned int *ceiling);
int pasid_perm_format(char *buf, unsigned int perms);

/**
 * struct pasid_setting - the ceiling of one VF, or of all VFs of a PF
 * @made: an admin has written it; otherwise the next setting in precedence.c's order counts
 * @perms: the ceiling, if @made: a mask of PASID_PERM_*
 */
struct pasid_setting {
	bool made;
	unsigned int perms;
};

unsigned int pasid_setting_perms(const struct pasid_setting *setting, unsigned int inherited);
int pasid_setting_edit(struct pasid_setting *setting, const struct pasid_perm_edit *edit,
		       unsigned int supported, unsigned int inherited);
void pasid_setting_take_back(struct pasid_setting *setting, unsigned int old,
			     unsigned int inherited);

/**
 * struct pasid_facts - what a VF's supported set follows from
 * @ecap: the VT-d unit's extended capability register
 * @ver_major: major number in the unit's version register
 * @pf_features: PCI_PASID_CAP_EXEC and _PRIV as enabled in the PF
 * @pf_pasid: the PF has PASID enabled
 * @pf_pri: the PF has PRI enabled
 * @vf_ats: the VF has ATS enabled
 * @ctx_pasid: intel-iommu set PASIDE in the VF's context entry
 */
struct pasid_facts {
	u64 ecap;
	u8 ver_major;
	u16 pf_features;
	bool pf_pasid;
	bool pf_pri;
	bool vf_ats;
	bool ctx_pasid;
};

unsigned int pasid_supported(const struct pasid_facts *facts);
unsigned int pasid_effective(unsigned int supported, unsigned int ceiling,
			     unsigned int request);
int pasid_status_of_vf(int status, unsigned int granted);

#endif /* _PASID_PERM_H */
