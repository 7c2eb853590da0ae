// SPDX-License-Identifier: GPL-2.0-only
/*
 * stress ROUNDS|SECONDSs SEED PF VF...: everything at the same time. Processes write to
 * pasid_ctl, attach and detach PASIDs, open VFs through iommufd as VMMs do, reset VFs, remove
 * all VFs and make them again, unload the modules and load them. It ends when each kind of
 * operation has been done often enough for ROUNDS rounds, however fast the machine is, or
 * after SECONDS. The first half of the VFs is used by the host, the second half by users.
 * Allocations of the first three kinds fail if the files of make-it-fail have been set up
 * (Documentation/fault-injection).
 *
 * Prints how often each kind was done and refused, and what must not happen: an error that
 * makes no sense, a user's request that is not in force, a process that hangs. Exits with 1
 * if anything of that happened.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "modules.h"
#include "random.h"
#include "speed.h"
#include "tally.h"
#include "vfio.h"

#define LAB_CTL		"/sys/kernel/debug/pasid-lab/ctl"
#define PAGE_FILE	"/tmp/stress-page"
#define CAP_CONTROL	0x186
#define IOVA		0x10000
#define GRACE		120 /* seconds for all processes to end, on a quick machine */
#define MOMENT		1000 /* microseconds in which other processes can change something */

static const char *pf;
static char **vfs;
static unsigned int vf_count;

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

	if (tally->calm)
		text = "+all -exec";
	tally_count(WRITE, write_attribute(bdf, "pasid_ctl", text), text);
}

/* Four PASIDs in several tables: few, so that each is attached about half of the time. */
static void do_attach(void)
{
	char text[128];

	if (below(2))
		snprintf(text, sizeof(text), "attach %s %u paging", host_vf(), 1 + 100 * below(4));
	else
		snprintf(text, sizeof(text), "detach %s %u", host_vf(), 1 + 100 * below(4));
	tally_count(ATTACH, write_file(LAB_CTL, text), text);
}

/* `requested` has enable; what pasid_ctl allows does not matter here. */
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
 * If no capability is shown, because enable is denied, the register reads as 0, and nothing is
 * checked. A reset may clear the register at any moment, so this tries again.
 */
static void check_request(struct vfio_function *fn, const char *bdf)
{
	unsigned int tries;

	for (tries = 0; tries < 5; tries++) {
		if (!reads_enabled(fn) || is_requested(bdf))
			return;
		usleep(MOMENT);
	}
	tally_violation("%s: the user's request is not in force", bdf);
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
 * No allocation fails within a reset or what belongs to one: if the IOMMU core of 7.3 has no
 * memory to attach again what was attached, it warns.
 */
static void set_failures(bool on)
{
	write_file("/proc/self/make-it-fail", on ? "1" : "0");
}

static void reset_session(struct vfio_function *fn)
{
	set_failures(false);
	tally_expect_sense(vfio_reset(fn), "reset");
	set_failures(true);
}

/* A session goes on after a step that is refused. */
static void run_session(struct vfio_function *fn, const char *bdf)
{
	unsigned int i, steps = 1 + below(6);
	uint32_t table = 0;

	tally_expect_sense(vfio_map_page(fn, PAGE_FILE, IOVA, &table), "map");
	tally_expect_sense(vfio_attach(fn, VFIO_NO_PASID, table), "attach");
	for (i = 0; i < steps; i++) {
		switch (below(5)) {
		case 0:
			reset_session(fn);
			break;
		case 1:
		case 2:
			tally_expect_sense(write_request(fn, bdf, below(2)), "request");
			break;
		default:
			tally_expect_sense(vfio_attach(fn, 1 + 100 * below(4), table),
					   "attach PASID");
		}
	}
}

static void do_open(void)
{
	const char *bdf = users_vf();
	struct vfio_function fn;
	int err;

	if (tally->calm) {
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
	/* EINVAL: the VF has a user already. */
	tally_count(OPEN, err == EINVAL ? EBUSY : err, "session");
}

/*
 * Keeps resets and the making of VFs apart: if a reset begins before the IOMMU core knows the VF
 * and ends after that, the core of 7.3 warns (pci_dev_reset_iommu_done()).
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
	tally_count(RESET, write_attribute(below(2) ? host_vf() : users_vf(), "reset", "1"),
		    "reset");
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
	tally_count(HOTPLUG, write_attribute(pf, "sriov_numvfs", text), "sriov_numvfs");
}

static void do_hotplug(void)
{
	unsigned int n = below(2) ? vf_count : 1 + below(vf_count);

	tally_let_others_do(300);
	if (write_attribute(pf, "sriov_numvfs", "0"))
		return;
	lock_births(LOCK_EX);
	set_numvfs(n);
	lock_births(LOCK_UN);
	bind_users();
}

/* --- The modules ------------------------------------------------------------------------------ */

/* Lifts all restrictions and tries to unload, for some seconds. */
static int unload_patiently(const char *name)
{
	unsigned int i, tries;
	int err = EAGAIN;

	for (tries = 0; err && tries < 20; tries++) {
		for (i = 0; i < vf_count; i++)
			write_attribute(vfs[i], "pasid_ctl", "+all -exec");
		err = module_unload(name);
		if (err)
			usleep(100000);
	}
	return err;
}

static void do_reload(void)
{
	int err;

	tally_let_others_do(500);
	/* The module is in use, so unloading must be refused. */
	err = module_unload("intel_pasid_ctl");
	if (err != EAGAIN && err != EBUSY)
		tally_violation("unloading the module in use: %s", strerrorname_np(err));
	tally->calm = true;
	err = unload_patiently("pasid_vfio_pci");
	if (!err) {
		err = unload_patiently("intel_pasid_ctl");
		if (!err && module_load("intel-pasid-ctl", below(2) ? "default_ctl=-pri" : ""))
			tally_violation("the module cannot be loaded again");
		if (module_load("pasid-vfio-pci", ""))
			tally_violation("the driver cannot be loaded again");
		write_attribute(pf, "vf_pasid_ranges", "0x180-0x187");
		bind_users();
	}
	tally->calm = false;
	tally_count(RELOAD, err, "unload");
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
	while (!tally->stop)
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
		tally_violation("%u processes hang", running);
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
	if (!tally_init())
		return 2;
	bind_users();
	for (i = 0; i < sizeof(workers) / sizeof(*workers); i++)
		for (j = 0; j < workers[i].processes; j++)
			running += start_worker(&workers[i], seed * 1000 + running);
	if (*unit == 's')
		sleep(amount);
	else
		tally_await_rounds(amount);
	tally->stop = true;
	await_workers(running);
	tally_report(start);
	return tally->violations != 0;
}
