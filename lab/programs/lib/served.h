/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VF with the engine of a pasid-testdev, whose page requests come to this process. Its PASID
 * capability is followed by its PRI capability.
 */
#ifndef LAB_SERVED_H
#define LAB_SERVED_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"
#include "requests.h"
#include "vfio.h"

#define SERVED_PASID	5

/* Registers, counted from the PASID capability. */
#define SERVED_CONTROL		6
#define SERVED_PRI_CONTROL	12
#define SERVED_PRI_STATUS	14
#define SERVED_CAPACITY		16
#define SERVED_ALLOCATION	20

/* What the engine says of its last page request: struct engine_result. */
#define SERVED_PRG_WAITS	0x001
#define SERVED_PRG_SUCCESS	0x100
#define SERVED_PRG_INVALID	0x101
#define SERVED_PRG_REFUSED	0x200	/* by the IOMMU: page requests are off */

struct served {
	struct vfio_function fn;
	struct engine engine;
	unsigned int cap;
	uint32_t ioas;		/* the address space for page requests ... */
	uint32_t table;		/* ... and what is to be attached for it */
	uint64_t *page;		/* what is mapped on request */
	uint64_t asked;		/* the address of the last request; the engine writes that, too */
};

/* 0 or an errno. Opens the VF and attaches the address space at SERVED_PASID. */
int served_open(struct served *vf, const char *bdf, unsigned int cap);

/* 0 or an errno. A register of 2 or 4 bytes. */
int served_set(struct served *vf, unsigned int reg, uint32_t value);
int served_get(struct served *vf, unsigned int reg, uint32_t *value);

/* 0 or an errno. As after a reset of the VF: PASID on, and PRI with this allocation. */
int served_enable(struct served *vf, uint32_t allocation);

/*
 * False if the engine cannot be started. It asks for a page at an address at which there never was
 * one. A transfer that still waits is given up.
 */
bool served_ask(struct served *vf);

/* 0, an errno, or EAGAIN if no request arrives in time; EPROTO if another one arrives. */
int served_next(struct served *vf, struct page_request *request);

/* 0 or an errno. Maps what the engine has asked for, and answers so. */
int served_grant(struct served *vf, const struct page_request *request);

/* Did the engine end in time, get this answer and, if the answer is success, write its data? */
bool served_ended(struct served *vf, unsigned int prg);

/* All of this once. NULL, or what went wrong. */
const char *served_once(struct served *vf);

#endif
