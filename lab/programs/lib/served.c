// SPDX-License-Identifier: GPL-2.0-only
/* See served.h. */
#include <errno.h>
#include <linux/iommufd.h>
#include <stdio.h>
#include <sys/mman.h>

#include "served.h"

#define PAGE_SIZE	4096
#define FIRST		0x10000
#define MILLISECONDS	10000	/* on a quick machine */

static unsigned int size_of(unsigned int reg)
{
	return reg < SERVED_CAPACITY ? 2 : 4;
}

int served_set(struct served *vf, unsigned int reg, uint32_t value)
{
	return vfio_write_config(&vf->fn, vf->cap + reg, &value, size_of(reg));
}

int served_get(struct served *vf, unsigned int reg, uint32_t *value)
{
	*value = 0;
	return vfio_read_config(&vf->fn, vf->cap + reg, value, size_of(reg));
}

int served_enable(struct served *vf, uint32_t allocation)
{
	int err = served_set(vf, SERVED_CONTROL, 1);

	if (!err)
		err = served_set(vf, SERVED_ALLOCATION, allocation);
	return err ? err : served_set(vf, SERVED_PRI_CONTROL, 1);
}

int served_open(struct served *vf, const char *bdf, unsigned int cap)
{
	int err = vfio_open_iommufd(&vf->fn, bdf);

	if (err)
		return err;
	vf->cap = cap;
	vf->asked = FIRST;
	vf->page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (vf->page == MAP_FAILED)
		return errno;
	err = requests_make_space(&vf->fn, &vf->ioas, &vf->table);
	if (!err)
		err = vfio_attach(&vf->fn, SERVED_PASID, vf->table);
	if (err)
		return err;
	return engine_open_vfio(&vf->engine, &vf->fn) ? 0 : ENODEV;
}

bool served_ask(struct served *vf)
{
	struct engine_request request = {
		.len = sizeof(vf->asked), .pasid = SERVED_PASID, .count = 1,
		.flags = ENGINE_WRITE | ENGINE_ATS | ENGINE_PRI,
	};

	vf->asked += PAGE_SIZE;
	request.addr = vf->asked;
	engine_stop(&vf->engine);
	engine_fill(&vf->engine, &vf->asked, sizeof(vf->asked));
	return engine_start(&vf->engine, &request);
}

int served_next(struct served *vf, struct page_request *request)
{
	int err = requests_next(&vf->fn, MILLISECONDS, request);

	if (err)
		return err;
	return request->has_pasid && request->pasid == SERVED_PASID && request->last &&
	       request->addr == vf->asked && request->perm == IOMMU_PGFAULT_PERM_WRITE ? 0 : EPROTO;
}

int served_grant(struct served *vf, const struct page_request *request)
{
	int err = requests_map(&vf->fn, vf->ioas, vf->page, request->addr);

	return err ? err : requests_answer(&vf->fn, request->cookie, IOMMUFD_PAGE_RESP_SUCCESS);
}

bool served_ended(struct served *vf, unsigned int prg)
{
	struct engine_result result;

	return engine_wait(&vf->engine, MILLISECONDS, &result) && result.prg == prg &&
	       (prg != SERVED_PRG_SUCCESS || (!result.error && *vf->page == vf->asked));
}

const char *served_once(struct served *vf)
{
	struct page_request request;

	if (!served_ask(vf))
		return "the engine cannot be started";
	if (served_next(vf, &request))
		return "its page request does not arrive";
	if (served_grant(vf, &request))
		return "its page request cannot be answered";
	if (!served_ended(vf, SERVED_PRG_SUCCESS))
		return "its transfer is not done after the answer";
	return NULL;
}
