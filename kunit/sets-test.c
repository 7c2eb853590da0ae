// SPDX-License-Identifier: GPL-2.0-only
/* The supported set, and the effective set. */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/pci_regs.h>

#include "../iommu/perm.h"

#define ENABLE	PASID_PERM_ENABLE
#define EXEC	PASID_PERM_EXEC
#define PRIV	PASID_PERM_PRIV
#define PRI	PASID_PERM_PRI

/* ECAP by the specification's bit numbers. */
#define PRS	BIT_ULL(29)
#define ERS	BIT_ULL(30)
#define SRS	BIT_ULL(31)
#define PASID	BIT_ULL(40)
#define SMTS	BIT_ULL(43)
#define FULL	(PRS | ERS | SRS | PASID | SMTS)

#define BOTH	(PCI_PASID_CAP_EXEC | PCI_PASID_CAP_PRIV)

struct sets_case {
	const char *name;
	struct pasid_facts facts;
	unsigned int supported;
};

/* All facts that are needed, with some changed. */
#define FACTS(...) { .ecap = FULL, .ver_major = 7, .pf_features = BOTH, .pf_pasid = true, \
		     .pf_pri = true, .vf_ats = true, .ctx_pasid = true, __VA_ARGS__ }

static const struct sets_case sets_cases[] = {
	{ "all facts", FACTS(), ENABLE | EXEC | PRIV | PRI },
	{ "no facts", {}, 0 },
	{ "unit not in scalable mode", FACTS(.ecap = FULL & ~SMTS), PRI },
	{ "unit without PASID", FACTS(.ecap = FULL & ~PASID), PRI },
	{ "PF without PASID", FACTS(.pf_pasid = false), PRI },
	{ "context entry without PASIDE", FACTS(.ctx_pasid = false), PRI },
	{ "unit without ERS", FACTS(.ecap = FULL & ~ERS), ENABLE | PRIV | PRI },
	{ "ERS on version 8, where it is reserved", FACTS(.ver_major = 8), ENABLE | PRIV | PRI },
	{ "ERS on version 15", FACTS(.ver_major = 15), ENABLE | PRIV | PRI },
	{ "ERS on version 1", FACTS(.ver_major = 1), ENABLE | EXEC | PRIV | PRI },
	{ "PF without Execute", FACTS(.pf_features = PCI_PASID_CAP_PRIV), ENABLE | PRIV | PRI },
	{ "unit without SRS", FACTS(.ecap = FULL & ~SRS), ENABLE | EXEC | PRI },
	{ "PF without Privileged", FACTS(.pf_features = PCI_PASID_CAP_EXEC), ENABLE | EXEC | PRI },
	{ "PF with neither", FACTS(.pf_features = 0), ENABLE | PRI },
	{ "unit without PRS", FACTS(.ecap = FULL & ~PRS), ENABLE | EXEC | PRIV },
	{ "PF without PRI", FACTS(.pf_pri = false), ENABLE | EXEC | PRIV },
	{ "VF without ATS", FACTS(.vf_ats = false), ENABLE | EXEC | PRIV },
	{ "every other bit of ECAP", FACTS(.ecap = ~FULL), 0 },
};

KUNIT_ARRAY_PARAM_DESC(sets, sets_cases, name);

static void sets_supported(struct kunit *test)
{
	const struct sets_case *c = test->param_value;

	KUNIT_EXPECT_EQ(test, c->supported, pasid_supported(&c->facts));
}

/* Each permission needs all of its facts, and no others. */
static void sets_supported_all_facts(struct kunit *test)
{
	static const u64 ecap_bits[] = { PRS, ERS, SRS, PASID, SMTS };
	unsigned int bits, i, want;
	struct pasid_facts f;
	bool enable;

	for (bits = 0; bits < 1 << 12; bits++) {
		f = (struct pasid_facts) {
			.ver_major = bits & BIT(5) ? 8 : 7,
			.pf_features = (bits & BIT(6) ? PCI_PASID_CAP_EXEC : 0) |
				       (bits & BIT(7) ? PCI_PASID_CAP_PRIV : 0),
			.pf_pasid = bits & BIT(8),
			.pf_pri = bits & BIT(9),
			.vf_ats = bits & BIT(10),
			.ctx_pasid = bits & BIT(11),
		};
		for (i = 0; i < ARRAY_SIZE(ecap_bits); i++)
			f.ecap |= bits & BIT(i) ? ecap_bits[i] : 0;
		/* Bits 3, 4, 8, 11: scalable mode, PASID of unit, PF and context entry. */
		enable = (bits & 0x918) == 0x918;
		want = (enable ? ENABLE : 0) |
		       (enable && (bits & 0x062) == 0x042 ? EXEC : 0) |
		       (enable && (bits & 0x084) == 0x084 ? PRIV : 0) |
		       ((bits & 0x601) == 0x601 ? PRI : 0);
		if (pasid_supported(&f) != want)
			KUNIT_FAIL(test, "facts %#x: %#x, should be %#x", bits,
				   pasid_supported(&f), want);
	}
}

static bool sets_all_have(unsigned int a, unsigned int b, unsigned int c, unsigned int perm)
{
	return (a & perm) && (b & perm) && (c & perm);
}

/* Every supported set, every ceiling, every request. */
static void sets_effective(struct kunit *test)
{
	unsigned int i, s, c, r, want;

	for (i = 0; i < 16 * 16 * 16; i++) {
		s = i & 15;
		c = i >> 4 & 15;
		r = i >> 8;
		want = sets_all_have(s, c, r, ENABLE) ? ENABLE : 0;
		if (want && sets_all_have(s, c, r, EXEC))
			want |= EXEC;
		if ((want & ENABLE) && sets_all_have(s, c, r, PRIV))
			want |= PRIV;
		if (sets_all_have(s, c, r, PRI))
			want |= PRI;
		if (pasid_effective(s, c, r) != want)
			KUNIT_FAIL(test, "%#x, %#x, %#x: %#x, should be %#x", s, c, r,
				   pasid_effective(s, c, r), want);
	}
}

/* Every status of a PF with every granted set, and an error instead of a status. */
static void sets_status(struct kunit *test)
{
	unsigned int i, status, granted, want;

	for (i = 0; i < 8 * 16; i++) {
		status = i & 7;
		granted = i >> 3;
		want = status & PCI_PASID_CTRL_ENABLE;
		if (granted & EXEC)
			want |= status & PCI_PASID_CTRL_EXEC;
		if (granted & PRIV)
			want |= status & PCI_PASID_CTRL_PRIV;
		KUNIT_EXPECT_EQ_MSG(test, want, pasid_status_of_vf(status, granted),
				    "%#x, %#x", status, granted);
	}
	KUNIT_EXPECT_EQ(test, -EINVAL, pasid_status_of_vf(-EINVAL, 0));
	KUNIT_EXPECT_EQ(test, -EINVAL, pasid_status_of_vf(-EINVAL, PASID_PERM_ALL));
}

static struct kunit_case sets_test_cases[] = {
	KUNIT_CASE_PARAM(sets_supported, sets_gen_params),
	KUNIT_CASE(sets_supported_all_facts),
	KUNIT_CASE(sets_effective),
	KUNIT_CASE(sets_status),
	{}
};

static struct kunit_suite sets_suite = {
	.name = "pasid-sets",
	.test_cases = sets_test_cases,
};

kunit_test_suite(sets_suite);
