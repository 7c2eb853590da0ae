// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of hooked functions, and what this module does when each is called and returns.
 */
#include "change.h"
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

/* Compares names, as iommufd may be a module that is loaded later than this one. */
static bool pasid_is_iommufd(unsigned long caller)
{
	char name[sizeof("iommufd_")];

	snprintf(name, sizeof(name), "%pB", (void *)caller);
	return !strcmp(name, "iommufd_");
}

/*
 * This hook and pasid_pri_answer() are the only ones that change what a function returns. iommufd
 * calls pci_pasid_status() for a VMM that asks what a device supports (IOMMU_GET_HW_INFO), and the
 * VMM shows its guest a PASID capability that says so. A VF has no PASID capability, so the PCI
 * core returns the control register of the PF: Execute and Privileged are set there even if the
 * admin denies them to this VF. This hook clears those that the VF's user would not get. It does
 * not matter what the user has enabled so far.
 *
 * The hook never adds a bit. Nothing in the kernel depends on the changed value: the PCI core
 * and intel-iommu read the PF's register, or what they have saved of it. Callers other than
 * iommufd get the PF's register unchanged.
 *
 * If the hook misses a call, the guest is told of permissions that it does not get. The tables
 * deny them all the same, so that a missed call is no gap.
 */
static int pasid_status_answer(const struct pasid_call *call, unsigned long caller, int ret)
{
	struct pasid_vf *vf = pasid_vf_find(&((struct pci_dev *)call->arg[0])->dev);

	if (!vf || !pasid_is_iommufd(caller))
		return ret;
	return pasid_status_of_vf(ret, pasid_vf_granted(vf));
}

/*
 * iommufd refuses to report the page requests of a VF to a user if the PF has PRI, which it asks
 * pci_pri_supported() for: "There is no coordination for this shared capability." serve.c is that
 * coordination, for a VF whose user it serves: no Response Failure reaches the VF, no request
 * waits for an answer after a reset, a close or a deny, and no user has more requests than its
 * share. So the answer for such a VF is no, which is also what its configuration space says, when
 * an address space is attached at a PASID.
 *
 * Callers other than iommufd get the kernel's own answer, as they do for the PF and for all other
 * functions. If the hook misses a call, iommufd refuses.
 */
static int pasid_pri_answer(const struct pasid_call *call, unsigned long caller, int ret)
{
	struct pasid_vf *vf = pasid_vf_find(&((struct pci_dev *)call->arg[0])->dev);

	if (!vf || !pasid_is_iommufd(caller) || !pasid_requests_may_begin(&vf->requests))
		return ret;
	return false;
}

static bool pasid_report_skip(const struct pasid_call *call)
{
	struct pasid_vf *vf = pasid_vf_find((struct device *)call->arg[0]);
	struct iopf_fault *event = (void *)call->arg[1];

	return vf && event->fault.type == IOMMU_FAULT_PAGE_REQ &&
	       pasid_vf_request_reported(vf, &event->fault.prm);
}

static bool pasid_response_skip(const struct pasid_call *call)
{
	struct pasid_vf *vf = pasid_vf_find((struct device *)call->arg[0]);
	struct iopf_fault *event = (void *)call->arg[1];
	struct iommu_page_response *response = (void *)call->arg[2];

	return vf && pasid_vf_request_answered(vf, &event->fault.prm, response->code);
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
	/* Page requests need ATS. */
	pasid_vf_fix_contexts(vf);
	pasid_vf_queue_refresh(vf);
}

static void pasid_enable_ats_leave(const struct pasid_call *call, int ret)
{
	struct pasid_vf *vf = pasid_vf_find(&((struct pci_dev *)call->arg[0])->dev);

	if (vf && !ret)
		pasid_vf_queue_refresh(vf);
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

static void pasid_fault_enter(const struct pasid_call *call)
{
	pasid_faults_recorded((struct intel_iommu *)call->arg[0]);
}

/* Probes still fire when the hooked function is called, and its return handler runs in any case. */
static void pasid_switch_enter(const struct pasid_call *call)
{
	pasid_switch_begins();
}

static void pasid_switch_leave(const struct pasid_call *call, int ret)
{
	pasid_switch_ends();
}

/* arg[0] is 0 if the file is read, which any user may do. */
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
 * intel-iommu sets SRE in nested entries only, and never sets ERE. A replace function overwrites
 * an entry, which may have had SRE: so a missed call matters even if the new entry has not.
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
		.symbol = "pci_pri_supported",
		.unseen = PASID_UNSEEN_NOTHING,
		.serves = true,
		.answer = pasid_pri_answer,
	}, {
		.symbol = "iommu_report_device_fault",
		.unseen = PASID_UNSEEN_NOTHING,
		.serves = true,
		.skip = pasid_report_skip,
	}, {
		.symbol = "intel_iommu_page_response",
		.unseen = PASID_UNSEEN_NOTHING,
		.serves = true,
		.skip = pasid_response_skip,
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
		.symbol = "dmar_fault",
		.unseen = PASID_UNSEEN_NOTHING,
		.enter = pasid_fault_enter,
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
 * pasid_hook_at() - the hooks, one after the other
 * @i: 0 for the first one
 *
 * Context: Any.
 * Return: the hook, or NULL after the last one.
 */
const struct pasid_hook *pasid_hook_at(unsigned int i)
{
	return i < ARRAY_SIZE(pasid_hooks) ? &pasid_hooks[i] : NULL;
}

/**
 * pasid_hooks_init() - hook the functions in the table
 *
 * Context: Process context, may sleep; after pasid_kernel_init().
 * Return: 0, or a negative errno, after the log has said why.
 */
int pasid_hooks_init(void)
{
	return pasid_probes_init(pasid_hooks, ARRAY_SIZE(pasid_hooks));
}

/**
 * pasid_hooks_serve() - can the page requests of VFs be served?
 *
 * Context: Any; after pasid_hooks_init().
 * Return: whether all hooks that this needs work.
 */
bool pasid_hooks_serve(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(pasid_hooks); i++)
		if (pasid_hooks[i].serves && !pasid_hook_armed(&pasid_hooks[i]))
			return false;
	return true;
}

/**
 * pasid_hooks_exit() - remove the hooks and wait for those that run
 *
 * Context: Process context, may sleep.
 */
void pasid_hooks_exit(void)
{
	pasid_probes_exit();
	pasid_change_stop();
}
