// SPDX-License-Identifier: GPL-2.0-only
/*
 * stress ROUNDS|SECONDSs SEED PF VF...: everything at the same time, for as long as it takes to
 * do so much of each kind, however fast the machine is, or for so long. Processes write policies,
 * attach and detach PASIDs, open VFs through iommufd as VMMs do, reset VFs, have all of them go
 * and come, and take the modules out and in. The first half of the VFs is the host's, the rest
 * the users'. Those of make-it-fail that are set up before (Documentation/fault-injection)
 * make allocations of the first three kinds fail.
 *
 * Prints how often each was done and how often it was refused, and what happened that must
 * not: an answer that makes no sense, a user whose request is not heeded, a process that
 * hangs. Exits with 1 if there was any of that.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "random.h"
#include "speed.h"
#include "vfio.h"

#define LAB_CTL		"/sys/kernel/debug/pasid-lab/ctl"
#define PAGE_FILE	"/tmp/stress-page"
#define CAP_CONTROL	0x186
#define IOVA		0x10000
#define GRACE		120 /* seconds to come to an end, on a quick machine */
#define MOMENT		1000 /* microseconds, for others to bring back what is not there */
#define IMBALANCE	50 /* of this many rounds of one kind, those of another should be done */
#define PATH_SIZE	512

enum kind { WRITE, ATTACH, OPEN, RESET, HOTPLUG, RELOAD, KINDS };

static const struct {
	const char *name;
	unsigned int per_round;
} kinds[KINDS] = {
	[WRITE] = { "writes", 1000 },
	[ATTACH] = { "attaches and detaches", 500 },
	[OPEN] = { "sessions", 20 },
	[RESET] = { "resets", 50 },
	[HOTPLUG] = { "VFs gone and back", 1 },
	[RELOAD] = { "modules out and in", 2 },
};

/* What all processes see. */
struct shared {
	atomic_bool stop;
	atomic_bool calm;	/* nobody restricts or opens a VF: the modules are to go */
	atomic_uint violations;
	atomic_uint operations;	/* of all kinds, done or refused */
	atomic_uint done[KINDS];
	atomic_uint refused[KINDS];
};

static struct shared *shared;
static const char *pf;
static char **vfs;
static unsigned int vf_count;

static void violation(const char *format, ...)
{
	va_list args;

	atomic_fetch_add(&shared->violations, 1);
	va_start(args, format);
	printf("wrong: ");
	vprintf(format, args);
	printf("\n");
	fflush(stdout);
	va_end(args);
}

/* VFs and the module come and go, memory and entries are short: these answers make sense. */
static bool makes_sense(int err)
{
	switch (err) {
	case 0:
	case EAGAIN:
	case EBUSY:
	case EIO:
	case ENODEV:
	case ENOENT:
	case ENOMEM:
	case ENOTTY:
	case EOPNOTSUPP:
		return true;
	}
	return false;
}

static void expect_sense(int err, const char *what)
{
	if (!makes_sense(err))
		violation("%s: %s", what, strerrorname_np(err));
}

static void count(enum kind kind, int err, const char *what)
{
	atomic_fetch_add(&shared->operations, 1);
	atomic_fetch_add(err ? &shared->refused[kind] : &shared->done[kind], 1);
	expect_sense(err, what);
	if (err == ENOENT)
		usleep(MOMENT);
}

/* Not by the clock: how much others do in a second is different on each machine. */
static void let_others_do(unsigned int operations)
{
	const unsigned int end = shared->operations + operations;

	while (!shared->stop && (int)(shared->operations - end) < 0)
		usleep(MOMENT);
}

static bool is_users(unsigned int i)
{
	return i >= vf_count / 2;
}

static const char *host_vf(void)
{
	return vfs[below(vf_count / 2)];
}

static const char *users_vf(void)
{
	return vfs[vf_count / 2 + below(vf_count - vf_count / 2)];
}

/* --- What is done ----------------------------------------------------------------------------- */

static void do_write(void)
{
	static const char *const texts[] = {
		"-enable", "+enable", "-all", "-priv", "+priv", "-pri", "-all +enable",
		"+all", "-exec", "default",
	};
	const char *text = texts[below(sizeof(texts) / sizeof(*texts))];
	const char *bdf = vfs[below(vf_count)];

	if (shared->calm)
		text = "+all -exec";
	count(WRITE, write_attribute(bdf, "pasid_ctl", text), text);
}

/* A few PASIDs, so that one is attached as often as not; in several tables. */
static void do_attach(void)
{
	char text[128];

	if (below(2))
		snprintf(text, sizeof(text), "attach %s %u paging", host_vf(), 1 + 100 * below(4));
	else
		snprintf(text, sizeof(text), "detach %s %u", host_vf(), 1 + 100 * below(4));
	count(ATTACH, write_file(LAB_CTL, text), text);
}

/* Whatever the host's admin writes. */
static bool is_requested(const char *bdf)
{
	char requested[64];

	return read_attribute(bdf, "pasid_status/requested", requested, sizeof(requested)) ||
	       requested[0] == '+';
}

static bool reads_enabled(struct vfio_function *fn)
{
	uint16_t value;

	return !vfio_read_config(fn, CAP_CONTROL, &value, sizeof(value)) && value == 1;
}

/*
 * Not where nothing is shown, because enable is denied: the write is one to read-only
 * zeroes then. And a reset may come at any moment, which clears the register.
 */
static void check_request(struct vfio_function *fn, const char *bdf)
{
	unsigned int tries;

	for (tries = 0; tries < 5; tries++) {
		if (!reads_enabled(fn) || is_requested(bdf))
			return;
		usleep(MOMENT);
	}
	violation("%s: the user's request is not heeded", bdf);
}

static int write_request(struct vfio_function *fn, const char *bdf, unsigned int request)
{
	uint16_t value = request;
	int err = vfio_write_config(fn, CAP_CONTROL, &value, sizeof(value));

	if (!err && request)
		check_request(fn, bdf);
	return err;
}

/*
 * Within a reset no allocation is made to fail, nor in what comes with one: where the
 * IOMMU core of 7.3 has no memory to attach again what it had, it warns.
 */
static void set_failures(bool on)
{
	write_file("/proc/self/make-it-fail", on ? "1" : "0");
}

static void reset_session(struct vfio_function *fn)
{
	set_failures(false);
	expect_sense(vfio_reset(fn), "reset");
	set_failures(true);
}

/* What is refused within a session is no reason to end it. */
static void run_session(struct vfio_function *fn, const char *bdf)
{
	unsigned int i, steps = 1 + below(6);
	uint32_t table = 0;

	expect_sense(vfio_map_page(fn, PAGE_FILE, IOVA, &table), "map");
	expect_sense(vfio_attach(fn, VFIO_NO_PASID, table), "attach");
	for (i = 0; i < steps; i++) {
		switch (below(5)) {
		case 0:
			reset_session(fn);
			break;
		case 1:
		case 2:
			expect_sense(write_request(fn, bdf, below(2)), "request");
			break;
		default:
			expect_sense(vfio_attach(fn, 1 + 100 * below(4), table), "attach PASID");
		}
	}
}

static void do_open(void)
{
	const char *bdf = users_vf();
	struct vfio_function fn;
	int err;

	if (shared->calm) {
		usleep(MOMENT);
		return;
	}
	set_failures(false);
	err = vfio_open_iommufd(&fn, bdf);
	if (!err) {
		set_failures(true);
		run_session(&fn, bdf);
		set_failures(false);
		vfio_close(&fn);
	}
	/* What a second user of the same VF is told. */
	count(OPEN, err == EINVAL ? EBUSY : err, "session");
}

/*
 * Not while VFs are made: one whose reset begins before the IOMMU core knows it and ends
 * afterwards makes the core of 7.3 warn (pci_dev_reset_iommu_done()).
 */
static void lock_births(int how)
{
	static int fd = -1;

	if (fd < 0)
		fd = open(PAGE_FILE, O_RDONLY);
	flock(fd, how);
}

static void do_reset(void)
{
	lock_births(LOCK_SH);
	count(RESET, write_attribute(below(2) ? host_vf() : users_vf(), "reset", "1"), "reset");
	lock_births(LOCK_UN);
	usleep(20 * MOMENT);
}

static void bind_users(void)
{
	unsigned int i;

	for (i = 0; i < vf_count; i++) {
		if (!is_users(i) || write_attribute(vfs[i], "driver_override", "pasid-vfio-pci"))
			continue;
		write_file("/sys/bus/pci/drivers_probe", vfs[i]);
	}
}

static void set_numvfs(unsigned int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", n);
	count(HOTPLUG, write_attribute(pf, "sriov_numvfs", text), "sriov_numvfs");
}

static void do_hotplug(void)
{
	unsigned int n = below(2) ? vf_count : 1 + below(vf_count);

	let_others_do(300);
	if (write_attribute(pf, "sriov_numvfs", "0"))
		return;
	lock_births(LOCK_EX);
	set_numvfs(n);
	lock_births(LOCK_UN);
	bind_users();
}

/* --- The modules ------------------------------------------------------------------------------ */

static int load(const char *name, const char *parameters)
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

static int unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? errno : 0;
}

/* Tries for some seconds, while others see to it that it can go. */
static int unload_patiently(const char *name)
{
	unsigned int i, tries;
	int err = EAGAIN;

	for (tries = 0; err && tries < 20; tries++) {
		for (i = 0; i < vf_count; i++)
			write_attribute(vfs[i], "pasid_ctl", "+all -exec");
		err = unload(name);
		if (err)
			usleep(100000);
	}
	return err;
}

static void do_reload(void)
{
	int err;

	let_others_do(500);
	/* In use as it is: refused. */
	err = unload("intel_pasid_ctl");
	if (err != EAGAIN && err != EBUSY)
		violation("unloading what is in use: %s", strerrorname_np(err));
	shared->calm = true;
	err = unload_patiently("pasid_vfio_pci");
	if (!err) {
		err = unload_patiently("intel_pasid_ctl");
		if (!err && load("intel-pasid-ctl", below(2) ? "default_ctl=-pri" : ""))
			violation("the module does not load any more");
		if (load("pasid-vfio-pci", ""))
			violation("the driver does not load any more");
		write_attribute(pf, "vf_pasid_ranges", "0x180-0x187");
		bind_users();
	}
	shared->calm = false;
	count(RELOAD, err, "unload");
}

/* --- All of it -------------------------------------------------------------------------------- */

static const struct worker {
	void (*step)(void);
	unsigned int processes;
	bool may_fail;
} workers[] = {
	{ do_write, 2, true },
	{ do_attach, 2, true },
	{ do_open, 3, true },
	{ do_reset, 1, false },
	{ do_hotplug, 1, false },
	{ do_reload, 1, false },
};

static unsigned int start_worker(const struct worker *worker, unsigned int seed)
{
	pid_t child = fork();

	if (child)
		return child > 0;
	random_seed(seed);
	if (worker->may_fail)
		set_failures(true);
	while (!shared->stop)
		worker->step();
	_exit(0);
}

static void await_workers(unsigned int running)
{
	time_t end = time(NULL) + scaled(GRACE);

	while (running && time(NULL) < end) {
		if (waitpid(-1, NULL, WNOHANG) > 0)
			running--;
		else
			usleep(50000);
	}
	if (running)
		violation("%u processes hang", running);
}

/* How many rounds have been done of what has been done least, or most. */
static unsigned int rounds_done(bool most)
{
	unsigned int kind, rounds = shared->done[0] / kinds[0].per_round;

	for (kind = 1; kind < KINDS; kind++) {
		unsigned int n = shared->done[kind] / kinds[kind].per_round;

		if (most ? n > rounds : n < rounds)
			rounds = n;
	}
	return rounds;
}

static void await_rounds(unsigned int rounds)
{
	while (rounds_done(false) < rounds && rounds_done(true) < rounds * IMBALANCE)
		usleep(50000);
	if (rounds_done(false) < rounds)
		violation("%u rounds of the one, and not %u of the other", rounds_done(true),
			  rounds);
}

static void report(time_t start)
{
	unsigned int kind;

	for (kind = 0; kind < KINDS; kind++) {
		printf("%-22s %8u, and %u refused\n", kinds[kind].name, shared->done[kind],
		       shared->refused[kind]);
		if (!shared->done[kind])
			violation("%s: not once", kinds[kind].name);
	}
	printf("%u operations, %u violations, in %lu s\n", shared->operations,
	       shared->violations, (unsigned long)(time(NULL) - start));
}

int main(int argc, char **argv)
{
	unsigned int amount, seed, i, j, running = 0;
	const time_t start = time(NULL);
	char *unit;

	if (argc < 6)
		return 2;
	amount = strtoul(argv[1], &unit, 0);
	seed = strtoul(argv[2], NULL, 0);
	pf = argv[3];
	vfs = argv + 4;
	vf_count = argc - 4;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		      -1, 0);
	if (shared == MAP_FAILED)
		return 2;
	bind_users();
	for (i = 0; i < sizeof(workers) / sizeof(*workers); i++)
		for (j = 0; j < workers[i].processes; j++)
			running += start_worker(&workers[i], seed * 1000 + running);
	if (*unit == 's')
		sleep(amount);
	else
		await_rounds(amount);
	shared->stop = true;
	await_workers(running);
	report(start);
	return shared->violations != 0;
}
