// SPDX-License-Identifier: GPL-2.0-only
/*
 * fail-nth N COMMAND...: runs a command and lets the Nth allocation fail that the kernel makes
 * for it, or the Nth copy from or to its memory. The files of failslab and its like say which
 * ones count (Documentation/fault-injection). Exits with 0 if one failed, no matter what the
 * command made of it; with 1 if there were fewer and the command succeeded; with 2 otherwise.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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

/* Starts the command. It waits until the caller closes @gate. */
static pid_t start(char **argv, int *gate)
{
	int ends[2];
	char none;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	close(ends[child ? 0 : 1]);
	*gate = ends[1];
	if (child)
		return child;
	if (read(ends[0], &none, 1) == 0)
		execvp(argv[0], argv);
	die(argv[0]);
	return 0;
}

static int arm(pid_t child, const char *n)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/fail-nth", child, child);
	fd = open(path, O_RDWR);
	if (fd < 0 || write(fd, n, strlen(n)) < 0) {
		kill(child, SIGKILL);
		die(path);
	}
	return fd;
}

/* How many allocations were still to come. The process is not reaped yet, so its file is there. */
static unsigned long left_over(pid_t child, int counter)
{
	char text[32] = "";
	siginfo_t info;

	if (waitid(P_PID, child, &info, WEXITED | WNOWAIT) ||
	    pread(counter, text, sizeof(text) - 1, 0) <= 0)
		die("wait");
	return strtoul(text, NULL, 0);
}

int main(int argc, char **argv)
{
	int gate, counter, status;
	unsigned long left;
	pid_t child;

	if (argc < 3 || !strtoul(argv[1], NULL, 0))
		return 2;
	child = start(argv + 2, &gate);
	counter = arm(child, argv[1]);
	close(gate);
	left = left_over(child, counter);
	if (waitpid(child, &status, 0) != child)
		die("wait");
	if (!left)
		return 0;
	/* No allocation failed, so the command has to succeed. */
	return status ? 2 : 1;
}
