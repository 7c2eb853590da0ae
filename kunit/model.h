/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VT-d unit decides about a request, written from the specification alone. It
 * shares no code with iommu/, so a mistake there is not repeated here.
 */
#ifndef _PASID_KUNIT_MODEL_H
#define _PASID_KUNIT_MODEL_H

#include <linux/types.h>

/**
 * struct model_unit - a VT-d unit
 * @rtaddr: Root Table Address Register
 * @ecap: Extended Capability Register
 * @cap: Capability Register
 * @ver_major: major number in the Version Register
 * @map: returns the page at an address, or NULL
 */
struct model_unit {
	u64 rtaddr;
	u64 ecap;
	u64 cap;
	u8 ver_major;
	void *(*map)(u64 addr);
};

enum model_kind {
	MODEL_UNTRANSLATED,
	MODEL_TRANSLATION,	/* an ATS translation request */
	MODEL_PAGE,		/* a PRI page request */
};

enum model_access {
	MODEL_READ,
	MODEL_WRITE,
	MODEL_EXECUTE,
};

/**
 * struct model_request - a request of an endpoint
 * @rid: its requester ID
 * @has_pasid: it carries @pasid
 * @pasid: the PASID
 * @kind: memory access, translation or page
 * @access: read, write or execute; the tables above page tables do not tell reads from
 *	writes
 * @priv: privileged mode; only with PASID
 */
struct model_request {
	u16 rid;
	bool has_pasid;
	u32 pasid;
	enum model_kind kind;
	enum model_access access;
	bool priv;
};

/* Fault conditions (Table 30); 0 is none. */
enum model_fault {
	MODEL_ALLOWED		= 0,
	MODEL_BAD_RTADDR	= 0x30,
	MODEL_LEGACY_PASID	= 0x31,
	MODEL_LEGACY_PAGE	= 0x32,
	MODEL_ABORT_DMA		= 0x33,
	MODEL_NO_ER		= 0x34,
	MODEL_ROOT_ACCESS	= 0x38,
	MODEL_ROOT_P		= 0x39,
	MODEL_ROOT_RSVD		= 0x3a,
	MODEL_CTX_ACCESS	= 0x40,
	MODEL_CTX_P		= 0x41,
	MODEL_CTX_RSVD		= 0x42,
	MODEL_CTX_INVALID	= 0x43,
	MODEL_DTE		= 0x44,
	MODEL_PASIDE		= 0x45,
	MODEL_PASID_LIMIT	= 0x46,
	MODEL_PRE		= 0x47,
	MODEL_IS_RID_PASID	= 0x48,
	MODEL_PDE_ACCESS	= 0x50,
	MODEL_PDE_P		= 0x51,
	MODEL_PDE_RSVD		= 0x52,
	MODEL_PTE_ACCESS	= 0x58,
	MODEL_PTE_P		= 0x59,
	MODEL_PTE_RSVD		= 0x5a,
	MODEL_PTE_INVALID	= 0x5b,
	MODEL_ERE		= 0x5c,
	MODEL_SRE		= 0x5d,
};

enum model_fault model_decide(const struct model_unit *unit,
			      const struct model_request *request);

#endif /* _PASID_KUNIT_MODEL_H */
