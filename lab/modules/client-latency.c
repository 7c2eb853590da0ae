// SPDX-License-Identifier: GPL-2.0-only
/*
 * The longest time for which interrupts or preemption are off.
 *
 * Debian's kernels lack the tracers for that (irqsoff, preemptoff, timerlat). So a
 * timer expires again and again, and wakes a real-time task of processor 0. If the
 * timer's interrupt is late, interrupts were off. If the task is late, interrupts or
 * preemption were off. The timer expires at some moment within such a section, so it
 * sees only the rest of the section; the longest delay of many comes close to the
 * whole. The timer's intervals follow a fixed sequence, so a machine whose clock counts
 * instructions measures the same again.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/kstrtox.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/prandom.h>
#include <linux/sched.h>

#include "client.h"
#include "compat.h"

#define MAX_PERIOD	1000000	/* ns */
#define MAX_DURATION	10000	/* ms */

/* The longest delays of the last run, in ns. */
u64 lab_latency_irq;
u64 lab_latency_task;

static struct rnd_state sequence;
static struct hrtimer timer;
static struct completion fired;
static bool over;
static u32 period;

static u64 delay(void)
{
	return ktime_to_ns(ktime_sub(ktime_get(), hrtimer_get_expires(&timer)));
}

static enum hrtimer_restart latency_fired(struct hrtimer *unused)
{
	lab_latency_irq = max(lab_latency_irq, delay());
	complete(&fired);
	return HRTIMER_NORESTART;
}

/* The next interval: 0.5 to 1.5 times the period. */
static ktime_t latency_next(void)
{
	u64 part = prandom_u32_state(&sequence);

	return ns_to_ktime(period / 2 + ((part * period) >> 32));
}

/* The task sets the timer, not its handler: it must not expire twice in one section. */
static int latency_task(void *unused)
{
	while (!READ_ONCE(over)) {
		hrtimer_start(&timer, latency_next(), HRTIMER_MODE_REL_PINNED_HARD);
		wait_for_completion(&fired);
		lab_latency_task = max(lab_latency_task, delay());
	}
	return 0;
}

/* latency <period in ns> <duration in ms>: measures what other tasks do meanwhile */
int lab_cmd_latency(int argc, char **argv)
{
	struct task_struct *task;
	u32 duration;
	int ret;

	ret = kstrtou32(argv[0], 0, &period) ?: kstrtou32(argv[1], 0, &duration);
	if (ret)
		return ret;
	if (!period || period > MAX_PERIOD || duration > MAX_DURATION)
		return -EINVAL;

	task = kthread_create_on_cpu(latency_task, NULL, 0, "pasid-lab-latency/%u");
	if (IS_ERR(task))
		return PTR_ERR(task);

	prandom_seed_state(&sequence, 1);
	hrtimer_setup(&timer, latency_fired, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	init_completion(&fired);
	over = false;
	lab_latency_irq = 0;
	lab_latency_task = 0;
	sched_set_fifo(task);
	get_task_struct(task);
	wake_up_process(task);
	msleep(duration);
	WRITE_ONCE(over, true);
	kthread_stop_put(task);
	return 0;
}
