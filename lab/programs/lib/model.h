/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a function may do with PASIDs: a model to compare the product with. It shares
 * no code with the product.
 */
#ifndef LAB_MODEL_H
#define LAB_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "engine.h"

#define MODEL_ENABLE	(1u << 0)
#define MODEL_EXEC	(1u << 1)
#define MODEL_PRIV	(1u << 2)
#define MODEL_PRI	(1u << 3)
#define MODEL_ALL	(MODEL_ENABLE | MODEL_EXEC | MODEL_PRIV | MODEL_PRI)
#define MODEL_DEFAULT	(MODEL_ALL & ~MODEL_EXEC)
#define MODEL_PERMS	4

#define MODEL_PASIDS	8

/* What is attached at a PASID. */
enum model_type {
	MODEL_NOTHING,
	MODEL_PAGING,
	MODEL_SS,
	MODEL_NESTED,
	MODEL_NESTED_SRE,
	MODEL_TYPES
};

struct model_function {
	bool vf;		/* under the product's control */
	bool owned;		/* has a user */
	bool ats;		/* ATS Enable in the function's register */
	unsigned int supported;
	unsigned int ceiling;
	unsigned int request;
	enum model_type at[MODEL_PASIDS];
};

/* One request; @slot is an index of at[], or negative for a request without PASID. */
struct model_dma {
	int slot;
	uint32_t flags;		/* ENGINE_* */
	bool supervisor_page;	/* mapped for privileged requests only */
};

unsigned int model_effective(const struct model_function *fn);

/* The result of a request. A translation request that gets UR switches the function's ATS off. */
enum engine_error model_dma(struct model_function *fn, const struct model_dma *dma);

/* Changes ceiling and request. If that grants enable, ATS is on again. */
void model_set(struct model_function *fn, unsigned int ceiling, unsigned int request);

/* "+enable -exec +priv +pri" */
void model_text(unsigned int set, char text[64]);

extern const char * const model_perm_names[MODEL_PERMS];

#endif
