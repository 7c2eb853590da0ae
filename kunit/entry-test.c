// SPDX-License-Identifier: GPL-2.0-only
/* How a permission set changes context entries and PASID-table entries. */
#include <kunit/test.h>
#include <linux/pasid_ctl.h>

#include "../iommu/vtd.h"

#define ENABLE	PASID_PERM_ENABLE
#define EXEC	PASID_PERM_EXEC
#define PRIV	PASID_PERM_PRIV
#define PRI	PASID_PERM_PRI

/* Bits by the specification's numbers (9.4, 9.6). */
#define P	BIT_ULL(0)
#define DTE	BIT_ULL(2)
#define PASIDE	BIT_ULL(3)
#define PRE	BIT_ULL(4)
#define EPTR	BIT_ULL(6)
#define SRE	BIT_ULL(0)
#define ERE	BIT_ULL(1)

#define DIR	0x0000001234567000ULL
#define REST	(DIR | 3 << 9 | DTE | P)

struct context_case {
	const char *name;
	u64 old;
	u64 intent;
	unsigned int effective;
	u64 new;
};

static const struct context_case context_cases[] = {
	{ "all stays", REST | PASIDE | PRE, PASIDE | PRE, ENABLE | PRI, REST | PASIDE | PRE },
	{ "enable taken away", REST | PASIDE | PRE, PASIDE | PRE, PRI, REST | PRE },
	{ "pri taken away", REST | PASIDE | PRE, PASIDE | PRE, ENABLE, REST | PASIDE },
	{ "both taken away", REST | PASIDE | PRE, PASIDE | PRE, 0, REST },
	{ "enable comes back", REST, PASIDE | PRE, ENABLE, REST | PASIDE },
	{ "pri comes back", REST, PASIDE | PRE, PRI, REST | PRE },
	{ "both come back", REST, PASIDE | PRE, ENABLE | PRI, REST | PASIDE | PRE },
	{ "no grant beyond the intent", REST, 0, PASID_PERM_ALL, REST },
	{ "no pri beyond the intent", REST, PASIDE, PASID_PERM_ALL, REST | PASIDE },
	{ "no enable beyond the intent", REST, PRE, PASID_PERM_ALL, REST | PRE },
	{ "exec and priv change nothing", REST, PASIDE | PRE, EXEC | PRIV, REST },
	{ "EPTR goes with PASIDE", REST | PASIDE | EPTR, PASIDE | EPTR, PRI, REST },
	{ "EPTR comes back with PASIDE", REST, PASIDE | EPTR, ENABLE, REST | PASIDE | EPTR },
	{ "EPTR stays off", REST, PASIDE, ENABLE, REST | PASIDE },
	{ "all other bits stay", ~0ULL, 0, 0, ~(PASIDE | PRE | EPTR) },
	{ "no other bit is set", 0, ~0ULL, PASID_PERM_ALL, PASIDE | PRE | EPTR },
};

KUNIT_ARRAY_PARAM_DESC(context, context_cases, name);

static void entry_context(struct kunit *test)
{
	const struct context_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, c->new, vtd_context_target(c->old, c->intent, c->effective));
}

/* The same for all translation types (PGTT); only in a nested entry the intent counts. */
struct type_case {
	const char *name;
	unsigned int pgtt;
	bool nested;
};

static const struct type_case type_cases[] = {
	{ "first-stage", 1, false },
	{ "second-stage", 2, false },
	{ "nested", 3, true },
	{ "pass-through", 4, false },
};

KUNIT_ARRAY_PARAM_DESC(type, type_cases, name);

static void make_entry(u64 *pte, unsigned int pgtt, u64 gates)
{
	memset(pte, 0, 8 * sizeof(*pte));
	pte[0] = DIR | pgtt << 6 | 2 << 2 | P;
	pte[1] = 7;
	pte[2] = DIR | 1 << 4 | 1 << 2 | gates;
}

/* Every rule, every intent, every earlier value of the gates. */
static void entry_pasid(struct kunit *test)
{
	const struct type_case *c = test->param_value;
	u64 pte[8], before[8], want, rest = DIR | 1 << 4 | 1 << 2;
	struct vtd_pte_rule rule;
	unsigned int bits;
	bool intent;

	for (bits = 0; bits < 64; bits++) {
		rule = (struct vtd_pte_rule) {
			.exec = bits & 1, .priv = bits & 2, .has_user = bits & 4,
		};
		intent = bits & 8;
		make_entry(pte, c->pgtt, (bits & 16 ? SRE : 0) | (bits & 32 ? ERE : 0));
		memcpy(before, pte, sizeof(pte));
		want = rest | (rule.exec ? ERE : 0);
		if (rule.priv && (c->nested ? intent : rule.has_user))
			want |= SRE;
		KUNIT_EXPECT_EQ_MSG(test, want, vtd_pte_target(pte, intent, &rule),
				    "case %#x", bits);
		KUNIT_EXPECT_MEMEQ(test, before, pte, sizeof(pte));
	}
}

/* All bits but SRE and ERE stay, also reserved ones. */
static void entry_pasid_keeps_rest(struct kunit *test)
{
	const struct type_case *c = test->param_value;
	const struct vtd_pte_rule none = {}, all = { .exec = 1, .priv = 1, .has_user = 1 };
	u64 pte[8];

	make_entry(pte, c->pgtt, 0);
	pte[2] = ~0ULL;
	KUNIT_EXPECT_EQ(test, ~3ULL, vtd_pte_target(pte, true, &none));
	KUNIT_EXPECT_EQ(test, ~0ULL, vtd_pte_target(pte, true, &all));
	pte[2] = 0;
	KUNIT_EXPECT_EQ(test, 0, vtd_pte_target(pte, true, &none));
	KUNIT_EXPECT_EQ(test, 3, vtd_pte_target(pte, true, &all));
}

/* The fields that other parts read out of entries. */
static void entry_fields(struct kunit *test)
{
	u64 x, is;

	for (x = 0; x < 8; x++) {
		is = FIELD_GET(VTD_PTE_PGTT, x << 6 | ~(7ULL << 6));
		KUNIT_EXPECT_EQ(test, x, is);
	}
	for (x = 0; x < 1 << 16; x += 0x1fff) {
		is = FIELD_GET(VTD_PTE_DID, x | ~0xffffULL);
		KUNIT_EXPECT_EQ(test, x, is);
	}
}

static struct kunit_case entry_cases[] = {
	KUNIT_CASE_PARAM(entry_context, context_gen_params),
	KUNIT_CASE_PARAM(entry_pasid, type_gen_params),
	KUNIT_CASE_PARAM(entry_pasid_keeps_rest, type_gen_params),
	KUNIT_CASE(entry_fields),
	{}
};

static struct kunit_suite entry_suite = {
	.name = "pasid-entry",
	.test_cases = entry_cases,
};

kunit_test_suite(entry_suite);
