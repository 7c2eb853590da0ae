// SPDX-License-Identifier: GPL-2.0-only
/*
 * kill-nth N COMMAND...: runs a command and kills it after its Nth system call. Only calls by
 * which a VFIO client changes something count: open, ioctl, mmap, pwrite and close. Exits with
 * 0 if the command was killed, with 1 if it ended before that, with 2 otherwise.
 *
 * kill-nth after MICROSECONDS COMMAND...: kills it after that time.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "kill-nth: %s: %s\n", what, strerror(errno));
	exit(2);
}

static pid_t start(bool traced, char **argv)
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (child)
		return child;
	if (traced)
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execvp(argv[0], argv);
	die(argv[0]);
	return 0;
}

/*
 * Runs the command to the next beginning or end of a system call; false if it has ended. A
 * command that fails by itself is an error: it did not get to the call.
 */
static bool step(pid_t child)
{
	int status = 0;

	if (ptrace(PTRACE_SYSCALL, child, NULL, NULL) || waitpid(child, &status, 0) != child)
		die("ptrace");
	if (WIFEXITED(status) && WEXITSTATUS(status)) {
		fprintf(stderr, "kill-nth: the command failed\n");
		exit(2);
	}
	return WIFSTOPPED(status);
}

static bool counts(pid_t child)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, child, NULL, &regs))
		die("registers");
	switch (regs.orig_rax) {
	case SYS_open:
	case SYS_openat:
	case SYS_ioctl:
	case SYS_mmap:
	case SYS_pwrite64:
	case SYS_close:
		return true;
	}
	return false;
}

static bool run_to(pid_t child, unsigned int n)
{
	waitpid(child, NULL, 0);
	while (n) {
		if (!step(child))
			return false;
		if (counts(child))
			n--;
		/* To the end of the system call. */
		if (!step(child))
			return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	bool after = argc > 3 && !strcmp(argv[1], "after");
	pid_t child;

	if (argc < 3)
		return 2;
	child = start(!after, argv + (after ? 3 : 2));
	if (after)
		usleep(strtoul(argv[2], NULL, 0));
	else if (!run_to(child, strtoul(argv[1], NULL, 0)))
		return 1;
	kill(child, SIGKILL);
	return waitpid(child, NULL, 0) == child ? 0 : 2;
}
