// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asking the running kernel: kprobes give addresses of functions, and BTF gives offsets of
 * members and positions of arguments.
 *
 * Functions are called through static calls, which are direct calls in the code. With IBT, an
 * indirect call of a function faults if the kernel itself never uses the function's address.
 */
#include <linux/btf.h>
#include <linux/errno.h>
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>

#include "kernel.h"

struct pasid_kernel_offsets pasid_offsets;

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

/*
 * Finds the first byte of the function that @addr is in. A static call needs that address: with
 * retbleed=stuff the kernel has it go to a thunk in front of the function.
 */
static int pasid_function_start(void *addr, void **start)
{
	unsigned long offset, size;
	char text[KSYM_SYMBOL_LEN];
	const char *behind;

	/* "name+0x4/0x80" */
	sprint_symbol(text, (unsigned long)addr);
	behind = strchr(text, '+');
	if (!behind || sscanf(behind, "+%lx/%lx", &offset, &size) != 2)
		return -ENOENT;
	*start = addr - offset;
	return 0;
}

static int pasid_kernel_function(const char *name, void **addr)
{
	/* Disabled, so that the function is not patched: only its address is needed. */
	struct kprobe probe = { .symbol_name = name, .flags = KPROBE_FLAG_DISABLED };
	int err = register_kprobe(&probe);

	if (err)
		return err;
	/* If the function begins with ENDBR, the probe is behind it. */
	err = pasid_function_start(probe.addr, addr);
	unregister_kprobe(&probe);
	return err;
}

static bool btf_name_is(const struct btf *btf, u32 offset, const char *name)
{
	const char *is = static_call(pasid_btf_name)(btf, offset);

	return is && !strcmp(is, name);
}

/* A member: its offset in bits, its width if it is a bit field or else 0, and its type. */
struct btf_found {
	u32 bits;
	u32 width;
	u32 type_id;
};

/* Also looks into anonymous structures and unions. */
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

static int pasid_kernel_member(const char *type, const char *name, const char *is,
			       u32 *offset)
{
	struct btf_found found;
	struct btf *btf = NULL;
	int err;
	s32 id;

	id = static_call(pasid_find_btf_id)(type, BTF_KIND_STRUCT, &btf);
	if (id < 0)
		return -ESRCH;
	err = btf_find_member(btf, btf_type_by_id(btf, id), name, &found);
	if (!err && is && !btf_member_is(btf, &found, is))
		err = -ENOENT;
	if (!err)
		*offset = found.width ? found.bits : found.bits / BITS_PER_BYTE;
	static_call(pasid_btf_put)(btf);
	return err;
}

/* For all arguments at once, as the kernel goes through the whole of BTF to find a function. */
static void pasid_kernel_args(const char *function, const char * const *args, int *at,
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

const struct pasid_kernel pasid_kernel = {
	.function = pasid_kernel_function,
	.member = pasid_kernel_member,
	.args = pasid_kernel_args,
};

/**
 * pasid_kernel_init() - look up functions and offsets
 *
 * Context: Process context, may sleep; once, at load.
 * Return: 0, or a negative errno, after the log has said what is missing.
 */
int pasid_kernel_init(void)
{
	char why[PASID_NEED_WHY_MAX];
	void *addr[PASID_CALLED];
	int err;

	err = pasid_need_called(&pasid_kernel, addr, why);
	if (!err) {
		static_call_update(vtd_qi_submit, addr[PASID_CALLED_SUBMIT]);
		static_call_update(pasid_for_each_alias, addr[PASID_CALLED_ALIAS]);
		static_call_update(pasid_find_btf_id, addr[PASID_CALLED_BTF_FIND]);
		static_call_update(pasid_btf_name, addr[PASID_CALLED_BTF_NAME]);
		static_call_update(pasid_btf_put, addr[PASID_CALLED_BTF_PUT]);
		err = pasid_need_offsets(&pasid_kernel, &pasid_offsets, why);
	}
	if (err)
		pr_err("%s\n", why);
	return err;
}
