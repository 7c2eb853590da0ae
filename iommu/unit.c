// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VT-d unit: finding it through a device, reading its tables, storing to entries so that the
 * hardware sees it, and submitting descriptors to its queue.
 */
#include <linux/cacheflush.h>
#include <linux/delay.h>
#include <linux/io.h>
#include <linux/iommu.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <uapi/linux/iommufd.h>

#include "unit.h"

static void __iomem *pasid_unit_reg(const struct intel_iommu *iommu, u32 offset)
{
	return *(void __iomem * const *)((const void *)iommu + pasid_offsets.iommu_reg) + offset;
}

/**
 * pasid_unit_readl() - read a register of a unit
 * @iommu: the unit
 * @offset: of the register, in bytes
 *
 * Context: Any.
 * Return: its value.
 */
u32 pasid_unit_readl(const struct intel_iommu *iommu, u32 offset)
{
	return readl(pasid_unit_reg(iommu, offset));
}

/**
 * pasid_unit_readq() - read a 64-bit register of a unit
 * @iommu: the unit
 * @offset: of the register, in bytes
 *
 * Context: Any.
 * Return: its value.
 */
u64 pasid_unit_readq(const struct intel_iommu *iommu, u32 offset)
{
	return readq(pasid_unit_reg(iommu, offset));
}

static int pasid_unit_caps(struct device *dev, struct pasid_unit *unit)
{
	const struct iommu_ops *ops = dev->iommu->iommu_dev->ops;
	struct iommu_hw_info_vtd *info __free(kfree) = NULL;
	u32 length, type;

	if (!ops || !ops->hw_info)
		return -ENODEV;
	info = compat_iommu_hw_info(ops, dev, &length, &type);
	if (IS_ERR(info))
		return PTR_ERR(info);
	if (type != IOMMU_HW_INFO_TYPE_INTEL_VTD || length < sizeof(*info))
		return -ENODEV;
	unit->cap = info->cap_reg;
	unit->ecap = info->ecap_reg;
	return 0;
}

/**
 * pasid_unit_of() - find the VT-d unit that translates for a device
 * @dev: the device; the caller keeps it from being removed
 * @unit: filled on success
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENODEV if there is none; -EOPNOTSUPP if it is in legacy mode.
 */
int pasid_unit_of(struct device *dev, struct pasid_unit *unit)
{
	void *iommu;
	u64 rtaddr;
	int err;

	if (!dev->iommu || !dev->iommu->iommu_dev)
		return -ENODEV;
	err = pasid_unit_caps(dev, unit);
	if (err)
		return err;
	iommu = (void *)dev->iommu->iommu_dev - pasid_offsets.iommu_core;
	rtaddr = pasid_unit_readq(iommu, VTD_REG_RTADDR);
	if (FIELD_GET(VTD_RTADDR_TTM, rtaddr) != VTD_RTADDR_TTM_SCALABLE)
		return -EOPNOTSUPP;
	unit->iommu = iommu;
	unit->lock = iommu + pasid_offsets.iommu_lock;
	unit->root = rtaddr & VTD_RTADDR_ADDR;
	unit->ver_major = FIELD_GET(VTD_VER_MAJOR, pasid_unit_readl(iommu, VTD_REG_VER));
	return 0;
}

/**
 * pasid_unit_asks_twice() - does intel-iommu invalidate a device's TLB twice?
 * @dev: the device, behind a unit; see @twice in struct vtd_function
 *
 * Context: Any.
 * Return: whether it does.
 */
bool pasid_unit_asks_twice(struct device *dev)
{
	const u8 *info = dev_iommu_priv_get(dev);

	return info[pasid_offsets.info_twice / BITS_PER_BYTE] &
	       BIT(pasid_offsets.info_twice % BITS_PER_BYTE);
}

/**
 * pasid_unit_map() - a vtd_map_fn for the tables of real units
 * @addr: physical address, 4 KiB aligned
 *
 * Context: Any.
 * Return: where the page is mapped, or NULL if it is not memory.
 */
void *pasid_unit_map(u64 addr)
{
	return pfn_valid(PHYS_PFN(addr)) ? phys_to_virt(addr) : NULL;
}

/**
 * pasid_unit_wait_for_requests() - wait until no page request from before is being reported
 * @unit: the unit; it has a page request queue
 *
 * intel-iommu's thread reports what it finds in the queue, one request after the other, and moves
 * the queue's head when it has reported all of them.
 *
 * Context: Process context, may sleep.
 */
void pasid_unit_wait_for_requests(const struct pasid_unit *unit)
{
	u64 head = pasid_unit_readq(unit->iommu, VTD_REG_PQH) & VTD_PQ_INDEX;

	while ((pasid_unit_readq(unit->iommu, VTD_REG_PQT) & VTD_PQ_INDEX) != head &&
	       (pasid_unit_readq(unit->iommu, VTD_REG_PQH) & VTD_PQ_INDEX) == head)
		usleep_range(20, 100);
}

/**
 * pasid_unit_store() - change one qword of an entry that the unit may be reading
 * @unit: the unit
 * @entry: the qword in the table
 * @value: its new value
 *
 * Context: Any, @unit->lock held.
 */
void pasid_unit_store(const struct pasid_unit *unit, u64 *entry, u64 value)
{
	lockdep_assert_held(unit->lock);
	WRITE_ONCE(*entry, value);
	if (!(unit->ecap & VTD_ECAP_C))
		clflush_cache_range(entry, sizeof(*entry));
}

/**
 * pasid_unit_submit() - the submit function of a struct vtd_inval for real units
 * @arg: the struct pasid_unit
 * @desc: a descriptor, without a wait descriptor
 *
 * Context: Any but NMI; busy-waits for the hardware.
 * Return: 0, or a negative errno if intel-iommu gave up. It does so in two cases: the device is
 * gone (a VF counts as gone if its PF is), or the unit refuses the descriptor. Otherwise it
 * repeats until the unit and the device answer.
 */
int pasid_unit_submit(void *arg, struct vtd_desc *desc)
{
	const struct pasid_unit *unit = arg;

	return static_call(vtd_qi_submit)(unit->iommu, desc, 1, 0);
}
