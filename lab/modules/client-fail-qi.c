// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidations that fail.
 *
 * Distribution kernels lack function error injection, so a kprobe does the same: it
 * makes qi_submit_sync() return an error before its first instruction. Only calls of
 * user processes fail. Calls of kernel threads do not, nor do calls that this module
 * makes for a command.
 *
 * A call from within a handler of another probe does not fail, because probes do not
 * nest.
 */
#include <linux/atomic.h>
#include <linux/kprobes.h>
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <linux/preempt.h>
#include <linux/sched.h>

#include "client.h"

asmlinkage void lab_just_return(void);

asm(".text\n"
	".type lab_just_return, @function\n"
	".globl lab_just_return\n"
	"lab_just_return:\n"
		ANNOTATE_NOENDBR "\n"
		ASM_RET
	".size lab_just_return, .-lab_just_return\n");

atomic_t lab_fail_qi_left;
static atomic_t fail_qi_skip;
static bool fail_qi_armed;

static int fail_qi_pre(struct kprobe *p, struct pt_regs *regs)
{
	/* Not for a kworker, nor for a timer that flushes unmapped DMA while a process runs. */
	if (!current->mm || in_serving_softirq() || lab_is_owner() ||
	    atomic_dec_if_positive(&fail_qi_skip) >= 0 ||
	    atomic_dec_if_positive(&lab_fail_qi_left) < 0)
		return 0;

	regs_set_return_value(regs, -ETIMEDOUT);
	instruction_pointer_set(regs, (unsigned long)lab_just_return);
	return 1;
}
NOKPROBE_SYMBOL(fail_qi_pre);

/*
 * Does nothing. But only because it is there, the kernel does not optimize the probe to
 * a jump, and takes over the instruction pointer that the pre handler sets, also with
 * ftrace.
 */
static void fail_qi_post(struct kprobe *p, struct pt_regs *regs,
			 unsigned long flags)
{
}
NOKPROBE_SYMBOL(fail_qi_post);

static struct kprobe fail_qi_probe;

static int fail_qi_arm(void)
{
	int ret;

	/* A kprobe that was unregistered has to be initialized again. */
	fail_qi_probe = (struct kprobe) {
		.symbol_name	= "qi_submit_sync",
		.pre_handler	= fail_qi_pre,
		.post_handler	= fail_qi_post,
	};
	ret = register_kprobe(&fail_qi_probe);
	fail_qi_armed = !ret;
	return ret;
}

void lab_fail_qi_disarm(void)
{
	if (fail_qi_armed)
		unregister_kprobe(&fail_qi_probe);
	fail_qi_armed = false;
	atomic_set(&lab_fail_qi_left, 0);
}

/* fail-qi <n> [skip]: of the next calls, <skip> succeed and then <n> fail */
int lab_cmd_fail_qi(int argc, char **argv)
{
	unsigned int n, skip = 0;
	int ret;

	ret = kstrtouint(argv[0], 0, &n);
	if (!ret && argc > 1)
		ret = kstrtouint(argv[1], 0, &skip);
	if (ret)
		return ret;
	if (n > INT_MAX || skip > INT_MAX)
		return -ERANGE;

	lab_fail_qi_disarm();
	if (!n)
		return 0;

	atomic_set(&fail_qi_skip, skip);
	ret = fail_qi_arm();
	if (!ret)
		atomic_set(&lab_fail_qi_left, n);
	return ret;
}
