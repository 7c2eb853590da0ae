// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-session BDF FILE CAP [no-reset]: does with a VF what a VMM does, through an iommufd:
 * has changes of permissions signalled, maps FILE's first page in an address space, attaches
 * it without and at a PASID, enables PASID in the capability at CAP, resets the VF, detaches.
 * If the VF is a pasid-testdev, its engine does DMA meanwhile. Exits with 0 if all steps
 * succeeded.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "irq.h"
#include "vfio.h"

#define IOVA	0x10000
#define PASID	5
#define CONTROL	6
#define EVENT_INDEX	32 /* in the VMM control region */

static struct vfio_function fn;

static void check(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "vfio-session: %s: %s\n", what, strerror(err));
	exit(1);
}

static void enable(unsigned int cap)
{
	const uint16_t enable = 1;

	check(vfio_write_config(&fn, cap + CONTROL, &enable, sizeof(enable)), "enable");
}

/* The VMM wants to know what becomes of the permissions; the region says by which interrupt. */
static void watch(void)
{
	uint32_t index;
	int event;

	check(vfio_read_control(&fn, EVENT_INDEX, &index, sizeof(index)), "read the region");
	check(irq_arm(&fn, index, &event), "watch");
}

static void start_dma(void)
{
	const struct engine_request request = {
		.addr = IOVA, .len = 64, .pasid = PASID, .count = UINT32_MAX, .interval = 500,
		.flags = ENGINE_WRITE | ENGINE_KEEP_GOING,
	};
	struct engine engine;

	if (!engine_open_vfio(&engine, &fn))
		return;
	engine_start(&engine, &request);
	engine_close(&engine);
}

int main(int argc, char **argv)
{
	unsigned int cap;
	uint32_t table;

	if (argc != 4 && (argc != 5 || strcmp(argv[4], "no-reset")))
		return 2;
	cap = strtoul(argv[3], NULL, 0);
	check(vfio_open_iommufd(&fn, argv[1]), "open");
	watch();
	check(vfio_map_page(&fn, argv[2], IOVA, &table), "map");
	check(vfio_attach(&fn, VFIO_NO_PASID, table), "attach");
	check(vfio_attach(&fn, PASID, table), "attach PASID");
	enable(cap);
	start_dma();
	if (argc == 4)
		check(vfio_reset(&fn), "reset");
	enable(cap);
	start_dma();
	check(vfio_detach(&fn, PASID), "detach PASID");
	check(vfio_attach(&fn, PASID, table), "attach PASID again");
	check(vfio_detach(&fn, VFIO_NO_PASID), "detach");
	return 0;
}
