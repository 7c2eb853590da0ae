// SPDX-License-Identifier: GPL-2.0-only
/*
 * requests-bench CAP SECONDS BDF...: a user of VFs whose engines ask for pages all the time. It
 * reads each page request and refuses it, so that the engine asks again. Prints how many there
 * were. CAP is the offset of the PASID capability.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"
#include "served.h"

#define MAX_VFS		64
#define INVALID		1

static struct served vfs[MAX_VFS];
static struct pollfd queues[MAX_VFS];

static void check(int err, const char *what)
{
	if (!err)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(err));
	exit(1);
}

static void begin(struct served *vf, const char *bdf, unsigned int cap)
{
	const struct engine_request request = {
		.addr = 0x10000, .len = 4, .pasid = SERVED_PASID, .count = UINT32_MAX,
		.flags = ENGINE_WRITE | ENGINE_ATS | ENGINE_PRI | ENGINE_KEEP_GOING,
	};

	check(served_open(vf, bdf, cap), bdf);
	check(served_enable(vf, 1), bdf);
	check(!engine_start(&vf->engine, &request), bdf);
}

static void refuse(struct served *vf)
{
	struct page_request request;

	check(requests_next(&vf->fn, 0, &request), "reading a page request");
	check(requests_answer(&vf->fn, request.cookie, INVALID), "answering");
}

int main(int argc, char **argv)
{
	unsigned int i, count = argc - 3;
	unsigned long done = 0;
	uint64_t end;

	if (argc < 4 || count > MAX_VFS)
		return 2;
	for (i = 0; i < count; i++) {
		begin(&vfs[i], argv[3 + i], strtoul(argv[1], NULL, 0));
		queues[i] = (struct pollfd){ .fd = vfs[i].fn.faults, .events = POLLIN };
	}
	end = samples_now() + strtoul(argv[2], NULL, 0) * 1000000000ull;
	while (samples_now() < end) {
		if (poll(queues, count, 10000) <= 0)
			check(EIO, "waiting for page requests");
		for (i = 0; i < count; i++) {
			if (!queues[i].revents)
				continue;
			refuse(&vfs[i]);
			done++;
		}
	}
	printf("%lu\n", done);
	return 0;
}
