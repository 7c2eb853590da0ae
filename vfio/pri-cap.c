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

#define PASID_PRI_ERRORS	(PCI_PRI_STATUS_RF | PCI_PRI_STATUS_UPRGI)

/**
 * pasid_pri_cap_init() - values after power-on
 * @cap: the capability
 * @next: offset of the next one, or 0
 * @status: PRG Response PASID Required, and errors from before, in the bits of the register
 * @capacity: Outstanding Page Request Capacity
 *
 * Context: Any.
 */
void pasid_pri_cap_init(struct pasid_pri_cap *cap, unsigned int next, u16 status,
			u32 capacity)
{
	memset(cap, 0, sizeof(*cap));
	cap->next = next;
	cap->prg_pasid = status & PCI_PRI_STATUS_PASID;
	cap->capacity = capacity;
	pasid_pri_cap_sample(cap, status);
	pasid_pri_cap_reset(cap);
}

/**
 * pasid_pri_cap_sample() - take over the errors that there are now
 * @cap: the capability
 * @status: the errors, in the bits of the status register; other bits are ignored
 *
 * Context: Any; pasid_pri_cap_read() may run meanwhile.
 */
void pasid_pri_cap_sample(struct pasid_pri_cap *cap, u16 status)
{
	u16 errors = status & PASID_PRI_ERRORS;

	WRITE_ONCE(cap->errors, errors);
	atomic_and(errors, &cap->cleared);
}

/**
 * pasid_pri_cap_reset() - values after a reset of the function
 * @cap: the capability
 *
 * Context: Any; pasid_pri_cap_read() may run meanwhile.
 */
void pasid_pri_cap_reset(struct pasid_pri_cap *cap)
{
	WRITE_ONCE(cap->enable, false);
	WRITE_ONCE(cap->alloc, 0);
	atomic_set(&cap->cleared, READ_ONCE(cap->errors));
}

/**
 * pasid_pri_cap_set() - show the values after a write
 * @cap: the capability
 * @to: the copy that pasid_pri_cap_write() has changed
 *
 * Context: Any; pasid_pri_cap_read() and pasid_pri_cap_sample() may run meanwhile.
 */
void pasid_pri_cap_set(struct pasid_pri_cap *cap, const struct pasid_pri_cap *to)
{
	WRITE_ONCE(cap->enable, to->enable);
	WRITE_ONCE(cap->alloc, to->alloc);
	atomic_or(atomic_read(&to->cleared) & READ_ONCE(cap->errors), &cap->cleared);
}

static u16 pasid_pri_status(const struct pasid_pri_cap *cap, bool enable)
{
	u16 status = READ_ONCE(cap->errors) & ~atomic_read(&cap->cleared);

	if (!enable)
		status |= PCI_PRI_STATUS_STOPPED;
	if (cap->prg_pasid)
		status |= PCI_PRI_STATUS_PASID;
	return status;
}

/**
 * pasid_pri_cap_read() - read from the capability
 * @cap: the capability
 * @offset: first byte, counted from the header
 * @buf: filled
 * @size: how many bytes; they lie within the capability
 *
 * Context: Any; @cap may change meanwhile.
 */
void pasid_pri_cap_read(const struct pasid_pri_cap *cap, unsigned int offset, u8 *buf,
			unsigned int size)
{
	bool enable = READ_ONCE(cap->enable);
	u8 bytes[PASID_PRI_CAP_SIZE];

	put_unaligned_le32(PCI_EXT_CAP_ID_PRI | 1 << 16 | (u32)cap->next << 20, bytes);
	put_unaligned_le16(enable ? PCI_PRI_CTRL_ENABLE : 0, bytes + PCI_PRI_CTRL);
	put_unaligned_le16(pasid_pri_status(cap, enable), bytes + PCI_PRI_STATUS);
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
 * of the PF's page request interface may be another VF's. A one in the status register clears an
 * error, and setting Enable clears all. An allocation above the capacity is cut to the capacity.
 *
 * Context: Any.
 * Return: whether the write touches the control register.
 */
bool pasid_pri_cap_write(struct pasid_pri_cap *cap, unsigned int offset, const u8 *buf,
			 unsigned int size)
{
	u8 bytes[PASID_PRI_CAP_SIZE];
	bool enabled = cap->enable;
	u16 cleared;

	pasid_pri_cap_read(cap, 0, bytes, sizeof(bytes));
	put_unaligned_le16(0, bytes + PCI_PRI_STATUS); /* what is not written clears nothing */
	memcpy(bytes + offset, buf, size);
	cap->enable = get_unaligned_le16(bytes + PCI_PRI_CTRL) & PCI_PRI_CTRL_ENABLE;
	cleared = get_unaligned_le16(bytes + PCI_PRI_STATUS);
	if (cap->enable && !enabled)
		cleared = PASID_PRI_ERRORS;
	atomic_or(cleared & cap->errors, &cap->cleared);
	cap->alloc = min(get_unaligned_le32(bytes + PCI_PRI_ALLOC_REQ), cap->capacity);
	return offset < PCI_PRI_STATUS && offset + size > PCI_PRI_CTRL;
}
