// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel does not export: addresses of functions, which a kprobe finds, and
 * offsets of structure members, which the kernel's own BTF has.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/btf.h>
#include <linux/kprobes.h>
#include <linux/static_call.h>

#include "client.h"

static s32 no_find(const char *name, u32 kind, struct btf **btf)
{
	return -EOPNOTSUPP;
}

DEFINE_STATIC_CALL(lab_bpf_find_btf_id, no_find);

static const char *no_name(const struct btf *btf, u32 offset)
{
	return NULL;
}

DEFINE_STATIC_CALL(lab_btf_name_by_offset, no_name);

static void no_put(struct btf *btf)
{
}

DEFINE_STATIC_CALL(lab_btf_put, no_put);

/**
 * lab_symbol - address of a function that is not exported
 * @name: its name
 *
 * The address must be called directly, that is, by a static_call that is updated to
 * it: with indirect branch tracking the address is behind the landing pad.
 *
 * Return: the address, or NULL if there is no such function.
 */
void *lab_symbol(const char *name)
{
	struct kprobe probe = { .symbol_name = name };
	void *addr;

	if (register_kprobe(&probe))
		return NULL;

	addr = probe.addr;
	unregister_kprobe(&probe);
	return addr;
}

int lab_kernel_init(void)
{
	void *find = lab_symbol("bpf_find_btf_id");
	void *name = lab_symbol("btf_name_by_offset");
	void *put = lab_symbol("btf_put");

	if (!find || !name || !put) {
		pr_err("the kernel's BTF functions cannot be found\n");
		return -EOPNOTSUPP;
	}

	static_call_update(lab_bpf_find_btf_id, find);
	static_call_update(lab_btf_name_by_offset, name);
	static_call_update(lab_btf_put, put);
	return 0;
}

static int member_bit(const struct btf *btf, s32 id, const char *wanted)
{
	const struct btf_type *t = btf_type_by_id(btf, id);
	const struct btf_member *member;
	const char *name;
	int i;

	for_each_member(i, t, member) {
		name = static_call(lab_btf_name_by_offset)(btf, member->name_off);
		if (name && !strcmp(name, wanted))
			return __btf_member_bit_offset(t, member);
	}

	return -ENOENT;
}

/**
 * lab_member_bit - the offset of a member of one of the kernel's structures
 * @type: name of the structure
 * @member: name of the member, not one of an anonymous union
 *
 * Return: the offset in bits, or a negative errno.
 */
int lab_member_bit(const char *type, const char *member)
{
	struct btf *btf;
	int offset;
	s32 id;

	id = static_call(lab_bpf_find_btf_id)(type, BTF_KIND_STRUCT, &btf);
	if (id < 0) {
		pr_err("the kernel's BTF has no struct %s\n", type);
		return id;
	}

	offset = member_bit(btf, id, member);
	if (offset < 0)
		pr_err("struct %s has no member %s\n", type, member);
	static_call(lab_btf_put)(btf);
	return offset;
}

/**
 * lab_member_offset - the offset of a member of one of the kernel's structures
 * @type: name of the structure
 * @member: name of the member, not one of an anonymous union, nor a bit
 *
 * Return: the offset in bytes, or a negative errno.
 */
int lab_member_offset(const char *type, const char *member)
{
	int bit = lab_member_bit(type, member);

	return bit < 0 ? bit : bit / 8;
}
