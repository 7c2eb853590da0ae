// SPDX-License-Identifier: GPL-2.0-only
/* The PRI capability's registers (PCIe 6.3, 10.5.2). */
#include <kunit/test.h>
#include <linux/unaligned.h>

#include "../vfio/caps.h"

#define SIZE	16

/* Status register */
#define RF	BIT(0)

#define STOPPED	BIT(8)
#define PASID	BIT(15)

struct pri_regs {
	u32 header;
	u16 ctrl;
	u16 status;
	u32 capacity;
	u32 alloc;
};

static struct pri_regs pri_read(const struct pasid_pri_cap *cap)
{
	u8 bytes[SIZE];

	pasid_pri_cap_read(cap, false, 0, bytes, SIZE);
	return (struct pri_regs) {
		.header = get_unaligned_le32(bytes),
		.ctrl = get_unaligned_le16(bytes + 4),
		.status = get_unaligned_le16(bytes + 6),
		.capacity = get_unaligned_le32(bytes + 8),
		.alloc = get_unaligned_le32(bytes + 12),
	};
}

static bool pri_write_ctrl(struct pasid_pri_cap *cap, u16 ctrl)
{
	u8 buf[2];

	put_unaligned_le16(ctrl, buf);
	return pasid_pri_cap_write(cap, 4, buf, 2);
}

static void pri_write_alloc(struct pasid_pri_cap *cap, u32 alloc)
{
	u8 buf[4];

	put_unaligned_le32(alloc, buf);
	pasid_pri_cap_write(cap, 12, buf, 4);
}

struct init_case {
	const char *name;
	unsigned int next;
	bool prg_pasid;
	u32 capacity;
	u32 header;
	u16 status;
};

static const struct init_case init_cases[] = {
	{ "nothing", 0, false, 0, 0x00010013, STOPPED },
	{ "next", 0xffc, false, U32_MAX, 0xffc10013, STOPPED },
	{ "responses need a PASID", 0x100, true, 512, 0x10010013, STOPPED | PASID },
};

KUNIT_ARRAY_PARAM_DESC(init, init_cases, name);

static void pri_init(struct kunit *test)
{
	const struct init_case *c = test->param_value;
	struct pasid_pri_cap cap;
	struct pri_regs regs;

	memset(&cap, 0xff, sizeof(cap));
	pasid_pri_cap_init(&cap, c->next, c->prg_pasid, c->capacity);
	regs = pri_read(&cap);
	KUNIT_EXPECT_EQ(test, c->header, regs.header);
	KUNIT_EXPECT_EQ(test, 0, regs.ctrl);
	KUNIT_EXPECT_EQ(test, c->status, regs.status);
	KUNIT_EXPECT_EQ(test, c->capacity, regs.capacity);
	KUNIT_EXPECT_EQ(test, 0U, regs.alloc);
}

struct ctrl_case {
	const char *name;
	u16 before;
	u16 written;
	u16 ctrl;
	u16 status;
};

static const struct ctrl_case ctrl_cases[] = {
	{ "enable", 0, 1, 1, 0 },
	{ "enable again", 1, 1, 1, 0 },
	{ "disable", 1, 0, 0, STOPPED },
	{ "reset reads 0", 0, 2, 0, STOPPED },
	{ "reset and enable", 0, 3, 1, 0 },
	{ "reset while enabled", 1, 3, 1, 0 },
	{ "reserved bits", 0, 0xfffc, 0, STOPPED },
	{ "all ones", 0, 0xffff, 1, 0 },
};

KUNIT_ARRAY_PARAM_DESC(ctrl, ctrl_cases, name);

static void pri_ctrl(struct kunit *test)
{
	const struct ctrl_case *c = test->param_value;
	struct pasid_pri_cap cap;

	pasid_pri_cap_init(&cap, 0, false, 512);
	pri_write_ctrl(&cap, c->before);
	KUNIT_EXPECT_TRUE(test, pri_write_ctrl(&cap, c->written));
	KUNIT_EXPECT_EQ(test, c->ctrl, pri_read(&cap).ctrl);
	KUNIT_EXPECT_EQ(test, c->status, pri_read(&cap).status);
}

struct alloc_case {
	const char *name;
	u32 capacity;
	u32 written;
	u32 alloc;
};

static const struct alloc_case alloc_cases[] = {
	{ "nothing", 512, 0, 0 },
	{ "one", 512, 1, 1 },
	{ "all but one", 512, 511, 511 },
	{ "all", 512, 512, 512 },
	{ "one too many", 512, 513, 512 },
	{ "all ones", 512, U32_MAX, 512 },
	{ "no capacity", 0, 1, 0 },
	{ "largest", U32_MAX, U32_MAX, U32_MAX },
};

KUNIT_ARRAY_PARAM_DESC(alloc, alloc_cases, name);

static void pri_alloc(struct kunit *test)
{
	const struct alloc_case *c = test->param_value;
	struct pasid_pri_cap cap;

	pasid_pri_cap_init(&cap, 0, false, c->capacity);
	pri_write_alloc(&cap, c->written);
	KUNIT_EXPECT_EQ(test, c->alloc, pri_read(&cap).alloc);
}

static u16 pri_status(const struct pasid_pri_cap *cap, bool failed)
{
	u8 status[2];

	pasid_pri_cap_read(cap, failed, 6, status, 2);
	return get_unaligned_le16(status);
}

/* The guest cannot write it away: requests fail until Enable is 0 and 1 again. */
static void pri_failure_stays(struct kunit *test)
{
	static const u8 ones[] = { 0xff, 0xff };
	struct pasid_pri_cap cap;

	pasid_pri_cap_init(&cap, 0, true, 512);
	KUNIT_EXPECT_EQ(test, RF | STOPPED | PASID, pri_status(&cap, true));
	pri_write_ctrl(&cap, 1);
	KUNIT_EXPECT_EQ(test, RF | PASID, pri_status(&cap, true));
	KUNIT_EXPECT_FALSE(test, pasid_pri_cap_write(&cap, 6, ones, 2));
	KUNIT_EXPECT_EQ(test, RF | PASID, pri_status(&cap, true));
	KUNIT_EXPECT_EQ(test, PASID, pri_status(&cap, false));
}

static void pri_set(struct kunit *test)
{
	struct pasid_pri_cap cap;
	struct pri_regs regs;

	pasid_pri_cap_init(&cap, 0x100, true, 512);
	pasid_pri_cap_set(&cap, true, 100);
	regs = pri_read(&cap);
	KUNIT_EXPECT_EQ(test, 1, regs.ctrl);
	KUNIT_EXPECT_EQ(test, PASID, regs.status);
	KUNIT_EXPECT_EQ(test, 100U, regs.alloc);
	pasid_pri_cap_set(&cap, false, 0);
	regs = pri_read(&cap);
	KUNIT_EXPECT_EQ(test, 0x10010013U, regs.header);
	KUNIT_EXPECT_EQ(test, 0, regs.ctrl);
	KUNIT_EXPECT_EQ(test, STOPPED | PASID, regs.status);
	KUNIT_EXPECT_EQ(test, 512U, regs.capacity);
	KUNIT_EXPECT_EQ(test, 0U, regs.alloc);
}

/* A read of any offset and size, also across registers, returns a part of the whole. */
static void pri_read_any_size(struct kunit *test)
{
	u8 whole[SIZE], part[SIZE + 1];
	unsigned int offset, size;
	struct pasid_pri_cap cap;

	pasid_pri_cap_init(&cap, 0x2a0, true, 0x12345678);
	pri_write_ctrl(&cap, 1);
	pri_write_alloc(&cap, 0x01020304);
	pasid_pri_cap_read(&cap, true, 0, whole, SIZE);
	for (offset = 0; offset < SIZE; offset++) {
		for (size = 1; offset + size <= SIZE; size++) {
			memset(part, 0xa5, sizeof(part));
			pasid_pri_cap_read(&cap, true, offset, part, size);
			KUNIT_EXPECT_MEMEQ(test, whole + offset, part, size);
			KUNIT_EXPECT_EQ(test, 0xa5, part[size]);
		}
	}
}

/* A write of ones to any offset, of any size: only Enable, in byte 4, and Allocation change. */
static void pri_write_any_size(struct kunit *test)
{
	unsigned int offset, size, i;
	u8 ones[SIZE], bytes[SIZE], want[SIZE];
	struct pasid_pri_cap cap;
	bool touches;

	memset(ones, 0xff, SIZE);
	for (offset = 0; offset < SIZE; offset++) {
		for (size = 1; offset + size <= SIZE; size++) {
			pasid_pri_cap_init(&cap, 0x2a0, true, U32_MAX);
			pasid_pri_cap_read(&cap, false, 0, want, SIZE);
			touches = pasid_pri_cap_write(&cap, offset, ones, size);
			KUNIT_EXPECT_EQ(test, offset < 6 && offset + size > 4, touches);
			if (offset <= 4 && offset + size > 4) {
				want[4] = 1;
				want[7] &= ~1;
			}
			for (i = max(offset, 12U); i < offset + size; i++)
				want[i] = 0xff;
			pasid_pri_cap_read(&cap, false, 0, bytes, SIZE);
			KUNIT_EXPECT_MEMEQ(test, want, bytes, SIZE);
		}
	}
}

static struct kunit_case pri_cases[] = {
	KUNIT_CASE_PARAM(pri_init, init_gen_params),
	KUNIT_CASE_PARAM(pri_ctrl, ctrl_gen_params),
	KUNIT_CASE_PARAM(pri_alloc, alloc_gen_params),
	KUNIT_CASE(pri_failure_stays),
	KUNIT_CASE(pri_set),
	KUNIT_CASE(pri_read_any_size),
	KUNIT_CASE(pri_write_any_size),
	{}
};

static struct kunit_suite pri_suite = {
	.name = "pasid-pri-cap",
	.test_cases = pri_cases,
};

kunit_test_suite(pri_suite);
