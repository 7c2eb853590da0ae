// SPDX-License-Identifier: GPL-2.0-only
/*
 * Replaces unit.c, kernel.c, gaps.c, probe.c, hooks.c, sysfs.c, sysfs-pf.c and main.c of
 * intel-pasid-ctl. All other files are the module's own.
 */
#include <kunit/test-bug.h>

#include "../iommu/gaps.h"
#include "../iommu/probe.h"
#include "../iommu/settings.h"
#include "../iommu/sysfs.h"
#include "fake-kernel.h"
#include "fake-pci.h"
#include "fake-rcu.h"
#include "fake-unit.h"
#include "tables.h"

struct fake_unit fake_unit;

DEFINE_STATIC_CALL(pasid_for_each_alias, pci_for_each_dma_alias);

/**
 * fake_unit_init() - begin a test with a unit that has no context entry
 * @test: the test, with which the tables are freed
 */
void fake_unit_init(struct kunit *test)
{
	tables_init(test, 64);
	fake_unit = (struct fake_unit){ .root = tables_alloc(1), .ecap = FAKE_ECAP,
					.ver_major = 6,
					.cap = (u64)FAKE_RECORDS_AT / 16 << 24 |
					       (FAKE_RECORDS - 1ULL) << 40 };
	spin_lock_init(&fake_unit.lock);
}

static bool fake_unit_is_short(int *times)
{
	if (!*times)
		return false;
	--*times;
	return true;
}

/* unit.c */

int pasid_unit_of(struct device *dev, struct pasid_unit *unit)
{
	if (fake_unit_is_short(&fake_unit.no_memory))
		return -ENOMEM;
	*unit = (struct pasid_unit){
		.iommu = (struct intel_iommu *)&fake_unit,
		.lock = &fake_unit.lock,
		.cap = fake_unit.cap,
		.ecap = fake_unit.ecap,
		.root = fake_unit.root,
		.ver_major = fake_unit.ver_major,
	};
	return to_fake_pci(dev)->unit_err;
}

bool pasid_unit_asks_twice(struct device *dev)
{
	return fake_unit.twice;
}

u32 pasid_unit_readl(const struct intel_iommu *iommu, u32 offset)
{
	fake_unit.register_reads++;
	return offset == 0x34 ? fake_unit.fsts : 0;
}

u64 pasid_unit_readq(const struct intel_iommu *iommu, u32 offset)
{
	unsigned int at = (offset - FAKE_RECORDS_AT) / sizeof(u64);

	fake_unit.register_reads++;
	return at < 2 * FAKE_RECORDS ? fake_unit.record[at / 2][at % 2] : 0;
}

void *pasid_unit_map(u64 addr)
{
	void (*on_map)(void) = fake_unit.on_map;

	fake_unit.on_map = NULL;
	if (on_map)
		on_map();
	return tables_map(addr);
}

void pasid_unit_wait_for_requests(const struct pasid_unit *unit)
{
	fake_unit.requests_waits++;
}

static void fake_unit_record(const u64 *entry, u64 qw0, u64 qw1)
{
	if (fake_unit.events < FAKE_EVENTS)
		fake_unit.event[fake_unit.events] = (struct fake_event){ entry, { qw0, qw1 } };
	fake_unit.events++;
}

void pasid_unit_store(const struct pasid_unit *unit, u64 *entry, u64 value)
{
	fake_unit_record(entry, value, 0);
	*entry = value;
}

int pasid_unit_submit(void *arg, struct vtd_desc *desc)
{
	void (*meanwhile)(struct kunit *test) = fake_unit.meanwhile;

	fake_unit.submissions++;
	/* types 3 and 8 */
	if ((desc->qw[0] & 0xf) == 3 || (desc->qw[0] & 0xf) == 8)
		fake_unit.device++;
	fake_unit_record(NULL, desc->qw[0], desc->qw[1]);
	fake_unit.meanwhile = NULL;
	if (meanwhile)
		meanwhile(kunit_get_current_test());
	return fake_unit.err;
}

/* The function of RCU that flushes.c waits with; see fake-rcu.h. */
void fake_grace_period(void)
{
	fake_unit.grace_periods++;
	synchronize_rcu();
}

/* What of the kernel change.c uses; see fake-kernel.h. */
bool fake_module_get(struct module *module)
{
	fake_unit.pins += !fake_unit.going;
	return !fake_unit.going;
}

void fake_module_put(struct module *module)
{
	fake_unit.pins--;
}

void fake_kernfs_notify(struct kernfs_node *node)
{
	fake_unit.told_nobody += !node;
	if (node == &fake_unit.effective)
		fake_unit.told_effective++;
	if (node == &fake_unit.requested)
		fake_unit.told_requested++;
}

void fake_log_error(const struct device *dev, const char *format, const char *why)
{
	fake_unit.error = why;
}

/* probe.c */

int pasid_probes_need(bool need)
{
	if (need && fake_unit.need_err < 0)
		return fake_unit.need_err;
	fake_unit.probes_needed += need ? 1 : -1;
	return need ? fake_unit.need_err : 0;
}

/* gaps.c */

bool pasid_probes_check(void)
{
	return !fake_unit_is_short(&fake_unit.dead_calls) && !fake_unit.hooks_dead;
}

struct pasid_gaps pasid_gaps_now(void)
{
	return (struct pasid_gaps) {
		fake_unit.missed, fake_unit.missed, fake_unit.missed, fake_unit.switched
	};
}

struct pasid_gaps pasid_gaps_settled(bool *alive)
{
	*alive = pasid_probes_check();
	return pasid_gaps_now();
}

bool pasid_gaps_same(const struct pasid_gaps *a, const struct pasid_gaps *b)
{
	return a->entries == b->entries && a->contexts == b->contexts;
}

/* sysfs.c */

const char *pasid_vf_sysfs_name(unsigned int files)
{
	return "files";
}

int pasid_vf_sysfs_add(struct pasid_vf *vf, unsigned int files)
{
	if (fake_unit_is_short(&fake_unit.no_memory) ||
	    fake_unit_is_short(&fake_unit.no_memory_for_files))
		return -ENOMEM;
	if (fake_unit.files_err[files])
		return fake_unit.files_err[files];
	vf->files.present |= BIT(files);
	if (files == PASID_VF_FILES_STATUS) {
		vf->files.effective = &fake_unit.effective;
		vf->files.requested = &fake_unit.requested;
	}
	fake_unit.files++;
	return 0;
}

void pasid_vf_sysfs_remove(struct pasid_vf *vf)
{
	fake_unit.files -= hweight32(vf->files.present);
	vf->files.effective = NULL;
	vf->files.requested = NULL;
	vf->files.present = 0;
}

/* sysfs-pf.c */

int pasid_settings_sysfs_add(struct pasid_settings *settings)
{
	if (fake_unit_is_short(&fake_unit.no_memory_for_files))
		return -ENOMEM;
	settings->has_files = true;
	fake_unit.pf_files++;
	return 0;
}

void pasid_settings_sysfs_remove(struct pasid_settings *settings)
{
	fake_unit.pf_files -= settings->has_files;
	settings->has_files = false;
}
