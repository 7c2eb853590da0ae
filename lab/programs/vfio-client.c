// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-client BDF FOLDER [iommufd]: opens a function as a VMM does, through its group
 * and a type 1 container, or through its own file and an iommufd, and holds it open. It
 * reads commands from the fifo FOLDER/ask, one per line, and writes one line for each to
 * the fifo FOLDER/tell. The first line there is the result of the open: 0, or the name
 * of an errno.
 *
 *	read AT SIZE		0x..., or the name of an errno
 *	write AT SIZE VALUE	0, or the name of an errno; the same for all that follow
 *	fill AT SIZE BYTE	a write of SIZE bytes, all of them BYTE
 *	bytes AT SIZE		hexadecimal bytes
 *	chain			OFFSET:ID ... of the extended capabilities
 *	dump FILE		writes configuration space to FILE, by 4 bytes
 *	rread, rwrite, rbytes	the same in the VMM control region
 *	region			INDEX SIZE of the VMM control region, or none
 *	irqs			how many kinds of interrupts there are
 *	irq INDEX ARGSZ		FLAGS COUNT of one
 *	set-irq ARGSZ FLAGS INDEX START COUNT DATA
 *	arm INDEX		has an interrupt signal a new eventfd
 *	event SECONDS		how many signals that has had since, waiting for the first
 *	reset, hot-reset
 *	low-power, full-power
 *	hw-info			with an iommufd, its answer: WIDTH, +exec|-exec, +priv|-priv
 *	attach PASID FILE [nested|nested-sre|requests]
 *				with an iommufd: attaches an address space that maps FILE's first
 *				page at 0x10000; PASID can be none; nested: with a first stage in
 *				the client's memory, without or with IOMMU_VTD_S1_SRE;
 *				requests: maps nothing, and page requests come to the client
 *	map FILE ADDRESS	maps FILE's first page in FILE's address space for requests
 *	request MILLISECONDS	the next page request: PASID ADDRESS r-|-w GROUP COOKIE, or EAGAIN
 *	answer COOKIE CODE	answers it: 0 success, 1 invalid
 *	detach PASID
 *	dma PASID write|read TEXT
 *				the engine of a pasid-testdev writes TEXT to 0x10000, or reads and
 *				compares; ok, or the reason of the failure
 *	quit
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/iommufd.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"
#include "irq.h"
#include "requests.h"
#include "spaces.h"
#include "vfio.h"

typedef int (*access_fn)(struct vfio_function *fn, unsigned int at, void *buf, size_t size);
typedef int (*change_fn)(struct vfio_function *fn, unsigned int at, const void *buf, size_t size);

static struct vfio_function fn;
static const char *tell_path;
static int event;

/* The fifo is opened for each answer, so that the reader sees its end. */
static void tell(const char *format, ...)
{
	FILE *out = fopen(tell_path, "w");
	va_list args;

	if (!out)
		exit(1);
	va_start(args, format);
	vfprintf(out, format, args);
	va_end(args);
	fputc('\n', out);
	fclose(out);
}

static void tell_error(int err)
{
	tell("%s", err ? strerrorname_np(err) : "0");
}

static void do_read(access_fn access, unsigned int at, size_t size)
{
	uint64_t value = 0;
	int err = access(&fn, at, &value, size > sizeof(value) ? sizeof(value) : size);

	if (err)
		tell_error(err);
	else
		tell("0x%llx", (unsigned long long)value);
}

static void do_write(change_fn change, unsigned int at, size_t size, uint64_t value)
{
	tell_error(change(&fn, at, &value, size > sizeof(value) ? sizeof(value) : size));
}

static void do_fill(unsigned int at, size_t size, int byte)
{
	char buf[VFIO_CONFIG_SIZE + 16];

	size = size > sizeof(buf) ? sizeof(buf) : size;
	memset(buf, byte, size);
	tell_error(vfio_write_config(&fn, at, buf, size));
}

static void do_bytes(access_fn access, unsigned int at, size_t size)
{
	unsigned char buf[VFIO_CONFIG_SIZE + 16];
	char text[3 * sizeof(buf)] = "";
	size_t i, length = 0;
	int err;

	size = size > sizeof(buf) ? sizeof(buf) : size;
	err = access(&fn, at, buf, size);
	if (err) {
		tell_error(err);
		return;
	}
	for (i = 0; i < size; i++)
		length += sprintf(text + length, "%s%02x", i ? " " : "", buf[i]);
	tell("%s", text);
}

static void do_chain(void)
{
	unsigned int at = 0x100, steps = 0;
	char text[16384];
	uint32_t header;
	size_t length = 0;
	int err;

	text[0] = '\0';
	while (at >= 0x100) {
		if (steps++ == 1000) {
			tell("loop");
			return;
		}
		err = vfio_read_config(&fn, at, &header, 4);
		if (err) {
			tell_error(err);
			return;
		}
		if (header)
			length += sprintf(text + length, "%s0x%03x:%04x", length ? " " : "", at,
					  header & 0xffff);
		at = header >> 20 & 0xffc;
	}
	tell("%s", length ? text : "empty");
}

static void do_dump(const char *path)
{
	FILE *out = fopen(path, "w");
	unsigned int at;
	uint32_t value;
	int err = out ? 0 : errno;

	for (at = 0; !err && at < VFIO_CONFIG_SIZE; at += 4) {
		err = vfio_read_config(&fn, at, &value, 4);
		if (!err)
			fprintf(out, "%03x %08x\n", at, value);
	}
	if (out)
		fclose(out);
	tell_error(err);
}

static void do_region(void)
{
	if (fn.control)
		tell("%u %llu", fn.control_index, (unsigned long long)fn.control_size);
	else
		tell("none");
}

static void do_irqs(void)
{
	unsigned int count = 0;
	int err = irq_count_kinds(&fn, &count);

	if (err)
		tell_error(err);
	else
		tell("%u", count);
}

static void do_irq(unsigned int index, unsigned int argsz)
{
	uint32_t flags = 0, count = 0;
	int err = irq_get(&fn, index, argsz, &flags, &count);

	if (err)
		tell_error(err);
	else
		tell("0x%x %u", flags, count);
}

static void do_set_irq(const char *line)
{
	struct irq_set set;

	sscanf(line, "set-irq %i %i %i %i %i %i", (int *)&set.argsz, (int *)&set.flags,
	       (int *)&set.index, (int *)&set.start, (int *)&set.count, &set.data);
	tell_error(irq_set(&fn, &set));
}

static void do_hw_info(void)
{
	struct vfio_hw_info info;
	int err = vfio_hw_info(&fn, &info);

	if (err)
		tell_error(err);
	else
		tell("%u %cexec %cpriv", info.pasid_width, info.exec ? '+' : '-',
		     info.priv ? '+' : '-');
}

static uint32_t parse_pasid(const char *text)
{
	return strcmp(text, "none") ? strtoul(text, NULL, 0) : VFIO_NO_PASID;
}

static void do_attach(const char *pasid, const char *path, const char *kind)
{
	struct space *space;
	int err = find_space(&fn, path, kind, &space);

	tell_error(err ? err : vfio_attach(&fn, parse_pasid(pasid), space->table));
}

static void do_map(const char *path, uint64_t addr)
{
	struct space *space;
	void *page;
	int err = find_space(&fn, path, "requests", &space);

	if (!err)
		err = vfio_map_file(path, &page);
	tell_error(err ? err : requests_map(&fn, space->ioas, page, addr));
}

static void do_request(unsigned int milliseconds)
{
	struct page_request request;
	int err = requests_next(&fn, milliseconds, &request);

	if (err)
		tell_error(err);
	else
		tell("%d 0x%llx %c%c%s %u %u", request.has_pasid ? (int)request.pasid : -1,
		     (unsigned long long)request.addr,
		     request.perm & IOMMU_PGFAULT_PERM_READ ? 'r' : '-',
		     request.perm & IOMMU_PGFAULT_PERM_WRITE ? 'w' : '-',
		     request.last ? "" : "+", request.group, request.cookie);
}

static const char *run_engine(struct engine *engine, struct engine_request *request,
			      const char *text)
{
	char data[256] = "";
	struct engine_result result;
	bool reads = !(request->flags & ENGINE_WRITE);

	engine_fill(engine, reads ? data : text, request->len);
	if (!engine_start(engine, request) || !engine_wait(engine, 10000, &result))
		return "busy";
	engine_fetch(engine, data, request->len);
	if (!result.error && memcmp(data, text, request->len))
		return "differs";
	return engine_error_name(result.error);
}

static void do_dma(const char *pasid, const char *how, const char *text)
{
	struct engine_request request = {
		.addr = SPACE_IOVA, .len = strlen(text), .pasid = parse_pasid(pasid), .count = 1,
		.flags = strcmp(how, "write") ? 0 : ENGINE_WRITE,
	};
	struct engine engine;

	if (!engine_open_vfio(&engine, &fn)) {
		tell("no engine");
		return;
	}
	tell("%s", run_engine(&engine, &request, text));
	engine_close(&engine);
}

static void obey(const char *line)
{
	char word[256] = "", path[256] = "", number[32] = "", how[8] = "", kind[16] = "";
	unsigned long long value;
	unsigned int at = 0, size = 0;

	sscanf(line, "%255s %i %i %31s", word, (int *)&at, (int *)&size, number);
	value = strtoull(number, NULL, 0);
	if (!strcmp(word, "read"))
		do_read(vfio_read_config, at, size);
	else if (!strcmp(word, "write"))
		do_write(vfio_write_config, at, size, value);
	else if (!strcmp(word, "fill"))
		do_fill(at, size, value);
	else if (!strcmp(word, "bytes"))
		do_bytes(vfio_read_config, at, size);
	else if (!strcmp(word, "chain"))
		do_chain();
	else if (sscanf(line, "dump %255s", path) == 1)
		do_dump(path);
	else if (!strcmp(word, "rread"))
		do_read(vfio_read_control, at, size);
	else if (!strcmp(word, "rwrite"))
		do_write(vfio_write_control, at, size, value);
	else if (!strcmp(word, "rbytes"))
		do_bytes(vfio_read_control, at, size);
	else if (!strcmp(word, "region"))
		do_region();
	else if (!strcmp(word, "irqs"))
		do_irqs();
	else if (!strcmp(word, "irq"))
		do_irq(at, size);
	else if (!strcmp(word, "set-irq"))
		do_set_irq(line);
	else if (!strcmp(word, "arm"))
		tell_error(irq_arm(&fn, at, &event));
	else if (!strcmp(word, "event"))
		tell("%llu", (unsigned long long)irq_wait(event, at));
	else if (!strcmp(word, "reset"))
		tell_error(vfio_reset(&fn));
	else if (!strcmp(word, "hot-reset"))
		tell_error(vfio_hot_reset(&fn));
	else if (sscanf(line, "attach %31s %255s %15s", number, path, kind) >= 2)
		do_attach(number, path, kind);
	else if (sscanf(line, "detach %31s", number) == 1)
		tell_error(vfio_detach(&fn, parse_pasid(number)));
	else if (sscanf(line, "dma %31s %7s %255s", number, how, path) == 3)
		do_dma(number, how, path);
	else if (sscanf(line, "map %255s %31s", path, number) == 2)
		do_map(path, strtoull(number, NULL, 0));
	else if (!strcmp(word, "request"))
		do_request(at);
	else if (!strcmp(word, "answer"))
		tell_error(requests_answer(&fn, at, size));
	else if (!strcmp(word, "hw-info"))
		do_hw_info();
	else if (!strcmp(word, "low-power"))
		tell_error(vfio_low_power(&fn, true));
	else if (!strcmp(word, "full-power"))
		tell_error(vfio_low_power(&fn, false));
	else
		tell("unknown command '%s'", word);
}

int main(int argc, char **argv)
{
	char ask_path[256], tell_room[256], line[512];
	const char *uid = getenv("CLIENT_UID");
	FILE *ask;
	int err;

	if (argc != 3 && (argc != 4 || strcmp(argv[3], "iommufd")))
		return 2;
	if (uid && (setgid(atoi(uid)) || setuid(atoi(uid))))
		return 1;
	snprintf(ask_path, sizeof(ask_path), "%s/ask", argv[2]);
	snprintf(tell_room, sizeof(tell_room), "%s/tell", argv[2]);
	tell_path = tell_room;
	/* Opened for writing, too: otherwise the fifo would end with each writer. */
	ask = fdopen(open(ask_path, O_RDWR), "r+");
	if (!ask)
		return 1;
	err = argc == 4 ? vfio_open_iommufd(&fn, argv[1]) : vfio_open(&fn, argv[1]);
	tell_error(err);
	if (err)
		return 1;
	while (fgets(line, sizeof(line), ask) && strcmp(line, "quit\n"))
		obey(line);
	return 0;
}
