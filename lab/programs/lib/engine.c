// SPDX-License-Identifier: GPL-2.0-only
/* See engine.h. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "engine.h"
#include "speed.h"

#define BAR_SIZE	8192

#define REG_ID		0x000
#define REG_CTRL	0x004
#define REG_STATUS	0x008
#define REG_ADDR_LO	0x010
#define REG_ADDR_HI	0x014
#define REG_LEN		0x018
#define REG_PASID	0x01c
#define REG_FLAGS	0x020
#define REG_COUNT	0x024
#define REG_INTERVAL	0x028
#define REG_OK		0x02c
#define REG_FAILED	0x030
#define REG_ATC_HITS	0x034
#define REG_ATC_INV	0x038
#define REG_PRG		0x03c
#define REG_BUFFER	0x1000

#define ID		0x44495350
#define CTRL_GO		(1u << 0)
#define CTRL_STOP	(1u << 1)
#define STATUS_BUSY	(1u << 0)
#define PASID_VALID	(1u << 31)

#define CONFIG_COMMAND	0x04
#define COMMAND_MEMORY	(1u << 1)
#define COMMAND_MASTER	(1u << 2)

/*
 * A register outside all capabilities, at hidden-offset of the device. The engine runs only
 * while it has the right value. The one behind it, RUNS, is not used here.
 */
#define CONFIG_KEY	0x200
#define CONFIG_KEY_NAME	"PASID_TESTDEV_HIDDEN"	/* in the environment, if it is not 0x200 */
#define KEY		0x5ec2e7ed

static uint32_t get(struct engine *engine, unsigned int reg)
{
	return engine->regs[reg / 4];
}

static void set(struct engine *engine, unsigned int reg, uint32_t value)
{
	engine->regs[reg / 4] = value;
}

static int open_file(const char *bdf, const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/%s", bdf, name);
	fd = open(path, O_RDWR | O_SYNC);
	if (fd < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return fd;
}

static bool enable_device(const struct engine *engine)
{
	const off_t at = engine->config_at + CONFIG_COMMAND;
	uint16_t command;

	if (pread(engine->config, &command, 2, at) != 2)
		return false;
	command |= COMMAND_MEMORY | COMMAND_MASTER;
	return pwrite(engine->config, &command, 2, at) == 2;
}

static bool unlock(const struct engine *engine)
{
	const char *name = getenv(CONFIG_KEY_NAME);
	const off_t at = name ? strtoul(name, NULL, 0) : CONFIG_KEY;
	const uint32_t key = KEY;

	return pwrite(engine->config, &key, 4, engine->config_at + at) == 4;
}

/* Closes @config if it fails; otherwise engine_close() does. */
static bool open_engine(struct engine *engine, int config, off_t config_at, int bar, off_t bar_at)
{
	void *regs;

	engine->config = config;
	engine->config_at = config_at;
	if (!enable_device(engine)) {
		fprintf(stderr, "the function cannot be enabled\n");
		goto close_config;
	}

	regs = mmap(NULL, BAR_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, bar, bar_at);
	if (regs == MAP_FAILED) {
		perror("mmap of BAR 0");
		goto close_config;
	}
	engine->regs = regs;
	if (get(engine, REG_ID) == ID)
		return true;

	fprintf(stderr, "the function is no pasid-testdev\n");
	munmap(regs, BAR_SIZE);
close_config:
	close(config);
	return false;
}

bool engine_open(struct engine *engine, const char *bdf)
{
	int config = open_file(bdf, "config"), bar = open_file(bdf, "resource0");
	bool opened = open_engine(engine, config, 0, bar, 0);

	close(bar);
	return opened;
}

bool engine_open_vfio(struct engine *engine, const struct vfio_function *fn)
{
	return open_engine(engine, dup(fn->device), fn->config, fn->device, fn->bar);
}

void engine_close(struct engine *engine)
{
	munmap((void *)engine->regs, BAR_SIZE);
	close(engine->config);
}

/* A reset clears bus mastering and the key, so each start sets them. */
bool engine_start(struct engine *engine, const struct engine_request *request)
{
	uint32_t pasid = request->pasid;

	if (get(engine, REG_STATUS) & STATUS_BUSY)
		return false;
	if (!enable_device(engine) || !unlock(engine))
		return false;

	set(engine, REG_ADDR_LO, request->addr);
	set(engine, REG_ADDR_HI, request->addr >> 32);
	set(engine, REG_LEN, request->len);
	set(engine, REG_PASID, pasid == ENGINE_NO_PASID ? 0 : pasid | PASID_VALID);
	set(engine, REG_FLAGS, request->flags);
	set(engine, REG_COUNT, request->count);
	set(engine, REG_INTERVAL, request->interval);
	set(engine, REG_CTRL, CTRL_GO);
	return true;
}

void engine_stop(struct engine *engine)
{
	set(engine, REG_CTRL, CTRL_STOP);
}

void engine_result(struct engine *engine, struct engine_result *result)
{
	uint32_t status = get(engine, REG_STATUS);

	result->busy = status & STATUS_BUSY;
	result->error = status >> 8 & 0xff;
	result->ok = get(engine, REG_OK);
	result->failed = get(engine, REG_FAILED);
	result->atc_hits = get(engine, REG_ATC_HITS);
	result->atc_inv = get(engine, REG_ATC_INV);
	result->prg = get(engine, REG_PRG);
}

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ull + t.tv_nsec / 1000000;
}

bool engine_wait(struct engine *engine, unsigned int milliseconds, struct engine_result *result)
{
	uint64_t end = now() + scaled(milliseconds);

	for (;;) {
		engine_result(engine, result);
		if (!result->busy)
			return true;
		if (now() >= end)
			return false;
		usleep(200);
	}
}

void engine_fill(struct engine *engine, const void *data, size_t size)
{
	uint32_t word;
	size_t i, n;

	for (i = 0; i < size; i += 4) {
		n = size - i < 4 ? size - i : 4;
		word = 0;
		memcpy(&word, (const char *)data + i, n);
		set(engine, REG_BUFFER + i, word);
	}
}

void engine_fetch(struct engine *engine, void *data, size_t size)
{
	uint32_t word;
	size_t i, n;

	for (i = 0; i < size; i += 4) {
		n = size - i < 4 ? size - i : 4;
		word = get(engine, REG_BUFFER + i);
		memcpy((char *)data + i, &word, n);
	}
}

const char *engine_error_name(enum engine_error error)
{
	static const char * const names[ENGINE_ERRORS] = {
		[ENGINE_OK]		= "ok",
		[ENGINE_BLOCKED]	= "blocked",
		[ENGINE_DENIED]		= "denied",
		[ENGINE_ATS_UR]		= "ats-ur",
		[ENGINE_DISABLED]	= "disabled",
		[ENGINE_PRI_FAILED]	= "pri-failed",
		[ENGINE_LOCKED]		= "locked",
		[ENGINE_INVALID]	= "invalid",
		[ENGINE_BUS]		= "bus",
	};

	return error < ENGINE_ERRORS ? names[error] : "unknown";
}
