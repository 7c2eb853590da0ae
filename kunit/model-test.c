// SPDX-License-Identifier: GPL-2.0-only
/* The model itself: one wrong bit at a time, and the fault condition that it causes. */
#include <kunit/test.h>

#include "model.h"
#include "tables.h"

#define RID	0x0291
#define PASID	1000

/* DT, PT, SC, PRS, ERS, SRS, PSS 20 bits, PASID, SMTS, SSTS, FSTS, NEST */
#define ECAP	(BIT_ULL(2) | BIT_ULL(6) | BIT_ULL(7) | BIT_ULL(26) | BIT_ULL(29) | \
		 BIT_ULL(30) | BIT_ULL(31) | 19ULL << 35 | BIT_ULL(40) | BIT_ULL(43) | \
		 BIT_ULL(46) | BIT_ULL(47))

enum model_table { NO_TABLE, ROOT, CTX, PDE, PTE, RID_PTE };

/* The wrong bits of one qword of one entry. */
struct model_case {
	const char *name;
	struct model_request request;
	enum model_fault fault;
	enum model_table table;
	unsigned int qword;
	u64 clear;
	u64 set;
	u64 ecap_less;
	u64 rtaddr_ttm;
	u8 ver_major;
};

#define PLAIN		{ .rid = RID }
#define WITH(...)	{ .rid = RID, .has_pasid = true, .pasid = PASID, __VA_ARGS__ }
#define TRANSLATION	.kind = MODEL_TRANSLATION
#define PAGE		.kind = MODEL_PAGE
#define EXECUTE		.access = MODEL_EXECUTE
#define NOWHERE		0x7ffffffff000ULL
#define ADDR		GENMASK_ULL(63, 12)

static const struct model_case model_cases[] = {
	{ "without PASID", PLAIN },
	{ "with PASID", WITH() },
	{ "with PASID, write", WITH(.access = MODEL_WRITE) },
	{ "with PASID, execute, privileged", WITH(EXECUTE, .priv = true) },
	{ "translation request", WITH(TRANSLATION) },
	{ "page request", WITH(PAGE) },
	{ "30h: reserved mode", WITH(), MODEL_BAD_RTADDR, .rtaddr_ttm = 2 },
	{ "30h: abort mode without ADMS", WITH(), MODEL_BAD_RTADDR, .rtaddr_ttm = 3 },
	{ "31h: legacy mode with PASID", WITH(), MODEL_LEGACY_PASID, .rtaddr_ttm = 4 },
	{ "32h: legacy mode, page request", WITH(PAGE), MODEL_LEGACY_PAGE, .rtaddr_ttm = 4 },
	{ "legacy mode without PASID", PLAIN, .rtaddr_ttm = 4 },
	{ "34h: execute on version 8", WITH(EXECUTE), MODEL_NO_ER, .ver_major = 8,
	  .table = PTE, .qword = 2, .clear = BIT_ULL(1) },
	{ "39h: root entry not present", WITH(), MODEL_ROOT_P, ROOT, 1, BIT_ULL(0) },
	{ "3Ah: root entry reserved", WITH(), MODEL_ROOT_RSVD, ROOT, 1, 0, BIT_ULL(11) },
	{ "other half of the root entry", WITH(), 0, ROOT, 0, BIT_ULL(0), BIT_ULL(11) },
	{ "40h: no context table", WITH(), MODEL_CTX_ACCESS, ROOT, 1, ADDR, NOWHERE },
	{ "41h: context entry not present", PLAIN, MODEL_CTX_P, CTX, 0, BIT_ULL(0) },
	{ "42h: context entry reserved, bit 7", PLAIN, MODEL_CTX_RSVD, CTX, 0, 0, BIT_ULL(7) },
	{ "42h: context entry reserved, bit 192", PLAIN, MODEL_CTX_RSVD, CTX, 3, 0, 1 },
	{ "42h: RID_PASID without RPS", PLAIN, MODEL_CTX_RSVD, CTX, 1, 0, 1 },
	{ "42h: PRE without PRS", PLAIN, MODEL_CTX_RSVD, .ecap_less = BIT_ULL(29) },
	{ "43h: PRE without DTE", PLAIN, MODEL_CTX_INVALID, CTX, 0, BIT_ULL(2) },
	{ "44h: translation request without DTE", WITH(TRANSLATION), MODEL_DTE, CTX, 0,
	  BIT_ULL(2) | BIT_ULL(4) },
	{ "45h: PASIDE clear", WITH(), MODEL_PASIDE, CTX, 0, BIT_ULL(3) },
	{ "45h: PASIDE clear, translation request", WITH(TRANSLATION), MODEL_PASIDE, CTX, 0,
	  BIT_ULL(3) },
	{ "45h: PASIDE clear, page request", WITH(PAGE), MODEL_PASIDE, CTX, 0, BIT_ULL(3) },
	{ "PASIDE clear, without PASID", PLAIN, 0, CTX, 0, BIT_ULL(3) },
	{ "46h: PASID beyond the directory", WITH(.pasid = 1 << 13), MODEL_PASID_LIMIT },
	{ "51h: last PASID of the directory", WITH(.pasid = (1 << 13) - 1), MODEL_PDE_P },
	{ "47h: PRE clear", WITH(PAGE), MODEL_PRE, CTX, 0, BIT_ULL(4) },
	{ "PRE clear, no page request", WITH(), 0, CTX, 0, BIT_ULL(4) },
	{ "48h: RID_PASID", WITH(.pasid = 0), MODEL_IS_RID_PASID },
	{ "50h: no directory", WITH(), MODEL_PDE_ACCESS, CTX, 0, ADDR, NOWHERE },
	{ "51h: directory entry not present", WITH(), MODEL_PDE_P, PDE, 0, BIT_ULL(0) },
	{ "52h: directory entry reserved", WITH(), MODEL_PDE_RSVD, PDE, 0, 0, BIT_ULL(2) },
	{ "58h: no PASID table", WITH(), MODEL_PTE_ACCESS, PDE, 0, ADDR, NOWHERE },
	{ "59h: PASID-table entry not present", WITH(), MODEL_PTE_P, PTE, 0, BIT_ULL(0) },
	{ "5Ah: reserved, bit 5", WITH(), MODEL_PTE_RSVD, PTE, 0, 0, BIT_ULL(5) },
	{ "5Ah: reserved, bit 192", WITH(), MODEL_PTE_RSVD, PTE, 3, 0, 1 },
	{ "5Ah: SRE without SRS", WITH(), MODEL_PTE_RSVD, .ecap_less = BIT_ULL(31) },
	{ "5Ah: ERE without ERS", WITH(), MODEL_PTE_RSVD, .ecap_less = BIT_ULL(30) },
	{ "5Ah: ERE on version 8", WITH(), MODEL_PTE_RSVD, .ver_major = 8 },
	{ "5Ah: SSADE without SSADS, second-stage", WITH(), MODEL_PTE_RSVD, PTE, 0, 0x1c0,
	  2 << 6 | 2 << 2 | BIT_ULL(9) },
	{ "5Bh: no type", WITH(), MODEL_PTE_INVALID, PTE, 0, 0x1c0 },
	{ "5Bh: type 5", WITH(), MODEL_PTE_INVALID, PTE, 0, 0x1c0, 5 << 6 },
	{ "5Bh: second-stage, bad width", WITH(), MODEL_PTE_INVALID, PTE, 0, 0x1c0, 2 << 6 },
	{ "5Bh: five levels without FS5LP", WITH(), MODEL_PTE_INVALID, PTE, 2, 0, 1 << 2 },
	{ "5Bh: first-stage without FSTS", WITH(), MODEL_PTE_INVALID, .ecap_less = BIT_ULL(47) },
	{ "second-stage", WITH(), 0, PTE, 0, 0x1c0, 2 << 6 | 2 << 2 },
	{ "nested", WITH(), 0, PTE, 0, 0x1c0, 3 << 6 | 2 << 2 },
	{ "pass-through", WITH(), 0, PTE, 0, 0x1c0, 4 << 6 },
	{ "5Ch: ERE clear", WITH(EXECUTE), MODEL_ERE, PTE, 2, BIT_ULL(1) },
	{ "ERE clear, read", WITH(), 0, PTE, 2, BIT_ULL(1) },
	{ "5Dh: SRE clear", WITH(.priv = true), MODEL_SRE, PTE, 2, BIT_ULL(0) },
	{ "5Dh: SRE clear, translation request", WITH(TRANSLATION, .priv = true), MODEL_SRE, PTE, 2,
	  BIT_ULL(0) },
	{ "SRE clear, user", WITH(), 0, PTE, 2, BIT_ULL(0) },
	{ "59h: RID_PASID's entry not present", PLAIN, MODEL_PTE_P, RID_PTE, 0, BIT_ULL(0) },
	{ "RID_PASID's entry not present, with PASID", WITH(), 0, RID_PTE, 0, BIT_ULL(0) },
};

KUNIT_ARRAY_PARAM_DESC(model, model_cases, name);

static void model_faults(struct kunit *test)
{
	const struct model_case *c = test->param_value;
	struct model_unit unit = { .ecap = ECAP & ~c->ecap_less, .map = tables_map };
	u64 *entry[RID_PTE + 1] = {}, dir;

	tables_init(test, 8);
	unit.rtaddr = tables_alloc(1);
	unit.ver_major = c->ver_major ?: 7;
	dir = tables_add_context(unit.rtaddr, RID, 0);
	/* TTM 0, legacy, is 4 in the table of cases. */
	unit.rtaddr |= (c->rtaddr_ttm ? c->rtaddr_ttm & 3 : 1) << 10;
	entry[ROOT] = tables_map((unit.rtaddr & ADDR) + (RID >> 8) * 16);
	entry[CTX] = tables_map((entry[ROOT][1] & ADDR) + (RID & 0x7f) * 32);
	entry[PDE] = tables_map(dir + PASID / 64 * 8);
	entry[RID_PTE] = tables_add_entry(dir, 0);
	entry[PTE] = tables_add_entry(dir, PASID);
	entry[RID_PTE][0] = 1 << 6 | 1;
	entry[PTE][0] = 1 << 6 | 1;
	entry[PTE][2] = 3;
	if (c->table) {
		entry[c->table][c->qword] &= ~c->clear;
		entry[c->table][c->qword] |= c->set;
	}
	KUNIT_EXPECT_EQ(test, c->fault, model_decide(&unit, &c->request));
}

static struct kunit_case model_test_cases[] = {
	KUNIT_CASE_PARAM(model_faults, model_gen_params),
	{}
};

static struct kunit_suite model_suite = {
	.name = "pasid-model",
	.test_cases = model_test_cases,
};

kunit_test_suite(model_suite);
