// SPDX-License-Identifier: GPL-2.0-only
/* The places of emulated capabilities, and the headers that point to them. */
#include <kunit/test.h>
#include <kunit/test-bug.h>
#include <linux/prandom.h>

#include "../vfio/place.h"

#define ARI	0x0e
#define ATS	0x0f
#define DVSEC	0x23
#define UNKNOWN	0x3ff

/* A header; null capabilities have ID and version 0. */
#define H(id, next)	((id) | 1 << 16 | (u32)(next) << 20)
#define NULL_CAP(next)	((u32)(next) << 20)

#define DWORDS	1024

/* Registers that are not listed read as zero. */
struct place_reg {
	u16 at;
	u32 value;
};

#define REGS	6

/* There is no other capability. */
static u32 place_read(const void *arg, unsigned int at)
{
	const u32 *dwords = arg;

	if (at % 4 || at >= 4 * DWORDS) {
		KUNIT_FAIL(kunit_get_current_test(), "%#x is read", at);
		return 0;
	}
	return dwords[at / 4];
}

static struct pasid_space place_space(struct kunit *test, const struct place_reg *regs)
{
	u32 *dwords = kunit_kcalloc(test, DWORDS, sizeof(*dwords), GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, dwords);
	for (i = 0; i < REGS; i++)
		dwords[regs[i].at / 4] |= regs[i].value;
	return (struct pasid_space) { .read = place_read, .arg = dwords };
}

struct place_case {
	const char *name;
	struct place_reg hw[REGS];
	struct place_reg view[REGS];	/* what the user sees, if not hw */
	struct pasid_ranges ranges;
	bool pri;
	int err;
	struct pasid_cap_layout want;
};

#define FREE(...)	{ .count = ARRAY_SIZE(((struct pasid_range[]){ __VA_ARGS__ })), \
			  .range = { __VA_ARGS__ } }
#define TWO_CAPS	{ { 0x100, H(ARI, 0x200) }, { 0x200, H(ATS, 0) } }
#define UNKNOWN_FIRST	{ { 0x100, H(ARI, 0x180) }, { 0x180, H(UNKNOWN, 0x200) }, \
			  { 0x200, H(ATS, 0) } }

static const struct place_case place_cases[] = {
	{ "empty list", {}, {}, FREE({ 0x180, 0x18f }), .want = {
	  .pasid = 0x180, .headers = { { 0x100, NULL_CAP(0x180) } }, .header_count = 1 } },
	{ "empty list, first header", {}, {}, FREE({ 0x100, 0x107 }), .want = {
	  .pasid = 0x100 } },
	{ "behind the only capability", { { 0x100, H(ARI, 0) } }, {}, FREE({ 0x108, 0x10f }),
	  .want = { .pasid = 0x108, .headers = { { 0x100, H(ARI, 0x108) } }, .header_count = 1 } },
	{ "between two", TWO_CAPS, {}, FREE({ 0x180, 0x187 }), .want = {
	  .pasid = 0x180, .pasid_next = 0x200, .headers = { { 0x100, H(ARI, 0x180) } },
	  .header_count = 1 } },
	{ "up to the next one", TWO_CAPS, {}, FREE({ 0x1f8, 0x1ff }), .want = {
	  .pasid = 0x1f8, .pasid_next = 0x200, .headers = { { 0x100, H(ARI, 0x1f8) } },
	  .header_count = 1 } },
	{ "behind the last", TWO_CAPS, {}, FREE({ 0x208, 0x20f }), .want = {
	  .pasid = 0x208, .headers = { { 0x200, H(ATS, 0x208) } }, .header_count = 1 } },
	{ "last bytes of all", TWO_CAPS, {}, FREE({ 0xff8, 0xfff }), .want = {
	  .pasid = 0xff8, .headers = { { 0x200, H(ATS, 0xff8) } }, .header_count = 1 } },
	{ "the last 4 bytes are not enough", TWO_CAPS, {}, FREE({ 0xffc, 0xfff }),
	  .err = -ENOSPC },
	{ "4 bytes are not enough, the next range is", TWO_CAPS, {},
	  FREE({ 0x180, 0x183 }, { 0x300, 0x307 }), .want = {
	  .pasid = 0x300, .headers = { { 0x200, H(ATS, 0x300) } }, .header_count = 1 } },
	{ "the first range that fits, not the lowest", TWO_CAPS, {},
	  FREE({ 0x300, 0x307 }, { 0x180, 0x187 }), .want = {
	  .pasid = 0x300, .headers = { { 0x200, H(ATS, 0x300) } }, .header_count = 1 } },
	{ "a range beyond the count is not used", TWO_CAPS, {},
	  { .count = 1, .range = { { 0x180, 0x183 }, { 0x300, 0x307 } } }, .err = -ENOSPC },
	{ "a range beyond the count may overlap", TWO_CAPS, {},
	  { .count = 1, .range = { { 0x180, 0x187 }, { 0x100, 0x103 } } }, .want = {
	  .pasid = 0x180, .pasid_next = 0x200, .headers = { { 0x100, H(ARI, 0x180) } },
	  .header_count = 1 } },
	{ "no range", TWO_CAPS, {}, {}, .err = -ENOSPC },
	{ "last 4 bytes of a body", TWO_CAPS, {}, FREE({ 0x104, 0x10f }), .err = -EADDRINUSE },
	{ "header of the next", TWO_CAPS, {}, FREE({ 0x1f8, 0x203 }), .err = -EADDRINUSE },
	{ "a capability inside the range", TWO_CAPS, {}, FREE({ 0x180, 0x2ff }),
	  .err = -EADDRINUSE },
	{ "one of two ranges overlaps", TWO_CAPS, {}, FREE({ 0x180, 0x187 }, { 0x204, 0x20b }),
	  .err = -EADDRINUSE },
	{ "header at 0x100", TWO_CAPS, {}, FREE({ 0x100, 0x107 }), .err = -EADDRINUSE },
	{ "before one of unknown size", UNKNOWN_FIRST, {}, FREE({ 0x108, 0x10f }), .want = {
	  .pasid = 0x108, .pasid_next = 0x180, .headers = { { 0x100, H(ARI, 0x108) } },
	  .header_count = 1 } },
	{ "right before one of unknown size", UNKNOWN_FIRST, {}, FREE({ 0x178, 0x17f }),
	  .want = { .pasid = 0x178, .pasid_next = 0x180, .headers = { { 0x100, H(ARI, 0x178) } },
	  .header_count = 1 } },
	{ "in one of unknown size", UNKNOWN_FIRST, {}, FREE({ 0x17c, 0x18b }),
	  .err = -EADDRINUSE },
	{ "far behind one of unknown size", UNKNOWN_FIRST, {}, FREE({ 0x1f8, 0x1ff }),
	  .err = -EADDRINUSE },
	{ "behind one of unknown size, the next one is over", UNKNOWN_FIRST, {},
	  FREE({ 0x208, 0x20f }), .want = {
	  .pasid = 0x208, .headers = { { 0x200, H(ATS, 0x208) } }, .header_count = 1 } },
	{ "the next one is lower in the list", { { 0x100, H(ARI, 0x200) }, { 0x200, H(ATS, 0x180) },
	  { 0x180, H(UNKNOWN, 0) } }, {}, FREE({ 0x1f0, 0x1f7 }), .err = -EADDRINUSE },
	{ "behind one of unknown size, which is the last", { { 0x100, H(UNKNOWN, 0) } }, {},
	  FREE({ 0xff8, 0xfff }), .err = -EADDRINUSE },
	{ "range outside", TWO_CAPS, {}, FREE({ 0x80, 0x8f }), .err = -ERANGE },
	{ "range not aligned", TWO_CAPS, {}, FREE({ 0x182, 0x18f }), .err = -EINVAL },
	{ "ranges overlap", TWO_CAPS, {}, FREE({ 0x180, 0x18f }, { 0x188, 0x197 }),
	  .err = -EINVAL },
	{ "PRI beside it", TWO_CAPS, {}, FREE({ 0x180, 0x197 }), true, .want = {
	  .pasid = 0x180, .pasid_next = 0x188, .pri = 0x188, .pri_next = 0x200,
	  .headers = { { 0x100, H(ARI, 0x180) } }, .header_count = 1 } },
	{ "no PRI where it is not asked for", TWO_CAPS, {}, FREE({ 0x180, 0x197 }), .want = {
	  .pasid = 0x180, .pasid_next = 0x200, .headers = { { 0x100, H(ARI, 0x180) } },
	  .header_count = 1 } },
	{ "no room for PRI, by 4 bytes", TWO_CAPS, {}, FREE({ 0x180, 0x193 }), true, .want = {
	  .pasid = 0x180, .pasid_next = 0x200, .headers = { { 0x100, H(ARI, 0x180) } },
	  .header_count = 1 } },
	{ "room for one of them", TWO_CAPS, {}, FREE({ 0x180, 0x18f }), true, .want = {
	  .pasid = 0x180, .pasid_next = 0x200, .headers = { { 0x100, H(ARI, 0x180) } },
	  .header_count = 1 } },
	{ "no room for either", TWO_CAPS, {}, FREE({ 0x180, 0x183 }), true, .err = -ENOSPC },
	{ "PRI in a range of its own", TWO_CAPS, {},
	  FREE({ 0x180, 0x187 }, { 0x300, 0x30f }), true, .want = {
	  .pasid = 0x180, .pasid_next = 0x200, .pri = 0x300,
	  .headers = { { 0x100, H(ARI, 0x180) }, { 0x200, H(ATS, 0x300) } }, .header_count = 2 } },
	{ "PASID makes room for PRI", TWO_CAPS, {},
	  FREE({ 0x180, 0x18f }, { 0x300, 0x307 }), true, .want = {
	  .pasid = 0x300, .pri = 0x180, .pri_next = 0x200,
	  .headers = { { 0x100, H(ARI, 0x180) }, { 0x200, H(ATS, 0x300) } }, .header_count = 2 } },
	{ "PRI lower, in the same gap", TWO_CAPS, {},
	  FREE({ 0x300, 0x307 }, { 0x280, 0x28f }), true, .want = {
	  .pasid = 0x300, .pri = 0x280, .pri_next = 0x300,
	  .headers = { { 0x200, H(ATS, 0x280) } }, .header_count = 1 } },
	{ "both on an empty list", {}, {}, FREE({ 0x180, 0x197 }), true, .want = {
	  .pasid = 0x180, .pasid_next = 0x188, .pri = 0x188,
	  .headers = { { 0x100, NULL_CAP(0x180) } }, .header_count = 1 } },
	{ "both on an empty list, first header", {}, {}, FREE({ 0x100, 0x117 }), true, .want = {
	  .pasid = 0x100, .pasid_next = 0x108, .pri = 0x108 } },
	{ "null capability first", { { 0x100, NULL_CAP(0x200) }, { 0x200, H(ATS, 0) } }, {},
	  FREE({ 0x104, 0x10b }), .want = {
	  .pasid = 0x104, .pasid_next = 0x200, .headers = { { 0x100, NULL_CAP(0x104) } },
	  .header_count = 1 } },
	{ "pointer below 0x100 ends the list",
	  { { 0x100, H(ARI, 0x40) }, { 0x40, H(ATS, 0x180) } }, {}, FREE({ 0x180, 0x187 }),
	  .want = { .pasid = 0x180, .headers = { { 0x100, H(ARI, 0x180) } }, .header_count = 1 } },
	{ "all bits of the version stay", { { 0x100, ARI | 0xf0000 } }, {},
	  FREE({ 0x180, 0x187 }), .want = {
	  .pasid = 0x180, .headers = { { 0x100, ARI | 0xf0000 | 0x180 << 20 } },
	  .header_count = 1 } },
	{ "low bits of a pointer are masked",
	  { { 0x100, H(ARI, 0x203) }, { 0x200, H(ATS, 0) } }, {}, FREE({ 0x180, 0x187 }),
	  .want = { .pasid = 0x180, .pasid_next = 0x200, .headers = { { 0x100, H(ARI, 0x180) } },
		    .header_count = 1 } },
	{ "list not in ascending order",
	  { { 0x100, H(ARI, 0x300) }, { 0x300, H(ATS, 0x200) }, { 0x200, H(ATS, 0) } }, {},
	  FREE({ 0x280, 0x287 }), .want = {
	  .pasid = 0x280, .pasid_next = 0x300, .headers = { { 0x100, H(ARI, 0x280) } },
	  .header_count = 1 } },
	{ "hidden from the user, still taken",
	  { { 0x100, H(ARI, 0x180) }, { 0x180, H(DVSEC, 0x200) }, { 0x184, 0x01000000 },
	    { 0x200, H(ATS, 0) } }, TWO_CAPS, FREE({ 0x18c, 0x193 }), .err = -EADDRINUSE },
	{ "hidden from the user, not linked",
	  { { 0x100, H(ARI, 0x180) }, { 0x180, H(DVSEC, 0x200) }, { 0x184, 0x01000000 },
	    { 0x200, H(ATS, 0) } }, TWO_CAPS, FREE({ 0x190, 0x197 }), .want = {
	  .pasid = 0x190, .pasid_next = 0x200, .headers = { { 0x100, H(ARI, 0x190) } },
	  .header_count = 1 } },
	{ "first one hidden", { { 0x100, H(ARI, 0x200) }, { 0x200, H(ATS, 0) } },
	  { { 0x100, NULL_CAP(0x200) }, { 0x200, H(ATS, 0) } }, FREE({ 0x180, 0x187 }), .want = {
	  .pasid = 0x180, .pasid_next = 0x200, .headers = { { 0x100, NULL_CAP(0x180) } },
	  .header_count = 1 } },
	{ "list with a loop", { { 0x100, H(ARI, 0x200) }, { 0x200, H(ATS, 0x100) } }, {},
	  FREE({ 0x180, 0x187 }), .err = -ELOOP },
	{ "list with a loop, which the user does not see",
	  { { 0x100, H(ARI, 0x200) }, { 0x200, H(ATS, 0x100) } }, TWO_CAPS,
	  FREE({ 0x180, 0x187 }), .err = -ELOOP },
	{ "header that points to itself", { { 0x100, H(ARI, 0x100) } }, {}, FREE({ 0x180, 0x187 }),
	  .err = -ELOOP },
	{ "the user's view has a loop", TWO_CAPS, { { 0x100, H(ARI, 0x100) } },
	  FREE({ 0x180, 0x187 }), .err = -ELOOP },
	{ "device gone", { { 0x100, U32_MAX } }, {}, FREE({ 0x180, 0x187 }), .err = -EIO },
	{ "device goes", { { 0x100, H(ARI, 0x200) }, { 0x200, U32_MAX } }, {},
	  FREE({ 0x180, 0x187 }), .err = -EIO },
	{ "dirty header", { { 0x180, 1 } }, {}, FREE({ 0x180, 0x187 }), .want = {
	  .pasid = 0x180, .headers = { { 0x100, NULL_CAP(0x180) } }, .header_count = 1,
	  .dirty = 0x180 } },
	{ "dirty registers", { { 0x184, 0x80000000 } }, {}, FREE({ 0x180, 0x187 }), .want = {
	  .pasid = 0x180, .headers = { { 0x100, NULL_CAP(0x180) } }, .header_count = 1,
	  .dirty = 0x184 } },
	{ "dirty bytes beside it do not count", { { 0x17c, 1 }, { 0x188, 1 } }, {},
	  FREE({ 0x180, 0x187 }), .want = {
	  .pasid = 0x180, .headers = { { 0x100, NULL_CAP(0x180) } }, .header_count = 1 } },
	{ "dirty, but there is no PRI", { { 0x4, 1 } }, {}, FREE({ 0x180, 0x187 }), true, .want = {
	  .pasid = 0x180, .headers = { { 0x100, NULL_CAP(0x180) } }, .header_count = 1 } },
	{ "dirty, but not under PRI", { { 0x184, 1 } }, {}, FREE({ 0x180, 0x197 }), true, .want = {
	  .pasid = 0x180, .pasid_next = 0x188, .pri = 0x188,
	  .headers = { { 0x100, NULL_CAP(0x180) } }, .header_count = 1, .dirty = 0x184 } },
	{ "dirty under PRI", { { 0x194, 1 } }, {}, FREE({ 0x180, 0x197 }), true, .want = {
	  .pasid = 0x180, .pasid_next = 0x188, .pri = 0x188,
	  .headers = { { 0x100, NULL_CAP(0x180) } }, .header_count = 1, .dirty = 0x194 } },
};

KUNIT_ARRAY_PARAM_DESC(place, place_cases, name);

static void place_table(struct kunit *test)
{
	const struct place_case *c = test->param_value;
	struct pasid_space hw = place_space(test, c->hw);
	struct pasid_space view = c->view[0].at ? place_space(test, c->view) : hw;
	const struct pasid_cap_layout *want = &c->want;
	struct pasid_cap_layout is = {};
	const char *why = NULL;
	unsigned int i;

	KUNIT_ASSERT_EQ(test, c->err, pasid_place(&hw, &view, &c->ranges, c->pri, &is, &why));
	if (c->err) {
		KUNIT_EXPECT_NOT_NULL(test, why);
		return;
	}
	KUNIT_EXPECT_EQ(test, want->pasid, is.pasid);
	KUNIT_EXPECT_EQ(test, want->pasid_next, is.pasid_next);
	KUNIT_EXPECT_EQ(test, want->pri, is.pri);
	KUNIT_EXPECT_EQ(test, want->pri_next, is.pri_next);
	KUNIT_EXPECT_EQ(test, want->dirty, is.dirty);
	KUNIT_ASSERT_EQ(test, want->header_count, is.header_count);
	for (i = 0; i < is.header_count; i++) {
		KUNIT_EXPECT_EQ(test, want->headers[i].at, is.headers[i].at);
		KUNIT_EXPECT_EQ(test, want->headers[i].value, is.headers[i].value);
	}
}

struct body_case {
	const char *name;
	u16 id;
	u32 dword4;
	u32 dword8;
	unsigned int size;	/* of the capability, rounded up to 4 bytes */
};

static const struct body_case body_cases[] = {
	{ "Advanced Error Reporting", 0x01, 0, 0, 0x48 },
	{ "Virtual Channel", 0x02, 0, 0, 28 },
	{ "Virtual Channel, 7 extended", 0x02, 7, 0, 112 },
	{ "Device Serial Number", 0x03, ~0, ~0, 12 },
	{ "Power Budgeting", 0x04, 0, 0, 16 },
	{ "Multi-Function Virtual Channel", 0x08, 1, 0, 40 },
	{ "Virtual Channel, other ID", 0x09, 2, 0, 52 },
	{ "Vendor-Specific, 16 bytes", 0x0b, 16 << 20, 0, 16 },
	{ "Vendor-Specific, shorter than its header", 0x0b, 0, 0, 8 },
	{ "ACS without egress control", 0x0d, 0xff00, 0, 8 },
	{ "ACS, egress vector of 1 bit", 0x0d, 0x0120, 0, 12 },
	{ "ACS, egress vector of 32 bits", 0x0d, 0x2020, 0, 12 },
	{ "ACS, egress vector of 33 bits", 0x0d, 0x2120, 0, 16 },
	{ "ACS, egress vector of 256 bits", 0x0d, 0x0020, 0, 40 },
	{ "ARI", 0x0e, 0, 0, 8 },
	{ "ATS", 0x0f, 0, 0, 8 },
	{ "SR-IOV", 0x10, 0, 0, 64 },
	{ "Multicast", 0x12, 0, 0, 48 },
	{ "PRI", 0x13, 0, 0, 16 },
	{ "Resizable BAR, 1 BAR", 0x15, 0, 1 << 5, 12 },
	{ "Resizable BAR, 6 BARs", 0x15, 0, 6 << 5, 52 },
	{ "Dynamic Power Allocation, 1 substate", 0x16, 0, 0, 20 },
	{ "Dynamic Power Allocation, 32 substates", 0x16, 31, 0, 48 },
	{ "TPH, no table", 0x17, 0x7ff0000, 0, 12 },
	{ "TPH, table in MSI-X", 0x17, 0x7ff0400, 0, 12 },
	{ "TPH, table of 1", 0x17, 0x200, 0, 16 },
	{ "TPH, table of 64", 0x17, 0x3f0200, 0, 140 },
	{ "LTR", 0x18, 0, 0, 8 },
	{ "PASID", 0x1b, 0, 0, 8 },
	{ "DPC", 0x1d, 0, 0, 12 },
	{ "L1 PM Substates", 0x1e, 0, 0, 20 },
	{ "PTM", 0x1f, 0, 0, 12 },
	{ "DVSEC, 60 bytes", 0x23, 60 << 20, 0, 60 },
	{ "VF Resizable BAR, 2 BARs", 0x24, 0, 2 << 5, 20 },
	{ "Data Link Feature", 0x25, 0, 0, 12 },
	{ "DOE", 0x2e, 0, 0, 24 },
};

KUNIT_ARRAY_PARAM_DESC(body, body_cases, name);

/* A range may begin where the capability ends, and not 4 bytes before. */
static void place_behind_body(struct kunit *test)
{
	const struct body_case *c = test->param_value;
	const struct place_reg regs[REGS] = {
		{ 0x100, H(ARI, 0x140) }, { 0x140, H(c->id, 0) },
		{ 0x144, c->dword4 }, { 0x148, c->dword8 },
	};
	struct pasid_space hw = place_space(test, regs);
	u16 end = 0x140 + c->size;
	struct pasid_ranges ranges = { .count = 1, .range = { { end, end + 15 } } };
	struct pasid_cap_layout layout = {};
	const char *why;

	KUNIT_EXPECT_EQ(test, 0, pasid_place(&hw, &hw, &ranges, false, &layout, &why));
	KUNIT_EXPECT_EQ(test, end, layout.pasid);
	ranges.range[0].first -= 4;
	KUNIT_EXPECT_EQ(test, -EADDRINUSE,
			pasid_place(&hw, &hw, &ranges, false, &layout, &why));
	/* The capability begins at its header. */
	ranges.range[0] = (struct pasid_range) { 0x138, 0x13f };
	KUNIT_EXPECT_EQ(test, 0, pasid_place(&hw, &hw, &ranges, false, &layout, &why));
	ranges.range[0].last += 4;
	KUNIT_EXPECT_EQ(test, -EADDRINUSE,
			pasid_place(&hw, &hw, &ranges, false, &layout, &why));
}

/* To find the size of a capability, nothing behind configuration space is read. */
static void place_body_at_end(struct kunit *test)
{
	static const u16 ids[] = { 0x0b, 0x15, 0x16, 0x23, 0x24, 0x10 };
	const struct pasid_ranges ranges = FREE({ 0x180, 0x187 });
	struct place_reg regs[REGS] = { { 0x100, H(ARI, 0xffc) } };
	struct pasid_cap_layout layout = {};
	struct pasid_space hw;
	const char *why;
	unsigned int i;

	for (i = 0; i < 2 * ARRAY_SIZE(ids); i++) {
		/* In the last 4 bytes and in the last 8. */
		regs[1].at = i % 2 ? 0xff8 : 0xffc;
		regs[0].value = H(ARI, regs[1].at);
		regs[1].value = H(ids[i / 2], 0);
		hw = place_space(test, regs);
		KUNIT_EXPECT_EQ(test, 0, pasid_place(&hw, &hw, &ranges, false, &layout, &why));
		KUNIT_EXPECT_EQ(test, regs[1].at, layout.pasid_next);
	}
}

/* Resizable BAR that ends where configuration space does, or would beyond it. */
static void place_rebar_at_end(struct kunit *test)
{
	const struct pasid_ranges ranges = FREE({ 0xffc, 0xfff });
	struct place_reg regs[REGS] = { { 0x100, H(ARI, 0xff4) }, { 0xff4, H(0x15, 0) },
					{ 0xffc, 1 << 5 } };
	struct pasid_space hw = place_space(test, regs);
	struct pasid_cap_layout layout = {};
	const char *why;

	KUNIT_EXPECT_EQ(test, -EADDRINUSE,
			pasid_place(&hw, &hw, &ranges, false, &layout, &why));
	regs[0].value = H(ARI, 0xff8);
	regs[1].at = 0xff8;
	hw = place_space(test, regs);
	KUNIT_EXPECT_EQ(test, -ENOSPC, pasid_place(&hw, &hw, &ranges, false, &layout, &why));
}

/* The longest possible list does not count as a loop. */
static void place_longest_list(struct kunit *test)
{
	u32 *dwords = kunit_kcalloc(test, DWORDS, sizeof(*dwords), GFP_KERNEL);
	const struct pasid_space hw = { .read = place_read, .arg = dwords };
	const struct pasid_ranges ranges = FREE({ 0x180, 0x187 });
	struct pasid_cap_layout layout = {};
	const char *why;
	unsigned int at;

	KUNIT_ASSERT_NOT_NULL(test, dwords);
	for (at = 0x100; at < 0x1000; at += 8)
		dwords[at / 4] = H(ATS, (at + 8) % 0x1000);
	KUNIT_EXPECT_EQ(test, -EADDRINUSE,
			pasid_place(&hw, &hw, &ranges, false, &layout, &why));
}

/* A random list in ascending order, a capability of 8 bytes in some of the slots of 32. */
static void place_random_list(struct rnd_state *rnd, u32 *dwords)
{
	unsigned int at, previous = 0x100;

	memset(dwords, 0, DWORDS * sizeof(*dwords));
	if (prandom_u32_state(rnd) % 8)
		dwords[0x100 / 4] = H(ARI, 0);
	for (at = 0x120; at < 0x1000; at += 32) {
		if (prandom_u32_state(rnd) % 8)
			continue;
		dwords[previous / 4] |= (u32)at << 20;
		dwords[at / 4] = H(ATS, 0);
		previous = at;
	}
}

/* Walks the list as a user does: each header once, in ascending order. Counts them. */
static unsigned int place_walk(struct kunit *test, const u32 *dwords)
{
	unsigned int at = 0x100, next, count = 0;

	while (dwords[at / 4]) {
		count++;
		next = dwords[at / 4] >> 20;
		if (!next)
			break;
		KUNIT_ASSERT_GT(test, next, at);
		at = next;
	}
	return count;
}

/* Random lists, two random free ranges: no capability is lost, and the order is kept. */
static void place_keeps_list(struct kunit *test)
{
	u32 *dwords = kunit_kcalloc(test, DWORDS, sizeof(*dwords), GFP_KERNEL);
	struct pasid_space space = { .read = place_read, .arg = dwords };
	struct pasid_ranges ranges = { .count = 2 };
	unsigned int i, j, before, added, nulls;
	struct pasid_cap_layout layout = {};
	struct rnd_state rnd;
	const char *why;

	KUNIT_ASSERT_NOT_NULL(test, dwords);
	prandom_seed_state(&rnd, 20250101);
	for (i = 0; i < 5000; i++) {
		place_random_list(&rnd, dwords);
		/* In each slot, bytes 8 to 31 are free. */
		for (j = 0; j < 2; j++) {
			ranges.range[j].first = 0x108 + prandom_u32_state(&rnd) % 60 * 64 + j * 32;
			ranges.range[j].last = ranges.range[j].first + 7 +
					       prandom_u32_state(&rnd) % 5 * 4;
		}
		before = place_walk(test, dwords);
		nulls = !dwords[0x100 / 4];
		KUNIT_ASSERT_EQ(test, 0, pasid_place(&space, &space, &ranges, true, &layout, &why));
		added = 1 + !!layout.pri;
		for (j = 0; j < layout.header_count; j++) {
			KUNIT_ASSERT_EQ(test, dwords[layout.headers[j].at / 4] & 0xfffff,
					layout.headers[j].value & 0xfffff);
			dwords[layout.headers[j].at / 4] = layout.headers[j].value;
		}
		dwords[layout.pasid / 4] = H(0x1b, layout.pasid_next);
		if (layout.pri)
			dwords[layout.pri / 4] = H(0x13, layout.pri_next);
		KUNIT_ASSERT_EQ(test, before + added + nulls, place_walk(test, dwords));
	}
}

static struct kunit_case place_test_cases[] = {
	KUNIT_CASE_PARAM(place_table, place_gen_params),
	KUNIT_CASE_PARAM(place_behind_body, body_gen_params),
	KUNIT_CASE(place_body_at_end),
	KUNIT_CASE(place_rebar_at_end),
	KUNIT_CASE(place_longest_list),
	KUNIT_CASE(place_keeps_list),
	{}
};

static struct kunit_suite place_suite = {
	.name = "pasid-place",
	.test_cases = place_test_cases,
};

kunit_test_suite(place_suite);
