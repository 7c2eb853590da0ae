// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidation plan: which descriptors a change to a present entry needs, in
 * which order (VT-d 6.5.2, Table 28). The hardware works off context-cache before
 * PASID-cache before IOTLB before device-TLB descriptors of one queue, so a plan
 * needs no wait between them; a submission ends in one.
 */
#include <linux/string.h>

#include "vtd.h"

#define VTD_INV_CONTEXT		0x1
#define VTD_INV_IOTLB		0x2
#define VTD_INV_DEVTLB		0x3
#define VTD_INV_PIOTLB		0x6
#define VTD_INV_PASID		0x7
#define VTD_INV_PDEVTLB		0x8

#define VTD_INV_GRAN(g)		((u64)(g) << 4)
#define VTD_INV_DID(did)	((u64)(did) << 16)
#define VTD_INV_PASID_ID(pasid)	((u64)(pasid) << 32)
#define VTD_INV_SID(rid)	((u64)(rid) << 32)	/* types 1 and 3 */
#define VTD_INV_PSID(rid)	((u64)(rid) << 16)	/* type 8 */

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
 * vtd_plan_init() - begin a plan
 * @plan: the plan
 * @submit: see struct vtd_plan
 * @submit_arg: see struct vtd_plan
 *
 * Context: Any.
 */
void vtd_plan_init(struct vtd_plan *plan,
		   int (*submit)(void *arg, struct vtd_desc *desc, unsigned int count),
		   void *submit_arg)
{
	plan->count = 0;
	plan->submit = submit;
	plan->submit_arg = submit_arg;
	plan->descriptors = 0;
	plan->submissions = 0;
	plan->err = 0;
}

/* Errors are kept, and the rest is still submitted: more flushed is more denied. */
static void vtd_plan_submit(struct vtd_plan *plan)
{
	int err;

	if (!plan->count)
		return;
	err = plan->submit(plan->submit_arg, plan->desc, plan->count);
	if (!plan->err)
		plan->err = err;
	plan->descriptors += plan->count;
	plan->submissions++;
	plan->count = 0;
}

static void vtd_plan_add(struct vtd_plan *plan, u64 qw0, u64 qw1)
{
	if (plan->count == VTD_PLAN_BATCH)
		vtd_plan_submit(plan);
	plan->desc[plan->count++] = (struct vtd_desc){ .qw = { qw0, qw1 } };
}

/**
 * vtd_plan_context() - forget what is cached of a context entry
 * @plan: the plan
 * @rid: the requester ID of the entry
 *
 * Context: As @plan->submit.
 */
void vtd_plan_context(struct vtd_plan *plan, u16 rid)
{
	vtd_plan_add(plan, VTD_INV_CONTEXT | VTD_CC_DEVICE | VTD_INV_SID(rid), 0);
}

/**
 * vtd_plan_domain() - forget PASID-table entries and translations of a domain
 * @plan: the plan
 * @fn: the function whose context entry changed
 * @did: the domain ID
 *
 * Table 28, change of a context entry: for every affected domain.
 *
 * Context: As @plan->submit.
 */
void vtd_plan_domain(struct vtd_plan *plan, const struct vtd_function *fn, u16 did)
{
	vtd_plan_add(plan, VTD_INV_PASID | VTD_PC_DOMAIN | VTD_INV_DID(did), 0);
	vtd_plan_add(plan, VTD_INV_IOTLB | VTD_IOTLB_DOMAIN | fn->drain |
		     VTD_INV_DID(did), 0);
}

/**
 * vtd_plan_all_domains() - forget PASID-table entries and translations of all
 * @plan: the plan
 * @fn: the function whose context entry changed
 *
 * For where the affected domains cannot be listed.
 *
 * Context: As @plan->submit.
 */
void vtd_plan_all_domains(struct vtd_plan *plan, const struct vtd_function *fn)
{
	vtd_plan_add(plan, VTD_INV_PASID | VTD_PC_GLOBAL, 0);
	vtd_plan_add(plan, VTD_INV_IOTLB | VTD_IOTLB_GLOBAL | fn->drain, 0);
}

/**
 * vtd_plan_device_tlb() - have a function forget all its translations
 * @plan: the plan
 * @fn: the function
 *
 * A device-TLB invalidation without PASID covers the translations of every PASID.
 *
 * Context: As @plan->submit.
 */
void vtd_plan_device_tlb(struct vtd_plan *plan, const struct vtd_function *fn)
{
	u64 qw0 = VTD_INV_DEVTLB | VTD_INV_SID(fn->rid) | vtd_inv_pfsid(fn->pfsid);

	if (!fn->ats)
		return;
	vtd_plan_add(plan, qw0, VTD_DEVTLB_ALL);
	if (fn->twice)
		vtd_plan_add(plan, qw0, VTD_DEVTLB_ALL);
}

/**
 * vtd_plan_entry() - forget what is cached of a PASID-table entry
 * @plan: the plan
 * @fn: the function whose entry it is
 * @did: the entry's domain ID
 * @pasid: its PASID, not RID_PASID
 *
 * Table 28, change of a field other than P and SSADE, any PGTT.
 *
 * Context: As @plan->submit.
 */
void vtd_plan_entry(struct vtd_plan *plan, const struct vtd_function *fn,
		    u16 did, u32 pasid)
{
	u64 id = VTD_INV_DID(did) | VTD_INV_PASID_ID(pasid);
	u64 qw0 = VTD_INV_PDEVTLB | VTD_INV_PSID(fn->rid) |
		  VTD_INV_PASID_ID(pasid) | vtd_inv_pfsid(fn->pfsid);

	vtd_plan_add(plan, VTD_INV_PASID | VTD_PC_PASID | id, 0);
	vtd_plan_add(plan, VTD_INV_PIOTLB | VTD_PIOTLB_PASID | id, 0);
	if (!fn->pasid) {
		/* It would answer UR to the PASID and stall the queue. */
		vtd_plan_device_tlb(plan, fn);
		return;
	}
	if (!fn->ats)
		return;
	vtd_plan_add(plan, qw0, VTD_PDEVTLB_ALL);
	if (fn->twice)
		vtd_plan_add(plan, qw0, VTD_PDEVTLB_ALL);
}

/**
 * vtd_plan_run() - submit what is left and wait
 * @plan: the plan; can be added to again afterwards
 *
 * Context: As @plan->submit.
 * Return: 0, or the first error since vtd_plan_init().
 */
int vtd_plan_run(struct vtd_plan *plan)
{
	vtd_plan_submit(plan);
	return plan->err;
}
