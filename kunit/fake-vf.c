// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFs under control of the module, with fake PFs and a fake unit: shared by suites.
 */
#include <kunit/test-bug.h>

#include "fake-vf.h"
#include "tables.h"

int vf_init(struct kunit *test)
{
	fake_pci_init(test);
	fake_unit_init(test);
	pasid_default_ceiling = BUILTIN;
	pasid_verbose = true;
	return 0;
}

/* Starts the module's parts in the order of main.c. */
void vf_unload(void *arg)
{
	pasid_discover_stop();
	pasid_vf_remove_files();
	pasid_vf_for_each(pasid_vf_give_back);
	pasid_vf_remove_all();
	pasid_discover_exit();
	rcu_barrier();
	KUNIT_EXPECT_EQ(kunit_get_current_test(), 0, fake_unit.pins);
	KUNIT_EXPECT_EQ(kunit_get_current_test(), 0, fake_unit.probes_needed);
}

/* The module needs a device behind a unit. */
void vf_load(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, pasid_discover_init());
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, vf_unload, NULL));
}

u64 *vf_context(u16 rid)
{
	return vtd_find_context(fake_unit.root, rid, tables_map);
}

u64 vf_gates(const struct fake_pci *fn)
{
	return *vf_context(FAKE_RID(fn->pdev.devfn)) & (PASIDE | PRE);
}

struct pasid_vf *vf_of(struct fake_pci *fn)
{
	struct pasid_vf *vf;

	rcu_read_lock();
	vf = pasid_vf_find(&fn->pdev.dev);
	rcu_read_unlock();
	return vf;
}

u64 vf_gates_of(unsigned int perms)
{
	return (perms & ENABLE ? PASIDE : 0) | (perms & PRI ? PRE : 0);
}

/* The context entry as intel-iommu sets it up before the module hears of the function. */
void vf_plug(struct fake_pci *fn)
{
	if (!fn->unit_err)
		tables_add_context(fake_unit.root, FAKE_RID(fn->pdev.devfn), 0);
	fake_pci_plug(fn);
}

/* The PASID-table entry of a PASID, which is not set up. */
u64 *vf_entry(struct kunit *test, const struct fake_pci *fn, u32 pasid)
{
	u64 *ctx = vf_context(FAKE_RID(fn->pdev.devfn));

	KUNIT_ASSERT_NOT_NULL(test, ctx);
	return tables_add_entry(*ctx & ~0xfffULL, pasid);
}

/* The same, set up as intel-iommu does it: SRE, domain, then what makes it present. */
u64 *vf_set_entry(struct kunit *test, const struct fake_pci *fn, u32 pasid, u64 qword0,
		  u16 did, u64 sre)
{
	u64 *pte = vf_entry(test, fn, pasid);

	pte[2] = sre;
	pte[1] = did;
	pte[0] = qword0;
	return pte;
}

struct fake_pci *vf_plug_pf(unsigned int devfn)
{
	struct fake_pci *pf = fake_pf_alloc(devfn);

	vf_plug(pf);
	return pf;
}

struct fake_pci *vf_plug_vf(struct fake_pci *pf, unsigned int devfn)
{
	struct fake_pci *fn = fake_vf_alloc(pf, devfn);

	vf_plug(fn);
	return fn;
}

/* A PF with one VF, under control. */
struct fake_pci *vf_plug_one(struct kunit *test)
{
	struct fake_pci *fn;

	fn = vf_plug_vf(vf_plug_pf(0), 1);
	vf_load(test);
	KUNIT_ASSERT_NOT_NULL(test, vf_of(fn));
	return fn;
}

void vf_set_ceiling(struct kunit *test, struct pasid_vf *vf, unsigned int ceiling,
		    int err)
{
	mutex_lock(&vf->lock);
	KUNIT_EXPECT_EQ(test, err, pasid_vf_set_ceiling(vf, ceiling));
	mutex_unlock(&vf->lock);
}

/* Runs the worker now if it is queued. */
void vf_expect_settled(struct kunit *test, struct fake_pci *fn,
		       unsigned int effective)
{
	flush_work(&vf_of(fn)->refresh);
	KUNIT_EXPECT_EQ(test, effective, pasid_vf_effective(vf_of(fn)));
	KUNIT_EXPECT_EQ(test, vf_gates_of(effective), vf_gates(fn));
}

/* One set-up at a time, as for a real VF. */
static struct pasid_gaps vf_setup_gaps;

/* The hook on the entry of a set-up function. */
void vf_setup_begins(struct pasid_vf *vf, u32 pasid, bool replace)
{
	vf_setup_gaps = pasid_gaps_now();
	pasid_vf_before_entry_setup(vf, pasid, &vf_setup_gaps, replace);
}

/* The hook on its return. */
void vf_setup_ends(struct pasid_vf *vf, u32 pasid, bool replace, bool done)
{
	pasid_vf_after_entry_setup(vf, pasid, &vf_setup_gaps, replace, done);
}
