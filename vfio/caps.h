/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The emulated capabilities' registers. Pure: no lock, no hardware.
 *
 * A model is read by copying bytes out of it. A write does not change it but
 * gives the model as it is to be: what that asks of the IOMMU comes first, and
 * only if the IOMMU complies, it replaces the old one.
 */
#ifndef _PASID_CAPS_H
#define _PASID_CAPS_H

#include <linux/atomic.h>
#include <linux/types.h>

/**
 * struct pasid_cap - a PASID capability (PCIe 6.3, 7.8.9)
 * @next: offset of the next capability, or 0
 * @caps: PASID Capability register
 * @ctrl: PASID Control register
 * @writable: bits of @ctrl that a write changes; all others are RsvdP and read 0
 *
 * All but @ctrl stay as they are from pasid_cap_init() on.
 */
struct pasid_cap {
	u16 next;
	u16 caps;
	u16 ctrl;
	u16 writable;
};

void pasid_cap_init(struct pasid_cap *cap, unsigned int next, unsigned int width,
		    unsigned int perms);
void pasid_cap_read(const struct pasid_cap *cap, unsigned int offset, u8 *buf,
		    unsigned int size);
bool pasid_cap_write(struct pasid_cap *cap, unsigned int offset, const u8 *buf,
		     unsigned int size);
void pasid_cap_set(struct pasid_cap *cap, unsigned int perms);
unsigned int pasid_cap_merge(const struct pasid_cap *cap, unsigned int perms);

/**
 * struct pasid_pri_cap - a PRI capability (PCIe 6.3, 10.5.2)
 * @next: offset of the next capability, or 0
 * @prg_pasid: PRG Response PASID Required
 * @errors: Response Failure and Unexpected Page Request Group Index, as the PF has
 *	them, in the status register's bits
 * @cleared: those of @errors that do not show here any more
 * @enable: Enable; while it is 0, Stopped reads 1: the IOMMU takes no further page
 *	request. Those that it took before may still be in its queue, or in iommufd's,
 *	as nothing that a module can reach drains these
 * @capacity: Outstanding Page Request Capacity
 * @alloc: Outstanding Page Request Allocation
 *
 * The page request interface is the PF's, which all its VFs share, and so are its
 * errors. What a user clears is cleared for this VF alone, and shows again when the PF
 * has cleared and seen it again; what was there before the user came is not its.
 */
struct pasid_pri_cap {
	u16 next;
	bool prg_pasid;
	u16 errors;
	atomic_t cleared;
	bool enable;
	u32 capacity;
	u32 alloc;
};

void pasid_pri_cap_init(struct pasid_pri_cap *cap, unsigned int next, u16 pf_status,
			u32 pf_capacity);
void pasid_pri_cap_sample(struct pasid_pri_cap *cap, u16 pf_status);
void pasid_pri_cap_reset(struct pasid_pri_cap *cap);
void pasid_pri_cap_set(struct pasid_pri_cap *cap, const struct pasid_pri_cap *to);
void pasid_pri_cap_read(const struct pasid_pri_cap *cap, unsigned int offset, u8 *buf,
			unsigned int size);
bool pasid_pri_cap_write(struct pasid_pri_cap *cap, unsigned int offset, const u8 *buf,
			 unsigned int size);

#endif /* _PASID_CAPS_H */
