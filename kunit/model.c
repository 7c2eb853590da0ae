// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision of a VT-d unit in scalable mode about one request, down to the
 * PASID-table entry (VT-d 5.10, 3.4.3, 9, Table 30). Bits are numbered across an
 * entry, as in the specification. Caches and page tables are left out: permissions do
 * not depend on them.
 */
#include <linux/array_size.h>
#include <linux/bits.h>

#include "model.h"

/* The state of a walk. */
struct model_walk {
	const struct model_unit *unit;
	const struct model_request *request;
	u64 root[2];
	u64 ctx[4];
	u64 pde[1];
	u64 pte[8];
	u32 pasid;	/* the PASID that is looked up */
	bool exec;
	bool priv;
};

static u64 bits(const u64 *entry, unsigned int high, unsigned int low)
{
	return entry[low / 64] >> (low % 64) & GENMASK_ULL(high - low, 0);
}

static bool bit(const u64 *entry, unsigned int at)
{
	return bits(entry, at, at);
}

static bool ecap(const struct model_walk *walk, unsigned int at)
{
	return bit(&walk->unit->ecap, at);
}

/* Copies an entry, of which there are @count, from a table. */
static bool fetch(const struct model_walk *walk, u64 *entry, unsigned int qwords, u64 table,
		  unsigned int index)
{
	const u64 *page = walk->unit->map(table & ~0xfffULL);
	unsigned int i;

	if (!page)
		return false;
	for (i = 0; i < qwords; i++)
		entry[i] = page[index * qwords + i];
	return true;
}

static enum model_fault check_mode(const struct model_walk *walk)
{
	switch (bits(&walk->unit->rtaddr, 11, 10)) {
	case 0:
		if (walk->request->kind == MODEL_PAGE)
			return MODEL_LEGACY_PAGE;
		return walk->request->has_pasid ? MODEL_LEGACY_PASID : MODEL_ALLOWED;
	case 1:
		return walk->exec && walk->unit->ver_major >= 8 &&
		       walk->request->kind != MODEL_PAGE ? MODEL_NO_ER : MODEL_ALLOWED;
	case 3:
		return ecap(walk, 52) ? MODEL_ABORT_DMA : MODEL_BAD_RTADDR;
	default:
		return MODEL_BAD_RTADDR;
	}
}

static enum model_fault check_root(struct model_walk *walk)
{
	bool upper = walk->request->rid & 0x80;

	if (!fetch(walk, walk->root, 2, walk->unit->rtaddr, walk->request->rid >> 8))
		return MODEL_ROOT_ACCESS;
	if (!bit(walk->root, upper ? 64 : 0))
		return MODEL_ROOT_P;
	return bits(walk->root, upper ? 75 : 11, upper ? 65 : 1) ? MODEL_ROOT_RSVD : MODEL_ALLOWED;
}

static bool context_reserved(const struct model_walk *walk)
{
	/* Bit of the entry, and the bit of ECAP without which it is reserved. */
	static const u8 needs[][2] = {
		{ 2, 2 }, { 3, 40 }, { 4, 29 }, { 5, 55 }, { 6, 56 }, { 84, 53 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(needs); i++)
		if (bit(walk->ctx, needs[i][0]) && !ecap(walk, needs[i][1]))
			return true;
	if (bits(walk->ctx, 83, 64) && !ecap(walk, 49))
		return true;
	return bits(walk->ctx, 8, 7) || bits(walk->ctx, 127, 85) || walk->ctx[2] || walk->ctx[3];
}

static u32 pasid_limit(const struct model_walk *walk)
{
	return 1U << (bits(walk->ctx, 11, 9) + 13);
}

static enum model_fault check_context(struct model_walk *walk)
{
	const struct model_request *request = walk->request;
	bool dte, paside, pre, eptr;
	u32 rid_pasid;

	if (!fetch(walk, walk->ctx, 4, walk->root[request->rid & 0x80 ? 1 : 0],
		   request->rid & 0x7f))
		return MODEL_CTX_ACCESS;
	if (!bit(walk->ctx, 0))
		return MODEL_CTX_P;
	if (context_reserved(walk))
		return MODEL_CTX_RSVD;
	dte = bit(walk->ctx, 2);
	paside = bit(walk->ctx, 3);
	pre = bit(walk->ctx, 4);
	eptr = bit(walk->ctx, 6);
	rid_pasid = bits(walk->ctx, 83, 64);
	if ((!dte && pre) || rid_pasid >= pasid_limit(walk) || (eptr && !paside))
		return MODEL_CTX_INVALID;
	if (request->kind == MODEL_TRANSLATION && !dte)
		return MODEL_DTE;
	if (request->has_pasid && !paside)
		return MODEL_PASIDE;
	if (request->has_pasid && request->pasid >= pasid_limit(walk))
		return MODEL_PASID_LIMIT;
	if (request->kind == MODEL_PAGE && !pre)
		return MODEL_PRE;
	if (request->has_pasid && request->pasid == rid_pasid)
		return MODEL_IS_RID_PASID;
	if (!request->has_pasid) {
		walk->pasid = rid_pasid;
		walk->exec = false;
		walk->priv = bit(walk->ctx, 84);
	}
	return MODEL_ALLOWED;
}

static enum model_fault check_directory(struct model_walk *walk)
{
	u32 index = walk->pasid >> 6;

	/* A page holds 512 of its entries. */
	if (!fetch(walk, walk->pde, 1, (walk->ctx[0] & ~0xfffULL) + (index >> 9) * 4096,
		   index & 511))
		return MODEL_PDE_ACCESS;
	if (!bit(walk->pde, 0))
		return MODEL_PDE_P;
	return bits(walk->pde, 11, 2) ? MODEL_PDE_RSVD : MODEL_ALLOWED;
}

enum { FIRST_STAGE = 1, SECOND_STAGE, NESTED, PASS_THROUGH };

static bool entry_reserved(const struct model_walk *walk)
{
	/* SRE, PWSNP, PGSNP; bit 129, which was ERE; and the ECAP bit that each needs. */
	static const u8 needs[][2] = { { 128, 31 }, { 87, 48 }, { 88, 7 }, { 89, 25 } };
	u64 pgtt = bits(walk->pte, 8, 6);
	bool first = pgtt == FIRST_STAGE || pgtt == NESTED;
	bool second = pgtt == SECOND_STAGE || pgtt == NESTED;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(needs); i++)
		if (bit(walk->pte, needs[i][0]) && !ecap(walk, needs[i][1]))
			return true;
	if (bit(walk->pte, 129) && !(ecap(walk, 30) && walk->unit->ver_major <= 7))
		return true;
	/* SSADE, EAFE and memory types, where the entry's type does not ignore them. */
	if ((second && bit(walk->pte, 9) && !ecap(walk, 45)) ||
	    (first && bit(walk->pte, 135) && !ecap(walk, 34)) ||
	    ((second && bit(walk->pte, 90)) && !ecap(walk, 25)) ||
	    (bits(walk->pte, 127, 96) && !ecap(walk, 25)))
		return true;
	return bit(walk->pte, 5) || bits(walk->pte, 11, 10) || bits(walk->pte, 86, 80) ||
	       bits(walk->pte, 95, 91) || bits(walk->pte, 139, 136) || walk->pte[3] ||
	       walk->pte[6] || walk->pte[7] ||
	       (!ecap(walk, 55) && (walk->pte[4] || walk->pte[5]));
}

static bool first_stage_valid(const struct model_walk *walk)
{
	u64 levels = bits(walk->pte, 131, 130);

	return levels == 0 || (levels == 1 && bit(&walk->unit->cap, 60));
}

static bool second_stage_valid(const struct model_walk *walk)
{
	u64 aw = bits(walk->pte, 4, 2);

	return aw >= 1 && aw <= 3;
}

static bool entry_valid(const struct model_walk *walk)
{
	switch (bits(walk->pte, 8, 6)) {
	case FIRST_STAGE:
		return ecap(walk, 47) && first_stage_valid(walk);
	case SECOND_STAGE:
		return ecap(walk, 46) && second_stage_valid(walk);
	case NESTED:
		return ecap(walk, 26) && first_stage_valid(walk) && second_stage_valid(walk);
	case PASS_THROUGH:
		return ecap(walk, 6);
	default:
		return false;
	}
}

/* A page request is not checked against ERE and SRE: the access after it is. */
static enum model_fault check_entry(struct model_walk *walk)
{
	if (!fetch(walk, walk->pte, 8, walk->pde[0], walk->pasid & 0x3f))
		return MODEL_PTE_ACCESS;
	if (!bit(walk->pte, 0))
		return MODEL_PTE_P;
	if (entry_reserved(walk))
		return MODEL_PTE_RSVD;
	if (!entry_valid(walk))
		return MODEL_PTE_INVALID;
	if (walk->request->kind == MODEL_PAGE)
		return MODEL_ALLOWED;
	if (walk->exec && !bit(walk->pte, 129))
		return MODEL_ERE;
	if (walk->priv && !bit(walk->pte, 128))
		return MODEL_SRE;
	return MODEL_ALLOWED;
}

/**
 * model_decide() - what a unit decides about a request
 * @unit: the unit
 * @request: the request
 *
 * Return: MODEL_ALLOWED as far as the tables above the page tables go, or the fault
 * condition.
 */
enum model_fault model_decide(const struct model_unit *unit,
			      const struct model_request *request)
{
	struct model_walk walk = {
		.unit = unit,
		.request = request,
		.pasid = request->pasid,
		.exec = request->access == MODEL_EXECUTE && request->has_pasid,
		.priv = request->priv && request->has_pasid,
	};
	enum model_fault fault = check_mode(&walk);

	if (fault || bits(&unit->rtaddr, 11, 10) != 1)
		return fault;
	return check_root(&walk) ?: check_context(&walk) ?: check_directory(&walk) ?:
	       check_entry(&walk);
}
