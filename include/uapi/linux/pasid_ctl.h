/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * pasid-ctl: the VMM control region of pasid-vfio-pci
 *
 * A VFIO device-specific region of a VF, for VMMs that emulate the PASID capability
 * themselves, or want to know what is in force. Every VF under PASID control has it
 * while it is open, whether pasid-vfio-pci shows a capability or not. It is the region
 * whose VFIO_REGION_INFO_CAP_TYPE has the type and subtype below. It can be read with any
 * offset and size; the one member that can be written is @requested, 4 bytes at once.
 */
#ifndef _UAPI_LINUX_PASID_CTL_H
#define _UAPI_LINUX_PASID_CTL_H

#include <linux/types.h>
#include <linux/vfio.h>

/*
 * VFs of all vendors have the region, so its type is not in the number space of one of
 * them: FFFFh is what a function that is absent has for a Vendor ID, and is never
 * assigned. Types without a vendor are for linux/vfio.h alone to number.
 */
#define PASID_CTL_REGION_TYPE		(VFIO_REGION_TYPE_PCI_VENDOR_TYPE | 0xffff)
#define PASID_CTL_REGION_SUBTYPE	0x5043

#define PASID_CTL_REGION_VERSION	1

/* Permissions; the first three are where the PASID Control register has them. */
#define PASID_CTL_ENABLE		(1 << 0)	/* requests with PASID */
#define PASID_CTL_EXEC			(1 << 1)	/* ... for execution */
#define PASID_CTL_PRIV			(1 << 2)	/* ... in privileged mode */
#define PASID_CTL_PRI			(1 << 3)	/* page requests */

/**
 * struct pasid_ctl_region - the region's content, all little-endian
 * @version: PASID_CTL_REGION_VERSION. Another number means that members below have
 *	another meaning, and a program that does not know it leaves the region alone.
 *	A member that takes the place of a reserved one, or is added at the end, does
 *	not change it: the region's size says how far the structure goes
 * @supported: what PF and IOMMU can do now
 * @ceiling: what the host's admin lets the VF do at most, cut to @supported
 * @requested: what the user asks for. A write is in force when it returns: what it
 *	takes away is gone, what it grants above the ceiling waits until that is
 *	raised. It fails, and nothing changes, with EINVAL for an unknown permission
 *	or another size, EOPNOTSUPP for one that is newly asked for and not supported,
 *	ENODEV if the VF is going away, EAGAIN while it is being reset. With EIO the
 *	IOMMU did not complete an invalidation, or intel-iommu cannot be followed: what
 *	the write takes away stays away, what it grants is not.
 *	If a capability is shown, it is nothing when the VF is opened, and the control
 *	bits of the capability are the same request: the last writer wins, and each sees
 *	what the other wrote. If none is shown, it is all when the VF is opened, so that
 *	a VMM that does not know the region finds what plain vfio-pci gives. Any reset
 *	of the VF clears it, once it has been written or a capability is shown.
 * @effective: what the IOMMU lets the VF do: all three sets together
 * @width: PASID width in bits, 0 to 20
 * @pasid_offset: offset of the emulated PASID capability, or 0 if none is shown
 * @pri_offset: offset of the emulated PRI capability, or 0 if none is shown
 * @event_index: index of the interrupt that says that @effective has changed, or 0 if there
 *	is none; see below
 * @reserved: 0. What a driver says there one day, it says by another value than 0
 *
 * The sets are masks of PASID_CTL_*; bits that are not listed here are to be ignored.
 *
 * The interrupt @event_index has one line. VFIO_DEVICE_GET_INFO counts it in num_irqs;
 * VFIO_DEVICE_GET_IRQ_INFO and VFIO_DEVICE_SET_IRQS treat it like VFIO_PCI_REQ_IRQ_INDEX: it
 * takes an eventfd, which the kernel signals after each change of @effective, when the change
 * is in force, whoever made it: the admin, the PF, a reset, or the user. The event does not
 * say what @effective is now: a user sets the eventfd first, then reads @effective, and reads
 * @effective again after each event. Closing the device takes the eventfd away. The index is
 * not fixed: it comes after those that the running kernel has for PCI devices.
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
};

#endif /* _UAPI_LINUX_PASID_CTL_H */
