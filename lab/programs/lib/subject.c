// SPDX-License-Identifier: GPL-2.0-only
/* Random DMA, compared with the model; see subject.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "history.h"
#include "random.h"
#include "subject.h"

#define LINE		128

/* As in lab/modules/client.h. */
#define IOVA			0x10000
#define IOVA_SUPERVISOR		0x20000
#define MEMORY_SIZE		0x4000

const uint32_t subject_pasids[MODEL_PASIDS] = { 1, 2, 5, 63, 64, 130, 4097, 0xfffff };

const char * const subject_types[MODEL_TYPES] = {
	[MODEL_PAGING]		= "paging",
	[MODEL_SS]		= "ss",
	[MODEL_NESTED]		= "nested",
	[MODEL_NESTED_SRE]	= "nested-sre",
};

static int open_memory(const struct subject *fn, int slot)
{
	char path[PATH_MAX];
	int fd;

	if (slot < 0)
		snprintf(path, sizeof(path), LAB "memory/%s", fn->bdf);
	else
		snprintf(path, sizeof(path), LAB "memory/%s%d", subject_types[fn->model.at[slot]],
			 fn->domain[slot]);
	fd = open(path, O_RDWR);
	if (fd < 0)
		history_fail("%s: %s", path, strerror(errno));
	return fd;
}

/* Mostly a PASID with something attached: only there, permissions make a difference. */
static int random_slot(const struct subject *fn)
{
	int slot = (int)below(MODEL_PASIDS + 1) - 1, i;

	for (i = 0; slot >= 0 && !fn->model.at[slot] && i < MODEL_PASIDS; i++)
		slot = below(MODEL_PASIDS);
	return slot;
}

static struct model_dma random_dma(const struct subject *fn)
{
	struct model_dma dma = { .slot = random_slot(fn) };
	enum model_type type = dma.slot < 0 ? MODEL_NOTHING : fn->model.at[dma.slot];

	dma.flags = random_chance(50) ? ENGINE_WRITE : 0;
	if (random_chance(25))
		dma.flags |= ENGINE_ATS;
	if (dma.slot < 0)
		return dma;
	if (random_chance(35))
		dma.flags |= ENGINE_PRIV;
	if (!(dma.flags & ENGINE_WRITE) && random_chance(15))
		dma.flags |= ENGINE_EXEC;
	dma.supervisor_page = (type == MODEL_NESTED || type == MODEL_NESTED_SRE) &&
			      random_chance(40);
	return dma;
}

static void describe(const struct subject *fn, const struct model_dma *dma, char text[LINE])
{
	snprintf(text, LINE, "%s %s%s%s%s pasid=%d (%s)%s", fn->bdf,
		 dma->flags & ENGINE_WRITE ? "write" : "read",
		 dma->flags & ENGINE_EXEC ? " exec" : "", dma->flags & ENGINE_PRIV ? " priv" : "",
		 dma->flags & ENGINE_ATS ? " ats" : "",
		 dma->slot < 0 ? -1 : (int)subject_pasids[dma->slot],
		 dma->slot < 0 || !fn->model.at[dma->slot] ? "nothing" :
		 subject_types[fn->model.at[dma->slot]],
		 dma->supervisor_page ? " supervisor page" : "");
}

static enum engine_error run_dma(struct subject *fn, const struct model_dma *dma,
				 uint32_t offset, uint32_t len)
{
	struct engine_request request = {
		.addr = (dma->slot < 0 ? fn->iova :
			 dma->supervisor_page ? IOVA_SUPERVISOR : IOVA) + offset,
		.len = len,
		.pasid = dma->slot < 0 ? ENGINE_NO_PASID : subject_pasids[dma->slot],
		.flags = dma->flags,
		.count = 1,
	};
	struct engine_result result;

	if (!engine_start(&fn->engine, &request))
		history_fail("%s: the engine does not start", fn->bdf);
	if (!engine_wait(&fn->engine, 10000, &result))
		history_fail("%s: the engine does not end", fn->bdf);
	return result.error;
}

static void random_bytes(uint8_t *bytes, uint32_t len)
{
	while (len--)
		*bytes++ = below(256);
}

/* Compares the target of the transfer, memory or the engine's buffer, with what should be there. */
static void check_data(struct subject *fn, const struct model_dma *dma, bool moved, int fd,
		       uint32_t offset, uint32_t len, const uint8_t *memory, const uint8_t *engine)
{
	const uint8_t *should = !!(dma->flags & ENGINE_WRITE) == moved ? engine : memory;
	uint8_t is[64];

	if (dma->flags & ENGINE_WRITE) {
		if (fd < 0)
			return;
		if (pread(fd, is, len, offset) != len)
			history_fail("memory cannot be read");
	} else {
		engine_fetch(&fn->engine, is, len);
	}
	if (memcmp(is, should, len))
		history_fail("the data is wrong: %s",
			     moved ? "it did not arrive" : "it arrived all the same");
}

enum engine_error subject_dma(struct subject *fn)
{
	uint32_t len = 4 * (1 + below(16)), offset = 4 * below((MEMORY_SIZE - 64) / 4);
	struct model_dma dma = random_dma(fn);
	enum engine_error is, should;
	uint8_t memory[64], engine[64];
	char text[LINE];
	int fd = -1;

	/* A PASID with nothing attached has no memory to look at. */
	if (dma.slot < 0 || fn->model.at[dma.slot])
		fd = open_memory(fn, dma.slot);
	random_bytes(memory, len);
	random_bytes(engine, len);
	if (fd >= 0 && pwrite(fd, memory, len, offset) != len)
		history_fail("memory cannot be written");
	engine_fill(&fn->engine, engine, len);

	describe(fn, &dma, text);
	should = model_dma(&fn->model, &dma);
	is = run_dma(fn, &dma, offset, len);
	if (is != should)
		history_fail("%s: is %s, should be %s", text, engine_error_name(is),
			     engine_error_name(should));
	check_data(fn, &dma, is == ENGINE_OK, fd, offset, len, memory, engine);
	if (fd >= 0)
		close(fd);
	return is;
}
