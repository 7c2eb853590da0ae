/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A function that random-dma tries: its engine, and the model of what it may do.
 */
#ifndef LAB_SUBJECT_H
#define LAB_SUBJECT_H

#include <stdint.h>

#include "engine.h"
#include "model.h"

/* The client of the lab, lab/modules/client-*.c. */
#define LAB		"/sys/kernel/debug/pasid-lab/"

struct subject {
	const char *bdf;
	struct engine engine;
	struct model_function model;
	int domain[MODEL_PASIDS];	/* the domain's number among those of its type */
	uint64_t iova;			/* of requests without PASID */
};

extern const uint32_t subject_pasids[MODEL_PASIDS];
extern const char * const subject_types[MODEL_TYPES];

/*
 * One random DMA request. The result and the data have to be what the model says; if
 * not, the program ends. Returns the result.
 */
enum engine_error subject_dma(struct subject *fn);

#endif
