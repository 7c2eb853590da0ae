/* SPDX-License-Identifier: GPL-2.0-only */
/* VFs under control of the module, of which everything runs from its notifiers to its queue. */
#ifndef _PASID_KUNIT_FAKE_VF_H
#define _PASID_KUNIT_FAKE_VF_H

#include <kunit/test.h>
#include <linux/pasid_ctl.h>

#include "../iommu/change.h"
#include "../iommu/engine.h"
#include "../iommu/settings.h"
#include "fake-pci.h"
#include "fake-unit.h"

#define NONE	PASID_PERM_NONE
#define ENABLE	PASID_PERM_ENABLE
#define EXEC	PASID_PERM_EXEC
#define PRIV	PASID_PERM_PRIV
#define PRI	PASID_PERM_PRI
#define ALL	PASID_PERM_ALL
#define BUILTIN	(ENABLE | PRIV | PRI)

/* Context entry, qword 0 */
#define PASIDE	BIT_ULL(3)
#define PRE	BIT_ULL(4)

int vf_init(struct kunit *test);
void vf_load(struct kunit *test);
void vf_unload(void *arg);
u64 *vf_context(u16 rid);
u64 vf_gates(const struct fake_pci *fn);
struct pasid_vf *vf_of(struct fake_pci *fn);
u64 vf_gates_of(unsigned int perms);
void vf_plug(struct fake_pci *fn);
u64 *vf_entry(struct kunit *test, const struct fake_pci *fn, u32 pasid);
u64 *vf_set_entry(struct kunit *test, const struct fake_pci *fn, u32 pasid, u64 qword0,
		  u16 did, u64 sre);
struct fake_pci *vf_plug_pf(unsigned int devfn);
struct fake_pci *vf_plug_vf(struct fake_pci *pf, unsigned int devfn);
struct fake_pci *vf_plug_one(struct kunit *test);
void vf_set_ceiling(struct kunit *test, struct pasid_vf *vf, unsigned int ceiling, int err);
void vf_expect_settled(struct kunit *test, struct fake_pci *fn, unsigned int effective);
void vf_setup_begins(struct pasid_vf *vf, u32 pasid, bool replace);
void vf_setup_ends(struct pasid_vf *vf, u32 pasid, bool replace, bool done);

#endif /* _PASID_KUNIT_FAKE_VF_H */
