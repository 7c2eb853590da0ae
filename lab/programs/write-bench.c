// SPDX-License-Identifier: GPL-2.0-only
/*
 * write-bench COUNT FILE TEXT [FILE TEXT]...: writes each text to its file in one write,
 * in turn, COUNT times. Prints a line for each: the median and the sum of the nanoseconds
 * that a write took. With COUNT 0 it writes until it is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "samples.h"

#define MAX_TARGETS	16

struct target {
	const char *name;
	const char *text;
	int fd;
	struct samples samples;
};

static struct target targets[MAX_TARGETS];
static int target_count;

static void open_targets(char **argv, int argc, unsigned long count)
{
	struct target *t;

	for (t = targets; argc; t++, argc -= 2, argv += 2) {
		t->name = argv[0];
		t->text = argv[1];
		t->fd = open(t->name, O_WRONLY);
		if (t->fd < 0) {
			fprintf(stderr, "%s: %s\n", t->name, strerror(errno));
			exit(1);
		}
		samples_init(&t->samples, count ? count : 1);
		target_count++;
	}
}

static void write_once(struct target *t)
{
	const size_t length = strlen(t->text);
	const uint64_t start = samples_now();

	if (write(t->fd, t->text, length) != (ssize_t)length) {
		fprintf(stderr, "'%s' to %s: %s\n", t->text, t->name, strerror(errno));
		exit(1);
	}
	samples_add(&t->samples, samples_now() - start);
}

static void write_all(void)
{
	int i;

	for (i = 0; i < target_count; i++)
		write_once(&targets[i]);
}

int main(int argc, char **argv)
{
	unsigned long count, i;

	if (argc < 4 || argc % 2 || argc > 2 + 2 * MAX_TARGETS)
		return 2;
	count = strtoul(argv[1], NULL, 0);
	open_targets(argv + 2, argc - 2, count);
	for (i = 0; !count || i < count; i++)
		write_all();
	for (i = 0; i < (unsigned long)target_count; i++)
		printf("%llu %llu\n", (unsigned long long)samples_median(&targets[i].samples),
		       (unsigned long long)samples_sum(&targets[i].samples));
	return 0;
}
