// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-test: this module calls a function of its own that has a probe, to see whether probes
 * fire.
 */
#include "probe.h"

/**
 * struct pasid_self_test - what became of a call of pasid_self_test_target()
 * @entered: the entry handler saw it
 * @left: the return handler saw it, with the return value
 */
struct pasid_self_test {
	bool entered;
	bool left;
};

#define PASID_SELF_TEST_RETURN	0x5ca1ab1e

/* What pasid_probe_fires() returned last. */
static bool pasid_fired;

/* Does nothing. Its hook has handlers at entry and return, as those of intel-iommu have. */
static noinline __noclone int pasid_self_test_target(void *first, struct pasid_self_test *test)
{
	barrier_data(first);
	return test ? PASID_SELF_TEST_RETURN : 0;
}

static void pasid_self_test_enter(const struct pasid_call *call)
{
	((struct pasid_self_test *)call->arg[0])->entered = true;
}

static void pasid_self_test_leave(const struct pasid_call *call, int ret)
{
	((struct pasid_self_test *)call->arg[0])->left = ret == PASID_SELF_TEST_RETURN;
}

struct pasid_hook pasid_self_test_hook = {
	.enter = pasid_self_test_enter,
	.leave = pasid_self_test_leave,
	.at = { 1 },
	.exit.kp.addr = (void *)pasid_self_test_target,
};

/**
 * pasid_probe_fires() - does a probe of this module fire now?
 *
 * It does not after an administrator has disarmed all kprobes. This function only tries, and counts
 * no gap: for writers there is pasid_probes_check().
 *
 * Context: Process context, may sleep; pasid_self_test_hook is registered and enabled.
 * Return: whether the probes of a function of this module have fired.
 */
bool pasid_probe_fires(void)
{
	struct pasid_self_test test = { };
	bool fired;

	pasid_self_test_target(NULL, &test);
	barrier_data(&test);
	/*
	 * This changes nothing, as the probe is enabled. But it takes the mutex under which the
	 * kernel arms or disarms all probes one after the other, and so waits for the last one.
	 */
	enable_kretprobe(&pasid_self_test_hook.exit);
	fired = READ_ONCE(test.entered) && READ_ONCE(test.left);
	WRITE_ONCE(pasid_fired, fired);
	return fired;
}

/**
 * pasid_probes_fired() - did a probe of this module fire when pasid_probe_fires() tried last?
 *
 * This function tries nothing, so that any user may cause calls of it.
 *
 * Context: Any.
 * Return: whether it did; false before the first try.
 */
bool pasid_probes_fired(void)
{
	return READ_ONCE(pasid_fired);
}
