# SPDX-License-Identifier: GPL-2.0-only
#
# What the kernel's vfio headers have, as macros for compat/vfio.h. A probe looks for a word that
# the upstream change named beside it brought in.

compat-probe = $(if $(shell grep -sw $(2) $(srctree)/include/linux/$(1)),-D$(3))

# "vfio-iommufd: Support pasid [at|de]tach for physical VFIO devices", 6.15
ccflags-y += $(call compat-probe,vfio.h,pasid_attach_ioas,COMPAT_HAS_PASID_ATTACH_IOAS)
# "vfio/pci: Do vf_token checks for VFIO_DEVICE_BIND_IOMMUFD", 6.17
ccflags-y += $(call compat-probe,vfio.h,match_token_uuid,COMPAT_HAS_MATCH_TOKEN_UUID)
# "vfio: Move the remaining drivers to get_region_info_caps", 6.19
ccflags-y += $(call compat-probe,vfio.h,get_region_info_caps,COMPAT_HAS_GET_REGION_INFO_CAPS)
# "vfio/pci: Add dma-buf export support for MMIO regions", 6.19
ccflags-y += $(call compat-probe,vfio_pci_core.h,get_dmabuf_phys,COMPAT_HAS_GET_DMABUF_PHYS)
# iopf_group_dequeue(), in 7.3 and in the newest 6.12: requests that wait for a user are not freed when
# the device leaves the queue of intel-iommu
ccflags-y += $(call compat-probe,iommu.h,iopf_group_dequeue,COMPAT_HAS_IOPF_GROUP_DEQUEUE)
