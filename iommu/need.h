/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What this module needs of the kernel and no header promises: functions that are not exported,
 * members of private structures, names and positions of arguments. The kernel is asked through
 * struct pasid_kernel.
 */
#ifndef _PASID_NEED_H
#define _PASID_NEED_H

#include <linux/types.h>

/* Room for the longest sentence about what is missing, and its NUL. */
#define PASID_NEED_WHY_MAX	256

#define PASID_HOOK_ARGS	3

/**
 * struct pasid_kernel - how a kernel is asked
 * @function: where a function begins; 0, or a negative errno if there is none that
 *	can be probed
 * @member: where a member of a structure is: in bytes; in bits, for a field of one
 *	bit. Its type is called @is; "*" stands for a pointer, "1" for a field of one
 *	bit, NULL for any type. 0; -ESRCH without the structure; -ENOENT without such
 *	a member
 * @args: positions of @count arguments of a function, by name: 0..5, or -ENOENT for
 *	one that is not passed in a register
 *
 * All of them may sleep.
 */
struct pasid_kernel {
	int (*function)(const char *name, void **addr);
	int (*member)(const char *type, const char *name, const char *is, u32 *offset);
	void (*args)(const char *function, const char * const *args, int *at, int count);
};

/* The functions that are called; the first is intel-iommu's own. */
enum pasid_called {
	PASID_CALLED_SUBMIT,
	PASID_CALLED_ALIAS,
	PASID_CALLED_BTF_FIND,
	PASID_CALLED_BTF_NAME,
	PASID_CALLED_BTF_PUT,
	PASID_CALLED
};

/**
 * struct pasid_kernel_offsets - offsets of members of intel-iommu's private structures
 * @iommu_core: struct intel_iommu: its struct iommu_device, offset in bytes
 * @iommu_lock: struct intel_iommu: spinlock of the tables, offset in bytes
 * @iommu_reg: struct intel_iommu: mapped registers, offset in bytes
 * @info_dev: struct device_domain_info: its device, offset in bytes
 * @info_twice: struct device_domain_info: bit dtlb_extra_inval, offset in bits
 */
struct pasid_kernel_offsets {
	u32 iommu_core;
	u32 iommu_lock;
	u32 iommu_reg;
	u32 info_dev;
	u32 info_twice;
};

/**
 * struct pasid_hooked - a function that this module has a hook on
 * @name: the function
 * @purpose: what this module sees by the hook: the end of the sentence "sees when ..."
 * @optional: the module also loads if the kernel has no such function
 * @expendable: the module also loads if the function cannot be hooked
 * @unless_type: a structure, see @unless_member
 * @unless_member: NULL, or the name of a member: the function is optional in kernels whose
 *	@unless_type has that member, of any type, and needed in all others
 * @args: names of the arguments that the hook reads
 */
struct pasid_hooked {
	const char *name;
	const char *purpose;
	bool optional;
	bool expendable;
	const char *unless_type;
	const char *unless_member;
	const char *args[PASID_HOOK_ARGS];
};

/* Ends with an entry without a name. */
extern const struct pasid_hooked pasid_hooked[];

int pasid_need_called(const struct pasid_kernel *kernel, void **addr, char *why);
int pasid_need_offsets(const struct pasid_kernel *kernel, struct pasid_kernel_offsets *layout,
		       char *why);
int pasid_need_hooked(const struct pasid_kernel *kernel,
		      const struct pasid_hooked *what, int register_err, int *at,
		      char *why);
const struct pasid_hooked *pasid_hooked_find(const char *name);

#endif /* _PASID_NEED_H */
