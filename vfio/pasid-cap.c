// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PASID capability's registers (PCIe 6.3, 7.8.9).
 */
#include <linux/kernel.h>
#include <linux/pasid_ctl.h>
#include <linux/pci_regs.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "caps.h"
#include "place.h"

/* The permissions that have a bit in the control register, at the same place. */
#define PASID_CTRL_PERMS \
	(PASID_PERM_ENABLE | PASID_PERM_EXEC | PASID_PERM_PRIV)

/**
 * pasid_cap_init() - values after power-on
 * @cap: the capability
 * @next: offset of the next one, or 0
 * @width: Max PASID Width, 0 to 20
 * @perms: permissions that the user may have; of these, exec and priv become
 *	Supported, and the control bits of all three become writable
 *
 * Context: Any.
 */
void pasid_cap_init(struct pasid_cap *cap, unsigned int next, unsigned int width,
		    unsigned int perms)
{
	cap->next = next;
	cap->writable = perms & PASID_CTRL_PERMS;
	cap->caps = width << 8;
	if (perms & PASID_PERM_EXEC)
		cap->caps |= PCI_PASID_CAP_EXEC;
	if (perms & PASID_PERM_PRIV)
		cap->caps |= PCI_PASID_CAP_PRIV;
	cap->ctrl = 0;
}

/**
 * pasid_cap_read() - read from the capability
 * @cap: the capability
 * @offset: first byte, counted from the header
 * @buf: filled
 * @size: how many bytes; they lie within the capability
 *
 * Context: Any; a write may replace @cap->ctrl meanwhile.
 */
void pasid_cap_read(const struct pasid_cap *cap, unsigned int offset, u8 *buf,
		    unsigned int size)
{
	u8 bytes[PASID_CAP_SIZE];

	put_unaligned_le32(PCI_EXT_CAP_ID_PASID | 1 << 16 | (u32)cap->next << 20, bytes);
	put_unaligned_le16(cap->caps, bytes + PCI_PASID_CAP);
	put_unaligned_le16(READ_ONCE(cap->ctrl), bytes + PCI_PASID_CTRL);
	memcpy(buf, bytes + offset, size);
}

/**
 * pasid_cap_write() - write to the capability
 * @cap: the capability; becomes what it is to be afterwards
 * @offset: first byte, counted from the header
 * @buf: what is written
 * @size: how many bytes; they lie within the capability
 *
 * Context: Any.
 * Return: whether the write touches the control register.
 */
bool pasid_cap_write(struct pasid_cap *cap, unsigned int offset, const u8 *buf,
		     unsigned int size)
{
	u8 bytes[PASID_CAP_SIZE];

	pasid_cap_read(cap, 0, bytes, sizeof(bytes));
	memcpy(bytes + offset, buf, size);
	cap->ctrl = get_unaligned_le16(bytes + PCI_PASID_CTRL) & cap->writable;
	return offset + size > PCI_PASID_CTRL;
}

/**
 * pasid_cap_set() - have the control register show permissions
 * @cap: the capability
 * @perms: what the user asks for
 *
 * Context: Any; pasid_cap_read() may run meanwhile.
 */
void pasid_cap_set(struct pasid_cap *cap, unsigned int perms)
{
	WRITE_ONCE(cap->ctrl, perms & cap->writable);
}

/**
 * pasid_cap_merge() - what the control register makes of a request
 * @cap: the capability
 * @perms: the request so far
 *
 * Context: Any.
 * Return: @perms, with those that the register controls as it has them.
 */
unsigned int pasid_cap_merge(const struct pasid_cap *cap, unsigned int perms)
{
	return (perms & ~cap->writable) | cap->ctrl;
}
