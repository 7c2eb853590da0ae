// SPDX-License-Identifier: GPL-2.0-only
/*
 * witness: asks the host what it sees of this machine from outside, and prints the
 * answer. The exit status is that of the host's program.
 *
 *   witness walk [--digest] BDF...   the IOMMU tables of these functions
 *   witness inval mark               forget the invalidations before now
 *   witness inval [--summary]        the invalidations that the IOMMU has received since
 *   witness own-time                 seconds, see own_time in scripts/lib/machine.sh
 *   witness processor-time           seconds of the host's processors that the machine used
 *   witness wake                     wake this machine as soon as it sleeps; returns at once
 *
 * A question is one line; an answer is a line "STATUS LENGTH" and LENGTH bytes. It is a
 * program because a shell would start six programs for each question.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "speed.h"

#define PORT		"/dev/vport0p3"
#define DEADLINE	60 /* seconds to wait for another program's question, on a quick machine */

static void fail(const char *what)
{
	fprintf(stderr, "witness: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Only one program can have the port open, so each answer reaches the program that asked. */
static int open_port(void)
{
	const time_t end = time(NULL) + scaled(DEADLINE);
	int port;

	while ((port = open(PORT, O_RDWR)) < 0 && errno == EBUSY && time(NULL) < end)
		poll(NULL, 0, 5);
	if (port < 0)
		fail(PORT);
	return port;
}

static void ask(int port, int argc, char **argv)
{
	char line[4096] = "";
	size_t length = 0;
	int i;

	for (i = 1; i < argc && length < sizeof(line); i++)
		length += snprintf(line + length, sizeof(line) - length, "%s%c", argv[i],
				   i == argc - 1 ? '\n' : ' ');
	errno = E2BIG;
	if (length >= sizeof(line) || write(port, line, length) != (ssize_t)length)
		fail("question");
}

/* Waits without a limit: the machine itself has a deadline, and its clock may skip idle time. */
static size_t receive(int port, char *buffer, size_t size)
{
	ssize_t n;

	n = read(port, buffer, size);
	if (n <= 0)
		fail("no answer from the host");
	return n;
}

/* Returns the status that the host gives, and how many bytes follow. */
static int receive_head(int port, size_t *length)
{
	char head[64], *at = head;
	int status;

	do {
		at += receive(port, at, 1);
	} while (at[-1] != '\n' && at < head + sizeof(head) - 1);
	*at = 0;
	errno = EPROTO;
	if (sscanf(head, "%d %zu", &status, length) != 2)
		fail("answer");
	return status;
}

int main(int argc, char **argv)
{
	static char buffer[65536];
	size_t length, n;
	int port, status;

	/* If the reader of our output is gone, the answer is still taken off the port. */
	signal(SIGPIPE, SIG_IGN);
	port = open_port();
	ask(port, argc, argv);
	for (status = receive_head(port, &length); length; length -= n) {
		n = receive(port, buffer, length < sizeof(buffer) ? length : sizeof(buffer));
		if (write(STDOUT_FILENO, buffer, n) != (ssize_t)n && errno != EPIPE)
			fail("output");
	}
	return status;
}
