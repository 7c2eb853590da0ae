// SPDX-License-Identifier: GPL-2.0-only
/*
 * write-once FILE: writes its standard input to a file in one write, as sysfs needs it,
 * and prints the result: 0 or the name of the error.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char text[65536];
	size_t length = 0;
	ssize_t n;
	int fd;

	if (argc != 2)
		return 2;
	while ((n = read(STDIN_FILENO, text + length, sizeof(text) - length)) > 0)
		length += n;
	fd = n < 0 ? -1 : open(argv[1], O_WRONLY);
	n = fd < 0 ? -1 : write(fd, text, length);
	if (n >= 0 && n != (ssize_t)length) {
		fprintf(stderr, "%s: took %zd bytes of %zu\n", argv[1], n, length);
		return 1;
	}
	puts(n < 0 ? strerrorname_np(errno) : "0");
	return 0;
}
