// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-toggle BDF AT VALUE VALUE: opens a function as a VMM does and writes two values of
 * 2 bytes in turn to offset AT of its configuration space, as fast as it can, until it
 * gets SIGTERM. Then it prints the number of writes.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vfio.h"

static volatile sig_atomic_t over;

static void end(int signal)
{
	over = signal;
}

int main(int argc, char **argv)
{
	struct vfio_function fn;
	unsigned long count;
	unsigned int at;
	uint16_t values[2];
	int err;

	if (argc != 5)
		return 2;
	at = strtoul(argv[2], NULL, 0);
	values[0] = strtoul(argv[3], NULL, 0);
	values[1] = strtoul(argv[4], NULL, 0);
	signal(SIGTERM, end);
	err = vfio_open(&fn, argv[1]);
	for (count = 0; !err && !over; count++)
		err = vfio_write_config(&fn, at, &values[count % 2], 2);
	if (err) {
		fprintf(stderr, "%s: %s\n", argv[1], strerror(err));
		return 1;
	}
	printf("%lu\n", count);
	return 0;
}
