/* SPDX-License-Identifier: GPL-2.0-only */
/* Page requests of a function that was opened with an iommufd. */
#ifndef LAB_REQUESTS_H
#define LAB_REQUESTS_H

#include "vfio.h"

/* What a function asks for, as IOMMU_FAULT_QUEUE_ALLOC's file has it. */
struct page_request {
	bool has_pasid;
	bool last;		/* of its group */
	uint32_t pasid;
	uint32_t group;
	uint32_t perm;		/* IOMMU_PGFAULT_PERM_* */
	uint64_t addr;
	uint32_t cookie;
};

/* 0 or an errno. Makes an address space that maps nothing and whose page requests come here. */
int requests_make_space(struct vfio_function *fn, uint32_t *ioas, uint32_t *table);

/* 0 or an errno. Maps one page of memory. */
int requests_map(struct vfio_function *fn, uint32_t ioas, void *page, uint64_t iova);

/* 0, an errno, or EAGAIN if none arrives in time. The time is that on a quick machine. */
int requests_next(struct vfio_function *fn, unsigned int milliseconds,
		  struct page_request *request);

/* 0 or an errno. The code is an enum iommufd_page_response_code, or any other number. */
int requests_answer(struct vfio_function *fn, uint32_t cookie, uint32_t code);

#endif
