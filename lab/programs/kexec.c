// SPDX-License-Identifier: GPL-2.0-only
/*
 * kexec load|crash KERNEL INITRD COMMAND-LINE: has the running kernel keep another one, to start
 *	it on request or when it crashes. KERNEL is a bzImage.
 * kexec start: starts the one that was loaded, without shutting anything down before.
 */
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <unistd.h>

static int load(char **argv, unsigned long flags)
{
	int kernel = open(argv[0], O_RDONLY), initrd = open(argv[1], O_RDONLY);

	if (kernel < 0 || initrd < 0 ||
	    syscall(SYS_kexec_file_load, kernel, initrd, strlen(argv[2]) + 1, argv[2], flags)) {
		perror("kexec");
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 5 && !strcmp(argv[1], "load"))
		return load(argv + 2, 0);
	if (argc == 5 && !strcmp(argv[1], "crash"))
		return load(argv + 2, KEXEC_FILE_ON_CRASH);
	if (argc == 2 && !strcmp(argv[1], "start")) {
		reboot(RB_KEXEC);
		perror("kexec");
		return 1;
	}
	return 2;
}
