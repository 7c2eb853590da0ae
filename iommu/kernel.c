// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looking up the running kernel: addresses through kprobes, layouts through the
 * kernel's own BTF.
 *
 * Functions are called through static calls, which are patched into direct
 * calls: with IBT a kprobe's address lies behind the ENDBR, where an indirect call
 * would fault.
 */
#include <linux/btf.h>
#include <linux/errno.h>
#include <linux/kprobes.h>
#include <linux/module.h>

#include "kernel.h"

struct pasid_layout pasid_layout;

int vtd_qi_submit_absent(struct intel_iommu *iommu, struct vtd_desc *desc,
			 unsigned int count, unsigned long options)
{
	return -ENXIO;
}

int pasid_for_each_alias_absent(struct pci_dev *pdev, pasid_alias_fn *fn, void *data)
{
	return -ENXIO;
}

static s32 find_btf_id_absent(const char *name, u32 kind, struct btf **btf)
{
	return -ENXIO;
}

static const char *btf_name_absent(const struct btf *btf, u32 offset)
{
	return NULL;
}

static void btf_put_absent(struct btf *btf)
{
}

DEFINE_STATIC_CALL(vtd_qi_submit, vtd_qi_submit_absent);
DEFINE_STATIC_CALL(pasid_for_each_alias, pasid_for_each_alias_absent);
DEFINE_STATIC_CALL(pasid_find_btf_id, find_btf_id_absent);
DEFINE_STATIC_CALL(pasid_btf_name, btf_name_absent);
DEFINE_STATIC_CALL(pasid_btf_put, btf_put_absent);

/* Returns the address of a function, or NULL after having said why not. */
static void *pasid_find_function(const char *name)
{
	/* Disabled: its address is wanted, the function is not to be patched. */
	struct kprobe probe = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	int err = register_kprobe(&probe);
	void *addr;

	if (err) {
		pr_err("this kernel has no %s() that can be probed (error %d): it is not one that this module knows\n",
		       name, err);
		return NULL;
	}
	addr = probe.addr;
	unregister_kprobe(&probe);
	return addr;
}

static int pasid_find_functions(void)
{
	void *submit = pasid_find_function("qi_submit_sync");
	void *alias = pasid_find_function("pci_for_each_dma_alias");
	void *find = pasid_find_function("bpf_find_btf_id");
	void *name = pasid_find_function("btf_name_by_offset");
	void *put = pasid_find_function("btf_put");

	if (!submit || !alias || !find || !name || !put)
		return -ENOENT;
	static_call_update(vtd_qi_submit, submit);
	static_call_update(pasid_for_each_alias, alias);
	static_call_update(pasid_find_btf_id, find);
	static_call_update(pasid_btf_name, name);
	static_call_update(pasid_btf_put, put);
	return 0;
}

static bool btf_name_is(const struct btf *btf, u32 offset, const char *name)
{
	const char *is = static_call(pasid_btf_name)(btf, offset);

	return is && !strcmp(is, name);
}

/* A member: where it is, in bits; how wide, 0 if not a bit field; of which type. */
struct btf_found {
	u32 bits;
	u32 width;
	u32 type_id;
};

/* The member may sit in anonymous structures and unions. */
static int btf_find_member(const struct btf *btf, const struct btf_type *type,
			   const char *name, struct btf_found *found)
{
	const struct btf_member *member = btf_type_member(type);
	const struct btf_type *inner;
	u32 i, base;

	for (i = 0; i < btf_type_vlen(type); i++, member++) {
		base = __btf_member_bit_offset(type, member);
		if (btf_name_is(btf, member->name_off, name)) {
			found->bits = base;
			found->width = __btf_member_bitfield_size(type, member);
			found->type_id = member->type;
			return 0;
		}
		inner = btf_type_by_id(btf, member->type);
		if (member->name_off || !inner || !__btf_type_is_struct(inner))
			continue;
		if (!btf_find_member(btf, inner, name, found)) {
			found->bits += base;
			return 0;
		}
	}
	return -ENOENT;
}

/**
 * struct pasid_member - a private member that the module relies on
 * @type: the structure
 * @name: the member
 * @is: name of the member's type; "*" for a pointer, "1" for a field of one bit
 * @offset: where to store it, in bytes; in bits for a field of one bit
 */
struct pasid_member {
	const char *type;
	const char *name;
	const char *is;
	u32 *offset;
};

static const struct pasid_member pasid_members[] = {
	{ "intel_iommu", "iommu", "iommu_device", &pasid_layout.iommu_core },
	{ "intel_iommu", "lock", "spinlock_t", &pasid_layout.iommu_lock },
	{ "intel_iommu", "reg", "*", &pasid_layout.iommu_reg },
	{ "device_domain_info", "dev", "*", &pasid_layout.info_dev },
	{ "device_domain_info", "dtlb_extra_inval", "1", &pasid_layout.info_twice },
};

static bool btf_member_is(const struct btf *btf, const struct btf_found *found,
			  const char *is)
{
	const struct btf_type *type = btf_type_by_id(btf, found->type_id);

	if (!strcmp(is, "1"))
		return found->width == 1;
	if (found->width || found->bits % BITS_PER_BYTE || !type)
		return false;
	if (!strcmp(is, "*"))
		return btf_type_is_ptr(type);
	return btf_name_is(btf, type->name_off, is);
}

static int pasid_find_member(const struct pasid_member *member)
{
	struct btf_found found;
	struct btf *btf = NULL;
	int err;
	s32 id;

	id = static_call(pasid_find_btf_id)(member->type, BTF_KIND_STRUCT, &btf);
	if (id < 0) {
		pr_err("the kernel's BTF has no struct %s (error %d): this module needs CONFIG_DEBUG_INFO_BTF and Intel's IOMMU driver\n",
		       member->type, id);
		return id;
	}
	err = btf_find_member(btf, btf_type_by_id(btf, id), member->name, &found);
	if (!err && !btf_member_is(btf, &found, member->is))
		err = -ENOENT;
	if (err)
		pr_err("struct %s has no member %s of type %s as this module knows it\n",
		       member->type, member->name, member->is);
	else
		*member->offset = found.width ? found.bits : found.bits / BITS_PER_BYTE;
	static_call(pasid_btf_put)(btf);
	return err;
}

/**
 * pasid_kernel_has_member() - does a kernel structure have a member?
 * @type: name of the structure
 * @member: name of the member
 *
 * Context: Process context, may sleep; after pasid_kernel_init().
 * Return: whether it has, as far as BTF tells.
 */
bool pasid_kernel_has_member(const char *type, const char *member)
{
	struct btf_found found;
	struct btf *btf = NULL;
	bool has;
	s32 id;

	id = static_call(pasid_find_btf_id)(type, BTF_KIND_STRUCT, &btf);
	if (id < 0)
		return false;
	has = !btf_find_member(btf, btf_type_by_id(btf, id), member, &found);
	static_call(pasid_btf_put)(btf);
	return has;
}

/**
 * pasid_kernel_args() - positions of a function's arguments
 * @function: name of the function
 * @args: names of the arguments
 * @at: filled: 0..5, or -ENOENT for one that is not passed in a register
 * @count: how many of both
 *
 * BTF is searched from one end to the other, so once for all of them.
 *
 * Context: Process context, may sleep; after pasid_kernel_init().
 */
void pasid_kernel_args(const char *function, const char * const *args, int *at,
		       int count)
{
	const struct btf_param *param;
	const struct btf_type *proto;
	struct btf *btf = NULL;
	u32 i;
	s32 id;
	int j;

	for (j = 0; j < count; j++)
		at[j] = -ENOENT;
	id = static_call(pasid_find_btf_id)(function, BTF_KIND_FUNC, &btf);
	if (id < 0)
		return;
	proto = btf_type_by_id(btf, btf_type_by_id(btf, id)->type);
	param = btf_params(proto);
	for (i = 0; i < min_t(u32, btf_type_vlen(proto), 6); i++)
		for (j = 0; j < count; j++)
			if (btf_name_is(btf, param[i].name_off, args[j]))
				at[j] = i;
	static_call(pasid_btf_put)(btf);
}

static int pasid_check_submit(void)
{
	static const char * const args[] = { "iommu", "desc", "count", "options" };
	int at[ARRAY_SIZE(args)], i;

	pasid_kernel_args("qi_submit_sync", args, at, ARRAY_SIZE(args));
	for (i = 0; i < ARRAY_SIZE(args); i++) {
		if (at[i] == i)
			continue;
		pr_err("qi_submit_sync() does not take '%s' as argument %d: it is not the function that this module knows\n",
		       args[i], i + 1);
		return -ENOENT;
	}
	return 0;
}

/**
 * pasid_kernel_init() - look up functions and layouts
 *
 * Context: Process context, may sleep; once, at load.
 * Return: 0, or a negative errno after having said what is missing.
 */
int pasid_kernel_init(void)
{
	int i, err;

	err = pasid_find_functions();
	for (i = 0; !err && i < ARRAY_SIZE(pasid_members); i++)
		err = pasid_find_member(&pasid_members[i]);
	return err ?: pasid_check_submit();
}
