/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between kernels in vfio, probed by compat/vfio.mk, which names the
 * changes. Force-included into the objects of vfio/.
 */
#ifndef _PASID_COMPAT_VFIO_H
#define _PASID_COMPAT_VFIO_H

#include <linux/vfio_pci_core.h>

#ifndef COMPAT_HAS_IOPF_GROUP_DEQUEUE
#define COMPAT_HAS_IOPF_GROUP_DEQUEUE	0
#endif

/* Ops that plain vfio-pci of this kernel has and that of others has not. */
#ifdef COMPAT_HAS_PASID_ATTACH_IOAS
#define COMPAT_VFIO_PASID_OPS \
	.pasid_attach_ioas = pasid_vfio_attach_pasid, \
	.pasid_detach_ioas = pasid_vfio_detach_pasid,
#define compat_vfio_attach_pasid	vfio_iommufd_physical_pasid_attach_ioas
#define compat_vfio_detach_pasid	vfio_iommufd_physical_pasid_detach_ioas
#else
#define COMPAT_VFIO_PASID_OPS
static inline int compat_vfio_attach_pasid(struct vfio_device *vdev, u32 pasid, u32 *pt_id)
{
	return -EOPNOTSUPP;
}

static inline void compat_vfio_detach_pasid(struct vfio_device *vdev, u32 pasid)
{
}
#endif

#ifdef COMPAT_HAS_MATCH_TOKEN_UUID
#define COMPAT_VFIO_TOKEN_OPS \
	.match_token_uuid = vfio_pci_core_match_token_uuid,
#else
#define COMPAT_VFIO_TOKEN_OPS
#endif

#ifdef COMPAT_HAS_GET_REGION_INFO_CAPS
#define COMPAT_VFIO_REGION_OPS \
	.get_region_info_caps = vfio_pci_ioctl_get_region_info,
#else
#define COMPAT_VFIO_REGION_OPS
#endif

/**
 * compat_vfio_has_pasids() - can the user of a device attach its PASIDs?
 * @vdev: the device, being opened
 *
 * Context: The device's open_device op.
 * Return: whether it is bound to an iommufd, on a kernel with PASIDs there.
 */
static inline bool compat_vfio_has_pasids(struct vfio_device *vdev)
{
#if defined(COMPAT_HAS_PASID_ATTACH_IOAS) && IS_ENABLED(CONFIG_IOMMUFD)
	return vdev->iommufd_device;
#else
	return false;
#endif
}

/**
 * compat_vfio_set_pci_ops() - give a device the PCI ops that plain vfio-pci has
 * @core: the device, before it is registered
 *
 * Context: Any.
 */
static inline void compat_vfio_set_pci_ops(struct vfio_pci_core_device *core)
{
#ifdef COMPAT_HAS_GET_DMABUF_PHYS
	static const struct vfio_pci_device_ops ops = {
		.get_dmabuf_phys = vfio_pci_core_get_dmabuf_phys,
	};

	core->pci_ops = &ops;
#endif
}

#endif /* _PASID_COMPAT_VFIO_H */
