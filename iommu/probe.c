// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registering hooks with the kernel, and calling their handlers. A hook is registered disabled,
 * and enabled after it is known in which registers its function gets the arguments.
 */
#include <linux/mutex.h>

#include "probe.h"
#include "vf.h"

#define PASID_PROBES_MAX	32

/* The registered ones: hooks at the entry of a function, and those that also see its return. */
static struct kprobe *pasid_entries[PASID_PROBES_MAX];
static struct kretprobe *pasid_exits[PASID_PROBES_MAX];
static int pasid_entry_count, pasid_exit_count;

static void pasid_get_call(const struct pasid_hook *hook, struct pt_regs *regs,
			   struct pasid_call *call)
{
	int i;

	call->hook = hook;
	call->gaps = pasid_gaps_now();
	for (i = 0; i < PASID_HOOK_ARGS; i++)
		call->arg[i] = regs_get_kernel_argument(regs, hook->at[i]);
}

/* Runs in place of a function that is skipped, and returns to its caller. */
static noinline notrace long pasid_skipped(void)
{
	return 0;
}

static int pasid_on_entry(struct kprobe *probe, struct pt_regs *regs)
{
	struct pasid_hook *hook = container_of(probe, struct pasid_hook, entry);
	struct pasid_call call;
	bool skip = false;

	pasid_get_call(hook, regs, &call);
	if (hook->skip)
		skip = hook->skip(&call);
	else
		hook->enter(&call);
	pasid_gaps_check_missed();
	if (skip)
		instruction_pointer_set(regs, (unsigned long)pasid_skipped);
	return skip;
}

/*
 * A hook with @skip needs it, though it does nothing: otherwise the kernel may use a faster kind of
 * probe, which ignores what pasid_on_entry() does to the instruction pointer (kprobes.rst,
 * "Changing Execution Path").
 */
static void pasid_on_entry_done(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static int pasid_on_call(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct pasid_hook *hook = container_of(get_kretprobe(instance),
					       struct pasid_hook, exit);
	struct pasid_call *call = (void *)instance->data;

	pasid_get_call(hook, regs, call);
	if (hook->enter)
		hook->enter(call);
	return 0;
}

static int pasid_on_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	struct kretprobe *probe = get_kretprobe(instance);
	struct pasid_call *call = (void *)instance->data;
	int ret = regs_return_value(regs);
	struct pasid_hook *hook;

	/* NULL while the probe is being removed. */
	if (!probe)
		return 0;
	hook = container_of(probe, struct pasid_hook, exit);
	if (hook->leave)
		hook->leave(call, ret);
	else
		regs_set_return_value(regs, hook->answer(call, get_kretprobe_retaddr(instance),
							 ret));
	pasid_gaps_check_missed();
	return 0;
}

static bool pasid_hook_returns(const struct pasid_hook *hook)
{
	return hook->leave || hook->answer;
}

/* Disabled, as no handler may run before it is known where its arguments are. */
static int pasid_hook_register(struct pasid_hook *hook)
{
	struct kprobe *probe = pasid_hook_returns(hook) ? &hook->exit.kp : &hook->entry;
	int err;

	if (WARN_ON(max(pasid_entry_count, pasid_exit_count) == PASID_PROBES_MAX))
		return -ENOSPC;
	probe->symbol_name = hook->symbol;
	probe->flags = KPROBE_FLAG_DISABLED;
	if (pasid_hook_returns(hook)) {
		hook->exit.entry_handler = pasid_on_call;
		hook->exit.handler = pasid_on_return;
		hook->exit.data_size = sizeof(struct pasid_call);
		hook->exit.maxactive = max(64U, 4 * num_possible_cpus());
		err = register_kretprobe(&hook->exit);
		if (!err)
			pasid_exits[pasid_exit_count++] = &hook->exit;
	} else {
		hook->entry.pre_handler = pasid_on_entry;
		if (hook->skip)
			hook->entry.post_handler = pasid_on_entry_done;
		err = register_kprobe(&hook->entry);
		if (!err)
			pasid_entries[pasid_entry_count++] = &hook->entry;
	}
	return err;
}

static int pasid_hook_enable(struct pasid_hook *hook)
{
	return pasid_hook_returns(hook) ? enable_kretprobe(&hook->exit) :
					  enable_kprobe(&hook->entry);
}

static int pasid_hook_add(struct pasid_hook *hook)
{
	const struct pasid_hooked *what = pasid_hooked_find(hook->symbol);
	char why[PASID_NEED_WHY_MAX];
	int err;

	if (WARN_ON(!what))
		return -EINVAL;
	err = pasid_need_hooked(&pasid_kernel, what, pasid_hook_register(hook),
				hook->at, why);
	if (err < 0)
		pr_err("%s\n", why);
	if (err <= 0)
		return err;
	if (pasid_verbose)
		pr_info("hooked %s(): %s\n", what->name, what->purpose);
	pasid_gaps_watch(hook);
	if (hook->on_demand)
		return 0;
	err = pasid_hook_enable(hook);
	if (err)
		pr_err("cannot enable the probe of %s() (error %d), so this module cannot see when %s\n",
		       what->name, err, what->purpose);
	return what->expendable ? 0 : err;
}

/**
 * pasid_hook_armed() - does the kernel call a hook's handlers, as long as probes fire?
 * @hook: the hook
 *
 * Context: Any.
 * Return: whether the hook is registered and enabled.
 */
bool pasid_hook_armed(const struct pasid_hook *hook)
{
	const struct kprobe *probe = pasid_hook_returns(hook) ? &hook->exit.kp : &hook->entry;

	return probe->addr && !(READ_ONCE(probe->flags) & KPROBE_FLAG_DISABLED);
}

/**
 * pasid_probe_armed() - the same, for a hook at the entry of a function
 * @symbol: the function
 *
 * Context: Any; not before pasid_probes_init() has returned.
 * Return: as pasid_hook_armed(); false if there is no hook.
 */
bool pasid_probe_armed(const char *symbol)
{
	int i;

	for (i = 0; i < pasid_entry_count; i++)
		if (!strcmp(pasid_entries[i]->symbol_name, symbol))
			return pasid_hook_armed(container_of(pasid_entries[i],
							     struct pasid_hook, entry));
	return false;
}

static int pasid_probes_switch_on_demand(bool on)
{
	int i, err = 0;

	for (i = 0; i < pasid_exit_count; i++)
		if (container_of(pasid_exits[i], struct pasid_hook, exit)->on_demand)
			err = (on ? enable_kretprobe(pasid_exits[i]) :
				    disable_kretprobe(pasid_exits[i])) ?: err;
	return err;
}

static DEFINE_MUTEX(pasid_demand_lock);
static unsigned int pasid_demand_count;

/**
 * pasid_probes_need() - one VF more or less needs the hooks on demand
 * @need: one more VF needs them, else one less
 *
 * Three set-up functions of intel-iommu write SRE = 0 and ERE = 0, so that there is something to
 * change only for a VF that may have SRE or ERE. Their hooks are enabled while some VF needs them,
 * since each costs time at every attach of a PASID.
 *
 * Context: Process context, may sleep.
 * Return: 1 if the hooks have just been enabled, so that a set-up that is running now may not have
 * been seen; 0 if nothing was switched on; or a negative errno: new entries will have SRE = 0 and
 * ERE = 0.
 */
int pasid_probes_need(bool need)
{
	int ret = 0;

	guard(mutex)(&pasid_demand_lock);
	if (!need) {
		if (!--pasid_demand_count)
			pasid_probes_switch_on_demand(false);
	} else if (!pasid_demand_count++) {
		ret = pasid_probes_switch_on_demand(true) ?: 1;
		if (ret < 0) {
			pasid_probes_switch_on_demand(false);
			pasid_demand_count--;
		}
	}
	return ret;
}

/**
 * pasid_probes_init() - register and enable hooks, and prove that they see calls
 * @hooks: the hooks
 * @count: how many
 *
 * Context: Process context, may sleep; after pasid_kernel_init().
 * Return: 0, or a negative errno, after the log has said why.
 */
int pasid_probes_init(struct pasid_hook *hooks, int count)
{
	int i, err;

	err = pasid_hook_register(&pasid_self_test_hook) ?:
	      pasid_hook_enable(&pasid_self_test_hook);
	for (i = 0; !err && i < count; i++)
		err = pasid_hook_add(&hooks[i]);
	if (!err && !pasid_probe_fires()) {
		pr_err("self-test: a probe does not fire; " PASID_SWITCHES " have to be 1\n");
		err = -EIO;
	}
	if (err)
		pasid_probes_exit();
	else
		pasid_gaps_init();
	return err;
}

/**
 * pasid_probes_exit() - unregister all hooks and wait for their handlers
 *
 * Context: Process context, may sleep.
 */
void pasid_probes_exit(void)
{
	pasid_gaps_exit();
	/* All at once, as each of these calls waits for handlers to end. */
	unregister_kretprobes(pasid_exits, pasid_exit_count);
	unregister_kprobes(pasid_entries, pasid_entry_count);
	/* A task may be in pasid_skipped(). */
	synchronize_rcu_tasks();
}
