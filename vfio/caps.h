/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers of the emulated capabilities. Pure: no lock, no hardware.
 *
 * To write: copy the structure, let pasid_cap_write() or pasid_pri_cap_write() change the copy,
 * send the new permissions to the IOMMU, and on success store the copy's values with
 * pasid_cap_set() or pasid_pri_cap_set(). So the guest reads a new value only after intel-pasid-ctl
 * has accepted the request. The ceiling may still deny what a register shows.
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
 * @writable: bits of @ctrl that the guest can change; all others read 0
 *
 * After pasid_cap_init() only @ctrl changes.
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
 * @enable: Enable. While it is 0, Stopped reads 1: the IOMMU accepts no further page request, and
 *	none waits for an answer
 * @capacity: Outstanding Page Request Capacity
 * @alloc: Outstanding Page Request Allocation
 */
struct pasid_pri_cap {
	u16 next;
	bool prg_pasid;
	bool enable;
	u32 capacity;
	u32 alloc;
};

void pasid_pri_cap_init(struct pasid_pri_cap *cap, unsigned int next, bool prg_pasid,
			u32 capacity);
void pasid_pri_cap_set(struct pasid_pri_cap *cap, bool enable, u32 alloc);
void pasid_pri_cap_read(const struct pasid_pri_cap *cap, bool failed, unsigned int offset,
			u8 *buf, unsigned int size);
bool pasid_pri_cap_write(struct pasid_pri_cap *cap, unsigned int offset, const u8 *buf,
			 unsigned int size);

#endif /* _PASID_CAPS_H */
