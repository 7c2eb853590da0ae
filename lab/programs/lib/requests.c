// SPDX-License-Identifier: GPL-2.0-only
/* See requests.h. */
#include <errno.h>
#include <linux/iommufd.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "requests.h"
#include "speed.h"

#define PAGE_SIZE	4096

/* The fault object is made when it is needed first. */
static int open_queue(struct vfio_function *fn)
{
	struct iommu_fault_alloc alloc = { .size = sizeof(alloc) };

	if (fn->faults >= 0)
		return 0;
	if (ioctl(fn->iommufd, IOMMU_FAULT_QUEUE_ALLOC, &alloc))
		return -1;
	fn->faults = alloc.out_fault_fd;
	fn->faults_id = alloc.out_fault_id;
	return 0;
}

int requests_make_space(struct vfio_function *fn, uint32_t *ioas, uint32_t *table)
{
	struct iommu_hwpt_alloc alloc = {
		.size = sizeof(alloc),
		.flags = IOMMU_HWPT_ALLOC_PASID | IOMMU_HWPT_FAULT_ID_VALID,
		.dev_id = fn->id,
	};

	if (open_queue(fn) || vfio_alloc_ioas(fn, ioas))
		return errno;
	alloc.pt_id = *ioas;
	alloc.fault_id = fn->faults_id;
	if (ioctl(fn->iommufd, IOMMU_HWPT_ALLOC, &alloc))
		return errno;
	*table = alloc.out_hwpt_id;
	return 0;
}

int requests_map(struct vfio_function *fn, uint32_t ioas, void *page, uint64_t iova)
{
	return vfio_map_memory(fn, ioas, page, PAGE_SIZE, iova);
}

int requests_next(struct vfio_function *fn, unsigned int milliseconds,
		  struct page_request *request)
{
	struct pollfd waits = { .fd = fn->faults, .events = POLLIN };
	struct iommu_hwpt_pgfault fault;
	ssize_t done;

	if (fn->faults < 0)
		return EBADF;
	if (poll(&waits, 1, scaled(milliseconds)) <= 0)
		return EAGAIN;
	done = read(fn->faults, &fault, sizeof(fault));
	if (done != sizeof(fault))
		return done < 0 ? errno : EIO;
	*request = (struct page_request) {
		.has_pasid = fault.flags & IOMMU_PGFAULT_FLAGS_PASID_VALID,
		.last = fault.flags & IOMMU_PGFAULT_FLAGS_LAST_PAGE,
		.pasid = fault.pasid,
		.group = fault.grpid,
		.perm = fault.perm,
		.addr = fault.addr,
		.cookie = fault.cookie,
	};
	return 0;
}

int requests_answer(struct vfio_function *fn, uint32_t cookie, uint32_t code)
{
	struct iommu_hwpt_page_response response = { .cookie = cookie, .code = code };

	if (fn->faults < 0)
		return EBADF;
	return write(fn->faults, &response, sizeof(response)) == sizeof(response) ? 0 : errno;
}
