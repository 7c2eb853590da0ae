// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "files.h"

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), err = 0;

	if (fd < 0)
		return errno;
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	close(fd);
	return err;
}

void attribute_path(const char *bdf, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "/sys/bus/pci/devices/%s/%s", bdf, name);
}

int write_attribute(const char *bdf, const char *name, const char *text)
{
	char path[PATH_MAX];

	attribute_path(bdf, name, path);
	return write_file(path, text);
}

int read_attribute(const char *bdf, const char *name, char *text, size_t size)
{
	char path[PATH_MAX];
	int fd, err = 0;
	ssize_t n;

	attribute_path(bdf, name, path);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return errno;
	n = read(fd, text, size - 1);
	if (n < 0)
		err = errno;
	close(fd);
	text[n < 0 ? 0 : n] = 0;
	text[strcspn(text, "\n")] = 0;
	return err;
}
