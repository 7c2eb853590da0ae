/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A function opened through VFIO as a VMM does, with a type 1 container or with an
 * iommufd. Offsets come from VFIO, not from the product's headers.
 */
#ifndef LAB_VFIO_H
#define LAB_VFIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define VFIO_CONFIG_SIZE	4096

#define VFIO_NO_PASID		UINT32_MAX

struct vfio_function {
	int container;
	int group;
	int iommufd;
	uint32_t id;		/* the function's ID in the iommufd */
	int faults;		/* the file of its fault object, or -1: requests.h */
	uint32_t faults_id;
	int device;
	uint64_t bar;		/* where BAR 0 is in @device */
	uint64_t config;	/* where configuration space is in @device */
	uint64_t control;	/* where the VMM control region is, or 0 */
	uint64_t control_size;
	unsigned int control_index;
};

/* What IOMMU_GET_HW_INFO says of PASIDs. */
struct vfio_hw_info {
	unsigned int pasid_width;	/* in bits; 0: none */
	bool exec;
	bool priv;
};

/* 0 or an errno. After an error nothing is left open. */
int vfio_open(struct vfio_function *fn, const char *bdf);
int vfio_open_iommufd(struct vfio_function *fn, const char *bdf);
void vfio_close(struct vfio_function *fn);

/* 0 or an errno. The file's first page, in the memory of this process. */
int vfio_map_file(const char *path, void **page);

/* 0 or an errno. For functions with an iommufd: makes an address space, and maps memory in it. */
int vfio_alloc_ioas(struct vfio_function *fn, uint32_t *ioas);
int vfio_map_memory(struct vfio_function *fn, uint32_t ioas, void *start, size_t length,
		    uint64_t iova);

/*
 * 0 or an errno. For functions with an iommufd: makes an address space, which maps the
 * file's first page at @iova. @table is its ID, to be attached at PASIDs or without.
 */
int vfio_map_page(struct vfio_function *fn, const char *path, uint64_t iova, uint32_t *table);
int vfio_map_nested(struct vfio_function *fn, const char *path, uint64_t iova, bool privileged,
		    uint32_t *table);
int vfio_attach(struct vfio_function *fn, uint32_t pasid, uint32_t table);
int vfio_detach(struct vfio_function *fn, uint32_t pasid);
int vfio_hw_info(struct vfio_function *fn, struct vfio_hw_info *info);

/* 0 or an errno. A number is little-endian, of 1 to 8 bytes. */
int vfio_read_config(struct vfio_function *fn, unsigned int at, void *buf, size_t size);
int vfio_write_config(struct vfio_function *fn, unsigned int at, const void *buf, size_t size);
int vfio_read_control(struct vfio_function *fn, unsigned int at, void *buf, size_t size);
int vfio_write_control(struct vfio_function *fn, unsigned int at, const void *buf, size_t size);

int vfio_reset(struct vfio_function *fn);
int vfio_hot_reset(struct vfio_function *fn);
int vfio_low_power(struct vfio_function *fn, bool enter);

#endif
