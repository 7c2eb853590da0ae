// SPDX-License-Identifier: GPL-2.0-only
/*
 * await-notify FILE: prints "ready" when it sees changes of a sysfs file, waits until the
 * kernel notifies of a change, 10 s at most on a quick machine, and prints the new text.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#include "speed.h"

static ssize_t read_again(int fd, char *text, size_t size)
{
	return lseek(fd, 0, SEEK_SET) ? -1 : read(fd, text, size);
}

int main(int argc, char **argv)
{
	struct pollfd wait = { .events = POLLPRI };
	char text[4096];
	ssize_t length;

	if (argc != 2)
		return 2;
	wait.fd = open(argv[1], O_RDONLY);
	/* poll() reports changes since the last read. */
	if (wait.fd < 0 || read_again(wait.fd, text, sizeof(text)) < 0)
		return 1;
	if (write(STDOUT_FILENO, "ready\n", 6) != 6)
		return 1;
	if (poll(&wait, 1, scaled(10) * 1000) != 1 || !(wait.revents & POLLPRI)) {
		fprintf(stderr, "%s: no notification\n", argv[1]);
		return 1;
	}
	length = read_again(wait.fd, text, sizeof(text));
	return length < 0 || write(STDOUT_FILENO, text, length) != length;
}
