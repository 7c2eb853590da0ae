// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hooks: the table of functions of intel-iommu and the PCI core that are hooked, and what the
 * module does when they are called and when they return.
 */
#include "engine.h"
#include "probe.h"

static void pasid_setup_enter(const struct pasid_call *call)
{
	struct pasid_vf *vf = pasid_vf_find((struct device *)call->arg[0]);

	if (vf)
		pasid_vf_before_entry_setup(vf, call->arg[1], &call->gaps,
					    call->hook->replace);
}

static void pasid_setup_leave(const struct pasid_call *call, int ret)
{
	struct pasid_vf *vf = pasid_vf_find((struct device *)call->arg[0]);

	if (vf)
		pasid_vf_after_entry_setup(vf, call->arg[1], &call->gaps,
					   call->hook->replace, !ret);
}

static void pasid_flip_pri_leave(const struct pasid_call *call, int ret)
{
	void *info = (void *)call->arg[0];
	struct pasid_vf *vf;

	vf = pasid_vf_find(*(struct device **)(info + pasid_offsets.info_dev));
	if (vf && !ret)
		pasid_vf_after_pri_flip(vf, &call->gaps, (u8)call->arg[1]);
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
	return pasid_status_of_vf(ret, pasid_vf_granted(vf));
}

static void pasid_pf_disable_enter(const struct pasid_call *call)
{
	struct pci_dev *pdev = (struct pci_dev *)call->arg[0];

	if (!pdev->is_virtfn)
		pasid_pf_disabling(pdev, call->hook->perm);
}

static void pasid_pf_enable_leave(const struct pasid_call *call, int ret)
{
	struct pci_dev *pdev = (struct pci_dev *)call->arg[0];

	if (!pdev->is_virtfn && !ret)
		pasid_pf_enabled(pdev, call->hook->perm);
}

static void pasid_disable_ats_leave(const struct pasid_call *call, int ret)
{
	struct pasid_vf *vf = pasid_vf_find(&((struct pci_dev *)call->arg[0])->dev);

	if (!vf)
		return;
	pasid_vf_ats_disabled(vf);
	/* Page requests are supported with ATS only. */
	pasid_vf_fix_contexts(vf);
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
	pasid_switch_begins();
}

static void pasid_switch_leave(const struct pasid_call *call, int ret)
{
	pasid_switch_ends();
}

/* The kernel calls it for reads, too, which every user may do. */
static void pasid_sysctl_enter(const struct pasid_call *call)
{
	if ((int)call->arg[0])
		pasid_switch_begins();
}

static void pasid_sysctl_leave(const struct pasid_call *call, int ret)
{
	if ((int)call->arg[0])
		pasid_switch_ends();
}

#define PASID_HOOK_ENTRY(function, ...)					\
	{								\
		.symbol = function,					\
		.enter = pasid_setup_enter,				\
		.leave = pasid_setup_leave,				\
		__VA_ARGS__						\
	}

#define PASID_HOOK_REPLACE(function)					\
	PASID_HOOK_ENTRY(function, .unseen = PASID_UNSEEN_ENTRY, .replace = true)

/*
 * intel-iommu sets SRE in nested entries only, and ERE never. The replace functions
 * write over an entry, so that even one without SRE ends an intent.
 */
static struct pasid_hook pasid_hooks[] = {
	PASID_HOOK_ENTRY("intel_pasid_setup_first_level", .on_demand = true),
	PASID_HOOK_ENTRY("intel_pasid_setup_second_level", .on_demand = true),
	PASID_HOOK_ENTRY("intel_pasid_setup_pass_through", .on_demand = true),
	PASID_HOOK_ENTRY("intel_pasid_setup_nested", .unseen = PASID_UNSEEN_ENTRY),
	PASID_HOOK_REPLACE("intel_pasid_replace_first_level"),
	PASID_HOOK_REPLACE("intel_pasid_replace_second_level"),
	PASID_HOOK_REPLACE("intel_pasid_replace_pass_through"),
	PASID_HOOK_REPLACE("intel_pasid_replace_nested"),
	{
		.symbol = "context_flip_pri",
		.unseen = PASID_UNSEEN_CONTEXT,
		.leave = pasid_flip_pri_leave,
	}, {
		.symbol = "pci_disable_pasid",
		.enter = pasid_pf_disable_enter,
		.perm = PASID_PERM_ENABLE,
	}, {
		.symbol = "pci_enable_pasid",
		.leave = pasid_pf_enable_leave,
		.perm = PASID_PERM_ENABLE,
	}, {
		.symbol = "pci_disable_pri",
		.enter = pasid_pf_disable_enter,
		.perm = PASID_PERM_PRI,
	}, {
		.symbol = "pci_enable_pri",
		.leave = pasid_pf_enable_leave,
		.perm = PASID_PERM_PRI,
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

/**
 * pasid_hooks_init() - hook the functions in the table
 *
 * Context: Process context, may sleep; after pasid_kernel_init().
 * Return: 0, or a negative errno after having said which hook is missing.
 */
int pasid_hooks_init(void)
{
	return pasid_probes_init(pasid_hooks, ARRAY_SIZE(pasid_hooks));
}

/**
 * pasid_hooks_exit() - remove the hooks and wait for those that run
 *
 * Context: Process context, may sleep.
 */
void pasid_hooks_exit(void)
{
	pasid_probes_exit();
	pasid_demand_stop();
}
