/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VT-d scalable mode in memory: formats, table walk, invalidation descriptors.
 * Section numbers are those of the VT-d specification, revision 5.10. Pure: the
 * tables are reached through a function that the caller gives.
 */
#ifndef _PASID_VTD_H
#define _PASID_VTD_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

/* Registers (11.4) */
#define VTD_REG_VER		0x00
#define VTD_REG_RTADDR		0x20
#define VTD_REG_FSTS		0x34
#define VTD_REG_PQH		0xc0
#define VTD_REG_PQT		0xc8
#define VTD_VER_MAJOR		GENMASK(7, 4)
#define VTD_RTADDR_ADDR		GENMASK_ULL(63, 12)
#define VTD_RTADDR_TTM		GENMASK_ULL(11, 10)
#define VTD_RTADDR_TTM_SCALABLE	1
#define VTD_PQ_INDEX		GENMASK_ULL(18, 5)

/* Capability register (11.4.2) */
#define VTD_CAP_FRO		GENMASK_ULL(33, 24)
#define VTD_CAP_NFR		GENMASK_ULL(47, 40)
#define VTD_CAP_DWD		BIT_ULL(54)
#define VTD_CAP_DRD		BIT_ULL(55)

/* Extended capability register (11.4.3) */
#define VTD_ECAP_C		BIT_ULL(0)
#define VTD_ECAP_PRS		BIT_ULL(29)
#define VTD_ECAP_ERS		BIT_ULL(30)
#define VTD_ECAP_SRS		BIT_ULL(31)
#define VTD_ECAP_PSS		GENMASK_ULL(39, 35)
#define VTD_ECAP_PASID		BIT_ULL(40)
#define VTD_ECAP_DIT		BIT_ULL(41)
#define VTD_ECAP_SMTS		BIT_ULL(43)

/* Root entry (9.1), scalable-mode context entry (9.4): 4 qwords */
#define VTD_PRESENT		BIT_ULL(0)
#define VTD_ADDR		GENMASK_ULL(63, 12)
#define VTD_CTX_QWORDS		4
#define VTD_CTX_PASIDE		BIT_ULL(3)
#define VTD_CTX_PRE		BIT_ULL(4)
#define VTD_CTX_EPTR		BIT_ULL(6)
#define VTD_CTX_PDTS		GENMASK_ULL(11, 9)
#define VTD_CTX_RID_PASID	GENMASK_ULL(19, 0)	/* qword 1 */
/*
 * The gates: bits of qword 0 that this module may clear, PASIDE and EPTR for enable, PRE for pri.
 * EPTR without PASIDE is a fault (43h), so that both change together.
 */
#define VTD_CTX_GATES		(VTD_CTX_PASIDE | VTD_CTX_PRE | VTD_CTX_EPTR)

/* PASID directory entry (9.5): 1 qword; PASID-table entry (9.6): 8 qwords */
#define VTD_PTE_QWORDS		8
#define VTD_LEAF_ENTRIES	64
#define VTD_LEAF_SHIFT		6
#define VTD_PTE_PGTT		GENMASK_ULL(8, 6)	/* qword 0 */
#define VTD_PGTT_NESTED		3
#define VTD_PTE_DID		GENMASK_ULL(15, 0)	/* qword 1 */
#define VTD_PTE_SRE		BIT_ULL(0)		/* qword 2 */
#define VTD_PTE_ERE		BIT_ULL(1)		/* qword 2 */

/**
 * typedef vtd_map_fn - reach a page of the tables
 * @addr: physical address, 4 KiB aligned
 *
 * Return: where the page can be read and written, or NULL if it is not memory.
 */
typedef void *vtd_map_fn(u64 addr);

/**
 * struct vtd_pasid_dir - the PASID directory that a context entry names
 * @entries: its entries
 * @count: how many: 2^7 to 2^14
 * @rid_pasid: the PASID of requests without PASID
 */
struct vtd_pasid_dir {
	u64 *entries;
	u32 count;
	u32 rid_pasid;
};

u64 *vtd_find_context(u64 root, u16 rid, vtd_map_fn *map);
int vtd_find_pasid_dir(const u64 *ctx, vtd_map_fn *map, struct vtd_pasid_dir *dir);
u64 *vtd_find_leaf(const struct vtd_pasid_dir *dir, u32 index, vtd_map_fn *map);
u64 *vtd_find_pte(const struct vtd_pasid_dir *dir, u32 pasid, vtd_map_fn *map);

/**
 * struct vtd_pte_rule - what PASID-table entries of a VF may have
 * @exec: ERE may be 1. Needs ECAP.ERS
 * @priv: SRE may be 1. Needs ECAP.SRS, with one exception: at unload it is true on every unit.
 *	@has_user is false then, so that SRE is set only where intel-iommu had set it
 * @has_user: a user is registered, and every PASID of the VF is the user's. So SRE may also be set
 *	in entries that are not nested, where intel-iommu does not set it
 */
struct vtd_pte_rule {
	bool exec;
	bool priv;
	bool has_user;
};

u64 vtd_context_target(u64 qword0, u64 intent, unsigned int effective);
u64 vtd_pte_target(const u64 *pte, bool intent_sre, const struct vtd_pte_rule *rule);

/* Fault recording (7.2, 11.4.7) */
#define VTD_FSTS_PPF		BIT(1)
#define VTD_FSTS_FRI		GENMASK(15, 8)
#define VTD_FAULT_F		BIT_ULL(63)	/* upper qword of a record */
#define VTD_FAULT_REASONS	256

/**
 * struct vtd_fault - what the unit has recorded of a request that it refused
 * @rid: the requester
 * @reason: the fault reason (7.1.3)
 * @type: a VTD_FAULT_*
 * @pasid: the request's PASID, or VTD_FAULT_NO_PASID
 * @addr: the page that the request was for, in bytes
 *
 * If the unit has refused an interrupt request (reasons 20h to 2Fh), only @rid and @reason have
 * a meaning.
 */
struct vtd_fault {
	u16 rid;
	u8 reason;
	u8 type;
	u32 pasid;
	u64 addr;
};

/* Values of @type: bit T1, then bit T2. */
enum { VTD_FAULT_WRITE, VTD_FAULT_PAGE_REQUEST, VTD_FAULT_READ, VTD_FAULT_ATOMIC };
#define VTD_FAULT_NO_PASID	U32_MAX

unsigned int vtd_fault_records(u64 cap);
u32 vtd_fault_record_at(u64 cap, u32 status, unsigned int i);
void vtd_fault_decode(u64 low, u64 high, struct vtd_fault *fault);

/* Invalidation (6.5.2) */

/**
 * struct vtd_desc - a 256-bit invalidation descriptor
 * @qw: its qwords, as the queue takes them
 */
struct vtd_desc {
	u64 qw[4];
};

/**
 * struct vtd_inval - the invalidations of one change, while they are being submitted
 * @submit: submits a descriptor and waits until the hardware has executed it; returns 0 or a
 *	negative errno
 * @submit_arg: for @submit
 * @descriptors: how many were submitted so far
 * @owed: a device-TLB invalidation was left out, as the function cannot answer
 * @err: the first error of @submit
 *
 * Descriptors are not kept: each vtd_inval_*() function but vtd_inval_init() submits its own, and
 * waits for them.
 *
 * Each descriptor is submitted alone, as most of intel-iommu's are. If the unit refuses it (IQE),
 * qi_submit_sync() returns an error on every kernel. With several in one submission it would spin
 * for ever before Linux 7.4 ("iommu/vt-d: Fix IQE handling to cover all descriptors in submission
 * range"). Besides, other submitters need not wait for all of them, and interrupts are off for
 * one invalidation at a time.
 */
struct vtd_inval {
	int (*submit)(void *arg, struct vtd_desc *desc);
	void *submit_arg;
	unsigned int descriptors;
	bool owed;
	int err;
};

/**
 * struct vtd_function - what invalidations need to know of a function
 * @rid: its requester ID
 * @pfsid: its PF's requester ID where ECAP.DIT is set, else 0 (reserved)
 * @ats: ATS is on, so that its device TLB may hold translations
 * @silent: it cannot answer a device-TLB invalidation now
 * @pasid: PASID is on in the PF, so that it accepts invalidations with a PASID
 * @twice: it has an erratum: it may complete a device-TLB invalidation too early, so that
 *	each is sent twice
 * @drain: IOTLB descriptor bits DR and DW that CAP offers
 */
struct vtd_function {
	u16 rid;
	u16 pfsid;
	bool ats;
	bool silent;
	bool pasid;
	bool twice;
	u64 drain;
};

/* If more are affected, all are invalidated at once: other devices wait for the queue, too. */
#define VTD_FEW_ENTRIES		4
#define VTD_FEW_DOMAINS		3

/**
 * struct vtd_response - a page group response
 * @rid: requester ID of the function that made the requests
 * @index: their Page Request Group Index
 * @has_pasid: they have a PASID
 * @pasid: that PASID
 * @success: Success; otherwise Invalid Request
 */
struct vtd_response {
	u16 rid;
	u32 index;
	bool has_pasid;
	u32 pasid;
	bool success;
};

/**
 * struct vtd_affected - what caches may hold of entries that have changed
 * @whole: all domains of the function are affected: a context entry has changed, or invalidations
 *	of an earlier change are owed
 * @entries: how many PASID-table entries changed
 * @pasid: PASIDs of the first VTD_FEW_ENTRIES of them
 * @did: their domain IDs
 * @domains: how many domains are affected; not counted beyond VTD_FEW_DOMAINS + 1
 * @domain: the first VTD_FEW_DOMAINS of them
 */
struct vtd_affected {
	bool whole;
	unsigned int entries;
	u32 pasid[VTD_FEW_ENTRIES];
	u16 did[VTD_FEW_ENTRIES];
	unsigned int domains;
	u16 domain[VTD_FEW_DOMAINS];
};

u64 vtd_iotlb_drain(u64 cap);
void vtd_inval_init(struct vtd_inval *inval,
		    int (*submit)(void *arg, struct vtd_desc *desc),
		    void *submit_arg);
void vtd_inval_context(struct vtd_inval *inval, u16 rid);
void vtd_inval_domain(struct vtd_inval *inval, const struct vtd_function *fn, u16 did);
void vtd_inval_all_domains(struct vtd_inval *inval, const struct vtd_function *fn);
void vtd_inval_device_tlb(struct vtd_inval *inval, const struct vtd_function *fn);
void vtd_inval_entry(struct vtd_inval *inval, const struct vtd_function *fn,
		     u16 did, u32 pasid);
void vtd_affect_entry(struct vtd_affected *affected, u32 pasid, u16 did);
void vtd_affect_domain(struct vtd_affected *affected, u16 did);
void vtd_inval_respond(struct vtd_inval *inval, const struct vtd_response *response);
void vtd_inval_affected(struct vtd_inval *inval, const struct vtd_function *fn,
			const struct vtd_affected *affected);

#endif /* _PASID_VTD_H */
