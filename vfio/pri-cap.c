// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PRI capability's registers (PCIe 6.3, 10.5.2).
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/pci_regs.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "caps.h"
#include "place.h"

/**
 * pasid_pri_cap_init() - values after power-on
 * @cap: the capability
 * @next: offset of the next one, or 0
 * @prg_pasid: PRG Response PASID Required
 * @capacity: Outstanding Page Request Capacity
 *
 * Context: Any.
 */
void pasid_pri_cap_init(struct pasid_pri_cap *cap, unsigned int next, bool prg_pasid,
			u32 capacity)
{
	*cap = (struct pasid_pri_cap) {
		.next = next,
		.prg_pasid = prg_pasid,
		.capacity = capacity,
	};
}

/**
 * pasid_pri_cap_set() - show the values after a write
 * @cap: the capability
 * @enable: Enable
 * @alloc: Outstanding Page Request Allocation
 *
 * Context: Any; pasid_pri_cap_read() may run meanwhile.
 */
void pasid_pri_cap_set(struct pasid_pri_cap *cap, bool enable, u32 alloc)
{
	WRITE_ONCE(cap->enable, enable);
	WRITE_ONCE(cap->alloc, alloc);
}

static u16 pasid_pri_status(const struct pasid_pri_cap *cap, bool enable, bool failed)
{
	return (failed ? PCI_PRI_STATUS_RF : 0) | (enable ? 0 : PCI_PRI_STATUS_STOPPED) |
	       (cap->prg_pasid ? PCI_PRI_STATUS_PASID : 0);
}

/**
 * pasid_pri_cap_read() - read from the capability
 * @cap: the capability
 * @failed: Response Failure
 * @offset: first byte, counted from the header
 * @buf: filled
 * @size: how many bytes; they lie within the capability
 *
 * Context: Any; @cap may change meanwhile.
 */
void pasid_pri_cap_read(const struct pasid_pri_cap *cap, bool failed, unsigned int offset,
			u8 *buf, unsigned int size)
{
	bool enable = READ_ONCE(cap->enable);
	u8 bytes[PASID_PRI_CAP_SIZE];

	put_unaligned_le32(PCI_EXT_CAP_ID_PRI | 1 << 16 | (u32)cap->next << 20, bytes);
	put_unaligned_le16(enable ? PCI_PRI_CTRL_ENABLE : 0, bytes + PCI_PRI_CTRL);
	put_unaligned_le16(pasid_pri_status(cap, enable, failed), bytes + PCI_PRI_STATUS);
	put_unaligned_le32(cap->capacity, bytes + PCI_PRI_MAX_REQ);
	put_unaligned_le32(READ_ONCE(cap->alloc), bytes + PCI_PRI_ALLOC_REQ);
	memcpy(buf, bytes + offset, size);
}

/**
 * pasid_pri_cap_write() - write to the capability
 * @cap: a copy of the capability, which is changed to the values after the write
 * @offset: first byte, counted from the header
 * @buf: what is written
 * @size: how many bytes; they lie within the capability
 *
 * Reset reads as 0 and does nothing: while Enable is 0, the VF has no pending requests, and those
 * of the PF's page request interface may be another VF's. A one in the status register does not
 * clear Response Failure: all requests are refused until Enable is 0 and then 1 again. An
 * allocation above the capacity is cut to the capacity.
 *
 * Context: Any.
 * Return: whether the write touches the control register.
 */
bool pasid_pri_cap_write(struct pasid_pri_cap *cap, unsigned int offset, const u8 *buf,
			 unsigned int size)
{
	u8 bytes[PASID_PRI_CAP_SIZE];

	pasid_pri_cap_read(cap, false, 0, bytes, sizeof(bytes));
	memcpy(bytes + offset, buf, size);
	cap->enable = get_unaligned_le16(bytes + PCI_PRI_CTRL) & PCI_PRI_CTRL_ENABLE;
	cap->alloc = min(get_unaligned_le32(bytes + PCI_PRI_ALLOC_REQ), cap->capacity);
	return offset < PCI_PRI_STATUS && offset + size > PCI_PRI_CTRL;
}
