// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail-nth N COMMAND...: runs a command and has the Nth allocation fail that the kernel makes
 * for it, of those that count: the files of failslab and its like say which
 * (Documentation/fault-injection). Exits with 0 if one failed, whatever the command made of
 * it, with 1 if there were fewer and it worked, with 2 if something is wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "fail-nth: %s: %s\n", what, strerror(errno));
	exit(2);
}

static int open_counter(pid_t pid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/fail-nth", pid, pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die(path);
	return fd;
}

static void run(const char *n, char **argv)
{
	if (write(open_counter(getpid()), n, strlen(n)) < 0)
		die(n);
	execvp(argv[0], argv);
	die(argv[0]);
}

/* How many were still to come when the command ended: it is not quite gone yet. */
static unsigned long left_over(pid_t child)
{
	int fd = open_counter(child);
	char text[32] = "";
	siginfo_t info;

	if (waitid(P_PID, child, &info, WEXITED | WNOWAIT) || read(fd, text, sizeof(text) - 1) <= 0)
		die("wait");
	close(fd);
	return strtoul(text, NULL, 0);
}

int main(int argc, char **argv)
{
	unsigned long left;
	pid_t child;
	int status;

	if (argc < 3)
		return 2;
	child = fork();
	if (child < 0)
		die("fork");
	if (!child)
		run(argv[1], argv + 2);
	left = left_over(child);
	if (waitpid(child, &status, 0) != child)
		die("wait");
	if (!left)
		return 0;
	/* It had all that it wanted, so it has to work. */
	return status ? 2 : 1;
}
