// SPDX-License-Identifier: GPL-2.0-only
/*
 * dma: lets a function of QEMU's pasid-testdev do DMA, and prints the result.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"

enum {
	EXIT_REFUSED = 1,	/* the IOMMU refuses it */
	EXIT_USAGE,
	EXIT_DEVICE,		/* the function's own registers do not allow it */
	EXIT_OTHER = 5,
};

static const char usage_text[] =
"Usage: dma BDF read|write|exec [OPTION]...          start, and wait for the end\n"
"       dma BDF start read|write|exec [OPTION]...    start only\n"
"       dma BDF wait [deadline=SECONDS] [show] [expect=TEXT]\n"
"       dma BDF stop|status\n"
"  pasid=N           the PASID in the requests (default: none)\n"
"  addr=N            IOVA (0x10000)\n"
"  len=N             bytes, at most 4096 (default: the length of text, fill or expect, else 4)\n"
"  count=N           transfers (1)\n"
"  interval=N        microseconds between them (0)\n"
"  priv              requests are privileged\n"
"  ats               ask for a translation first, and keep it\n"
"  pri               send a page request if the translation is denied\n"
"  stamp             write a number, that of the transfer, into the first four bytes\n"
"  keep-going        go on after a failed transfer\n"
"  text=TEXT         the data to write\n"
"  fill=FILE         the data to write, from a file\n"
"  show              print the data that was read, on a second line\n"
"  expect=TEXT       fail unless this was read\n"
"  deadline=SECONDS  how long to wait, on a quick machine (10)\n"
"Prints the result and the number of completed transfers:\n"
"  ok N, busy N, or the reason of the last failure, with the number of transfers tried:\n"
"  blocked|denied|ats-ur|disabled|pri-failed|locked|invalid|bus N of M\n"
"then counters: failed=N atc-hits=N atc-inv=N prg=N (prg: hexadecimal, see engine.h)\n"
"Exit status: 0 ok, 1 refused by the IOMMU, 2 usage, 3 disabled or locked,\n"
"  5 all other failures\n";

static struct engine_request request = {
	.addr = 0x10000, .pasid = ENGINE_NO_PASID, .count = 1,
};

static const char *action = "run", *expected;
static unsigned char data[ENGINE_BUFFER_SIZE];
static size_t data_size;
static unsigned long deadline = 10;
static bool moves, show;

static void usage(void)
{
	fputs(usage_text, stderr);
	exit(EXIT_USAGE);
}

static unsigned long long number(const char *text, unsigned long long max)
{
	unsigned long long n;
	char *end;

	n = strtoull(text, &end, 0);
	if (!*text || *end || n > max) {
		fprintf(stderr, "dma: not a number up to %llu: %s\n", max, text);
		exit(EXIT_USAGE);
	}
	return n;
}

static void take_file(const char *path)
{
	FILE *file = fopen(path, "rb");

	if (!file) {
		perror(path);
		exit(EXIT_USAGE);
	}
	data_size = fread(data, 1, sizeof(data), file);
	fclose(file);
}

static void take_text(const char *text)
{
	data_size = strnlen(text, sizeof(data));
	memcpy(data, text, data_size);
}

static bool parse_word(const char *word)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} flags[] = {
		{ "read", 0 }, { "write", ENGINE_WRITE }, { "exec", ENGINE_EXEC },
		{ "priv", ENGINE_PRIV }, { "ats", ENGINE_ATS }, { "pri", ENGINE_PRI },
		{ "stamp", ENGINE_STAMP }, { "keep-going", ENGINE_KEEP_GOING },
	};
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(*flags); i++) {
		if (strcmp(word, flags[i].name))
			continue;
		request.flags |= flags[i].flag;
		moves |= i < 3;
		return true;
	}

	if (!strcmp(word, "show"))
		show = true;
	else if (!strcmp(word, "start") || !strcmp(word, "wait") ||
		 !strcmp(word, "stop") || !strcmp(word, "status"))
		action = word;
	else
		return false;
	return true;
}

static bool parse_value(const char *name, size_t length, const char *value)
{
	char key[16] = "";

	if (length >= sizeof(key))
		return false;
	memcpy(key, name, length);

	if (!strcmp(key, "pasid"))
		request.pasid = number(value, (1 << 20) - 1);
	else if (!strcmp(key, "addr"))
		request.addr = number(value, UINT64_MAX);
	else if (!strcmp(key, "len"))
		request.len = number(value, ENGINE_BUFFER_SIZE);
	else if (!strcmp(key, "count"))
		request.count = number(value, UINT32_MAX);
	else if (!strcmp(key, "interval"))
		request.interval = number(value, UINT32_MAX);
	else if (!strcmp(key, "deadline"))
		deadline = number(value, 3600);
	else if (!strcmp(key, "fill"))
		take_file(value);
	else if (!strcmp(key, "text"))
		take_text(value);
	else if (!strcmp(key, "expect"))
		expected = value;
	else
		return false;
	return true;
}

static void parse(char **words)
{
	const char *equals;

	for (; *words; words++) {
		equals = strchr(*words, '=');
		if (equals ? !parse_value(*words, equals - *words, equals + 1) :
			     !parse_word(*words))
			usage();
	}

	/* A direction is given if, and only if, data is moved. */
	if (moves != (!strcmp(action, "run") || !strcmp(action, "start")))
		usage();
	if (expected && strlen(expected) > sizeof(data))
		usage();
	if (!request.len)
		request.len = data_size ? data_size : expected && *expected ? strlen(expected) : 4;
}

static void start(struct engine *engine)
{
	struct engine_result result;

	engine_result(engine, &result);
	if (result.busy) {
		fputs("dma: the engine is busy\n", stderr);
		exit(EXIT_OTHER);
	}

	/* For a read the buffer is cleared: what is in it afterwards has been read. */
	engine_fill(engine, data, request.len);
	if (!engine_start(engine, &request)) {
		fputs("dma: the engine cannot be started\n", stderr);
		exit(EXIT_OTHER);
	}
}

static int report(const struct engine_result *result)
{
	if (result->busy)
		printf("busy %u", result->ok);
	else if (!result->error)
		printf("ok %u", result->ok);
	else
		printf("%s %u of %u", engine_error_name(result->error), result->ok,
		       result->ok + result->failed);
	printf(" failed=%u atc-hits=%u atc-inv=%u prg=%x\n", result->failed,
	       result->atc_hits, result->atc_inv, result->prg);

	switch (result->error) {
	case ENGINE_OK:
		return 0;
	case ENGINE_DISABLED:
	case ENGINE_LOCKED:
		return EXIT_DEVICE;
	case ENGINE_BLOCKED:
	case ENGINE_DENIED:
	case ENGINE_ATS_UR:
	case ENGINE_PRI_FAILED:
		return EXIT_REFUSED;
	default:
		return EXIT_OTHER;
	}
}

static void print_data(const unsigned char *bytes, size_t size)
{
	for (; size; size--, bytes++)
		printf(*bytes >= ' ' && *bytes < 0x7f && *bytes != '\\' ? "%c" : "\\x%02x", *bytes);
	putchar('\n');
}

/* Prints the engine's buffer, also after a failed read, and compares it. */
static int look(struct engine *engine, bool compare)
{
	engine_fetch(engine, data, sizeof(data));
	if (show)
		print_data(data, expected ? strlen(expected) : request.len);
	if (!compare || !expected || !memcmp(data, expected, strlen(expected)))
		return 0;

	printf("differs: ");
	print_data(data, strlen(expected));
	return EXIT_OTHER;
}

static int wait_for_end(struct engine *engine)
{
	struct engine_result result;
	bool ended = engine_wait(engine, deadline * 1000, &result);
	int status = report(&result), differs = look(engine, !status);

	if (!ended) {
		fputs("dma: not done within the deadline\n", stderr);
		return EXIT_OTHER;
	}
	return status ? status : differs;
}

static int report_now(struct engine *engine)
{
	struct engine_result result;

	engine_result(engine, &result);
	return report(&result);
}

int main(int argc, char **argv)
{
	struct engine engine;
	int status = 0;

	if (argc < 3)
		usage();
	parse(argv + 2);
	if (!engine_open(&engine, argv[1]))
		return EXIT_OTHER;

	if (!strcmp(action, "run") || !strcmp(action, "start"))
		start(&engine);
	if (!strcmp(action, "stop"))
		engine_stop(&engine);

	if (!strcmp(action, "run") || !strcmp(action, "wait"))
		status = wait_for_end(&engine);
	else if (strcmp(action, "start"))
		status = report_now(&engine);

	engine_close(&engine);
	return status;
}
