/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * pasid-ctl: the VMM control region of pasid-vfio-pci
 *
 * A VFIO device-specific region of a VF, for a VMM that emulates the PASID capability itself or
 * wants to know what is in force. Every VF under PASID control has the region while it is open,
 * whether pasid-vfio-pci shows a capability or not. It is the region whose
 * VFIO_REGION_INFO_CAP_TYPE has the type and subtype below. A read may have any offset and size.
 * The one member that can be written is @requested, with one write of 4 bytes.
 */
#ifndef _UAPI_LINUX_PASID_CTL_H
#define _UAPI_LINUX_PASID_CTL_H

#include <linux/types.h>
#include <linux/vfio.h>

/*
 * VFs of all vendors have the region, so that its type cannot be in the number space of one of
 * them. FFFFh is never assigned to a vendor: it is what reads as Vendor ID where there is no
 * function. Types without a vendor are numbered in linux/vfio.h alone.
 */
#define PASID_CTL_REGION_TYPE		(VFIO_REGION_TYPE_PCI_VENDOR_TYPE | 0xffff)
#define PASID_CTL_REGION_SUBTYPE	0x5043

#define PASID_CTL_REGION_VERSION	2

/* Permissions; the first three are where the PASID Control register has them. */
#define PASID_CTL_ENABLE		(1 << 0)	/* requests with PASID */
#define PASID_CTL_EXEC			(1 << 1)	/* ... for execution */
#define PASID_CTL_PRIV			(1 << 2)	/* ... in privileged mode */
#define PASID_CTL_PRI			(1 << 3)	/* page requests */

/* Whose word it is that bytes are free. */
#define PASID_CTL_FREE_NONE		0	/* nobody's */
#define PASID_CTL_FREE_PF_DRIVER	1	/* that of the PF's driver */
#define PASID_CTL_FREE_ADMIN		2	/* that of the host's admin */
#define PASID_CTL_FREE_QUIRK		3	/* that of pasid-vfio-pci's table */
#define PASID_CTL_FREE_AUTO		4	/* "auto": chosen by evidence */

#define PASID_CTL_FREE_MAX		16

/**
 * struct pasid_ctl_free - free bytes, little-endian
 * @first: offset of the first byte, a multiple of 4, from 0x100 on
 * @last: offset of the last byte, 0xfff at most; a multiple of 4 follows it
 */
struct pasid_ctl_free {
	__le32 first;
	__le32 last;
};

/**
 * struct pasid_ctl_region - the region's content, all little-endian
 * @version: PASID_CTL_REGION_VERSION. A higher number has all that a lower one has, in the same
 *	place and with the same meaning, and more behind it. So a program that knows the members of
 *	one version uses them if the number is that or a higher one. Version 2 adds @free_source,
 *	@free_count and @free. The size of the region says where the structure ends
 * @supported: permissions that the PF and the IOMMU support now
 * @ceiling: permissions of @supported that the host's admin allows
 * @requested: permissions that the VMM or the guest asks for. When a write returns, permissions
 *	that it drops are off. Permissions that it adds are on, if the ceiling has them;
 *	otherwise they wait until the admin raises the ceiling. A write fails, and changes
 *	nothing, with EINVAL for an unknown permission or another size, EOPNOTSUPP for an
 *	added permission that is not supported, ENODEV if the VF is going away, EAGAIN
 *	while it is being reset. With EIO the IOMMU did not complete an invalidation, or
 *	changes that the kernel makes in its tables cannot be followed: permissions that
 *	the write drops are off, permissions that it adds are not on.
 *	If a capability is shown, @requested is empty when the VF is opened. The control bits
 *	of the capability are the same request: the last write wins, and both show it. A VF
 *	has at most as many page requests as the guest has allocated in the capability. If
 *	no capability is shown, @requested has all permissions when the VF is opened, so that
 *	a VMM that does not know the region finds what plain vfio-pci gives. A reset of
 *	the VF empties @requested, if a capability is shown or the region has been written
 * @effective: what the IOMMU lets the VF do: the permissions that are in @supported and @ceiling
 *	and @requested. EXEC and PRIV count only if ENABLE is in all three, too
 * @width: PASID width in bits, 0 to 20
 * @pasid_offset: offset of the emulated PASID capability, or 0 if none is shown
 * @pri_offset: offset of the emulated PRI capability, or 0 if none is shown
 * @event_index: index of the interrupt that says that @effective has changed, or 0 if there
 *	is none; see below
 * @reserved: 0. A member that takes this place later will not be 0 where it has a meaning
 * @free_source: whose word it is that the ranges are free, PASID_CTL_FREE_*; PASID_CTL_FREE_NONE if
 *	there is none
 * @free_count: how many ranges there are, 0 to PASID_CTL_FREE_MAX
 * @free: bytes of extended configuration space that an emulated capability may hide, in the order
 *	in which they are to be used. For a VMM that emulates by itself, so that it need not
 *	guess. Each is checked to overlap no capability of the VF. They are found when the VF is
 *	opened, and stay until it is closed. If a capability is shown, it is in one of them
 *
 * The sets are masks of PASID_CTL_*; a program ignores bits that it does not know.
 *
 * The interrupt @event_index has one line. VFIO_DEVICE_GET_INFO counts it in num_irqs;
 * VFIO_DEVICE_GET_IRQ_INFO and VFIO_DEVICE_SET_IRQS treat it like VFIO_PCI_REQ_IRQ_INDEX: it
 * takes an eventfd, which the kernel signals after @effective has changed, whatever changed it:
 * the admin, the PF, a reset, the guest, or the VMM itself. One event may stand for several
 * changes, also for one that was taken back. The event does not say what @effective is now: a
 * program sets the eventfd first, then reads @effective, and reads @effective again after each
 * event. Closing the device takes the eventfd
 * away. The index is not fixed: it comes after those that the running kernel has for PCI devices.
 */
struct pasid_ctl_region {
	__le32 version;
	__le32 supported;
	__le32 ceiling;
	__le32 requested;
	__le32 effective;
	__le32 width;
	__le32 pasid_offset;
	__le32 pri_offset;
	__le32 event_index;
	__le32 reserved[7];
	__le32 free_source;
	__le32 free_count;
	struct pasid_ctl_free free[PASID_CTL_FREE_MAX];
};

#endif /* _UAPI_LINUX_PASID_CTL_H */
