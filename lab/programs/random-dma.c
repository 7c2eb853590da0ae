// SPDX-License-Identifier: GPL-2.0-only
/*
 * random-dma: random policy, attachments, resets and DMA, compared step by step
 * with what section 3 of the design predicts (lib/model.c). It stops at the
 * first difference and prints the steps that led there. The same seed does the
 * same steps.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "files.h"
#include "model.h"
#include "random.h"

#define LAB		"/sys/kernel/debug/pasid-lab/"
#define FUNCTIONS	8
#define DOMAINS		3	/* of each type, shared by all functions */
#define DMAS_PER_STEP	3
#define HISTORY		24
#define LINE		128

/* As lab/modules/client.h has them. */
#define IOVA			0x10000
#define IOVA_SUPERVISOR		0x20000
#define MEMORY_SIZE		0x4000

struct function {
	const char *bdf;
	struct engine engine;
	struct model_function model;
	int domain[MODEL_PASIDS];	/* which of its type */
	uint64_t iova;			/* of requests without PASID */
};

static const uint32_t pasids[MODEL_PASIDS] = { 1, 2, 5, 63, 64, 130, 4097, 0xfffff };

static const char * const type_names[MODEL_TYPES] = {
	[MODEL_PAGING]		= "paging",
	[MODEL_SS]		= "ss",
	[MODEL_NESTED]		= "nested",
	[MODEL_NESTED_SRE]	= "nested-sre",
};

static struct function functions[FUNCTIONS];
static int function_count;
static char history[HISTORY][LINE];
static unsigned int step;
static unsigned int outcomes[ENGINE_ERRORS];
static bool can_replace = true;

static bool chance(unsigned int percent)
{
	return below(100) < percent;
}

__attribute__((format(printf, 1, 2)))
static void note(const char *format, ...)
{
	va_list args;
	int used;

	used = snprintf(history[step % HISTORY], LINE, "%u: ", step);
	va_start(args, format);
	vsnprintf(history[step % HISTORY] + used, LINE - used, format, args);
	va_end(args);
}

__attribute__((format(printf, 1, 2), noreturn))
static void fail(const char *format, ...)
{
	va_list args;
	int i;

	puts("the last steps:");
	for (i = 1; i <= HISTORY; i++)
		if (*history[(step + i) % HISTORY])
			printf("  %s\n", history[(step + i) % HISTORY]);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

static void expect_errno(int is, int should, const char *what)
{
	if (is != should)
		fail("%s: %s, should be %s", what, strerror(is), strerror(should));
}

static void read_words(const struct function *fn, const char *name, char *text, size_t size)
{
	int err = read_attribute(fn->bdf, name, text, size);

	if (err)
		fail("%s %s: %s", fn->bdf, name, strerror(err));
}

__attribute__((format(printf, 3, 4)))
static void lab_do(const char *file, int should, const char *format, ...)
{
	char command[LINE], path[64];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	note("%s", command);
	snprintf(path, sizeof(path), LAB "%s", file);
	expect_errno(write_file(path, command), should, command);
}

/* --- Policy -------------------------------------------------------------- */

/*
 * A line for pasid_ctl in one of its shapes. Returns what it makes of the
 * ceiling @set, and whether it asks for something that is not supported.
 */
static unsigned int random_policy(unsigned int set, unsigned int supported,
				  char text[64], bool *refused)
{
	unsigned int i, asked = 0;

	*refused = false;
	*text = 0;
	if (chance(15)) {
		strcpy(text, "default");
		return MODEL_DEFAULT;
	}
	if (chance(30)) {
		set = chance(60) ? supported : 0;
		strcpy(text, set ? "+all" : "-all");
	}
	for (i = 0; i < MODEL_PERMS; i++) {
		if (*text && !chance(40))
			continue;
		/* Mostly on: with enable off nothing else can be seen. */
		asked = chance(70) ? 1u << i : 0;
		if (asked && !(supported & asked) && !chance(5))
			asked = 0;
		*refused |= asked & ~supported;
		set = (set & ~(1u << i)) | asked;
		sprintf(text + strlen(text), "%s%c%s", *text ? " " : "",
			asked ? '+' : '-', model_perm_names[i]);
	}
	return set;
}

static void do_policy(struct function *fn)
{
	struct model_function *m = &fn->model;
	unsigned int ceiling;
	char text[64];
	bool refused;

	ceiling = random_policy(m->ceiling, m->supported, text, &refused);
	note("%s pasid_ctl '%s'", fn->bdf, text);
	expect_errno(write_attribute(fn->bdf, "pasid_ctl", text), refused ? EOPNOTSUPP : 0, text);
	if (!refused)
		model_set(m, ceiling, m->request);
}

static void do_request(struct function *fn)
{
	char text[64];
	unsigned int request;
	bool refused;

	if (!fn->model.owned)
		return do_policy(fn);
	request = below(MODEL_ALL + 1);
	if (!chance(5))
		request &= fn->model.supported;
	if (chance(50))
		request |= MODEL_ENABLE;
	refused = request & ~fn->model.supported;
	model_text(request, text);
	lab_do("user", refused ? EOPNOTSUPP : 0, "request %s %s", fn->bdf, text);
	if (!refused)
		model_set(&fn->model, fn->model.ceiling, request);
}

static bool has_pasids(const struct function *fn)
{
	int i;

	for (i = 0; i < MODEL_PASIDS; i++)
		if (fn->model.at[i])
			return true;
	return false;
}

static void do_user(struct function *fn)
{
	struct model_function *m = &fn->model;
	bool all = chance(50), busy = has_pasids(fn);

	if (m->owned) {
		lab_do("user", 0, "put %s", fn->bdf);
		m->owned = false;
		model_set(m, m->ceiling, MODEL_ALL);
		return;
	}
	lab_do("user", busy ? EBUSY : 0, "get %s %s", fn->bdf, all ? "all" : "none");
	if (busy)
		return;
	m->owned = true;
	model_set(m, m->ceiling, all ? MODEL_ALL : 0);
}

/* --- Attachments --------------------------------------------------------- */

static void attach(struct function *fn, int slot, enum model_type type, int domain)
{
	const char *how = fn->model.at[slot] ? "replace" : "attach";

	lab_do("ctl", 0, "%s %s %u %s %s%d", how, fn->bdf, pasids[slot], type_names[type],
	       type_names[type], domain);
	fn->model.at[slot] = type;
	fn->domain[slot] = domain;
}

static void detach(struct function *fn, int slot)
{
	lab_do("ctl", 0, "detach %s %u", fn->bdf, pasids[slot]);
	fn->model.at[slot] = MODEL_NOTHING;
}

static void do_attach(struct function *fn)
{
	int slot = below(MODEL_PASIDS);

	if (fn->model.at[slot] && !can_replace)
		detach(fn, slot);
	attach(fn, slot, 1 + below(MODEL_TYPES - 1), below(DOMAINS));
}

static void do_detach(struct function *fn)
{
	int slot = below(MODEL_PASIDS);

	if (fn->model.at[slot])
		detach(fn, slot);
	else
		do_attach(fn);
}

static void do_detach_all(struct function *fn)
{
	if (!has_pasids(fn))
		return do_attach(fn);
	lab_do("ctl", 0, "detach-all %s", fn->bdf);
	memset(fn->model.at, 0, sizeof(fn->model.at));
}

static void do_reset(struct function *fn)
{
	note("%s reset", fn->bdf);
	expect_errno(write_attribute(fn->bdf, "reset", "1"), 0, "reset");
	fn->model.ats = true;
}

/* --- DMA ----------------------------------------------------------------- */

static int open_memory(const struct function *fn, int slot)
{
	char path[PATH_MAX];
	int fd;

	if (slot < 0)
		snprintf(path, sizeof(path), LAB "memory/%s", fn->bdf);
	else
		snprintf(path, sizeof(path), LAB "memory/%s%d", type_names[fn->model.at[slot]],
			 fn->domain[slot]);
	fd = open(path, O_RDWR);
	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	return fd;
}

/* Mostly a PASID that has something, as no others can tell permissions apart. */
static int random_slot(const struct function *fn)
{
	int slot = (int)below(MODEL_PASIDS + 1) - 1, i;

	for (i = 0; slot >= 0 && !fn->model.at[slot] && i < MODEL_PASIDS; i++)
		slot = below(MODEL_PASIDS);
	return slot;
}

static struct model_dma random_dma(const struct function *fn)
{
	struct model_dma dma = { .slot = random_slot(fn) };
	enum model_type type = dma.slot < 0 ? MODEL_NOTHING : fn->model.at[dma.slot];

	dma.flags = chance(50) ? ENGINE_WRITE : 0;
	if (chance(25))
		dma.flags |= ENGINE_ATS;
	if (dma.slot < 0)
		return dma;
	if (chance(35))
		dma.flags |= ENGINE_PRIV;
	if (!(dma.flags & ENGINE_WRITE) && chance(15))
		dma.flags |= ENGINE_EXEC;
	dma.supervisor_page = (type == MODEL_NESTED || type == MODEL_NESTED_SRE) && chance(40);
	return dma;
}

static void describe(const struct function *fn, const struct model_dma *dma, char text[LINE])
{
	snprintf(text, LINE, "%s %s%s%s%s pasid=%d (%s)%s", fn->bdf,
		 dma->flags & ENGINE_WRITE ? "write" : "read",
		 dma->flags & ENGINE_EXEC ? " exec" : "", dma->flags & ENGINE_PRIV ? " priv" : "",
		 dma->flags & ENGINE_ATS ? " ats" : "",
		 dma->slot < 0 ? -1 : (int)pasids[dma->slot],
		 dma->slot < 0 || !fn->model.at[dma->slot] ? "nothing" :
		 type_names[fn->model.at[dma->slot]],
		 dma->supervisor_page ? " supervisor page" : "");
}

static enum engine_error run_dma(struct function *fn, const struct model_dma *dma,
				 uint32_t offset, uint32_t len)
{
	struct engine_request request = {
		.addr = (dma->slot < 0 ? fn->iova :
			 dma->supervisor_page ? IOVA_SUPERVISOR : IOVA) + offset,
		.len = len,
		.pasid = dma->slot < 0 ? ENGINE_NO_PASID : pasids[dma->slot],
		.flags = dma->flags,
		.count = 1,
	};
	struct engine_result result;

	if (!engine_start(&fn->engine, &request))
		fail("%s: the engine does not start", fn->bdf);
	if (!engine_wait(&fn->engine, 10000, &result))
		fail("%s: the engine does not end", fn->bdf);
	return result.error;
}

static void random_bytes(uint8_t *bytes, uint32_t len)
{
	while (len--)
		*bytes++ = below(256);
}

/* What is at the end in the target, memory or engine, and what should be. */
static void check_data(struct function *fn, const struct model_dma *dma, bool moved, int fd,
		       uint32_t offset, uint32_t len, const uint8_t *memory, const uint8_t *engine)
{
	const uint8_t *should = !!(dma->flags & ENGINE_WRITE) == moved ? engine : memory;
	uint8_t is[64];

	if (dma->flags & ENGINE_WRITE) {
		if (fd < 0)
			return;
		if (pread(fd, is, len, offset) != len)
			fail("memory cannot be read");
	} else {
		engine_fetch(&fn->engine, is, len);
	}
	if (memcmp(is, should, len))
		fail("the data is wrong: %s",
		     moved ? "it did not arrive" : "it arrived all the same");
}

static void do_dma(struct function *fn)
{
	uint32_t len = 4 * (1 + below(16)), offset = 4 * below((MEMORY_SIZE - 64) / 4);
	struct model_dma dma = random_dma(fn);
	enum engine_error is, should;
	uint8_t memory[64], engine[64];
	char text[LINE];
	int fd = -1;

	/* What is behind a PASID that has nothing cannot be looked at. */
	if (dma.slot < 0 || fn->model.at[dma.slot])
		fd = open_memory(fn, dma.slot);
	random_bytes(memory, len);
	random_bytes(engine, len);
	if (fd >= 0 && pwrite(fd, memory, len, offset) != len)
		fail("memory cannot be written");
	engine_fill(&fn->engine, engine, len);

	describe(fn, &dma, text);
	should = model_dma(&fn->model, &dma);
	is = run_dma(fn, &dma, offset, len);
	if (is != should)
		fail("%s: is %s, should be %s", text, engine_error_name(is),
		     engine_error_name(should));
	check_data(fn, &dma, is == ENGINE_OK, fd, offset, len, memory, engine);
	if (fd >= 0)
		close(fd);
	outcomes[is]++;
}

/* --- Steps --------------------------------------------------------------- */

static const struct {
	unsigned int weight;
	bool vf_only;
	void (*run)(struct function *fn);
} actions[] = {
	{ 30, true, do_policy },
	{ 14, true, do_request },
	{ 6, true, do_user },
	{ 26, false, do_attach },
	{ 16, false, do_detach },
	{ 4, false, do_detach_all },
	{ 4, true, do_reset },
};

#define ACTIONS	(sizeof(actions) / sizeof(*actions))

static void do_action(struct function *fn)
{
	unsigned int i, n = below(100);

	for (i = 0; i < ACTIONS - 1 && n >= actions[i].weight; i++)
		n -= actions[i].weight;
	if (fn->model.vf || !actions[i].vf_only)
		actions[i].run(fn);
	else
		do_attach(fn);
}

static void check_effective(const struct function *fn)
{
	char is[64], should[64];

	if (!fn->model.vf)
		return;
	read_words(fn, "pasid_status/effective", is, sizeof(is));
	model_text(model_effective(&fn->model), should);
	if (strcmp(is, should))
		fail("%s: effective is '%s', should be '%s'", fn->bdf, is, should);
}

static void do_step(void)
{
	struct function *fn = &functions[below(function_count)];
	int i;

	note("nothing");
	do_action(fn);
	check_effective(fn);
	/* Twice where something changed, once anywhere: who else notices? */
	for (i = 1; i < DMAS_PER_STEP; i++)
		do_dma(fn);
	do_dma(&functions[below(function_count)]);
}

/* --- Start --------------------------------------------------------------- */

static unsigned int parse_set(char *text)
{
	unsigned int i, set = 0;
	char *word;

	for (word = strtok(text, " "); word; word = strtok(NULL, " "))
		for (i = 0; i < MODEL_PERMS; i++)
			if (*word == '+' && !strcmp(word + 1, model_perm_names[i]))
				set |= 1u << i;
	return set;
}

static uint64_t memory_iova(const char *bdf)
{
	char line[LINE], name[LINE];
	unsigned long long iova;
	FILE *list = fopen(LAB "iovas", "r");

	while (list && fgets(line, sizeof(line), list))
		if (sscanf(line, "%127s %llx", name, &iova) == 2 && !strcmp(name, bdf)) {
			fclose(list);
			return iova;
		}
	fail("%s has no memory", bdf);
}

static void add_function(const char *bdf)
{
	struct function *fn = &functions[function_count++];
	char path[PATH_MAX], text[64];

	fn->bdf = bdf;
	lab_do("ctl", 0, "memory %s", bdf);
	fn->iova = memory_iova(bdf);
	if (!engine_open(&fn->engine, bdf))
		exit(1);
	fn->model.ats = true;
	/* The PF is not under control: the host's own, and no ERE, ever. */
	fn->model.supported = MODEL_ALL & ~MODEL_EXEC;
	attribute_path(fn->bdf, "pasid_ctl", path);
	fn->model.vf = !access(path, F_OK);
	if (!fn->model.vf)
		return;
	read_words(fn, "pasid_status/supported", text, sizeof(text));
	fn->model.supported = parse_set(text);
	fn->model.ceiling = MODEL_DEFAULT;
	fn->model.request = MODEL_ALL;
}

int main(int argc, char **argv)
{
	unsigned int steps, i;

	if (argc > 1 && !strcmp(argv[1], "--no-replace")) {
		can_replace = false;
		argc--;
		argv++;
	}
	if (argc < 4 || argc - 3 > FUNCTIONS) {
		fputs("Usage: random-dma [--no-replace] SEED STEPS BDF...\n", stderr);
		return 2;
	}
	random_seed(strtoull(argv[1], NULL, 0));
	steps = strtoul(argv[2], NULL, 0);
	for (i = 3; i < (unsigned int)argc; i++)
		add_function(argv[i]);
	for (step = 1; step <= steps; step++)
		do_step();

	printf("%u steps, seed %s:", steps, argv[1]);
	for (i = 0; i < ENGINE_ERRORS; i++)
		if (outcomes[i])
			printf(" %s %u", engine_error_name(i), outcomes[i]);
	putchar('\n');
	return 0;
}
