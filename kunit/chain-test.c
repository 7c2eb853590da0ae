// SPDX-License-Identifier: GPL-2.0-only
/* Which bytes the capabilities of a list take. place-test.c has the sizes of those of VFs. */
#include <kunit/test.h>
#include <kunit/test-bug.h>

#include "../vfio/chain.h"

/* A header. */
#define H(id, next)	((id) | 1 << 16 | (u32)(next) << 20)

#define UNKNOWN	0x3ff

struct chain_reg {
	u16 at;
	u32 value;
};

#define REGS	10

/* Only bytes that a test has named as part of a capability may be read. */
struct chain_function {
	u32 dwords[PASID_DWORDS];
	DECLARE_BITMAP(readable, PASID_DWORDS);
};

static u32 chain_read(const void *arg, unsigned int at)
{
	const struct chain_function *fn = arg;

	if (at % 4 || at >= PCI_CFG_SPACE_EXP_SIZE || !test_bit(at / 4, fn->readable)) {
		KUNIT_FAIL(kunit_get_current_test(), "%#x is read", at);
		return 0;
	}
	return fn->dwords[at / 4];
}

static struct chain_function *chain_function(struct kunit *test, const struct chain_reg *regs)
{
	struct chain_function *fn = kunit_kzalloc(test, sizeof(*fn), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, fn);
	bitmap_set(fn->readable, 0, PASID_FIRST);
	__set_bit(PASID_FIRST, fn->readable);
	for (i = 0; i < REGS; i++) {
		fn->dwords[regs[i].at / 4] |= regs[i].value;
		__set_bit(regs[i].at / 4, fn->readable);
	}
	return fn;
}

struct size_case {
	const char *name;
	u16 id;
	struct chain_reg regs[4];	/* offsets from the header */
	unsigned int size;		/* of the capability, rounded up to 4 bytes */
	u32 link;			/* Link Capabilities; 0: no PCI Express capability */
};

#define X16	(16 << 4)

static const struct size_case size_cases[] = {
	{ "AER", 0x01, { { 0x18, 0 } }, 0x48 },
	{ "AER, log of 4", 0x01, { { 0x18, 4 << 18 } }, 0x48 },
	{ "AER, Flit Mode, log of 14", 0x01, { { 0x18, 14 << 18 } }, 0x60 },
	{ "VC, arbitration table of 64 phases", 0x02,
	  { { 4, 0 }, { 8, 4u << 24 | 1 << 2 }, { 16, 0 } }, 96 },
	{ "VC, arbitration table without phases", 0x02, { { 4, 0 }, { 8, 4u << 24 }, { 16, 0 } },
	  64 },
	{ "VC, port table of 256 phases of 8 bits", 0x02,
	  { { 4, 3 << 10 }, { 8, 0 }, { 16, 2u << 24 | 1 << 5 } }, 32 + 256 },
	{ "VC, second port table of 128 phases of 1 bit", 0x02,
	  { { 4, 1 }, { 8, 0 }, { 16, 0 }, { 28, 3u << 24 | 1 << 4 } }, 48 + 16 },
	{ "RC Link Declaration, 2 links", 0x05, { { 4, 2 << 8 } }, 48 },
	{ "RC Internal Link Control", 0x06, {}, 12 },
	{ "RC Event Collector", 0x07, {}, 12 },
	{ "RCRB header", 0x0a, {}, 20 },
	{ "Configuration Access Correlation", 0x0c, {}, 8 },
	{ "Secondary PCI Express, x16", 0x19, {}, 12 + 32, X16 },
	{ "Secondary PCI Express, x1", 0x19, {}, 16, 1 << 4 },
	{ "Secondary PCI Express, width unknown", 0x19, {}, 12 + 64 },
	{ "Secondary PCI Express, width reserved", 0x19, {}, 12 + 64, 63 << 4 },
	{ "Protocol Multiplexing, 3 entries", 0x1a, { { 4, 3 } }, 28 },
	{ "DPC", 0x1d, { { 4, 0 } }, 12 },
	{ "DPC of a root port, log of 5", 0x1d, { { 4, 1 << 5 | 5 << 8 } }, 0x34 },
	{ "DPC of a root port, log of 18", 0x1d, { { 4, 1 << 5 | 1 << 13 | 2 << 8 } }, 0x68 },
	{ "16 GT/s, x16", 0x26, {}, 48, X16 },
	{ "NPEM", 0x29, {}, 16 },
	{ "32 GT/s, x16", 0x2a, {}, 48, X16 },
	{ "DOE", 0x2e, {}, 24 },
	{ "Device 3", 0x2f, {}, 16 },
	{ "IDE without streams", 0x30, { { 4, 0 } }, 12 },
	{ "IDE, 2 link streams", 0x30, { { 4, 1 | 1 << 13 } }, 28 },
	{ "IDE, 2 selective streams, of 1 and 2 blocks", 0x30,
	  { { 4, 2 | 1 << 16 }, { 12, 1 }, { 44, 2 } }, 12 + 32 + 44 },
	{ "64 GT/s, x16", 0x31, {}, 48, X16 },
};

KUNIT_ARRAY_PARAM_DESC(size, size_cases, name);

static void chain_size(struct kunit *test)
{
	const struct size_case *c = test->param_value;
	struct chain_reg regs[REGS] = {
		{ 0x100, H(0x0e, 0x200) }, { 0x200, H(c->id, 0) },
		{ 0x34, c->link ? 0x40 : 0 }, { 0x40, PCI_CAP_ID_EXP }, { 0x4c, c->link },
	};
	struct pasid_taken taken;
	struct pasid_space hw;
	const char *why;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(c->regs); i++)
		regs[5 + i] = (struct chain_reg){ 0x200 + c->regs[i].at, c->regs[i].value };
	hw = (struct pasid_space){ .read = chain_read, .arg = chain_function(test, regs) };
	KUNIT_ASSERT_EQ(test, 0, pasid_find_taken(&hw, &taken, &why));
	KUNIT_EXPECT_TRUE(test, test_bit(0x200 / 4, taken.known));
	KUNIT_EXPECT_EQ(test, (0x200 + c->size) / 4,
			find_next_zero_bit(taken.known, PASID_DWORDS, 0x200 / 4));
	KUNIT_EXPECT_EQ(test, PASID_DWORDS,
			find_next_bit(taken.known, PASID_DWORDS, (0x200 + c->size) / 4));
	KUNIT_EXPECT_TRUE(test, bitmap_empty(taken.maybe, PASID_DWORDS));
}

/* It reaches to the next header by address, whatever the order of the list; and is not read. */
static void chain_unknown_size(struct kunit *test)
{
	static const struct chain_reg regs[REGS] = {
		{ 0x100, H(0x0e, 0x400) }, { 0x400, H(UNKNOWN, 0x200) },
		{ 0x200, H(UNKNOWN, 0x300) }, { 0x300, H(0x0f, 0) },
	};
	const struct pasid_space hw = { .read = chain_read, .arg = chain_function(test, regs) };
	struct pasid_taken taken;
	const char *why;

	KUNIT_ASSERT_EQ(test, 0, pasid_find_taken(&hw, &taken, &why));
	KUNIT_EXPECT_EQ(test, 0x200 / 4, find_first_bit(taken.maybe, PASID_DWORDS));
	KUNIT_EXPECT_EQ(test, 0x300 / 4,
			find_next_zero_bit(taken.maybe, PASID_DWORDS, 0x200 / 4));
	KUNIT_EXPECT_EQ(test, 0x400 / 4, find_next_bit(taken.maybe, PASID_DWORDS, 0x300 / 4));
	KUNIT_EXPECT_EQ(test, PASID_DWORDS,
			find_next_zero_bit(taken.maybe, PASID_DWORDS, 0x400 / 4));
	KUNIT_EXPECT_TRUE(test, test_bit(0x200 / 4, taken.known));
	KUNIT_EXPECT_FALSE(test, test_bit(0x204 / 4, taken.known));
}

/* The PCI Express capability is looked for in a list that may have no end. */
static void chain_standard_loop(struct kunit *test)
{
	static const struct chain_reg regs[REGS] = {
		{ 0x34, 0x40 }, { 0x40, 0x05 | 0x40 << 8 }, { 0x100, H(0x19, 0) },
	};
	const struct pasid_space hw = { .read = chain_read, .arg = chain_function(test, regs) };
	struct pasid_taken taken;
	const char *why;

	KUNIT_ASSERT_EQ(test, 0, pasid_find_taken(&hw, &taken, &why));
	KUNIT_EXPECT_EQ(test, (0x100 + 76) / 4,
			find_next_zero_bit(taken.known, PASID_DWORDS, 0x100 / 4));
}

/* Sizes that reach behind the end are cut, and nothing is read there. */
static void chain_at_end(struct kunit *test)
{
	static const u16 ids[] = { 0x01, 0x02, 0x05, 0x1a, 0x1d, 0x30 };
	struct chain_reg regs[REGS] = { { 0x100, H(0x0e, 0xffc) } };
	struct pasid_taken taken;
	struct pasid_space hw;
	const char *why;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		regs[1] = (struct chain_reg){ 0xffc, H(ids[i], 0) };
		hw = (struct pasid_space){ .read = chain_read, .arg = chain_function(test, regs) };
		KUNIT_ASSERT_EQ(test, 0, pasid_find_taken(&hw, &taken, &why));
		KUNIT_EXPECT_TRUE(test, test_bit(0xffc / 4, taken.known));
		KUNIT_EXPECT_FALSE(test, test_bit(0xff8 / 4, taken.known));
	}
	/* All streams that there can be. */
	regs[0].value = H(0x0e, 0xfd0);
	regs[1] = (struct chain_reg){ 0xfd0, H(0x30, 0) };
	regs[2] = (struct chain_reg){ 0xfd4, 2 | 0xff << 16 };
	regs[3] = (struct chain_reg){ 0xfdc, 0 };
	regs[4] = (struct chain_reg){ 0xff0, 0xf };
	hw = (struct pasid_space){ .read = chain_read, .arg = chain_function(test, regs) };
	KUNIT_ASSERT_EQ(test, 0, pasid_find_taken(&hw, &taken, &why));
	KUNIT_EXPECT_EQ(test, PASID_DWORDS,
			find_next_zero_bit(taken.known, PASID_DWORDS, 0xfd0 / 4));
}

static struct kunit_case chain_cases[] = {
	KUNIT_CASE_PARAM(chain_size, size_gen_params),
	KUNIT_CASE(chain_unknown_size),
	KUNIT_CASE(chain_standard_loop),
	KUNIT_CASE(chain_at_end),
	{}
};

static struct kunit_suite chain_suite = {
	.name = "pasid-chain",
	.test_cases = chain_cases,
};

kunit_test_suite(chain_suite);
