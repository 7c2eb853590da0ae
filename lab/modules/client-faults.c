// SPDX-License-Identifier: GPL-2.0-only
/*
 * Logs every fault, or few.
 *
 * The kernel's handler of IOMMU faults has a rate limit: three faults in 5 s. Tests
 * that look for each fault would have to wait, and on a slow machine faults are so
 * rare that each is logged. So a kprobe waits for the next use of the limit and sets
 * its interval to 0, or to an hour.
 */
#include <linux/kprobes.h>
#include <linux/ptrace.h>
#include <linux/ratelimit.h>
#include <linux/string.h>

#include "client.h"

/* The limit, NULL before it is used; its original interval, and the wanted one. */
static struct ratelimit_state *limit;
static int interval;
static int wanted;

static int ratelimit_pre(struct kprobe *p, struct pt_regs *regs)
{
	struct ratelimit_state *rs = (void *)regs_get_kernel_argument(regs, 0);
	const char *func = (void *)regs_get_kernel_argument(regs, 1);

	if (!limit && !strcmp(func, "dmar_fault")) {
		interval = rs->interval;
		WRITE_ONCE(rs->interval, wanted);
		limit = rs;
	}
	return 0;
}
NOKPROBE_SYMBOL(ratelimit_pre);

static struct kprobe ratelimit_probe;
static bool armed;

void lab_faults_restore(void)
{
	if (!armed)
		return;

	unregister_kprobe(&ratelimit_probe);
	armed = false;
	if (limit)
		WRITE_ONCE(limit->interval, interval);
	limit = NULL;
}

/* faults all|few|limited */
int lab_cmd_faults(int argc, char **argv)
{
	bool all = !strcmp(argv[0], "all"), few = !strcmp(argv[0], "few");
	int ret;

	if (!all && !few && strcmp(argv[0], "limited"))
		return -EINVAL;

	lab_faults_restore();
	if (!all && !few)
		return 0;

	wanted = few ? 3600 * HZ : 0;
	/* A kprobe that was unregistered has to be initialized again. */
	ratelimit_probe = (struct kprobe) {
		.symbol_name	= "___ratelimit",
		.pre_handler	= ratelimit_pre,
	};
	ret = register_kprobe(&ratelimit_probe);
	armed = !ret;
	return ret;
}
