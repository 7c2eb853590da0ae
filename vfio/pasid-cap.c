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

/* The permissions that have a bit in the control register, which is bit for bit PASID_PERM_*. */
#define PASID_CTRL_PERMS \
	(PASID_PERM_ENABLE | PASID_PERM_EXEC | PASID_PERM_PRIV)

/**
 * pasid_cap_init() - values after power-on
 * @cap: the capability
 * @next: offset of the next one, or 0
 * @width: Max PASID Width, 0 to 20
 * @perms: permissions that the guest may request. Of these, exec and priv are shown as
 *	Supported, and the control bits of enable, exec and priv are writable
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
 * Context: Any; @cap->ctrl may change meanwhile.
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
 * @cap: a copy of the capability, which is changed to the values after the write
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
 * pasid_cap_set() - show permissions in the control register
 * @cap: the capability
 * @perms: the request
 *
 * Context: Any; pasid_cap_read() may run meanwhile.
 */
void pasid_cap_set(struct pasid_cap *cap, unsigned int perms)
{
	WRITE_ONCE(cap->ctrl, perms & cap->writable);
}

/**
 * pasid_cap_merge() - the request that follows from the control register
 * @cap: the capability
 * @perms: the request before
 *
 * Context: Any.
 * Return: the permissions that the register has set, and those of @perms that have no writable bit
 * in it.
 */
unsigned int pasid_cap_merge(const struct pasid_cap *cap, unsigned int perms)
{
	return (perms & ~cap->writable) | cap->ctrl;
}
