// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidations: which descriptors a change to a present entry needs, in which
 * order (VT-d 6.5.2, Table 28): context cache, PASID cache, IOTLB, device TLB. Each
 * function here submits its descriptors and waits for them.
 */
#include <linux/string.h>

#include "vtd.h"

#define VTD_INV_CONTEXT		0x1
#define VTD_INV_IOTLB		0x2
#define VTD_INV_DEVTLB		0x3
#define VTD_INV_PIOTLB		0x6
#define VTD_INV_PASID		0x7
#define VTD_INV_PDEVTLB		0x8
#define VTD_INV_RESPONSE	0x9

#define VTD_INV_GRAN(g)		((u64)(g) << 4)
#define VTD_INV_DID(did)	((u64)(did) << 16)
#define VTD_INV_PASID_ID(pasid)	((u64)(pasid) << 32)
#define VTD_INV_SID(rid)	((u64)(rid) << 32)	/* types 1 and 3 */
#define VTD_INV_PSID(rid)	((u64)(rid) << 16)	/* type 8 */

#define VTD_RESPONSE_PASID	BIT_ULL(4)
#define VTD_RESPONSE_INVALID	BIT_ULL(12)
#define VTD_RESPONSE_RID(rid)	((u64)(rid) << 16)
#define VTD_RESPONSE_INDEX(i)	((u64)(i) << 3)	/* qword 1 */

#define VTD_CC_DEVICE		VTD_INV_GRAN(3)
#define VTD_PC_DOMAIN		VTD_INV_GRAN(0)
#define VTD_PC_PASID		VTD_INV_GRAN(1)
#define VTD_PC_GLOBAL		VTD_INV_GRAN(3)
#define VTD_IOTLB_GLOBAL	VTD_INV_GRAN(1)
#define VTD_IOTLB_DOMAIN	VTD_INV_GRAN(2)
#define VTD_IOTLB_DW		BIT_ULL(6)
#define VTD_IOTLB_DR		BIT_ULL(7)
#define VTD_PIOTLB_PASID	VTD_INV_GRAN(2)

/* The PF's requester ID, in two pieces. */
static u64 vtd_inv_pfsid(u16 rid)
{
	return (u64)(rid & 0xf) << 12 | (u64)(rid & 0xfff0) << 48;
}

/* qword 1 of "all addresses": S = 1, address bits 62:12 ones, bit 63 zero (6.5.2.5) */
#define VTD_DEVTLB_ALL		(GENMASK_ULL(62, 12) | BIT_ULL(0))
#define VTD_PDEVTLB_ALL		(GENMASK_ULL(62, 12) | BIT_ULL(11))

/**
 * vtd_iotlb_drain() - which draining an IOTLB invalidation can ask for
 * @cap: the unit's capability register
 *
 * Context: Any.
 * Return: bits DR and DW of qword 0 of an IOTLB descriptor.
 */
u64 vtd_iotlb_drain(u64 cap)
{
	return (cap & VTD_CAP_DRD ? VTD_IOTLB_DR : 0) |
	       (cap & VTD_CAP_DWD ? VTD_IOTLB_DW : 0);
}

/**
 * vtd_inval_init() - begin a series of invalidations
 * @inval: the series
 * @submit: see struct vtd_inval
 * @submit_arg: see struct vtd_inval
 *
 * Context: Any.
 */
void vtd_inval_init(struct vtd_inval *inval,
		    int (*submit)(void *arg, struct vtd_desc *desc),
		    void *submit_arg)
{
	*inval = (struct vtd_inval){ .submit = submit, .submit_arg = submit_arg };
}

/*
 * Submits a descriptor and waits for it. After an error the rest of a series is still submitted:
 * each invalidation makes a deny safer.
 */
static void vtd_inval_submit(struct vtd_inval *inval, u64 qw0, u64 qw1)
{
	struct vtd_desc desc = { .qw = { qw0, qw1 } };
	int err = inval->submit(inval->submit_arg, &desc);

	if (!inval->err)
		inval->err = err;
	inval->descriptors++;
}

/**
 * vtd_inval_context() - submit a device-selective context-cache invalidation
 * @inval: the series
 * @rid: the requester ID of the entry
 *
 * Context: As @inval->submit.
 */
void vtd_inval_context(struct vtd_inval *inval, u16 rid)
{
	vtd_inval_submit(inval, VTD_INV_CONTEXT | VTD_CC_DEVICE | VTD_INV_SID(rid), 0);
}

/**
 * vtd_inval_domain() - submit domain-selective PASID-cache and IOTLB invalidations
 * @inval: the series
 * @fn: the function whose context entry changed
 * @did: the domain ID
 *
 * Table 28, change of a context entry: for every affected domain.
 *
 * Context: As @inval->submit.
 */
void vtd_inval_domain(struct vtd_inval *inval, const struct vtd_function *fn, u16 did)
{
	vtd_inval_submit(inval, VTD_INV_PASID | VTD_PC_DOMAIN | VTD_INV_DID(did), 0);
	vtd_inval_submit(inval, VTD_INV_IOTLB | VTD_IOTLB_DOMAIN | fn->drain |
		     VTD_INV_DID(did), 0);
}

/**
 * vtd_inval_all_domains() - submit global PASID-cache and IOTLB invalidations
 * @inval: the series
 * @fn: the function whose context entry changed
 *
 * They are for changes whose affected domains are not known, or are many.
 *
 * Context: As @inval->submit.
 */
void vtd_inval_all_domains(struct vtd_inval *inval, const struct vtd_function *fn)
{
	vtd_inval_submit(inval, VTD_INV_PASID | VTD_PC_GLOBAL, 0);
	vtd_inval_submit(inval, VTD_INV_IOTLB | VTD_IOTLB_GLOBAL | fn->drain, 0);
}

/* Submits a device-TLB invalidation. If the function cannot answer, sets @inval->owed instead. */
static void vtd_inval_ask(struct vtd_inval *inval, const struct vtd_function *fn, u64 qw0,
			  u64 qw1)
{
	if (!fn->ats)
		return;
	if (fn->silent) {
		inval->owed = true;
		return;
	}
	vtd_inval_submit(inval, qw0, qw1);
	if (fn->twice)
		vtd_inval_submit(inval, qw0, qw1);
}

/**
 * vtd_inval_device_tlb() - submit a device-TLB invalidation of all addresses
 * @inval: the series; @inval->owed is set instead if the function is silent
 * @fn: the function
 *
 * A device-TLB invalidation without PASID covers the translations of every PASID.
 *
 * Context: As @inval->submit.
 */
void vtd_inval_device_tlb(struct vtd_inval *inval, const struct vtd_function *fn)
{
	vtd_inval_ask(inval, fn, VTD_INV_DEVTLB | VTD_INV_SID(fn->rid) |
		     vtd_inv_pfsid(fn->pfsid), VTD_DEVTLB_ALL);
}

/**
 * vtd_inval_entry() - submit all invalidations for one PASID-table entry
 * @inval: the series; @inval->owed as with vtd_inval_device_tlb()
 * @fn: the function whose entry it is
 * @did: the entry's domain ID
 * @pasid: its PASID, not RID_PASID
 *
 * Table 28, change of a field other than P and SSADE, any PGTT.
 *
 * Context: As @inval->submit.
 */
void vtd_inval_entry(struct vtd_inval *inval, const struct vtd_function *fn,
		     u16 did, u32 pasid)
{
	u64 id = VTD_INV_DID(did) | VTD_INV_PASID_ID(pasid);
	u64 qw0 = VTD_INV_PDEVTLB | VTD_INV_PSID(fn->rid) |
		  VTD_INV_PASID_ID(pasid) | vtd_inv_pfsid(fn->pfsid);

	vtd_inval_submit(inval, VTD_INV_PASID | VTD_PC_PASID | id, 0);
	vtd_inval_submit(inval, VTD_INV_PIOTLB | VTD_PIOTLB_PASID | id, 0);
	if (fn->pasid)
		vtd_inval_ask(inval, fn, qw0, VTD_PDEVTLB_ALL);
	else /* The function would answer UR to the PASID, and the queue would stall. */
		vtd_inval_device_tlb(inval, fn);
}

/**
 * vtd_affect_domain() - note that a domain is affected
 * @affected: what is affected so far
 * @did: the domain ID
 *
 * Context: Any.
 */
void vtd_affect_domain(struct vtd_affected *affected, u16 did)
{
	unsigned int i;

	if (affected->domains > VTD_FEW_DOMAINS)
		return;
	for (i = 0; i < affected->domains; i++)
		if (affected->domain[i] == did)
			return;
	if (i < VTD_FEW_DOMAINS)
		affected->domain[i] = did;
	affected->domains++;
}

/**
 * vtd_affect_entry() - note that a PASID-table entry has changed
 * @affected: what is affected so far
 * @pasid: the entry's PASID
 * @did: its domain ID
 *
 * Context: Any.
 */
void vtd_affect_entry(struct vtd_affected *affected, u32 pasid, u16 did)
{
	if (affected->entries < VTD_FEW_ENTRIES) {
		affected->pasid[affected->entries] = pasid;
		affected->did[affected->entries] = did;
	}
	affected->entries++;
	vtd_affect_domain(affected, did);
}

/**
 * vtd_inval_affected() - submit all invalidations for what is affected
 * @inval: the series
 * @fn: the function whose tables changed
 * @affected: what is affected, possibly nothing
 *
 * A few entries are invalidated one by one, and a few domains domain by domain. If there are
 * more, PASID cache and IOTLB of the whole unit are invalidated. So there are at most 16
 * descriptors: 4 entries, with 4 descriptors each because of @fn->twice.
 *
 * Context: As @inval->submit.
 */
void vtd_inval_affected(struct vtd_inval *inval, const struct vtd_function *fn,
			const struct vtd_affected *affected)
{
	bool one_by_one = !affected->whole && affected->entries <= VTD_FEW_ENTRIES;
	unsigned int i;

	for (i = 0; one_by_one && i < affected->entries; i++)
		vtd_inval_entry(inval, fn, affected->did[i], affected->pasid[i]);
	if (one_by_one)
		return;
	if (affected->domains > VTD_FEW_DOMAINS)
		vtd_inval_all_domains(inval, fn);
	else
		for (i = 0; i < affected->domains; i++)
			vtd_inval_domain(inval, fn, affected->domain[i]);
	vtd_inval_device_tlb(inval, fn);
}

/**
 * vtd_inval_respond() - submit a page group response (type 9)
 * @inval: the series
 * @response: the response
 *
 * Context: As @inval->submit.
 */
void vtd_inval_respond(struct vtd_inval *inval, const struct vtd_response *response)
{
	u64 qw0 = VTD_INV_RESPONSE | VTD_RESPONSE_RID(response->rid);

	if (!response->success)
		qw0 |= VTD_RESPONSE_INVALID;
	if (response->has_pasid)
		qw0 |= VTD_RESPONSE_PASID | VTD_INV_PASID_ID(response->pasid);
	vtd_inval_submit(inval, qw0, VTD_RESPONSE_INDEX(response->index));
}
