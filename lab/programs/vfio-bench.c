// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-bench BDF COUNT [AT [STEP]]: opens a function as a VMM does, reads 4 bytes of its
 * configuration space COUNT times and writes them back COUNT times. Prints the median
 * of the nanoseconds that an access takes: "read N write N". AT is the offset (default:
 * 0x10, the first Base Address Register). With STEP, the 4 bytes at AT and those at AT + STEP
 * are accessed in turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "samples.h"
#include "vfio.h"

typedef int (*access_fn)(struct vfio_function *fn, unsigned int at, void *value);

static int read_once(struct vfio_function *fn, unsigned int at, void *value)
{
	return vfio_read_config(fn, at, value, 4);
}

static int write_once(struct vfio_function *fn, unsigned int at, void *value)
{
	return vfio_write_config(fn, at, value, 4);
}

static unsigned long long time_of(access_fn access, struct vfio_function *fn, unsigned int at,
				  unsigned int step, void *value, unsigned int count)
{
	struct samples samples;
	uint64_t start, median;
	unsigned int i;
	int err;

	samples_init(&samples, count);
	for (i = 0; i < count; i++) {
		start = samples_now();
		err = access(fn, at + i % 2 * step, value);
		samples_add(&samples, samples_now() - start);
		if (err) {
			fprintf(stderr, "access at %#x: %s\n", at, strerror(err));
			exit(1);
		}
	}
	median = samples_median(&samples);
	samples_free(&samples);
	return median;
}

int main(int argc, char **argv)
{
	unsigned int count = argc > 2 ? strtoul(argv[2], NULL, 0) : 0;
	unsigned int at = argc > 3 ? strtoul(argv[3], NULL, 0) : 0x10;
	unsigned int step = argc > 4 ? strtoul(argv[4], NULL, 0) : 0;
	unsigned long long reads, writes;
	struct vfio_function fn;
	unsigned char value[4];
	int err;

	if (!count)
		return 2;
	err = vfio_open(&fn, argv[1]);
	if (err) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(err));
		return 1;
	}
	reads = time_of(read_once, &fn, at, step, value, count);
	writes = time_of(write_once, &fn, at, step, value, count);
	printf("read %llu write %llu\n", reads, writes);
	return 0;
}
