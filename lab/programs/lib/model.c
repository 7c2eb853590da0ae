// SPDX-License-Identifier: GPL-2.0-only
/* See model.h. */
#include <stdio.h>

#include "model.h"

const char * const model_perm_names[MODEL_PERMS] = { "enable", "exec", "priv", "pri" };

unsigned int model_effective(const struct model_function *fn)
{
	unsigned int set = fn->supported;

	if (fn->vf)
		set &= fn->ceiling & fn->request;
	if (!(set & MODEL_ENABLE))
		set &= ~(MODEL_EXEC | MODEL_PRIV);
	return set;
}

/*
 * A nested entry has SRE if the vIOMMU asked for it. Another entry has SRE only if the
 * function has a user.
 */
static bool privileged(const struct model_function *fn, enum model_type type)
{
	if (!(model_effective(fn) & MODEL_PRIV))
		return false;
	if (type == MODEL_NESTED || type == MODEL_NESTED_SRE)
		return type == MODEL_NESTED_SRE;
	return fn->owned;
}

static bool allowed(const struct model_function *fn, const struct model_dma *dma)
{
	enum model_type type = fn->at[dma->slot];

	if (type == MODEL_NOTHING)
		return false;
	if ((dma->flags & ENGINE_EXEC) && !(model_effective(fn) & MODEL_EXEC))
		return false;
	if ((dma->flags & ENGINE_PRIV) && !privileged(fn, type))
		return false;
	return !dma->supervisor_page || (dma->flags & ENGINE_PRIV);
}

enum engine_error model_dma(struct model_function *fn, const struct model_dma *dma)
{
	bool ats = dma->flags & ENGINE_ATS;

	if (ats && !fn->ats)
		return ENGINE_DISABLED;
	if (dma->slot < 0)
		return ENGINE_OK;
	if (!(model_effective(fn) & MODEL_ENABLE)) {
		/* A translation request gets UR, and the function switches its ATS off. */
		fn->ats = fn->ats && !ats;
		return ats ? ENGINE_ATS_UR : ENGINE_BLOCKED;
	}
	if (allowed(fn, dma))
		return ENGINE_OK;
	return ats ? ENGINE_DENIED : ENGINE_BLOCKED;
}

void model_set(struct model_function *fn, unsigned int ceiling, unsigned int request)
{
	bool was = model_effective(fn) & MODEL_ENABLE;

	fn->ceiling = ceiling;
	fn->request = request;
	if (!was && (model_effective(fn) & MODEL_ENABLE))
		fn->ats = true;
}

void model_text(unsigned int set, char text[64])
{
	int i;

	for (i = 0; i < MODEL_PERMS; i++)
		text += sprintf(text, "%s%c%s", i ? " " : "",
				set & 1u << i ? '+' : '-', model_perm_names[i]);
}
