// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision whether this module can work with a kernel. All functions, members and arguments
 * that it relies on have to be there, with the expected name and type. If one is missing, the
 * module does not load, and a sentence says why.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <linux/string.h>

#include "need.h"

static const char * const pasid_called[PASID_CALLED] = {
	[PASID_CALLED_SUBMIT] = "qi_submit_sync",
	[PASID_CALLED_ALIAS] = "pci_for_each_dma_alias",
	[PASID_CALLED_BTF_FIND] = "bpf_find_btf_id",
	[PASID_CALLED_BTF_NAME] = "btf_name_by_offset",
	[PASID_CALLED_BTF_PUT] = "btf_put",
};

/* In this order. The other called functions have prototypes in headers. */
static const char * const pasid_submit_args[] = { "iommu", "desc", "count", "options" };

/**
 * struct pasid_member - a private member that the module relies on
 * @type: the structure
 * @name: the member
 * @is: its type, see struct pasid_kernel
 * @at: where its offset goes in struct pasid_kernel_offsets, in bytes
 */
struct pasid_member {
	const char *type;
	const char *name;
	const char *is;
	size_t at;
};

static const struct pasid_member pasid_members[] = {
	{ "intel_iommu", "iommu", "iommu_device",
	  offsetof(struct pasid_kernel_offsets, iommu_core) },
	{ "intel_iommu", "lock", "spinlock_t",
	  offsetof(struct pasid_kernel_offsets, iommu_lock) },
	{ "intel_iommu", "reg", "*", offsetof(struct pasid_kernel_offsets, iommu_reg) },
	{ "device_domain_info", "dev", "*", offsetof(struct pasid_kernel_offsets, info_dev) },
	{ "device_domain_info", "dtlb_extra_inval", "1",
	  offsetof(struct pasid_kernel_offsets, info_twice) },
};

#define PASID_HOOKED_ENTRY(function, is_optional)			\
	{								\
		.name = function,					\
		.purpose = "a PASID-table entry is set up",		\
		.optional = is_optional,				\
		.args = { "dev", "pasid" },				\
	}

/*
 * Kernels 6.13 to 6.18.38 and 6.19.0 to 6.19.3 have replace functions, which overwrite present
 * entries. Other kernels tear an entry down and set it up again.
 *
 * Kernels up to 6.14 set PRE when page requests are first used. Since 6.15, which has
 * iopf_refcount, they set PRE together with the rest of the context entry.
 *
 * pci_pasid_status() is called by iommufd in kernels since 6.15, 6.14.9 and 6.12.31, which tell
 * VMMs of PASIDs. Other kernels do not have it.
 */
const struct pasid_hooked pasid_hooked[] = {
	PASID_HOOKED_ENTRY("intel_pasid_setup_first_level", false),
	PASID_HOOKED_ENTRY("intel_pasid_setup_second_level", false),
	PASID_HOOKED_ENTRY("intel_pasid_setup_pass_through", false),
	PASID_HOOKED_ENTRY("intel_pasid_setup_nested", false),
	PASID_HOOKED_ENTRY("intel_pasid_replace_first_level", true),
	PASID_HOOKED_ENTRY("intel_pasid_replace_second_level", true),
	PASID_HOOKED_ENTRY("intel_pasid_replace_pass_through", true),
	PASID_HOOKED_ENTRY("intel_pasid_replace_nested", true),
	{
		.name = "context_flip_pri",
		.purpose = "page requests are enabled on demand",
		.unless_type = "device_domain_info",
		.unless_member = "iopf_refcount",
		.args = { "info", "enable" },
	}, {
		.name = "pci_disable_pasid",
		.purpose = "PASID of a PF is switched off",
		.args = { "pdev" },
	}, {
		.name = "pci_enable_pasid",
		.purpose = "PASID of a PF is switched on",
		.args = { "pdev" },
	}, {
		.name = "pci_disable_pri",
		.purpose = "PRI of a PF is switched off",
		.args = { "pdev" },
	}, {
		.name = "pci_enable_pri",
		.purpose = "PRI of a PF is switched on",
		.args = { "pdev" },
	}, {
		.name = "pci_disable_ats",
		.purpose = "ATS is switched off",
		.args = { "dev" },
	}, {
		.name = "pci_enable_ats",
		.purpose = "ATS is switched on",
		.args = { "dev" },
	}, {
		.name = "pci_pasid_status",
		.purpose = "iommufd asks what a VF may do with PASIDs",
		.optional = true,
		.args = { "pdev" },
	}, {
		.name = "pci_pri_supported",
		.purpose = "iommufd asks whether a VF may have page requests",
		.expendable = true,
		.args = { "pdev" },
	}, {
		.name = "iommu_report_device_fault",
		.purpose = "a VF has made a page request",
		.expendable = true,
		.args = { "dev", "evt" },
	}, {
		.name = "intel_iommu_page_response",
		.purpose = "a page request of a VF is answered",
		.expendable = true,
		.args = { "dev", "evt", "msg" },
	}, {
		.name = "pci_restore_state",
		.purpose = "a function answers again after a reset",
		.args = { "dev" },
	}, {
		.name = "pci_power_up",
		.purpose = "a function wakes up",
		.args = { "dev" },
	}, {
		.name = "pcie_do_recovery",
		.purpose = "recovery from an error begins",
		.optional = true,
		.args = { "dev" },
	}, {
		.name = "dmar_fault",
		.purpose = "the IOMMU has refused a request",
		.expendable = true,
		.args = { "dev_id" },
	}, {
		.name = "write_enabled_file_bool",
		.purpose = "kprobes are switched off or on",
		.optional = !IS_ENABLED(CONFIG_DEBUG_FS),
	}, {
		.name = "ftrace_enable_sysctl",
		.purpose = "ftrace is switched off or on, and kprobes with it",
		.optional = !IS_ENABLED(CONFIG_DYNAMIC_FTRACE),
		.args = { "write" },
	},
	{ }
};

static int pasid_need_submit(const struct pasid_kernel *kernel, char *why)
{
	int at[ARRAY_SIZE(pasid_submit_args)], i;
	const char *name = pasid_called[PASID_CALLED_SUBMIT];

	kernel->args(name, pasid_submit_args, at, ARRAY_SIZE(at));
	for (i = 0; i < ARRAY_SIZE(at); i++) {
		if (at[i] == i)
			continue;
		snprintf(why, PASID_NEED_WHY_MAX,
			 "%s() does not take '%s' as argument %d: this kernel is not supported",
			 name, pasid_submit_args[i], i + 1);
		return -ENOENT;
	}
	return 0;
}

/**
 * pasid_need_called() - find the functions that the module calls
 * @kernel: the kernel
 * @addr: filled with their addresses; has room for PASID_CALLED
 * @why: filled on failure: the sentence, in PASID_NEED_WHY_MAX bytes
 *
 * Context: Process context, may sleep.
 * Return: 0, or a negative errno if the kernel lacks one.
 */
int pasid_need_called(const struct pasid_kernel *kernel, void **addr, char *why)
{
	int i, err;

	for (i = 0; i < PASID_CALLED; i++) {
		err = kernel->function(pasid_called[i], &addr[i]);
		if (!err)
			continue;
		snprintf(why, PASID_NEED_WHY_MAX,
			 "this kernel has no %s() that can be probed (error %d): this kernel is not supported",
			 pasid_called[i], err);
		return err;
	}
	return 0;
}

static int pasid_need_member(const struct pasid_kernel *kernel,
			     const struct pasid_member *member, u32 *offset, char *why)
{
	int err = kernel->member(member->type, member->name, member->is, offset);

	if (err == -ESRCH)
		snprintf(why, PASID_NEED_WHY_MAX,
			 "the kernel's BTF has no struct %s: this module needs CONFIG_DEBUG_INFO_BTF and Intel's IOMMU driver",
			 member->type);
	else if (err)
		snprintf(why, PASID_NEED_WHY_MAX,
			 "this kernel's struct %s has no member %s of the expected type: this kernel is not supported",
			 member->type, member->name);
	return err;
}

/**
 * pasid_need_offsets() - find private members, and check the arguments of qi_submit_sync()
 * @kernel: the kernel, whose BTF can be read
 * @layout: filled
 * @why: filled on failure: the sentence, in PASID_NEED_WHY_MAX bytes
 *
 * Context: Process context, may sleep; after pasid_need_called().
 * Return: 0, or a negative errno if one is missing or has another type.
 */
int pasid_need_offsets(const struct pasid_kernel *kernel, struct pasid_kernel_offsets *layout,
		       char *why)
{
	int i, err = 0;

	for (i = 0; !err && i < ARRAY_SIZE(pasid_members); i++)
		err = pasid_need_member(kernel, &pasid_members[i],
					(void *)layout + pasid_members[i].at, why);
	return err ?: pasid_need_submit(kernel, why);
}

static bool pasid_hooked_needed(const struct pasid_kernel *kernel,
				const struct pasid_hooked *what)
{
	u32 offset;

	if (what->unless_member)
		return kernel->member(what->unless_type, what->unless_member, NULL,
				      &offset);
	return !what->optional;
}

/**
 * pasid_need_hooked() - can this module work with what the kernel has of a function to be hooked?
 * @kernel: the kernel, whose BTF can be read
 * @what: the function
 * @register_err: 0 if the probe was registered, else the negative errno
 * @at: filled with the positions of its @args; has room for PASID_HOOK_ARGS
 * @why: filled on failure: the sentence, in PASID_NEED_WHY_MAX bytes
 *
 * Context: Process context, may sleep.
 * Return: 1 if the function can be hooked; 0 if it cannot, and the module does not need it; or a
 * negative errno.
 */
int pasid_need_hooked(const struct pasid_kernel *kernel,
		      const struct pasid_hooked *what, int register_err, int *at,
		      char *why)
{
	int i, count = 0;

	if (register_err == -ENOENT && !pasid_hooked_needed(kernel, what))
		return 0;
	if (register_err) {
		snprintf(why, PASID_NEED_WHY_MAX,
			 "cannot hook %s() (error %d), so this module cannot see when %s",
			 what->name, register_err, what->purpose);
		return what->expendable ? 0 : register_err;
	}
	while (count < PASID_HOOK_ARGS && what->args[count])
		count++;
	kernel->args(what->name, what->args, at, count);
	for (i = 0; i < count; i++) {
		if (at[i] >= 0)
			continue;
		snprintf(why, PASID_NEED_WHY_MAX,
			 "%s() has no argument '%s' in a register, so this module cannot see when %s",
			 what->name, what->args[i], what->purpose);
		return what->expendable ? 0 : at[i];
	}
	return 1;
}

/**
 * pasid_hooked_find() - find a function in pasid_hooked
 * @name: the function
 *
 * Context: Any.
 * Return: its entry in pasid_hooked, or NULL.
 */
const struct pasid_hooked *pasid_hooked_find(const char *name)
{
	const struct pasid_hooked *what;

	for (what = pasid_hooked; what->name; what++)
		if (!strcmp(what->name, name))
			return what;
	return NULL;
}
