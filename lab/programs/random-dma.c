// SPDX-License-Identifier: GPL-2.0-only
/*
 * random-dma: random writes to pasid_ctl, requests, attachments, resets and DMA. After
 * each step it compares what happens with a model of the design (lib/model.c). It
 * stops at the first difference and prints the last steps. The same seed takes the
 * same steps.
 */
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "history.h"
#include "random.h"
#include "subject.h"

#define FUNCTIONS	8
#define DOMAINS		3	/* of each type, shared by all functions */
#define DMAS_PER_STEP	3
#define LINE		128

static struct subject functions[FUNCTIONS];
static int function_count;
static unsigned int outcomes[ENGINE_ERRORS];
static bool can_replace = true;

static void expect_errno(int is, int should, const char *what)
{
	if (is != should)
		history_fail("%s: %s, should be %s", what, strerror(is), strerror(should));
}

static void read_words(const struct subject *fn, const char *name, char *text, size_t size)
{
	int err = read_attribute(fn->bdf, name, text, size);

	if (err)
		history_fail("%s %s: %s", fn->bdf, name, strerror(err));
}

__attribute__((format(printf, 3, 4)))
static void lab_do(const char *file, int should, const char *format, ...)
{
	char command[LINE], path[64];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	history_note("%s", command);
	snprintf(path, sizeof(path), LAB "%s", file);
	expect_errno(write_file(path, command), should, command);
}

/* --- Policy -------------------------------------------------------------- */

/*
 * Makes a line for pasid_ctl. Returns what the line makes of the ceiling @set, and sets
 * @refused if the line asks for something that is not supported.
 */
static unsigned int random_policy(unsigned int set, unsigned int supported,
				  char text[64], bool *refused)
{
	unsigned int i, asked = 0;

	*refused = false;
	*text = 0;
	if (random_chance(15)) {
		strcpy(text, "default");
		return MODEL_DEFAULT;
	}
	if (random_chance(30)) {
		set = random_chance(60) ? supported : 0;
		strcpy(text, set ? "+all" : "-all");
	}
	for (i = 0; i < MODEL_PERMS; i++) {
		if (*text && !random_chance(40))
			continue;
		/* Mostly on: with enable off, the other permissions make no difference. */
		asked = random_chance(70) ? 1u << i : 0;
		if (asked && !(supported & asked) && !random_chance(5))
			asked = 0;
		*refused |= asked & ~supported;
		set = (set & ~(1u << i)) | asked;
		sprintf(text + strlen(text), "%s%c%s", *text ? " " : "",
			asked ? '+' : '-', model_perm_names[i]);
	}
	return set;
}

static void do_policy(struct subject *fn)
{
	struct model_function *m = &fn->model;
	unsigned int ceiling;
	char text[64];
	bool refused;

	ceiling = random_policy(m->ceiling, m->supported, text, &refused);
	history_note("%s pasid_ctl '%s'", fn->bdf, text);
	expect_errno(write_attribute(fn->bdf, "pasid_ctl", text), refused ? EOPNOTSUPP : 0, text);
	if (!refused)
		model_set(m, ceiling, m->request);
}

static void do_request(struct subject *fn)
{
	char text[64];
	unsigned int request;
	bool refused;

	if (!fn->model.owned)
		return do_policy(fn);
	request = below(MODEL_ALL + 1);
	if (!random_chance(5))
		request &= fn->model.supported;
	if (random_chance(50))
		request |= MODEL_ENABLE;
	refused = request & ~fn->model.supported;
	model_text(request, text);
	lab_do("user", refused ? EOPNOTSUPP : 0, "request %s %s", fn->bdf, text);
	if (!refused)
		model_set(&fn->model, fn->model.ceiling, request);
}

static bool has_pasids(const struct subject *fn)
{
	int i;

	for (i = 0; i < MODEL_PASIDS; i++)
		if (fn->model.at[i])
			return true;
	return false;
}

static void do_user(struct subject *fn)
{
	struct model_function *m = &fn->model;
	bool all = random_chance(50), busy = has_pasids(fn);

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

static void attach(struct subject *fn, int slot, enum model_type type, int domain)
{
	const char *how = fn->model.at[slot] ? "replace" : "attach";

	lab_do("ctl", 0, "%s %s %u %s %s%d", how, fn->bdf, subject_pasids[slot],
	       subject_types[type], subject_types[type], domain);
	fn->model.at[slot] = type;
	fn->domain[slot] = domain;
}

static void detach(struct subject *fn, int slot)
{
	lab_do("ctl", 0, "detach %s %u", fn->bdf, subject_pasids[slot]);
	fn->model.at[slot] = MODEL_NOTHING;
}

static void do_attach(struct subject *fn)
{
	int slot = below(MODEL_PASIDS);

	if (fn->model.at[slot] && !can_replace)
		detach(fn, slot);
	attach(fn, slot, 1 + below(MODEL_TYPES - 1), below(DOMAINS));
}

static void do_detach(struct subject *fn)
{
	int slot = below(MODEL_PASIDS);

	if (fn->model.at[slot])
		detach(fn, slot);
	else
		do_attach(fn);
}

static void do_detach_all(struct subject *fn)
{
	if (!has_pasids(fn))
		return do_attach(fn);
	lab_do("ctl", 0, "detach-all %s", fn->bdf);
	memset(fn->model.at, 0, sizeof(fn->model.at));
}

static void do_reset(struct subject *fn)
{
	history_note("%s reset", fn->bdf);
	expect_errno(write_attribute(fn->bdf, "reset", "1"), 0, "reset");
	fn->model.ats = true;
}

/* --- Steps --------------------------------------------------------------- */

static const struct {
	unsigned int weight;
	bool vf_only;
	void (*run)(struct subject *fn);
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

static void do_action(struct subject *fn)
{
	unsigned int i, n = below(100);

	for (i = 0; i < ACTIONS - 1 && n >= actions[i].weight; i++)
		n -= actions[i].weight;
	if (fn->model.vf || !actions[i].vf_only)
		actions[i].run(fn);
	else
		do_attach(fn);
}

static void check_effective(const struct subject *fn)
{
	char is[64], should[64];

	if (!fn->model.vf)
		return;
	read_words(fn, "pasid_status/effective", is, sizeof(is));
	model_text(model_effective(&fn->model), should);
	if (strcmp(is, should))
		history_fail("%s: effective is '%s', should be '%s'", fn->bdf, is, should);
}

static void do_step(void)
{
	struct subject *fn = &functions[below(function_count)];
	int i;

	history_note("nothing");
	do_action(fn);
	check_effective(fn);
	/* Some DMA of the function that changed, and of any function: did another one change? */
	for (i = 1; i < DMAS_PER_STEP; i++)
		outcomes[subject_dma(fn)]++;
	outcomes[subject_dma(&functions[below(function_count)])]++;
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
	history_fail("%s has no memory", bdf);
}

static void add_function(const char *bdf)
{
	struct subject *fn = &functions[function_count++];
	char path[PATH_MAX], text[64];

	fn->bdf = bdf;
	lab_do("ctl", 0, "memory %s", bdf);
	fn->iova = memory_iova(bdf);
	if (!engine_open(&fn->engine, bdf))
		exit(1);
	fn->model.ats = true;
	/* The PF is not under control: it has what intel-iommu sets up, and that is never ERE. */
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
	for (history_step = 1; history_step <= steps; history_step++)
		do_step();

	printf("%u steps, seed %s:", steps, argv[1]);
	for (i = 0; i < ENGINE_ERRORS; i++)
		if (outcomes[i])
			printf(" %s %u", engine_error_name(i), outcomes[i]);
	putchar('\n');
	return 0;
}
