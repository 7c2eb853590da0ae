// SPDX-License-Identifier: GPL-2.0-only
/* The PRI capability's registers (PCIe 6.3, 10.5.2). */
#include <kunit/test.h>
#include <linux/unaligned.h>

#include "../vfio/caps.h"

#define SIZE	16

/* Status register */
#define RF	BIT(0)
#define UPRGI	BIT(1)
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

	pasid_pri_cap_read(cap, 0, bytes, SIZE);
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
	u16 pf_status;
	u32 capacity;
	u32 header;
	u16 status;
};

static const struct init_case init_cases[] = {
	{ "nothing", 0, 0, 0, 0x00010013, STOPPED },
	{ "next", 0xffc, 0, 512, 0xffc10013, STOPPED },
	{ "responses need a PASID", 0x100, PASID, 512, 0x10010013, STOPPED | PASID },
	{ "PF saw a response failure before", 0x100, RF, 512, 0x10010013, STOPPED },
	{ "PF saw an unexpected index before", 0x100, UPRGI, 512, 0x10010013, STOPPED },
	{ "PF's Stopped and reserved bits are not shown", 0x100, 0x7ffc, U32_MAX, 0x10010013,
	  STOPPED },
};

KUNIT_ARRAY_PARAM_DESC(init, init_cases, name);

static void pri_init(struct kunit *test)
{
	const struct init_case *c = test->param_value;
	struct pasid_pri_cap cap;
	struct pri_regs regs;

	memset(&cap, 0xff, sizeof(cap));
	pasid_pri_cap_init(&cap, c->next, c->pf_status, c->capacity);
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

	pasid_pri_cap_init(&cap, 0, 0, 512);
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

	pasid_pri_cap_init(&cap, 0, 0, c->capacity);
	pri_write_alloc(&cap, c->written);
	KUNIT_EXPECT_EQ(test, c->alloc, pri_read(&cap).alloc);
}

static void pri_write_status(struct kunit *test, struct pasid_pri_cap *cap, u16 status)
{
	u8 buf[2];

	put_unaligned_le16(status, buf);
	KUNIT_EXPECT_FALSE(test, pasid_pri_cap_write(cap, 6, buf, 2));
}

/* The register shows the PF's errors; writing ones clears them for this VF. */
static void pri_errors_are_cleared(struct kunit *test)
{
	struct pasid_pri_cap cap;

	pasid_pri_cap_init(&cap, 0, PASID, 512);
	pasid_pri_cap_sample(&cap, RF | UPRGI | STOPPED);
	KUNIT_EXPECT_EQ(test, RF | UPRGI | STOPPED | PASID, pri_read(&cap).status);
	pri_write_status(test, &cap, 0);
	KUNIT_EXPECT_EQ(test, RF | UPRGI | STOPPED | PASID, pri_read(&cap).status);
	pri_write_alloc(&cap, 1);
	KUNIT_EXPECT_EQ(test, RF | UPRGI | STOPPED | PASID, pri_read(&cap).status);
	pri_write_status(test, &cap, 0xfffd);
	KUNIT_EXPECT_EQ(test, UPRGI | STOPPED | PASID, pri_read(&cap).status);
	pasid_pri_cap_sample(&cap, RF | UPRGI);
	KUNIT_EXPECT_EQ(test, UPRGI | STOPPED | PASID, pri_read(&cap).status);
	pri_write_ctrl(&cap, 1);
	KUNIT_EXPECT_EQ(test, PASID, pri_read(&cap).status);
}

/* An error that the PF has cleared and sees again is new; an old error is not. */
static void pri_errors_come_again(struct kunit *test)
{
	struct pasid_pri_cap cap;

	pasid_pri_cap_init(&cap, 0, RF, 512);
	pri_write_ctrl(&cap, 1);
	pasid_pri_cap_sample(&cap, RF | UPRGI);
	KUNIT_EXPECT_EQ(test, UPRGI, pri_read(&cap).status);
	pri_write_ctrl(&cap, 1);
	KUNIT_EXPECT_EQ(test, UPRGI, pri_read(&cap).status);
	pasid_pri_cap_sample(&cap, 0);
	KUNIT_EXPECT_EQ(test, 0, pri_read(&cap).status);
	pasid_pri_cap_sample(&cap, RF);
	KUNIT_EXPECT_EQ(test, RF, pri_read(&cap).status);
}

/* pasid_pri_cap_set() takes over only what the write changed: the PF may have been read since. */
static void pri_set(struct kunit *test)
{
	struct pasid_pri_cap cap, to;

	pasid_pri_cap_init(&cap, 0, 0, 512);
	pasid_pri_cap_sample(&cap, RF);
	to = cap;
	pri_write_status(test, &to, RF);
	pri_write_ctrl(&to, 1);
	pri_write_alloc(&to, 7);
	pasid_pri_cap_sample(&cap, RF | UPRGI);
	pasid_pri_cap_set(&cap, &to);
	KUNIT_EXPECT_EQ(test, 1, pri_read(&cap).ctrl);
	KUNIT_EXPECT_EQ(test, UPRGI, pri_read(&cap).status);
	KUNIT_EXPECT_EQ(test, 7U, pri_read(&cap).alloc);
}

static void pri_reset(struct kunit *test)
{
	struct pasid_pri_cap cap;
	struct pri_regs regs;

	pasid_pri_cap_init(&cap, 0x100, PASID, 512);
	pasid_pri_cap_sample(&cap, RF);
	pri_write_ctrl(&cap, 1);
	pri_write_alloc(&cap, 100);
	pasid_pri_cap_reset(&cap);
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

	pasid_pri_cap_init(&cap, 0x2a0, PASID, 0x12345678);
	pasid_pri_cap_sample(&cap, RF);
	pri_write_ctrl(&cap, 1);
	pri_write_alloc(&cap, 0x01020304);
	pasid_pri_cap_read(&cap, 0, whole, SIZE);
	for (offset = 0; offset < SIZE; offset++) {
		for (size = 1; offset + size <= SIZE; size++) {
			memset(part, 0xa5, sizeof(part));
			pasid_pri_cap_read(&cap, offset, part, size);
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
			pasid_pri_cap_init(&cap, 0x2a0, PASID, U32_MAX);
			pasid_pri_cap_read(&cap, 0, want, SIZE);
			touches = pasid_pri_cap_write(&cap, offset, ones, size);
			KUNIT_EXPECT_EQ(test, offset < 6 && offset + size > 4, touches);
			if (offset <= 4 && offset + size > 4) {
				want[4] = 1;
				want[7] &= ~1;
			}
			for (i = max(offset, 12U); i < offset + size; i++)
				want[i] = 0xff;
			pasid_pri_cap_read(&cap, 0, bytes, SIZE);
			KUNIT_EXPECT_MEMEQ(test, want, bytes, SIZE);
		}
	}
}

static struct kunit_case pri_cases[] = {
	KUNIT_CASE_PARAM(pri_init, init_gen_params),
	KUNIT_CASE_PARAM(pri_ctrl, ctrl_gen_params),
	KUNIT_CASE_PARAM(pri_alloc, alloc_gen_params),
	KUNIT_CASE(pri_errors_are_cleared),
	KUNIT_CASE(pri_errors_come_again),
	KUNIT_CASE(pri_set),
	KUNIT_CASE(pri_reset),
	KUNIT_CASE(pri_read_any_size),
	KUNIT_CASE(pri_write_any_size),
	{}
};

static struct kunit_suite pri_suite = {
	.name = "pasid-pri-cap",
	.test_cases = pri_cases,
};

kunit_test_suite(pri_suite);
