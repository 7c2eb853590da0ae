// SPDX-License-Identifier: GPL-2.0-only
/* See modules.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "modules.h"

#define PATH_SIZE	512

int module_load(const char *name, const char *parameters)
{
	char path[PATH_SIZE];
	struct utsname uts;
	int fd, err;

	uname(&uts);
	snprintf(path, sizeof(path), "/lib/modules/%s/%s.ko", uts.release, name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return errno;
	err = syscall(SYS_finit_module, fd, parameters, 0) ? errno : 0;
	close(fd);
	return err;
}

int module_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}
