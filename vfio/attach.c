// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ops of a device that is bound to an iommufd: its address spaces are attached, replaced and
 * detached. Meanwhile page requests of the PASID concerned are refused: when intel-iommu replaces
 * or detaches the last address space with a fault object, it takes the device out of its list
 * before it tears the entry down, and io-pgfault must not get a request in between.
 */
#include "pasid-vfio.h"

/* Without a registration there are no page requests either. */
static void pasid_attach_begins(struct vfio_device *vdev, u32 pasid)
{
	struct pasid_vfio *dev = to_pasid_vfio(vdev);

	if (dev->ctl)
		pasid_ctl_hold_requests_of(dev->ctl, pasid);
}

static void pasid_attach_ends(struct vfio_device *vdev)
{
	struct pasid_vfio *dev = to_pasid_vfio(vdev);

	if (dev->ctl)
		pasid_ctl_release_requests_of(dev->ctl);
}

/**
 * pasid_vfio_attach_ioas() - the attach_ioas op
 * @vdev: the device
 * @pt_id: the address space's ID
 *
 * Context: Process context, may sleep.
 * Return: as vfio_iommufd_physical_attach_ioas().
 */
int pasid_vfio_attach_ioas(struct vfio_device *vdev, u32 *pt_id)
{
	int err;

	pasid_attach_begins(vdev, IOMMU_NO_PASID);
	err = vfio_iommufd_physical_attach_ioas(vdev, pt_id);
	pasid_attach_ends(vdev);
	return err;
}

/**
 * pasid_vfio_detach_ioas() - the detach_ioas op
 * @vdev: the device
 *
 * Context: Process context, may sleep.
 */
void pasid_vfio_detach_ioas(struct vfio_device *vdev)
{
	pasid_attach_begins(vdev, IOMMU_NO_PASID);
	vfio_iommufd_physical_detach_ioas(vdev);
	pasid_attach_ends(vdev);
}

/**
 * pasid_vfio_attach_pasid() - the pasid_attach_ioas op
 * @vdev: the device
 * @pasid: the PASID
 * @pt_id: the address space's ID
 *
 * Context: Process context, may sleep.
 * Return: as vfio_iommufd_physical_pasid_attach_ioas().
 */
int pasid_vfio_attach_pasid(struct vfio_device *vdev, u32 pasid, u32 *pt_id)
{
	int err;

	pasid_attach_begins(vdev, pasid);
	err = compat_vfio_attach_pasid(vdev, pasid, pt_id);
	pasid_attach_ends(vdev);
	return err;
}

/**
 * pasid_vfio_detach_pasid() - the pasid_detach_ioas op
 * @vdev: the device
 * @pasid: the PASID
 *
 * Context: Process context, may sleep.
 */
void pasid_vfio_detach_pasid(struct vfio_device *vdev, u32 pasid)
{
	pasid_attach_begins(vdev, pasid);
	compat_vfio_detach_pasid(vdev, pasid);
	pasid_attach_ends(vdev);
}
