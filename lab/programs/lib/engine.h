/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The DMA engine of QEMU's pasid-testdev, driven from user space: its registers are
 * in BAR 0; its key and the Command register are in configuration space. Both come
 * from sysfs or from VFIO.
 */
#ifndef LAB_ENGINE_H
#define LAB_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "vfio.h"

#define ENGINE_BUFFER_SIZE	4096

/* Flags of a request. */
#define ENGINE_WRITE		(1u << 0)	/* device to memory */
#define ENGINE_EXEC		(1u << 1)
#define ENGINE_PRIV		(1u << 2)
#define ENGINE_ATS		(1u << 3)	/* ask for a translation, then use it */
#define ENGINE_PRI		(1u << 4)	/* ask for the page if it is denied */
#define ENGINE_STAMP		(1u << 5)	/* number the data that is written */
#define ENGINE_KEEP_GOING	(1u << 6)

#define ENGINE_NO_PASID		UINT32_MAX

/* Why the last failed transfer failed. */
enum engine_error {
	ENGINE_OK,
	ENGINE_BLOCKED,		/* the IOMMU answered UR */
	ENGINE_DENIED,		/* the translation does not allow it */
	ENGINE_ATS_UR,		/* the translation request got UR; the function's ATS is off */
	ENGINE_DISABLED,	/* the function's own control registers do not allow it */
	ENGINE_PRI_FAILED,
	ENGINE_LOCKED,		/* the key is wrong */
	ENGINE_INVALID,		/* the registers do not describe a request */
	ENGINE_BUS,		/* the IOMMU allowed it, but there is no memory */
	ENGINE_ERRORS
};

struct engine {
	volatile uint32_t *regs;
	int config;
	off_t config_at;	/* where configuration space begins in that file */
};

struct engine_request {
	uint64_t addr;
	uint32_t len;		/* 1 to ENGINE_BUFFER_SIZE */
	uint32_t pasid;		/* or ENGINE_NO_PASID */
	uint32_t flags;
	uint32_t count;
	uint32_t interval;	/* microseconds between transfers */
};

struct engine_result {
	bool busy;
	enum engine_error error;
	uint32_t ok;		/* transfers completed since the start */
	uint32_t failed;
	uint32_t atc_hits;
	uint32_t atc_inv;	/* invalidation requests received */
	uint32_t prg;		/* 0 none, 1 sent, 0x100 | response code, 0x200 refused */
};

/* False if the function has no such engine; the reason is printed on standard error. */
bool engine_open(struct engine *engine, const char *bdf);
bool engine_open_vfio(struct engine *engine, const struct vfio_function *fn);
void engine_close(struct engine *engine);

/* False if the engine is busy: it does one request at a time. */
bool engine_start(struct engine *engine, const struct engine_request *request);
void engine_stop(struct engine *engine);
void engine_result(struct engine *engine, struct engine_result *result);

/* Waits until the engine is idle; false if it takes longer than that on a quick machine. */
bool engine_wait(struct engine *engine, unsigned int milliseconds, struct engine_result *result);

/* The source of writes and the target of reads. */
void engine_fill(struct engine *engine, const void *data, size_t size);
void engine_fetch(struct engine *engine, void *data, size_t size);

const char *engine_error_name(enum engine_error error);

#endif
