// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks: the table of functions of intel-iommu and the PCI core that the module
 * follows, and the probes on them.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "vf.h"

/**
 * struct pasid_call - one call of a hooked function
 * @gaps: their number when it began
 * @arg: the arguments that the hook names
 */
struct pasid_call {
	struct pasid_gaps gaps;
	unsigned long arg[PASID_FOLLOWED_ARGS];
};

/**
 * struct pasid_hook - a function to follow
 * @symbol: its name, see pasid_followed
 * @unseen: what may have changed if a call went by unseen
 * @grants: follows entries that intel-iommu sets up without SRE and ERE, so that
 *	there is something to do only while some VF is granted them: off otherwise,
 *	as it would cost every attach of a PASID
 * @enter: called before the function; with a return handler it can be missed,
 *	which is counted
 * @leave: called after it, with its return value, or NULL
 * @answer: instead of both: called after it, with the address in the caller to which it
 *	returns and its return value; what @answer returns is what the caller gets
 * @at: positions of the arguments that the handlers want
 * @active: the probe is in place
 * @entry: the probe, of a hook that needs no return
 * @exit: the probe, of one with @leave or @answer
 *
 * Handlers run with preemption off.
 */
struct pasid_hook {
	const char *symbol;
	enum pasid_unseen unseen;
	bool grants;
	void (*enter)(const struct pasid_call *call);
	void (*leave)(const struct pasid_call *call, int ret);
	int (*answer)(const struct pasid_call *call, unsigned long caller, int ret);
	int at[PASID_FOLLOWED_ARGS];
	bool active;
	struct kprobe entry;
	struct kretprobe exit;
};

static void pasid_entry_enter(const struct pasid_call *call, bool replace)
{
	struct pasid_vf *vf = pasid_vf_find((struct device *)call->arg[0]);

	if (vf)
		pasid_vf_entry_entered(vf, call->arg[1], &call->gaps, replace);
}

static void pasid_entry_leave(const struct pasid_call *call, bool replace, int ret)
{
	struct pasid_vf *vf = pasid_vf_find((struct device *)call->arg[0]);

	if (vf)
		pasid_vf_entry_left(vf, call->arg[1], &call->gaps, replace, !ret);
}

static void pasid_setup_enter(const struct pasid_call *call)
{
	pasid_entry_enter(call, false);
}

static void pasid_replace_enter(const struct pasid_call *call)
{
	pasid_entry_enter(call, true);
}

static void pasid_setup_leave(const struct pasid_call *call, int ret)
{
	pasid_entry_leave(call, false, ret);
}

static void pasid_replace_leave(const struct pasid_call *call, int ret)
{
	pasid_entry_leave(call, true, ret);
}

static void pasid_flip_pri_leave(const struct pasid_call *call, int ret)
{
	void *info = (void *)call->arg[0];
	struct pasid_vf *vf;

	vf = pasid_vf_find(*(struct device **)(info + pasid_layout.info_dev));
	if (vf && !ret)
		pasid_vf_context_pri(vf, &call->gaps, (u8)call->arg[1]);
}

/* By its name, as iommufd may be a module that comes later than this one. */
static bool pasid_is_iommufd(unsigned long caller)
{
	char name[sizeof("iommufd_")];

	snprintf(name, sizeof(name), "%pB", (void *)caller);
	return !strcmp(name, "iommufd_");
}

/*
 * The only hook that changes what a function returns. iommufd asks on behalf of a VMM what a
 * device supports (IOMMU_GET_HW_INFO), and the VMM shows its guest a PASID capability that
 * says so. A VF has no such capability, so the PCI core answers with the control register of
 * the PF: with what PF and IOMMU can do, also where the admin denies it to this VF. What the
 * VF supports is what its guest can have, and for Execute and Privileged only this module
 * knows that. What the guest has enabled so far is no part of it.
 *
 * The answer is never more than the PF's. Nothing in the kernel decides by it: the PCI core
 * and intel-iommu go by the PF's register or by what they keep of it. Callers other than
 * iommufd get the PF's register, and so do those that ask about other functions.
 *
 * A call that goes by unseen promises more than the guest gets. The tables deny it all the
 * same, so that there is nothing to look for.
 */
static int pasid_status_answer(const struct pasid_call *call, unsigned long caller, int ret)
{
	struct pasid_vf *vf = pasid_vf_find(&((struct pci_dev *)call->arg[0])->dev);

	if (!vf || !pasid_is_iommufd(caller))
		return ret;
	return pasid_status(ret, pasid_vf_granted(vf));
}

static struct pci_dev *pasid_call_pf(const struct pasid_call *call)
{
	struct pci_dev *pdev = (struct pci_dev *)call->arg[0];

	return pdev->is_virtfn ? NULL : pdev;
}

static void pasid_disable_pasid_enter(const struct pasid_call *call)
{
	if (pasid_call_pf(call))
		pasid_pf_losing(pasid_call_pf(call), PASID_PERM_ENABLE);
}

static void pasid_enable_pasid_leave(const struct pasid_call *call, int ret)
{
	if (pasid_call_pf(call) && !ret)
		pasid_pf_gained(pasid_call_pf(call), PASID_PERM_ENABLE);
}

static void pasid_disable_pri_enter(const struct pasid_call *call)
{
	if (pasid_call_pf(call))
		pasid_pf_losing(pasid_call_pf(call), PASID_PERM_PRI);
}

static void pasid_enable_pri_leave(const struct pasid_call *call, int ret)
{
	if (pasid_call_pf(call) && !ret)
		pasid_pf_gained(pasid_call_pf(call), PASID_PERM_PRI);
}

static void pasid_disable_ats_leave(const struct pasid_call *call, int ret)
{
	struct pasid_vf *vf = pasid_vf_find(&((struct pci_dev *)call->arg[0])->dev);

	if (!vf)
		return;
	pasid_vf_ats_disabled(vf);
	/* Page requests are supported with ATS only. */
	pasid_vf_contexts_now(vf);
	schedule_work(&vf->refresh);
}

static void pasid_enable_ats_leave(const struct pasid_call *call, int ret)
{
	struct pasid_vf *vf = pasid_vf_find(&((struct pci_dev *)call->arg[0])->dev);

	if (vf && !ret)
		schedule_work(&vf->refresh);
}

static void pasid_restore_enter(const struct pasid_call *call)
{
	pasid_pci_restoring((struct pci_dev *)call->arg[0]);
}

static void pasid_restore_leave(const struct pasid_call *call, int ret)
{
	pasid_pci_restored((struct pci_dev *)call->arg[0]);
}

static void pasid_power_up_leave(const struct pasid_call *call, int ret)
{
	pasid_pci_awake((struct pci_dev *)call->arg[0]);
}

static void pasid_recovery_enter(const struct pasid_call *call)
{
	pasid_pci_recovering((struct pci_dev *)call->arg[0]);
}

/* A probe still fires when somebody begins to switch probes off, and the return is seen. */
static void pasid_switch_enter(const struct pasid_call *call)
{
	pasid_gap_begins();
}

static void pasid_switch_leave(const struct pasid_call *call, int ret)
{
	pasid_gap_ends();
}

/* The kernel calls it for reads, too, which every user may do. */
static void pasid_sysctl_enter(const struct pasid_call *call)
{
	if ((int)call->arg[0])
		pasid_gap_begins();
}

static void pasid_sysctl_leave(const struct pasid_call *call, int ret)
{
	if ((int)call->arg[0])
		pasid_gap_ends();
}

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

/* Stands for the functions that are followed: same call, harmless. */
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

static struct pasid_hook pasid_self_test_hook = {
	.symbol = "pasid_self_test_target",
	.enter = pasid_self_test_enter,
	.leave = pasid_self_test_leave,
	.at = { 1 },
};

#define PASID_HOOK_ENTRY(function, what, ...)				\
	{								\
		.symbol = function,					\
		.enter = pasid_##what##_enter,				\
		.leave = pasid_##what##_leave,				\
		__VA_ARGS__						\
	}

/*
 * intel-iommu sets SRE in nested entries only, and ERE never. The replace functions
 * write over an entry, so that even one without SRE ends an intent.
 */
static struct pasid_hook pasid_hooks[] = {
	PASID_HOOK_ENTRY("intel_pasid_setup_first_level", setup, .grants = true),
	PASID_HOOK_ENTRY("intel_pasid_setup_second_level", setup, .grants = true),
	PASID_HOOK_ENTRY("intel_pasid_setup_pass_through", setup, .grants = true),
	PASID_HOOK_ENTRY("intel_pasid_setup_nested", setup, .unseen = PASID_UNSEEN_ENTRY),
	PASID_HOOK_ENTRY("intel_pasid_replace_first_level", replace, .unseen = PASID_UNSEEN_ENTRY),
	PASID_HOOK_ENTRY("intel_pasid_replace_second_level", replace, .unseen = PASID_UNSEEN_ENTRY),
	PASID_HOOK_ENTRY("intel_pasid_replace_pass_through", replace, .unseen = PASID_UNSEEN_ENTRY),
	PASID_HOOK_ENTRY("intel_pasid_replace_nested", replace, .unseen = PASID_UNSEEN_ENTRY),
	{
		.symbol = "context_flip_pri",
		.unseen = PASID_UNSEEN_CONTEXT,
		.leave = pasid_flip_pri_leave,
	}, {
		.symbol = "pci_disable_pasid",
		.enter = pasid_disable_pasid_enter,
	}, {
		.symbol = "pci_enable_pasid",
		.leave = pasid_enable_pasid_leave,
	}, {
		.symbol = "pci_disable_pri",
		.enter = pasid_disable_pri_enter,
	}, {
		.symbol = "pci_enable_pri",
		.leave = pasid_enable_pri_leave,
	}, {
		.symbol = "pci_disable_ats",
		.leave = pasid_disable_ats_leave,
	}, {
		.symbol = "pci_enable_ats",
		.leave = pasid_enable_ats_leave,
	}, {
		.symbol = "pci_pasid_status",
		.unseen = PASID_UNSEEN_NOTHING,
		.answer = pasid_status_answer,
	}, {
		.symbol = "pci_restore_state",
		.enter = pasid_restore_enter,
		.leave = pasid_restore_leave,
	}, {
		.symbol = "pci_power_up",
		.leave = pasid_power_up_leave,
	}, {
		.symbol = "pcie_do_recovery",
		.enter = pasid_recovery_enter,
	}, {
		.symbol = "write_enabled_file_bool",
		.enter = pasid_switch_enter,
		.leave = pasid_switch_leave,
	}, {
		.symbol = "ftrace_enable_sysctl",
		.enter = pasid_sysctl_enter,
		.leave = pasid_sysctl_leave,
	},
};

static atomic_long_t pasid_missed_handled = ATOMIC_LONG_INIT(0);

/**
 * pasid_hooks_missed() - how many calls were missed since load
 * @what: of hooks with that @unseen; PASID_UNSEEN_ANY: of all but those with
 *	PASID_UNSEEN_NOTHING
 *
 * Context: Any.
 * Return: that number.
 */
unsigned long pasid_hooks_missed(enum pasid_unseen what)
{
	const struct pasid_hook *hook;
	unsigned long missed = 0;

	for (hook = pasid_hooks; hook < pasid_hooks + ARRAY_SIZE(pasid_hooks); hook++)
		if (hook->unseen == what ||
		    (what == PASID_UNSEEN_ANY && hook->unseen != PASID_UNSEEN_NOTHING))
			missed += READ_ONCE(hook->exit.nmissed) +
				  READ_ONCE(hook->exit.kp.nmissed) +
				  READ_ONCE(hook->entry.nmissed);
	return missed;
}

/* Set at load. Tables are given back without probes, and by the same rules. */
static bool pasid_pri_followed;

/**
 * pasid_hooks_follow_pri() - does intel-iommu switch PRE of present entries on and off?
 *
 * Context: Any.
 * Return: whether this kernel has the function that does.
 */
bool pasid_hooks_follow_pri(void)
{
	return pasid_pri_followed;
}

/* A call is missed while others are under way, one of which sees it here. */
static void pasid_check_missed(void)
{
	long missed = pasid_hooks_missed(PASID_UNSEEN_ANY);

	if (atomic_long_xchg(&pasid_missed_handled, missed) == missed)
		return;
	pr_warn_ratelimited("set-ups went by unseen; looking at all VFs\n");
	pasid_gap_look();
}

static void pasid_get_call(const struct pasid_hook *hook, struct pt_regs *regs,
			   struct pasid_call *call)
{
	int i;

	call->gaps = pasid_hooks_gaps();
	for (i = 0; i < PASID_FOLLOWED_ARGS; i++)
		call->arg[i] = regs_get_kernel_argument(regs, hook->at[i]);
}

static int pasid_on_entry(struct kprobe *probe, struct pt_regs *regs)
{
	struct pasid_hook *hook = container_of(probe, struct pasid_hook, entry);
	struct pasid_call call;

	pasid_get_call(hook, regs, &call);
	hook->enter(&call);
	pasid_check_missed();
	return 0;
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

	/* The probe is being removed. */
	if (!probe)
		return 0;
	hook = container_of(probe, struct pasid_hook, exit);
	if (hook->leave)
		hook->leave(call, ret);
	else
		regs_set_return_value(regs, hook->answer(call, get_kretprobe_retaddr(instance),
							 ret));
	pasid_check_missed();
	return 0;
}

static bool pasid_hook_returns(const struct pasid_hook *hook)
{
	return hook->leave || hook->answer;
}

/* Disabled: handlers are not to run before it is known where their arguments are. */
static int pasid_hook_register(struct pasid_hook *hook, kprobe_opcode_t *addr)
{
	struct kprobe *probe = pasid_hook_returns(hook) ? &hook->exit.kp : &hook->entry;
	int err;

	probe->symbol_name = addr ? NULL : hook->symbol;
	probe->addr = addr;
	probe->flags = KPROBE_FLAG_DISABLED;
	if (pasid_hook_returns(hook)) {
		hook->exit.entry_handler = pasid_on_call;
		hook->exit.handler = pasid_on_return;
		hook->exit.data_size = sizeof(struct pasid_call);
		hook->exit.maxactive = max(64U, 4 * num_possible_cpus());
		err = register_kretprobe(&hook->exit);
	} else {
		hook->entry.pre_handler = pasid_on_entry;
		err = register_kprobe(&hook->entry);
	}
	hook->active = !err;
	return err;
}

static int pasid_hook_enable(struct pasid_hook *hook)
{
	return pasid_hook_returns(hook) ? enable_kretprobe(&hook->exit) :
					  enable_kprobe(&hook->entry);
}

static int pasid_hook_add(struct pasid_hook *hook)
{
	const struct pasid_followed *what = pasid_followed_find(hook->symbol);
	char why[PASID_NEED_WHY_MAX];
	int err;

	if (WARN_ON(!what))
		return -EINVAL;
	err = pasid_need_followed(&pasid_kernel, what, pasid_hook_register(hook, NULL),
				  hook->at, why);
	if (err < 0)
		pr_err("%s\n", why);
	if (err <= 0)
		return err;
	if (pasid_verbose)
		pr_info("follows %s(): %s\n", what->name, what->purpose);
	if (hook->unseen == PASID_UNSEEN_CONTEXT)
		pasid_pri_followed = true;
	if (hook->grants)
		return 0;
	err = pasid_hook_enable(hook);
	if (err)
		pr_err("cannot enable the probe of %s() (error %d), so it cannot control %s\n",
		       what->name, err, what->purpose);
	return err;
}

static int pasid_hooks_switch_grants(bool on)
{
	int i, err = 0;

	for (i = 0; i < ARRAY_SIZE(pasid_hooks); i++)
		if (pasid_hooks[i].grants)
			err = (on ? pasid_hook_enable(&pasid_hooks[i]) :
				    disable_kretprobe(&pasid_hooks[i].exit)) ?: err;
	return err;
}

static void pasid_refresh_granted(struct pasid_vf *vf)
{
	if (READ_ONCE(vf->grants))
		pasid_vf_refresh(vf);
}

static void pasid_grants_work(struct work_struct *work)
{
	/* Every set-up that began before the hooks were armed has ended after this. */
	synchronize_rcu_tasks();
	pasid_vf_for_each(pasid_refresh_granted);
}

static DECLARE_WORK(pasid_grants_armed, pasid_grants_work);
static DEFINE_MUTEX(pasid_grants_lock);
static unsigned int pasid_grants;

/**
 * pasid_hooks_grant() - a VF is granted SRE or ERE, or no longer
 * @grant: it is
 *
 * Entries from before are found by a scan, and those whose set-up is under way by
 * one that follows soon.
 *
 * Context: Process context, may sleep.
 * Return: 0, or a negative errno: entries will be without SRE and ERE.
 */
int pasid_hooks_grant(bool grant)
{
	int err = 0;

	mutex_lock(&pasid_grants_lock);
	if (!grant) {
		if (!--pasid_grants)
			pasid_hooks_switch_grants(false);
	} else if (!pasid_grants++) {
		err = pasid_hooks_switch_grants(true);
		if (err) {
			pasid_hooks_switch_grants(false);
			pasid_grants--;
		} else {
			schedule_work(&pasid_grants_armed);
		}
	}
	mutex_unlock(&pasid_grants_lock);
	return err;
}

/**
 * pasid_hooks_fire() - do probes fire?
 *
 * They do not after all kprobes have been disarmed.
 *
 * Context: Process context, may sleep.
 * Return: whether the probes of a function of this module have fired.
 */
bool pasid_hooks_fire(void)
{
	struct pasid_self_test test = { };

	pasid_self_test_target(NULL, &test);
	barrier_data(&test);
	/* Changes nothing, but waits for a switch that is arming one probe after the other. */
	pasid_hook_enable(&pasid_self_test_hook);
	return READ_ONCE(test.entered) && READ_ONCE(test.left);
}

/**
 * pasid_hooks_init() - put the probes in place and prove that they fire
 *
 * Context: Process context, may sleep; after pasid_kernel_init().
 * Return: 0, or a negative errno after having said which hook is missing.
 */
int pasid_hooks_init(void)
{
	int i, err;

	err = pasid_hook_register(&pasid_self_test_hook, (void *)pasid_self_test_target) ?:
	      pasid_hook_enable(&pasid_self_test_hook);
	for (i = 0; !err && i < ARRAY_SIZE(pasid_hooks); i++)
		err = pasid_hook_add(&pasid_hooks[i]);
	if (!err && !pasid_hooks_fire()) {
		pr_err("self-test: a probe does not fire; " PASID_SWITCHES " have to be 1\n");
		err = -EIO;
	}
	if (err)
		pasid_hooks_exit();
	else
		pasid_gaps_init();
	return err;
}

/**
 * pasid_hooks_exit() - remove the probes and wait for their handlers
 *
 * Context: Process context, may sleep.
 */
void pasid_hooks_exit(void)
{
	struct kretprobe *exits[ARRAY_SIZE(pasid_hooks) + 1];
	struct kprobe *entries[ARRAY_SIZE(pasid_hooks) + 1];
	int i, n_exits = 0, n_entries = 0;

	pasid_gaps_exit();
	for (i = 0; i <= ARRAY_SIZE(pasid_hooks); i++) {
		struct pasid_hook *hook = i < ARRAY_SIZE(pasid_hooks) ?
					  &pasid_hooks[i] : &pasid_self_test_hook;

		if (hook->active && pasid_hook_returns(hook))
			exits[n_exits++] = &hook->exit;
		else if (hook->active)
			entries[n_entries++] = &hook->entry;
		hook->active = false;
	}
	/* Together, as each call waits for handlers to end. */
	unregister_kretprobes(exits, n_exits);
	unregister_kprobes(entries, n_entries);
	cancel_work_sync(&pasid_grants_armed);
}
